"""An agency's MariaDB that is down, refuses, hangs, dies midway or cannot encrypt: a clear finding, and no login in it.

What the tests print and log is searched for the login, too (see conftest).
"""

from __future__ import annotations

import signal
import threading
import time
from urllib.parse import quote

import pytest
import trustme
from databases.results import rows

from etl.extract import database, database_session, fast_mysql
from etl.extract.archive import Archive
from etl.extract.database import dump
from etl.extract.result_columns import Column
from etl.findings import Owner, Refused, SourceUnavailable
from etl.sources import DatabaseSource
from tests.servers.mariadb import PASSWORD, USER, mariadb
from tests.servers.ports import free_port

QUERY = "SELECT * FROM besar ORDER BY no"


def silent(problem):
    """Neither the error nor what it is chained to names user, password or host, plain or encoded."""
    while problem is not None:
        said = str(problem) + repr(problem)
        for secret in (USER, PASSWORD, quote(PASSWORD, safe=""), "127.0.0.1"):
            assert secret not in said
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)


def unavailable(dumped, url, query="SELECT 1 AS a ORDER BY 1") -> str:
    with pytest.raises(SourceUnavailable) as caught:
        dumped(url, query)
    silent(caught.value)
    return caught.value.finding.rule


def test_wrong_password_is_told_at_once(server, schema, dumped):
    """connectorx would try for half a minute and print the user's name."""
    started = time.monotonic()
    assert unavailable(dumped, server.url(schema, password="salah")) == "basis_data_menolak_masuk"
    assert time.monotonic() - started < 5


def test_unknown_database(server, schema, dumped):
    assert unavailable(dumped, server.url("tidak_ada")) == "basis_data_menolak_masuk"


def test_nobody_listens(server, schema, dumped):
    assert unavailable(dumped, server.url(schema, port=free_port())) == "basis_data_tidak_terjangkau"


def test_a_dropped_table_is_refused_not_retried(server, schema, dumped):
    server.execute(schema, "CREATE TABLE t (a int)", "DROP TABLE t")
    with pytest.raises(Refused) as caught:
        dumped(server.url(schema), "SELECT a FROM t ORDER BY a")
    (finding,) = caught.value.findings
    assert (finding.rule, finding.owner) == ("kueri_ditolak", Owner.DISKOMINFO)
    assert "1146" in finding.message and ".t' doesn't exist" in finding.value
    silent(caught.value)


def test_the_right_to_read_is_withdrawn(server, schema, dumped):
    server.execute(
        schema, "CREATE TABLE t (a int)", f"REVOKE ALL ON `{schema}`.* FROM '{USER}'@'127.0.0.1'",
        f"GRANT INSERT ON `{schema}`.* TO '{USER}'@'127.0.0.1'",
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        dumped(server.url(schema), "SELECT a FROM t ORDER BY a")
    assert caught.value.findings[0].rule == "kueri_ditolak"
    silent(caught.value)


def test_a_query_that_never_ends_is_stopped_by_the_server(server, schema, dumped, monkeypatch):
    monkeypatch.setattr(database_session, "STATEMENT_SECONDS", 1)
    started = time.monotonic()
    endless = "SELECT sum(a.seq * b.seq) AS s FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b ORDER BY 1"
    assert unavailable(dumped, server.url(schema), endless) == "kueri_terlalu_lama"
    assert time.monotonic() - started < 10


def test_a_slow_query_is_stopped_on_the_fast_way_and_not_begun_again(server, schema, dumped, ways, monkeypatch):
    monkeypatch.setattr(database_session, "STATEMENT_SECONDS", 2)
    slow = "SELECT seq AS a, if(seq > 40000, sleep(1), 0) AS b FROM seq_1_to_50000 ORDER BY seq"
    started = time.monotonic()
    assert unavailable(dumped, server.url(schema), slow) == "kueri_terlalu_lama"
    assert time.monotonic() - started < 10
    assert (ways.fast, ways.refused) == (0, 1)


@pytest.mark.parametrize("fast", [True, False])
def test_too_many_rows(server, schema, dumped, ways, ordinary, monkeypatch, fast):
    if not fast:
        ordinary()
    monkeypatch.setattr(database, "MAX_ROWS", 99_999)
    with pytest.raises(Refused) as caught:
        dumped(server.url(schema), "SELECT seq AS a FROM seq_1_to_100000 ORDER BY 1")
    assert caught.value.findings[0].rule == "terlalu_besar"
    monkeypatch.setattr(database, "MAX_ROWS", 100_000)
    assert dumped(server.url(schema), "SELECT seq AS a FROM seq_1_to_100000 ORDER BY 1").rows_fetched == 100_000


@pytest.fixture
def own_server():
    """One that may be hurt, with a table of 400,000 rows. Yields (server, url)."""
    with mariadb() as server:
        url = server.create("skpd")
        server.execute(
            "skpd",
            "CREATE TABLE besar (no int PRIMARY KEY, teks varchar(400))",
            "INSERT INTO besar SELECT seq, repeat('x', 400) FROM seq_1_to_400000",
        )
        yield server, url


@pytest.mark.parametrize("fast", [True, False])
def test_killed_midway(own_server, tmp_path, monkeypatch, fast):
    """kill -9 after the first rows have come: nothing is archived, and the finding says to try again."""
    server, url = own_server
    if not fast:
        monkeypatch.setattr(fast_mysql, "suits", lambda *_: False)
    begun = threading.Event()
    real = Column.extend if fast else Column.add

    def held(*arguments):
        if not begun.is_set():
            server.server.kill()
            begun.set()
        return real(*arguments)

    monkeypatch.setattr(Column, real.__name__, held)
    source = DatabaseSource(kind="database", connection="skpd_uji", query=QUERY)
    with pytest.raises(SourceUnavailable) as caught:
        dump(source, url, Archive(tmp_path / "arsip"), "uji.data")
    assert begun.is_set()
    assert caught.value.finding.rule == "basis_data_tidak_terjangkau"
    silent(caught.value)
    assert not list((tmp_path / "arsip").glob("??/*"))


def test_only_the_session_is_ended_midway_and_the_rows_come_all_the_same(own_server, tmp_path, monkeypatch):
    """The manager's KILL hits the fast connection; the ordinary driver begins again and reads everything."""
    server, url = own_server
    killed = []
    real = Column.extend

    def held(*arguments):
        if not killed:
            with server.root() as connection, connection.cursor() as cursor:
                cursor.execute("SELECT id FROM information_schema.processlist WHERE user = %s", (USER,))
                killed.extend(cursor.fetchall())
                for (number,) in killed:
                    cursor.execute("KILL %s", (number,))
        return real(*arguments)

    monkeypatch.setattr(Column, "extend", held)
    source = DatabaseSource(kind="database", connection="skpd_uji", query=QUERY)
    result = dump(source, url, Archive(tmp_path / "arsip"), "uji.data")
    assert len(killed) == 1 and result.rows_fetched == 400_000
    assert [row[0] for row in rows(result)] == [str(no) for no in range(1, 400_001)]


def test_a_server_that_answers_nothing_is_down_after_ten_seconds(own_server, dumped):
    """It accepts the connection and hangs, as a machine does that swaps or whose disk is full."""
    server, url = own_server
    server.server.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    try:
        assert unavailable(dumped, url) == "basis_data_tidak_terjangkau"
    finally:
        server.server.process.send_signal(signal.SIGCONT)
    assert 8 < time.monotonic() - started < 20


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """(folder with ca.pem, options of mariadbd for a certificate of that authority)."""
    folder = tmp_path_factory.mktemp("tls")
    ca = trustme.CA()
    certificate = ca.issue_cert("127.0.0.1")
    ca.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "lain.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return folder, [
        f"--ssl-ca={folder / 'ca.pem'}",
        f"--ssl-cert={folder / 'cert.pem'}",
        f"--ssl-key={folder / 'key.pem'}",
    ]


def test_tls_is_required_and_not_offered(server, schema, dumped, authority):
    folder, _ = authority
    url = server.url(schema, query={"ssl_ca": str(folder / "ca.pem")})
    assert unavailable(dumped, url) == "tls_gagal"


def test_tls_both_ways_and_a_certificate_of_a_stranger(authority, dumped, ways):
    folder, options = authority
    with mariadb(*options) as server:
        url = server.create("skpd")
        server.execute("skpd", f"ALTER USER '{USER}'@'127.0.0.1' REQUIRE SSL")
        query = (
            "SELECT seq AS a, (SELECT variable_value FROM information_schema.session_status "
            "WHERE variable_name = 'Ssl_cipher') AS sandi FROM seq_1_to_5 ORDER BY seq"
        )
        for checked in (url, server.url("skpd", query={"ssl_ca": str(folder / "ca.pem")})):
            found = rows(dumped(checked, query))
            assert len(found) == 5 and all(str(cipher).startswith("TLS") for _, cipher in found)
        assert (ways.fast, ways.refused) == (1, 0)  # a certificate is checked by the ordinary driver only
        stranger = server.url("skpd", query={"ssl_ca": str(folder / "lain.pem")})
        assert unavailable(dumped, stranger) == "tls_gagal"
