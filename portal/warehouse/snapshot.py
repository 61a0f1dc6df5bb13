"""One read-only view of the warehouse for the length of an answer: everything on a page is of the same moment."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any

import psycopg2
from django.conf import settings
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import NamedTupleCursor

from etl.load.warehouse import sql

STATEMENT_SECONDS = 10
"""A page that asks for longer is refused: nobody on a phone waits for it, and others want the server too."""


class Unavailable(Exception):
    """The warehouse cannot be read at the moment. Nothing is wrong with the question."""


class TooSlow(Exception):
    """The answer would have taken longer than STATEMENT_SECONDS."""


class Snapshot:
    """A repeatable-read transaction. Rows come as named tuples, their fields the columns of the statement.

    stamp: rises with every change of what the public sees; what was made from this snapshot holds as long as it stands.
    today: the regency's date, which due dates are compared with.
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        moment = self.rows("stamp.sql#stamp")[0]
        self.stamp: int = moment.nomor
        self.changed: datetime = moment.pada
        self.today: date = moment.hari_ini

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """Every row of the statement `name`, e.g. `catalogue.sql#found` of warehouse_sql/site."""
        self._cursor.execute(sql(f"site/{name}"), parameters)
        found: list[Any] = self._cursor.fetchall()
        return found

    def row(self, name: str, parameters: Mapping[str, Any] | None = None) -> Any | None:
        """The first row, or None."""
        found = self.rows(name, parameters)
        return found[0] if found else None

    def copy(self, name: str, parameters: Mapping[str, Any], into: IO[bytes]) -> None:
        """The rows of the statement `name` as RFC 4180 CSV with a header, written into `into`."""
        query = self._cursor.mogrify(sql(f"site/{name}"), parameters).decode()
        self._cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", into)

    def close(self) -> None:
        self._cursor.close()


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
            "-c idle_in_transaction_session_timeout=60s",
        )
        conn.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        _local.conn = conn
    return conn


@contextlib.contextmanager
def snapshot() -> Iterator[Snapshot]:
    """A snapshot until the end of the block.

    Raises Unavailable when the warehouse cannot be reached, also when it went away midway; TooSlow.
    """
    try:
        opened = _opened()
        yield opened
        opened.close()
        _connection().rollback()
    except psycopg2.errors.QueryCanceled as error:
        _forget()
        raise TooSlow from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        _forget()
        raise Unavailable from error
    except BaseException:
        _forget()
        raise


def _opened() -> Snapshot:
    kept = getattr(_local, "conn", None) is not None
    try:
        return Snapshot(_connection().cursor())
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        _forget()
        if not kept:
            raise
        return Snapshot(_connection().cursor())  # the server was restarted since this thread last asked


def _forget() -> None:
    conn: Connection | None = getattr(_local, "conn", None)
    _local.conn = None
    if conn is not None:
        with contextlib.suppress(psycopg2.Error):
            conn.close()
