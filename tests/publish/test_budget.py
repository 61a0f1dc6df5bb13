"""The demo regency's budget and performance as files: real workbooks to packages that the outside tools accept."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from etl.pipeline import decide, run
from etl.publish.publish import publish
from etl.settings import PROJECT, Settings
from tests.publish.test_files import FRICTIONLESS

DATASETS = {"bpkad.apbd": "anggaran", "dinkes.kinerja": "kinerja"}
DIMENSIONS = {
    "anggaran": {"skpd", "kegiatan", "rekening", "sumber_dana", "tahap"},
    "kinerja": {"skpd", "kegiatan", "tolok_ukur", "tahap"},
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, module_warehouse_dsn: str) -> Settings:
    home = tmp_path_factory.mktemp("anggaran")
    settings = Settings(module_warehouse_dsn, home, PROJECT / "datasets", str(PROJECT / "samples" / "sumber"))
    for dataset in DATASETS:
        for outcome in run(settings, skpd=dataset.split(".")[0], dataset=dataset):
            if outcome.status == "menunggu":
                decide(settings, outcome.submission_id or 0, "dirilis", "Walidata", "Sesuai")
    publish(settings)
    return settings


@pytest.mark.parametrize("dataset", DATASETS)
def test_budget_and_performance_are_packages(settings: Settings, outside: Callable[..., Any], dataset: str) -> None:
    folder = settings.exports / dataset / "terkini"
    told = outside(FRICTIONLESS, folder / "datapackage.json")
    assert told["errors"] == []
    with psycopg2.connect(settings.dsn) as conn, conn.cursor() as cursor:
        cursor.execute(f"SELECT count(*), sum(nilai) FROM portal.{DATASETS[dataset]} WHERE dataset = %s", [dataset])
        count, total = cursor.fetchone()
    assert told["rows"] == count > 0
    with (folder / f"{dataset}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(Decimal(row["nilai"]) for row in rows if row["nilai"]) == total
    assert set(rows[0]) >= DIMENSIONS[DATASETS[dataset]] | {"besaran", "nama_kegiatan"}
    assert set(told["key"]) >= DIMENSIONS[DATASETS[dataset]]
    described = json.loads((folder / "datapackage.json").read_text())["resources"][0]["schema"]["fields"]
    assert all(field["description"] for field in described), "every column says what it means"


def test_both_stand_in_the_catalogue(settings: Settings) -> None:
    listed = json.loads(Path(settings.exports / "data.json").read_text())["dataset"]
    assert {one["identifier"].rsplit("/", 1)[-1] for one in listed} == set(DATASETS)
