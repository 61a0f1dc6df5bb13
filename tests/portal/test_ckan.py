"""The CKAN interface, asked by ckanapi and by hand, as harvesters ask."""

from __future__ import annotations

import csv
import json
import subprocess
from typing import Any

import httpx
import pytest

from etl.settings import PROJECT

PYTHON = PROJECT / ".venv-servers" / "bin" / "python"
CLIENT = PROJECT / "tests" / "portal" / "ckan_client.py"
FASKES = "dinkes-fasilitas_kesehatan"


@pytest.fixture(scope="module")
def ask(site):
    """Asks one action by hand; returns what stands in the envelope under `result`, or the whole when refused."""

    def asked(action: str, body: Any = None, /, **parameters: str) -> Any:
        address = f"{site}/api/3/action/{action}"
        answer = httpx.get(address, params=parameters) if body is None else httpx.post(address, json=body)
        told = answer.json()
        if not isinstance(told, dict):
            return answer.status_code, told
        assert told["help"] == f"{site}/api/3/action/help_show?name={action}"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert told["success"] is (answer.status_code == 200)
        return told["result"] if told["success"] else (answer.status_code, told["error"])

    return asked


@pytest.fixture(scope="module")
def stored(ask) -> str:
    """The resource that datastore_search answers with."""
    (one,) = [r for r in ask("package_show", id=FASKES)["resources"] if r["datastore_active"]]
    return str(one["id"])


def test_ckanapi_lists_shows_and_searches(site, ask, stored):
    calls: list[tuple[str, dict[str, Any]]] = [
        ("package_list", {}),
        ("package_show", {"id": FASKES}),
        ("package_search", {"q": "kesehatan", "rows": 2, "facet.field": ["organization", "groups"]}),
        ("current_package_list_with_resources", {"limit": 3}),
        ("organization_list", {}),
        ("organization_show", {"id": "dinkes", "include_datasets": True}),
        ("group_list", {"all_fields": True}),
        ("group_show", {"id": "kesehatan"}),
        ("tag_list", {"query": "renja"}),
        ("license_list", {}),
        ("resource_show", {"id": stored}),
        ("datastore_search", {"resource_id": stored, "filters": {"tahun": 2021}, "limit": 5}),
        ("status_show", {}),
        ("site_read", {}),
        ("package_show", {"id": "tidak-ada"}),
        ("datastore_search_sql", {"sql": "SELECT 1"}),
        ("package_create", {"name": "baru"}),
        ("package_show", {}),
        ("package_search", {"fq": "bukan_kolom:1"}),
        ("bukan_aksi", {}),
    ]
    arguments = [str(PYTHON), str(CLIENT), site, json.dumps(calls)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    answers = json.loads(done.stdout)
    posted, got = answers[: len(calls)], answers[len(calls) :]
    for (action, _), one, other in zip(calls, posted, got, strict=True):
        if action not in ("datastore_search", "bukan_aksi"):  # whose links and words repeat how they were asked
            assert one == other
    told = dict(zip((action for action, _ in calls[:14]), posted, strict=False))
    assert len(told["package_list"]) == 20 and told["package_list"] == sorted(told["package_list"])
    assert told["package_show"]["title"] == "Jumlah fasilitas kesehatan menurut kecamatan"
    assert told["package_search"]["count"] == 3 and len(told["package_search"]["results"]) == 2
    assert told["package_search"]["facets"] == {"organization": {"dinkes": 3}, "groups": {"kesehatan": 3}}
    assert told["organization_show"]["package_count"] == 3 == len(told["organization_show"]["packages"])
    assert told["tag_list"] == ["Renja"]
    assert told["datastore_search"]["total"] == 90 and len(told["datastore_search"]["records"]) == 5
    assert told["site_read"] is True
    refused = [answer["ditolak"][0] for answer in posted[14:]]
    assert refused == [
        "NotFound",
        "NotAuthorized",
        "NotAuthorized",
        "ValidationError",
        "SearchQueryError",
        "CKANAPIError",
    ]


def test_a_package_has_what_harvesters_read(site, ask):
    package = ask("package_show", id=FASKES)
    assert package == ask("package_show", {"id": package["id"]}) == ask("package_show", id="dinkes.fasilitas_kesehatan")
    assert (package["state"], package["private"], package["type"]) == ("active", False, "dataset")
    assert package["author_email"] == package["maintainer_email"] == "data@dinkes.kutaitimur.example"
    assert (package["license_id"], package["isopen"]) == ("cc-by", True)
    assert package["owner_org"] == package["organization"]["id"] == ask("organization_show", id="dinkes")["id"]
    assert package["groups"][0]["id"] == ask("group_show", id="kesehatan")["id"]
    extras = {one["key"]: one["value"] for one in package["extras"]}
    assert extras["kategori"] == "Kesehatan" and extras["accrualPeriodicity"] == "R/P1Y"
    assert extras["identifier"] == "dinkes.fasilitas_kesehatan" and all(isinstance(v, str) for v in extras.values())
    assert package["num_resources"] == len(package["resources"]) == 8
    for resource in package["resources"]:
        file = httpx.get(resource["url"])
        assert len(file.content) == resource["size"]
        assert resource["hash"] == f"sha256:{__import__('hashlib').sha256(file.content).hexdigest()}"
        assert ask("resource_show", id=resource["id"]) == resource
    assert [r["format"] for r in package["resources"] if r["datastore_active"]] == ["CSV"]


def test_the_harvester_s_own_question(ask):
    """ckanext-harvest: everything that changed since its last visit, by id, a hundred at a time."""
    everything = ask("package_search", rows="100", start="0", sort="id asc", fq="-organization:tidak_ada")
    ids = [one["id"] for one in everything["results"]]
    assert everything["count"] == len(ids) == 20 and ids == sorted(ids)
    since = "metadata_modified:[{} TO *]"
    assert ask("package_search", rows="0", fq=since.format("2020-01-01T00:00:00Z"))["count"] == 20
    assert ask("package_search", rows="0", fq=since.format("2999-01-01T00:00:00Z"))["count"] == 0
    pages = [ask("package_search", rows="7", start=str(n), sort="id asc")["results"] for n in (0, 7, 14, 21)]
    assert [one["id"] for page in pages for one in page] == ids


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"q": "*:*"}, 20),
        ({"q": ""}, 20),
        ({"q": "puskesmas"}, 1),
        ({"q": "organization:dinkes"}, 3),
        ({"q": "organization:dinkes sekolah"}, 0),
        ({"fq": "organization:(dinkes OR dpu)"}, 6),
        ({"fq": "organization:dinkes OR organization:dpu"}, 6),
        ({"fq": "+organization:dinkes -name:dinkes-kinerja"}, 2),
        ({"fq": 'tags:"realisasi anggaran"'}, 4),
        ({"fq": "res_format:CSV AND groups:kesehatan"}, 3),
        ({"fq": "name:dinkes-*"}, 3),
        ({"fq": "extras_kategori:Kesehatan"}, 3),
        ({"fq": "+site_id:* +state:active capacity:public dataset_type:dataset"}, 20),
        ({"fq": "NOT organization:dinkes"}, 17),
        ({"fq_list": '["organization:dinkes", "name:dinkes-kinerja"]'}, 1),
    ],
)
def test_queries(ask, parameters, count):
    assert ask("package_search", rows="0", **parameters)["count"] == count


@pytest.mark.parametrize(
    ("parameters", "status", "kind"),
    [
        ({"fq": "bukan:1"}, 400, "Search Query Error"),
        ({"fq": "name:[a b]"}, 400, "Search Query Error"),
        ({"fq": 'name:"tanpa akhir'}, 400, "Search Query Error"),
        ({"fq": "(((("}, 400, "Search Query Error"),
        ({"fq": "name:)"}, 400, "Search Query Error"),
        ({"sort": "id; DROP TABLE"}, 400, "Search Query Error"),
        ({"facet.field": '["bukan"]'}, 400, "Search Query Error"),
        ({"facet.field": "[1"}, 409, "Validation Error"),
        ({"rows": "-1"}, 409, "Validation Error"),
        ({"start": "banyak"}, 409, "Validation Error"),
    ],
)
def test_queries_that_are_none(ask, parameters, status, kind):
    got, error = ask("package_search", **parameters)
    assert (got, error["__type"]) == (status, kind)


@pytest.mark.parametrize("value", [1, -1.5, True, {"a": 1}, 10**30])
def test_lists_that_are_none(ask, value):
    for action, name in (
        ("group_list", "groups"),
        ("organization_list", "organizations"),
        ("package_search", "facet.field"),
    ):
        status, error = ask(action, {name: value})
        assert (status, error["__type"]) == (409, "Validation Error")


def test_bodies_that_are_none(site):
    address = f"{site}/api/3/action/package_show"
    for body in ("{", "[]", '"x"', "[" * 50_000):
        answer = httpx.post(address, content=body)
        assert answer.status_code == 400 and answer.json().startswith("Bad request - JSON Error")
    assert httpx.post(address, content="{}" + " " * 200_000).status_code == 400
    assert httpx.post(address, data={"id": FASKES}).json()["result"]["name"] == FASKES
    assert httpx.request("DELETE", address).status_code == 204
    assert httpx.post(f"{site}/api/3/action/package_list", json={"limit": 1}).json()["result"] == [
        "bapenda-realisasi_pajak"
    ]
    assert len(httpx.get(f"{site}/api/3/action/package_list").json()["result"]) == 20


def test_the_datastore_has_the_csv_s_rows(site, ask, stored):
    text = httpx.get(ask("resource_show", id=stored)["url"]).text
    rows = list(csv.DictReader(text.splitlines()))
    found = ask("datastore_search", {"resource_id": stored, "limit": 32000})
    assert [field["id"] for field in found["fields"]] == ["_id", *rows[0]]
    kinds = {field["id"]: field["type"] for field in found["fields"]}
    assert (kinds["nilai"], kinds["tahun"], kinds["wilayah"], kinds["dirilis_pada"]) == (
        "numeric",
        "int4",
        "text",
        "timestamp",
    )
    assert found["total"] == len(found["records"]) == len(rows) == 180
    assert [record["_id"] for record in found["records"]] == list(range(1, 181))
    for record, row in zip(found["records"], rows, strict=True):
        for name, value in row.items():
            if name != "dirilis_pada":
                assert ("" if record[name] is None else str(record[name])) == value
        assert record["dirilis_pada"].startswith(row["dirilis_pada"][:19].rstrip("Z"))


def test_the_datastore_filters_sorts_and_pages(ask, stored):
    def search(**asked: Any) -> Any:
        return ask("datastore_search", {"resource_id": stored, **asked})

    one = {"indikator": "faskes.posyandu", "tahun": 2021}
    found = search(filters=one, fields=["nama_wilayah", "nilai"], sort="nilai desc, nama_wilayah", limit=3)
    assert found["total"] == 18 and [field["id"] for field in found["fields"]] == ["nama_wilayah", "nilai"]
    values = [record["nilai"] for record in found["records"]]
    assert values == sorted(values, reverse=True) and len(values) == 3
    second = search(filters=one, fields="nama_wilayah, nilai", sort="nilai desc, nama_wilayah", limit=3, offset=3)
    assert not {r["nama_wilayah"] for r in second["records"]} & {r["nama_wilayah"] for r in found["records"]}
    assert "offset=3" in found["_links"]["next"] and "offset" not in second["_links"]["start"]
    assert search(filters={"wilayah": ["64.08.01", "64.08.02"]}, limit=0)["total"] == 20
    assert search(q="sangatta utara", limit=0)["total"] == 10
    assert search(q={"nama_wilayah": "sangatta"}, limit=0)["total"] == 20
    assert search(q="100% 'benar' %s", limit=1)["total"] == 0
    distinct = search(fields=["nama_wilayah"], distinct=True, sort="nama_wilayah desc")
    assert distinct["total"] == len(distinct["records"]) == 18
    assert search(distinct=True)["total"] == 180
    lists = search(fields=["tahun", "nilai"], records_format="lists", limit=1)
    assert lists["records"] == [[2021, 17]]
    assert "total" not in search(include_total=False, limit=1)
    assert search(filters={"_id": [2, 3]}, fields=["_id"])["records"] == [{"_id": 2}, {"_id": 3}]
    assert search(filters={"tahun": 10**20})["records"] == []
    assert search(offset=10**9)["records"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": -1},
        {"limit": "banyak"},
        {"offset": True},
        {"fields": ["nilai; DROP TABLE dw.fakta"]},
        {"sort": "nilai desc; SELECT 1"},
        {"filters": {'nilai" OR true --': 1}},
        {"filters": {"nilai": "banyak"}},
        {"filters": {"nilai": "1e999999"}},
        {"filters": {"nilai": "NaN"}},
        {"filters": {"dirilis_pada": "kemarin"}},
        {"filters": {"nilai": {"$gt": 1}}},
        {"filters": "[1"},
        {"q": {"bukan": "x"}},
        {"records_format": "tsv"},
        {"language": "pg_catalog.english'"},
        {"bukan": 1},
        {"fields": 1},
        {"sort": 10**30},
        {"fields": {"nilai": 1}},
    ],
)
def test_what_the_datastore_refuses(ask, stored, asked):
    status, error = ask("datastore_search", {"resource_id": stored, **asked})
    assert (status, error["__type"]) == (409, "Validation Error")


def test_only_the_csv_of_an_open_dataset_is_in_the_datastore(ask):
    other = next(r["id"] for r in ask("package_show", id=FASKES)["resources"] if r["format"] == "XLSX")
    for reference in (other, "bukan", FASKES):
        assert ask("datastore_search", resource_id=reference)[0] == 404
    assert ask("datastore_search", {})[0] == 409


def test_budgets_and_plans_are_in_the_datastore_too(ask):
    for name, column in (("bpkad-apbd", "rekening"), ("dinkes-kinerja", "tolok_ukur")):
        (one,) = [r for r in ask("package_show", id=name)["resources"] if r["datastore_active"]]
        found = ask("datastore_search", resource_id=one["id"], limit="1")
        assert column in {field["id"] for field in found["fields"]} and found["total"] > 0


def test_addresses_of_the_former_catalogue_lead_to_our_pages(site, ask):
    package = ask("package_show", id=FASKES)
    resource = package["resources"][0]
    for path, target in (
        (f"dataset/{FASKES}", "/dataset/dinkes.fasilitas_kesehatan"),
        (f"dataset/{package['id']}", "/dataset/dinkes.fasilitas_kesehatan"),
        (f"dataset/{FASKES}/resource/{resource['id']}", package["url"]),
        (f"dataset/{FASKES}/resource/{resource['id']}/download/faskes.csv", resource["url"]),
        ("organization/dinkes", "/skpd/dinkes"),
        (f"organization/{package['owner_org']}", "/skpd/dinkes"),
        ("group/kesehatan", "/data?urusan=1.02"),
        ("organization", "/skpd"),
        ("dataset?q=air+bersih", "/data?q=air+bersih"),
        ("group", "/data"),
    ):
        answer = httpx.get(f"{site}/{path}")
        assert (answer.status_code, answer.headers["location"]) == (301, target)
    for path in ("dataset/tidak-ada", "organization/tidak", "group/tidak", "dataset/tidak-ada/resource/x"):
        assert httpx.get(f"{site}/{path}").status_code == 404
    assert httpx.get(f"{site}/api/3").json() == {"version": 3}


def test_what_was_never_released_is_on_its_own_page_only(site, ask):
    assert "dinsos-penerima_bansos" not in ask("package_list")
    answer = httpx.get(f"{site}/dataset/dinsos-penerima_bansos")
    assert (answer.status_code, answer.headers["location"]) == (301, "/dataset/dinsos.penerima_bansos")
