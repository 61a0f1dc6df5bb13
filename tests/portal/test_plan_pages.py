"""Pages of plans and profiles over the demo regency: they say what the warehouse says, and every link leads on."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from lxml import html

PAGES = [
    "/rencana",
    "/rencana?menurut=urusan",
    "/rencana?tahun=2025",
    "/rencana?urusan=1.03",
    "/rencana/dpu",
    "/rencana/dpu?tahun=2024",
    "/rencana/dpu/1.03.10",
    "/rencana/dpu/1.03.10.2.01.0053",
    "/wilayah",
    "/wilayah/64.08.04",
    "/wilayah/64.08.04.1010",
    "/skpd",
    "/skpd/dpu",
    "/skpd/KT55",
]


@pytest.fixture(scope="module")
def get(site):
    with httpx.Client(base_url=site, timeout=30) as client:
        yield client.get


@pytest.fixture(scope="module")
def read(get):
    def read(address):
        answer = get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return html.fromstring(answer.text)

    return read


def words(node):
    return " ".join(node.text_content().split())


def titles(node):
    """The exact amounts behind the short ones, in their order."""
    return [int(title.get("title")[2:].replace(".", "")) for title in node.xpath(".//span[starts-with(@title, 'Rp')]")]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_whole(get, address):
    answer = get(address)
    page = html.fromstring(answer.text)
    assert answer.status_code == 200
    assert len(answer.content) < 200_000
    assert not page.xpath("//@style | //script[not(@src)] | //style"), "the site's policy allows nothing inline"
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [name for name, times in Counter(page.xpath("//@id")).items() if times > 1] == []
    for name in page.xpath("//@aria-labelledby"):
        assert page.xpath("//*[@id = $name]", name=name), name
    assert all(
        table.xpath("ancestor::*[@tabindex = '0' and contains(@class, 'gulir')]") for table in page.xpath("//table")
    )


def test_every_link_of_these_pages_leads_somewhere(get, read):
    found = {}
    for address in PAGES:
        for link in read(address).xpath("//main//a/@href"):
            if not link.startswith(("https:", "#", "mailto:")):
                found.setdefault(urljoin(address, link).partition("#")[0], address)
    one_of_a_kind = {}
    for link, origin in found.items():
        one_of_a_kind.setdefault((re.sub(r"\d+", "0", urlsplit(link).path), origin), link)
    broken = {link: status for link in one_of_a_kind.values() if (status := get(link).status_code) != 200}
    assert broken == {}


def test_the_year_adds_up_to_what_the_warehouse_has(read, demo_regency):
    ((first, budget, realised),) = demo_regency.query(
        """SELECT sum(pagu_pokok), sum(pagu), sum(realisasi)
        FROM portal.program WHERE tahun = 2026 AND tingkat = 'program'"""
    )
    ((cash,),) = demo_regency.query(
        """SELECT sum(nilai) FROM portal.anggaran
        WHERE besaran = 'kas' AND periode BETWEEN '2026-01' AND '2026-06' AND kegiatan <> '' AND tahap = 'perubahan'"""
    )
    for address in ("/rencana?tahun=2026", "/rencana?tahun=2026&menurut=urusan"):
        (total,) = read(address).xpath("//tfoot/tr")
        assert titles(total) == [budget, first, realised, cash]


@pytest.mark.parametrize("address", ["/rencana", "/rencana?menurut=urusan", "/rencana?urusan=1.03"])
def test_what_is_drawn_is_in_the_table_too(read, address):
    page = read(address)
    drawn = {title.split(":")[0] for title in page.xpath("//div[@class = 'gambar-lebar']//a/title/text()")}
    assert drawn == set(page.xpath("//tbody//th/a/text()"))


def test_an_unknown_year_is_the_latest(read):
    assert words(read("/rencana?tahun=1899' OR 1=1").xpath("//h1")[0]) == "Rencana dan realisasi 2026"


def test_what_is_behind_comes_first_with_its_obstacle(read):
    page = read("/rencana/dpu?tahun=2026")
    late, tree = page.xpath("//section[@aria-labelledby = 'tertinggal' or @aria-labelledby = 'pohon']")
    assert late.get("aria-labelledby") == "tertinggal"
    first = words(late.xpath(".//li")[0])
    assert "Pembangunan Jalan" in first and "seharusnya sekitar 21 dari target 42" in first
    assert "Curah hujan tinggi pada April dan Mei" in first and "Penambahan alat dan jam kerja" in first
    assert len(tree.xpath(".//tbody/tr")) == 8


def test_accounts_of_a_node_add_up_to_its_budget(read, demo_regency):
    ((budget, realised),) = demo_regency.query(
        "SELECT pagu, realisasi FROM portal.program WHERE skpd = 'KT22' AND tahun = 2026 AND kode = '1.03.10'"
    )
    rows = read("/rencana/dpu/1.03.10?tahun=2026").xpath("//section[@aria-labelledby = 'rekening']//tbody/tr[1]")
    columns = [[int(cell.text.replace(".", "")) for cell in row.xpath("td")] for row in rows]
    assert len(columns) > 1
    assert tuple(map(sum, zip(*columns, strict=True))) == (budget, realised)


def test_comparisons_that_agree_are_counted(read, demo_regency):
    ((many,),) = demo_regency.query(
        """SELECT sum(mewakili) FROM portal.rekonsiliasi
        WHERE subjek ->> 'skpd' = 'KT22' AND cocok AND left(periode, 4) = '2026'"""
    )
    (section,) = read("/rencana/dpu?tahun=2026").xpath("//section[@aria-labelledby = 'cocok']")
    assert f"Semua {many} perbandingan cocok." in words(section)


def test_a_kecamatan_has_its_place_and_share(read, demo_regency):
    ((value, place, whole),) = demo_regency.query(
        """WITH k AS (
            SELECT wilayah, sum(nilai) AS nilai FROM portal.nilai
            WHERE indikator = 'penduduk.jumlah' AND tingkat = 'kecamatan'
                AND periode = (SELECT max(periode) FROM portal.nilai WHERE indikator = 'penduduk.jumlah')
            GROUP BY wilayah
        ), r AS (SELECT *, rank() OVER (ORDER BY nilai DESC) AS urutan, sum(nilai) OVER () AS jumlah FROM k)
        SELECT nilai, urutan, jumlah FROM r WHERE wilayah = '64.08.09'"""
    )
    page = read("/wilayah/64.08.09")
    (card,) = page.xpath("//li[contains(@class, 'sekilas')][.//span[text() = 'Jumlah penduduk']]")
    assert f"{value:,}".replace(",", ".") in words(card)
    assert f"terbesar ke-{place} dari 18" in words(card)
    assert f"{100 * value / whole:.1f}%".replace(".", ",") in words(card)
    assert len(page.xpath("//ul[contains(@class, 'rapat')]/li")) == 11


def test_an_agency_without_data_says_so_and_how_to_ask(read):
    page = read("/skpd/KT55")
    assert "Belum ada data yang diterbitkan" in words(page)
    assert page.xpath("//a[contains(@href, '#minta')]")


def test_a_closed_dataset_has_no_figures_on_its_agencys_page(read):
    (card,) = read("/skpd/dinsos").xpath("//li[contains(@class, 'entri')]")
    assert "Terbatas" in words(card) and "belum ada angka yang dirilis" in words(card)


@pytest.mark.parametrize(
    "address",
    [
        "/rencana/tidak_ada",
        "/rencana/dpu/9.99",
        "/rencana/dpu/%27%3B--",
        "/rencana/%00",
        "/wilayah/64",
        "/wilayah/64.03",
        "/wilayah/6408",
        "/wilayah/%00",
        "/skpd/%00",
        "/skpd/..%2F..%2Fetc",
    ],
)
def test_what_is_not_there_is_404(get, address):
    assert get(address).status_code == 404


def test_the_same_in_english(read):
    assert read("/en/rencana/dpu?tahun=2026").get("lang") == "en"
