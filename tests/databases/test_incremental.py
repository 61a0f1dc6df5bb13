"""Only what changed is fetched, and what is archived is what a full pull would have archived, to the byte."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import date, datetime, timedelta

import psycopg2
import pytest
from databases.results import rows, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.extensions import parse_dsn
from sqlalchemy.engine import URL

from etl.extract.archive import Archive
from etl.extract.database import dump
from etl.findings import Owner, Refused
from etl.sources import DatabaseSource, Incremental

PLAN = Incremental(watermark="diubah", overlap="1 hari", key=("no",))
QUERY = "SELECT * FROM t ORDER BY nilai, no DESC  -- urutan yang tidak dipakai"
START = datetime(2024, 1, 1, 8)  # noqa: DTZ001 - the column has no zone

VALUES = st.one_of(st.none(), st.integers(-1000, 1000).map(lambda n: f"{n / 4:.2f}"))
CHANGE = st.one_of(
    st.tuples(st.just("upsert"), st.integers(1, 12), VALUES, st.sampled_from(["now", "late", "none"])),
    st.tuples(st.just("delete"), st.integers(1, 12), st.none(), st.none()),
)
ROUNDS = st.lists(st.lists(CHANGE, max_size=8), min_size=2, max_size=5)
"""Pulls, and what happens to the table before each: rows come, change and go; some are committed late (their time is
before that of rows already seen, within the overlap), some never get a time."""


class Table:
    """One table on some server, changed by rounds; the clock goes on a day and a half from round to round."""

    def __init__(self, execute, url, archive):
        self.execute, self.url, self.archive = execute, url, archive
        self.clock, self.seconds = START, itertools.count()

    def change(self, kind, no, value, when):
        if kind == "upsert":
            moment = self.clock + timedelta(seconds=next(self.seconds))
            if when == "late":
                moment -= timedelta(hours=23)
            stamp = "NULL" if when == "none" else f"'{moment:%Y-%m-%d %H:%M:%S}'"
            self.execute(f"REPLACE INTO t VALUES ({no}, 'baris {no}', {value or 'NULL'}, {stamp})")
        else:
            self.execute(f"DELETE FROM t WHERE no = {no}")

    def pulls(self, rounds):
        """Compares every pull with a full one; returns how many fetched a part only."""
        previous, partial = None, 0
        for changes in rounds:
            for change in changes:
                self.change(*change)
            part = self.pull(previous)
            whole = self.pull(None)
            assert part.archived.sha256 == whole.archived.sha256
            partial += not part.full
            previous = part.archived.path
            self.clock += timedelta(hours=36)
        return partial

    def pull(self, previous, plan=PLAN):
        source = DatabaseSource(kind="database", connection="skpd_uji", query=QUERY, incremental=plan)
        return dump(source, self.url, self.archive, "uji.data", previous)


def test_sqlite_equals_a_full_pull(tmp_path_factory):
    partial = []

    @given(ROUNDS)
    @settings(max_examples=50)
    def compare(rounds):
        folder = tmp_path_factory.mktemp("sqlite")
        connection = sqlite3.connect(folder / "db", isolation_level=None)
        connection.execute("CREATE TABLE t (no INTEGER PRIMARY KEY, nama TEXT, nilai REAL, diubah TEXT)")
        partial.append(Table(connection.execute, f"sqlite:///{folder / 'db'}", Archive(folder / "arsip")).pulls(rounds))
        connection.close()

    compare()
    assert sum(partial) > 25


@pytest.fixture(scope="module")
def shared(server, tmp_path_factory):
    """One database for all examples: making one takes longer than an example."""
    server.create("bertahap")
    return server, Archive(tmp_path_factory.mktemp("arsip"))


MARIADB = "CREATE OR REPLACE TABLE t (no int PRIMARY KEY, nama varchar(20), nilai decimal(12,2), diubah datetime NULL)"


def test_mariadb_equals_a_full_pull(shared):
    server, archive = shared
    partial = []

    @given(ROUNDS)
    @settings(max_examples=20)
    def compare(rounds):
        with server.root("bertahap") as connection, connection.cursor() as cursor:
            cursor.execute(MARIADB)
            partial.append(Table(cursor.execute, server.url("bertahap"), archive).pulls(rounds))

    compare()
    assert sum(partial) > 10


@pytest.fixture
def table(server, schema, tmp_path):
    def execute(*statements):
        server.execute(schema, *statements)

    execute(
        MARIADB,
        "INSERT INTO t SELECT seq, concat('baris ', seq), seq / 4, '2024-01-01' + INTERVAL seq HOUR FROM seq_1_to_100",
    )
    return Table(execute, server.url(schema), Archive(tmp_path / "arsip"))


def test_only_the_changed_rows_are_fetched(table):
    first = table.pull(None)
    assert (first.full, first.rows_fetched, first.notes) == (True, 100, ())
    table.execute(
        "UPDATE t SET nilai = 7.5, diubah = '2024-02-01 10:00:00' WHERE no = 3",
        "DELETE FROM t WHERE no = 50",
        "INSERT INTO t VALUES (101, 'baru', NULL, '2024-02-01 11:00:00')",
    )
    second = table.pull(first.archived.path)
    assert not second.full
    assert second.rows_fetched == 2 + 25  # rows of the last day before the last time, read again
    assert second.archived.sha256 == table.pull(None).archived.sha256
    found = {row[0]: row for row in rows(second)}
    assert (len(found), "50" in found, found["3"][2], found["101"][1]) == (100, False, "7.5", "baru")
    assert list(found) == [str(no) for no in range(1, 102) if no != 50]  # the key's order, as numbers
    third = table.pull(second.archived.path)
    assert third.archived.sha256 == second.archived.sha256


def test_without_looking_for_deletions_a_deleted_row_stays(table):
    plan = PLAN.model_copy(update={"deletions": False})
    first = table.pull(None, plan)
    table.execute("DELETE FROM t WHERE no = 50", "UPDATE t SET nilai = 0, diubah = '2024-02-02' WHERE no = 51")
    second = table.pull(first.archived.path, plan)
    assert (second.full, second.archived.size > 0, len(rows(second))) == (False, True, 100)
    assert {row[0]: row[2] for row in rows(second)}["51"] == "0"


def test_a_row_that_comes_with_an_old_time_is_seen_by_its_key(table):
    first = table.pull(None)
    table.execute("INSERT INTO t VALUES (500, 'lama', 1, '2020-01-01')")
    second = table.pull(first.archived.path)
    assert second.full
    assert "500" in texts(second)["no"]


def test_a_new_column_means_all_and_is_told(table):
    first = table.pull(None)
    table.execute(
        "ALTER TABLE t ADD COLUMN satuan varchar(10) DEFAULT 'orang'", "ALTER TABLE t MODIFY nilai varchar(20)"
    )
    second = table.pull(first.archived.path)
    assert second.full
    assert [(n.rule, n.severity.value) for n in second.notes] == [("skema_berubah", "catatan")] * 2
    assert "bilangan desimal menjadi teks" in second.notes[0].message
    assert "«satuan» (teks) baru ada" in second.notes[1].message


def test_another_query_or_a_damaged_archive_means_all(table, tmp_path):
    first = table.pull(None)
    other = table.pull(first.archived.path, PLAN.model_copy(update={"key": ("no", "nama")}))
    assert other.full and other.notes == ()
    broken = tmp_path / "rusak"
    broken.write_bytes(first.archived.path.read_bytes()[:-20])
    assert table.pull(broken).full
    assert table.pull(tmp_path / "tidak ada").full


@pytest.mark.parametrize(
    ("column", "insert", "plan"),
    [
        ("bigint", "seq", {"overlap": "10"}),
        ("decimal(10,2)", "seq / 4", {"overlap": "5"}),
        ("double", "seq / 4", {"overlap": "5"}),
        ("date", "'2024-01-01' + INTERVAL seq DAY", {"overlap": "36 jam"}),
        ("datetime(6)", "'2024-01-01' + INTERVAL seq MICROSECOND", {"overlap": "1 menit"}),
        ("timestamp(3)", "'2024-01-01' + INTERVAL seq MINUTE", {"overlap": "2 jam"}),
        ("varchar(30)", "date_format('2024-01-01' + INTERVAL seq MINUTE, '%Y-%m-%dT%H:%i:%s')", {"overlap": "2 jam"}),
    ],
)
def test_watermarks_of_every_kind(server, schema, tmp_path, column, insert, plan):
    server.execute(
        schema,
        f"CREATE TABLE t (no int PRIMARY KEY, nilai int, diubah {column} NULL)",
        f"INSERT INTO t SELECT seq, 1, {insert} FROM seq_1_to_500",
    )
    table = Table(None, server.url(schema), Archive(tmp_path / "arsip"))
    plan = Incremental(**(PLAN.model_dump() | plan))
    first = table.pull(None, plan)
    server.execute(schema, f"INSERT INTO t SELECT seq, 2, {insert} FROM seq_501_to_520")
    second = table.pull(first.archived.path, plan)
    assert not second.full
    assert 20 <= second.rows_fetched < 520 or column == "datetime(6)"
    assert second.archived.sha256 == table.pull(None, plan).archived.sha256


@pytest.mark.parametrize(
    ("plan", "rule", "said"),
    [
        ({"watermark": "tidak_ada"}, "kolom_penanda_tidak_ada", "tidak_ada"),
        ({"key": ("no", "kode")}, "kolom_penanda_tidak_ada", "kode"),
        ({"key": ("nama",)}, "kunci_ganda", "mengulang kunci"),
        ({"key": ("kosong",)}, "kunci_ganda", "kosong"),
        ({"overlap": "100"}, "penanda_tidak_sesuai", "tanggal dan jam"),
        ({"watermark": "no"}, "penanda_tidak_sesuai", "bilangan bulat"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused_at_once(table, plan, rule, said):
    table.execute("ALTER TABLE t ADD COLUMN kosong int", "UPDATE t SET nama = 'sama' WHERE no < 4")
    with pytest.raises(Refused) as caught:
        table.pull(None, Incremental(**(PLAN.model_dump() | plan)))
    (finding,) = caught.value.findings
    assert (finding.rule, finding.owner) == (rule, Owner.DISKOMINFO)
    assert said in finding.message


def test_duplicates_that_come_later_are_refused(table):
    first = table.pull(None)
    table.execute("ALTER TABLE t DROP PRIMARY KEY", "INSERT INTO t VALUES (3, 'kembar', 1, '2024-03-01')")
    with pytest.raises(Refused) as caught:
        table.pull(first.archived.path)
    assert caught.value.findings[0].rule == "kunci_ganda"
    assert "misalnya 3" in caught.value.findings[0].message


def test_a_query_that_cannot_be_a_subquery_is_read_whole(server, schema, tmp_path):
    server.execute(schema, "CREATE TABLE t (no int PRIMARY KEY, diubah date)", "INSERT INTO t VALUES (1, '2024-01-01')")
    source = DatabaseSource(
        kind="database", connection="skpd_uji", incremental=PLAN,
        query="SELECT no, diubah, 1 AS a, 2 AS a FROM t ORDER BY no",
    )  # fmt: skip
    archive = Archive(tmp_path / "arsip")
    first = dump(source, server.url(schema), archive, "uji.data")
    again = dump(source, server.url(schema), archive, "uji.data", first.archived.path)
    assert again.full and again.archived.sha256 == first.archived.sha256


def test_postgresql_with_a_zone_and_two_keys(warehouse_dsn, tmp_path):
    parts = parse_dsn(warehouse_dsn)
    query = {key: parts[key] for key in ("host", "port") if key in parts}
    url = URL.create("postgresql+psycopg2", username=parts["user"], database=parts["dbname"], query=query)

    def execute(statement):
        with psycopg2.connect(warehouse_dsn) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    execute(
        'CREATE TABLE t (desa text, tahun int, nilai numeric, "Diubah Pada" timestamptz, PRIMARY KEY (desa, tahun));'
        "INSERT INTO t SELECT 'desa ' || i % 10, 2000 + i / 10, i / 8.0, '2024-01-01 00:00+08'::timestamptz + i * "
        "interval '1 hour' FROM generate_series(1, 200) i"
    )
    plan = Incremental(watermark="Diubah Pada", overlap="3 jam", key=("tahun", "desa"))
    source = DatabaseSource(
        kind="database", connection="skpd_uji", query="SELECT * FROM t ORDER BY nilai", incremental=plan
    )
    archive = Archive(tmp_path / "arsip")

    def pull(previous):
        return dump(source, url.render_as_string(hide_password=False), archive, "uji.data", previous)

    first = pull(None)
    execute(
        "UPDATE t SET nilai = 1.0000000001, \"Diubah Pada\" = '2024-02-01' WHERE desa = 'desa 3' AND tahun = 2003;"
        "DELETE FROM t WHERE tahun = 2005"
    )
    second = pull(first.archived.path)
    assert (second.full, second.rows_fetched) == (False, 1 + 4)
    assert second.archived.sha256 == pull(None).archived.sha256
    assert rows(second)[0][:2] == ("desa 1", "2000")


def test_dates_are_sorted_and_compared_as_dates(tmp_path):
    """A key of date and number in SQLite: texts there, and yet one order."""
    connection = sqlite3.connect(tmp_path / "db", isolation_level=None)
    connection.execute("CREATE TABLE t (hari TEXT, no REAL, diubah INTEGER, PRIMARY KEY (hari, no))")
    for n in range(30):
        connection.execute("INSERT INTO t VALUES (?, ?, ?)", (str(date(2024, 1, 30 - n)), n / 2, n))
    plan = Incremental(watermark="diubah", overlap="3", key=("hari", "no"))
    source = DatabaseSource(
        kind="database", connection="skpd_uji", query="SELECT * FROM t ORDER BY 1", incremental=plan
    )
    archive = Archive(tmp_path / "arsip")
    first = dump(source, f"sqlite:///{tmp_path / 'db'}", archive, "uji.data")
    connection.execute("INSERT INTO t VALUES ('2023-01-01', 1, 30)")
    connection.execute("DELETE FROM t WHERE no = 2.5")
    second = dump(source, f"sqlite:///{tmp_path / 'db'}", archive, "uji.data", first.archived.path)
    whole = dump(source, f"sqlite:///{tmp_path / 'db'}", archive, "uji.data")
    assert (second.full, second.rows_fetched) == (False, 5)
    assert second.archived.sha256 == whole.archived.sha256
    assert texts(second)["hari"][:2] == ["2023-01-01", "2024-01-01"]
    connection.close()
