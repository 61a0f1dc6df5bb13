"""Connections from their environment variable, in both of Airflow's forms, and from Airflow itself."""

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy.engine import make_url

from etl.extract.connections import Connection, lookup, resolve
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


@pytest.mark.parametrize(
    ("written", "connection"),
    [
        (
            "smb://WORKGROUP%5Cbagi:s%3Andi@nas.local:1445/berkas?domain=KUTIM",
            Connection("c", "smb", "nas.local", 1445, "WORKGROUP\\bagi", "s:ndi", "berkas", extra={"domain": "KUTIM"}),
        ),
        (
            "aws://kunci:rahasia%2F@/?endpoint_url=http%3A%2F%2F127.0.0.1%3A9000&region_name=id",
            Connection(
                "c",
                "aws",
                login="kunci",
                password="rahasia/",
                extra={"endpoint_url": "http://127.0.0.1:9000", "region_name": "id"},
            ),
        ),
        (
            "sftp://u@server/?__extra__=%7B%22host_key%22%3A+%22AAAA%22%2C+%22x%22%3A+%5B1%5D%7D",
            Connection("c", "sftp", "server", login="u", extra={"host_key": "AAAA", "x": [1]}),
        ),
        ("http://https://server:8443", Connection("c", "http", "https://server", 8443)),
        ("google-cloud://", Connection("c", "google_cloud")),
        (
            json.dumps({"conn_type": "ssh", "host": "s", "port": "22", "login": None, "extra": '{"timeout": 5}'}),
            Connection("c", "ssh", "s", 22, extra={"timeout": 5}),
        ),
        (json.dumps({"conn_type": "ssh", "extra": ""}), Connection("c", "ssh")),
    ],
)
def test_lookup(monkeypatch, written, connection):
    monkeypatch.setenv("AIRFLOW_CONN_C", written)
    assert lookup("c") == connection


def test_neither_password_nor_extras_are_printed():
    shown = repr(Connection("c", "sftp", "server", 22, "u", "s4ndi", "x", {"private_key": "r4hasia"}))
    assert "server" in shown
    assert "s4ndi" not in shown
    assert "r4hasia" not in shown


IN_A_TASK = """
import airflow.sdk
from etl.extract.connections import lookup
from etl.findings import SourceUnavailable

found = lookup("nas_dinkes")
print(found, found.password, found.extra)
try:
    lookup("tidak_ada")
except SourceUnavailable as problem:
    print(problem.finding.rule)
"""


def test_airflow_is_asked_inside_a_task(tmp_path):
    """Airflow's own code with connections from a file of its own, in a process that has it loaded as a task has."""
    fields = {"conn_type": "samba", "host": "nas", "login": "u", "password": "s4ndi", "extra": {"domain": "D"}}
    (tmp_path / "connections.json").write_text(json.dumps({"nas_dinkes": fields}))
    airflow = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__WORKERS__SECRETS_BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": json.dumps(
            {"connections_file_path": str(tmp_path / "connections.json")}
        ),
    }
    done = subprocess.run(
        [sys.executable, "-c", IN_A_TASK], env=os.environ | airflow, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "kind='samba', host='nas', port=None, login='u', schema='') s4ndi {'domain': 'D'}" in done.stdout
    assert done.stdout.splitlines()[-1] == "koneksi_tidak_dikenal"
