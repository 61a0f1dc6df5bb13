"""Form E.81 as a workbook: the official heads, one line per indicator, what hindered and what follows, who signs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsxwriter.format import Format

from etl.publish.e81 import BANDS, Amounts, Line, Remark, Report, predicate
from etl.publish.sheets import FOLIO, Book, height, merged, put

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_HEADS = (
    "Target Renstra pada akhir periode Renstra",
    "Realisasi capaian kinerja Renstra s.d. Renja tahun lalu (n-1)",
    "Target kinerja dan anggaran Renja tahun berjalan yang dievaluasi",
    "Realisasi kinerja triwulan I",
    "Realisasi kinerja triwulan II",
    "Realisasi kinerja triwulan III",
    "Realisasi kinerja triwulan IV",
    "Realisasi capaian kinerja dan anggaran Renja yang dievaluasi",
    "Tingkat capaian kinerja dan realisasi anggaran Renja (%)",
    "Realisasi kinerja dan anggaran Renstra s.d. tahun berjalan",
    "Tingkat capaian kinerja dan realisasi anggaran Renstra (%)",
)
"""Each over two columns, K and Rp."""
_NUMBERS = ("4", "5", "6", "7", "8", "9", "10", "11 = 7+8+9+10", "12 = 11/6 × 100", "13 = 5 + 11", "14 = 13/4 × 100")
_WIDTHS = (16, 30, 26, *((8, 13) * 8), 8, 8, 8, 13, 8, 8, 18, 14)
_HEAD, _LAST = 5, len(_WIDTHS) - 1
_SINGLE_HEADS = (
    (0, "No / Kode", "1"),
    (1, "Urusan / Bidang Urusan / Program / Kegiatan / Sub Kegiatan", "2"),
    (2, "Indikator Kinerja Program (outcome) / Kegiatan (output)", "3"),
    (_LAST - 1, "Unit Perangkat Daerah Penanggung Jawab", "15"),
    (_LAST, "Ket.", "16"),
)
"""Column, head over both rows, the form's column number."""
_BOLD_WIDTH = 0.75
"""Share of the letters that fit where a text is bold and in capitals."""
_PERCENTS = (8, 10)
"""Places in _HEADS of the percentages."""
_ROMAN = ("I", "II", "III", "IV")


def workbook(told: Report) -> bytes:
    """One sheet, `E.81`, ready to be printed on folio across and signed."""
    book = Book(f"E.81 {told.agency} {told.year} triwulan {_ROMAN[told.quarter - 1]}")
    sheet = book.sheet("E.81", _WIDTHS, paper=FOLIO)
    _title(book, sheet, told)
    _head(book, sheet)
    row = _HEAD + 3
    for line in told.lines:
        _line(book, sheet, row, line, told)
        row += 1
    _line(book, sheet, row, told.total, told)
    row = _summary(book, sheet, row + 1, told)
    row = _factors(book, sheet, row + 1, told)
    row = _notes(book, sheet, row + 1, told)
    _signatures(book, sheet, row + 1, told)
    return book.content()


def _title(book: Book, sheet: Worksheet, told: Report) -> None:
    texts = (
        "EVALUASI TERHADAP HASIL RENJA PERANGKAT DAERAH LINGKUP KABUPATEN",
        f"RENJA {told.agency.upper()} KABUPATEN KUTAI TIMUR",
        f"PERIODE PELAKSANAAN: TRIWULAN {_ROMAN[told.quarter - 1]} TAHUN {told.year}",
    )
    sheet.write_string(0, _LAST, "Formulir E.81", book.line)
    for row, text in enumerate(texts, 1):
        merged(sheet, (row, 0, row, _LAST), text, book.title)


def _head(book: Book, sheet: Worksheet) -> None:
    """Three rows: the heads, K and Rp, the form's column numbers."""
    for at, text, number in _SINGLE_HEADS:
        merged(sheet, (_HEAD, at, _HEAD + 1, at), text, book.head)
        sheet.write_string(_HEAD + 2, at, number, book.number_row)
    for no, (text, number) in enumerate(zip(_HEADS, _NUMBERS, strict=True)):
        at = 3 + 2 * no
        merged(sheet, (_HEAD, at, _HEAD, at + 1), text, book.head)
        sheet.write_string(_HEAD + 1, at, "K", book.head)
        sheet.write_string(_HEAD + 1, at + 1, "Rp", book.head)
        merged(sheet, (_HEAD + 2, at, _HEAD + 2, at + 1), number, book.number_row)
    sheet.set_row(_HEAD, 64)
    sheet.repeat_rows(_HEAD, _HEAD + 2)
    sheet.freeze_panes(_HEAD + 3, 3)


def _line(book: Book, sheet: Worksheet, row: int, line: Line, told: Report) -> None:
    bold = line.level != "sub_kegiatan"
    text = book.bold if bold else book.text
    named = (line.code, line.name) if line.first else ("", "")
    cells = (*named, line.indicator)
    for at, value in enumerate(cells):
        put(sheet, row, at, value, text)
    work = _across(line.work)
    money = _across(line.money) if line.money else (None,) * len(_HEADS)
    for no, (reached, spent) in enumerate(zip(work, money, strict=True)):
        percent = no in _PERCENTS
        put(sheet, row, 3 + 2 * no, reached, _number(book, bold, percent, rupiah=False))
        put(sheet, row, 4 + 2 * no, spent, _number(book, bold, percent, rupiah=True))
    put(sheet, row, _LAST - 1, told.agency if line.level == "sub_kegiatan" and line.first else "", text)
    put(sheet, row, _LAST, _remark(line), text)
    texts = (*cells, told.agency if line.level == "sub_kegiatan" else "", _remark(line))
    letters = _BOLD_WIDTH if bold else 1
    sheet.set_row(row, height(texts, [width * letters for width in (*_WIDTHS[:3], *_WIDTHS[-2:])]))


def _across(amounts: Amounts) -> tuple[Decimal | None, ...]:
    """In the order of _HEADS."""
    return (
        amounts.end,
        amounts.before,
        amounts.target,
        *amounts.quarters,
        amounts.year,
        amounts.percent,
        amounts.renstra,
        amounts.end_percent,
    )


def _number(book: Book, bold: bool, percent: bool, *, rupiah: bool) -> Format:
    if percent:
        return book.bold_percent if bold else book.percent
    if rupiah:
        return book.bold_rupiah if bold else book.rupiah
    return book.bold_number if bold else book.number


def _remark(line: Line) -> str:
    if not line.remark:
        return ""
    return f"{line.remark} (rata-rata)" if line.average else line.remark


# ── below the table ──────────────────────────────────────────────────────────────────────────────────────────────────


def _summary(book: Book, sheet: Worksheet, row: int, told: Report) -> int:
    work, money = told.total.work.percent, told.total.money.percent if told.total.money else None
    at = 3 + 2 * _PERCENTS[0]
    merged(sheet, (row, 0, row, at - 1), "Rata-rata capaian kinerja (%) dan penyerapan anggaran (%)", book.bold)
    put(sheet, row, at, work, book.bold_percent)
    put(sheet, row, at + 1, money, book.bold_percent)
    merged(sheet, (row + 1, 0, row + 1, at - 1), "Predikat kinerja", book.bold)
    put(sheet, row + 1, at, predicate(work), book.bold)
    put(sheet, row + 1, at + 1, predicate(money), book.bold)
    sheet.set_row(row + 1, 26)
    return row + 2


def _factors(book: Book, sheet: Worksheet, row: int, told: Report) -> int:
    blank = "\n\n"
    follow_up = _listed(told.follow_ups) or blank
    blocks = (
        ("Faktor pendorong keberhasilan kinerja:", blank),
        ("Faktor penghambat pencapaian kinerja:", _listed(told.obstacles) or blank),
        ("Tindak lanjut yang diperlukan dalam triwulan berikutnya:", follow_up),
        ("Tindak lanjut yang diperlukan dalam Renja perangkat daerah berikutnya:", blank),
    )
    for label, text in blocks:
        merged(sheet, (row, 0, row, 1), label, book.bold)
        merged(sheet, (row, 2, row, _LAST), text, book.text)
        sheet.set_row(row, max(height((label, text), (46, sum(_WIDTHS[2:]))), 30))
        row += 1
    return row


def _listed(remarks: Sequence[Remark]) -> str:
    return "\n".join(f"{one.code} {one.name}: {one.text}" for one in remarks)


def _notes(book: Book, sheet: Worksheet, row: int, told: Report) -> int:
    least = "; ".join(f"{name} mulai {band}%" for band, name in BANDS)
    notes = (
        *told.notes,
        f"Predikat: {least}; di bawahnya Sangat rendah. Tidak ada celah: 90,5% adalah Tinggi.",
        "K tahun ini: jumlah triwulan bagi indikator yang boleh dijumlahkan, selain itu angka triwulan terakhir. Bila "
        "makin rendah makin baik, capaian ialah target dibagi realisasi.",
        "Capaian program dan kegiatan tanpa indikator sendiri ialah rata-rata di bawahnya, tidak dibatasi 100%.",
        "Kolom 4 ialah target Renstra yang dirilis sebagai periode beberapa tahun; bila kosong, kolom 4 dan 14 diisi "
        "perangkat daerah, begitu pula faktor pendorong.",
    )
    sheet.write_string(row, 0, "Catatan:", book.line)
    for no, note in enumerate(notes, 1):
        sheet.write_string(row + no, 0, f"{no}. {note}", book.line)
    return row + len(notes) + 1


def _signatures(book: Book, sheet: Worksheet, row: int, told: Report) -> None:
    """Left to be signed: names and NIP are not ours to print."""
    blocks = (
        (1, "Disusun", f"Sangatta, ……………………… {told.year}", f"KEPALA {told.agency.upper()}"),
        (17, "Dievaluasi", f"Sangatta, ……………………… {told.year}", "KEPALA BAPPEDA KABUPATEN KUTAI TIMUR"),
    )
    for at, what, when, who in blocks:
        for no, text in enumerate((what, when, who, "", "", "", "(………………………………………………)", "NIP. ………………………………………")):
            merged(sheet, (row + no, at, row + no, at + (1 if at == 1 else 7)), text, book.signature)
