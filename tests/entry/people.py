"""What an operator types: valid figures for every cell of a plan, and what must come of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from etl.contract import Contract
from etl.entry.table import EntryColumn, Plan
from etl.frames import Tidy, column_letters
from etl.load.released import Released
from etl.rules import PartsSum
from etl.transform.columns import rincian_code, rincian_codes
from etl.transform.periods import year_before
from etl.transform.reshape import rincian_key, rincian_order

Key = tuple[str, str, str, str]
SPARE_FILLED = 3


def cell(at: int, row: int) -> str:
    return f"{column_letters(at + 1)}{row}"


def valid(plan: Plan, rng: random.Random) -> dict[str, float | int | str]:
    """A value for every cell that can be typed, as the contract's rules want it: cell → what is typed."""
    typed: dict[str, float | int | str] = {}
    columns = list(enumerate(plan.columns))
    for no, row in enumerate(plan.rows):
        at_row = plan.first_row + no
        spare_no = no - (len(plan.rows) - plan.spare)
        if row.spare and spare_no >= SPARE_FILLED:
            continue
        for at, column in columns:
            if column.kind == "angka":
                typed[cell(at, at_row)] = _number(column, rng)
            elif row.spare and column.chosen:
                wilayah = plan.contract.columns[column.name].role == "wilayah"
                chosen = rng.choice(column.choices) if wilayah else f"{NEW_CODES}{90 + spare_no}"
                typed[cell(at, at_row)] = chosen
            elif column.kind == "teks" and column.choices:
                typed[cell(at, at_row)] = rng.choice(column.choices)
        _parts_agree(plan, at_row, typed)
    _parents_agree(plan, typed)
    return typed


NEW_CODES = "4.1.01."
"""A breakdown nobody used before; it also fits the pattern of the one contract that has one."""


def _number(column: EntryColumn, rng: random.Random) -> float | int:
    low = max([limit.low for limit in column.limits if limit.low is not None], default=Decimal(0))
    high = min([limit.high for limit in column.limits if limit.high is not None], default=low + 10_000)
    if column.additive and high - low >= 5 and rng.random() < 0.8:
        return rng.randint(int(low), int(high))
    places = rng.choice((1, 2, 4))
    value = low + (high - low) * Decimal(rng.randint(0, 10**6)) / 10**6
    return float(round(value, places)) if low <= round(value, places) <= high else float(low)


def _parts_agree(plan: Plan, row: int, typed: dict[str, Any]) -> None:
    for rule in plan.contract.rules:
        if isinstance(rule, PartsSum):
            (total,) = plan.places(rule.total)
            parts = [at for name in rule.parts for at in plan.places(name)]
            for at in parts:
                typed[cell(at, row)] = int(typed[cell(at, row)])
            typed[cell(total, row)] = sum(typed[cell(at, row)] for at in parts)


def _parents_agree(plan: Plan, typed: dict[str, Any]) -> None:
    levels = sorted({row.level for row in plan.rows if not row.spare}, reverse=True)
    for level in levels[1:]:
        for no, row in enumerate(plan.rows, plan.first_row):
            if row.level != level:
                continue
            below = [
                place
                for place, child in enumerate(plan.rows, plan.first_row)
                if child.wilayah and child.wilayah.rpartition(".")[0] == row.wilayah
            ]
            for at, column in enumerate(plan.columns):
                if column.kind == "angka" and below:
                    for place in below:
                        typed[cell(at, place)] = int(typed[cell(at, place)])
                    typed[cell(at, no)] = sum(typed[cell(at, place)] for place in below)


def expected(plan: Plan, typed: dict[str, Any]) -> dict[Key, Decimal]:
    """Every typed figure by indicator, region, period and breakdown, in the indicator's unit, exact."""
    order = rincian_order(plan.contract)
    found: dict[Key, Decimal] = {}
    for no, row in enumerate(plan.rows, plan.first_row):
        wilayah, rincian = row.wilayah, dict(row.rincian)
        if row.spare:
            for at, column in enumerate(plan.columns):
                text = typed.get(cell(at, no))
                if column.chosen and text is not None:
                    declared = plan.contract.columns[column.name]
                    if declared.role == "wilayah":
                        wilayah = str(text).split(" ")[0]
                    else:
                        rincian[column.name] = rincian_code(str(text), rincian_codes(declared)) or ""
        for at, column in enumerate(plan.columns):
            value = typed.get(cell(at, no))
            if column.kind == "angka" and value is not None:
                key = rincian_key([*rincian.items(), *column.rincian], order)
                place = column.wilayah or wilayah or ""
                found[column.indikator or "", place, plan.period, key] = Decimal(repr(value)) * column.scale
    return found


def figures(tidy: Tidy) -> dict[Key, Decimal]:
    """What was read, without the cells that hold nothing."""
    rows = tidy.figures.to_pylist()
    return {
        (one["indikator"], one["wilayah"], one["periode"], one["rincian"]): Decimal(one["desimal"])
        for one in rows
        if one["desimal"] is not None
    }


def last_year(contract: Contract, period: str, codes: Sequence[str], value: int = 50) -> list[Released]:
    """Released figures of a year before: one per indicator and breakdown (`codes`), in each kecamatan and the whole."""
    before = year_before(period)
    places = [f"64.08.{no:02d}" for no in range(1, 19)] + ["64.08"]
    return [
        Released(before, indikator, place, code, Decimal(value), None)
        for place in places
        for indikator in contract.indikator
        for code in codes
    ]


AGES = [f"umur={age}|jenis_kelamin={sex}" for age in ("0-4", "5-9", "10-14", "75+") for sex in "LP"]
TAXES = [f"kode_rekening=4.1.01.{no:02d}" for no in range(6, 15)]
OPEN = {"disdukcapil.penduduk_umur": AGES, "bapenda.realisasi_pajak": TAXES}
"""Datasets whose contracts leave breakdowns open: what the last release had."""
