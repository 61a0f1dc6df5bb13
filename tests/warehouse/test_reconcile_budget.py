"""Budgets that must add up: every identity is heard of when an amount is wrong, and silent when none is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from warehouse.budget_data import SUB, Amount, budget, budget_contract, sync
from warehouse.reconciled import BUD, CUMULATIVE, LRA, apart, found_of, lines, pagu, plan, spent, status, take
from warehouse.tidy_data import loaded

from etl.cli_status import print_summary, summarised
from etl.contract import Contract
from etl.load.received import read_submission
from etl.load.reconcile import Identities, kept_scope, reconcile
from etl.load.release import DecisionRefused, release
from etl.load.warehouse import connect, transaction
from etl.settings import Settings


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, LRA, BUD)
    yield conn
    conn.close()


def proposed(conn: Connection, submission_id: int) -> dict[str, int]:
    """Budget per agency in what a waiting submission is compared with."""
    with transaction(conn) as cursor:
        submission = read_submission(cursor, submission_id)
        identities = Identities(cursor, kept_scope(cursor, submission))
        cursor.execute(
            compose.SQL(
                "SELECT s.kode, sum(u.nilai)::int FROM {usulan} AS u JOIN dw.dim_skpd AS s USING (skpd_id)"
                " JOIN dw.dim_indikator AS i USING (indikator_id) WHERE i.besaran = 'pagu' GROUP BY 1"
            ).format(usulan=identities.proposed),
            identities.given,
        )
        return dict(cursor.fetchall())


# ── the cash plan ──


def test_twelve_months_of_the_cash_plan_are_the_budget(conn: Connection) -> None:
    clean = take(conn, LRA, plan(), pagu(1200))
    (line,) = lines(conn, clean, "kas_pagu")
    assert (line.agrees, line.left_value, line.right_value) == (True, 1200, 1200)
    assert apart(conn, clean) == {} and status(conn, clean) == "dirilis"

    wrong = take(conn, LRA, plan(), pagu(1300), content="b")
    (line,) = lines(conn, wrong, "kas_pagu")
    assert (line.agrees, line.left_value, line.right_value) == (False, 1200, 1300)
    assert line.subject["skpd"] == "KT20" and line.subject["kegiatan"] == SUB and "pagu tahap" in line.explanation
    assert status(conn, wrong) == "menunggu", "what disagrees a person releases"
    assert "Anggaran kas" in found_of(conn, wrong)


def test_a_cash_plan_of_eleven_months_is_not_compared(conn: Connection) -> None:
    submission_id = take(conn, LRA, plan()[:-1], pagu(1300))
    assert lines(conn, submission_id, "kas_pagu") == []


def test_the_newest_stage_is_the_budget_that_the_plan_is_compared_with(conn: Connection) -> None:
    submission_id = take(conn, LRA, plan(), pagu(900, tahap="pokok"), pagu(1200, tahap="perubahan"))
    assert [line.agrees for line in lines(conn, submission_id, "kas_pagu")] == [True]


def test_sources_that_go_to_different_depths_are_compared_where_both_are(conn: Connection) -> None:
    take(conn, BUD, pagu(700, rekening="5.1.02.01.01.0001"), pagu(500, rekening="5.1.02.01.01.0002"))
    submission_id = take(conn, LRA, plan(50, rekening="5.1.02"), plan(50, rekening="5.1.01"))
    found = {line.subject["rekening"]: line for line in lines(conn, submission_id, "kas_pagu")}
    assert (found["5.1.02"].left_value, found["5.1.02"].right_value, found["5.1.02"].agrees) == (600, 1200, False)
    assert (found["5.1.01"].left_value, found["5.1.01"].right_value) == (600, 0)
    assert "tidak ada pagunya" in found["5.1.01"].explanation


# ── SiLPA ──


APBD = budget_contract(
    "bpkad.apbd",
    columns={name: column.model_dump() for name, column in BUD.columns.items() if name not in ("skpd", "sub_kegiatan")}
    | {m: {"role": "ukuran", "indikator": f"apbd.{m}"} for m in ("pagu", "kas", "realisasi")},
)


def apbd(spent: int = 1_150_000_001, **more: str) -> list[Amount]:
    accounts = {"4.1": 400_000_001, "4.2": 700_000_000, "5.1": spent, "6.1": 60_000_000, "6.2": 10_000_000}
    return [pagu(nilai, rekening=code, sub_kegiatan="", **more) for code, nilai in accounts.items()]


def test_a_budget_balances_with_financing_received_less_financing_paid(conn: Connection) -> None:
    sync(conn, LRA, BUD, APBD)
    clean = take(conn, APBD, apbd())
    (line,) = lines(conn, clean, "silpa")
    assert line.agrees and line.left_value == 0 and status(conn, clean) == "dirilis"

    wrong = take(conn, APBD, apbd(1_150_500_001), content="b")
    (line,) = lines(conn, wrong, "silpa")
    assert not line.agrees and line.left_value == -500_000 and "6.2" in line.explanation
    assert status(conn, wrong) == "menunggu", "a rule does not release a budget that does not balance"


def test_stages_balance_each_for_itself_and_parents_are_not_counted_beside_their_children(conn: Connection) -> None:
    sync(conn, LRA, BUD, APBD)
    doubled = [*apbd(tahap="pokok"), pagu(1_100_000_001, rekening="4", sub_kegiatan="", tahap="pokok")]
    submission_id = take(conn, APBD, doubled, apbd(1_200_000_001, tahap="perubahan"))
    found = {line.label.rpartition(" · ")[2]: line for line in lines(conn, submission_id, "silpa")}
    assert found["APBD (DPA)"].agrees and not found["APBD Perubahan (DPPA)"].agrees


def test_an_agency_among_others_need_not_balance_alone(conn: Connection) -> None:
    submission_id = take(conn, BUD, apbd(2_000_000_001))
    assert lines(conn, submission_id, "silpa") == []
    both = take(conn, BUD, apbd(2_000_000_001), pagu(5, skpd="KT38"), content="b")
    assert [line.agrees for line in lines(conn, both, "silpa")] == [False]
    one = take(conn, BUD, pagu(6, skpd="KT38"), path="bpkad/satu.xlsx", content="c")
    assert lines(conn, one, "silpa") == [], "agency by agency the sum is not whole before the last one"


def test_amounts_rounded_to_millions_may_differ_by_their_rounding(conn: Connection) -> None:
    sync(conn, LRA, BUD, APBD)
    accounts = {"4.1": 400, "5.1": 458, "6.1": 61, "6.2": 2}
    rounded = [pagu(nilai * 10**6, rekening=code, sub_kegiatan="") for code, nilai in accounts.items()]
    (line,) = lines(conn, take(conn, APBD, rounded), "silpa")
    assert line.agrees and line.left_value == 1_000_000 and line.tolerance == 2_000_001


# ── realisation ──


def test_a_negative_month_waits_for_somebody_who_explains_it(conn: Connection) -> None:
    clean = take(conn, LRA, spent(10, 5, 20))
    assert apart(conn, clean) == {} and all(line.agrees for line in lines(conn, clean, "realisasi_turun"))
    wrong = take(conn, LRA, spent(10, 5, -20), content="b")
    (line,) = apart(conn, wrong)["realisasi_turun"]
    assert (line.periode, line.left_value, line.right_value) == ("2025-03", -20, 0) and "STS" in line.explanation
    assert status(conn, wrong) == "menunggu"


def test_a_cumulative_month_is_not_below_the_month_before(conn: Connection) -> None:
    sync(conn, CUMULATIVE, BUD)
    assert apart(conn, take(conn, CUMULATIVE, spent(10, 15, 15))) == {}
    wrong = take(conn, CUMULATIVE, spent(12, first=4), content="b")
    (line,) = apart(conn, wrong)["realisasi_turun"]
    assert (line.periode, line.left_value, line.right_value) == ("2025-04", 12, 15)


def many_accounts(*values: int) -> list[Amount]:
    return [amount for no in range(1, 7) for amount in spent(*values, rekening=f"5.1.02.0{no}")]


@pytest.mark.parametrize(
    ("by", "values", "agrees"),
    [
        (LRA, (10, 5, 20), True),
        (LRA, (10, 15, 35), False),
        (CUMULATIVE, (10, 15, 35), True),
        (CUMULATIVE, (10, 5, 20), False),
    ],
)
def test_a_source_that_is_not_what_it_is_declared_to_be_is_told(
    conn: Connection, by: Contract, values: tuple[int, ...], agrees: bool
) -> None:
    sync(conn, by, BUD)
    submission_id = take(conn, by, many_accounts(*values), pagu(20))
    (line,) = lines(conn, submission_id, "jenis_realisasi")
    assert line.agrees is agrees
    if not agrees:
        assert lines(conn, submission_id, "realisasi_pagu") == lines(conn, submission_id, "realisasi_turun") == []


def test_what_was_spent_is_not_more_than_the_budget(conn: Connection) -> None:
    clean = take(conn, LRA, spent(10, 5, 20), pagu(35), spent(99, rekening="4.1.01.01"), pagu(5, rekening="4.1.01.01"))
    (line,) = lines(conn, clean, "realisasi_pagu")
    assert (line.agrees, line.left_value, line.right_value) == (True, 35, 35)
    wrong = take(conn, LRA, spent(10, 5, 21), pagu(35), content="b")
    (line,) = apart(conn, wrong)["realisasi_pagu"]
    assert (line.left_value, line.right_value, line.subject["rekening"]) == (36, 35, "5.1.02.01")


def test_a_cumulative_source_is_compared_by_its_last_month(conn: Connection) -> None:
    sync(conn, CUMULATIVE, BUD)
    submission_id = take(conn, CUMULATIVE, spent(10, 20, 35), pagu(35))
    (line,) = lines(conn, submission_id, "realisasi_pagu")
    assert (line.agrees, line.left_value) == (True, 35)


def test_status_counts_what_does_not_agree_of_each_agencys_newest_files(
    conn: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(conn.dsn, tmp_path / "var", tmp_path, "")
    take(conn, LRA, spent(36), spent(8, rekening="5.1.02.02"), pagu(35), pagu(7, rekening="5.1.02.02"))
    take(conn, BUD, spent(5, skpd="KT38"))
    print_summary(settings, {})
    assert "dinkes: 2 perbandingan tidak cocok" in " ".join(capsys.readouterr().out.split())
    take(conn, LRA, spent(35), spent(8, rekening="5.1.02.02"), pagu(35), pagu(7, rekening="5.1.02.02"), content="b")
    assert {line["skpd"]: line["disagreeing"] for line in summarised(settings, {})["skpd"]} == {"bpkad": 0, "dinkes": 1}
    take(conn, LRA, spent(35), pagu(35), content="c")
    print_summary(settings, {})
    assert "tidak cocok" not in capsys.readouterr().out


# ── stages ──


def test_an_older_stage_that_arrives_later_overwrites_nothing_and_is_told(conn: Connection) -> None:
    by = budget_contract(load="tambah")
    sync(conn, by, BUD)
    first = take(conn, by, pagu(120, tahap="perubahan"))
    assert lines(conn, first, "pagu_tahap") == []
    late = take(conn, by, pagu(100, tahap="pokok"), content="b")
    (line,) = lines(conn, late, "pagu_tahap")
    assert (line.agrees, line.left_value, line.right_value) == (False, 100, 120)
    assert line.subject["tahap"] == "pokok" and "tetap APBD Perubahan" in line.explanation
    both = take(conn, by, pagu(101, tahap="pokok"), pagu(130, tahap="perubahan"), content="c")
    assert lines(conn, both, "pagu_tahap") == [], "the newer stage came with it"


def test_what_waits_is_released_after_another_agency_of_the_same_month(conn: Connection) -> None:
    waiting, _ = loaded(conn, BUD, budget(BUD, pagu(50)), path="bpkad/a.xlsx", content="a", release_by=None)
    take(conn, BUD, pagu(60, skpd="KT38"), path="bpkad/b.xlsx")
    release(conn, waiting, "Rina", "benar")
    assert status(conn, waiting) == "dirilis"

    older, _ = loaded(conn, BUD, budget(BUD, pagu(51)), path="bpkad/c.xlsx", content="c", release_by=None)
    take(conn, BUD, pagu(52, rekening="5.1.02.02"), path="bpkad/d.xlsx", content="d")
    with pytest.raises(DecisionRefused, match="akan tertimpa"):
        release(conn, older, "Rina", "benar")


# ── waiting, released, again ──


def test_waiting_figures_are_compared_as_they_would_stand_and_change_nothing(conn: Connection) -> None:
    take(conn, BUD, spent(10, 5))
    take(conn, LRA, spent(10, 5))
    waiting, _ = loaded(conn, LRA, budget(LRA, spent(10, 6)), path="dinkes/lra.xlsx", content="b", release_by=None)
    at_load = lines(conn, waiting, "skpd_bud")
    assert [(line.left_value, line.agrees) for line in at_load if line.periode == "2025-02"] == [
        (6, False),
        (16, False),
    ]
    assert reconcile(conn, waiting).lines and lines(conn, waiting, "skpd_bud") == at_load
    release(conn, waiting, "Rina", "benar")
    released = lines(conn, waiting, "skpd_bud")
    assert [line._replace(known=None) for line in released] == at_load
    assert [line.known is None for line in released] == [line.agrees for line in released]
    reconcile(conn, waiting)
    assert lines(conn, waiting, "skpd_bud") == released


def test_a_load_by_key_keeps_what_it_does_not_state(conn: Connection) -> None:
    by = budget_contract(load="tambah")
    sync(conn, by, BUD)
    take(conn, by, spent(10, 5), pagu(20))
    data = budget(by, spent(6, first=2))
    waiting, _ = loaded(conn, by, data, path="dinkes/lra.xlsx", content="b", release_by=None)
    (line,) = lines(conn, waiting, "realisasi_pagu")
    assert (line.left_value, line.agrees) == (16, True)


def test_a_waiting_file_replaces_its_own_agency_and_stage_only(conn: Connection) -> None:
    """As the merge does: what another agency sent for the month, and an earlier stage, stay in what is compared."""
    take(conn, BUD, pagu(1200, tahap="perubahan"), pagu(40, skpd="KT38", tahap="pokok"))
    take(conn, LRA, plan())
    other, _ = loaded(
        conn, BUD, budget(BUD, pagu(41, skpd="KT38", tahap="pokok")), path="bpkad/b.xlsx", content="b", release_by=None
    )
    assert status(conn, other) == "menunggu" and proposed(conn, other) == {"KT20": 1200, "KT38": 41}
    older, _ = loaded(
        conn, BUD, budget(BUD, pagu(1000, tahap="pokok")), path="bpkad/c.xlsx", content="c", release_by=None
    )
    (line,) = lines(conn, older, "pagu_tahap")
    assert (line.left_value, line.right_value, line.subject["tahap_terbaru"]) == (1000, 1200, "perubahan")
    (line,) = lines(conn, older, "kas_pagu")
    assert (line.agrees, line.right_value) == (True, 1200), "the newer stage is the budget, whoever sends an older one"
    both, _ = loaded(
        conn,
        BUD,
        budget(BUD, pagu(1000, tahap="pokok"), pagu(7, skpd="KT38", tahap="pokok")),
        path="bpkad/d.xlsx",
        content="d",
        release_by=None,
    )
    assert [line.subject["skpd"] for line in lines(conn, both, "pagu_tahap")] == ["KT20"]
