"""What a workbook is planned as, and the words and formulas in it. Nothing here opens a file."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.calendar import Calendar
from etl.entry import formulas
from etl.entry.due import WrongPeriod, chosen, next_due
from etl.entry.mark import mark_rows, read_mark
from etl.entry.measures import typed_unit
from etl.entry.pattern import formula
from etl.entry.plan import make_plan
from etl.entry.table import CannotOffer
from etl.load.released import Released
from etl.transform.periods import bounds
from tests.entry.test_entry_layouts import AT
from tests.entry.test_entry_roundtrip import CATALOGUE, OFFERED, plan_of
from tests.golden.grids import kutim

KINDS = ("tahunan", "semesteran", "triwulanan", "bulanan", "harian")


@given(st.sampled_from(KINDS), st.integers(0, 400), st.integers(0, 60), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_the_period_due_next_is_the_first_that_is_still_in_time(kind, due, grace, today):
    code = next_due(Calendar(period=kind, due_days=due, grace_days=grace), today)
    start, end, found = bounds(code)
    assert found == kind
    late = (today - end).days > due + grace
    before_was_late = (today - start).days + 1 > due + grace
    assert not late
    assert before_was_late


PLAN = {"period": "multitahun", "due_days": 180, "periods": ("2026-2030", "2021-2026")}


@pytest.mark.parametrize(
    ("due_from", "today", "expected"),
    [
        ("awal", date(2021, 6, 30), "2021-2026"),
        ("awal", date(2021, 7, 1), "2026-2030"),
        ("awal", date(2040, 1, 1), "2026-2030"),
        ("akhir", date(2027, 6, 29), "2021-2026"),
        ("akhir", date(2027, 7, 1), "2026-2030"),
    ],
)
def test_of_several_years_the_contract_says_what_is_due_next(due_from, today, expected):
    calendar = Calendar(due_from=due_from, **PLAN)
    assert next_due(calendar, today) == expected
    assert chosen(calendar, "Tahun 2021 s/d 2026", today) == "2021-2026"
    with pytest.raises(WrongPeriod, match="2021-2026 atau"):
        chosen(calendar, "2021", today)


def test_a_period_is_typed_as_people_do_and_a_wrong_one_is_told_with_an_example():
    calendar = Calendar(period="semesteran", due_days=30)
    today = date(2026, 1, 5)
    assert chosen(calendar, None, today) == "2025-S2"
    assert chosen(calendar, "Semester I 2025", today) == chosen(calendar, "2025-S1", today) == "2025-S1"
    for wrong in ("2025", "2025-13", "besok", "2025-Q3"):
        with pytest.raises(WrongPeriod, match="Semester I 2025"):
            chosen(calendar, wrong, today)


@pytest.mark.parametrize("name", sorted(CATALOGUE.contracts.keys() - set(OFFERED)))
def test_a_budget_is_not_typed_again(name):
    with pytest.raises(CannotOffer, match=r"anggaran atau kinerja.*kirim ekspor aplikasinya"):
        plan_of(name)


def test_units_are_those_that_are_typed():
    assert typed_unit("rupiah", "1000000") == "juta rupiah"
    assert typed_unit("ekor", "1") == "ekor"
    assert typed_unit("orang", "12") == "kelipatan 12 orang"
    ternak = plan_of("dtphp.populasi_ternak")
    assert [column.unit for column in ternak.columns][-2] == "ribu ekor"


def test_rows_are_the_regions_and_breakdowns_of_the_contract():
    plan = plan_of("dinsos.penerima_bansos", "2025-Q1")
    assert len(plan.rows) == 18 * 3
    assert plan.rows[0].keys == ("64.08.01", "Muara Ancalong", "Program Keluarga Harapan – PKH")
    assert plan.rows[0].rincian == (("program", "pkh"),)
    stunting = plan_of("dinkes.balita_stunting")
    assert len(stunting.rows) == 141
    assert [column.title for column in stunting.columns[:3]] == ["Kecamatan", "Kode Wilayah", "Desa/Kelurahan"]
    assert stunting.columns[0].name == "kecamatan", "the contract's own text column holds the parent's name"


def test_the_year_in_the_header_is_the_asked_one_only():
    plan = plan_of("disdikbud.murid", "2025")
    titles = [column.title for column in plan.columns if column.kind == "angka"]
    assert titles == ["Jumlah murid / L", "Jumlah murid / P"]


def test_bounds_are_in_the_unit_that_is_typed():
    contract = CATALOGUE.contracts["dtphp.produksi_padi"]
    rules = ({"rule": "between", "columns": ["produksi"], "min": 0, "max": 5_000_000, "severity": "tolak"},)
    changed = type(contract).model_validate({**contract.model_dump(), "rules": rules})
    plan = make_plan(changed, kutim(), [], agency="Dinas", period="2025")
    (produksi,) = [column for column in plan.columns if column.name == "produksi"]
    assert (produksi.limits[0].low, produksi.limits[0].high) == (0, 5000)
    assert produksi.limits[0].say == "Angka harus antara 0 dan 5.000 ribu ton."


def test_what_is_shown_beside_is_what_the_check_compares_with():
    contract = CATALOGUE.contracts["disdukcapil.penduduk"]
    place = "64.08.01"

    def one(period: str, value: int) -> Released:
        return Released(period, "penduduk.kepala_keluarga", place, "", Decimal(value), None)

    both = make_plan(contract, kutim(), [one("2025-S1", 3), one("2024-S2", 2)], agency="D", period="2025-S2")
    assert (both.before, both.compares) == ("2024-S2", True)
    last = make_plan(contract, kutim(), [one("2025-S1", 3)], agency="D", period="2025-S2")
    assert (last.before, last.compares) == ("2025-S1", False)
    at = next(no for no, column in enumerate(last.columns) if column.name == "kepala_keluarga")
    assert last.rows[0].before[at] == 3
    none = make_plan(contract, kutim(), [], agency="D", period="2025-S2")
    assert none.before is None


@pytest.mark.parametrize("name", OFFERED)
def test_formulas_keep_the_limits_of_a_spreadsheet(name):
    plan = plan_of(name)
    for column in plan.columns:
        rule = formulas.validation(column, "AB12345")
        assert rule is None or len(rule) <= 255
    for one in formulas.conditions(plan):
        assert len(one.formula) <= 8000
        assert "{" not in one.formula, "array constants are not allowed in conditional formats"


@pytest.mark.parametrize("name", OFFERED)
def test_the_hidden_sheet_says_where_everything_is(name):
    plan = plan_of(name)
    marker = read_mark(mark_rows(plan, AT))
    assert marker is not None
    assert [column.title for column in marker.columns] == [column.title for column in plan.columns]
    assert (marker.first_row, marker.last_row) == (plan.first_row, plan.last_row)


@given(st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=8))
def test_a_hidden_sheet_of_nonsense_is_no_marker(rows):
    assert read_mark(rows) is None


@pytest.mark.parametrize("place", range(12))
def test_a_damaged_hidden_sheet_is_no_marker_and_no_error(place):
    rows = mark_rows(plan_of("dinkes.fasilitas_kesehatan"), AT)
    for wrong in ("", "x", "-1", "0", "99999999"):
        damaged = [list(row) for row in rows]
        damaged[place][1] = wrong
        marker = read_mark(damaged)
        assert marker is None or marker.first_row <= marker.last_row


@pytest.mark.parametrize("name", ["x y_templat", "", "A", "x\ny_templat"])
def test_column_names_that_no_contract_may_have_are_no_marker(name):
    rows = mark_rows(plan_of("dinkes.fasilitas_kesehatan"), AT)
    rows[-1][2] = name
    assert read_mark(rows) is None


PATTERNS = {
    r"^4\.1\.01\.\d{2}$": ["4.1.01.09", "4.1.01.9", "4.1.01.0x", "5.1.01.09", "4.1.01.091"],
    r"^[^0-9]+$": ["Sangatta Utara", "Desa 3", "-"],
    r"^\d{16}$": ["6408010101010001", "640801010101000", "640801010101000A"],
    r"^[A-C]-[a-c]{2}\d$": ["A-ab1", "D-ab1", "A-aB1", "B-cc9"],
    r"[0-9.]+": ["1.2", "1,2"],
    r'"a.b"': ['"axb"', '"ab"', "axb"],
    r"^\d+$": ["123", "12a"],
}


def test_simple_patterns_become_formulas_and_others_none():
    assert all(formula(pattern, "A1") for pattern in PATTERNS)
    for pattern in (r"^(a|b)$", r"a?b", r"^\d+-\d+$", r"\w+", r"^a{2,3}$", "", "^a*b$"):
        assert formula(pattern, "A1") is None


def test_libreoffice_judges_patterns_as_the_checks_do(office, tmp_path):
    import xlsxwriter
    from python_calamine import CalamineWorkbook

    source, target = tmp_path / "pola.xlsx", tmp_path / "pola hasil.xlsx"
    cases = [(pattern, text) for pattern, texts in PATTERNS.items() for text in texts]
    with xlsxwriter.Workbook(str(source)) as book:
        sheet = book.add_worksheet("Isian")
        for row, (pattern, text) in enumerate(cases):
            sheet.write_string(row, 0, text)
            sheet.write_formula(row, 1, f"=IF({formula(pattern, f'A{row + 1}')},1,0)", None, -1)
    office.fill(source, {}, target)
    office.work()
    found = [row[1] for row in CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()]
    assert found == [float(re.fullmatch(pattern, text) is not None) for pattern, text in cases]
