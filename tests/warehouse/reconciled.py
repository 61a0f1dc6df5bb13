"""Budgets taken in for the tests of reconciliation, and what was then said of them."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection
from warehouse.budget_data import SUB, Amount, budget, budget_contract, months
from warehouse.tidy_data import loaded

from etl.contract import Contract
from etl.load.reconciliation import Line, read_lines
from etl.load.submission import describe
from etl.load.warehouse import transaction

LRA = budget_contract()
BUD = budget_contract("bpkad.bud")
CUMULATIVE = budget_contract("dinkes.lra", cumulative=True)


def take(conn: Connection, by: Contract, *amounts: object, content: str = "a", path: str | None = None) -> int:
    path = path or f"{by.skpd}/{by.name}.xlsx"
    return loaded(conn, by, budget(by, *amounts), path=path, content=f"{by.id} {content}")[0]


def lines(conn: Connection, submission_id: int, kind: str) -> list[Line]:
    with transaction(conn) as cursor:
        return [line for line in read_lines(cursor, submission_id) if line.kind == kind]


def apart(conn: Connection, submission_id: int) -> dict[str, list[Line]]:
    with transaction(conn) as cursor:
        found = [line for line in read_lines(cursor, submission_id) if not line.agrees]
    return {kind: [line for line in found if line.kind == kind] for kind in {line.kind for line in found}}


def found_of(conn: Connection, submission_id: int) -> str:
    """What is told to the walidata of a submission that does not agree."""
    query = (
        "SELECT message FROM audit.finding WHERE submission_id = %s AND rule = 'rekonsiliasi' AND severity = 'catatan'"
    )
    with transaction(conn) as cursor:
        cursor.execute(query, (submission_id,))
        return "\n".join(str(message) for (message,) in cursor.fetchall())


def status(conn: Connection, submission_id: int) -> str:
    return describe(conn, submission_id).status


def plan(each: int = 100, sub: str = SUB, rekening: str = "5.1.02.01") -> list[Amount]:
    return [Amount("kas", month, each, sub_kegiatan=sub, rekening=rekening) for month in months(2025)]


def pagu(nilai: int, periode: str = "2025-01", **more: str) -> Amount:
    return Amount("pagu", periode, nilai, **more)


def spent(
    *values: int, first: int = 1, sub: str = SUB, rekening: str = "5.1.02.01", skpd: str = "KT20"
) -> list[Amount]:
    return [
        Amount("realisasi", f"2025-{month:02d}", value, skpd=skpd, sub_kegiatan=sub, rekening=rekening)
        for month, value in enumerate(values, start=first)
    ]
