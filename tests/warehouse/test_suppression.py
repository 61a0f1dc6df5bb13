"""What the public must not see: hidden at the release, with the history of what was hidden when, and never through a
view, an earlier version or a changed contract."""

from __future__ import annotations

import psycopg2
import pytest

from etl.load.readers import create_reader
from etl.load.release import release
from etl.load.warehouse import connect
from tests.unit.transform.test_suppress import attack
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


# ── every state of the past ──

ONCE = [SMALL, [("64.08", "2024", "90", "9"), ("64.08.01", "2024", "30", "2"), *SMALL[2:]],
        [("64.08", "2024", "84", "9"), ("64.08.01", "2024", "30", "2"), SMALL[2], ("64.08.03", "2024", "34", "0")],
        [("64.08", "2024", "67", "9"), ("64.08.01", "2024", "30", "2"), ("64.08.02", "2024", "3", "7"),
         ("64.08.03", "2024", "34", "0")]]  # fmt: skip
"""64.08.01 is small at first, 64.08.02 in the end; in between nothing is."""


def told(dsn, conn):
    """What the public reads of the counts by any way at any date: (wilayah, berlaku_dari, berlaku_sampai) → nilai."""
    create_reader(conn, "uji_riwayat", "sandi", "portal")
    reader = psycopg2.connect(dsn, user="uji_riwayat", password="sandi")
    found = {}
    only = "WHERE indikator = 'faskes.puskesmas'"
    versions = ask(reader, f"SELECT wilayah, berlaku_dari, berlaku_sampai, nilai FROM portal.nilai_riwayat {only}")
    for wilayah, since, until, nilai in versions:
        found[wilayah, since, until] = nilai
    for wilayah, since, until, nilai in ask(
        reader, f"SELECT wilayah, berlaku_dari, berlaku_sampai, nilai FROM portal.asal_angka {only}"
    ):
        assert found[wilayah, since, until] == nilai
    for wilayah, when, old, new in ask(
        reader, f"SELECT wilayah, direvisi_pada, nilai_lama, nilai_baru FROM portal.revisi {only}"
    ):
        for (where, since, until), nilai in found.items():
            assert where != wilayah or until != when or nilai == old
            assert where != wilayah or since != when or nilai == new
    for moment in {since for _, since, _ in found}:
        for wilayah, nilai in ask(reader, f"SELECT wilayah, nilai FROM portal.nilai_pada(%s) {only}", moment):
            assert nilai in {None, *(n for (w, a, b), n in found.items() if w == wilayah and a <= moment < b)}
    reader.close()
    return found


def known_small(conn, found, below):
    """Small counts of any version that somebody reads, or works out from all that the public reads."""
    versions = ask(
        conn,
        """SELECT wilayah, valid_from, valid_to, nilai FROM dw.angka_indikator
        WHERE indikator = 'faskes.puskesmas' ORDER BY 1, 2""",
    )
    assert {(w, a, b) for w, a, b, _ in versions} == set(found)
    codes = sorted({w for w, *_ in versions})
    moments = sorted({moment for _, a, b, _ in versions for moment in (a, b)})
    rows = [(codes.index(w), {}, nilai) for w, _, _, nilai in versions]
    stands = [(moments.index(a), moments.index(b)) for _, a, b, _ in versions]
    unknown = {n for n, (w, a, b, _) in enumerate(versions) if found[w, a, b] is None}
    small = {n for n, (w, _, _, nilai) in enumerate(versions) if w != "64.08" and 0 < nilai < below}
    parent = [-1 if code == "64.08" else 0 for code in codes]
    return small - unknown | small & attack(rows, parent, unknown, stands)


def revised_four_times(conn, by):
    sync(conn, by)
    for n, rows in enumerate(ONCE):
        loaded(conn, by, tidy(rows), content=str(n))


def test_a_contract_that_begins_to_hide_hides_in_every_state_of_the_past(warehouse_dsn, conn):
    revised_four_times(conn, contract())
    assert len(known_small(conn, told(warehouse_dsn, conn), 5)) == 2
    sync(conn, contract(suppress=RULE))
    assert known_small(conn, told(warehouse_dsn, conn), 5) == set()
    late = ask(conn, "SELECT count(*) FROM dw.penyamaran WHERE valid_to < 'infinity' AND ditetapkan_pada > valid_from")
    assert late[0][0] >= 2, "and it is written down that these could be read before"
    assert ask(conn, "SELECT min(nilai)::int FROM dw.angka_indikator WHERE indikator = 'faskes.puskesmas'") == [(3,)]


def test_a_threshold_that_rises_hides_in_the_past_too(warehouse_dsn, conn):
    by = contract(suppress={**RULE, "below": 4})
    revised_four_times(conn, by)
    before = told(warehouse_dsn, conn)
    for total, fourth in ((71, "4"), (117, "50")):
        rows = [("64.08", "2024", str(total), "9"), *ONCE[-1][1:], ("64.08.04", "2024", fourth, "2")]
        loaded(conn, by, tidy(rows), content=str(total))
    assert known_small(conn, told(warehouse_dsn, conn), 4) == set()
    assert len(known_small(conn, told(warehouse_dsn, conn), 5)) == 1, "the four, in the past"
    sync(conn, contract(suppress=RULE))
    after = told(warehouse_dsn, conn)
    assert known_small(conn, after, 5) == set()
    hidden_then = {version[:2] for version, nilai in before.items() if nilai is None}
    assert hidden_then <= {version[:2] for version, nilai in after.items() if nilai is None}


def test_release_after_release_no_two_states_tell_a_small_cell(warehouse_dsn, conn):
    by = contract(suppress=RULE)
    sync(conn, by)
    for n, rows in enumerate(ONCE):
        loaded(conn, by, tidy(rows), content=str(n))
        assert known_small(conn, told(warehouse_dsn, conn), 5) == set(), n


def test_a_ratio_is_hidden_where_its_parts_were(conn):
    revised_four_times(conn, contract())
    sync(conn, contract(suppress={**RULE, "ratios": {"faskes.pustu": ["faskes.puskesmas"]}}))
    shown = ask(
        conn,
        """SELECT r.wilayah FROM portal.nilai_riwayat AS r JOIN portal.nilai_riwayat AS p
            ON p.indikator = 'faskes.puskesmas' AND p.wilayah = r.wilayah
            AND p.berlaku_dari < r.berlaku_sampai AND p.berlaku_sampai > r.berlaku_dari
        WHERE r.indikator = 'faskes.pustu' AND r.nilai IS NOT NULL AND p.penanda = '*'""",
    )
    assert shown == []


def test_a_warehouse_of_before_hides_its_past_when_its_contracts_are_read_again(warehouse_dsn, conn):
    revised_four_times(conn, contract())
    rule = contract(suppress=RULE).suppress.model_dump_json()
    with conn, conn.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_dataset SET penyamaran = %s, riwayat_disamarkan = false", (rule,))
    assert known_small(conn, told(warehouse_dsn, conn), 5)
    sync(conn, contract(suppress=RULE))
    assert known_small(conn, told(warehouse_dsn, conn), 5) == set()
    assert ask(conn, "SELECT bool_and(riwayat_disamarkan) FROM dw.dim_dataset") == [(True,)]
