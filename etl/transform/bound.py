"""Where the contract's columns are in one table, and its columns of figures as numbers."""

from __future__ import annotations

from dataclasses import dataclass

from etl.contract import Contract
from etl.frames import RawTable
from etl.transform import numbers, periods, reshape
from etl.transform.regions import LEVELS, Regions
from etl.transform.reshape import Measure
from etl.transform.spread import SpreadColumn
from etl.transform.text import without_ending

NOWHERE = -1
"""Place of a measure that counts rows: its figures belong to the whole row (column 0)."""


@dataclass(frozen=True)
class Bound:
    """columns: contract column → place in the table. stated: the period as file, sheet, title or contract state it.

    decimal: sign of the typed numbers of columns for which the contract states none.
    """

    contract: Contract
    regions: Regions
    columns: dict[str, int]
    spreads: tuple[SpreadColumn, ...]
    stated: periods.Parts
    decimal: numbers.Decimals = "koma"

    def places(self, name: str) -> list[int]:
        """Where the cells of a contract column are."""
        spread = [one.place for one in self.spreads if one.column == name]
        return [self.columns[name]] if name in self.columns else spread

    def present(self, *roles: str) -> list[str]:
        """Columns of these roles that are in the file or are constant."""
        return [
            name
            for name, column in self.contract.by_role(*roles).items()
            if name in self.columns or column.value is not None
        ]

    @property
    def main_wilayah(self) -> str | None:
        """The column whose region the figures are of: the finest one that is no other's parent."""
        parents = {column.within for column in self.contract.columns.values()}
        names = [name for name in self.present("wilayah") if name not in parents]

        def fineness(name: str) -> tuple[int, bool]:
            column = self.contract.columns[name]
            return (LEVELS.index(column.level) if column.level else -1, name in self.columns)

        return max(names, key=fineness, default=None)

    @property
    def period_in_header(self) -> bool:
        return any(one.period != reshape.NO_PERIOD for one in self.spreads)

    # ── the measures ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def measured(self) -> tuple[int, ...]:
        """Places of the table that hold figures to be loaded."""
        single = [self.columns[name] for name in self.contract.by_role("ukuran") if name in self.columns]
        return (*single, *(one.place for one in self.spreads))

    @property
    def counted(self) -> tuple[int, ...]:
        """Places of all columns of numbers."""
        return tuple(place for name in self.contract.by_role("ukuran", "kontrol") for place in self.places(name))

    @property
    def telling(self) -> tuple[int, ...]:
        """Places of the columns that say what a row is about."""
        return tuple(self.columns[name] for name in self.columns if self.columns[name] not in self.counted)

    @property
    def undecided(self) -> tuple[int, ...]:
        """Places of the columns of numbers for which the contract states no decimal sign."""
        names = [name for name, c in self.contract.by_role("ukuran", "kontrol").items() if c.decimal is None]
        return tuple(place for name in names for place in self.places(name))

    def measures(self, table: RawTable) -> list[Measure]:
        """Its columns of figures, in an order that depends on the contract and the header only."""
        measures = []
        for name, column in self.contract.by_role("ukuran").items():
            place, fixed = self.columns.get(name, NOWHERE), tuple(column.rincian.items())
            if column.indikator is None or (place == NOWHERE and column.value is None):
                continue
            if column.value is not None:
                col_no, parsed = 0, numbers.constant(column.value, len(table.keys), scale=column.scale)
            else:
                col_no, parsed = table.col_no[place], self._numbers(table, name, place)
            whole = self.period_in_header  # beside months in the header it is of the year that the file states
            measures.append(Measure(name, place, col_no, parsed, column.indikator, rincian=fixed, coarser=whole))
        for one in self.spreads:
            measures.append(
                Measure(
                    one.column,
                    one.place,
                    table.col_no[one.place],
                    self._numbers(table, one.column, one.place),
                    one.indikator,
                    wilayah=one.wilayah,
                    period=one.period,
                    rincian=one.rincian,
                    coarser=one.period != reshape.NO_PERIOD,
                )
            )
        return measures

    def control_columns(self, table: RawTable) -> list[Measure]:
        """Control columns as measures whose indicator is the column's own name."""
        places = {name: self.columns[name] for name in self.contract.by_role("kontrol") if name in self.columns}
        return [
            Measure(name, place, table.col_no[place], self._numbers(table, name, place), name)
            for name, place in places.items()
        ]

    def _numbers(self, table: RawTable, name: str, place: int) -> numbers.Numbers:
        column = self.contract.columns[name]
        if column.text:
            return numbers.words(table.text[place])
        text = table.text[place] if column.suffix is None else without_ending(table.text[place], column.suffix)
        return numbers.parse(
            text,
            table.number[place],
            decimal=column.decimal or self.decimal,
            dash=column.dash,
            scale=column.scale,
        )
