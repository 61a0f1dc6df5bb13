"""Random tables in random layouts, written as agencies write them, with the contract that reads them.

What is drawn: regions by name or code; the period in a column, the header, the title, the sheet's or the file's name; a
breakdown in a column, the header or none; one to three indicators; numbers as cells or as typed text, and marks. How
it is laid out: titles, headers of up to three rows with merged cells, units, column numbers, blank rows, totals,
footers, fill-down, sideways, an area among other cells, several tables on a sheet, several sheets, subtotals by code
or indentation. Every choice is one call of `rnd`, so that hypothesis can make a failing table small.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from golden.grids import contract_of
from property.choices import (
    GROUPS,
    INDICATORS,
    KECAMATAN,
    SEXES,
    UNITS,
    Choices,
    Figure,
    Value,
    amount,
    chance,
    choose,
    draw_number,
    number_cell,
    periods,
    region_text,
)

from etl.contract import Contract
from etl.frames import column_letters


@dataclass
class Page:
    """One sheet while it is written: cells by (row, column), 0-based, and merged ranges."""

    name: str
    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    figures: dict[tuple[int, int], Figure] = field(default_factory=dict)

    def sideways(self) -> Page:
        return Page(
            self.name,
            {(c, r): value for (r, c), value in self.cells.items()},
            [(c, r, d, s) for r, c, s, d in self.merged],
            {(c, r): figure for (r, c), figure in self.figures.items()},
        )

    @property
    def size(self) -> tuple[int, int]:
        places = [*self.cells, *((s, d) for _, _, s, d in self.merged)]
        return max(r for r, _ in places) + 1, max(c for _, c in places) + 1


@dataclass
class Written:
    pages: list[Page]
    contract: Contract
    file: str


# ── the header ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Head:
    """One column of figures: its header texts from the top, and what they mean."""

    path: tuple[Value, ...]
    indikator: str
    periode: str | None
    jk: str | None


def heads(c: Choices, of_header: Sequence[tuple[str, str]]) -> list[Head]:
    indicators = list(INDICATORS)[: c.n_indicators]
    sexes: list[str | None] = list(SEXES) if c.group == "kepala" else [None]
    across: list[tuple[str, str] | None] = [*of_header] or [None]
    found = []
    for indikator, period, sex in itertools.product(indicators, across, sexes):
        words: dict[str, Value] = {"ukuran": INDICATORS[indikator]}
        if period:
            words["periode"] = float(period[1]) if c.kind == "tahunan" and not c.delimited else period[1]
        if sex:
            words["jk"] = SEXES[sex]
        path = tuple(words[level] for level in c.levels) or (INDICATORS[indikator],)
        found.append(Head(path, indikator, period and period[0], sex))
    return found


def write_head(page: Page, top: int, left: int, keys: Sequence[str], columns: Sequence[Head]) -> int:
    """Returns the row below the header."""
    depth = len(columns[0].path)
    for no, key in enumerate(keys):
        page.cells[top, left + no] = key
        if depth > 1:
            page.merged.append((top, left + no, top + depth - 1, left + no))
    start = left + len(keys)
    for level in range(depth):
        at = 0
        for _, group in itertools.groupby(columns, key=lambda head: head.path[: level + 1]):
            width = len(list(group))
            page.cells[top + level, start + at] = columns[at].path[level]
            if width > 1:
                page.merged.append((top + level, start + at, top + level, start + at + width - 1))
            at += width
    return top + depth


# ── the rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Line:
    """One row of data: its key cells and what they mean."""

    cells: tuple[Value, ...]
    wilayah: str
    periode: str
    kelompok: str


def key_names(c: Choices) -> list[str]:
    names = ["No"] if c.running else []
    names += ["Kode Rekening", "Uraian"] if c.tree else ["Wilayah"]
    names += ["Periode"] if c.where == "kolom" else []
    return names + (["Kelompok"] if c.group == "kolom" else [])


def lines(c: Choices, own: Sequence[tuple[str, str]]) -> list[Line]:
    """own: the periods of the rows' column, or the one that holds for the whole table."""
    regions = c.rnd.sample(KECAMATAN, c.rnd.randrange(1, 5))
    groups = c.rnd.sample(GROUPS, c.rnd.randrange(1, 4)) if c.group == "kolom" else [""]
    found = []
    for no, (region, period, group) in enumerate(itertools.product(regions, own, groups), 1):
        cells: list[Value] = [str(no)] if c.running else []
        cells.append(region_text(c, region))
        cells += [period[1]] if c.where == "kolom" else []
        cells += [group] if group else []
        found.append(Line(tuple(cells), region.kode, period[0], group))
    return found


def filled_down(c: Choices, found: list[Line]) -> list[Line]:
    """The region only on the first of its rows."""
    at = 1 if c.running else 0
    if not c.fill or c.tree:
        return found
    seen: list[Line] = []
    for no, line in enumerate(found):
        same = no > 0 and found[no - 1].wilayah == line.wilayah
        cells = (*line.cells[:at], "", *line.cells[at + 1 :]) if same else line.cells
        seen.append(Line(cells, line.wilayah, line.periode, line.kelompok))
    return seen


def gap(c: Choices, at: int) -> int:
    return at + (c.rnd.randrange(1, 3) if c.blank and chance(c.rnd, 30) else 0)


def put_figures(c: Choices, page: Page, row: int, start: int, line: Line, columns: Sequence[Head]) -> None:
    for no, head in enumerate(columns):
        cell, value = amount(c)
        parts = [f"kelompok={line.kelompok}"] * bool(line.kelompok) + [f"jk={head.jk}"] * bool(head.jk)
        period = head.periode or line.periode
        page.figures[row, start + no] = (head.indikator, line.wilayah, period, "|".join(parts), value)
        if cell != "":
            page.cells[row, start + no] = cell


def put_tree(c: Choices, page: Page, row: int, left: int, period: tuple[str, str], columns: Sequence[Head]) -> int:
    """Rows of a hierarchy with exact subtotals. Returns the row below."""
    rows = _branches(c.rnd, "", 0)
    code_at, start = left + (1 if c.running else 0), left + len(key_names(c))
    amounts = {code: [draw_number(c) for _ in columns] for code, leaf in rows if leaf}
    for code, leaf in rows:
        row = gap(c, row)
        shown = code.replace(".", "") if c.tree == "angka" else code
        indent = " " * (3 * code.count(".")) if c.tree == "spasi" else ""
        as_number = c.tree == "angka" and not c.delimited and chance(c.rnd, 50)
        page.cells[row, code_at] = float(shown) if as_number else indent + shown
        page.cells[row, code_at + 1] = f"Uraian {code}"
        if c.running:
            page.cells[row, left] = str(row)
        if c.where == "kolom":
            page.cells[row, code_at + 2] = period[1]
        below = [own for one, own in amounts.items() if one == code or one.startswith(f"{code}.")]
        for no, head in enumerate(columns):
            value = sum((own[no] for own in below), Decimal(0))
            page.cells[row, start + no] = number_cell(c, value)
            if leaf:
                page.figures[row, start + no] = (
                    head.indikator,
                    "64.08",
                    head.periode or period[0],
                    f"kode={shown}",
                    value,
                )
        row += 1
    return row


def _branches(rnd: Random, above: str, depth: int) -> list[tuple[str, bool]]:
    """(code, whether it is a leaf) in document order; codes `4`, `4.1`, `4.1.02`."""
    rows: list[tuple[str, bool]] = []
    for no in range(1, rnd.randrange(1, 4) + (depth == 0)):
        code = f"{above}.{no:02d}" if depth > 1 else f"{above}.{no}" if above else str(3 + no)
        below = _branches(rnd, code, depth + 1) if depth < 3 and chance(rnd, 50) else []
        rows += [(code, not below), *below]
    return rows


# ── one table, one page, one file ────────────────────────────────────────────────────────────────────────────────────


def put_table(
    c: Choices, page: Page, top: int, left: int, of_table: tuple[str, str], several: Sequence[tuple[str, str]]
) -> int:
    """A table from row `top` on. Returns the row below it. several: periods of the header or of the rows."""
    rnd = c.rnd
    if c.where == "judul":
        page.cells[top, left] = f"Keadaan {of_table[1]}"
        top += 1
    columns = heads(c, several if c.where == "kepala" else [])
    keys = key_names(c)
    row = write_head(page, top, left, keys, columns)
    start = left + len(keys)
    if c.units:
        for no in range(len(columns)):
            page.cells[row, start + no] = rnd.choice(UNITS)
        row += 1
    if c.number and len(keys) + len(columns) >= 3:
        for no in range(len(keys) + len(columns)):
            page.cells[row, left + no] = str(no + 1) if c.delimited else float(no + 1)
        row += 1
    already = len(page.figures)
    if c.tree:
        row = put_tree(c, page, row, left, several[0] if c.where == "kolom" else of_table, columns)
    else:
        for line in filled_down(c, lines(c, several if c.where == "kolom" else [of_table])):
            row = gap(c, row)
            for no, cell in enumerate(line.cells):
                if cell != "":
                    page.cells[row, left + no] = cell
            put_figures(c, page, row, start, line, columns)
            row += 1
    values = [figure[4] for figure in list(page.figures.values())[already:]]
    c.fewest = min(c.fewest, sum(isinstance(value, Decimal) for value in values))
    if c.total:
        page.cells[row, left + (1 if c.running else 0)] = rnd.choice(("Jumlah", "JUMLAH ", "Total"))
        for no in range(len(columns)):
            page.cells[row, start + no] = number_cell(c, draw_number(c))
        row += 1
    if c.footer:
        page.cells[row, left] = "Sumber: dinas, diolah"
        page.cells[row + 1, left] = "Catatan: angka sementara"
        row += 2
    return row


def contract(c: Choices, of_file: tuple[str, str], area: str, sideways: bool, pattern: str | None) -> Contract:
    places = {"kolom": "column", "kepala": "header", "judul": "title", "lembar": "sheet", "berkas": "file"}
    period: dict[str, Any] = (
        {"place": "fixed", "value": of_file[1]} if c.where == "kontrak" else {"place": places[c.where]}
    )
    return contract_of(
        calendar={"period": c.kind, "due_days": 30},
        source={"kind": "folder", "files": "*", "periods": [period]},
        layout=[_layout(c, area, sideways, pattern)],
        columns=_columns(c),
        indikator={
            code: {"nama": name, "konsep": "-", "definisi": "-", "satuan": "unit"}
            for code, name in list(INDICATORS.items())[: c.n_indicators]
        },
        **({"totals": {"where": {"wilayah": ["Jumlah", "Total"]}}} if c.total else {}),
        **({"hierarchy": _hierarchy(c)} if c.tree else {}),
    )


def _layout(c: Choices, area: str, sideways: bool, pattern: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "header": {"find": ["Kode Rekening" if c.tree else "Wilayah"], "rows": max(1, len(c.levels))},
        "repeat": c.repeat,
        "transpose": sideways,
    }
    if c.footer:
        found["stop"] = ["Sumber"]
    if c.fill and not c.tree:
        found["fill_down"] = ["wilayah"]
    return found | ({"area": area} if area else {}) | ({"sheet": pattern} if pattern else {})


def _columns(c: Choices) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if c.tree:
        columns["wilayah"] = {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"}
        columns["kode"] = {"role": "rincian", "aliases": ["Kode Rekening"]}
        columns["uraian"] = {"role": "teks"}
    else:
        columns["wilayah"] = {"role": "wilayah", "scheme": c.scheme, "level": "kecamatan"}
    if c.where == "kolom":
        columns["periode"] = {"role": "periode"}
    if c.group == "kolom":
        columns["kelompok"] = {"role": "rincian"}
    stated = c.point and (c.fewest < 3 or chance(c.rnd, 50))
    number = {"role": "ukuran"} | ({"decimal": "titik"} if stated else {})
    if c.levels:
        values = {code: [text] for code, text in SEXES.items()} if "jk" in c.levels else {}
        columns["angka"] = number | {"spread": {"levels": c.levels}, "values": values}
        if "ukuran" not in c.levels:
            columns["angka"]["indikator"] = next(iter(INDICATORS))
    else:
        for code, name in list(INDICATORS.items())[: c.n_indicators]:
            columns[code.removeprefix("p.")] = number | {"indikator": code, "aliases": [name]}
    return columns


def _hierarchy(c: Choices) -> dict[str, Any]:
    return {"columns": ["kode"], "tolerance": 0} | ({"by": "indentasi"} if c.tree == "spasi" else {})


def write(rnd: Random, *, delimited: bool) -> Written:
    """A file as pages of cells, what its figures are, and the contract that reads it."""
    c = choose(rnd, delimited)
    tables = rnd.randrange(1, 4) if c.repeat else 1
    own = periods(c, 6)
    sideways = not c.tree and chance(rnd, 15)
    around = c.sheets == 1 and chance(rnd, 25)
    top, left = (rnd.randrange(3), rnd.randrange(3)) if around else (0, 0)
    pages = []
    for no in range(c.sheets):
        of_page = own[no] if c.where == "lembar" else own[0]
        page = Page(f"Data {of_page[1] if c.where == 'lembar' else no + 1}")
        row = top
        for title in ("Rekapitulasi menurut kecamatan", "Dinas Contoh")[: c.title_rows]:
            page.cells[row, left] = title
            row += 1
        for table in range(tables):
            of_table = own[no + table] if c.where == "judul" else of_page
            several = periods(c, rnd.randrange(1, 4))
            row = put_table(c, page, row, left, of_table, several) + rnd.randrange(1, 3)
        pages.append(page.sideways() if sideways else page)
    area = _surround(rnd, pages[0], (left, top) if sideways else (top, left)) if around else ""
    name = f"rekap {own[0][1]}" if c.where == "berkas" else "rekap"
    pattern = "Data *" if c.sheets > 1 or c.where == "lembar" else None
    file = f"{name}.{'csv' if delimited else 'xlsx'}"
    return Written(pages, contract(c, own[0], area, sideways, pattern), file)


def _surround(rnd: Random, page: Page, corner: tuple[int, int]) -> str:
    """Puts other cells around the table. Returns the table's area as Excel writes it."""
    (top, left), (bottom, right) = corner, page.size
    for row in range(bottom + 2):
        for column in range(right + 2):
            outside = row < top or column < left or row >= bottom or column >= right
            if outside and chance(rnd, 60):
                page.cells[row, column] = rnd.choice(("lain", "Wilayah", 12.0, "Sumber: x"))
    return f"{column_letters(left + 1)}{top + 1}:{column_letters(right)}{bottom}"
