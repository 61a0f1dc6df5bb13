"""Wide → long: every measured cell becomes one figure: indicator, region, period and breakdown, all as codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from etl.contract import Contract
from etl.frames import FIGURES
from etl.transform import periods
from etl.transform.columns import Codes, combine
from etl.transform.numbers import Numbers
from etl.transform.text import Index, coded, constant

NO_PERIOD = periods.Parts()


@dataclass(frozen=True)
class Rows:
    """What the rows of one table say, apart from the measures. wilayah is None when only headers name regions.

    optional: breakdowns that a row need not have.
    """

    keys: pa.Array
    wilayah: Codes[str] | None
    period: Codes[periods.Parts]
    rincian: Mapping[str, Codes[str]]
    optional: frozenset[str] = frozenset()

    @property
    def n(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Measure:
    """One column of numbers and what is fixed for all of it. column: the contract's; place: in the table, -1 and
    col_no 0 where every row counts for the same."""

    column: str
    place: int
    col_no: int
    numbers: Numbers
    indikator: str
    wilayah: str | None = None
    period: periods.Parts = NO_PERIOD
    rincian: tuple[tuple[str, str], ...] = ()
    coarser: bool = False


def figures(rows: Rows, measures: Sequence[Measure], contract: Contract, *, partly: bool = False) -> pa.Table:
    """All figures of one table, in the schema FIGURES.

    A figure of which anything was not understood is left out (its row is a fault already); with `partly`, for control
    rows, an unknown region or period stays null and an unknown breakdown is left out: it is a total over them.
    """
    if not measures:
        return FIGURES.empty_table()
    order = rincian_order(contract)
    kind = contract.calendar.period
    wilayah = unified(rows.wilayah) if rows.wilayah else ([], np.full(rows.n, -1, np.int32))
    breakdowns = [
        _with_none(column, column.known if partly else column.index) if partly or name in rows.optional else column
        for name, column in rows.rincian.items()
    ]
    combos, combo_index = combine(breakdowns, rows.n)
    period_of: dict[tuple[periods.Parts, bool], Coding] = {}
    tables = []
    for measure in measures:
        asked = (measure.period, measure.coarser)
        if asked not in period_of:
            period_of[asked] = unified(period_codes(rows.period, kind, *asked))
        keys: list[str | None] = [
            rincian_key([*zip(rows.rincian, combo, strict=True), *measure.rincian], order) for combo in combos
        ]
        own = ([measure.wilayah], np.zeros(rows.n, np.int32)) if measure.wilayah else wilayah
        rincian = unified(Codes(keys, combo_index, {}))
        tables.append(_figures(rows.keys, measure, own, period_of[asked], rincian, partly=partly))
    return pa.concat_tables(tables)


def period_codes(
    parts: Codes[periods.Parts], kind: str, header: periods.Parts = NO_PERIOD, coarser: bool = False
) -> Codes[str]:
    """Row by row the period's code, joined with what the header says."""
    return parts.map(lambda one: periods.code(periods.join(one, header), kind, coarser=coarser))


def rincian_order(contract: Contract) -> dict[str, int]:
    """Breakdown names in the order of the contract's columns: the order within a breakdown's code."""
    names: dict[str, int] = {}
    for name, column in contract.columns.items():
        own = [name] if column.role == "rincian" else [*column.rincian]
        own += [level for level in (column.spread.levels if column.spread else ()) if level not in _NOT_RINCIAN]
        for one in own:
            names.setdefault(one, len(names))
    return names


_NOT_RINCIAN = frozenset({"periode", "ukuran", "wilayah", "-"})


Coding = tuple[list[str], Index]
"""Different codes, and which one each row has (-1: none)."""


def _figures(
    keys: pa.Array, measure: Measure, wilayah: Coding, periode: Coding, rincian: Coding, *, partly: bool
) -> pa.Table:
    numbers = measure.numbers
    good = numbers.bad == 0
    if numbers.decimal.null_count == len(keys):  # a column of words, where an empty cell says nothing
        good = good & np.asarray(numbers.mark.is_valid())
    if not partly:
        good = good & (wilayah[1] >= 0) & (periode[1] >= 0) & (rincian[1] >= 0)
    table = pa.Table.from_arrays(
        [
            keys,
            pa.array(np.full(len(keys), measure.col_no, np.int16)),
            constant(measure.indikator, len(keys)),
            coded(wilayah[1], wilayah[0]),
            coded(periode[1], periode[0]),
            coded(rincian[1], rincian[0]),
            numbers.value,
            numbers.decimal,
            numbers.mark,
        ],
        schema=FIGURES,
    )
    return table if good.all() else table.filter(pa.array(good))


def _with_none(column: Codes[str], of: Index) -> Codes[str]:
    """Where `of` has none, a value of its own (the empty text), so that the rest of the combination still counts."""
    index = np.where(of < 0, len(column.values), column.known).astype(np.int32)
    return Codes([*column.values, ""], index, {})


def rincian_key(parts: Sequence[tuple[str, str | None]], order: Mapping[str, int]) -> str:
    """`jenis_kelamin=L|umur=0-4`, in the contract's order; empty when there is no breakdown."""
    known = [(name, code) for name, code in parts if code]
    return "|".join(f"{name}={code}" for name, code in sorted(known, key=lambda part: order.get(part[0], len(order))))


def unified(codes: Codes[str]) -> Coding:
    """Every code once (several texts may mean the same), and the index onto them; -1 where unknown."""
    place: dict[str, int] = {}
    moved = [place.setdefault(value, len(place)) if value is not None else -1 for value in codes.values]
    index = np.array([*moved, -1], np.int32)[codes.index]
    return list(place), index
