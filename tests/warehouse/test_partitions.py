"""Where the versions of a figure stand: what is current in one partition, what ended by the year in which it ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import tidy_data
from psycopg2 import errors
from psycopg2.extensions import connection as Connection

from etl.load.checks import run_checks
from etl.load.facts import FACTS
from etl.load.warehouse import connect

TABLES = [fact.table for fact in FACTS.values()]
YEARS = (2014, 2015, 2019, 2023)


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    yield conn
    conn.close()


def ask(conn, text, *values):
    with conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def revised(conn) -> None:
    """One figure that was said once and again."""
    contract = tidy_data.contract()
    tidy_data.sync(conn, contract)
    row = ("64.08.01", "2024", "1", "2")
    tidy_data.loaded(conn, contract, tidy_data.tidy([row]), content="a")
    tidy_data.loaded(conn, contract, tidy_data.tidy([(*row[:2], "3", "2")]), content="b")


OLDER = """
    INSERT INTO dw.fakta_indikator
    SELECT (jsonb_populate_record(NULL::dw.fakta_indikator, to_jsonb(f) || jsonb_build_object(
        'valid_from', make_timestamptz(%(year)s, 1, 1, 0, 0, 0, 'UTC'),
        'valid_to', make_timestamptz(%(year)s, 12, 31, 23, 59, 59, 'UTC')
    ))).*
    FROM (SELECT * FROM dw.fakta_indikator WHERE valid_to = 'infinity' ORDER BY row_no, col_no LIMIT 1) AS f
"""


def ended_in(conn, *years) -> None:
    """Older versions of that figure, ended in these years."""
    for year in years:
        with conn, conn.cursor() as cursor:
            cursor.execute(OLDER, {"year": year})


def where(conn) -> dict[str, int]:
    return dict(ask(conn, "SELECT tableoid::regclass::text, count(*)::int FROM dw.fakta_indikator GROUP BY 1"))


def leaves(conn, name: str) -> list[str]:
    return [n for (n,) in ask(conn, "SELECT relid::regclass::text FROM pg_partition_tree(%s) WHERE isleaf", name)]


def test_a_revision_moves_what_was_said_into_the_year_in_which_it_ended(conn):
    revised(conn)
    ((year,),) = ask(conn, "SELECT extract(year FROM now() AT TIME ZONE 'UTC')::int")
    assert where(conn) == {"dw.fakta_indikator_kini": 2, f"dw.fakta_indikator_riwayat_{year}": 1}
    assert run_checks(conn) == []


@pytest.mark.parametrize("table", TABLES)
def test_this_year_and_the_next_are_ready(conn, table):
    ((year,),) = ask(conn, "SELECT extract(year FROM now() AT TIME ZONE 'UTC')::int")
    assert {f"{table}_riwayat_{year}", f"{table}_riwayat_{year + 1}", f"{table}_riwayat_lain"} <= set(
        leaves(conn, table)
    )


def test_a_year_is_made_once_and_takes_what_was_waiting_for_it(conn):
    revised(conn)
    ended_in(conn, *YEARS)
    assert where(conn)["dw.fakta_indikator_riwayat_lain"] == len(YEARS)
    before = ask(conn, "SELECT t::text FROM dw.fakta_indikator AS t ORDER BY 1")
    assert ask(conn, "SELECT dw.siapkan_partisi_riwayat(2015)") == [(3,)], "one for each fact"
    assert ask(conn, "SELECT dw.siapkan_partisi_riwayat(2015)") == [(0,)]
    assert where(conn)["dw.fakta_indikator_riwayat_lain"] == len(YEARS) - 1
    assert where(conn)["dw.fakta_indikator_riwayat_2015"] == 1
    assert ask(conn, "SELECT t::text FROM dw.fakta_indikator AS t ORDER BY 1") == before


def test_a_year_is_the_same_wherever_it_is_made(conn):
    """Years are counted in UTC, not by the clock of the session that makes the partition."""
    revised(conn)
    ended_in(conn, 2015)
    ask(conn, "SET timezone = 'Asia/Makassar'")
    ask(conn, "SELECT dw.siapkan_partisi_riwayat(2015), dw.siapkan_partisi_riwayat(2016)")
    assert where(conn)["dw.fakta_indikator_riwayat_2015"] == 1


def test_the_loader_prepares_years_and_nobody_else_does(conn, warehouse_dsn):
    def as_role(role):
        with conn, conn.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}; SELECT dw.siapkan_partisi_riwayat(2040)")
            return cursor.fetchone()

    with pytest.raises(errors.InsufficientPrivilege):
        as_role("portal_reader")
    assert as_role("satudata_loader") == (3,)
    ((owner,),) = ask(conn, "SELECT DISTINCT tableowner FROM pg_tables WHERE tablename LIKE '%%riwayat_2040'")
    assert owner == "satudata_owner"
    revised(conn)
    ended_in(conn, 2040)
    with conn, conn.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE satudata_loader; SELECT count(*) FROM dw.fakta_indikator_riwayat_2040")
        assert cursor.fetchone() == (1,)


def test_readers_of_what_is_current_do_not_wait_while_a_year_is_made(conn, warehouse_dsn):
    revised(conn)
    other = connect(warehouse_dsn)
    with conn.cursor() as cursor:
        cursor.execute("SELECT dw.siapkan_partisi_riwayat(2041)")  # and its transaction stays open
        reader = other.cursor()
        reader.execute("SET lock_timeout = '1s'; SELECT count(*) FROM portal.nilai")
        assert reader.fetchone() == (2,)
    other.close()
    conn.rollback()


def test_two_who_make_the_same_year_wait_for_one_another(conn, warehouse_dsn):
    made = []

    def make():
        mine = connect(warehouse_dsn)
        made.extend(ask(mine, "SELECT dw.siapkan_partisi_riwayat(2042)"))
        mine.close()

    workers = [threading.Thread(target=make) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(made) == [(0,), (0,), (0,), (3,)]


# ── what the planner makes of it ─────────────────────────────────────────────────────────────────────────────────────


def plan(conn, text: str, *values: object) -> str:
    with conn, conn.cursor() as cursor:
        cursor.execute(f"EXPLAIN {text}", values or None)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_what_is_current_is_read_from_its_partition_alone(conn):
    revised(conn)
    assert "riwayat" not in plan(conn, "SELECT * FROM dw.fakta_indikator WHERE valid_to = 'infinity'")


def test_as_of_a_date_passes_by_the_years_that_ended_before_it(conn):
    revised(conn)
    for year in YEARS:
        ask(conn, "SELECT dw.siapkan_partisi_riwayat(%s)", year)
    said = plan(conn, "SELECT * FROM dw.fakta_indikator WHERE valid_from <= '2019-06-01' AND valid_to > '2019-06-01'")
    assert "riwayat_2014" not in said and "riwayat_2015" not in said
    assert "riwayat_2019" in said and "riwayat_2023" in said


MANY = """
    INSERT INTO dw.fakta_indikator (
        indikator_id, wilayah_id, periode_id, rincian_id, nilai, submission_id, sheet_no, row_no, col_no
    )
    SELECT 1000 + i, w, p, 1, 1, 1, 0, w, p
    FROM generate_series(1, 400) AS i, generate_series(1, 30) AS w, generate_series(1, 10) AS p;
    INSERT INTO dw.dim_indikator
        (indikator_id, kode, dataset, nama, konsep, definisi, satuan, arah, dapat_dijumlah)
    SELECT 1000 + i, 'uji.' || i, 'uji.' || i, '-', '-', '-', '-', 'netral', true FROM generate_series(1, 400) AS i;
    ANALYZE dw.fakta_indikator, dw.dim_indikator
"""


def many(conn) -> None:
    """120,000 figures of 400 indicators, so that reading everything would be the wrong plan."""
    ask(conn, MANY)


def test_the_merge_finds_a_datasets_figures_by_their_key(conn):
    many(conn)
    given = {"kabkota": "64.08", "indikator": [1007], "all_periods": False, "periods": [4]}
    with conn.cursor() as cursor:
        asked = cursor.mogrify(FACTS["indikator"].statement("load/figures.sql#current"), given).decode()
    said = plan(conn, asked)
    assert "fakta_indikator_kini_pkey" in said and "Seq Scan" not in said
    (key,) = [line for line in said.splitlines() if "Index Cond" in line]
    assert "indikator_id" in key and "periode_id" in key, "only the submission's own periods are read"


def test_joined_from_its_indicator_a_figure_is_found_by_key_and_not_by_reading_everything(conn):
    many(conn)
    said = plan(
        conn,
        "SELECT * FROM dw.fakta_indikator AS f JOIN dw.dim_indikator AS i"
        " ON i.kode_kabkota = f.kode_kabkota AND i.indikator_id = f.indikator_id"
        " WHERE i.dataset = 'uji.7' AND f.valid_to = 'infinity'",
    )
    assert "fakta_indikator_kini_pkey" in said and "Seq Scan on fakta" not in said


# ── what stands in the way of a mistake ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FACTS)
def test_a_figure_has_one_current_version_and_the_key_says_so(conn, name):
    fact = FACTS[name]
    keys = ask(
        conn,
        "SELECT t.relid::regclass::text, array_agg(a.attname::text ORDER BY a.attname)"
        " FROM pg_partition_tree(%s) AS t JOIN pg_index AS i ON i.indrelid = t.relid AND i.indisprimary"
        " JOIN pg_attribute AS a ON a.attrelid = t.relid AND a.attnum = ANY(i.indkey) WHERE t.isleaf GROUP BY 1",
        fact.table,
    )
    identity = sorted(["kode_kabkota", *fact.ids])
    assert {table for table, _ in keys} == set(leaves(conn, fact.table))
    for table, columns in keys:
        assert columns == (identity if table.endswith("_kini") else sorted([*identity, "valid_to"])), table


def test_the_large_tables_are_looked_after_before_a_fifth_of_them_changed(conn):
    tables = "SELECT oid::regclass::text, reloptions FROM pg_class WHERE relname IN ('fakta_indikator_kini', 'figur')"
    options = dict(ask(conn, tables))
    assert "autovacuum_vacuum_scale_factor=0.02" in options["dw.fakta_indikator_kini"]
    assert "autovacuum_vacuum_scale_factor=0.05" in options["staging.figur"]


def test_a_year_begun_by_one_indicator_is_not_taken_to_be_all_of_it(conn):
    ask(conn, "SELECT dw.siapkan_partisi_riwayat(2015)")
    told = ask(
        conn,
        "SELECT DISTINCT a.attoptions FROM pg_inherits AS h JOIN pg_attribute AS a ON a.attrelid = h.inhrelid "
        "WHERE h.inhparent = 'dw.fakta_indikator_riwayat'::regclass AND a.attname = 'indikator_id'",
    )
    assert told == [(["n_distinct=5000"],)]
