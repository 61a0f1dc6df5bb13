"""A dataset's figures as a table: the cells where rows and columns meet. A sum says of how many figures it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from portal.warehouse.contents import PERIOD, Contents, Member, contents
from portal.warehouse.selection import MAX_COLUMNS, NONE, BadSelection, Selection, choose
from portal.warehouse.snapshot import Snapshot

__all__ = ["BadSelection", "Cell", "Contents", "Member", "Selection", "Table", "choose", "contents", "read"]

MAX_ROWS = 200
MAX_CELLS = 1000
"""On one page, so that it stays light: fewer rows where there are many columns."""
HIDDEN = "*"


@dataclass(frozen=True)
class Cell:
    """A figure. mark: what stands instead of a value (`*` hidden, `-`, `…`). text: what is told in words. parts: of how
    many figures it is the sum. origin: (indikator, wilayah, periode, rincian) of the one figure that it is."""

    value: Decimal | None
    mark: str | None = None
    status: str = "tetap"
    parts: int = 1
    origin: tuple[str, str, str, str] | None = None
    unit: str = ""
    text: str | None = None

    @property
    def hidden(self) -> bool:
        return self.mark == HIDDEN


@dataclass(frozen=True)
class Table:
    """(row, row under it) × columns of cells; None where nothing was stated. total_rows: on all pages. more_columns:
    how many were left out. every_row:
    of all pages, without what stands under them. released: when the newest of its figures was."""

    selection: Selection
    rows: tuple[tuple[Member, Member], ...]
    columns: tuple[Member, ...]
    cells: Mapping[tuple[str, str, str], Cell]
    total_rows: int
    more_columns: int = 0
    page: int = 1
    page_rows: int = MAX_ROWS
    every_row: tuple[Member, ...] = ()
    released: datetime | None = None

    @cached_property
    def grid(self) -> list[tuple[Member, Member, list[Cell | None]]]:
        """Row by row: its members, and a cell (or None) for each column."""
        return [(row, under, [self.at(row, under, column) for column in self.columns]) for row, under in self.rows]

    def at(self, row: Member, under: Member, column: Member) -> Cell | None:
        return self.cells.get((row.code, under.code, column.code))

    @cached_property
    def shown(self) -> list[Cell]:
        return [cell for _row, _under, cells in self.grid for cell in cells if cell]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total_rows // self.page_rows))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_rows + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def units(self) -> list[str]:
        return sorted({cell.unit for cell in self.cells.values() if cell.unit})

    @property
    def statuses(self) -> list[str]:
        return sorted({word for cell in self.cells.values() for word in cell.status.split(", ")})

    @property
    def hidden(self) -> int:
        return sum(cell.hidden for cell in self.shown)

    @property
    def linked(self) -> bool:
        """Whether a single figure is among what is shown: sums have no one account."""
        return any(cell.origin for cell in self.shown)

    @property
    def marks(self) -> list[str]:
        """Marks other than hiding that stand in what is shown."""
        return sorted({cell.mark for cell in self.shown if cell.mark and not cell.hidden})

    @property
    def parts(self) -> tuple[int, int] | None:
        """Of how many figures the sums are, at least and at most; None without sums."""
        counts = {cell.parts for cell in self.shown if cell.parts > 1}
        return (min(counts), max(counts)) if counts else None


def read(snapshot: Snapshot, there: Contents, selection: Selection, page: int = 1) -> Table:
    """The cells of `selection`, rows and columns in the order of their axes; empty ones are left out. page: from 1, the
    last where there are fewer."""
    found = snapshot.rows("table.sql#pivot", selection.parameters(), {"angka": there.view})
    cells = {(row.baris, row.anak, row.kolom): _cell(there, row) for row in found}
    firsts = _members(there, selection.rows, {row for row, _, _ in cells})
    unders = _members(there, selection.under, {under for _, under, _ in cells})
    stated = {(row, under) for row, under, _ in cells}
    rows = [(row, under) for row in firsts for under in unders if (row.code, under.code) in stated]
    columns = _members(there, selection.columns, {column for _, _, column in cells})
    # Of too many periods the latest are shown, of anything else the first.
    shown = columns[-MAX_COLUMNS:] if selection.columns == PERIOD else columns[:MAX_COLUMNS]
    size = min(MAX_ROWS, max(20, MAX_CELLS // max(1, len(shown))))
    page = max(1, min(page, -(-len(rows) // size)))
    return Table(
        selection,
        tuple(rows[(page - 1) * size : page * size]),
        shown,
        cells,
        len(rows),
        len(columns) - len(shown),
        page,
        size,
        firsts,
        max((row.dirilis_pada for row in found), default=None),
    )


def _cell(there: Contents, r: Any) -> Cell:
    worded = r.indikator in there.worded and r.penanda != HIDDEN
    return Cell(
        value=r.nilai,
        mark=None if worded else r.penanda,
        status=r.status_data or "",
        parts=r.banyaknya,
        origin=(r.indikator, r.wilayah, r.periode, r.rincian) if r.banyaknya == 1 else None,
        unit=r.satuan or "",
        text=r.penanda if worded else None,
    )


def _members(there: Contents, key: str, codes: set[str]) -> tuple[Member, ...]:
    if key == NONE:
        return (Member("", ""),) if codes else ()
    return tuple(member for member in there.axes[key].members if member.code in codes)
