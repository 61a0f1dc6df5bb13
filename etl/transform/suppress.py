"""Which cells the public must not see, so that nobody is recognised in them: small counts, and what gives them away.

A count from 1 to below the threshold is hidden; zero is shown. A hidden cell can be worked out again from a total, so
every sum that the table holds (a region and the regions below it; a breakdown and its categories) must leave room: at
least two of its cells hidden, and their sum wide enough that none of them is known to be below the threshold. Then the
sums are looked at together, by linear algebra, for cells that several of them determine. That is asked of versions, not
of figures: every state of the past can be read, a version stands in several of them, and what changed between two tells
what did not. What was hidden stays hidden. (OECD glossary, `cell suppression`; EPSS 40104.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Place = int
"""Where a cell stands among the cells given."""

SMALL, COMPLEMENT, RATIO = "kecil", "pelengkap", "rasio"
"""Why a cell is hidden, as in dw.penyamaran."""

_Above = Sequence[tuple[str, int]]

_LARGEST = 1_500
"""Hidden cells hanging together up to which the sums are solved together; beyond it each sum alone is kept."""


@dataclass(frozen=True)
class Cells:
    """All versions of figures of one dataset, one place each.

    group: indicator and period as one number: sums hold within a group. region, detail: places in `regions` and
    `details`. value: float64, NaN where a mark stands (known to be nothing). since, until: numbers that order moments;
    a version stands from the first to before the second. fresh: nobody has seen it yet. was_hidden: hidden before.
    is_count: whether its indicator counts people.
    """

    group: npt.NDArray[np.int64]
    region: npt.NDArray[np.int32]
    detail: npt.NDArray[np.int32]
    value: npt.NDArray[np.float64]
    since: npt.NDArray[np.int64]
    until: npt.NDArray[np.int64]
    fresh: npt.NDArray[np.bool_]
    was_hidden: npt.NDArray[np.bool_]
    is_count: npt.NDArray[np.bool_]
    parent: Sequence[int]
    """Per region the place of the region above it, -1: none."""
    fine: Sequence[bool]
    """Per region whether it is at the level at which small counts are hidden, or finer."""
    details: Sequence[Mapping[str, str]]
    """Per breakdown its categories by name."""


_Key = tuple[int, int, str]
"""Of which sum: region and breakdown of its total, and the category that is added up; empty: the regions below."""


class _Sums:
    """The sums of one group, at any moment: per sum the total's place and its parts'; per cell the sums it is in.

    Worked out where somebody asks: few cells are hidden, and what is far from them concerns nobody.
    """

    def __init__(self, cells: Cells, places: Sequence[Place], above: Sequence[_Above]) -> None:
        """above: of each breakdown those it is a part of."""
        self.total: list[Place] = []
        self.parts: list[list[Place]] = []
        self._cells, self._above = cells, above
        self._at: dict[tuple[int, int], list[Place]] = defaultdict(list)
        self._members: dict[_Key, list[Place]] = defaultdict(list)
        self._keys: dict[tuple[int, int], set[_Key]] = defaultdict(set)
        self._of: dict[Place, list[int]] = {}
        self._done: dict[_Key, list[int]] = {}
        for place in places:
            self._at[self._cell(place)].append(place)
            for key in self._part_of(place):
                self._members[key].append(place)
                self._keys[key[:2]].add(key)

    def _cell(self, place: Place) -> tuple[int, int]:
        return int(self._cells.region[place]), int(self._cells.detail[place])

    def _part_of(self, place: Place) -> Iterator[_Key]:
        region, detail = self._cell(place)
        if (parent := self._cells.parent[region]) >= 0:
            yield parent, detail, ""
        for name, rest in self._above[detail]:
            yield region, rest, name

    def _sums(self, key: _Key) -> list[int]:
        """The sums of one key, one per way in which its cells stood together."""
        if key not in self._done:
            known: dict[tuple[Place, ...], int] = {}
            for total in self._at.get(key[:2], ()):
                for ones in _together(self._cells, total, self._members[key]):
                    if known.setdefault((total, *ones), len(self.total)) == len(self.total):
                        self.total.append(total)
                        self.parts.append(ones)
            self._done[key] = list(known.values())
        return self._done[key]

    def of(self, place: Place) -> list[int]:
        """The sums that the cell is in."""
        if place not in self._of:
            keys = [*self._part_of(place), *sorted(self._keys.get(self._cell(place), ()))]
            found = [one for key in keys for one in self._sums(key)]
            self._of[place] = [one for one in found if place == self.total[one] or place in self.parts[one]]
        return self._of[place]

    def is_total(self, place: Place) -> bool:
        return self._cell(place) in self._keys

    def cells(self, one: int) -> Iterator[Place]:
        yield self.total[one]
        yield from self.parts[one]


def hidden(cells: Cells, below: int) -> dict[Place, str]:
    """Place → why, of every cell to be hidden. below: the smallest count that is shown."""
    fine = np.asarray(cells.fine, bool)[cells.region] if len(cells.region) else np.zeros(0, bool)
    with np.errstate(invalid="ignore"):
        small = cells.is_count & fine & (cells.value > 0) & (cells.value < below)
    found: dict[Place, str] = dict.fromkeys(map(int, np.flatnonzero(cells.was_hidden)), COMPLEMENT)
    found.update(dict.fromkeys(map(int, np.flatnonzero(small)), SMALL))
    if not found:
        return {}
    concerned = np.isin(cells.group, np.unique(cells.group[list(found)])) & cells.is_count
    by_group: dict[int, list[Place]] = defaultdict(list)
    for place in np.flatnonzero(concerned).tolist():
        by_group[int(cells.group[place])].append(place)
    above = _above(cells.details)
    for places in by_group.values():
        sums = _Sums(cells, places, above)
        mine = {place for place in places if place in found}
        _leave_room(cells, sums, mine, below)
        for one in mine:
            found.setdefault(one, COMPLEMENT)
    return found


def _together(cells: Cells, total: Place, some: Sequence[Place]) -> Iterator[list[Place]]:
    """Which of the parts stood together while the total did."""
    times = [(int(cells.since[one]), int(cells.until[one])) for one in some]
    first, last = int(cells.since[total]), int(cells.until[total])
    for moment in sorted({first, *(moment for pair in times for moment in pair if first < moment < last)}):
        ones = [one for one, (since, until) in zip(some, times, strict=True) if since <= moment < until]
        if ones:
            yield ones


def _above(details: Sequence[Mapping[str, str]]) -> list[_Above]:
    """Of each breakdown those without one of its categories, by the category's name: their cells are its sums."""
    at = {frozenset(detail.items()): no for no, detail in enumerate(details)}
    without = [
        [(name, at.get(frozenset(detail.items() - {(name, code)}), -1)) for name, code in detail.items()]
        for detail in details
    ]
    return [[(name, rest) for name, rest in some if rest >= 0] for some in without]


def _leave_room(cells: Cells, sums: _Sums, mine: set[Place], below: int) -> None:
    """Hide more of the group's cells until none of the hidden ones can be worked out."""
    waiting = {one for place in mine for one in sums.of(place)}
    while waiting:
        while waiting:
            one = waiting.pop()
            if _is_tight(cells, sums, one, mine, below):
                waiting |= _hide_one(cells, sums, sums.cells(one), mine, last={sums.total[one]}.__contains__)
        for able in list(_determined(sums, mine)):
            if mine.isdisjoint(able):  # what was hidden for another one may do for it too
                waiting |= _hide_one(cells, sums, able, mine, last=sums.is_total)


def _is_tight(cells: Cells, sums: _Sums, one: int, mine: set[Place], below: int) -> bool:
    """Whether this sum gives a hidden cell away: the only one, or one of several whose sum leaves no room."""
    parts = [place for place in sums.parts[one] if place in mine]
    if sums.total[one] in mine:
        return not parts
    if not parts:
        return False
    together = float(np.nansum(cells.value[parts]))
    return len(parts) == 1 or together - (len(parts) - 1) < below


def _hide_one(
    cells: Cells, sums: _Sums, able: Iterable[Place], mine: set[Place], *, last: Callable[[Place], bool]
) -> set[int]:
    """Hide one of these cells: what nobody has seen yet before what somebody may have kept, totals (`last`) last, the
    one whose other sums have most hidden already, so that few more follow, of those the smallest that says something.
    Returns the sums to look at again; none when there was nothing left to hide."""

    def cost(place: Place) -> tuple[object, ...]:
        open_sums = sum(mine.isdisjoint(sums.cells(other)) for other in sums.of(place))
        value = cells.value[place]
        return not cells.fresh[place], last(place), not value > 0, open_sums, value, place

    chosen = min((place for place in able if place not in mine), key=cost, default=None)
    if chosen is None:
        return set()
    mine.add(chosen)
    return set(sums.of(chosen))


def _determined(sums: _Sums, mine: set[Place]) -> Iterator[set[Place]]:
    """Per hidden cell that the sums together determine the shown ones of which any, hidden, would free it.

    A cell is determined when some combination of the sums leaves it alone; a shown cell frees it when that combination
    does not cancel it too.
    """
    for places in list(_hanging_together(sums, mine)):
        if not 1 < len(places) <= _LARGEST:
            continue
        column = {place: no for no, place in enumerate(places)}
        rows = sorted({one for place in places for one in sums.of(place)})
        matrix = np.zeros((len(rows), len(places)))
        for at, one in enumerate(rows):
            for place in sums.cells(one):
                if place in column:
                    matrix[at, column[place]] = _sign(sums, one, place)
        left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
        rank = int((sizes > 1e-9).sum())
        left, sizes, right = left[:, :rank], sizes[:rank], right[:rank]
        for no in np.flatnonzero((right**2).sum(axis=0) > 1 - 1e-9):
            weights = left @ (right[:, no] / sizes)
            able: dict[Place, float] = defaultdict(float)
            for one, part in zip(rows, weights.tolist(), strict=True):
                for place in sums.cells(one) if abs(part) > 1e-9 else ():
                    if place not in mine:
                        able[place] += part * _sign(sums, one, place)
            yield {place for place, weight in able.items() if abs(weight) > 1e-9}


def _sign(sums: _Sums, one: int, place: Place) -> float:
    return -1.0 if place == sums.total[one] else 1.0


def _hanging_together(sums: _Sums, mine: Iterable[Place]) -> Iterator[list[Place]]:
    """The hidden cells in sets that share no sum with one another."""
    left = set(mine)
    while left:
        several, waiting = [], [left.pop()]
        while waiting:
            place = waiting.pop()
            several.append(place)
            for one in sums.of(place):
                near = {other for other in sums.cells(one) if other in left}
                left -= near
                waiting += near
        yield sorted(several)
