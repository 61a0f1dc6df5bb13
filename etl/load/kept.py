"""What is kept for readers: the tree of programmes (dw.rekap_program), what finds a dataset (dw.rekap_dataset).

A release refreshes what it changes, in its own transaction; what a dimension says, triggers of the warehouse follow.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from etl.load.figures import Difference
from etl.load.warehouse import rows


def refresh(cursor: Cursor, dataset: str, found: Difference) -> None:
    """Bring what is kept of `dataset` and of the years and agencies that `found` changed in line with the facts.

    The last thing before a release's commit: it waits for other releases that are here, and they wait for it.
    """
    if "skpd" in found.figures.fact.dimensions:
        changed = {"periods": found.members("periode"), "agencies": found.members("skpd")}
        rows(cursor, "load/kept.sql#programmes", changed)
    rows(cursor, "load/kept.sql#dataset", {"dataset": dataset})


def refresh_all(cursor: Cursor) -> int:
    """Everything computed anew; returns how many rows were not what they should have been."""
    return int(rows(cursor, "load/kept.sql#all")[0][0])
