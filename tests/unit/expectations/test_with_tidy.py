"""Checks on what the reader really hands over: spread columns, totals rows, several sheets, odd tables."""

from __future__ import annotations

from typing import Any

import pytest
from golden.grids import contract_of, kutim, sheet_of
from unit.expectations.kiriman import cells

from etl.contract import Contract
from etl.frames import CheckResult
from etl.transform.tidy import tidy
from expectations.compile import check

PEOPLE = {"penduduk.jumlah": {"nama": "Jumlah penduduk", "konsep": "a", "definisi": "b", "satuan": "jiwa"}}
KECAMATAN = {"role": "wilayah", "scheme": "nama", "level": "kecamatan", "aliases": ["Kecamatan"]}


def _contract(**parts: Any) -> Contract:
    return contract_of(
        **{
            "indikator": PEOPLE,
            "source": {"kind": "folder", "files": "*", "periods": [{"place": "fixed", "value": "2024"}]},
            **parts,
        }
    )


def _results(about: Contract, *sheets: Any) -> dict[str, CheckResult]:
    found = tidy(list(sheets), about, kutim(), "berkas.xlsx")
    return {result.rule: result for result in check(about, found, regions=kutim(), earlier=None)}


def _messages(result: CheckResult) -> list[str]:
    assert result.faults is not None
    return list(result.faults.cells["message"])


SPREAD = {
    "kecamatan": KECAMATAN,
    "per_umur": {
        "role": "ukuran",
        "indikator": "penduduk.jumlah",
        "spread": {"levels": ["umur", "jenis_kelamin"], "headers": "0-4|5-9"},
    },
    "jumlah": {"role": "kontrol", "aliases": ["Jumlah"], "sum_of": ["per_umur"]},
}
GRID = [
    ["Kecamatan", "0-4", "0-4", "5-9", "5-9", "Jumlah"],
    [None, "L", "P", "L", "P", None],
    ["Muara Wahau", 1, 2, 3, 4, 10],
    ["Telen", 5, -6, 7, 8, 15],
    ["Jumlah", 6, -4, 10, 12, 24],
]


def test_spread_columns_are_checked_figure_by_figure() -> None:
    about = _contract(
        columns=SPREAD,
        layout=[{"header": {"row": 1, "rows": 2}}],
        totals={"where": {"kecamatan": ["Jumlah"]}},
        rules=[{"rule": "not_negative", "columns": ["per_umur"], "severity": "tolak"}],
    )
    found = _results(about, sheet_of(GRID))
    assert (cells(found["not_negative"]), found["not_negative"].checked) == (["C4"], 8)
    assert list(found["not_negative"].faults.cells["value"]) == ["-6"]
    assert cells(found["kontrol_jumlah"]) == ["F4"]
    assert found["baris_jumlah"].ok and found["baris_jumlah"].checked == 4


def test_totals_row_names_its_breakdown() -> None:
    about = _contract(
        columns=SPREAD, layout=[{"header": {"row": 1, "rows": 2}}], totals={"where": {"kecamatan": ["Jumlah"]}}
    )
    wrong = [*GRID[:4], ["Jumlah", 6, -4, 11, 12, 24]]
    found = _results(about, sheet_of(wrong))["baris_jumlah"]
    assert cells(found) == ["D5"]
    assert _messages(found)[0].startswith("Jumlah penduduk (umur 5-9, jenis kelamin L): pada baris jumlah tertulis 11,")


@pytest.mark.parametrize(
    ("header", "row", "cell"),
    [
        (["Kecamatan", "Jumlah", "Keterangan"], ["Telen", 3, "081234567890"], "C2"),
        ([None, "Kecamatan", "Jumlah", None], [None, "Telen", 3, "081234567890"], "D2"),
        (["Nama", "Nama", "Kecamatan", "Jumlah"], ["x", "081234567890", "Telen", 3], "B2"),
        (["Kecamatan", None, "Jumlah", "HP"], ["Telen", None, 3, "081234567890"], "D2"),
        (["HP", None, "Kecamatan", None, "Jumlah"], ["081234567890", "x", "Telen", None, 3], "A2"),
    ],
)
def test_personal_data_is_found_in_columns_that_no_contract_knows(
    header: list[str | None], row: list[Any], cell: str
) -> None:
    columns = {"kecamatan": KECAMATAN, "jumlah": {"role": "ukuran", "indikator": "penduduk.jumlah"}}
    about = _contract(columns=columns, layout=[{"header": {"find": ["Kecamatan"]}}])
    found = _results(about, sheet_of([header, row]))["data_pribadi"]
    assert cells(found) == [cell]
    assert list(found.faults.cells["value"]) == ["0812•••••••0"]


def test_other_sheets_are_named() -> None:
    columns = {"kecamatan": KECAMATAN, "jumlah": {"role": "ukuran", "indikator": "penduduk.jumlah"}}
    about = _contract(columns=columns, layout=[{"sheet": "*", "header": {"row": 1}}])
    one = sheet_of([["Kecamatan", "Jumlah"], ["Telen", 3]], "Utara", 0)
    two = sheet_of([["Kecamatan", "Jumlah"], ["Muara Wahau", 4], ["Telen", 5]], "Selatan", 1)
    found = _results(about, one, two)["kunci_unik"]
    assert [int(key) for key in found.faults.bad_keys] == [2, 100_000_003]
    assert _messages(found) == [
        "Jumlah penduduk Telen (64.08.07) 2024 juga ditulis di sel B3 (lembar Selatan), dengan angka lain: 5.",
        "Jumlah penduduk Telen (64.08.07) 2024 juga ditulis di sel B2 (lembar Utara), dengan angka lain: 3.",
    ]


def test_sideways_table_names_cells_as_the_sheet_shows_them() -> None:
    columns = {"kecamatan": KECAMATAN, "jumlah": {"role": "ukuran", "indikator": "penduduk.jumlah"}}
    about = _contract(
        columns=columns,
        layout=[{"transpose": True, "header": {"row": 1}}],
        rules=[{"rule": "unique", "columns": ["kecamatan"], "severity": "catatan"}],
    )
    found = _results(about, sheet_of([["Kecamatan", "Telen", "Muara Wahau", "Telen"], ["Jumlah", 3, 4, 5]]))
    assert "di sel D2, dengan angka lain: 5" in _messages(found["kunci_unik"])[0]
    assert _messages(found["unique"]) == ["Isi yang sama juga ada di kolom D.", "Isi yang sama juga ada di kolom B."]


# ── a hierarchy ──────────────────────────────────────────────────────────────────────────────────────────────────────

BUDGET = {
    "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
    "kelompok": {"role": "rincian", "ancestor": "1"},
    "kode": {"role": "rincian"},
    "uraian": {"role": "teks"},
    "pagu": {"role": "ukuran", "indikator": "anggaran.pagu"},
}
PAGU = {"anggaran.pagu": {"nama": "Pagu", "konsep": "a", "definisi": "b", "satuan": "rupiah"}}
BUDGET_GRID = [
    ["Kode", "Uraian", "Pagu"],
    ["5", "Belanja", 100],
    ["5.1", "Operasi", 61],
    ["5.1.01", "Pegawai", 40],
    ["5.1.02", "Barang", 20],
    ["5.2", "Modal", 40],
    ["", "Jumlah", 101],
]


def test_a_wrong_subtotal_is_a_note_and_the_total_below_is_still_checked() -> None:
    about = _contract(
        columns=BUDGET,
        indikator=PAGU,
        hierarchy={"columns": ["kode"], "tolerance": 0},
        totals={"where": {"uraian": ["Jumlah"]}},
        rules=[{"rule": "not_null", "columns": ["kelompok"], "severity": "tolak"}],
    )
    results = _results(about, sheet_of(BUDGET_GRID))
    wrong = results["subtotal_cocok"]
    assert (wrong.severity, wrong.failed, wrong.rows, wrong.checked) == ("catatan", 1, 1, 2)
    assert wrong.title == "Subtotal sama dengan jumlah baris terinci di bawahnya"
    assert _messages(wrong) == ["Subtotal 5.1 menyebut 61; di bawahnya ada 2 baris terinci, jumlahnya 60 (selisih 1)."]
    assert [message[:58] for message in _messages(results["baris_jumlah"])] == [
        "Pagu: pada baris jumlah tertulis 101, sedangkan jumlah bar"
    ]
    assert results["tingkat_dikenal"].ok and results["not_null"].ok and results["not_null"].checked == 3
    assert results["kunci_unik"].ok


def test_a_row_without_a_code_is_refused_and_its_subtotals_are_not_blamed() -> None:
    about = _contract(columns=BUDGET, indikator=PAGU, hierarchy={"columns": ["kode"]})
    results = _results(about, sheet_of([*BUDGET_GRID[:4], ["", "Barang", 21], BUDGET_GRID[5]]))
    assert (results["tingkat_dikenal"].severity, cells(results["tingkat_dikenal"])) == ("tolak", ["A5"])
    assert results["subtotal_cocok"].ok
