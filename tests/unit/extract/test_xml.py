"""XML: records found by how often they occur, spreadsheets of 2003, and nothing that reaches out or blows up."""

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from etl.extract.read import read_sheets
from etl.findings import Refused, Severity
from etl.settings import PROJECT
from etl.sources import ByteSource


@pytest.fixture
def read(tmp_path):
    def _read(content, wanted=None, name="data.xml", **stated):
        path = tmp_path / "x"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read_sheets(path, name, wanted=wanted, how=ByteSource(**stated))

    return _read


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


def refusal(read, content, **stated):
    with pytest.raises(Refused) as caught:
        read(content, **stated)
    (finding,) = caught.value.findings
    assert all((finding.message, finding.cause, finding.action))
    return finding


def test_the_most_frequent_element_with_children_is_the_record(read):
    (sheet,) = read(
        "<?xml version='1.0'?><data><info><tahun>2024</tahun></info><baris><kode>64.08.01</kode><nilai>1.50</nilai>"
        "</baris><baris><kode>64.08.02</kode><ket>a &amp; b</ket><nilai/></baris></data>"
    )
    assert rows(sheet) == [["kode", "nilai", "ket"], ["64.08.01", "1.50", None], ["64.08.02", None, "a & b"]]
    assert sheet.number == (None, None, None)
    assert sheet.facts == (("format", "XML"), ("pengodean", "UTF-8"), ("letak data", "data.baris"))


def test_attributes_nesting_namespaces_lists_and_what_parents_say(read):
    (sheet,) = read(
        "<d:data xmlns:d='urn:x' versi='2'><kecamatan nama='Sangatta'><kode>1</kode>"
        "<desa d:jumlah='3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><d:nama>A</d:nama>"
        "<telp>1</telp><telp>2</telp><luas satuan='km2'>4,5</luas><pos><x>1</x></pos><z xsi:nil='true'/></desa>"
        "<desa jumlah='4'>isi<nama>B</nama></desa></kecamatan>"
        "<kecamatan nama='Bengalon'><desa/><desa/></kecamatan></d:data>",
        records="kecamatan.desa",
    )
    assert rows(sheet) == [
        ["kecamatan.@nama", "kecamatan.kode", "@jumlah", "nama", "telp", "luas.@satuan", "luas", "pos.x", "z", "isi"],
        ["Sangatta", "1", "3", "A", '["1", "2"]', "km2", "4,5", "1", None, None],
        ["Sangatta", "1", "4", "B", None, None, None, None, None, "isi"],
        *[["Bengalon", *[None] * 9]] * 2,
    ]


def test_a_stated_place(read):
    page = "<a><b><x>1</x></b><c><b>2</b><b>3</b></c></a>"
    assert rows(read(page, records="c.b")[0]) == [["isi"], ["2"], ["3"]]
    assert rows(read(page, records="a.b")[0]) == [["x"], ["1"]]
    assert "`a.b`, `a.c.b`" in refusal(read, page, records="b").message
    assert refusal(read, page, records="zz").rule == "letak_data"


@pytest.mark.parametrize(
    "content",
    [
        "<invalid_response>Data Kosong, silakan ulangi</invalid_response>",
        "<r><kode>Data Kosong, silakan ulangi</kode></r>",
    ],
)
def test_a_message_is_refused_in_its_own_words(read, content):
    finding = refusal(read, content, name="data.csv")
    assert (finding.rule, finding.value) == ("bukan_lembar_kerja", "Data Kosong, silakan ulangi")


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        ("<a><b x='1'/><b x='2'/>", "xml_rusak", "terpotong"),
        ("<a><b x='1'/>\n<b x=2/></a>", "xml_rusak", "tidak sah pada baris 2"),
        ("<a><b>1</c></a>", "xml_rusak", "tidak sah"),
        ("<a>" * 300, "terlalu_besar", "bersarang"),
        ("<a><b x='1'/><b>" + "x" * 10_500_000 + "</b><b x='1'/></a>", "terlalu_besar", "terlalu panjang"),
        ("<kosong>,1,2\n3,4,5\n", "xml_rusak", ""),
    ],
)
def test_broken_xml(read, content, rule, said):
    finding = refusal(read, content)
    assert finding.rule == rule
    assert said in finding.message


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "declared", ["", "<?xml version='1.0' encoding='utf-16'?>", "<?xml version='1.0' encoding='UTF-8'?>"]
)
def test_encodings(read, codec, declared):
    assert rows(read(f"{declared}<a><b x='é–'/><b x=''/></a>".encode(codec))[0]) == [["@x"], ["é–"], [None]]


def test_a_declared_encoding(read):
    content = "<?xml version='1.0' encoding='ISO-8859-1'?><a><b x='é'/><b x='1'/></a>".encode("latin-1")
    (sheet,) = read(content)
    assert (rows(sheet)[1], sheet.notes) == (["é"], ())
    assert dict(sheet.facts)["pengodean"] == "Windows-1252"


BOMBS = {
    "billion_laughs": "<!DOCTYPE a [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><a><b x='1'>&j;</b><b x='2'/></a>",
    "quadratic": f"<!DOCTYPE a [<!ENTITY x '{'y' * 50_000}'>]><a><b x='1'>{'&x;' * 50_000}</b></a>",
    "file": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><b x='1'>&x;</b><b x='2'/></a>",
    "parameter": "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/x'> %x;]><a><b x='1'/><b x='2'/></a>",
    "behind_a_comment": "<!-- <a> --><!DOCTYPE a [<!-- ]> --><!ENTITY x 'y'>]><a><b x='1'/></a>",
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_entities_are_refused(read, bomb, codec):
    assert refusal(read, BOMBS[bomb].encode(codec)).rule == "entitas_xml"


LIMITED = """
import resource, sys
from pathlib import Path
from etl.extract.read import read_sheets
import etl.extract.xml_file
from etl.findings import Refused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_sheets(Path(sys.argv[1]), "x.xml")
except Refused as refusal:
    print(refusal.findings[0].rule, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("bomb", ["billion_laughs", "quadratic"])
def test_a_bomb_takes_no_memory(tmp_path, bomb):
    (tmp_path / "x").write_text(BOMBS[bomb])
    out = subprocess.run([sys.executable, "-c", LIMITED, tmp_path / "x"], cwd=PROJECT, capture_output=True, text=True)
    rule, megabytes = out.stdout.split()
    assert (rule, int(megabytes) < 50) == ("entitas_xml", True)


def test_very_many_paths(read):
    assert refusal(read, "<a>" + "".join(f"<b{n}/>" for n in range(100_001)) + "</a>").rule == "terlalu_besar"


def test_nothing_outside_is_fetched(read, tmp_path):
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/x.dtd"
        (sheet,) = read(
            f"<!DOCTYPE a SYSTEM '{url}'><?xml-stylesheet href='{url}'?><a xmlns:xi='http://www.w3.org/2001/XInclude'"
            f" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='x {url}'>"
            f"<b x='1'><xi:include href='{url}'/></b><b x='2'/></a>"
        )
    finally:
        server.shutdown()
        server.server_close()
    assert rows(sheet)[1][0] == "1"
    assert asked == []


BOOK = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:html="http://www.w3.org/TR/REC-html40">
 <Styles><Style ss:ID="s1"/></Styles>
 <Worksheet ss:Name="Data"><Table ss:ExpandedColumnCount="9"><Column/><Column ss:Hidden="1" ss:Span="1"/>
  <Row><Cell ss:MergeAcross="2" ss:StyleID="s1"><Data ss:Type="String">Judul &amp; isi</Data></Cell>
   <Cell><Data ss:Type="Number">1.50</Data></Cell></Row>
  <Row ss:Index="4" ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="DateTime">2024-01-02T00:00:00.000</Data></Cell>
   <Cell ss:Formula="=R[-3]C"/><Cell><Data ss:Type="Boolean">1</Data></Cell>
   <Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>te</B>bal</ss:Data></Cell>
   <Cell><Data ss:Type="Error">#DIV/0!</Data></Cell><Cell><Data ss:Type="Number">1E-07</Data></Cell>
   <Cell><Data ss:Type="DateTime">2024-01-02T08:30:00</Data></Cell><Cell ss:StyleID="s1"/></Row>
  <Row ss:Index="90"><Cell ss:StyleID="s1"/></Row></Table></Worksheet>
 <Worksheet ss:Name="Lama"><Table><Row><Cell><Data ss:Type="String">=1+1</Data></Cell></Row></Table>
  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>
 </Worksheet></Workbook>"""


def test_xml_spreadsheet(read):
    data, old = read(BOOK, ["*"], name="laporan.xls")
    assert rows(data) == [
        ["Judul & isi", None, None, "1.5", *[None] * 4],
        [None] * 8,
        [None] * 8,
        [None, "2024-01-02", None, "TRUE", "tebal", "#DIV/0!", "0.0000001", "2024-01-02T08:30:00"],
    ]
    assert data.number[3].to_pylist() == [1.5, None, None, None]
    assert [(n.rule, n.cell, n.severity) for n in data.notes] == [
        ("rumus_tanpa_nilai", "C4", Severity.TOLAK),
        ("tersembunyi", "baris 4", Severity.CATATAN),
    ]
    assert "baris 4; kolom B-C" in data.notes[1].message
    assert (rows(old), old.hidden, [n.rule for n in old.notes]) == ([["=1+1"]], True, ["tersembunyi"])
    assert [sheet.name for sheet in read(BOOK)] == ["Data"]
    assert data.facts[0] == ("format", "XML Spreadsheet 2003")


@pytest.mark.parametrize(
    "change",
    [
        ('ss:Index="4"', 'ss:Index="99999999"'),
        ('ss:MergeAcross="2"', 'ss:MergeAcross="99999999"'),
        ('ss:Index="2"', 'ss:Index="99999999"'),
        ('ss:Index="90"', 'ss:Index="30000000"'),
    ],
)
def test_xml_spreadsheet_with_far_cells(read, change):
    assert refusal(read, BOOK.replace(*change)).rule == "terlalu_besar"


def test_an_empty_xml_spreadsheet(read):
    assert (
        refusal(read, '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>').rule == "bukan_lembar_kerja"
    )
    empty = re.sub("(?s)<Table.*</Table>", "", BOOK)
    assert read(empty)[0].n_rows == 0
