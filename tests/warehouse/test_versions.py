"""Warehouses of every earlier version, with data in them, brought up to date: nothing said before is said otherwise."""

from __future__ import annotations

import gzip
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg2
import pytest

from etl.load.checks import run_checks
from etl.load.migrate import migrate
from etl.load.reference import seed
from etl.load.warehouse import connect, sql
from etl.pipeline import decide
from etl.services import postgres
from etl.settings import PROJECT, WAREHOUSE_SQL
from tests.warehouse.regency import KECAMATAN, Regency

DUMPS = Path(__file__).with_name("versions")
VERSIONS = sorted(path.name.removesuffix(".sql.gz") for path in DUMPS.glob("*.sql.gz"))
MIGRATIONS = sorted(path.name for path in (WAREHOUSE_SQL / "migrations").glob("*.sql"))
GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}
_numbers = itertools.count(1)

SAID = {
    "nilai": "SELECT indikator, wilayah, periode, rincian, nilai, penanda, status_data, dirilis_pada FROM portal.nilai"
    " ORDER BY 1, 2, 3, 4",
    "riwayat": "SELECT indikator, wilayah, periode, nilai, berlaku_dari, berlaku_sampai FROM portal.nilai_riwayat"
    " ORDER BY 1, 2, 3, 5",
    "rilis": "SELECT dataset, dirilis_pada FROM portal.rilis ORDER BY 1, 2",
    "kiriman": "SELECT id, path, sha256, status, n_received, n_loaded, n_unchanged, n_quarantined, n_returned"
    " FROM audit.submission ORDER BY id",
    "keputusan": "SELECT * FROM audit.decision ORDER BY id",
    "menunggu": "SELECT submission_id, indikator_id, wilayah_id, periode_id, rincian_id, nilai FROM staging.figur"
    " ORDER BY 1, 2, 3, 4, 5",
}


def ask(dsn, text):
    conn = psycopg2.connect(dsn)
    try:
        with conn.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall()
    finally:
        conn.close()


def said(dsn):
    return {name: ask(dsn, query) for name, query in SAID.items()}


def restored(server, version):
    """The warehouse as that version left it, in a database of its own."""
    dsn = postgres.create_database(server, f"versi_{version}_{next(_numbers)}")
    conn = connect(dsn)
    with conn, conn.cursor() as cursor:
        cursor.execute(sql("roles.sql"))
    conn.close()
    subprocess.run(
        [str(postgres.BIN / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-d", dsn],
        input=gzip.decompress((DUMPS / f"{version}.sql.gz").read_bytes()),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return dsn


def brought_up_to_date(dsn):
    conn = connect(dsn)
    try:
        applied = migrate(conn)
        seed(conn)
        assert migrate(conn) == []
        return applied
    finally:
        conn.close()


@pytest.fixture(params=VERSIONS)
def old(request, postgres_dsn):
    return request.param, restored(postgres_dsn, request.param)


def test_a_dump_of_every_version_before_the_last_migrations_is_here():
    assert VERSIONS == ["0004", "0005"]


def test_what_was_said_before_is_said_after(old):
    version, dsn = old
    before = said(dsn)
    assert all(before.values()), "an empty warehouse would prove nothing"
    assert brought_up_to_date(dsn) == [*[name for name in MIGRATIONS if name[:4] > version], "portal"]
    assert said(dsn) == before
    conn = connect(dsn)
    assert run_checks(conn) == []
    conn.close()


def test_it_works_on_as_if_it_had_always_been_of_this_version(old, tmp_path):
    _, dsn = old
    brought_up_to_date(dsn)
    ((waiting,),) = ask(dsn, "SELECT id FROM audit.submission WHERE status = 'menunggu'")
    regency = Regency(tmp_path, dsn)
    decide(regency.settings, waiting, "dirilis", "Kepala Bidang Statistik", "Diperiksa dengan SKPD")
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.drop("puskesmas 2025.xlsx", {**GOOD, "Sangatta Utara": (5, 8)})
    outcomes = {outcome.label.split(": ")[1]: outcome for outcome in regency.go()}
    revision, new = outcomes["puskesmas 2023.xlsx"], outcomes["puskesmas 2025.xlsx"]
    assert (revision.status, revision.loaded, revision.unchanged) == ("dirilis", 1, 3), revision.findings
    assert (new.status, new.loaded) == ("dirilis", 4), new.findings
    figures = regency.figures()
    assert [figures[("64.08.02", year)] for year in ("2022", "2023", "2024", "2025")] == [2, 3, 2, 2]
    versions = regency.query(
        "SELECT nilai FROM portal.nilai_riwayat WHERE indikator = 'kesehatan.puskesmas' AND wilayah = '64.08.02'"
        " AND periode = '2023' ORDER BY berlaku_dari"
    )
    assert [int(nilai) for (nilai,) in versions] == [2, 9, 3]
    conn = connect(dsn)
    assert run_checks(conn) == []
    conn.close()


def test_every_portal_view_answers(old):
    _, dsn = old
    brought_up_to_date(dsn)
    views = [name for (name,) in ask(dsn, "SELECT viewname FROM pg_views WHERE schemaname = 'portal'")]
    assert {"nilai", "nilai_riwayat", "asal_angka", "rilis", "dataset", "indikator"} <= set(views)
    for view in views:
        ask(dsn, f'SELECT * FROM portal."{view}" LIMIT 5')


# ── while others read, and killed midway ─────────────────────────────────────────────────────────────────────────────


def test_readers_go_on_reading_while_a_migration_waits_for_one_of_them(postgres_dsn):
    dsn = restored(postgres_dsn, VERSIONS[0])
    slow = psycopg2.connect(dsn)
    slow.cursor().execute("SELECT count(*) FROM portal.nilai")  # and its transaction stays open
    done = []
    migration = threading.Thread(target=lambda: done.append(brought_up_to_date(dsn)))
    migration.start()
    longest = 0.0
    until = time.monotonic() + 4
    while time.monotonic() < until:
        began = time.monotonic()
        assert ask(dsn, "SELECT count(*) FROM portal.nilai")[0][0] > 0
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.05)
    assert done == [], "the slow reader was in nobody's way: the test would prove nothing"
    slow.close()
    migration.join(60)
    assert done and done[0][-1] == "portal"
    assert longest < 10, "a reader's statement_timeout is 15 seconds"


def test_a_migration_killed_midway_leaves_the_step_undone(postgres_dsn):
    dsn = restored(postgres_dsn, "0005")
    before = said(dsn)
    slow = psycopg2.connect(dsn)
    slow.cursor().execute("SELECT count(*) FROM dw.dim_indikator")  # altered late in 0006: killed with its half done
    imports = "import sys; from etl.load.migrate import migrate; from etl.load.warehouse import connect"
    code = f"{imports}; migrate(connect(sys.argv[1]))"
    process = subprocess.Popen([sys.executable, "-c", code, dsn], cwd=PROJECT, env={**os.environ, "PYTHONPATH": "."})
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while ask(dsn, waits) == [(0,)]:
        assert process.poll() is None, "it was not held up"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    slow.close()
    while ask(dsn, waits.replace("wait_event_type = 'Lock'", "pid <> pg_backend_pid()")) != [(0,)]:
        time.sleep(0.02)
    assert [name for (name,) in ask(dsn, "SELECT name FROM audit.migration ORDER BY 1")] == [*MIGRATIONS[:5], "portal"]
    assert ask(dsn, "SELECT to_regclass('dw.dim_kegiatan')") == [(None,)]
    assert said(dsn) == before
    assert brought_up_to_date(dsn)[0] == MIGRATIONS[5]
    assert said(dsn) == before
