"""An agency's folder with every kind of bad file in it, beside a good file of each of its datasets."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.unit.extract.books import SHEET1, ole_container, sheet_xml, with_part
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

Rows = list[list[object]]

GOOD_ROWS: Rows = [[name, n, 2 * n] for n, name in enumerate(KECAMATAN, start=1)]
HEADER = ["Kecamatan", "Puskesmas", "Pustu"]
ODD_NAME = "puskesmas/aneh\n\"1\" '2' <script>alert(1)<.script> 2031 " + "x" * 201 + ".xlsx"
"""250 characters, a line break, quotes and a tag: all that a Linux share allows (a slash it does not)."""

XLSX = CONTRACT.replace("POLICY", "otomatis").replace('"puskesmas*.xlsx"', '"puskesmas/*"')
CSV = (
    XLSX.replace("dinkes.puskesmas", "dinkes.posyandu")
    .replace("kesehatan.", "posyandu.")
    .replace('"puskesmas/*"', '"posyandu/*"')
    .replace("  - sheet: Data\n    header", "  - header")
)
STATED_UTF8 = (
    CSV.replace("dinkes.posyandu", "dinkes.bidan")
    .replace("posyandu.", "bidan.")
    .replace('"posyandu/*"', '"bidan/*"\n  encoding: utf-8')
)
FIXED = (
    XLSX.replace("dinkes.puskesmas", "dinkes.klinik")
    .replace("kesehatan.", "klinik.")
    .replace('"puskesmas/*"', '"klinik/*"')
    .replace("{find: [Kecamatan, Puskesmas]}", "{row: 3}")
)
CODED = """\
id: dinkes.imunisasi
title: Imunisasi menurut wilayah dan tanggal
description: Anak yang diimunisasi, menurut wilayah dan tanggal pelaporan.
producer: dinkes
urusan: "1.02"
access: terbuka
calendar: {period: harian, due_days: 9}
source: {kind: folder, files: "imunisasi/*", periods: [{place: column}]}
load: tambah
layout: [{sheet: Data, header: {row: 1}}]
columns:
  kode: {role: wilayah, scheme: kemendagri}
  tanggal: {role: periode}
  jenis: {role: rincian, required: false}
  anak: {role: ukuran, indikator: imunisasi.anak}
indikator:
  imunisasi.anak: {nama: Anak, konsep: Imunisasi, definisi: Anak yang diimunisasi., satuan: jiwa}
release: {policy: otomatis}
threshold: {quarantined_percent: 30}
"""


@dataclass(frozen=True)
class Case:
    """One bad file and what must become of it.

    rule: of its first refusal or note; empty when it must be taken as if nothing were odd. sheet, cell: where the
    finding stands. says: words that its sentences must hold.
    """

    name: str
    make: Callable[[Path], object]
    status: str = "dikembalikan"
    rule: str = ""
    sheet: str = ""
    cell: str = ""
    says: tuple[str, ...] = ()

    @property
    def dataset(self) -> str:
        return f"dinkes.{self.name.split('/')[0]}"


def of(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def table(rows: Rows, header: list[str] | None = None, sheet: str = "Data", above: int = 2) -> Callable[[Path], object]:
    """A workbook with a title, `above` rows further the header, and the rows; formulas are written as text."""

    def make(path: Path) -> None:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            page = book.add_worksheet(sheet)
            page.write(0, 0, "JUMLAH PUSKESMAS MENURUT KECAMATAN")
            for number, row in enumerate([header or HEADER, *rows], start=above):
                page.write_row(number, 0, row)

    return make


def one_cell(value: object, row: int = 1, column: int = 1) -> Callable[[Path], object]:
    """The good table with one cell changed; it shows at B5 unless told otherwise."""
    rows = [list(cells) for cells in GOOD_ROWS]
    rows[row][column] = value
    return table(rows)


def raw_cell(old: bytes, new: bytes) -> Callable[[Path], object]:
    """The good table with bytes of its sheet changed."""

    def make(path: Path) -> None:
        table(GOOD_ROWS)(path)

        def change(xml: bytes) -> bytes:
            assert old in xml
            return xml.replace(old, new, 1)

        with_part(path, SHEET1, change)

    return make


def raw_text(old: bytes, new: bytes, make: Callable[[Path], object] | None = None) -> Callable[[Path], object]:
    """A table, the good one unless told otherwise, with bytes of its texts changed."""

    def change(xml: bytes) -> bytes:
        assert old in xml
        return xml.replace(old, new, 1)

    def changed(path: Path) -> None:
        (make or table(GOOD_ROWS))(path)
        with_part(path, "xl/sharedStrings.xml", change)

    return changed


def truncated(path: Path) -> None:
    table(GOOD_ROWS)(path)
    path.write_bytes(path.read_bytes()[:-700])


def encrypted(path: Path) -> None:
    """What Excel's «Encrypt with Password» writes: an OLE file with EncryptionInfo and EncryptedPackage."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    sectors = [fat, end, *range(3, 10), end, *range(11, 18), end]

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0"
        head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, free, right, child)
        return head + b"\0" * 36 + struct.pack("<IQ", start, size)

    header = struct.pack("<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
                         0, 1, 1, 0, 4096, end, 0, end, 0)  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    directory = (
        entry("Root Entry", 5, 1, free, end, 0)
        + entry("EncryptionInfo", 2, free, 2, 2, 4096)
        + entry("EncryptedPackage", 2, free, free, 10, 4096)
        + entry("", 0, free, free, 0, 0)
    )
    info = struct.pack("<HHI", 4, 4, 0x40) + b"<?xml version='1.0'?><encryption/>"
    package = struct.pack("<Q", 4000) + bytes(range(256)) * 15
    table_of = struct.pack(f"<{len(sectors)}I", *sectors).ljust(512, b"\xff")
    path.write_bytes(header + table_of + directory + info.ljust(4096, b"\0") + package.ljust(4096, b"\0"))


def uncalculated(all_of_it: bool) -> Callable[[Path], object]:
    """As programs write it that do not calculate: formulas without their results."""

    def make(path: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        page.title = "Data"
        for row in [["JUMLAH PUSKESMAS"], [], HEADER, *GOOD_ROWS]:
            page.append(row)
        for row in range(4, 8) if all_of_it else (5,):
            page[f"B{row}"] = f"=C{row}/2"
        book.save(path)

    return make


def blank(with_table: bool) -> Callable[[Path], object]:
    """Formatted down to Excel's last row, as a column fill leaves it."""

    def make(path: Path) -> None:
        table(GOOD_ROWS if with_table else [])(path)
        rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(8, 1_048_577))

        def change(xml: bytes) -> bytes:
            if not with_table:
                return sheet_xml(rows)
            return xml.replace(b"</sheetData>", rows + b"</sheetData>")

        with_part(path, SHEET1, change)

    return make


def bomb(path: Path) -> None:
    table(GOOD_ROWS)(path)
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
        with package.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part:
            for _ in range(8):
                part.write(b" " * 10_000_000)


def csv(rows: Rows, header: list[str] | None = None, encoding: str = "utf-8") -> bytes:
    lines = [header or HEADER, *rows]
    return "".join(",".join(map(str, line)) + "\n" for line in lines).encode(encoding)


def changed(text: str) -> bytes:
    """The good CSV with the second kecamatan's line replaced."""
    return csv(GOOD_ROWS).replace(b"Muara Wahau,2,4", text.encode())


FORMULA = '=HYPERLINK("http://x";"y")'
HTML = b"<html><head><title>Login</title></head><body>Silakan masuk dahulu</body></html>"

FILES = (
    Case("puskesmas/kosong 2001.xlsx", of(b""), rule="berkas_kosong", says=("0 byte",)),
    Case("puskesmas/sandi 2002.xlsx", encrypted, rule="berkas_terkunci_sandi", says=("kata sandi",)),
    Case("puskesmas/terpotong 2003.xlsx", truncated, rule="berkas_rusak", says=("terpotong",)),
    Case("puskesmas/halaman 2004.xls", of(HTML), rule="bukan_lembar_kerja", says=("HTML", ".xls")),
    Case("puskesmas/halaman 2005.xlsx", of(HTML + b" "), rule="bukan_lembar_kerja", says=("HTML", ".xlsx")),
    Case("posyandu/halaman 2005.csv", of(HTML), rule="bukan_lembar_kerja", says=("HTML", ".csv")),
    Case("posyandu/galat 2006.csv", of(b"<?xml version='1.0'?><galat>Kosong</galat>"), rule="bukan_lembar_kerja",
         says=("XML",)),
    Case("puskesmas/galat 2006.xlsx", of(b"<?xml version='1.0'?><galat>Kosong</galat>"), rule="bukan_lembar_kerja"),
    Case("puskesmas/word 2006.xls", of(ole_container("WordDocument")), rule="bukan_lembar_kerja", says=("Word",)),
    Case("puskesmas/lembar 2007.xlsx", table(GOOD_ROWS, sheet="Rekap"), rule="lembar_tidak_ada",
         says=("Data", "Rekap")),
    Case("puskesmas/geser 2008.xlsx", table(GOOD_ROWS, above=9), "dirilis"),
    Case("klinik/geser 2008.xlsx", table(GOOD_ROWS, above=6), rule="kepala_ditemukan", sheet="Data",
         cell="7", says=("baris 7", "baris 3")),
    Case("puskesmas/kurang 2009.xlsx", table([r[:2] for r in GOOD_ROWS], HEADER[:2]), rule="kolom_wajib", sheet="Data",
         says=("`Pustu`",)),
    Case("posyandu/kurang 2009.csv", of(csv([r[:2] for r in GOOD_ROWS], HEADER[:2])), rule="kolom_wajib",
         says=("`Pustu`",)),
    Case("puskesmas/tambah 2010.xlsx", table([[*r, "x"] for r in GOOD_ROWS], [*HEADER, "Polindes"]), "menunggu",
         "kolom_baru", "Data", "D", ("Polindes",)),
    Case("puskesmas/ganti 2011.xlsx", table(GOOD_ROWS, ["Kecamatan", "Puskesmas", "Pustuu"]), rule="kolom_wajib",
         sheet="Data", says=("Pustuu", "kolom C")),
    Case("puskesmas/ganda 2012.xlsx", table([[*r, 1] for r in GOOD_ROWS], [*HEADER, "Pustu"]), rule="kolom_ganda",
         sheet="Data", cell="D", says=("C, D",)),
    Case("posyandu/ansi 2013.csv", of(changed("Muara Wahau,2,4").replace(b"2,4", b"2,4\xa0")), "menunggu",
         "pengodean", cell="3", says=("Windows-1252",)),
    Case("bidan/ansi 2013.csv", of(csv(GOOD_ROWS, ["Kecamatan", "Puskesmas", "Pustu", "Petugas é"], "cp1252")),
         rule="pengodean", says=("UTF-8", "baris 1")),
    Case("bidan/utf16 2014.csv", of(csv(GOOD_ROWS, encoding="utf-16-le")), rule="byte_nul", says=("UTF-16",)),
    Case("posyandu/utf16 2014.csv", of(b"\xff\xfe" + csv(GOOD_ROWS, encoding="utf-16-le")), "dirilis"),
    Case("posyandu/nul 2015.csv", of(changed("Muara Wahau,\0\0,4")), rule="byte_nul", says=("baris 3",)),
    Case("puskesmas/nul 2015.xlsx", one_cell("2_x0000_"), "menunggu", "angka_terbaca", "Data", "B5"),
    Case("puskesmas/nulnama 2015.xlsx", raw_text(b"Muara Wahau", b"Muara\0Wahau"), "dirilis"),
    Case("puskesmas/rumus 2016.xlsx", uncalculated(False), "menunggu", "rumus_tanpa_nilai", "Data", "B5",
         ("hitung",)),
    Case("puskesmas/rumus 2017.xlsx", uncalculated(True), rule="rumus_tanpa_nilai", sheet="Data", cell="B4",
         says=("Excel",)),
    Case("puskesmas/polos 2018.xlsx", blank(False), rule="lembar_kosong", sheet="Data"),
    Case("puskesmas/panjang 2019.xlsx", blank(True), "dirilis"),
    Case("puskesmas/dimensi 2020.xlsx", raw_cell(b'<dimension ref="A1:C7"/>', b'<dimension ref="A1:XFD1048576"/>'),
         "dirilis"),
    Case("puskesmas/sudut 2021.xlsx",
         raw_cell(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
         rule="terlalu_besar", says=("XFD1048576",)),
    Case("puskesmas/bom 2022.xlsx", bomb, rule="terlalu_besar"),
    Case(ODD_NAME, one_cell("dua"), "menunggu", "angka_terbaca", "Data", "B5"),
)  # fmt: skip
"""Files that are bad as a whole, or look so."""

KINDS = table([[code, "1/5/2022", "Campak+Rubela", 5] for code in ("64.08.01", "64.08.02", "64.08.03", "64.08.04")],
              ["kode", "tanggal", "jenis", "anak"], above=0)  # fmt: skip
CELLS = (
    Case("imunisasi/jenis.xlsx", raw_text(b"Campak+", b"Campak\0", KINDS), "dirilis"),
    Case("imunisasi/kepala.xlsx", raw_text(b">jenis<", b">jen\0is<", KINDS), "menunggu", "kolom_baru", "Data", "C"),
    Case("puskesmas/teks 2041.xlsx", one_cell("9" * 30_000), "menunggu", "angka_terbaca", "Data", "B5", ("digit",)),
    Case("posyandu/teks 2041.csv", of(changed("Muara Wahau," + "9" * 100_000 + ",4")), "menunggu", "angka_terbaca",
         "", "B3", ("digit",)),
    Case("posyandu/nama 2042.csv", of(changed("M" * 100_000 + ",2,4")), "menunggu", "wilayah_dikenal", "", "A3"),
    Case("posyandu/catatan 2043.csv", of(csv([[*r, "k" * 100_000] for r in GOOD_ROWS], [*HEADER, "Ket"])), "menunggu",
         "kolom_baru", "", "D"),
    Case("posyandu/pangkat 2044.csv", of(changed("Muara Wahau,1e400,4")), "menunggu", "angka_terbaca", "", "B3"),
    Case("puskesmas/pangkat 2044.xlsx", raw_cell(b'<c r="B5"><v>2</v>', b'<c r="B5"><v>1e400</v>'), "menunggu",
         "angka_terbaca", "Data", "B5"),
    Case("puskesmas/besar 2045.xlsx", raw_cell(b'<c r="B5"><v>2</v>', b'<c r="B5"><v>1E+40</v>'), "menunggu",
         "angka_terbaca", "Data", "B5", ("digit",)),
    Case("posyandu/empatpuluh 2045.csv", of(changed("Muara Wahau," + "1234567890" * 4 + ",4")), "menunggu",
         "angka_terbaca", "", "B3", ("digit",)),
    Case("puskesmas/suntik 2046.xlsx", one_cell(FORMULA, column=0), "menunggu", "wilayah_dikenal", "Data", "A5"),
    Case("posyandu/suntik 2046.csv", of(changed('"=HYPERLINK(""http://x"";""y"")",2,4')), "menunggu",
         "wilayah_dikenal", "", "A3"),
    Case("imunisasi/kode.xlsx", table([[code, "02/01/2024", 5] for code in ("64.08.01", "64.08.02", 64.8, "64.08.03")],
         ["kode", "tanggal", "anak"], above=0), "menunggu", "wilayah_dikenal", "Data", "A4", ("64.08", "Teks")),
    Case("imunisasi/tanggal.xlsx",
         table([["64.08.01", day, 5] for day in ("31/01/2023", "28/02/2023", "31/02/2023", "1/3/2023")],
               ["kode", "tanggal", "anak"], above=0), "menunggu", "periode_terbaca", "Data", "B4", ("tanggal",)),
)  # fmt: skip
"""Files of which one cell is bad; the others are loaded."""

GOOD = (
    Case("puskesmas/baik 2024.xlsx", table(GOOD_ROWS), "dirilis"),
    Case("posyandu/baik 2024.csv", of(csv(GOOD_ROWS)), "dirilis"),
    Case("bidan/baik 2024.csv", of(csv(GOOD_ROWS)), "dirilis"),
    Case("klinik/baik 2024.xlsx", table(GOOD_ROWS), "dirilis"),
    Case(
        "imunisasi/baik.xlsx", table([["64.08.01", "02/01/2025", 5]], ["kode", "tanggal", "anak"], above=0), "dirilis"
    ),
)
EXCEL_LOCK = "puskesmas/~$baik 2024.xlsx"
LINK = "puskesmas/tautan 2023.xlsx"


def regency(root: Path, dsn: str) -> Regency:
    """The agency with its five datasets and no file yet."""
    place = Regency(root, dsn)
    for name, text in {
        "puskesmas": XLSX, "posyandu": CSV, "bidan": STATED_UTF8, "klinik": FIXED, "imunisasi": CODED,
    }.items():  # fmt: skip
        place.contract(text, name)
        (place.folder / name).mkdir()
    return place


def fill(place: Regency, cases: tuple[Case, ...]) -> None:
    for case in cases:
        path = place.folder / case.name
        case.make(path)
        place.age(path)
