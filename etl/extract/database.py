"""An agency's database: one query, read only, into one file whose bytes depend on nothing but the data.

Rows come through a server-side cursor in batches and become Arrow columns at once. The file is Parquet with numbered
columns, their names beside them, and no time or machine in it, so unchanged data have an unchanged sha256.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from etl.extract.archive import Archive, Archived
from etl.extract.cells import numbers_to_text, plain
from etl.extract.database_errors import classify
from etl.extract.problems import refused, unavailable
from etl.findings import Owner
from etl.sources import DatabaseSource

BATCH = 20_000
"""Rows fetched at a time: a few megabytes of Python objects."""

MAX_ROWS = 20_000_000
"""Rows of one result, kept as columns in memory (about 100 bytes each) until their types are known."""

CONNECT_SECONDS = 10
"""A server that does not answer in this time is down; the task is tried again later."""

STATEMENT_MINUTES = 30
"""A query that runs longer burdens the agency's system."""

TIMEZONE = "Asia/Makassar"
"""Kutai Timur's: the session's, so that a time stamp has one text whatever the server is set to."""


def dump(source: DatabaseSource, url: str, archive: Archive, dataset: str) -> Archived:
    """Runs the source's query and archives its result.

    url: from connections.resolve. Raises SourceUnavailable when the server cannot be reached or goes away midway, and
    Refused when it answers that the query does not fit its tables (schema drift). Neither tells the address.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise unavailable(
            "koneksi_tidak_sah",
            f"Alamat koneksi «{source.connection}» tidak dapat dibaca.",
            "Bukan bentuk jenis://pengguna:sandi@server:port/basisdata.",
            f"Perbaiki AIRFLOW_CONN_{source.connection.upper()}.",
            file=source.connection,
        ) from None
    problem: Exception
    try:
        with _reading(address, source) as connection:
            table = _table(connection, source, dataset)
    except (DBAPIError, NoSuchModuleError, ImportError, SQLAlchemyError, OSError) as error:
        problem = classify(error, address, source.connection, dataset)
    else:
        return archive.store(_parquet(table))
    # Raised here, outside the handler: the driver's own message, which names host and user, is not chained to it.
    raise problem


@contextmanager
def _reading(address: URL, source: DatabaseSource) -> Iterator[Connection]:
    """A connection in a transaction that cannot write."""
    dialect = address.get_backend_name()
    arguments: dict[str, Any] = {}
    options: dict[str, Any] = {"stream_results": True, "max_row_buffer": BATCH, "no_parameters": True}
    if dialect == "postgresql":
        arguments = {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "satudata",
            "options": f"-c TimeZone={TIMEZONE} -c statement_timeout={STATEMENT_MINUTES * 60_000}",
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        }
        options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    elif dialect in ("mysql", "mariadb"):
        arguments = {"connect_timeout": CONNECT_SECONDS, "read_timeout": STATEMENT_MINUTES * 60}
    elif dialect == "sqlite":
        _must_exist(address, source)
    engine = create_engine(address, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    if statement := {"sqlite": "PRAGMA query_only = ON", "mysql": "SET SESSION TRANSACTION READ ONLY"}.get(dialect):
        _on_connect(engine, statement)
    try:
        with engine.connect().execution_options(**options) as connection:
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def _on_connect(engine: Any, statement: str) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()


def _must_exist(address: URL, source: DatabaseSource) -> None:
    """SQLite makes an empty database of a wrong path, and then says that the table is missing."""
    if address.database and address.database != ":memory:" and not Path(address.database).is_file():
        raise unavailable(
            "basis_data_tidak_terjangkau",
            f"Berkas basis data koneksi «{source.connection}» tidak ada.",
            "Berkas dipindah, atau folder bersama tempatnya tidak tersambung.",
            f"Periksa AIRFLOW_CONN_{source.connection.upper()} dan folder tempat berkas itu.",
            file=source.connection,
        )


def _table(connection: Connection, source: DatabaseSource, dataset: str) -> pa.Table:
    """The whole result as typed columns."""
    result = connection.exec_driver_sql(source.query)
    names = list(result.keys())
    columns = [_Column() for _ in names]
    rows = 0
    while batch := result.fetchmany(BATCH):
        rows += len(batch)
        if rows > MAX_ROWS:
            raise _too_many(source, dataset)
        for column, values in zip(columns, zip(*batch, strict=True), strict=True):
            column.add(values)
    fields, arrays = [], []
    for number, (name, column) in enumerate(zip(names, columns, strict=True), start=1):
        values = column.finish()
        fields.append(pa.field(f"k{number}", values.type, metadata={"nama": str(name)}))
        arrays.append(values)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


class _Column:
    """Values of one column, batch by batch, as exact text; its type is what all values have in common.

    bool → TRUE/FALSE text; int → int64; int and Decimal → decimal128; float (alone or with int) → float64; anything
    else, or mixed with text → text.
    """

    def __init__(self) -> None:
        self.kinds: set[type] = set()
        self.batches: list[pa.Array] = []

    def add(self, values: Sequence[Any]) -> None:
        kinds = set(map(type, values)) - {type(None)}
        self.kinds |= {_kind(kind) for kind in kinds}
        if kinds <= {str}:
            self.batches.append(pa.array(values, pa.string()))
        elif kinds == {int} and all(value is None or abs(value) < 1 << 63 for value in values):
            self.batches.append(pa.array(values, pa.int64()).cast(pa.string()))
        elif kinds == {float}:
            self.batches.append(numbers_to_text(pa.array(values, pa.float64())))
        else:
            self.batches.append(pa.array([None if value is None else _exact(value) for value in values], pa.string()))

    def finish(self) -> pa.Array:
        text = pa.chunked_array(self.batches, pa.string()).combine_chunks()
        if not self.kinds or not self.kinds <= {int, float, Decimal}:
            return text
        for wanted in (pa.float64(),) if float in self.kinds else (pa.int64(), *_decimal_type(text)):
            try:
                return text.cast(wanted)
            except pa.ArrowInvalid:  # larger than the type, or numeric's NaN and Infinity
                continue
        return text


def _kind(kind: type) -> type:
    return kind if kind in (int, float, Decimal) else str


def _exact(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case bytes() | memoryview() | bytearray():
            return bytes(value).hex()
        case _:
            return plain(value)


def _decimal_type(text: pa.Array) -> list[pa.DataType]:
    """The narrowest decimal128 that holds all, if any does."""
    whole = scale = 0
    for value in text.unique().to_pylist():
        before, _, after = (value or "").lstrip("-").partition(".")
        whole, scale = max(whole, len(before)), max(scale, len(after))
    return [pa.decimal128(max(whole + scale, 1), scale)] if whole + scale <= 38 else []


def _parquet(table: pa.Table) -> io.BytesIO:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", store_schema=True, row_group_size=1 << 20)
    out.seek(0)
    return out


def _too_many(source: DatabaseSource, dataset: str) -> Exception:
    return refused(
        "terlalu_besar",
        f"Hasil kueri {dataset} melebihi {MAX_ROWS // 1_000_000} juta baris.",
        "Kueri mengambil catatan satuan, bukan rekapitulasi, atau JOIN-nya menggandakan baris.",
        "Perbaiki `source.query` pada kontrak: saring periode atau jumlahkan lebih dulu.",
        file=source.connection,
        owner=Owner.DISKOMINFO,
    )
