"""What a dataset says to the public at one moment: its description and every open figure, as one snapshot.

Read from `portal.*` alone, so that no export can show more than the portal does. The figures are written once, to the
Parquet file that is itself an export; every other writer streams them from there and needs no database. A writer is a
function `write(released, folder) -> list[Path]`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.load.warehouse import rows, sql, transaction
from etl.meaning import FACT_DIMENSIONS

VIEWS = {"indikator": "nilai", "anggaran": "anggaran", "kinerja": "kinerja"}
"""Fact → the view in `portal` with its current, open figures, one per row."""

_OWN = ("dataset", "rincian", "rincian_json", "kiriman")
"""Columns of those views that an export does not repeat: breakdowns get columns of their own."""
_BATCH = 1 << 16


@dataclass(frozen=True)
class Column:
    """One column of the tidy table. kind: the Arrow type. description: Indonesian, from the view's COMMENT."""

    name: str
    kind: pa.DataType
    description: str
    breakdown: str | None = None
    """The breakdown it holds the code of (`jenis_kelamin`); None for what every dataset has."""

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Description:
    """A dataset and its indicators in the words and columns of portal.dataset and portal.indikator."""

    dataset: Mapping[str, Any]
    indicators: tuple[Mapping[str, Any], ...]

    @property
    def id(self) -> str:
        return str(self.dataset["dataset"])

    @property
    def fact(self) -> str:
        return str(self.dataset.get("fakta", "indikator"))

    @property
    def released_at(self) -> datetime | None:
        """Its last release; None before the first."""
        told = self.dataset["rilis_terakhir"]
        return datetime.fromisoformat(told) if told else None

    @property
    def is_open(self) -> bool:
        """Whether its figures may be taken away: open, and released at least once."""
        return self.dataset["akses"] == "terbuka" and self.released_at is not None

    @property
    def fingerprint(self) -> str:
        """sha256 of all of it: files whose description says something else are stale."""
        told = json.dumps([dict(self.dataset), *map(dict, self.indicators)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Released:
    """One dataset as it is published: description, columns, and its figures in the order of their key.

    periods: every period code, sorted. store: the Parquet file that holds the figures.
    """

    description: Description
    released_at: datetime
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    count: int
    periods: tuple[str, ...]
    store: Path

    def batches(self, size: int = _BATCH) -> Iterator[pa.RecordBatch]:
        """The figures, `size` rows at a time; text columns are dictionaries."""
        texts = [column.name for column in self.columns if pa.types.is_dictionary(column.kind)]
        with pq.ParquetFile(self.store, read_dictionary=texts) as file:
            yield from file.iter_batches(batch_size=size)

    def file(self, folder: Path, ending: str) -> Path:
        """Where its file of that kind goes: `dinkes.puskesmas.csv`."""
        return folder / f"{self.description.id}.{ending}"


Writer = Callable[[Released, Path], list[Path]]
"""Writes its files of a snapshot into a folder and returns them. The same snapshot gives the same bytes."""


def describe(cursor: Cursor, dataset: str) -> Description:
    """The dataset as the catalogue has it now. Raises LookupError for one that the catalogue does not have."""
    found = rows(cursor, "publish/released.sql#dataset", {"dataset": dataset})
    if not found:
        raise LookupError(
            f"Dataset `{dataset}` tidak ada di katalog. Tindakan: periksa namanya, atau `satudata migrate`."
        )
    indicators = rows(cursor, "publish/released.sql#indicators", {"dataset": dataset})
    return Description(found[0][0], tuple(told for (told,) in indicators))


def snapshot(conn: Connection, dataset: str, folder: Path) -> Released:
    """Reads an open dataset in one repeatable-read transaction and stores its figures in `folder`.

    Raises LookupError when it is unknown or has nothing open.
    """
    with transaction(conn) as cursor:
        cursor.execute(sql("publish/released.sql#snapshot"))
        described = describe(cursor, dataset)
        released_at = described.released_at
        if released_at is None or not described.is_open:
            raise LookupError(f"Dataset `{dataset}` tidak mempunyai angka terbuka yang sudah dirilis.")
        view = compose.Identifier("portal", VIEWS[described.fact])
        count, periods, columns = _table(cursor, described, view)
        key = _key(columns, described.fact)
        released = Released(described, released_at, columns, key, count, periods, folder / f"{dataset}.parquet")
        _store(cursor, released, view)
    return released


def _table(
    cursor: Cursor, described: Description, view: compose.Identifier
) -> tuple[int, tuple[str, ...], tuple[Column, ...]]:
    """How many figures, of which periods, and the columns that hold them."""
    given = {"dataset": described.id}
    cursor.execute(compose.SQL(sql("publish/released.sql#extent")).format(view=view), given)
    count, whole, fraction, periods = cursor.fetchone()  # type: ignore[misc]
    cursor.execute(compose.SQL(sql("publish/released.sql#breakdowns")).format(view=view), given)
    breakdowns = [name for (name,) in cursor.fetchall()]
    number = pa.decimal128(38, fraction) if whole + fraction <= 38 else pa.decimal256(76, fraction)
    listed = rows(cursor, "publish/released.sql#columns", {"view": f"portal.{VIEWS[described.fact]}"})
    columns = [Column(name, _type(kind, number), told) for name, kind, told in listed if name not in _OWN]
    taken = {column.name for column in columns}
    place = next(index for index, column in enumerate(columns) if column.name == "nilai")
    columns[place:place] = [_breakdown(name, taken) for name in breakdowns]
    return count, tuple(periods), tuple(columns)


_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("ms", "UTC"),
}


def _type(kind: str, number: pa.DataType) -> pa.DataType:
    return number if kind == "numeric" else _TYPES.get(kind, _TEXT)


def _breakdown(name: str, taken: set[str]) -> Column:
    told = f"Rincian {name.replace('_', ' ')}; kosong: angka tanpa rincian ini."
    return Column(f"rincian_{name}" if name in taken else name, _TEXT, told, breakdown=name)


def _key(columns: Sequence[Column], fact: str) -> tuple[str, ...]:
    wanted = {"indikator", "wilayah", "periode", *FACT_DIMENSIONS[fact]}
    return tuple(column.name for column in columns if column.name in wanted or column.breakdown)


# ── COPY to Parquet ──────────────────────────────────────────────────────────────────────────────────────────────────


def _store(cursor: Cursor, released: Released, view: compose.Identifier) -> None:
    """Every figure, in pieces: neither the server's answer nor the table is ever whole in memory."""
    query = compose.SQL(sql("publish/released.sql#rows")).format(
        columns=compose.SQL(", ").join(map(_selected, released.columns)),
        view=view,
        dataset=compose.Literal(released.description.id),
        key=compose.SQL(", ").join(compose.SQL('{} COLLATE "C"').format(_expression(c)) for c in _ordering(released)),
    )
    schema = pa.schema([(column.name, column.kind) for column in released.columns])
    with pq.ParquetWriter(released.store, schema, compression="zstd", version="2.6") as writer:
        if released.count:
            with contextlib.closing(_copied(cursor, query, schema)) as batches:
                for batch in batches:
                    writer.write_batch(batch, row_group_size=1 << 20)


def _ordering(released: Released) -> list[Column]:
    return [column for column in released.columns if column.name in released.key]


def _expression(column: Column) -> compose.Composable:
    if column.breakdown:
        return compose.SQL("(rincian_json ->> {})").format(compose.Literal(column.breakdown))
    return compose.Identifier(column.name)


def _selected(column: Column) -> compose.Composable:
    if pa.types.is_timestamp(column.kind):
        shape = compose.Literal('YYYY-MM-DD"T"HH24:MI:SS')
        return compose.SQL("to_char({} AT TIME ZONE 'UTC', {})").format(_expression(column), shape)
    return _expression(column)


def _copied(cursor: Cursor, query: compose.Composable, schema: pa.Schema) -> Generator[pa.RecordBatch, None, None]:
    """The answer of a COPY, parsed while the server still sends it. What breaks the COPY is raised here."""
    reading, writing = os.pipe()
    broken: list[BaseException] = []

    def send() -> None:
        try:
            with os.fdopen(writing, "wb") as stream:
                cursor.copy_expert(query, stream, 1 << 20)
        except BaseException as error:
            broken.append(error)

    sender = threading.Thread(target=send, name="salin", daemon=True)
    try:
        with os.fdopen(reading, "rb") as stream:
            sender.start()
            yield from _parsed(stream, schema)
    except pa.ArrowInvalid:
        sender.join()
        if not broken:
            raise
    finally:
        sender.join()  # the connection is the sender's until then
    if broken:
        raise broken[0]


def _parsed(stream: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    zoneless = {f.name: pa.timestamp("ms") if pa.types.is_timestamp(f.type) else f.type for f in schema}
    with pacsv.open_csv(
        stream,
        read_options=pacsv.ReadOptions(column_names=schema.names, block_size=4 << 20),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=zoneless,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ) as reader:
        for batch in reader:
            yield batch.cast(schema)
