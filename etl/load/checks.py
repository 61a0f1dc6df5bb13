"""Statements about the warehouse that are always true: each file of warehouse_sql/checks selects what breaks one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from etl.load.warehouse import sql, transaction
from etl.settings import WAREHOUSE_SQL

KEPT = 20
"""Rows shown per broken statement."""


@dataclass(frozen=True)
class Broken:
    """A statement that does not hold. title: its first comment line; rows: the first offenders, as selected."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __str__(self) -> str:
        shown = "; ".join(
            ", ".join(f"{c}={v}" for c, v in zip(self.columns, row, strict=True)) for row in self.rows[:3]
        )
        return f"{self.name}: {self.title} Dilanggar oleh: {shown}"


def run_checks(conn: Connection, folder: Path = WAREHOUSE_SQL / "checks") -> list[Broken]:
    """Every statement that does not hold; empty when all do. Reads one snapshot, changes nothing."""
    broken = []
    with transaction(conn) as cursor:
        cursor.execute(sql("load/migration.sql#one_snapshot"))
        for file in sorted(folder.glob("*.sql")):
            query = file.read_text(encoding="utf-8")
            cursor.execute(query)
            offenders = cursor.fetchmany(KEPT)
            if offenders:
                columns = tuple(column.name for column in cursor.description or ())
                title = query.split("\n", 1)[0].removeprefix("--").strip()
                broken.append(Broken(file.stem, title, columns, tuple(offenders)))
    return broken
