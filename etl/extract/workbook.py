"""Workbooks through calamine: typed cells, each at the row and column that Excel shows.

The file is examined first (package.py, scan.py): a workbook of five kilobytes can otherwise end the process.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from etl.extract.cells import column
from etl.extract.choice import choose, no_workbook
from etl.extract.gathered import Columns, Gathered
from etl.extract.hidden import hidden_notes
from etl.extract.ods import examine_ods
from etl.extract.package import Package, bomb, damaged, locked, sheet_parts
from etl.extract.plain_sheet import read_plain
from etl.extract.problems import dotted, shown, visible
from etl.extract.scan import MAX_AREA, MAX_UNCALCULATED, RowTooLong, Scan, cell_name, filled_area, scan
from etl.extract.shared_texts import MAX_TEXT, longest_text, shown_bytes
from etl.extract.shared_texts import PART as SHARED_TEXTS
from etl.extract.xlsb import xlsb_parts, xlsb_scan, xlsb_shared_lengths
from etl.findings import Finding
from etl.frames import Sheet, column_letters

BLOCK = 10_000
"""Rows turned into columns at a time: few enough that their Python objects stay in the processor's cache."""

Examined = tuple[Scan, Columns | None]
"""What a look at a sheet's bytes told, and its cells where they were plain enough to be read on the way."""


def read_package(package: Package, wanted: Sequence[str] | None) -> list[Sheet]:
    """Sheets of a zip-based workbook: .xlsx, .xlsm (whose macros nothing here could run), .xlsb or .ods."""
    name = package.name
    if sum(map(package.has, ("xl/workbook.xml", "xl/workbook.bin", "content.xml"))) > 1:
        raise damaged(name, "berisi dua macam buku kerja")  # what is examined must be what calamine reads
    if package.has("xl/workbook.xml"):
        macros = package.has("xl/vbaproject.bin")
        kind, examine = "Excel (.xlsm, makro tidak dijalankan)" if macros else "Excel (.xlsx)", _examiner(package)
    elif package.has("xl/workbook.bin"):
        kind, examine = "Excel biner (.xlsb)", _binary_examiner(package)
    elif package.has("content.xml"):
        scans = examine_ods(package)
        kind, examine = "OpenDocument (.ods)", lambda sheet: (scans.get(sheet, Scan()), None)
    else:
        raise no_workbook(name, "Word" if package.has("word/document.xml") else "PowerPoint")
    return _read(package.path, name, wanted, examine, kind)


def _examiner(package: Package) -> Callable[[str], Examined]:
    """Looks at a sheet of an .xlsx; what calamine reads as soon as it opens the file is proven at once."""
    shared, elsewhere = SHARED_TEXTS.lower(), ("xl/worksheets/", "xl/drawings/", "xl/charts/")
    for part in package.parts:
        if part.endswith((".xml", ".rels")) and not part.startswith(elsewhere) and part != shared:
            package.prove(part)
    longest = longest_text(package) if package.has(shared) else 0
    parts = sheet_parts(package)

    def examine(sheet: str) -> Examined:
        part = parts.get(sheet, "")
        if plain := read_plain(package, part):
            return plain
        try:
            scanned = scan(package.stream(part))
            if scanned.area > MAX_AREA:
                _refuse_area(package.name, sheet, *filled_area(package.stream(part)))
        except RowTooLong:
            raise damaged(package.name, f"lembar {shown(sheet)} tidak berisi baris") from None
        if longest * min(scanned.area, MAX_AREA) > MAX_TEXT:
            _refuse_text(package.name, sheet, shown_bytes(package, lambda: package.stream(part)))
        return scanned, None

    return examine


def _binary_examiner(package: Package) -> Callable[[str], Examined]:
    for part in package.parts:
        if part.endswith((".bin", ".rels", ".xml")) and not part.startswith("xl/worksheets/"):
            package.prove(part)
    parts = xlsb_parts(package)
    lengths = xlsb_shared_lengths(package)

    def examine(sheet: str) -> Examined:
        scanned, text = xlsb_scan(package.stream(parts.get(sheet, "")), package.name, lengths)
        _refuse_area(package.name, sheet, scanned.rows, scanned.columns)
        _refuse_text(package.name, sheet, text)
        return scanned, None

    return examine


def read_ole(path: Path, name: str, wanted: Sequence[str] | None) -> list[Sheet]:
    """Sheets of an old .xls; the same container also wraps encrypted .xlsx files and old Word documents."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise locked(name)
        streams = ("Workbook", "Book")
        if all(content.find(f"{stream}\0".encode("utf-16-le")) < 0 for stream in streams):
            raise no_workbook(name, "Office lama (Word, Outlook atau lainnya)")
    return _read(path, name, wanted, lambda _: (Scan(), None), "Excel lama (.xls)")


def _read(
    path: Path, name: str, wanted: Sequence[str] | None, examine: Callable[[str], Examined], kind: str
) -> list[Sheet]:
    """examine: looks at a sheet's bytes before calamine does, and refuses what would harm or reads it itself."""
    with _opened(path, name) as workbook:
        metadata = workbook.sheets_metadata
        chosen = _tables(metadata, wanted, name)
        examined = {no: examine(metadata[no].name) for no in chosen}
        sheets = []
        for no, (scanned, columns) in examined.items():
            if columns is None:
                columns = _columns(workbook.get_sheet_by_index(no), metadata[no].name, name, scanned.errors)
            sheets.append(_sheet(columns, no, metadata[no], name, scanned))
    return [replace(sheet, facts=(("format", kind),)) for sheet in sheets]


def _tables(sheets: Sequence[SheetMetadata], wanted: Sequence[str] | None, name: str) -> list[int]:
    """Indices of the wanted sheets, charts and macro sheets not counted."""
    tables = [no for no, sheet in enumerate(sheets) if sheet.typ is SheetTypeEnum.WorkSheet]
    seen = [sheets[no].visible is SheetVisibleEnum.Visible for no in tables]
    return [tables[at] for at in choose([sheets[no].name for no in tables], seen, wanted, name)]


@contextmanager
def _opened(path: Path, name: str) -> Iterator[CalamineWorkbook]:
    """calamine's own refusals as ours; it ends some damaged files with a Rust panic, which is no Exception."""
    try:
        # Through a file object: a path is opened by its ending, and archived files have none.
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            yield workbook
    except PasswordError:
        raise locked(name) from None
    except (CalamineError, OSError, ValueError, OverflowError) as error:  # a duration of a billion days
        raise damaged(name, f"tidak dapat dibaca ({shown(str(error))})") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name, "susunan isinya tidak sah") from None


def _sheet(columns: Columns, no: int, metadata: SheetMetadata, name: str, scanned: Scan) -> Sheet:
    text, number = columns
    hidden = metadata.visible is not SheetVisibleEnum.Visible
    size = (len(text[0]) if text else 0, len(text))
    return Sheet(
        name=metadata.name,
        no=no,
        text=text,
        number=number,
        hidden=hidden,
        notes=uncalculated(scanned, name, metadata.name) + hidden_notes(scanned, size, hidden, name, metadata.name),
    )


def _columns(cells: CalamineSheet, sheet: str, name: str, errors: dict[tuple[int, int], str]) -> Columns:
    """Block by block, so that at most BLOCK rows are Python objects at once; trailing blank rows are dropped.

    errors: `#REF!` and its kin by (row, column), which calamine shows as empty.
    """
    if cells.start is None or cells.end is None:
        return (), ()
    _refuse_area(name, sheet, cells.end[0] + 1, cells.end[1] + 1)
    rows = cells.iter_rows()  # leading blank rows are there, leading blank columns are not
    first = cells.start[1]
    gathered = Gathered()
    error_at = sorted(errors, reverse=True)
    while block := list(islice(rows, BLOCK)):
        done = gathered.rows
        while error_at and error_at[-1][0] <= done + len(block):
            row, place = error_at.pop()
            block[row - done - 1][place - first - 1] = errors[row, place]
        blocks = {first + at: column(values) for at, values in enumerate(zip(*block, strict=True))}
        gathered.add(len(block), blocks)
    return gathered.finish()


def uncalculated(scanned: Scan, name: str, sheet: str) -> tuple[Finding, ...]:
    """Formulas whose result was never stored: one finding per cell, or one for the sheet when they are very many."""
    rule, cause = "rumus_tanpa_nilai", "Berkas dibuat program lain dan belum pernah dihitung serta disimpan oleh Excel."
    action = "Buka berkas di Excel, tunggu rumus terhitung, simpan (Ctrl+S), lalu salin kembali ke folder."
    file, sheet = visible(name), visible(sheet)
    if scanned.uncalculated_total > MAX_UNCALCULATED:
        first = ", ".join(cell_name(row, column) for row, column in scanned.uncalculated[:3])
        message = f"{scanned.uncalculated_total} sel berisi rumus tanpa hasil (mulai {first})."
        return (Finding(rule, message, cause, action, file=file, sheet=sheet),)
    return tuple(
        Finding(
            rule,
            f"Sel {cell_name(row, column)} berisi rumus yang hasilnya tidak tersimpan.",
            cause,
            action,
            file=file,
            sheet=sheet,
            row=row,
            column=column_letters(column),
        )
        for row, column in scanned.uncalculated
    )


def _refuse_text(name: str, sheet: str, size: int) -> None:
    """Refuses a sheet whose cells show the same long texts so often that they would fill the memory."""
    if size > MAX_TEXT:
        raise bomb(name, f"teks di semua sel lembar {shown(sheet)} bersama-sama {size / 1e9:.1f} GB")


def _refuse_area(name: str, sheet: str, rows: int, columns: int) -> None:
    """Refuses a sheet that covers more cells than a table can have."""
    if rows * columns > MAX_AREA:
        raise bomb(
            name,
            f"lembar {shown(sheet)} terisi sampai sel {cell_name(rows, columns)}, seluas {dotted(rows * columns)} sel",
        )
