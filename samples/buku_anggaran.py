"""The workbooks of the budget and of performance, as SIPD and the agencies write them."""

from __future__ import annotations

from collections.abc import Sequence

from anggaran import (
    BULAN,
    SAMPAI,
    SKPD,
    Pos,
    bertingkat,
    dibayar,
    kas,
    nama_kegiatan,
    pagu,
    realisasi,
    tanpa_sumber_dana,
)
from bahan import Buku, Cell
from kinerja import KINERJA

PEMDA = "PEMERINTAH KABUPATEN KUTAI TIMUR"
CONTOH = "Angka rekaan untuk demonstrasi"


def apbd(tahun: int) -> bytes:
    """Both stages side by side; codes in three columns under one merged header, parents above their accounts."""
    buku = Buku(f"Penjabaran APBD {tahun}", "BPKAD Kutai Timur", "#E2EFDA")
    sheet = buku.lembar("Penjabaran", [24, 20, 20, 60, 14, 20, 20, 20])
    judul = [
        PEMDA,
        "PENJABARAN PERUBAHAN APBD MENURUT ORGANISASI, SUB KEGIATAN DAN REKENING",
        f"TAHUN ANGGARAN {tahun}",
    ]
    baris = buku.judul_di(sheet, judul, 8)
    kode, jumlah = "Kode", "Jumlah (Rp)"
    levels = [
        [kode, kode, kode, "Uraian", "Sumber Dana", jumlah, jumlah, "Bertambah/ (Berkurang)"],
        ["SKPD", "Sub Kegiatan", "Rekening", "^", "^", "Sebelum Perubahan", "Setelah Perubahan", "^"],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    baris = buku.baris_di(sheet, baris, [[str(n) for n in range(1, 9)]], buku.nomor)
    pokok, perubahan = pagu(tahun, "pokok"), pagu(tahun, "perubahan")
    for satu in bertingkat({pos: [nilai, perubahan[pos], perubahan[pos] - nilai] for pos, nilai in pokok.items()}):
        cells: list[Cell] = [*_kode(satu.kode), satu.uraian, satu.sumber_dana or None, *(satu.nilai or (None,) * 3)]
        baris = buku.baris_di(sheet, baris, [cells], None if satu.is_leaf else buku.jumlah)
    buku.kaki_di(sheet, baris + 1, [CONTOH])
    return buku.bytes()


def _kode(kode: Sequence[str]) -> list[str | None]:
    return [bagian or None for bagian in kode]


def lra(bulan: int) -> bytes:
    """The treasurer's realisation of one month of 2026 (1 is January); the month alone beside the months before it."""
    buku = Buku(f"LRA {BULAN[bulan - 1]} 2026", "BPKAD Kutai Timur", "#FCE4D6")
    sheet = buku.lembar("LRA", [24, 20, 20, 60, 20, 20, 20, 20, 20])
    judul = [PEMDA, "LAPORAN REALISASI ANGGARAN PENDAPATAN DAN BELANJA", f"BULAN {BULAN[bulan - 1].upper()} 2026"]
    baris = buku.judul_di(sheet, judul, 9)
    levels = [
        [*["Kode"] * 3, "Uraian", "Anggaran", *["Realisasi"] * 3, "Sisa Anggaran"],
        ["SKPD", "Sub Kegiatan", "Rekening", "^", "^", "s.d. Bulan Lalu", "Bulan Ini", "s.d. Bulan Ini", "^"],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    baris = buku.baris_di(sheet, baris, [[str(n) for n in range(1, 10)]], buku.nomor)
    anggaran = tanpa_sumber_dana({pos: [nilai] for pos, nilai in pagu(2026, "pokok").items()})
    isi: dict[Pos, Sequence[int]] = {}
    for pos, bulanan in tanpa_sumber_dana(realisasi()).items():
        lalu, ini = sum(bulanan[: bulan - 1]), bulanan[bulan - 1]
        isi[pos] = [anggaran[pos][0], lalu, ini, lalu + ini, anggaran[pos][0] - lalu - ini]
    for satu in bertingkat(isi):
        cells: list[Cell] = [*_kode(satu.kode), satu.uraian, *(satu.nilai or (None,) * 5)]
        baris = buku.baris_di(sheet, baris, [cells], None if satu.is_leaf else buku.jumlah)
    buku.kaki_di(sheet, baris + 1, [CONTOH])
    return buku.bytes()


def rak() -> bytes:
    """The cash plan after the change of the budget; agency, programme and account mixed in one column, a total row."""
    buku = Buku("RAK 2026", "BPKAD Kutai Timur", "#FFF2CC")
    sheet = buku.lembar("RAK Belanja", [26, 60, 20, *[18] * 12])
    baris = buku.judul_di(sheet, [f"RENCANA ANGGARAN KAS BELANJA {PEMDA} PERUBAHAN APBD TAHUN 2026"], 15)
    baris = buku.kepala_di(sheet, baris, [["Kode Rekening", "Uraian", "Anggaran Tahun Ini", *BULAN]])
    belanja = {pos: nilai for pos, nilai in pagu(2026, "perubahan").items() if pos[2].startswith("5")}
    isi = tanpa_sumber_dana({pos: [nilai, *kas(pos, nilai)] for pos, nilai in belanja.items()})
    for satu in bertingkat({pos: tuple(nilai) for pos, nilai in isi.items()}):
        cells: list[Cell] = [next(bagian for bagian in reversed(satu.kode) if bagian), satu.uraian, *satu.nilai]
        baris = buku.baris_di(sheet, baris, [cells], None if satu.is_leaf else buku.jumlah)
    total = [sum(kolom) for kolom in zip(*isi.values(), strict=True)]
    baris = buku.baris_di(sheet, baris, [["JUMLAH", None, *total]], buku.jumlah)
    buku.lembar("Catatan", [40]).write_string(0, 0, CONTOH)
    return buku.bytes()


def buku_skpd(skpd: str, *, kumulatif: bool = False) -> bytes:
    """An agency's own record of 2026: a flat table with the months to the right; `kumulatif`: each up to that month."""
    satuan = SKPD[skpd]
    buku = Buku("Realisasi belanja 2026", satuan.nama)
    sheet = buku.lembar("Realisasi", [22, 50, 20, 50, *[16] * SAMPAI])
    sampai = "SAMPAI DENGAN BULAN YANG BERSANGKUTAN" if kumulatif else "TIAP BULAN"
    judul = ["BUKU PEMBANTU REALISASI BELANJA", satuan.nama.upper(), f"TAHUN 2026, {sampai}"]
    baris = buku.judul_di(sheet, judul, 4 + SAMPAI)
    kepala = ["Kode Sub Kegiatan", "Sub Kegiatan", "Kode Rekening", "Uraian Rekening", *BULAN[:SAMPAI]]
    baris = buku.kepala_di(sheet, baris, [kepala])
    milik = {pos: nilai for pos, nilai in realisasi().items() if pos[0] == skpd}
    daun = [satu for satu in bertingkat(tanpa_sumber_dana(milik)) if satu.is_leaf]
    rows: list[list[Cell]] = []
    for satu in daun:
        bulanan = [sum(satu.nilai[: n + 1]) if kumulatif else satu.nilai[n] for n in range(SAMPAI)]
        rows.append([satu.kode[1], nama_kegiatan(satu.kode[1]), satu.kode[2], satu.uraian, *bulanan])
    baris = buku.baris_di(sheet, baris, rows)
    total = [sum(int(str(row[4 + n])) for row in rows) for n in range(SAMPAI)]
    baris = buku.baris_di(sheet, baris, [["Jumlah", None, None, None, *total]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, [CONTOH])
    return buku.bytes()


def e81(skpd: str) -> bytes:
    """Form E.81 of Permendagri 86/2017 with two quarters of 2026 filled in; an indicator may belong to a programme."""
    satuan = SKPD[skpd]
    buku = Buku("Evaluasi Renja 2026", satuan.nama, "#DDEBF7")
    sheet = buku.lembar("E.81", [5, 20, 50, 50, 14, 10, 12, 20, *[12] * 2, *[20] * 2, *[10] * 2, *[40] * 4, 24])
    judul = ["EVALUASI TERHADAP HASIL RENJA PERANGKAT DAERAH (FORMULIR E.81)", satuan.nama.upper(), "TAHUN 2026"]
    baris = buku.judul_di(sheet, judul, 19)
    tw = ["TW I", "TW II"]
    berganda = [
        "Realisasi Kinerja",
        "Realisasi Keuangan (Rp)",
        "Realisasi Fisik (%)",
        "Faktor Penghambat",
        "Tindak Lanjut",
    ]
    tunggal = ["No", "Kode", "Program / Sub Kegiatan", "Indikator Kinerja", "Satuan", "Arah"]
    target = "Target Tahun Berjalan"
    levels = [
        [*tunggal, target, target, *[nama for nama in berganda for _ in tw], "Unit Penanggung Jawab"],
        [*["^"] * len(tunggal), "K", "Rp", *tw * len(berganda), "^"],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    for nomor, satu in enumerate(KINERJA[skpd], 1):
        milik = pagu(2026, "perubahan")
        rencana = sum(nilai for pos, nilai in milik.items() if pos[0] == skpd and pos[1].startswith(satu.kode))
        uang = [dibayar(skpd, satu.kode, range(3)), dibayar(skpd, satu.kode, range(3, 6))]
        cells: list[Cell] = [nomor, satu.kode, nama_kegiatan(satu.kode), satu.indikator, satu.satuan, satu.arah]
        cells += [
            satu.target,
            rencana,
            *satu.capaian,
            *uang,
            *satu.fisik,
            *satu.penghambat,
            *satu.tindak_lanjut,
            satu.unit,
        ]
        baris = buku.baris_di(sheet, baris, [[cell if cell != "" else None for cell in cells]])
    buku.kaki_di(sheet, baris + 1, [CONTOH])
    return buku.bytes()
