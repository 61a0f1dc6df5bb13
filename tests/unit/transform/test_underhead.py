"""Units and column numbers below the header are skipped only where they can be nothing else."""

from __future__ import annotations

import pytest
from golden.grids import Cell, contract_of, kutim, sheet_of

from etl.frames import Tidy
from etl.transform.tidy import tidy

COLUMNS = {
    "kecamatan": {"role": "wilayah", "scheme": "nama", "level": "kecamatan"},
    "a": {"role": "ukuran", "indikator": "u.a"},
    "b": {"role": "ukuran", "indikator": "u.b"},
}
HEADER: list[Cell] = ["No", "Kecamatan", "A", "B"]


def read(*rows: list[Cell], columns: dict[str, object] | None = None, **layout: object) -> Tidy:
    contract = contract_of(columns=columns or COLUMNS, layout=[layout] if layout else [{}])
    return tidy([sheet_of([list(row) for row in rows])], contract, kutim(), "b")


@pytest.mark.parametrize(
    "row",
    [
        [1, 2, 3, 4],
        ["1", "2", "3", "4"],
        ["(1)", "(2)", "(3)", "(4)"],
        ["1.0", "2.0", "3.0", "4.0"],
        ["", 1, 2, 3],
        [5, 6, 7, 8],
        ["", "", "(jiwa)", "%"],
        ["", "", "orang", ""],
        ["", "", "Rp", "000 ton"],
    ],
)
def test_skipped(row: list[Cell]) -> None:
    result = read(HEADER, row, [1, "Telen", 5, 6])
    assert list(result.rows.index) == [3] and result.faults == ()
    assert [how for what, how in result.read_as.items() if what != "kepala tabel" and what != "tanda desimal"] == [
        "baris 2"
    ]
    assert result.skipped == {
        "kepala": 1,
        "nomor_kolom" if any(c in row for c in (1, "1", "(1)", "1.0", 5)) else "satuan": 1,
    }


@pytest.mark.parametrize(
    "row",
    [
        [1, 2, 3, 5],
        [1, 2, 3, ""],
        [1, 2, 4, 3],
        ["", "", "-", "n/a"],
        ["", "", "ha", 5],
        ["", "", "", "satuan yang panjangnya lebih"],
        ["", "", "#REF!", ""],
        [1, "Telen", "ha", "ton"],
    ],
)
def test_not_skipped(row: list[Cell]) -> None:
    result = read(HEADER, row, [1, "Telen", 5, 6])
    assert list(result.rows.index) == [2, 3]


def test_an_age_and_two_counts_may_follow_one_another() -> None:
    columns = {
        "umur": {"role": "rincian"},
        "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
        "a": COLUMNS["a"],
        "b": COLUMNS["b"],
    }
    ages = read(["Umur", "A", "B"], [1, 2, 3], [2, 5, 7], columns=columns)
    assert list(ages.rows.index) == [2, 3]
    groups = read(["Umur", "A", "B"], [1, 2, 3], ["0-4", 5, 7], columns=columns)
    assert list(groups.rows.index) == [3]


def test_region_codes_have_more_digits_than_column_numbers() -> None:
    columns = {**COLUMNS, "kecamatan": {"role": "wilayah", "scheme": "bps", "aliases": ["Kode"]}}
    result = read(["Kode", "A", "B"], [1, 2, 3], [6404010, 5, 7], columns=columns)
    assert list(result.rows.index) == [3]


def test_what_the_contract_skips_is_not_skipped_twice() -> None:
    result = read(HEADER, [1, 2, 3, 4], [1, "Telen", 5, 6], skip=1)
    assert list(result.rows.index) == [3] and result.skipped == {"kepala": 2}


def test_a_sheet_read_sideways_names_its_column() -> None:
    result = read(["Kecamatan", "", "Telen"], ["A", "(ha)", 5], ["B", "(ton)", 6], transpose=True)
    assert result.read_as["baris satuan"] == "kolom B"
