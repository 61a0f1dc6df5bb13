"""The files that are measured: one big delimited file and workbooks, with the contracts that read them."""

from __future__ import annotations

import csv
import itertools
import random
from pathlib import Path

AGES = [f"{start}-{start + 4}" for start in range(0, 80, 5)] + ["80+"]
SCHOOLING = ["Tidak sekolah", "SD", "SMP", "SMA", "Perguruan tinggi"]
HEADER = ["kode_desa", "desa", "bulan", "jenis_kelamin", "kelompok_umur", "pendidikan", "jumlah", "keterangan"]

CONTRACT = """\
id: uji.{name}
title: Penduduk menurut umur dan pendidikan ({name})
description: Angka rekaan untuk mengukur kecepatan; tidak pernah dipublikasikan.
producer: uji
urusan: "2.12"
access: terbuka
calendar: {{period: bulanan, due_days: 30}}
source:
  kind: folder
  files: "{pattern}"
load: penuh
layout:
  - header: {{row: 1}}
columns:
  kode_desa: {{role: wilayah, scheme: kemendagri, level: desa}}
  desa: {{role: teks}}
  bulan: {{role: periode}}
  jenis_kelamin: {{role: rincian, values: {{L: [Laki-laki], P: [Perempuan]}}}}
  kelompok_umur: {{role: rincian}}
  pendidikan: {{role: rincian}}
  jumlah: {{role: ukuran, indikator: uji.{name}}}
  keterangan: {{role: teks}}
indikator:
  uji.{name}:
    nama: Jumlah penduduk
    konsep: Penduduk
    definisi: Penduduk yang berdomisili enam bulan atau lebih.
    satuan: orang
rules:
  - {{rule: not_null, columns: [kode_desa, bulan, jumlah], severity: tolak}}
  - {{rule: not_negative, columns: [jumlah], severity: tolak}}
  - {{rule: between, columns: [jumlah], min: 0, max: 1000000, severity: tolak}}
  - {{rule: in_set, columns: [jenis_kelamin], values: [L, P], severity: tolak}}
  - {{rule: max_length, columns: [keterangan], length: 80, severity: catatan}}
  - {{rule: unique, columns: [kode_desa, bulan, jenis_kelamin, kelompok_umur, pendidikan], severity: tolak}}
release: {{policy: otomatis}}
threshold: {{quarantined_percent: {threshold}}}
"""


def desa(reference: Path) -> list[tuple[str, str]]:
    """(kode Kemendagri, nama) of the 141 desa and kelurahan."""
    with reference.open(encoding="utf-8", newline="") as stream:
        return [
            (row["kode"], row["nama"])
            for row in csv.DictReader(stream)
            if row["tingkat"] in ("desa", "kelurahan") and row["kode"].startswith("64.08.")
        ]


def rows(n: int, reference: Path, seed: int = 1) -> list[list[str | int]]:
    """n distinct rows in a fixed shuffled order."""
    rng = random.Random(seed)
    months = [f"{year}-{month:02d}" for year in range(2019, 2025) for month in range(1, 13)]
    keys = itertools.product(months, desa(reference), ("Laki-laki", "Perempuan"), AGES, SCHOOLING)
    made = [
        [kode, nama, month, sex, age, school, rng.randrange(0, 4000), ""]
        for month, (kode, nama), sex, age, school in itertools.islice(keys, n)
    ]
    rng.shuffle(made)
    return made


def write_csv(path: Path, table: list[list[str | int]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(table)


def write_workbook(path: Path, table: list[list[str | int]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(table, start=1):
            sheet.write_row(number, 0, row)


def spoil(table: list[list[str | int]], share: float, seed: int = 2) -> list[list[str | int]]:
    """The same rows with that share of them broken, in turn: unknown region, unreadable number, negative, doubled."""
    rng = random.Random(seed)
    spoilt = [list(row) for row in table]
    for number in rng.sample(range(len(table)), int(len(table) * share)):
        row = spoilt[number]
        match number % 4:
            case 0:
                row[0] = "64.08.99.2999"
            case 1:
                row[6] = "dua puluh"
            case 2:
                row[6] = -5
            case 3:
                row[2] = "bulan lalu"
    return spoilt


def write_contract(datasets: Path, name: str, pattern: str, threshold: int = 5) -> None:
    (datasets / "uji").mkdir(parents=True, exist_ok=True)
    (datasets / "skpd.yaml").write_text(
        "uji: {nama: SKPD uji, kode: KT99, folder: uji, kontak: uji@example.go.id}\n", encoding="utf-8"
    )
    text = CONTRACT.format(name=name, pattern=pattern, threshold=threshold)
    (datasets / "uji" / f"{name}.yaml").write_text(text, encoding="utf-8")
