"""A plan over several years beside the years' budgets: never mixed into what is compared, added up or shown by year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection
from warehouse.budget_data import SUB, Amount, sync
from warehouse.performance_data import Reached, performance, performance_contract
from warehouse.reconciled import LRA, apart, lines, pagu, plan, spent, status, take
from warehouse.tidy_data import loaded

from etl.load.warehouse import connect

KINERJA = performance_contract()
WHOLE = pagu(999_999, "2021-2026")


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, LRA, KINERJA)
    yield conn
    conn.close()


def ask(conn: Connection, text: str, *values: object) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall()


def test_what_is_compared_by_year_does_not_see_the_plan(conn: Connection) -> None:
    number = take(conn, LRA, plan(), pagu(1200), *spent(100, 200), WHOLE)
    assert apart(conn, number) == {} and status(conn, number) == "dirilis"
    (line,) = lines(conn, number, "kas_pagu")
    assert (line.periode, line.left_value, line.right_value) == ("2025", 1200, 1200)
    (line,) = lines(conn, number, "realisasi_pagu")
    assert (line.left_value, line.right_value) == (300, 1200)


def test_a_submission_of_the_plan_alone_has_nothing_to_be_compared_with(conn: Connection) -> None:
    take(conn, LRA, plan(), pagu(1200))
    number = take(conn, LRA, WHOLE, content="b", path="dinkes/renstra.xlsx")
    assert status(conn, number) == "dirilis"
    assert {kind: lines(conn, number, kind) for kind in ("kas_pagu", "realisasi_pagu", "silpa", "jenis_realisasi")} == {
        "kas_pagu": [],
        "realisasi_pagu": [],
        "silpa": [],
        "jenis_realisasi": [],
    }


def test_the_tree_of_programmes_is_of_years(conn: Connection) -> None:
    take(conn, LRA, plan(), pagu(1200), WHOLE)
    reached = [Reached("target", "2021-2026", 4000), Reached("target", "2025", 100), Reached("capaian", "2025-Q4", 50)]
    loaded(conn, KINERJA, performance(KINERJA, *reached), path="dinkes/kinerja.xlsx")
    for source in ("portal.program", "portal.program_pada(now())"):
        found = ask(conn, f"SELECT tahun, pagu, capaian_persen FROM {source} WHERE kode = %s ORDER BY tahun", SUB)
        assert found == [(2025, 1200, 50)], source
    by_quarter = ask(conn, "SELECT periode, tahun, target FROM portal.kinerja_triwulan ORDER BY periode")
    assert by_quarter == [("2021-2026", None, 4000), ("2025", 2025, 100), ("2025-Q4", 2025, 100)]


def test_the_last_day_decides_which_version_of_a_code_is_meant(conn: Connection) -> None:
    """As for a year or a month: what a plan aims at, and an average, is told when the period is over."""
    ask(conn, "UPDATE dw.dim_kegiatan SET berlaku_sampai = '2025-01-01' WHERE kode = %s RETURNING 1", SUB)
    ask(
        conn,
        "INSERT INTO dw.dim_kegiatan (kode, tingkat, nama, induk, berlaku_dari, sumber, keyakinan)"
        " SELECT kode, tingkat, 'Nama baru', induk, '2025-01-01', sumber, keyakinan FROM dw.dim_kegiatan"
        " WHERE kode = %s RETURNING 1",
        SUB,
    )
    take(conn, LRA, pagu(7, "2024"), pagu(8, "2019-2024"), WHOLE)
    named = dict(ask(conn, "SELECT periode, nama_kegiatan = 'Nama baru' FROM portal.anggaran WHERE besaran = 'pagu'"))
    assert named == {"2024": False, "2019-2024": False, "2021-2026": True}


def test_a_revision_of_the_plan_is_its_history(conn: Connection) -> None:
    take(conn, LRA, WHOLE)
    take(conn, LRA, Amount("pagu", "2021-2026", 888_888), content="b")
    assert ask(conn, "SELECT nilai FROM portal.anggaran_riwayat WHERE periode = '2021-2026' ORDER BY berlaku_dari") == [
        (999_999,),
        (888_888,),
    ]
