"""Columns to PostgreSQL and back by COPY: a million rows cost no Python objects."""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg2.extensions import cursor as Cursor
from psycopg2.sql import Composable

_CHUNK = 1 << 20

_SPOOLED = 1 << 24
"""Bytes of an answer beyond which it waits on disk until it is read."""

_PIECE = 2_048
"""Rows per piece: less than the connection's buffer of 200 KB, so that the server has some left while we write more."""


class _CsvOf(io.RawIOBase):
    """Tables as CSV, written piece by piece while the server takes in the piece before."""

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        self._batches = (batch for table in tables for batch in table.to_batches(max_chunksize=_PIECE))
        self._options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
        self._piece = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        if not self._piece:
            batch = next(self._batches, None)
            if batch is None:
                return b""
            buffer = io.BytesIO()
            pacsv.write_csv(batch, buffer, self._options)
            self._piece = buffer.getbuffer()
        piece = self._piece[: size if size >= 0 else None]
        self._piece = self._piece[len(piece) :]
        return bytes(piece)


def copy_table(cursor: Cursor, target: str, table: pa.Table | Iterable[pa.Table]) -> int:
    """COPY an Arrow table, whole or in slices, into `target`, columns by name; returns the rows that arrived. Null
    becomes NULL, '' ''."""
    slices = iter([table] if isinstance(table, pa.Table) else table)
    first = next(slices, None)
    if first is None or first.num_rows == 0:
        return 0
    columns = ", ".join(first.column_names)
    cursor.copy_expert(
        f"COPY {target} ({columns}) FROM STDIN (FORMAT csv)", _CsvOf(itertools.chain([first], slices)), _CHUNK
    )
    return cursor.rowcount


def copy_rows(
    cursor: Cursor, target: str, columns: Sequence[str], rows: Sequence[Sequence[object]], null: str = "\\N"
) -> int:
    """COPY rows of a few thousand; None becomes NULL. Returns the rows that arrived."""
    if not rows:
        return 0
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([null if cell is None else cell for cell in row] for row in rows)
    buffer.seek(0)
    cursor.copy_expert(f"COPY {target} ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL '{null}')", buffer, _CHUNK)
    return cursor.rowcount


def fetch_table(
    cursor: Cursor, query: str | Composable, types: Mapping[str, pa.DataType], parameters: object = None
) -> pa.Table:
    """The query's rows as an Arrow table with the given column names and types."""
    filled = cursor.mogrify(query, parameters).decode()  # type: ignore[arg-type]
    with tempfile.SpooledTemporaryFile(_SPOOLED) as buffer:
        cursor.copy_expert(f"COPY ({filled}) TO STDOUT (FORMAT csv)", buffer, _CHUNK)
        if buffer.tell() == 0:
            return pa.table({name: pa.array([], kind) for name, kind in types.items()})
        buffer.seek(0)
        return pacsv.read_csv(
            buffer,
            read_options=pacsv.ReadOptions(column_names=list(types), block_size=8 << 20),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict(types), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )


def clean(values: pa.Array | pa.ChunkedArray, limit: int) -> pa.Array | pa.ChunkedArray:
    """Text that PostgreSQL takes and a person can look at: no NUL, at most `limit` characters."""
    text = pc.cast(values, pa.string())
    if pc.any(pc.match_substring(text, "\x00")).as_py():
        text = pc.replace_substring(text, "\x00", "")
    longest = pc.max(pc.utf8_length(text)).as_py() or 0
    return pc.utf8_slice_codeunits(text, 0, limit) if longest > limit else text


def clip(text: str, limit: int) -> str:
    """The same for one text; what was cut shows as `…`."""
    text = text.replace("\x00", "")
    return text if len(text) <= limit else text[: limit - 1] + "…"
