"""HTML saved as .xls: tables as the page shows them."""

import pytest

from etl.extract import markup
from etl.extract.read import read_sheets
from etl.findings import Refused
from etl.settings import PROJECT
from etl.sources import ByteSource

SAMPLE = PROJECT.parent / "shared" / "samples" / "statistik" / "gariskemiskinanjabar.xls"
TWO_ROWS = "<tr><td>a<td>b</tr><tr><td>1<td>2</tr>"


@pytest.fixture
def read(tmp_path):
    def _read(content, wanted=None, name="laporan.xls", **stated):
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
    return finding


def test_cells_are_text_with_single_blanks(read):
    (sheet,) = read(
        "<html><body><table><tr><th>Nama\n  Wilayah</th><th>Luas<br>(km<sup>2</sup>)</th></tr>"
        "<tr><td>&nbsp;&nbsp;Sangatta&nbsp;Utara </td><td> <b>1.262</b>,59</td></tr></table>"
    )
    assert rows(sheet) == [["Nama Wilayah", "Luas (km2)"], ["  Sangatta Utara", "1.262,59"]]
    assert (sheet.name, sheet.number) == ("", (None, None))
    assert sheet.facts == (("format", "HTML"), ("pengodean", "UTF-8"), ("tabel di halaman", "1"))


def test_spans_are_filled_top_left(read):
    (sheet,) = read(
        "<table><tr><th rowspan=2>Kecamatan<th colspan=2>Jenis Kelamin<th rowspan=9>Ket</tr><tr><th>L<th>P</tr>"
        "<tr><td>A<td>1<td>2</tr><tr><td colspan=0>B<td colspan='x'>3<td>4<td>c</tr></table>"
    )
    assert rows(sheet) == [
        ["Kecamatan", "Jenis Kelamin", None, "Ket", None],
        [None, "L", "P", None, None],
        ["A", "1", "2", None, None],
        ["B", "3", "4", None, "c"],
    ]


def test_frozen_panes_are_one_table():
    if not SAMPLE.is_file():
        pytest.skip("shared samples folder absent")
    (sheet,) = read_sheets(SAMPLE, SAMPLE.name)
    assert rows(sheet) == [
        ["Nama Wilayah", "Garis Kemiskinan Menurut Kabupaten/Kota (Rupiah/kapita/bulan)", None, None],
        [None, "2020", "2019", "2018"],
        ["JAWA BARAT", "410988.00", "386198.00", "367755.00"],
    ]


def panes(header, body):
    return f"<div><table>{header}</table></div><div><table>{body}</table></div>"


def test_panes_with_headers_of_unequal_height_begin_together(read):
    left = panes("<tr><th>Wilayah", "<tr><td>Bogor<tr><td>Sukabumi<tr><td>Cianjur")
    right = panes(
        "<tr><th colspan=2>Garis<tr><th colspan=2>Kemiskinan<tr><th>2019<th>2020",
        "<tr><td>1<td>2<tr><td>3<td>4<tr><td>5<td>6",
    )
    (sheet,) = read(f"<table><tr><td>{left}</td><td>{right}</td></tr></table>")
    assert rows(sheet) == [
        ["Wilayah", "Garis", None],
        [None, "Kemiskinan", None],
        [None, "2019", "2020"],
        ["Bogor", "1", "2"],
        ["Sukabumi", "3", "4"],
        ["Cianjur", "5", "6"],
    ]


def test_panes_in_rows_of_the_page(read):
    def table(cells):
        return f"<td><table>{cells}</table></td>"

    (sheet,) = read(
        f"<table><tr>{table('<tr><th>Wilayah')}{table('<tr><th colspan=2>Tahun<tr><th>2019<th>2020')}</tr>"
        f"<tr>{table('<tr><td>A<tr><td>B')}{table('<tr><td>1<td>2<tr><td>3<td>4')}</tr>"
        "<tr><td colspan=2>Sumber: BPS</td></tr></table>"
    )
    assert rows(sheet) == [
        ["Wilayah", "Tahun", None],
        [None, "2019", "2020"],
        ["A", "1", "2"],
        ["B", "3", "4"],
        ["Sumber: BPS", None, None],
    ]


def test_a_table_within_a_table_without_cells(read):
    (sheet,) = read(f"<table><table>{TWO_ROWS}</table></table>")
    assert rows(sheet) == [["a", "b"], ["1", "2"]]


def test_text_around_is_title_and_footnote(read):
    (sheet,) = read(
        "<html><head><title>Ekspor</title><style>td {color: red}</style></head><body><h3>PENDUDUK</h3>"
        "<table><tr><td>Tahun<td>2023</table><p>Dicetak<br>hari ini</p>"
        f"<table>{TWO_ROWS}</table><script>x()</script><i>Sumber:</i> BPS<!-- rahasia --></body></html>"
    )
    assert rows(sheet) == [
        ["PENDUDUK", None],
        ["Tahun 2023", None],
        ["Dicetak", None],
        ["hari ini", None],
        ["a", "b"],
        ["1", "2"],
        ["Sumber: BPS", None],
    ]


def test_several_tables_are_sheets(read):
    page = (
        f"<table><caption>Laki-laki</caption>{TWO_ROWS}</table><p>antara</p><table>{TWO_ROWS}<tr><td>3<td>4</table>"
        f"<table><caption>Laki-laki</caption>{TWO_ROWS}</table>"
    )
    sheets = read(page, ["*"])
    assert [(sheet.name, sheet.no) for sheet in sheets] == [("Laki-laki", 0), ("Tabel 2", 1), ("Laki-laki (3)", 2)]
    assert rows(sheets[0])[-1] == rows(sheets[1])[0] == ["antara", None]
    assert [sheet.name for sheet in read(page)] == ["Tabel 2"]
    assert [sheet.name for sheet in read(page, ["laki*"])] == ["Laki-laki", "Laki-laki (3)"]
    assert refusal(read, page, wanted=["Perempuan"]).rule == "lembar_tidak_ada"
    assert [sheet.name for sheet in read(f"<table>{TWO_ROWS}</table>", ["Data"])] == [""]


def test_foot_comes_last_and_forms_do_no_harm(read):
    (sheet,) = read(
        "<table><form><thead><tr><th>a<th>b</thead><tfoot><tr><td>Jumlah<td>3</tfoot>"
        "<tbody><tr><td>x<td>3</tbody></form></table>"
    )
    assert rows(sheet) == [["a", "b"], ["x", "3"], ["Jumlah", "3"]]


def test_hidden_rows_are_read_and_told(read):
    (sheet,) = read(
        "Judul<table><tr><td>a<td>b</tr><tr style='DISPLAY : none'><td>1<td>2</tr><tr><td>3<td>4</tr></table>"
    )
    assert rows(sheet) == [["Judul", None], ["a", "b"], ["1", "2"], ["3", "4"]]
    (note,) = sheet.notes
    assert (note.rule, note.row, "baris 3." in note.message) == ("tersembunyi", 3, True)


def test_a_page_cut_off_is_told(read):
    (sheet,) = read(f"<html><table>{TWO_ROWS}<tr><td>3")
    assert [note.rule for note in sheet.notes] == ["html_tidak_ditutup"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<!DOCTYPE html><html><body><p>Sesi Anda\nberakhir</p></body></html>", "Sesi Anda berakhir"),
        ("<html><body><table><tr><td>Rp</td></tr></table></body></html>", "Rp"),
        (
            "<form><table><tr><td>Nama<td>:</tr><tr><td>Sandi<td>: <input type=password></tr></table></form>",
            "Nama : Sandi :",
        ),
        (
            "<title>Perimeter WAF Block</title><h2>Akses ini ditolak</h2><table><tr><td>URL<td>https://x</tr>"
            "<tr><td>IP<td>10.1.1.1</tr></table>",
            "Akses ini ditolak URL https://x IP 10.1.1.1",
        ),
        ("<html></html>", ""),
        ("<!-- x --><?php ?><html><b>Fatal error</b>", "Fatal error"),
    ],
)
def test_a_message_is_refused_in_its_own_words(read, content, said):
    finding = refusal(read, content)
    assert (finding.rule, finding.value) == ("bukan_lembar_kerja", said)
    assert "HTML" in finding.message


def test_figures_beside_a_login_form_are_figures(read):
    page = f"<input type=password><table>{TWO_ROWS}<tr><td>1.234,5<td>7 %</tr></table>"
    assert rows(read(page)[0])[-1] == ["1.234,5", "7 %"]


@pytest.mark.parametrize(
    ("content", "called", "notes"),
    [
        (f"<meta charset=windows-1252><table>{TWO_ROWS}<tr><td>é–".encode("cp1252"), "Windows-1252", 0),
        (
            f"<meta http-equiv=x content='text/html; charset=iso-8859-1'><table>{TWO_ROWS}<tr><td>é–".encode("cp1252"),
            "Windows-1252",
            0,
        ),
        (f"<meta charset=utf-8><table>{TWO_ROWS}<tr><td>é–".encode("cp1252"), "Windows-1252", 1),
        (f"<table>{TWO_ROWS}<tr><td>é–".encode("cp1252"), "Windows-1252", 1),
        (f"<table>{TWO_ROWS}<tr><td>é–".encode(), "UTF-8", 0),
        (f"<table>{TWO_ROWS}<tr><td>é–".encode("utf-16"), "UTF-16 dengan tanda BOM", 0),
        (f"<meta charset=utf-16><table>{TWO_ROWS}<tr><td>é–".encode(), "UTF-8", 0),
    ],
)
def test_encodings(read, content, called, notes):
    (sheet,) = read(content)
    assert rows(sheet)[-1] == ["é–", None]
    assert dict(sheet.facts)["pengodean"] == called
    assert [note.rule for note in sheet.notes].count("pengodean") == notes


@pytest.mark.parametrize("value", ['=HYPERLINK("http://x","y")', "+1", "@SUM(A1)", "-cmd|' /C calc'!A0"])
def test_formulas_are_text(read, value):
    (sheet,) = read(f"<table>{TWO_ROWS}<tr><td>{value}<td>1</table>")
    assert rows(sheet)[-1] == [value, "1"]


@pytest.mark.parametrize(
    "content",
    [
        "<table><tr><td>" * 300 + "x",
        "<table><tr><td>" + "x" * 11_000_000,
        "<table><tr>" + "<td colspan=1000>x" * 20,
        "<table>"
        + "<tr><td colspan=1000 rowspan=60000>" * 2
        + "<tr>"
        + "<td colspan=1000>" * 15
        + "<tr><td>a" * 30_000,
    ],
    ids=["deep", "long", "wide", "spans"],
)
def test_pages_built_to_do_harm(read, content):
    assert refusal(read, content).rule in ("terlalu_besar", "bukan_lembar_kerja")


def test_nested_spans_cannot_multiply(read, monkeypatch):
    monkeypatch.setattr(markup, "MAX_AREA", 100_000)
    wide = f"<table>{'<tr><td colspan=1000>x' * 3}</table>"
    assert refusal(read, f"<table>{f'<tr><td>{wide}' * 60}</table>").rule == "terlalu_besar"


def test_a_page_too_large(read, monkeypatch):
    monkeypatch.setattr(markup, "MAX_HTML", 50)
    assert refusal(read, f"<table>{TWO_ROWS}</table>").rule == "terlalu_besar"
