"""XLSX: sheets `Data` with the figures and `Keterangan` with what they mean, in memory that does not grow with them.

XlsxWriter makes the workbook: styles, heads, filters, the sheet that explains. Into its empty `Data` sheets go the rows
of etl.publish.xlsx_rows. Excel counts in floats of 15 digits: a number with more stands there as text. Times are shown
in the regency's zone.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from etl.publish.released import Column, Released
from etl.publish.xlsx_rows import TEXT_LIMIT, ZONE, Rows, by_sheet, said, texts_of

SHEET_ROWS = 1_048_575
"""Figures on one sheet: Excel's rows less the header."""
_CELL = 64
"""Bytes of XML that no cell passes, unless it holds a text of its own."""
_STRINGS = "xl/sharedStrings.xml"
_WIDTHS = {"nama_indikator": 40, "nama_wilayah": 24, "indikator": 30, "dirilis_pada": 18, "nilai": 18}


def write(released: Released, folder: Path, *, sheet_rows: int = SHEET_ROWS) -> list[Path]:
    """sheet_rows: figures on one sheet; the next ones go to `Data 2`, `Data 3`, …"""
    path = released.file(folder, "xlsx")
    counts = [min(sheet_rows, released.count - start) for start in range(0, max(released.count, 1), sheet_rows)]
    book, styles = _without_figures(released, counts)
    texts = texts_of(released)
    shared = list(dict.fromkeys(text for known in texts.values() for text in known or ()))
    own = frozenset(name for name, known in texts.items() if known is None)
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        strings = source.read(_STRINGS)
        places = {text: place for place, text in enumerate(shared, start=strings.count(b"<si>"))}
        rows = Rows(styles, places, own)
        sheets = groupby(by_sheet(released, sheet_rows), lambda numbered: numbered[0])
        data = {f"xl/worksheets/sheet{number}.xml": count for number, count in enumerate(counts, start=1)}
        for part in source.infolist():
            cells = data.get(part.filename, 0) * len(released.columns)
            # Excel may offer to repair a file with ZIP64, which only a part of 2 GB needs.
            long = cells * _CELL > zipfile.ZIP64_LIMIT or (cells > 0 and bool(own))
            with target.open(copy(part), "w", force_zip64=long) as stream:
                if part.filename in data:
                    content = _sized(source.read(part), data[part.filename] + 1, len(released.columns))
                    _, batches = next(sheets, (0, ()))
                    stream.writelines(_with(content, "sheetData", (rows.xml(batch) for _, batch in batches)))
                elif part.filename == _STRINGS:
                    added = (f"<si>{said(text)}</si>".encode() for text in shared)
                    stream.writelines(_with(_uncounted(strings), "sst", added))
                else:
                    stream.write(source.read(part))
    return [path]


def _with(content: bytes, element: str, added: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """A part with more at the end of one of its elements."""
    head, end, tail = content.partition(f"</{element}>".encode())
    assert end, f"XlsxWriter wrote no {element}"
    yield head
    yield from added
    yield end + tail


def _sized(content: bytes, height: int, width: int) -> bytes:
    """A sheet that says how far it goes: readers take its word."""
    area = f'<dimension ref="A1:{xl_rowcol_to_cell(height - 1, width - 1)}"/>'
    return re.sub(rb'<dimension ref="[^"]*"/>', area.encode(), content, count=1)


def _uncounted(content: bytes) -> bytes:
    """The table of strings without how many there are, which may be left out."""
    return re.sub(rb' count="\d+" uniqueCount="\d+"', b"", content, count=1)


# ── all but the figures ──────────────────────────────────────────────────────────────────────────────────────────────


def _without_figures(released: Released, counts: Sequence[int]) -> tuple[BytesIO, dict[str, int]]:
    """The workbook with as many empty sheets `Data`, and the number of the cell format by column."""
    stream = BytesIO()
    options = {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": released.description.dataset["judul"], "created": _local_time(released)})
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1}),
            "number": book.add_format({"num_format": "#,##0.######"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for number, count in enumerate(counts, start=1):
            _data_sheet(book.add_worksheet("Data" if number == 1 else f"Data {number}"), released, formats, count)
        _meaning_sheet(book, released, formats)
    styles = {column.name: _format(column) for column in released.columns}
    return stream, {name: formats[style].xf_index for name, style in styles.items() if style}


def _data_sheet(sheet: Any, released: Released, formats: Mapping[str, Any], count: int) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(released.columns):
        width = _WIDTHS.get(column.name, max(12, len(column.name) + 2))
        sheet.set_column(place, place, width, formats.get(_format(column)))
        sheet.write_string(0, place, _heading(column), formats["head"])
    sheet.autofilter(0, 0, max(count, 1), len(released.columns) - 1)


def _format(column: Column) -> str:
    """Which of the formats its cells have; empty: none."""
    kinds = {"number": pa.types.is_decimal, "time": pa.types.is_timestamp, "day": pa.types.is_date}
    return next((name for name, fits in kinds.items() if fits(column.kind)), "")


def _heading(column: Column) -> str:
    return f"{column.name} (WITA)" if pa.types.is_timestamp(column.kind) else column.name


def _local_time(released: Released) -> Any:
    return released.released_at.astimezone(ZONE).replace(tzinfo=None)


# ── what they mean ───────────────────────────────────────────────────────────────────────────────────────────────────

_ABOUT = {
    "judul": "Judul",
    "deskripsi": "Deskripsi",
    "dataset": "Kode dataset",
    "nama_skpd": "Produsen data",
    "nama_urusan": "Urusan",
    "frekuensi": "Frekuensi",
    "metode": "Metode",
    "status_data": "Status data",
    "lisensi": "Lisensi",
}
_INDICATOR = ("indikator", "nama", "satuan", "konsep", "definisi", "rumus", "arah")


def _meaning_sheet(book: Any, released: Released, formats: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet("Keterangan")
    for place, width in enumerate((26, 40, 16, 40, 60, 30, 10)):
        sheet.set_column(place, place, width)
    at = 0
    told = released.description.dataset
    lines = [(title, told.get(name)) for name, title in _ABOUT.items()]
    lines += [
        ("Dirilis pada", f"{_local_time(released):%Y-%m-%d %H:%M} WITA"),
        ("Periode", " sampai ".join(dict.fromkeys((released.periods[0], released.periods[-1])))),
        ("Jumlah angka", str(released.count)),
    ]
    for title, text in lines:
        sheet.write_string(at, 0, title, formats["head"])
        sheet.write_string(at, 1, str(text or ""), formats["wrap"])
        at += 1
    at = _table(sheet, at + 1, formats, _INDICATOR, [dict(one) for one in released.description.indicators])
    columns = [{"kolom": c.name, "keterangan": c.description} for c in released.columns]
    _table(sheet, at + 1, formats, ("kolom", "keterangan"), columns)


def _table(sheet: Any, at: int, formats: Mapping[str, Any], names: tuple[str, ...], lines: list[dict[str, Any]]) -> int:
    """Writes a header and lines from row `at`; returns the row behind them."""
    for place, name in enumerate(names):
        sheet.write_string(at, place, name, formats["head"])
    for line in lines:
        at += 1
        for place, name in enumerate(names):
            sheet.write_string(at, place, str(line.get(name) or "")[:TEXT_LIMIT], formats["wrap"])
    return at + 1
