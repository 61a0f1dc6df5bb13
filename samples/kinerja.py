"""What the agencies planned to reach in 2026 and what they say of it: indicators of the nomenclature, an outcome per
programme. All figures and texts are invented."""

from __future__ import annotations

from dataclasses import dataclass

Dua = tuple[float | int | str, float | int | str]
"""Of the first and the second quarter."""


@dataclass(frozen=True)
class Kinerja:
    """One line of the form. kode: programme or sub kegiatan."""

    kode: str
    indikator: str
    satuan: str
    target: float | int
    capaian: Dua
    fisik: Dua
    penghambat: tuple[str, str]
    tindak_lanjut: tuple[str, str]
    unit: str
    arah: str = "naik"
    """Whether higher or lower is better."""


TIDAK_ADA = ("", "")

KINERJA = {
    "disdikbud": [
        Kinerja(
            "1.01.02",
            "Angka partisipasi murni SMP/MTs",
            "Persen",
            84.5,
            (81.2, 82.6),
            TIDAK_ADA,
            TIDAK_ADA,
            TIDAK_ADA,
            "Bidang Pembinaan SMP",
        ),
        Kinerja(
            "1.01.02.2.01.0047",
            "Jumlah Ruang Kelas Baru yang Bertambah",
            "Ruang",
            18,
            (0, 6),
            (10.5, 38),
            (
                "Tiga lokasi belum bersertifikat",
                "Angkutan material ke Sandaran dan Busang terhambat gelombang dan banjir",
            ),
            ("Surat permohonan ke kantor pertanahan", "Adendum waktu 30 hari; lokasi lain didahulukan"),
            "Bidang Pembinaan SD",
        ),
        Kinerja(
            "1.01.02.2.02.0032",
            "Jumlah Peserta didik Sekolah Menengah Pertama yang Menerima Biaya Personil Peserta Didik",
            "Peserta Didik",
            3_200,
            (0, 2_954),
            (0, 92),
            ("Penetapan penerima menunggu data pokok pendidikan", ""),
            ("Verifikasi bersama sekolah selesai 28 Maret", ""),
            "Bidang Pembinaan SMP",
        ),
        Kinerja(
            "1.01.02.2.02.0059",
            "Jumlah Ruang Kelas Baru yang Bertambah",
            "Ruang",
            9,
            (0, 2),
            (8, 33.5),
            TIDAK_ADA,
            TIDAK_ADA,
            "Bidang Pembinaan SMP",
        ),
    ],
    "dinkes": [
        Kinerja(
            "1.02.02",
            "Persentase balita gizi buruk yang mendapat perawatan",
            "Persen",
            100,
            (97.4, 98.8),
            TIDAK_ADA,
            TIDAK_ADA,
            TIDAK_ADA,
            "Bidang Kesehatan Masyarakat",
        ),
        Kinerja(
            "1.02.02",
            "Prevalensi stunting (pendek dan sangat pendek) pada balita",
            "Persen",
            14,
            (15.8, 15.1),
            TIDAK_ADA,
            ("", "Cakupan penimbangan di kecamatan pedalaman masih rendah"),
            ("", "Kelas ibu balita dan posyandu keliling di enam kecamatan"),
            "Bidang Kesehatan Masyarakat",
            arah="turun",
        ),
        Kinerja(
            "1.02.02.2.01.0006",
            "Jumlah Puskesmas yang Ditingkatkan Sarana, Prasarana, Alat Kesehatan dan SDM agar Sesuai Standar",
            "Unit",
            4,
            (0, 1),
            (12, 46.5),
            ("Lelang pertama gagal: tidak ada penawar yang lulus", "Pengiriman alat kesehatan terlambat"),
            ("Paket dilelang kembali pada April", "Denda keterlambatan, sisa alat dikirim Juli"),
            "Bidang Pelayanan Kesehatan",
        ),
        Kinerja(
            "1.02.02.2.01.0023",
            "Jumlah Obat, Bahan Habis Pakai, Bahan Medis Habis Pakai, Vaksin, Makanan dan Minuman di Fasilitas "
            "Kesehatan yang disediakan",
            "Paket",
            2,
            (1, 0),
            (50, 55),
            TIDAK_ADA,
            TIDAK_ADA,
            "Instalasi Farmasi",
        ),
        Kinerja(
            "1.02.02.2.02.0015",
            "Jumlah Dokumen Hasil Pengelolaan Pelayanan Kesehatan Gizi Masyarakat",
            "Dokumen",
            12,
            (3, 3),
            (25, 50),
            ("", "Timbangan dan alat ukur di 14 posyandu belum ditera"),
            ("", "Tera bersama dinas perdagangan dijadwalkan Agustus"),
            "Bidang Kesehatan Masyarakat",
        ),
    ],
    "dpu": [
        Kinerja(
            "1.03.10",
            "Persentase jalan kabupaten dalam kondisi mantap",
            "Persen",
            68,
            (61.5, 62.3),
            TIDAK_ADA,
            TIDAK_ADA,
            TIDAK_ADA,
            "Bidang Bina Marga",
        ),
        Kinerja(
            "1.03.10.2.01.0051",
            "Panjang Jalan yang Dipelihara Secara Rutin",
            "KM",
            310,
            (62.5, 108.5),
            (20, 55),
            TIDAK_ADA,
            TIDAK_ADA,
            "UPT Pemeliharaan",
        ),
        Kinerja(
            "1.03.10.2.01.0053",
            "Panjang Jalan yang Dibangun Sampai Perkerasan",
            "KM",
            42,
            (0, 9.4),
            (6, 27.5),
            ("Pembebasan lahan 2 ruas belum selesai", "Curah hujan tinggi pada April dan Mei"),
            ("Musyawarah ganti rugi dijadwalkan April", "Penambahan alat dan jam kerja"),
            "Bidang Bina Marga",
        ),
        Kinerja(
            "1.03.10.2.01.0055",
            "Panjang Jalan yang Direhabilitasi",
            "KM",
            25,
            (0, 4.1),
            (5, 22),
            TIDAK_ADA,
            TIDAK_ADA,
            "Bidang Bina Marga",
        ),
    ],
}
