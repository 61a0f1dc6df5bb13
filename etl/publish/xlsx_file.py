"""XLSX: sheets `Data` with the figures and `Keterangan` with what they mean, written row by row in constant memory.

Excel counts in floats of 15 digits: a number with more stands there as text. Times are shown in the regency's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter

from etl.publish.released import Column, Released
from etl.publish.text import each, plain

SHEET_ROWS = 1_048_575
"""Figures on one sheet: Excel's rows less the header."""
ZONE = ZoneInfo("Asia/Makassar")
_DAY_ZERO = date(1899, 12, 30)
"""Where Excel's count of days begins, for all dates since March 1900."""
_DIGITS = 10**15
_TEXT_LIMIT = 32_767

Row = tuple[Any, ...]
_WIDTHS = {"nama_indikator": 40, "nama_wilayah": 24, "indikator": 30, "dirilis_pada": 18, "nilai": 18}


def write(released: Released, folder: Path, *, sheet_rows: int = SHEET_ROWS) -> list[Path]:
    """sheet_rows: figures on one sheet; the next ones go to `Data 2`, `Data 3`, …"""
    path = released.file(folder, "xlsx")
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm", "tmpdir": str(folder)}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": released.description.dataset["judul"], "created": _local_time(released)})
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1}),
            "number": book.add_format({"num_format": "#,##0.######"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        rows = chain.from_iterable(map(_rows, released.batches()))
        for number in range(1, max(1, -(-released.count // sheet_rows)) + 1):
            _data_sheet(book, released, formats, number, islice(rows, sheet_rows))
        _meaning_sheet(book, released, formats)
    return [path]


def _local_time(released: Released) -> Any:
    return released.released_at.astimezone(ZONE).replace(tzinfo=None)


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _data_sheet(book: Any, released: Released, formats: Mapping[str, Any], number: int, rows: Iterator[Row]) -> None:
    sheet = book.add_worksheet("Data" if number == 1 else f"Data {number}")
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(released.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.name, max(12, len(column.name) + 2)))
        sheet.write_string(0, place, _heading(column), formats["head"])
    cells: list[tuple[int, Callable[..., Any], Any]] = [
        (place, *_writer(sheet, column, formats)) for place, column in enumerate(released.columns)
    ]
    text = sheet.write_string
    at = 1
    for at, row in enumerate(rows, start=1):
        for (place, put, form), value in zip(cells, row, strict=True):
            if value is not None:
                if form is None or value.__class__ is str:
                    text(at, place, value)
                else:
                    put(at, place, value, form)
    sheet.autofilter(0, 0, at, len(released.columns) - 1)


def _heading(column: Column) -> str:
    return f"{column.name} (WITA)" if pa.types.is_timestamp(column.kind) else column.name


def _writer(sheet: Any, column: Column, formats: Mapping[str, Any]) -> tuple[Callable[..., Any], Any]:
    """How the cells of a column are written; its format is None where they are texts."""
    if pa.types.is_dictionary(column.kind):
        return sheet.write_string, None
    if pa.types.is_boolean(column.kind):
        return sheet.write_boolean, False
    if pa.types.is_timestamp(column.kind):
        return sheet.write_number, formats["time"]
    if pa.types.is_date(column.kind):
        return sheet.write_number, formats["day"]
    return sheet.write_number, formats["number"] if pa.types.is_decimal(column.kind) else False


def _rows(batch: pa.RecordBatch) -> Iterator[Row]:
    return zip(*(_values(column) for column in batch.columns), strict=True)


def _values(values: pa.Array) -> list[Any]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return each(values, lambda text: text[:_TEXT_LIMIT]).to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_decimal(kind):
        return _numbers(values)
    if pa.types.is_timestamp(kind):
        coded = values.dictionary_encode()
        return pa.array(map(_serial, coded.dictionary.to_pylist()), pa.float64()).take(coded.indices).to_pylist()  # type: ignore[no-any-return]
    if pa.types.is_date(kind):
        return pc.add(pc.cast(values, pa.int32()), (_DAY_ZERO - date(1970, 1, 1)).days * -1).to_pylist()  # type: ignore[no-any-return]
    return values.to_pylist()  # type: ignore[no-any-return]


def _serial(moment: datetime) -> float:
    """Excel's number of a time, as the regency's clocks show it."""
    local = moment.astimezone(ZONE).replace(tzinfo=None)
    return (local - datetime.combine(_DAY_ZERO, time())) / timedelta(days=1)


def _numbers(values: pa.Array) -> list[Any]:
    """Floats, and texts for what a float of 15 digits cannot hold."""
    floats = pc.cast(values, pa.float64(), safe=False).to_pylist()
    limit = _DIGITS // 10 ** min(values.type.scale, 15)
    if (pc.max(pc.abs(pc.cast(values, pa.float64(), safe=False))).as_py() or 0) < limit:
        return floats  # type: ignore[no-any-return]
    texts = plain(values).to_pylist()
    return [
        text if text is not None and len(text.lstrip("-").replace(".", "").lstrip("0")) > 15 else number
        for number, text in zip(floats, texts, strict=True)
    ]


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
            sheet.write_string(at, place, str(line.get(name) or "")[:_TEXT_LIMIT], formats["wrap"])
    return at + 1
