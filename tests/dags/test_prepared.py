"""The journey without Airflow on a machine where nothing runs yet: one command, and nothing runs afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from etl.pipeline import run
from etl.services.airflow import sqlalchemy_url
from etl.services.postgres import is_running
from etl.services.prepare import prepared
from etl.settings import Settings


@pytest.fixture
def home() -> Iterator[Path]:
    """Not below pytest's own folder: every pytest run of root closes that to the server's user again."""
    with tempfile.TemporaryDirectory(prefix="satudata-tes-") as folder:
        yield Path(folder) / "var"


def test_an_agency_with_a_database_and_a_cold_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SATUDATA_DSN", "SATUDATA_SOURCES", "SATUDATA_DATASETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SATUDATA_HOME", str(home))
    monkeypatch.setenv("AIRFLOW_CONN_SKPD_DPMPTSP", "")
    with prepared(Settings.from_env(), filled=True) as settings:
        first = run(settings, skpd="dpmptsp")
        again = run(settings, skpd="dpmptsp")
        with psycopg2.connect(settings.dsn) as conn, conn.cursor() as cursor:
            cursor.execute("SELECT sum(n_received), sum(n_loaded + n_unchanged + n_quarantined) FROM audit.submission")
            counts = cursor.fetchone()
    assert {outcome.dataset for outcome in first} == {"dpmptsp.investasi", "dpmptsp.izin_terbit"}
    assert all(outcome.submission_id for outcome in first)
    assert again == []
    assert counts is not None and counts[0] > 0
    assert not is_running(home / "pg")
    assert (home / "sumber" / "dinkes").is_dir()


@pytest.mark.parametrize(
    ("dsn", "url"),
    [
        ("host=/run/pg dbname=a user=b", "postgresql+psycopg2://b@/x?host=%2Frun%2Fpg"),
        ("host=/run/pg port=5433 user=b", "postgresql+psycopg2://b@/x?host=%2Frun%2Fpg&port=5433"),
        (
            "host=db.go.id port=5433 user='o p' password='p@ss/w'",
            "postgresql+psycopg2://o%20p:p%40ss%2Fw@db.go.id:5433/x",
        ),
        ("postgresql://b:c@db/a", "postgresql+psycopg2://b:c@db/x"),
    ],
)
def test_an_address_is_said_in_sqlalchemys_words(dsn: str, url: str) -> None:
    assert sqlalchemy_url(dsn, "x") == url
