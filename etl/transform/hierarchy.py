"""Rows above other rows, as in budget reports: which row lies below which, and whether subtotals are their leaves' sum.

A row that has rows below it is a subtotal and never becomes a figure; the rows below which there is nothing are the
leaves. By codes a row lies below the longest code that begins its own: with dots a whole number of segments (`5.1.02`
above `5.1.02.01`), in a column without any dot any shorter beginning (`4`, `41`, `4101`); a code further to the right
lies below those to its left, which may be repeated on its row or be empty there. With `levels`, and by indentation,
the order of the rows tells: a row lies below the nearest row above it that is less deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt

from etl.layouts import Hierarchy
from etl.transform.text import brief, tidy_text

Codes = tuple[str, ...]
"""A row's codes from the left up to its own."""

_EXACT = Context(prec=90)
_WRITTEN_AS_FLOAT = re.compile(r"\d+\.0")


@dataclass(frozen=True)
class Tree:
    """Per row: the row above it (-1: none), its depth from the top (1, 2, …; 0 for a row that has no place), its code
    or label, and the name of its level.

    same_as: the next row where that is the same node written once more, else -1. is_leaf: whether nothing lies below.
    """

    parent: list[int]
    depth: list[int]
    code: list[str]
    level: list[str]
    same_as: list[int]
    is_leaf: npt.NDArray[np.bool_]

    def upwards(self, row: int) -> Iterator[int]:
        """The row itself and the rows above it, from the nearest up."""
        while row >= 0:
            yield row
            row = self.parent[row]

    def ancestors(self, level: str, rows: npt.NDArray[np.int64]) -> list[str | None]:
        """For each of the rows the code of the row above it at this level; of a row that is at this level, its own."""
        return [next((self.code[one] for one in self.upwards(row) if self.level[one] == level), None) for row in rows]

    def misplaced(self, hierarchy: Hierarchy) -> dict[int, str]:
        """Rows that have no place, with the sentence that says why."""
        known = ", ".join(hierarchy.levels)
        return {
            row: f"Kode `{brief(code)}` tidak cocok dengan tingkat mana pun: {known}."
            if code
            else "Sel kosong: baris ini tidak punya kode, sehingga tempatnya di antara subtotal tidak diketahui."
            for row, (depth, code) in enumerate(zip(self.depth, self.code, strict=True))
            if not depth
        }


def grow(columns: Sequence[Sequence[str | None]], hierarchy: Hierarchy, amounts: Sequence[Sequence[str]]) -> Tree:
    """columns: the cells of the hierarchy's columns, from coarse to fine. amounts: per row its figures as written, by
    which a leaf that is written twice in a row is told from two leaves of the same code."""
    if hierarchy.by == "indentasi":
        grown = _grown_by_indentation(columns, len(amounts))
    elif hierarchy.levels:
        grown = _grown_by_levels(columns[0], hierarchy.levels)
    else:
        grown = _grown_by_codes(columns, len(amounts))
    placed = [key is not None for key in grown.key]
    has_children = np.zeros(len(amounts), bool)
    has_children[[above for above in grown.parent if above >= 0]] = True
    same_as = _written_again(grown.key, has_children, amounts)
    depth = _depths(grown.parent, placed)
    level = grown.level or [str(one) for one in depth]
    return Tree(grown.parent, depth, grown.code, level, same_as, ~has_children & (np.array(same_as) < 0))


@dataclass(frozen=True)
class _Grown:
    """key: what makes a row the same node as the next one, None for a row without a place. level: its name, if any."""

    parent: list[int]
    key: Sequence[object]
    code: list[str]
    level: list[str] | None = None


def _grown_by_indentation(columns: Sequence[Sequence[str | None]], n_rows: int) -> _Grown:
    places = [_indentation([column[row] for column in columns]) for row in range(n_rows)]
    depths = [place and place[:2] for place in places]
    return _Grown(_by_order(depths), places, [place[2] if place else "" for place in places])


def _grown_by_levels(column: Sequence[str | None], levels: Mapping[str, str]) -> _Grown:
    codes = [_tidy_code(cell) for cell in column]
    patterns = {name: re.compile(pattern) for name, pattern in levels.items()}
    named = [next((name for name, p in patterns.items() if code and p.fullmatch(code)), "") for code in codes]
    order = {name: (no, 0) for no, name in enumerate(levels)}
    keys = [(name, code) if name else None for name, code in zip(named, codes, strict=True)]
    return _Grown(_by_order([order.get(name) for name in named]), keys, codes, named)


def _grown_by_codes(columns: Sequence[Sequence[str | None]], n_rows: int) -> _Grown:
    paths = _paths([_plain_codes(column) for column in columns], n_rows)
    return _Grown(_by_codes(paths), [path or None for path in paths], [path[-1] if path else "" for path in paths])


# ── what lies below what ─────────────────────────────────────────────────────────────────────────────────────────────


def _tidy_code(cell: str | None) -> str:
    return re.sub(r"\s*\.\s*", ".", tidy_text(cell or "")).rstrip(".")


def _plain_codes(column: Sequence[str | None]) -> list[str]:
    """Codes of one column; where every one was written as a decimal number (`41.0`) that is undone."""
    codes = [_tidy_code(cell) for cell in column]
    filled = [code for code in codes if code]
    if filled and all(_WRITTEN_AS_FLOAT.fullmatch(code) for code in filled):
        return [code.removesuffix(".0") for code in codes]
    return codes


def _paths(columns: Sequence[Sequence[str]], n_rows: int) -> list[Codes]:
    """Per row its codes up to the last one that is filled; what is empty to its left stands in the row above."""
    paths: list[Codes] = []
    before: Codes = ()
    for row in range(n_rows):
        cells = [column[row] for column in columns]
        own = max((at for at, cell in enumerate(cells) if cell), default=-1)
        path: Codes = ()
        for at in range(own + 1):
            goes_on = at < min(own, len(before)) and path == before[:at]
            path = (*path, cells[at] or (before[at] if goes_on else ""))
        before = path or before
        paths.append(path)
    return paths


def _by_codes(paths: Sequence[Codes]) -> list[int]:
    """The row with the longest code that begins the row's own: the nearest above it, else one further down."""
    dotted = [any("." in path[at] for path in paths if at < len(path)) for at in range(max(map(len, paths), default=0))]
    first: dict[Codes, int] = {}
    for row in range(len(paths) - 1, -1, -1):
        first[paths[row]] = row
    last: dict[Codes, int] = {}
    parent: list[int] = []
    for row, path in enumerate(paths):
        found = (last.get(one, first.get(one)) for one in _beginnings(path, dotted))
        parent.append(next((one for one in found if one is not None), -1) if path else _beside(parent))
        if path:
            last[path] = row
    return parent


def _beginnings(path: Codes, dotted: Sequence[bool]) -> Iterator[Codes]:
    """Every code that may stand above, from the longest to the shortest."""
    while path:
        upper, code = path[:-1], path[-1]
        while code:
            code = code.rpartition(".")[0] if dotted[len(upper)] else code[:-1]
            if code:
                yield (*upper, code)
        path = upper
        while path and not path[-1]:
            path = path[:-1]
        if path:
            yield path


def _by_order(depths: Sequence[tuple[int, int] | None]) -> list[int]:
    """The nearest row above that is less deep."""
    parent: list[int] = []
    open_: list[tuple[tuple[int, int], int]] = []
    for row, depth in enumerate(depths):
        if depth is None:
            parent.append(_beside(parent))
            continue
        while open_ and open_[-1][0] >= depth:
            open_.pop()
        parent.append(open_[-1][1] if open_ else -1)
        open_.append((depth, row))
    return parent


def _beside(parent: Sequence[int]) -> int:
    """A row without a place is taken to lie beside the row above it, so that its subtotal is not blamed."""
    return parent[-1] if parent else -1


def _indentation(cells: Sequence[str | None]) -> tuple[int, int, str] | None:
    """(column, spaces before it, label) of a row's label; None where there is none."""
    for at, cell in enumerate(cells):
        label = tidy_text(cell or "")
        if label:
            return at, len(cell or "") - len((cell or "").lstrip()), label
    return None


def _written_again(
    key: Sequence[object], has_children: npt.NDArray[np.bool_], amounts: Sequence[Sequence[str]]
) -> list[int]:
    """Rows repeated directly above themselves: those above something, and leaves with the same figures."""
    same_as = [-1] * len(key)
    for row in range(len(key) - 2, -1, -1):
        below = row + 1
        if key[row] is not None and key[row] == key[below] and not has_children[row]:
            above_something = has_children[below] or same_as[below] >= 0
            if above_something or amounts[row] == amounts[below]:
                same_as[row] = below
    return same_as


def _depths(parent: Sequence[int], placed: Sequence[bool]) -> list[int]:
    depth = [0] * len(parent)
    for row in range(len(parent)):
        chain = []
        one = row
        while one >= 0 and not depth[one]:
            chain.append(one)
            one = parent[one]
        known = depth[one] if one >= 0 else 0
        for above in reversed(chain):
            known += 1
            depth[above] = known
    return [one if there else 0 for one, there in zip(depth, placed, strict=True)]


# ── subtotals against their leaves ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Subtotal:
    """A subtotal beside the exact sum of the leaves below it. filled: how many of the leaves have a number."""

    row: int
    stated: Decimal
    total: Decimal
    leaves: int
    filled: int

    def differs(self, tolerance: float) -> bool:
        return abs(_EXACT.subtract(self.stated, self.total)) > Decimal(repr(tolerance))

    def sentence(self, name: str) -> str:
        total = "tidak satu pun berangka" if not self.filled else f"jumlahnya {spoken(self.total)}"
        below = f"di bawahnya ada {self.leaves} baris terinci, {total}"
        return f"Subtotal {name} menyebut {spoken(self.stated)}; {below} (selisih {spoken(self.stated - self.total)})."


def mismatches(
    tree: Tree, values: Sequence[str | None], unreadable: npt.NDArray[np.bool_], tolerance: float
) -> list[Subtotal]:
    """Subtotals further than `tolerance` from their leaves' exact sum, in document order."""
    return [one for one in subtotals(tree, values, unreadable) if one.differs(tolerance)]


def subtotals(tree: Tree, values: Sequence[str | None], unreadable: npt.NDArray[np.bool_]) -> list[Subtotal]:
    """Every subtotal with a number, in document order.

    values: one column of figures as exact decimal text, None where there is none. A subtotal below which a leaf could
    not be read is left out: that is told already.
    """
    n_rows = len(values)
    total, leaves, filled, unsure = [Decimal(0)] * n_rows, [0] * n_rows, [0] * n_rows, [False] * n_rows
    found: list[Subtotal] = []
    for row in sorted(range(n_rows), key=lambda one: (-_steps(tree, one), -one)):
        value, node = values[row], tree.same_as[row]
        if tree.is_leaf[row]:
            leaves[row], filled[row], total[row] = 1, int(value is not None), Decimal(value or 0)
            unsure[row] = bool(unreadable[row]) or not tree.depth[row]
        elif node >= 0:
            total[row], leaves[row], filled[row], unsure[row] = total[node], leaves[node], filled[node], unsure[node]
        if not tree.is_leaf[row] and value is not None and not unsure[row]:
            found.append(Subtotal(row, Decimal(value), total[row], leaves[row], filled[row]))
        above = tree.parent[row]
        if above >= 0 and node < 0:
            total[above] = _EXACT.add(total[above], total[row])
            leaves[above] += leaves[row]
            filled[above] += filled[row]
            unsure[above] |= unsure[row]
    return sorted(found, key=lambda one: one.row)


def _steps(tree: Tree, row: int) -> int:
    return sum(1 for _ in tree.upwards(row))


def spoken(value: Decimal) -> str:
    """1234567.50 → `1.234.567,5`."""
    text = format(value, "f")
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    sign = "-" if text.startswith("-") and not grouped.startswith("-") else ""
    return sign + grouped + (f",{fraction.rstrip('0')}" if fraction.strip("0") else "")
