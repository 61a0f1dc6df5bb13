"""The warehouse's door: a connection, a transaction, and the statements that stand in warehouse_sql/."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.findings import Finding, Owner, SourceUnavailable
from etl.settings import WAREHOUSE_SQL


@cache
def sql(name: str) -> str:
    """Text of `warehouse_sql/<name>`, e.g. `roles.sql`; `load/figures.sql#close` is one statement of a file, the part
    below its line `-- name: close`."""
    path, _, part = name.partition("#")
    text = (WAREHOUSE_SQL / path).read_text(encoding="utf-8")
    if not part:
        return text
    pieces = re.split(r"(?m)^-- name: (\w+)\n", text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))[part].strip().rstrip(";")


def connect(dsn: str) -> Connection:
    """A connection to the warehouse, in UTC, that notices a dead server within a minute.

    Raises SourceUnavailable (worth a retry) when it cannot be reached.
    """
    try:
        conn: Connection = psycopg2.connect(
            dsn,
            application_name="satudata",
            connect_timeout=10,
            keepalives=1,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            # Nothing here is found by a search path; a lock that a forgotten session holds must not hold everybody.
            options="-c timezone=UTC -c search_path=pg_catalog -c lock_timeout=10min "
            "-c idle_in_transaction_session_timeout=30min -c client_min_messages=warning",
        )
    except psycopg2.OperationalError as error:
        raise SourceUnavailable(_unreachable(error)) from error
    return conn


def _busy(error: psycopg2.Error) -> Finding:
    return Finding(
        rule="gudang_sibuk",
        message=f"Gudang data sedang dipakai proses lain: {error.diag.message_primary}.",
        cause="Pemuatan, rilis atau perawatan lain memegang data yang sama terlalu lama.",
        action="Ulangi beberapa menit lagi; tidak ada yang hilang.",
        owner=Owner.DISKOMINFO,
    )


def _unreachable(error: Exception) -> Finding:
    return Finding(
        rule="gudang_terjangkau",
        message=f"Gudang data tidak dapat dihubungi: {str(error).strip().partition(chr(10))[0]}.",
        cause="Server basis data mati, alamat SATUDATA_DSN salah, atau jaringan terputus.",
        action="Jalankan `make up` (server tertanam) atau periksa SATUDATA_DSN, lalu ulangi; tidak ada yang hilang.",
        owner=Owner.DISKOMINFO,
    )


@contextlib.contextmanager
def transaction(conn: Connection) -> Iterator[Cursor]:
    """One transaction of its own: committed at the end, rolled back on any error.

    Raises RuntimeError when the connection is inside another one: what is meant to commit together must be one call.
    Raises SourceUnavailable (worth a retry) when the server went away or others held what is needed for too long.
    """
    if not conn.closed and conn.info.transaction_status != TRANSACTION_STATUS_IDLE:
        raise RuntimeError("koneksi masih di dalam transaksi lain; selesaikan dahulu (commit atau rollback)")
    try:
        with conn.cursor() as cursor:
            yield cursor
        conn.commit()
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        conn.rollback()
        raise SourceUnavailable(_busy(error)) from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        if conn.closed:
            raise SourceUnavailable(_unreachable(error)) from error
        conn.rollback()
        raise
    except BaseException:
        if not conn.closed:
            conn.rollback()
        raise


def rows(cursor: Cursor, name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Every row of the query `name` (see `sql`)."""
    cursor.execute(sql(name), parameters)
    return cursor.fetchall()
