"""Every endpoint of the API: its address, what may be asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse

from portal.interfaces import api_answers as rows
from portal.interfaces import api_parameters as may
from portal.interfaces import api_questions as ask
from portal.interfaces.api_questions import Call


@dataclass(frozen=True)
class Endpoint:
    """path: below /api/v1/, with {names}. group: under which the document lists it. many: a list, else one thing."""

    path: str
    name: str
    group: str
    summary: str
    parameters: type[may.Parameters]
    row: type[rows.Row]
    answer: Callable[[Call], HttpResponse]
    many: bool = True
    description: str = ""


ABOUT_FIGURES = """\
Statistik, anggaran dan kinerja dalam satu bentuk: pada anggaran dan kinerja, perangkat daerah, kegiatan, rekening, \
sumber dana, tahap dan tolok ukur menjadi rincian. Saring rincian dengan `rincian.<nama>=<kode>`, misalnya \
`rincian.jenis_kelamin=L`; nilai kosong berarti tanpa rincian itu. Angka yang disembunyikan bernilai null dengan \
penanda `*`. Dengan `pada` yang tampil ialah yang terbaca umum pada waktu itu. Rilis di antara dua halaman tidak \
mengubah daftar yang sudah dimulai: halaman berikutnya tetap menurut rilis halaman pertama."""

ENDPOINTS = (
    Endpoint(
        "dataset",
        "daftarDataset",
        "Katalog",
        "Dataset yang dicari dan disaring",
        may.Datasets,
        rows.Dataset,
        ask.datasets,
    ),
    Endpoint(
        "dataset/{dataset}",
        "dataset",
        "Katalog",
        "Satu dataset: keterangan, indikator, mutu, unduhan, rilis berikutnya",
        may.Nothing,
        rows.SatuDataset,
        ask.dataset,
        many=False,
    ),
    Endpoint(
        "dataset/{dataset}/angka",
        "angka",
        "Angka",
        "Angka satu dataset, satu per baris",
        may.Figures,
        rows.Angka,
        ask.figures,
        description=ABOUT_FIGURES,
    ),
    Endpoint(
        "dataset/{dataset}/rilis",
        "rilisDataset",
        "Riwayat",
        "Rilis satu dataset, yang terbaru lebih dulu",
        may.DatasetReleases,
        rows.Rilis,
        ask.dataset_releases,
    ),
    Endpoint(
        "dataset/{dataset}/revisi",
        "revisi",
        "Riwayat",
        "Setiap perubahan angka satu dataset, yang terbaru lebih dulu",
        may.Revisions,
        rows.Revisi,
        ask.revisions,
    ),
    Endpoint(
        "indikator",
        "daftarIndikator",
        "Katalog",
        "Indikator dan keterangannya",
        may.Indicators,
        rows.Indikator,
        ask.indicators,
    ),
    Endpoint(
        "indikator/{indikator}",
        "indikator",
        "Katalog",
        "Satu indikator",
        may.Nothing,
        rows.Indikator,
        ask.indicator,
        many=False,
    ),
    Endpoint(
        "angka/{indikator}/{wilayah}/{periode}",
        "asalAngka",
        "Angka",
        "Asal satu angka statistik: berkas, sel, pemeriksaan, perilis, dan versi lamanya",
        may.Account,
        rows.AsalAngka,
        ask.account,
        many=False,
    ),
    Endpoint(
        "wilayah",
        "daftarWilayah",
        "Daftar kode",
        "Wilayah menurut kode Kemendagri",
        may.Regions,
        rows.Wilayah,
        ask.regions,
    ),
    Endpoint(
        "wilayah/{kode}", "wilayah", "Daftar kode", "Satu wilayah", may.Region, rows.Wilayah, ask.region, many=False
    ),
    Endpoint("skpd", "daftarSkpd", "Daftar kode", "Perangkat daerah", may.Agencies, rows.Skpd, ask.agencies),
    Endpoint(
        "skpd/{kode}", "skpd", "Daftar kode", "Satu perangkat daerah", may.Nothing, rows.Skpd, ask.agency, many=False
    ),
    Endpoint(
        "program",
        "program",
        "Rencana dan realisasi",
        "Program, kegiatan dan sub kegiatan: pagu, realisasi, fisik, capaian",
        may.Programmes,
        rows.Program,
        ask.programmes,
    ),
    Endpoint(
        "kinerja",
        "kinerja",
        "Rencana dan realisasi",
        "Target dan capaian per tolok ukur dan periode",
        may.Performance,
        rows.Kinerja,
        ask.performance,
    ),
    Endpoint(
        "rekonsiliasi",
        "rekonsiliasi",
        "Rencana dan realisasi",
        "Dua angka yang seharusnya sama, dan selisihnya",
        may.Reconciliation,
        rows.Rekonsiliasi,
        ask.reconciliation,
    ),
    Endpoint(
        "rilis",
        "rilis",
        "Riwayat",
        "Rilis semua dataset, yang terbaru lebih dulu",
        may.Releases,
        rows.Rilis,
        ask.releases,
    ),
    Endpoint(
        "kalender",
        "kalender",
        "Riwayat",
        "Kapan data harus masuk, diterima dan dirilis",
        may.Calendar,
        rows.Kalender,
        ask.calendar,
    ),
)
