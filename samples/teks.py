"""The agencies' delimited files and the SQL of the DPMPTSP database."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from typing import Any

from anggaran import BULAN, SAMPAI, nama_kegiatan, realisasi
from bahan import BOBOT, EJAAN, KECAMATAN, acak, angka_id, berkas_csv, tumbuh

JENJANG_PENDIDIKAN = {
    "TIDAK/BELUM SEKOLAH": 24,
    "BELUM TAMAT SD/SEDERAJAT": 12,
    "TAMAT SD/SEDERAJAT": 17,
    "SLTP/SEDERAJAT": 14,
    "SLTA/SEDERAJAT": 25,
    "DIPLOMA I/II": 0.6,
    "AKADEMI/DIPLOMA III/SARJANA MUDA": 1.8,
    "DIPLOMA IV/STRATA I": 5,
    "STRATA II": 0.4,
    "STRATA III": 0.1,
}


def pendidikan(periode: Sequence[tuple[int, int]], *, periode_salah: str = "") -> bytes:
    """Long format, UTF-8 with a byte order mark, every field quoted; the first row may carry a wrong period."""
    rows: list[list[Any]] = [
        ["No", "Periode", "Kode Kecamatan BPS", "Kecamatan", "Pendidikan Tertinggi", "Laki-Laki", "Perempuan", "Jumlah"]
    ]
    for semester, tahun in periode:
        for kecamatan in KECAMATAN:
            for nama, porsi in JENJANG_PENDIDIKAN.items():
                dasar = BOBOT[kecamatan.nama] * porsi * 2.1
                laki, perempuan = (
                    tumbuh(dasar, 2 * tahun - 2024 + semester, nama, kecamatan.kode, seks) for seks in "LP"
                )
                rows.append(
                    [
                        len(rows),
                        f"Semester {'I' * semester} {tahun}",
                        kecamatan.bps,
                        kecamatan.nama.upper(),
                        nama,
                        laki,
                        perempuan,
                        laki + perempuan,
                    ]
                )
    if periode_salah:
        rows[1][1] = periode_salah
    return berkas_csv(rows, pemisah=",", sandi="utf-8-sig", semua_kutip=True)


def sekolah(tahun: int, *, kepala: Mapping[str, str] | None = None) -> bytes:
    """`kepala`: header texts that this file writes otherwise."""
    asli = [
        "Tahun",
        "Kode Kecamatan",
        "Kecamatan",
        "Jenjang",
        "Sekolah Negeri",
        "Sekolah Swasta",
        "Rombongan Belajar",
        "Guru",
    ]
    rows: list[list[Any]] = [[(kepala or {}).get(text, text) for text in asli]]
    for kecamatan in KECAMATAN:
        for jenjang, porsi in (("SD", 1.0), ("SMP", 0.4)):
            besar = BOBOT[kecamatan.nama] * porsi
            negeri = round(4 * porsi + besar / 7)
            swasta = round(besar / 22)
            rombel = tumbuh(negeri * 7.5 + swasta * 6, tahun, "rombel", kecamatan.kode, jenjang)
            guru = tumbuh(rombel * 1.5, tahun, "guru", kecamatan.kode, jenjang)
            rows.append([tahun, kecamatan.bps, kecamatan.nama, jenjang, negeri, swasta or "-", rombel, guru])
    return berkas_csv(rows)


def partisipasi(tahun: int, *, salah: Mapping[str, tuple[int, str]] | None = None) -> bytes:
    """A title line and a blank one above the header; decimal comma."""
    rows: list[list[str]] = [
        [f"APK dan APM menurut Kecamatan Tahun {tahun}", "", "", "", "", ""],
        [""] * 6,
        ["No", "Nama Kecamatan", "APK SD", "APM SD", "APK SMP", "APM SMP"],
    ]
    for nomor, kecamatan in enumerate(KECAMATAN, 1):
        rng = acak("partisipasi", kecamatan.kode, tahun)
        angka = [rng.uniform(98, 112), rng.uniform(92, 99.5), rng.uniform(84, 103), rng.uniform(70, 88)]
        row = [str(nomor), EJAAN.get(kecamatan.nama, kecamatan.nama), *[angka_id(v, 2) for v in angka]]
        if kecamatan.nama in (salah or {}):
            kolom, teks = (salah or {})[kecamatan.nama]
            row[kolom] = teks
        rows.append(row)
    return berkas_csv(rows)


PAJAK = {
    "4.1.01.09": ("Pajak Reklame", 2.1e9),
    "4.1.01.12": ("Pajak Air Tanah", 1.4e9),
    "4.1.01.14": ("Pajak Mineral Bukan Logam dan Batuan", 9.0e9),
    "4.1.01.15": ("Pajak Bumi dan Bangunan Perdesaan dan Perkotaan (PBB-P2)", 14.0e9),
    "4.1.01.16": ("Bea Perolehan Hak atas Tanah dan Bangunan (BPHTB)", 18.5e9),
    "4.1.01.19": ("Pajak Barang dan Jasa Tertentu (PBJT)", 96.0e9),
}


def pajak(tahun: int, sampai: int, *, tanggal: bool = False) -> bytes:
    """No header; amounts as `Rp 1.234.567,00`; a repayment stands in brackets; cp1252 dash in the remark.

    tanggal: the first column holds the month's last day instead of its name.
    """
    rows: list[list[str]] = []
    for nomor, bulan in enumerate(BULAN[:sampai], 1):
        kolom_bulan = f"{monthrange(tahun, nomor)[1]}/{nomor:02d}/{tahun}" if tanggal else bulan
        for kode, (nama, setahun) in PAJAK.items():
            target = round(setahun * 1.06 ** (tahun - 2024), -3)
            nilai = round(target / 12 * acak("pajak", kode, tahun, bulan).uniform(0.7, 1.25), 2)
            keterangan = ""
            realisasi = f"Rp {angka_id(nilai, 2)}"
            if (kode, bulan) == ("4.1.01.12", "Februari"):
                realisasi, keterangan = f"({angka_id(1250000, 2)})", "Restitusi – setoran lebih tahun lalu"
            elif (kode, bulan) == ("4.1.01.09", "Maret"):
                realisasi = "-"
            rows.append([kolom_bulan, kode, nama, f"Rp {angka_id(target, 2)}", realisasi, keterangan])
    return berkas_csv(rows, sandi="cp1252")


def realisasi_dinkes() -> bytes:
    """What the health agency's own application says it paid: long, month in a column, sources of funds apart."""
    rows: list[list[str]] = [
        ["Bulan", "Kode Sub Kegiatan", "Nama Sub Kegiatan", "Kode Rekening", "Sumber Dana", "Realisasi (Rp)"]
    ]
    for nomor, bulan in enumerate(BULAN[:SAMPAI]):
        for (skpd, sub, rekening, dana), nilai in realisasi().items():
            if skpd == "dinkes":
                rows.append([bulan, sub, nama_kegiatan(sub), rekening, dana, angka_id(nilai[nomor], 2)])
    return berkas_csv(rows)


PROGRAM = {"Program Keluarga Harapan – PKH": 34, "Bantuan Sembako – BPNT": 52, "Bantuan Lansia ‘Sejahtera’": 9}


def bansos(
    tahun: int, triwulan: int, *, nama_salah: Mapping[str, str] | None = None, nik: str = "", ganda: str = ""
) -> bytes:
    """cp1252 dash and quotes; `nik`: a remark that names a person; `ganda`: kecamatan whose PKH row comes twice."""
    rows: list[list[str]] = [
        ["No", "Kecamatan", "Program", "Keluarga Penerima Manfaat – KPM", "Nilai (juta rupiah)", "Keterangan"]
    ]
    for kecamatan in KECAMATAN:
        for program, porsi in PROGRAM.items():
            keluarga = tumbuh(BOBOT[kecamatan.nama] * porsi / 3, tahun, "bansos", kecamatan.kode, program, triwulan)
            nama = (nama_salah or {}).get(kecamatan.nama, kecamatan.nama)
            row = [str(len(rows)), nama, program, angka_id(keluarga), angka_id(keluarga * 0.6, 1), ""]
            rows.append(row)
            if kecamatan.nama == ganda and program.endswith("PKH"):
                rows.append([str(len(rows)), *row[1:]])
    if nik:
        rows[5][5] = f"Penerima pengganti NIK {nik}"
    return berkas_csv(rows, sandi="cp1252")


# ── the DPMPTSP database ─────────────────────────────────────────────────────────────────────────────────────────────

_IZIN = [
    "Nomor Induk Berusaha (NIB)",
    "Persetujuan Bangunan Gedung (PBG)",
    "Surat Izin Praktik Tenaga Kesehatan",
    "Izin Penyelenggaraan Reklame",
]

_SKEMA = """\
-- Basis data pelayanan DPMPTSP untuk demonstrasi: angka rekaan, bukan data resmi. Dibuat oleh samples/make.py.
-- Seperti di lapangan: jumlah disimpan sebagai varchar dengan penulisan Indonesia.
DROP TABLE IF EXISTS rekap_izin, ref_jenis_izin, realisasi_investasi;
CREATE TABLE ref_jenis_izin (id integer PRIMARY KEY, nama_izin varchar(100) NOT NULL);
CREATE TABLE rekap_izin (
    id integer PRIMARY KEY,
    tahun integer NOT NULL,
    bulan integer NOT NULL,
    kode_kecamatan varchar(13) NOT NULL,
    jenis_id integer NOT NULL REFERENCES ref_jenis_izin (id),
    jml_masuk varchar(20),
    jml_terbit varchar(20),
    diperbarui timestamp NOT NULL
);
CREATE TABLE realisasi_investasi (
    id integer PRIMARY KEY,
    tahun integer NOT NULL,
    triwulan varchar(3) NOT NULL,
    kecamatan varchar(60) NOT NULL,
    jenis_modal varchar(4) NOT NULL,
    nilai_rp varchar(40),
    tki integer,
    tka integer,
    rasio_padat_karya varchar(10)
);
"""


def _insert(table: str, rows: Sequence[Sequence[object]]) -> str:
    def sql(value: object) -> str:
        return (
            "NULL"
            if value is None
            else str(value)
            if isinstance(value, int)
            else "'" + str(value).replace("'", "''") + "'"
        )

    lines = ",\n".join("(" + ", ".join(map(sql, row)) + ")" for row in rows)
    return f"INSERT INTO {table} VALUES\n{lines};\n"


def dpmptsp() -> bytes:
    """Permits per month (counts as text, `-` for none) and investment per quarter, where one amount is not a number."""
    izin: list[list[object]] = []
    for tahun, bulan in [(t, b) for t in (2024, 2025) for b in range(1, 13)]:
        for kecamatan in KECAMATAN:
            for jenis, besar in enumerate((30.0, 2.2, 1.6, 1.1), 1):
                rng = acak("izin", tahun, bulan, kecamatan.kode, jenis)
                masuk = round(BOBOT[kecamatan.nama] * besar / 8 * rng.uniform(0.7, 1.3))
                terbit = round(masuk * rng.uniform(0.8, 1.0))
                stempel = f"{tahun}-{bulan:02d}-28 15:{rng.randrange(60):02d}:00"
                izin.append(
                    [
                        len(izin) + 1,
                        tahun,
                        bulan,
                        kecamatan.kode,
                        jenis,
                        *[angka_id(v) if v else "-" for v in (masuk, terbit)],
                        stempel,
                    ]
                )
    investasi: list[list[object]] = []
    for tahun, triwulan in [(t, q) for t in (2024, 2025) for q in ("I", "II", "III", "IV")]:
        for kecamatan in KECAMATAN:
            for modal, besar in (("PMDN", 4.2e9), ("PMA", 9.1e9)):
                rng = acak("investasi", tahun, triwulan, kecamatan.kode, modal)
                nilai = round(BOBOT[kecamatan.nama] * besar * rng.uniform(0.3, 1.2), 2)
                tki = round(BOBOT[kecamatan.nama] * rng.uniform(0.4, 1.6))
                investasi.append(
                    [
                        len(investasi) + 1,
                        tahun,
                        triwulan,
                        EJAAN.get(kecamatan.nama, kecamatan.nama),
                        modal,
                        angka_id(nilai, 2),
                        tki,
                        tki // 40,
                        f"{rng.uniform(0.1, 0.7):.2f}",
                    ]
                )
    investasi[200][5] = "dalam proses"
    jenis_izin = [[n, nama] for n, nama in enumerate(_IZIN, 1)]
    sql = (
        _SKEMA
        + _insert("ref_jenis_izin", jenis_izin)
        + _insert("rekap_izin", izin)
        + _insert("realisasi_investasi", investasi)
    )
    return sql.encode()
