"""The kept tree of programmes, dw.rekap_program: what portal.program shows, brought in line with the facts.

A release refreshes the years and agencies that it changes; what a dimension says, a trigger of the warehouse follows.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from etl.load.figures import Difference
from etl.load.warehouse import rows


def refresh(cursor: Cursor, found: Difference) -> None:
    """Bring the nodes of the years and agencies that `found` changed in line with the facts as they now stand.

    The last thing before a release's commit: it waits for other releases that are here, and they wait for it.
    """
    if "skpd" not in found.figures.fact.dimensions:
        return
    changed = {"periods": found.members("periode"), "agencies": found.members("skpd")}
    rows(cursor, "load/program.sql#refresh", changed)


def refresh_all(cursor: Cursor) -> int:
    """The whole tree computed anew; returns how many nodes were not what they should have been."""
    return int(rows(cursor, "load/program.sql#refresh_all")[0][0])
