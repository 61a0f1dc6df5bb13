"""Rules on columns, personal data, and what cannot run: what is said, and of which cells."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from unit.expectations.kiriman import REGISTER, WAHAU, cells, contract, fault, line, messages, results, submission

from etl.findings import MAX_CELLS, Owner
from expectations.compile import check, suite

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
        faults=[fault("angka_terbaca", 2), fault("wilayah_dikenal", 4)],
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
    told = fault("wilayah_dikenal", 2, value=NIK, message=f"`{NIK}` tidak ada dalam daftar wilayah.")
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
    told = [fault("angka_terbaca", 2, value="3 unit"), fault("angka_terbaca", 3), fault("rumus_kosong", 3)]
    found = results(about, submission(about, [line(), line(WAHAU)], faults=told))
    assert (found["angka_terbaca"].failed, found["angka_terbaca"].rows) == (2, 2)
    assert found["rumus_kosong"].failed == 1
    assert found["wilayah_dikenal"].ok
