"""What waits and what a person decides: shown only when released, decided once, never over something newer."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.findings import Finding, Severity
from etl.load.checks import run_checks
from etl.load.release import DecisionRefused, release, return_
from etl.load.submission import describe, load
from etl.load.warehouse import connect
from tests.warehouse.loads import BY, FIRST, ask, everything, rows_of, shown, sums
from tests.warehouse.tidy_data import contract, loaded, received, revised, sync, tidy


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    yield conn
    conn.close()


def test_a_waiting_submission_is_not_shown_until_released(conn):
    submission_id, counts = loaded(conn, BY, FIRST, release_by=None)
    assert (counts.status, counts.loaded) == ("menunggu", 3)
    assert shown(conn) == {}
    assert ask(conn, "SELECT count(*) FROM dw.fakta_indikator") == [(0,)]
    assert run_checks(conn) == []
    counts = release(conn, submission_id, "Siti", "Sesuai berita acara")
    assert (counts.status, counts.loaded, counts.new) == ("dirilis", 3, 6)
    assert len(shown(conn)) == 3
    assert ask(conn, "SELECT dirilis_oleh, alasan, otomatis FROM portal.rilis") == [
        ("walidata", "Sesuai berita acara", False)
    ]
    assert ask(conn, "SELECT count(*) FROM staging.figur") == [(0,)]
    assert run_checks(conn) == []


def test_figures_are_valid_from_their_release_not_from_their_load(conn):
    submission_id, _ = loaded(conn, BY, FIRST, release_by=None)
    release(conn, submission_id, "Siti", "Baik")
    assert ask(
        conn,
        "SELECT DISTINCT f.valid_from = r.released_at, f.valid_from > s.finished_at FROM dw.fakta_indikator f "
        "JOIN audit.release r USING (submission_id) JOIN audit.submission s ON s.id = f.submission_id",
    ) == [(True, True)]


def test_release_compares_with_the_facts_of_that_moment(conn):
    waiting, counts = loaded(conn, BY, FIRST, path="dinkes/a.xlsx", release_by=None)
    assert counts.loaded == 3
    other = contract(load="tambah")
    loaded(conn, other, tidy(rows_of("2023", 1)), path="dinkes/b.xlsx", content="b")
    counts = release(conn, waiting, "Siti", "Baik")
    assert (counts.loaded, counts.unchanged, counts.new) == (3, 0, 6)


def test_a_decision_is_taken_once(conn):
    submission_id, _ = loaded(conn, BY, FIRST, release_by=None)
    release(conn, submission_id, "Siti", "Baik")
    before = everything(conn)
    with pytest.raises(DecisionRefused, match="sudah dirilis oleh Siti"):
        release(conn, submission_id, "Budi", "Sekali lagi")
    with pytest.raises(DecisionRefused, match="sudah dirilis oleh Siti"):
        return_(conn, submission_id, "Budi", "Batal")
    assert everything(conn) == before


@pytest.mark.parametrize(("by", "reason"), [("", "x"), ("Siti", " ")])
def test_a_decision_needs_a_name_and_a_reason(conn, by, reason):
    submission_id, _ = loaded(conn, BY, FIRST, release_by=None)
    with pytest.raises(DecisionRefused, match="nama dan alasan"):
        release(conn, submission_id, by, reason)


def test_a_returned_submission_leaves_its_findings_and_no_figure(conn):
    note = Finding("catatan_umum", "Perlu dilihat.", "s", "t", Severity.CATATAN)
    submission_id, _ = loaded(conn, BY, FIRST, release_by=None, quarantined=[2], findings=[note])
    counts = return_(conn, submission_id, "Siti", "Satuan salah")
    assert (counts.status, counts.quarantined, counts.returned, counts.loaded) == ("dikembalikan", 1, 2, 0)
    assert sums(counts)
    assert ask(conn, "SELECT count(*) FROM staging.figur") == [(0,)]
    assert ask(conn, "SELECT count(*) FROM audit.finding") == [(2,)]
    assert run_checks(conn) == []


def test_a_newer_submission_replaces_one_that_waits(conn):
    old, _ = loaded(conn, BY, FIRST, release_by=None)
    new, _ = loaded(conn, BY, revised(FIRST, 3, "40"), content="b", release_by=None)
    assert describe(conn, old).status == "digantikan"
    assert ask(conn, "SELECT DISTINCT submission_id FROM staging.figur") == [(new,)]
    with pytest.raises(DecisionRefused, match="digantikan"):
        release(conn, old, "Siti", "Baik")
    assert run_checks(conn) == []


def test_an_older_submission_cannot_overwrite_a_newer_release(conn):
    old, _ = loaded(conn, BY, FIRST, path="dinkes/a.xlsx", release_by=None)
    new, _ = loaded(conn, BY, revised(FIRST, 3, "40"), path="dinkes/b.xlsx", content="b")
    with pytest.raises(DecisionRefused, match=rf"kiriman {new} .*lebih baru"):
        release(conn, old, "Siti", "Baik")
    assert shown(conn)["64.08.02"] == 40
    return_(conn, old, "Siti", "Sudah ada yang baru")


def test_older_and_newer_of_other_periods_do_not_get_in_each_others_way(conn):
    old, _ = loaded(conn, BY, FIRST, path="dinkes/a.xlsx", release_by=None)
    loaded(conn, BY, tidy(rows_of("2023", 3)), path="dinkes/b.xlsx", content="b")
    assert release(conn, old, "Siti", "Baik").new == 6


def test_adding_by_key_minds_only_its_own_keys(conn):
    by = contract(load="tambah")
    sync(conn, by)
    old, _ = loaded(conn, by, tidy([("64.08.01", "2024", "1", "1")]), path="dinkes/a.xlsx", release_by=None)
    clash, _ = loaded(
        conn, by, tidy([("64.08.02", "2024", "1", "1")]), path="dinkes/c.xlsx", content="c", release_by=None
    )
    loaded(conn, by, tidy([("64.08.02", "2024", "2", "2")]), path="dinkes/b.xlsx", content="b")
    assert release(conn, old, "Siti", "Baik").new == 2
    with pytest.raises(DecisionRefused, match="lebih baru"):
        release(conn, clash, "Siti", "Baik")


def test_a_late_older_submission_of_a_source_is_set_aside(conn):
    old = received(conn, BY, content="a")
    loaded(conn, BY, revised(FIRST, 3, "40"), content="b")
    counts = load(conn, old, BY, FIRST, [], pd.Index([]), [], release_by="aturan otomatis")
    assert (counts.status, counts.returned, counts.loaded) == ("digantikan", 3, 0)
    assert shown(conn)["64.08.02"] == 40
    assert run_checks(conn) == []


def test_a_submission_that_repeats_what_is_released_waits_for_nobody(conn):
    loaded(conn, BY, FIRST)
    _, counts = loaded(conn, BY, FIRST, content="b", release_by=None)
    assert counts.status == "tidak_berubah"
    assert ask(conn, "SELECT count(*) FROM staging.figur") == [(0,)]
