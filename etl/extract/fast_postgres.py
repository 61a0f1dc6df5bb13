"""Large results of PostgreSQL: COPY on the session that stands, parsed by Arrow.

COPY is the server's own exact text: no digit of a numeric is lost, and login, socket, TLS, time limit, snapshot and the
read-only transaction are those of the ordinary driver, because it is that driver's connection.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from sqlalchemy import Connection
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError

from etl.extract.database_session import OFFSET
from etl.extract.result_columns import (
    BULAT,
    DESIMAL,
    PECAHAN,
    TANGGAL,
    TEKS,
    WAKTU,
    YA_TIDAK,
    Column,
    time_text,
)

KINDS = {
    20: BULAT, 21: BULAT, 23: BULAT, 1700: DESIMAL, 700: PECAHAN, 701: PECAHAN, 16: YA_TIDAK, 1082: TANGGAL,
    1114: WAKTU, 1184: "timestamptz", 25: TEKS, 1043: TEKS, 1042: TEKS, 19: TEKS,
}  # fmt: skip
"""By type number: the integers, numeric, the floats, bool, date, timestamp (without and with zone), the texts, name."""

BLOCK = 8 << 20


class _NotExact(Exception):
    """A text that the ordinary driver would have read in its own way: a date BC, infinity."""


def suits(result: CursorResult[Any]) -> bool:
    """Whether every column's type has one text that both ways agree on."""
    cursor: Any = result.cursor
    return all(column[1] in KINDS for column in cursor.description)


def read(
    connection: Connection, result: CursorResult[Any], query: str, count: Callable[[int], None]
) -> list[Column] | None:
    """All columns of the query, or None when a value needs the ordinary driver. Raises what psycopg2 raises."""
    server_cursor: Any = result.cursor
    kinds = [KINDS[column[1]] for column in server_cursor.description]
    result.close()
    raw: Any = connection.connection.driver_connection
    inward, outward = (os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    parser = _Parser(inward, kinds, count)
    parser.start()
    try:
        with outward, raw.cursor() as cursor:
            cursor.copy_expert(f"COPY (\n{query}\n) TO STDOUT WITH (FORMAT csv)", outward)
    except psycopg2.Error as error:
        raise DBAPIError("COPY", None, error, hide_parameters=True) from None
    except BrokenPipeError:  # the parser gave up, and says why
        pass
    finally:
        parser.join()
    if isinstance(parser.problem, _NotExact | pa.ArrowException):
        return None
    if parser.problem is not None:
        raise parser.problem
    return parser.columns


class _Parser(threading.Thread):
    """Reads the other end of the pipe; what it meets is kept for the thread that writes."""

    def __init__(self, stream: IO[bytes], kinds: list[str], count: Callable[[int], None]) -> None:
        super().__init__(daemon=True)
        self.stream, self.kinds, self.count = stream, kinds, count
        self.columns = [Column() for _ in kinds]
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            self._parse()
        except Exception as problem:
            self.problem = problem
        finally:
            with suppress(OSError):
                self.stream.close()

    def _parse(self) -> None:
        names = [f"k{number}" for number in range(len(self.kinds))]
        try:
            reader = pacsv.open_csv(
                pa.PythonFile(self.stream, mode="r"),
                pacsv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
                pacsv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                pacsv.ConvertOptions(
                    column_types={name: pa.string() for name in names},
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:  # nothing came at all
            return
        for batch in reader:
            self.count(batch.num_rows)
            for column, kind, text in zip(self.columns, self.kinds, batch.columns, strict=True):
                column.extend(*_known(text, kind))


def _known(text: pa.Array, kind: str) -> tuple[pa.Array, str]:
    if kind == BULAT:
        return text.cast(pa.int64()), BULAT
    if kind == PECAHAN:
        return text.cast(pa.float64()), PECAHAN
    if kind == YA_TIDAK:
        return pc.if_else(pc.equal(text, "t"), "TRUE", pc.if_else(pc.equal(text, "f"), "FALSE", text)), kind
    if kind == TANGGAL:
        return _all_like(text, r"^\d{4}-\d\d-\d\d$"), TANGGAL
    if kind == WAKTU:
        return time_text(_times(text)), WAKTU
    if kind == "timestamptz":
        hours = OFFSET[:3]
        _all_like(text, rf"\{hours}$")
        times = _times(pc.utf8_slice_codeunits(text, 0, -len(hours)))
        clock = pc.replace_substring(times.cast(pa.string()), " ", "T")
        whole = pc.if_else(pc.ends_with(clock, ".000000"), pc.utf8_slice_codeunits(clock, 0, 19), clock)
        return pc.binary_join_element_wise(whole, pa.scalar(OFFSET), ""), WAKTU
    return text, kind


def _times(text: pa.Array) -> pa.Array:
    return _all_like(text, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$").cast(pa.timestamp("us"))


def _all_like(text: pa.Array, pattern: str) -> pa.Array:
    if not pc.all(pc.match_substring_regex(text, pattern), min_count=0).as_py():
        raise _NotExact(pattern)
    return text
