"""What a dataset's figures mean: the fact they are of, their indicators, and which are hidden from the public."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from etl.rules import Strict

Fact = Literal["indikator", "anggaran", "kinerja"]
Measure = Literal["pagu", "kas", "realisasi", "target", "capaian", "fisik", "penghambat", "tindak_lanjut"]

FACT_DIMENSIONS: dict[str, tuple[str, ...]] = {
    "indikator": (),
    "anggaran": ("skpd", "kegiatan", "rekening", "sumber_dana", "tahap"),
    "kinerja": ("skpd", "kegiatan", "tolok_ukur", "tahap"),
}
"""Dimensions of a fact beside indicator, region, period and breakdown, in the order of its key."""
FACT_MEASURES: dict[str, tuple[str, ...]] = {
    "indikator": (),
    "anggaran": ("pagu", "kas", "realisasi"),
    "kinerja": ("target", "capaian", "fisik", "penghambat", "tindak_lanjut"),
}


class Indikator(Strict):
    """MS-Ind in brief (Peraturan BPS 5/2020): one owner, one identifier."""

    nama: str
    konsep: str
    definisi: str
    satuan: str
    rumus: str | None = None
    arah: Literal["naik", "turun", "netral"] = "netral"
    """Whether higher (`naik`) or lower (`turun`) is better."""
    additive: bool = True
    """Whether regions and breakdowns may be summed (counts yes, percentages no)."""
    aliases: tuple[str, ...] = ()
    """Header texts that name it in a spread level `ukuran`."""
    measure: Measure | None = None
    """What its figures state, in a dataset of fact anggaran or kinerja."""
    interpretasi: str | None = None
    ukuran: str | None = None
    """MS-Ind `ukuran`: jumlah, rata-rata, persentase, rasio, indeks, …"""
    klasifikasi: str | None = None
    """MS-Ind `klasifikasi penyajian`."""
    level_estimasi: str | None = None
    dssd: str | None = None
    """Code of the e-Walidata element it answers."""
    mendukung: tuple[Annotated[str, Field(pattern=r"^\d\.\d{2}\.\d{2}\.\d\.\d{2}\.\d{4}$")], ...] = ()
    """Sub kegiatan that work on it: the way from budget to statistics."""
    sama_dengan: tuple[str, ...] = ()
    """Indicators of other producers that state the same thing: compared, never merged."""


class Suppress(Strict):
    """Cells hidden from the public, so that nobody is recognised in them (EPSS 40104; UU 27/2022)."""

    below: int = Field(default=5, ge=2)
    """Counts from 1 to below that number are hidden, and as many others as it takes that no total gives them away."""
    level: Literal["kabupaten", "kecamatan", "desa"] = "kecamatan"
    """That level of regions and finer ones."""
    indikator: tuple[str, ...] = ()
    """Counts of people; absent: every additive indicator."""
    ratios: dict[str, tuple[str, ...]] = {}
    """Ratio indicator → the counts it is made of: hidden where one of them is."""
