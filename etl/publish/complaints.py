"""What a national harvester complains about, found before it is published.

The words are judged by etl.harvest, as they are when a contract is loaded; here is what only an entry has: periodicity,
dates, topic, formats and addresses. A dataset with any of it is left out, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from etl import harvest
from etl.findings import Finding, Owner
from etl.harvest import URL

_ISO_PERIODICITY = re.compile(r"R/P\d+[YMWD]")
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
_ISO_INTERVAL = re.compile(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d")


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
    for complaint in harvest.of_description(entry["title"], entry["description"], entry["license"]):
        yield complaint.key, complaint.what
    yield from _unless(_ISO_PERIODICITY.fullmatch, entry, "accrualPeriodicity", "calendar.period")
    yield from _unless(_ISO_TIME.fullmatch, entry, "modified", "release")
    yield from _unless(_ISO_TIME.fullmatch, entry, "issued", "release")
    if "temporal" in entry:
        yield from _unless(_ISO_INTERVAL.fullmatch, entry, "temporal", "source.periods")
    if not entry["keyword"]:
        yield "keywords", "tanpa kata kunci"
    if any(harvest.is_filler(theme) for theme in entry["theme"]):
        yield "urusan", "tema kosong: urusan tidak dikenal"
    for complaint in harvest.of_contact(entry["contactPoint"]["hasEmail"].removeprefix("mailto:")):
        yield complaint.key, complaint.what
    yield from _wrong_distributions(entry)


def _wrong_distributions(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not entry["distribution"]:
        yield "access", "tanpa distribusi"
    for one in entry["distribution"]:
        missing = [name for name in ("title", "format", "mediaType") if not one.get(name)]
        if missing:
            yield "access", f"distribusi tanpa {', '.join(missing)}"
        if not URL.fullmatch(one.get("downloadURL") or one.get("accessURL") or ""):
            yield "access", "distribusi tanpa alamat unduh"


def _unless(fits: Callable[[str], object], entry: dict[str, Any], name: str, key: str) -> Iterator[tuple[str, str]]:
    if not fits(entry[name]):
        yield key, f"{name} tidak dapat dibaca mesin (`{entry[name]}`)"
