"""The tables of one sheet: the part of it that is read, where each table begins and ends, and what stands above it.

Usually there is one. With `repeat` every row that holds the header's texts begins another of the same kind; what stands
between the end of one and the header of the next is the next one's title, so that its period can be read there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.findings import Finding, Refused
from etl.frames import RawTable, Sheet, column_letters, row_key, split_key
from etl.layouts import Layout
from etl.transform.layout import (
    HEAD_ROWS,
    Grid,
    as_text,
    classify,
    find_headers,
    head,
    header_paths,
    is_empty,
    lines,
    path_text,
    pick,
    pick_number,
    take_rows,
    transposed,
)
from etl.transform.text import each, fold, tidy_text

_HEADER_PROBES = 5
_NUMBER = re.compile(r"[-(]?\d[\d.,]*[)%]?")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True)
class _Span:
    """0-based rows of one table: its title from `top`, its header, its data from `data` to before `end`."""

    top: int
    header: int
    data: int
    end: int
    title: str


def read_tables(sheet: Sheet, block: Layout) -> tuple[list[RawTable], Grid]:
    """The tables that the layout asks for, control rows still in them, and the sheet's head.

    Raises Refused without a header, and where a table of another kind begins below.
    """
    sheet, top, bottom = _inside(sheet, block)
    grid = head(sheet, top + HEAD_ROWS)
    headers = find_headers(sheet, grid, block, top)
    spans = _spans(sheet, block, headers, top, bottom)
    first = block.header.nth - 1
    chosen = spans[first:] if block.repeat else spans[first : first + 1]
    text = tuple(as_text(column) for column in sheet.text)
    tables = [_without_repeated_headers(_table(sheet, text, block, span)) for span in chosen]
    outside = chosen[0].top + sheet.n_rows - chosen[-1].end
    if outside:
        tables[0] = replace(tables[0], skipped={**tables[0].skipped, "luar": outside})
    return tables, grid


# ── which part of the sheet ──────────────────────────────────────────────────────────────────────────────────────────


def _inside(sheet: Sheet, block: Layout) -> tuple[Sheet, int, int]:
    """(the sheet as it is read, first row, row after the last): what is outside the area is blanked, not cut off, so
    that every cell keeps its place."""
    top, bottom = 0, sheet.n_rows
    if block.area is not None:
        first, last = (_corner(corner) for corner in block.area.split(":"))
        left, right = first[0] or 1, last[0] or sheet.n_columns
        top, bottom = (first[1] or 1) - 1, min(last[1] or sheet.n_rows, sheet.n_rows)
        columns = range(left - 1, min(right, sheet.n_columns))
        sheet = replace(
            sheet,
            text=tuple(_only(c, top, bottom) if at in columns else _none(c) for at, c in enumerate(sheet.text)),
            number=tuple(
                _only(c, top, bottom) if c is not None and at in columns else None for at, c in enumerate(sheet.number)
            ),
        )
        if not any(len(column) > column.null_count for column in sheet.text):
            raise Refused(_empty_area(sheet, block.area))
        if block.transpose:
            top, bottom = left - 1, min(right, sheet.n_columns)
    elif block.transpose:
        bottom = sheet.n_columns
    return (transposed(sheet) if block.transpose else sheet), top, bottom


def _corner(corner: str) -> tuple[int, int]:
    """`B12` → (2, 12); the row is 0 where it is not stated."""
    letters = corner.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column, int(corner[len(letters) :] or 0)


def _only(column: pa.Array | pa.ChunkedArray, top: int, bottom: int) -> pa.ChunkedArray:
    """The column with rows outside [top, bottom) empty."""
    n_rows = len(column)
    if top >= bottom:
        return pa.chunked_array([pa.nulls(n_rows, column.type)])
    inside = column.slice(top, bottom - top)
    chunks = inside.chunks if isinstance(inside, pa.ChunkedArray) else [inside]
    return pa.chunked_array([pa.nulls(top, column.type), *chunks, pa.nulls(n_rows - bottom, column.type)])


def _none(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pa.nulls(len(column), pa.string())


def _empty_area(sheet: Sheet, area: str) -> Finding:
    return Finding(
        rule="lembar_kosong",
        message=f"Bagian {area} {f'pada lembar `{sheet.name}` ' if sheet.name else ''}tidak berisi apa-apa.",
        cause="Tabel dipindah ke bagian lain dari lembar, belum diisi, atau isinya terhapus.",
        action="Kembalikan tabel ke tempat semula; bila memang dipindah, sampaikan ke Diskominfo.",
        sheet=sheet.name,
    )


# ── where each table begins and ends ─────────────────────────────────────────────────────────────────────────────────


def _spans(sheet: Sheet, block: Layout, headers: Sequence[int], top: int, bottom: int) -> list[_Span]:
    rows = 0 if block.header.none else block.header.rows
    spans: list[_Span] = []
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        title = _joined(lines(sheet, top, header)) if rows else ""
        if spans and not title and _goes_on(sheet, header):
            title = spans[-1].title
        limit = bottom if following is None else following
        data = min(header + rows + block.skip, limit)
        end = bottom if following is None else _title_top(sheet, block, data, following)
        spans.append(_Span(top, header, data, end, title))
        top = end
    return spans


def _goes_on(sheet: Sheet, header: int) -> bool:
    """Whether the header stands directly below a row of data: a page break, not another table."""
    above, own = lines(sheet, header - 1, header + 1)
    return any(above) and not _may_be_title(above, sum(map(bool, own)))


def _joined(rows: Grid) -> str:
    return "\n".join(" ".join(cell for cell in row if cell) for row in rows if any(row))


def _title_top(sheet: Sheet, block: Layout, data: int, header: int) -> int:
    """The row with which the title of the table at `header` begins; the table above has its data from `data` on.

    Below the row that `stop` names there is no data any more. Without one the title is the paragraph above the header,
    when a blank row divides it from the table above and it looks like no row of a table: few cells, and no number but
    a year. What is taken for data by mistake is told as an unknown region; a row taken for a title would be lost.
    """
    _, stop = classify([as_text(column.slice(data, header - data)) for column in sheet.text], block.stop)
    if data + stop < header:
        return _below_footer(sheet, block, data + stop, header)
    above = max(data, header - HEAD_ROWS)
    rows = lines(sheet, above, header)
    width = sum(map(bool, lines(sheet, header, header + 1)[0]))
    at = len(rows)
    while at and not any(rows[at - 1]):
        at -= 1
    while at and any(rows[at - 1]) and _may_be_title(rows[at - 1], width):
        at -= 1
    divided = at > 0 and not any(rows[at - 1])
    return above + at if divided and at < len(rows) and any(rows[at]) else header


def _may_be_title(row: Sequence[str], width: int) -> bool:
    filled = [cell for cell in row if cell]
    numbers = [cell for cell in filled if _NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell)]
    return len(filled) <= max(1, width // 2) and not numbers


def _below_footer(sheet: Sheet, block: Layout, stop: int, header: int) -> int:
    """The first row below the footer's paragraphs: those that begin with a text of `stop`, the last one excepted."""
    starts = [fold(text) for text in block.stop]
    rows = lines(sheet, stop, header)
    paragraphs = [at for at, row in enumerate(rows) if any(row) and (at == 0 or not any(rows[at - 1]))]
    for at in paragraphs:
        first = next(cell for cell in rows[at] if cell)
        if not any(fold(first).startswith(text) for text in starts):
            return stop + at
    last = paragraphs[-1]
    attached = any(rows[-1])
    return stop + last if attached else header


# ── the rows of one table ────────────────────────────────────────────────────────────────────────────────────────────


def _table(sheet: Sheet, text: Sequence[pa.Array], block: Layout, span: _Span) -> RawTable:
    rows = 0 if block.header.none else block.header.rows
    blank, end = classify([column.slice(span.data, span.end - span.data) for column in text], block.stop)
    keep = np.flatnonzero(~blank[:end]) + span.data
    header = lines(sheet, span.header, span.header + rows)
    paths = header_paths(header, 0, rows, sheet.n_columns) if rows else (("",),) * sheet.n_columns
    used = [at for at in range(sheet.n_columns) if any(paths[at]) or not is_empty(text[at], keep)]
    skipped = {
        "kepala": span.data - span.top,
        "kosong": int(blank[:end].sum()),
        "kaki": span.end - span.data - end,
    }
    return RawTable(
        sheet=sheet.name,
        sheet_no=sheet.no,
        keys=pa.array(keep + row_key(sheet.no, 1), pa.int64()),
        headers=tuple(paths[at] for at in used),
        text=tuple(pick(text[at], keep) for at in used),
        number=tuple(pick_number(sheet.number[at], keep) for at in used),
        col_no=tuple(at + 1 for at in used),
        title=span.title,
        skipped={kind: count for kind, count in skipped.items() if count},
        facts=(("kepala tabel", rows_text(span.header + 1, rows, block) if rows else "tidak ada"),),
    )


def rows_text(first: int, count: int, block: Layout) -> str:
    """`baris 6-8`; the rows of a table read sideways are the sheet's columns."""
    name, shown = ("kolom", column_letters) if block.transpose else ("baris", str)
    last = f"-{shown(first + count - 1)}" if count > 1 else ""
    return f"{name} {shown(first)}{last}"


def _without_repeated_headers(table: RawTable) -> RawTable:
    """Takes out header rows printed again further down (page breaks).

    Raises Refused where a row repeats only part of the header: another table begins there, and reading it under this
    header would load its figures as something they are not.
    """
    named = [at for at, path in enumerate(table.headers) if any(path) and not path_text(path).isdigit()]
    again = np.zeros(len(table.keys), bool)
    for at in named[:_HEADER_PROBES]:
        for text in set(table.headers[at]) - {""}:
            same = each(partial(pc.equal, text), table.text[at])
            again |= np.asarray(pc.fill_null(same, False))
    rows = np.flatnonzero(again)
    for row in rows:
        cells = [(tidy_text(column[int(row)].as_py() or ""), at) for at, column in enumerate(table.text)]
        if not all(text in table.headers[at] for text, at in cells if text):
            raise Refused(_second_table(table, int(row)))
    if not len(rows):
        return table
    skipped = {**table.skipped, "kepala": table.skipped.get("kepala", 0) + len(rows)}
    return replace(take_rows(table, np.flatnonzero(~again)), skipped=skipped)


def _second_table(table: RawTable, row: int) -> Finding:
    row_no = split_key(table.keys[row].as_py())[1]
    return Finding(
        rule="satu_tabel",
        message=f"Di baris {row_no} tampaknya mulai tabel lain: judul kolom muncul lagi dengan susunan berbeda.",
        cause="Dua tabel ditaruh di satu lembar.",
        action="Pisahkan tabel kedua ke lembar lain, atau minta Diskominfo menyatakan batasnya (`stop` atau `area`) "
        "pada kontrak.",
        sheet=table.sheet,
        row=row_no,
    )
