"""The figures of a sheet as Excel's XML, a batch at a time and a column at a time.

A library's call per cell costs more than all else in an export: fourteen million calls for a million figures. What
repeats (names, codes, times) is said once per different value; a text that repeats stands once in the workbook's table
of strings. Cells name no address: each stands behind the one before it, as the standard allows (ECMA-376 §18.3.1.4),
which makes the file a sixth as large.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from etl.publish.csv_file import sum_of_lengths
from etl.publish.released import Released
from etl.publish.text import each, plain

ZONE = ZoneInfo("Asia/Makassar")
_DAY_ZERO = date(1899, 12, 30)
"""Where Excel's count of days begins, for all dates since March 1900."""
_DIGITS = 15
"""Excel rounds a number with more."""
TEXT_LIMIT = 32_767
_SHARED = 1 << 16
"""A column with more different texts has each in its own cell, so that memory does not grow with the table."""
_NOTHING = "<c/>"
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot say, which Excel writes as `_x001F_`, and the first sign of a text that only looks like that."""


@dataclass(frozen=True)
class Rows:
    """Figures as rows of one workbook.

    styles: number of the cell format by column, for numbers and times. shared: text → its place in the table of
    strings, for every text of the columns that are not in `own`.
    """

    styles: Mapping[str, int]
    shared: Mapping[str, int]
    own: frozenset[str]

    def xml(self, batch: pa.RecordBatch) -> memoryview:
        """The rows of a batch."""
        cells = [self._cells(name, values) for name, values in zip(batch.schema.names, batch.columns, strict=True)]
        joined = pc.binary_join_element_wise("<row>", *cells, "</row>", "")
        return memoryview(joined.buffers()[2])[: sum_of_lengths(joined)]

    def _cells(self, name: str, values: pa.Array) -> pa.Array:
        kind = values.type
        style = f' s="{self.styles[name]}"' if name in self.styles else ""
        if pa.types.is_dictionary(kind):
            cells = each(values, _own_text if name in self.own else self._shared_text)
        elif pa.types.is_boolean(kind):
            cells = pc.if_else(values, '<c t="b"><v>1</v></c>', '<c t="b"><v>0</v></c>')
        elif pa.types.is_timestamp(kind):
            coded = values.dictionary_encode()
            told = [f"<c{style}><v>{_serial(moment)!r}</v></c>" for moment in coded.dictionary.to_pylist()]
            cells = pa.array(told, pa.string()).take(coded.indices)
        elif pa.types.is_decimal(kind):
            cells = _numbers(plain(values), style)
        else:
            days = (date(1970, 1, 1) - _DAY_ZERO).days
            counted = pc.add(pc.cast(values, pa.int32()), days) if pa.types.is_date(kind) else values
            cells = _counted(pc.cast(counted, pa.string()), style)
        return pc.fill_null(cells, _NOTHING)

    def _shared_text(self, text: str) -> str | None:
        place = self.shared.get(text)
        return None if place is None else f'<c t="s"><v>{place}</v></c>'


def _own_text(text: str) -> str | None:
    return f'<c t="inlineStr"><is>{said(text)}</is></c>' if text else None


def said(text: str) -> str:
    """A text as XML, never a formula; cut where Excel would refuse the file."""
    whole = _UNWRITABLE.sub(_escaped, text[:TEXT_LIMIT])
    return f'<t xml:space="preserve">{escape(whole)}</t>'


def _escaped(found: re.Match[str]) -> str:
    return f"_x{ord(found.group()):04X}_"


def _counted(texts: pa.Array, style: str) -> pa.Array:
    return pc.binary_join_element_wise(f"<c{style}><v>", texts, "</v></c>", "")


def _numbers(texts: pa.Array, style: str) -> pa.Array:
    """Exact decimals; as text what a float of 15 digits cannot hold."""
    cells = _counted(texts, style)
    digits = pc.utf8_ltrim(pc.replace_substring(pc.utf8_ltrim(texts, "-"), ".", ""), "0")
    long = pc.greater(pc.utf8_length(digits), _DIGITS)
    if not pc.any(long).as_py():
        return cells
    return pc.if_else(long, pc.binary_join_element_wise('<c t="inlineStr"><is><t>', texts, "</t></is></c>", ""), cells)


def _serial(moment: datetime) -> float:
    """Excel's number of a time, as the regency's clocks show it."""
    local = moment.astimezone(ZONE).replace(tzinfo=None)
    return (local - datetime.combine(_DAY_ZERO, time())) / timedelta(days=1)


def texts_of(released: Released) -> dict[str, list[str] | None]:
    """Text column → its different texts in the order of the figures; None where they are too many to keep."""
    names = [column.name for column in released.columns if pa.types.is_dictionary(column.kind)]
    found: dict[str, dict[str, None] | None] = {name: {} for name in names}
    for batch in released.batches():
        for name in names:
            known = found[name]
            if known is not None:
                known.update(dict.fromkeys(pc.unique(batch.column(name)).dictionary_decode().to_pylist()))
                found[name] = known if len(known) <= _SHARED else None
    return {name: None if known is None else [text for text in known if text] for name, known in found.items()}


def by_sheet(released: Released, rows: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The figures with the number of their sheet, from 0, which has at most that many rows."""
    at = 0
    for batch in released.batches():
        while batch.num_rows:
            piece = batch.slice(0, rows - at % rows)
            yield at // rows, piece
            at += piece.num_rows
            batch = batch.slice(piece.num_rows)
