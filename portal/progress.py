"""How far a plan should be by now, and how far it is: pure, from what was planned and what was told.

Money is compared with the agency's own plan of cash (anggaran kas) up to the end of the last period whose realisation
was told; where there is none, with the part of the year that had passed by then, as if every day cost the same. What a
measure should have reached by a quarter is its target of that quarter, else its part of the year's target.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLANNED, CALENDAR, MIXED = "kas", "kalender", "campuran"

GRADES: tuple[str | Promise, ...] = (
    _("belum dapat dibandingkan"),
    _("jauh di bawah rencana"),
    _("di bawah rencana"),
    _("sedikit di bawah rencana"),
    _("sesuai rencana"),
    _("mendahului rencana"),
)
BOUNDS = (Decimal(50), Decimal(80), Decimal(95), Decimal(105))
"""Percent of what was expected at which a grade ends and the next begins; 105 itself is still as planned."""
BEHIND = BOUNDS[2]

E81 = (
    (Decimal(51), _("sangat rendah")),
    (Decimal(66), _("rendah")),
    (Decimal(76), _("sedang")),
    (Decimal(91), _("tinggi")),
)
"""Permendagri 86/2017, form E.81; its gaps are closed as portal.program closes them: from each bound on, the next."""


def grade_of(ratio: Decimal | None) -> int:
    """Which of GRADES, from percent of what was expected; 0 where that is not known."""
    if ratio is None:
        return 0
    return 1 + sum(ratio >= bound for bound in BOUNDS[:3]) + (ratio > BOUNDS[3])


def predicate(percent: Decimal | None) -> str | Promise:
    """The word of form E.81 for an achievement in percent of its target; empty for None."""
    if percent is None:
        return ""
    return next((word for bound, word in E81 if percent < bound), _("sangat tinggi"))


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Percent; None where either is not known or the whole is zero."""
    return None if part is None or not whole else 100 * part / whole


@dataclass(frozen=True)
class Pace:
    """Money by the end of a period. until: that day; None when no realisation was told. expected: what the plan has by
    then, rupiah; basis: PLANNED, CALENDAR, or MIXED where parts differ. realised: what was told."""

    until: date | None = None
    expected: Decimal | None = None
    basis: str | None = None
    realised: Decimal | None = None

    @property
    def ratio(self) -> Decimal | None:
        return share(self.realised, self.expected)

    @property
    def grade(self) -> int:
        return grade_of(self.ratio)

    @property
    def word(self) -> str | Promise:
        return GRADES[self.grade]

    @property
    def gap(self) -> Decimal:
        """Rupiah that the plan is ahead of what was spent; below zero when more was."""
        return (self.expected or Decimal(0)) - (self.realised or Decimal(0))

    @property
    def behind(self) -> bool:
        return self.ratio is not None and self.ratio < BEHIND


def course(rows: Iterable[Any], measure: str, dataset: str | None) -> dict[date, Decimal]:
    """Rupiah from the year's start to each period's end, of one dataset, its last stage (tahap) alone.

    rows: besaran, dataset, akhir_periode, kumulatif, urutan_tahap, jumlah. A cumulative dataset states sums itself.
    """
    own = [row for row in rows if row.besaran == measure and row.dataset == dataset and row.jumlah is not None]
    last = max((row.urutan_tahap for row in own), default=0)
    by_end: dict[date, Decimal] = {}
    for row in own:
        if row.urutan_tahap == last:
            by_end[row.akhir_periode] = by_end.get(row.akhir_periode, Decimal(0)) + row.jumlah
    if any(row.kumulatif for row in own):
        return dict(sorted(by_end.items()))
    summed, total = {}, Decimal(0)
    for end in sorted(by_end):
        total += by_end[end]
        summed[end] = total
    return summed


def pace_of(budget: Decimal | None, cash: Mapping[date, Decimal], realised: Decimal | None, until: date | None) -> Pace:
    """budget: the year's pagu; cash: `course` of the plan of cash; until: the end of the last period told."""
    if until is None:
        return Pace()
    ends = [end for end in cash if end <= until]
    if cash:
        return Pace(until, cash[max(ends)] if ends else Decimal(0), PLANNED, realised)
    if budget is None:
        return Pace(until, realised=realised)
    return Pace(until, (budget * part_of_year(until)).quantize(Decimal(1)), CALENDAR, realised)


def together(paces: Sequence[Pace]) -> Pace:
    """The sum of paces; those of which no realisation was told are left out. until: the earliest of them."""
    told = [pace for pace in paces if pace.until is not None]
    if not told:
        return Pace()
    bases = {pace.basis for pace in told if pace.basis}
    return Pace(
        min(pace.until for pace in told if pace.until is not None),
        _sum(pace.expected for pace in told),
        bases.pop() if len(bases) == 1 else MIXED if bases else None,
        _sum(pace.realised for pace in told),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def part_of_year(day: date) -> Decimal:
    """How much of its year has passed at the end of `day`."""
    return Decimal(day.timetuple().tm_yday) / Decimal(date(day.year, 12, 31).timetuple().tm_yday)


def place_in_year(period: str) -> Decimal | None:
    """How much of its year has passed at the end of a period: 2026-Q2 → 0.5, 2026 → 1; None for what is of no year."""
    for pattern, parts in ((r"\d{4}-Q([1-4])", 4), (r"\d{4}-S([12])", 2), (r"\d{4}-(0[1-9]|1[0-2])", 12)):
        if found := re.fullmatch(pattern, period):
            return Decimal(int(found[1])) / parts
    return Decimal(1) if re.fullmatch(r"\d{4}", period) else None


@dataclass(frozen=True)
class Measure:
    """A performance measure in a year. periods: rows of its parts of the year in their order (periode, target, capaian,
    fisik, penghambat, tindak_lanjut). target: the year's. expected: what should be reached by the last period told."""

    activity: str
    activity_name: str
    name: str
    unit: str
    falls: bool
    additive: bool
    dataset: str
    region: str
    breakdown: str
    target: Decimal | None
    achieved: Decimal | None
    expected: Decimal | None
    physical: Decimal | None
    until: str | None
    periods: tuple[Any, ...] = field(default=())

    @property
    def percent(self) -> Decimal | None:
        """Of the year's target."""
        return share(self.target, self.achieved) if self.falls else share(self.achieved, self.target)

    @property
    def ratio(self) -> Decimal | None:
        """Of what was expected by `until`, in percent."""
        return share(self.expected, self.achieved) if self.falls else share(self.achieved, self.expected)

    @property
    def grade(self) -> int:
        return grade_of(self.ratio)

    @property
    def word(self) -> str | Promise:
        return GRADES[self.grade]

    @property
    def predicate(self) -> str | Promise:
        return predicate(self.percent)

    @property
    def behind(self) -> bool:
        return self.ratio is not None and self.ratio < BEHIND

    @property
    def obstacles(self) -> list[Any]:
        """Periods with an obstacle or a follow-up, the last first."""
        return [row for row in reversed(self.periods) if row.penghambat or row.tindak_lanjut]


def measures(rows: Iterable[Any]) -> list[Measure]:
    """The rows of portal.kinerja_triwulan of one agency and year, measure by measure in the order of activities."""
    grouped: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        key = (row.kegiatan, row.tolok_ukur, row.wilayah, row.rincian, row.dataset)
        grouped.setdefault(key, []).append(row)
    return [_measure(grouped[key]) for key in sorted(grouped)]


def _measure(rows: Sequence[Any]) -> Measure:
    parts = sorted((row for row in rows if len(row.periode) > 4), key=lambda row: place_in_year(row.periode) or 0)
    year = next((row for row in rows if len(row.periode) == 4), None)
    told = [row for row in parts if row.capaian is not None]
    first = rows[0]
    additive = bool(first.dapat_dijumlah)
    targets = [row.target for row in parts if row.target is not None]
    target = year.target if year else (_sum(targets) if additive else targets[-1] if targets else None)
    achieved = year.capaian if year else None
    if achieved is None and told:
        achieved = _sum(row.capaian for row in told) if additive else told[-1].capaian
    until = year.periode if year and year.capaian is not None else told[-1].periode if told else None
    return Measure(
        first.kegiatan,
        first.nama_kegiatan or first.kegiatan,
        first.tolok_ukur,
        first.satuan or "",
        first.arah == "turun",
        additive,
        first.dataset,
        first.wilayah,
        first.rincian,
        target,
        achieved,
        _expected(parts, target, additive, until),
        next((row.fisik for row in reversed([*parts, *([year] if year else [])]) if row.fisik is not None), None),
        until,
        tuple(parts),
    )


def _expected(parts: Sequence[Any], target: Decimal | None, additive: bool, until: str | None) -> Decimal | None:
    place = place_in_year(until) if until else None
    if target is None or place is None:
        return None
    if place == 1:
        return target
    # A part without a target of its own carries the year's, and says nothing about where it should be by then.
    own = [row for row in parts if row.target is not None and row.target != target]
    if own:
        due = [row.target for row in parts if row.target is not None and (place_in_year(row.periode) or 2) <= place]
        return (_sum(due) if additive else due[-1]) if due else None
    return target * place if additive else None
