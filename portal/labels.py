"""Codes as people say them."""

from __future__ import annotations

import re

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

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
    return text[:1].upper() + text[1:]
