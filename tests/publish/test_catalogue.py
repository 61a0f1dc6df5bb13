"""data.json and catalog.jsonld, judged by the standards' own schemas and shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from etl.publish.complaints import complaints
from etl.publish.generation import File
from etl.publish.pod import FORMATS, entry
from etl.publish.publish import publish
from etl.publish.released import Description
from etl.settings import Settings
from tests.publish.conftest import SCHEMAS
from tests.warehouse.regency import CONTRACT, Regency

POD = """
import json, pathlib, sys
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
folder = pathlib.Path(sys.argv[1])
load = lambda name: json.loads((folder / name).read_text())
catalogue, dataset = load("pod_catalog.json"), load("dataset-non-federal.json")
registry = Registry().with_resources(
    (schema["id"].rstrip("#"), Resource.from_contents(schema, DRAFT4)) for schema in (catalogue, dataset)
)
check = Draft4Validator(catalogue, registry=registry, format_checker=FormatChecker())
document = json.loads(pathlib.Path(sys.argv[2]).read_text())
print(json.dumps([f"{list(e.absolute_path)}: {e.message[:200]}" for e in check.iter_errors(document)]))
"""

SHACL = """
import json, sys
from pyshacl import validate
from rdflib import DCAT, Graph, RDF
data = Graph().parse(sys.argv[2], format="json-ld")
shapes = Graph().parse(sys.argv[1] + "/dcat-ap-3.0.0.jsonld", format="json-ld")
conforms, _, text = validate(data, shacl_graph=shapes, inference="rdfs", allow_warnings=False)
count = lambda kind: len(list(data.subjects(RDF.type, kind)))
print(json.dumps({
    "conforms": conforms, "text": text, "datasets": count(DCAT.Dataset), "distributions": count(DCAT.Distribution)
}))
"""


def test_data_json_is_project_open_data(exported: Regency, outside: Callable[..., Any]) -> None:
    path = exported.settings.exports / "data.json"
    assert outside(POD, SCHEMAS, path) == []
    document = json.loads(path.read_text())
    assert [one["identifier"].rsplit("/", 1)[-1] for one in document["dataset"]] == ["dinkes.puskesmas"]
    assert document["dataset"][0]["temporal"] == "2022-01-01/2024-12-31"
    assert {d["format"] for d in document["dataset"][0]["distribution"]} == {kind for kind, _ in FORMATS.values()}


@pytest.mark.parametrize("broken", ["accrualPeriodicity", "modified", "accessLevel"])
def test_the_schema_would_notice(exported: Regency, tmp_path: Any, outside: Callable[..., Any], broken: str) -> None:
    document = json.loads((exported.settings.exports / "data.json").read_text())
    document["dataset"][0][broken] = "Tahunan"
    (tmp_path / "data.json").write_text(json.dumps(document))
    assert outside(POD, SCHEMAS, tmp_path / "data.json") != []


def test_catalog_is_dcat_ap(exported: Regency, outside: Callable[..., Any]) -> None:
    told = outside(SHACL, SCHEMAS, exported.settings.exports / "catalog.jsonld")
    assert told["conforms"], told["text"]
    assert (told["datasets"], told["distributions"]) == (1, len(FORMATS))


def test_the_shapes_would_notice(exported: Regency, tmp_path: Any, outside: Callable[..., Any]) -> None:
    document = json.loads((exported.settings.exports / "catalog.jsonld").read_text())
    del document["dcat:dataset"][0]["dct:title"]
    document["dcat:dataset"][0]["dct:accrualPeriodicity"] = "Tahunan"
    (tmp_path / "catalog.jsonld").write_text(json.dumps(document))
    told = outside(SHACL, SCHEMAS, tmp_path / "catalog.jsonld")
    assert not told["conforms"]
    found = re.findall(r"Constraint Violation in (\w+)ConstraintComponent", told["text"])
    assert sorted(found) == ["Class", "MinCount", "NodeKind"], "no title; a text that is no frequency, and no node"


@pytest.fixture
def described() -> dict[str, Any]:
    return {
        "dataset": "dinkes.puskesmas",
        "judul": "Jumlah puskesmas menurut kecamatan",
        "deskripsi": "Puskesmas yang beroperasi pada 31 Desember.",
        "skpd": "dinkes",
        "nama_skpd": "Dinas Kesehatan",
        "nama_urusan": "URUSAN PEMERINTAHAN BIDANG KESEHATAN",
        "akses": "terbuka",
        "dasar_akses": None,
        "lisensi": "CC-BY-4.0",
        "frekuensi": "tahunan",
        "rilis_pertama": "2025-01-02T03:04:05+00:00",
        "rilis_terakhir": "2026-01-02T03:04:05+00:00",
    }


def entry_of(described: dict[str, Any], contact: str = "data@dinkes.go.id", **files: File) -> dict[str, Any]:
    given = files or {"csv": File("dinkes.puskesmas.csv", 10, "0" * 64)}
    indicators = ({"indikator": "a.b", "nama": "Jumlah puskesmas", "satuan": "unit"},)
    return entry(Description(described, indicators), contact, tuple(given.values()), None, "https://satudata.example")


def test_a_good_entry_gives_no_complaint(described: dict[str, Any]) -> None:
    assert complaints(entry_of(described)) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"frekuensi": ""}, "accrualPeriodicity"),
        ({"frekuensi": "1 Tahun Sekali"}, "accrualPeriodicity"),
        ({"rilis_pertama": "-"}, "issued"),
        ({"deskripsi": "JUMLAH PUSKESMAS, menurut kecamatan."}, "mengulang title"),
        ({"deskripsi": "Lorem ipsum dolor sit amet"}, "tidak berisi keterangan"),
        ({"deskripsi": "-"}, "tidak berisi keterangan"),
        ({"judul": "test"}, "tidak berisi keterangan"),
        ({"lisensi": "bebas"}, "license"),
        ({"nama_urusan": None}, "tema kosong"),
    ],
)
def test_what_harvesters_complain_of_is_left_out(described: dict[str, Any], change: dict[str, Any], word: str) -> None:
    found = complaints(entry_of({**described, **change}))
    assert [word in finding.message for finding in found] == [True]
    assert "satudata publish" in found[0].action


@pytest.mark.parametrize("contact", ["", "-", "noemailprovided@usa.gov", "noreply@kutaitimurkab.go.id", "data@dinkes"])
def test_a_made_up_address_is_left_out(described: dict[str, Any], contact: str) -> None:
    assert ["surel" in finding.message for finding in complaints(entry_of(described, contact))] == [True]


def test_an_open_dataset_without_files_is_left_out(described: dict[str, Any]) -> None:
    found = complaints(entry_of(described, only=File("SHA256SUMS", 1, "0" * 64)))
    assert ["tanpa distribusi" in finding.message for finding in found] == [True]


def test_a_refused_dataset_is_told_and_the_others_stay(regency: Regency) -> None:
    regency.contract(
        CONTRACT.replace("POLICY", "otomatis")
        .replace("dinkes.puskesmas", "dinkes.lain")
        .replace("kesehatan.", "lain.")
        .replace("puskesmas*", "lain*"),
        "lain",
    )
    regency.drop("lain 2024.xlsx", {"Muara Wahau": (3, 4)})
    assert [outcome.status for outcome in regency.go()] == ["dirilis"]
    regency.query("UPDATE dw.dim_dataset SET lisensi = 'bebas' WHERE dataset = 'dinkes.lain' RETURNING dataset")
    told = {(one.dataset, one.status) for one in publish(regency.settings)}
    assert told == {("dinkes.puskesmas", "diterbitkan"), ("dinkes.lain", "diterbitkan"), ("dinkes.lain", "ditolak")}
    listed = json.loads((regency.settings.exports / "data.json").read_text())["dataset"]
    assert [one["identifier"].rsplit("/", 1)[-1] for one in listed] == ["dinkes.puskesmas"]


def test_addresses_begin_with_the_setting() -> None:
    settings = Settings.from_env({"SATUDATA_BASE_URL": "https://data.kutaitimurkab.go.id/"})
    assert settings.base_url == "https://data.kutaitimurkab.go.id"
