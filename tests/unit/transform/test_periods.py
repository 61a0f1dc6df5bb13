"""Periods: every way people write them, joined from pieces, refused where they contradict."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.calendar import MOST_YEARS
from etl.transform.periods import KINDS, Parts, Unreadable, bounds, code, join, parse, read, search, year_before

YEARS = st.integers(1900, 2099)
CODES = st.one_of(
    YEARS.map(str),
    st.builds("{}-S{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}-Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02d}".format, YEARS, st.integers(1, 12)),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str),
    st.builds(lambda first, n: f"{first}-{first + n}", st.integers(1900, 2070), st.integers(1, MOST_YEARS - 1)),
)


@given(CODES)
def test_codes_read_themselves(period: str) -> None:
    assert parse(period) == period
    assert parse(period, bounds(period)[2]) == period


@given(CODES)
def test_bounds_and_the_year_before(period: str) -> None:
    first, last, kind = bounds(period)
    assert first <= last and kind in KINDS
    before_first, before_last, before_kind = bounds(year_before(period))
    assert before_kind == kind
    assert first - before_first in (timedelta(365), timedelta(366))
    if kind == "multitahun":
        assert last.year - first.year == before_last.year - before_first.year
    assert last.month == before_last.month


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("2019.0", "2019"),
        ("2023*", "2023"),
        ("Tahunan 2024", "2024"),
        ("tahun 2024", "2024"),
        ("04 Juli 2023", "2023-07-04"),
        ("31 MEI 2020", "2020-05-31"),
        ("Keadaan 31 Desember 2023", "2023-12-31"),
        ("31/12/2023", "2023-12-31"),
        ("2024-05-31", "2024-05-31"),
        ("2024-05-31T00:00:00", "2024-05-31"),
        ("2024-05-31 07:49:21", "2024-05-31"),
        ("30 Januari 2021 Pukul 10.00", "2021-01-30"),
        ("JANUARI 2025", "2025-01"),
        ("Agustus 2005", "2005-08"),
        ("Nopember 2005", "2005-11"),
        ("Aug 2005", "2005-08"),
        ("Sept-2024", "2024-09"),
        ("2024 Mei", "2024-05"),
        ("05/2024", "2024-05"),
        ("Triwulan II 2024", "2024-Q2"),
        ("TW 3 2024", "2024-Q3"),
        ("tw.II/2024", "2024-Q2"),
        ("Triwulan ke-2 2024", "2024-Q2"),
        ("2024Q4", "2024-Q4"),
        ("Sem 2 2024", "2024-S2"),
        ("Semester I Tahun 2024", "2024-S1"),
    ],
)
def test_ways_of_writing(text: str, expected: str) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "31 Februari 2024",
        "29/02/2023",
        "Semester 3 2024",
        "00/2024",
        "2020/2021",
        "45123",
        "1899",
        "s.d. Juni 2024",
        "",
        "Mei 24",
    ],
)
def test_impossible_or_doubtful_texts_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("31 Desember 2023", "tahunan", "2023"),
        ("Keadaan 4 Juli 2023", "tahunan", "2023"),
        ("30 Juni 2024", "semesteran", "2024-S1"),
        ("31 Maret 2024", "triwulanan", "2024-Q1"),
        ("31 Mei 2024", "bulanan", "2024-05"),
        ("2024-05-01", "bulanan", "2024-05"),
    ],
)
def test_a_closing_date_stands_for_its_period(text: str, kind: str, expected: str) -> None:
    assert code(read(text), kind) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [("4 Juli 2023", "tahunan"), ("Mei 2024", "tahunan"), ("2024", "bulanan"), ("15 Mei 2024", "bulanan")],
)
def test_a_period_of_another_kind_is_refused(text: str, kind: str) -> None:
    with pytest.raises(Unreadable):
        code(read(text), kind)


def test_pieces_are_joined() -> None:
    assert code(join(read("2024"), read("Mei")), "bulanan") == "2024-05"
    assert code(join(read("Mei"), read("2024")), "bulanan") == "2024-05"
    assert code(join(read("2024"), read("5")), "bulanan") == "2024-05"
    assert code(join(read("2024"), read("II")), "triwulanan") == "2024-Q2"
    assert code(join(Parts(), read("31 Mei 2024")), "harian") == "2024-05-31"


@pytest.mark.parametrize(("one", "two"), [("2023", "Mei 2024"), ("Mei 2024", "Juni"), ("31 Mei 2024", "Juni 2024")])
def test_pieces_that_contradict_are_refused(one: str, two: str) -> None:
    with pytest.raises(Unreadable):
        join(read(one), read(two))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Standar Kelurahan Data Corona (30 Januari 2021 Pukul 10.00).xlsx", "2021-01-30"),
        ("faskes_2024_rev.xlsx", "2024"),
        ("Semester II 2023.csv", "2023-S2"),
        ("laporan/2025-elsimil-bumil.csv", "2025"),
    ],
)
def test_a_period_in_a_file_name(name: str, expected: str) -> None:
    found = search(name)
    assert code(found, found.kind or "tahunan") == expected


def test_a_number_is_no_year_inside_a_longer_number() -> None:
    with pytest.raises(Unreadable):
        search("1772607954_statistik.xlsx")


# ── several years ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "2021-2026",
        "2021 - 2026",
        "2021–2026",
        "2021 — 2026",
        "2021 s.d. 2026",
        "2021 s/d 2026",
        "2021 sd 2026",
        "Tahun 2021 s/d 2026",
        "Tahun 2021 s.d Tahun 2026",
        "tahun 2021 sampai dengan tahun 2026",
        "2021 hingga 2026",
        "(2021-2026)",
        "Periode 2021-2026",
        "RPJMD Tahun 2021-2026",
        "Renstra 2021 - 2026",
        "2021-2026*)",
    ],
)
def test_several_years(text: str) -> None:
    assert parse(text) == "2021-2026"
    assert bounds("2021-2026") == (date(2021, 1, 1), date(2026, 12, 31), "multitahun")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-2021", "terbalik.*2021-2026"),
        ("2021 s.d. 2021", "hanya satu tahun"),
        ("1945-2024", "lebih dari 30 tahun"),
        ("2021/2026", "bukan periode"),
        ("Tahun Ajaran 2024-2025", "bukan periode"),
        ("T.A. 2024-2025", "bukan periode"),
        ("0549-2021-2026", "bukan periode"),
        ("(0549) 2021-2026", "bukan periode"),
        ("2021-2026-05", "bukan periode"),
        ("2021-26", "bukan periode"),
        ("2021-2026-2031", "bukan periode"),
    ],
)
def test_what_is_no_span_of_years(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        parse(text)


def test_a_span_stands_in_its_own_dataset_or_beside_a_finer_column() -> None:
    span = read("2021-2026")
    assert code(span, "multitahun") == code(span, "tahunan", coarser=True) == "2021-2026"
    for text, kind in (("2021-2026", "tahunan"), ("2024", "multitahun"), ("31 Desember 2026", "multitahun")):
        with pytest.raises(Unreadable, match="padahal dataset ini"):
            code(read(text), kind)
    with pytest.raises(Unreadable, match="tidak berarti periode multitahun"):
        code(read("5"), "multitahun")


def test_two_years_in_a_row_may_be_a_school_year() -> None:
    two = read("2024-2025")
    assert code(two, "multitahun") == "2024-2025"
    with pytest.raises(Unreadable, match="tahun ajaran"):
        code(two, "tahunan", coarser=True)
    assert search("PPDB 2024-2025.xlsx") == search("PPDB 2024/2025.xlsx") == Parts(2024)


@pytest.mark.parametrize("other", ["2021", "2026", "Mei", "Mei 2023", "2021-2025", "Triwulan II"])
def test_a_span_is_joined_with_itself_alone(other: str) -> None:
    span = read("2021-2026")
    assert join(span, Parts()) == join(Parts(), span) == join(span, span) == span
    for pieces in ((span, read(other)), (read(other), span)):
        with pytest.raises(Unreadable, match="yang mana yang dimaksud"):
            join(*pieces)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Target RPJMD 2021-2026.xlsx", "2021-2026"),
        ("rata-rata_2019–2021_rev.xlsx", "2019-2021"),
        ("Renja Triwulan II 2024 (RPJMD 2021-2026).xlsx", "2024-Q2"),
        ("telp 0549-2021-2026.xlsx", "2021"),
    ],
)
def test_a_span_in_a_file_name(name: str, expected: str) -> None:
    found = search(name)
    assert code(found, found.kind or "tahunan") == expected


def test_a_reversed_span_in_a_file_name_is_told() -> None:
    with pytest.raises(Unreadable, match="terbalik"):
        search("RPJMD 2026-2021.xlsx")
