"""Where things stand in the file: a cell's text as received, and cells and rows by the names that Excel gives them."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

import numpy as np

from etl.contract import Contract
from etl.frames import Tidy, column_letters, rows_at, split_key
from expectations.batches import Positions

WHOLE_FILE = 0
"""Row key and column of a fault that has no cell: a row that is not there."""


def letters_no(letters: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class Places:
    """Looks up cells of one submission."""

    def __init__(self, contract: Contract, tidy: Tidy) -> None:
        self.contract, self.tidy = contract, tidy

    def of_columns(self, names: tuple[str, ...]) -> int:
        """Number of the first of these contract columns that is in the file."""
        found = [self.tidy.columns[name][0] for name in names if name in self.tidy.columns]
        return found[0] if found else WHOLE_FILE

    def of_role(self, role: str) -> int:
        """Number of the last column of a role: of regions the finest."""
        found = [self.tidy.columns[name][0] for name in self.contract.by_role(role) if name in self.tidy.columns]
        return found[-1] if found else WHOLE_FILE

    @cached_property
    def headers(self) -> dict[int, str]:
        """Column number → name in `raw`, whose names stand in the order of the columns.

        Columns bound to the contract and unnamed ones (`Kolom D`) are known. Between two known ones come the columns
        with figures, when there are as many of them as names; else the names follow one another without a gap.
        """
        names = [str(name) for name in self.tidy.raw.columns]
        known = self._anchors(names)
        measured = set(self.tidy.figures["col_no"].unique().to_pylist())
        ends = [(-1, 0), *sorted(known.items()), (len(names), 1 << 15)]
        found = {col_no: names[place] for place, col_no in known.items()}
        for (before, low), (after, high) in pairwise(ends):
            between = names[before + 1 : after]
            inside = sorted(col_no for col_no in measured if low < col_no < high)
            start = high - len(between) if before < 0 and known else low + 1
            numbers = inside if len(inside) == len(between) else range(start, start + len(between))
            found |= {col_no: name for col_no, name in zip(numbers, between, strict=True) if col_no < high}
        return found

    def _anchors(self, names: list[str]) -> dict[int, int]:
        """Place in `raw` → column number, where that is beyond doubt."""
        known = {at: letters_no(name[6:]) for at, name in enumerate(names) if re.fullmatch(r"Kolom [A-Z]{1,3}", name)}
        headers = [header for _, header in self.tidy.columns.values()]
        for col_no, header in self.tidy.columns.values():
            if headers.count(header) == 1 and header in names and f"{header} (2)" not in names:
                known[names.index(header)] = col_no
        return known

    @cached_property
    def _col_nos(self) -> dict[str, int]:
        return {name: col_no for col_no, name in self.headers.items()}

    def col_no(self, header: str) -> int:
        return self._col_nos.get(header, WHOLE_FILE)

    def texts_at(self, keys: Positions, col_no: Positions) -> list[str]:
        """Text as received of some cells; empty where there is none."""
        places = rows_at(self.tidy.raw.index, keys)
        texts = np.full(len(keys), "", dtype=object)
        for column in np.unique(col_no):
            name = self.headers.get(int(column))
            if name is None:
                continue
            where = np.flatnonzero((col_no == column) & (places >= 0))
            texts[where] = self.tidy.raw[name].iloc[places[where]].astype(object).fillna("").astype(str).to_numpy()
        return texts.tolist()

    def row_name(self, key: int) -> str:
        """`baris 12`, and its sheet where there are several; a transposed table's rows are the sheet's columns."""
        sheet_no, row = split_key(key)
        name = f"kolom {column_letters(row)}" if sheet_no in self.tidy.transposed else f"baris {row}"
        return f"{name}{self._sheet_name(sheet_no)}"

    def cell_name(self, key: int, col_no: int) -> str:
        sheet_no, row, column = self.tidy.place(key, col_no)
        return f"{column_letters(column)}{row}{self._sheet_name(sheet_no)}"

    def _sheet_name(self, sheet_no: int) -> str:
        return f" (lembar {self.tidy.sheets.get(sheet_no, sheet_no)})" if len(self.tidy.sheets) > 1 else ""
