"""The load: what becomes facts, what stays as it was, and that nothing is ever half done."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from etl.findings import Finding, Refused, Severity
from etl.frames import ROW_SPAN
from etl.load.checks import run_checks
from etl.load.figures import earlier
from etl.load.members import UnknownMember
from etl.load.submission import (
    CountsDiffer,
    describe,
    give_back,
    load,
    of_event,
    register,
    registered_findings,
    unprocessed,
)
from etl.load.warehouse import connect
from tests.warehouse.loads import BY, FIRST, ask, everything, rows_of, shown, sums
from tests.warehouse.tidy_data import bad, contract, loaded, many, received, result, revised, sync, tidy


@pytest.fixture
def conn(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    yield conn
    conn.close()


# ── first, again, changed, removed ───────────────────────────────────────────────────────────────────────────────────


def test_a_first_load_is_all_new(conn):
    submission_id, counts = loaded(conn, BY, FIRST)
    assert (counts.status, counts.received, counts.loaded, counts.new) == ("dirilis", 3, 3, 6)
    assert shown(conn) == {"64.08.01": 3, "64.08.02": 4, "64.08.03": 5}
    row = ask(conn, "SELECT submission_id, sheet_no, row_no, col_no FROM dw.fakta_indikator ORDER BY row_no, col_no")
    assert row[0] == (submission_id, 0, 2, 3)
    assert row[-1] == (submission_id, 0, 4, 4)
    assert run_checks(conn) == []


def test_the_same_again_rewrites_no_row(conn):
    loaded(conn, BY, FIRST)
    before = ask(conn, "SELECT xmin, ctid, t::text FROM dw.fakta_indikator t ORDER BY 3")
    _, counts = loaded(conn, BY, FIRST, content="lain")
    assert (counts.status, counts.unchanged, counts.loaded, counts.new) == ("tidak_berubah", 3, 0, 0)
    assert ask(conn, "SELECT xmin, ctid, t::text FROM dw.fakta_indikator t ORDER BY 3") == before


def test_a_changed_figure_closes_its_version_and_opens_another(conn):
    first, _ = loaded(conn, BY, FIRST)
    second, counts = loaded(conn, BY, revised(FIRST, 3, "40"), content="b")
    assert (counts.loaded, counts.unchanged, counts.changed, counts.new) == (1, 2, 1, 0)
    versions = ask(
        conn,
        "SELECT nilai, submission_id, valid_to = 'infinity', valid_to = lead(valid_from) OVER (ORDER BY valid_from) "
        "FROM dw.fakta_indikator f JOIN dw.dim_wilayah w USING (wilayah_id) "
        "WHERE w.kode = '64.08.02' AND col_no = 3 ORDER BY valid_from",
    )
    assert versions == [(4, first, False, True), (40, second, True, None)]


def test_the_past_can_be_read_as_it_was_published(conn):
    loaded(conn, BY, FIRST)
    ((moment,),) = ask(conn, "SELECT max(released_at) FROM audit.release")
    loaded(conn, BY, revised(FIRST, 3, "40"), content="b")
    loaded(conn, BY, revised(FIRST, 3, "41"), content="c")
    as_of = (
        "SELECT nilai FROM portal.nilai_riwayat WHERE wilayah = '64.08.02' AND indikator = 'faskes.puskesmas' "
        "AND berlaku_dari <= %s AND %s < berlaku_sampai"
    )
    assert ask(conn, as_of, moment, moment) == [(4,)]
    assert ask(conn, "SELECT count(*) FROM portal.nilai_riwayat WHERE berlaku_sampai <> 'infinity'") == [(2,)]
    assert shown(conn)["64.08.02"] == 41


@pytest.mark.parametrize(("mode", "left"), [("penuh", 2), ("periode", 3), ("tambah", 4)])
def test_what_is_missing_goes_as_far_as_the_load_mode_says(conn, mode, left):
    by = contract(load=mode)
    loaded(conn, by, tidy([("64.08.01", "2023", "1", "1"), *rows_of("2024", 3)]))
    _, counts = loaded(conn, by, tidy(rows_of("2024", 2)), content="b")
    assert counts.removed == 2 * (4 - left)
    assert ask(conn, "SELECT count(*) FROM portal.nilai WHERE indikator = 'faskes.puskesmas'") == [(left,)]


def test_an_indicator_that_a_contract_dropped_goes_with_the_next_full_load(conn):
    loaded(conn, contract(load="penuh"), FIRST)
    fewer = contract(load="penuh")
    only = replace(FIRST, figures=FIRST.figures.filter(pa.compute.equal(FIRST.figures["col_no"], 3)))
    _, counts = loaded(conn, fewer, only, content="b")
    assert (counts.removed, counts.loaded, counts.unchanged) == (3, 0, 3)


def test_maturity_is_part_of_what_was_said(conn):
    loaded(conn, contract(status="sementara"), FIRST)
    _, counts = loaded(conn, contract(status="tetap"), FIRST, content="b")
    assert counts.changed == 6
    assert {row[0] for row in ask(conn, "SELECT status_data FROM portal.nilai")} == {"tetap"}


# ── exactness ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["0.1", "10701893800.55", "12345678901234567890.123456789", "-0.000000000000000001", "9.30", "007"]
)
def test_numbers_are_kept_to_the_last_digit(conn, text):
    loaded(conn, BY, tidy([("64.08.01", "2024", text, "1")]))
    assert shown(conn)["64.08.01"] == Decimal(text)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("9.3", "9.30", 0),
        ("12345678901234567890.1", "12345678901234567890.2", 1),
        ("1", "-", 1),
        ("-", "…", 1),
        ("-", "-", 0),
        ("0", "-", 1),
    ],
)
def test_only_a_real_difference_is_one(conn, before, after, changed):
    loaded(conn, BY, tidy([("64.08.01", "2024", before, "1")]))
    _, counts = loaded(conn, BY, tidy([("64.08.01", "2024", after, "1")]), content="b")
    assert counts.changed == changed


def test_a_mark_and_an_empty_cell_are_kept_apart(conn):
    loaded(conn, BY, tidy([("64.08.01", "2024", "-", None)]))
    assert ask(conn, "SELECT nilai, penanda FROM portal.nilai ORDER BY indikator") == [(None, "-"), (None, "")]


def test_strange_text_does_no_harm(conn):
    nasty = 'a"b,c\nd\x00e\\N\t' + "x" * 5000
    data = tidy([("64.08.01", "2024", nasty, "1"), ("64.08.02", "2024", "2", "2")])
    _, counts = loaded(conn, BY, data, quarantined=[3], findings=[Finding(nasty, nasty, nasty, nasty)])
    assert sums(counts)
    assert ask(conn, "SELECT penanda FROM portal.nilai WHERE nilai IS NULL")[0][0].startswith('a"b,c\nde\\N\t')
    ((content,),) = ask(conn, "SELECT content FROM audit.quarantine")
    assert content["kecamatan"] == "64.08.02"
    assert len(ask(conn, "SELECT message FROM audit.finding WHERE rule LIKE 'a%'")[0][0]) == 2000


def test_a_quarantined_row_is_kept_whatever_stands_in_it(conn):
    nasty = 'a"b\\u0000c\nd\x00e' + "x" * 5000
    _, counts = loaded(conn, BY, tidy([("64.08.01", "2024", nasty, None)]), quarantined=[2])
    assert counts.quarantined == 1
    ((content,),) = ask(conn, "SELECT content FROM audit.quarantine")
    assert content["puskesmas"].startswith('a"b\\u0000c\nde')
    assert (len(content["puskesmas"]), content["pustu"]) == (1000, None)


def test_a_breakdown_becomes_a_member(conn):
    loaded(conn, BY, tidy([("64.08.01", "2024", "3", "4")], rincian="jenis_kelamin=L|umur=0-4"))
    assert ask(conn, "SELECT rincian_json FROM portal.nilai LIMIT 1") == [({"jenis_kelamin": "L", "umur": "0-4"},)]


def test_sheets_are_told_apart(conn):
    second = tidy([("64.08.02", "2024", "4", "8")], first_row=ROW_SPAN + 2)
    both = replace(
        FIRST,
        rows=pd.concat([tidy([("64.08.01", "2024", "3", "7")]).rows, second.rows]),
        figures=pa.concat_tables([tidy([("64.08.01", "2024", "3", "7")]).figures, second.figures]),
        sheets={0: "Januari", 1: "Februari"},
    )
    loaded(conn, BY, both)
    places = ask(
        conn, "SELECT DISTINCT wilayah, lembar, baris, kolom FROM portal.asal_angka WHERE kolom = 'C' ORDER BY 1"
    )
    assert places == [("64.08.01", "Januari", 2, "C"), ("64.08.02", "Februari", 2, "C")]


# ── quarantine, doubles, counts ──────────────────────────────────────────────────────────────────────────────────────


def test_a_quarantined_row_keeps_its_older_figures(conn):
    loaded(conn, BY, FIRST)
    _, counts = loaded(conn, BY, revised(FIRST, 4, "50"), content="b", quarantined=[3])
    assert (counts.loaded, counts.unchanged, counts.quarantined) == (1, 1, 1)
    assert shown(conn) == {"64.08.01": 3, "64.08.02": 4, "64.08.03": 50}
    ((row, content, rules),) = ask(conn, "SELECT row_no, content, rules FROM audit.quarantine")
    assert (row, content["puskesmas"], rules) == (3, "4", ["not_negative"])


def test_nothing_is_removed_while_anything_is_quarantined(conn):
    loaded(conn, BY, FIRST)
    _, counts = loaded(conn, BY, tidy(rows_of("2024", 2)), content="b", quarantined=[3])
    assert counts.removed == 0
    assert len(shown(conn)) == 3


def test_every_cell_of_a_rule_and_every_rule_of_a_row_is_kept(conn):
    submission_id = received(conn, BY)
    faults = [bad([2, 3]), replace(bad([3]), rule="wilayah_dikenal")]
    results = [result(faults[0]), result(faults[1], no=2)]
    load(conn, submission_id, BY, FIRST, results, pd.Index([2, 3]), [])
    assert ask(conn, "SELECT row_no, rules FROM audit.quarantine ORDER BY 1") == [
        (2, ["not_negative"]),
        (3, ["not_negative", "wilayah_dikenal"]),
    ]
    found = ask(conn, "SELECT row_no, col, header, sheet, file, rule FROM audit.finding ORDER BY no")
    assert found[0] == (2, "C", "Puskesmas", "Data", "faskes.xlsx", "not_negative")
    assert len(found) == 3
    assert ask(conn, "SELECT rule, failed, failed_rows FROM audit.check_result ORDER BY no")[0] == (
        "not_negative",
        2,
        2,
    )


def test_the_same_figure_twice_is_refused_with_both_cells(conn):
    submission_id = received(conn, BY)
    twice = tidy([("64.08.01", "2024", "3", "7"), ("64.08.01", "2024", "3", "7")])
    before = everything(conn)
    with pytest.raises(Refused, match="C2 dan C3"):
        load(conn, submission_id, BY, twice, [], pd.Index([]), [])
    assert everything(conn) == before


@pytest.mark.parametrize("broken", ["figure of no row", "row twice"])
def test_rows_that_do_not_add_up_stop_the_load(conn, broken):
    submission_id = received(conn, BY)
    rows = FIRST.rows.iloc[:2] if broken == "figure of no row" else pd.concat([FIRST.rows, FIRST.rows.iloc[:1]])
    before = everything(conn)
    with pytest.raises(CountsDiffer, match="baris"):
        load(conn, submission_id, BY, replace(FIRST, rows=rows), [], pd.Index([]), [])
    assert everything(conn) == before


def test_a_row_without_any_figure_is_still_counted(conn):
    rows = pd.concat([FIRST.rows, FIRST.rows.iloc[:1].set_axis([99])])
    _, counts = loaded(conn, BY, replace(FIRST, rows=rows))
    assert (counts.received, counts.loaded, counts.unchanged) == (4, 3, 1)


def test_unknown_indicators_and_regions_say_what_to_do(conn):
    with pytest.raises(UnknownMember, match=r"99\.99.*Tindakan"):
        loaded(conn, BY, tidy([("99.99", "2024", "1", "1")]))
    with pytest.raises(UnknownMember, match="indikator"):
        loaded(conn, BY, tidy([("64.08.01", "2024", "1", "1")], by=contract("dinkes.lain")), content="b")


def test_an_empty_submission_is_possible(conn):
    empty = tidy([("64.08.01", "2024", "1", "1")])
    empty = replace(
        empty, rows=empty.rows.iloc[:0], raw=empty.raw.iloc[:0], figures=empty.figures.slice(0, 0), periods=()
    )
    _, counts = loaded(conn, BY, empty)
    assert (counts.status, counts.received) == ("tidak_berubah", 0)


# ── registered, returned by the rules, failed ────────────────────────────────────────────────────────────────────────


def test_registering_twice_is_once_until_it_is_processed(conn):
    first = received(conn, BY)
    assert received(conn, BY) == first
    assert unprocessed(conn, BY.id) == [(first, "dinkes/faskes.xlsx")]
    load(conn, first, BY, FIRST, [], pd.Index([]), [], release_by="aturan otomatis")
    assert unprocessed(conn, BY.id) == []
    again = received(conn, BY)
    assert again != first
    assert of_event(conn, "tidak ada") is None


def test_loading_twice_tells_what_became_of_it(conn):
    submission_id, counts = loaded(conn, BY, FIRST)
    before = everything(conn)
    assert load(conn, submission_id, BY, FIRST, [], pd.Index([]), []) == counts
    assert everything(conn) == before


def test_given_back_by_the_rules(conn):
    submission_id = received(conn, BY)
    why = Finding("ambang_karantina", "Terlalu banyak.", "s", "t")
    faults = bad([2, 3])
    counts = give_back(
        conn,
        submission_id,
        findings=[why],
        results=[result(faults)],
        contract=BY,
        tidy=FIRST,
        quarantined=faults.bad_keys,
    )
    assert (counts.status, counts.received, counts.quarantined, counts.returned) == ("dikembalikan", 3, 2, 1)
    assert shown(conn) == {}
    assert ask(conn, "SELECT decision, decided_by, automatic, reason FROM audit.decision") == [
        ("dikembalikan", "sistem", True, "Terlalu banyak.")
    ]
    assert ask(conn, "SELECT count(*) FROM audit.quarantine") == [(2,)]
    assert run_checks(conn) == []
    assert give_back(conn, submission_id, findings=[why]) == counts


def test_an_unreadable_file_is_given_back_withoutrows_of(conn):
    submission_id = received(conn, BY)
    counts = give_back(conn, submission_id, findings=[Finding("berkas_rusak", "Tidak terbaca.", "s", "t")])
    assert (counts.status, counts.received) == ("dikembalikan", 0)
    assert run_checks(conn) == []


def test_notes_from_collecting_are_kept_with_the_submission(conn):
    note = Finding("berkas_lain", "Ada berkas kunci.", "s", "t", Severity.CATATAN)
    given = {"skpd": "dinkes", "path": "p", "sha256": "0", "size": 1, "mtime_ns": 1, "contract_sha256": "c"}
    submission_id = register(conn, dataset=BY.id, contract_json=BY.resolved, findings=[note], **given)
    assert [found.message for found in registered_findings(conn, submission_id)] == [note.message]
    assert register(conn, dataset=BY.id, contract_json=BY.resolved, findings=[note], **given) == submission_id
    assert ask(conn, "SELECT count(*) FROM audit.finding") == [(1,)]


def test_an_unknown_submission_is_said_to_be_so(conn):
    with pytest.raises(LookupError, match="Kiriman 4711 tidak ada"):
        describe(conn, 4711)


# ── many ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_many_rows_in_no_order_come_out_as_they_went_in(conn):
    data = many(20_000)
    _, counts = loaded(conn, BY, data, quarantined=list(range(2, 5_002)))
    assert (counts.loaded, counts.quarantined) == (15_000, 5_000)
    ((total,),) = ask(conn, "SELECT sum(nilai) FROM portal.nilai")
    kept = [Decimal(text) for text in data.figures["desimal"].to_pylist()[5_000:]]
    assert total == sum(kept)
    _, counts = loaded(conn, BY, data, content="b")
    assert (counts.loaded, counts.unchanged) == (5_000, 15_000)
    text = np.array(data.figures["desimal"].to_pylist(), dtype=object)
    text[:10] = "-1.5"
    changed = data.figures.set_column(7, "desimal", pa.array(text.tolist()))
    _, counts = loaded(conn, BY, replace(data, figures=changed), content="c")
    assert (counts.changed, counts.removed) == (10, 0)
    assert run_checks(conn) == []


def test_earlier_figures_come_as_codes(conn):
    loaded(conn, BY, tidy([("64.08.01", "2023", "3", "-"), ("64.08.01", "2024", "5", "6")]))
    table = earlier(conn, BY, ["2023", "2022"])
    assert table.to_pylist() == [
        {"indikator": "faskes.puskesmas", "wilayah": "64.08.01", "periode": "2023", "rincian": "", "nilai": 3.0}
    ]
    assert earlier(conn, BY, ["1999"]).num_rows == 0
