"""The SDMX service, read by sdmx1 by URL, and asked by hand for what it refuses."""

from __future__ import annotations

import csv
import json
import subprocess
from decimal import Decimal
from typing import Any

import httpx
import pytest
from lxml import etree

from etl.settings import PROJECT

PYTHON = PROJECT / ".venv-servers" / "bin" / "python"
CLIENT = PROJECT / "tests" / "portal" / "sdmx_client.py"
FLOW = "DINKES-FASILITAS_KESEHATAN"
CSV = {"Accept": "application/vnd.sdmx.data+csv"}


@pytest.fixture(scope="module")
def told(site) -> dict[str, Any]:
    """What sdmx1 reads."""
    done = subprocess.run([str(PYTHON), str(CLIENT), site], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def published(demo_regency) -> list[dict[str, str]]:
    folder = demo_regency.settings.exports / "dinkes.fasilitas_kesehatan" / "terkini"
    return list(csv.DictReader((folder / "dinkes.fasilitas_kesehatan.csv").read_text().splitlines()))


def test_sdmx1_reads_structures(told):
    assert len(told["flows"]) == 20 == told["stubs"] and FLOW in told["flows"]
    assert told["dimensions"] == ["FREQ", "INDICATOR", "REF_AREA", "JENIS_PUSKESMAS", "TIME_PERIOD"]
    assert told["definition"] == ["COMMENT_OBS", "CONF_STATUS", "OBS_STATUS", "UNIT_MEASURE"]
    assert told["regions"]["64-08-04"] == "Sangatta Utara"
    assert told["kinds"] == ["_T", "non_rawat_inap", "rawat_inap"]
    assert set(told["concepts"]) >= {*told["dimensions"], *told["definition"], "OBS_VALUE"}


def test_sdmx1_reads_the_published_figures(told, published):
    expected = {
        (
            row["indikator"].replace(".", "-"),
            row["wilayah"].replace(".", "-"),
            row["jenis_puskesmas"] or "_T",
            row["periode"],
        ): float(row["nilai"])
        for row in published
    }
    for form in ("all", "flat", "csv"):
        got = {(k["INDICATOR"], k["REF_AREA"], k["JENIS_PUSKESMAS"], k["TIME_PERIOD"]): v for k, v in told[form]}
        assert got == expected
    assert told["pandas"] == sum(expected.values())
    assert told["series"] == len({key[:3] for key in expected})


def test_a_key_and_periods_choose(told, published):
    chosen = [
        float(row["nilai"])
        for row in published
        if row["indikator"] == "faskes.posyandu"
        and row["wilayah"] in ("64.08.01", "64.08.04")
        and row["tahun"] == "2023"
    ]
    assert sorted(value for _, value in told["some"]) == sorted(chosen) and chosen


def test_csv_and_its_details(site, published):
    def read(query: str) -> list[dict[str, str]]:
        answer = httpx.get(f"{site}/sdmx/data/{query}", headers=CSV)
        assert answer.headers["content-type"].startswith("application/vnd.sdmx.data+csv")
        assert "Accept" in answer.headers["vary"] and answer.headers["access-control-allow-origin"] == "*"
        return list(csv.DictReader(answer.text.splitlines()))

    everything = read(FLOW)
    assert len(everything) == len(published) == 180
    assert sum(Decimal(row["OBS_VALUE"]) for row in everything) == sum(Decimal(row["nilai"]) for row in published)
    assert everything[0]["STRUCTURE_ID"] == f"KUTIM:{FLOW}(1.0.0)" and "OBS_STATUS" in everything[0]
    assert "OBS_STATUS" not in read(f"{FLOW}?detail=dataonly")[0]
    assert {row["TIME_PERIOD"] for row in read(f"{FLOW}/all?endPeriod=2022")} == {"2021"}
    assert {row["JENIS_PUSKESMAS"] for row in read(f"{FLOW}/..._T")} == {"_T"}
    assert read(f"KUTIM,{FLOW},1.0.0/A.../KUTIM") == everything
    assert read("BPKAD-APBD")[0]["SKPD"] == "KT08"


def test_the_form_is_chosen_by_accept_or_parameter(site):
    kinds = {
        "*/*": "application/vnd.sdmx.data+json",
        "application/json": "application/vnd.sdmx.data+json",
        "text/csv": "application/vnd.sdmx.data+csv",
        "text/csv;q=0.5, application/json": "application/vnd.sdmx.data+json",
        "text/html,application/xhtml+xml,*/*;q=0.8": "application/vnd.sdmx.data+json",
    }
    for accept, kind in kinds.items():
        answer = httpx.get(f"{site}/sdmx/data/{FLOW}", headers={"Accept": accept})
        assert answer.headers["content-type"].startswith(kind)
        again = httpx.get(
            f"{site}/sdmx/data/{FLOW}", headers={"Accept": accept, "If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code == 304
    assert httpx.get(f"{site}/sdmx/data/{FLOW}?format=csvdata").text.startswith("STRUCTURE,")
    assert httpx.get(f"{site}/sdmx/data/{FLOW}", headers={"Accept": "application/xml"}).status_code == 406
    assert httpx.get(f"{site}/sdmx/dataflow", headers={"Accept": "text/csv"}).status_code == 406


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("data/TIDAK-ADA", 404),
        (f"data/{FLOW}/A", 400),
        (f"data/{FLOW}/.....", 400),
        (f"data/{FLOW}/.tidak-ada..", 404),
        (f"data/{FLOW}/all?startPeriod=kemarin", 400),
        (f"data/{FLOW}/all?startPeriod=2021-13", 400),
        (f"data/{FLOW}/all?startPeriod=2999", 404),
        (f"data/{FLOW}/all?detail=banyak", 400),
        (f"data/{FLOW}/all?dimensionAtObservation=REF_AREA", 400),
        (f"data/{FLOW}/all?updatedAfter=2020-01-01", 501),
        (f"data/{FLOW}/all/LAIN", 404),
        (f"data/LAIN,{FLOW}", 404),
        (f"data/KUTIM,{FLOW},9.9", 404),
        ("data/DINSOS-PENERIMA_BANSOS", 404),
        ("dataflow/KUTIM/TIDAK-ADA", 404),
        (f"dataflow/LAIN/{FLOW}", 404),
        ("dataflow/all/all?references=all", 501),
        ("codelist/KUTIM/CL_TIDAK_ADA", 404),
        ("provisionagreement", 501),
        (f"data/{FLOW}/A.%3Cscript%3E..", 404),
    ],
)
def test_what_is_refused_says_why(site, path, status):
    answer = httpx.get(f"{site}/sdmx/{path}")
    assert answer.status_code == status
    error = etree.fromstring(answer.content)
    assert etree.QName(error).localname == "Error" and "".join(error.itertext()).strip()


def test_structures_by_part(site):
    def artefacts(path: str) -> list[str]:
        answer = httpx.get(f"{site}/sdmx/{path}")
        assert answer.headers["content-type"] == "application/vnd.sdmx.structure+xml; version=2.1"
        return [etree.QName(one).localname for part in etree.fromstring(answer.content)[1] for one in part]

    assert artefacts("dataflow") == ["Dataflow"] * 20
    assert artefacts(f"dataflow/KUTIM/{FLOW}/latest") == ["Dataflow"]
    assert "DataStructure" in artefacts(f"dataflow/KUTIM/{FLOW}/1.0.0?references=all")
    assert artefacts("codelist/SDMX/CL_OBS_STATUS+CL_FREQ") == ["Codelist"] * 2
    assert artefacts("agencyscheme") == ["AgencyScheme"]
    for name in ("WILAYAH", "INDIKATOR", "SATUAN", "SKPD", "KEGIATAN", "REKENING", "TAHAP"):
        assert artefacts(f"codelist/KUTIM/CL_{name}") == ["Codelist"]


def test_every_open_dataset_can_be_read(site, demo_regency):
    for flow in etree.fromstring(httpx.get(f"{site}/sdmx/dataflow").content).iterfind(".//{*}Dataflow"):
        dataset = flow.get("id").lower().replace("-", ".", 1)
        answer = httpx.get(f"{site}/sdmx/data/{flow.get('id')}?dimensionAtObservation=AllDimensions")
        folder = demo_regency.settings.exports / dataset / "terkini"
        assert answer.json() == json.loads((folder / f"{dataset}.sdmx.json").read_text())
