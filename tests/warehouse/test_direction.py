"""What a plan says of its indicators' direction: with the member, on release and not before, and in what is reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from psycopg2.extensions import connection as Connection

from etl.contract import Contract
from etl.frames import Tidy
from etl.load.code_lists import read_lists
from etl.load.release import release, return_
from etl.load.warehouse import connect
from etl.publish.e81_read import read_report
from tests.warehouse.budget_data import sync
from tests.warehouse.performance_data import Reached, performance, performance_contract
from tests.warehouse.tidy_data import loaded

PLAIN = performance_contract()
RATE, VISITS = "Angka kematian ibu", "Jumlah kunjungan"
FIGURES = (
    Reached("target", "2024", 100, RATE),
    Reached("capaian", "2024-Q1", 125, RATE),
    Reached("target", "2024", 100, VISITS),
    Reached("capaian", "2024-Q1", 125, VISITS),
)


def told_contract() -> Contract:
    columns = {name: column.model_dump(exclude_unset=True) for name, column in PLAIN.columns.items()}
    columns["tolok_ukur"]["direction"] = "arah"
    columns["arah"] = {"role": "teks"}
    return performance_contract(columns=columns)


TOLD = told_contract()


def says(by: Contract, arah: str | None, *given: Reached) -> Tidy:
    """A submission whose every row says that direction of the mortality."""
    data = performance(by, *given)
    words = [arah if line.tolok_ukur == RATE else None for line in given]
    rows = data.rows.assign(tolok_ukur=[line.tolok_ukur for line in given], arah=pd.Series(words, data.rows.index))
    return replace(data, rows=rows)


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, TOLD)
    yield conn
    conn.close()


def ask(conn: Connection, text: str) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def held(conn: Connection) -> dict[str, str]:
    return dict(ask(conn, "SELECT kode, arah FROM dw.dim_tolok_ukur WHERE tolok_ukur_id > 1"))


def percent(conn: Connection) -> dict[str, int]:
    found = ask(conn, "SELECT tolok_ukur, capaian_persen FROM portal.kinerja_triwulan WHERE periode = '2024-Q1'")
    return {name: int(value) for name, value in found}


def test_a_new_indicator_comes_with_its_direction(conn: Connection) -> None:
    loaded(conn, TOLD, says(TOLD, "Makin rendah makin baik", *FIGURES))
    assert held(conn) == {RATE: "turun", VISITS: "naik"}
    assert percent(conn) == {RATE: 80, VISITS: 125}
    assert ask(conn, "SELECT DISTINCT arah FROM portal.kinerja WHERE tolok_ukur LIKE 'Angka%'") == [("turun",)]
    assert read_lists(conn, TOLD).directions == {RATE: "turun"}
    assert read_lists(conn, PLAIN).directions == {}


def test_the_form_turns_the_ratio_round(conn: Connection) -> None:
    loaded(conn, TOLD, says(TOLD, "turun", *FIGURES))
    report = read_report(conn, "dinkes", 2024, 1)
    assert {line.indicator: int(line.work.percent or 0) for line in report.lines if line.indicator} == {
        RATE: 80,
        VISITS: 125,
    }


def test_a_waiting_file_changes_nothing_that_is_shown_until_it_is_released(conn: Connection) -> None:
    loaded(conn, PLAIN, performance(PLAIN, *FIGURES))
    assert percent(conn) == {RATE: 125, VISITS: 125}
    more = (*FIGURES, Reached("capaian", "2024-Q2", 110, RATE))
    waiting, counts = loaded(conn, TOLD, says(TOLD, "turun", *more), content="b", release_by=None)
    assert counts.status == "menunggu"
    assert held(conn)[RATE] == "naik"
    release(conn, waiting, "Walidata", "Arah menurut IKU")
    assert held(conn) == {RATE: "turun", VISITS: "naik"}
    assert percent(conn)[RATE] == 80
    before = ask(conn, "SELECT isi ->> 'arah' FROM dw.riwayat_dimensi WHERE dimensi = 'dim_tolok_ukur'")
    assert before == [("naik",)]


def test_a_returned_file_changes_nothing(conn: Connection) -> None:
    loaded(conn, PLAIN, performance(PLAIN, *FIGURES))
    more = (*FIGURES, Reached("capaian", "2024-Q2", 110, RATE))
    waiting, counts = loaded(conn, TOLD, says(TOLD, "turun", *more), content="b", release_by=None)
    assert counts.status == "menunggu"
    return_(conn, waiting, "Walidata", "Salah berkas")
    assert held(conn)[RATE] == "naik"


def test_the_same_figures_again_bring_a_direction_that_was_not_said_before(conn: Connection) -> None:
    loaded(conn, PLAIN, performance(PLAIN, *FIGURES))
    _, counts = loaded(conn, TOLD, says(TOLD, "turun", *FIGURES), content="b")
    assert counts.status == "tidak_berubah"
    assert held(conn)[RATE] == "turun"
    assert percent(conn)[RATE] == 80


def test_a_file_that_says_nothing_leaves_what_was_said(conn: Connection) -> None:
    loaded(conn, TOLD, says(TOLD, "turun", *FIGURES))
    more = (*FIGURES, Reached("capaian", "2024-Q2", 110, RATE))
    loaded(conn, TOLD, says(TOLD, None, *more), content="b")
    assert held(conn)[RATE] == "turun"
