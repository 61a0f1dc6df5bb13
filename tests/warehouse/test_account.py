"""Calling figures and submissions to account."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from etl.findings import Finding, Owner, Severity
from etl.load.account import recent_submissions, submission_account, summary, why
from etl.load.release import release, return_
from etl.load.source_state import forget_problems, known_sources, remember_source, source_problem
from etl.load.submission import describe, give_back, load
from etl.load.warehouse import connect
from tests.warehouse.tidy_data import bad, contract, loaded, received, result, revised, sync, tidy

BY = contract()
FIRST = tidy([("64.08.01", "2024", "3", "7"), ("64.08.02", "2024", "1234.5", "8")])
NOTE = Finding("catatan_umum", "Perlu dilihat.", "sebab", "tindakan", Severity.CATATAN, Owner.DISKOMINFO)


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    yield conn
    conn.close()


def test_a_figure_tells_its_whole_story(conn):
    first, _ = loaded(conn, BY, FIRST)
    second, _ = loaded(conn, BY, revised(FIRST, 3, "40"), content="b", release_by=None)
    release(conn, second, "Siti", "Ralat Dinas Kesehatan 5 Mei")
    (figure,) = why(conn, BY.id, "64.08.02", "2024", indikator="faskes.puskesmas")
    assert (figure.nilai, figure.satuan, figure.skpd) == (40, "unit", "dinkes")
    assert (figure.current.file, figure.current.sheet, figure.current.column, figure.current.row) == (
        "faskes.xlsx",
        "Data",
        "C",
        3,
    )
    assert (figure.current.released_by, figure.current.reason) == ("Siti", "Ralat Dinas Kesehatan 5 Mei")
    assert figure.current.sha256 == describe(conn, second).sha256
    assert [check.title for check in figure.current.checks] == ["Tidak negatif"]
    (old,) = figure.earlier
    assert (float(old.nilai), old.submission_id, old.released_by) == (1234.5, first, "aturan otomatis")
    assert old.valid_to == figure.current.valid_from
    text = str(figure)
    for part in ("40 unit", "faskes.xlsx", "sel C3", "Siti", "Ralat", "1 dari 1 pemeriksaan", "1.234,5", "WITA"):
        assert part in text


def test_every_figure_of_a_place_and_period_or_only_the_wanted(conn):
    loaded(conn, BY, FIRST)
    assert [f.indikator for f in why(conn, BY.id, "64.08.01", "2024")] == ["faskes.puskesmas", "faskes.pustu"]
    assert why(conn, BY.id, "64.08.01", "2024", rincian="umur=0-4") == []
    assert len(why(conn, BY.id, "64.08.01", "2024", rincian="")) == 2
    assert why(conn, BY.id, "64.08.09", "2024") == []


def test_a_removed_figure_still_has_an_account(conn):
    loaded(conn, BY, FIRST)
    loaded(conn, BY, tidy([("64.08.01", "2024", "3", "7")]), content="b")
    (figure,) = why(conn, BY.id, "64.08.02", "2024", indikator="faskes.puskesmas")
    assert figure.current is None
    assert figure.nilai is None
    assert "Tidak berlaku lagi" in str(figure)
    assert "1.234,5" in str(figure)


def test_a_figure_that_was_removed_and_came_back_keeps_both_versions(conn):
    loaded(conn, BY, FIRST)
    loaded(conn, BY, tidy([("64.08.01", "2024", "3", "7")]), content="b")
    loaded(conn, BY, FIRST, content="c")
    (figure,) = why(conn, BY.id, "64.08.02", "2024", indikator="faskes.puskesmas")
    assert float(figure.nilai) == 1234.5
    assert len(figure.earlier) == 1


def test_the_account_of_a_submission_has_everything_the_report_needs(conn):
    before, _ = loaded(conn, BY, FIRST)
    submission_id = received(conn, BY, content="b")
    faults = bad([2])
    data = replace(revised(FIRST, 3, "40"), corrected=1)
    load(conn, submission_id, BY, data, [result(faults)], pd.Index([2]), [NOTE])
    account = submission_account(conn, submission_id)
    assert account.dataset.judul == BY.title
    assert account.dataset.kontak == "data@dinkes.example"
    assert (account.file, account.sheets, account.skipped, account.n_corrected) == (
        "faskes.xlsx",
        {0: "Data"},
        {"kosong": 1},
        1,
    )
    assert account.submission.label == "2024"
    assert [(c.title, c.failed, c.rows) for c in account.checks] == [("Tidak negatif", 1, 1)]
    assert [f.rule for f in account.findings] == ["not_negative", "catatan_umum"], "refusals first"
    assert account.findings[1] == replace(NOTE, file="")
    assert account.findings[0].cell == "C2"
    totals = {t.rule: (t.title, t.cells, t.rows, t.severity) for t in account.rule_totals}
    assert totals["not_negative"] == ("Tidak negatif", 1, 1, Severity.TOLAK)
    (difference,) = account.differences
    assert (difference.kind, difference.indikator, difference.wilayah) == ("berubah", "faskes.puskesmas", "64.08.02")
    assert (float(difference.old), float(difference.new), difference.row_no) == (1234.5, 40, 3)
    assert account.previous.id == before
    assert account.decisions == ()
    (row,) = account.quarantined
    assert (row.sheet, row.row, row.rules, row.content["puskesmas"]) == ("Data", 2, ["not_negative"], "3")
    return_(conn, submission_id, "Siti", "Perbaiki")
    assert [(d.decision, d.by) for d in submission_account(conn, submission_id).decisions] == [("dikembalikan", "Siti")]


def test_more_cells_than_are_kept_are_still_counted(conn):
    submission_id = received(conn, BY)
    faults = replace(bad([2, 3]), total=2_000)
    load(conn, submission_id, BY, FIRST, [result(faults)], pd.Index([2, 3]), [])
    account = submission_account(conn, submission_id, limit=1)
    assert len(account.findings) == 1
    assert (account.rule_totals[0].cells, account.rule_totals[0].kept) == (2_000, 2)


def test_the_largest_differences_come_first_then_what_went_and_came(conn):
    old = tidy([("64.08.01", "2024", "100", "7"), ("64.08.02", "2024", "0", "8"), ("64.08.03", "2024", "5", "5")])
    new = tidy([("64.08.01", "2024", "101", "14"), ("64.08.02", "2024", "1", "8"), ("64.08.04", "2024", "5", "5")])
    loaded(conn, BY, old)
    submission_id, _ = loaded(conn, BY, new, content="b")
    told = [(d.kind, d.wilayah, d.indikator) for d in submission_account(conn, submission_id).differences]
    assert told[:3] == [
        ("berubah", "64.08.02", "faskes.puskesmas"),
        ("berubah", "64.08.01", "faskes.pustu"),
        ("berubah", "64.08.01", "faskes.puskesmas"),
    ]
    assert {kind for kind, _, _ in told[3:5]} == {"hilang"}
    assert {kind for kind, _, _ in told[5:]} == {"baru"}


def test_a_first_load_differs_from_nothing(conn):
    submission_id, _ = loaded(conn, BY, FIRST)
    assert submission_account(conn, submission_id).differences == ()


def test_a_submission_of_an_unknown_dataset_still_has_an_account(conn):
    stray = contract("dinkes.liar")
    submission_id = received(conn, stray)
    give_back(conn, submission_id, findings=[NOTE])
    assert submission_account(conn, submission_id).dataset is None
    assert recent_submissions(conn)[0].judul == "dinkes.liar"


def test_the_summary_adds_up_by_agency(conn):
    other = contract("dukcapil.penduduk", producer="dukcapil")
    sync(conn, other)
    loaded(conn, BY, FIRST, path="dinkes/a.xlsx", content="a")
    loaded(conn, BY, FIRST, path="dinkes/a.xlsx", content="a2")
    loaded(
        conn,
        BY,
        tidy([("64.08.01", "2023", "1", "1"), ("64.08.02", "2023", "1", "1")]),
        path="dinkes/b.xlsx",
        release_by=None,
        quarantined=[3],
    )
    back = received(conn, BY, path="dinkes/c.xlsx", content="c")
    give_back(conn, back, findings=[NOTE], tidy=FIRST, quarantined=pd.Index([2]))
    received(conn, BY, path="dinkes/d.xlsx", content="d")
    loaded(conn, other, tidy([("64.08.01", "2024", "1", "1")], by=other), path="dukcapil/x.xlsx")
    source_problem(conn, other.id, "dukcapil", "Server mati.")
    lines = {line.skpd: line for line in summary(conn)}
    dinkes = lines["dinkes"]
    assert (dinkes.submissions, dinkes.received, dinkes.loaded, dinkes.unchanged) == (3, 6, 0, 2)
    assert (dinkes.quarantined, dinkes.waiting, dinkes.waiting_rows) == (2, 1, 1)
    assert (dinkes.returned, dinkes.returned_rows, dinkes.unprocessed) == (1, 1, 1)
    assert dinkes.nama == "Dinas Kesehatan"
    assert lines["dukcapil"].problems == ["Server mati."]
    for line in lines.values():
        assert line.received == line.loaded + line.unchanged + line.quarantined + line.waiting_rows + line.returned_rows


def test_recent_submissions_come_newest_first(conn):
    first, _ = loaded(conn, BY, FIRST)
    second, _ = loaded(conn, BY, FIRST, content="b", findings=[NOTE])
    listed = recent_submissions(conn)
    assert [line.submission.id for line in listed] == [second, first]
    assert (listed[0].n_findings, listed[1].decided_by) == (1, "aturan otomatis")


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_source_is_known_from_its_registration_on(conn):
    submission_id = received(conn, BY)
    (state,) = known_sources(conn, BY.id).values()
    assert (state.path, state.size, state.mtime_ns, state.submission_id) == ("dinkes/faskes.xlsx", 1, 1, submission_id)
    assert state.contract_sha256 == describe(conn, submission_id).contract_sha256
    remember_source(conn, BY.id, state.path, 1, 99, state.sha256, submission_id)
    assert known_sources(conn, BY.id)[state.path].mtime_ns == 99


def test_an_older_submission_does_not_take_a_source_back(conn):
    old, new = received(conn, BY), received(conn, BY, content="bb")
    remember_source(conn, BY.id, "dinkes/faskes.xlsx", 1, 1, "0", old)
    assert known_sources(conn, BY.id)["dinkes/faskes.xlsx"].submission_id == new


def test_a_problem_is_told_until_the_source_answers_again(conn):
    received(conn, BY)
    source_problem(conn, BY.id, "(sumber)", "Folder putus.")
    source_problem(conn, BY.id, "dinkes/faskes.xlsx", "Berkas terkunci.")
    assert sorted(summary(conn)[0].problems) == ["Berkas terkunci.", "Folder putus."]
    forget_problems(conn, BY.id)
    assert summary(conn)[0].problems == []
    assert list(known_sources(conn, BY.id)) == ["dinkes/faskes.xlsx"], "what was taken stays known"
