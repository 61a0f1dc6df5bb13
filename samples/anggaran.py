"""Budget and performance of four agencies, one invented story told by every file: the budget balances, the cash plan is
the budget, and what the agencies say they spent is what the treasurer paid.

Codes, names and performance indicators are those of the nomenclature (SIPD, 23 January 2026); the SIPD codes of the
agencies and all amounts are invented.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bahan import acak

BULAN = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
SAMPAI = 6
"""Months of 2026 that are realised."""
KELIPATAN = 100_000
"""Budgets are whole multiples of it."""


@dataclass(frozen=True)
class Skpd:
    kode: str
    """SIPD's form: three bidang, then a number. Invented: Kutai Timur's real ones are not known."""
    nama: str
    bidang: str


SKPD = {
    "disdikbud": Skpd("1.01.2.22.0.00.01.0000", "Dinas Pendidikan dan Kebudayaan", "1.01"),
    "dinkes": Skpd("1.02.0.00.0.00.01.0000", "Dinas Kesehatan", "1.02"),
    "dpu": Skpd("1.03.0.00.0.00.01.0000", "Dinas Pekerjaan Umum", "1.03"),
    "bpkad": Skpd("5.02.0.00.0.00.01.0000", "Badan Pengelolaan Keuangan dan Aset Daerah", "5.02"),
}

KEGIATAN = {
    "1.01.02": "PROGRAM PENGELOLAAN PENDIDIKAN",
    "1.01.02.2.01": "Pengelolaan Pendidikan Sekolah Dasar",
    "1.01.02.2.01.0047": "Pembangunan Ruang Kelas Baru",
    "1.01.02.2.02": "Pengelolaan Pendidikan Sekolah Menengah Pertama",
    "1.01.02.2.02.0032": "Penyediaan Biaya Personil Peserta Didik Sekolah Menengah Pertama",
    "1.01.02.2.02.0059": "Pembangunan Ruang Kelas Baru",
    "1.02.02": "PROGRAM PEMENUHAN UPAYA KESEHATAN PERORANGAN DAN UPAYA KESEHATAN MASYARAKAT",
    "1.02.02.2.01": "Penyediaan Fasilitas Pelayanan Kesehatan untuk UKM dan UKP Kewenangan Daerah Kabupaten/Kota",
    "1.02.02.2.01.0006": "Pengembangan Puskesmas",
    "1.02.02.2.01.0023": "Pengadaan Obat, Bahan Habis Pakai, Bahan Medis Habis Pakai,, Vaksin, Makanan dan Minuman di "
    "Fasilitas Kesehatan",
    "1.02.02.2.02": "Penyediaan Layanan Kesehatan untuk UKM dan UKP Rujukan Tingkat Daerah Kabupaten/Kota",
    "1.02.02.2.02.0015": "Pengelolaan Pelayanan Kesehatan Gizi Masyarakat",
    "1.03.10": "PROGRAM PENYELENGGARAAN JALAN",
    "1.03.10.2.01": "Penyelenggaraan Jalan Kabupaten/Kota",
    "1.03.10.2.01.0051": "Pemeliharaan Rutin Jalan",
    "1.03.10.2.01.0053": "Pembangunan Jalan",
    "1.03.10.2.01.0055": "Rehabilitasi Jalan",
    "5.02.02": "PROGRAM PENGELOLAAN KEUANGAN DAERAH",
    "5.02.02.2.01": "Koordinasi dan Penyusunan Rencana Anggaran Daerah",
    "5.02.02.2.01.0001": "Koordinasi dan Penyusunan KUA dan PPAS",
}
PENUNJANG = {
    "01": "PROGRAM PENUNJANG URUSAN PEMERINTAHAN DAERAH KABUPATEN/KOTA",
    "01.2.02": "Administrasi Keuangan Perangkat Daerah",
    "01.2.02.0001": "Penyediaan Gaji dan Tunjangan ASN",
}
"""X.XX.01… of the nomenclature: every agency's own bidang stands before it."""
REKENING = {
    "4": "PENDAPATAN DAERAH",
    "4.1": "PENDAPATAN ASLI DAERAH (PAD)",
    "4.1.01": "Pajak Daerah",
    "4.1.01.15": "Pajak Bumi dan Bangunan Perdesaan dan Perkotaan (PBBP2)",
    "4.1.04": "Lain-lain PAD yang Sah",
    "4.1.04.05": "Jasa Giro",
    "4.2": "PENDAPATAN TRANSFER",
    "4.2.01": "Pendapatan Transfer Pemerintah Pusat",
    "4.2.01.01": "Dana Perimbangan",
    "4.2.02": "Pendapatan Transfer Antar Daerah",
    "4.2.02.01": "Pendapatan Bagi Hasil",
    "5": "BELANJA DAERAH",
    "5.1": "Belanja Operasi",
    "5.1.01": "Belanja Pegawai",
    "5.1.01.01": "Belanja Gaji dan Tunjangan ASN",
    "5.1.01.01.01": "Belanja Gaji Pokok ASN",
    "5.1.01.01.01.0001": "Belanja Gaji Pokok PNS",
    "5.1.01.01.02": "Belanja Tunjangan Keluarga ASN",
    "5.1.01.01.02.0001": "Belanja Tunjangan Keluarga PNS",
    "5.1.02": "Belanja Barang dan Jasa",
    "5.1.02.01": "Belanja Barang",
    "5.1.02.01.01": "Belanja Barang Pakai Habis",
    "5.1.02.01.01.0026": "Belanja Alat/Bahan untuk Kegiatan Kantor-Bahan Cetak",
    "5.1.02.01.01.0037": "Belanja Obat-Obatan-Obat",
    "5.1.02.01.01.0052": "Belanja Makanan dan Minuman Rapat",
    "5.1.02.02": "Belanja Jasa",
    "5.1.02.02.01": "Belanja Jasa Kantor",
    "5.1.02.02.01.0016": "Belanja Jasa Tenaga Penanganan Prasarana dan Sarana Umum",
    "5.1.02.04": "Belanja Perjalanan Dinas",
    "5.1.02.04.01": "Belanja Perjalanan Dinas Dalam Negeri",
    "5.1.02.04.01.0003": "Belanja Perjalanan Dinas Dalam Kota",
    "5.1.02.05": "Belanja Uang dan/atau Jasa untuk Diberikan kepada Pihak Ketiga/Pihak Lain/Masyarakat",
    "5.1.02.05.01": "Belanja Uang yang Diberikan kepada Pihak Ketiga/Pihak Lain/Masyarakat",
    "5.1.02.05.01.0002": "Belanja Penghargaan atas Suatu Prestasi",
    "5.2": "Belanja Modal",
    "5.2.02": "Belanja Modal Peralatan dan Mesin",
    "5.2.02.07": "Belanja Modal Alat Kedokteran dan Kesehatan",
    "5.2.02.07.01": "Belanja Modal Alat Kedokteran",
    "5.2.02.07.01.0001": "Belanja Modal Alat Kedokteran Umum",
    "5.2.03": "Belanja Modal Gedung dan Bangunan",
    "5.2.03.01": "Belanja Modal Bangunan Gedung",
    "5.2.03.01.01": "Belanja Modal Bangunan Gedung Tempat Kerja",
    "5.2.03.01.01.0001": "Belanja Modal Bangunan Gedung Kantor",
    "5.2.04": "Belanja Modal Jalan, Jaringan, dan Irigasi",
    "5.2.04.01": "Belanja Modal Jalan dan Jembatan",
    "5.2.04.01.01": "Belanja Modal Jalan",
    "5.2.04.01.01.0003": "Belanja Modal Jalan Kabupaten",
    "6": "PEMBIAYAAN DAERAH",
    "6.1": "PENERIMAAN PEMBIAYAAN",
    "6.1.01": "Sisa Lebih Perhitungan Anggaran Tahun Sebelumnya",
    "6.2": "PENGELUARAN PEMBIAYAAN",
    "6.2.02": "Penyertaan Modal Daerah",
}

GAJI, TUNJANGAN = "5.1.01.01.01.0001", "5.1.01.01.02.0001"
CETAK, OBAT, RAPAT = "5.1.02.01.01.0026", "5.1.02.01.01.0037", "5.1.02.01.01.0052"
TENAGA, PERJALANAN, BIAYA = "5.1.02.02.01.0016", "5.1.02.04.01.0003", "5.1.02.05.01.0002"
ALKES, GEDUNG, JALAN = "5.2.02.07.01.0001", "5.2.03.01.01.0001", "5.2.04.01.01.0003"
PENYEIMBANG = "4.2.01.01"
"""The income that makes the budget balance."""

Pos = tuple[str, str, str, str]
"""(agency, sub kegiatan or nothing, account, source of funds)."""

DASAR: dict[Pos, int] = {
    ("disdikbud", "1.01.01.2.02.0001", GAJI, "DAU"): 268_000,
    ("disdikbud", "1.01.01.2.02.0001", TUNJANGAN, "DAU"): 27_100,
    ("disdikbud", "1.01.02.2.01.0047", GEDUNG, "DAK Fisik"): 24_600,
    ("disdikbud", "1.01.02.2.01.0047", GEDUNG, "DBH"): 11_200,
    ("disdikbud", "1.01.02.2.02.0032", BIAYA, "DBH"): 8_700,
    ("disdikbud", "1.01.02.2.02.0059", GEDUNG, "DBH"): 15_900,
    ("dinkes", "1.02.01.2.02.0001", GAJI, "DAU"): 92_400,
    ("dinkes", "1.02.01.2.02.0001", TUNJANGAN, "DAU"): 9_860,
    ("dinkes", "1.02.02.2.01.0006", ALKES, "DBH"): 12_300,
    ("dinkes", "1.02.02.2.01.0006", GEDUNG, "DAK Fisik"): 18_500,
    ("dinkes", "1.02.02.2.01.0023", OBAT, "DAU"): 21_700,
    ("dinkes", "1.02.02.2.01.0023", OBAT, "DAK Non Fisik"): 6_300,
    ("dinkes", "1.02.02.2.02.0015", CETAK, "PAD"): 340,
    ("dinkes", "1.02.02.2.02.0015", RAPAT, "DAK Non Fisik"): 2_150,
    ("dinkes", "1.02.02.2.02.0015", PERJALANAN, "PAD"): 780,
    ("dpu", "1.03.01.2.02.0001", GAJI, "DAU"): 18_200,
    ("dpu", "1.03.01.2.02.0001", TUNJANGAN, "DAU"): 1_940,
    ("dpu", "1.03.10.2.01.0051", TENAGA, "PAD"): 9_400,
    ("dpu", "1.03.10.2.01.0053", PERJALANAN, "PAD"): 410,
    ("dpu", "1.03.10.2.01.0053", JALAN, "DBH"): 182_000,
    ("dpu", "1.03.10.2.01.0055", JALAN, "DAK Fisik"): 46_300,
    ("dpu", "1.03.10.2.01.0055", JALAN, "DBH"): 38_900,
    ("bpkad", "", "4.1.01.15", "PAD"): 14_800,
    ("bpkad", "", "4.1.04.05", "PAD"): 6_200,
    ("bpkad", "", "4.2.02.01", "DBH"): 73_500,
    ("bpkad", "", "6.1.01", "DBH"): 64_000,
    ("bpkad", "", "6.2.02", "DBH"): 12_500,
    ("bpkad", "5.02.01.2.02.0001", GAJI, "DAU"): 15_300,
    ("bpkad", "5.02.01.2.02.0001", TUNJANGAN, "DAU"): 1_610,
    ("bpkad", "5.02.02.2.01.0001", CETAK, "PAD"): 260,
    ("bpkad", "5.02.02.2.01.0001", RAPAT, "PAD"): 410,
}
"""Millions of rupiah in the first budget of 2024, in the order of the documents."""


@functools.cache
def pagu(tahun: int, tahap: str) -> dict[Pos, int]:
    """The whole budget of a year at a stage, `pokok` or `perubahan`; income balances it to the rupiah."""
    anggaran = {pos: _satu(pos, juta, tahun, tahap) for pos, juta in DASAR.items()}

    def jumlah(akun: str) -> int:
        return sum(rupiah for pos, rupiah in anggaran.items() if pos[2].startswith(akun))

    seimbang = jumlah("5") + jumlah("6.2") - jumlah("6.1") - jumlah("4")
    lengkap: dict[Pos, int] = {}
    for pos, rupiah in anggaran.items():
        if pos[2] == "4.2.02.01":
            lengkap["bpkad", "", PENYEIMBANG, "DAU"] = seimbang
        lengkap[pos] = rupiah
    return lengkap


def _satu(pos: Pos, juta: int, tahun: int, tahap: str) -> int:
    rupiah = juta * 1_000_000 * 1.04 ** (tahun - 2024) * acak("pagu", *pos, tahun).uniform(0.96, 1.05)
    if tahap == "perubahan":
        rupiah *= acak("perubahan", *pos, tahun).uniform(0.97, 1.12)
    return round(rupiah / KELIPATAN) * KELIPATAN


def kas(pos: Pos, rupiah: int) -> list[int]:
    """The budget over twelve months: salaries evenly, the rest as work proceeds; December is what is left."""
    porsi = [acak("kas", *pos, bulan).uniform(0.5, 1.5) for bulan in BULAN]
    bulanan = [int(rupiah * bagian / sum(porsi) / 1000) * 1000 for bagian in porsi[:-1]]
    return [*bulanan, rupiah - sum(bulanan)]


@functools.cache
def realisasi() -> dict[Pos, list[int]]:
    """What was paid and received in each month of 2026, never more than planned; financing has not moved yet."""
    return {
        pos: [int(rencana * acak("bayar", *pos, no).uniform(0.45, 0.98)) for no, rencana in enumerate(kas(pos, rupiah))]
        for pos, rupiah in pagu(2026, "pokok").items()
        if not pos[2].startswith("6")
    }


def tanpa_sumber_dana(isi: dict[Pos, list[int]]) -> dict[Pos, list[int]]:
    """Accounts whose sources of funds are added up."""
    jumlah: dict[Pos, list[int]] = {}
    for (skpd, sub, rekening, _), nilai in isi.items():
        pos = (skpd, sub, rekening, "")
        jumlah[pos] = [a + b for a, b in zip(jumlah.get(pos, [0] * len(nilai)), nilai, strict=True)]
    return jumlah


def dibayar(skpd: str, sub_kegiatan: str, bulan: range) -> int:
    """Rupiah paid for a sub kegiatan (or everything whose code begins so) in these months (0 is January)."""
    rows = ((pos, nilai) for pos, nilai in realisasi().items() if pos[0] == skpd and pos[1].startswith(sub_kegiatan))
    return sum(nilai[b] for _, nilai in rows for b in bulan)


# ── rows above rows ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Baris:
    """One line of a budget document. kode: agency, sub kegiatan (or what is above it), account; empty where none.
    is_leaf: whether it is an account that holds amounts of its own."""

    kode: tuple[str, str, str]
    uraian: str
    sumber_dana: str
    nilai: tuple[int, ...]
    is_leaf: bool


def nama_kegiatan(kode: str) -> str:
    return PENUNJANG.get(kode[5:]) or KEGIATAN[kode]


def bertingkat(isi: dict[Pos, Sequence[int]]) -> Iterator[Baris]:
    """The lines of the document: every agency, programme, kegiatan, sub kegiatan and account above the amounts, with
    sums; an agency that has income as well has no sum."""
    shown: set[tuple[str, str, str]] = set()
    for (skpd, sub, rekening, dana), nilai in isi.items():
        satuan = SKPD[skpd]
        for di_atas in _di_atas(satuan.kode, sub, rekening):
            if di_atas not in shown:
                shown.add(di_atas)
                yield Baris(di_atas, _uraian(satuan, di_atas), "", _jumlah(isi, skpd, di_atas), is_leaf=False)
        yield Baris((satuan.kode, sub, rekening), REKENING[rekening], dana, tuple(nilai), is_leaf=True)


def _di_atas(skpd: str, sub: str, rekening: str) -> Iterator[tuple[str, str, str]]:
    yield skpd, "", ""
    if sub:
        for segmen in (3, 5, 6):
            yield skpd, ".".join(sub.split(".")[:segmen]), ""
    bagian = rekening.split(".")
    for segmen in range(3 if sub else 1, len(bagian)):  # below a sub kegiatan the exports begin at 5.1.02
        yield skpd, sub, ".".join(bagian[:segmen])


def _uraian(skpd: Skpd, kode: tuple[str, str, str]) -> str:
    return REKENING[kode[2]] if kode[2] else nama_kegiatan(kode[1]) if kode[1] else skpd.nama


def _jumlah(isi: dict[Pos, Sequence[int]], skpd: str, di_atas: tuple[str, str, str]) -> tuple[int, ...]:
    _, sub, rekening = di_atas
    di_bawah = [
        (pos, nilai)
        for pos, nilai in isi.items()
        if pos[0] == skpd and _mulai(pos[1], sub) and (not rekening or pos[1] == sub) and _mulai(pos[2], rekening)
    ]
    if not sub and not rekening and len({pos[2][0] for pos, _ in di_bawah}) > 1:
        return ()
    return tuple(sum(kolom) for kolom in zip(*(nilai for _, nilai in di_bawah), strict=True))


def _mulai(kode: str, awal: str) -> bool:
    return not awal or kode == awal or kode.startswith(awal + ".")
