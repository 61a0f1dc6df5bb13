"""Every kind of page in a browser: no barrier, no sideways scrolling, light, by keyboard, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.portal.browser import DESKTOP, KINDS, PHONE, SMALLEST, barriers, launched, sideways

STATUS = {"/tidak-ada": 404, KINDS["salah susunan"]: 400}
LIMIT = 200_000
"""Bytes of a page as they come over the line, before its charts."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that a test can turn about; what the browser complains of is a failure."""
    complaints: list[str] = []
    opened = browser.new_page(viewport={"width": DESKTOP, "height": 900})
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    yield opened
    opened.close()
    assert [said for said in complaints if not said.startswith("Failed to load resource")] == []


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_nobody_is_kept_out(site: str, page: Page, path: str):
    """axe-core finds nothing, on a desktop and on a phone, light and dark, in Indonesian and in English; and the
    smallest phone scrolls one way."""
    answer = page.goto(site + path)
    assert answer is not None
    assert answer.status == STATUS.get(path, 200)
    found = barriers(page)
    page.emulate_media(color_scheme="dark")
    found += barriers(page, "color-contrast")
    page.set_viewport_size({"width": SMALLEST, "height": 640})
    wide = sideways(page)
    page.goto(f"{site}/en{path}")
    assert page.locator("html").get_attribute("lang") == "en"
    wide += sideways(page)
    page.set_viewport_size({"width": PHONE, "height": 800})
    found += barriers(page, "color-contrast")
    page.emulate_media(color_scheme="light")
    found += barriers(page)
    assert (found, wide) == ([], "")


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_a_page_is_light(site: str, path: str):
    """The page with its style sheet, scripts and icons, each once, as compressed as the server sends them."""
    answer = httpx.get(site + path)
    parts = {
        urljoin(site, part.partition("#")[0]) for part in re.findall(r'(?:src|href)="(/statis/[^"]+)"', answer.text)
    }
    assert any(part.endswith(".css") for part in parts)
    total = _over_the_line(answer) + sum(_over_the_line(httpx.get(part)) for part in parts)
    assert total <= LIMIT


def test_by_keyboard(site: str, page: Page):
    """The first stop leads past the menu; every stop can be seen; the order is the page's."""
    page.goto(f"{site}/dataset/disdukcapil.penduduk_umur")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top >= 0"), "pintasan tidak terlihat"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")

    page.goto(f"{site}/dataset/disdukcapil.penduduk_umur")
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            break
        stops.append(stop)
    assert len(stops) > 20
    assert [stop["what"] for stop in stops if not stop["seen"]] == []
    places = [stop["place"] for stop in stops]
    assert places == sorted(places)


_STOP = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const ringed = (of) => of.outlineStyle !== "none" && parseFloat(of.outlineWidth) >= 2;
    const ring = ringed(style) || (one.form && ringed(getComputedStyle(one.form)));
    return {
        what: one.outerHTML.slice(0, 120),
        place: [...document.querySelectorAll("*")].indexOf(one),
        seen: ring && box.bottom > 0 && box.top < innerHeight,
    };
}"""


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A browser that runs no script."""
    opened = browser.new_page(java_script_enabled=False, viewport={"width": PHONE, "height": 800})
    yield opened
    opened.close()


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_nothing_waits_for_a_script(site: str, plain: Page, path: str):
    """What needs a script is not there without one; headings, tables and forms are."""
    plain.goto(site + path)
    assert plain.locator(".perlu-js:visible").count() == 0
    assert plain.locator("h1:visible").count() == 1
    forms = plain.locator("main form")
    for number in range(forms.count()):
        assert forms.nth(number).locator("button[type=submit]").count() == 1


def test_a_printed_page_has_no_menus(site: str, page: Page):
    page.goto(site + KINDS["asal angka"])
    page.emulate_media(media="print")
    assert page.locator("main h1").is_visible()
    for part in (".menu", ".cari-kecil", ".perlu-js"):
        assert page.locator(part).first.is_hidden(), part


def _over_the_line(answer: httpx.Response) -> int:
    return int(answer.headers["Content-Length"]) if "Content-Length" in answer.headers else answer.num_bytes_downloaded
