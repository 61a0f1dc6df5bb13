"""Large results of MySQL and MariaDB: connectorx to Arrow, where it carries every value exactly."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode

import pyarrow as pa
from pymysql.constants import FIELD_TYPE  # type: ignore[import-untyped]
from sqlalchemy import Connection
from sqlalchemy.engine import URL, CursorResult

from etl.extract import database_session
from etl.extract.result_columns import BULAT, DESIMAL, PECAHAN, TANGGAL, TEKS, WAKTU, Column, date_text, time_text

log = logging.getLogger("satudata")

WORKER = Path(__file__).with_name("connectorx_worker.py")

GRACE_SECONDS = 60
"""Beyond the server's own limit on the statement, until the worker is ended from here."""

EXACT = {
    FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.YEAR,
    FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.DATE, FIELD_TYPE.DATETIME,
    FIELD_TYPE.TIMESTAMP, FIELD_TYPE.STRING, FIELD_TYPE.VAR_STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.BLOB,
    FIELD_TYPE.TINY_BLOB, FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB,
}  # fmt: skip
"""Column types that both drivers read alike. Not TIME (hours past 24, negative), BIT, JSON (written anew), geometry."""

MOST_DECIMALS = 10
"""connectorx keeps ten decimals and cuts the rest off without a word; too many digits in front make it fail."""

KNOWN_OPTIONS = {"charset"}
"""Options of the address that do not change what is read; with any other the ordinary driver stays."""


def suits(address: URL, result: CursorResult[Any]) -> bool:
    """Whether connectorx can connect the same way and read the same values."""
    if address.drivername not in ("mysql+pymysql", "mariadb+pymysql") or not address.host:
        return False
    if set(address.query) - KNOWN_OPTIONS or str(address.query.get("charset", "utf8mb4")) != "utf8mb4":
        return False
    cursor: Any = result.cursor
    return all(
        kind in EXACT and (kind != FIELD_TYPE.NEWDECIMAL or scale <= MOST_DECIMALS)
        for _, kind, _, _, _, scale, _ in cursor.description
    )


def job(address: URL, connection: Connection, query: str) -> dict[str, Any]:
    """What the worker needs, from the ordinary session that has just proved login and query."""
    return {
        "url": _url(address, encrypted=_is_encrypted(connection)),
        "query": query,
        "before": connection.info[database_session.SETTINGS],
        "batch": 2 * database_session.BATCH,
    }


def read(job: dict[str, Any], width: int, count: Callable[[int], None]) -> list[Column] | None:
    """All columns of the query; None when connectorx cannot, whatever the reason: the ordinary driver then reads.

    count: is told the rows of every batch and may raise.
    """
    worker = subprocess.Popen(
        [sys.executable, "-I", str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    limit = threading.Timer(database_session.STATEMENT_SECONDS + GRACE_SECONDS, worker.kill)
    limit.daemon = True
    limit.start()
    try:
        assert worker.stdin is not None and worker.stdout is not None
        with worker.stdin as jobs:
            jobs.write(json.dumps(job).encode() + b"\n")
        columns = _columns(worker.stdout, width, count)
        return columns if worker.wait() == 0 else None
    except (pa.ArrowException, OSError, _NotExact):
        return None
    finally:
        limit.cancel()
        worker.kill()
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()


class _NotExact(Exception):
    """A type that only the ordinary driver reads exactly."""


def _columns(stream: IO[bytes], width: int, count: Callable[[int], None]) -> list[Column]:
    columns = [Column() for _ in range(width)]
    with pa.ipc.open_stream(stream) as reader:
        if len(reader.schema) != width:
            raise _NotExact
        for batch in reader:
            count(batch.num_rows)
            for column, values in zip(columns, batch.columns, strict=True):
                column.extend(*_known(values))
    return columns


def _known(values: pa.Array) -> tuple[pa.Array, str]:
    kind = values.type
    if pa.types.is_integer(kind):
        return values, BULAT
    if pa.types.is_decimal(kind):
        return values, DESIMAL
    if pa.types.is_floating(kind):
        return values, PECAHAN
    if pa.types.is_string(kind):
        return values, TEKS
    if pa.types.is_date32(kind):
        return date_text(values), TANGGAL
    if kind == pa.timestamp("us"):
        return time_text(values), WAKTU
    raise _NotExact(str(kind))


def _is_encrypted(connection: Connection) -> bool:
    """The fast connection must not be less private than the ordinary one."""
    raw: Any = connection.connection.driver_connection
    return hasattr(raw._sock, "cipher")


def _url(address: URL, *, encrypted: bool) -> str:
    login = quote(address.username or "", safe="")
    if address.password:
        login += ":" + quote(str(address.password), safe="")
    host = f"[{address.host}]" if ":" in (address.host or "") else address.host
    options = {
        "tcp_connect_timeout_ms": database_session.CONNECT_SECONDS * 1000,
        "tcp_keepalive_time_ms": 30_000,
        "prefer_socket": "false",  # from 127.0.0.1 it would go over to the socket, as another user and without TLS
        "ssl-mode": "REQUIRED" if encrypted else "DISABLED",
    }
    place = f"{host}:{address.port or 3306}/{quote(address.database or '', safe='')}"
    return f"mysql://{login}@{place}?{urlencode(options)}"
