"""Parquet that an agency wrote with its own tools: any type, any nesting, in the cells that a workbook would have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.extract.cells import plain, texts
from etl.extract.compact import Compact
from etl.extract.package import MAX_UNPACKED, damaged
from etl.extract.problems import dotted, shown
from etl.extract.query_result import number_text, read_query_result
from etl.extract.records import json_text, too_large
from etl.extract.result_columns import time_text
from etl.frames import Sheet

MAX_CELLS = 200_000_000
"""Rows × columns; a billion equal rows are a few kilobytes of Parquet."""

BATCH = 1 << 16
"""Rows that are text at once."""

types = pa.types


def read_parquet(path: Path, name: str) -> Sheet:
    """One sheet: row 1 the column names, then the rows; our own archived results of queries as they were stored.

    Dates are ISO, truth TRUE/FALSE, bytes hexadecimal, lists and structures JSON text. Raises Refused.
    """
    try:
        schema = pq.read_schema(path)
        if schema.names and all(b"nama" in (field.metadata or {}) for field in schema):
            return replace(read_query_result(path, name), facts=(("format", "hasil kueri basis data"),))
        words = [field.name for field in schema if types.is_string(field.type) or types.is_large_string(field.type)]
        with pq.ParquetFile(path, read_dictionary=words) as file:
            rows, width = file.metadata.num_rows, len(file.schema_arrow)
            if rows * width > MAX_CELLS:
                raise too_large(name, f"{dotted(rows)} baris dengan {dotted(width)} kolom")
            return _sheet(file, name)
    except (pa.ArrowException, OSError) as error:
        raise damaged(name, f"Parquet-nya tidak utuh ({shown(str(error))})") from error


def _sheet(file: pq.ParquetFile, name: str) -> Sheet:
    fields = list(file.schema_arrow)
    columns = [_Cells(field) for field in fields]
    size = 0
    for batch in file.iter_batches(BATCH):
        for column, values in zip(columns, batch.columns, strict=True):
            size += column.add(values, name)
        if size > MAX_UNPACKED:
            raise too_large(name, f"teksnya lebih dari {MAX_UNPACKED / 1e9:.1f} GB")
    finished = [column.finish() for column in columns]
    return Sheet(
        name="",
        no=0,
        text=tuple(text for text, _ in finished),
        number=tuple(number for _, number in finished),
        facts=(("format", "Parquet"),),
    )


class _Cells:
    """One column on its way: texts, and numbers where its type is a number's."""

    def __init__(self, field: pa.Field) -> None:
        self.kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        self.is_number = types.is_integer(self.kind) or types.is_floating(self.kind) or types.is_decimal(self.kind)
        self.text = Compact()
        self.text.add(texts([field.name]))
        self.numbers = [pa.nulls(1, pa.float64())]

    def add(self, values: pa.Array, name: str) -> int:
        """Appends a batch; its size as text. Raises Refused before long texts that repeat would fill the memory."""
        if types.is_dictionary(values.type):
            longest = pc.max(pc.binary_length(values.dictionary.cast(pa.string()))).as_py() if self._is_text else 0
            if (longest or 0) * len(values) > MAX_UNPACKED:
                raise too_large(name, f"satu teks sepanjang {dotted(longest)} huruf berulang di ribuan baris")
            values = values.dictionary_decode()
        if types.is_float32(self.kind) or types.is_float16(self.kind):
            values = values.cast(pa.float32()).cast(pa.string()).cast(pa.float64())  # its own shortest text, 0.1
        text = number_text(values) if self.is_number else _text_of(self.kind)(values)
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        self.text.add(text)
        if self.is_number:
            number = values.cast(pa.float64(), safe=False)
            self.numbers.append(pc.if_else(pc.is_finite(number), number, None))  # NaN is a word, no number
        return int(text.nbytes)

    @property
    def _is_text(self) -> bool:
        return bool(types.is_string(self.kind) or types.is_large_string(self.kind))

    def finish(self) -> tuple[pa.Array, pa.ChunkedArray | None]:
        return self.text.finish(), pa.chunked_array(self.numbers, pa.float64()) if self.is_number else None


def _text_of(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    """How values of a type that is no number's become text."""
    if types.is_string(kind) or types.is_large_string(kind) or types.is_date32(kind) or types.is_null(kind):
        return lambda values: values.cast(pa.string())
    if types.is_date64(kind):
        return lambda values: values.cast(pa.date32()).cast(pa.string())
    if types.is_boolean(kind):
        return lambda values: pc.if_else(values, "TRUE", "FALSE")
    if types.is_timestamp(kind) and kind.tz is None:
        return lambda values: time_text(values.cast(pa.timestamp("us"), safe=False))
    if types.is_timestamp(kind):
        return lambda values: _each(values.cast(pa.timestamp("us", kind.tz), safe=False), plain)
    return lambda values: _each(values, _plain)


def _each(values: pa.Array, written: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else written(value) for value in values.to_pylist()], pa.string())


def _plain(value: Any) -> str:
    match value:
        case list() | dict():
            return json_text(value)
        case bytes():
            return value.hex()
        case _:
            return plain(value)
