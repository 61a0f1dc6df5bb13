"""The workbook that the public takes away, read back with other people's software."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from etl.publish import xlsx_file, xlsx_rows
from etl.publish.released import Column, Description, Released
from etl.publish.xlsx_rows import said

MOMENT = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
NUMBERS = ("1", "", "-0.5", "1234567890123456789.25", "999999999.123456", "0.000001")
COLUMNS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "nama": (
        pa.dictionary(pa.int32(), pa.string()),
        ["=1+1", None, '<b>&"x" _x0041_x0042_', "  baris\nkedua\r", "", "+62 811"],
    ),
    "tahun": (pa.int16(), [2024, None, 2023, 0, -1, 2024]),
    "nilai": (
        pa.decimal128(38, 6),
        [
            Decimal(t) if t else None
            for t in ("1", "", "-0.5", "1234567890123456789.25", "999999999.123456", "0.000001")
        ],
    ),
    "tetap": (pa.bool_(), [True, None, False, True, False, True]),
    "hari": (pa.date32(), [date(2024, 2, 29), None, date(1999, 12, 31), date(2024, 1, 1), None, date(2024, 1, 1)]),
    "dirilis_pada": (pa.timestamp("ms", "UTC"), [MOMENT, None, MOMENT, MOMENT, MOMENT, MOMENT]),
}
LOCAL = datetime.fromisoformat("2026-01-01T07:30")
SHOWN = [
    ("=1+1", 2024, 1, True, datetime.fromisoformat("2024-02-29"), LOCAL),
    (None, None, None, None, None, None),
    ('<b>&"x" _x0041_x0042_', 2023, -0.5, False, datetime.fromisoformat("1999-12-31"), LOCAL),
    ("  baris\nkedua\r", 0, "1234567890123456789.25", True, datetime.fromisoformat("2024-01-01"), LOCAL),
    (None, -1, 999999999.123456, False, None, LOCAL),
    ("+62 811", 2024, 0.000001, True, datetime.fromisoformat("2024-01-01"), LOCAL),
]


def released(folder: Path, times: int = 1) -> Released:
    """A table with every kind of column, the same six rows several times."""
    columns = {name: pa.array(values * times, kind) for name, (kind, values) in COLUMNS.items()}
    store = folder / "uji.tabel.parquet"
    pq.write_table(pa.table(columns), store, row_group_size=4)
    told = {"dataset": "uji.tabel", "judul": "Tabel uji", "deskripsi": "Segala jenis kolom."}
    described = tuple(Column(name, kind, f"Kolom {name}") for name, (kind, _) in COLUMNS.items())
    return Released(Description(told, ()), MOMENT, described, ("nama",), 6 * times, ("2023", "2024"), store)


def of_openpyxl(path: Path, sheet: str = "Data") -> list[tuple[Any, ...]]:
    """Its rows; openpyxl leaves Excel's escapes as they stand."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True)
    return [tuple(unescaped(v) if isinstance(v, str) else v for v in row) for row in rows]


def unescaped(text: str) -> str:
    return text.replace("_x000D_", "\r").replace("_x005F_", "_")


def test_every_kind_of_cell_comes_back(tmp_path: Path) -> None:
    (path,) = xlsx_file.write(released(tmp_path), tmp_path)
    assert of_openpyxl(path) == SHOWN
    sheet = openpyxl.load_workbook(path)["Data"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "b", "d"}
    assert sheet["C2"].number_format == "#,##0.######"
    assert sheet.dimensions == "A1:F7"
    calamine = load_workbook(str(path)).get_sheet_by_name("Data").to_python()[1:]
    assert [tuple(None if cell == "" else cell for cell in row[:4]) for row in calamine] == [row[:4] for row in SHOWN]
    assert calamine[0][4:] == [date(2024, 2, 29), LOCAL]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice tidak terpasang")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    (path,) = xlsx_file.write(released(tmp_path), tmp_path)
    said_to = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", "--convert-to", "csv"]
    subprocess.run([*said_to, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["nama", "tahun", "nilai", "tetap", "hari", "dirilis_pada (WITA)"]
    assert [row[0].split() for row in rows[1:]] == [(shown[0] or "").split() for shown in SHOWN]
    assert [row[1] for row in rows[1:]] == ["2024", "", "2023", "0", "-1", "2024"]
    assert rows[4][2] == "1234567890123456789.25"
    assert rows[1][4:] == ["2024-02-29", "2026-01-01 07:30:00"]


def test_a_column_of_many_texts_has_them_in_its_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "_SHARED", 3)
    (path,) = xlsx_file.write(released(tmp_path), tmp_path)
    with zipfile.ZipFile(path) as parts:
        assert b"inlineStr" in parts.read("xl/worksheets/sheet1.xml")
        assert b"+62 811" not in parts.read("xl/sharedStrings.xml")
    assert of_openpyxl(path) == SHOWN


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_sheets_and_pieces_of_any_size_hold_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    table = released(tmp_path, times=4)
    (path,) = xlsx_file.write(table, tmp_path, sheet_rows=7)
    whole = path.read_bytes()
    batches: Iterable[pa.RecordBatch] = list(table.batches(size))
    monkeypatch.setattr(Released, "batches", lambda _self: iter(batches))
    (path,) = xlsx_file.write(table, tmp_path, sheet_rows=7)
    assert path.read_bytes() == whole
    names = openpyxl.load_workbook(path).sheetnames
    assert names == ["Data", "Data 2", "Data 3", "Data 4", "Keterangan"]
    rows = [of_openpyxl(path, name) for name in names[:-1]]
    assert [len(part) for part in rows] == [7, 7, 7, 3]
    assert [row for part in rows for row in part] == SHOWN * 4


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_xml_that_excel_reads_back(text: str) -> None:
    told = ElementTree.fromstring(said(text)).text or ""
    back = re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m.group(1), 16)), told)
    assert back == text[: xlsx_rows.TEXT_LIMIT]
