"""Where the table is on the sheet: which sheet, where the header, what is blank, footer or control row.

The geometry is data in the contract (Layout); this module only follows it, and when the sheet is laid out otherwise it
says where things seem to be now. Rows are classified by column operations, so a million blank rows cost nothing.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.findings import Finding, Owner, Refused
from etl.frames import RawTable, Sheet, column_letters
from etl.layouts import Header, Layout
from etl.transform.text import as_array, distinct, each, fold, folded, tidy_text, unmarked, without_unit

HEAD_ROWS = 60
"""A header is looked for in the first rows only."""
_TRANSPOSABLE = 2_000
_LONGEST_HEADER = 300
_YEAR_AS_NUMBER = re.compile(r"^((?:19|20)\d\d)\.0+$")
"""A year that a program wrote as a number: `2022.0`."""

Grid = list[list[str]]
"""The first rows of a sheet as tidied text, empty cells as ''."""


def head(sheet: Sheet, n_rows: int = HEAD_ROWS) -> Grid:
    """The first rows of the sheet."""
    return lines(sheet, 0, n_rows)


def lines(sheet: Sheet, start: int, end: int) -> Grid:
    """Rows `start` to before `end` (0-based) as tidied text."""
    columns = [column.slice(start, max(end - start, 0)).to_pylist() for column in sheet.text]
    return [[tidy_text(cell or "") for cell in row] for row in zip(*columns, strict=True)]


# ── which sheet ──────────────────────────────────────────────────────────────────────────────────────────────────────


def select_sheets(sheets: Sequence[Sheet], block: Layout) -> list[Sheet]:
    """The sheets that the layout names, in the order of the workbook. Raises Refused when there is none.

    A file of another format than a workbook has one sheet without a name, which is the one that was meant.
    """
    if not sheets:
        raise Refused(_no_sheet("berkas tidak berisi satu lembar pun", ""))
    if block.sheet is None:
        visible = [sheet for sheet in sheets if not sheet.hidden] or list(sheets)
        filled = [sheet for sheet in visible if _has_content(sheet)]
        return [(filled or visible)[0]]
    patterns = [block.sheet] if isinstance(block.sheet, str) else list(block.sheet)
    chosen = [s for s in sheets if any(fnmatch.fnmatchcase(fold(s.name), fold(pattern)) for pattern in patterns)]
    if not chosen and len(sheets) == 1 and not sheets[0].name:
        return list(sheets)
    if not chosen:
        asked = ", ".join(f"`{pattern}`" for pattern in patterns)
        names = ", ".join(f"`{sheet.name}`" for sheet in sheets[:20])
        raise Refused(_no_sheet(f"lembar {asked} tidak ada; yang ada: {names}", asked))
    return chosen


def _has_content(sheet: Sheet) -> bool:
    return any(len(column) > column.null_count for column in sheet.text)


def _no_sheet(message: str, asked: str) -> Finding:
    return Finding(
        rule="lembar_ada",
        message=f"Lembar kerja tidak ditemukan: {message}.",
        cause="Nama lembar diganti, lembar dihapus, atau berkas lain yang terkirim.",
        action="Kembalikan nama lembar seperti semula, atau beri tahu Diskominfo bila susunannya memang berubah.",
        value=asked.replace("`", ""),
    )


# ── rows and columns exchanged ───────────────────────────────────────────────────────────────────────────────────────


def transposed(sheet: Sheet) -> Sheet:
    """The sheet with rows and columns exchanged: its row n is column n of the sheet. Raises Refused when too long."""
    if sheet.n_rows > _TRANSPOSABLE:
        raise Refused(
            Finding(
                rule="kepala_ditemukan",
                message=f"Lembar berisi {sheet.n_rows} baris, terlalu panjang untuk tabel yang dibaca menyamping.",
                cause="Susunan berkas bukan lagi menyamping, atau banyak baris kosong di bawahnya.",
                action="Hapus baris kosong, atau beri tahu Diskominfo bila susunannya berubah.",
                sheet=sheet.name,
            )
        )
    text = list(zip(*(column.to_pylist() for column in sheet.text), strict=True))
    number = list(zip(*((column or pa.nulls(sheet.n_rows)).to_pylist() for column in sheet.number), strict=True))
    return replace(
        sheet,
        text=tuple(pa.array(row, pa.string()) for row in text),
        number=tuple(pa.array(row, pa.float64()) for row in number),
    )


# ── the header ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find_headers(sheet: Sheet, grid: Grid, block: Layout, top: int = 0) -> list[int]:
    """0-based (first) header rows of every table to be read, from row `top` on. Raises Refused when there is none.

    One, unless the tables `repeat`. grid: the rows in which a single header is looked for.
    """
    header = block.header
    if not _has_content(sheet):
        raise Refused(_empty(sheet))
    if header.none:
        return [top]
    if header.row is not None:
        if header.row > sheet.n_rows:
            raise Refused(
                _no_header(sheet, f"lembar hanya berisi {sheet.n_rows} baris, kepala diharapkan di baris {header.row}")
            )
        return [max(header.row - 1, top)]
    wanted = folded(header.find)
    everywhere = block.repeat or header.nth > 1
    rows = _cells_among(sheet, wanted) if everywhere else dict(enumerate(_folded_rows(grid)))
    found: list[int] = []
    for place in sorted(rows):
        window = frozenset[str]().union(*(rows.get(place + level, frozenset()) for level in range(header.rows)))
        begins = place >= top and (not found or place >= found[-1] + header.rows)
        if begins and rows[place] & wanted and wanted <= window:
            found.append(place)
            if not everywhere:
                break
    if len(found) < header.nth:
        raise Refused(_not_found(sheet, grid, header, len(found)))
    return found


def _folded_rows(grid: Grid) -> list[frozenset[str]]:
    return [frozenset(form for cell in row if cell for form in _forms(cell)) for row in grid]


def _forms(cell: str) -> tuple[str, ...]:
    """A header text as it stands, and without a footnote mark and a unit in brackets."""
    bare = unmarked(cell)
    return fold(cell), fold(bare), fold(without_unit(bare)[0])


def _cells_among(sheet: Sheet, wanted: frozenset[str]) -> dict[int, frozenset[str]]:
    """Every row of the sheet that holds any of the wanted texts, and which."""
    rows: dict[int, frozenset[str]] = {}
    for column in sheet.text:
        values, index = distinct(column)
        short = [(at, value) for at, value in enumerate(values) if len(value) < _LONGEST_HEADER]
        hits = {at: wanted.intersection(_forms(value)) for at, value in short}
        hits = {at: texts for at, texts in hits.items() if texts}
        for row in np.flatnonzero(np.isin(index, list(hits))) if hits else ():
            rows[int(row)] = rows.get(int(row), frozenset()) | hits[int(index[row])]
    return rows


def _not_found(sheet: Sheet, grid: Grid, header: Header, count: int) -> Finding:
    if count:
        message = f"hanya ada {count} kepala tabel dengan judul kolom yang dicari, kontrak meminta yang ke-{header.nth}"
        return _no_header(sheet, message)
    wanted, rows = folded(header.find), _folded_rows(grid)
    best = max(((len(row & wanted), -place) for place, row in enumerate(rows)), default=(0, 0))
    missing = [text for text in header.find if fold(text) not in (rows[-best[1]] if best[0] else ())]
    near = f"; paling mirip baris {1 - best[1]}, tetapi tanpa " if best[0] else "; tidak ditemukan: "
    message = f"tidak ada baris berisi semua judul kolom yang dicari dalam {len(rows)} baris pertama{near}"
    return _no_header(sheet, message + ", ".join(f"`{text}`" for text in missing))


def _empty(sheet: Sheet) -> Finding:
    return Finding(
        rule="lembar_kosong",
        message=f"{f'Lembar `{sheet.name}`' if sheet.name else 'Berkas'} tidak berisi apa-apa selain format sel.",
        cause="Templat dikirim sebelum diisi, isinya terhapus, atau datanya ada di lembar atau berkas lain.",
        action="Isi tabelnya, atau kirim berkas yang berisi data.",
        sheet=sheet.name,
    )


def _no_header(sheet: Sheet, message: str) -> Finding:
    return Finding(
        rule="kepala_ditemukan",
        message=f"Kepala tabel tidak ditemukan: {message}.",
        cause="Judul kolom diganti, tabel dipindah, atau lembar lain yang terisi.",
        action="Kembalikan judul kolom seperti templat; bila memang berubah, sampaikan ke Diskominfo.",
        sheet=sheet.name,
    )


def header_paths(grid: Grid, first: int, rows: int, n_columns: int) -> tuple[tuple[str, ...], ...]:
    """Per column its header texts from the top down.

    A merged cell comes as one filled cell followed by blanks, so an upper level is carried to the right as long as the
    columns have a text below it, stay in the same group above, and the cell it came from heads a group itself.
    """
    texts = [grid[row] if row < len(grid) else [""] * n_columns for row in range(first, first + rows)]
    levels = [[_YEAR_AS_NUMBER.sub(r"\1", text) for text in row] for row in texts]
    for level in range(rows - 1):
        source = -1
        for at in range(n_columns):
            if levels[level][at]:
                source = at if _below(levels, level, at) else -1
            elif source >= 0 and _below(levels, level, at) and _same_group(levels, level, source, at):
                levels[level][at] = levels[level][source]
            else:
                source = -1
    return tuple(tuple(levels[level][at] for level in range(rows)) for at in range(n_columns))


def _below(levels: Grid, level: int, at: int) -> bool:
    return any(lower[at] for lower in levels[level + 1 :])


def _same_group(levels: Grid, level: int, source: int, at: int) -> bool:
    return all(upper[source] == upper[at] for upper in levels[:level])


def path_text(path: Sequence[str]) -> str:
    """`BB/U / Kurang`: the levels that are filled, joined; a level that repeats the one above counts once."""
    parts = [text for place, text in enumerate(path) if text and (place == 0 or text != path[place - 1])]
    return " / ".join(parts)


def likely_header(grid: Grid, wanted: frozenset[str]) -> int | None:
    """1-based row that holds most of the wanted header texts (at least two, or the only one); None when none does."""
    scores = [len(wanted & {fold(cell) for cell in row if cell}) for row in grid]
    best = max(scores, default=0)
    return scores.index(best) + 1 if best >= min(2, len(wanted)) and best > 0 else None


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One array of text or of codes over text."""
    array = as_array(column)
    of = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    return array if pa.types.is_string(of) else pc.cast(array, pa.string())


def classify(columns: Sequence[pa.Array], stop: Sequence[str]) -> tuple[npt.NDArray[np.bool_], int]:
    """(which rows are blank, place of the first footer row). A row is looked at until its first filled cell only."""
    n_rows = len(columns[0]) if columns else 0
    blank = np.ones(n_rows, bool)
    end = n_rows
    for number, column in enumerate(columns):
        waiting = np.flatnonzero(blank) if number else None
        cells = column if waiting is None else column.take(pa.array(waiting))
        empty = np.asarray(pc.fill_null(each(_is_blank, cells), True))
        if stop and not empty.all():
            begins = np.asarray(pc.fill_null(each(lambda texts: _begins_with(texts, stop), cells), False))
            footers = np.flatnonzero(begins & ~empty)
            if len(footers):
                end = min(end, int(footers[0] if waiting is None else waiting[footers[0]]))
        blank[slice(None) if waiting is None else waiting] = empty
        if not blank.any():
            break
    return blank, end


def _is_blank(cells: pa.Array) -> pa.Array:
    """Nothing in the cell but spaces."""
    return pc.or_(pc.utf8_is_space(cells), pc.equal(cells, ""))


def _begins_with(cells: pa.Array, texts: Sequence[str]) -> pa.Array:
    bare = pc.utf8_ltrim_whitespace(cells)
    found = pc.starts_with(bare, tidy_text(texts[0]), ignore_case=True)
    for text in texts[1:]:
        found = pc.or_(found, pc.starts_with(bare, tidy_text(text), ignore_case=True))
    return found


def pick(column: pa.Array, keep: npt.NDArray[np.int64]) -> pa.Array:
    """These rows; without a copy where they follow one another."""
    if len(keep) and keep[-1] - keep[0] + 1 == len(keep):
        return column.slice(int(keep[0]), len(keep))
    return column.take(pa.array(keep))


def pick_number(column: pa.Array | pa.ChunkedArray | None, keep: npt.NDArray[np.int64]) -> pa.Array | None:
    if column is None or len(column) == column.null_count:
        return None
    return pick(pc.cast(as_array(column), pa.float64()), keep)


def is_empty(column: pa.Array, keep: npt.NDArray[np.int64]) -> bool:
    """Whether the column holds nothing on the kept rows."""
    if column.null_count == len(column):
        return True
    picked = pick(column, keep)
    return bool(picked.null_count == len(picked))


def split_controls(table: RawTable, is_control: npt.NDArray[np.bool_]) -> RawTable:
    """The table with its control rows put aside in `controls`."""
    if not is_control.any():
        return table
    controls = take_rows(table, np.flatnonzero(is_control))
    rest = take_rows(table, np.flatnonzero(~is_control))
    skipped = {**table.skipped, "jumlah": int(is_control.sum())}
    return replace(rest, controls=replace(controls, skipped={}), skipped=skipped)


def take_rows(table: RawTable, rows: npt.NDArray[np.int64]) -> RawTable:
    return replace(
        table,
        keys=pick(table.keys, rows),
        text=tuple(pick(column, rows) for column in table.text),
        number=tuple(None if column is None else pick(column, rows) for column in table.number),
    )


def with_column(table: RawTable, name: str, col_no: int, text: pa.Array, in_controls: str | None) -> RawTable:
    """The table with a column that is not in the file; its control rows have the same text in it everywhere."""
    controls = table.controls
    if controls is not None:
        same = pa.array([in_controls] * len(controls.keys), pa.string())
        controls = with_column(controls, name, col_no, same, None)
    return replace(
        table,
        headers=(*table.headers, (name, *[""] * (len(table.headers[0]) - 1))),
        text=(*table.text, text),
        number=(*table.number, None),
        col_no=(*table.col_no, col_no),
        controls=controls,
    )


def fill_down(table: RawTable, places: Sequence[int]) -> RawTable:
    """Empty cells of these columns repeat the cell above: a cell merged downwards."""
    text, number = list(table.text), list(table.number)
    for at in places:
        empty = pc.fill_null(each(_is_blank, text[at]), True)
        text[at] = _fill_forward(text[at], empty)
        filled = number[at]
        if filled is not None:
            number[at] = pa.array(_forward(filled, np.asarray(empty)), from_pandas=True)
    return replace(table, text=tuple(text), number=tuple(number))


def _fill_forward(text: pa.Array, empty: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(text.type):
        return pc.fill_null_forward(pc.if_else(empty, None, text))
    codes = pc.fill_null_forward(pc.if_else(empty, None, text.indices))
    return pa.DictionaryArray.from_arrays(codes, text.dictionary)


def _forward(number: pa.Array, empty: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The number that belongs to the text carried down; a text cell carried down has none."""
    source = np.maximum.accumulate(np.where(empty, -1, np.arange(len(empty))))
    values = np.asarray(pc.fill_null(number, np.nan))
    return np.where(source < 0, np.nan, values[source])


def row_index(keys: pa.Array) -> pd.Index:
    """Ascending row keys as an index; where they leave none out, as a range, which takes no memory to look up in."""
    numbers: npt.NDArray[np.int64] = np.asarray(keys)
    if len(numbers) and int(numbers[-1]) - int(numbers[0]) + 1 == len(numbers):
        return pd.RangeIndex(int(numbers[0]), int(numbers[-1]) + 1)
    return pd.Index(numbers, copy=False)


def unique_headers(table: RawTable) -> list[str]:
    """Header texts as unique column names: unnamed ones by their letters, repeated ones with a number."""
    names: dict[str, None] = {}
    for path, col_no in zip(table.headers, table.col_no, strict=True):
        name = path_text(path) or f"Kolom {column_letters(col_no)}"
        count = 1
        while (name if count == 1 else f"{name} ({count})") in names:
            count += 1
        names[name if count == 1 else f"{name} ({count})"] = None
    return list(names)


def geometry_fault(sheet: str, message: str) -> Finding:
    """A contract that does not fit the sheet it describes: our job, not the agency's."""
    return Finding(
        rule="susunan_kontrak",
        message=message,
        cause="Kontrak dataset tidak cocok dengan susunan lembar.",
        action="Diskominfo memperbaiki blok layout atau columns pada kontrak.",
        owner=Owner.DISKOMINFO,
        sheet=sheet,
    )
