"""A sheet's columns, gathered block of rows by block of rows."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from etl.extract.compact import Compact, plain_text

Block = tuple[pa.Array, pa.Array | None]
"""Text of a column's cells, and the number where a cell was one; None where none was."""

Columns = tuple[tuple[pa.Array | pa.ChunkedArray, ...], tuple[pa.ChunkedArray | None, ...]]
"""(text, number) per column, as in a Sheet."""


class _Column:
    def __init__(self) -> None:
        self.rows = 0
        self.coded: Compact | None = Compact()
        self.text: list[pa.Array] = []
        self.number: list[pa.Array] = []

    def add(self, text: pa.Array, number: pa.Array | None) -> None:
        """Text alone is coded; of numbers hardly two are the same."""
        if number is not None and self.coded is not None:
            self.text, self.coded = [plain_text(self.coded.finish())], None
            self.number = [pa.nulls(self.rows, pa.float64())]
        if self.coded is not None:
            self.coded.add(text)
        else:
            self.text.append(text)
            self.number.append(pa.nulls(len(text), pa.float64()) if number is None else number)
        self.rows += len(text)

    def finish(self) -> tuple[pa.Array | pa.ChunkedArray, pa.ChunkedArray | None]:
        if self.coded is not None:
            return self.coded.finish(), None
        return pa.chunked_array(self.text, pa.string()), pa.chunked_array(self.number, pa.float64())


class Gathered:
    """Takes blocks of rows in order; a column that a block does not have is blank there."""

    def __init__(self) -> None:
        self.rows = 0
        self._columns: list[_Column] = []

    def add(self, n_rows: int, blocks: Mapping[int, Block]) -> None:
        """blocks: by place of the column, 0 is A."""
        while len(self._columns) <= max(blocks, default=-1):
            self._columns.append(_Column())
        for place, block in blocks.items():
            column = self._columns[place]
            if column.rows < self.rows:
                column.add(pa.nulls(self.rows - column.rows, pa.string()), None)
            column.add(*block)
        self.rows += n_rows

    def finish(self) -> Columns:
        """The columns up to the last row that is filled anywhere."""
        for column in self._columns:
            if column.rows < self.rows:
                column.add(pa.nulls(self.rows - column.rows, pa.string()), None)
        columns = [column.finish() for column in self._columns]
        length = max((_last_filled(text) for text, _ in columns), default=0)
        return (
            tuple(text.slice(0, length) for text, _ in columns),
            tuple(None if number is None else number.slice(0, length) for _, number in columns),
        )


def _last_filled(values: pa.Array | pa.ChunkedArray) -> int:
    """How many rows it has up to the last that is not null."""
    end = len(values)
    for chunk in reversed(values.chunks if isinstance(values, pa.ChunkedArray) else [values]):
        end -= len(chunk)
        if chunk.null_count < len(chunk):
            return end + int(pc.max(pc.indices_nonzero(chunk.is_valid())).as_py()) + 1
    return 0
