"""Rows directly below the header that are no data: the units of the columns (`(jiwa)`, `%`) and their numbers
(`1 2 3`, `(1) (2) (3)`). Recognised only where they can be nothing else; the contract's `skip` needs not count them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from etl.frames import RawTable, split_key
from etl.layouts import Layout
from etl.transform.layout import take_rows
from etl.transform.numbers import NOT_A_NUMBER, read_number
from etl.transform.tables import rows_text
from etl.transform.text import tidy_text

_LEAST_NUMBERED = 3
_LONGEST_UNIT = 24
_LOOKED_AT = 8
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,3})(?:\.0)?\)?")
_WHOLE = re.compile(r"\d+(?:\.0)?")

Row = list[str]


def without_underhead(
    table: RawTable, keys: Sequence[int], measures: Sequence[int], block: Layout
) -> tuple[RawTable, tuple[tuple[str, str], ...]]:
    """(the table without such rows, how they are told). keys, measures: places of the bound columns that say what a row
    is about, and of those that hold figures."""
    head = [[tidy_text(cell or "") for cell in column.slice(0, _LOOKED_AT).to_pylist()] for column in table.text]
    rows = [list(row) for row in zip(*head, strict=True)]
    facts: list[tuple[str, str]] = []
    skipped: dict[str, int] = {}
    while len(rows) > 1 and measures:
        kind = _kind(rows, keys, measures)
        if kind is None or kind in skipped:
            break
        at = split_key(table.keys[len(facts)].as_py())[1]
        facts.append((f"baris {_NAMES[kind]}", rows_text(at, 1, block)))
        skipped[kind] = 1
        rows = rows[1:]
    if not facts:
        return table, ()
    rest = take_rows(table, np.arange(len(facts), len(table.keys)))
    return replace(rest, skipped={**table.skipped, **skipped}), tuple(facts)


_NAMES = {"nomor_kolom": "nomor kolom", "satuan": "satuan"}


def _kind(rows: Sequence[Row], keys: Sequence[int], measures: Sequence[int]) -> str | None:
    if _is_numbered(rows[0], rows[1:], keys, measures):
        return "nomor_kolom"
    return "satuan" if _is_units(rows[0], keys, measures) else None


def _is_numbered(row: Row, below: Sequence[Row], keys: Sequence[int], measures: Sequence[int]) -> bool:
    """Every filled cell is the number that follows the one before it, every measure has one, and in some column of
    which the rows speak the number is nothing that could stand there: below are texts, or codes of more digits."""
    filled = [cell for cell in row if cell]
    matches = [_COLUMN_NUMBER.fullmatch(cell) for cell in filled]
    if len(filled) < _LEAST_NUMBERED or not all(matches) or not all(row[place] for place in measures):
        return False
    numbers = [int(match[1]) for match in matches if match]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return False
    if all(_is_bracketed(cell) for cell in filled):
        return not all(_is_bracketed(cell) for other in below[:1] for cell in other if cell)
    return any(row[place] and _differs(row[place], [other[place] for other in below]) for place in keys)


def _is_bracketed(cell: str) -> bool:
    return cell.startswith("(") and cell.endswith(")")


def _differs(cell: str, below: Sequence[str]) -> bool:
    filled = [other for other in below if other]
    same = [other for other in filled if _WHOLE.fullmatch(other) and len(other) <= len(cell) + 1]
    return bool(filled) and not same


def _is_units(row: Row, keys: Sequence[int], measures: Sequence[int]) -> bool:
    """Short words in columns of figures and nothing that says what the row would be about."""
    if any(row[place] for place in keys):
        return False
    cells = [row[place] for place in measures if row[place]]
    return bool(cells) and all(_is_unit(cell) and (keys or _is_bracketed(cell)) for cell in cells)


def _is_unit(cell: str) -> bool:
    bare = cell.strip("() ")
    value, mark, reason = read_number(bare)
    wordlike = bare == "%" or re.search(r"[^\W\d_]", bare) is not None
    return len(cell) <= _LONGEST_UNIT and wordlike and (value, mark, reason) == (None, -1, NOT_A_NUMBER)
