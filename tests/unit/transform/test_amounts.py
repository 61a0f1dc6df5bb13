"""Amounts in thousands where rupiah were declared are told with the factor; a small month is not."""

from __future__ import annotations

from typing import Any

import pytest
from golden.grids import contract_of, kutim, sheet_of

from etl.contract import Contract
from etl.findings import Severity
from etl.frames import Tidy
from etl.transform.amounts import Key, with_sizes
from etl.transform.tidy import tidy

SUB, ATK, CETAK, RAPAT = "5.02.02.2.01.0001", "5.1.02.01.01.0024", "5.1.02.01.01.0026", "5.1.02.01.01.0052"
USUAL: dict[Key, float] = {
    ("uji.pagu", SUB, ATK): 410_000_000,
    ("uji.pagu", SUB, CETAK): 260_500_000,
    ("uji.pagu", SUB, RAPAT): 90_000_000,
}


def budget(**changes: Any) -> Contract:
    parts: dict[str, Any] = {
        "fact": "anggaran",
        "source": {"kind": "folder", "files": "*.xlsx", "periods": [{"place": "fixed", "value": "2026"}]},
        "columns": {
            "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
            "kode": {"role": "rincian", "list": "kegiatan"},
            "rekening": {"role": "rincian", "list": "rekening"},
            "pagu": {"role": "ukuran", "indikator": "uji.pagu"},
        },
        "indikator": {
            "uji.pagu": {"nama": "Pagu", "konsep": "k", "definisi": "d", "satuan": "rupiah", "measure": "pagu"}
        },
    }
    return contract_of(**{**parts, **changes})


def read(*rows: tuple[str, str]) -> Tidy:
    """Rows (rekening, pagu) of one sub kegiatan."""
    grid = [["Kode", "Rekening", "Pagu"], *([SUB, rekening, pagu] for rekening, pagu in rows)]
    return with_sizes(tidy([sheet_of(grid, "Data")], budget(), kutim(), "pagu.xlsx"), budget(), USUAL)


def told(data: Tidy) -> list[tuple[int, int, str]]:
    return [(int(c.key), int(c.col_no), str(c.message)) for one in data.faults for c in one.cells.itertuples()]


def test_thousands_are_told_in_every_cell_with_the_factor() -> None:
    data = read((ATK, "431000"), (CETAK, "262400"))
    assert [(row, column) for row, column, _ in told(data)] == [(2, 3), (3, 3)]
    message = told(data)[0][2]
    assert "431.000 di samping 410.000.000: sekitar 1.000 kali lebih kecil" in message
    assert "dalam ribuan rupiah" in message
    assert [(one.rule, one.severity, one.total) for one in data.faults] == [("satuan_rupiah", Severity.CATATAN, 2)]


def test_millions_and_the_other_way_round() -> None:
    assert "1.000.000 kali lebih kecil" in told(read((ATK, "431,5"), (CETAK, "262,4")))[0][2]
    assert "1.000 kali lebih besar" in told(read((ATK, "410000000000"), (CETAK, "260500000000")))[0][2]


def test_an_account_in_sipds_wider_form_is_compared_too() -> None:
    assert len(told(read(("5.1.02.01.001.00024", "431000"), (CETAK, "262400")))) == 2


@pytest.mark.parametrize(
    "rows",
    [
        ((ATK, "431000000"), (CETAK, "262400000")),
        ((ATK, "431000"), (CETAK, "262400000"), (RAPAT, "91000000")),
        ((ATK, "431000"),),
        ((ATK, "0"), (CETAK, "0")),
        ((ATK, "41000000"), (CETAK, "26050000")),
        (("5.1.02.02", "431000"), ("5.1.02.03", "262400")),
    ],
    ids=["rupiah", "one small line", "a single line", "nothing", "a tenth", "never released"],
)
def test_silent(rows: tuple[tuple[str, str], ...]) -> None:
    assert told(read(*rows)) == []
