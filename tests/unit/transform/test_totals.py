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
