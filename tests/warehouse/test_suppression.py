"""What the public must not see: hidden at the release, with the history of what was hidden when, and never through a
view, an earlier version or a changed contract."""

from __future__ import annotations

import pytest

from etl.load.release import release
from etl.load.warehouse import connect
from tests.warehouse.tidy_data import contract, loaded, sync, tidy

SMALL = [
    ("64.08", "2024", "63", "9"),
    ("64.08.01", "2024", "3", "2"),
    ("64.08.02", "2024", "20", "7"),
    ("64.08.03", "2024", "40", "0"),
]
RULE = {"below": 5, "indikator": ["faskes.puskesmas"]}


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    yield conn
    conn.close()


def ask(conn, text, *values):
    with conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall()


def shown(conn):
    """wilayah → (nilai, penanda) of what the portal shows of the counts."""
    found = ask(conn, "SELECT wilayah, nilai, penanda FROM portal.nilai WHERE indikator = 'faskes.puskesmas'")
    return {wilayah: (nilai and int(nilai), penanda) for wilayah, nilai, penanda in found}


def hidden(conn, when="infinity"):
    query = """SELECT w.kode, s.alasan FROM dw.penyamaran AS s JOIN dw.dim_wilayah AS w USING (wilayah_id)
        WHERE s.valid_to = %s"""
    return dict(ask(conn, query, when))


def test_small_counts_are_hidden_with_what_would_tell_them(conn):
    by = contract(suppress=RULE)
    sync(conn, by)
    loaded(conn, by, tidy(SMALL))
    assert hidden(conn) == {"64.08.01": "kecil", "64.08.02": "pelengkap"}
    assert shown(conn) == {
        "64.08": (63, None),
        "64.08.01": (None, "*"),
        "64.08.02": (None, "*"),
        "64.08.03": (40, None),
    }
    others = ask(conn, "SELECT count(nilai) FROM portal.nilai WHERE indikator = 'faskes.pustu'")
    assert others == [(4,)], "only the indicators of people are hidden"
    assert ask(conn, "SELECT count(nilai) FROM dw.fakta_indikator") == [(8,)], "the warehouse forgets nothing"


def test_waiting_figures_hide_nothing_until_they_are_released(conn):
    by = contract(suppress=RULE)
    sync(conn, by)
    number, _ = loaded(conn, by, tidy(SMALL), release_by=None)
    assert hidden(conn) == {}
    release(conn, number, "Walidata", "sesuai")
    assert set(hidden(conn)) == {"64.08.01", "64.08.02"}


def test_a_revision_shows_what_is_no_longer_small_and_history_keeps_it_hidden(conn):
    by = contract(suppress=RULE)
    sync(conn, by)
    loaded(conn, by, tidy(SMALL))
    grown = [("64.08", "2024", "91", "9"), ("64.08.01", "2024", "30", "2"), ("64.08.02", "2024", "21", "7"), SMALL[3]]
    loaded(conn, by, tidy(grown), content="b")
    assert hidden(conn) == {}
    before = ask(
        conn,
        """SELECT wilayah, nilai, penanda FROM portal.nilai_riwayat
        WHERE indikator = 'faskes.puskesmas' AND berlaku_sampai <> 'infinity' ORDER BY 1""",
    )
    assert [line[0] for line in before] == ["64.08", "64.08.01", "64.08.02"]
    assert [line[1:] for line in before[1:]] == [(None, "*"), (None, "*")], "the old version stays hidden"


def test_what_stood_beside_it_stays_hidden_while_it_says_the_same(conn):
    """64.08.02 still says 20: shown now, it would tell what 64.08.01 said before."""
    by = contract(suppress=RULE)
    sync(conn, by)
    loaded(conn, by, tidy(SMALL))
    grown = [("64.08", "2024", "90", "9"), ("64.08.01", "2024", "30", "2"), *SMALL[2:]]
    loaded(conn, by, tidy(grown), content="b")
    assert hidden(conn)["64.08.02"] == "pelengkap"


def test_a_contract_that_begins_to_hide_hides_at_once(conn):
    sync(conn, contract())
    loaded(conn, contract(), tidy(SMALL))
    assert shown(conn)["64.08.01"] == (3, None)
    sync(conn, contract(suppress=RULE))
    assert shown(conn)["64.08.01"] == (None, "*")
    sync(conn, contract())
    assert shown(conn)["64.08.01"] == (3, None), "and shows again when the contract no longer asks for it"


def test_a_ratio_is_hidden_with_its_parts(conn):
    rule = {**RULE, "ratios": {"faskes.pustu": ["faskes.puskesmas"]}}
    by = contract(suppress=rule)
    sync(conn, by)
    loaded(conn, by, tidy(SMALL))
    found = ask(
        conn,
        """SELECT w.kode FROM dw.penyamaran AS s JOIN dw.dim_wilayah AS w USING (wilayah_id)
        WHERE alasan = 'rasio' ORDER BY 1""",
    )
    assert found == [("64.08.01",), ("64.08.02",)]
