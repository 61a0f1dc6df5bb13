"""The plain sheet of an .xlsx, as programs and Excel write nearly all large ones, read in vectors: no object per cell.

Plain is: tags without a prefix, cells of text and numbers in order, each with its reference, styles without dates. What
is not, or is in doubt, is left to calamine: either way the cells are the same, and the tests hold them together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.extract.cells import numbers_to_text
from etl.extract.gathered import Block, Columns, Gathered
from etl.extract.package import Package
from etl.extract.scan import MAX_AREA, RowTooLong, Scan, digits, tell, whole_rows

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

SHARED, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"

_MOST_SHARED = 64_000_000
"""Bytes of shared texts that the cells of one window may show: a long text shown by all of them fills the memory."""
_PADDING = b"\0" * 40
_NUMBER, _SHARED, _TEXT, _INLINE = 1, 2, 3, 4
"""Kinds of cells."""
_ROW, _CELL, _VALUE, _FORMULA, _CELL_ENDS, _ROW_ENDS, _OTHER = range(5, 12)
"""Kinds of tags; of _INLINE is the text of an inline cell, too."""


def _word(letters: bytes) -> Any:
    return np.uint64(int.from_bytes(letters, "little"))


_FIRST_SIX = _word(b"\xff" * 6)


def _tag_kinds() -> npt.NDArray[np.uint8]:
    """By the two letters after `<`."""
    kinds = np.zeros(1 << 16, np.uint8)
    known = {b"ro": _ROW, b"c ": _CELL, b"v>": _VALUE, b"t>": _INLINE, b"t ": _INLINE, b"is": _OTHER}
    known |= {b"f>": _FORMULA, b"f ": _FORMULA, b"f/": _FORMULA}
    for letters, kind in known.items():
        kinds[int(_word(letters))] = kind
    for ending in b"vtif":
        kinds[ord("/") + ending * 256] = _OTHER
    kinds[ord("/") + ord("c") * 256], kinds[ord("/") + ord("r") * 256] = _CELL_ENDS, _ROW_ENDS
    return kinds


def _column_numbers() -> Places:
    """By the two letters of a reference's beginning: `B1` 2, `AA` 27, 0 where there is no column up to ZZ."""
    numbers = np.zeros(1 << 16, np.int32)
    for first in range(26):
        for digit in b"123456789":
            numbers[ord("A") + first + digit * 256] = first + 1
        for second in range(26):
            numbers[ord("A") + first + (ord("A") + second) * 256] = (first + 1) * 26 + second + 1
    return numbers


_TAGS, _COLUMNS = _tag_kinds(), _column_numbers()
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding=[\"'](?!utf-8[\"'])", re.IGNORECASE)
_SHARED_TEXT = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_ONE_TEXT = re.compile(rb'<t(?: xml:space="preserve")?>([^<]*)</t>')
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_FORMAT = re.compile(rb'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/>')
_CELL_STYLES = re.compile(rb"<cellXfs\b[^>]*>(.*?)</cellXfs>", re.DOTALL)
_STYLE_FORMAT = re.compile(rb'<xf numFmtId="(\d+)"')
_NUMBER_FORMATS = frozenset({*range(14), *range(37, 45), 48, 49})
"""Excel's own formats that show no date, time or duration."""
_LETTER_OF_DATE = re.compile(rb"[dmyhsDMYHS]")


class _NotPlain(Exception):
    """Something that this reader does not know."""


def read_plain(package: Package, part: str) -> tuple[Scan, Columns] | None:
    """What `scan` tells of the sheet, and its cells; None when it is not plain."""
    try:
        reader = _Reader(_number_styles(package), _shared_texts(package))
        inside = done = False
        for window in whole_rows(package.stream(part)):
            if done:
                continue  # the rest is unpacked only to know that the part is whole
            body = window
            if not inside:
                _require(not _ENCODING.search(window[:200]))
                _, begins, body = window.partition(b"<sheetData>")
                inside = bool(begins)
            body, ends, _ = body.partition(b"</sheetData>")
            if inside:
                reader.read(body)
            tell(window, reader.scan, formulas=reader.formulas)
            done = inside and bool(ends)
    except (_NotPlain, RowTooLong, pa.ArrowInvalid):
        return None
    return (reader.scan, reader.columns.finish()) if done else None


@dataclass
class _Cells:
    """The filled cells of a window, in order: row (1-based) and column (0 is A), where their value begins and ends in
    `byte`, and of which kind it is."""

    byte: Bytes
    row: Places
    column: Places
    start: Places
    stop: Places
    number: Mask
    shared: Mask


class _Reader:
    def __init__(self, number_styles: Mask, shared: pa.Array) -> None:
        self.number_styles, self.shared = number_styles, shared
        self.lengths = pc.fill_null(pc.binary_length(shared), 0).to_numpy(zero_copy_only=False)
        self.columns, self.scan, self.formulas = Gathered(), Scan(), False

    def read(self, body: bytes) -> None:
        """A window of whole rows. Raises _NotPlain."""
        if b"_x" in body or b"\r" in body or not _is_utf8(body):  # an escape of Excel's, a line end that XML changes
            raise _NotPlain
        self.formulas = False
        cells, last_row = self._cells(body)
        base = self.columns.rows
        if last_row is None:
            return
        texts, place, numbers = self._values(cells)
        order = np.argsort(cells.column.astype(np.int16), kind="stable")
        bounds = np.searchsorted(cells.column[order], np.arange(int(cells.column.max(initial=-1)) + 2))
        blocks: dict[int, Block] = {}
        for column in range(len(bounds) - 1):
            mine = order[bounds[column] : bounds[column + 1]]
            if len(mine):
                rows = cells.row[mine] - base - 1
                blocks[column] = _block(last_row - base, rows, texts, place[mine], numbers[mine], cells.number[mine])
        self.columns.add(last_row - base, blocks)

    def _cells(self, body: bytes) -> tuple[_Cells, int | None]:
        text = _Words(body)
        byte = text.byte
        at = np.flatnonzero(byte[: len(body)] == ord("<")).astype(np.int32)
        tag = _TAGS[text.two[at + 1]]
        _require(tag.all() and (not len(tag) or tag[-1] in (_ROW, _ROW_ENDS)))
        row, cell = np.flatnonzero(tag == _ROW), np.flatnonzero(tag == _CELL)
        if not len(row):
            _require(not len(cell))
            return _Cells(byte, at[:0], at[:0], at[:0], at[:0], tag[:0] > 0, tag[:0] > 0), None
        _require((text.eight[at[row]] == _word(b'<row r="')).all())
        row_no, row_end = digits(byte, at[row] + 8, 8, _digit, 10)
        _require((np.diff(row_no, prepend=self.columns.rows) > 0).all())
        self.formulas = bool((tag == _FORMULA).any())

        of_row = np.repeat(np.arange(len(row)), np.diff(np.searchsorted(cell, np.append(row, len(tag)))))
        _require(len(of_row) == len(cell))
        written = row_end - at[row] - 8
        number = text.eight[row_end - 8] >> (64 - 8 * written).astype(np.uint64)
        column, style, kind, alone = self._tags(text, at[cell], at[cell + 1] - 1, written[of_row], number[of_row])
        _require(_closed(cell[~alone], np.flatnonzero(tag == _CELL_ENDS)))
        row_ends = np.append(at, len(body))[row + 1] - 1
        _require(_closed(row[byte[row_ends - 1] != ord("/")], np.flatnonzero(tag == _ROW_ENDS)))
        _require((np.diff(of_row * 16_384 + column) > 0).all())
        self.scan.rows = int(row_no[-1])
        self.scan.columns = max(self.scan.columns, int(column.max(initial=0)))
        _require(self.scan.area <= MAX_AREA)

        held = np.flatnonzero((tag == _VALUE) | (tag == _INLINE))
        inline = tag[held] == _INLINE
        owner = np.searchsorted(cell, held) - 1
        _require((np.diff(owner, prepend=-1) > 0).all())
        start, stop = at[held] + 3, at[held + 1]
        preserved = inline & (byte[start - 1] != ord(">"))
        begins = at[held][preserved]
        _require((text.eight[begins] == _word(b"<t xml:s")).all())
        _require((text.eight[begins + 16] == _word(b'eserve">')).all() and (byte[begins + 23] == ord(">")).all())
        start[preserved] += len('<t xml:space="preserve">') - 3
        kind = kind[owner]
        closed = text.four[stop] == np.where(inline, _word(b"</t>"), _word(b"</v>"))
        _require(closed.all() and (inline == (kind == _INLINE)).all())
        is_number = kind == _NUMBER
        filled = (stop > start) | ~is_number
        _require(self.number_styles[style[owner][is_number & filled]].all())
        owner, kind = owner[filled], kind[filled]
        rows, columns = row_no[of_row[owner]], column[owner] - 1
        return _Cells(byte, rows, columns, start[filled], stop[filled], kind == _NUMBER, kind == _SHARED), int(
            row_no[-1]
        )

    def _tags(
        self, text: _Words, at: Places, end: Places, written: Places, number: Any
    ) -> tuple[Places, Places, Any, Mask]:
        """Column number, style and kind of the cells whose tags stand here, and which are closed by themselves. end:
        where `>` should be. written, number: how many digits their row's number has, and those digits."""
        byte = text.byte
        _require(((text.eight[at] & _FIRST_SIX) == _word(b'<c r="')).all() and (byte[end] == ord(">")).all())
        column = _COLUMNS[text.two[at + 6]]
        place = at + 7 + (column > 26) + written
        same = text.eight[place - 8] >> (64 - 8 * written).astype(np.uint64) == number
        _require((column > 0).all() and same.all() and (byte[place] == ord('"')).all())
        place += 1
        alone = byte[end - 1] == ord("/")
        end = end - alone
        style = np.zeros(len(at), np.int32)
        styled = np.flatnonzero(text.four[place] == _word(b' s="'))
        style[styled], after = digits(byte, place[styled] + 4, 6, _digit, 10)
        _require((byte[after] == ord('"')).all() and (style < len(self.number_styles)).all())
        place[styled] = after + 1
        left, letter = end - place, byte[place + 4]
        typed = (text.four[place] == _word(b' t="')) & (byte[end - 1] == ord('"'))
        kind = np.zeros(len(at), np.uint8)
        kind[(left == 0) | (typed & (left == 6) & (letter == ord("n")))] = _NUMBER
        kind[typed & (left == 6) & (letter == ord("s"))] = _SHARED
        kind[typed & (left == 8) & (letter == ord("s"))] = _TEXT
        kind[typed & (left == 14) & (letter == ord("i"))] = _INLINE
        _require(kind.all())
        return column, style, kind, alone

    def _values(self, cells: _Cells) -> tuple[pa.Array, Places, npt.NDArray[np.float64]]:
        """(texts, per cell the place of its own, per cell its number)."""
        place = np.empty(len(cells.row), np.int32)
        numbers = np.full(len(cells.row), np.nan)
        typed = ~(cells.number | cells.shared)

        written = _slices(cells.byte, cells.start[cells.number], cells.stop[cells.number])
        _require(_only_signs_of_numbers(written))
        value = written.cast(pa.float64())
        numbers[cells.number] = value.to_numpy(zero_copy_only=False)

        index, end = digits(cells.byte, cells.start[cells.shared], 9, _digit, 10)
        known = (end == cells.stop[cells.shared]) & (index < len(self.shared)) & (end > cells.start[cells.shared])
        _require(known.all() and int(self.lengths[index].sum()) <= _MOST_SHARED)

        parts = [numbers_to_text(value), self.shared.take(pa.array(index))]
        parts.append(_unescaped(_slices(cells.byte, cells.start[typed], cells.stop[typed])))
        taken = 0
        for mask, part in zip((cells.number, cells.shared, typed), parts, strict=True):
            place[mask] = np.arange(taken, taken + len(part), dtype=np.int32)
            taken += len(part)
        return pa.concat_arrays(parts), place, numbers


class _Words:
    """A window, and from every place on the two, four and eight bytes that follow, as numbers."""

    def __init__(self, body: bytes) -> None:
        padded = body + _PADDING
        self.byte: Bytes = np.frombuffer(padded, np.uint8)
        size = len(padded) - 8
        self.two, self.four, self.eight = (np.ndarray(size, f"<u{width}", padded, strides=(1,)) for width in (2, 4, 8))


def _digit(char: Any) -> Any:
    return char - ord("0")


def _require(holds: Any) -> None:
    if not holds:
        raise _NotPlain


def _closed(begins: Any, ends: Any) -> bool:
    """Whether every tag that begins something ends before the next begins."""
    return len(begins) == len(ends) and bool((begins < ends).all() and (ends[:-1] < begins[1:]).all())


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _slices(byte: Bytes, start: Places, stop: Places) -> pa.Array:
    """The texts between these places."""
    lengths = stop - start
    offsets = np.zeros(len(start) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    where = np.arange(offsets[-1], dtype=np.int32) + np.repeat(start - offsets[:-1], lengths)
    return pa.Array.from_buffers(pa.string(), len(start), [None, pa.py_buffer(offsets), pa.py_buffer(byte[where])])


def _only_signs_of_numbers(texts: pa.Array) -> bool:
    allowed = np.zeros(256, bool)
    allowed[list(b"0123456789+-.eE")] = True
    return bool(allowed[np.frombuffer(texts.buffers()[2], np.uint8)].all())


def _unescaped(texts: pa.Array) -> pa.Array:
    """Entities as the letters that they stand for; the empty text is an empty cell. Raises _NotPlain."""
    escaped = pc.match_substring(texts, "&")
    if pc.any(escaped).as_py():
        plain = [_unescape(text) for text in texts.filter(escaped).to_pylist()]
        texts = pc.replace_with_mask(texts, escaped, pa.array(plain, pa.string()))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _unescape(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        if match[1]:
            return _NAMED[match[1]]
        code = int(match[2]) if match[2] else int(match[3], 16)
        _require(code in (9, 10) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE)
        return chr(code)

    _require(len(_ENTITY.findall(text)) == text.count("&"))
    return _ENTITY.sub(letter, text)


def _block(
    n_rows: int, rows: Places, texts: pa.Array, place: Places, numbers: npt.NDArray[np.float64], is_number: Mask
) -> Block:
    """One column of a window: of its cells the row, the place among the texts, the number and whether it is one."""
    taken = np.full(n_rows, -1, np.int32)
    taken[rows] = place
    text = texts.take(pa.array(taken, mask=taken < 0) if len(rows) < n_rows else pa.array(taken))
    if not is_number.any():
        return text, None
    number, missing = np.zeros(n_rows), np.ones(n_rows, bool)
    number[rows], missing[rows] = numbers, ~is_number
    return text, pa.array(number, mask=missing if missing.any() else None)


def _number_styles(package: Package) -> Mask:
    """Per cell style whether it shows a number as a number. Raises _NotPlain."""
    if not package.has(STYLES):
        return np.ones(1, bool)
    styles = package.read(STYLES)
    formats = {int(number): code for number, code in _FORMAT.findall(styles)}
    found = _CELL_STYLES.search(styles)
    _require(found is not None and len(formats) == styles.count(b"<numFmt "))
    assert found is not None
    ids = [int(number) for number in _STYLE_FORMAT.findall(found[1])]
    _require(len(ids) == found[1].count(b"<xf ") + found[1].count(b"<xf>"))
    shows = [
        not _LETTER_OF_DATE.search(formats[number]) if number in formats else number in _NUMBER_FORMATS
        for number in ids
    ]
    return np.array(shows or [True], bool)


def _shared_texts(package: Package) -> pa.Array:
    """The texts that cells share; null for the empty one. Raises _NotPlain."""
    if not package.has(SHARED):
        return pa.array([], pa.string())
    part = package.read(SHARED)
    _require(not _ENCODING.search(part[:200]) and b"_x" not in part and b"\r" not in part and b"<rPh" not in part)
    _require(b"<!" not in part and _is_utf8(part))
    bodies = _SHARED_TEXT.findall(part)
    _require(len(bodies) == part.count(b"<si>") == part.count(b"<si"))
    texts = [b"".join(_ONE_TEXT.findall(body)) for body in bodies]
    _require(part.count(b"<t>") + part.count(b"<t ") + part.count(b"<t/>") == len(_ONE_TEXT.findall(part)))
    return _unescaped(pa.array([text.decode() for text in texts], pa.string()))
