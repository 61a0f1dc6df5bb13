"""Small cells and what would give them away: checked by an attacker who knows every shown cell and every sum, of every
state that the past can be read in."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.transform.suppress import COMPLEMENT, SMALL, Cells, hidden

BELOW = 5
NONE: Mapping[str, str] = {}
L, P = {"jk": "L"}, {"jk": "P"}


EVER = (0, 99)
Row = tuple[int, Mapping[str, str], float]


def table(
    rows: Sequence[Row],
    parent: Sequence[int],
    was: Iterable[int] = (),
    stands: Sequence[tuple[int, int]] | None = None,
    fresh: int | None = None,
) -> Cells:
    """One indicator, one period; rows: (region, breakdown, value). Region 0 is the regency, the rest are below it.

    stands: from when to before when each row does; fresh: the moment now, all that stands from then on is new."""
    times = np.array(stands or [EVER] * len(rows), np.int64)
    details = [dict(d) for d in {tuple(sorted(row[1].items())): None for row in rows}]
    return Cells(
        group=np.zeros(len(rows), np.int64),
        region=np.array([row[0] for row in rows], np.int32),
        detail=np.array([details.index(dict(row[1])) for row in rows], np.int32),
        value=np.array([row[2] for row in rows], float),
        since=times[:, 0],
        until=times[:, 1],
        fresh=times[:, 0] == fresh,
        was_hidden=np.isin(np.arange(len(rows)), list(was)),
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
    rows: Sequence[Row],
    parent: Sequence[int],
    found: Iterable[int],
    stands: Sequence[tuple[int, int]] | None = None,
) -> set[int]:
    """Hidden cells that have the same value in every solution of the sums of all states: what anybody can work out."""
    found, stands = set(found), stands or [EVER] * len(rows)
    equations: list[tuple[int, list[int]]] = []
    regions = range(len(parent))
    for moment in {moment for times in stands for moment in times}:
        at = {
            (row[0], tuple(sorted(row[1].items()))): n
            for n, row in enumerate(rows)
            if stands[n][0] <= moment < stands[n][1]
        }
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


# ── every state of the past ──


def test_a_cell_that_became_small_is_not_the_difference_of_two_states() -> None:
    """Two hidden beside it stayed as they were: what the total lost, the third lost."""
    rows: list[Row] = [
        (1, NONE, 3),
        (2, NONE, 20),
        (3, NONE, 10),
        (4, NONE, 70),
        (0, NONE, 103),
        (3, NONE, 4),
        (0, NONE, 97),
    ]
    stands = [(0, 99), (0, 99), (0, 1), (0, 99), (0, 1), (1, 99), (1, 99)]
    parent = [-1, 0, 0, 0, 0]
    assert attack(rows, parent, {0, 1, 5}, stands) == {5}, "each state alone is safe"
    found = hidden(table(rows, parent, was=[0, 1], stands=stands, fresh=1), BELOW)
    assert found[5] == SMALL and not attack(rows, parent, found, stands)
    assert set(found) == {0, 1, 5, 6}, "the new total: who kept the old ones can subtract those"


def test_an_earlier_version_that_was_small_is_hidden_with_what_stood_beside_it_then() -> None:
    rows: list[Row] = [(1, NONE, 3), (1, NONE, 30), (2, NONE, 20), (3, NONE, 40), (0, NONE, 63), (0, NONE, 90)]
    stands = [(0, 1), (1, 99), (0, 99), (0, 99), (0, 1), (1, 99)]
    found = hidden(table(rows, [-1, 0, 0, 0], stands=stands), BELOW)
    assert found[0] == SMALL and not attack(rows, [-1, 0, 0, 0], found, stands)


cells_of_a_state = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=4)
revisions = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 12)), max_size=3)


def versions(
    first: list[tuple[int, int]], changes: list[list[tuple[int, int, int]]]
) -> tuple[list[Row], list[tuple[int, int]]]:
    """Every version of the cells of a table with its sums, revised several times; and from when to when it stood."""
    rows: list[Row] = []
    stands: list[tuple[int, int]] = []
    current: dict[tuple[int, str], int] = {}
    state = [list(pair) for pair in first]
    for moment in range(len(changes) + 1):
        for region, gender, value in changes[moment - 1] if moment else ():
            state[region % len(state)][gender] = value
        said: dict[tuple[int, str], int] = {}
        for region, (men, women) in enumerate([[sum(s[g] for s in state) for g in (0, 1)], *state]):
            said |= {(region, "L"): men, (region, "P"): women, (region, ""): men + women}
        for (region, gender), value in said.items():
            held = current.get((region, gender))
            if held is not None and rows[held][2] == value:
                continue
            if held is not None:
                stands[held] = (stands[held][0], moment)
            current[region, gender] = len(rows)
            rows.append((region, {"jk": gender} if gender else NONE, value))
            stands.append((moment, 99))
    return rows, stands


@settings(max_examples=80, deadline=None)
@given(cells_of_a_state, st.lists(revisions, min_size=1, max_size=4), st.integers(2, 6))
def test_no_state_of_the_past_tells_a_small_cell_once_a_contract_hides(
    first: list[tuple[int, int]], changes: list[list[tuple[int, int, int]]], below: int
) -> None:
    rows, stands = versions(first, changes)
    parent = [-1] + [0] * len(first)
    found = hidden(table(rows, parent, stands=stands), below)
    small = {n for n, row in enumerate(rows) if row[0] and 0 < row[2] < below}
    assert small <= set(found)
    assert not attack(rows, parent, found, stands) & small


@settings(max_examples=60, deadline=None)
@given(cells_of_a_state, st.lists(revisions, min_size=1, max_size=4), st.integers(2, 6))
def test_nor_does_it_release_after_release(
    first: list[tuple[int, int]], changes: list[list[tuple[int, int, int]]], below: int
) -> None:
    rows, stands = versions(first, changes)
    parent = [-1] + [0] * len(first)
    found: set[int] = set()
    for moment in range(len(changes) + 1):
        here = [n for n, (since, _) in enumerate(stands) if since <= moment]
        then = [(stands[n][0], stands[n][1] if stands[n][1] <= moment else 99) for n in here]
        known = [rows[n] for n in here]
        now = hidden(table(known, parent, was=[here.index(n) for n in found], stands=then, fresh=moment), below)
        assert found <= {here[n] for n in now}, "what was hidden stays hidden"
        small = {n for n, row in enumerate(known) if row[0] and 0 < row[2] < below}
        assert small <= set(now) and not attack(known, parent, now, then) & small
        found = {here[n] for n in now}


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
