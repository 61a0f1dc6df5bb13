"""Producers compared with each other: what one may not see of the other's is told to it as a difference, never as a
number, on its page, in its rows and to the public; the walidata sees both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import connection as Connection
from warehouse import tidy_data
from warehouse.budget_data import budget, budget_contract
from warehouse.reconciled import pagu, spent, take
from warehouse.tidy_data import contract, loaded, tidy

from etl.catalogue import Catalogue
from etl.contract import Contract, Skpd
from etl.load.account import submission_account
from etl.load.dimensions import sync_catalogue
from etl.load.readers import create_reader
from etl.load.reconciliation import read_lines
from etl.load.release import release
from etl.load.warehouse import connect, transaction
from expectations.report import render

AGENCIES = {
    **tidy_data.CATALOGUE,
    "bpkad": Skpd(nama="BPKAD", kode="KT08", folder="bpkad", kontak="data@bpkad.example"),
    "inspektorat": Skpd(nama="Inspektorat", kode="KT03", folder="inspektorat", kontak="data@itda.example"),
}
OURS = contract()
SECRET, MINE = 47_113, 1_900
"""What the other producer says of a cell, and what we say of it."""
TOLD = {str(number) for number in (SECRET, SECRET - MINE, MINE - SECRET)}
CLOSED = {"access": "terbatas", "access_ground": "UU 14/2008 Ps 17"}


def theirs(**changes: Any) -> Contract:
    """Another producer's dataset with an indicator of the same name and unit as one of ours."""
    about = {"konsep": "k", "definisi": "d", "satuan": "unit"}
    return contract(
        "dukcapil.sarana",
        indikator={
            "sarana.puskesmas": {"nama": "Puskesmas", **about},
            "sarana.pustu": {"nama": "Lain sekali", **about},
        },
        **changes,
    )


def sync(conn: Connection, *contracts: Contract) -> None:
    sync_catalogue(conn, Catalogue({c.id: c for c in contracts}, AGENCIES))


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    yield conn
    conn.close()


def readable(dsn: str, conn: Connection, kind: str, skpd: str | None = None) -> str:
    """Every row that such a login may read, as text."""
    login = f"uji_dinding_{skpd or kind}"
    create_reader(conn, login, "sandi", kind, skpd)
    found = []
    reader = psycopg2.connect(dsn, user=login, password="sandi")
    reader.autocommit = True
    with reader.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class WHERE relkind IN ('r', 'p', 'v')"
            " AND relnamespace::regnamespace::text IN ('audit', 'dw', 'staging', 'portal', 'produsen')"
        )
        for (name,) in cursor.fetchall():
            try:
                cursor.execute(f"SELECT v::text FROM {name} AS v")
            except errors.InsufficientPrivilege:
                continue
            found += [f"{name}: {line}" for (line,) in cursor.fetchall()]
    reader.close()
    return "\n".join(found)


def page(conn: Connection, submission_id: int) -> str:
    """The text of the report that the agency gets."""
    return re.sub(r"<[^>]+>", " ", render(submission_account(conn, submission_id)))


def numbers(text: str) -> set[str]:
    """The numbers that stand in a text, however thousands are set apart."""
    return {re.sub(r"[.]", "", found) for found in re.findall(r"-?\d[\d.]*\d|-?\d", text)}


def differing(conn: Connection, by: Contract, **more: Any) -> int:
    """They released SECRET for a cell of which we then say MINE; returns our submission."""
    sync(conn, OURS, by)
    _, counts = loaded(conn, by, tidy([("64.08.01", "2024", str(SECRET), "12")], by), path="dukcapil/s.xlsx")
    assert counts.status == "dirilis"
    return loaded(conn, OURS, tidy([("64.08.01", "2024", str(MINE), "13")]), content="b", **more)[0]


WALLED = [
    CLOSED,
    {"access": "dikecualikan", "access_ground": "UU 14/2008 Ps 17 huruf h"},
    {"suppress": {"below": 5}},
]


@pytest.mark.parametrize("walled", WALLED, ids=["terbatas", "dikecualikan", "disamarkan"])
def test_a_number_of_anothers_closed_dataset_is_told_nowhere(
    warehouse_dsn: str, conn: Connection, walled: dict[str, Any]
) -> None:
    ours = differing(conn, theirs(**walled))
    told = page(conn, ours)
    assert not TOLD & numbers(told)
    mine = "\n".join(line for line in readable(warehouse_dsn, conn, "produsen", "dinkes").splitlines()
        if not (walled.get("suppress") and line.startswith("portal.")))  # fmt: skip
    assert "produsen.temuan" in mine and not TOLD & numbers(mine)
    assert "tidak cocok" in told and "dukcapil.sarana" in told, "that they differ, and where"
    assert "Dinas Kependudukan" in told and "data@dukcapil.example" in told, "and whom to ask"
    assert {str(SECRET), str(MINE)} <= numbers(readable(warehouse_dsn, conn, "walidata"))
    release(conn, ours, "Rina", "sudah dibicarakan")
    assert not TOLD & numbers(page(conn, ours))
    public = [line for line in readable(warehouse_dsn, conn, "portal").splitlines() if "portal.rekonsiliasi" in line]
    assert public == []


def test_an_open_dataset_is_compared_number_by_number(conn: Connection) -> None:
    ours = differing(conn, theirs())
    assert {str(SECRET), str(MINE - SECRET)} <= numbers(page(conn, ours))


def test_which_cells_agree_with_a_closed_dataset_is_not_told_either(conn: Connection) -> None:
    """That a cell agrees would tell its number, and how many do which ones."""
    by = theirs(**CLOSED)
    sync(conn, OURS, by)
    loaded(conn, by, tidy([(f"64.08.{n:02d}", "2024", str(100 + n), "1") for n in range(1, 7)], by), path="dukcapil/s")
    ours = [(f"64.08.{n:02d}", "2024", str(100 + n + (n == 3)), "1") for n in range(1, 7)]
    number, counts = loaded(conn, OURS, tidy(ours), content="b")
    assert counts.status == "menunggu"
    shown = submission_account(conn, number).reconciled
    assert [(line.agrees, line.left_value, line.right_value, line.stands_for) for line in shown] == [
        (False, None, None, 1)
    ]
    with transaction(conn) as cursor:
        assert len(read_lines(cursor, number)) == 6, "the walidata has them all"
    assert "64.08.03" not in str(shown) and "Sangatta" not in shown[0].label


def test_what_another_has_not_released_yet_is_not_compared(warehouse_dsn: str, conn: Connection) -> None:
    by = theirs()
    sync(conn, OURS, by)
    loaded(conn, by, tidy([("64.08.01", "2024", str(SECRET), "12")], by), path="dukcapil/s.xlsx", release_by=None)
    ours, counts = loaded(conn, OURS, tidy([("64.08.01", "2024", str(MINE), "13")]), content="b")
    assert counts.status == "dirilis" and not TOLD & numbers(page(conn, ours))
    assert not TOLD & numbers(readable(warehouse_dsn, conn, "produsen", "dinkes"))


def test_a_dataset_that_closes_later_takes_its_numbers_from_the_public_comparison(
    warehouse_dsn: str, conn: Connection
) -> None:
    ours = differing(conn, theirs())
    release(conn, ours, "Rina", "sudah dibicarakan")
    assert "portal.rekonsiliasi" in readable(warehouse_dsn, conn, "portal")
    sync(conn, OURS, theirs(**CLOSED))
    assert "portal.rekonsiliasi" not in readable(warehouse_dsn, conn, "portal")
    assert not TOLD & numbers(page(conn, ours)), "nor does a page written from then on tell it"


# ── budgets: an agency and the treasurer are parties to the agency's own figures ──


LRA = budget_contract(**CLOSED)
BUD = budget_contract("bpkad.bud", **CLOSED)
AUDITED = budget_contract("inspektorat.periksa", **CLOSED)


def test_agency_and_treasurer_see_both_sides_of_the_agencys_figures(conn: Connection) -> None:
    sync(conn, LRA, BUD, AUDITED)
    bud = take(conn, BUD, pagu(90_000), spent(SECRET))
    assert str(SECRET) in numbers(page(conn, take(conn, LRA, pagu(90_000), spent(MINE), content="b")))
    again = take(conn, BUD, pagu(90_000), spent(SECRET - 1), content="c")
    assert again != bud and str(SECRET - 1) in numbers(page(conn, again))


def test_a_third_agency_is_no_party(warehouse_dsn: str, conn: Connection) -> None:
    """In neither direction, not by a factor between the two, and not by the budget of a later stage."""
    sync(conn, LRA, BUD, AUDITED)
    take(conn, AUDITED, spent(SECRET), pagu(2 * SECRET, tahap="perubahan"))
    ours = take(conn, LRA, spent(MINE), pagu(3 * SECRET, tahap="pokok"), content="b")
    told = page(conn, ours)
    secrets = TOLD | {str(2 * SECRET), str(SECRET)}
    assert not secrets & numbers(told) and "inspektorat.periksa" in told
    assert not secrets & numbers(readable(warehouse_dsn, conn, "produsen", "dinkes"))
    theirs_ = loaded(conn, AUDITED, budget(AUDITED, *spent(SECRET + 1)), path="inspektorat/b.xlsx", content="c")[0]
    assert str(MINE) not in numbers(page(conn, theirs_))


def test_a_factor_between_two_sides_is_not_told(conn: Connection) -> None:
    sync(conn, LRA, BUD, AUDITED)
    accounts = [f"5.1.02.0{n}" for n in range(1, 7)]
    held = [one for n, code in enumerate(accounts, 1) for one in spent(1_000 * (MINE + n), rekening=code)]
    take(conn, AUDITED, held)
    ours = [one for n, code in enumerate(accounts, 1) for one in spent(MINE + n, rekening=code)]
    told = page(conn, take(conn, LRA, ours, content="b"))
    assert "tidak cocok" in told and "faktor" not in told and "ribuan" not in told


def test_the_public_sees_no_later_stage_of_a_closed_budget(warehouse_dsn: str, conn: Connection) -> None:
    opened = budget_contract()
    sync(conn, opened, AUDITED)
    take(conn, AUDITED, pagu(2 * SECRET, tahap="perubahan"))
    ours = take(conn, opened, pagu(3 * SECRET, tahap="pokok"), content="b")
    release(conn, ours, "Rina", "tahap pokok menyusul")
    assert str(2 * SECRET) not in numbers(readable(warehouse_dsn, conn, "portal"))
