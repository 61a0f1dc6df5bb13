"""A regency with three years released and exported once, which the tests of a module look at."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.pipeline import decide
from etl.publish.publish import publish
from etl.settings import PROJECT
from tests.warehouse.regency import KECAMATAN, Regency

OUTSIDE = PROJECT / ".venv-servers" / "bin" / "python"
SCHEMAS = Path(__file__).with_name("schemas")
YEARS = {year: {k: (n + year - 2020, n * 2) for n, k in enumerate(KECAMATAN, start=1)} for year in (2022, 2023, 2024)}


def regency_at(root: Path, dsn: str) -> Regency:
    """Three years of two indicators in four kecamatan, released."""
    regency = Regency(root, dsn)
    for year, rows in YEARS.items():
        regency.drop(f"puskesmas {year}.xlsx", rows)
    for outcome in regency.go():
        if outcome.status == "menunggu":
            decide(regency.settings, outcome.submission_id or 0, "dirilis", "Walidata", "Sesuai")
    assert len(regency.figures()) == len(YEARS) * len(KECAMATAN)
    return regency


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, module_warehouse_dsn: str) -> Regency:
    regency = regency_at(tmp_path_factory.mktemp("regensi"), module_warehouse_dsn)
    publish(regency.settings)
    return regency


@pytest.fixture
def regency(tmp_path: Path, warehouse_dsn: str) -> Regency:
    return regency_at(tmp_path, warehouse_dsn)


@pytest.fixture(scope="session")
def outside() -> Callable[..., Any]:
    """Runs a script with arguments in the environment of the outside validators; returns the JSON it prints last."""

    def run(script: str, *arguments: object) -> Any:
        done = subprocess.run(
            [str(OUTSIDE), "-c", script, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


def newest(regency: Regency, dataset: str = "dinkes.puskesmas") -> Path:
    """The folder that the public downloads from."""
    return regency.settings.exports / dataset / "terkini"
