"""Control columns beside the sums of the columns that they are the totals of, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from etl.contract import Contract
from etl.frames import ControlTotal
from etl.transform.reshape import NO_PERIOD, Measure, Rows

_APART, _AGREEING = 2_000, 200
"""Rows of one column that are told one by one; the last of them stands for the rest."""
_DEPTH = 1
"""A row's own total lies below those of the whole table."""
_NEAR = Decimal("1e-9")
"""Of the stated total, what the finding `kontrol_jumlah` leaves to floating point."""


def totals(
    rows: Rows,
    measures: Sequence[Measure],
    controls: Sequence[Measure],
    contract: Contract,
    period: Callable[[Measure], str],
) -> list[ControlTotal]:
    """Of every row in which a control column with `sum_of` and one of its parts are filled, exact. An empty part counts
    as zero, as in the check `kontrol_jumlah`, which tells those that disagree."""
    found: list[ControlTotal] = []
    for total in controls:
        parts = [
            one
            for name in contract.columns[total.column].sum_of
            for one in (*measures, *controls)
            if one.column == name
        ]
        if parts:
            found += _of_column(rows, total, parts, contract, period)
    return found


def _of_column(
    rows: Rows, total: Measure, parts: Sequence[Measure], contract: Contract, period: Callable[[Measure], str]
) -> list[ControlTotal]:
    stated = _floats(total)
    amounts = np.array([_floats(one) for one in parts])
    both = ~np.isnan(stated) & ~np.isnan(amounts).all(axis=0)
    tolerance = contract.totals.tolerance if contract.totals else 0.5
    with np.errstate(invalid="ignore"):
        apart = np.abs(stated - np.nansum(amounts, axis=0)) > tolerance + float(_NEAR) * np.abs(stated)
    about = _Row(rows, total, parts, contract, period)
    kept: list[ControlTotal] = []
    for chosen, most in ((both & apart, _APART), (both & ~apart, _AGREEING)):
        places = np.flatnonzero(chosen)
        for no, place in enumerate(places[:most].tolist()):
            rest = len(places) - most if no == most - 1 else 0
            kept.append(about.total(place, tolerance, stands_for=1 + max(rest, 0)))
    return kept


def _floats(measure: Measure) -> npt.NDArray[np.float64]:
    return measure.numbers.value.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


class _Row:
    """What a row's total is of, looked up only for rows that are told."""

    def __init__(
        self, rows: Rows, total: Measure, parts: Sequence[Measure], contract: Contract, period: Callable[[Measure], str]
    ) -> None:
        self.rows, self.of, self.parts = rows, total, parts
        column = contract.columns[total.column]
        self.title = column.aliases[0] if column.aliases else total.column
        self.indikator = _indicator(total.column, contract)
        self.period = period(total) if all(one.period == NO_PERIOD for one in parts) else ""

    def total(self, place: int, tolerance: float, *, stands_for: int) -> ControlTotal:
        stated = Decimal(self.of.numbers.decimal[place].as_py())
        summed = [text for one in self.parts if (text := one.numbers.decimal[place].as_py()) is not None]
        codes = [self.rows.wilayah, *self.rows.rincian.values()]
        names = [
            one.values[at] for one in codes if one is not None and 0 <= (at := int(one.index[place])) < len(one.values)
        ]
        return ControlTotal(
            label=" · ".join([self.title, *filter(None, names)]),
            indikator=self.indikator,
            periode=self.period,
            stated=stated,
            computed=sum(map(Decimal, summed), Decimal(0)),
            tolerance=Decimal(repr(tolerance)) + _NEAR * abs(stated),
            key=self.rows.keys[place].as_py(),
            col_no=self.of.col_no,
            depth=_DEPTH,
            stands_for=stands_for,
        )


def _indicator(column: str, contract: Contract) -> str:
    """Of the figures that a control column is made of, through other control columns; empty where it is of none."""
    seen: set[str] = set()
    wanted = [column]
    while wanted:
        one = contract.columns[wanted.pop(0)]
        if one.indikator:
            return one.indikator
        wanted += [name for name in one.sum_of if name not in seen]
        seen |= set(one.sum_of)
    return ""
