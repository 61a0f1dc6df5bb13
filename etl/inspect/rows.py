"""What the rows of a table say of one another: totals, codes above codes, merged cells, keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.inspect.cells import EMPTY, Cells
from etl.inspect.columns import ColumnSeen, Rows, is_total
from etl.layouts import Hierarchy
from etl.transform.hierarchy import Tree, grow, mismatches
from etl.transform.regions import LEVELS, Regions
from etl.transform.text import fold, tidy_text

_TOLERANCE = 0.51
_DISTRICT = re.compile(r"(kabupaten|kab\.?|kota|kecamatan|kec\.?|desa|kelurahan|kel\.?) ")


# ── totals ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Total:
    """A control row: its label, the column it stands in, and in how many of the summed columns it agrees."""

    row: int
    at: int
    label: str
    why: str
    agrees: int = 0
    compared: int = 0


def named_totals(cells: Sequence[Cells], columns: Sequence[int], rows: Rows) -> list[Total]:
    """Rows whose label is a word for a total."""
    found: dict[int, Total] = {}
    for at in columns:
        column = cells[at]
        likely = pc.match_substring_regex(pa.array(column.texts, pa.string()), "(?i)jumlah|total|rata|indonesia|jml")
        places: Rows = np.flatnonzero(np.asarray(likely))
        hits = [int(place) for place in places if len(column.texts[place]) < 60 and is_total(column.texts[place])]
        if not hits:
            continue
        for row in rows[np.isin(column.index[rows], hits)]:
            found.setdefault(int(row), Total(int(row), at, tidy_text(column.text(int(row))), "kata"))
    return [found[row] for row in sorted(found)]


def odd_ends(
    cells: Sequence[Cells], labels: Sequence[ColumnSeen], figures: Sequence[ColumnSeen], rows: Rows, regions: Regions
) -> list[Total]:
    """First or last rows that are the sum of the others, or of the region above the others, without the word for it."""
    if len(rows) < 4:
        return []
    found = []
    for row in (int(rows[-1]), int(rows[0])):
        at, label = next(
            ((c.at, cells[c.at].text(row)) for c in labels if c.kind != "nomor" and cells[c.at].text(row)), (-1, "")
        )
        if at < 0:
            at, label = next(((c.at, cells[c.at].text(row)) for c in labels if cells[c.at].text(row)), (-1, ""))
        if at < 0:
            continue
        rest = rows[rows != row]
        agrees, compared = agreement(cells, figures, row, rest)
        seen = next(c for c in labels if c.at == at)
        if compared and agrees >= max(1, 0.5 * compared) and any(_total(cells, c, rest) for c in figures):
            why = "jumlah"
        elif _is_above(cells, labels, seen, row, rest, regions):
            why = "wilayah induk"
        else:
            continue
        place = [other for other in rest if fold(cells[at].text(int(other))) == fold(label)]
        if not place:
            found.append(Total(row, at, tidy_text(label), why, agrees, compared))
    return found


def agreement(
    cells: Sequence[Cells], figures: Sequence[ColumnSeen], row: int, rest: Rows, near: float = 1e-9
) -> tuple[int, int]:
    """(columns in which the row holds the sum of the others, columns compared); rates are not summed."""
    agrees = compared = 0
    for column in figures:
        value = cells[column.at].value
        if column.rate or np.isnan(value[row]):
            continue
        total = float(np.nansum(value[rest]))
        if total == 0 and value[row] == 0:
            continue
        compared += 1
        agrees += abs(total - value[row]) <= max(_TOLERANCE, near * abs(total)) and (value[rest] != 0).sum() > 1
    return int(agrees), compared


def _total(cells: Sequence[Cells], column: ColumnSeen, rest: Rows) -> float:
    return float(np.nansum(np.abs(cells[column.at].value[rest])))


def _is_above(
    cells: Sequence[Cells], labels: Sequence[ColumnSeen], seen: ColumnSeen, row: int, rest: Rows, regions: Regions
) -> bool:
    """Whether the row is of the region that all the other rows lie in."""
    label = cells[seen.at].text(row)
    if seen.kind == "wilayah" and seen.level:
        above = LEVELS[: LEVELS.index(seen.level)]
        return any(regions.match([label], "nama", level)[0].kode for level in above) and not (
            regions.match([label], "nama", seen.level)[0].kode
        )
    for column in labels:
        if column.kind != "kode":
            continue
        code = tidy_text(cells[column.at].text(row)).removesuffix(".0")
        others = {tidy_text(text).removesuffix(".0") for text in cells[column.at].words(rest)}
        stem = code.rstrip("0")
        if (
            len(others) > 3
            and code.endswith("00")
            and len(stem) >= 2
            and all(len(other) == len(code) and other.startswith(stem) for other in others)
        ):
            return True
    names = [cells[seen.at].text(int(other)) for other in rest[:200]]
    districts = sum(_DISTRICT.match(fold(name)) is not None for name in names)
    if seen.outside and districts >= max(3, 0.9 * len(names)) and not _DISTRICT.match(fold(label)):
        return True
    shouts = label.strip().isupper() and not any(name.strip().isupper() for name in names if name)
    return shouts and (seen.outside or seen.kind == "wilayah") and len(set(names)) == len(names)


# ── rows above rows ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Branching:
    """Rows above rows. columns: places of the code columns or of the label; levels: name → pattern where one column
    mixes code lists; agrees: in how many of the compared figures a subtotal holds the sum of its leaves."""

    by: Literal["kode", "indentasi"]
    columns: tuple[int, ...]
    levels: dict[str, str]
    tree: Tree
    agrees: int = 0
    compared: int = 0

    @property
    def leaves(self) -> npt.NDArray[np.bool_]:
        return self.tree.is_leaf


def branching(
    cells: Sequence[Cells], labels: Sequence[ColumnSeen], figures: Sequence[ColumnSeen], rows: Rows
) -> Branching | None:
    """The hierarchy of the rows by their codes, else by the spaces before their labels; None when there is none."""
    coded = [c.at for c in labels if c.kind == "kode" or (c.kind == "teks" and _looks_coded(cells[c.at], rows))]
    chains = [at for at in coded if _is_chain(cells[at], rows)]
    if chains:  # a code column between them belongs to the chain, though its own codes are all of one length
        columns = tuple(at for at in coded if chains[0] <= at <= chains[-1])
        found = [_grown(cells, "kode", columns, {}, figures, rows)]
        levels = _levels(cells[chains[0]], rows) if len(columns) == 1 else {}
        if levels:
            found.append(_grown(cells, "kode", columns, levels, figures, rows))
        sure = any("." in text for text in cells[chains[0]].texts)
        real = [one for one in found if not one.leaves.all() and (sure or one.agrees * 2 >= one.compared > 0)]
        if real:
            return max(real, key=lambda one: one.agrees / max(one.compared, 1))
    for column in labels:
        if column.kind == "teks" and _is_indented(cells[column.at], rows):
            one = _grown(cells, "indentasi", (column.at,), {}, figures, rows)
            return None if one.leaves.all() else one
    return None


def _grown(
    cells: Sequence[Cells],
    by: Literal["kode", "indentasi"],
    columns: tuple[int, ...],
    levels: dict[str, str],
    figures: Sequence[ColumnSeen],
    rows: Rows,
) -> Branching:
    hierarchy = Hierarchy(columns=tuple(f"k{at}" for at in columns), by=by, levels=levels)
    texts = [[cells[at].text(int(row)) for row in rows] for at in columns]
    amounts = [tuple(tidy_text(cells[c.at].text(int(row))) for c in figures) for row in rows]
    tree = grow(texts, hierarchy, amounts)
    agrees = compared = 0
    for column in [c for c in figures if not c.rate][:24]:
        value = cells[column.at].value[rows]
        decimals = [None if np.isnan(one) else format(Decimal(repr(float(one))), "f") for one in value]
        tolerance = max(_TOLERANCE, 1e-4 * float(np.nanmax(np.abs(value), initial=0)))
        wrong = len(mismatches(tree, decimals, np.zeros(len(rows), bool), tolerance))
        count = int((~tree.is_leaf & ~np.isnan(value)).sum())
        agrees, compared = agrees + count - wrong, compared + count
    return Branching(by, columns, levels, tree, agrees, compared)


def _looks_coded(column: Cells, rows: Rows) -> bool:
    if (column.kind[rows] == EMPTY).mean() > 0.5:
        return False
    words = [tidy_text(text) for text in column.words(rows)[:500]]
    coded = [text for text in words if re.fullmatch(r"\d+(\.\d+)*", text)]
    return bool(coded) and len(coded) >= 0.9 * len(words) and any("." in text for text in coded)


def _is_indented(column: Cells, rows: Rows) -> bool:
    depth = np.array([_indent(column.text(int(row))) for row in rows[:2_000]])
    return len(set(depth.tolist())) > 1 and int((np.diff(depth) > 0).sum()) >= 2


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _is_chain(column: Cells, rows: Rows) -> bool:
    """Whether some codes lie above others, dotted (`5.1` above `5.1.02`) or not (`51` above `5102`)."""
    codes = {tidy_text(text).removesuffix(".0") for text in column.words(rows)[:5000]}
    codes = {code for code in codes if re.fullmatch(r"[\d.]+", code)}
    dotted = any("." in code for code in codes)
    parents = 0
    for code in codes:
        cut = code.rfind(".") if dotted else -1
        shorter = [code[:cut]] if cut > 0 else [code[:size] for size in range(1, len(code))] if not dotted else []
        parents += any(one in codes for one in shorter)
    return parents >= 2 or (dotted and (parents >= 1 or len({code.count(".") for code in codes}) > 1))


def _levels(column: Cells, rows: Rows) -> dict[str, str]:
    """Shapes of codes from coarse to fine: as they first appear, a shape before those it begins; {} for too many."""
    shapes: dict[str, None] = {}
    for row in rows:
        code = tidy_text(column.text(int(row))).removesuffix(".0")
        if re.fullmatch(r"[\d.]+", code):
            shapes.setdefault(shape(code))
    order = list(shapes)
    for one in sorted(shapes, key=len):
        longer = [place for place, other in enumerate(order) if other.startswith(one + r"\.")]
        if longer and longer[0] < order.index(one):
            order.remove(one)
            order.insert(longer[0], one)
    if not 2 <= len(order) <= 14:
        return {}
    names = [LEVEL_NAMES.get(one, f"tingkat_{no}") for no, one in enumerate(order, 1)]
    return dict(zip(names, order, strict=True)) if len(set(names)) == len(names) else {}


def shape(code: str) -> str:
    """`5.1.02` → `\\d\\.\\d\\.\\d{2}`: the pattern of a code of this length."""
    return r"\.".join(rf"\d{{{len(part)}}}" if len(part) > 1 else r"\d" for part in code.split("."))


LEVEL_NAMES = {
    r"\d": "urusan",
    r"\d\.\d{2}": "bidang_urusan",
    r"\d\.\d{2}\.\d\.\d{2}\.\d\.\d{2}\.\d{2}\.\d{4}": "skpd",
    r"\d\.\d{2}\.\d{2}": "program",
    r"\d\.\d{2}\.\d{2}\.\d\.\d{2}": "kegiatan",
    r"\d\.\d{2}\.\d{2}\.\d\.\d{2}\.\d{4}": "sub_kegiatan",
    r"\d\.\d": "kelompok_rekening",
    r"\d\.\d\.\d{2}": "jenis_rekening",
    r"\d\.\d\.\d{2}\.\d{2}": "objek_rekening",
    r"\d\.\d\.\d{2}\.\d{2}\.\d{3}": "rincian_objek",
    r"\d\.\d\.\d{2}\.\d{2}\.\d{3}\.\d{5}": "sub_rincian_objek",
}
"""Codes of Permendagri 90/2019 and 050 as SIPD writes them."""


# ── merged downwards, and keys ───────────────────────────────────────────────────────────────────────────────────────


def filled_down(cells: Cells, rows: Rows) -> bool:
    """Whether empty cells repeat the one above: the first is filled, and no value follows itself."""
    index = cells.index[rows]
    empty = index < 0
    if not len(index) or index[0] < 0 or empty.mean() < 0.25:
        return False
    filled = index[~empty]
    repeats = int((filled[1:] == filled[:-1]).sum()) if len(filled) > 1 else 0
    return repeats <= 0.1 * len(filled)


def carried(cells: Cells, rows: Rows) -> npt.NDArray[np.int32]:
    """The index of the texts on the rows, with the empty cells filled from above."""
    index = cells.index[rows]
    source = np.maximum.accumulate(np.where(index < 0, -1, np.arange(len(index))))
    return np.where(source < 0, np.int32(-1), index[source])


def key_of(
    fixed: Sequence[npt.NDArray[np.int32]], candidates: Sequence[tuple[int, npt.NDArray[np.int32]]]
) -> tuple[list[int], int]:
    """(places of the candidates that are needed to tell rows apart, rows that stay doubled all the same).

    Candidates come in the order in which they are dropped when the others suffice.
    """
    if not len(fixed) and not candidates:
        return [], 0
    n_rows = len(candidates[0][1] if candidates else fixed[0])
    kept = list(candidates)
    most = _different([*fixed, *(index for _, index in kept)], n_rows)
    for one in candidates:
        less = [other for other in kept if other is not one]
        if _different([*fixed, *(index for _, index in less)], n_rows) == most:
            kept = less
    return [at for at, _ in kept], n_rows - most


def doubled(columns: Sequence[npt.NDArray[np.int32]], rows: Rows) -> list[int]:
    """Rows that share their combination with an earlier one."""
    seen: set[tuple[int, ...]] = set()
    found = []
    for row, key in zip(rows, zip(*columns, strict=True), strict=True) if columns else ():
        if key in seen:
            found.append(int(row))
        seen.add(key)
    return found


def _different(columns: Sequence[npt.NDArray[np.int32]], n_rows: int) -> int:
    if not columns:
        return min(n_rows, 1)
    code = np.zeros(n_rows, np.int64)
    for index in columns:
        _, code = np.unique(code * (int(index.max(initial=0)) + 2) + index + 1, return_inverse=True)
    return int(code.max(initial=-1)) + 1
