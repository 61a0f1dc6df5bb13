"""Migrations, code lists and roles: what every later statement rests on."""

from __future__ import annotations

import csv
import shutil
import threading

import psycopg2
import pytest

from etl.findings import SourceUnavailable
from etl.load.dimensions import read_regions
from etl.load.migrate import MigrationFailed, migrate
from etl.load.readers import create_reader
from etl.load.reference import seed
from etl.load.warehouse import connect
from etl.services import postgres
from etl.settings import WAREHOUSE_SQL
from tests.warehouse.tidy_data import contract, loaded, sync, tidy


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    yield conn
    conn.close()


@pytest.fixture
def empty_dsn(postgres_dsn):
    """A database without anything of ours."""
    yield postgres.create_database(postgres_dsn, "kosong")
    server = psycopg2.connect(postgres_dsn)
    server.autocommit = True
    server.cursor().execute("DROP DATABASE kosong WITH (FORCE)")
    server.close()


def ask(conn, text, *values):
    with conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall()


# ── migrations ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_migrating_and_seeding_again_changes_nothing(conn):
    before = ask(conn, "SELECT xmin, ctid, * FROM dw.dim_wilayah ORDER BY wilayah_id")
    assert migrate(conn) == []
    seed(conn)
    assert ask(conn, "SELECT xmin, ctid, * FROM dw.dim_wilayah ORDER BY wilayah_id") == before


def test_two_migrations_at_once_wait_for_one_another(empty_dsn):
    applied, errors = [], []

    def go():
        try:
            conn = connect(empty_dsn)
            applied.append(migrate(conn))
            conn.close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert sorted(map(len, applied)) == [0, 0, 0, len(list((WAREHOUSE_SQL / "migrations").glob("*.sql"))) + 1]


def test_an_applied_migration_must_not_change(conn, tmp_path):
    folder = tmp_path / "warehouse_sql"
    shutil.copytree(WAREHOUSE_SQL, folder)
    file = folder / "migrations" / "0002_dimensions.sql"
    file.write_text(file.read_text() + "-- satu baris lagi\n")
    with pytest.raises(MigrationFailed, match="0002_dimensions"):
        migrate(conn, folder)


def test_a_failing_migration_leaves_nothing_behind(conn, tmp_path):
    folder = tmp_path / "warehouse_sql"
    shutil.copytree(WAREHOUSE_SQL, folder)
    number = len(list((folder / "migrations").glob("*.sql"))) + 1
    (folder / "migrations" / f"{number:04d}_rusak.sql").write_text("CREATE TABLE dw.setengah (a int); SELECT 1 / 0;")
    with pytest.raises(MigrationFailed, match="rusak"):
        migrate(conn, folder)
    assert ask(conn, "SELECT to_regclass('dw.setengah')") == [(None,)]
    assert migrate(conn) == [], "the lock was given back and the warehouse still works"


def test_a_gap_in_the_numbers_is_refused(conn, tmp_path):
    folder = tmp_path / "warehouse_sql"
    shutil.copytree(WAREHOUSE_SQL, folder)
    (folder / "migrations" / "0099_lompat.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationFailed, match="tidak berurutan"):
        migrate(conn, folder)


def test_changed_views_are_made_anew(conn, tmp_path):
    folder = tmp_path / "warehouse_sql"
    shutil.copytree(WAREHOUSE_SQL, folder)
    (folder / "portal" / "10_wilayah.sql").write_text("CREATE VIEW portal.wilayah AS SELECT kode FROM dw.dim_wilayah;")
    assert migrate(conn, folder) == ["portal"]
    assert ask(conn, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'wilayah'") == [(1,)]


def test_an_unreachable_server_is_worth_another_try(tmp_path):
    with pytest.raises(SourceUnavailable, match="Tindakan") as caught:
        connect(f"host={tmp_path} dbname=x password=rahasia")
    assert "rahasia" not in str(caught.value)


# ── code lists ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_regency_is_complete(conn):
    levels = dict(ask(conn, "SELECT tingkat, count(*) FROM portal.wilayah WHERE kode LIKE '64.08%' GROUP BY 1"))
    assert levels == {"kabupaten": 1, "kecamatan": 18, "desa": 139, "kelurahan": 2}
    assert ask(conn, "SELECT count(*) FROM portal.skpd") == [(55,)]
    assert ask(conn, "SELECT count(*) FROM dw.dim_urusan WHERE kode <> '?'") == [(50,)]
    assert ask(conn, "SELECT count(*) FROM dw.satuan") == [(171,)]


def test_the_two_code_systems_are_not_joined_by_dropping_dots(conn):
    codes = dict(ask(conn, "SELECT kode, kode_bps FROM portal.wilayah WHERE tingkat = 'kabupaten'"))
    assert codes["64.08"] == "6404"
    assert codes["64.03"] == "6405", "Berau"
    assert codes["64.02"] == "6403", "Kutai Kartanegara"


def test_marks_of_doubt_are_kept(conn):
    doubts = ask(conn, "SELECT count(*) FROM dw.wilayah_alias WHERE keyakinan IN ('dibentuk', 'sedang', 'rendah')")
    assert doubts[0][0] > 90
    assert ask(conn, "SELECT kode FROM dw.wilayah_alias WHERE alias = 'Sangatta'") == [("",)]
    assert ask(conn, "SELECT count(*) FROM dw.dim_skpd WHERE keyakinan_urusan LIKE '%perlu dikonfirmasi%'")[0][0] > 30


def test_the_transforms_get_regions_and_aliases(conn):
    regions = read_regions(conn)
    found = regions.match(["Kongbeng", "Kec. Muara Wahau", "Sangatta"], "nama", "kecamatan")
    assert [answer.kode for answer in found] == ["64.08.08", "64.08.02", None]


def test_a_corrected_list_corrects_the_dimension_and_keeps_its_ids(conn, tmp_path):
    before = ask(conn, "SELECT wilayah_id FROM dw.dim_wilayah WHERE kode = '64.08.08'")
    with (WAREHOUSE_SQL / "reference" / "wilayah.csv").open(encoding="utf-8") as stream:
        lines = list(csv.reader(stream))
    row = next(line for line in lines if line[0] == "64.08.08")
    row[2] = "Kongbeng"
    with (tmp_path / "wilayah.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    seed(conn, tmp_path)
    assert ask(conn, "SELECT wilayah_id, nama FROM dw.dim_wilayah WHERE kode = '64.08.08'") == [
        (before[0][0], "Kongbeng")
    ]


def test_a_ragged_list_is_refused_whole(conn, tmp_path):
    (tmp_path / "satuan.csv").write_text("satuan,varian,sumber,keyakinan\nBaru,,x,tinggi\nRusak,,x\n")
    with pytest.raises(ValueError, match=r"\[3\]"):
        seed(conn, tmp_path)
    assert ask(conn, "SELECT count(*) FROM dw.satuan WHERE satuan = 'Baru'") == [(0,)]


def test_a_figure_points_to_the_region_version_of_its_time(conn, tmp_path):
    (tmp_path / "wilayah.csv").write_text(
        "kode,kode_bps,nama,tingkat,induk,berlaku_dari,berlaku_sampai,sumber,keyakinan\n"
        "64.08.90,,Lama,kecamatan,64.08,,2020-07-01,uji,tinggi\n"
        "64.08.90,,Baru,kecamatan,64.08,2020-07-01,,uji,tinggi\n"
    )
    seed(conn, tmp_path)
    by = contract()
    sync(conn, by)
    loaded(conn, by, tidy([("64.08.90", "2019", "1", "1"), ("64.08.90", "2020", "2", "2")]))
    shown = ask(conn, "SELECT DISTINCT periode, nama_wilayah FROM portal.nilai ORDER BY 1")
    assert shown == [("2019", "Lama"), ("2020", "Baru")]


# ── roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def reader(conn, warehouse_dsn):
    by = contract()
    sync(conn, by)
    loaded(conn, by, tidy([("64.08.01", "2024", "1", "2")]))
    migrate(conn)
    create_reader(conn, "portal_uji", "sandi")
    reader = psycopg2.connect(warehouse_dsn, user="portal_uji", password="sandi")
    reader.autocommit = True
    yield reader
    reader.close()


def test_the_reader_reads_every_portal_view_and_nothing_else(conn, reader):
    relations = ask(
        conn,
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'pg_temp')",
    )
    allowed, refused = [], []
    with reader.cursor() as cursor:
        for (name,) in relations:
            try:
                cursor.execute(f"SELECT * FROM {name} LIMIT 1")
                allowed.append(name)
            except psycopg2.errors.InsufficientPrivilege:
                refused.append(name)
    assert allowed, "nothing was readable: the test would prove nothing"
    assert {name.split(".")[0] for name in allowed} == {"portal"}
    assert {name.split(".")[0] for name in refused} == {"audit", "dw", "produsen", "staging"}
    assert not [name for name in refused if name.startswith("portal.")]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.milik_saya (a int)",
        "CREATE TEMP TABLE sementara (a int)",
        "SET default_transaction_read_only = off; DELETE FROM portal.kegiatan",
        "SET default_transaction_read_only = off; UPDATE portal.kegiatan SET nama = 'x'",
        "SET ROLE satudata_loader",
        "SET ROLE satudata_owner",
        "COPY (SELECT 1) TO '/tmp/bocor'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT nilai FROM dw.fakta_indikator_kini",
    ],
)
def test_the_reader_can_do_nothing_else(reader, statement):
    with (
        reader.cursor() as cursor,
        pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)),
    ):
        cursor.execute(statement)


def test_the_reader_has_limits_and_an_unreadable_password(conn, reader):
    with reader.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchall() == [("15s",)]
        cursor.execute("SELECT count(*) FROM nilai")
        assert cursor.fetchall() == [(2,)]
    stored = ask(conn, "SELECT rolpassword FROM pg_authid WHERE rolname = 'portal_uji'")
    assert stored[0][0].startswith("SCRAM-SHA-256$")


def test_the_loader_can_load_without_being_owner(conn, warehouse_dsn):
    by = contract()
    sync(conn, by)
    migrate(conn)
    with conn, conn.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS pemuat_uji")
        cursor.execute("CREATE ROLE pemuat_uji LOGIN IN ROLE satudata_loader")
    other = connect(psycopg2.extensions.make_dsn(warehouse_dsn, user="pemuat_uji"))
    try:
        sync(other, by)
        _, counts = loaded(other, by, tidy([("64.08.01", "2024", "1", "2")]))
        assert counts.status == "dirilis"
        _, counts = loaded(other, by, tidy([("64.08.01", "2024", "3", "2")]), content="b")
        assert counts.changed == 1
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), other, other.cursor() as cursor:
            cursor.execute("DROP TABLE dw.fakta_indikator")
    finally:
        other.close()


def test_restricted_datasets_show_no_figure(conn):
    by = contract(access="terbatas", access_ground="UU 14/2008 Ps 17")
    sync(conn, by)
    loaded(conn, by, tidy([("64.08.01", "2024", "1", "2")]))
    assert ask(conn, "SELECT akses FROM portal.dataset") == [("terbatas",)]
    for view in ("nilai", "nilai_riwayat", "asal_angka", "rilis"):
        assert ask(conn, f"SELECT count(*) FROM portal.{view}") == [(0,)], view
