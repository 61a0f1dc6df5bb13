"""What a file holds, as far as its cells tell: every sheet, every table on it, every column and what rows say.

Pure: sheets, the file's name and the register of regions in, a description out; nothing is read or written. Everything
that is not certain is said in `doubts`, in Indonesian, for the person who finishes the contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from etl.frames import Sheet
from etl.inspect import rows as told
from etl.inspect.cells import Cells, cells_of
from etl.inspect.columns import ColumnSeen, Rows, see_column
from etl.inspect.frame import Frame, frames
from etl.inspect.keys import key_columns, main_wilayah, telling_ancestor
from etl.inspect.rows import Branching, Total
from etl.inspect.sums import Sum, sums_of
from etl.inspect.units import Unit, read_unit, unit_in
from etl.inspect.unsure import unsure
from etl.inspect.when import When, decide, header_period
from etl.inspect.wide import Wide, wide_of
from etl.transform import periods
from etl.transform.layout import head, header_paths, transposed
from etl.transform.regions import Regions
from etl.transform.text import fold, tidy_text


@dataclass(frozen=True)
class Asked:
    """What the person stated: sheet to draft, header row (1-based), number of header rows; year where none is said."""

    sheet: str | None = None
    header: int | None = None
    rows: int | None = None
    year: int = 2000


@dataclass(frozen=True)
class TableSeen:
    """One table. figures: columns of numbers to be stored; sums: columns that others add up to; key: places of the
    columns of words that tell rows apart; doubled: rows that still share their key with another."""

    sheet: str
    sheet_no: int
    frame: Frame
    columns: tuple[ColumnSeen, ...]
    rows: Rows
    data: Rows
    totals: tuple[Total, ...]
    tree: Branching | None
    sums: tuple[Sum, ...]
    filled_down: tuple[int, ...]
    wide: Wide | None
    when: When
    period_columns: tuple[int, ...]
    wilayah: tuple[int, ...]
    key: tuple[int, ...]
    ancestor: str | None
    doubled: int
    unit: Unit | None
    doubles: tuple[int, ...] = ()
    transposed: bool = False
    find: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def column(self, at: int) -> ColumnSeen:
        return next(column for column in self.columns if column.at == at)

    @property
    def figures(self) -> tuple[ColumnSeen, ...]:
        return tuple(column for column in self.columns if column.kind == "angka")

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal for tables of one kind."""
        return (
            self.transposed,
            self.frame.rows,
            tuple((c.at, tuple(fold(text) for text in c.path)) for c in self.columns),
        )


@dataclass(frozen=True)
class SheetSeen:
    name: str
    no: int
    n_rows: int
    n_columns: int
    hidden: bool
    tables: tuple[TableSeen, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """The file. chosen: the table that is drafted; together: sheets that hold tables of the same kind as the chosen."""

    file: str
    facts: tuple[tuple[str, str], ...]
    sheets: tuple[SheetSeen, ...]
    chosen: TableSeen | None
    together: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=())


class NoSuchSheet(LookupError):
    """The sheet that the person asked for is not in the file."""


def see(sheets: Sequence[Sheet], file: str, regions: Regions, asked: Asked) -> Seen:
    """Everything that the file shows. Raises NoSuchSheet."""
    if asked.sheet is not None and fold(asked.sheet) not in {fold(sheet.name) for sheet in sheets}:
        raise NoSuchSheet(", ".join(f"`{sheet.name}`" for sheet in sheets))
    looked = []
    for sheet in sheets:
        own = (
            asked
            if asked.sheet is None or fold(asked.sheet) == fold(sheet.name)
            else replace(asked, header=None, rows=None)
        )
        tables = see_sheet(sheet, file, regions, own, several=len(sheets) > 1)
        notes = tuple(dict.fromkeys(note.message for note in sheet.notes))[:6]
        looked.append(
            SheetSeen(sheet.name, sheet.no, sheet.n_rows, sheet.n_columns, sheet.hidden, tuple(tables), notes)
        )
    chosen = _chosen(looked, asked)
    facts = next((sheet.facts for sheet in sheets if sheet.facts), ())
    if chosen is None:
        return Seen(file, facts, tuple(looked), None)
    same = [
        sheet.name
        for sheet in looked
        if not sheet.hidden
        and sheet.tables
        and sheet.tables[0].signature == chosen.signature
        and len(sheet.tables) == 1
    ]
    together = tuple(same) if len(same) > 1 and not asked.sheet else ()
    left = [
        sheet.name
        for sheet in looked
        if sheet.tables and not sheet.hidden and sheet.no != chosen.sheet_no and sheet.name not in together
    ]
    doubts = [f"lembar lain yang berisi tabel tidak dibaca: {', '.join(left)}"] if left else []
    below = [table for sheet in looked if sheet.no == chosen.sheet_no for table in sheet.tables if table is not chosen]
    doubts += [
        f"tabel lain di lembar ini (baris {table.frame.start + 1}-{table.frame.end}) tidak dibaca" for table in below
    ]
    return Seen(file, facts, tuple(looked), chosen, together, tuple(doubts))


def _chosen(sheets: Sequence[SheetSeen], asked: Asked) -> TableSeen | None:
    """The table of the sheet that was asked for, else the largest on a visible sheet."""
    pool = [sheet for sheet in sheets if asked.sheet is None or fold(sheet.name) == fold(asked.sheet)]
    visible = [sheet for sheet in pool if not sheet.hidden] or pool
    tables = [table for sheet in visible for table in sheet.tables]
    return max(
        tables, key=lambda table: (bool(table.figures), len(table.data) * len(table.figures or "1")), default=None
    )


def see_sheet(sheet: Sheet, file: str, regions: Regions, asked: Asked, *, several: bool) -> list[TableSeen]:
    """The tables of one sheet; a table read sideways is exchanged first."""
    cells = cells_of(sheet)
    found = frames(cells, header=None if asked.header is None else asked.header - 1, rows=asked.rows)
    if len(found) == 1 and _is_sideways(cells, found[0]) and sheet.n_rows <= 2_000:
        turned = transposed(sheet)
        cells = cells_of(turned)
        return [
            replace(_table(turned, cells, frame, file, regions, asked, several), transposed=True)
            for frame in frames(cells)[:1]
        ]
    return [_table(sheet, cells, frame, file, regions, asked, several) for frame in found]


def _is_sideways(cells: Sequence[Cells], frame: Frame) -> bool:
    """Periods run to the right and the label column names them: `Tahun | 2015 | 2016 | …`."""
    if frame.rows != 1 or len(frame.columns) < 3:
        return False
    corner = fold(cells[frame.columns[0]].text(frame.first))
    across = [cells[at].text(frame.first) for at in frame.columns[1:]]
    return corner in ("tahun", "periode", "bulan", "year", "tahun/bulan") and all(
        header_period(text) for text in across
    )


# ── one table ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(
    sheet: Sheet, cells: Sequence[Cells], frame: Frame, file: str, regions: Regions, asked: Asked, several: bool
) -> TableSeen:
    rows = _rows(cells, frame)
    paths = _paths(sheet, cells, frame)
    words = [at for at in frame.columns if not (cells[at].kind[rows] == 2).sum() > 0.5 * len(rows)]
    totals = told.named_totals(cells, words, rows)
    data = rows[~np.isin(rows, [total.row for total in totals])]
    if not len(data):
        totals, data = [], rows
    seen = [
        see_column(cells[at], data, paths[at], regions, frame.units.get(at, ""), frame.rows == 0)
        for at in frame.columns
    ]
    seen = _without_names(seen, cells, data) if frame.rows == 0 else seen
    labels = [column for column in seen if column.kind not in ("angka", "kosong")]
    figures = [column for column in seen if column.kind == "angka"]
    tree = told.branching(cells, labels, figures, data) if figures else None
    mixed = any(len(column.levels) > 1 for column in labels)
    if tree is None and not mixed:
        ends = [] if totals and len(totals) > 3 else told.odd_ends(cells, labels, figures, data, regions)
        totals += ends
        gone = [total.row for total in ends]
        if gone:
            data = data[~np.isin(data, gone)]
            seen = [
                see_column(cells[c.at], data, c.path, regions, frame.units.get(c.at, ""), False) if frame.rows else c
                for c in seen
            ]
            labels = [column for column in seen if column.kind not in ("angka", "kosong")]
            figures = [column for column in seen if column.kind == "angka"]
    return _related(sheet, cells, frame, rows, data, totals, tree, seen, labels, figures, file, regions, asked, several)


def _related(  # the parts of one table, which all depend on one another
    sheet: Sheet,
    cells: Sequence[Cells],
    frame: Frame,
    rows: Rows,
    data: Rows,
    totals: list[Total],
    tree: Branching | None,
    seen: list[ColumnSeen],
    labels: list[ColumnSeen],
    figures: list[ColumnSeen],
    file: str,
    regions: Regions,
    asked: Asked,
    several: bool,
) -> TableSeen:
    doubts: list[str] = []
    totals = [_compared(cells, figures, total, data, tree) for total in totals]
    leaves = data[tree.leaves[: len(data)]] if tree is not None and len(tree.leaves) == len(data) else data
    sums = sums_of(cells, figures, leaves)
    down = tuple(
        column.at
        for column in labels
        if figures
        and tree is None
        and (column.kind in ("wilayah", "periode") or column.n_distinct < 0.6 * len(data))
        and column.kind != "nomor"
        and column.n_distinct > (column.kind != "periode")
        and told.filled_down(cells[column.at], data)
    )
    summed = {one.total for one in sums}
    wide = wide_of([c for c in figures if c.at not in summed], regions)
    if wide is None and summed:
        wide = wide_of(figures, regions)
    when, period_columns = decide(
        seen,
        [part for c in (wide.columns if wide else ()) for part in [_header_parts(c, wide)] if part is not None],
        {"file": file, "title": "\n".join(frame.titles), "sheet": sheet.name},
        several_sheets=several,
        fallback_year=asked.year,
        filled_down=down,
    )
    doubts += when.doubts
    wilayah, notes = main_wilayah(labels, cells, leaves, down, wide)
    doubts += notes
    key, doubled = key_columns(labels, cells, leaves, down, period_columns, wilayah, tree, counted=not figures)
    ancestor, doubled = telling_ancestor(tree, cells, leaves, key, (*period_columns, *wilayah), doubled)
    table = TableSeen(
        sheet.name, sheet.no, frame, tuple(seen), rows, data, tuple(totals), tree, tuple(sums), down, wide, when,
        period_columns, wilayah, tuple(key), ancestor, doubled, _title_unit(frame, seen, cells, data),
    )  # fmt: skip
    if doubled and not ancestor:
        at_all = [told.carried(cells[at], leaves) for at in (*period_columns, *wilayah, *key)]
        table = replace(table, doubles=tuple(told.doubled(at_all, leaves)[:5]))
    return replace(table, find=_find_texts(table, head(sheet, 60)), doubts=(*doubts, *unsure(table)))


def _rows(cells: Sequence[Cells], frame: Frame) -> Rows:
    filled = np.zeros(frame.end, bool)
    for at in frame.columns:
        filled |= cells[at].index[: frame.end] >= 0
    filled[: frame.start] = False
    filled[[row for row in frame.again if row < frame.end]] = False
    return np.flatnonzero(filled)


def _paths(sheet: Sheet, cells: Sequence[Cells], frame: Frame) -> list[tuple[str, ...]]:
    if not frame.rows:
        return [("",)] * sheet.n_columns
    if frame.first + frame.rows <= 60:
        grid = head(sheet)
    else:
        grid = [[tidy_text(column.text(row)) for column in cells] for row in range(frame.first + frame.rows)]
    return list(header_paths(grid, frame.first, frame.rows, sheet.n_columns))


def _without_names(seen: Sequence[ColumnSeen], cells: Sequence[Cells], rows: Rows) -> list[ColumnSeen]:
    """Without a header, whole numbers that go one to one with a text beside them are its code."""
    texts = [column for column in seen if column.kind == "teks" and 1 < column.n_distinct <= 200]
    told_so = []
    for column in seen:
        pair = [
            text
            for text in texts
            if column.kind == "angka"
            and column.whole
            and (column.maximum or 0) < 10_000
            and text.n_distinct == column.n_distinct < 0.5 * len(rows)
            and len({*zip(cells[text.at].index[rows], cells[column.at].index[rows], strict=True)}) == text.n_distinct
        ]
        told_so.append(replace(column, kind="kode") if pair else column)
    return told_so


def _compared(
    cells: Sequence[Cells],
    figures: Sequence[ColumnSeen],
    total: Total,
    data: Rows,
    tree: Branching | None,
) -> Total:
    rest = data[tree.leaves] if tree is not None and len(tree.leaves) == len(data) else data
    agrees, compared = told.agreement(cells, figures, total.row, rest)
    return replace(total, agrees=agrees, compared=compared)


def _header_parts(column: ColumnSeen, wide: Wide | None) -> periods.Parts | None:
    joined = periods.Parts()
    for level, text in zip(wide.levels if wide else (), column.path, strict=False):
        said = header_period(text) if level == "periode" and text else None
        if said is not None:
            try:
                joined = periods.join(joined, said)
            except periods.Unreadable:
                return said
    return None if joined == periods.Parts() else joined


# ── header texts, units, what is doubtful ────────────────────────────────────────────────────────────────────────────


def _find_texts(table: TableSeen, grid: list[list[str]]) -> tuple[str, ...]:
    """Header texts that pick the header's first row and no row above it; empty when there are none."""
    frame = table.frame
    if not frame.rows or frame.first >= len(grid):
        return ()
    texts = [
        (at, grid[frame.first][at]) for at in frame.columns if at < len(grid[frame.first]) and grid[frame.first][at]
    ]
    good = [
        (at, text)
        for at, text in texts
        if any(map(str.isalpha, text)) and header_period(text) is None and len(text) <= 60
    ]
    rank = {"wilayah": 0, "periode": 1, "teks": 1, "kode": 1, "angka": 2, "kosong": 3, "nomor": 4}
    kinds = {column.at: column.kind for column in table.columns}
    good.sort(key=lambda one: (rank.get(kinds.get(one[0], "teks"), 3), one[0]))
    chosen: list[str] = []
    for _, text in good:
        if fold(text) in {fold(one) for one in chosen}:
            continue
        chosen.append(text)
        folded = [{fold(cell) for cell in row if cell} for row in grid]
        hits = [
            row
            for row in range(len(grid))
            if folded[row] & {fold(one) for one in chosen}
            and {fold(one) for one in chosen} <= set().union(*folded[row : row + frame.rows])
        ]
        if hits and hits[0] == frame.first and len(chosen) >= min(2, len(good)):
            return tuple(chosen)
        if len(chosen) == 4:
            break
    return ()


def _title_unit(frame: Frame, seen: Sequence[ColumnSeen], cells: Sequence[Cells], rows: Rows) -> Unit | None:
    """The unit that a column `satuan` or the title states for all figures that state none themselves."""
    for column in seen:
        if fold(column.header) in ("satuan", "unit") and column.kind == "teks":
            texts = [tidy_text(text) for text in cells[column.at].words(rows)]
            return read_unit(texts[0]) if len(texts) == 1 else Unit("campuran", "1", False)
    for title in reversed(frame.titles):
        unit = unit_in(title)
        if unit and unit.satuan != "persen":
            return unit
    return None
