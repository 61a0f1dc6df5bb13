"""Several tables on one sheet, and parts of a sheet: each read under its own header, no row lost between them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from golden.grids import Cell, sheet_of

from etl.findings import Refused
from etl.frames import RawTable
from etl.layouts import Layout
from etl.transform.tables import read_tables

REPEAT = {"header": {"find": ["Desa", "KK"]}, "repeat": True}


def tables(rows: list[list[Cell]], **block: object) -> list[RawTable]:
    return read_tables(sheet_of(rows), Layout.model_validate(block))[0]


def accounted(read: list[RawTable]) -> int:
    return sum(len(table.keys) + sum(table.skipped.values()) for table in read)


def test_the_title_of_each_table_is_the_paragraph_above_its_header() -> None:
    rows: list[list[Cell]] = [
        ["Tahun 2022"],
        ["Desa", "KK"],
        ["a", 1],
        [],
        ["b", 2],
        [],
        [],
        ["Tahun", 2023],
        ["Keadaan akhir tahun"],
        ["Desa", "KK"],
        ["c", 3],
    ]
    first, second = read = tables(rows, **REPEAT)
    assert (first.title, second.title) == ("Tahun 2022", "")  # `Tahun | 2023` in a table of two columns may be a row
    assert (first.keys.to_pylist(), second.keys.to_pylist()) == ([3, 5, 8, 9], [11])
    assert accounted(read) == len(rows)
    wide = [[*row, *[""] * (4 - len(row))] for row in rows]
    wide[1] = wide[9] = ["Desa", "KK", "Lk", "Pr"]
    first, second = read = tables(wide, **REPEAT)
    assert second.title == "Tahun 2023\nKeadaan akhir tahun"
    assert (first.keys.to_pylist(), second.keys.to_pylist()) == ([3, 5], [11])
    assert accounted(read) == len(rows)


def test_a_row_with_little_in_it_is_never_taken_for_a_title_without_a_blank_row_above() -> None:
    rows: list[list[Cell]] = [
        ["Desa", "KK"],
        ["a", 1],
        ["b", ""],
        ["Desa", "KK"],
        ["c", 3],
        [],
        ["d", 4],
        ["Desa", "KK"],
    ]
    read = tables(rows, **REPEAT)
    assert [table.keys.to_pylist() for table in read] == [[2, 3], [5, 7], []]
    assert accounted(read) == len(rows)


def test_a_page_break_goes_on_under_the_same_title() -> None:
    read = tables([["Tahun 2022"], ["Desa", "KK"], ["a", 1], ["Desa", "KK"], ["b", 2]], **REPEAT)
    assert [table.title for table in read] == ["Tahun 2022", "Tahun 2022"]


def test_what_stop_names_is_no_title() -> None:
    rows: list[list[Cell]] = [
        ["Desa", "KK"],
        ["a", 1],
        ["Sumber: Dinas, 2021"],
        ["Catatan: sementara"],
        [],
        ["Tabel 2"],
        [],
        ["Tahun 2023"],
        ["Desa", "KK"],
        ["b", 2],
        ["Sumber: Dinas, 2021"],
    ]
    first, second = read = tables(rows, **REPEAT, stop=["Sumber"])
    assert second.title == "Tabel 2\nTahun 2023"
    assert first.skipped == {"kepala": 1, "kaki": 3}
    assert second.skipped == {"kepala": 4, "kosong": 0, "kaki": 1} or second.skipped == {"kepala": 4, "kaki": 1}
    assert accounted(read) == len(rows)
    (_, after) = tables([["Desa", "KK"], ["a", 1], ["Tabel 2 Tahun 2023"], ["Desa", "KK"]], **REPEAT, stop=["Tabel"])
    assert after.title == "Tabel 2 Tahun 2023"


def test_a_table_of_another_kind_is_still_refused() -> None:
    rows: list[list[Cell]] = [["Desa", "KK"], ["a", 1], ["Desa", "KK"], ["a", 1], [], ["Desa", "Guru"], ["a", 1]]
    with pytest.raises(Refused, match="Di baris 6 tampaknya mulai tabel lain"):
        tables(rows, **REPEAT)


def test_headers_of_several_rows_repeat_too() -> None:
    two: list[list[Cell]] = [["Desa", "KK", ""], ["", "L", "P"]]
    rows = [*two, ["a", 1, 2], [], ["Tahun 2023"], *two, ["b", 3, 4]]
    read = tables(rows, header={"find": ["Desa", "L"], "rows": 2}, repeat=True)
    assert [table.headers for table in read] == [(("Desa", ""), ("KK", "L"), ("KK", "P"))] * 2
    assert [table.facts for table in read] == [(("kepala tabel", "baris 1-2"),), (("kepala tabel", "baris 6-7"),)]
    assert accounted(read) == len(rows)


def test_the_second_table_has_the_second_header() -> None:
    rows: list[list[Cell]] = [
        ["Desa", "KK"],
        ["a", 1],
        [],
        ["Baru"],
        ["Desa", "KK"],
        ["b", 2],
        [],
        ["Desa", "KK"],
        ["c", 3],
    ]
    (table,) = read = tables(rows, header={"find": ["KK"], "nth": 2})
    assert (table.title, table.keys.to_pylist()) == ("Baru", [6])
    assert table.skipped == {"kepala": 2, "kosong": 1, "luar": 5}
    assert accounted(read) == len(rows)
    with pytest.raises(Refused, match=r"hanya ada 3 kepala tabel .* yang ke-4"):
        tables(rows, header={"find": ["KK"], "nth": 4})


def test_a_second_header_far_down_is_found() -> None:
    rows: list[list[Cell]] = [["Desa", "KK"], *[["a", 1]] * 500, [], ["Desa\n", " kk "], ["b", 2]]
    (table,) = tables(rows, header={"find": ["Desa", "KK"], "nth": 2})
    assert table.keys.to_pylist() == [504]


# ── part of a sheet ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_area_keeps_the_places_of_its_cells() -> None:
    rows: list[list[Cell]] = [
        ["x"] * 5,
        ["Desa", "KK", "", "Desa", "KK"],
        ["a", 1, "", "b", 2],
        ["", "", "", "c", 3],
        ["y"] * 5,
    ]
    (left,) = tables(rows, area="A2:B4", header={"row": 2})
    assert (left.col_no, left.keys.to_pylist(), left.skipped) == ((1, 2), [3], {"kepala": 1, "kosong": 1, "luar": 2})
    (right,) = tables(rows, area="D:E", header={"find": ["KK"]})
    assert (right.col_no, right.keys.to_pylist(), right.title) == ((4, 5), [3, 4, 5], "x x")
    (beyond,) = tables(rows, area="D2:ZZ900", header={"find": ["KK"]})
    assert (beyond.col_no, beyond.keys.to_pylist()) == ((4, 5), [3, 4, 5])


def test_an_area_far_down_is_looked_into() -> None:
    rows: list[list[Cell]] = [*[["a", 1]] * 300, ["Desa", "KK"], ["b", 2]]
    (table,) = tables(rows, area="A301:B302", header={"find": ["Desa", "KK"]})
    assert (table.keys.to_pylist(), table.skipped) == ([302], {"kepala": 1, "luar": 300})
    (headless,) = tables(rows, area="A302:B302", header={"none": True})
    assert headless.keys.to_pylist() == [302]


def test_an_area_read_sideways() -> None:
    rows: list[list[Cell]] = [["x", "y", "z", "z"], ["x", "Desa", "a", "b"], ["x", "KK", 1, 2], ["x", "y", "z", "z"]]
    (table,) = read = tables(rows, area="B2:C3", transpose=True)
    assert (table.headers, table.col_no, table.keys.to_pylist()) == ((("Desa",), ("KK",)), (2, 3), [3])
    assert table.facts == (("kepala tabel", "kolom B"),)
    assert accounted(read) == 4


def test_an_area_with_nothing_in_it_is_refused_by_its_name() -> None:
    with pytest.raises(Refused, match="Bagian D:F pada lembar `Sheet1` tidak berisi apa-apa"):
        tables([["Desa", "KK"], ["a", 1]], area="D:F")


def test_an_area_of_columns_kept_as_codes() -> None:
    plain = sheet_of([["x", "y"], ["Desa", "KK"], ["a", "1"], ["a", "2"], ["x", "y"]])
    coded = [column.dictionary_encode().cast(pa.dictionary(pa.int16(), pa.string())) for column in plain.text]
    block = Layout.model_validate({"area": "A2:B4"})
    (table,), _ = read_tables(replace(plain, text=tuple(coded)), block)
    assert [column.to_pylist() for column in table.text] == [["a", "a"], ["1", "2"]]
    assert table.keys.to_pylist() == [3, 4]
