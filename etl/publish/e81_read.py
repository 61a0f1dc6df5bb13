"""Form E.81 from the warehouse: released facts of one agency, and what its codes are called at the quarter's end."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection

from etl.calendar import MULTI, kind_of
from etl.load.warehouse import rows, transaction
from etl.publish.e81 import Money, Performance, Report, ancestors, report
from etl.settings import REGENCY
from etl.transform.periods import bounds


def read_report(conn: Connection, skpd: str, year: int, quarter: int, *, renstra: int | None = None) -> Report:
    """skpd: its short name in datasets/skpd.yaml. renstra: first year of the Renstra, for the columns of its whole
    course; None leaves those empty.

    Raises LookupError when the agency has no budget and no performance figures of that year.
    """
    day = bounds(f"{year}-Q{quarter}")[1]
    given = {"skpd": skpd, "year": year, "first_year": renstra or year, "kabkota": REGENCY, "day": day}
    with transaction(conn) as cursor:
        found = rows(cursor, "publish/e81.sql#skpd", given)
        if not found:
            raise LookupError(f"SKPD `{skpd}` tidak dikenal gudang. Tindakan: periksa datasets/skpd.yaml.")
        kode, agency = found[0]
        money = [Money(*row) for row in rows(cursor, "publish/e81.sql#money", {**given, "kode": kode})]
        work = [Performance(*row) for row in rows(cursor, "publish/e81.sql#performance", {**given, "kode": kode})]
        held = {one.kegiatan for one in money} | {one.kegiatan for one in work}
        codes = sorted({above for code in held for above in ancestors(code)})
        names = dict(rows(cursor, "publish/e81.sql#names", {**given, "codes": codes}))
    periods = {one.period for one in money} | {one.period for one in work}
    if not any(kind_of(period).name != MULTI and period.startswith(str(year)) for period in periods):
        raise LookupError(
            f"Tidak ada anggaran maupun kinerja {agency} tahun {year} yang dirilis. "
            "Tindakan: periksa tahunnya, atau rilis kirimannya dahulu."
        )
    return report(agency, year, quarter, money, work, names, renstra=renstra)
