"""What a plan should have reached by a day or a quarter, and how what was told compares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from portal import progress
from portal.progress import CALENDAR, MIXED, PLANNED, Pace, course, grade_of, measures, pace_of, predicate, together

JUNE = date(2026, 6, 30)


def paid(end, amount, *, measure="kas", dataset="bpkad.rak", stage=1, cumulative=False):
    return SimpleNamespace(
        besaran=measure,
        dataset=dataset,
        akhir_periode=end,
        kumulatif=cumulative,
        urutan_tahap=stage,
        jumlah=None if amount is None else Decimal(amount),
    )


def told(period, target=None, achieved=None, *, additive=True, falls=False, physical=None, obstacle=None, measure="a"):
    return SimpleNamespace(
        dataset="dpu.kinerja",
        kegiatan="1.03.10",
        nama_kegiatan="Jalan",
        tolok_ukur=measure,
        satuan="km",
        arah="turun" if falls else "naik",
        dapat_dijumlah=additive,
        wilayah="64.08",
        rincian="",
        periode=period,
        target=None if target is None else Decimal(target),
        capaian=None if achieved is None else Decimal(achieved),
        fisik=None if physical is None else Decimal(physical),
        penghambat=obstacle,
        tindak_lanjut=None,
    )


@pytest.mark.parametrize(
    ("percent", "grade"),
    [
        (None, 0),
        ("0", 1),
        ("49.99", 1),
        ("50", 2),
        ("79.9", 2),
        ("80", 3),
        ("94.9", 3),
        ("95", 4),
        ("105", 4),
        ("105.1", 5),
    ],
)
def test_grades_are_half_open(percent, grade):
    assert grade_of(None if percent is None else Decimal(percent)) == grade


@pytest.mark.parametrize(
    ("percent", "word"),
    [
        ("50.99", "sangat rendah"),
        ("51", "rendah"),
        ("66", "sedang"),
        ("76", "tinggi"),
        ("90.99", "tinggi"),
        ("91", "sangat tinggi"),
    ],
)
def test_the_words_of_form_e81(percent, word):
    assert str(predicate(Decimal(percent))) == word


def test_months_add_up_and_only_the_last_stage_counts():
    rows = [
        paid(date(2026, 1, 31), 5, stage=1),
        paid(date(2026, 1, 31), 10, stage=3),
        paid(date(2026, 2, 28), 20, stage=3),
        paid(date(2026, 2, 28), 2, stage=3),
        paid(date(2026, 3, 31), None, stage=3),
        paid(date(2026, 1, 31), 99, dataset="lain", stage=3),
        paid(date(2026, 1, 31), 99, measure="realisasi"),
    ]
    assert course(rows, "kas", "bpkad.rak") == {date(2026, 1, 31): 10, date(2026, 2, 28): 32}


def test_what_is_stated_as_a_sum_is_not_summed_again():
    rows = [paid(date(2026, 1, 31), 10, cumulative=True), paid(date(2026, 2, 28), 25, cumulative=True)]
    assert course(rows, "kas", "bpkad.rak") == {date(2026, 1, 31): 10, date(2026, 2, 28): 25}


def test_the_agencys_own_plan_of_cash_is_what_is_expected():
    cash = {date(2026, 3, 31): Decimal(30), JUNE: Decimal(60), date(2026, 12, 31): Decimal(100)}
    pace = pace_of(Decimal(100), cash, Decimal(45), JUNE)
    assert (pace.expected, pace.basis, pace.ratio, pace.gap) == (60, PLANNED, 75, 15)
    assert pace.behind and str(pace.word) == "di bawah rencana"


def test_cash_that_begins_later_expects_nothing_yet():
    pace = pace_of(Decimal(100), {date(2026, 12, 31): Decimal(100)}, Decimal(5), JUNE)
    assert (pace.expected, pace.ratio, pace.behind) == (0, None, False)


def test_without_a_plan_of_cash_the_calendar_is_expected():
    pace = pace_of(Decimal(365), {}, Decimal(181), JUNE)
    assert (pace.expected, pace.basis, pace.grade) == (181, CALENDAR, 4)


def test_nothing_is_expected_of_a_year_without_realisation():
    assert pace_of(Decimal(100), {JUNE: Decimal(50)}, None, None) == Pace()


def test_paces_together_count_a_plan_whose_spending_was_not_told():
    one = Pace(JUNE, Decimal(60), PLANNED, Decimal(30))
    other = Pace(date(2026, 5, 31), Decimal(40), CALENDAR, None)
    assert together([one, other, Pace()]) == Pace(date(2026, 5, 31), Decimal(100), MIXED, Decimal(30))
    assert together([Pace()]) == Pace()


@pytest.mark.parametrize(
    ("period", "place"),
    [
        ("2026-Q2", "0.5"),
        ("2026-S1", "0.5"),
        ("2026-03", "0.25"),
        ("2026", "1"),
        ("2026-13", None),
        ("2021-2026", None),
    ],
)
def test_how_much_of_the_year_has_passed(period, place):
    assert progress.place_in_year(period) == (None if place is None else Decimal(place))


def test_a_count_with_a_yearly_target_should_have_its_part_of_it():
    (one,) = measures(
        [
            told("2026", 42),
            told("2026-Q1", 42, 0, obstacle="lahan", physical=6),
            told("2026-Q2", 42, "9.4", physical=27),
        ]
    )
    assert (one.target, one.achieved, one.expected, one.until) == (42, Decimal("9.4"), 21, "2026-Q2")
    assert one.behind and one.physical == 27
    assert [row.periode for row in one.obstacles] == ["2026-Q1"]
    assert round(one.percent, 2) == Decimal("22.38")


def test_quarters_with_targets_of_their_own_are_compared_with_those():
    (one,) = measures([told("2026-Q1", 10, 12), told("2026-Q2", 20, 16), told("2026-Q3", 30), told("2026-Q4", 40)])
    assert (one.target, one.achieved, one.expected) == (100, 28, 30)
    assert one.grade == 3


def test_a_percentage_is_judged_at_the_end_of_the_year():
    (one,) = measures([told("2026", 68, additive=False), told("2026-Q2", 68, "62.3", additive=False)])
    assert (one.achieved, one.expected, one.grade, one.behind) == (Decimal("62.3"), None, 0, False)
    (one,) = measures([told("2026", 68, additive=False), told("2026-Q4", 68, "62.3", additive=False)])
    assert (one.expected, one.behind) == (68, True)


def test_where_falling_is_good_the_target_is_divided_by_what_was_reached():
    (one,) = measures([told("2026", 10, 20, additive=False, falls=True)])
    assert (one.percent, one.ratio, one.behind) == (50, 50, True)
    (one,) = measures([told("2026", 10, 0, additive=False, falls=True)])
    assert one.percent is None


def test_nothing_told_is_nothing_expected():
    (one,) = measures([told("2026", 42), told("2026-Q1", 42)])
    assert (one.achieved, one.expected, one.until, one.grade) == (None, None, None, 0)
