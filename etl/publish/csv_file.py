"""CSV: UTF-8 without a mark, RFC 4180 (comma, CRLF, quotes where needed), a header, numbers with a point.

A text that a spreadsheet would take for a formula gets an apostrophe before it: one that begins with = + - @, a tab or
a line break, and is longer than that one sign. Numbers are never touched, and a lone `-` is harmless.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from etl.publish.released import Released
from etl.publish.text import each, moments, numbers

_FORMULA = re.compile(r"[=+\-@\t\r\n].", re.DOTALL)
_QUOTED = re.compile(r'[",\r\n]')


def write(released: Released, folder: Path) -> list[Path]:
    path = released.file(folder, "csv")
    with path.open("wb") as stream:
        stream.write((",".join(cell(column.name) for column in released.columns) + "\r\n").encode())
        for batch in released.batches():
            stream.write(_lines(batch))
    return [path]


def cell(text: str) -> str:
    """One text as it stands in the file."""
    safe = f"'{text}" if _FORMULA.match(text) else text
    return '"' + safe.replace('"', '""') + '"' if _QUOTED.search(safe) else safe


def _lines(batch: pa.RecordBatch) -> memoryview:
    columns = [_cells(column) for column in batch.columns]
    columns[-1] = pc.binary_join_element_wise(columns[-1], "\r\n", "", null_handling="replace")
    joined = pc.binary_join_element_wise(*columns, ",", null_handling="replace")
    return memoryview(joined.buffers()[2])[: sum_of_lengths(joined)]


def _cells(values: pa.Array) -> pa.StringArray:
    counted = numbers(values)
    return counted if counted is not None else each(moments(values), cell)


def sum_of_lengths(values: pa.StringArray) -> int:
    """Bytes of all its texts, which stand one behind the other in its buffer."""
    return int(pc.sum(pc.binary_length(values)).as_py() or 0)
