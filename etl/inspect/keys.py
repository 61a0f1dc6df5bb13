"""Which columns of words say where a figure is, and which are needed to tell one row from another."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from etl.inspect import rows as told
from etl.inspect.cells import Cells
from etl.inspect.columns import ColumnSeen, Rows
from etl.inspect.rows import Branching
from etl.inspect.wide import Wide
from etl.transform.text import Index, fold

_NOTE = re.compile(r"\b(keterangan|catatan|ket|komentar|remark|note)\b")
FEW = 60
"""Different texts up to which a column of words may be a breakdown in a table that is only counted."""


def main_wilayah(
    labels: Sequence[ColumnSeen], cells: Sequence[Cells], rows: Rows, down: Sequence[int], wide: Wide | None
) -> tuple[tuple[int, ...], list[str]]:
    """Region columns to bind as such, the finest last; those with empty cells cannot say where a figure is."""
    found, doubts = [], []
    for column in labels:
        if column.kind != "wilayah":
            continue
        empty = int((cells[column.at].index[rows] < 0).sum()) if column.at not in down else 0
        if empty:
            doubts.append(
                f"kolom `{column.header}` berisi wilayah tetapi kosong di {empty} baris; tidak dipakai sebagai wilayah"
            )
        else:
            found.append(column)
    coded = [column for column in found if column.scheme != "nama"]
    found = [c for c in found if c.scheme != "nama" or not any(set(c.levels) & set(code.levels) for code in coded)]
    order = ("provinsi", "kabupaten", "kecamatan", "desa")
    found.sort(key=lambda c: order.index(c.level) if c.level else 4)
    if wide is not None and "wilayah" in wide.levels:
        return (), doubts
    outside = [column.header for column in labels if column.outside and column.kind in ("teks", "kode")]
    if not found:
        named = f" (tampaknya wilayah lain: {', '.join(outside[:4])})" if outside else ""
        doubts.append(
            f"tidak ada wilayah Kutai Timur yang dikenali{named}; wilayah ditulis tetap 64.08, nama lain jadi rincian"
        )
    return tuple(column.at for column in found), doubts


def key_columns(
    labels: Sequence[ColumnSeen],
    cells: Sequence[Cells],
    rows: Rows,
    down: Sequence[int],
    period_columns: Sequence[int],
    wilayah: Sequence[int],
    tree: Branching | None,
    *,
    counted: bool,
) -> tuple[list[int], int]:
    def index_of(at: int) -> Index:
        return told.carried(cells[at], rows) if at in down else cells[at].index[rows]

    fixed = [index_of(at) for at in (*period_columns, *wilayah)]
    candidates = []
    for column in labels:
        plain = column.kind in ("kode", "teks") or (column.kind == "wilayah" and column.at not in wilayah)
        if not plain or column.at in period_columns or column.personal or _NOTE.search(fold(column.header)):
            continue
        index = index_of(column.at)
        if (index < 0).any() or (column.n_distinct < 2 and len(rows) > 1):
            continue
        if counted and column.n_distinct > FEW:
            continue
        candidates.append((_droppable(column, tree), column.at, index))
    candidates.sort(key=lambda one: one[0])
    if counted:
        names = [at for rank, at, _ in candidates if rank[0] >= 2]
        key = told.key_of([], [(at, index) for _, at, index in candidates if at in names])[0][:6]
        chosen = [index for _, at, index in candidates if at in key]
        left = [(at, index_of(at)) for at in _identifying(labels, cells, rows, {*key, *period_columns, *wilayah})]
        if told.key_of([*fixed, *chosen], [])[1] and left:
            key.append(left[0][0])
            chosen.append(left[0][1])
        return sorted(key), told.key_of([*fixed, *chosen], [])[1]
    key, doubled = told.key_of(fixed, [(at, index) for _, at, index in candidates])
    return sorted(key), doubled


def telling_ancestor(
    tree: Branching | None, cells: Sequence[Cells], leaves: Rows, key: Sequence[int], fixed: Sequence[int], doubled: int
) -> tuple[str | None, int]:
    """The level of the hierarchy whose code tells apart what other columns do not: one rekening in two kegiatan."""
    if tree is None or not doubled or not tree.levels:
        return None, doubled
    own = [cells[at].index[leaves] for at in (*fixed, *key)]
    best: tuple[int, str | None] = (doubled, None)
    for level in tree.levels:
        codes = tree.tree.ancestors(level, np.flatnonzero(tree.leaves))
        _, index = np.unique(np.array([code or "" for code in codes]), return_inverse=True)
        left = told.key_of([*own, index.astype(np.int32)], [])[1]
        if left < best[0]:
            best = (left, level)
    return best[1], best[0]


def _identifying(labels: Sequence[ColumnSeen], cells: Sequence[Cells], rows: Rows, taken: set[int]) -> list[int]:
    """Columns that have another short text on every row: codes first, then numbers of the rows, then names."""
    order = {"kode": 0, "nomor": 1, "teks": 2, "wilayah": 3}
    unique = [
        column
        for column in labels
        if column.kind in order
        and column.at not in taken
        and not column.personal
        and column.n_distinct >= len(rows)
        and column.header
        and max((len(text) for text in column.distinct), default=0) <= 60
        and len(np.unique(cells[column.at].index[rows])) == len(rows)
    ]
    return [column.at for column in sorted(unique, key=lambda column: order[column.kind])]


def _droppable(column: ColumnSeen, tree: Branching | None) -> tuple[int, int]:
    """Order in which columns are tried without: long texts, codes beside names, coarse before fine."""
    longest = max((len(text) for text in column.distinct), default=0)
    if tree is not None and column.at in tree.columns:
        return (4, -column.n_distinct)
    if longest > 80:
        return (0, 0)
    if column.kind == "kode":
        return (1, column.n_distinct)
    return (2, column.n_distinct)
