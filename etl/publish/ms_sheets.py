"""MS-Keg, MS-Var and MS-Ind as one workbook, with a sheet of what is missing or breaks the forms' rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from etl.publish.ms import Filled, Metadata
from etl.publish.ms_rules import Field, choice_words, fields
from etl.publish.sheets import FOLIO, Book, height, merged, put

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_KEG_WIDTHS = (7, 46, 60, 46)
_VAR_WIDTHS = (4, 18, 14, 18, 24, 18, 11, 9, 18, 28, 18, 9, 9, 9)
_IND_WIDTHS = (4, 18, 16, 22, 20, 20, 10, 9, 12, 10, 12, 12, 16, 11, 16, 11, 10)
_PROBLEM_WIDTHS = (10, 8, 46, 30, 34, 44)


def workbook(told: Metadata) -> bytes:
    """The four sheets."""
    book = Book(f"Metadata BPS: {told.title}")
    _activity(book, told)
    variables = [field for field in fields("MS-Var") if field.block != "Kepala"]
    _listed(book, "MS-Var", "METADATA VARIABEL", variables, told, told.variables, _VAR_WIDTHS)
    _listed(book, "MS-Ind", "METADATA INDIKATOR", fields("MS-Ind"), told, told.indicators, _IND_WIDTHS)
    _problems(book, told)
    return book.content()


def _top(book: Book, sheet: Worksheet, title: str, told: Metadata, last: int) -> int:
    merged(sheet, (0, 0, 0, last), title, book.title)
    sheet.set_row(0, 22)
    sheet.write_string(1, 0, f"Instansi: {told.agency}", book.line)
    sheet.write_string(2, 0, f"Kegiatan: {told.title} ({told.dataset})", book.line)
    return 4


def _activity(book: Book, told: Metadata) -> None:
    sheet = book.sheet("MS-Keg", _KEG_WIDTHS)
    row = _top(book, sheet, "METADATA KEGIATAN STATISTIK SEKTORAL (MS-Keg)", told, 3)
    for at, text in enumerate(("Nomor", "Rincian", "Isian", "Keterangan kode")):
        sheet.write_string(row, at, text, book.head)
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 0)
    wrong = {problem.number for problem in told.problems if problem.form == "MS-Keg"}
    block = ""
    for field in fields("MS-Keg"):
        if field.block != block:
            row, block = row + 1, field.block
            merged(sheet, (row, 0, row, 3), block, book.block)
        row += 1
        value = told.activity.get(field.key, "")
        cells = (field.number, field.label, value, choice_words(field, value))
        for at, text in enumerate(cells):
            put(sheet, row, at, text, book.missing if at == 2 and field.number in wrong else book.text)
        sheet.set_row(row, height(cells, _KEG_WIDTHS))


def _listed(
    book: Book,
    form: str,
    title: str,
    columns: Sequence[Field],
    told: Metadata,
    lines: Sequence[Filled],
    widths: Sequence[float],
) -> None:
    """One table: a head of labels, a row of the form's column numbers, one line per variable or indicator."""
    sheet = book.sheet(form, widths, paper=FOLIO)
    last = len(columns) - 1
    row = _top(book, sheet, f"{title} STATISTIK SEKTORAL ({form})", told, last)
    labels = [field.label for field in columns]
    for at, field in enumerate(columns):
        sheet.write_string(row, at, field.label, book.head)
        sheet.write_string(row + 1, at, f"({field.number})", book.number_row)
    sheet.set_row(row, height(labels, widths))
    sheet.repeat_rows(row, row + 1)
    sheet.freeze_panes(row + 2, 2)
    wrong = {(problem.subject, problem.number) for problem in told.problems if problem.form == form}
    for no, line in enumerate(lines, row + 2):
        subject = line.get("nama_variabel") or line.get("nama_indikator", "")
        cells = [_shown(field, line.get(field.key, "")) for field in columns]
        for at, (field, text) in enumerate(zip(columns, cells, strict=True)):
            put(sheet, no, at, text, book.missing if (subject, field.number) in wrong else book.text)
        sheet.set_row(no, height(cells, widths))


def _shown(field: Field, value: str) -> str:
    words = choice_words(field, value)
    return f"{value} ({words})" if words else value


def _problems(book: Book, told: Metadata) -> None:
    sheet = book.sheet("Kekurangan", _PROBLEM_WIDTHS)
    row = _top(book, sheet, "YANG BELUM LENGKAP ATAU MELANGGAR ATURAN FORMULIR", told, 5)
    for at, text in enumerate(("Formulir", "Nomor", "Rincian", "Variabel / indikator", "Isian sekarang", "Masalah")):
        sheet.write_string(row, at, text, book.head)
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, 0)
    for no, problem in enumerate(told.problems, row + 1):
        cells = (problem.form, problem.number, problem.label, problem.subject, problem.value, problem.fault)
        for at, text in enumerate(cells):
            put(sheet, no, at, text, book.text)
        sheet.set_row(no, height(cells, _PROBLEM_WIDTHS))
    if not told.problems:
        merged(sheet, (row + 1, 0, row + 1, 5), "Tidak ada: semua isian lengkap dan sesuai aturan.", book.text)
