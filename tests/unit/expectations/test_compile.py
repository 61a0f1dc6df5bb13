"""Every rule passes and fails where it should, and names the very cells."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kiriman import REGISTER, cells, contract, earlier, results, submission

from etl.findings import MAX_CELLS, Faults, Owner, Severity
from expectations.compile import check, suite

WAHAU = "64.08.02"


def line(wilayah: str | None = "64.08.01", tahun: int | None = 2024, **values: Any) -> dict[str, Any]:
    return {"wilayah": wilayah, "tahun": tahun, "puskesmas": 3.0, "pustu": 2.0, **values}


def messages(result: Any) -> list[str]:
    return list(result.faults.cells["message"])


# ── the suite ────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERY_RULE = """
- {rule: not_null, columns: [puskesmas], severity: tolak}
- {rule: not_negative, columns: [puskesmas, pustu], severity: catatan}
- {rule: between, columns: [pustu], min: 0, max: 10, severity: tolak}
- {rule: in_set, columns: [catatan], values: [baik], severity: tolak}
- {rule: matches, columns: [catatan], pattern: '[a-z]{4}', severity: tolak}
- {rule: max_length, columns: [catatan], length: 4, severity: tolak}
- {rule: unique, columns: [wilayah, tahun], severity: tolak}
- {rule: unique, columns: [wilayah], severity: catatan}
- {rule: every_wilayah, level: kecamatan, severity: catatan}
- {rule: parts_sum, total: jumlah, parts: [puskesmas, pustu], severity: tolak}
- {rule: children_sum, severity: tolak}
- {rule: change_within, percent: 20, severity: catatan, say: Sebutkan sebabnya.}
"""


def test_suite_says_everything_in_indonesian_with_its_severity() -> None:
    import great_expectations as gx

    suites = suite(contract(EVERY_RULE, totals={"where": {"wilayah": ["Jumlah"]}}))
    assert all(isinstance(one, gx.ExpectationSuite) for one in suites.values())
    expectations = [expectation for one in suites.values() for expectation in one.expectations]
    by_rule = {expectation.meta["aturan"]: expectation for expectation in expectations}
    assert set(by_rule) == {
        *("wilayah_dikenal", "kunci_unik", "data_pribadi", "baris_jumlah"),
        *("not_null", "not_negative", "between", "in_set", "matches", "max_length", "unique"),
        *("every_wilayah", "parts_sum", "children_sum", "change_within"),
    }
    for expectation in expectations:
        wanted = {"tolak": "critical", "catatan": "warning"}[expectation.meta["tingkat"]]
        assert expectation.severity == wanted
        assert expectation.description and "{" not in expectation.description
    assert by_rule["between"].description == "Pustu antara 0 dan 10"
    assert by_rule["change_within"].description == "Sebutkan sebabnya."
    assert by_rule["change_within"].severity == "warning"


def test_results_come_in_order_and_built_in_ones_always() -> None:
    about = contract(EVERY_RULE)
    found = check(about, submission(about, [line()]), regions=REGISTER, earlier=None)
    assert [result.no for result in found] == list(range(1, len(found) + 1))
    assert [result.rule for result in found[:6]] == [
        "wilayah_dikenal", "angka_terbaca", "periode_terbaca", "rincian_dikenal", "kunci_unik", "data_pribadi",
    ]  # fmt: skip
    assert [result.rule for result in found[6:]] == [rule.rule for rule in about.rules]


# ── rules on columns ─────────────────────────────────────────────────────────────────────────────────────────────────

COLUMN_RULES = [
    ("{rule: not_null, columns: [puskesmas], severity: tolak}", {"puskesmas": None}, "C3", ""),
    ("{rule: not_negative, columns: [pustu], severity: tolak}", {"pustu": -1.0}, "D3", "-1"),
    ("{rule: between, columns: [pustu], max: 10, severity: tolak}", {"pustu": 11.0}, "D3", "11"),
    ("{rule: between, columns: [pustu], min: 1, severity: tolak}", {"pustu": 0.5}, "D3", "0.5"),
    ("{rule: in_set, columns: [catatan], values: [baik], severity: tolak}", {"catatan": "buruk"}, "E3", "buruk"),
    ("{rule: in_set, columns: [pustu], values: ['2', '4'], severity: tolak}", {"pustu": 3.0}, "D3", "3"),
    ("{rule: matches, columns: [catatan], pattern: '[a-z]{4}', severity: tolak}", {"catatan": "baikk"}, "E3", "baikk"),
    ("{rule: matches, columns: [pustu], pattern: '[0-9]', severity: tolak}", {"pustu": 12.0}, "D3", "12"),
    ("{rule: max_length, columns: [catatan], length: 4, severity: tolak}", {"catatan": "lebih"}, "E3", "lebih"),
]


@pytest.mark.parametrize(("rule", "bad", "cell", "value"), COLUMN_RULES)
def test_rule_on_a_column_marks_the_bad_cell_only(rule: str, bad: dict[str, Any], cell: str, value: str) -> None:
    about = contract(f"- {rule}")
    good = line(catatan="baik")
    found = check(about, submission(about, [good, {**good, "wilayah": WAHAU, **bad}]), regions=REGISTER, earlier=None)
    last = found[-1]
    assert (last.checked, last.failed, last.rows, last.severity) == (2, 1, 1, "tolak")
    assert cells(last) == [cell]
    assert list(last.faults.bad_keys) == [3]
    assert list(last.faults.cells["value"]) == [value]
    assert last.faults.message and last.faults.cause and last.faults.action
    assert all(result.ok for result in found[:-1])


@pytest.mark.parametrize("rule", [rule for rule, *_ in COLUMN_RULES])
def test_rule_on_a_column_passes(rule: str) -> None:
    about = contract(f"- {rule}")
    last = check(about, submission(about, [line(catatan="baik")]), regions=REGISTER, earlier=None)[-1]
    assert last.ok and last.faults is None and last.checked == 1


def test_missing_values_are_for_not_null_alone() -> None:
    about = contract("\n".join(f"- {rule}" for rule, *_ in COLUMN_RULES[1:]))
    empty = line(puskesmas=None, pustu=None, catatan=None)
    assert all(r.ok for r in check(about, submission(about, [empty]), regions=REGISTER, earlier=None))


def test_several_columns_make_one_result() -> None:
    about = contract("- {rule: not_negative, columns: [puskesmas, pustu], severity: catatan}")
    tidy = submission(about, [line(puskesmas=-1.0, pustu=-2.0), line(WAHAU, pustu=-3.0)])
    found = results(about, tidy)["not_negative"]
    assert (found.checked, found.failed, found.rows, found.severity) == (4, 3, 2, "catatan")
    assert cells(found) == ["C2", "D2", "D3"]


def test_value_is_what_was_received_not_what_was_understood() -> None:
    about = contract("- {rule: not_negative, columns: [pustu], severity: tolak}")
    tidy = submission(about, [line(pustu=-1250.0)], written={(2, "pustu"): "(1.250)"})
    assert list(results(about, tidy)["not_negative"].faults.cells["value"]) == ["(1.250)"]


def test_say_replaces_the_sentence_and_keeps_the_figures() -> None:
    about = contract(
        """
        - {rule: between, columns: [pustu], max: 1, severity: tolak, say: Pustu paling banyak satu.}
        - {rule: parts_sum, total: jumlah, parts: [puskesmas, pustu], severity: tolak, say: Cek lagi.}
        """
    )
    found = results(about, submission(about, [line(jumlah=9.0)]))
    assert messages(found["between"]) == ["Pustu paling banyak satu."]
    assert messages(found["parts_sum"]) == [
        "Cek lagi. Tertulis 9, sedangkan jumlah Puskesmas dan Pustu di baris ini 5 (selisih 4)."
    ]


def test_what_reading_told_of_is_not_told_twice() -> None:
    """An unreadable number is null, but its cell is not empty: not_null leaves it to angka_terbaca."""
    about = contract("- {rule: not_null, columns: [puskesmas, wilayah], severity: tolak}")
    lines = [line(puskesmas=None), line(WAHAU, puskesmas=None), line(None), line("64.08.03")]
    tidy = submission(
        about,
        lines,
        written={(2, "puskesmas"): "3 unit"},
        faults=[_fault("angka_terbaca", 2), _fault("wilayah_dikenal", 4)],
    )
    assert cells(results(about, tidy)["not_null"]) == ["C3"]


def test_optional_column_that_is_not_there_is_not_checked() -> None:
    about = contract(
        """
        - {rule: not_null, columns: [catatan], severity: tolak}
        - {rule: parts_sum, total: jumlah, parts: [puskesmas, pustu], severity: tolak}
        """
    )
    found = results(about, submission(about, [line()]))
    assert found["not_null"].ok and found["not_null"].checked == 0
    assert found["parts_sum"].ok and found["parts_sum"].checked == 0


@pytest.mark.parametrize("columns", ["[wilayah]", "[wilayah, tahun]"])
def test_unique_names_the_other_row(columns: str) -> None:
    about = contract(f"- {{rule: unique, columns: {columns}, severity: tolak}}")
    tidy = submission(about, [line(WAHAU), line(), line(None), line(), line(None)])
    found = results(about, tidy)["unique"]
    assert cells(found) == ["A3", "A5"]
    assert messages(found) == ["Isi yang sama juga ada di baris 5.", "Isi yang sama juga ada di baris 3."]


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("total", "parts", "bad"),
    [
        (5.0, (3.0, 2.0), False),
        (5.4, (3.0, 2.0), False),
        (5.6, (3.0, 2.0), True),
        (3.0, (3.0, None), False),
        (4.0, (3.0, None), True),
        (4.0, (None, None), False),
        (None, (3.0, 2.0), False),
    ],
)
def test_parts_sum(total: float | None, parts: tuple[float | None, float | None], bad: bool) -> None:
    about = contract("- {rule: parts_sum, total: jumlah, parts: [puskesmas, pustu], severity: tolak}")
    found = results(about, submission(about, [line(jumlah=total, puskesmas=parts[0], pustu=parts[1])]))["parts_sum"]
    assert cells(found) == (["E2"] if bad else [])


def test_fractions_add_up() -> None:
    rule = "- {rule: parts_sum, total: jumlah, parts: [puskesmas, pustu], tolerance: 0, severity: tolak}"
    about = contract(rule)
    assert results(about, submission(about, [line(jumlah=0.3, puskesmas=0.1, pustu=0.2)]))["parts_sum"].ok


def test_control_column_is_a_remark_at_the_total() -> None:
    about = contract(columns={"jumlah": {"role": "kontrol", "aliases": ["Jumlah"], "sum_of": ["puskesmas", "pustu"]}})
    found = results(about, submission(about, [line(jumlah=5.0), line(WAHAU, jumlah=1204.0)]))["kontrol_jumlah"]
    assert (found.severity, found.checked, found.failed) == ("catatan", 2, 1)
    assert cells(found) == ["E3"]
    assert messages(found) == ["Tertulis 1.204, sedangkan jumlah Puskesmas dan Pustu di baris ini 5 (selisih 1.199)."]


def test_totals_row_is_compared_measure_by_measure() -> None:
    about = contract(totals={"where": {"wilayah": ["Jumlah"]}})
    lines = [line(puskesmas=3.0, pustu=2.0), line(WAHAU, puskesmas=4.0, pustu=None)]
    tidy = submission(about, lines, controls=[{"tahun": 2024, "puskesmas": 7.0, "pustu": 5.0}])
    found = results(about, tidy)["baris_jumlah"]
    assert (found.severity, found.checked, found.failed) == ("catatan", 2, 1)
    assert cells(found) == ["D4"]
    assert messages(found) == [
        "Jumlah pustu: pada baris jumlah tertulis 5, sedangkan jumlah baris-barisnya 2 (selisih 3)."
    ]


def test_totals_row_sums_the_uppermost_level_of_its_own_period() -> None:
    about = contract(totals={"where": {"wilayah": ["Jumlah"]}})
    lines = [
        line("64.08.01", puskesmas=3.0),
        line("64.08.01.2001", puskesmas=3.0),
        line(WAHAU, puskesmas=4.0),
        line(WAHAU, 2023, puskesmas=100.0),
    ]
    tidy = submission(about, lines, controls=[{"tahun": 2024, "puskesmas": 7.0, "pustu": 4.0}])
    assert results(about, tidy)["baris_jumlah"].ok


def test_totals_row_of_a_region_sums_what_is_below_it() -> None:
    about = contract(totals={"where": {"wilayah": ["Jumlah"]}})
    lines = [
        line("64.08.01.2001", puskesmas=3.0),
        line("64.08.01.2002", puskesmas=1.0),
        line("64.08.02", puskesmas=50.0),
    ]
    control = {"wilayah": "64.08.01", "tahun": 2024, "puskesmas": 5.0, "pustu": 4.0}
    assert cells(results(about, submission(about, lines, controls=[control]))["baris_jumlah"]) == ["C5"]


def test_totals_are_not_compared_where_sums_mean_nothing_or_the_contract_says_so() -> None:
    percent = {"faskes.puskesmas": {"nama": "Persen", "konsep": "a", "definisi": "b", "satuan": "%", "additive": False}}
    about = contract(totals={"where": {"wilayah": ["Jumlah"]}}, indikator=percent)
    tidy = submission(about, [line()], controls=[{"tahun": 2024, "puskesmas": 99.0, "pustu": 2.0}])
    assert results(about, tidy)["baris_jumlah"].checked == 1
    unchecked = contract(totals={"where": {"wilayah": ["Jumlah"]}, "check": False})
    assert "baris_jumlah" not in results(unchecked, tidy)


def test_children_sum_marks_the_parent() -> None:
    about = contract("- {rule: children_sum, indikator: [faskes.puskesmas], severity: tolak}")
    children = [line(f"64.08.0{no}", puskesmas=float(no)) for no in (1, 2, 3)]
    wrong, right = line("64.08", puskesmas=7.0), line("64.08", puskesmas=6.0)
    found = results(about, submission(about, [wrong, *children]))["children_sum"]
    assert cells(found) == ["C2"]
    assert messages(found) == [
        "Jumlah puskesmas Kabupaten Kutai Timur (64.08) tertulis 7, "
        "sedangkan jumlah 3 wilayah di bawahnya 6 (selisih 1)."
    ]
    assert results(about, submission(about, [right, *children]))["children_sum"].ok


def test_children_sum_is_not_asked_while_a_child_is_missing() -> None:
    about = contract("- {rule: children_sum, severity: tolak}")
    tidy = submission(about, [line("64.08", puskesmas=99.0), line("64.08.01"), line("64.08.02")])
    found = results(about, tidy)["children_sum"]
    assert found.ok and found.checked == 0


def test_children_sum_keeps_years_and_breakdowns_apart() -> None:
    about = contract("- {rule: children_sum, severity: tolak}")
    lines = []
    for year, sex, shift in ((2023, "L", 0.0), (2024, "L", 0.0), (2024, "P", 5.0)):
        marks = {"rincian": sex}
        lines += [line(f"64.08.0{no}", year, puskesmas=1.0, pustu=1.0, **marks) for no in (1, 2, 3)]
        lines.append(line("64.08", year, puskesmas=3.0 + shift, pustu=3.0, **marks))
    assert cells(results(about, submission(about, lines))["children_sum"]) == ["C13"]


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_exact_copy_loses_its_later_row() -> None:
    about = contract()
    found = results(about, submission(about, [line(), line(WAHAU), line()]))["kunci_unik"]
    assert (found.severity, found.failed, found.rows) == ("tolak", 2, 1)
    assert cells(found) == ["C4", "D4"]
    assert messages(found)[0] == (
        "Jumlah puskesmas Muara Ancalong (64.08.01) 2024 juga ditulis di sel C2, dengan angka yang sama."
    )


def test_contradicting_figures_lose_all_their_rows() -> None:
    about = contract()
    tidy = submission(about, [line(), line(puskesmas=9.0), line(), line(WAHAU)])
    found = results(about, tidy)["kunci_unik"]
    assert list(found.faults.bad_keys) == [2, 3, 4]
    assert [cell for cell in cells(found) if cell[0] == "C"] == ["C2", "C3", "C4"]
    assert [cell for cell in cells(found) if cell[0] == "D"] == ["D3", "D4"]
    assert "dengan angka lain: 9" in messages(found)[0]


def test_missing_figures_are_figures_too() -> None:
    about = contract()
    assert results(about, submission(about, [line(pustu=None), line(WAHAU, pustu=None)]))["kunci_unik"].ok
    found = results(about, submission(about, [line(pustu=None), line(pustu=2.0)]))["kunci_unik"]
    assert [cell for cell in cells(found) if cell[0] == "D"] == ["D2", "D3"]


def test_unknown_region_in_the_figures_is_a_fault_of_its_row() -> None:
    about = contract()
    found = results(about, submission(about, [line(), line("64.99.01")]))["wilayah_dikenal"]
    assert (found.failed, found.rows, cells(found)) == (2, 1, ["A3", "A3"])


def test_every_wilayah_counts_periods_and_has_no_cell() -> None:
    about = contract("- {rule: every_wilayah, level: kecamatan, severity: tolak}")
    lines = [line(f"64.08.0{no}", 2024) for no in (1, 2, 3)] + [line("64.08.01", 2023), line("64.08.03", 2023)]
    found = results(about, submission(about, lines))["every_wilayah"]
    assert (found.checked, found.failed, found.rows) == (6, 1, 0)
    assert cells(found) == [""] and len(found.faults.bad_keys) == 0
    assert messages(found) == ["Muara Wahau (64.08.02) tidak ada untuk periode 2023."]


def test_every_wilayah_wants_each_breakdown_once() -> None:
    about = contract("- {rule: every_wilayah, level: desa, severity: catatan}")
    lines = [
        line("64.08.01.2001", rincian="L"),
        line("64.08.01.2001", rincian="P"),
        line("64.08.01.2002", rincian="L"),
    ]
    found = results(about, submission(about, lines))["every_wilayah"]
    assert messages(found) == ["Kelinjau Ilir (64.08.01.2002) hanya mempunyai 2 dari 4 angka untuk periode 2024."]


def test_region_on_an_unreadable_row_is_not_missing() -> None:
    about = contract("- {rule: every_wilayah, level: desa, severity: catatan}")
    tidy = submission(
        about, [line("64.08.01.2001"), line("64.08.01.2002", tahun=None)], faults=[_fault("periode_terbaca", 3)]
    )
    assert results(about, tidy)["every_wilayah"].ok


# ── a year earlier ───────────────────────────────────────────────────────────────────────────────────────────────────

BAND = "- {rule: change_within, percent: 20, indikator: [faskes.puskesmas], min_value: 10, severity: catatan}"


def _before(value: float, period: str = "2023", rincian: str = "") -> Any:
    return earlier(("faskes.puskesmas", "64.08.01", period, rincian, value))


@pytest.mark.parametrize(
    ("before", "now", "bad"),
    [(100.0, 120.0, False), (100.0, 121.0, True), (100.0, 79.0, True), (9.0, 90.0, False), (-100.0, -121.0, True)],
)
def test_change_within_compares_with_the_warehouse(before: float, now: float, bad: bool) -> None:
    about = contract(BAND)
    found = results(about, submission(about, [line(puskesmas=now)]), _before(before))["change_within"]
    assert found.checked == 1
    assert cells(found) == (["C2"] if bad else [])


def test_change_within_says_how_much() -> None:
    about = contract(BAND)
    found = results(about, submission(about, [line(puskesmas=1501.0)]), _before(1000.0))["change_within"]
    assert messages(found) == [
        "Jumlah puskesmas Muara Ancalong (64.08.01) berubah +50,1% dari tahun lalu: 1.000 menjadi 1.501."
    ]


def test_change_within_prefers_the_file_itself() -> None:
    about = contract(BAND)
    tidy = submission(about, [line(puskesmas=100.0), line(tahun=2023, puskesmas=95.0)])
    found = results(about, tidy, _before(10.0))["change_within"]
    assert found.ok and found.checked == 1


def test_change_within_asks_nothing_without_an_earlier_figure() -> None:
    about = contract(BAND)
    tidy = submission(about, [line(puskesmas=100.0)])
    for table in (None, earlier(), _before(1000.0, "2022"), _before(1000.0, rincian="jenis_kelamin=L")):
        assert results(about, tidy, table)["change_within"].checked == 0


def test_change_within_knows_parts_of_a_year() -> None:
    about = contract(BAND.replace("min_value: 10, ", ""))
    tidy = submission(about, [line(tahun="2024-Q2", puskesmas=10.0)])
    assert results(about, tidy, _before(5.0, "2023-Q1"))["change_within"].checked == 0
    assert cells(results(about, tidy, _before(5.0, "2023-Q2"))["change_within"]) == ["C2"]
    assert "dari nol" in messages(results(about, tidy, _before(0.0, "2023-Q2"))["change_within"])[0]


# ── personal data ────────────────────────────────────────────────────────────────────────────────────────────────────

NIK = "6408014101900001"


def test_personal_data_is_refused_where_it_stands_and_never_quoted() -> None:
    about = contract("- {rule: max_length, columns: [catatan], length: 5, severity: catatan}")
    extra = {"Nama": ["Siti", "Budi", None], "Kontak": [None, "HP 081234567890", "x"]}
    tidy = submission(about, [line(catatan="baik"), line(WAHAU, catatan=NIK), line("64.08.03")], extra=extra)
    found = results(about, tidy)
    assert (found["data_pribadi"].severity, found["data_pribadi"].failed, found["data_pribadi"].rows) == ("tolak", 2, 1)
    assert cells(found["data_pribadi"]) == ["E3", "G3"]
    assert messages(found["data_pribadi"])[0] == "Sel ini berisi data pribadi (NIK/KK)."
    for result in found.values():
        if result.faults is not None:
            assert NIK not in result.faults.cells.to_json() and "081234567890" not in result.faults.cells.to_json()
    assert list(found["max_length"].faults.cells["value"]) == ["6408" + "•" * 11 + "1"]


def test_personal_data_in_what_reading_found_is_masked() -> None:
    about = contract()
    told = _fault("wilayah_dikenal", 2, value=NIK, message=f"`{NIK}` tidak ada dalam daftar wilayah.")
    found = results(about, submission(about, [line()], faults=[told]))["wilayah_dikenal"]
    assert NIK not in found.faults.cells.to_json()


def test_personal_data_may_be_allowed() -> None:
    about = contract(access="terbatas", access_ground="UU 27/2022", personal_data="izinkan")
    assert "data_pribadi" not in results(about, submission(about, [line(catatan=NIK)]))


# ── what cannot run, and what is much ────────────────────────────────────────────────────────────────────────────────


def test_check_that_cannot_run_fails_the_submission_and_is_ours(caplog: pytest.LogCaptureFixture) -> None:
    about = contract(
        """
        - {rule: between, columns: [catatan], min: 0, severity: catatan}
        - {rule: not_negative, columns: [pustu], severity: tolak}
        - {rule: matches, columns: [catatan], pattern: '(', severity: catatan}
        """
    )
    with caplog.at_level(logging.WARNING):
        found = results(about, submission(about, [line(catatan="baik", pustu=-1.0)]))
    for rule in ("between", "matches"):
        broken = found[rule]
        assert not broken.ok and broken.severity == "tolak" and broken.rows == 0
        assert broken.faults.owner is Owner.DISKOMINFO and len(broken.faults.bad_keys) == 0
        assert "tidak dapat dijalankan" in broken.faults.message
    assert cells(found["not_negative"]) == ["D2"], "its neighbours are checked all the same"
    assert not caplog.records


def test_only_the_first_cells_are_kept_but_every_row_is_known() -> None:
    about = contract("- {rule: not_negative, columns: [puskesmas, pustu], severity: tolak}")
    many = MAX_CELLS + 500
    tidy = submission(about, [line("64.08.01", year, puskesmas=-1.0, pustu=-2.0) for year in range(many)])
    found = results(about, tidy)["not_negative"]
    assert (found.failed, found.rows) == (2 * many, many)
    assert len(found.faults.cells) == MAX_CELLS
    assert len(found.faults.bad_keys) == many
    assert cells(found)[:3] == ["C2", "D2", "C3"]


def test_empty_submission_passes() -> None:
    about = contract(EVERY_RULE.replace("- {rule: every_wilayah, level: kecamatan, severity: catatan}\n", ""))
    found = check(about, submission(about, []), regions=REGISTER, earlier=None)
    assert all(result.ok for result in found)


def test_faults_of_reading_become_results() -> None:
    about = contract()
    told = [_fault("angka_terbaca", 2, value="3 unit"), _fault("angka_terbaca", 3), _fault("rumus_kosong", 3)]
    found = results(about, submission(about, [line(), line(WAHAU)], faults=told))
    assert (found["angka_terbaca"].failed, found["angka_terbaca"].rows) == (2, 2)
    assert found["rumus_kosong"].failed == 1
    assert found["wilayah_dikenal"].ok


# ── several columns under one heading ────────────────────────────────────────────────────────────────────────────────

SPREAD = {
    "jumlah_per_tahun": {
        "role": "ukuran",
        "indikator": "faskes.puskesmas",
        "spread": {"levels": ["periode"], "headers": "20"},
    }
}


def test_rule_on_a_spread_column_looks_at_its_figures() -> None:
    """Its columns are not in `columns`: they are those with figures to which nothing else is bound."""
    rules = "- {rule: not_negative, columns: [jumlah_per_tahun], severity: tolak}"
    about = contract(rules, columns=SPREAD)
    tidy = submission(contract(), [line(puskesmas=-3.0, pustu=-1.0), line(WAHAU)])
    unbound = {name: place for name, place in tidy.columns.items() if name != "puskesmas"}
    found = results(about, replace(tidy, columns=unbound))["not_negative"]
    assert (found.checked, cells(found), list(found.faults.cells["value"])) == (2, ["C2"], ["-3"])


def _fault(rule: str, key: int, *, value: str = "x", message: str = "Tidak terbaca.") -> Faults:
    frame = pd.DataFrame({"key": [key], "col_no": [3], "value": [value], "message": [message]})
    return Faults(rule, Severity.TOLAK, message, "Sebab.", "Tindakan.", frame, pd.Index(np.array([key])), 1)
