"""Between producers: which comparisons a producer may see whole, and what it is told of the others.

The walidata sees all of them. Whose eyes a number is for is decided in warehouse_sql/reconcile/dinding.sql alone, anew
at every reading: a dataset may close.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg2.extensions import cursor as Cursor

from etl.load.reconciliation import Line
from etl.load.warehouse import rows
from etl.settings import TREASURER

SAME_BYTES = "berkas_sama"
"""Compares bytes that the producer has itself: there is no other number."""


def walled(cursor: Cursor, producer: str, dataset: str, lines: Iterable[Line]) -> list[Line]:
    """The lines of one of `producer`'s submissions; where the other side is not for it, with whom it asks (`ask`)."""
    lines = list(lines)
    about = [("" if line.kind == SAME_BYTES else line.other(dataset), line.subject.get("skpd")) for line in lines]
    pairs = sorted({pair for pair in about if pair[0]}, key=str)
    if not pairs:
        return lines
    given = {
        "producer": producer,
        "treasurer": TREASURER,
        "others": [other for other, _ in pairs],
        "agencies": [agency for _, agency in pairs],
    }
    whom = {pairs[no - 1]: name for no, name in rows(cursor, "reconcile/dinding.sql", given)}
    return [line._replace(ask=whom.get(pair, "")) for line, pair in zip(lines, about, strict=True)]


def for_producer(dataset: str, lines: Iterable[Line]) -> list[Line]:
    """What the producer of the dataset may read of its lines. Of what is behind a wall only that something differs,
    once per period and indicator or agency: which cells agree would tell their numbers, and how many do, which."""
    told: dict[object, Line] = {}
    for line in lines:
        if not line.ask:
            told[len(told)] = line
        elif not line.agrees:
            concerned = line.subject.get("indikator") or line.subject.get("skpd") or ""
            once = (line.kind, line.periode, line.other(dataset), concerned)
            if once not in told or told[once].known:  # known when all of them are
                told[once] = _closed(line, line.other(dataset), concerned)
    return list(told.values())


def _closed(line: Line, other: str, concerned: str) -> Line:
    return line._replace(
        subject={"dataset_kanan": other},
        label=" · ".join(filter(None, [concerned, f"dataset {other}"])),
        left_value=None,
        right_value=None,
        tolerance=line.tolerance * 0,
        explanation=f"Berbeda dengan dataset {other}, yang angkanya tidak terbuka bagi produsen lain. "
        f"Tanyakan kepada {line.ask}, atau kepada walidata, yang melihat kedua sisinya.",
        stands_for=1,
    )
