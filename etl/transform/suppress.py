"""Which cells the public must not see, so that nobody is recognised in them: small counts, and what gives them away.

A count from 1 to below the threshold is hidden; zero is shown. A hidden cell can be worked out again from a total, so
every sum that the table holds (a region and the regions below it; a breakdown and its categories) must leave room: at
least two of its cells hidden, and their sum wide enough that none of them is known to be below the threshold. Then the
sums are looked at together, by linear algebra, for cells that several of them determine. What was hidden stays hidden
while its figure is unchanged: a cell shown later would tell what was beside it before. (OECD glossary, `cell
suppression`; EPSS 40104.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Place = int
"""Where a cell stands among the cells given."""

SMALL, COMPLEMENT, RATIO = "kecil", "pelengkap", "rasio"
"""Why a cell is hidden, as in dw.penyamaran."""

_LARGEST = 1_500
"""Hidden cells hanging together up to which the sums are solved together; beyond it each sum alone is kept."""


@dataclass(frozen=True)
class Cells:
    """The figures of one dataset as they stand after a release, one place per cell.

    group: indicator and period as one number: sums hold within a group. region, detail: places in `regions` and
    `details`. value: float64, NaN where a mark stands (known to be nothing). was_hidden: hidden before, and its figure
    has not changed since. is_count: whether its indicator counts people.
    """

    group: npt.NDArray[np.int64]
    region: npt.NDArray[np.int32]
    detail: npt.NDArray[np.int32]
    value: npt.NDArray[np.float64]
    was_hidden: npt.NDArray[np.bool_]
    is_count: npt.NDArray[np.bool_]
    parent: Sequence[int]
    """Per region the place of the region above it, -1: none."""
    fine: Sequence[bool]
    """Per region whether it is at the level at which small counts are hidden, or finer."""
    details: Sequence[Mapping[str, str]]
    """Per breakdown its categories by name."""


@dataclass
class _Sums:
    """The sums of one group: per sum the total's place and its parts'; per cell the sums it is in."""

    total: list[Place] = field(default_factory=list)
    parts: list[list[Place]] = field(default_factory=list)
    of: dict[Place, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, total: Place, parts: list[Place]) -> None:
        for place in (total, *parts):
            self.of[place].append(len(self.total))
        self.total.append(total)
        self.parts.append(parts)

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
    for places in by_group.values():
        sums = _sums(cells, places)
        mine = {place for place in places if place in found}
        _leave_room(cells, sums, mine, below)
        for one in mine:
            found.setdefault(one, COMPLEMENT)
    return found


def _sums(cells: Cells, places: Sequence[Place]) -> _Sums:
    """Every sum that these cells of one group hold."""
    at = {(int(cells.region[place]), int(cells.detail[place])): place for place in places}
    below: dict[tuple[int, int], list[Place]] = defaultdict(list)
    across: dict[tuple[int, frozenset[tuple[str, str]], str], list[Place]] = defaultdict(list)
    place_of = {frozenset(detail.items()): no for no, detail in enumerate(cells.details)}
    for (region, detail), place in at.items():
        if (above := cells.parent[region]) >= 0:
            below[above, detail].append(place)
        categories = cells.details[detail]
        for name in categories:
            rest = frozenset((other, code) for other, code in categories.items() if other != name)
            across[region, rest, name].append(place)
    sums = _Sums()
    for key, parts in below.items():
        if (total := at.get(key)) is not None:
            sums.add(total, parts)
    for (region, rest, _), parts in across.items():
        if (total := at.get((region, place_of.get(rest, -1)))) is not None:
            sums.add(total, parts)
    return sums


def _leave_room(cells: Cells, sums: _Sums, mine: set[Place], below: int) -> None:
    """Hide more of the group's cells until none of the hidden ones can be worked out."""
    waiting = {one for place in mine for one in sums.of.get(place, ())}
    while waiting:
        while waiting:
            one = waiting.pop()
            if _is_tight(cells, sums, one, mine, below):
                waiting |= _hide_another(cells, sums, one, mine)
        determined = (one for place in _determined(sums, mine) for one in sums.of[place])
        waiting = next((again for one in determined if (again := _hide_another(cells, sums, one, mine))), set())


def _is_tight(cells: Cells, sums: _Sums, one: int, mine: set[Place], below: int) -> bool:
    """Whether this sum gives a hidden cell away: the only one, or one of several whose sum leaves no room."""
    parts = [place for place in sums.parts[one] if place in mine]
    if sums.total[one] in mine:
        return not parts
    if not parts:
        return False
    together = float(np.nansum(cells.value[parts]))
    return len(parts) == 1 or together - (len(parts) - 1) < below


def _hide_another(cells: Cells, sums: _Sums, one: int, mine: set[Place]) -> set[int]:
    """Hide one more cell of the sum: the part whose other sums have most hidden already, so that few more follow, of
    those the smallest that says something; else its total. Returns the sums to look at again; none when there was
    nothing left to hide."""

    def cost(place: Place) -> tuple[object, ...]:
        open_sums = sum(mine.isdisjoint(sums.cells(other)) for other in sums.of[place])
        return not cells.value[place] > 0, open_sums, cells.value[place], place

    chosen = min((place for place in sums.parts[one] if place not in mine), key=cost, default=sums.total[one])
    if chosen in mine:
        return set()
    mine.add(chosen)
    return set(sums.of[chosen])


def _determined(sums: _Sums, mine: set[Place]) -> list[Place]:
    """Hidden cells that the sums together determine: where the null space of the hidden part of the sums is zero."""
    found: list[Place] = []
    for places in _hanging_together(sums, mine):
        if not 1 < len(places) <= _LARGEST:
            continue
        column = {place: no for no, place in enumerate(places)}
        rows = sorted({one for place in places for one in sums.of.get(place, ())})
        matrix = np.zeros((len(rows), len(places)))
        for at, one in enumerate(rows):
            for place in sums.parts[one]:
                if place in column:
                    matrix[at, column[place]] = 1.0
            if sums.total[one] in column:
                matrix[at, column[sums.total[one]]] = -1.0
        _, sizes, right = np.linalg.svd(matrix)
        free = right[int((sizes > 1e-9).sum()) :]
        fixed = np.abs(free).max(axis=0, initial=0.0) < 1e-9
        found += [place for place in places if fixed[column[place]]]
    return found


def _hanging_together(sums: _Sums, mine: Iterable[Place]) -> Iterator[list[Place]]:
    """The hidden cells in sets that share no sum with one another."""
    left = set(mine)
    while left:
        several, waiting = [], [left.pop()]
        while waiting:
            place = waiting.pop()
            several.append(place)
            for one in sums.of.get(place, ()):
                near = {other for other in sums.cells(one) if other in left}
                left -= near
                waiting += near
        yield sorted(several)
