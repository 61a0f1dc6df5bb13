"""The portal's interface is a promise to those who read it: every view, column, type and function, line by line.

portal_interface.csv keeps what was ever promised. An addition gets a line whose `sejak` is the version that brought it
(the second number of portal.versi raised). What goes or becomes another keeps its line, with the version at which it
went in `sampai` (the first number raised).
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import psycopg2
import pytest

from etl.load.migrate import MigrationFailed, migrate
from etl.load.warehouse import connect
from etl.settings import WAREHOUSE_SQL

PROMISED = Path(__file__).with_name("portal_interface.csv")
COLUMNS = """
SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'v' AND n.nspname IN ('portal', 'produsen')
UNION ALL
SELECT p.oid::regprocedure::text, '', pg_get_function_result(p.oid)
FROM pg_proc AS p
WHERE p.pronamespace = 'portal'::regnamespace
"""


def lines():
    with PROMISED.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def version(text):
    major, minor = text.split(".")
    return int(major), int(minor)


@pytest.fixture(scope="module")
def asked(module_warehouse_dsn):
    conn = psycopg2.connect(module_warehouse_dsn)
    conn.autocommit = True

    def ask(text):
        with conn.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall()

    yield ask
    conn.close()


def test_the_interface_is_what_was_promised(asked):
    now = set(asked(COLUMNS))
    promised = {(line["objek"], line["kolom"], line["tipe"]) for line in lines() if not line["sampai"]}
    gone, added = sorted(promised - now), sorted(now - promised)
    assert not gone, f"hilang atau berganti tipe: naikkan `utama` di 47_versi.sql dan isi `sampai` barisnya: {gone}"
    assert not added, f"baru: naikkan `tambahan` di 47_versi.sql dan tambahkan barisnya: {added}"


def test_the_version_follows_the_changes(asked):
    ((major, minor),) = asked("SELECT utama, tambahan FROM portal.versi")
    told = lines()
    last = max(version(text) for line in told for text in (line["sejak"], line["sampai"]) if text)
    assert (major, minor) == last, "portal.versi adalah versi perubahan terakhir pada daftar"
    for line in told:
        if line["sampai"]:
            assert version(line["sampai"])[0] > version(line["sejak"])[0], f"{line}: yang hilang menaikkan `utama`"


def test_everything_is_explained(asked):
    silent = asked(
        """SELECT c.oid::regclass FROM pg_class AS c
        WHERE c.relkind = 'v' AND c.relnamespace::regnamespace::text IN ('portal', 'produsen', 'dw')
            AND obj_description(c.oid) IS NULL
        UNION ALL
        SELECT a.attrelid::regclass FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relkind = 'v' AND c.relnamespace::regnamespace::text IN ('portal', 'produsen') AND a.attnum > 0
            AND col_description(a.attrelid, a.attnum) IS NULL"""
    )
    assert silent == []
    assert asked("SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'portal'::regnamespace "
        "AND obj_description(oid, 'pg_proc') IS NULL") == []  # fmt: skip


def test_the_word_list_has_no_word_for_what_does_not_exist(asked):
    text = (WAREHOUSE_SQL / "portal" / "90_kamus.sql").read_text(encoding="utf-8")
    words = {line.split('"')[1] for line in text.splitlines() if line.startswith('        "')}
    columns = {(name.split(".")[1], column) for name, column, _ in asked(COLUMNS) if column}
    known = {column for _, column in columns} | {f"{view}.{column}" for view, column in columns}
    assert sorted(words - known) == []


# ── made anew ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    yield conn
    conn.close()


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(WAREHOUSE_SQL, tmp_path / "warehouse_sql")
    return tmp_path / "warehouse_sql"


def ask(conn, text):
    with conn, conn.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall() if cursor.description else []


def test_an_added_column_leaves_what_others_built_and_were_granted(conn, folder):
    ask(conn, "CREATE VIEW public.laporan AS SELECT satuan FROM portal.satuan; DROP ROLE IF EXISTS pihak_lain")
    ask(conn, "CREATE ROLE pihak_lain; GRANT SELECT ON portal.satuan TO pihak_lain")
    view = folder / "portal" / "46_satuan.sql"
    view.write_text(view.read_text().replace("AS varian FROM", "AS varian, 1 AS no FROM"))
    assert migrate(conn, folder) == ["portal"]
    assert ask(conn, "SELECT max(no) FROM portal.satuan") == [(1,)]
    assert ask(conn, "SELECT count(*) > 0 FROM public.laporan") == [(True,)]
    assert ask(conn, "SELECT has_table_privilege('pihak_lain', 'portal.satuan', 'SELECT')") == [(True,)]


def test_a_column_that_goes_is_refused_while_others_use_it_and_named(conn, folder):
    ask(conn, "CREATE VIEW public.laporan AS SELECT varian FROM portal.satuan")
    view = folder / "portal" / "46_satuan.sql"
    view.write_text(view.read_text().split(", string_to_array")[0] + " FROM dw.satuan;")
    with pytest.raises(MigrationFailed, match="laporan"):
        migrate(conn, folder)
    assert ask(conn, "SELECT count(varian) > 0 FROM portal.satuan") == [(True,)], "nothing was lost"
    ask(conn, "DROP VIEW public.laporan")
    assert migrate(conn, folder) == ["portal"]
    assert ask(conn, "SELECT has_table_privilege('portal_reader', 'portal.satuan', 'SELECT')") == [(True,)]
    assert ask(conn, "SELECT has_function_privilege('portal_reader', 'portal.nilai_pada(timestamptz)', 'EXECUTE')") == [
        (True,)
    ]


def test_a_view_without_a_file_goes(conn, folder):
    (folder / "portal" / "44_rekonsiliasi.sql").unlink()
    mutu = folder / "portal" / "45_mutu.sql"
    mutu.write_text("CREATE VIEW portal.mutu AS SELECT 1 AS no; COMMENT ON VIEW portal.mutu IS 'x';")
    assert migrate(conn, folder) == ["portal"]
    assert ask(conn, "SELECT to_regclass('portal.rekonsiliasi')") == [(None,)]


def test_a_column_without_a_word_is_refused(conn, folder):
    view = folder / "portal" / "46_satuan.sql"
    view.write_text(view.read_text().replace("AS varian FROM", "AS varian, 1 AS bilangan_ajaib FROM"))
    with pytest.raises(MigrationFailed, match="bilangan_ajaib"):
        migrate(conn, folder)
