"""Which row lies below which, by codes, levels and indentation; subtotals against their leaves' exact sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.layouts import Hierarchy
from etl.transform.hierarchy import Tree, grow, mismatches, spoken


def tree(*columns: list[str | None], amounts: list[str] | None = None, **parts: Any) -> Tree:
    names = [f"k{no}" for no in range(len(columns))]
    rows = amounts or [str(no) for no in range(len(columns[0]))]
    return grow(columns, Hierarchy.model_validate({"columns": names, **parts}), [[one] for one in rows])


@pytest.mark.parametrize(
    ("codes", "parents"),
    [
        (["5", "5.1", "5.1.02", "5.1.02.01", "5.2", "6"], [-1, 0, 1, 2, 0, -1]),
        (["5.", "5 . 1", "5.1.02.", "51"], [-1, 0, 1, -1]),  # dots with spaces; 51 is no child of 5 among dotted codes
        (["4", "41", "4101", "42", "4201", "5"], [-1, 0, 1, 0, 3, -1]),
        (["4.0", "41.0", "4101.0"], [-1, 0, 1]),
        (["4", "4101"], [-1, 0]),
        (["4.1", "4.1.01", "5.2.01", "4.1.02"], [-1, 0, -1, 0]),  # 5.2 is missing: its row is nobody's child
        (["4.1.01", "4.1", "4"], [1, 2, -1]),  # subtotals below their rows
    ],
)
def test_codes_of_one_column(codes: list[str | None], parents: list[int]) -> None:
    assert tree(codes).parent == parents


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (["2", "2.16", "2.16", "2.16", "2.17", "2.17"], [None, None, "5.1", "5.1.01", None, "5.1"]),
        (["2", "2.16", None, None, "2.17", None], [None, None, "5.1", "5.1.01", None, "5.1"]),
    ],
)
def test_a_later_column_lies_deeper_whether_or_not_the_codes_before_are_repeated(
    upper: list[str | None], lower: list[str | None]
) -> None:
    grown = tree(upper, lower)
    assert grown.parent == [-1, 0, 1, 2, 0, 4]
    assert grown.is_leaf.tolist() == [False, False, False, True, False, True]
    assert grown.ancestors("2", np.array([3, 5])) == ["2.16", "2.17"]
    assert grown.ancestors("4", np.array([3, 5])) == ["5.1.01", None]


def test_repeated_rows_are_one_node_and_only_equal_leaves_are_one() -> None:
    grown = tree(["1", "1", "1.1", "1.1", "1.2", "1.2"], amounts=["3", "3", "1", "1", "1", "2"])
    assert grown.same_as == [1, -1, 3, -1, -1, -1]
    assert grown.is_leaf.tolist() == [False, False, False, True, True, True]


def test_levels_by_pattern_in_document_order() -> None:
    grown = tree(
        ["1.02", "5.1", "5.1.01", "1.03", "x", "5.1.01"],
        levels={"program": r"1\.\d\d", "kelompok": r"5\.\d", "jenis": r"5\.\d\.\d\d"},
    )
    assert grown.parent == [-1, 0, 1, -1, -1, 3]
    assert grown.level == ["program", "kelompok", "jenis", "program", "", "jenis"]
    assert grown.ancestors("program", np.array([2, 5, 3])) == ["1.02", "1.03", "1.03"]
    assert list(grown.misplaced(Hierarchy(columns=("k",), levels={"program": "x"}))) == [4]


def test_indentation_by_spaces_and_by_column() -> None:
    grown = tree(["A", "  b", "\u00a0\u00a0\u00a0c", "  d", "E", "", None], by="indentasi")
    assert grown.parent == [-1, 0, 1, 0, -1, -1, -1]
    assert grown.depth == [1, 2, 3, 2, 1, 0, 0]
    staggered = tree(["A", "", "", "E"], ["", "b", " c", ""], by="indentasi")
    assert staggered.parent == [-1, 0, 1, -1]
    assert staggered.ancestors("2", np.array([2])) == ["b"]


def test_a_subtotal_is_not_blamed_for_what_could_not_be_read() -> None:
    grown = tree(["1", "1.1", "1.2", "2", "2.1", "3", "3.1"])
    values = ["10", "4", None, "10", "9", "5", None]
    unreadable = np.array([False, False, True, False, False, False, False])
    found = mismatches(grown, values, unreadable, 0.5)
    assert [(one.row, one.stated, one.total, one.leaves, one.filled) for one in found] == [
        (3, 10, 9, 1, 1),
        (5, 5, 0, 1, 0),
    ]
    assert found[1].sentence("3") == (
        "Subtotal 3 menyebut 5; di bawahnya ada 1 baris terinci, tidak satu pun berangka (selisih 5)."
    )


def test_sums_are_exact_and_the_tolerance_is_kept() -> None:
    codes = ["1", *[f"1.{n}" for n in range(1, 11)]]
    nothing = np.zeros(11, bool)
    assert mismatches(tree(codes), ["1", *["0.1"] * 10], nothing, 0) == []
    (found,) = mismatches(tree(codes), ["1.000000000000000001", *["0.1"] * 10], nothing, 0)
    assert found.stated - found.total == Decimal("1E-18")
    big = ["30000000000000000000", *["3000000000000000000"] * 10]
    assert mismatches(tree(codes), big, nothing, 0) == []
    assert mismatches(tree(codes), ["1.5", *["0.1"] * 10], nothing, 0.5) == []
    assert len(mismatches(tree(codes), ["1.6", *["0.1"] * 10], nothing, 0.5)) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [("1234567.50", "1.234.567,5"), ("-0.25", "-0,25"), ("0", "0"), ("-1234", "-1.234"), ("12.00", "12")],
)
def test_numbers_as_they_are_spoken(value: str, text: str) -> None:
    assert spoken(Decimal(value)) == text


@st.composite
def branches(draw: st.DrawFn, depth: int = 0, code: str = "") -> list[tuple[str, int | None]]:
    """(code, value of a leaf or None for a node), in document order."""
    rows: list[tuple[str, int | None]] = []
    for no in range(1, draw(st.integers(1, 3)) + 1):
        own = f"{code}.{no:02d}" if code else str(no)
        below = draw(branches(depth + 1, own)) if depth < 3 and draw(st.booleans()) else []
        rows += [(own, None if below else draw(st.integers(-50, 50))), *below]
    return rows


@given(branches(), st.data())
def test_a_tree_is_read_back_and_only_the_subtotal_made_wrong_is_found(
    rows: list[tuple[str, int | None]], data: st.DataObject
) -> None:
    codes: list[str | None] = [code for code, _ in rows]
    total = {
        code: sum(v for c, v in rows if v is not None and (c == code or c.startswith(f"{code}."))) for code, _ in rows
    }
    values = [str(total[code]) for code, _ in rows]
    grown = tree(codes)
    by_depth = tree([" " * 2 * (code or "").count(".") + (code or "") for code in codes], by="indentasi")
    assert grown.parent == by_depth.parent
    assert grown.is_leaf.tolist() == [value is not None for _, value in rows] == by_depth.is_leaf.tolist()
    nothing = np.zeros(len(rows), bool)
    assert mismatches(grown, values, nothing, 0) == []
    nodes = [at for at, (_, value) in enumerate(rows) if value is None]
    if nodes:
        wrong = data.draw(st.sampled_from(nodes))
        values[wrong] = str(int(values[wrong]) + 1)
        assert [one.row for one in mismatches(grown, values, nothing, 0)] == [wrong]
