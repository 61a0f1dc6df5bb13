"""The kept tree of programmes is what the facts say: after releases, also two at once, and changes of a dimension."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from psycopg2 import errors

from etl.load.checks import run_checks
from etl.load.kept import refresh_all
from etl.load.migrate import migrate
from etl.load.reference import seed
from etl.load.release import release
from etl.load.warehouse import connect, transaction
from etl.services.maintenance import MaintenanceFailed, check
from etl.settings import Settings
from tests.warehouse.budget_data import SUB, Amount, budget, budget_contract, sync
from tests.warehouse.performance_data import Reached, performance, performance_contract
from tests.warehouse.tidy_data import loaded

LRA = budget_contract()
BUD = budget_contract("bpkad.bud", cumulative=True)
KINERJA = performance_contract()
OTHER = "1.02.02.2.01.0002"
GIVEN = [
    Amount("pagu", "2024", 1000, tahap="pokok"),
    Amount("pagu", "2024", 500, tahap="pokok", sub_kegiatan=OTHER),
    Amount("realisasi", "2024-01", 100),
    Amount("realisasi", "2024-02", 250),
    Amount("pagu", "2023", 70, tahap="pokok"),
]
ELSEWHERE = [Amount("pagu", "2024", 40, skpd="KT38", tahap="pokok")]
REACHED = [Reached("target", "2024", 200), Reached("capaian", "2024-Q1", 40), Reached("capaian", "2024-Q2", 60)]


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, LRA, BUD, KINERJA)
    yield conn
    conn.close()


def ask(conn, text, *values):
    with transaction(conn) as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else []


def released(conn, by, data, path="lra", content="a"):
    """Released by rule, or by the walidata where something disagrees with it."""
    number, counts = loaded(conn, by, data, path=path, content=content)
    if counts.status == "menunggu":
        counts = release(conn, number, "Siti", "Selisih sedang ditelusuri")
    assert counts.status == "dirilis"


def is_kept(conn):
    return "pohon_program_terkini" not in {broken.name for broken in run_checks(conn)}


def node(conn, column, kode=SUB, tahun=2024, skpd="KT20"):
    """The column of this node; None where the tree has no such node."""
    found = ask(
        conn, f"SELECT {column} FROM portal.program WHERE (skpd, tahun, kode) = (%s, %s, %s)", skpd, tahun, kode
    )
    assert len(found) <= 1
    return found[0][0] if found else None


# ── releases ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_release_by_rule_and_one_by_the_walidata_are_in_the_tree(conn):
    released(conn, LRA, budget(LRA, *GIVEN))
    assert node(conn, "pagu", kode="1.02.02") == 1500
    number, _ = loaded(conn, BUD, budget(BUD, Amount("realisasi", "2024-02", 240)), path="bud", release_by=None)
    assert node(conn, "realisasi") == 350, "what waits is in no tree"
    release(conn, number, "Siti", "Selisih sedang ditelusuri")
    assert node(conn, "realisasi") == 240
    released(conn, KINERJA, performance(KINERJA, *REACHED), path="e81")
    assert node(conn, "capaian_persen") == 30
    assert is_kept(conn)


def test_a_node_goes_with_its_last_figure(conn):
    released(conn, LRA, budget(LRA, *GIVEN))
    released(conn, LRA, budget(LRA, *GIVEN[:1], *GIVEN[2:]), content="b")
    assert node(conn, "pagu", kode=OTHER) is None
    assert node(conn, "pagu", kode="1.02.02") == 1000
    assert is_kept(conn)


def test_only_what_a_release_changes_is_written(conn):
    released(conn, LRA, budget(LRA, *GIVEN))
    released(conn, BUD, budget(BUD, *ELSEWHERE), path="bud")
    written = "SELECT tahun, skpd, kode, xmin::text FROM dw.rekap_program ORDER BY 1, 2, 3"
    before = ask(conn, written)
    released(conn, LRA, budget(LRA, *GIVEN[:3], GIVEN[3]._replace(nilai=260), GIVEN[4]), content="b")
    changed = {line[:3] for line in set(ask(conn, written)) - set(before)}
    assert changed == {(2024, "KT20", kode) for kode in (SUB, SUB[:12], SUB[:7])}
    assert is_kept(conn)


def test_two_releases_of_one_year_at_once_are_both_in_the_tree(conn, warehouse_dsn):
    """Both have written their figures, and neither sees the other's, when they come to the tree."""

    def send(by, data, path):
        own = connect(warehouse_dsn)
        try:
            return loaded(own, by, data, path=path)[1].status
        finally:
            own.close()

    holder = connect(warehouse_dsn)
    with ThreadPoolExecutor(2) as pool:
        with transaction(holder) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('satudata:rekap_program', 0))")
            sent = [
                pool.submit(send, LRA, budget(LRA, *GIVEN), "lra"),
                pool.submit(send, KINERJA, performance(KINERJA, *REACHED), "e81"),
            ]
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            deadline = time.monotonic() + 60
            while ask(conn, waiting) != [(2,)]:
                assert time.monotonic() < deadline, [one for one in sent if one.done()]
                time.sleep(0.02)
        assert [one.result(60) for one in sent] == ["dirilis", "dirilis"]
    holder.close()
    assert node(conn, "ARRAY[pagu, realisasi, capaian_persen]") == [1000, 350, 30]
    assert is_kept(conn)


# ── what the dimensions say ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_contract_changes_is_in_the_tree_at_once(conn):
    released(conn, LRA, budget(LRA, *GIVEN))
    sync(conn, budget_contract(cumulative=True), BUD, KINERJA)
    assert node(conn, "realisasi") == 250, "the last month holds those before it"
    sync(conn, budget_contract(access="terbatas", access_ground="UU 14/2008 Ps 17"), BUD, KINERJA)
    assert ask(conn, "SELECT count(*) FROM dw.rekap_program") == [(0,)], "kept nowhere, not merely unseen"
    sync(conn, LRA, BUD, KINERJA)
    assert node(conn, "realisasi") == 350
    sync(conn, BUD, KINERJA)
    assert node(conn, "pagu") is None, "the agency's catalogue no longer has the dataset"
    assert is_kept(conn)


LATER = "1.02.02.2.01.7777"
ADDED = (
    "INSERT INTO dw.dim_kegiatan (kode, tingkat, nama, induk, kode_sebelumnya, berlaku_dari, sumber, keyakinan) "
    f"VALUES ('%s', 'sub_kegiatan', 'Penerus', '{SUB[:12]}', %s, '2024-06-01', 'uji', 'rendah')"
)
SWAPPED = "UPDATE dw.skpd_register SET kode = CASE kode WHEN 'KT20' THEN 'KT38' ELSE 'KT20' END"


@pytest.mark.parametrize(
    ("change", "column", "was", "becomes"),
    [
        ("UPDATE dw.dim_dataset SET akses = 'terbatas' WHERE dataset = 'dinkes.lra'", "pagu", 1000, None),
        ("UPDATE dw.dim_indikator SET besaran = 'kas' WHERE kode = 'lra.realisasi'", "kas", None, 350),
        (SWAPPED, "sumber_realisasi", "bpkad.bud", "dinkes.lra"),
        ("UPDATE dw.dim_tolok_ukur SET dapat_dijumlah = true WHERE tolok_ukur_id > 1", "capaian_persen", 30, 50),
        (f"UPDATE dw.dim_kegiatan SET tingkat = 'program' WHERE kode = '{SUB}'", "tingkat", "sub_kegiatan", "program"),
        (f"UPDATE dw.dim_kegiatan SET nama = 'Nama lain' WHERE kode = '{SUB}'", "nama = 'Nama lain'", False, True),
        ("UPDATE dw.dim_skpd SET nama = 'Dinas Lain' WHERE kode = 'KT20'", "nama_skpd = 'Dinas Lain'", False, True),
        (ADDED % (LATER, f"'{SUB}'"), "kode_seri", SUB, LATER),
        (ADDED % (SUB, "NULL"), "nama = 'Penerus'", False, True),
        (f"UPDATE dw.dim_kegiatan SET kode_sebelumnya = '{SUB}' WHERE kode = '{OTHER}'", "kode_seri", SUB, OTHER),
    ],
    ids=["akses", "besaran", "produsen", "dapat_dijumlah", "tingkat", "nama kegiatan", "nama skpd",
         "penerus baru", "nama baru", "penerus"],
)  # fmt: skip
def test_the_tree_follows_whoever_changes_a_dimension(conn, change, column, was, becomes):
    released(conn, LRA, budget(LRA, *GIVEN))
    released(conn, KINERJA, performance(KINERJA, *REACHED), path="e81")
    released(conn, BUD, budget(BUD, Amount("realisasi", "2024-02", 240)), path="bud")
    assert node(conn, column) == was
    ask(conn, change)
    assert node(conn, column) == becomes
    assert is_kept(conn)


def test_a_list_that_learns_a_code_moves_its_node(conn, tmp_path):
    unlisted = "1.02.02.2.01.9999"
    released(conn, LRA, budget(LRA, *GIVEN[1:2], GIVEN[0]._replace(sub_kegiatan=unlisted)))
    header = "kode,tingkat,nama,induk,berlaku_dari,berlaku_sampai,sumber,keyakinan\n"
    line = f"{unlisted},sub_kegiatan,Baru dikenal,1.02.02.2.01,,,uji,tinggi\n"
    (tmp_path / "kegiatan.csv").write_text(header + line, encoding="utf-8")
    seed(conn, tmp_path)
    assert node(conn, "tingkat", kode=unlisted) == "sub_kegiatan"
    assert node(conn, "nama", kode=unlisted) == "Baru dikenal"
    assert node(conn, "pagu", kode="1.02.02") == 1500
    assert is_kept(conn)


# ── made anew ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_making_the_views_anew_fills_the_tree(conn):
    released(conn, LRA, budget(LRA, *GIVEN))
    ask(conn, "DELETE FROM dw.rekap_program")
    ask(conn, "CALL audit.drop_views()")
    ask(conn, "UPDATE dw.dim_dataset SET kumulatif = true WHERE dataset = 'dinkes.lra'")  # as a migration might
    assert migrate(conn) == ["portal"]
    assert node(conn, "realisasi") == 250
    assert is_kept(conn)


def test_it_is_told_how_much_of_the_tree_was_wrong(conn, warehouse_dsn, tmp_path):
    released(conn, LRA, budget(LRA, *GIVEN))
    ask(conn, "UPDATE dw.rekap_program SET pagu = 1 WHERE tingkat = 'program' AND tahun = 2024")
    with transaction(conn) as cursor:
        assert [refresh_all(cursor), refresh_all(cursor)] == [1, 0]
    ask(conn, "DELETE FROM dw.rekap_program")
    with pytest.raises(MaintenanceFailed, match="pohon_program_terkini"):
        check(Settings(warehouse_dsn, tmp_path, tmp_path, "-"))
    assert is_kept(conn), "the night puts it right"


def test_it_says_what_computing_from_the_history_says(conn):
    released(conn, LRA, budget(LRA, *GIVEN))
    released(conn, BUD, budget(BUD, *ELSEWHERE), path="bud")
    released(conn, KINERJA, performance(KINERJA, *REACHED), path="e81")
    kept, computed = (set(ask(conn, f"SELECT * FROM portal.{name}")) for name in ("program", "program_pada(now())"))
    assert kept == computed
    assert len(kept) == 10


@pytest.mark.parametrize("statement", ["SELECT FROM dw.rekap_program", "SELECT dw.segarkan_program()"])
def test_readers_reach_it_through_the_portal_alone(warehouse_dsn, statement):
    with psycopg2.connect(warehouse_dsn) as conn, conn.cursor() as cursor:
        cursor.execute("SET ROLE portal_reader")
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(statement)
