"""The files that are measured: one big delimited file and workbooks, with the contracts that read them."""

from __future__ import annotations

import csv
import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

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


def write_long_csv(path: Path, n: int, reference: Path, seed: int = 1) -> None:
    """The same columns in up to 7 million distinct shuffled rows, made as columns: no list holds so many."""
    months = [f"{year}-{month:02d}" for year in range(2000, 2025) for month in range(1, 13)]
    names = dict(desa(reference))
    parts = (months, list(names), ["Laki-laki", "Perempuan"], AGES, SCHOOLING)
    rng = np.random.default_rng(seed)
    month, village, sex, age, school = np.unravel_index(rng.permutation(n), [len(part) for part in parts])
    columns = {
        "kode_desa": _texts(list(names), village),
        "desa": _texts(list(names.values()), village),
        "bulan": _texts(months, month),
        "jenis_kelamin": _texts(parts[2], sex),
        "kelompok_umur": _texts(AGES, age),
        "pendidikan": _texts(SCHOOLING, school),
        "jumlah": pa.array(rng.integers(0, 4000, n)),
        "keterangan": pa.nulls(n, pa.string()),
    }
    pacsv.write_csv(pa.table(columns), path, pacsv.WriteOptions(quoting_style="needed"))


def _texts(values: list[str], index: npt.NDArray[np.int64]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(values)).cast(pa.string())


def write_csv(path: Path, table: list[list[str | int]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(table)


def write_workbook(
    path: Path, table: Sequence[Sequence[str | float]], header: Sequence[str] = HEADER, *, shared: bool = False
) -> None:
    """shared: every text once, as Excel writes it; else in its cell, as programs do."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": not shared}) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, header)
        for number, row in enumerate(table, start=1):
            sheet.write_row(number, 0, row)


def write_small_files(folder: Path, n: int, reference: Path) -> None:
    """n files of a few hundred bytes, one per month and district or so."""
    folder.mkdir()
    villages = desa(reference)
    for number in range(n):
        kode, nama = villages[number % len(villages)]
        row = [kode, nama, f"{2010 + number // 1692}-{number // 141 % 12 + 1:02d}", "L", "0-4", "SD", number, ""]
        write_csv(folder / f"laporan-{number:04d}.csv", [row])


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


SKPD = "uji: {nama: SKPD uji, kode: KT99, folder: uji, kontak: uji@example.go.id}\n"
SKPD += "kecil: {nama: SKPD kecil, kode: KT98, folder: kecil, kontak: kecil@example.go.id}\n"


def write_contract(datasets: Path, name: str, pattern: str, threshold: int = 5, skpd: str = "uji") -> None:
    (datasets / skpd).mkdir(parents=True, exist_ok=True)
    (datasets / "skpd.yaml").write_text(SKPD, encoding="utf-8")
    text = CONTRACT.format(name=name, pattern=pattern, threshold=threshold)
    text = text.replace("producer: uji", f"producer: {skpd}").replace(f"uji.{name}", f"{skpd}.{name}")
    (datasets / skpd / f"{name}.yaml").write_text(text, encoding="utf-8")
