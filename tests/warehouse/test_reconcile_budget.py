"""Budgets that must add up: every identity is heard of when an amount is wrong, and silent when none is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from warehouse.budget_data import SUB, Amount, budget, budget_contract, months, sync
from warehouse.tidy_data import loaded

from etl.cli_status import print_summary, summarised
from etl.contract import Contract
from etl.load.received import read_submission
from etl.load.reconcile import Identities, kept_scope, reconcile
from etl.load.reconciliation import Line, read_lines
from etl.load.release import DecisionRefused, release
from etl.load.submission import describe
from etl.load.warehouse import connect, transaction
from etl.settings import Settings

LRA = budget_contract()
BUD = budget_contract("bpkad.bud")
CUMULATIVE = budget_contract("dinkes.lra", cumulative=True)


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, LRA, BUD)
    yield conn
    conn.close()


def take(conn: Connection, by: Contract, *amounts: object, content: str = "a", path: str | None = None) -> int:
    path = path or f"{by.skpd}/{by.name}.xlsx"
    return loaded(conn, by, budget(by, *amounts), path=path, content=f"{by.id} {content}")[0]


def lines(conn: Connection, submission_id: int, kind: str) -> list[Line]:
    with transaction(conn) as cursor:
        return [line for line in read_lines(cursor, submission_id) if line.kind == kind]


def apart(conn: Connection, submission_id: int) -> dict[str, list[Line]]:
    with transaction(conn) as cursor:
        found = [line for line in read_lines(cursor, submission_id) if not line.agrees]
    return {kind: [line for line in found if line.kind == kind] for kind in {line.kind for line in found}}


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


def found_of(conn: Connection, submission_id: int) -> str:
    """What is told to the walidata of a submission that does not agree."""
    query = (
        "SELECT message FROM audit.finding WHERE submission_id = %s AND rule = 'rekonsiliasi' AND severity = 'catatan'"
    )
    with transaction(conn) as cursor:
        cursor.execute(query, (submission_id,))
        return "\n".join(str(message) for (message,) in cursor.fetchall())


def status(conn: Connection, submission_id: int) -> str:
    return describe(conn, submission_id).status


# ── the cash plan ──


def plan(each: int = 100, sub: str = SUB, rekening: str = "5.1.02.01") -> list[Amount]:
    return [Amount("kas", month, each, sub_kegiatan=sub, rekening=rekening) for month in months(2025)]


def pagu(nilai: int, periode: str = "2025-01", **more: str) -> Amount:
    return Amount("pagu", periode, nilai, **more)


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


def spent(
    *values: int, first: int = 1, sub: str = SUB, rekening: str = "5.1.02.01", skpd: str = "KT20"
) -> list[Amount]:
    return [
        Amount("realisasi", f"2025-{month:02d}", value, skpd=skpd, sub_kegiatan=sub, rekening=rekening)
        for month, value in enumerate(values, start=first)
    ]


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


# ── the agency and the treasurer ──


def test_the_agencys_record_and_the_treasurers_stand_side_by_side(conn: Connection) -> None:
    take(conn, BUD, spent(10, 5), spent(7, rekening="5.2.02.05"))
    clean = take(conn, LRA, spent(10, 5), spent(7, rekening="5.2.02.05"))
    found = lines(conn, clean, "skpd_bud")
    assert {(line.periode, line.label.rpartition(" · ")[2]) for line in found} == {
        (month, kind)
        for month in ("2025-01", "2025-02")
        for kind in ("realisasi bulan ini", "realisasi s.d. bulan ini")
    }
    assert all(line.agrees for line in found) and status(conn, clean) == "dirilis"

    wrong = take(conn, LRA, spent(10, 8), spent(7, rekening="5.2.02.05"), content="b")
    found = apart(conn, wrong)["skpd_bud"]
    assert {(line.periode, line.left_value, line.right_value) for line in found} == {
        ("2025-02", 8, 5),
        ("2025-02", 18, 15),
    }
    assert {(line.left_name, line.right_name) for line in found} == {("catatan SKPD", "catatan BUD")}
    assert status(conn, wrong) == "menunggu"
    release(conn, wrong, "Rina", "SP2D Februari menyusul di BUD")
    assert len(apart(conn, wrong)["skpd_bud"]) == 2, "released with its difference, which is still told"


def test_the_treasurer_is_compared_whichever_came_first(conn: Connection) -> None:
    take(conn, LRA, spent(10))
    submission_id = take(conn, BUD, spent(9), spent(4, rekening="5.2.02.05"))
    found = {line.subject["rekening"]: line for line in apart(conn, submission_id)["skpd_bud"]}
    assert (found["5.1.02.01"].left_value, found["5.1.02.01"].right_value) == (10, 9)
    assert (found["5.2.02.05"].left_value, found["5.2.02.05"].right_value) == (0, 4)


def test_a_cumulative_record_is_compared_with_the_months_added_up(conn: Connection) -> None:
    sync(conn, CUMULATIVE, BUD)
    take(conn, BUD, spent(10, 5))
    (line,) = lines(conn, take(conn, CUMULATIVE, spent(15, first=2)), "skpd_bud")
    assert (line.agrees, line.left_value, line.right_value) == (True, 15, 15)


# ── thousands where rupiah were declared ──


@pytest.mark.parametrize(("scale", "unit"), [(1_000, "ribuan"), (1_000_000, "jutaan")])
def test_amounts_in_thousands_are_told_with_the_factor_and_what_to_do(conn: Connection, scale: int, unit: str) -> None:
    each = {f"5.1.02.0{no}": (1_234 + no) * 1_000_000 for no in range(1, 6)}
    take(conn, BUD, *(spent(value, rekening=code) for code, value in each.items()))
    wrong = take(conn, LRA, *(spent(value // scale, rekening=code) for code, value in each.items()))
    found = apart(conn, wrong)["skpd_bud"]
    assert len(found) == 10, "the month, and the months up to it"
    factor = f"{scale:,}".replace(",", ".")
    for line in found:
        assert f"faktor {factor}: jumlah pada catatan SKPD tampaknya ditulis dalam {unit} rupiah" in line.explanation
        assert f'`scale: "{scale}"`' in line.explanation
    assert status(conn, wrong) == "menunggu"


def test_a_cash_plan_beside_a_budget_in_thousands_names_the_budget(conn: Connection) -> None:
    accounts = [f"5.1.02.0{no}" for no in range(1, 7)]
    planned = [plan(1_000 * no, rekening=code) for no, code in enumerate(accounts, start=1)]
    sides = [pagu(12 * no, rekening=code) for no, code in enumerate(accounts, start=1)]
    wrong = take(conn, LRA, *planned, sides)
    found = apart(conn, wrong)["kas_pagu"]
    assert len(found) == 6 and all("faktor 1.000: jumlah pada pagu" in line.explanation for line in found)


def test_a_factor_of_a_few_lines_or_of_some_is_no_unit(conn: Connection) -> None:
    def told(*amounts: tuple[int, int], content: str) -> bool:
        planned = [plan(kas, rekening=f"5.1.02.{no:02d}") for no, (kas, _) in enumerate(amounts, start=1)]
        sides = [pagu(nilai, rekening=f"5.1.02.{no:02d}") for no, (_, nilai) in enumerate(amounts, start=1)]
        wrong = take(conn, LRA, *planned, sides, content=content)
        return any("faktor" in line.explanation for line in apart(conn, wrong)["kas_pagu"])

    off = [(1_000 * no, 12 * no) for no in range(1, 6)]
    assert told(*off, content="lima")
    assert not told(*off[:4], content="empat")
    assert not told(*off, (100, 1_200), content="satu di antaranya cocok")
    assert not told(*[(1_003 * no, 12 * no) for no in range(1, 6)], content="hampir seribu")


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
    assert lines(conn, waiting, "skpd_bud") == at_load
    reconcile(conn, waiting)
    assert lines(conn, waiting, "skpd_bud") == at_load


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
