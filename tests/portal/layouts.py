"""Contents and tables made by hand, for the tests of what is pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from types import SimpleNamespace

from portal.warehouse.contents import Contents, Shape, laid_out
from portal.warehouse.selection import choose
from portal.warehouse.table import Cell, Table

KABUPATEN = ("64.08", "Kutai Timur", "kabupaten")
KECAMATAN = tuple((f"64.08.0{n}", name, "kecamatan") for n, name in enumerate(("Ancalong", "Wahau", "Bengkal"), 1))


def contents(
    *breakdowns: Mapping[str, str],
    periods: Sequence[str] = ("2023", "2024"),
    levels: Sequence[str] = ("kecamatan",),
    additive: bool = True,
    fact: str = "indikator",
    indicators: Sequence[str] = ("uji.a",),
    measure: str | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> Contents:
    """Every indicator, level and period with each of the breakdowns (none given: without)."""
    regions = [one for one in (KABUPATEN, *KECAMATAN) if one[2] in levels]
    shapes = tuple(
        Shape(indicator, level, period, breakdown, sum(one[2] == level for one in regions))
        for indicator, level, period, breakdown in product(indicators, levels, periods, breakdowns or ({},))
    )
    known = [
        SimpleNamespace(indikator=code, nama=code.title(), dapat_dijumlah=additive, besaran=measure)
        for code in indicators
    ]
    return laid_out("uji.contoh", fact, known, regions, shapes, labels or {})


def members(name: str, *codes: str) -> list[dict[str, str]]:
    return [{name: code} if code else {} for code in codes]


def filled(there: Contents, question: Mapping[str, Sequence[str]] | None = None, **changes: Decimal | None) -> Table:
    """The table of a question whose cells count up from 1, row by row; changes: `row__column` → another value."""
    chosen = choose(there, question or {})
    first = there.axes[chosen.rows].members
    columns = there.axes[chosen.columns].members if chosen.columns else there.axes["periode"].members[:1]
    cells, number = {}, Decimal(0)
    for row, column in product(first, columns):
        number += 1
        at = column.code if chosen.columns else ""
        value = changes.get(f"{row.code}__{at}", number)
        cells[row.code, "", at] = Cell(value, None if value is not None else "*", unit="jiwa")
    shown = columns if chosen.columns else (SimpleNamespace(code="", name="", said=""),)
    rows = tuple((row, SimpleNamespace(code="", name="", said="")) for row in first)
    return Table(chosen, rows, tuple(shown), cells, len(first), every_row=first)  # type: ignore[arg-type]
