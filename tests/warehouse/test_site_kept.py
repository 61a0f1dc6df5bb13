"""What the portal's pages stand on: the stamp rises with what the public sees and with nothing else, in the transaction
that changes it; a dataset is found by what it says and holds now."""

from __future__ import annotations

import pytest

from etl.load.checks import run_checks
from etl.load.release import release, return_
from etl.load.warehouse import connect, transaction
from tests.warehouse.tidy_data import contract, loaded, sync, tidy

FASKES = contract()
ROWS = [("64.08.01", "2023", "3", "7"), ("64.08.02", "2024", "4", "2")]


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, FASKES)
    yield conn
    conn.close()


def ask(conn, text, *values):
    with transaction(conn) as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall() if cursor.description else []


def stamp(conn):
    return ask(conn, "SELECT nomor FROM portal.stempel")[0][0]


def entry(conn, dataset="dinkes.faskes"):
    return ask(
        conn,
        "SELECT jumlah_angka, jumlah_indikator, tahun, periode_terakhir, tingkat "
        "FROM portal.katalog WHERE dataset = %s",
        dataset,
    )[0]


def is_kept(conn):
    return "katalog_terkini" not in {broken.name for broken in run_checks(conn)}


def test_the_stamp_rises_once_with_a_release_and_not_with_reading(conn):
    before = stamp(conn)
    assert stamp(conn) == before
    number, counts = loaded(conn, FASKES, tidy(ROWS), release_by=None)
    assert counts.status == "menunggu"
    waiting = stamp(conn)
    release(conn, number, "Siti", "Sesuai")
    assert stamp(conn) == waiting + 1


def test_a_returned_submission_raises_it_too_for_the_calendar_changes(conn):
    number, _ = loaded(conn, FASKES, tidy(ROWS), release_by=None)
    before = stamp(conn)
    return_(conn, number, "Siti", "Keliru")
    assert stamp(conn) > before


def test_what_is_not_committed_is_seen_neither_in_figures_nor_in_the_stamp(conn, warehouse_dsn):
    before = stamp(conn)
    other = connect(warehouse_dsn)
    with other.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_dataset SET judul = judul || '!' WHERE dataset = 'dinkes.faskes'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert stamp(conn) == before
    other.rollback()
    assert stamp(conn) == before
    with other.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_dataset SET judul = judul || '!' WHERE dataset = 'dinkes.faskes'")
    other.commit()
    other.close()
    assert stamp(conn) == before + 1


def test_the_same_catalogue_again_changes_nothing(conn):
    before = stamp(conn)
    sync(conn, FASKES)
    assert stamp(conn) == before


def test_an_entry_holds_what_is_released(conn):
    assert entry(conn) == (0, 2, [], None, [])
    number, _ = loaded(conn, FASKES, tidy(ROWS), release_by=None)
    assert entry(conn)[0] == 0, "what waits is not told"
    release(conn, number, "Siti", "Sesuai")
    assert entry(conn) == (4, 2, [2023, 2024], "2024", ["kecamatan"])
    assert is_kept(conn)
    loaded(conn, FASKES, tidy(ROWS[:1]), content="b")
    assert is_kept(conn)


def test_a_dataset_that_is_closed_tells_how_many_figures_it_has_to_nobody(conn):
    loaded(conn, FASKES, tidy(ROWS))
    sync(conn, contract(access="terbatas", access_ground="UU 14/2008 Ps 17"))
    assert entry(conn) == (0, 2, [], None, [])
    assert is_kept(conn)


def found(conn, words):
    return [
        name
        for (name,) in ask(
            conn,
            "SELECT dataset FROM portal.katalog WHERE teks @@ (websearch_to_tsquery('indonesian', %s) "
            "|| websearch_to_tsquery('simple', %s))",
            words,
            words,
        )
    ]


def test_it_is_found_by_its_words_their_stems_and_its_agency(conn):
    assert found(conn, "fasilitas kesehatan") == ["dinkes.faskes"]
    assert found(conn, "pustu") == ["dinkes.faskes"]
    assert found(conn, "Dinas Kesehatan") == ["dinkes.faskes"]
    assert found(conn, "stunting") == []
    sync(conn, contract(title="Balita stunting menurut kecamatan"))
    assert found(conn, "stunting") == ["dinkes.faskes"]
    assert is_kept(conn)


def test_another_name_of_an_agency_is_found(conn):
    ask(conn, "UPDATE dw.skpd_register SET nama = 'Dinas Kesejahteraan' WHERE skpd = 'dinkes'")
    assert found(conn, "kesejahteraan") == ["dinkes.faskes"]
    assert is_kept(conn)
