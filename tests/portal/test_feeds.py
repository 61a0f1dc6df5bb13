"""What feed readers and search engines read: valid, complete, and leading to pages that are there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest
from lxml import etree

from portal.interfaces import feeds
from portal.interfaces.templatetags.schema import embedded

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
DATASET = "dinkes.fasilitas_kesehatan"


def parsed(address: str) -> etree._Element:
    answer = httpx.get(address)
    assert answer.status_code == 200
    return etree.fromstring(answer.content)


def test_the_feed_has_an_entry_for_each_release(site, demo_regency):
    feed = parsed(f"{site}/rilis.atom")
    expected = demo_regency.query(
        "SELECT dataset || '/' || kiriman, angka_baru FROM portal.rilis "
        "ORDER BY dirilis_pada DESC, kiriman DESC LIMIT 50"
    )
    entries = feed.findall("a:entry", ATOM)
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert ids == [f"{feeds.IDENTITY}:rilis/{key}" for key, _ in expected] and len(set(ids)) == len(ids) > 20
    for entry, (_, new) in zip(entries, expected, strict=True):
        for name in ("title", "updated", "summary", "author/a:name"):
            assert entry.findtext(f"a:{name}", namespaces=ATOM)
        assert f"{new:,} angka baru".replace(",", ".") in entry.findtext("a:summary", namespaces=ATOM)
    updated = [datetime.fromisoformat(entry.findtext("a:updated", namespaces=ATOM)) for entry in entries]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext("a:updated", namespaces=ATOM) == entries[0].findtext("a:updated", namespaces=ATOM)
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert links == {"self": f"{site}/rilis.atom", "alternate": f"{site}/rilis"}


def test_a_dataset_s_feed_has_its_own_releases(site):
    feed = parsed(f"{site}/dataset/{DATASET}/rilis.atom")
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert ids and all(one.startswith(f"{feeds.IDENTITY}:rilis/{DATASET}/") for one in ids)
    assert feed.findtext("a:id", namespaces=ATOM) == f"{feeds.IDENTITY}:dataset/{DATASET}"
    empty = parsed(f"{site}/dataset/dinsos.penerima_bansos/rilis.atom")
    assert not empty.findall("a:entry", ATOM) and empty.findtext("a:updated", namespaces=ATOM)
    assert httpx.get(f"{site}/dataset/tidak.ada/rilis.atom").status_code == 404


def test_what_a_release_changed_is_told_in_a_sentence():
    release = SimpleNamespace(
        angka_baru=1200, angka_berubah=3, angka_dihapus=0, dirilis_oleh="walidata", alasan="koreksi < 5", otomatis=False
    )
    assert feeds.changes(release) == "1.200 angka baru, 3 angka berubah. Dirilis oleh walidata: koreksi < 5."
    release.angka_baru = release.angka_berubah = 0
    release.otomatis = True
    assert feeds.changes(release) == "Tidak ada angka yang berubah. Dirilis oleh walidata."


def test_the_map_has_every_page_in_both_languages(site, demo_regency):
    urls = parsed(f"{site}/sitemap.xml").findall("s:url", MAP)
    addresses = [url.findtext("s:loc", namespaces=MAP) for url in urls]
    assert len(addresses) == len(set(addresses))
    paths = {address.removeprefix(site) for address in addresses}
    for (dataset,) in demo_regency.query("SELECT dataset FROM portal.dataset"):
        assert {f"/dataset/{dataset}", f"/en/dataset/{dataset}"} <= paths
    assert {"/", "/en/", "/data", "/en/data", "/wilayah/64.08.04", "/skpd/dinkes", "/rencana/dpu", "/tentang"} <= paths
    for url in urls:
        alternates = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", MAP)}
        assert set(alternates) == {"id", "en", "x-default"} and alternates["id"] == alternates["x-default"]
        assert url.findtext("s:loc", namespaces=MAP) in alternates.values()
        assert alternates["en"] == f"{site}/en{alternates['id'].removeprefix(site)}"
    assert sum(url.find("s:lastmod", MAP) is not None for url in urls) > len(urls) / 2
    with httpx.Client() as client:  # one page of each kind, and where the kinds have few, more
        kinds: dict[str, list[str]] = {}
        for path in sorted(paths):
            kinds.setdefault(re.sub(r"[^/]*[\d._][^/]*", "*", path), []).append(path)
        for some in kinds.values():
            for path in some[:3]:
                assert client.get(site + path).status_code == 200, path


def test_maps_are_split_where_there_are_too_many_pages(site, monkeypatch):
    rows = [SimpleNamespace(jenis="wilayah", kode=f"64.08.{n}", anak="", berubah=None) for n in range(70)]
    rows.append(SimpleNamespace(jenis="semua", kode="", anak="", berubah=datetime(2026, 1, 1, tzinfo=UTC)))
    monkeypatch.setattr(feeds, "PAGES_PER_MAP", 30)
    monkeypatch.setattr(feeds.feeds, "pages", lambda _snapshot: rows)
    request = SimpleNamespace(snapshot=None)
    listed = etree.fromstring(feeds.sitemap(request).content)
    parts = [one.text.rsplit("/", 1)[1] for one in listed.iterfind(".//s:loc", MAP)]
    assert parts == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    found = [
        loc.text
        for number in (1, 2, 3)
        for loc in etree.fromstring(feeds.sitemap_part(request, number).content).iterfind(".//s:url/s:loc", MAP)
    ]
    assert len(found) == len(set(found)) == 2 * (70 + len(feeds.ALWAYS))
    for number in (0, 4):
        with pytest.raises(feeds.Http404):
            feeds.sitemap_part(request, number)


def test_robots_and_search_description(site):
    robots = httpx.get(f"{site}/robots.txt").text
    assert f"Sitemap: {site}/sitemap.xml" in robots and "Disallow: /\n" not in robots
    description = parsed(f"{site}/opensearch.xml")
    template = description.find("{*}Url[@type='text/html']").get("template")
    found = httpx.get(template.replace("{searchTerms}", "kesehatan"))
    assert found.status_code == 200 and DATASET in found.text


def data_blocks(page: str) -> list[dict]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', httpx.get(page).text, re.DOTALL)
    return [json.loads(text) for text in found]


def test_dataset_pages_carry_what_search_engines_read(site):
    (node,) = data_blocks(f"{site}/dataset/{DATASET}")
    assert (node["@type"], node["identifier"], node["url"]) == ("Dataset", DATASET, f"{site}/dataset/{DATASET}")
    assert 50 <= len(node["description"]) <= 5000 and node["license"].startswith("https://creativecommons.org/")
    assert {one["encodingFormat"] for one in node["distribution"]} >= {"text/csv", "application/json"}
    for one in node["distribution"]:
        assert httpx.head(one["contentUrl"]).status_code == 200
    assert node["variableMeasured"][0]["unitText"] == "unit" and node["temporalCoverage"] == "2021/2023"
    (english,) = data_blocks(f"{site}/en/dataset/{DATASET}")
    assert english["identifier"] == DATASET
    (closed,) = data_blocks(f"{site}/dataset/dinsos.penerima_bansos")
    assert closed["isAccessibleForFree"] is False and "distribution" not in closed


def test_the_first_page_is_a_catalogue_of_data(site):
    (node,) = data_blocks(site + "/")
    assert [one["@type"] for one in node["@graph"]] == ["WebSite", "DataCatalog", "GovernmentOrganization"]


def test_no_text_ends_a_data_block():
    block = embedded({"name": "</script><script>alert(1)</script><!-- &\u2028"})
    assert block.count("<") == 2 and json.loads(block[block.index(">") + 1 : block.rindex("<")])["name"].startswith(
        "</script>"
    )


def test_alternates_lead_somewhere(site):
    for page in ("/", f"/dataset/{DATASET}", "/rilis"):
        head = httpx.get(site + page).text.partition("</head>")[0]
        links = re.findall(r'<link rel="(?:alternate|search)"[^>]* href="([^"]+)"', head)
        assert len(links) >= 2
        for link in links:
            assert httpx.get(link if link.startswith("http") else site + link).status_code == 200
