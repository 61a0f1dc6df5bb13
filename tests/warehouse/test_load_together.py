"""Loads at the same time, and loads that break off: the old state or the new one, one after the other."""

from __future__ import annotations

import threading

import pandas as pd
import psycopg2
import pytest

from etl.findings import SourceUnavailable
from etl.load.checks import run_checks
from etl.load.submission import load
from etl.load.warehouse import connect
from tests.warehouse.loads import BY, FIRST, ask, everything, rows_of
from tests.warehouse.tidy_data import bad, contract, loaded, received, result, revised, sync, tidy


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    yield conn
    conn.close()


@pytest.fixture
def another(conn, warehouse_dsn):
    other = connect(warehouse_dsn)
    yield other
    other.close()


@pytest.mark.parametrize("table", ["dw.fakta_indikator_kini", "audit.quarantine", "audit.release", "audit.finding"])
def test_a_failure_anywhere_leaves_the_old_state(conn, table):
    loaded(conn, BY, FIRST)
    submission_id = received(conn, BY, content="b")
    with conn, conn.cursor() as cursor:
        cursor.execute("CREATE FUNCTION public.rusak() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''x''; END'")
        cursor.execute(f"CREATE TRIGGER rusak BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION public.rusak()")
    before = everything(conn)
    with pytest.raises(psycopg2.Error):
        load(
            conn, submission_id, BY, revised(FIRST, 3, "40"), [result(bad([2]))], pd.Index([2]), [], release_by="aturan"
        )
    assert everything(conn) == before
    with conn, conn.cursor() as cursor:
        cursor.execute("DROP FUNCTION public.rusak CASCADE")
    counts = load(
        conn, submission_id, BY, revised(FIRST, 3, "40"), [result(bad([2]))], pd.Index([2]), [], release_by="aturan"
    )
    assert (counts.status, counts.loaded, counts.quarantined) == ("dirilis", 1, 1)


def test_a_connection_lost_midway_leaves_the_old_state(conn, another):
    loaded(conn, BY, FIRST)
    submission_id = received(conn, BY, content="b")
    before = everything(conn)
    with another, another.cursor() as cursor:
        cursor.execute("LOCK TABLE audit.release IN ACCESS EXCLUSIVE MODE")
        pid = conn.info.backend_pid
        errors = []
        thread = threading.Thread(target=_load_into, args=(conn, submission_id, errors))
        thread.start()
        _until_waiting(another, pid)
        cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
        thread.join(30)
    assert isinstance(errors[0], SourceUnavailable)
    assert "Tindakan" in str(errors[0])
    assert everything(another) == before


def _load_into(conn, submission_id, errors):
    try:
        load(conn, submission_id, BY, revised(FIRST, 3, "40"), [], pd.Index([]), [], release_by="aturan otomatis")
    except Exception as error:
        errors.append(error)


def _until_waiting(conn, pid):
    with conn.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", (pid,))
            if cursor.fetchone() == ("Lock",):
                return
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
    pytest.fail("the load never reached the lock")


def test_two_loads_of_one_dataset_follow_one_another(conn, another, warehouse_dsn):
    """The second began before the first committed: its versions must still begin where the first's end."""
    loaded(conn, BY, FIRST)
    first, second = received(conn, BY, "dinkes/a.xlsx", "b"), received(conn, BY, "dinkes/b.xlsx", "c")
    third = connect(warehouse_dsn)
    errors = []
    with another, another.cursor() as cursor:
        cursor.execute("LOCK TABLE audit.release IN ACCESS EXCLUSIVE MODE")
        threads = [
            threading.Thread(target=_change, args=(connection, submission_id, value, errors))
            for connection, submission_id, value in ((conn, first, "40"), (third, second, "41"))
        ]
        for thread, connection in zip(threads, (conn, third), strict=True):
            thread.start()
            _until_waiting(another, connection.info.backend_pid)
    for thread in threads:
        thread.join(30)
    third.close()
    assert errors == []
    assert run_checks(conn) == []
    values = ask(
        conn,
        "SELECT nilai FROM portal.nilai_riwayat WHERE wilayah = '64.08.02' AND indikator = 'faskes.puskesmas' "
        "ORDER BY berlaku_dari",
    )
    assert len(values) == 3
    assert values[0] == (4,)


def _change(conn, submission_id, value, errors):
    try:
        load(conn, submission_id, BY, revised(FIRST, 3, value), [], pd.Index([]), [], release_by="aturan otomatis")
    except Exception as error:
        errors.append(error)


def test_loads_of_different_datasets_do_not_wait(conn, another):
    lain = contract("dukcapil.faskes2", producer="dukcapil")
    sync(conn, lain)
    with conn, conn.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('satudata:' || %s, 0))", (BY.id,))
        _, counts = loaded(another, lain, tidy(rows_of("2024", 2), by=lain))
        assert counts.loaded == 2


def test_a_load_inside_another_transaction_is_refused(conn):
    submission_id = received(conn, BY)
    with conn.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(RuntimeError, match="transaksi"):
        load(conn, submission_id, BY, FIRST, [], pd.Index([]), [])
