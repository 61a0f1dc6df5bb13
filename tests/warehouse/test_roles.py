"""Who may read what, asked as each of them: a portal, the walidata, two agencies, and a login that is nobody's."""

from __future__ import annotations

import pandas as pd
import psycopg2
import pytest
from psycopg2 import errors

from etl.load.readers import create_reader
from etl.load.submission import load
from etl.load.warehouse import connect
from tests.warehouse.tidy_data import bad, contract, loaded, received, result, sync, tidy

OURS = contract("dinkes.faskes")
THEIRS = contract(
    "dukcapil.penduduk",
    indikator={
        f"penduduk.{name}": {"nama": f"Penduduk {name}", "konsep": "k", "definisi": "d", "satuan": "orang"}
        for name in ("puskesmas", "pustu")
    },
)
"""Another agency's; what it states has a name of its own, or reconciliation would tell each of the other."""
CLOSED = contract("dinkes.rahasia", access="terbatas", access_ground="UU 14/2008 Ps 17")


def prepared(conn, by, path, marker):
    """Released, waiting and quarantined submissions of one dataset; `marker` stands among its numbers."""
    rows = [("64.08.01", "2024", marker[0], "12"), ("64.08.02", "2024", "13", marker[:2])]
    loaded(conn, by, tidy(rows, by), path=path, content=f"{marker} 1")
    waiting = tidy([("64.08.01", "2024", marker, "12"), rows[1]], by)
    loaded(conn, by, waiting, path=path, content=marker, release_by=None)
    number = received(conn, by, path=f"{by.skpd}/{marker}.xlsx", content=f"{marker} 2")
    load(conn, number, by, tidy(rows, by), [result(bad([2]))], pd.Index([2]), [], release_by="aturan otomatis")


@pytest.fixture(scope="module")
def dsn(module_warehouse_dsn):
    conn = connect(module_warehouse_dsn)
    sync(conn, OURS, THEIRS, CLOSED)
    prepared(conn, OURS, "dinkes/faskes.xlsx", "101")
    prepared(conn, THEIRS, "dukcapil/penduduk.xlsx", "202")
    loaded(conn, CLOSED, tidy([("64.08", "2024", "77", "78")], CLOSED), path="dinkes/rahasia.xlsx")
    create_reader(conn, "uji_portal", "sandi")
    create_reader(conn, "uji_walidata", "sandi", "walidata")
    create_reader(conn, "uji_dinkes", "sandi", "produsen", "dinkes")
    create_reader(conn, "uji_dukcapil", "sandi", "produsen", "dukcapil")
    with conn, conn.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS uji_tanpa_skpd")
        cursor.execute("CREATE ROLE uji_tanpa_skpd LOGIN PASSWORD 'sandi' IN ROLE produsen_reader")
    conn.close()
    return module_warehouse_dsn


@pytest.fixture
def login(dsn):
    """Connects as one of them."""
    opened = []

    def go(name):
        conn = psycopg2.connect(dsn, user=f"uji_{name}", password="sandi")
        conn.autocommit = True
        opened.append(conn)
        return conn

    yield go
    for conn in opened:
        conn.close()


def ask(conn, text):
    with conn.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def relations(dsn):
    with psycopg2.connect(dsn) as conn:
        return [
            name
            for (name,) in ask(
                conn,
                "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'v') "
                "AND c.relnamespace::regnamespace::text IN ('audit', 'dw', 'staging', 'portal', 'produsen')",
            )
        ]


def readable(conn, names):
    found = {}
    for name in names:
        try:
            found[name] = ask(conn, f"SELECT v::text FROM {name} AS v")
        except errors.InsufficientPrivilege:
            continue
    return found


# ── a produsen ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_produsen_reads_its_own_submissions_everywhere_and_no_others(dsn, login):
    for mine, marker, other in (("dinkes", "101", "202"), ("dukcapil", "202", "101")):
        found = readable(login(mine), relations(dsn))
        own = {name: lines for name, lines in found.items() if not name.startswith("portal.")}
        assert set(own) >= {"audit.submission", "produsen.kiriman", "produsen.temuan", "produsen.angka_menunggu"}
        assert {name.split(".")[0] for name in own} == {"audit", "produsen"}
        for name, lines in own.items():
            assert lines, f"{name} shows nothing: it would prove nothing"
            told = " ".join(line for (line,) in lines)
            assert other not in told.split(",") and f"{other}.xlsx" not in told, name
            assert ("dukcapil" if mine == "dinkes" else "dinkes") not in told, name
        assert any(marker in line for (line,) in own["produsen.angka_menunggu"])
        assert {name for name in found if name.startswith("audit.")} == {"audit.submission"}


def test_a_login_of_no_agency_reads_no_submission(dsn, login):
    found = readable(login("tanpa_skpd"), [name for name in relations(dsn) if not name.startswith("portal.")])
    assert set(found) >= {"audit.submission", "produsen.kiriman"}
    assert [name for name, lines in found.items() if lines] == []


TRICKS = [
    "SELECT count(*) FROM audit.submission WHERE 1 / (id - {theirs}) IS NULL",
    "SELECT count(*) FROM produsen.kiriman WHERE 1 / (kiriman - {theirs}) IS NULL",
    "SELECT count(*) FROM produsen.temuan WHERE 1 / (kiriman - {theirs}) IS NULL",
    "SELECT count(*) FROM produsen.angka_menunggu WHERE 1 / (nilai - 202) IS NULL",
    "SELECT count(*) FROM produsen.karantina WHERE (isi ->> 'puskesmas')::numeric / (kiriman - {theirs}) IS NULL",
    "SELECT count(*) FROM produsen.pemeriksaan WHERE 1 / (kiriman - {theirs}) IS NULL",
    "SELECT count(*) FROM produsen.keputusan WHERE 1 / (kiriman - {theirs}) IS NULL",
    "SELECT count(*) FROM produsen.perubahan WHERE 1 / (kiriman - {theirs}) IS NULL OR 1 / (nilai_baru - 202) IS NULL",
]
PLANS = [
    "SELECT 1",
    "SET enable_nestloop = off",
    "SET enable_hashjoin = off; SET enable_mergejoin = off",
    "SET join_collapse_limit = 1",
]


@pytest.mark.parametrize("plan", PLANS)
def test_an_error_message_tells_nothing_of_others(dsn, login, plan):
    """A condition that fails on another agency's row would tell that it is there: it is never tried on one."""
    with psycopg2.connect(dsn) as owner:
        theirs = ask(owner, "SELECT max(submission_id) FROM audit.finding WHERE submission_id IN "
            "(SELECT id FROM audit.submission WHERE skpd = 'dukcapil')")[0][0]  # fmt: skip
    conn = login("dinkes")
    with conn.cursor() as cursor:
        cursor.execute(plan)
    for trick in TRICKS:
        ask(conn, trick.format(theirs=theirs))


def test_a_produsen_cannot_become_another(login):
    conn = login("dinkes")
    for attempt in (
        "SET ROLE uji_dukcapil",
        "SET SESSION AUTHORIZATION uji_dukcapil",
        "SET ROLE satudata_owner",
        "UPDATE audit.account SET skpd = 'dukcapil'",
        "INSERT INTO audit.account VALUES ('uji_dinkes', 'dukcapil')",
        "ALTER TABLE audit.submission DISABLE ROW LEVEL SECURITY",
        "CREATE FUNCTION portal.skpd_saya() RETURNS text LANGUAGE sql AS $$ SELECT 'dukcapil' $$",
    ):
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            ask(conn, f"SET default_transaction_read_only = off; {attempt}")
    with pytest.raises(errors.InsufficientPrivilege):
        ask(conn, "SET row_security = off; SELECT * FROM audit.submission")
    conn.cursor().execute("SET ROLE produsen_reader")
    assert {dataset for (dataset,) in ask(conn, "SELECT dataset FROM audit.submission")} == {
        "dinkes.faskes",
        "dinkes.rahasia",
    }


# ── the public ───────────────────────────────────────────────────────────────────────────────────────────────────────

ON_A_DATE = ["portal.nilai_pada(now())", "portal.nilai_pada('dinkes.rahasia', now())"]


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(
    "source", ["portal.nilai", "portal.nilai_riwayat", "portal.asal_angka", "portal.revisi", *ON_A_DATE]
)
def test_a_restricted_number_is_told_by_no_error(login, source, plan):
    value = "nilai_lama" if source == "portal.revisi" else "nilai"
    conn = login("portal")
    with conn.cursor() as cursor:
        cursor.execute(plan)
    assert ask(conn, f"SELECT count(*) FROM {source} WHERE 1 / ({value} - 77) > 5") == [(0,)]
    assert ask(conn, f"SELECT count(*) FROM {source} WHERE indikator LIKE 'rahasia%' AND 1 / ({value} - 77) > 5") == [
        (0,)
    ]


def test_what_leaves_rows_out_for_secrecy_is_a_barrier(dsn):
    """Every view that reads a fact, a submission or a comparison itself; those built on such a view alone need none."""
    with psycopg2.connect(dsn) as conn:
        found = ask(
            conn,
            """SELECT DISTINCT c.relname
            FROM pg_depend AS d
            JOIN pg_rewrite AS r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
            JOIN pg_class AS c ON c.oid = r.ev_class
                AND c.relnamespace IN ('portal'::regnamespace, 'produsen'::regnamespace)
            JOIN pg_class AS t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
                AND t.relnamespace NOT IN ('portal'::regnamespace, 'produsen'::regnamespace)
            WHERE (t.relname LIKE 'angka\\_%' OR t.relname LIKE 'fakta\\_%' OR t.relname LIKE 'figur%'
                    OR t.relname IN ('submission', 'reconciliation', 'finding', 'quarantine'))
                AND c.relname <> 'mutu'
                AND NOT coalesce('security_barrier=true' = ANY(c.reloptions), false)""",
        )
    assert found == []


def test_readers_have_their_limits(login):
    limits = {name: ask(login(name), "SHOW statement_timeout")[0][0] for name in ("portal", "dinkes", "walidata")}
    assert limits == {"portal": "15s", "dinkes": "15s", "walidata": "5min"}
    conn = login("portal")
    conn.cursor().execute("SET statement_timeout = '50ms'")
    with pytest.raises(errors.QueryCanceled):
        ask(conn, "SELECT pg_sleep(2)")


def test_every_reader_may_ask_for_a_date(login):
    for name in ("portal", "walidata", "dinkes"):
        assert ask(login(name), "SELECT count(*) FROM portal.nilai_pada(now()) WHERE dataset = 'dinkes.faskes'") == [
            (4,)
        ]


# ── the walidata ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_walidata_reads_everything_and_writes_nothing(dsn, login):
    conn = login("walidata")
    names = relations(dsn)
    assert set(readable(conn, names)) == set(names)
    assert {skpd for (skpd,) in ask(conn, "SELECT skpd FROM audit.submission")} == {"dinkes", "dukcapil"}
    for attempt in (
        "DELETE FROM audit.submission",
        "UPDATE dw.dim_dataset SET akses = 'terbuka'",
        "CALL audit.drop_views()",
    ):
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            ask(conn, f"SET default_transaction_read_only = off; {attempt}")


def test_a_reader_that_becomes_another_kind_loses_what_it_was(dsn, login):
    conn = connect(dsn)
    create_reader(conn, "uji_ganti", "sandi", "produsen", "dinkes")
    assert ask(login("ganti"), "SELECT count(*) > 0 FROM produsen.kiriman") == [(True,)]
    create_reader(conn, "uji_ganti", "sandi", "portal")
    with pytest.raises(errors.InsufficientPrivilege):
        ask(login("ganti"), "SELECT count(*) FROM produsen.kiriman")
    assert ask(conn, "SELECT count(*) FROM audit.account WHERE login = 'uji_ganti'") == [(0,)]
    conn.commit()
    for kind, skpd in (("produsen", None), ("portal", "dinkes"), ("tamu", None), ("produsen", "tidak_ada")):
        with pytest.raises(ValueError):
            create_reader(conn, "uji_ganti", "sandi", kind, skpd)
    conn.close()
