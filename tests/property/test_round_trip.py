"""Whatever is written is read back: random tables in random layouts, as real files, cell by cell."""

from __future__ import annotations

import csv
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from golden.grids import kutim
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from property.choices import Figure, Value
from property.written import Page, Written, write

from etl.extract.read import read_sheets
from etl.frames import Sheet, Tidy, column_letters
from etl.transform.tidy import tidy

SETTINGS = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bolak-balik")


def as_workbook(pages: list[Page], path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        for page in pages:
            sheet = book.add_worksheet(page.name)
            for top, left, bottom, right in page.merged:
                sheet.merge_range(top, left, bottom, right, "")
            for (row, column), value in page.cells.items():
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value)


def as_delimited(page: Page, path: Path, delimiter: str, encoding: str) -> None:
    rows, columns = page.size
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for row in range(rows):
            writer.writerow([_plain(page.cells.get((row, column), "")) for column in range(columns)])


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def figures_of(result: Tidy) -> dict[tuple[str, str], Figure]:
    found: dict[tuple[str, str], Figure] = {}
    for line in result.figures.to_pylist():
        sheet, row, column = result.place(line["key"], line["col_no"])
        value = Decimal(line["desimal"]) if line["desimal"] is not None else line["penanda"]
        cell = (result.sheets[sheet], f"{column_letters(column)}{row}")
        assert cell not in found
        found[cell] = (line["indikator"], line["wilayah"], line["periode"], line["rincian"], value)
    return found


def check(written: Written, path: Path) -> Tidy:
    """Reads the file and finds exactly the figures that were written, and every row accounted for."""
    sheet = written.contract.layout[0].sheet
    sheets = read_sheets(path, written.file, wanted=[sheet] if isinstance(sheet, str) else None)
    result = tidy(sheets, written.contract, kutim(), written.file)
    assert [(fault.rule, list(fault.cells["message"])) for fault in result.faults] == []
    assert {finding.rule for finding in result.findings} <= {"pengodean"}  # cp1252 is told, not refused
    expected = {
        ("" if path.suffix == ".csv" else page.name, f"{column_letters(column + 1)}{row + 1}"): figure
        for page in written.pages
        for (row, column), figure in page.figures.items()
    }
    assert figures_of(result) == expected
    assert len(result.rows) + sum(result.skipped.values()) == sum(_rows(one, result) for one in sheets)
    return result


def _rows(sheet: Sheet, result: Tidy) -> int:
    return sheet.n_columns if sheet.no in result.transposed else sheet.n_rows


@SETTINGS
@given(st.randoms(use_true_random=False))
def test_workbooks(folder: Path, rnd: Random) -> None:
    written = write(rnd, delimited=False)
    path = folder / "kiriman.xlsx"
    as_workbook(written.pages, path)
    check(written, path)


@SETTINGS
@given(st.randoms(use_true_random=False), st.sampled_from(",;\t|"), st.sampled_from(ENCODINGS))
def test_delimited_text(folder: Path, rnd: Random, delimiter: str, encoding: str) -> None:
    written = write(rnd, delimited=True)
    path = folder / "kiriman.csv"
    as_delimited(written.pages[0], path, delimiter, encoding)
    check(written, path)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice tidak terpasang")
@pytest.mark.parametrize("format_", ["ods", "xls"])
def test_what_libreoffice_saves(folder: Path, format_: str) -> None:
    every = {seed: write(Random(seed), delimited=False) for seed in range(8)}
    for seed, written in every.items():
        as_workbook(written.pages, folder / f"{seed}.xlsx")
    profile = f"-env:UserInstallation=file://{folder / 'profil'}"
    files = [str(folder / f"{seed}.xlsx") for seed in every]
    command = ["soffice", profile, "--headless", "--convert-to", format_, "--outdir", str(folder), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    for seed, written in every.items():
        check(written, folder / f"{seed}.{format_}")
