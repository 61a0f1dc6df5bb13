"""The kinds of period: told in one place, the same everywhere, and what a contract may say of several years."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from etl.calendar import BY_NAME, KINDS, Calendar, KindName, kind_of, periodicity, years
from etl.schedule import SWEEPS
from etl.transform.periods import bounds

PERIODS = {
    "2024-05-31": "harian",
    "2024-05": "bulanan",
    "2024-Q2": "triwulanan",
    "2024-S1": "semesteran",
    "2024": "tahunan",
    "2021-2026": "multitahun",
}


def test_every_kind_is_known_everywhere() -> None:
    assert tuple(BY_NAME) == get_args(KindName) == tuple(PERIODS.values())
    assert set(SWEEPS) == set(BY_NAME)
    assert {period: kind_of(period).name for period in PERIODS} == PERIODS
    assert {period: bounds(period)[2] for period in PERIODS} == PERIODS
    assert len({kind.bps for kind in KINDS}) == len(KINDS)


def test_the_reference_list_says_the_same() -> None:
    import csv

    from etl.settings import WAREHOUSE_SQL

    with (WAREHOUSE_SQL / "reference" / "frekuensi.csv").open(encoding="utf-8") as stream:
        listed = {row["kode_bps"]: row["iso8601"] for row in csv.DictReader(stream)}
    assert {kind.bps: listed[kind.bps] for kind in KINDS} == {kind.bps: kind.iso for kind in KINDS}


@pytest.mark.parametrize("period", ["2024-2021", "2024-2024", "1900-1999", "2024", "2024/2025"])
def test_a_span_that_is_none(period: str) -> None:
    with pytest.raises(ValueError, match="rentang"):
        years(period)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"period": "multitahun"}, "perlu `periods`"),
        ({"period": "multitahun", "periods": ["2026-2021"]}, "terbalik"),
        ({"period": "multitahun", "periods": ["2021-2026", "2021-2026"]}, "dua kali"),
        ({"period": "tahunan", "periods": ["2021-2026"]}, "hanya untuk period: multitahun"),
        ({"period": "tahunan", "due_from": "awal"}, "hanya untuk period: multitahun"),
    ],
)
def test_what_a_calendar_may_not_say(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Calendar.model_validate({"due_days": 180, **changes})


def test_how_often_several_years_come() -> None:
    assert periodicity("multitahun", ("2021-2026",)) == "R/P6Y"
    assert periodicity("multitahun", ("2021-2026", "2025-2029")) == "R/P4Y"
    assert periodicity("multitahun", ("2020-2022", "2019-2021")) == "R/P1Y", "an average of three years comes yearly"
    assert periodicity("multitahun", ()) == "R/P2Y"
    assert periodicity("triwulanan", ()) == "R/P3M"
