"""Sums, keys, complete regions and the year before: rules on figures, held to exact cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.expectations.kiriman import WAHAU, cells, contract, earlier, fault, line, messages, results, submission

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
        about, [line("64.08.01.2001"), line("64.08.01.2002", tahun=None)], faults=[fault("periode_terbaca", 3)]
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
