"""Page after page of a web service, in each of the ways in which services number them."""

from __future__ import annotations

from itertools import count as counted
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from etl.extract.problems import note, shown
from etl.extract.web_client import GONE, Client, Page, same_server, with_params, without_params
from etl.extract.web_errors import Told
from etl.extract.web_pages import Collected
from etl.extract.web_words import MISSING, as_text, value_at
from etl.findings import Finding, Refused, SourceUnavailable
from etl.sources import Cursor, Link, Offset, WebSource
from etl.sources import Page as Numbered

_NO_NEXT = (MISSING, None, "", False)
_NO_MORE = ("permintaan_ditolak", "layanan_menjawab_galat", "jawaban_kosong")
"""What a service may answer that is asked for records past the last."""


def fetch_pages(client: Client, source: WebSource) -> Collected:
    """All pages of a source with `paging`. Raises SourceUnavailable and Refused as Client.get and Collected.add."""
    collected = Collected(
        client.told, source.records, source.key, source.total, source.max_pages, success=source.success
    )
    url = with_params(source.url, source.params)
    match source.paging:
        case Numbered():
            _by_page(client, collected, url, source.paging)
        case Offset():
            _by_offset(client, collected, url, source.paging)
        case Cursor():
            _by_cursor(client, collected, url, source.paging)
        case Link():
            _by_link(client, collected, url, source.paging)
    return collected


def _by_page(client: Client, collected: Collected, url: str, paging: Numbered) -> None:
    size = {paging.size_param: str(paging.size)} if paging.size_param and paging.size else {}
    for number in counted(paging.start):
        page = client.get(with_params(url, {paging.param: str(number)} | size), may_end=number > paging.start)
        if _ended(page, collected) or not collected.add(page)[1]:
            return


def _by_offset(client: Client, collected: Collected, url: str, paging: Offset) -> None:
    """Until a page is shorter than the first. When the first is shorter than asked for, only the next one tells
    whether there is no more or the service gives fewer at a time than one asks for."""
    usual = paging.size
    while True:
        number = len(collected.pages) + 1
        asking = number == 2 and usual < paging.size
        where = {paging.param: str(collected.count), paging.size_param: str(paging.size)}
        try:
            page = client.get(with_params(url, where), may_end=number > 1)
            if _ended(page, collected):
                return
            came = collected.add(page, may_repeat=asking)[1]
        except (Refused, SourceUnavailable) as problem:
            if not asking or _rule(problem) not in _NO_MORE:
                raise
            collected.extra_notes.append(_no_more(collected.told, problem))
            return
        if came == 0 or collected.complete or (number > 1 and came < usual):
            return
        usual = min(usual, came)


def _by_cursor(client: Client, collected: Collected, url: str, paging: Cursor) -> None:
    mark: dict[str, str] = {}
    for asked in counted(1):
        document, _ = collected.add(client.get(with_params(url, mark)))
        following = value_at(document, paging.path)
        if following in _NO_NEXT:
            _note_unmarked(collected, following, asked, paging.path)
            return
        if asked > collected.max_pages:
            raise collected.too_many()
        mark = {paging.param: _mark(collected, following, paging.path)}


def _by_link(client: Client, collected: Collected, url: str, paging: Link) -> None:
    for asked in counted(1):
        page = client.get(url)
        document, _ = collected.add(page)
        following = _next_in_header(page) if paging.path is None else value_at(document, paging.path)
        if following in _NO_NEXT:
            if paging.path is not None:
                _note_unmarked(collected, following, asked, paging.path)
            return
        if asked > collected.max_pages:
            raise collected.too_many()
        target = urljoin(page.url, _mark(collected, following, paging.path or "Link"))
        if not same_server(target, url):
            raise _elsewhere(collected, target)
        url = without_params(target, client.login.params)


def _mark(collected: Collected, following: Any, path: str) -> str:
    """The mark of the next page. Raises Refused when what stands there is none."""
    if isinstance(following, dict | list):
        raise collected.told.contract(
            "penanda_halaman_salah",
            f"Yang ada pada `{path}` di jawaban layanan bukan penanda halaman berikutnya.",
            "Letak penanda pada kontrak salah, atau susunan jawaban layanan berubah.",
            "Betulkan `paging.path` pada kontrak.",
            value=str(following),
        )
    return as_text(following)


def _next_in_header(page: Page) -> Any:
    """Target of `Link: <…>; rel="next"`."""
    links = httpx.Response(200, headers={"link": page.headers.get("link", "")}).links
    return next((link.get("url") for rel, link in links.items() if "next" in (rel or "").lower().split()), None)


def _elsewhere(collected: Collected, target: str) -> Refused:
    server = shown(urlsplit(target).netloc.rpartition("@")[2])
    return collected.told.contract(
        "halaman_di_server_lain",
        f"Halaman {len(collected.pages) + 1} menurut layanan ada di server lain ({server}); tidak diikuti.",
        "Layanan berada di belakang server lain dan menulis alamat dalamnya, atau jawabannya dibelokkan.",
        "Pakai `paging` cara lain (page, offset) pada kontrak, atau pastikan alamatnya kepada pengelola layanan.",
    )


def _note_unmarked(collected: Collected, following: Any, asked: int, path: str) -> None:
    """The only page names no next one, not even an empty one: it may be the only one, or the path is wrong."""
    if asked > 1 or following is not MISSING or collected.complete:
        return
    collected.extra_notes.append(
        note(
            "penanda_halaman_tidak_ada",
            f"Jawaban layanan tidak memuat `{path}`, penanda halaman berikutnya; dibaca sebagai satu-satunya halaman.",
            "Datanya memang satu halaman, atau letak penandanya berubah sehingga halaman lain tidak terambil.",
            "Cocokkan jumlah rekaman dengan layanannya; betulkan `paging.path`, atau tulis `total` pada kontrak.",
            file=collected.told.name,
        )
    )


def _rule(problem: Refused | SourceUnavailable) -> str:
    return problem.finding.rule if isinstance(problem, SourceUnavailable) else problem.findings[0].rule


def _no_more(told: Told, problem: Refused | SourceUnavailable) -> Finding:
    said = problem.finding.message if isinstance(problem, SourceUnavailable) else problem.findings[0].message
    return note(
        "halaman_habis_galat",
        f"Halaman pertama lebih pendek daripada yang diminta, dan halaman berikutnya dijawab dengan galat; dianggap "
        f"habis. {said}",
        "Banyak layanan menjawab begitu setelah halaman terakhir.",
        "Cocokkan jumlah rekaman dengan layanannya; tulis `total` pada kontrak supaya dicocokkan sendiri.",
        file=told.name,
    )


def _ended(page: Page, collected: Collected) -> bool:
    """Whether the service answers a page past the last one with HTTP 404, as some do; noted where nothing proves it."""
    if page.status not in GONE:
        return False
    if not collected.complete:
        collected.extra_notes.append(
            note(
                "halaman_habis_404",
                f"Layanan menjawab HTTP {page.status} untuk halaman {len(collected.pages) + 1}; dianggap habis.",
                "Banyak layanan menjawab begitu setelah halaman terakhir, tetapi halaman yang rusak menjawab sama.",
                "Cocokkan jumlah rekaman dengan layanannya; tulis `total` pada kontrak supaya dicocokkan sendiri.",
                file=collected.told.name,
            )
        )
    return True
