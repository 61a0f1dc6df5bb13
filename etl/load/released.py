"""The last released figures of a dataset, as the entry workbook shows them beside what is to be typed."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from etl.load.warehouse import rows, transaction
from etl.settings import REGENCY
from etl.transform.periods import bounds, year_before


class Released(NamedTuple):
    """One released figure by its codes. nilai: in the indicator's unit, None where a mark (`penanda`) stands."""

    periode: str
    indikator: str
    wilayah: str
    rincian: str
    nilai: Decimal | None
    penanda: str | None


def last_released(conn: Connection, dataset: str, period: str) -> list[Released]:
    """Figures of the last released period before `period`, and of the period one year before it (with which the rule
    change_within compares), in the order of the cells they came from."""
    _, end, kind = bounds(period)
    parameters = {
        "kabkota": REGENCY,
        "dataset": dataset,
        "kind": kind,
        "end": end,
        "year_before": year_before(period),
    }
    with transaction(conn) as cursor:
        return [Released(*row) for row in rows(cursor, "load/entry.sql#last_released", parameters)]
