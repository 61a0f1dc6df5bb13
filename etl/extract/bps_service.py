"""The BPS WebAPI: years looked up, a table fetched in as few requests as it answers in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from etl.extract import bps
from etl.extract.answers import BPS
from etl.extract.problems import listed, note, shown
from etl.extract.web_client import Client, Page, with_params
from etl.extract.web_pages import Collected, examined
from etl.extract.web_words import as_text, said
from etl.findings import Finding, Refused
from etl.sources import BpsSource

MAX_LISTS = 100
"""Pages of the list of years; ten years a page."""

Year = tuple[int, str]
"""BPS's number of a year and the year: (117, "2017")."""


def fetch_table(client: Client, source: BpsSource) -> Collected:
    """The answers that together are the table, the years rising.

    BPS answers a table that is too large with `null`, and may leave years out: such a request is halved, what was left
    out asked for again. Raises Refused when the table is not there or one year of it is too large, SourceUnavailable as
    Client.get.
    """
    collected = Collected(client.told, None, isi=BPS)
    wanted, missing = _wanted(client, source)
    pending = list(_runs(wanted))
    while pending:
        years = pending.pop(0)
        page = client.get(_address(source, "data", _asked(source, years)))
        document = None if _is_null(page) else examined(page, client.told, {})
        if bps.is_answer(document) and document.get("datacontent"):
            collected.pages.append(page)
            collected.count += len(document["datacontent"])
            there = {as_text(entry.get("val")) for entry in document["tahun"] if isinstance(entry, dict)}
            left = [year for year in years if str(year[0]) not in there]
        elif document is not None and not _is_unavailable(document):
            raise _not_understood(client, document)
        else:
            page.path.unlink()
            left = list(years)
        if len(left) < len(years):
            pending[:0] = _runs(left)
        elif len(years) > 1:
            half = len(years) // 2
            pending[:0] = [years[:half], years[half:]]
        elif document is None:
            raise _too_large(client, source, years[0])
        else:
            missing.append(years[0][1])
    if not collected.pages:
        raise _not_available(client, source, f"tahun {listed(sorted(missing))}")
    if missing:
        collected.extra_notes.append(_without(client, sorted(missing)))
    return collected


def _wanted(client: Client, source: BpsSource) -> tuple[list[Year], list[str]]:
    """The years to ask for, rising, and those of the contract that BPS does not list."""
    years: dict[str, str] = {}
    number = 1
    while number <= MAX_LISTS:
        more = {"page": str(number)} if number > 1 else {}
        page = client.get(_address(source, "th", more))
        document = None if _is_null(page) else examined(page, client.told, {})
        page.path.unlink()
        if document is None or _is_unavailable(document):
            break
        years |= bps.years_listed(document)
        if number >= bps.pages_listed(document):
            break
        number += 1
    if not years:
        raise _not_available(client, source, "satu tahun pun")
    wanted = sorted((int(th), label) for label, th in years.items() if th.isdecimal() and _is_wanted(label, source))
    missing = [label for label in source.tahun if label not in years]
    if not wanted:
        raise _not_available(client, source, f"tahun {listed(missing)} (yang ada: {listed(sorted(years), 40)})")
    return wanted, missing


def _is_wanted(label: str, source: BpsSource) -> bool:
    return not source.tahun or label in source.tahun


def _runs(years: Sequence[Year]) -> Iterator[list[Year]]:
    """Years whose numbers follow one another: each is one `th=117:119`."""
    run: list[Year] = []
    for year in years:
        if run and year[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(year)
    if run:
        yield run


def _address(source: BpsSource, model: str, more: dict[str, str]) -> str:
    return with_params(
        f"{source.url.rstrip('/')}/list", {"model": model, "domain": source.domain, "var": source.var} | more
    )


def _asked(source: BpsSource, years: Sequence[Year]) -> dict[str, str]:
    first, last = years[0][0], years[-1][0]
    asked = {"th": str(first) if first == last else f"{first}:{last}"}
    return asked | ({"turvar": source.turvar} if source.turvar else {})


def _is_null(page: Page) -> bool:
    return page.head.strip() == b"null"


def _is_unavailable(document: Any) -> bool:
    """`list-not-available`, or a table without one figure."""
    return isinstance(document, dict) and (
        as_text(document.get("data-availability", "")).endswith("not-available") or bps.is_answer(document)
    )


def _not_available(client: Client, source: BpsSource, what: str) -> Refused:
    return client.told.contract(
        "bps_tidak_tersedia",
        f"BPS tidak memiliki data variabel {source.var} untuk wilayah {source.domain}: {shown(what)} tidak tersedia.",
        "Nomor variabel, kode wilayah atau tahunnya salah, atau tabelnya ada pada wilayah lain (0000, provinsi).",
        "Cari tabelnya di situs BPS wilayah itu, lalu betulkan `var`, `domain` dan `tahun` pada kontrak.",
    )


def _too_large(client: Client, source: BpsSource, year: Year) -> Refused:
    return client.told.contract(
        "bps_terlalu_besar",
        f"BPS menjawab kosong (null) untuk variabel {source.var}, walau hanya tahun {shown(year[1])} yang diminta.",
        "WebAPI BPS menjawab null bila tabel yang diminta terlalu besar.",
        "Minta lebih sedikit: pada kontrak sebutkan lebih sedikit `tahun`, atau satu `turvar`.",
    )


def _not_understood(client: Client, document: Any) -> Refused:
    return client.told.contract(
        "bps_rusak",
        "Jawaban WebAPI BPS bukan tabel dinamis.",
        "Susunan jawabannya berubah, atau alamat pada kontrak bukan WebAPI BPS.",
        "Periksa `url` dan `var` pada kontrak; bila benar, laporkan kepada pengembang.",
        value=said(document),
    )


def _without(client: Client, years: list[str]) -> Finding:
    return note(
        "tahun_tidak_ada",
        f"BPS tidak memiliki data untuk tahun {shown(listed(years, 30))}, yang ada pada kontrak atau daftarnya.",
        "Datanya belum dirilis BPS, atau tidak dikumpulkan pada tahun itu.",
        "Tidak perlu apa-apa bila memang belum dirilis; jika tidak, periksa `tahun` pada kontrak.",
        file=client.name,
    )
