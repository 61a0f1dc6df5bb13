"""Rows torn by a delimiter that stood in a text without quotes: `64,Pertanian, Kehutanan, dan Perikanan`.

Such a row has more cells than its header has names. Cells are joined again only where one way alone fits every column
as the whole rows show it; in doubt the row stays as it is. What was joined is always told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from etl.extract.compact import compact, plain_text
from etl.extract.problems import listed, shown
from etl.findings import Finding, Severity
from etl.frames import column_letters

MAX_TORN = 1_000
"""Torn rows; with more of them the header was misunderstood."""

MAX_ROWS = 100_000
"""Rows of a file that is looked at for several tables one below the other; a larger one is one table."""

LOOKED_AT = 1_000
"""Whole rows that show what a column holds."""

FEW = 3
"""Rows below which a column has not shown what it holds."""

TOLD = 20
"""Joined rows told one by one."""

_NUMBER = re.compile(r"\s*[-+(]?\s*(Rp\.?\s*)?\d[\d.,]*\s*%?\)?\s*")
_DATE = re.compile(r"\s*(\d{1,4}[-/]\d{1,2}[-/]\d{1,4})([ T][\d:.]+)?\s*")
_CODE = re.compile(r"\s*[\w.:/()-]*\s*")
_GOES_ON = re.compile(r" +[\w(]")
"""How a sentence goes on after its comma; a remark (`<-- Contoh`, `*)`) does not."""

_YEAR = re.compile(r"\s*(19|20)\d\d\s*")
_LETTER = re.compile(r"[^\W\d_]")

Row = list[str | None]


@dataclass(frozen=True)
class Joined:
    """Row `row` (1-based): the cells from `column` (0-based) on are now the one `text`."""

    row: int
    column: int
    text: str
    header: str


def rejoin(columns: list[pa.Array], delimiter: str) -> tuple[list[pa.Array], list[Joined]]:
    """The columns with torn rows put together, and which. Costs one look at the first rows where none is torn."""
    header = _first_header([column[:LOOKED_AT].to_pylist() for column in columns])
    if header is None or header[1] == len(columns):
        return columns, []
    row, named = header
    if len(columns[0]) <= MAX_ROWS:
        tables = list(_tables(list(zip(*(column.to_pylist() for column in columns), strict=True))))
    else:
        tables = [_one_table(columns, row, named)]
    joined, changed = [], {}
    for lines, numbers in tables:
        for number, line, what in _mended(lines, numbers, delimiter):
            changed[number] = line
            joined.append(what)
    if not joined:
        return columns, []
    return [_changed(column, place, changed) for place, column in enumerate(columns)], joined


def _first_header(columns: list[list[str | None]]) -> tuple[int, int] | None:
    """(row, number of names) of the first row with at least two filled cells; both from 0 and without gaps."""
    for number, line in enumerate(zip(*columns, strict=True)):
        named = _filled(line)
        if named > 1 and None not in line[:named]:
            return number, named
        if named > 1:
            return None
    return None


def _filled(line: Sequence[str | None]) -> int:
    """How many cells there are up to the last that is not empty."""
    filled = len(line)
    while filled and line[filled - 1] is None:
        filled -= 1
    return filled


def _tables(lines: list[tuple[str | None, ...]]) -> Iterator[tuple[list[Row], list[int]]]:
    """Header and rows of each table, and their row numbers (from 0): what blank rows divide, titles left out."""
    table: list[Row] = []
    numbers: list[int] = []
    for number, line in enumerate(lines):
        filled = _filled(line)
        if filled == 0 and table:
            yield table, numbers
            table, numbers = [], []
        elif filled > 1 or table:
            table.append(list(line))
            numbers.append(number)
    if table:
        yield table, numbers


def _one_table(columns: list[pa.Array], header: int, named: int) -> tuple[list[Row], list[int]]:
    """Header, the first rows and all that are torn, of a file too large to be looked at row by row."""
    torn = pc.indices_nonzero(_any([column.is_valid() for column in columns[named:]]))[: MAX_TORN + 1].to_pylist()
    numbers = sorted({*range(header, min(header + LOOKED_AT, len(columns[0]))), *torn})
    taken = [column.take(pa.array(numbers)).to_pylist() for column in columns]
    return [list(line) for line in zip(*taken, strict=True)], numbers


def _any(masks: list[pa.Array]) -> pa.Array:
    found = masks[0]
    for mask in masks[1:]:
        found = pc.or_(found, mask)
    return found


def _mended(table: list[Row], numbers: list[int], delimiter: str) -> Iterator[tuple[int, Row, Joined]]:
    """Of one table whose first row is its header: the torn rows that only one way of joining puts right."""
    header, body = table[0], table[1:]
    named = _filled(header)
    if named < 2 or not all(map(_is_name, header[:named])):
        return  # no header: nobody says how many cells a row should have
    if any(name and name.startswith(" ") for name in header[1:named]):
        return  # a file in which a blank follows every delimiter
    torn = [at for at, line in enumerate(body) if _filled(line) > named]
    whole = [line[:named] for line in body if 1 < _filled(line) <= named][:LOOKED_AT]
    if not torn or len(torn) > MAX_TORN:
        return
    kinds = [_kind([line[place] for line in whole]) for place in range(named)]
    sure = len(torn) * 4 <= len(whole)  # where many are torn the header may rather lack names
    for at in torn:
        line = body[at]
        found = _way(line[: _filled(line)], named, kinds, sure)
        if found is not None:
            place, width = found
            text = delimiter.join(str(cell) for cell in line[place : place + width])
            mended: Row = [*line[:place], text, *line[place + width :], *[None] * (width - 1)]
            yield numbers[at + 1], mended, Joined(numbers[at + 1] + 1, place, text, header[place] or "")


def _is_name(cell: str | None) -> bool:
    """Whether a cell can head a column: a word or a year, never an amount, a date or nothing."""
    return cell is not None and (_YEAR.fullmatch(cell) is not None or not _is_value(cell))


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell))


def _way(cells: Row, named: int, kinds: list[str], sure: bool) -> tuple[int, int] | None:
    """(first cell, how many) to join, when there is exactly one way."""
    width = len(cells) - named + 1
    fitting = []
    for place in range(named):
        pieces = cells[place : place + width]
        if kinds[place] not in ("teks", "?"):
            continue
        if not all(piece and _LETTER.search(piece) and not _is_value(piece) for piece in pieces):
            continue  # an amount (`Rp 1.400.000`) is no part of a text
        rest = [*cells[:place], *cells[place + width :]]
        others = [*kinds[:place], *kinds[place + 1 :]]
        if all(_fits(cell, kind) for cell, kind in zip(rest, others, strict=True)):
            fitting.append(place)
    # A comma within a sentence is followed by a blank, a delimiter is not.
    said = [place for place in fitting if _is_sentence(cells, place, width)]
    if len(said) == 1:
        return said[0], width
    at_end = [place for place in fitting if place + width == len(cells)]
    if len(fitting) == 1 and sure and not at_end and "?" not in kinds:  # at the end it may be a remark
        return fitting[0], width
    return None


def _is_sentence(cells: Row, place: int, width: int) -> bool:
    """Whether exactly the pieces after the first begin with a blank, and no other cell of the row does."""
    begins = [bool(cell and cell[0] == " " and cell.strip()) for cell in cells]
    goes_on = all(_GOES_ON.match(cell or "") for cell in cells[place + 1 : place + width])
    return goes_on and not any([*begins[1 : place + 1], *begins[place + width :]])


def _kind(values: list[str | None]) -> str:
    """What a column holds: a constant (`=…`), `angka`, `tanggal`, `kode`, `teks`, nothing (``), or not known (`?`)."""
    held = [value for value in values if value is not None]
    if len(values) < FEW:
        return "?"
    if not held:
        return ""
    if len(held) > FEW and len(set(held)) == 1:
        return f"={held[0]}"
    for kind, pattern in (("angka", _NUMBER), ("tanggal", _DATE), ("kode", _CODE)):
        if all(pattern.fullmatch(value) for value in held):
            return kind if kind != "kode" or any(re.search(r"\d|_", value) for value in held) else "teks"
    return "teks"


def _fits(cell: str | None, kind: str) -> bool:
    if cell is None or kind == "?":
        return True
    match kind:
        case "angka":
            return _NUMBER.fullmatch(cell) is not None or cell.strip() in ("-", "…", "...", "NA", "n/a")
        case "tanggal":
            return _DATE.fullmatch(cell) is not None
        case "kode":
            return _CODE.fullmatch(cell) is not None
        case "teks":
            return _NUMBER.fullmatch(cell) is None
        case _:
            return kind == f"={cell}"


def _changed(column: pa.Array, place: int, changed: dict[int, Row]) -> pa.Array:
    rows = sorted(changed)
    mask = pc.is_in(pa.array(range(len(column)), pa.int32()), pa.array(rows, pa.int32()))
    values = pa.array([changed[row][place] for row in rows], pa.string())
    return compact(pc.replace_with_mask(plain_text(column), mask, values))


def joined_notes(joined: list[Joined], name: str) -> tuple[Finding, ...]:
    """Every joined row with its column and its text; one note for all of them when they are many."""
    rule = "baris_disambung"
    cause = "Pemisah kolom tertulis di dalam teks tanpa tanda kutip, sehingga teksnya terpecah ke beberapa kolom."
    action = "Periksa teksnya; di aplikasi asalnya apit teks dengan tanda kutip, atau kirim sebagai .xlsx."
    if len(joined) > TOLD:
        told = listed([f"{one.row} ({shown(one.header)}: {shown(one.text)})" for one in joined], TOLD)
        message = f"{len(joined)} baris yang selnya terpecah disambung kembali: baris {told}."
        return (Finding(rule, message, cause, action, Severity.CATATAN, file=name, row=joined[0].row),)
    return tuple(
        Finding(
            rule,
            f"Sel kolom {shown(one.header)} yang terpecah disambung kembali menjadi: {shown(one.text)}.",
            cause,
            action,
            Severity.CATATAN,
            file=name,
            row=one.row,
            column=column_letters(one.column + 1),
            header=shown(one.header),
            value=shown(one.text),
        )
        for one in joined
    )
