"""What an entry workbook is planned as. Everything in it is text and numbers; write.py only puts it into cells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from etl.contract import Contract
from etl.findings import Severity
from etl.frames import column_letters

Kind = Literal["kunci", "angka", "teks", "rumus"]
"""What stands in a column: what the row is of (typed only in spare rows), a figure, a text, a computed sum."""

HEADER_ROW = 8
"""1-based row of the first header row; above it title, agency, period and how to fill."""
MAX_LEVELS = 4
EXTRA = "_templat"
"""Ending of columns that the workbook has and the contract has not: names of regions, the operator's remarks."""
REMARK = "catatan" + EXTRA
SHEET, GUIDE, LISTS, MARK = "Isian", "Petunjuk", "_daftar", "_satudata"


class CannotOffer(Exception):
    """No workbook can be made of this contract; the text says why and what to change, in Indonesian."""

    def __init__(self, why: str, change: str) -> None:
        super().__init__(f"Templat tidak dapat dibuat: {why}. Tindakan: {change}.")


@dataclass(frozen=True)
class Limit:
    """What a rule asks of one cell, in the unit that is typed."""

    rule: str
    severity: Severity
    say: str
    low: Decimal | None = None
    high: Decimal | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    length: int = 0


@dataclass(frozen=True)
class EntryColumn:
    """One column of the sheet.

    name: the contract's column, or one of our own that ends in EXTRA. header: its texts from the top level down, empty
    below where the cell is merged. unit: in which it is typed; scale: from there to the indicator's. wilayah, rincian:
    what the column fixes for its figures. chosen: a key that is typed in spare rows. choices: what a drop-down offers,
    `closed` when nothing else will do. about: (label, text) lines of the comment and of the guide.
    """

    name: str
    kind: Kind
    header: tuple[str, ...]
    unit: str = ""
    scale: Decimal = Decimal(1)
    indikator: str | None = None
    additive: bool = False
    wilayah: str | None = None
    rincian: tuple[tuple[str, str], ...] = ()
    dash_is_zero: bool = False
    limits: tuple[Limit, ...] = ()
    chosen: bool = False
    choices: tuple[str, ...] = ()
    closed: bool = False
    about: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """`Puskesmas / Rawat Inap`: as a header of several rows is read."""
        parts = [text for at, text in enumerate(self.header) if text and (at == 0 or text != self.header[at - 1])]
        return " / ".join(parts)

    @property
    def required(self) -> Severity | None:
        """How severe an empty cell is; None where it may be empty."""
        asked = [limit.severity for limit in self.limits if limit.rule == "not_null"]
        return min(asked, key=list(Severity).index, default=None)


@dataclass(frozen=True)
class EntryRow:
    """One row of the sheet. keys: text per key column (empty in a spare row, where they are chosen).

    level: length of the region's code, 0 without one. before: per column the earlier figure in the typed unit (or the
    mark that stood there), None where there is none.
    """

    keys: tuple[str, ...]
    wilayah: str | None = None
    rincian: tuple[tuple[str, str], ...] = ()
    spare: bool = False
    before: tuple[Decimal | str | None, ...] = ()

    @property
    def level(self) -> int:
        return len(self.wilayah or "")


@dataclass(frozen=True)
class Plan:
    """One workbook. before: period of the earlier figures; compares: whether change_within compares with that one."""

    contract: Contract
    agency: str
    period: str
    columns: tuple[EntryColumn, ...]
    rows: tuple[EntryRow, ...]
    before: str | None = None
    compares: bool = False

    @property
    def levels(self) -> int:
        """Header rows."""
        return len(self.columns[0].header)

    @property
    def units_row(self) -> int:
        return HEADER_ROW + self.levels

    @property
    def first_row(self) -> int:
        """1-based, like all rows and columns here."""
        return self.units_row + 1

    @property
    def last_row(self) -> int:
        return self.units_row + len(self.rows)

    @property
    def total_row(self) -> int:
        return self.last_row + 1

    @cached_property
    def keys(self) -> int:
        """How many key columns there are; they come first."""
        return sum(column.kind == "kunci" for column in self.columns)

    @cached_property
    def figures(self) -> list[int]:
        """0-based columns of figures that are typed."""
        return [at for at, column in enumerate(self.columns) if column.kind == "angka"]

    @property
    def skips_untouched(self) -> bool:
        """Rows in which nothing was typed are left out: with breakdowns in rows not every combination exists."""
        return any(row.rincian for row in self.rows) or any(row.spare for row in self.rows)

    @property
    def spare(self) -> int:
        """Spare rows; they come last."""
        return sum(row.spare for row in self.rows)

    def before_column(self, at: int) -> int:
        """1-based column of the earlier figures of column `at` (0-based); one empty column lies between the blocks."""
        return len(self.columns) + 2 + self.figures.index(at)

    def cell(self, at: int, row: int | None = None, *, lock_column: bool = False) -> str:
        """`F10`: column `at` (0-based) on the first data row, or on `row`."""
        return f"{'$' if lock_column else ''}{column_letters(at + 1)}{row or self.first_row}"

    def span(self, at: int) -> str:
        """`$F$10:$F$27`: all data cells of column `at` (0-based)."""
        letters = column_letters(at + 1)
        return f"${letters}${self.first_row}:${letters}${self.last_row}"

    def places(self, name: str) -> list[int]:
        """0-based columns of a contract column: several where it is spread."""
        return [at for at, column in enumerate(self.columns) if column.name == name]
