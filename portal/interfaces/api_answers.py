"""What is answered: the rows of each list, field by field. They are also what the database is asked for, so that the
document and the answer cannot differ. What a field means is said once, in the warehouse's own dictionary of columns."""

from __future__ import annotations

import functools
import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from etl.load.warehouse import sql

Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
Object = dict[str, Any]


class Row(BaseModel):
    """view: whose words its fields have."""

    model_config = ConfigDict(extra="forbid")
    view: ClassVar[str] = ""

    @classmethod
    def texts(cls) -> frozenset[str]:
        """Fields that hold text as people wrote it."""
        return frozenset(name for name, field in cls.model_fields.items() if field.annotation in (str, str | None))


class Angka(Row):
    view = "nilai"
    dataset: str
    indikator: str
    nama_indikator: str | None
    wilayah: str | None
    nama_wilayah: str | None
    tingkat: str | None
    periode: str
    tahun: int | None
    rincian: str
    rincian_json: Object
    nilai: Number | None
    penanda: str | None
    satuan: str | None
    status_data: str | None
    dirilis_pada: datetime
    kiriman: int


class Dataset(Row):
    view = "katalog"
    dataset: str
    judul: str
    deskripsi: str | None
    skpd: str
    nama_skpd: str
    urusan: str | None
    nama_urusan: str | None
    akses: str
    frekuensi: str | None
    status_data: str | None
    fakta: str
    rilis_terakhir: datetime | None
    jumlah_angka: int
    jumlah_indikator: int
    tahun: list[int]
    tingkat: list[str]
    periode_terakhir: str | None


class IndikatorDataset(Row):
    view = "indikator"
    indikator: str
    nama: str
    konsep: str | None
    definisi: str | None
    satuan: str | None
    arah: str | None
    dapat_dijumlah: bool | None
    rumus: str | None
    besaran: str | None
    interpretasi: str | None
    ukuran: str | None
    klasifikasi: str | None
    dssd: str | None
    mendukung: list[str]


class Mutu(Row):
    view = "mutu"
    akurasi_persen: Number | None
    ketepatan_waktu_persen: Number | None
    kelengkapan_persen: Number | None
    metadata_persen: Number | None
    konsistensi_persen: Number | None
    baris_diterima: int | None
    baris_lolos: int | None
    jumlah_pemeriksaan: int | None
    jumlah_lolos: int | None


class Unduhan(Row):
    view = "publikasi"
    berkas: str
    ukuran: int
    sha256: str
    dirilis_pada: datetime | None
    ditulis_pada: datetime | None


class RilisBerikutnya(Row):
    view = "kalender"
    periode: str
    jatuh_tempo: date
    status: str


class SatuDataset(Row):
    view = "katalog"
    dataset: str
    judul: str
    deskripsi: str | None
    skpd: str
    nama_skpd: str
    kode_skpd: str | None
    urusan: str | None
    nama_urusan: str | None
    akses: str
    dasar_akses: str | None
    lisensi: str | None
    status_data: str | None
    metode: str | None
    frekuensi: str | None
    jadwal: str | None
    cara_rilis: str | None
    fakta: str
    kumulatif: bool | None
    menyamarkan: bool
    kata_kunci: list[str] | None
    rilis_pertama: datetime | None
    rilis_terakhir: datetime | None
    jumlah_rilis: int
    jumlah_angka: int
    jumlah_indikator: int
    tahun: list[int]
    periode_terakhir: str | None
    tingkat: list[str]
    rincian: list[str]
    indikator: list[IndikatorDataset]
    mutu: Mutu | None
    unduhan: list[Unduhan]
    rilis_berikutnya: RilisBerikutnya | None


class Rilis(Row):
    view = "rilis"
    dataset: str
    skpd: str
    kiriman: int
    label: str | None
    periode: list[str] | None
    dirilis_pada: datetime
    dirilis_oleh: str
    alasan: str | None
    otomatis: bool | None
    angka_baru: int
    angka_berubah: int
    angka_dihapus: int


class Revisi(Row):
    view = "revisi"
    dataset: str
    indikator: str
    wilayah: str | None
    periode: str | None
    rincian: str | None
    jenis: str
    nilai_lama: Number | None
    nilai_baru: Number | None
    persen: Number | None
    penanda_lama: str | None
    penanda_baru: str | None
    status_lama: str | None
    status_baru: str | None
    alasan: str | None
    oleh: str | None
    direvisi_pada: datetime
    kiriman: int | None


class Indikator(IndikatorDataset):
    dataset: str
    skpd: str
    level_estimasi: str | None
    sama_dengan: list[str]


class Versi(Row):
    view = "asal_angka"
    nilai: Number | None
    penanda: str | None
    berlaku_dari: datetime
    berlaku_sampai: datetime | None
    kiriman: int
    berkas: str | None
    lembar: str | None
    baris: int | None
    kolom: str | None
    sha256: str | None
    skpd: str | None
    cara_terima: str | None
    diterima_pada: datetime | None
    jumlah_pemeriksaan: int | None
    jumlah_lolos: int | None
    pemeriksaan: list[Object]
    dirilis_oleh: str | None
    dirilis_pada: datetime | None
    alasan: str | None


class AsalAngka(Row):
    view = "asal_angka"
    dataset: str
    indikator: str
    nama_indikator: str | None
    wilayah: str
    nama_wilayah: str | None
    periode: str
    rincian: str
    nilai: Number | None
    penanda: str | None
    satuan: str | None
    status_data: str | None
    berlaku: bool
    versi: list[Versi]


class Wilayah(Row):
    view = "wilayah"
    kode: str
    kode_bps: str | None
    nama: str
    tingkat: str
    kode_induk: str | None
    berlaku_dari: date | None
    berlaku_sampai: date | None
    sumber: str | None
    keyakinan: str | None
    batas: Object | None


class Skpd(Row):
    view = "skpd"
    kode: str
    nama_pendek: str | None
    nama: str
    singkatan: str | None
    jenis: str | None
    bidang_urusan: str | None
    tupoksi: str | None
    situs: str | None
    kode_sipd: str | None
    kode_induk: str | None
    berlaku_dari: date | None
    nama_sebelumnya: list[str]
    kode_sebelumnya: list[str]


class Program(Row):
    view = "program"
    tahun: int
    skpd: str
    nama_skpd: str | None
    kode: str
    tingkat: str
    nama: str | None
    kode_induk: str | None
    pagu_pokok: Number | None
    pagu_perubahan: Number | None
    pagu: Number | None
    tahap: str | None
    kas: Number | None
    realisasi: Number | None
    realisasi_persen: Number | None
    fisik: Number | None
    capaian_persen: Number | None
    predikat: str | None
    jumlah_tolok_ukur: int | None
    sumber_pagu: str | None
    sumber_kas: str | None
    sumber_realisasi: str | None
    sumber_kinerja: str | None


class Kinerja(Row):
    view = "kinerja_triwulan"
    dataset: str
    skpd: str | None
    nama_skpd: str | None
    kegiatan: str | None
    nama_kegiatan: str | None
    tolok_ukur: str | None
    satuan: str | None
    arah: str | None
    dapat_dijumlah: bool | None
    wilayah: str | None
    rincian: str | None
    tahun: int | None
    periode: str
    target: Number | None
    capaian: Number | None
    capaian_persen: Number | None
    fisik: Number | None
    penghambat: str | None
    tindak_lanjut: str | None


class Rekonsiliasi(Row):
    view = "rekonsiliasi"
    dataset: str
    kiriman: int
    jenis: str
    no: int
    periode: str | None
    uraian: str | None
    subjek: Object | None
    nama_kiri: str | None
    nilai_kiri: Number | None
    nama_kanan: str | None
    nilai_kanan: Number | None
    selisih: Number | None
    toleransi: Number | None
    cocok: bool | None
    penjelasan: str | None
    mewakili: int | None
    diperiksa_pada: datetime | None
    diketahui_pada: datetime | None
    alasan: str | None


class Kalender(Row):
    view = "kalender"
    dataset: str
    skpd: str
    periode: str
    mulai: date
    akhir_periode: date
    jatuh_tempo: date
    batas_akhir: date
    diterima_pada: datetime | None
    dirilis_pada: datetime | None
    status: str
    berikutnya: bool


OWN_WORDS = {
    "asal_angka.berlaku": "Benar bila angkanya masih dinyatakan sekarang.",
    "asal_angka.berlaku_sampai": "Sampai kapan versi ini dilihat umum; null: masih.",
    "asal_angka.versi": "Setiap versi yang pernah dilihat umum, yang terbaru lebih dulu.",
    "katalog.indikator": "Indikator dataset ini.",
    "katalog.mutu": "Mutunya menurut catatan pengolahan; null: tidak terbuka.",
    "katalog.unduhan": "Berkas seluruh angkanya; diunduh dari /unduh/<dataset>/<berkas>.",
    "katalog.rilis_berikutnya": "Rilis yang ditunggu berikutnya; null: tidak terjadwal.",
    "nilai.rincian_json": "Rincian sebagai nama dan kodenya.",
}


@functools.cache
def _dictionary() -> dict[str, str]:
    """Column → its meaning; `view.column` where it has one of its own there."""
    text = sql("portal/90_kamus.sql").split("$kamus$")[1]
    words: dict[str, str] = json.loads(text)
    return words | OWN_WORDS


def meaning(row: type[Row], field: str) -> str:
    """Raises KeyError for a field without a word."""
    words = _dictionary()
    return words.get(f"{row.view}.{field}") or words[field]


def rows_of(kind: type[Row]) -> list[type[Row]]:
    """`kind` and the rows that stand in its fields."""
    found = [kind]
    for field in kind.model_fields.values():
        for part in re.findall(r"\w+", str(field.annotation)):
            nested = globals().get(part)
            if isinstance(nested, type) and issubclass(nested, Row) and nested not in (Row, kind):
                found += [one for one in rows_of(nested) if one not in found]
    return found
