"""A dataset's page as people open it: in a browser, without JavaScript, asked what it cannot answer, in a frame."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
POPULATION = "/dataset/disdukcapil.penduduk"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser: Browser, address: str, **options: object) -> tuple[Page, list[str]]:
    """The page, and what the browser complains of while it is open."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints


def test_a_filter_changes_the_table_alone_and_is_told_and_can_be_gone_back_from(site, browser):
    page, complaints = opened(browser, site + POPULATION)
    page.evaluate("window.sama = true")
    page.focus("#p-rincian-jenis_kelamin")
    page.get_by_label("Jenis kelamin", exact=True).select_option("L")
    page.wait_for_url("**rincian.jenis_kelamin=L**")
    expect(page.locator("#judul-tabel")).to_have_text(re.compile("jenis kelamin: Laki-laki"))
    expect(page.locator("#kabar")).to_have_text(re.compile("^Ditampilkan: .*Laki-laki; 18 baris"))
    assert page.evaluate("[window.sama, document.activeElement.id]") == [True, "p-rincian-jenis_kelamin"]
    page.go_back()
    expect(page.locator("#judul-tabel")).not_to_have_text(re.compile("Laki-laki"))
    assert complaints == []


def test_a_chart_is_drawn_anew_when_it_comes_near_in_the_colours_of_the_scheme(site, browser):
    page, complaints = opened(browser, site + "/dataset/disdukcapil.penduduk_umur", color_scheme="light")
    chart = page.locator(".grafik")
    chart.scroll_into_view_if_needed()
    expect(chart.locator("svg.gambar")).to_have_count(0)
    light = chart.locator("path[fill='#0b5a4a']")
    expect(light.first).to_be_attached()
    page.emulate_media(color_scheme="dark")
    expect(chart.locator("path[fill='#6fcbb2']").first).to_be_attached()
    expect(light).to_have_count(0)
    assert complaints == [], "the site's policy lets the library draw"


@pytest.mark.parametrize("width", [320, 1280])
def test_without_javascript_everything_stands_there_and_the_form_works(site, browser, width):
    page, _ = opened(browser, site + POPULATION, java_script_enabled=False, viewport={"width": width, "height": 800})
    expect(page.locator(".grafik svg.peta a")).to_have_count(18)
    page.get_by_label("Tingkat wilayah").select_option("desa")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page).to_have_url(re.compile("tingkat=desa"))
    assert page.locator("#tabel tbody tr").count() > 100


@pytest.mark.parametrize("dataset", ["disdukcapil.penduduk", "dpu.kinerja", "bpkad.apbd", "dinsos.penerima_bansos"])
def test_no_page_scrolls_sideways_on_a_phone(site, browser, dataset):
    page, _ = opened(browser, f"{site}/dataset/{dataset}", viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_figure_leads_to_its_account_in_each_fact(site):
    for dataset in ("dpu.kondisi_jalan", "bpkad.apbd", "dpu.kinerja"):
        query = {"baris": "rekening", "kolom": "kegiatan"} if dataset == "bpkad.apbd" else {}
        found = httpx.get(f"{site}/dataset/{dataset}", params=query).text
        accounts = re.findall(r'href="(/angka/[^"]+)"', found)
        assert accounts, dataset
        assert httpx.get(site + accounts[0].replace("&amp;", "&")).status_code == 200, accounts[0]


def test_a_question_that_is_not_understood_is_a_400_with_what_is_allowed(site):
    answer = httpx.get(site + POPULATION, params={"baris": "<script>alert(1)</script>"})
    assert answer.status_code == 400
    assert "Yang ada: indikator, wilayah, periode, jenis_kelamin" in answer.text
    assert "<script>alert(1)" not in answer.text
    taken = httpx.get(f"{site}{POPULATION}/unduh.csv", params={"kolom": "lain"})
    assert (taken.status_code, taken.headers["content-type"]) == (400, "text/plain; charset=utf-8")


@pytest.mark.parametrize("path", ["/unduh.exe", "/unduh.csv/../x", "/unduh.", "/sematan?baris=salah"])
def test_what_no_dataset_has_is_not_found(site, path):
    assert httpx.get(site + POPULATION + path).status_code == 404


def test_a_closed_dataset_gives_its_description_and_no_figure_by_any_address(site):
    closed = site + "/dataset/dinsos.penerima_bansos"
    page = httpx.get(closed, params={"baris": "wilayah", "indikator": "bansos.keluarga"})
    assert page.status_code == 200
    assert "Dasar hukum" in page.text
    assert "<table" not in page.text
    for path in ("/unduh.csv", "/unduh.parquet", "/sematan"):
        assert httpx.get(closed + path).status_code == 404


def test_what_is_taken_away_is_named_and_has_the_cells_of_the_table(site):
    query = {"baris": "umur", "kolom": "jenis_kelamin", "wilayah": "64.08.04"}
    shown = httpx.get(site + "/dataset/disdukcapil.penduduk_umur", params=query).text
    taken = httpx.get(site + "/dataset/disdukcapil.penduduk_umur/unduh.csv", params=query)
    name = 'filename="disdukcapil.penduduk_umur_umur-x-jenis_kelamin_64.08.04_2023.csv"'
    assert name in taken.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(taken.text)))
    cells = re.findall(r'<td class="angka"><a [^>]+>([^<]+)</a>', shown)
    assert [line["nilai"] for line in lines] == [cell.replace(".", "").replace(",", ".") for cell in cells]
    assert len(lines) == 32


def test_the_chart_may_stand_in_a_frame_and_the_page_may_not(site, browser):
    embedded = httpx.get(site + "/dataset/disdukcapil.penduduk_umur/sematan")
    again = httpx.get(site + "/dataset/disdukcapil.penduduk_umur/sematan")
    for answer in (embedded, again):
        assert "frame-ancestors *" in answer.headers["content-security-policy"]
    page = httpx.get(site + "/dataset/disdukcapil.penduduk_umur")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    code = re.search(r"&lt;iframe src=.+?&lt;/iframe&gt;", page.text)
    assert code, "the page tells how"
    framed, complaints = opened(browser, site + "/dataset/disdukcapil.penduduk_umur/sematan")
    expect(framed.locator("figcaption")).to_contain_text("terbanyak")
    expect(framed.get_by_role("link", name=re.compile("asal-usul"))).to_have_attribute(
        "href", re.compile("penduduk_umur")
    )
    assert complaints == []
