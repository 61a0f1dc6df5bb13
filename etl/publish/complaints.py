"""What a national harvester complains about, found before it is published.

The list is what 90 regional data.json files were full of: empty or free-text periodicity, `-` for a date, a description
that only repeats the title, no format, a made-up e-mail, Lorem ipsum. A dataset with any of it is left out, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from etl.findings import Finding, Owner

_ISO_PERIODICITY = re.compile(r"R/P\d+[YMWD]")
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
_ISO_INTERVAL = re.compile(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d")
_EMAIL = re.compile(r"mailto:[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_NO_EMAIL = re.compile(r"no[-_.]?e?mail|no[-_.]?reply|example\.(com|org|net)$", re.IGNORECASE)
_FILLER = re.compile(r"lorem\s+ipsum|dolor\s+sit\s+amet|^\W*$|^(test|tes|coba|contoh|todo|tbd|n/?a)\W*$", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")


def complaints(entry: dict[str, Any]) -> list[Finding]:
    """Findings on one entry of data.json; empty when a harvester will take it as it is."""
    return [
        Finding(
            rule="katalog_nasional",
            message=f"Dataset {entry['identifier'].rsplit('/', 1)[-1]} tidak masuk katalog: {what}.",
            cause="Keterangan pada kontrak kosong, asal isi, atau tidak berbentuk yang dibaca katalog nasional.",
            action=f"Perbaiki {where} pada kontrak dataset (atau skpd.yaml), lalu jalankan `satudata publish`.",
            owner=Owner.DISKOMINFO,
        )
        for where, what in _wrong(entry)
    ]


def _wrong(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(key of the contract, what is wrong with it)"""
    title, description = entry["title"].strip(), entry["description"].strip()
    for key, text in (("title", title), ("description", description)):
        if _FILLER.search(text):
            yield key, f"{key} tidak berisi keterangan (`{text[:40]}`)"
    if _same(title, description):
        yield "description", "description hanya mengulang title"
    yield from _unless(_ISO_PERIODICITY.fullmatch, entry, "accrualPeriodicity", "calendar.period")
    yield from _unless(_ISO_TIME.fullmatch, entry, "modified", "release")
    yield from _unless(_ISO_TIME.fullmatch, entry, "issued", "release")
    if "temporal" in entry:
        yield from _unless(_ISO_INTERVAL.fullmatch, entry, "temporal", "source.periods")
    yield from _unless(_URL.fullmatch, entry, "license", "license")
    if not entry["keyword"]:
        yield "keywords", "tanpa kata kunci"
    if any(not theme or _FILLER.search(theme) for theme in entry["theme"]):
        yield "urusan", "tema kosong: urusan tidak dikenal"
    email = entry["contactPoint"]["hasEmail"]
    if not _EMAIL.fullmatch(email) or _NO_EMAIL.search(email):
        yield "kontak", f"alamat surel narahubung tidak benar (`{email.removeprefix('mailto:')}`)"
    yield from _wrong_distributions(entry)


def _wrong_distributions(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not entry["distribution"]:
        yield "access", "tanpa distribusi"
    for one in entry["distribution"]:
        missing = [name for name in ("title", "format", "mediaType") if not one.get(name)]
        if missing:
            yield "access", f"distribusi tanpa {', '.join(missing)}"
        if not _URL.fullmatch(one.get("downloadURL") or one.get("accessURL") or ""):
            yield "access", "distribusi tanpa alamat unduh"


def _unless(fits: Callable[[str], object], entry: dict[str, Any], name: str, key: str) -> Iterator[tuple[str, str]]:
    if not fits(entry[name]):
        yield key, f"{name} tidak dapat dibaca mesin (`{entry[name]}`)"


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W+", " ", one).strip().lower() == re.sub(r"\W+", " ", other).strip().lower()
