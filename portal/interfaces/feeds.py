"""What readers and search engines take: the feed of releases, the map of the site, how it is searched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import override

from portal.interfaces.answers import for_all
from portal.pages.templatetags.figures import angka, urusan
from portal.serving import snapshot_of, static_page
from portal.warehouse import feeds
from portal.warehouse.releases import releases
from portal.warehouse.snapshot import Snapshot

IDENTITY = "tag:satudata.kutaitimurkab.go.id,2026"
"""Begins what entries are known by; it stays when the site moves (RFC 4151)."""
SITE = "Satu Data Kutai Timur"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries last changed."""
PAGES_PER_MAP = 25_000
"""Each stands in a map twice, once per language; a map may have 50,000 addresses (sitemaps.org)."""
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# ── the feed ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Feed(Atom1Feed):  # type: ignore[misc, unused-ignore]
    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=BEGINNING)


def of_all(request: HttpRequest) -> HttpResponse:
    """The latest fifty releases."""
    return _answer(snapshot_of(request), request, f"Rilis {SITE}", "rilis", reverse("rilis"))


def of_dataset(request: HttpRequest, dataset: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    told = feeds.dataset(snapshot, dataset) if "\0" not in dataset else None
    if told is None:
        raise Http404
    page = reverse("dataset", kwargs={"dataset": dataset})
    return _answer(snapshot, request, f"Rilis {told.judul}", f"dataset/{dataset}", page, dataset)


def _answer(
    snapshot: Snapshot, request: HttpRequest, title: str, identity: str, page: str, dataset: str | None = None
) -> HttpResponse:
    with override("id"):
        feed = _Feed(
            title=_xml(title),
            link=settings.BASE_URL + page,
            description="Setiap rilis: angka yang baru, yang berubah, yang dihapus, dan alasannya.",
            language="id",
            feed_url=settings.BASE_URL + request.path,
            feed_guid=f"{IDENTITY}:{identity}",
            author_name=SITE,
        )
        for row in releases(snapshot, dataset):
            at = settings.BASE_URL + reverse("dataset", kwargs={"dataset": row.dataset})
            feed.add_item(
                title=_xml(f"{row.judul}: {row.label}"),
                link=f"{at}#rilis",
                description=escape(_xml(changes(row))),
                unique_id=f"{IDENTITY}:rilis/{row.dataset}/{row.kiriman}",
                pubdate=row.dirilis_pada,
                updateddate=row.dirilis_pada,
                author_name=_xml(row.nama_skpd),
                categories=[_xml(urusan(row.nama_urusan))] if row.nama_urusan else [],
            )
        text = feed.writeString("utf-8")
    return for_all(HttpResponse(text, content_type=_Feed.content_type))


def changes(row: Any) -> str:
    """What a release changed, in a sentence: also what a subscriber is told."""
    counted = [
        f"{angka(count)} angka {what}"
        for count, what in ((row.angka_baru, "baru"), (row.angka_berubah, "berubah"), (row.angka_dihapus, "dihapus"))
        if count
    ]
    text = f"{', '.join(counted) or 'Tidak ada angka yang berubah'}. Dirilis oleh {row.dirilis_oleh}"
    return f"{text}: {row.alasan}." if row.alasan and not row.otomatis else f"{text}."


def _xml(text: str) -> str:
    """A text without the signs that XML has no place for."""
    return _NO_XML.sub("", text)


# ── the map of the site ──────────────────────────────────────────────────────────────────────────────────────────────


class Place(NamedTuple):
    """A page, in Indonesian and in English, and when it last changed."""

    path: str
    english: str
    changed: datetime | None


ALWAYS = ("beranda", "katalog", "rencana", "rilis", "daftar_wilayah", "daftar_skpd", "api", "tentang")
_PARTS = {
    "dataset": ("dataset",),
    "wilayah": ("kode",),
    "skpd": ("kode",),
    "rencana_skpd": ("skpd",),
    "rencana_simpul": ("skpd", "kode"),
}


def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages; where they are too many for one map, a list of maps."""
    places = _places(snapshot_of(request))
    if len(places) <= PAGES_PER_MAP:
        return _map(places)
    maps = range(1, -(-len(places) // PAGES_PER_MAP) + 1)
    address = settings.BASE_URL + reverse("peta_situs_bagian", kwargs={"number": 0})
    lines = [f"<sitemap><loc>{escape(address.replace('-0.xml', f'-{number}.xml'))}</loc></sitemap>" for number in maps]
    return _xml_answer(
        ['<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', *lines, "</sitemapindex>"]
    )


def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    places = _places(snapshot_of(request))[(number - 1) * PAGES_PER_MAP : number * PAGES_PER_MAP] if number else []
    if not places:
        raise Http404
    return _map(places)


def _places(snapshot: Snapshot) -> list[Place]:
    rows = feeds.pages(snapshot)
    latest = next((row.berubah for row in rows if row.jenis == "semua"), None)
    asked: list[tuple[str, dict[str, str], datetime | None]] = [(name, {}, latest) for name in ALWAYS]
    for row in rows:
        if row.jenis != "semua":
            asked.append((row.jenis, dict(zip(_PARTS[row.jenis], (row.kode, row.anak), strict=False)), row.berubah))
    addresses = []
    for language in ("id", "en"):
        with override(language):
            addresses.append([reverse(name, kwargs=parts) for name, parts, _ in asked])
    return [Place(here, there, one[2]) for here, there, one in zip(*addresses, asked, strict=True)]


def _map(places: Sequence[Place]) -> HttpResponse:
    return _xml_answer(
        [
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
            *_lines(places),
            "</urlset>",
        ]
    )


def _lines(places: Sequence[Place]) -> Iterator[str]:
    for place in places:
        here, english = settings.BASE_URL + place.path, settings.BASE_URL + place.english
        alternates = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>'
            for language, address in (("id", here), ("en", english), ("x-default", here))
        )
        changed = f"<lastmod>{place.changed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if place.changed else ""
        for address in (here, english):
            yield f"<url><loc>{escape(address)}</loc>{changed}{alternates}</url>"


def _xml_answer(lines: Sequence[str]) -> HttpResponse:
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *lines, ""])
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


# ── for search engines and browsers ──────────────────────────────────────────────────────────────────────────────────


@static_page
def robots(request: HttpRequest) -> HttpResponse:
    """Every page once: neither each figure's own nor each way to lay out a table is worth a crawler's visit."""
    text = (
        "User-agent: *\n"
        "Disallow: /angka/\nDisallow: /en/angka/\n"
        "Disallow: /dataset/*?\nDisallow: /en/dataset/*?\n"
        "Disallow: /data?\nDisallow: /en/data?\n"
        "Disallow: /api/\nDisallow: /sdmx/data/\n"
        f"\nSitemap: {settings.BASE_URL}{reverse('peta_situs')}\n"
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@static_page
def opensearch(request: HttpRequest) -> HttpResponse:
    """How a browser searches here from its address bar."""
    this = settings.BASE_URL + request.path
    with override("id"):
        search = f"{settings.BASE_URL}{reverse('katalog')}?q={{searchTerms}}"
    lines = [
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        "<ShortName>Satu Data</ShortName>",
        f"<LongName>{SITE}</LongName>",
        "<Description>Statistik resmi Kabupaten Kutai Timur</Description>",
        "<InputEncoding>UTF-8</InputEncoding>",
        "<Language>id</Language>",
        f'<Url type="text/html" method="get" template={quoteattr(search)}/>',
        f'<Url type="application/opensearchdescription+xml" rel="self" template={quoteattr(this)}/>',
        "</OpenSearchDescription>",
    ]
    answer = _xml_answer(lines)
    answer["Content-Type"] = "application/opensearchdescription+xml; charset=utf-8"
    return answer


PATHS = [
    path("rilis.atom", of_all, name="rilis_atom"),
    path("dataset/<str:dataset>/rilis.atom", of_dataset, name="rilis_dataset_atom"),
    path("sitemap.xml", sitemap, name="peta_situs"),
    path("sitemap-<int:number>.xml", sitemap_part, name="peta_situs_bagian"),
    path("robots.txt", robots, name="robots"),
    path("opensearch.xml", opensearch, name="opensearch"),
]
