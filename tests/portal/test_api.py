"""The API over the demo regency: what it lists, in both forms, page by page, exact, and as its headers say."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal

import httpx
import pandas as pd
import pytest

PEOPLE = "/dataset/disdukcapil.penduduk/angka"
HEADERS_OF_CORS = "access-control-allow-origin"


@pytest.fixture(scope="module")
def api(site):
    with httpx.Client(base_url=f"{site}/api/v1", timeout=60) as client:
        yield client


def told(api, address, **query):
    answer = api.get(address, params=query or None)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_float=Decimal)


def walked(api, address, **query):
    """Every row of a list, page by page."""
    rows, page = [], told(api, address, **query)
    rows += page["data"]
    while page["berikutnya"]:
        page = told(api, page["berikutnya"])
        rows += page["data"]
    return rows


def test_every_endpoint_answers_as_its_document_says(api):
    document = told(api, "/openapi.json")
    assert document["openapi"].startswith("3.1")
    for address, methods in document["paths"].items():
        operation = methods["get"]
        values = {one["name"]: one["example"] for one in operation["parameters"] if one["in"] == "path"}
        query = {"rincian": "jenis_kelamin=L"} if operation["operationId"] == "asalAngka" else {}
        answer = told(api, re.sub(r"{(\w+)}", lambda found, known=values: known[found[1]], address), **query)
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        rows = answer["data"] if "properties" in schema else [answer]
        name = (schema.get("$ref") or schema["properties"]["data"]["items"]["$ref"]).rpartition("/")[2]
        fields = set(document["components"]["schemas"][name]["properties"])
        assert all(set(row) == fields for row in rows), address
        assert rows or operation["operationId"] == "revisi", address


def test_figures_are_those_of_the_warehouse_with_all_their_digits(api, demo_regency):
    figures = walked(api, PEOPLE, ukuran=350)
    kept = demo_regency.query(
        "SELECT indikator, periode, wilayah, rincian, nilai, penanda FROM portal.nilai "
        "WHERE dataset = 'disdukcapil.penduduk' ORDER BY 1, 2, 3, 4"
    )
    assert len(kept) > 900
    names = ("indikator", "periode", "wilayah", "rincian", "nilai", "penanda")
    assert [tuple(row[name] for name in names) for row in figures] == kept
    ((exact,),) = demo_regency.query("SELECT max(nilai) FROM portal.nilai WHERE scale(nilai) > 0")
    decimals = [row["nilai"] for row in walked(api, "/dataset/bappeda.kemiskinan/angka")]
    assert any(isinstance(value, Decimal) for value in decimals)
    assert exact is not None


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize(
    "address", ["/dataset?urut=judul", "/dataset?urut=terbaru", "/dataset?q=penduduk", "/rilis", "/skpd"]
)
def test_pages_hold_every_row_once_in_the_order_of_the_whole(api, address, size):
    whole = walked(api, address, ukuran=10_000) if "?" not in address else walked(api, f"{address}&ukuran=10000")
    paged = walked(api, address, ukuran=size) if "?" not in address else walked(api, f"{address}&ukuran={size}")
    assert paged == whole
    assert len(whole) > 3


@pytest.mark.parametrize("address", ["/program", "/kinerja", "/rekonsiliasi", "/kalender", "/wilayah", "/indikator"])
def test_long_lists_too(api, address):
    assert walked(api, address, ukuran=97) == walked(api, address, ukuran=10_000)


def test_budgets_and_plans_have_the_same_shape(api):
    for dataset, breakdown in (("bpkad.rak", "kegiatan"), ("dinkes.kinerja", "tolok_ukur")):
        rows = walked(api, f"/dataset/{dataset}/angka")
        code = next(row["rincian_json"][breakdown] for row in rows if row["rincian_json"][breakdown])
        chosen = walked(api, f"/dataset/{dataset}/angka", **{f"rincian.{breakdown}": code})
        assert chosen == [row for row in rows if row["rincian_json"][breakdown] == code]


def test_filters_may_be_repeated_and_all_hold(api):
    rows = told(api, PEOPLE, wilayah=["64.08.04", "64.08.09"], **{"rincian.jenis_kelamin": ["L", "P"]})["data"]
    assert {row["wilayah"] for row in rows} == {"64.08.04", "64.08.09"}
    assert {row["rincian"] for row in rows} == {"jenis_kelamin=L", "jenis_kelamin=P"}
    assert told(api, PEOPLE, dari=2030)["data"] == []
    assert {row["tahun"] for row in told(api, PEOPLE, dari=2025, sampai=2025)["data"]} == {2025}


def test_pandas_reads_the_csv(api):
    text = api.get(PEOPLE, params={"format": "csv", "tingkat": "kecamatan"}).text
    frame = pd.read_csv(io.StringIO(text), dtype={"wilayah": str, "periode": str})
    rows = walked(api, PEOPLE, tingkat="kecamatan")
    assert list(frame["wilayah"]) == [row["wilayah"] for row in rows]
    assert list(frame["nilai"]) == [row["nilai"] for row in rows]
    assert set(frame["rincian.jenis_kelamin"].dropna()) == {"L", "P"}
    assert "rincian_json" not in frame


def test_r_reads_the_csv(api):
    """read.csv: comma, doubled quotes, `NA` for an empty number, as many fields in every line as in the first."""
    text = api.get("/dataset/dinkes.kinerja/angka", params={"format": "csv"}).text
    frame = pd.read_csv(
        io.StringIO(text), na_values=["NA"], keep_default_na=False, quotechar='"', doublequote=True, engine="python"
    )
    assert len(frame) == len(walked(api, "/dataset/dinkes.kinerja/angka"))
    assert frame["nilai"].replace("", None).astype(float).notna().any()


def test_csv_pages_follow_the_link(api):
    whole = api.get(PEOPLE, params={"format": "csv"})
    assert "next" not in whole.headers["link"]
    lines, answer = [], api.get(PEOPLE, params={"format": "csv", "ukuran": 320})
    while True:
        lines += answer.text.splitlines()[1:]
        following = re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])
        if following is None:
            break
        answer = api.get(following[1])
    assert lines == whole.text.splitlines()[1:]


def test_an_account_tells_cell_and_versions(api):
    told_of = told(api, "/angka/penduduk.jumlah/64.08.04/2024-S2", rincian="jenis_kelamin=L")
    (version,) = told_of["versi"]
    assert (told_of["nilai"], told_of["berlaku"], version["jumlah_lolos"]) == (
        75889,
        True,
        version["jumlah_pemeriksaan"],
    )
    assert version["berkas"].endswith(".xlsx")
    assert version["baris"] > 1


def test_a_dataset_that_is_not_open_has_words_and_no_figures(api):
    assert told(api, "/dataset/dinsos.penerima_bansos")["akses"] == "terbatas"
    refused = api.get("/dataset/dinsos.penerima_bansos/angka")
    assert (refused.status_code, refused.json()["status"]) == (403, 403)
    for address in ("/dataset/dinsos.penerima_bansos/rilis", "/dataset/dinsos.penerima_bansos/revisi"):
        assert api.get(address).status_code == 403
    assert api.get("/angka/bansos.keluarga/64.08.04/2024").status_code == 404


def test_as_of_a_time(api):
    assert told(api, PEOPLE, pada="2000-01-01T00:00:00Z")["data"] == []
    assert told(api, PEOPLE, pada="2100-01-01T00:00:00+08:00")["data"] == told(api, PEOPLE)["data"]
    assert told(api, "/program", pada="2000-01-01T00:00:00Z")["data"] == []
    now, then = told(api, "/program")["data"], told(api, "/program", pada="2100-01-01T00:00:00Z")["data"]
    assert [row["kode"] for row in now] == [row["kode"] for row in then]


def test_what_has_not_changed_is_not_sent_again(api):
    first = api.get("/skpd")
    again = api.get("/skpd", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    assert first.headers["content-encoding"] == "gzip"
    assert api.get("/skpd", headers={"Accept-Encoding": "identity"}).content == first.content
    document = api.get("/openapi.json")
    assert api.get("/openapi.json", headers={"If-None-Match": document.headers["etag"]}).status_code == 304


def test_any_site_may_read_and_nobody_may_write(api):
    for answer in (
        api.get("/skpd"),
        api.get("/skpd?x=1"),
        api.get("/nowhere"),
        api.post("/skpd"),
        api.options("/skpd"),
    ):
        assert answer.headers[HEADERS_OF_CORS] == "*"
    assert api.options("/skpd").status_code == 204
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = api.request(method, "/skpd")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert answer.headers["content-type"] == "application/problem+json"
    head = api.head("/skpd")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == api.get("/skpd").headers["etag"]


def test_the_page_lists_what_the_document_has(site, api):
    for address, words in (("/api", "Contoh"), ("/en/api", "curl")):
        page = httpx.get(site + address)
        assert page.status_code == 200
        assert words in page.text
        assert all(f"/api/v1{path}" in page.text for path in told(api, "/openapi.json")["paths"])
