"""The vector reader and calamine say the same of every sheet, or the vector reader says nothing."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.extract import workbook
from etl.extract.package import open_package
from etl.extract.plain_sheet import read_plain
from etl.extract.read import read_sheets
from etl.findings import Refused
from etl.frames import Sheet

SAMPLES = sorted(Path(__file__).parents[3].glob("samples/**/*.xls[xm]"))
PART = "xl/worksheets/sheet1.xml"

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6)
odd = st.sampled_from(
    ["a & b", "<c>", '"', "'", " tepi ", "dua\nbaris", "_x0041_", "=1+1", "1e5", "", "é²", "&amp;", "\t"]
)
numbers = st.one_of(st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False))
others = st.sampled_from([True, False, dt.date(2024, 5, 31), dt.time(7, 30)])
plain = st.one_of(st.none(), words, odd, numbers)
tables = st.lists(st.lists(st.one_of(plain, plain, plain, others), max_size=5), max_size=6)
formats = st.sampled_from(["", "#,##0.00", '"Rp" #,##0', "0%", "@", "dd/mm/yyyy", "[h]:mm", "0.00E+00", "General"])


def contents(sheet: Sheet) -> Any:
    text = [column.to_pylist() for column in sheet.text]
    number = [None if column is None else column.to_pylist() for column in sheet.number]
    number = [None if column is None or set(column) == {None} else column for column in number]
    return text, number, sheet.notes, sheet.facts, sheet.hidden


def by_calamine(path: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "read_plain", lambda *_: None)
        return read(path)


def read(path: Path) -> Any:
    try:
        return [contents(sheet) for sheet in read_sheets(path, path.name)]
    except Refused as refused:
        return [finding.message for finding in refused.findings]


def write(path: Path, table: list[list[Any]], number_format: str, *, inline: bool, top: int, left: int) -> None:
    options = {"constant_memory": inline, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": number_format} if number_format else {})
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                where = (row + top, column + left)
                if isinstance(cell, str):
                    sheet.write_string(*where, cell, style)
                else:
                    sheet.write(*where, cell, style if isinstance(cell, (float, int, type(None))) else None)
        if len(table) > 2:
            sheet.set_row(top + 1, None, None, {"hidden": True})


def is_plain(path: Path) -> bool:
    return read_plain(open_package(path, path.name), PART) is not None


every = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@every
@given(tables, formats, st.booleans(), st.integers(0, 2), st.sampled_from([0, 1, 25, 27, 702]))
def test_what_xlsxwriter_wrote(
    tmp_path: Path, table: list[list[Any]], number_format: str, inline: bool, top: int, left: int
) -> None:
    path = tmp_path / "a.xlsx"
    write(path, table, number_format, inline=inline, top=top, left=left)
    assert read(path) == by_calamine(path)


@every
@given(tables)
def test_what_openpyxl_wrote(tmp_path: Path, table: list[list[Any]]) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(
            ["".join(c for c in cell if c.isprintable()) if isinstance(cell, str) else cell for cell in row]
        )
    book.save(path)
    assert read(path) == by_calamine(path)


@pytest.mark.parametrize("inline", [True, False])
def test_a_sheet_of_text_and_numbers_is_plain(tmp_path: Path, inline: bool) -> None:
    """Else the fast way would be no way at all and nobody would notice."""
    path = tmp_path / "c.xlsx"
    table = [["Kecamatan", "Tahun", "Jumlah"], ["Sangatta & Bengalon", 2024, 1.5], [" Kaliorang", None, -2]]
    write(path, table, "#,##0.00", inline=inline, top=2, left=1)
    assert is_plain(path)
    ((text, number, *_),) = read(path)
    assert text[1][2:] == ["Kecamatan", "Sangatta & Bengalon", " Kaliorang"]
    assert number[3][3:] == [1.5, -2.0] and text[3] == [None, None, "Jumlah", "1.5", "-2"]
    assert text[0] == [None] * 5


def test_formulas_dates_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [1, 2])
        sheet.write_formula(0, 2, '=IF(A1<B1,"a","b")', None, "a")
        sheet.write_formula(0, 3, "=SUM(A1:B1)", None, 3)
        sheet.write_formula(0, 4, '=""', None, "")
    assert is_plain(path)
    assert read(path) == by_calamine(path)
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_formula(0, 0, "=1/0", None, "#DIV/0!")
    assert not is_plain(path)
    assert read(path) == by_calamine(path)


SHEET = '<?xml version="1.0"?><worksheet xmlns="x"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" s="0"/><c r="B1" t="n"><v>1</v></c></row><row r="4" spans="1:2"/>',
        '<row r="1"><c r="A1"><v></v></c><c r="B1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v> 1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="10"><c r="A1"><v>1</v></c></row>',
        "<row><c><v>1</v></c><c><v>2</v></c></row>",
        "<row r='1'><c r='A1'><v>1</v></c></row>",
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t/></is></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&#65;&lt;&#x42;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v><![CDATA[a]]></v></c></row>',
        '<row r="1"><!-- --><c r="A1" t="b"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>2024-05-31</v></c></row>',
        '<row r="1"><c t="str" r="A1"><v>a</v></c></row>',
        '<row r="1"> <c r="A1"> <v>1</v> </c> </row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1"><v>1e3</v></c><c r="B1"><v>1E-7</v></c><c r="C1"><v>0.1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="1"><c r="A1"><v>1</v></c><row r="2"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"/><row r="4"></row>\n<row r="5"/>',
        '<row r="1"><c r="A1"><v>1</c></v></row>',
        '<row r="1"><c r="a1"><v>1</v></c></row>',
    ],
)
def test_rows_as_others_may_write_them(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "e.xlsx"
    with xlsxwriter.Workbook(str(tmp_path / "f.xlsx")) as book:
        book.add_worksheet()
    with zipfile.ZipFile(tmp_path / "f.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            target.writestr(part, SHEET.format(rows) if part == PART else source.read(part))
    assert read(path) == by_calamine(path)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples(path: Path) -> None:
    assert read(path) == by_calamine(path)
