"""The agencies' workbooks, one function per kind of file. Arguments are the year and the fault to put in."""

from __future__ import annotations

from collections.abc import Mapping

from bahan import BOBOT, DESA, EJAAN, KECAMATAN, Buku, Cell, acak, angka_id, tanpa_nilai_rumus, tumbuh
from xlsxwriter.utility import xl_rowcol_to_cell

KUTIM = "KABUPATEN KUTAI TIMUR"

# BPS Kabupaten Kutai Timur, persentase penduduk miskin, 2015-2024: the only real figures in this folder.
KEMISKINAN = (9.31, 9.16, 9.29, 9.22, 9.48, 9.55, 9.81, 9.28, 9.06, 8.81)


def kemiskinan() -> bytes:
    """Years run to the right, figures are text with a decimal comma."""
    buku = Buku("Persentase penduduk miskin", "Bappeda Kutai Timur", "#E2EFDA")
    sheet = buku.lembar("Data", [36, *[8] * 10])
    tahun = [str(year) for year in range(2015, 2025)]
    buku.baris_di(sheet, 0, [["Tahun", *tahun]], buku.kepala)
    buku.baris_di(sheet, 1, [["Persentase Penduduk Miskin (Persen)", *[angka_id(v, 2) for v in KEMISKINAN]]])
    return buku.bytes()


LAPANGAN_USAHA = {
    "A. Pertanian": 9.1,
    "B. Pertambangan": 98.0,
    "Industri Pengolahan": 4.4,
    "Pengadaan Listrik dan Gas": 0.06,
    "Pengadaan Air, Pengelolaan Sampah, Limbah dan Daur Ulang": 0.04,
    "Konstruksi": 4.9,
    "Perdagangan Besar dan Eceran; Reparasi Mobil dan Sepeda Motor": 3.2,
    "Transportasi dan Pergudangan": 1.9,
    "Penyediaan Akomodasi dan Makan Minum": 0.5,
    "Informasi dan Komunikasi": 0.8,
    "Jasa Keuangan dan Asuransi": 0.5,
    "Real Estat": 0.7,
    "Jasa Perusahaan": 0.2,
    "Administrasi Pemerintahan, Pertahanan dan Jaminan Sosial Wajib": 1.5,
    "Jasa Pendidikan": 1.4,
    "Jasa Kesehatan dan Kegiatan Sosial": 0.5,
    "Jasa Lainnya": 0.3,
}


def pdrb(tahun: range) -> bytes:
    buku = Buku("PDRB ADHB", "Bappeda Kutai Timur", "#FCE4D6")
    sheet = buku.lembar("PDRB ADHB", [5, 58, *[16] * len(tahun)])
    lebar = 2 + len(tahun)
    judul = ["PRODUK DOMESTIK REGIONAL BRUTO MENURUT LAPANGAN USAHA", f"{KUTIM}, {tahun[0]}-{tahun[-1]} (JUTA RUPIAH)"]
    baris = buku.judul_di(sheet, judul, lebar)
    harga = "Atas Dasar Harga Berlaku"
    levels = [
        ["No.", "Lapangan Usaha", *[harga] * len(tahun)],
        ["^", "^", *[f"{t}*" if t == 2024 else str(t) for t in tahun]],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    baris = buku.baris_di(sheet, baris, [[f"({n})" for n in range(1, lebar + 1)]], buku.nomor)
    nilai = [
        [tumbuh(juta * 1_000_000, t, nama, laju=0.06) / 10 for t in tahun] for nama, juta in LAPANGAN_USAHA.items()
    ]
    rows = [[n, nama, *angka] for n, (nama, angka) in enumerate(zip(LAPANGAN_USAHA, nilai, strict=True), 1)]
    baris = buku.baris_di(sheet, baris, rows)
    total = [round(sum(kolom), 1) for kolom in zip(*nilai, strict=True)]
    baris = buku.baris_di(sheet, baris, [[None, "Produk Domestik Regional Bruto", *total]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Catatan: *) Angka sementara", "Sumber: Bappeda, diolah (angka rekaan)"])
    return buku.bytes()


def _penduduk_desa(kode: str, nama_kecamatan: str, urut: float) -> tuple[int, int, int]:
    desa = [d for d in DESA if d.induk == kode.rsplit(".", 1)[0]]
    bagian = [acak("bagian", d.kode).uniform(0.5, 1.6) for d in desa]
    ini = bagian[[d.kode for d in desa].index(kode)] / sum(bagian)
    jiwa = BOBOT[nama_kecamatan] * 430 * ini * (1.022 ** (urut - 2020))
    laki = round(jiwa * acak("seks", kode).uniform(0.51, 0.54))
    return laki, round(jiwa) - laki, round(jiwa / acak("kk", kode).uniform(3.1, 3.6))


def penduduk(
    semester: int, tahun: int, *, urut: float | None = None, desa_diubah: Mapping[str, int] | None = None
) -> bytes:
    """Kecamatan and their desa in one table by Kemendagri code; the period stands in the title only."""
    buku = Buku("Rekap penduduk", "Disdukcapil Kutai Timur", "#DDEBF7")
    sheet = buku.lembar("Rekap", [16, 30, 12, 12, 12, 12])
    judul = [
        "REKAPITULASI JUMLAH PENDUDUK DAN KEPALA KELUARGA",
        KUTIM,
        f"SEMESTER {'I' * semester} TAHUN {tahun}",
    ]
    baris = buku.judul_di(sheet, judul, 6)
    jumlah = "Jumlah Penduduk"
    levels = [
        ["Kode", "Wilayah", jumlah, jumlah, jumlah, "Kepala Keluarga"],
        ["^", "^", "Laki-laki", "Perempuan", "Jumlah", "^"],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    baris = buku.baris_di(sheet, baris, [["1", "2", "3", "4", "5", "6"]], buku.nomor)
    kabupaten = [0, 0, 0]
    for kecamatan in KECAMATAN:
        rows: list[list[Cell]] = []
        for desa in (d for d in DESA if d.induk == kecamatan.kode):
            laki, perempuan, kk = _penduduk_desa(desa.kode, kecamatan.nama, urut or tahun + semester / 2)
            laki += (desa_diubah or {}).get(desa.kode, 0)
            rows.append([desa.kode, desa.nama, laki, perempuan, laki + perempuan, kk])
        induk = [sum(int(row[k] or 0) for row in rows) for k in (2, 3, 5)]
        kabupaten = [a + b for a, b in zip(kabupaten, induk, strict=True)]
        kepala = [kecamatan.kode, f"KEC. {kecamatan.nama.upper()}", induk[0], induk[1], induk[0] + induk[1], induk[2]]
        baris = buku.baris_di(sheet, baris, [kepala], buku.jumlah)
        baris = buku.baris_di(sheet, baris, rows)
    laki, perempuan, kk = kabupaten
    baris = buku.baris_di(sheet, baris, [["64.08", KUTIM, laki, perempuan, laki + perempuan, kk]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Sumber : Data Konsolidasi Bersih (angka rekaan untuk demonstrasi)"])
    return buku.bytes()


UMUR = [*[f"{a}-{a + 4}" for a in range(0, 75, 5)], "75+"]


def penduduk_umur(tahun: int, *, ejaan: Mapping[str, str] | None = None) -> bytes:
    buku = Buku("Penduduk menurut kelompok umur", "Disdukcapil Kutai Timur", "#DDEBF7")
    sheet = buku.lembar("Kelompok Umur", [5, 26, *[8] * (2 * len(UMUR))])
    lebar = 2 + 2 * len(UMUR)
    baris = buku.judul_di(
        sheet, ["JUMLAH PENDUDUK MENURUT KELOMPOK UMUR DAN JENIS KELAMIN", f"{KUTIM}, 31 DESEMBER {tahun}"], lebar
    )
    atas = [kelompok for kelompok in UMUR for _ in "LP"]
    baris = buku.kepala_di(sheet, baris, [["No", "Kecamatan", *atas], ["^", "^", *["L", "P"] * len(UMUR)]])
    rows: list[list[Cell]] = []
    for nomor, kecamatan in enumerate(KECAMATAN, 1):
        nama = (ejaan or {}).get(kecamatan.nama, kecamatan.nama)
        angka = [
            tumbuh(BOBOT[kecamatan.nama] * 2.2 * (1.25 - urut / 16) * 6, tahun, "umur", kecamatan.kode, kelompok, seks)
            for urut, kelompok in enumerate(UMUR)
            for seks in "LP"
        ]
        rows.append([nomor, nama, *angka])
    baris = buku.baris_di(sheet, baris, rows)
    total = [sum(int(row[k] or 0) for row in rows) for k in range(2, lebar)]
    baris = buku.baris_di(sheet, baris, [[None, "Kabupaten Kutai Timur", *total]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Sumber: Disdukcapil, diolah (angka rekaan)"])
    return buku.bytes()


def _faskes(tahun: int, nama: str) -> list[int]:
    besar = BOBOT[nama]
    rs = 1 if besar > 95 else 0
    inap, non = (2 if besar > 200 else 1), (1 if besar > 50 else 0)
    pustu = 3 + besar // 12
    return [rs, inap, non, inap + non, pustu, round(6 + besar / 4) + (tahun - 2020)]


def faskes_lama(tahun: int, *, tanpa: str = "") -> bytes:
    """Until 2022: one header row with short texts on row 3, dash for none."""
    buku = Buku("Faskes", "Dinas Kesehatan", "#FFF2CC")
    sheet = buku.lembar("Sheet1", [5, 24, *[12] * 6])
    sheet.write_string(0, 0, f"DATA FASILITAS KESEHATAN TAHUN {tahun}", buku.judul)
    kepala = ["No", "Nama Kecamatan", "RS", "Pusk. Rawat Inap", "Pusk. Non RI", "Jml Pusk.", "Pustu", "Posyandu"]
    baris = buku.baris_di(sheet, 2, [kepala], buku.kepala)
    angka = {k.nama: _faskes(tahun, k.nama) for k in KECAMATAN if k.nama != tanpa}
    rows: list[list[Cell]] = [
        [n, EJAAN.get(nama, nama), *[v or "-" for v in nilai]] for n, (nama, nilai) in enumerate(angka.items(), 1)
    ]
    baris = buku.baris_di(sheet, baris, rows)
    total = [sum(kolom) for kolom in zip(*angka.values(), strict=True)]
    baris = buku.baris_di(sheet, baris, [[None, "Total", *total]], buku.jumlah)
    buku.kaki_di(sheet, baris, ["Sumber: Profil Kesehatan (angka rekaan)"])
    return buku.bytes()


def faskes_baru(
    tahun: int, *, jumlah_posyandu: int | None = None, diubah: Mapping[str, tuple[int, int]] | None = None
) -> bytes:
    """Since 2023: two merged header rows; `diubah` puts another figure (place, value) in a kecamatan's row."""
    buku = Buku("Fasilitas kesehatan", "Dinas Kesehatan", "#E2EFDA")
    sheet = buku.lembar("Data", [5, 24, *[12] * 6])
    petunjuk = buku.lembar("Petunjuk", [60])
    petunjuk.write_string(0, 0, "Isi hanya sel putih pada lembar Data.")
    baris = buku.judul_di(sheet, ["JUMLAH FASILITAS KESEHATAN MENURUT KECAMATAN", f"{KUTIM}, {tahun}"], 8)
    p = "Puskesmas"
    levels = [
        ["No", "Kecamatan", "Rumah Sakit", p, p, p, "Puskesmas\nPembantu", "Posyandu"],
        ["^", "^", "^", "Rawat Inap", "Non Rawat Inap", "Jumlah", "^", "^"],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    angka = {k.nama: _faskes(tahun, k.nama) for k in KECAMATAN}
    for nama, (letak, nilai) in (diubah or {}).items():
        angka[nama][letak] = nilai
    rows: list[list[Cell]] = [[n, nama, *nilai] for n, (nama, nilai) in enumerate(angka.items(), 1)]
    baris = buku.baris_di(sheet, baris, rows)
    total = [sum(kolom) for kolom in zip(*angka.values(), strict=True)]
    total[5] = jumlah_posyandu or total[5]
    baris = buku.baris_di(sheet, baris, [[None, "Jumlah", *total]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Sumber: Dinas Kesehatan, Bidang Pelayanan Kesehatan (angka rekaan)"])
    return buku.bytes()


def stunting(tahun: int, *, diubah: Mapping[str, tuple[int, Cell]] | None = None) -> bytes:
    """One sheet per semester, kecamatan merged downwards; `diubah` puts a value in a desa's row of semester 2."""
    buku = Buku("Data stunting", "Dinas Kesehatan", "#F8CBAD")
    for semester in (1, 2):
        sheet = buku.lembar(f"Sem {semester} {tahun}", [5, 20, 28, 12, 12, 12, 12])
        baris = buku.judul_di(sheet, ["DATA BALITA DIUKUR DAN STUNTING", f"{KUTIM} SEMESTER {semester} {tahun}"], 7)
        t = "TB/U"
        levels = [
            ["No", "Kecamatan", "Desa/Kelurahan", "Balita Diukur", t, t, t],
            ["^", "^", "^", "^", "Sangat Pendek", "Pendek", "Jumlah Stunting"],
        ]
        baris = buku.kepala_di(sheet, baris, levels)
        total = [0, 0, 0, 0]
        for kecamatan in KECAMATAN:
            awal = baris
            for desa in (d for d in DESA if d.induk == kecamatan.kode):
                angka: list[Cell] = [*_stunting(tahun + semester / 2, desa.kode)]
                if semester == 2 and desa.kode in (diubah or {}):
                    letak, nilai = (diubah or {})[desa.kode]
                    angka[letak] = nilai
                    angka[3] = sum(v for v in angka[1:3] if isinstance(v, int))
                total = [a + (b if isinstance(b, int) else 0) for a, b in zip(total, angka, strict=True)]
                nama = "Benua Baru" if desa.nama == "Benua Baru Ilir" else desa.nama
                baris = buku.baris_di(
                    sheet, baris, [[baris - 4, kecamatan.nama if baris == awal else None, nama, *angka]]
                )
            sheet.merge_range(awal, 1, baris - 1, 1, kecamatan.nama, buku.isi)
        baris = buku.baris_di(sheet, baris, [[None, "Jumlah", None, *total]], buku.jumlah)
        buku.kaki_di(sheet, baris + 1, ["Sumber: e-PPGBM (angka rekaan)"])
    buku.lembar("Petunjuk", [60]).write_string(0, 0, "Satu lembar per semester: Sem 1 2024, Sem 2 2024.")
    return buku.bytes()


def _stunting(urut: float, kode: str) -> tuple[int, int, int, int]:
    rng = acak("stunting", kode)
    diukur = round(rng.uniform(60, 420) * 1.01 ** (urut - 2020))
    sangat, pendek = round(diukur * rng.uniform(0.02, 0.06)), round(diukur * rng.uniform(0.06, 0.16))
    return diukur, sangat, pendek, sangat + pendek


def murid(tahun: range, *, lonjakan: tuple[str, str, int, int] | None = None) -> bytes:
    """Two header levels, year over sex; `lonjakan` = (kecamatan, jenjang, year, boys) is a jump that needs a reason."""
    buku = Buku("Murid", "Disdikbud Kutai Timur", "#D9E1F2")
    sheet = buku.lembar("Murid", [5, 22, 9, *[8] * (2 * len(tahun))])
    lebar = 3 + 2 * len(tahun)
    baris = buku.judul_di(
        sheet, ["JUMLAH MURID MENURUT KECAMATAN, JENJANG DAN JENIS KELAMIN", f"{KUTIM}, {tahun[0]}-{tahun[-1]}"], lebar
    )
    atas = [str(t) for t in tahun for _ in "LP"]
    baris = buku.kepala_di(
        sheet, baris, [["No", "Kecamatan", "Jenjang", *atas], ["^", "^", "^", *["L", "P"] * len(tahun)]]
    )
    total = [0] * (2 * len(tahun))
    for nomor, kecamatan in enumerate(KECAMATAN, 1):
        awal = baris
        for jenjang, porsi in (("SD", 52), ("SMP", 23)):
            angka = [
                tumbuh(BOBOT[kecamatan.nama] * porsi / 2, t, "murid", kecamatan.kode, jenjang, s)
                for t in tahun
                for s in "LP"
            ]
            if lonjakan and lonjakan[:2] == (kecamatan.nama, jenjang):
                angka[2 * list(tahun).index(lonjakan[2])] = lonjakan[3]
            total = [a + b for a, b in zip(total, angka, strict=True)]
            baris = buku.baris_di(sheet, baris, [[None, None, jenjang, *angka]])
        sheet.merge_range(awal, 0, baris - 1, 0, nomor, buku.isi)
        sheet.merge_range(awal, 1, baris - 1, 1, EJAAN.get(kecamatan.nama, kecamatan.nama), buku.isi)
    baris = buku.baris_di(sheet, baris, [[None, "Jumlah", "SD + SMP", *total]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Sumber: Dapodik (angka rekaan)", "Ket: L = laki-laki, P = perempuan"])
    return buku.bytes()


def padi(tahun: int, *, salah: Mapping[str, tuple[int, str]] | None = None, catatan: str = "") -> bytes:
    """Figures are text in Indonesian writing, production in thousand tonnes; `salah`: kecamatan → (column, text)."""
    buku = Buku("Produksi padi", "DTPHP Kutai Timur", "#E2EFDA")
    sheet = buku.lembar(f"Padi {tahun}", [8, 24, 14, 14, 14, 14])
    baris = buku.judul_di(sheet, [f"PRODUKSI PADI MENURUT KECAMATAN TAHUN {tahun}", KUTIM], 6)
    baris = buku.baris_di(
        sheet, baris, [["Tahun", "Kecamatan", "Luas Tanam", "Luas Panen", "Produksi", "Produktivitas"]], buku.kepala
    )
    baris = buku.baris_di(sheet, baris, [["", "", "(Ha)", "(Ha)", "(Ribu Ton)", "(Ku/Ha)"]], buku.nomor)
    baris = buku.baris_di(sheet, baris, [[f"({n})" for n in range(1, 7)]], buku.nomor)
    awal, total = baris, [0.0, 0.0, 0.0]
    for kecamatan in KECAMATAN:
        rng = acak("padi", kecamatan.kode)
        tanam = round(rng.uniform(40, 900) * 1.01 ** (tahun - 2020), 2)
        panen = round(tanam * rng.uniform(0.86, 0.97), 2)
        ku = round(rng.uniform(28, 48) * acak("padi", kecamatan.kode, tahun).uniform(0.97, 1.03), 2)
        if kecamatan.kode == "64.08.10":
            panen, ku = round(698.61 * 1.01 ** (tahun - 2022), 2), 46.02
        ton = round(panen * ku / 10_000, 3)
        total = [a + b for a, b in zip(total, (tanam, panen, ton), strict=True)]
        row: list[Cell] = [
            None,
            EJAAN.get(kecamatan.nama, kecamatan.nama),
            angka_id(tanam, 2),
            angka_id(panen, 2),
            angka_id(ton, 3),
            angka_id(ku, 2),
        ]
        if kecamatan.nama in (salah or {}):
            kolom, teks = (salah or {})[kecamatan.nama]
            row[kolom] = teks
        baris = buku.baris_di(sheet, baris, [row])
    sheet.merge_range(awal, 0, baris - 1, 0, tahun, buku.isi)
    baris = buku.baris_di(
        sheet,
        baris,
        [[None, "Kutai Timur", angka_id(total[0], 2), angka_id(total[1], 2), angka_id(total[2], 3), None]],
        buku.jumlah,
    )
    buku.kaki_di(
        sheet,
        baris + 1,
        ["Sumber: DTPHP, Statistik Pertanian (angka rekaan)", *([f"Ket. {catatan}"] if catatan else [])],
    )
    return buku.bytes()


def ternak(tahun: int, *, tanpa: str = "") -> bytes:
    """A dash means none; broilers in thousands; the period stands in the title."""
    buku = Buku("Populasi ternak", "DTPHP Kutai Timur", "#FFF2CC")
    sheet = buku.lembar("Sheet1", [5, 24, *[12] * 6])
    baris = buku.judul_di(sheet, ["POPULASI TERNAK MENURUT JENIS DAN KECAMATAN", f"{KUTIM} TAHUN {tahun}"], 8)
    jenis = {"Sapi Potong": 22.0, "Kerbau": 1.1, "Kambing": 14.0, "Babi": 6.0, "Ayam Buras": 310.0}
    baris = buku.baris_di(sheet, baris, [["No", "Kecamatan", *jenis, "Ayam Pedaging"]], buku.kepala)
    baris = buku.baris_di(sheet, baris, [["", "", *["(ekor)"] * 5, "(ribu ekor)"]], buku.nomor)
    total = [0.0] * 6
    for nomor, kecamatan in enumerate((k for k in KECAMATAN if k.nama != tanpa), 1):
        angka: list[float] = [
            tumbuh(BOBOT[kecamatan.nama] * besar, tahun, "ternak", kecamatan.kode, n) for n, besar in jenis.items()
        ]
        angka[1] = 0 if acak("kerbau", kecamatan.kode).random() < 0.4 else angka[1]
        angka.append(round(BOBOT[kecamatan.nama] * acak("pedaging", kecamatan.kode, tahun).uniform(1.8, 2.2), 1))
        total = [round(a + b, 1) for a, b in zip(total, angka, strict=True)]
        baris = buku.baris_di(
            sheet, baris, [[nomor, EJAAN.get(kecamatan.nama, kecamatan.nama), *[v or "-" for v in angka]]]
        )
    baris = buku.baris_di(sheet, baris, [[None, "Jumlah", *[int(v) for v in total[:5]], total[5]]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Sumber: Bidang Peternakan DTPHP (angka rekaan)"])
    return buku.bytes()


def jalan(tahun: int, *, salah: Mapping[str, float] | None = None, tanpa_nilai: bool = False) -> bytes:
    """Lengths are formulas over the four conditions; `salah`: kecamatan → a typed length that is not their sum."""
    buku = Buku("Kondisi jalan", "Dinas Pekerjaan Umum", "#EDEDED")
    sheet = buku.lembar("Kondisi", [5, 24, *[14] * 5])
    baris = buku.judul_di(sheet, ["PANJANG JALAN KABUPATEN MENURUT KONDISI", f"{KUTIM}, AKHIR TAHUN {tahun}"], 7)
    k = "Kondisi"
    levels = [
        ["No", "Kecamatan", "Panjang Jalan", k, k, k, k],
        ["^", "^", "^", "Baik", "Sedang", "Rusak Ringan", "Rusak Berat"],
    ]
    baris = buku.kepala_di(sheet, baris, levels)
    baris = buku.baris_di(sheet, baris, [["", "", *["(km)"] * 5]], buku.nomor)
    awal, total = baris, [0.0] * 5
    for nomor, kecamatan in enumerate(KECAMATAN, 1):
        rng = acak("jalan", kecamatan.kode)
        km = 20 + BOBOT[kecamatan.nama] * rng.uniform(0.5, 0.9)
        bagian = [round(km * b, 2) for b in (0.44 + (tahun - 2023) * 0.01, 0.2, 0.16, 0.2 - (tahun - 2023) * 0.01)]
        panjang = round(sum(bagian), 2)
        total = [round(a + b, 2) for a, b in zip(total, (panjang, *bagian), strict=True)]
        buku.baris_di(sheet, baris, [[nomor, kecamatan.nama, None, *bagian]])
        if kecamatan.nama in (salah or {}):
            sheet.write_number(baris, 2, (salah or {})[kecamatan.nama], buku.desimal)
        else:
            sheet.write_formula(baris, 2, f"=SUM(D{baris + 1}:G{baris + 1})", buku.desimal, panjang)
        baris += 1
    buku.baris_di(sheet, baris, [[None, "Jumlah", *total]], buku.jumlah)
    for kolom in range(2, 7):
        dari, sampai = xl_rowcol_to_cell(awal, kolom), xl_rowcol_to_cell(baris - 1, kolom)
        sheet.write_formula(baris, kolom, f"=SUM({dari}:{sampai})", buku.jumlah, total[kolom - 2])
    buku.kaki_di(sheet, baris + 2, ["Sumber: Bidang Bina Marga (angka rekaan)", "Mengetahui, Kepala Bidang Bina Marga"])
    return tanpa_nilai_rumus(buku.bytes()) if tanpa_nilai else buku.bytes()


def tenaga_kesehatan(tahun: int) -> bytes:
    """The worked example of docs/add-a-dataset.md."""
    buku = Buku("Tenaga kesehatan", "Dinas Kesehatan", "#E2EFDA")
    sheet = buku.lembar("Nakes", [5, 24, *[12] * 4])
    baris = buku.judul_di(sheet, ["JUMLAH TENAGA KESEHATAN MENURUT KECAMATAN", f"{KUTIM}, TAHUN {tahun}"], 6)
    t = "Tenaga Kesehatan"
    levels = [["No", "Kecamatan", t, t, t, t], ["^", "^", "Dokter", "Perawat", "Bidan", "Jumlah"]]
    baris = buku.kepala_di(sheet, baris, levels)
    rows: list[list[Cell]] = []
    for nomor, kecamatan in enumerate(KECAMATAN, 1):
        besar = BOBOT[kecamatan.nama]
        angka = [tumbuh(besar / b, tahun, "nakes", kecamatan.kode, b) for b in (8, 1.6, 2.1)]
        rows.append([nomor, EJAAN.get(kecamatan.nama, kecamatan.nama), *angka, sum(angka)])
    baris = buku.baris_di(sheet, baris, rows)
    total = [sum(int(row[k] or 0) for row in rows) for k in range(2, 6)]
    baris = buku.baris_di(sheet, baris, [[None, "Jumlah", *total]], buku.jumlah)
    buku.kaki_di(sheet, baris + 1, ["Sumber: SISDMK (angka rekaan)"])
    return buku.bytes()
