"""What docs/gudang.md says of the database is what it says itself: its bus matrix, the results of its queries."""

from __future__ import annotations

import re
from decimal import Decimal

import psycopg2
from psycopg2.extensions import connection as Connection

from tools import er_diagram

_QUERY = re.compile(r"(```sql\n(?P<sql>.*?)```\n\n)(?:(?:\|[^\n]*\n)+|\(hasil\)\n)", re.DOTALL)
_MATRIX = re.compile(r"(<!-- matriks -->\n).*?(<!-- /matriks -->)", re.DOTALL)


def refreshed(text: str, conn: Connection) -> str:
    """The document with its matrix and every query's result as `conn`'s warehouse gives them. The queries run as a
    portal's reader may, so that what the document shows can be asked by everybody."""
    with_matrix = _MATRIX.sub(lambda found: found[1] + bus_matrix(conn) + found[2], text)
    return _QUERY.sub(lambda found: found[1] + result(conn, found["sql"]), with_matrix)


def bus_matrix(conn: Connection) -> str:
    """Facts (across) and the dimensions (down) that they share, as a table."""
    tables, links = er_diagram.read(conn)
    facts = [table.name for table in tables if table.name.startswith("dw.fakta_")]
    uses = {(link.source, link.target) for link in links}
    dimensions = [table.name for table in tables if table.kind == "dim" and any((f, table.name) in uses for f in facts)]
    lines = [["dimensi", *(fact.removeprefix("dw.") for fact in facts)], ["---", *(":-:" for _ in facts)]]
    for dimension in dimensions:
        marks = ["×" if (fact, dimension) in uses else "" for fact in facts]
        lines.append([f"`{dimension.removeprefix('dw.')}`", *marks])
    return _table(lines)


def result(conn: Connection, query: str) -> str:
    """A query's rows as a table."""
    with conn.cursor() as cursor:
        try:
            cursor.execute("SET LOCAL ROLE portal_reader; SET LOCAL search_path = portal")
            cursor.execute(query)
            names = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
        except psycopg2.Error as error:
            raise ValueError(f"kueri dokumen gagal: {error}\n{query}") from error
        finally:
            conn.rollback()
    return _table([names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)])


def _table(lines: list[list[str]]) -> str:
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).replace("|", "\\|")
