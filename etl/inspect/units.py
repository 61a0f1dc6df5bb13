"""Units as headers and titles write them → unit, factor, and whether figures in it may be summed."""

from __future__ import annotations

import re
from typing import NamedTuple

from etl.transform.text import fold

_FACTORS = {
    "ribu": "1000", "ribuan": "1000", "juta": "1000000", "jutaan": "1000000",
    "milyar": "1000000000", "miliar": "1000000000", "triliun": "1000000000000", "trilyun": "1000000000000",
}  # fmt: skip
_SUFFIXES = {
    **_FACTORS, "m": "1000000000", "bn": "1000000000", "t": "1000000000000", "jt": "1000000", "mn": "1000000",
    "rb": "1000", "k": "1000",
}  # fmt: skip
_NAMES = {
    "rp": "rupiah", "rupiah": "rupiah", "idr": "rupiah", "%": "persen", "persen": "persen", "prosen": "persen",
    "jiwa": "jiwa", "orang": "orang", "org": "orang", "anak": "anak", "balita": "balita", "kk": "keluarga",
    "keluarga": "keluarga", "rumah tangga": "rumah tangga", "rt": "rumah tangga", "ekor": "ekor", "unit": "unit",
    "buah": "unit", "ha": "hektare", "hektar": "hektare", "hektare": "hektare", "km": "kilometer",
    "kilometer": "kilometer", "km2": "kilometer persegi", "km²": "kilometer persegi", "m": "meter",
    "m2": "meter persegi",
    "m3": "meter kubik", "ton": "ton", "kg": "kilogram", "kw": "kuintal", "kuintal": "kuintal", "liter": "liter",
    "ku/ha": "kuintal per hektare", "kw/ha": "kuintal per hektare", "ton/ha": "ton per hektare",
    "jiwa/km2": "jiwa per kilometer persegi", "tahun": "tahun", "bulan": "bulan", "hari": "hari", "jam": "jam",
    "kasus": "kasus", "kejadian": "kejadian", "izin": "izin", "permohonan": "permohonan", "sekolah": "sekolah",
    "siswa": "siswa", "guru": "guru", "kelas": "kelas", "indeks": "indeks", "poin": "poin", "mwh": "mwh", "kwh": "kwh",
    "pasangan": "pasangan", "laporan": "laporan", "dokumen": "dokumen", "butir": "butir",
}  # fmt: skip
_WORDS = "|".join(sorted(map(re.escape, (*_FACTORS, *_NAMES)), key=len, reverse=True))
_PARENTHESES = re.compile(r"[(\[]([^()\[\]]{1,30})[)\]]")
_IN = re.compile(rf"\b(?:dalam|satuan)\s*:?\s*((?:{_WORDS})(?:\s+(?:{_WORDS}))?)\b")
_RATE = re.compile(
    r"%|\bpersen|\bprosen|\brasio|\bindeks|\brata[- ]rata|\bper ?kapita|kepadatan|\blaju|\btingkat\b|\bapk\b|\bapm\b"
    r"|\baps\b|\bipm\b|\bhls\b|\brls\b|\buhh\b|\bahh\b|\btpt\b|\btpak\b|produktivitas|pertumbuhan|\bper \d|/km"
    r"|\bumur harapan"
)
"""Header words of figures that must not be summed over regions."""
_SHARE = re.compile(r"%|\bpersen|\bprosen")


class Unit(NamedTuple):
    """satuan as stored, exact factor from the file's to it, whether figures may be summed."""

    satuan: str
    scale: str = "1"
    additive: bool = True


def read_unit(text: str) -> Unit | None:
    """`(Ribu Ton)` → ton × 1000; None when it is no unit that is known."""
    plain = fold(text).strip("()[]. ")
    scale = "1"
    words = plain.split(" ")
    if words[0] in _FACTORS:
        scale, plain = _FACTORS[words[0]], " ".join(words[1:]) or "rupiah"
    name = _NAMES.get(plain)
    if name is None:
        return None
    return Unit(name, scale, name not in ("persen", "indeks", "poin", "tahun") and " per " not in name)


def suffix_scale(suffix: str) -> str:
    """Factor of what stands behind a number: `M` is miliar, as budgets write it."""
    return _SUFFIXES[suffix.casefold()]


def is_unit(text: str) -> bool:
    """Whether a cell below a header holds nothing but a unit."""
    plain = fold(text)
    bracketed = plain.startswith("(") and plain.endswith(")") and not plain.strip("()").isdigit()
    return (bracketed and len(plain) <= 24) or read_unit(plain) is not None


def unit_in(text: str) -> Unit | None:
    """The unit that a header or a title states: in parentheses, after `dalam`, or as `%`."""
    plain = fold(text)
    for found in [*_PARENTHESES.findall(plain), *_IN.findall(plain)]:
        unit = read_unit(found.split(",")[-1].strip())
        if unit:
            return unit
    return Unit("persen", "1", False) if _SHARE.search(plain) else None


def is_rate(text: str) -> bool:
    return _RATE.search(fold(text)) is not None


def is_share(text: str) -> bool:
    """Whether the words say percent."""
    return _SHARE.search(fold(text)) is not None


_GUESSES = (
    (r"anggaran|realisasi|pagu|belanja|pendapatan|pajak|retribusi|rupiah|\bpdrb\b|investasi", "rupiah"),
    (r"penduduk|jiwa", "jiwa"),
    (r"murid|siswa|guru|dokter|perawat|bidan|tenaga|pegawai|orang|peserta|penganggur|bumil|pasien|positif", "orang"),
    (r"keluarga|\bkk\b|\bkpm\b|rumah tangga", "keluarga"),
    (r"balita", "balita"),
    (r"panjang jalan", "kilometer"),
    (r"\bluas\b", "hektare"),
)


def guessed_unit(text: str) -> str:
    """The likeliest unit of figures whose header and title do not state one; a person must confirm it."""
    plain = fold(text)
    return next((unit for words, unit in _GUESSES if re.search(words, plain)), "unit")
