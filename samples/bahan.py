"""What the sample files are made of: the regency's real regions, invented figures that repeat exactly, workbook dress.

Figures come from generators seeded by their own name, so that adding a file never changes another one.
"""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

WILAYAH_CSV = Path(__file__).resolve().parent.parent / "warehouse_sql" / "reference" / "wilayah.csv"
WRITTEN = datetime(2025, 1, 15, 8, 0, 0)  # noqa: DTZ001 - a workbook's own property has no zone
"""Date of every workbook's properties: the same input gives the same bytes."""

Cell = str | int | float | None


@dataclass(frozen=True)
class Wilayah:
    kode: str
    bps: str
    nama: str
    induk: str


def _wilayah() -> list[Wilayah]:
    with WILAYAH_CSV.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kode"].startswith("64.08")]
    return [Wilayah(row["kode"], row["kode_bps"], row["nama"], row["induk"]) for row in rows]


_ALL = sorted(_wilayah(), key=lambda w: w.kode)
KECAMATAN = [w for w in _ALL if w.kode.count(".") == 2]
DESA = [w for w in _ALL if w.kode.count(".") == 3]

EJAAN = {
    "Muara Wahau": "Ma. Wahau",
    "Kombeng": "Kongbeng",
    "Sangatta Utara": "Sangata Utara",
    "Sangatta Selatan": "Sangata Selatan",
    "Long Mesangat": "Long Mesengat",
}
"""How agencies write these names; the aliases of the reference list know them."""

BOBOT = dict(
    zip(
        (w.nama for w in KECAMATAN),
        (38, 62, 41, 300, 55, 14, 24, 58, 96, 33, 27, 88, 52, 34, 35, 31, 26, 26),
        strict=True,
    )
)
"""Invented sizes of the 18 kecamatan in thousandths of the regency."""


def acak(*key: object) -> random.Random:
    """A generator of its own for everything that is named by `key`."""
    return random.Random("|".join(str(part) for part in key))


def tumbuh(dasar: float, tahun: int, *key: object, laju: float = 0.02) -> int:
    """An invented series: `dasar` in 2020, growing by about `laju` a year, never jumping."""
    mulai = dasar * (0.9 + 0.2 * acak(*key).random())
    return round(mulai * (1 + laju) ** (tahun - 2020) * (1 + 0.01 * acak(*key, tahun).random()))


def angka_id(nilai: float, desimal: int = 0) -> str:
    """1234.5 → `1.234,5`, as typed in Indonesia."""
    return f"{nilai:,.{desimal}f}".translate(str.maketrans(",.", ".,"))


def ditukar(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    return [list(column) for column in zip(*rows, strict=True)]


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Buku:
    """A workbook in memory, dressed as an office dresses it."""

    def __init__(self, judul: str, pembuat: str, warna: str = "#DDEBF7") -> None:
        self._out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._out, {"in_memory": True})
        self.book.set_properties({"title": judul, "author": pembuat, "created": WRITTEN})
        kotak = {"border": 1, "valign": "vcenter"}
        self.judul = self.book.add_format({"bold": True, "font_size": 12, "align": "center"})
        self.kepala = self.book.add_format(
            {**kotak, "bold": True, "align": "center", "text_wrap": True, "bg_color": warna}
        )
        self.nomor = self.book.add_format({**kotak, "italic": True, "font_size": 8, "align": "center"})
        self.isi = self.book.add_format(kotak)
        self.angka = self.book.add_format({**kotak, "num_format": "#,##0"})
        self.desimal = self.book.add_format({**kotak, "num_format": "#,##0.00"})
        self.jumlah = self.book.add_format({**kotak, "bold": True, "num_format": "#,##0", "bg_color": "#F2F2F2"})
        self.kaki = self.book.add_format({"italic": True, "font_size": 9})

    def lembar(self, nama: str, lebar: Iterable[float]) -> Worksheet:
        sheet = self.book.add_worksheet(nama)
        for nomor, width in enumerate(lebar):
            sheet.set_column(nomor, nomor, width)
        return sheet

    def judul_di(self, sheet: Worksheet, teks: Sequence[str], kolom: int) -> int:
        """Title lines merged over the table's width; returns the next row (0-based), one left blank."""
        for baris, text in enumerate(teks):
            sheet.merge_range(baris, 0, baris, kolom - 1, text, self.judul)
        return len(teks) + 1

    def kepala_di(self, sheet: Worksheet, baris: int, levels: Sequence[Sequence[str]]) -> int:
        """Header rows: equal neighbours merge to the right, `^` merges with the cell above; returns the next row."""
        bawah = baris + len(levels)
        done: set[tuple[int, int]] = set()
        for level, texts in enumerate(levels):
            for kolom, text in enumerate(texts):
                if text == "^" or (level, kolom) in done:
                    continue
                akhir = kolom
                while akhir + 1 < len(texts) and text and texts[akhir + 1] == text:
                    akhir += 1
                dalam = level
                while dalam + 1 < len(levels) and levels[dalam + 1][kolom] == "^":
                    dalam += 1
                done |= {(level, k) for k in range(kolom, akhir + 1)}
                if (dalam, akhir) == (level, kolom):
                    sheet.write(baris + level, kolom, text, self.kepala)
                else:
                    sheet.merge_range(baris + level, kolom, baris + dalam, akhir, text, self.kepala)
        return bawah

    def baris_di(
        self, sheet: Worksheet, baris: int, rows: Iterable[Sequence[Cell]], dress: Format | None = None
    ) -> int:
        """Rows with borders; numbers as number cells, texts as text cells; returns the next row."""
        for row in rows:
            for kolom, value in enumerate(row):
                self._cell(sheet, baris, kolom, value, dress)
            baris += 1
        return baris

    def _cell(self, sheet: Worksheet, baris: int, kolom: int, value: Cell, dress: Format | None) -> None:
        if value is None:
            sheet.write_blank(baris, kolom, None, dress or self.isi)
        elif isinstance(value, str):
            sheet.write_string(baris, kolom, value, dress or self.isi)
        else:
            number = self.angka if isinstance(value, int) else self.desimal
            sheet.write_number(baris, kolom, value, dress or number)

    def kaki_di(self, sheet: Worksheet, baris: int, teks: Sequence[str]) -> None:
        for nomor, text in enumerate(teks):
            sheet.write_string(baris + nomor, 0, text, self.kaki)

    def bytes(self) -> bytes:
        self.book.close()
        return self._out.getvalue()


def tanpa_nilai_rumus(book: bytes) -> bytes:
    """The workbook as a program other than Excel saves it: formulas without the value they gave."""
    return _tiap_bagian(book, lambda part: re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part))


def _tiap_bagian(book: bytes, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, date_time=(1980, 1, 1, 0, 0, 0)), change(old.read(item)))
    return out.getvalue()


def berkas_csv(
    rows: Iterable[Sequence[Any]], *, pemisah: str = ";", sandi: str = "utf-8", semua_kutip: bool = False
) -> bytes:
    """Delimited text with Windows line ends, as Excel and agencies' applications write it."""
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if semua_kutip else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=pemisah, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(sandi)
