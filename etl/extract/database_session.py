"""A session on an agency's database that cannot write, does not wait for ever, and tells time stamps in one zone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from etl.extract.problems import unavailable

BATCH = 20_000
"""Rows fetched at a time: a few megabytes of Python objects."""

CONNECT_SECONDS = 10
"""A server that does not answer in this time is down; the task is tried again later."""

STATEMENT_SECONDS = 30 * 60
"""A query that runs longer burdens the agency's system."""

TIMEZONE, OFFSET = "Asia/Makassar", "+08:00"
"""Kutai Timur's: the session's, so that a time stamp has one text whatever the server is set to."""

SETTINGS = "satudata_settings"
"""Where a session remembers the statements that made it safe: a second connection must begin with the same."""


@contextmanager
def reading(address: URL, connection_id: str) -> Iterator[Connection]:
    """A connection in one transaction that reads one state and cannot write. Raises what SQLAlchemy raises."""
    dialect = address.get_backend_name()
    if dialect == "sqlite":
        _must_exist(address, connection_id)
    arguments, prepare = _DIALECTS.get(dialect, (dict, _nothing))
    engine = create_engine(address, poolclass=NullPool, connect_args=arguments(), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _(raw: Any, record: Any) -> None:
        record.info[SETTINGS] = prepare(raw)

    options: dict[str, Any] = {"stream_results": True, "max_row_buffer": BATCH, "no_parameters": True}
    if dialect == "postgresql":
        options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    try:
        with engine.connect().execution_options(**options) as connection:
            if dialect in _BEGIN:
                connection.exec_driver_sql(_BEGIN[dialect])
            raw = connection.connection.driver_connection
            try:
                yield connection
            finally:
                leave_unread(raw, connection)
            if not connection.invalidated:
                connection.rollback()
    finally:
        engine.dispose()


def leave_unread(raw: Any, connection: Connection) -> None:
    """Ends a PyMySQL session in the midst of its rows; closing it properly would first read all of them.

    raw: the driver's connection. To be called while the result is still held: letting go of it reads all, too.
    """
    unread = getattr(raw, "_result", None)
    if unread is None or not getattr(unread, "unbuffered_active", False):
        return
    unread.unbuffered_active, unread.connection, raw._result = False, None, None
    raw._force_close()
    connection.invalidate()


def _must_exist(address: URL, connection_id: str) -> None:
    """SQLite makes an empty database of a wrong path, and then says that the table is missing."""
    if address.database and address.database != ":memory:" and not Path(address.database).is_file():
        raise unavailable(
            "basis_data_tidak_terjangkau",
            f"Berkas basis data koneksi «{connection_id}» tidak ada.",
            "Berkas dipindah, atau folder bersama tempatnya tidak tersambung.",
            f"Periksa AIRFLOW_CONN_{connection_id.upper()} dan folder tempat berkas itu.",
            file=connection_id,
        )


def _postgresql_arguments() -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "satudata",
        "client_encoding": "utf8",
        "options": f"-c TimeZone={TIMEZONE} -c statement_timeout={STATEMENT_SECONDS * 1000}",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }


def _mysql_arguments() -> dict[str, Any]:
    """read_timeout holds for the greeting, too: a server that accepts and then says nothing is down."""
    return {"connect_timeout": CONNECT_SECONDS, "read_timeout": CONNECT_SECONDS}


def _mssql_arguments() -> dict[str, Any]:
    return {"login_timeout": CONNECT_SECONDS, "timeout": STATEMENT_SECONDS, "read_only": True, "appname": "satudata"}


def _oracle_arguments() -> dict[str, Any]:
    return {"tcp_connect_timeout": CONNECT_SECONDS, "expire_time": 1}


def _execute(raw: Any, *statements: str) -> list[str]:
    cursor = raw.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
    return list(statements)


def _nothing(_raw: Any) -> list[str]:
    return []


def _prepare_sqlite(raw: Any) -> list[str]:
    return _execute(raw, "PRAGMA query_only = ON")


def _prepare_mysql(raw: Any) -> list[str]:
    raw._read_timeout = STATEMENT_SECONDS + CONNECT_SECONDS
    if raw._sock.family in (socket.AF_INET, socket.AF_INET6):
        for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                raw._sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    done = _execute(
        raw,
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION time_zone = '{OFFSET}'",
    )
    limits = (
        f"SET SESSION max_statement_time = {STATEMENT_SECONDS}",
        f"SET SESSION max_execution_time = {STATEMENT_SECONDS * 1000}",
    )
    mariadb = "mariadb" in str(raw.get_server_info()).lower()
    for limit in limits if mariadb else limits[::-1]:
        try:
            return done + _execute(raw, limit)
        except Exception as error:
            if getattr(error, "args", (0,))[0] != _UNKNOWN_VARIABLE:
                raise
    return done


_UNKNOWN_VARIABLE = 1193
"""MySQL before 5.7.8 and MariaDB before 10.1 have no limit on a statement; read_timeout stays."""


def _prepare_oracle(raw: Any) -> list[str]:
    raw.call_timeout = STATEMENT_SECONDS * 1000
    return _execute(raw, f"ALTER SESSION SET TIME_ZONE = '{OFFSET}'")


_DIALECTS: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[Any], list[str]]]] = {
    "postgresql": (_postgresql_arguments, _nothing),
    "mysql": (_mysql_arguments, _prepare_mysql),
    "mariadb": (_mysql_arguments, _prepare_mysql),
    "mssql": (_mssql_arguments, _nothing),
    "oracle": (_oracle_arguments, _prepare_oracle),
    "sqlite": (dict, _prepare_sqlite),
}
"""What the driver is called with, and what is said first on its connection."""

_BEGIN = {"oracle": "SET TRANSACTION READ ONLY", "sqlite": "BEGIN"}
"""First statement of the transaction, where the driver does not begin one that reads a single state."""
