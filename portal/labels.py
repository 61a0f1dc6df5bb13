"""Codes as people say them."""

from __future__ import annotations

import re

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
ACRONYMS = {
    "sd": "SD",
    "smp": "SMP",
    "sma": "SMA",
    "smk": "SMK",
    "sltp": "SLTP",
    "slta": "SLTA",
    "nib": "NIB",
    "skpd": "SKPD",
}
CODES = (
    noop("Wilayah"), noop("Periode"), noop("Indikator"), noop("SKPD"), noop("Kegiatan"), noop("Rekening"),
    noop("Sumber dana"), noop("Tahap"), noop("Tolok ukur"), noop("Besaran"), noop("Urusan"), noop("Tahun"),
    noop("Tingkat"), noop("Frekuensi"), noop("Akses"), noop("Kinerja"), noop("Pagu"), noop("Kas"), noop("Realisasi"),
    noop("Fisik"), noop("Program"), noop("Sub kegiatan"), noop("Bidang"), noop("Jenis kelamin"), noop("Kelompok umur"),
    noop("Laki-laki"), noop("Perempuan"), noop("Terbuka"), noop("Terbatas"), noop("Dikecualikan"), noop("Harian"),
    noop("Bulanan"), noop("Triwulanan"), noop("Semesteran"), noop("Tahunan"), noop("Multitahun"), noop("Kabupaten"),
    noop("Kecamatan"), noop("Desa"), noop("Kelurahan"),
)  # fmt: skip
"""Codes that the site itself speaks of, as words that are translated; what agencies name stays in their language."""
STATUSES = (noop("angka sementara"), noop("angka perkiraan"), noop("angka tetap"))


def period_name(code: str) -> str:
    """2024 · 2024-S2 → Semester II 2024 · 2024-Q3 → Triwulan III 2024 · 2024-05 → Mei 2024; anything else as it is."""
    if found := re.fullmatch(r"(\d{4})-S([12])", code):
        return f"{_('Semester')} {ROMAN[found[2]]} {found[1]}"
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", code):
        return f"{_('Triwulan')} {ROMAN[found[2]]} {found[1]}"
    if found := re.fullmatch(r"(\d{4})-(\d{2})", code):
        return f"{MONTHS.get(int(found[2]), found[2])} {found[1]}"
    return code


def humanized(code: str) -> str:
    """jenis_kelamin → Jenis kelamin · belum_tamat_sd → Belum tamat SD. What is no such word is left as it is."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
        return code
    words = [ACRONYMS.get(word, word) for word in code.split("_")]
    text = " ".join(words)
    return _(text[:1].upper() + text[1:])


def status_name(status: str | None) -> str:
    """sementara → angka sementara."""
    return _(f"angka {status}") if status else ""
