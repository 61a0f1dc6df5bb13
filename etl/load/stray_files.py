"""Files in an agency's folder whose names fit no contract, as they were last seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from etl.load.warehouse import rows, sql, transaction


class StrayFile(NamedTuple):
    """dataset: whose entry workbook it is; None when nobody asks for it."""

    path: str
    size: int
    mtime_ns: int
    dataset: str | None


def known_strays(conn: Connection, skpd: str) -> dict[str, StrayFile]:
    """Path → what was seen there last time."""
    with transaction(conn) as cursor:
        found = [StrayFile(*row) for row in rows(cursor, "load/stray_file.sql#known", {"skpd": skpd})]
    return {stray.path: stray for stray in found}


def entry_workbooks(conn: Connection, dataset: str) -> set[str]:
    """Paths of the entry workbooks of a dataset that were found under other names than its pattern asks for."""
    with transaction(conn) as cursor:
        return {row[0] for row in rows(cursor, "load/stray_file.sql#of_dataset", {"dataset": dataset})}


def keep_strays(conn: Connection, skpd: str, strays: Sequence[StrayFile]) -> None:
    """These are there now; whatever else was known of the agency is gone."""
    with transaction(conn) as cursor:
        files = json.dumps([stray._asdict() for stray in strays])
        cursor.execute(sql("load/stray_file.sql#keep"), {"skpd": skpd, "files": files})
