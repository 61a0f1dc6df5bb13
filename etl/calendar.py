"""Kinds of period, and when a period's data are due: the one place that says which kinds there are.

Parsing (etl.transform.periods), forms, catalogues and exports take from here what they need of a kind. The warehouse
has the same names in a constraint on dw.dim_periode; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from etl.rules import Strict

KindName = Literal["harian", "bulanan", "triwulanan", "semesteran", "tahunan", "multitahun"]
MULTI: KindName = "multitahun"
"""Several whole years as one period: a plan's (RPJMD 2021-2026) or an average's (2019-2021)."""
MOST_YEARS = 30
"""Longest span: plans go up to 20 or 21 years (RPJPD), climatic normals over 30 (WMO-No. 1203)."""


class Kind(NamedTuple):
    """One kind of period.

    code: regular expression of its codes. sdmx: its code in SDMX CL_FREQ; of several years that of one. bps: code of
    MS-Keg's `frekuensi`. iso: ISO 8601 repeating interval; see `periodicity`. once: a period in words (MS-Var's
    `referensi waktu`). example: how one may be typed. due_days: what a drafted contract proposes.
    """

    name: KindName
    code: str
    sdmx: str
    bps: str
    iso: str
    once: str
    example: str
    due_days: int


KINDS = (
    Kind("harian", r"\d{4}-\d\d-\d\d", "D", "1", "R/P1D", "Satu hari", "2025-05-31 atau `31 Mei 2025`", 7),
    Kind("bulanan", r"\d{4}-\d\d", "M", "3", "R/P1M", "Satu bulan", "2025-05 atau `Mei 2025`", 14),
    Kind("triwulanan", r"\d{4}-Q[1-4]", "Q", "4", "R/P3M", "Satu triwulan", "2025-Q2 atau `Triwulan II 2025`", 30),
    Kind("semesteran", r"\d{4}-S[12]", "S", "6", "R/P6M", "Satu semester", "2025-S1 atau `Semester I 2025`", 45),
    Kind("tahunan", r"\d{4}", "A", "7", "R/P1Y", "Satu tahun", "2025", 90),
    Kind(MULTI, r"\d{4}-\d{4}", "A", "8", "R/P2Y", "Beberapa tahun", "2021-2026 atau `2021 s.d. 2026`", 180),
)
"""From fine to coarse. `8` and R/P2Y are MS-Keg's `lebih dari dua tahunan` (warehouse_sql/reference/frekuensi.csv)."""
BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}


def kind_of(period: str) -> Kind:
    """The kind of a period code, by its form alone. Raises ValueError when it is none."""
    for kind in KINDS:
        if re.fullmatch(kind.code, period):
            return kind
    known = ", ".join(kind.example.split(" ")[0] for kind in KINDS)
    raise ValueError(f"bukan kode periode: {period}. Yang dikenal berbentuk {known}")


def years(period: str) -> tuple[int, int]:
    """First and last year of `2021-2026`. Raises ValueError, with what is wrong in Indonesian."""
    if not re.fullmatch(BY_NAME[MULTI].code, period):
        raise ValueError(f"`{period}` bukan rentang tahun; tulis mis. 2021-2026")
    first, last = int(period[:4]), int(period[5:])
    if last < first:
        raise ValueError(f"rentang tahun terbalik, {first} sesudah {last}; tulis {last}-{first} bila itu maksudnya")
    if last == first:
        raise ValueError(f"rentang {period} hanya satu tahun; tulis {first}")
    if last - first >= MOST_YEARS:
        raise ValueError(f"rentang {period} lebih dari {MOST_YEARS} tahun; periksa tahun awal dan akhirnya")
    return first, last


def periodicity(kind: str, scheduled: Sequence[str]) -> str:
    """ISO 8601 of how often a dataset comes; empty for a kind that is none of ours.

    scheduled: its periods of several years, which tell how often those come: the step from the last but one to the
    last (averages of three years come yearly), or the length of the only one.
    """
    if kind != MULTI or not scheduled:
        return BY_NAME[kind].iso if kind in BY_NAME else ""
    spans = sorted(years(period) for period in scheduled)
    step = spans[-1][0] - spans[-2][0] if len(spans) > 1 else 0
    return f"R/P{step or spans[-1][1] - spans[-1][0] + 1}Y"


class Calendar(Strict):
    """When a period's data are due; the reporting period is ours, never Airflow's data interval."""

    period: KindName
    periods: tuple[str, ...] = ()
    """multitahun: the periods that are awaited, as their regulation has them: no rule says where the next one begins
    (RPJMD 2021-2026 was followed by 2025-2029). Others are loaded when they come."""
    due_days: int = Field(ge=0, le=1000)
    """Days after the period's last day (see `due_from`) on which the data are due."""
    due_from: Literal["awal", "akhir"] = "akhir"
    """multitahun: `awal` counts due_days from the period's first day: a plan is due when it begins."""
    grace_days: int = Field(default=0, ge=0)
    """Days after the due day before the agency counts as late."""

    @model_validator(mode="after")
    def _periods_fit(self) -> Calendar:
        if self.period != MULTI:
            if self.periods or self.due_from != "akhir":
                raise ValueError(f"`periods` dan `due_from` hanya untuk period: {MULTI}")
            return self
        if not self.periods:
            raise ValueError(f"period: {MULTI} perlu `periods`, mis. periods: [2021-2026]")
        for period in self.periods:
            years(period)
        if len(set(self.periods)) < len(self.periods):
            raise ValueError("`periods` menyebut satu periode dua kali")
        return self
