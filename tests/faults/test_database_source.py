"""An agency's PostgreSQL that drifts, refuses, goes away midway or is written to: nothing is lost or given away."""

import threading
import time

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL

from etl.extract.archive import Archive
from etl.extract.database import dump
from etl.extract.read import read_sheets
from etl.findings import Owner, Refused, SourceUnavailable
from etl.sources import DatabaseSource


def url_of(dsn: str, **changes: str) -> str:
    parts = parse_dsn(dsn) | changes
    url = URL.create(
        "postgresql+psycopg2",
        username=parts.get("user"),
        password="s4ndi-rahasia",
        database=parts["dbname"],
        query={key: parts[key] for key in ("host", "port") if key in parts},
    )
    return url.render_as_string(hide_password=False)


@pytest.fixture
def dumped(warehouse_dsn, tmp_path):
    def _dumped(query, **changes):
        source = DatabaseSource(kind="database", connection="skpd_dinkes", query=query)
        return dump(source, url_of(warehouse_dsn, **changes), Archive(tmp_path / "arsip"), "dinkes.faskes").archived

    return _dumped


def execute(dsn, statement):
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall() if cursor.description else None
    connection.close()
    return found


def silent(problem):
    """Neither the error nor what it is chained to names user, password or host."""
    while problem is not None:
        assert "s4ndi" not in str(problem)
        assert "satudata-tes-" not in str(problem)
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)


def test_types_of_postgresql(dumped, warehouse_dsn):
    execute(
        warehouse_dsn,
        """CREATE TABLE faskes (kode text, n bigint, harga numeric(20,2), luas float8, buka date, pada timestamptz,
           ada boolean, besar numeric);
           INSERT INTO faskes VALUES ('64.08', 5, 10701893800.10, 9.31, '2024-01-02', '2024-01-01 16:00+00', true,
           123456789012345678901234567890.5), ('06', NULL, 12, NULL, NULL, NULL, false, NULL)""",
    )
    archived = dumped("SELECT * FROM faskes ORDER BY kode DESC")
    (sheet,) = read_sheets(archived.path, "x.parquet")
    assert [values.to_pylist() for values in sheet.text] == [
        ["kode", "64.08", "06"],
        ["n", "5", None],
        ["harga", "10701893800.1", "12"],
        ["luas", "9.31", None],
        ["buka", "2024-01-02", None],
        ["pada", "2024-01-02T00:00:00+08:00", None],
        ["ada", "TRUE", "FALSE"],
        ["besar", "123456789012345678901234567890.5", None],
    ]
    assert [values is not None for values in sheet.number] == [False, True, True, True, False, False, False, True]
    assert dumped("SELECT * FROM faskes ORDER BY kode DESC").sha256 == archived.sha256


def test_the_connection_drops_midway(dumped, warehouse_dsn, tmp_path):
    """The server ends our session after the first rows have arrived."""
    ended = threading.Event()

    def end_session():
        while not ended.is_set():
            time.sleep(0.05)
            found = execute(
                warehouse_dsn,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'satudata' "
                "AND datname = current_database() AND query LIKE 'FETCH%'",
            )
            if found:
                ended.set()

    killer = threading.Thread(target=end_session)
    killer.start()
    try:
        with pytest.raises(SourceUnavailable) as caught:
            dumped("SELECT i, repeat('x', 500) FROM generate_series(1, 3000000) i ORDER BY i")
    finally:
        ended.set()
        killer.join()
    assert caught.value.finding.rule == "basis_data_tidak_terjangkau"
    silent(caught.value)
    assert list((tmp_path / "arsip").glob("??/*")) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"dbname": "tidak_ada"}, "basis_data_menolak_masuk"),
        ({"user": "orang_asing"}, "basis_data_menolak_masuk"),
        ({"host": "/tmp/satudata-tes-tidak-ada"}, "basis_data_tidak_terjangkau"),
    ],
)
def test_the_server_refuses_or_is_not_there(dumped, changes, rule):
    with pytest.raises(SourceUnavailable) as caught:
        dumped("SELECT 1 AS a ORDER BY 1", **changes)
    assert caught.value.finding.rule == rule
    silent(caught.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT tidak_ada FROM pg_class ORDER BY 1", "tidak_ada"),
        ("SELECT * FROM pasien ORDER BY 1", "pasien"),
        ("SELECT 1/0 AS a ORDER BY 1", "division by zero"),
    ],
)
def test_schema_drift(dumped, query, said):
    with pytest.raises(Refused) as caught:
        dumped(query)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.owner) == ("kueri_ditolak", Owner.DISKOMINFO)
    assert said in finding.value
    silent(caught.value)


def test_a_query_cannot_write(dumped, warehouse_dsn):
    execute(warehouse_dsn, "CREATE TABLE penting (a int); INSERT INTO penting VALUES (1)")
    with pytest.raises(Refused):
        dumped("WITH hapus AS (DELETE FROM penting RETURNING a) SELECT a FROM hapus ORDER BY a")
    assert execute(warehouse_dsn, "SELECT count(*) FROM penting") == [(1,)]
