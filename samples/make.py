"""Writes the demo regency: `sumber/` (what the agencies share), `revisi/` (second deliveries), `tambahan/` (the
file of docs/add-a-dataset.md) and `basisdata/`.

    .venv/bin/python samples/make.py

The table below is the whole demo; an argument beside the year is a deliberate fault, explained in README.md and
promised in harapan.csv. All figures but those of poverty are invented.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import buku_anggaran as uang
import buku_kerja as buku
import teks
from anggaran import BULAN, SAMPAI

HERE = Path(__file__).resolve().parent

HTML = b"""<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><table border="1">
<tr><th>Kecamatan</th><th>Puskesmas</th></tr><tr><td>Sangatta Utara</td><td>3</td></tr></table></body></html>
"""
KUNCI = b"\x05Admin" + b" " * 49 + "Admin".encode("utf-16-le").ljust(110, b" ")
"""What Excel leaves beside an open workbook."""
NIK = "6408994104900001"
"""Shaped as a NIK, but of a kecamatan (99) that does not exist: nobody's number."""

SUMBER: dict[str, Callable[[], bytes]] = {
    "bapenda/pajak/realisasi_pajak_2024.csv": lambda: teks.pajak(2024, 12),
    "bapenda/pajak/realisasi_pajak_2025.csv": lambda: teks.pajak(2025, 9, tanggal=True),
    "bappeda/kemiskinan/Statistik Kemiskinan Kutai Timur 2015-2024.xlsx": lambda: buku.kemiskinan(),
    "bappeda/pdrb/PDRB ADHB Kutai Timur 2020-2024.xlsx": lambda: buku.pdrb(range(2020, 2025)),
    **{f"bpkad/apbd/Penjabaran APBD {tahun}.xlsx": lambda t=tahun: uang.apbd(t) for tahun in (2024, 2025, 2026)},  # type: ignore[misc]
    **{f"bpkad/lra/LRA {BULAN[n]} 2026.xlsx": lambda b=n + 1: uang.lra(b) for n in range(SAMPAI)},  # type: ignore[misc]
    "bpkad/rak/RAK Perubahan 2026.xlsx": lambda: uang.rak(),
    "dinkes/anggaran/realisasi_belanja_2026.csv": lambda: teks.realisasi_dinkes(),
    "dinkes/faskes/Faskes Tahun 2020.xls": lambda: HTML,
    "dinkes/faskes/faskes_2021.xlsx": lambda: buku.faskes_lama(2021),
    "dinkes/faskes/faskes_2022.xlsx": lambda: buku.faskes_lama(2022, tanpa="Busang"),
    "dinkes/faskes/Faskes Kutim 2023.xlsx": lambda: buku.faskes_baru(2023),
    "dinkes/faskes/Faskes Kutim 2024.xlsx": lambda: buku.faskes_baru(2024, jumlah_posyandu=333),
    "dinkes/kinerja/E81 Dinkes 2026.xlsx": lambda: uang.e81("dinkes"),
    "dinkes/stunting/Data Stunting 2023.xlsx": lambda: buku.stunting(2023),
    "dinkes/stunting/Data Stunting 2024.xlsx": lambda: buku.stunting(2024, diubah={"64.08.09.2002": (2, -4)}),
    "dinsos/bansos/Bansos TW I 2025.csv": lambda: teks.bansos(2025, 1),
    "dinsos/bansos/Bansos TW II 2025.csv": lambda: teks.bansos(2025, 2, nik=NIK, ganda="Kaubun"),
    "dinsos/bansos/Bansos TW III 2025.csv": lambda: teks.bansos(
        2025, 3, nama_salah={"Rantau Pulung": "Rantau Pulng", "Sangatta Utara": "Sangatta", "Karangan": "Karangn"}
    ),
    "disdikbud/anggaran/Realisasi Belanja 2026.xlsx": lambda: uang.buku_skpd("disdikbud"),
    "disdikbud/kinerja/E81 Disdikbud 2026.xlsx": lambda: uang.e81("disdikbud"),
    "disdikbud/murid/Murid Kutai Timur 2021-2025.xlsx": lambda: buku.murid(
        range(2021, 2026), lonjakan=("Telen", "SMP", 2025, 761)
    ),
    "disdikbud/partisipasi/APK APM 2023.csv": lambda: teks.partisipasi(2023),
    "disdikbud/partisipasi/APK APM 2024.csv": lambda: teks.partisipasi(2024, salah={"Kaliorang": (3, "104,20")}),
    "disdikbud/partisipasi/APK APM 2025.csv": lambda: b"",
    "disdikbud/sekolah/Sekolah 2023.csv": lambda: teks.sekolah(2023, kepala={"Rombongan Belajar": "Jml Rombel"}),
    "disdikbud/sekolah/Sekolah 2024.csv": lambda: teks.sekolah(2024),
    "disdikbud/sekolah/Sekolah 2025.csv": lambda: teks.sekolah(2024),
    "disdukcapil/pendidikan/pendidikan_2024.csv": lambda: teks.pendidikan([(1, 2024), (2, 2024)]),
    "disdukcapil/pendidikan/pendidikan_2025.csv": lambda: teks.pendidikan(
        [(1, 2025)], periode_salah="Semester III 2025"
    ),
    "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx": lambda: buku.penduduk(2, 2024),
    "disdukcapil/penduduk/Rekap Penduduk DKB1 2025.xlsx": lambda: buku.penduduk(1, 2025),
    "disdukcapil/penduduk/Rekap Penduduk DKB2 2025.xlsx": lambda: buku.penduduk(2, 2025)[:9_000],
    "disdukcapil/penduduk/~$Rekap Penduduk DKB2 2025.xlsx": lambda: KUNCI,
    "disdukcapil/umur/Penduduk Kelompok Umur 2023.xlsx": lambda: buku.penduduk_umur(2023),
    "disdukcapil/umur/Penduduk Kelompok Umur 2024.xlsx": lambda: buku.penduduk_umur(
        2024, ejaan={"Sangatta Utara": "Sangata Utra"}
    ),
    "dpu/anggaran/Realisasi Belanja 2026.xlsx": lambda: uang.buku_skpd("dpu", kumulatif=True),
    "dpu/jalan/Kondisi Jalan 31 DESEMBER 2023.xlsx": lambda: buku.jalan(2023),
    "dpu/jalan/Kondisi Jalan 31 DESEMBER 2024.xlsx": lambda: buku.jalan(2024, salah={"Sandaran": 96.4}),
    "dpu/jalan/Kondisi Jalan 31 DESEMBER 2025.xlsx": lambda: buku.jalan(2025, tanpa_nilai=True),
    "dpu/kinerja/E81 DPU 2026.xlsx": lambda: uang.e81("dpu"),
    "dtphp/padi/Produksi Padi 2022.xlsx": lambda: buku.padi(2022, salah={"Kaliorang": (4, "32,15")}),
    "dtphp/padi/Produksi Padi 2023.xlsx": lambda: buku.padi(2023, catatan="Angka tetap"),
    "dtphp/padi/Produksi Padi 2024.xlsx": lambda: buku.padi(2024, salah={"Bengalon": (3, "3o1,50")}),
    "dtphp/ternak/Populasi Ternak 2023.xlsx": lambda: buku.ternak(2023),
    "dtphp/ternak/Populasi Ternak 2024.xlsx": lambda: buku.ternak(2024, tanpa="Busang"),
}

REVISI: dict[str, Callable[[], bytes]] = {
    "dinkes/faskes/Faskes Kutim 2023.xlsx": lambda: buku.faskes_baru(
        2023, diubah={"Bengalon": (5, 37), "Kaubun": (5, 16)}
    ),
    "disdikbud/sekolah/Sekolah 2023.csv": lambda: teks.sekolah(2023),
    "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx": lambda: buku.penduduk(
        2, 2024, desa_diubah={"64.08.04.2012": 214, "64.08.04.1010": -97}
    ),
}

TAMBAHAN: dict[str, Callable[[], bytes]] = {
    "dinkes/nakes/Tenaga Kesehatan 2024.xlsx": lambda: buku.tenaga_kesehatan(2024),
}

BASISDATA: dict[str, Callable[[], bytes]] = {"dpmptsp.sql": teks.dpmptsp}


FOLDERS = {"sumber": SUMBER, "revisi": REVISI, "tambahan": TAMBAHAN, "basisdata": BASISDATA}


def tulis(folder: Path, files: dict[str, Callable[[], bytes]]) -> int:
    """Writes every file below `folder`, which is emptied first; returns how many."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, make in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
    return len(files)


if __name__ == "__main__":
    for folder, files in FOLDERS.items():
        print(f"samples/{folder}: {tulis(HERE / folder, files)} berkas")
