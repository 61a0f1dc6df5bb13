"""HTML, which many applications save under the name .xls: its tables as sheets, laid out as the page shows them.

A page may nest tables to lay out others (BPS: frozen panes for header, labels and figures), so a cell that holds
tables becomes the block of their cells. What stands around a table is its title and its footnotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path, PurePosixPath

import pyarrow as pa
from lxml import etree

from etl.extract.cells import texts
from etl.extract.choice import choose
from etl.extract.encoding import Bytes, declared_text
from etl.extract.hidden import hidden_note
from etl.extract.problems import dotted, note, refused
from etl.extract.records import too_large
from etl.extract.scan import MAX_AREA
from etl.findings import Finding, Refused
from etl.frames import Sheet

MAX_HTML = 60_000_000
"""Bytes of one page; its tree is 25 times as large."""

MAX_SPAN = 1_000
"""Columns that one cell may cover, as in browsers."""

MAX_COLUMNS = 16_384
"""Excel's own limit."""

AROUND = 10
"""Lines of text above and below a table that are taken for its title and footnotes; a site's menu is longer."""

_META = re.compile(rb"""(?i)<meta\b[^>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)""")
_BLOCKS = frozenset(
    "address article body br caption center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr".split()
)
_BLOCKS |= frozenset("html li main nav ol option p pre section table tbody td tfoot th thead tr ul".split())
_UNSEEN = ("script", "style", "head", "xml", "noscript", "template")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*(hidden|collapse)")
_FAULT = re.compile(
    r"(?i)^\s*[45]\d\d\b|\b(error|galat|kesalahan|denied|ditolak|forbidden|blocke?d?|not found|tidak ditemukan)\b"
)
_FIGURE = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+([.,]\d+)?\s?%?")

FEW_FIGURES = 4
"""Fewer than these in all tables of a page that asks for a password or speaks of an error: it is no data."""

Grid = list[list[str]]
"""Rows of texts; a short row is filled with empty ones."""


def read_html(path: Path, name: str, wanted: Sequence[str] | None, encoding: str | None) -> list[Sheet]:
    """The wanted tables (named by their caption or `Tabel 1`, …), or the largest; one that is alone is always taken.

    Raises Refused when the page holds no table, quoting what it says.
    """
    if (size := path.stat().st_size) > MAX_HTML:
        raise too_large(name, f"halaman HTML ini {dotted(size // 1_000_000)} MB")
    with path.open("rb") as file:
        declared = _META.search(file.read(4096))
    text = declared_text(path, name, encoding, declared[1].decode() if declared else "")
    page = _parsed(text.data[text.start :], name)
    tables = _tables(page, name)
    if not tables or _is_message(page, tables):
        raise _no_table(name, page)
    names = _names(tables)
    if wanted is None:
        chosen = [max(range(len(tables)), key=lambda no: sum(map(_filled, tables[no].grid)))]
    else:
        chosen = [0] if len(tables) == 1 else choose(names, [True] * len(tables), wanted, name)
    notes = text.notes + _cut_off(text.data, name)
    facts = (("format", "HTML"), ("pengodean", text.encoding), ("tabel di halaman", str(len(tables))))
    return [replace(_sheet(tables[no], no, names[no], name, notes), facts=facts) for no in chosen]


@dataclass
class _Table:
    """grid: the cells, lines of text above and below included. hidden: rows (1-based) that the page does not show."""

    grid: Grid
    caption: str = ""
    hidden: list[int] = field(default_factory=list)


def _parsed(content: bytes, name: str) -> etree._Element:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True
    )
    page = etree.fromstring(content, parser)
    if any(error.level_name == "FATAL" for error in parser.error_log):  # the rest of the page would be missing
        raise too_large(name, "halaman HTML-nya bersarang terlalu dalam atau satu selnya terlalu panjang")
    if page is None:
        raise _no_table(name, None)
    return page


def _tables(page: etree._Element, name: str) -> list[_Table]:
    """Tables with at least two rows of two filled cells; smaller ones are text of those they stand beside."""
    layout = _Layout(name)
    tables: list[_Table] = []
    lines: Grid = []
    for item in _flow(page):
        if isinstance(item, str):
            lines.append([item])
            continue
        layout.hidden = []
        grid = layout.grid(item, 0)
        while grid and not any(grid[-1]):
            grid.pop()
        if sum(_filled(row) > 1 for row in grid) < 2:
            lines += [[" ".join(filter(None, row))] for row in grid if any(row)]
            continue
        caption = item.find("caption")
        above = lines[-AROUND:]
        if tables:  # what stands between two tables are footnotes of the first or the title of the second: both
            tables[-1].grid += lines[:AROUND]
        hidden = [row + len(above) for row in layout.hidden]
        tables.append(_Table([*above, *grid], "" if caption is None else _text(caption), hidden))
        lines = []
    if tables:
        tables[-1].grid += lines[:AROUND]
    return tables


def _flow(element: etree._Element) -> Iterator[str | etree._Element]:
    """What an element holds from top to bottom: lines of text, and tables whole."""
    line: list[str] = []

    def ended() -> list[str]:
        text = _normal("".join(line))
        line.clear()
        return [text] if text else []

    walk = etree.iterwalk(element, events=("start", "end"))
    for event, here in walk:
        if event == "end":
            if here.tag in _BLOCKS:
                yield from ended()
            if here is not element:
                line.append(here.tail or "")
        elif here.tag in _UNSEEN or not isinstance(here.tag, str):
            walk.skip_subtree()
        elif here.tag == "table" and here is not element:
            yield from ended()
            yield here
            walk.skip_subtree()
        else:
            if here.tag in _BLOCKS:
                yield from ended()
            line.append(here.text or "")
    yield from ended()


class _Layout:
    """Tables to cells, as many as a sheet may have and no more."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spent = 0
        self.hidden: list[int] = []

    def spend(self, cells: int) -> None:
        self.spent += cells
        if self.spent > MAX_AREA:
            raise too_large(self.name, f"tabelnya lebih dari {dotted(MAX_AREA)} sel")

    def grid(self, table: etree._Element, depth: int) -> Grid:
        """A table's own rows, and tables that stand in it outside any cell, from top to bottom."""
        done: Grid = []
        rows: list[etree._Element] = []
        for part in _rows(table):
            if part.tag == "tr":
                rows.append(part)
                continue
            done += self.rows(rows, depth)
            done += self.grid(part, depth + 1)
            rows = []
        return done + self.rows(rows, depth)

    def rows(self, rows: list[etree._Element], depth: int) -> Grid:
        if depth == 0:
            self.hidden += [no for no, row in enumerate(rows, start=1) if _HIDDEN.search(row.get("style") or "")]
        if not any(map(_has_table, rows)):
            grid: Grid = [[] for _ in rows]
            for row, column, _, _, cell in self.places(rows):
                line = grid[row]
                line += [""] * (column - len(line))
                line.append(_text(cell))
            return grid
        places = list(self.places(rows))
        blocks = {at: self.blocks(cell, depth) for at, (_, _, _, _, cell) in enumerate(places) if _has_table(cell)}
        _align(blocks, places)
        laid = [
            (row, column, down, across, _stacked(blocks[at]) if at in blocks else [[_text(cell)]])
            for at, (row, column, down, across, cell) in enumerate(places)
        ]
        return self.laid(laid, len(rows))

    def places(self, rows: list[etree._Element]) -> Iterator[tuple[int, int, int, int, etree._Element]]:
        """(row, column, rows down, columns across, cell): where the cells of a table stand, from 0."""
        busy: list[int] = []  # per column, the row from which it is free
        for row, line in enumerate(rows):
            column = 0
            for cell in _cells(line):
                while column < len(busy) and busy[column] > row:
                    column += 1
                across, down = 1, 1
                if stated := cell.get("colspan"):
                    across = min(max(_number(stated, 1), 1), MAX_SPAN)
                if stated := cell.get("rowspan"):
                    down = min(_number(stated, 1) or len(rows), len(rows) - row)
                if column + across > MAX_COLUMNS:
                    raise too_large(self.name, f"satu baris tabelnya lebih dari {dotted(MAX_COLUMNS)} kolom")
                busy += [0] * (column + across - len(busy))
                busy[column : column + across] = [row + down] * across
                self.spend(across)
                yield row, column, down, across, cell
                column += across

    def blocks(self, cell: etree._Element, depth: int) -> list[Grid]:
        """What a cell with tables holds, from top to bottom."""
        return [[[item]] if isinstance(item, str) else self.grid(item, depth + 1) for item in _flow(cell)]

    def laid(self, places: list[tuple[int, int, int, int, Grid]], n_rows: int) -> Grid:
        """Blocks at the places of their cells, rows and columns made large enough for what stands in them."""
        n_columns = max((column + across for _, column, _, across, _ in places), default=0)
        heights, widths = [1] * n_rows, [1] * n_columns
        for only in (True, False):  # cells that cover one row or column first, then those that cover several
            for row, column, down, across, block in places:
                if (down == 1) is only:
                    heights[row + down - 1] += max(0, len(block) - sum(heights[row : row + down]))
                if (across == 1) is only:
                    widths[column + across - 1] += max(0, _width(block) - sum(widths[column : column + across]))
        self.spend(sum(heights) * sum(widths))
        grid = [[""] * sum(widths) for _ in range(sum(heights))]
        top, left = list(accumulate(heights, initial=0)), list(accumulate(widths, initial=0))
        for row, column, _, _, block in places:
            for number, line in enumerate(block, start=top[row]):
                grid[number][left[column] : left[column] + len(line)] = line
        return grid


def _align(blocks: dict[int, list[Grid]], places: list[tuple[int, int, int, int, etree._Element]]) -> None:
    """Cells beside each other that hold equally many blocks are panes of one table: their blocks begin together."""
    panes: dict[tuple[int, int], list[list[Grid]]] = {}
    for at, held in blocks.items():
        panes.setdefault((places[at][0], len(held)), []).append(held)
    for beside in panes.values():
        for level in zip(*beside, strict=True):
            height = max(map(len, level))
            for block in level:
                block += [[] for _ in range(height - len(block))]


def _stacked(blocks: list[Grid]) -> Grid:
    return [line for block in blocks for line in block] or [[""]]


def _width(block: Grid) -> int:
    return max(map(len, block), default=0)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """Rows of a table and tables between them, whatever else is wrapped around; its foot comes last."""
    for part in sorted(table, key=lambda part: part.tag == "tfoot"):
        if part.tag in ("tr", "table"):
            yield part
        elif part.tag not in (*_UNSEEN, "caption", "colgroup", "col", "td", "th"):
            yield from _rows(part)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for part in row:
        if part.tag in ("td", "th"):
            yield part
        elif part.tag not in (*_UNSEEN, "table"):
            yield from _cells(part)


def _has_table(cell: etree._Element) -> bool:
    return len(cell) > 0 and cell.find(".//table") is not None


def _text(cell: etree._Element) -> str:
    if len(cell) == 0:
        return _normal(cell.text or "")
    return " ".join(item for item in _flow(cell) if isinstance(item, str))


def _normal(text: str) -> str:
    """One line with single blanks; blanks that do not break (`&nbsp;`) at the beginning indent, so they stay."""
    words = " ".join(text.split())
    if "\xa0" not in text:
        return words
    start = text.lstrip(" \t\r\n")
    return " " * (len(start) - len(start.lstrip("\xa0"))) + words if words else ""


def _number(text: str, default: int) -> int:
    digits = re.match(r"\s*(\d{1,6})", text)
    return int(digits[1]) if digits else default


def _filled(row: Iterable[str]) -> int:
    return sum(map(bool, row))


def _names(tables: list[_Table]) -> list[str]:
    """A table that is alone has no name, unless it has a caption: a contract may then call its sheet what it likes."""
    if len(tables) == 1 and not tables[0].caption:
        return [""]
    names: list[str] = []
    for number, table in enumerate(tables, start=1):
        name = table.caption[:100] or f"Tabel {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def _sheet(table: _Table, no: int, sheet: str, name: str, notes: tuple[Finding, ...]) -> Sheet:
    width = _width(table.grid)
    lines = [line if len(line) == width else line + [""] * (width - len(line)) for line in table.grid]
    columns = [pa.chunked_array([texts(values)]) for values in zip(*lines, strict=True)]
    while columns and columns[-1].null_count == len(columns[-1]):
        columns.pop()
    if table.hidden:
        notes = (*notes, hidden_note(name, sheet, [(row, row) for row in table.hidden], []))
    return Sheet(name=sheet, no=no, text=tuple(columns), number=(None,) * len(columns), notes=notes)


def _is_message(page: etree._Element, tables: list[_Table]) -> bool:
    """A login form, or an error page, whose words stand in a table."""
    headings = " ".join(_text(element) for element in page.iter("title", "h1", "h2"))
    if page.find(".//input[@type='password']") is None and not _FAULT.search(headings):
        return False
    return (
        sum(_FIGURE.fullmatch(cell) is not None for table in tables for row in table.grid for cell in row) < FEW_FIGURES
    )


def _cut_off(data: Bytes, name: str) -> tuple[Finding, ...]:
    """A parser of HTML closes what was left open, so that a page cut off in the middle looks whole."""
    if len(re.findall(rb"(?i)<table\b", data)) <= len(re.findall(rb"(?i)</table\b", data)):
        return ()
    message = "Tabel di halaman ini tidak ditutup: bagian akhirnya mungkin hilang."
    cause = "Pengunduhan atau penyimpanannya terputus, atau aplikasi asalnya menulis HTML yang tidak lengkap."
    return (
        note("html_tidak_ditutup", message, cause, "Bandingkan baris terakhirnya dengan aplikasi asal.", file=name),
    )


def _no_table(name: str, page: etree._Element | None) -> Refused:
    said = "" if page is None else " ".join(item if isinstance(item, str) else _text(item) for item in _flow(page))
    ending = PurePosixPath(name).suffix
    return refused(
        "bukan_lembar_kerja",
        f"Isinya halaman web (HTML) tanpa tabel data{f', walau namanya berakhiran {ending}' if ending else ''}.",
        "Aplikasi atau situs asalnya menyimpan halaman masuk (login) atau pesan galat, bukan datanya.",
        "Baca isi yang dikutip, masuk kembali ke aplikasinya, lalu unduh ulang datanya.",
        file=name,
        value=said,
    )
