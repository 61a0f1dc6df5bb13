"""Layout: a table written anywhere on a sheet is read back; what is not where it should be is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from golden.grids import Cell, sheet_of
from hypothesis import given
from hypothesis import strategies as st

from etl.findings import Refused
from etl.frames import RawTable, Sheet
from etl.layouts import Layout
from etl.transform.layout import fill_down, head, header_paths, select_sheets, unique_headers
from etl.transform.tables import read_tables

TEXTS = st.text("abcdefgh ", min_size=1, max_size=6).filter(str.strip).map(lambda text: "x" + text)


def read_table(sheet: Sheet, block: Layout) -> tuple[RawTable, list[list[str]]]:
    """The only table on the sheet."""
    (table,), grid = read_tables(sheet, block)
    return table, grid


CELLS = st.one_of(st.just(""), TEXTS, st.integers(-5, 5).map(float))


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A random table between a title, blank rows and a footer, and where each of its rows stands."""
    width = draw(st.integers(1, 5))
    title = [[text] for text in draw(st.lists(TEXTS, max_size=3))]
    header = [f"Kolom ke {n}" for n in range(width)]
    records = draw(st.lists(st.tuples(TEXTS, *([CELLS] * (width - 1))), max_size=8))
    rows: list[list[Cell]] = [*title, header]
    places = []
    for record in records:
        rows += [[""] * width] * draw(st.integers(0, 2))
        rows.append(list(record))
        places.append(len(rows))
    rows += [["  "]] * draw(st.integers(0, 3))
    footer = draw(st.integers(0, 2))
    rows += [["  sumber: dinas"], ["xterakhir"]][:footer]
    return {"rows": rows, "records": records, "places": places, "title": title, "footer": footer, "header": header}


@given(tables(), st.booleans())
def test_a_table_written_anywhere_is_read_back(table: dict[str, Any], by_find: bool) -> None:
    header = {"find": [table["header"][-1].upper()]} if by_find else {"row": len(table["title"]) + 1}
    found, _ = read_table(sheet_of(table["rows"]), Layout.model_validate({"header": header, "stop": ["Sumber"]}))
    assert [path[0] for path in found.headers] == table["header"]
    assert found.keys.to_pylist() == table["places"]
    read = [[column[row].as_py() for column in found.text] for row in range(len(found.keys))]
    assert read == [[_received(cell) for cell in record] for record in table["records"]]
    assert len(found.keys) + sum(found.skipped.values()) == len(table["rows"])
    assert found.skipped.get("kaki", 0) == table["footer"]
    assert found.title == "\n".join(" ".join(row[0].split()) for row in table["title"])


def _received(cell: Cell) -> str | None:
    return None if cell == "" else str(int(cell)) if isinstance(cell, float) else str(cell)


@pytest.mark.parametrize(
    ("rows", "paths"),
    [
        (
            [["Desa", "BB/U", "", "Diukur", "TB/U", ""], ["", "Kurang", "Baik", "", "Pendek", "Tinggi"]],
            [
                ("Desa", ""),
                ("BB/U", "Kurang"),
                ("BB/U", "Baik"),
                ("Diukur", ""),
                ("TB/U", "Pendek"),
                ("TB/U", "Tinggi"),
            ],
        ),
        (
            [["Prov", "", "", ""], ["", "TPT", "", ""], ["", "2025", "2026", ""], ["", "Feb", "Feb", "Agu"]],
            [("Prov", "", "", ""), ("", "TPT", "2025", "Feb"), ("", "TPT", "2026", "Feb"), ("", "TPT", "2026", "Agu")],
        ),
        # a level is not carried into the next group of the level above
        (
            [["A", "", "B", ""], ["x", "", "", "y"], ["1", "2", "3", "4"]],
            [("A", "x", "1"), ("A", "x", "2"), ("B", "", "3"), ("B", "y", "4")],
        ),
    ],
)
def test_merged_headers_are_carried_right_within_their_group(
    rows: list[list[str]], paths: list[tuple[str, ...]]
) -> None:
    assert header_paths(rows, 0, len(rows), len(rows[0])) == tuple(paths)


def test_blank_rows_by_the_hundred_thousand() -> None:
    n = 300_000
    text = pa.concat_arrays([pa.array(["Kecamatan", "Telen"]), pa.nulls(n, pa.string()), pa.array([" "] * n)])
    found, _ = read_table(Sheet("S", 0, (text, pa.nulls(len(text), pa.string())), (None, None)), Layout())
    assert found.keys.to_pylist() == [2]
    assert found.skipped == {"kepala": 1, "kosong": 2 * n}
    assert len(found.headers) == 1


def test_chunked_and_large_strings_and_null_columns_are_read() -> None:
    columns = (
        pa.chunked_array([pa.array(["A"], pa.large_string()), pa.array(["x", "y"], pa.large_string())]),
        pa.chunked_array([["B", None], ["z"]]),
        pa.nulls(3),
    )
    found, _ = read_table(Sheet("S", 2, columns, (None, None, None)), Layout())
    assert [column.to_pylist() for column in found.text] == [["x", "y"], [None, "z"]]
    assert found.keys.to_pylist() == [200_000_002, 200_000_003]


def test_a_header_printed_again_is_taken_out() -> None:
    found, _ = read_table(sheet_of([["Desa", "N"], ["a", 1], ["Desa", "N"], ["b", 2]]), Layout())
    assert found.keys.to_pylist() == [2, 4]
    assert found.skipped == {"kepala": 2}


def test_a_second_table_below_is_refused() -> None:
    rows = [["No", "Desa", "2023"], ["1", "a", "5"], [], ["No", "Desa", "2024"], ["1", "a", "6"]]
    with pytest.raises(Refused, match="Di baris 4 tampaknya mulai tabel lain"):
        read_table(sheet_of(rows), Layout())


def test_which_sheet_is_read() -> None:
    sheets = [
        sheet_of([["x"]], "Petunjuk", 0, hidden=True),
        sheet_of([[""]], "Kosong", 1),
        sheet_of([["A"]], "Data 2023", 2),
        sheet_of([["A"]], "DATA  2024 ", 3),
    ]
    assert [sheet.no for sheet in select_sheets(sheets, Layout())] == [2]
    assert [sheet.no for sheet in select_sheets(sheets, Layout(sheet="data*"))] == [2, 3]
    assert [sheet.no for sheet in select_sheets(sheets, Layout(sheet=("Data 2024", "Petunjuk")))] == [0, 3]
    with pytest.raises(Refused, match="yang ada: `Petunjuk`, `Kosong`"):
        select_sheets(sheets, Layout(sheet="Rekap"))
    with pytest.raises(Refused, match="tidak berisi satu lembar pun"):
        select_sheets([], Layout())


def test_a_header_that_is_not_found_names_the_nearest_row() -> None:
    sheet = sheet_of([["Judul"], ["Kecamatan", "Sekolah"], ["Telen", "5"]])
    block = Layout.model_validate({"header": {"find": ["Kecamatan", "Puskesmas"]}})
    with pytest.raises(Refused, match="paling mirip baris 2, tetapi tanpa `Puskesmas`"):
        read_table(sheet, block)


def test_a_title_that_holds_a_word_of_the_header_is_not_the_header() -> None:
    rows = [["Kecamatan dan desa"], ["Kecamatan"], ["Kecamatan", "L"], ["Telen", "5"]]
    found, _ = read_table(sheet_of(rows), Layout.model_validate({"header": {"find": ["Kecamatan", "L"]}}))
    assert found.keys.to_pylist() == [4]


def test_cells_merged_downwards_repeat() -> None:
    rows: list[list[Cell]] = [["Kec", "N"], ["a", 1], ["", 2], [" ", 3], [7, 4], ["", 5]]
    found, _ = read_table(sheet_of(rows), Layout())
    filled = fill_down(found, [0])
    assert filled.text[0].to_pylist() == ["a", "a", "a", "7", "7"]
    assert np.array_equal(np.asarray(filled.number[0]), [np.nan] * 3 + [7, 7], equal_nan=True)


def test_source_columns_get_unique_names() -> None:
    found, _ = read_table(sheet_of([["A", "A", "", "B"], ["1", "2", "3", "4"]]), Layout())
    assert unique_headers(found) == ["A", "A (2)", "Kolom C", "B"]


def test_the_head_of_an_empty_sheet() -> None:
    assert head(Sheet("S", 0, (), ())) == []
    with pytest.raises(Refused, match="tidak berisi apa-apa"):
        read_table(Sheet("S", 0, (), ()), Layout())


def test_a_file_without_sheet_names_is_the_sheet_that_was_meant() -> None:
    csv, book = sheet_of([["Kecamatan", "N"]], ""), sheet_of([["Kecamatan", "N"]], "Lain")
    assert select_sheets([csv], Layout(sheet="Data")) == [csv]
    with pytest.raises(Refused):
        select_sheets([book], Layout(sheet="Data"))
