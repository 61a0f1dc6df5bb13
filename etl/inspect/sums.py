"""Columns of a table that are the sum of other columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from etl.inspect.cells import Cells
from etl.inspect.columns import ColumnSeen, Rows
from etl.transform.text import fold


@dataclass(frozen=True)
class Sum:
    """Column `total` holds the sum of `parts`: in `right` of `compared` rows."""

    total: int
    parts: tuple[int, ...]
    right: int
    compared: int
    wrong: tuple[int, ...] = ()


def sums_of(cells: Sequence[Cells], figures: Sequence[ColumnSeen], rows: Rows) -> list[Sum]:
    """Columns that are the sum of their neighbours, each total once; `Jumlah` may be wrong in a few rows."""
    able = [c for c in figures if not c.rate and c.total]
    matrix = np.nan_to_num(np.stack([cells[c.at].value[rows] for c in able])) if len(able) > 2 else np.zeros((0, 0))
    found: list[Sum] = []
    for place, column in enumerate(able if len(able) > 2 else ()):
        called = re.match(r"(jumlah|total|jml|grand total)\b", fold(column.last).replace("_", " ")) is not None
        named = called or re.search(r"\b(jumlah|total|jml)\b", fold(column.header)) is not None
        best: Sum | None = None
        for parts in _runs(able, place, named):
            known = ~np.isnan(cells[column.at].value[rows])
            given = known & (matrix[place] != 0)
            if given.sum() < 2 or len(np.unique(matrix[place][given])) < 2:
                continue
            if sum(bool(np.any(matrix[part][known])) for part in parts) < 2:
                continue
            off = np.abs(matrix[list(parts)].sum(axis=0) - matrix[place])
            right = off <= np.maximum(0.011 if not column.whole else 0.01, 1e-9 * np.abs(matrix[place]))
            share = float(right[known].mean())
            grouped = len({able[part].path[:-1] for part in parts}) == 1 and any(able[parts[0]].path[:-1])
            need = 0.85 if called or grouped else 1.0
            if share >= need and (best is None or right[known].sum() > best.right):
                ats = tuple(able[part].at for part in parts)
                wrong = tuple(int(row) for row in rows[known & ~right][:5])
                best = Sum(column.at, ats, int(right[known].sum()), int(known.sum()), wrong)
        if best:
            found.append(best)
    return _once(found)


def _runs(able: Sequence[ColumnSeen], place: int, named: bool) -> list[tuple[int, ...]]:
    """Neighbouring columns that may be the parts: of the same group first, then runs to the left and to the right."""
    runs: dict[tuple[int, ...], None] = {}
    group = able[place].path[:-1]
    siblings = tuple(p for p, c in enumerate(able) if c.path[:-1] == group and p != place)
    left = tuple(p for p in siblings if p < place)
    same = [left, siblings] if any(group) or named else []
    runs.update(dict.fromkeys(same))
    for size in range(2, 13):
        runs[tuple(range(place - size, place))] = None
        runs[tuple(range(place + 1, place + 1 + size))] = None
    if named:
        runs[tuple(p for p in range(len(able)) if p != place)] = None
    return [run for run in runs if len(run) >= 2 and run[0] >= 0 and run[-1] < len(able)]


def _once(found: Sequence[Sum]) -> list[Sum]:
    """A total is not also a part of one of its own parts' sums: of two that explain each other the first stays."""
    kept: list[Sum] = []
    for one in found:
        if not any(one.total in other.parts and other.total in one.parts for other in kept):
            kept.append(one)
    return kept
