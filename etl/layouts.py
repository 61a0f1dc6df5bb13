"""How a sheet is laid out: the parts of a contract that say where its tables are and what lies above what."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_serializer, field_validator, model_validator

from etl.rules import Strict
from etl.sources import IDENTIFIER


class Header(Strict):
    """Where the header is: on a fixed row, on the first row that holds all texts of `find`, or nowhere (`none`)."""

    row: int | None = Field(default=None, ge=1)
    find: tuple[str, ...] = ()
    nth: int = Field(default=1, ge=1)
    """Which of the rows that hold the texts: the second table of a sheet has the second header."""
    rows: int = Field(default=1, ge=1, le=4)
    """Header rows, from the found row down. Merged cells are filled to the right and names joined with ` / `."""
    none: bool = False
    """The file has no header: columns are bound by `position`."""

    @model_validator(mode="after")
    def _one_way(self) -> Header:
        if (self.row is not None) + bool(self.find) + self.none != 1:
            raise ValueError("pilih tepat satu: row, find, atau none")
        return self


class Layout(Strict):
    """How the sheet is laid out from period `since` on; older files keep their own block."""

    since: str | None = None
    """First period that this block reads (its code, e.g. `2024` or `2024-06`); the block without it reads the rest."""
    sheet: str | tuple[str, ...] | None = None
    """Sheet name(s), `*` wildcards allowed; absent: the only or first visible sheet."""
    area: str | None = Field(default=None, pattern=r"^[A-Z]{1,3}(\d+)?:[A-Z]{1,3}(\d+)?$")
    """Only this part of the sheet, e.g. `A:F` or `A4:F60`: of two tables side by side, one. The header is on its first
    row, unless `header` says otherwise."""
    header: Header = Header(row=1)
    repeat: bool = False
    """Every further row that holds the header's texts begins another table of the same kind, with its own title."""
    skip: int = Field(default=0, ge=0)
    """Rows between header and data (units, column numbers)."""
    stop: tuple[str, ...] = ()
    """The table ends before the first row whose first filled cell begins with one of these (`Sumber:`)."""
    fill_down: tuple[str, ...] = ()
    """Columns whose empty cells repeat the cell above (merged downwards)."""
    transpose: bool = False
    """Rows and columns are exchanged first; findings still name the cell as the sheet shows it."""
    aliases: dict[str, tuple[str, ...]] = {}
    """Header texts of this period's files, beside those of the columns themselves."""

    @model_validator(mode="after")
    def _told_by_texts(self) -> Layout:
        if (self.repeat or self.header.nth > 1) and not self.header.find:
            raise ValueError("`repeat` dan `nth` perlu header: {find: […]}")
        return self


class Hierarchy(Strict):
    """Rows above other rows, as in budget reports: what has rows below it is a subtotal, checked and never stored.

    How deep a row lies is told by the codes of its column(s) (`5.1.02` above `5.1.02.01`; a later column is deeper),
    by the first of `levels` that its code fits, or by the spaces before its label.
    """

    columns: tuple[str, ...] = Field(min_length=1)
    """Contract column(s) of the code or the label, from coarse to fine."""
    by: Literal["kode", "indentasi"] = "kode"
    levels: dict[Annotated[str, Field(pattern=IDENTIFIER)], str] = {}
    """Name → regular expression of the whole code, from coarse to fine, where one column mixes several code lists."""

    @field_serializer("levels", when_used="json-unless-none")
    def _in_order(self, levels: dict[str, str]) -> Any:
        """As pairs: the archived contract's keys are sorted, and the order of the levels is their meaning."""
        return [*levels.items()] or {}

    @field_validator("levels", mode="before")
    @classmethod
    def _from_pairs(cls, value: Any) -> Any:
        pairs = isinstance(value, list) and all(isinstance(one, list) and len(one) == 2 for one in value)
        return dict(value) if pairs else value

    check: bool = True
    """Compare each subtotal with the sum of the leaves below it (additive indicators only)."""
    tolerance: float = Field(default=0.5, ge=0)

    @model_validator(mode="after")
    def _levels_are_patterns(self) -> Hierarchy:
        if self.levels and (self.by == "indentasi" or len(self.columns) > 1):
            raise ValueError("`levels` hanya untuk by: kode dengan satu kolom")
        for name, pattern in self.levels.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"levels.{name} bukan ekspresi reguler: {error}") from error
        return self


class Spread(Strict):
    """A measure written over several columns: what their header levels mean, from the top down."""

    levels: tuple[str, ...] = Field(min_length=1)
    """Per header level: `periode`, `ukuran` (indicator by alias), `wilayah`, a breakdown's name, or `-` for none."""
    headers: str | None = None
    """Regular expression that the joined header must match; absent: every column bound to nothing else."""
