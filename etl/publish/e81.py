"""Form E.81, evaluation of an agency's yearly plan (Renja), Permendagri 86/2017: the lines, worked out from the facts.

K is kinerja (what was reached), Rp is money. Money adds up over the tree of urusan, bidang, program, kegiatan and sub
kegiatan. Performance does not: a line above shows the average of the percentages below it. A year's K is the sum of its
quarters only for an indicator that may be summed, else the last quarter's. Where lower is better, the ratio is turned
round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, TypeVar

from etl.calendar import MULTI, kind_of, years

BANDS = (
    (Decimal(91), "Sangat tinggi"),
    (Decimal(76), "Tinggi"),
    (Decimal(66), "Sedang"),
    (Decimal(51), "Rendah"),
)
"""From this percentage on, up to the next band: no percentage falls between two. Below the last: `Sangat rendah`."""
LEVELS = ("urusan", "bidang", "program", "kegiatan", "sub_kegiatan")
_PARTS = (1, 2, 3, 5, 6)
"""Segments that a code of each level has."""

Numbers = tuple[Decimal | None, ...]


class Money(NamedTuple):
    """Spending figures of one sub kegiatan in one period, as one dataset states them. own: the agency's own dataset."""

    dataset: str
    own: bool
    cumulative: bool
    measure: str
    stage: int
    period: str
    kegiatan: str
    value: Decimal


class Performance(NamedTuple):
    """One figure, or one text (`mark`), of an indicator of a programme or sub kegiatan."""

    kegiatan: str
    indicator: str
    name: str
    unit: str | None
    direction: str
    additive: bool
    measure: str
    stage: int
    period: str
    value: Decimal | None
    mark: str | None


@dataclass(frozen=True)
class Amounts:
    """K or Rp of a line. end: what the Renstra aims at when it ends. before: in the Renstra's years before this one.
    quarters: of the year, as far as reported. renstra: in its years up to this one."""

    target: Decimal | None = None
    before: Decimal | None = None
    quarters: Numbers = (None, None, None, None)
    year: Decimal | None = None
    percent: Decimal | None = None
    renstra: Decimal | None = None
    end: Decimal | None = None
    end_percent: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One row of the form. level: one of LEVELS. first: whether it names its programme or activity (the others repeat
    it for a further indicator). average: whether K's percentage is that of the lines below."""

    level: str
    code: str
    name: str
    indicator: str
    work: Amounts
    money: Amounts | None
    average: bool
    remark: str

    @property
    def first(self) -> bool:
        return self.money is not None


class Remark(NamedTuple):
    """An obstacle or a follow-up, and what it concerns."""

    code: str
    name: str
    text: str


@dataclass(frozen=True)
class Report:
    """The whole form of one agency, year and quarter."""

    agency: str
    year: int
    quarter: int
    lines: tuple[Line, ...]
    total: Line
    obstacles: tuple[Remark, ...]
    follow_ups: tuple[Remark, ...]
    notes: tuple[str, ...] = field(default=())


def predicate(percent: Decimal | None) -> str:
    """Half-open bands: 90.5 is `Tinggi`, 91 is `Sangat tinggi`."""
    if percent is None:
        return ""
    return next((name for least, name in BANDS if percent >= least), "Sangat rendah")


def achieved(target: Decimal | None, reached: Decimal | None, direction: str = "naik") -> Decimal | None:
    """Percentage of the target; `turun` (lower is better): target over reached, as in portal.program. None without both
    figures, or where that would divide by zero."""
    if target is None or reached is None:
        return None
    above, below = (target, reached) if direction == "turun" else (reached, target)
    if below == 0:
        return None
    return (above / below * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def ancestors(code: str) -> list[str]:
    """`1.02.02.2.01.0001` → its urusan, bidang, program and kegiatan, and the code itself."""
    parts = code.split(".")
    return [".".join(parts[:n]) for n in _PARTS if n < len(parts)] + [code]


def level_of(code: str) -> str:
    """By the number of segments; deeper than a sub kegiatan is one."""
    return LEVELS[min(sum(len(code.split(".")) > n for n in _PARTS[:-1]), len(LEVELS) - 1)]


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(
    agency: str,
    year: int,
    quarter: int,
    money: Sequence[Money],
    performance: Sequence[Performance],
    names: Mapping[str, str],
    *,
    renstra: int | None,
) -> Report:
    """Everything on the form. names: of the codes that occur and of those above them. renstra: the Renstra's first
    year, when `money` and `performance` hold its years before this one too. Figures of several years that hold this
    one are what the Renstra aims at."""
    yearly, aims = _apart(money, year, renstra)
    chosen, notes = _chosen(yearly, year)
    work = _work(performance, year, quarter, renstra=renstra)
    ends = _budgeted(aims)
    by_code = _by_code(chosen)
    own = {
        code: _spent(by_code.get(code, ()), year, quarter, ends.get(code), renstra=renstra is not None)
        for code in (*by_code, *(code for code in ends if code not in by_code))
    }
    codes = sorted({above for code in (*own, *work) for above in ancestors(code)})
    lines = tuple(_lines(codes, own, work, names))
    percents = [line.work.percent for line in lines if line.indicator and line.work.percent is not None]
    whole = _added(list(own.values()))
    total = Line("jumlah", "", "JUMLAH", "", Amounts(percent=_average(percents)), whole, average=True, remark="")
    told = [p for p in performance if p.mark and p.period == f"{year}-Q{quarter}"]
    obstacles = tuple(_remarks(told, "penghambat", names))
    return Report(
        agency, year, quarter, lines, total, obstacles, tuple(_remarks(told, "tindak_lanjut", names)), tuple(notes)
    )


def _lines(
    codes: Iterable[str],
    own: Mapping[str, Amounts],
    work: Mapping[str, list[tuple[str, Amounts]]],
    names: Mapping[str, str],
) -> Iterator[Line]:
    for code in codes:
        below = [amounts for other, amounts in own.items() if other == code or other.startswith(f"{code}.")]
        spent, indicators = _added(below), work.get(code, [])
        if not indicators:
            under = [one for other, some in work.items() if other.startswith(f"{code}.") for _, one in some]
            percent = _average([one.percent for one in under if one.percent is not None])
            indicators = [("", Amounts(percent=percent))]
        for no, (indicator, amounts) in enumerate(indicators):
            yield Line(
                level_of(code),
                code,
                names.get(code, "(nama belum dikenal)"),
                indicator,
                amounts,
                spent if no == 0 else None,
                average=not indicator,
                remark=predicate(amounts.percent),
            )


def _remarks(told: Iterable[Performance], measure: str, names: Mapping[str, str]) -> Iterator[Remark]:
    for one in told:
        if one.measure == measure and one.mark:
            yield Remark(one.kegiatan, names.get(one.kegiatan, one.name), one.mark)


def _average(percents: Sequence[Decimal]) -> Decimal | None:
    if not percents:
        return None
    return (sum(percents, Decimal(0)) / len(percents)).quantize(Decimal("0.01"), ROUND_HALF_UP)


Stated = TypeVar("Stated", Money, Performance)


def _apart(told: Iterable[Stated], year: int, renstra: int | None) -> tuple[list[Stated], list[Stated]]:
    """Figures of a year and finer, and those of the plan over several years that the year lies in: of several plans the
    one that begins with `renstra`, else the latest."""
    yearly: list[Stated] = []
    plans: dict[tuple[bool, str], list[Stated]] = {}
    for one in told:
        if kind_of(one.period).name != MULTI:
            yearly.append(one)
            continue
        first, last = years(one.period)
        if first <= year <= last:
            plans.setdefault((first == renstra, one.period), []).append(one)
    return yearly, plans[max(plans)] if plans else []


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _chosen(money: Sequence[Money], year: int) -> tuple[list[Money], list[str]]:
    """One dataset per measure and which it was: the treasurer's before the agency's own book, as in portal.program."""
    kept, notes = [], []
    for measure, word in (("pagu", "Pagu"), ("realisasi", "Realisasi keuangan")):
        some = [m for m in money if m.measure == measure]
        stating = sorted({(m.own, m.dataset) for m in some if m.period.startswith(str(year))})
        if not stating:
            notes.append(f"{word} {year} belum ada di gudang.")
            continue
        dataset = stating[0][1]
        kept += [m for m in some if m.dataset == dataset]
        if len(stating) > 1:
            notes.append(
                f"{word} dari {dataset}; yang lain, tidak dijumlahkan: {', '.join(d for _, d in stating[1:])}."
            )
        else:
            notes.append(f"{word} dari {dataset}.")
    return kept, notes


def _by_code(money: Iterable[Money]) -> dict[str, list[Money]]:
    found: dict[str, list[Money]] = {}
    for one in money:
        found.setdefault(one.kegiatan, []).append(one)
    return found


def _budgeted(aims: Sequence[Money]) -> dict[str, Decimal]:
    """Code → the pagu of the Renstra's whole course, by one dataset and its latest stage."""
    pagu = [m for m in aims if m.measure == "pagu"]
    dataset = min(((m.own, m.dataset) for m in pagu), default=(False, ""))[1]
    latest: dict[str, Money] = {}
    for one in sorted((m for m in pagu if m.dataset == dataset), key=lambda m: m.stage):
        latest[one.kegiatan] = one
    return {code: one.value for code, one in latest.items()}


def _spent(money: Sequence[Money], year: int, quarter: int, end: Decimal | None, *, renstra: bool) -> Amounts:
    """Of one code. end: the Renstra's pagu. The target is the latest stage's pagu: perubahan before pergeseran before
    pokok."""
    pagu = [m for m in money if m.measure == "pagu" and m.period.startswith(str(year))]
    latest = max((m.stage for m in pagu), default=0)
    target = sum((m.value for m in pagu if m.stage == latest), Decimal(0)) if pagu else None
    spending = [m for m in money if m.measure == "realisasi"]
    quarters = _quarters({m.period: m.value for m in spending}, year, any(m.cumulative for m in spending))
    quarters = tuple(value if no <= quarter else None for no, value in enumerate(quarters, 1))
    this_year = _sum(quarters)
    before = None
    if renstra:
        earlier = sorted({int(m.period[:4]) for m in spending if int(m.period[:4]) < year})
        values = {m.period: m.value for m in spending}
        before = _sum(_sum(_quarters(values, one, any(m.cumulative for m in spending))) for one in earlier)
    both = _sum((before, this_year)) if renstra else None
    return Amounts(target, before, quarters, this_year, achieved(target, this_year), both, end, achieved(end, both))


def _quarters(values: Mapping[str, Decimal], year: int, cumulative: bool) -> Numbers:
    """Per quarter, from months or quarters. cumulative: each figure holds those before it in the year."""
    found: list[Decimal | None] = []
    so_far = Decimal(0)
    for no in range(1, 5):
        months = [values[m] for m in (f"{year}-{month:02d}" for month in range(3 * no - 2, 3 * no + 1)) if m in values]
        told = months or ([values[f"{year}-Q{no}"]] if f"{year}-Q{no}" in values else [])
        if not told:
            found.append(None)
        elif cumulative:
            found.append(told[-1] - so_far)
            so_far = told[-1]
        else:
            found.append(sum(told, Decimal(0)))
    return tuple(found)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Of what is there; None when nothing is."""
    there = [value for value in values if value is not None]
    return sum(there, Decimal(0)) if there else None


def _added(several: Sequence[Amounts]) -> Amounts:
    """Money of several codes together."""
    target, year = _sum(a.target for a in several), _sum(a.year for a in several)
    quarters = tuple(_sum(a.quarters[no] for a in several) for no in range(4))
    both, end = _sum(a.renstra for a in several), _sum(a.end for a in several)
    return Amounts(
        target,
        _sum(a.before for a in several),
        quarters,
        year,
        achieved(target, year),
        both,
        end,
        achieved(end, both),
    )


# ── performance ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _work(
    performance: Sequence[Performance], year: int, quarter: int, *, renstra: int | None
) -> dict[str, list[tuple[str, Amounts]]]:
    """Code → its indicators with their figures."""
    by_indicator: dict[tuple[str, str], list[Performance]] = {}
    for one in performance:
        if one.measure in ("target", "capaian"):
            by_indicator.setdefault((one.kegiatan, one.indicator), []).append(one)
    found: dict[str, list[tuple[str, Amounts]]] = {}
    for (code, _), some in by_indicator.items():
        label = f"{some[0].name} ({some[0].unit})" if some[0].unit else some[0].name
        found.setdefault(code, []).append((label, _reached(some, year, quarter, renstra=renstra)))
    return found


def _reached(told: Sequence[Performance], year: int, quarter: int, *, renstra: int | None) -> Amounts:
    """Of one indicator."""
    some, aims = _apart(told, year, renstra)
    additive, direction = told[0].additive, told[0].direction
    target = _year_target(some, year, additive)
    reported = {p.period: p.value for p in some if p.measure == "capaian" and p.value is not None}
    quarters = tuple(reported.get(f"{year}-Q{no}") if no <= quarter else None for no in range(1, 5))
    this_year = _together(quarters, additive)
    before = both = None
    if renstra is not None:
        earlier = sorted({int(period[:4]) for period in reported if int(period[:4]) < year})
        before = _together([_of_year(reported, one, additive) for one in earlier], additive)
        both = _together((before, this_year), additive)
    stated = [p.value for p in sorted(aims, key=lambda p: p.stage) if p.measure == "target" and p.value is not None]
    end = stated[-1] if stated else None
    percent, end_percent = achieved(target, this_year, direction), achieved(end, both, direction)
    return Amounts(target, before, quarters, this_year, percent, both, end, end_percent)


def _of_year(reported: Mapping[str, Decimal], year: int, additive: bool) -> Decimal | None:
    if str(year) in reported:
        return reported[str(year)]
    return _together([reported.get(f"{year}-Q{no}") for no in range(1, 5)], additive)


def _together(values: Iterable[Decimal | None], additive: bool) -> Decimal | None:
    """The sum, or the last of what is there."""
    there = [value for value in values if value is not None]
    if not there:
        return None
    return sum(there, Decimal(0)) if additive else there[-1]


def _year_target(some: Sequence[Performance], year: int, additive: bool) -> Decimal | None:
    """The latest stage's target for the year; without one, what the quarters' targets come to."""
    targets = {
        p.period: p.value for p in sorted(some, key=lambda p: p.stage) if p.measure == "target" and p.value is not None
    }
    return _of_year(targets, year, additive)
