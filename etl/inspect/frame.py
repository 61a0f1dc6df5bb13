"""Where tables lie on a sheet: titles, header rows, units and column numbers below them, first and last data row.

A row is data when the columns that mostly hold numbers hold numbers there; years above them are a header, `1 2 3 …` are
column numbers, `(ekor)` are units. The header begins as high as is needed to give every column a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from etl.inspect.cells import EMPTY, MARK, NUMBER, WORDS, Cells
from etl.inspect.units import is_unit
from etl.transform.text import fold

MOST_HEADER_ROWS = 4
_LOOKED_AT = 60
"""A table's header is looked for in this many rows from where the search begins."""
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?")
FOOTER = re.compile(
    r"(sumber|catatan|keterangan|ket\b|note|source|mengetahui|disahkan|kepala (dinas|bidang|badan)|\*|data \d)"
)
_LONG_TITLE = 6
"""Words from which a lone cell above a table is a title and not a header."""


@dataclass(frozen=True)
class Frame:
    """One table. Rows and columns 0-based; rows: header rows (0: none); start, end: first data row, first after it.

    skip: rows between the header's last row and the data, as Layout.skip. units: column → unit text below the header.
    numbered: row of column numbers. again: rows on which the header is printed again. footers: (row, text) below.
    """

    first: int
    rows: int
    skip: int
    start: int
    end: int
    columns: tuple[int, ...]
    titles: tuple[str, ...] = ()
    units: dict[int, str] = field(default_factory=dict)
    numbered: int | None = None
    again: tuple[int, ...] = ()
    repeats: bool = False
    footers: tuple[tuple[int, str], ...] = ()
    area: str | None = None


@dataclass(frozen=True)
class _Look:
    """The part of the sheet under the eye: kinds as a matrix (row, column)."""

    cells: Sequence[Cells]
    kind: npt.NDArray[np.int8]
    top: int
    bottom: int

    def filled(self, row: int) -> list[int]:
        return [int(at) for at in np.flatnonzero(self.kind[row] != EMPTY)]

    def text(self, row: int, at: int) -> str:
        return fold(self.cells[at].text(row))


def frames(cells: Sequence[Cells], *, header: int | None = None, rows: int | None = None) -> list[Frame]:
    """Every table of the sheet, from the top down and from left to right. header, rows: stated by the person."""
    if not cells:
        return []
    kind = np.stack([column.kind for column in cells], axis=1)
    found: list[Frame] = []
    top, bottom = 0, len(kind)
    while top < bottom and len(found) < 20:
        look = _Look(cells, kind, top, bottom)
        frame = _stated(look, header, rows) if header is not None and not found else _find(look, rows)
        if frame is None:
            break
        found += _side_by_side(look, frame, rows)
        top = max(frame.end, top + 1)
    return found


def _stated(look: _Look, header: int, rows: int | None) -> Frame | None:
    """The table whose header begins on the row that the person names."""
    below = replace(look, top=header)
    frame = _find(replace(look, top=header + (rows or 1)), None, headless=True)
    if frame is None:
        return None
    count = rows or max(1, min(MOST_HEADER_ROWS, _find_rows(below, header, frame.start)))
    skipped, units, numbered = _below_header(below, header + count - 1, frame.start)
    return replace(
        frame,
        first=header,
        rows=count,
        skip=skipped,
        units=units,
        numbered=numbered,
        titles=_titles(replace(look, top=0), header),
        start=frame.start,
    )


def _find_rows(look: _Look, header: int, start: int) -> int:
    last = start - 1
    while last > header and (not look.filled(last) or _is_numbered(look, last) or _is_units(look, last)):
        last -= 1
    return last - header + 1


def _find(look: _Look, rows: int | None, *, headless: bool = False) -> Frame | None:
    numeric = _numeric(look)
    data = _data_rows(look, numeric)
    if not data.any():
        return None if headless else _all_words(look, rows)
    start = int(np.flatnonzero(data)[0])
    end = _with_unfilled(look, int(np.flatnonzero(data)[-1]) + 1, numeric)
    if end - start < 2 and not headless and len(look.filled(start)) < 2:
        return None
    return _framed(look, start, end, rows, data=data, headless=headless)


def _with_unfilled(look: _Look, end: int, numeric: Sequence[int]) -> int:
    """Rows right below the last number belong to the table when they have a label but no figures yet."""
    while end < look.bottom:
        filled = look.filled(end)
        label = look.text(end, filled[0]) if filled else ""
        if not filled or set(filled) <= set(numeric) or FOOTER.match(label) or len(label.split()) > 16:
            return end
        end += 1
    return end


def _framed(
    look: _Look, start: int, end: int, rows: int | None, *, data: npt.NDArray[np.bool_], headless: bool = False
) -> Frame:
    used = [at for at in range(look.kind.shape[1]) if (look.kind[start:end, at] != EMPTY).any()]
    last, first = (start - 1, start) if headless else _header(look, start, used, rows)
    if first > last:  # no header
        frame = Frame(start, 0, start, start, end, tuple(used), _titles(look, start))
    else:
        skip, units, numbered = _below_header(look, last, start)
        named = [at for at in range(look.kind.shape[1]) if (look.kind[first : last + 1, at] != EMPTY).any()]
        frame = Frame(
            first,
            last - first + 1,
            skip,
            start,
            end,
            tuple(sorted({*used, *named})),
            _titles(look, first),
            units,
            numbered,
        )
    frame = _repeated(look, frame, data)
    return replace(frame, footers=_footers(look, frame))


# ── rows that are data ───────────────────────────────────────────────────────────────────────────────────────────────


def _numeric(look: _Look) -> list[int]:
    """Columns that hold mostly numbers from their first number on."""
    found = []
    for at in range(look.kind.shape[1]):
        column = look.kind[look.top : look.bottom, at]
        number = np.flatnonzero(column == NUMBER)
        if len(number):
            below = column[number[0] :]
            if (below == NUMBER).sum() >= 0.6 * (below >= NUMBER).sum():
                found.append(at)
    return found


def _data_rows(look: _Look, numeric: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which rows hold numbers where most rows do."""
    n_rows = look.kind.shape[0]
    data = np.zeros(n_rows, bool)
    if not numeric:
        return data
    part = look.kind[:, list(numeric)]
    inside = np.zeros(n_rows, bool)
    inside[look.top : look.bottom] = True
    filled = (part >= MARK).sum(axis=1) * inside
    some = filled >= max(1, 0.5 * filled.max())
    rate = (part[some] >= MARK).mean(axis=0) if some.any() else np.zeros(len(numeric))
    general = [place for place in range(len(numeric)) if rate[place] >= 0.5] or list(range(len(numeric)))
    is_number = (part == NUMBER) | (part == MARK)
    for place, at in enumerate(numeric):
        is_number[:, place] &= ~_header_years(look, at)
    counted = is_number[:, general].sum(axis=1)
    data = inside & (counted >= max(1, (len(general) + 1) // 2)) & (part == NUMBER).any(axis=1)
    for row in np.flatnonzero(data)[:_LOOKED_AT]:
        data[row] = not _is_numbered(look, int(row))
    return np.asarray(data, bool)


def _header_years(look: _Look, at: int) -> npt.NDArray[np.bool_]:
    """Cells that are years although the column below holds something else."""
    value = look.cells[at].value
    year = (value >= 1900) & (value <= 2100) & (value == np.floor(value))
    numbers = look.kind[:, at] == NUMBER
    numbers[: look.top] = False
    numbers[look.bottom :] = False
    if not numbers.any() or (year & numbers).sum() > 0.5 * numbers.sum():
        return np.zeros(len(year), bool)
    head = np.zeros(len(year), bool)
    head[look.top : look.top + _LOOKED_AT] = True
    return np.asarray(year & head, bool)


def _is_numbered(look: _Look, row: int) -> bool:
    """`1 2 3 …` or `(1) (2) (3) …`: the row that numbers the columns."""
    expected = 1
    filled = look.filled(row)
    for at in filled:
        match = _NUMBERED.fullmatch(look.text(row, at))
        if match is None or int(match[1]) != expected:
            return False
        expected += 1
    return len(filled) >= 3


def _is_units(look: _Look, row: int) -> bool:
    filled = look.filled(row)
    return bool(filled) and all(is_unit(look.text(row, at)) for at in filled)


def _all_words(look: _Look, rows: int | None) -> Frame | None:
    """A table without a number column, or one of which every number is a code."""
    width = (look.kind[look.top : look.bottom] != EMPTY).sum(axis=1)
    if len(width) < 2 or width.max() < 2:
        return None
    wide = np.flatnonzero(width >= max(2, 0.6 * width.max()))
    if len(wide) < 3:
        return None
    first, start = look.top + int(wide[0]), look.top + int(wide[1])
    data = np.zeros(look.kind.shape[0], bool)
    data[[look.top + int(row) for row in wide[1:]]] = True
    return (
        _framed(look, start + (rows or 1) - 1, look.top + int(wide[-1]) + 1, rows, data=data) if first < start else None
    )


# ── the header ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _header(look: _Look, start: int, used: Sequence[int], rows: int | None) -> tuple[int, int]:
    """(last, first) header row; first > last when there is none."""
    last = start - 1
    while last >= look.top:
        if look.filled(last) and not _is_numbered(look, last) and not _only_units(look, last):
            break
        last -= 1
    if last < look.top:
        return start - 1, start
    first = last
    if rows is not None:
        return last, max(look.top, last - rows + 1)
    while (
        last - first + 1 < MOST_HEADER_ROWS and first - 1 >= look.top and _belongs(look, first - 1, first, last, used)
    ):
        first -= 1
    named = {at for row in range(first, last + 1) for at in look.filled(row)}
    if len(used) >= 3 and len(named & set(used)) == 1 and named & set(used) == {used[0]}:
        return start - 1, start  # a lone title above a table without header
    return last, first


def _only_units(look: _Look, row: int) -> bool:
    """A row of units that no column needs for its name."""
    if not _is_units(look, row):
        return False
    above = {at for up in range(max(look.top, row - 3), row) for at in look.filled(up)}
    return set(look.filled(row)) <= above


def _belongs(look: _Look, row: int, first: int, last: int, used: Sequence[int]) -> bool:
    """Whether the row above the header so far is part of it: names a column that has none, or groups several."""
    filled = look.filled(row)
    if not filled:
        return False
    named = {at for up in range(first, last + 1) for at in look.filled(up)}
    missing = [at for at in used if at not in named]
    if len(filled) == 1:
        return _lone_header(look, row, filled[0], missing)
    if len({look.text(row, at) for at in filled}) == 1 and len(filled) > 2 and not missing:
        return False  # a title merged over the whole table
    texts = [look.text(last, at) for at in look.filled(last)]
    doubled = len(set(texts)) < len(texts)
    return bool(set(filled) & set(missing)) or doubled or (row == first - 1 and len(filled) >= 2)


def _lone_header(look: _Look, row: int, at: int, missing: Sequence[int]) -> bool:
    """One filled cell: a header when its column has no name yet, or a group title when another row above names it."""
    words = len(look.text(row, at).split())
    if at in missing:
        return words < _LONG_TITLE and not look.text(row, at).startswith(("data ", "tabel ", "daftar "))
    above = {up_at for up in range(max(look.top, row - 2), row) for up_at in look.filled(up)}
    return (
        bool(above & set(missing))
        and at > 0
        and all(
            len(look.text(up, up_at).split()) < _LONG_TITLE
            for up in range(max(look.top, row - 2), row)
            for up_at in look.filled(up)
            if up_at in missing
        )
    )


def _below_header(look: _Look, last: int, start: int) -> tuple[int, dict[int, str], int | None]:
    """(rows to skip, units by column, row of column numbers)."""
    skip, units, numbered = 0, {}, None
    for row in range(last + 1, start):
        if not look.filled(row):
            continue
        skip = row - last
        if _is_numbered(look, row):
            numbered = row
        elif _is_units(look, row):
            units = {at: look.cells[at].text(row).strip() for at in look.filled(row)}
    return skip, units, numbered


def _titles(look: _Look, first: int) -> tuple[str, ...]:
    lines = []
    for row in range(look.top, first):
        texts = [look.cells[at].tidied[int(look.cells[at].index[row])] for at in look.filled(row)]
        if texts:
            lines.append(" ".join(dict.fromkeys(texts)))
    return tuple(lines)


# ── what comes after, again, beside ──────────────────────────────────────────────────────────────────────────────────


def _repeated(look: _Look, frame: Frame, data: npt.NDArray[np.bool_]) -> Frame:
    """Marks header rows printed again; ends the table where only part of its header is printed again."""
    if not frame.rows:
        return frame
    named = [at for at in frame.columns if look.kind[frame.first, at] == WORDS][:5]
    hits = np.zeros(look.kind.shape[0], np.int64)
    for at in named:
        column = look.cells[at]
        hits += (column.index == column.index[frame.first]) & (look.kind[:, at] == WORDS)
    candidates = [int(row) for row in np.flatnonzero(hits) if frame.start < row < frame.end]
    again, titled = [], False
    for row in candidates:
        texts = {at: look.text(row, at) for at in look.filled(row)}
        same = all(text == look.text(frame.first, at) for at, text in texts.items())
        if same and len(texts) >= min(2, len(look.filled(frame.first))):
            again.append(row)
            titled |= row > 0 and 0 < len(look.filled(row - 1)) <= 2 and not data[row - 1]
        elif len(texts) >= 2 and int(hits[row]) >= min(2, len(named)) and not data[row]:
            end = int(np.flatnonzero(data[:row])[-1]) + 1
            return replace(frame, end=end, again=tuple(again), repeats=titled)
    return replace(frame, again=tuple(again), repeats=titled)


def _footers(look: _Look, frame: Frame) -> tuple[tuple[int, str], ...]:
    found = []
    for row in range(frame.end, min(look.bottom, frame.end + 30)):
        filled = look.filled(row)
        if filled:
            found.append((row, look.cells[filled[0]].text(row).strip()))
    return tuple(found)


def _side_by_side(look: _Look, frame: Frame, rows: int | None) -> list[Frame]:
    """The table, or the tables that empty columns keep apart, each with its area."""
    blocks: list[list[int]] = [[]]
    for at in range(frame.columns[0], frame.columns[-1] + 1) if frame.columns else ():
        if at in frame.columns:
            blocks[-1].append(at)
        elif blocks[-1]:
            blocks.append([])
    numeric = set(_numeric(look))
    real = [block for block in blocks if len(block) >= 2 and set(block) & numeric and set(block) - numeric]
    if len(real) < 2 or len(real) != len([block for block in blocks if block]) or not frame.rows:
        return [frame]
    found = []
    for block in real:
        kind = np.full_like(look.kind, EMPTY)
        kind[:, block] = look.kind[:, block]
        one = _find(replace(look, kind=kind, bottom=max(frame.end, look.top + 1)), rows)
        if one is not None and one.columns:
            from etl.frames import column_letters

            area = f"{column_letters(block[0] + 1)}:{column_letters(block[-1] + 1)}"
            found.append(replace(one, area=area, footers=frame.footers))
    return found if len(found) == len(real) else [frame]
