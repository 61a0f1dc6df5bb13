"""The agency's record and the treasurer's stand side by side, and which of them is not in rupiah is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg2.extensions import connection as Connection
from warehouse.budget_data import sync
from warehouse.reconciled import BUD, CUMULATIVE, LRA, apart, lines, pagu, plan, spent, status, take

from etl.load.release import release
from etl.load.warehouse import connect


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, LRA, BUD)
    yield conn
    conn.close()


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
