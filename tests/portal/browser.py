"""Debian's Chromium on the served site, and axe-core as its judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from etl.settings import PROJECT

CHROMIUM = "/usr/bin/chromium"
AXE = PROJECT / "tools" / "audit" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE, SMALLEST = 1280, 360, 320
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

FIGURE = "/angka/penduduk.jumlah/64.08.04/2025-S1/jenis_kelamin=L"
KINDS = {
    "beranda": "/",
    "katalog": "/data",
    "salah ketik": "/data?q=pendudk&urusan=2.12",
    "tidak ketemu": "/data?q=qqqqqqq",
    "dataset": "/dataset/disdukcapil.penduduk_umur",
    "dataset berperiode": "/dataset/bappeda.kemiskinan",
    "dataset anggaran": "/dataset/bpkad.rak",
    "dataset kosong": "/dataset/dpmptsp.investasi",
    "dataset terbatas": "/dataset/dinsos.penerima_bansos",
    "salah susunan": "/dataset/disdukcapil.penduduk_umur?baris=tak_ada",
    "sematan": "/dataset/disdukcapil.penduduk_umur/sematan",
    "asal angka": FIGURE,
    "rencana": "/rencana",
    "rencana per urusan": "/rencana?menurut=urusan",
    "rencana skpd": "/rencana/disdikbud",
    "rencana program": "/rencana/disdikbud/1.01.02",
    "daftar wilayah": "/wilayah",
    "kecamatan": "/wilayah/64.08.04",
    "desa": "/wilayah/64.08.04.2001",
    "daftar skpd": "/skpd",
    "skpd": "/skpd/KT02",
    "rilis": "/rilis",
    "tentang": "/tentang",
    "tidak ada": "/tidak-ada",
}
"""Every kind of page, by one of its kind in the demo regency."""


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Where a test runs as root, as in a container, Chromium cannot have its sandbox."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    try:
        yield browser
    finally:
        browser.close()


@cache
def _axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core belum terpasang: jalankan `make servers`")
    return AXE.read_text(encoding="utf-8")


def barriers(page: Page, *only: str) -> list[str]:
    """What axe-core finds on the page as it stands: rule, element and why. only: these rules instead of all."""
    page.evaluate(_axe())
    run: dict[str, Any] = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": STANDARDS}
    found = page.evaluate("run => axe.run(document, {runOnly: run, resultTypes: ['violations']})", run)
    return [
        f"{violation['id']}: {node['html'][:160]} — {node['failureSummary'].splitlines()[1].strip()}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def sideways(page: Page) -> str:
    """The first element that makes the page wider than its window; an empty text when none does."""
    return str(
        page.evaluate("""() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return "";
            const clips = (one) => ["auto", "scroll", "hidden"].includes(getComputedStyle(one).overflowX);
            const scrolls = (one) => one && one !== document.documentElement
                && (clips(one) || scrolls(one.parentElement));
            const wide = [...document.body.querySelectorAll("*")].find((one) =>
                one.getBoundingClientRect().right > width + 1 && !scrolls(one.parentElement));
            return `${document.documentElement.scrollWidth} > ${width}: ${wide ? wide.outerHTML.slice(0, 200) : "?"}`;
        }""")
    )
