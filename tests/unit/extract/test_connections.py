"""A connection's address from its environment variable, in both of Airflow's forms."""

import json

import pytest
from sqlalchemy.engine import make_url

from etl.extract.connections import resolve
from etl.findings import SourceUnavailable


@pytest.fixture
def given(monkeypatch):
    def _given(text):
        monkeypatch.setenv("AIRFLOW_CONN_SKPD_DINKES", text)
        return resolve("skpd_dinkes")

    return _given


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("postgres://u:p@server:5433/data", "postgresql+psycopg2://u:p@server:5433/data"),
        ("postgresql://u@server/data?sslmode=require", "postgresql+psycopg2://u@server/data?sslmode=require"),
        ("postgresql+psycopg2://u:p@server/data", "postgresql+psycopg2://u:p@server/data"),
        ("mysql://u:p%40ss@server/data?__extra__=%7B%7D", "mysql+pymysql://u:p%40ss@server/data"),
        ("sqlite:////srv/data.db", "sqlite:////srv/data.db"),
        ("postgres://u:p@%2Frun%2FPg/data", "postgresql+psycopg2://u:p@/data?host=/run/Pg"),
        ("postgres://u:p@%2Frun%2FPg:5433/data", "postgresql+psycopg2://u:p@:5433/data?host=/run/Pg"),
        ("postgres://u@/data?host=/run/Pg", "postgresql+psycopg2://u@/data?host=/run/Pg"),
    ],
)
def test_uri(given, written, url):
    assert make_url(given(written)) == make_url(url)


def test_json(given):
    fields = {
        "conn_type": "postgres",
        "login": "u",
        "password": "p@ss/",
        "host": "server",
        "port": 5433,
        "schema": "data",
    }
    expected = "postgresql+psycopg2://u:p%40ss%2F@server:5433/data"
    assert given(json.dumps(fields)) == expected
    assert given(json.dumps(fields | {"extra": {"sslmode": "require"}})) == f"{expected}?sslmode=require"
    assert given(json.dumps(fields | {"extra": '{"sslmode": "require"}'})) == f"{expected}?sslmode=require"


def test_json_of_a_file(given):
    assert given(json.dumps({"conn_type": "sqlite", "host": "/srv/data.db"})) == "sqlite:////srv/data.db"


def test_json_of_a_socket(given):
    found = make_url(given(json.dumps({"conn_type": "postgres", "login": "u", "host": "/run/Pg", "schema": "data"})))
    assert found == make_url("postgresql+psycopg2://u@/data?host=/run/Pg")


def test_unknown_says_which_variable_to_set():
    with pytest.raises(SourceUnavailable) as caught:
        resolve("skpd_tidak_ada")
    assert caught.value.finding.rule == "koneksi_tidak_dikenal"
    assert "AIRFLOW_CONN_SKPD_TIDAK_ADA" in caught.value.finding.action


@pytest.mark.parametrize("written", ["s4ndi", "{s4ndi", '{"password": "s4ndi"}', "postgres://u:s4ndi@server:port/x"])
def test_what_cannot_be_read_is_not_repeated(given, written):
    with pytest.raises(SourceUnavailable) as caught:
        given(written)
    assert caught.value.finding.rule == "koneksi_tidak_sah"
    assert "s4ndi" not in str(caught.value)
