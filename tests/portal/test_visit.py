"""A person's way: search, dataset, filter, chart, a figure's origin, download; on a desk, a phone, without scripts."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.demo import Demo
from tests.portal.browser import DESKTOP, PHONE, launched

SANGATTA = "64.08.04"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as started:
        yield started


@pytest.mark.parametrize("scripts", [True, False], ids=["dengan skrip", "tanpa skrip"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_a_word_to_a_figure_and_its_file(
    site: str, demo_regency: Demo, browser: Browser, width: int, scripts: bool
):
    page = browser.new_page(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    try:
        _find(page, site)
        _filter(page, scripts)
        _see_the_chart(page, scripts)
        shown = page.locator("#tabel tbody tr").first.locator("td a").first.inner_text()
        released = demo_regency.value("penduduk_umur.jumlah", SANGATTA, "2023", "umur=0-4|jenis_kelamin=L")
        assert float(shown.replace(".", "").replace(",", ".")) == released
        _account(page, shown)
        taken = _download(page)
        assert [float(one["nilai"]) for one in taken if (one["umur"], one["jenis_kelamin"]) == ("0-4", "L")] == [
            released
        ]
        assert {one["wilayah"] for one in taken} == {SANGATTA}
    finally:
        page.close()


def _find(page: Page, site: str) -> None:
    page.goto(site)
    search = page.get_by_role("searchbox").and_(page.locator("main *"))
    search.fill("pendudk umur")
    search.press("Enter")
    expect(page).to_have_url(f"{site}/data?q=pendudk+umur")
    page.get_by_role("main").get_by_role("heading").get_by_role("link", name="umur").first.click()
    expect(page).to_have_url(f"{site}/dataset/disdukcapil.penduduk_umur")


def _filter(page: Page, scripts: bool) -> None:
    with page.expect_response(lambda answer: f"wilayah={SANGATTA}" in answer.url):
        page.get_by_label("Wilayah", exact=True).select_option(label="Sangatta Utara")
        if not scripts:
            page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator("#judul-tabel")).to_contain_text("Sangatta Utara")
    assert f"wilayah={SANGATTA}" in page.url


def _see_the_chart(page: Page, scripts: bool) -> None:
    chart = page.locator(".grafik")
    chart.scroll_into_view_if_needed()
    expect(page.locator(".grafik-bingkai figcaption")).not_to_be_empty()
    expect(chart.locator("svg, canvas").first).to_be_visible()
    if scripts:
        page.wait_for_function(
            "() => typeof echarts === 'object' && document.querySelector('.grafik [_echarts_instance_]')"
        )


def _account(page: Page, shown: str) -> None:
    page.locator("#tabel tbody tr").first.locator("td a").first.click()
    expect(page.locator("main .besar")).to_contain_text(shown)
    for step in ("Dikirim", "Diterima", "Diperiksa", "Dirilis"):
        expect(page.get_by_role("heading", name=step, exact=True)).to_be_visible()
    page.go_back()
    expect(page.locator("#judul-tabel")).to_contain_text("Sangatta Utara")


def _download(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.locator(".unduhan").get_by_role("link", name="CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
