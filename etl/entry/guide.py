"""The sheet `Petunjuk`: how to fill in, and what every column means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.entry.table import EntryColumn, Plan

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from etl.entry.styles import Styles

HOW = (
    "Isi hanya sel berwarna krem; sel lain terkunci. Arti tiap kolom muncul bila judulnya ditunjuk, dan ada di lembar "
    "Petunjuk.",
    "Sel merah harus diperbaiki sebelum dikirim. Sel kuning boleh dikirim: tulis sebabnya di kolom Catatan.",
)
"""The two lines above the table."""

_STEPS = (
    "Buka lembar Isian. Ketik angka di sel berwarna krem, atau salin satu blok angka lalu tempel nilainya saja "
    "(Tempel Khusus > Nilai).",
    "Ketik angkanya saja, tanpa satuan. Satuan tiap kolom tertulis di bawah judulnya.",
    "Nihil: tulis 0 (atau tanda -). Belum ada datanya: tulis … atau kosongkan bila selnya tidak wajib.",
    "Sel merah berarti salah: bukan angka, di luar batas, tidak cocok dengan jumlahnya, atau tertulis dua kali.",
    "Sel kuning berarti perlu dilihat lagi, misalnya berubah banyak dari tahun lalu. Bila benar, tulis sebabnya di "
    "kolom Catatan.",
    "Baris yang tidak ada datanya dibiarkan kosong; jangan menghapus, menyisipkan atau mengurutkan baris.",
    "Simpan, tutup, lalu taruh berkasnya di folder bersama SKPD. Nama berkas bebas; boleh .xlsx, .ods atau .xls.",
)


def write_guide(sheet: Worksheet, plan: Plan, styles: Styles) -> None:
    """Steps, then one line per column with its name, definition, unit, formula and rules."""
    for at, width in enumerate((26, 30, 48, 16, 26, 44)):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, "Petunjuk pengisian", styles.title)
    sheet.write_string(1, 0, plan.contract.title, styles.agency)
    row = 3
    for no, step in enumerate(_STEPS, 1):
        sheet.merge_range(row, 0, row, 5, "", styles.step)
        sheet.write_string(row, 0, f"{no}. {step}", styles.step)
        sheet.set_row(row, 18)
        row += 1
    row += 1
    sheet.write_string(row, 0, "Arti kolom", styles.section)
    row += 1
    first = row
    for at, text in enumerate(("Kolom", "Nama", "Definisi", "Satuan", "Rumus", "Aturan")):
        sheet.write_string(row, at, text, styles.header)
    for column in plan.columns:
        row += 1
        said = dict(column.about)
        rules = "; ".join(text for label, text in column.about if label == "Aturan")
        cells = (
            column.title,
            said.get("Nama", ""),
            said.get("Definisi", said.get("Isi", _of_key(plan, column))),
            column.unit,
            said.get("Rumus", ""),
            rules,
        )
        for at, text in enumerate(cells):
            sheet.write_string(row, at, text, styles.wrapped(text))
        lines = max(-(-len(text) // width) for text, width in zip(cells, (26, 30, 48, 16, 26, 44), strict=True))
        sheet.set_row(row, 14 * max(lines, 1) + 3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
    sheet.hide_gridlines(2)


def _of_key(plan: Plan, column: EntryColumn) -> str:
    if column.kind != "kunci":
        return ""
    return (
        "Sudah tertulis; pada baris kosong di bawah diisi sendiri" if column.chosen and plan.spare else "Sudah tertulis"
    )
