"""Small cells and what would give them away: checked by an attacker who knows every shown cell and every sum."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.transform.suppress import COMPLEMENT, SMALL, Cells, hidden

BELOW = 5
NONE: Mapping[str, str] = {}
L, P = {"jk": "L"}, {"jk": "P"}


def table(
    rows: Sequence[tuple[int, Mapping[str, str], float]], parent: Sequence[int], was: Sequence[int] = ()
) -> Cells:
    """One indicator, one period; rows: (region, breakdown, value). Region 0 is the regency, the rest are below it."""
    details = [dict(d) for d in {tuple(sorted(row[1].items())): None for row in rows}]
    return Cells(
        group=np.zeros(len(rows), np.int64),
        region=np.array([row[0] for row in rows], np.int32),
        detail=np.array([details.index(dict(row[1])) for row in rows], np.int32),
        value=np.array([row[2] for row in rows], float),
        was_hidden=np.isin(np.arange(len(rows)), was),
        is_count=np.ones(len(rows), bool),
        parent=parent,
        fine=[above >= 0 for above in parent],
        details=details,
    )


def test_nothing_small_nothing_hidden() -> None:
    assert hidden(table([(0, NONE, 30), (1, NONE, 10), (2, NONE, 20)], [-1, 0, 0]), BELOW) == {}


def test_zero_is_shown_and_a_mark_is_no_count() -> None:
    assert hidden(table([(0, NONE, 30), (1, NONE, 0), (2, NONE, 30), (3, NONE, np.nan)], [-1, 0, 0, 0]), BELOW) == {}


def test_one_small_cell_hides_the_smallest_beside_it() -> None:
    cells = table([(0, NONE, 63), (1, NONE, 3), (2, NONE, 20), (3, NONE, 40)], [-1, 0, 0, 0])
    assert hidden(cells, BELOW) == {1: SMALL, 2: COMPLEMENT}


def test_without_a_total_one_is_enough() -> None:
    assert hidden(table([(1, NONE, 3), (2, NONE, 20)], [-1, 0, 0]), BELOW) == {0: SMALL}


def test_two_ones_would_be_known_from_their_sum() -> None:
    cells = table([(0, NONE, 42), (1, NONE, 1), (2, NONE, 1), (3, NONE, 40)], [-1, 0, 0, 0])
    assert hidden(cells, BELOW) == {1: SMALL, 2: SMALL, 3: COMPLEMENT}


def test_a_small_total_above_is_protected_too() -> None:
    """Both children of a desa level are small, and so is their kecamatan: it may not be the sum of what is shown."""
    rows = [(0, NONE, 104), (1, NONE, 4), (2, NONE, 100), (3, NONE, 4), (4, NONE, 0)]
    found = hidden(table(rows, [-1, 0, 0, 1, 1]), BELOW)
    assert found[1] == SMALL and found[3] == SMALL and 2 in found


def test_rows_and_columns_of_a_cross_table_are_kept_together() -> None:
    rows = []
    for region, (men, women) in {1: (3, 30), 2: (40, 25), 3: (60, 70)}.items():
        rows += [(region, L, men), (region, P, women), (region, NONE, men + women)]
    rows += [(0, L, 103), (0, P, 125), (0, NONE, 228)]
    cells = table(rows, [-1, 0, 0, 0])
    found = hidden(cells, BELOW)
    assert found[0] == SMALL and 4 <= len(found) <= 6
    assert attack(rows, [-1, 0, 0, 0], found) == set()


def test_what_was_hidden_stays_hidden_while_it_says_the_same() -> None:
    cells = table([(0, NONE, 90), (1, NONE, 30), (2, NONE, 20), (3, NONE, 40)], [-1, 0, 0, 0], was=[1, 2])
    assert set(hidden(cells, BELOW)) == {1, 2}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=4), st.integers(2, 6))
def test_no_hidden_cell_can_be_worked_out(values: list[tuple[int, int]], below: int) -> None:
    rows: list[tuple[int, Mapping[str, str], float]] = []
    for region, (men, women) in enumerate(values, 1):
        rows += [(region, L, men), (region, P, women), (region, NONE, men + women)]
    men, women = sum(m for m, _ in values), sum(w for _, w in values)
    rows += [(0, L, men), (0, P, women), (0, NONE, men + women)]
    parent = [-1] + [0] * len(values)
    found = hidden(table(rows, parent), below)
    small = {n for n, row in enumerate(rows) if row[0] and 0 < row[2] < below}
    assert small <= set(found)
    known = attack(rows, parent, found)
    assert not known & small, "an equation system that has one solution for a small cell"


def attack(
    rows: Sequence[tuple[int, Mapping[str, str], float]], parent: Sequence[int], found: Mapping[int, str]
) -> set[int]:
    """Hidden cells that have the same value in every solution of the sums: what anybody can work out."""
    at = {(row[0], tuple(sorted(row[1].items()))): n for n, row in enumerate(rows)}
    equations = []
    regions = range(len(parent))
    for region, gender in itertools.product(regions, ("L", "P", None)):
        key = (("jk", gender),) if gender else ()
        below = [at[r, key] for r in regions if parent[r] == region and (r, key) in at]
        if below and (region, key) in at:
            equations.append((at[region, key], below))
    for region in regions:
        if (region, ()) in at and (region, (("jk", "L"),)) in at:
            equations.append((at[region, ()], [at[region, (("jk", g),)] for g in "LP"]))
    unknown = sorted(found)
    matrix = np.zeros((len(equations), len(unknown)))
    for number, (total, parts) in enumerate(equations):
        for place in (total, *parts):
            if place in found:
                matrix[number, unknown.index(place)] = -1 if place == total else 1
    _, sizes, right = np.linalg.svd(matrix)
    free = right[int((sizes > 1e-9).sum()) :]
    return {place for n, place in enumerate(unknown) if not len(free) or np.abs(free[:, n]).max() < 1e-9}


@pytest.mark.parametrize("n", [4_000])
def test_a_large_table_takes_seconds_at_most(n: int) -> None:
    """Every kecamatan with a few hundred desa: the sums are solved in pieces that hang together."""
    rng = np.random.default_rng(7)
    rows: list[tuple[int, Mapping[str, str], float]] = []
    parent = [-1] + [0] * 18
    for desa in range(n // 18):
        parent.append(1 + desa % 18)
    values = rng.integers(0, 60, len(parent)).astype(float)
    for region in range(19, len(parent)):
        rows.append((region, NONE, values[region]))
    for kecamatan in range(1, 19):
        rows.append((kecamatan, NONE, sum(values[r] for r in range(19, len(parent)) if parent[r] == kecamatan)))
    found = hidden(table(rows, parent), BELOW)
    assert {n for n, row in enumerate(rows) if 0 < row[2] < BELOW} <= set(found)
