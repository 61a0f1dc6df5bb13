"""One pass over a sheet's raw XML for what the cell reader does not tell or would choke on.

It finds formulas without a stored result and error cells (the reader shows both as empty), and the area that the sheet
really covers: two cells in opposite corners of a sheet make the reader allocate all 17 billion between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.frames import column_letters

MAX_AREA = 25_000_000
"""Cells between A1 and the last filled one: 1,048,576 rows × 23 columns. The reader takes 32 bytes for each."""

MAX_UNCALCULATED = 1_000
"""Formulas without a result told one by one; more mean that the whole file was never calculated."""

MAX_ROW_BYTES = 64_000_000
"""XML of one row: 16,384 cells are 2 MB, long texts a few more. Beyond it there are no rows to speak of."""

_NS = rb"(?:[\w.-]+:)?"
_FILLED = re.compile(rb"<" + _NS + rb"c\s[^>]*?\br=[\"']([A-Za-z]+)(\d+)[\"'][^>]*(?<!/)>(?!</" + _NS + rb"c>)")
_SPACED = re.compile(rb"\br(?:\s+=\s*|=\s+)[\"']([A-Za-z]+)(\d+)")
_UNCALCULATED = re.compile(
    rb"<" + _NS + rb"c\b([^>]*)>\s*<" + _NS + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + _NS + rb"f>)\s*"
    rb"(?:</" + _NS + rb"c>|(<" + _NS + rb"v\s*/>|<" + _NS + rb"v>\s*</" + _NS + rb"v>))"
)
_ERROR = re.compile(
    rb"<" + _NS + rb"c\b([^>]*\bt=[\"']e[\"'][^>]*)>(?:(?!</" + _NS + rb"c>).)*?<" + _NS + rb"v>([^<]*)<", re.DOTALL
)
_REFERENCE = re.compile(rb"\br=[\"']([A-Za-z]+)(\d+)")
_HIDDEN = re.compile(rb"<" + _NS + rb"(row|col)\s([^>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'][^>]*)>")
_NUMBERS = re.compile(rb"\b(r|min|max)\s*=\s*[\"'](\d{1,9})[\"']")
_SHARED = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")
_CELL = re.compile(rb"[<:]c[\s>/]")
_PREFIXED = re.compile(rb"<[\w.-]+:worksheet\b")
_ROW_END = re.compile(rb"</" + _NS + rb"row\s*>")
_BEFORE, _PADDING = b"\0" * 2, b"\0" * 16
"""Let the vectors below look a few bytes before the first reference and past the last."""


class RowTooLong(Exception):
    """No row ends within MAX_ROW_BYTES: this is not a sheet."""


Places = npt.NDArray[np.int32]


@dataclass
class Scan:
    """What one sheet's XML said. Cells are (row, column), 1-based.

    rows, columns: largest that a reference names, styled blanks included; implied_rows, implied_columns: what cells
    without a reference may add at most. uncalculated: formula cells without a stored result, the first
    MAX_UNCALCULATED; uncalculated_total: all. errors: the text of error cells (`#REF!`). prefixed: tags are `x:c`.
    hidden_rows, hidden_columns: (first, last) of what is hidden, beyond the last filled cell as well.
    """

    rows: int = 0
    columns: int = 0
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    uncalculated_total: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    implied_rows: int = 0
    implied_columns: int = 0
    prefixed: bool = False
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    @property
    def area(self) -> int:
        return (self.rows + self.implied_rows) * (self.columns + self.implied_columns)


def scan(pieces: Iterable[bytes]) -> Scan:
    """Reads a sheet's XML piece by piece, whole rows at a time. Raises RowTooLong."""
    result = Scan()
    for window in whole_rows(pieces):
        text = _Bytes(window)
        result.prefixed = result.prefixed or (result.rows == 0 and _PREFIXED.search(window) is not None)
        _bounds(text, result)
        tell(window, result, formulas=result.prefixed or len(text.find(b"<f")) > 0)
        if len(text.find(b'"e')) or text.single_quoted:
            _errors(window, result)
    return result


def tell(window: bytes, result: Scan, *, formulas: bool) -> None:
    """What of these rows no cell shows: formulas without a result, where there are any, and what is hidden."""
    if formulas:
        _uncalculated(window, result)
    if b"hidden" in window:
        _hidden(window, result)


def filled_area(pieces: Iterable[bytes]) -> tuple[int, int]:
    """(last row, last column) of cells with content: slow and exact, for sheets whose bound is too large."""
    last_row = last_column = 0
    for window in whole_rows(pieces):
        for match in _FILLED.finditer(window):
            last_row = max(last_row, int(match[2]))
            last_column = max(last_column, column_number(match[1]))
    return last_row, last_column


def shared_cells(pieces: Iterable[bytes]) -> Iterator[tuple[Places, int]]:
    """Indices of the shared texts that cells show, window by window, and how many such cells are written in odd ways.

    Excel and its kin write `… t="s"><v>12</v>`.
    """
    for window in whole_rows(pieces):
        text = _Bytes(window)
        values = text.find(b"<v")
        before = [text.byte[values - at] for at in (4, 3, 2, 1)]
        plain = (before[0] == 0x22) & (before[1] == ord("s")) & (before[2] == 0x22) & (before[3] == ord(">"))
        plain &= text.byte[values + 2] == ord(">")
        indices, _ = digits(text.byte, values[plain] + 3, 9, lambda char: char - ord("0"), 10)
        yield indices, max(len(_SHARED.findall(window)) - len(indices), 0)


def column_number(letters: bytes) -> int:
    """b"A" → 1, b"XFD" → 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def cell_name(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


def whole_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut after the end of a row, so that no cell is split. Raises RowTooLong."""
    waiting: list[bytes] = []
    for piece in pieces:
        cut = piece.rfind(b"row>") + 4
        if cut >= 4:
            yield b"".join([*waiting, piece[:cut]])
            waiting = [piece[cut:]]
            continue
        waiting.append(piece)
        if sum(map(len, waiting)) > MAX_ROW_BYTES:
            raise RowTooLong
    yield b"".join(waiting)


class _Bytes:
    """A window as numbers, to be searched in vectors: ten times faster than a regex on XML, where `<` is everywhere."""

    def __init__(self, window: bytes) -> None:
        self.window = window
        self.padded = _BEFORE + window + _PADDING
        self.byte = np.frombuffer(self.padded, np.uint8)
        self.single_quoted = False

    def find(self, two: bytes) -> Places:
        """Where these two bytes stand (unsorted)."""
        pairs, wanted = len(self.padded) // 2 - 1, int.from_bytes(two, "little")
        found = [np.flatnonzero(np.frombuffer(self.padded, "<u2", pairs, odd) == wanted) * 2 + odd for odd in (0, 1)]
        return np.concatenate(found).astype(np.int32)


def _bounds(text: _Bytes, result: Scan) -> None:
    """Largest row and column that any reference (`r="B12"`, or a row's `r="12"`) names."""
    byte, start = text.byte, text.find(b"r=") + 3
    quote = byte[start - 1]
    start = start[(byte[start - 4] <= 0x20) & ((quote == 0x22) | (quote == 0x27))]
    text.single_quoted = bool((byte[start - 1] == 0x27).any())
    column, place = digits(byte, start, 4, lambda char: (char | 0x20) - ord("a") + 1, 26)
    row, _ = digits(byte, place, 8, lambda char: char - ord("0"), 10)
    result.rows = max(result.rows, int(row.max(initial=0)))
    result.columns = max(result.columns, int(column.max(initial=0)))
    _implied(text, int(np.count_nonzero(column)), result)


def digits(
    byte: npt.NDArray[np.uint8], place: Places, most: int, digit_of: Callable[[Any], Any], base: int
) -> tuple[Places, Places]:
    """Numbers written at these places, up to `most` digits (letters count from 1), and where each ends."""
    first = 1 if base == 26 else 0
    number = np.zeros(len(place), np.int32)
    alive = np.ones(len(place), bool)
    for _ in range(most):
        digit = digit_of(byte[place])  # unsigned: what is below the first digit wraps to a large number
        alive = alive & (digit >= first) & (digit < base + first)
        if not alive.any():
            break
        number = np.where(alive, number * base + digit, number)
        place = place + alive
    return number, place


def _implied(text: _Bytes, referenced: int, result: Scan) -> None:
    """Cells may leave their reference out and follow their neighbour; odd spacing hides one from the vectors."""
    begins = text.find(b":c" if result.prefixed else b"<c")
    after = text.byte[begins + 2]
    cells = int(np.count_nonzero((after <= 0x20) | (after == ord(">")) | (after == ord("/"))))
    if cells <= referenced:
        return
    for letters, digits in _SPACED.findall(text.window):
        result.columns = max(result.columns, column_number(letters))
        result.rows = max(result.rows, int(digits))
    rows = _ROW_END.split(text.window)
    result.implied_rows += len(rows)
    result.implied_columns = max(result.implied_columns, max(len(_CELL.findall(row)) for row in rows))


def _uncalculated(window: bytes, result: Scan) -> None:
    for match in _UNCALCULATED.finditer(window):
        if match[2] is not None and _TEXT_RESULT.search(match[1]):
            continue  # a calculated result that is the empty text
        result.uncalculated_total += 1
        place = _REFERENCE.search(match[1])
        if place and len(result.uncalculated) < MAX_UNCALCULATED:
            result.uncalculated.append((int(place[2]), column_number(place[1])))


def _hidden(window: bytes, result: Scan) -> None:
    for kind, attributes in _HIDDEN.findall(window):
        stated = {key: int(number) for key, number in _NUMBERS.findall(attributes)}
        if kind == b"row" and b"r" in stated:
            result.hidden_rows.append((stated[b"r"], stated[b"r"]))
        elif kind == b"col" and b"min" in stated:
            result.hidden_columns.append((stated[b"min"], stated.get(b"max", stated[b"min"])))


def _errors(window: bytes, result: Scan) -> None:
    for match in _ERROR.finditer(window):
        place = _REFERENCE.search(match[1])
        if place:
            result.errors[int(place[2]), column_number(place[1])] = match[2].decode("utf-8", "replace")
