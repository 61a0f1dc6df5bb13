"""Totals of a file beside the sums of their parts: rows, subtotals of a hierarchy, those that agree too."""

from __future__ import annotations

from decimal import Decimal

import pytest
from golden.grids import Cell, contract_of
from unit.transform.test_tidy import KECAMATAN, N, read


def table(total: Cell) -> list[list[Cell]]:
    return [["Kecamatan", "Tahun", "N"], ["Telen", 2024, "0,1"], ["Kaubun", 2024, "0,2"], ["Jumlah", 2024, total]]


@pytest.mark.parametrize(("stated", "agrees"), [("0,3", True), ("0,4", False)])
def test_a_totals_row_stands_beside_the_exact_sum(stated: str, agrees: bool) -> None:
    contract = contract_of(
        columns={"kecamatan": KECAMATAN, "tahun": {"role": "periode"}, "n": N},
        totals={"where": {"kecamatan": ["Jumlah"]}, "tolerance": 0},
        source={"kind": "folder", "files": "*"},
    )
    (total,) = read(contract, table(stated)).control_totals
    assert (total.computed, total.periode, total.key, total.agrees) == (Decimal("0.3"), "2024", 4, agrees)
    unchecked = contract.model_copy(update={"totals": contract.totals.model_copy(update={"check": False})})
    assert read(unchecked, table(stated)).control_totals == ()


def test_subtotals_stand_beside_their_leaves_the_agreeing_ones_too() -> None:
    contract = contract_of(
        columns={
            "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
            "tahun": {"role": "periode"},
            "kode": {"role": "rincian"},
            "n": N,
        },
        hierarchy={"columns": ["kode"], "tolerance": 0},
        source={"kind": "folder", "files": "*"},
    )
    rows: list[list[Cell]] = [
        ["Kode", "Tahun", "N"],
        ["5", 2024, 31],
        ["5.1", 2024, 30],
        ["5.1.01", 2024, 10],
        ["5.1.02", 2024, 20],
    ]
    found = read(contract, rows).control_totals
    assert [(t.stated, t.computed, t.depth, t.agrees, t.key) for t in found] == [
        (31, 30, 1, False, 2),
        (30, 30, 2, True, 3),
    ]
    assert found[0].label.endswith(" · 5")


def columns_of(contract_parts: dict[str, object], *rows: list[Cell]) -> list[tuple[str, Decimal, Decimal, bool, int]]:
    contract = contract_of(
        columns={
            "kecamatan": KECAMATAN,
            "tahun": {"role": "periode"},
            "n": N,
            "m": {**N, "rincian": {"jenis_kelamin": "P"}},
            "jumlah": {"role": "kontrol", "sum_of": ["n", "m"]},
            "kota": {"role": "kontrol", "sum_of": ["jumlah"], "required": False},
        },
        source={"kind": "folder", "files": "*"},
        **contract_parts,
    )
    table = [["Kecamatan", "Tahun", "N", "M", "Jumlah", "Kota"], *rows]
    found = read(contract, table).control_totals
    return [(one.label, one.stated, one.computed, one.agrees, one.stands_for) for one in found]


def test_a_control_column_stands_beside_the_exact_sum_of_its_parts_row_by_row() -> None:
    exact = {"totals": {"where": {"kecamatan": ["Jumlah"]}, "tolerance": 0}}
    found = columns_of(
        exact,
        ["Telen", 2024, "0,1", "0,2", "0,3", "0,3"],
        ["Kaubun", 2024, "1", "2", "4", "4"],
        ["Bengalon", 2024, "5", None, "5", None],
        ["Sandaran", 2024, None, None, "7", None],
        ["Busang", 2024, "8", "1", None, None],
    )
    assert [(label.split(" · ")[0], stated, computed, agrees) for label, stated, computed, agrees, _ in found] == [
        ("jumlah", Decimal(4), Decimal(3), False),
        ("jumlah", Decimal("0.3"), Decimal("0.3"), True),
        ("jumlah", Decimal(5), Decimal(5), True),
        ("kota", Decimal("0.3"), Decimal("0.3"), True),
        ("kota", Decimal(4), Decimal(4), True),
    ]
    assert "64.08" in found[0][0], "the row's region"


def test_a_control_column_gives_as_much_as_its_check() -> None:
    assert [agrees for *_, agrees, _ in columns_of({}, ["Telen", 2024, "1", "2", "3,4", None])] == [True]
    assert [agrees for *_, agrees, _ in columns_of({}, ["Telen", 2024, "1", "2", "3,6", None])] == [False]


def test_rows_that_agree_are_told_two_hundred_times_and_counted_all() -> None:
    rows: list[list[Cell]] = [["Telen", 1000 + no, "1", "2", "3", None] for no in range(900, 1350)]
    found = columns_of({}, *rows)
    assert len(found) == 200
    assert sum(stands_for for *_, stands_for in found) == 450
