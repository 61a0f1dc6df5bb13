"""Budget files with one fault each, as agencies send them, and their contracts. Each stands at a year of its own, so
that what becomes of one does not depend on the others."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import xlsxwriter

from etl.pipeline import decide
from etl.settings import Settings
from tests.warehouse.regency import Regency

Cell = str | int | float | date | None

TAHAP = "  tahap: {role: rincian, list: tahap, aliases: [Tahap], values: {pokok: [Pokok], perubahan: [Perubahan]}}\n"
PAGU = """\
id: bpkad.pagu
title: Pagu anggaran menurut sub kegiatan
description: Pagu satu tahap, satu baris per sub kegiatan dan rekening.
producer: bpkad
urusan: "5.02"
access: terbuka
calendar: {period: tahunan, due_days: 90}
source: {kind: folder, files: "pagu *.xlsx", periods: [{place: file}]}
fact: anggaran
load: periode
layout: [{header: {find: [Kode Sub Kegiatan, Pagu]}}]
columns:
  wilayah: {role: wilayah, scheme: kemendagri, value: "64.08"}
TAHAP  kode: {role: rincian, list: kegiatan, label: nama, aliases: [Kode Sub Kegiatan]}
  nama: {role: teks, aliases: [Sub Kegiatan]}
  rekening: {role: rincian, list: rekening, aliases: [Rekening]}
  pagu: {role: ukuran, indikator: pagu.pagu, aliases: [Pagu]}
indikator:
  pagu.pagu: {nama: Pagu, konsep: Anggaran, definisi: Pagu setahun, satuan: rupiah, measure: pagu}
rules: [{rule: not_null, columns: [pagu], severity: tolak}]
release: {policy: otomatis}
threshold: {quarantined_percent: 60}
""".replace("TAHAP", TAHAP)
REALISASI = (
    PAGU.replace("bpkad.pagu", "bpkad.realisasi")
    .replace("pagu.pagu", "realisasi.realisasi")
    .replace("measure: pagu", "measure: realisasi")
    .replace("pagu *.xlsx", "realisasi *.xlsx")
    .replace("period: tahunan", "period: bulanan")
    .replace(TAHAP, "")
    .replace("Pagu anggaran menurut", "Realisasi anggaran menurut")
    .replace("aliases: [Pagu]", "aliases: [Realisasi]")
    .replace("find: [Kode Sub Kegiatan, Pagu]", "find: [Kode Sub Kegiatan, Realisasi]")
)
BERTINGKAT = """\
id: bpkad.bertingkat
title: Pagu anggaran menurut rekening bertingkat
description: Pagu dengan subtotal di atas rekeningnya, ekspor aplikasi.
producer: bpkad
urusan: "5.02"
access: terbuka
calendar: {period: tahunan, due_days: 90}
source: {kind: folder, files: "bertingkat *.xlsx", periods: [{place: file}]}
fact: anggaran
load: periode
layout: [{header: {find: [Kode, Pagu]}}]
hierarchy: {columns: [kode], tolerance: 0}
columns:
  wilayah: {role: wilayah, scheme: kemendagri, value: "64.08"}
  kode: {role: rincian, list: rekening, aliases: [Kode]}
  pagu: {role: ukuran, indikator: bertingkat.pagu, aliases: [Pagu]}
indikator:
  bertingkat.pagu: {nama: Pagu rekening, konsep: Anggaran, definisi: Pagu setahun, satuan: rupiah, measure: pagu}
release: {policy: otomatis}
"""

KUA, RKA = "5.02.02.2.01.0001", "5.02.02.2.01.0003"
NAMA = {
    KUA: "Koordinasi dan Penyusunan KUA dan PPAS",
    RKA: "Koordinasi, Penyusunan dan Verifikasi RKA-SKPD",
}
CETAK, RAPAT = "5.1.02.01.01.0026", "5.1.02.01.01.0052"
KEPALA_PAGU = ("Tahap", "Kode Sub Kegiatan", "Sub Kegiatan", "Rekening", "Pagu")
KEPALA_REALISASI = ("Kode Sub Kegiatan", "Sub Kegiatan", "Rekening", "Realisasi")


@dataclass(frozen=True)
class Berkas:
    """One file: its name (which says the period), header and rows."""

    nama: str
    kepala: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def bytes(self) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
            sheet = book.add_worksheet("Data")
            for no, row in enumerate([self.kepala, *self.rows]):
                sheet.write_row(no, 0, row)
        return out.getvalue()


def pagu(tahun: int, *rows: tuple[Cell, ...], tahap: str = "Pokok") -> Berkas:
    """Two good rows besides, so that one bad one is not the whole file."""
    good = [(KUA, NAMA[KUA], RAPAT, 410_000_000 + tahun), (RKA, NAMA[RKA], CETAK, 260_500_000 - tahun)]
    return Berkas(f"pagu {tahun} {tahap}.xlsx", KEPALA_PAGU, [(tahap, *row) for row in (*good, *rows)])


def realisasi(periode: str, *amounts: int) -> Berkas:
    rows = [(KUA, NAMA[KUA], RAPAT), (RKA, NAMA[RKA], CETAK)]
    filled = [(*row, amount) for row, amount in zip(rows, amounts, strict=True)]
    return Berkas(f"realisasi {periode}.xlsx", KEPALA_REALISASI, filled)


ZERO_PADDED = pagu(2027, ("5.02.02.02.01.0001", NAMA[KUA], CETAK, 90_000_000))
AS_NUMBER = pagu(2028, (KUA, NAMA[KUA], 5.1, 90_000_000))
"""5.10 as Excel keeps it; the code of a sub kegiatan has more than one dot and stays text."""
AS_DATE = pagu(2029, (date(2026, 2, 1), NAMA[KUA], CETAK, 90_000_000))
OF_A_PROVINCE = pagu(2030, ("5.02.02.1.01.0001", NAMA[KUA], CETAK, 90_000_000))
IN_THOUSANDS = Berkas(
    "pagu 2031 Perubahan.xlsx",
    KEPALA_PAGU,
    [("Perubahan", KUA, NAMA[KUA], RAPAT, 431_000), ("Perubahan", RKA, NAMA[RKA], CETAK, 262_400)],
)
WRONG_SUBTOTAL = Berkas(
    "bertingkat 2032.xlsx",
    ("Kode", "Pagu"),
    [("5.1.02.01.01", 670_500_000), (CETAK, 260_500_000), (RAPAT, 410_001_000)],
)
OLDER_STAGE = pagu(2033, tahap="Pokok")
NEGATIVE = realisasi("2034-02", -5_000_000, 20_000_000)


class Bendahara(Regency):
    """BPKAD with its contracts and an empty folder."""

    def __init__(self, root: Path, dsn: str) -> None:
        self.root = root
        self.settings = Settings(dsn=dsn, home=root / "var", datasets=root / "datasets", sources=str(root / "sumber"))
        self.folder = root / "sumber" / "bpkad"
        self.folder.mkdir(parents=True)
        (root / "datasets" / "bpkad").mkdir(parents=True)
        (root / "datasets" / "skpd.yaml").write_text(
            "bpkad: {nama: Badan Keuangan dan Aset, kode: KT08, folder: bpkad, kontak: data@bpkad.example}\n"
        )
        for name, text in (("pagu", PAGU), ("realisasi", REALISASI), ("bertingkat", BERTINGKAT)):
            (root / "datasets" / "bpkad" / f"{name}.yaml").write_text(text)

    def put(self, *files: Berkas) -> None:
        for file in files:
            path = self.folder / file.nama
            path.write_bytes(file.bytes())
            self.age(path)

    def told(self, file: Berkas) -> list[tuple[str, str, str]]:
        """(rule, cell, message) of everything found in the newest delivery of the file."""
        found = self.query(
            "SELECT rule, col || coalesce(row_no::text, ''), message FROM audit.finding WHERE submission_id ="
            " (SELECT max(id) FROM audit.submission WHERE path = %s) ORDER BY no",
            file.nama,
        )
        return [(str(rule), str(cell), str(message)) for rule, cell, message in found]

    def disagreements(self, file: Berkas) -> list[tuple[str, str]]:
        """(kind, explanation) of what the newest delivery of the file disagrees with."""
        found = self.query(
            "SELECT kind, explanation FROM audit.reconciliation WHERE NOT agrees AND submission_id ="
            " (SELECT max(id) FROM audit.submission WHERE path = %s) ORDER BY kind, no",
            file.nama,
        )
        return [(str(kind), str(explanation)) for kind, explanation in found]

    def state(self, file: Berkas) -> str:
        newest = "SELECT status FROM audit.submission WHERE path = %s ORDER BY id DESC LIMIT 1"
        ((status,),) = self.query(newest, file.nama)
        return str(status)

    def release(self, file: Berkas) -> None:
        """The walidata's word on the newest delivery of the file."""
        newest = "SELECT id FROM audit.submission WHERE path = %s ORDER BY id DESC LIMIT 1"
        ((submission_id,),) = self.query(newest, file.nama)
        decide(self.settings, int(str(submission_id)), "dirilis", "Walidata", "tahap yang lama memang dikirim menyusul")
