"""OpenDocument and binary workbooks built to fill the memory are refused before the cell reader sees them."""

import resource
import struct
import subprocess
import sys
import zipfile

import pytest
from books import ODS_TEXT, SHEET1, book, ods, record, sheet_xml, wide, with_part, xlsb, xlsb_hidden_columns, xlsb_row

from etl.extract.read import read_sheets
from etl.findings import Refused, Severity
from etl.settings import PROJECT

ROWS, COLUMNS = ' table:number-rows-repeated="{}"', ' table:number-columns-repeated="{}"'
TEXT, EMPTY = ODS_TEXT.format("", "a"), "<table:table-cell{}/>"


def row(cells, repeated=1):
    return f"<table:table-row{ROWS.format(repeated) if repeated > 1 else ''}>{cells}</table:table-row>"


def repeated(times, text="a"):
    return ODS_TEXT.format(COLUMNS.format(times), text)


def empty(times):
    return EMPTY.format(COLUMNS.format(times))


def refusal(path, name="laporan.ods"):
    with pytest.raises(Refused) as caught:
        read_sheets(path, name)
    (finding,) = caught.value.findings
    assert finding.file == name
    return finding


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


HOSTILE = {
    "cells": row(repeated(2_000_000_000)),
    "rows": row(TEXT, 2_000_000_000),
    "both": row(repeated(16_384), 1_048_576),
    "far_row": row(empty(1), 1_048_576) + row(TEXT),
    "far_corner": row(TEXT) + row(empty(16_384), 1_048_574) + row(empty(16_383) + TEXT),
    "long_text": row(repeated(5_000, "x" * 10_000), 1_000),
    "covered": row('<table:covered-table-cell table:number-columns-repeated="99999999"/>' + TEXT),
    "quoted_bracket": row(ODS_TEXT.format(' table:formula="of:=1>2"' + COLUMNS.format(99_999_999), "a")),
    "single_quotes": row(repeated(99_999_999).replace('"', "'")),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_repeated_cells(tmp_path, case):
    assert refusal(ods(tmp_path / "x.ods", Data=HOSTILE[case])).rule == "terlalu_besar"


def test_all_sheets_count_because_all_are_read_at_once(tmp_path):
    sheets = {f"L{n}": row(repeated(1_000), 10_000) for n in range(4)}
    assert refusal(ods(tmp_path / "x.ods", **sheets)).rule == "terlalu_besar"


@pytest.mark.parametrize(
    ("rows_", "said"),
    [
        (row(repeated("1e9")), "pengulangan"),
        (row(repeated(10**12)), "pengulangan"),
        (row(TEXT)[:-9], "XML di dalamnya tidak sah"),
        ("<!-- <table:table> --><a", "XML di dalamnya tidak sah"),
    ],
)
def test_broken_content(tmp_path, rows_, said):
    finding = refusal(ods(tmp_path / "x.ods", Data=rows_))
    assert (finding.rule, said in finding.message) == ("berkas_rusak", True)


def test_entities(tmp_path):
    path = ods(tmp_path / "x.ods", Data=row(TEXT))
    bomb = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><office:document-content"
    with_part(path, "content.xml", lambda xml: xml.replace(b"<office:document-content", bomb, 1))
    assert refusal(path).rule == "berkas_rusak"


def test_encrypted(tmp_path):
    path = ods(tmp_path / "x.ods", Data=row(TEXT))
    with_part(path, "META-INF/manifest.xml", lambda _: b"<m><manifest:encryption-data/></m>")
    assert refusal(path).rule == "berkas_terkunci_sandi"


def test_blank_styled_cells_to_the_end_do_no_harm(tmp_path):
    path = ods(
        tmp_path / "x.ods",
        Data=row(TEXT + repeated(2) + empty(16_381), 2) + row(empty(16_384), 1_048_570),
    )
    assert rows(read_sheets(path, "a.ods")[0]) == [["a", "a", "a"]] * 2


def test_a_formula_without_result_is_told(tmp_path):
    path = ods(tmp_path / "x.ods", Data=row(TEXT) + row('<table:table-cell table:formula="of:=1+1"/>'))
    (sheet,) = read_sheets(path, "a.ods")
    assert [(n.rule, n.cell, n.severity) for n in sheet.notes] == [("rumus_tanpa_nilai", "A2", Severity.TOLAK)]


def test_two_workbooks_in_one(tmp_path):
    path = with_part(book(tmp_path / "x.xlsx", Data=[["a"]]), "content.xml", lambda _: b"<x/>")
    assert refusal(path).rule == "berkas_rusak"


def test_a_binary_sheet_filled_in_opposite_corners(tmp_path):
    path = xlsb(tmp_path / "x.xlsb", Data=xlsb_row(0, (0, "a")) + xlsb_row(1_048_575, (16_383, 1.0)))
    finding = refusal(path)
    assert (finding.rule, "XFD1048576" in finding.message) == ("terlalu_besar", True)


def test_a_binary_sheet_with_blank_styled_cells_far_away(tmp_path):
    path = xlsb(tmp_path / "x.xlsb", Data=xlsb_row(0, (0, "a"), (1, 2.5)) + xlsb_row(1_048_575, (16_383, None)))
    assert rows(read_sheets(path, "x.xlsb")[0]) == [["a", "2.5"]]


def test_binary_sheets_are_found_by_the_workbooks_relations(tmp_path):
    path = xlsb(tmp_path / "x.xlsb", Satu=xlsb_row(0, (0, "a")), Dua=xlsb_row(1, (1, "b"), (2, True)))
    assert [rows(sheet) for sheet in read_sheets(path, "x.xlsb", wanted=["*"])] == [
        [["a"]],
        [[None, None, None], [None, "b", "TRUE"]],
    ]


def test_hidden_columns_of_a_binary_sheet(tmp_path):
    path = xlsb(tmp_path / "x.xlsb", columns=xlsb_hidden_columns(1, 300), Data=xlsb_row(0, (0, "a"), (2, "c")))
    assert "kolom B-C." in read_sheets(path, "x.xlsb")[0].notes[0].message


@pytest.mark.parametrize(
    "damage",
    [
        lambda part: part[: len(part) // 2],
        lambda part: part.replace(record(145), b"\xff\xff\xff\xff\x7f"),
        lambda part: part + record(0, b"\1"),
    ],
)
def test_a_damaged_binary_sheet(tmp_path, damage):
    path = xlsb(tmp_path / "x.xlsb", Data=xlsb_row(0, (0, "teks yang cukup panjang")))
    with_part(path, "xl/worksheets/sheet1.bin", damage)
    assert refusal(path, "x.xlsb").rule == "berkas_rusak"


def sharing(path, length, cells, cell=b'<c r="A%d" t="s"><v>1</v></c>'):
    """A workbook whose cells all show its second text, of this length."""
    with_part(book(path, Data=[["kepala", "isi"]]), "xl/sharedStrings.xml", lambda x: x.replace(b"isi", b"x" * length))
    rows_ = b"".join(b'<row r="%d">%s</row>' % (n, cell % n) for n in range(1, cells + 1))
    return with_part(path, SHEET1, lambda _: sheet_xml(rows_))


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A%d" t="s"><v>1</v></c>',
        b"<c r='A%d' t='s'><v>1</v></c>",
        b'<c r="A%d" t = "s" s="0"><v> 1</v></c>',
        b'<c t="s" r="A%d"><v>1</v></c>',
    ],
)
def test_a_text_that_very_many_cells_share(tmp_path, cell):
    path = sharing(tmp_path / "x.xlsx", 1_000_000, 20_000, cell)
    assert path.stat().st_size < 300_000
    assert refusal(path).rule == "terlalu_besar"


def test_long_texts_beside_short_ones_do_no_harm(tmp_path):
    path = sharing(tmp_path / "x.xlsx", 100_000, 20_000, b'<c r="A%d" t="s"><v>0</v></c>')
    (sheet,) = read_sheets(path, "a.xlsx")
    assert set(sheet.text[0].to_pylist()) == {"kepala"}


def test_shared_texts_of_a_binary_workbook(tmp_path):
    def workbook(length):
        cells = b"".join(
            record(0, struct.pack("<I", n) + b"\0" * 13) + record(7, struct.pack("<III", 0, 0, 0))
            for n in range(20_000)
        )
        texts = record(159, struct.pack("<II", 1, 1)) + record(19, b"\0" + wide("x" * length)) + record(160)
        return with_part(xlsb(tmp_path / "x.xlsb", Data=cells), "xl/sharedStrings.bin", lambda _: texts)

    assert refusal(workbook(100_000)).rule == "terlalu_besar"
    (sheet,) = read_sheets(workbook(3), "a.xlsb")
    assert (sheet.n_rows, sheet.text[0][19_999].as_py()) == (20_000, "xxx")


LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({3_000_000_000},) * 2)
from pathlib import Path
from etl.extract.read import read_sheets
import etl.extract.workbook
from etl.findings import Refused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_sheets(Path(sys.argv[1]), "berkas")
except Refused as refusal:
    print(refusal.findings[0].rule, end=" ")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("case", ["both", "far_corner", "long_text", "xlsb", "shared"])
def test_refusing_takes_little_memory(tmp_path, case):
    if case == "xlsb":
        path = xlsb(tmp_path / "x", Data=xlsb_row(0, (0, "a")) + xlsb_row(1_048_575, (16_383, 1.0)))
    elif case == "shared":
        path = sharing(tmp_path / "x", 1_000_000, 20_000)
    else:
        path = ods(tmp_path / "x", Data=HOSTILE[case])
    out = subprocess.run([sys.executable, "-c", LIMITED, path], cwd=PROJECT, capture_output=True, text=True, check=True)
    rule, megabytes = out.stdout.split()
    assert (rule, int(megabytes) < 100) == ("terlalu_besar", True)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_000_000


def test_an_unpacked_bomb_beside_the_sheets(tmp_path):
    path = ods(tmp_path / "x.ods", Data=row(TEXT))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("styles.xml", b" " * 100_000_000)
    assert refusal(path).rule == "terlalu_besar"
