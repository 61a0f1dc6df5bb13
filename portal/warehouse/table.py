"""A dataset's figures as a table: what was asked for, what there is, and the cells where they meet.

An *axis* is `wilayah`, `periode`, `indikator` or a breakdown (`jenis_kelamin`); two of them span the table, every
other one is held at a member. Nothing is added up but breakdowns of a count that the dataset gives no total of, and
such a sum says of how many figures it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from portal.warehouse.snapshot import Snapshot

REGION, PERIOD, INDICATOR, NONE = "wilayah", "periode", "indikator", ""
SUM = "jumlah"
"""Asked of a breakdown: the figures of its members together."""
TOTAL = ""
"""Asked of a breakdown: figures that are not broken down by it."""
LEVELS = ("provinsi", "kabupaten", "kecamatan", "kelurahan", "desa")
MAX_ROWS = 200
MAX_COLUMNS = 40


class BadSelection(ValueError):
    """What was asked for is not there; the message says what is."""


@dataclass(frozen=True)
class Member:
    """One value of an axis: its code and what people call it."""

    code: str
    name: str


@dataclass(frozen=True)
class Axis:
    """Everything that one dimension of a dataset may be. chosen: the member it is held at; None where it spans."""

    key: str
    members: tuple[Member, ...]
    chosen: str | None = None
    can_sum: bool = False

    def name_of(self, code: str) -> str:
        return next((member.name for member in self.members if member.code == code), code)


@dataclass(frozen=True)
class Cell:
    """A figure. mark: what stands instead of a value, or beside it (`*` hidden, `-`, `…`). parts: of how many figures
    it is the sum. origin: (indikator, wilayah, periode, rincian) of the one figure that it is, for its account."""

    value: Decimal | None
    mark: str | None
    status: str
    parts: int
    origin: tuple[str, str, str, str] | None


@dataclass(frozen=True)
class Selection:
    """What of a dataset is shown.

    level: which regions (`kecamatan`); regions, periods: those codes alone, all when empty. held: breakdown → member,
    SUM or TOTAL.
    """

    dataset: str
    rows: str
    columns: str
    indicator: str | None
    level: str | None = None
    regions: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)

    def parameters(self) -> dict[str, Any]:
        return {
            "dataset": self.dataset,
            "baris": self.rows,
            "kolom": self.columns,
            "indikator": [self.indicator] if self.indicator else None,
            "tingkat": [self.level] if self.level else None,
            "wilayah": list(self.regions) or None,
            "periode": list(self.periods) or None,
            "saring": json.dumps({name: code for name, code in self.held.items() if code != SUM}),
        }


@dataclass(frozen=True)
class Table:
    """rows × columns of cells; None where nothing was stated. more_rows, more_columns: how many were left out."""

    selection: Selection
    rows: tuple[Member, ...]
    columns: tuple[Member, ...]
    cells: Mapping[tuple[str, str], Cell]
    more_rows: int = 0
    more_columns: int = 0

    @property
    def grid(self) -> list[tuple[Member, list[Cell | None]]]:
        """Row by row: its member, and a cell (or None) for each column."""
        return [(row, [self.cells.get((row.code, column.code)) for column in self.columns]) for row in self.rows]


@dataclass(frozen=True)
class Contents:
    """What figures of a dataset there are, and how they may be laid out."""

    dataset: str
    axes: Mapping[str, Axis]
    levels: tuple[str, ...]
    additive: frozenset[str]
    """Indicators whose breakdowns may be added up."""
    regions_of: Mapping[str, frozenset[str]]
    """Level → codes of its regions."""

    @property
    def breakdowns(self) -> list[str]:
        return [key for key in self.axes if key not in (REGION, PERIOD, INDICATOR)]


def contents(
    snapshot: Snapshot, dataset: str, indicators: Sequence[Any], labels: Mapping[str, Mapping[str, str]]
) -> Contents:
    """What there is in `dataset`. indicators: of `datasets.indicators`; labels: breakdown → code → name, in order."""
    found = snapshot.rows("table.sql#members", {"dataset": dataset})
    regions: dict[str, str] = {}
    regions_of: dict[str, set[str]] = {}
    periods, used, breakdowns = set(), set(), dict[str, set[str]]()
    names = {key for row in found for key in row.rincian_json}
    for row in found:
        regions[row.wilayah] = row.nama_wilayah
        regions_of.setdefault(row.tingkat, set()).add(row.wilayah)
        periods.add(row.periode)
        used.add(row.indikator)
        for name in names:
            breakdowns.setdefault(name, set()).add(row.rincian_json.get(name, TOTAL))
    axes = {
        INDICATOR: Axis(INDICATOR, tuple(Member(i.indikator, i.nama) for i in indicators if i.indikator in used)),
        REGION: Axis(REGION, tuple(Member(code, regions[code]) for code in sorted(regions))),
        PERIOD: Axis(PERIOD, tuple(Member(code, code) for code in sorted(periods))),
    }
    for name in sorted(breakdowns):
        known = labels.get(name, {})
        order = {code: place for place, code in enumerate(known)}
        codes = sorted(breakdowns[name], key=lambda code: (order.get(code, len(order)), code))
        axes[name] = Axis(name, tuple(Member(code, known.get(code, code)) for code in codes))
    return Contents(
        dataset,
        axes,
        tuple(level for level in LEVELS if level in regions_of),
        frozenset(i.indikator for i in indicators if i.dapat_dijumlah),
        {level: frozenset(codes) for level, codes in regions_of.items()},
    )


def choose(there: Contents, asked: Mapping[str, Sequence[str]]) -> Selection:
    """The selection that `asked` (a query string's values) means; what it leaves open is chosen to say most.

    Raises BadSelection for an axis, member or level that the dataset does not have.
    """
    axes = there.axes
    level = _one(asked, "tingkat", there.levels) or _finest_readable(there)
    regions = _several(asked, REGION, axes[REGION])
    periods = _several(asked, PERIOD, axes[PERIOD])
    rows = _one(asked, "baris", [*axes, NONE])
    columns = _one(asked, "kolom", [*axes, NONE])
    if rows is None:
        rows = _default_rows(there, level, taken=columns)
    if columns is None:
        columns = _default_columns(there, rows)
    if rows == columns and rows != NONE:
        raise BadSelection(f"Baris dan kolom sama-sama `{rows}`. Tindakan: pilih yang lain untuk salah satunya.")
    spanning = {rows, columns}
    indicator = _one(asked, INDICATOR, [member.code for member in axes[INDICATOR].members])
    if INDICATOR in spanning:
        indicator = None
    elif indicator is None:
        indicator = axes[INDICATOR].members[0].code
    if REGION not in spanning and not regions:
        regions = (_highest(there),)
    if PERIOD not in spanning and not periods:
        periods = (axes[PERIOD].members[-1].code,)
    held = {}
    for name in there.breakdowns:
        if name not in spanning:
            held[name] = _held(there, name, indicator, asked)
    return Selection(there.dataset, rows, columns, indicator, None if regions else level, regions, periods, held)


def _held(there: Contents, name: str, indicator: str | None, asked: Mapping[str, Sequence[str]]) -> str:
    codes = [member.code for member in there.axes[name].members]
    may_sum = TOTAL not in codes and indicator in there.additive
    given = _one(asked, f"rincian.{name}", [*codes, SUM] if may_sum else codes)
    if given is not None:
        return given
    return TOTAL if TOTAL in codes else SUM if may_sum else codes[0]


def _one(asked: Mapping[str, Sequence[str]], name: str, allowed: Sequence[str]) -> str | None:
    given = asked.get(name)
    if not given:
        return None
    if given[0] not in allowed:
        raise BadSelection(
            f"`{name}` tidak mengenal `{given[0][:60]}`. Yang ada: {', '.join(filter(None, allowed[:20]))}."
        )
    return given[0]


def _several(asked: Mapping[str, Sequence[str]], name: str, axis: Axis) -> tuple[str, ...]:
    codes = {member.code for member in axis.members}
    for code in asked.get(name, ()):
        if code not in codes:
            raise BadSelection(f"`{name}` tidak mengenal `{code[:60]}` pada dataset ini.")
    return tuple(dict.fromkeys(asked.get(name, ())))


def _finest_readable(there: Contents) -> str | None:
    """Kecamatan where there are any: 18 rows say more than one and are still read at a glance."""
    for level in ("kecamatan", *reversed(there.levels)):
        if level in there.levels:
            return level
    return None


def _highest(there: Contents) -> str:
    return min(there.regions_of[there.levels[0]])


def _default_rows(there: Contents, level: str | None, taken: str | None) -> str:
    regions = there.regions_of.get(level or "", frozenset())
    order = [REGION] if len(regions) > 1 else []
    order += [*sorted(there.breakdowns, key=lambda name: -len(there.axes[name].members)), PERIOD, INDICATOR]
    if REGION not in order and len(there.axes[PERIOD].members) > 1:
        order.insert(0, PERIOD)
    return next(key for key in order if key != taken)


def _default_columns(there: Contents, rows: str) -> str:
    for key in (PERIOD, *there.breakdowns, INDICATOR):
        if key != rows and 1 < len(there.axes[key].members) <= MAX_COLUMNS:
            return key
    return NONE


def read(snapshot: Snapshot, there: Contents, selection: Selection) -> Table:
    """The cells of `selection`, rows and columns in the order of their axes; empty ones are left out."""
    found = snapshot.rows("table.sql#pivot", selection.parameters())
    cells = {
        (row.baris, row.kolom): Cell(
            row.nilai,
            row.penanda,
            row.status_data,
            row.banyaknya,
            (row.indikator, row.wilayah, row.periode, row.rincian) if row.banyaknya == 1 else None,
        )
        for row in found
    }
    rows = _members(there, selection.rows, {row for row, _ in cells})
    columns = _members(there, selection.columns, {column for _, column in cells})
    # Of too many periods the latest are shown, of anything else the first.
    shown = columns[-MAX_COLUMNS:] if selection.columns == PERIOD else columns[:MAX_COLUMNS]
    return Table(
        selection, rows[:MAX_ROWS], shown, cells, max(0, len(rows) - MAX_ROWS), max(0, len(columns) - len(shown))
    )


def _members(there: Contents, key: str, codes: set[str]) -> tuple[Member, ...]:
    if key == NONE:
        return (Member("", ""),) if codes else ()
    return tuple(member for member in there.axes[key].members if member.code in codes)
