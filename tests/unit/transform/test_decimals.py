"""The decimal sign of typed numbers: a point only where nothing speaks for the comma and hardly anything is unclear."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from golden.grids import Cell, sheet_of

from etl.layouts import Layout
from etl.transform.decimals import Sign, decimal_sign
from etl.transform.tables import read_tables


def sign(*columns: list[Cell]) -> Sign:
    height = max(map(len, columns))
    rows: list[list[Cell]] = [[f"K{n}" for n in range(len(columns))]]
    rows += [[column[at] if at < len(column) else "" for column in columns] for at in range(height)]
    (table,), _ = read_tables(sheet_of(rows), Layout())
    return decimal_sign(table, range(len(columns)))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([["12.5", "7.25", "3.1", "8"]], "titik (ditemukan pada 3 sel)"),
        ([["12.5", "7.25"]], "titik (ditemukan pada 2 sel)"),
        ([["12.5"]], "titik (ditemukan pada 1 sel)"),
        ([["0.125", "0.5", "1,234,567"]], "titik (ditemukan pada 3 sel)"),
        ([["-12.5 %", "(7.25)", "Rp 1,250.00", "9.1234"]], "titik (ditemukan pada 4 sel)"),
        ([["12.5", "8", "9"]], "koma"),  # one of three: a slip
        ([["12.5", "1.234", "1.234", "2.345"]], "koma"),
        ([["12.5", "7.25", "3.15", "4.75", "12,5"]], "koma"),
        ([["12.5", "7.25", "3.15", "1.234.567"]], "koma"),
        ([["12.5"] * 40, ["1.234"]], "koma"),  # the point of one column says nothing of another's thousands
        ([["1.234", "2.345"]], "koma"),
        ([["1.234", "12"]], "koma"),
        ([["1,234", "2,345"]], "koma"),
        ([["12", "7"]], "koma"),
        ([["x", "-"]], "koma"),
        ([[12.5, 7.25, None]], ""),
        ([[12.5, 7.25, "1.234"]], "koma"),
        ([[""]], ""),
    ],
)
def test_what_speaks_for_which_sign(columns: list[list[Cell]], expected: str) -> None:
    found = sign(*columns)
    assert (found.stated, found.decimal) == (expected, expected.split()[0] if expected else "koma")
    assert found.notes == ()


def test_rare_unclear_cells_are_named() -> None:
    found = sign(["12.5"] * 25 + ["1.234", "5.678"])
    assert found.decimal == "titik"
    (note,) = found.notes
    assert "2 sel dapat juga berarti ribuan: A27 `1.234`, A28 `5.678`" in note.message
    assert (note.severity.value, note.cell) == ("catatan", "A27")
    assert sign(["12.5"] * 19 + ["1.234", "5.678"]).decimal == "koma"


def test_a_slip_among_thousands_never_turns_them_into_ones() -> None:
    for slips in range(1, 30):
        assert sign(["12.5"] * slips + ["1.234"] * 30).decimal == "koma"


def test_columns_kept_as_codes_speak_too() -> None:
    (table,), _ = read_tables(sheet_of([["N"], ["12.5"], ["7.25"], ["12.5"], [""]]), Layout())
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int16()), pa.array(["12.5", "7.25"]))
    from dataclasses import replace

    assert decimal_sign(replace(table, text=(coded,)), [0]).stated == "titik (ditemukan pada 3 sel)"
    assert np.array_equal(np.asarray(table.keys), [2, 3, 4])
