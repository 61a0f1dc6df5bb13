"""A contract's query cannot write, by whichever way it is read: not a table, not a file, not by a second statement."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest
from databases.results import texts
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL

from etl.extract import fast_mysql
from etl.findings import Owner, Refused

FUNCTION = (
    "CREATE FUNCTION tulis(a int) RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO catatan VALUES (a); RETURN a; END"
)


@pytest.fixture
def writable(server, schema):
    """A table and a function that writes into it, both granted to the pipeline's login, which may write files, too."""
    server.execute(
        schema,
        "CREATE TABLE catatan (a int)",
        FUNCTION,
        "GRANT FILE ON *.* TO 'pembaca_skpd'@'127.0.0.1'",
    )
    return server.url(schema)


def refused(dumped, url, query) -> str:
    with pytest.raises(Refused) as caught:
        dumped(url, query)
    (finding,) = caught.value.findings
    assert finding.owner == Owner.DISKOMINFO
    return finding.rule


@pytest.mark.parametrize(
    "query", ["SELECT tulis(1) AS a ORDER BY 1", "SELECT tulis(seq) AS a FROM seq_1_to_9 ORDER BY 1"]
)
def test_a_function_that_writes_is_refused(server, schema, writable, dumped, query):
    assert refused(dumped, writable, query) == "kueri_ditolak"
    assert server.client(schema, "SELECT count(*) FROM catatan") == [["0"]]


def test_the_fast_connection_is_as_read_only_as_the_ordinary_one(server, schema, writable, dumped, ways):
    """The function writes only from the third row on, when the ordinary driver has handed over."""
    query = "SELECT if(seq > 2, tulis(seq), seq) AS a FROM seq_1_to_9 ORDER BY seq"
    with pytest.raises(Refused):
        dumped(writable, query)
    assert server.client(schema, "SELECT count(*) FROM catatan") == [["0"]]
    said = texts(dumped(writable, "SELECT @@tx_read_only AS a, @@time_zone AS z FROM seq_1_to_5 ORDER BY seq"))
    assert ways.fast == 1
    assert said == {"a": ["1"] * 5, "z": ["+08:00"] * 5}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS a ORDER BY 1 INTO OUTFILE '{file}'",
        "SELECT 1 AS a /*!50000 INTO OUTFILE '{file}' */ ORDER BY 1",
        "SELECT 1 AS a\nInTo\tDUMPFILE '{file}' -- ORDER BY",
        "SELECT 'it\\'s' AS a INTO OUTFILE '{file}' -- ORDER BY '",
        "SELECT 1 AS a ORDER BY 1; INSERT catatan VALUES (1)",
        "SELECT 1 AS a) AS s; DELETE FROM catatan; SELECT * FROM (SELECT 2 ORDER BY 1",
    ],
)
def test_no_file_and_no_second_statement(server, schema, writable, dumped, tmp_path, query):
    server.folder.chmod(0o755)
    file = server.folder / "keluar.txt"
    assert refused(dumped, writable, query.format(file=file)) == "kueri_menulis"
    assert not file.exists()


def test_words_in_names_strings_and_comments_are_no_statements(server, schema, writable, dumped):
    query = "SELECT 'a;b' AS `into`, \"into; drop\" AS b -- into;\nFROM seq_1_to_1 # into;\n/* ; into ( */ ORDER BY 1;"
    assert texts(dumped(writable, query)) == {"into": ["a;b"], "b": ["into; drop"]}


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def postgres(warehouse_dsn):
    parts = parse_dsn(warehouse_dsn)
    query = {key: parts[key] for key in ("host", "port") if key in parts}
    url = URL.create("postgresql+psycopg2", username=parts["user"], database=parts["dbname"], query=query)

    def execute(statement):
        with psycopg2.connect(warehouse_dsn) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    execute(
        "CREATE TABLE catatan (a int); CREATE FUNCTION tulis(a int) RETURNS int LANGUAGE sql AS "
        "'INSERT INTO catatan VALUES (a) RETURNING a'"
    )
    return url.render_as_string(hide_password=False), execute


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("SELECT tulis(1) AS a ORDER BY 1", "kueri_ditolak"),
        (
            "SELECT CASE WHEN i > 2 THEN tulis(i) ELSE i END AS a FROM generate_series(1, 9) i ORDER BY i",
            "kueri_ditolak",
        ),
        ("WITH x AS (INSERT INTO catatan VALUES (1) RETURNING a) SELECT a FROM x ORDER BY a", "kueri_menulis"),
        ("WITH x AS (UPDATE catatan SET a = 2 RETURNING a) SELECT a FROM x ORDER BY a", "kueri_ditolak"),
        ("SELECT 1 AS a INTO baru ORDER BY 1", "kueri_menulis"),
        ("SELECT 1 AS a ORDER BY 1; COMMIT; DELETE FROM catatan", "kueri_menulis"),
        ("SELECT 1 AS a) TO STDOUT; COMMIT; DROP TABLE catatan; COPY (SELECT 1 ORDER BY 1", "kueri_menulis"),
        ("SELECT set_config('transaction_read_only', 'off', false), tulis(1) AS a ORDER BY 1", "kueri_ditolak"),
    ],
)
def test_postgresql_cannot_write(postgres, dumped, ways, query, rule):
    url, execute = postgres
    assert refused(dumped, url, query) == rule
    assert execute("SELECT count(*) FROM catatan") == [(0,)]
    assert execute("SELECT to_regclass('baru')") == [(None,)]


def test_the_fast_process_gets_the_login_by_pipe_only(server, schema, dumped, ways, monkeypatch):
    """Whoever lists processes on this machine sees neither password nor user."""
    seen = []
    real = fast_mysql.subprocess.Popen

    class Seen(real):
        def __init__(self, command, **options):
            super().__init__(command, **options)
            process = Path(f"/proc/{self.pid}")
            seen.append((process / "cmdline").read_bytes() + (process / "environ").read_bytes())

    monkeypatch.setattr(fast_mysql.subprocess, "Popen", Seen)
    assert dumped(server.url(schema), "SELECT seq AS a FROM seq_1_to_9 ORDER BY 1").rows_fetched == 9
    assert ways.fast == 1 and len(seen) == 1
    assert b"pembaca_skpd" not in seen[0] and b"s4ndi" not in seen[0]
