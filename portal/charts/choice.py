"""Which chart fits a table: lines over periods, bars over regions and members, a population pyramid, a map of the
kecamatan, or none. Pure: a table in, what is to be drawn out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.warehouse.contents import PERIOD, REGION, Axis, Contents, Member
from portal.warehouse.selection import NONE, PYRAMID
from portal.warehouse.table import Table

LINE, BARS, PYRAMID_KIND, MAP = "garis", "batang", "piramida", "peta"
MAX_LINES = 6
MAX_STACK = 12
MAX_BARS = 30
MIN_PERIODS = 3
"""Two points are no course: they stand beside each other as bars."""


@dataclass(frozen=True)
class Series:
    name: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Chart:
    """categories × series of values; None where nothing is told. codes: of the categories. along: what the categories
    are (`periode`). period: of the one period that is shown of several. left_out: how many smaller categories were.
    stacked: the series of a category add up."""

    kind: str
    along: str
    categories: tuple[str, ...]
    codes: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    period: str = ""
    left_out: int = 0
    stacked: bool = False

    @property
    def untold(self) -> int:
        return sum(value is None for one in self.series for value in one.values)


def chart_of(table: Table, there: Contents, *, mapped: frozenset[str] = frozenset()) -> Chart | None:
    """The chart of what `table` shows; None where it has one figure, texts, or figures of several units.

    mapped: codes of the regions that have an outline.
    """
    figures = [cell.value for cell in table.cells.values() if cell.value is not None]
    if len(figures) < 2 or len(table.units) != 1 or table.selection.under != NONE:
        return None
    for fit in (_pyramid, _line, _map, _bars):
        chart = fit(table, there, mapped)
        if chart is not None:
            return chart
    return None


Axes = tuple[str, Sequence[Member], str, Sequence[Member], Callable[[str, str], Decimal | None]]


def _turned(table: Table, along: str) -> Axes | None:
    """The table so that `along` is its rows: key, members, the other key, its members, and what stands where."""
    rows, columns = table.every_row, table.columns
    chosen = table.selection
    if chosen.rows == along:
        return along, rows, chosen.columns, columns, lambda a, b: _value(table, a, b)
    if chosen.columns == along:
        return along, columns, chosen.rows, rows, lambda a, b: _value(table, b, a)
    return None


def _value(table: Table, row: str, column: str) -> Decimal | None:
    cell = table.cells.get((row, "", column))
    return cell.value if cell else None


def _series(at: Axes, series: Sequence[Member], categories: Sequence[Member]) -> tuple[Series, ...]:
    value = at[4]
    return tuple(Series(one.name, tuple(value(cat.code, one.code) for cat in categories)) for one in series)


def _pyramid(table: Table, there: Contents, mapped: frozenset[str]) -> Chart | None:
    if set(table.selection.spanning) != PYRAMID:
        return None
    at = _turned(table, "umur")
    if at is None or len(at[3]) != 2:
        return None
    series = _series(at, at[3], at[1])
    return Chart(PYRAMID_KIND, "umur", *_named(at[1]), series, table.units[0])


def _line(table: Table, there: Contents, mapped: frozenset[str]) -> Chart | None:
    at = _turned(table, PERIOD)
    if at is None or len(at[1]) < MIN_PERIODS or len(at[3]) > MAX_LINES:
        return None
    series = _series(at, at[3], at[1])
    return Chart(LINE, PERIOD, *_named(at[1]), series, table.units[0])


def _map(table: Table, there: Contents, mapped: frozenset[str]) -> Chart | None:
    at = _turned(table, REGION)
    if at is None or (at[2] not in (PERIOD, NONE) and len(at[3]) > 1):
        return None
    regions = [member for member in at[1] if member.code in mapped]
    if len(regions) < 2 or len(regions) < len(at[1]):
        return None
    latest = at[3][-1]
    series = _series(at, [latest], regions)
    return Chart(MAP, REGION, *_named(regions), series, table.units[0], latest.name if len(at[3]) > 1 else "")


def _bars(table: Table, there: Contents, mapped: frozenset[str]) -> Chart | None:
    key = table.selection.rows if table.selection.rows != PERIOD else table.selection.columns or PERIOD
    at = _turned(table, key)
    if at is None:
        return None
    series, period = list(at[3]), ""
    if at[2] == PERIOD and len(series) > 2:
        series, period = series[-1:], series[-1].name
    elif len(series) > MAX_STACK:
        return None

    def size(member: Member) -> Decimal:
        return sum((abs(at[4](member.code, one.code) or Decimal(0)) for one in series), Decimal(0))

    kept = set(sorted((m.code for m in at[1]), key=lambda c: -size(Member(c, "")))[:MAX_BARS])
    categories = [member for member in at[1] if member.code in kept]
    drawn = _series(at, series, categories)
    additive = table.selection.indicator in there.additive
    stacked = additive and len(series) > 1 and at[2] != PERIOD and _parts(there.axes.get(at[2]), series)
    return Chart(BARS, key, *_named(categories), drawn, table.units[0], period, len(at[1]) - len(categories), stacked)


def _parts(axis: Axis | None, series: Sequence[Member]) -> bool:
    """Whether the series are parts of a whole: no total (code '') is among them."""
    return axis is not None and all(one.code for one in series)


def _named(members: Sequence[Member]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(member.name for member in members), tuple(member.code for member in members)


def classes(values: Mapping[str, Decimal | None], shades: Mapping[str, int]) -> list[tuple[int, Decimal, Decimal]]:
    """Shade → its least and its greatest value, of a map's shades."""
    by_shade: dict[int, list[Decimal]] = {}
    for code, shade in shades.items():
        value = values[code]
        if value is not None:
            by_shade.setdefault(shade, []).append(value)
    return [(shade, min(found), max(found)) for shade, found in sorted(by_shade.items())]
