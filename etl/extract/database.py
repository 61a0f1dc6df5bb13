"""An agency's database: one query, read only, into one file whose bytes depend on nothing but the data.

The ordinary driver reads first, through a server-side cursor; a result that has more than one batch is then read by the
dialect's fast way, where that way gives the same values to the last digit. The file is Parquet with numbered columns,
their names and kinds beside them, and no time or machine in it, so unchanged data have an unchanged sha256.
"""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection
from sqlalchemy.engine import URL, CursorResult, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from etl.extract import database_session, fast_mysql, fast_postgres, incremental
from etl.extract.archive import Archive, Archived
from etl.extract.database_errors import classify, too_slow
from etl.extract.database_session import BATCH, leave_unread, reading
from etl.extract.problems import refused, unavailable
from etl.extract.query_text import one_select
from etl.extract.result_columns import Column, kind_of, name_of, table
from etl.extract.schema_drift import drift
from etl.findings import Finding, Owner, Refused
from etl.sources import DatabaseSource

log = logging.getLogger("satudata")

MAX_ROWS = 20_000_000
"""Rows of one result, kept as columns in memory (about 100 bytes each) until their types are known."""

ROW_GROUP = 1 << 20

QUERY = "kueri"
"""Under this name the archived file says which query and key made it: only the same can be continued."""


@dataclass(frozen=True)
class Dump:
    """A query's whole result in the archive, and what happened on the way.

    notes: findings to be shown though nothing is wrong with the load (columns that changed). rows_fetched: rows that
    the server sent, keys not counted. full: whether these were all rows.
    """

    archived: Archived
    notes: tuple[Finding, ...]
    rows_fetched: int
    full: bool


def dump(source: DatabaseSource, url: str, archive: Archive, dataset: str, previous: Path | None = None) -> Dump:
    """Runs the source's query and archives its whole result.

    url: from connections.resolve. previous: the file that was archived last time, whatever made it: what its columns
    were is compared, and a source with `incremental` then fetches only what changed since. Raises SourceUnavailable
    when the server cannot be reached or goes away midway, and Refused when it answers that the query does not fit its
    tables, or the result not the contract. Neither tells the address.
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
    query = one_select(source.query, address.get_backend_name(), source.connection, dataset)
    pull = _Pull(source, address, query, dataset)
    before = _same_query(previous, pull.mark)
    part = _changes(pull, before) if before is not None and source.incremental else None
    result = part if part is not None else pull.whole()
    notes = () if before is None else drift(before.schema_arrow, result.schema, source.connection, dataset)
    return Dump(archive.store(_parquet(result)), notes, pull.fetched, full=part is None)


def _same_query(previous: Path | None, mark: str) -> pq.ParquetFile | None:
    """The last result, when it is there, whole, and of the same query and key."""
    if previous is None:
        return None
    try:
        file = pq.ParquetFile(previous)
    except (pa.ArrowException, OSError):
        log.warning("Hasil kueri terakhir di arsip tidak terbaca; semuanya diambil lagi.")
        return None
    return file if (file.schema_arrow.metadata or {}).get(QUERY.encode()) == mark.encode() else None


def _changes(pull: _Pull, before: pq.ParquetFile) -> pa.Table | None:
    """Last time's table brought up to date, or None when the whole must be fetched."""
    try:
        return pull.since(before.read())
    except Refused as problem:
        if problem.findings[0].rule != "kueri_ditolak":
            raise
        # The query may not bear being a subquery, or no longer fits; read whole, it says so itself.
        log.info("Kueri %s tidak dapat diambil bertahap; semuanya diambil.", pull.dataset)
        return None


@dataclass
class _Pull:
    """One dump while it runs. fetched: rows of the attempt that gave the result, keys not counted."""

    source: DatabaseSource
    address: URL
    query: str
    dataset: str
    fetched: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def mark(self) -> str:
        plan = self.source.incremental
        text = "\0".join((self.query, plan.watermark, *plan.key) if plan else (self.query,))
        return hashlib.sha256(text.encode()).hexdigest()

    def whole(self) -> pa.Table:
        result = self._guarded(self._read_all)
        self.fetched = result.num_rows
        if self.source.incremental:
            mark, key = incremental.positions(list(map(name_of, result.schema)), self.source, self.dataset)
            incremental.check_overlap(kind_of(result.schema.field(mark)), self.source)
            result = incremental.in_key_order(result, key, self.source, self.dataset)
        return result

    def since(self, before: pa.Table) -> pa.Table | None:
        """`before` with what changed; None when that cannot be told for certain."""
        mark, key = incremental.positions(list(map(name_of, before.schema)), self.source, self.dataset)
        found = self._guarded(self._read_changes, before=before, mark=mark)
        if found is None:
            return None
        changed, keys = found
        merged = incremental.merge(before, changed, keys, mark, key)
        if merged is None:
            return None
        self._cap()(merged.num_rows)
        self.fetched = changed.num_rows
        return incremental.in_key_order(merged, key, self.source, self.dataset)

    def _guarded(self, step: Any, **arguments: Any) -> Any:
        """A step on the server, its driver's error made a finding."""
        try:
            return step(**arguments)
        except (DBAPIError, NoSuchModuleError, ImportError, SQLAlchemyError, OSError) as error:
            problem = classify(error, self.address, self.source.connection, self.dataset)
        # Raised here, outside the handler: the driver's own message, which names host and user, is not chained to it.
        raise problem

    def _read_all(self, *, fast: bool = True) -> pa.Table:
        with reading(self.address, self.source.connection) as connection:
            part = self._rows(connection, self.query, fast=fast)
        result = part.finish(self._cap())
        if result is not None:
            return result.replace_schema_metadata({QUERY: self.mark})
        if time.monotonic() - self.started > database_session.STATEMENT_SECONDS:
            raise too_slow(self.source.connection, self.dataset, f"{database_session.STATEMENT_SECONDS} detik")
        log.info("%s: hasil besar dibaca dengan penggerak biasa, lebih lambat.", self.dataset)
        return self._read_all(fast=False)

    def _read_changes(self, *, before: pa.Table, mark: int) -> tuple[pa.Table, pa.Table | None] | None:
        """Changed rows and, where deletions are looked for, all keys; None when they cannot be told.

        Both are of one state of the database, unless the keys are so many that MySQL's fast way reads them, a moment
        later: `merge` then notices rows that came meanwhile.
        """
        plan = self.source.incremental
        assert plan is not None
        with reading(self.address, self.source.connection) as connection:
            query = incremental.changed_since(before, mark, self.source, self.query, connection.dialect)
            if query is None:
                return None
            changed = self._rows(connection, query, fast=False).finish(self._cap())
            assert changed is not None
            if not plan.deletions:
                return changed, None
            part = self._rows(connection, incremental.all_keys(plan, self.query, connection.dialect), fast=True)
        keys = part.finish(self._cap())
        return None if keys is None else (changed, keys)

    def _rows(self, connection: Connection, query: str, *, fast: bool) -> _Rows:
        """The rows of a query, or what is needed to read them fast once this session is over."""
        cap, rows = self._cap(), 0
        result = connection.exec_driver_sql(query)
        names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result, not a dict
        columns = [Column() for _ in names]
        while batch := result.fetchmany(BATCH):
            if fast and not rows and len(batch) == BATCH and self._has_fast_way(result):
                if self.address.get_backend_name() == "postgresql":
                    return _Rows(names, fast_postgres.read(connection, result, query, cap))
                job = fast_mysql.job(self.address, connection, query)
                leave_unread(connection.connection.driver_connection, connection)
                return _Rows(names, None, job)
            rows += len(batch)
            cap(len(batch))
            for column, values in zip(columns, zip(*batch, strict=True), strict=True):
                column.add(values)
        return _Rows(names, columns)

    def _has_fast_way(self, result: CursorResult[Any]) -> bool:
        if self.address.get_backend_name() == "postgresql":
            return fast_postgres.suits(result)
        return self.address.get_backend_name() in ("mysql", "mariadb") and fast_mysql.suits(self.address, result)

    def _cap(self) -> Callable[[int], None]:
        """Told the rows of each batch; raises Refused when they are more than anybody needs."""
        total = 0

        def count(more: int) -> None:
            nonlocal total
            total += more
            if total > MAX_ROWS:
                raise refused(
                    "terlalu_besar",
                    f"Hasil kueri {self.dataset} melebihi {MAX_ROWS // 1_000_000} juta baris.",
                    "Kueri mengambil catatan satuan, bukan rekapitulasi, atau JOIN-nya menggandakan baris.",
                    "Perbaiki `source.query` pada kontrak: saring periode atau jumlahkan lebih dulu.",
                    file=self.source.connection,
                    owner=Owner.DISKOMINFO,
                )

        return count


@dataclass
class _Rows:
    """What a session gave: columns, or a job for MySQL's fast way, or neither where a fast way was not exact."""

    names: list[str]
    columns: list[Column] | None
    job: dict[str, Any] | None = None

    def finish(self, cap: Callable[[int], None]) -> pa.Table | None:
        """The table. A job is done only now, its session closed: the agency's server runs one query at a time."""
        if self.job is not None:
            self.columns = fast_mysql.read(self.job, len(self.names), cap)
        return None if self.columns is None else table(self.names, self.columns, {})


def _parquet(result: pa.Table) -> io.BytesIO:
    """The table's bytes, the same however its columns are cut into pieces."""
    out = io.BytesIO()
    with pq.ParquetWriter(out, result.schema, compression="zstd", store_schema=True) as writer:
        for start in range(0, max(result.num_rows, 1), ROW_GROUP):
            writer.write_table(result.slice(start, ROW_GROUP).combine_chunks(), row_group_size=ROW_GROUP)
    out.seek(0)
    return out
