"""One read-only view of the warehouse for the length of an answer: everything on a page is of the same moment."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any, NamedTuple

import psycopg2
from django.conf import settings
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import NamedTupleCursor
from psycopg2.sql import SQL, Composable

from etl.load.warehouse import sql

STATEMENT_SECONDS = 10
"""A page that asks for longer is refused: nobody on a phone waits for it, and others want the server too."""


class Unavailable(Exception):
    """The warehouse cannot be read at the moment. Nothing is wrong with the question."""


class TooSlow(Exception):
    """The answer would have taken longer than STATEMENT_SECONDS."""


class Moment(NamedTuple):
    """What an answer holds for. stamp: rises with every change of what the public sees. today: the regency's date,
    which due dates are compared with."""

    stamp: int
    today: date


class Snapshot:
    """A repeatable-read transaction and its moment. Rows are named tuples, their fields the statement's columns."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.moment = Moment(*self.rows("stamp.sql#stamp")[0])

    @property
    def today(self) -> date:
        return self.moment.today

    def rows(
        self, name: str, parameters: Mapping[str, Any] | None = None, parts: Mapping[str, Composable] | None = None
    ) -> list[Any]:
        """Every row of the statement `name`, e.g. `catalogue.sql#found` of warehouse_sql/site.

        parts: what stands at `{…}` in the statement: names of views and columns.
        """
        self._cursor.execute(_statement(name, parts), parameters)
        found: list[Any] = self._cursor.fetchall()
        return found

    def row(self, name: str, parameters: Mapping[str, Any] | None = None) -> Any | None:
        """The first row, or None."""
        found = self.rows(name, parameters)
        return found[0] if found else None

    def copy(
        self,
        name: str,
        parameters: Mapping[str, Any],
        into: IO[bytes],
        parts: Mapping[str, Composable] | None = None,
    ) -> int:
        """The rows of the statement `name` as RFC 4180 CSV with a header, written into `into`; how many they are."""
        query = self._cursor.mogrify(_statement(name, parts), parameters).decode()
        self._cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", into)
        return self._cursor.rowcount


def _statement(name: str, parts: Mapping[str, Composable] | None) -> str | Composable:
    text = sql(f"site/{name}")
    return SQL(text).format(**parts) if parts else text


def moment() -> Moment:
    """The moment that it is now: one question, outside any transaction. Raises Unavailable."""
    with _errors_told():
        return Moment(*_first(sql("site/stamp.sql#stamp"))[0])


@contextlib.contextmanager
def snapshot() -> Iterator[Snapshot]:
    """A snapshot until the end of the block.

    Raises Unavailable when the warehouse cannot be reached, also when it went away midway; TooSlow.
    """
    with _errors_told():
        _first("BEGIN")
        with _connection().cursor() as cursor:
            try:
                yield Snapshot(cursor)
            finally:
                cursor.execute("ROLLBACK")


_local = threading.local()


def _connection() -> Connection:
    """This thread's connection, kept between answers."""
    conn: Connection | None = getattr(_local, "conn", None)
    if conn is None or conn.closed:
        conn = psycopg2.connect(
            settings.WAREHOUSE_DSN,
            application_name="satudata-portal",
            connect_timeout=5,
            cursor_factory=NamedTupleCursor,
            options=f"-c timezone=UTC -c search_path=pg_catalog -c statement_timeout={STATEMENT_SECONDS}s "
            "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on "
            "-c idle_in_transaction_session_timeout=60s",
        )
        conn.autocommit = True  # transactions are begun by `snapshot`, so that a ready page costs one question
        _local.conn = conn
    return conn


def _first(statement: str) -> list[Any]:
    """Asks what a request asks first; on a new connection where the kept one's server was restarted meanwhile."""
    kept = getattr(_local, "conn", None) is not None
    try:
        return _ask(statement)
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        _forget()
        if not kept:
            raise
        return _ask(statement)


def _ask(statement: str) -> list[Any]:
    with _connection().cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except psycopg2.errors.QueryCanceled as error:
        _forget()
        raise TooSlow from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        _forget()
        raise Unavailable from error


def _forget() -> None:
    conn: Connection | None = getattr(_local, "conn", None)
    _local.conn = None
    if conn is not None:
        with contextlib.suppress(psycopg2.Error):
            conn.close()
