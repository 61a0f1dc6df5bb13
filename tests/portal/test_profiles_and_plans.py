"""What pages of plans and profiles put together from rows: the order of what is behind, years side by side, places."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from portal.pages import programme as pages
from portal.pages.templatetags.plans import nama_program, uang
from portal.progress import PLANNED, Measure, Pace
from portal.punctuality import STATES, state_of
from portal.warehouse import profiles
from portal.warehouse.programme import Line, Node, summed

JUNE = date(2026, 6, 30)


def line(budget, expected=None, realised=None, *, first=None, last=None, physical=None, **more):
    pace = Pace(JUNE, Decimal(expected), PLANNED, Decimal(realised)) if expected is not None else Pace()
    return {
        "code": more.pop("code", "1.03.10"),
        "name": "x",
        "first": first,
        "last": last,
        "budget": Decimal(budget),
        "cash": None,
        "pace": pace,
        "physical": None if physical is None else Decimal(physical),
        "told": int(physical is not None),
        **more,
    }


def node(code, level, *numbers, **more):
    return Node(**line(*numbers, code=code, level=level, series=code, **more))


def measure(activity, achieved, expected):
    return Measure(
        activity, "", "panjang", "km", False, True, "d", "64.08", "", Decimal(42), Decimal(achieved), Decimal(expected),
        None, "2026-Q2",
    )  # fmt: skip


def test_lines_together_weigh_what_is_physical_by_its_budget():
    both = summed(
        [
            Line(**line(100, 60, 30, first=Decimal(90), last=Decimal(100), physical=50)),
            Line(**line(300, 100, 100, first=Decimal(300), physical=10)),
            Line(**line(600)),
        ]
    )
    assert (both.budget, both.first, both.last) == (1000, 390, 1000)
    assert (both.pace.expected, both.pace.realised, both.percent, both.due) == (160, 130, 13, 16)
    assert (both.physical, both.told, both.parts) == (20, 2, 3)


def test_what_is_behind_is_told_where_money_is_spent_the_largest_gap_first():
    nodes = [
        node("1.03.10", "program", 100, 60, 20),
        node("1.03.10.2.01", "kegiatan", 100, 60, 20),
        node("1.03.10.2.01.0001", "sub_kegiatan", 40, 20, 15),
        node("1.03.10.2.01.0002", "sub_kegiatan", 40, 30, 5),
        node("1.03.10.2.01.0003", "sub_kegiatan", 20, 10, 10),
        node("1.03.10.2.01.0004", "sub_kegiatan", 20, 10, 10),
    ]
    late = measure("1.03.10.2.01.0003", 1, 21)
    found = pages.behind(nodes, [late, measure("1.03.10.2.01.0004", 21, 21)])
    assert [(one.code[-4:], tuple(measures)) for one, measures in found] == [
        ("0002", ()),
        ("0001", ()),
        ("0003", (late,)),
    ]


def test_a_programmes_measure_that_is_behind_brings_the_programme():
    late = measure("1.03.10", 1, 21)
    nodes = [node("1.03.10", "program", 100, 60, 60), node("1.03.10.2.01", "kegiatan", 100, 60, 60)]
    assert pages.behind(nodes, [late]) == [(nodes[0], [late])]


def test_branches_hold_what_is_below_their_programme():
    nodes = [node("1.03.10.2.01", "kegiatan", 1), node("1.03.02", "program", 1), node("1.03.10", "program", 1)]
    assert [(top.code, [one.code for one in rest]) for top, rest in pages.branches(nodes)] == [
        ("1.03.02", []),
        ("1.03.10", ["1.03.10.2.01"]),
    ]


def test_a_programme_is_followed_through_a_new_code():
    old = SimpleNamespace(kode="1.03.02", kode_seri="1.03.10", tingkat="program", tahun=2024)
    new = SimpleNamespace(kode="1.03.10", kode_seri="1.03.10", tingkat="program", tahun=2026)
    below = SimpleNamespace(kode="1.03.10.2.01", kode_seri="1.03.10.2.01", tingkat="kegiatan", tahun=2026)
    assert pages.history({2026: [new, below], 2024: [old]}) == ([2024, 2026], [(new, [old, new])])
    assert pages.history({2026: [new, below], 2024: [old]}, "1.03.10.2.01") == ([2024, 2026], [(below, [None, below])])


def figure(region, value, *, additive=True, hidden=False):
    return SimpleNamespace(
        indikator="i", nama="I", satuan="jiwa", dapat_dijumlah=additive, dataset="d", judul="D", urusan="1.01",
        nama_urusan="PENDIDIKAN", wilayah=region, periode="2024", status_data="tetap", tersembunyi=hidden,
        nilai=None if value is None else Decimal(value),
    )  # fmt: skip


def test_a_regions_place_and_share_among_its_like():
    rows = [figure("a", 10), figure("b", 30), figure("c", 30), figure("d", 30)]
    (one,) = profiles.compared(rows, "a")
    assert (one.place, one.among, one.share) == (4, 4, 10)
    (one,) = profiles.compared(rows, "c")
    assert one.place == 1
    assert profiles.compared(rows, "z") == []


def test_no_share_is_told_where_it_would_tell_what_is_hidden_or_add_percentages():
    rows = [figure("a", 10), figure("b", None, hidden=True), figure("c", 30)]
    (one,) = profiles.compared(rows, "a")
    assert (one.place, one.among, one.share) == (2, 2, None)
    (one,) = profiles.compared(rows, "b")
    assert (one.value, one.hidden, one.place, one.share) == (None, True, None, None)
    (one,) = profiles.compared([figure("a", 10, additive=False), figure("b", 30, additive=False)], "a")
    assert (one.place, one.share) == (2, None)


def test_late_and_missing_are_told_apart():
    missing = SimpleNamespace(status="terlambat", diterima_pada=None)
    assert str(STATES[state_of(missing)][1]) == "lewat batas, belum diterima"
    assert state_of(SimpleNamespace(status="terlambat", diterima_pada=date(2026, 1, 1))) == "terlambat"
    assert state_of(SimpleNamespace(status="tepat waktu", diterima_pada=None)) == "tepat waktu"


def test_money_is_short_with_the_exact_amount_at_hand():
    assert uang(Decimal("205945800000")) == '<span class="angka" title="Rp205.945.800.000">Rp205,95 miliar</span>'
    assert uang(None) == "–"


def test_a_shouted_name_is_said_calmly():
    assert nama_program("PROGRAM PENYELENGGARAAN JALAN") == "Program penyelenggaraan jalan"
    assert nama_program("Pembangunan Jalan") == "Pembangunan Jalan"
