"""A difference that a person released is known: it is told while it stands, and holds no later submission back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection
from warehouse.budget_data import sync
from warehouse.reconciled import BUD, LRA, apart, found_of, pagu, plan, spent, status, take

from etl.load.account import submission_account, summary
from etl.load.reconcile import reconcile
from etl.load.release import release, return_
from etl.load.warehouse import connect, transaction
from expectations.report import render

WHY = "BUD mencatat SP2D tanggal 31 sesudah tutup buku"


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, LRA, BUD)
    yield conn
    conn.close()


def query(conn: Connection, text: str) -> list[tuple[Any, ...]]:
    with transaction(conn) as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def known(conn: Connection, submission_id: int) -> list[tuple[str, str, str] | None]:
    """Of each difference who released it, and why; None where it is new."""
    lines = [line for some in apart(conn, submission_id).values() for line in some]
    return [line.known and (line.periode, line.known.by, line.known.reason) for line in lines]


def accepted(conn: Connection) -> int:
    """What the agency says it spent in January the treasurer has as 90: released by a person."""
    take(conn, BUD, spent(90, 40, 30))
    first = take(conn, LRA, spent(100), content="1")
    assert status(conn, first) == "menunggu" and "Catatan SKPD" in found_of(conn, first)
    release(conn, first, "Rina", WHY)
    return first


def test_the_next_file_with_the_very_same_difference_is_released_by_rule(conn: Connection) -> None:
    first = accepted(conn)
    assert known(conn, first) == [("2025-01", "Rina", WHY)] * 2, "the month, and up to the month"
    again = take(conn, LRA, spent(100), [pagu(500)], content="2")
    assert status(conn, again) == "dirilis" and found_of(conn, again) == ""
    assert known(conn, again) == [("2025-01", "Rina", WHY)] * 2
    reasons = query(conn, f"SELECT automatic, reason FROM audit.decision WHERE submission_id = {again}")
    assert reasons == [(True, "tidak ada temuan selain selisih yang sudah diketahui")]
    third = take(conn, LRA, spent(100), [pagu(501)], content="3")
    assert status(conn, third) == "dirilis" and known(conn, third)[0] == ("2025-01", "Rina", WHY), "and so on"


def test_it_is_still_told_and_counted(conn: Connection) -> None:
    accepted(conn)
    again = take(conn, LRA, spent(100), [pagu(500)], content="2")
    told = " ".join(re.sub(r"<[^>]+>", " ", render(submission_account(conn, again))).split())
    assert "perbandingan tidak cocok, semuanya sudah diketahui" in told
    assert f"Diketahui: dirilis Rina pada {' '.join(told.split('dirilis Rina pada ')[1].split(' ')[:2])}" in told
    assert WHY in told
    public = query(conn, f"SELECT cocok, alasan, diketahui_pada IS NOT NULL FROM portal.rekonsiliasi"
        f" WHERE kiriman = {again} AND jenis = 'skpd_bud' AND NOT cocok")  # fmt: skip
    assert public == [(False, WHY, True)] * 2
    (line,) = [line for line in summary(conn) if line.skpd == "dinkes"]
    assert (line.disagreeing, line.known) == (2, 2)


@pytest.mark.parametrize("side", ["kiri", "kanan"])
def test_a_change_of_either_value_makes_it_new(conn: Connection, side: str) -> None:
    accepted(conn)
    changed = spent(101) if side == "kiri" else spent(91, 40, 30)
    again = take(conn, LRA if side == "kiri" else BUD, changed, [pagu(500)], content="2")
    assert status(conn, again) == "menunggu" and known(conn, again) == [None, None]
    assert "Catatan SKPD" in found_of(conn, again)


def test_one_new_difference_beside_a_known_one_waits(conn: Connection) -> None:
    accepted(conn)
    again = take(conn, LRA, spent(100, 41), content="2")
    assert status(conn, again) == "menunggu"
    assert set(known(conn, again)) == {None, ("2025-01", "Rina", WHY)}
    assert "2025-02" in found_of(conn, again) and "2025-01" not in found_of(conn, again)


def test_the_other_side_knows_it_too(conn: Connection) -> None:
    accepted(conn)
    again = take(conn, BUD, spent(90, 40, 30), [pagu(900)], content="2")
    assert known(conn, again) == [("2025-01", "Rina", WHY)] * 2 and status(conn, again) == "dirilis"


def test_what_a_person_was_not_told_is_not_known(conn: Connection) -> None:
    """The treasurer corrected between the report and the release: the difference released is not the one told."""
    take(conn, BUD, spent(90, 40, 30))
    first = take(conn, LRA, spent(100), content="1")
    assert status(conn, take(conn, BUD, spent(80, 40, 30), content="2")) == "dirilis"
    release(conn, first, "Rina", WHY)
    assert known(conn, first) == [None, None]
    assert status(conn, take(conn, LRA, spent(100), [pagu(500)], content="2")) == "menunggu"


def test_a_returned_submission_makes_nothing_known_and_takes_nothing_away(conn: Connection) -> None:
    take(conn, BUD, spent(90))
    returned = take(conn, LRA, spent(100), content="1")
    return_(conn, returned, "Rina", "salah")
    again = take(conn, LRA, spent(100), content="2")
    assert status(conn, again) == "menunggu" and known(conn, again) == [None, None]
    release(conn, again, "Rina", WHY)
    return_(conn, take(conn, LRA, spent(99), content="3"), "Rina", "salah ketik")
    assert status(conn, take(conn, LRA, spent(100), [pagu(500)], content="4")) == "dirilis"


def test_a_difference_that_was_settled_in_between_is_new_when_it_comes_back(conn: Connection) -> None:
    accepted(conn)
    take(conn, BUD, spent(100, 40, 30), content="2")
    assert status(conn, take(conn, LRA, spent(100), [pagu(500)], content="2")) == "dirilis"
    release(conn, take(conn, BUD, spent(90, 40, 30), content="3"), "Rina", "kembali")
    with transaction(conn) as cursor:
        cursor.execute("DELETE FROM audit.reconciliation WHERE dataset = 'bpkad.bud'")
    back = take(conn, LRA, spent(100), [pagu(501)], content="3")
    assert status(conn, back) == "menunggu" and known(conn, back) == [None, None]


def test_a_cash_plan_below_its_budget_is_known_month_after_month(conn: Connection) -> None:
    """Of one dataset alone, compared again at every file."""
    first = take(conn, LRA, plan(), pagu(1300), content="1")
    release(conn, first, "Rina", "cadangan belum dibagi")
    again = take(conn, LRA, plan(), pagu(1300), spent(10), content="2")
    assert status(conn, again) == "dirilis" and known(conn, again) == [("2025", "Rina", "cadangan belum dibagi")]


def test_reconciling_again_forgets_nothing(conn: Connection) -> None:
    first = accepted(conn)
    reconcile(conn, first)
    assert known(conn, first) == [("2025-01", "Rina", WHY)] * 2
