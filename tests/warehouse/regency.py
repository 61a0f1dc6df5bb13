"""A regency of one agency for the tests of the journey: real files in a real folder, a real warehouse."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg2
import xlsxwriter

from etl.pipeline import Outcome, run
from etl.settings import Settings

KECAMATAN = {
    "Muara Ancalong": "64.08.01",
    "Muara Wahau": "64.08.02",
    "Muara Bengkal": "64.08.03",
    "Sangatta Utara": "64.08.04",
}

CONTRACT = """\
id: dinkes.puskesmas
title: Jumlah puskesmas menurut kecamatan
description: Puskesmas dan pustu yang beroperasi pada 31 Desember.
producer: dinkes
urusan: "1.02"
access: terbuka
calendar: {period: tahunan, due_days: 90}
source:
  kind: folder
  files: "puskesmas*.xlsx"
  periods: [{place: file, pattern: '(\\d{4})'}]
load: periode
layout:
  - sheet: Data
    header: {find: [Kecamatan, Puskesmas]}
    stop: ["Sumber:"]
columns:
  kecamatan: {role: wilayah, scheme: nama, level: kecamatan, aliases: [Kecamatan]}
  puskesmas: {role: ukuran, indikator: kesehatan.puskesmas, aliases: [Puskesmas]}
  pustu: {role: ukuran, indikator: kesehatan.pustu, aliases: [Pustu]}
totals: {where: {kecamatan: [Jumlah]}}
indikator:
  kesehatan.puskesmas: {nama: Jumlah puskesmas, konsep: Fasilitas, definisi: Puskesmas yang beroperasi., satuan: unit}
  kesehatan.pustu: {nama: Jumlah pustu, konsep: Fasilitas, definisi: Pustu yang beroperasi., satuan: unit}
rules:
  - {rule: not_negative, columns: [puskesmas, pustu], severity: tolak}
  - {rule: change_within, percent: 50, severity: catatan, say: "Berubah lebih dari 50%: sebutkan sebabnya."}
release: {policy: POLICY}
threshold: {quarantined_percent: 30}
"""


class Regency:
    """Folders and settings; `drop` puts a workbook where the agency would, `go` runs everything."""

    def __init__(self, root: Path, dsn: str, policy: str = "otomatis") -> None:
        self.root = root
        self.settings = Settings(dsn=dsn, home=root / "var", datasets=root / "datasets", sources=str(root / "sumber"))
        self.folder = root / "sumber" / "dinkes"
        self.folder.mkdir(parents=True)
        (root / "datasets" / "dinkes").mkdir(parents=True)
        (root / "datasets" / "skpd.yaml").write_text(
            "dinkes: {nama: Dinas Kesehatan, kode: KT09, folder: dinkes, kontak: data@dinkes.example}\n"
        )
        self.contract(CONTRACT.replace("POLICY", policy))

    def contract(self, text: str, name: str = "puskesmas") -> None:
        (self.root / "datasets" / "dinkes" / f"{name}.yaml").write_text(text)

    def drop(self, name: str, rows: dict[str, tuple[object, object]], total: bool = True) -> Path:
        """A workbook with a title, the table, a totals row and a source line. Old enough not to look half written."""
        path = self.folder / name
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Data")
            sheet.write(0, 0, "JUMLAH PUSKESMAS MENURUT KECAMATAN")
            sheet.write_row(2, 0, ["Kecamatan", "Puskesmas", "Pustu"])
            for number, (kecamatan, figures) in enumerate(rows.items(), start=3):
                sheet.write_row(number, 0, [kecamatan, *figures])
            if total:
                numbers = [[v for v in column if isinstance(v, int)] for column in zip(*rows.values(), strict=True)]
                sheet.write_row(3 + len(rows), 0, ["Jumlah", *map(sum, numbers)])
            sheet.write(4 + len(rows), 0, "Sumber: Dinas Kesehatan")
        self.age(path)
        return path

    @staticmethod
    def age(path: Path, seconds: int = 60) -> None:
        stat = path.stat()
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns - seconds * 10**9))

    def go(self, **choice: object) -> list[Outcome]:
        return run(self.settings, **choice)

    def query(self, text: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg2.connect(self.settings.dsn) as conn, conn.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()

    def figures(self, indikator: str = "kesehatan.puskesmas") -> dict[tuple[str, str], float]:
        """(wilayah, periode) → released figure, as the portal shows it."""
        found = self.query("SELECT wilayah, periode, nilai FROM portal.nilai WHERE indikator = %s", indikator)
        return {(w, p): float(n) for w, p, n in found}
