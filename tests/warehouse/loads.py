"""One dataset, its first delivery, and what a load left in the warehouse."""

from __future__ import annotations

from tests.warehouse.tidy_data import contract, tidy

BY = contract()
FIRST = tidy([("64.08.01", "2024", "3", "7"), ("64.08.02", "2024", "4", "8"), ("64.08.03", "2024", "5", "9")])


def ask(conn, text, *values):
    with conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall()


def shown(conn, indikator="faskes.puskesmas"):
    """wilayah → figure on the portal."""
    return dict(ask(conn, "SELECT wilayah, nilai FROM portal.nilai WHERE indikator = %s", indikator))


def everything(conn):
    """Every row of the warehouse that a load writes, with its physical version."""
    tables = "dw.fakta_indikator staging.figur audit.submission audit.finding audit.quarantine audit.release".split()
    return {table: ask(conn, f"SELECT xmin, ctid, t::text FROM {table} t ORDER BY 3") for table in tables}


def sums(counts):
    return counts.received == counts.loaded + counts.unchanged + counts.quarantined + counts.returned


def rows_of(year, count):
    return [(f"64.08.{n:02d}", year, str(n), str(n)) for n in range(1, count + 1)]
