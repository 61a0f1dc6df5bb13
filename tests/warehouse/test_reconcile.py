"""Statistics that must agree: regions with their parents, producers with each other, tables with themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from psycopg2.extensions import connection as Connection
from warehouse.tidy_data import contract, loaded, sync, tidy

from etl.contract import Contract
from etl.frames import ControlTotal, Tidy
from etl.load.checks import run_checks
from etl.load.reconciliation import AGREEING, Line, read_lines
from etl.load.release import release
from etl.load.submission import describe
from etl.load.warehouse import connect, transaction

BY = contract()
KECAMATAN = [f"64.08.{number:02d}" for number in range(1, 19)]


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    yield conn
    conn.close()


def lines(conn: Connection, submission_id: int, kind: str | None = None) -> list[Line]:
    with transaction(conn) as cursor:
        return [line for line in read_lines(cursor, submission_id) if kind in (None, line.kind)]


def status(conn: Connection, submission_id: int) -> str:
    return describe(conn, submission_id).status


def rows_of(year: str, by: int = 1, places: list[str] | None = None) -> list[tuple[str, str, str, str]]:
    """Two numbers per region that no other region has; `by` makes them another year's."""
    return [(code, year, str(by * (100 + n)), str(by * (300 + 7 * n))) for n, code in enumerate(places or KECAMATAN)]


def query(conn: Connection, text: str) -> list[tuple[object, ...]]:
    with transaction(conn) as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def test_a_submission_that_concerns_nothing_has_nothing_to_compare(conn: Connection) -> None:
    submission_id, counts = loaded(conn, BY, tidy(rows_of("2024")))
    assert lines(conn, submission_id) == [] and counts.status == "dirilis"


# ── regions ──


def with_regency(total: int, places: list[str] | None = None) -> Tidy:
    return tidy([*rows_of("2024", places=places), ("64.08", "2024", str(total), "6471")])


SUM = sum(100 + n for n in range(18))


def test_the_parts_of_a_region_add_up_to_it(conn: Connection) -> None:
    assert sum(300 + 7 * n for n in range(18)) == 6471
    clean, _ = loaded(conn, BY, with_regency(SUM))
    found = lines(conn, clean, "wilayah")
    assert [(line.agrees, line.subject["indikator"]) for line in found] == [
        (True, "faskes.puskesmas"),
        (True, "faskes.pustu"),
    ]
    wrong, counts = loaded(conn, BY, with_regency(SUM + 4), content="b")
    line = lines(conn, wrong, "wilayah")[0]
    assert (line.agrees, line.left_value, line.right_value, line.periode) == (False, SUM + 4, SUM, "2024")
    assert line.subject == {"indikator": "faskes.puskesmas", "wilayah": "64.08"} and counts.status == "menunggu"


def test_parent_and_parts_may_come_in_two_submissions(conn: Connection) -> None:
    by = contract(load="tambah")
    sync(conn, by)
    first, _ = loaded(conn, by, tidy(rows_of("2024")), path="dinkes/kecamatan.xlsx")
    assert lines(conn, first, "wilayah") == []
    second, _ = loaded(conn, by, tidy([("64.08", "2024", str(SUM - 1), None)]), path="dinkes/kabupaten.xlsx")
    (line,) = lines(conn, second, "wilayah")
    assert (line.agrees, line.left_value - line.right_value) == (False, -1)


def test_with_a_part_missing_or_a_ratio_a_sum_would_say_nothing(conn: Connection) -> None:
    missing, _ = loaded(conn, BY, with_regency(SUM, KECAMATAN[:-1]))
    assert lines(conn, missing, "wilayah") == []
    percent = {code: {**about.model_dump(), "additive": False} for code, about in BY.indikator.items()}
    other = contract("dinkes.cakupan", indikator={code.replace("faskes", "cakupan"): a for code, a in percent.items()})
    sync(conn, BY, other)
    ratio, _ = loaded(conn, other, tidy([*rows_of("2024"), ("64.08", "2024", "1", "2")], other), path="dinkes/c.xlsx")
    assert lines(conn, ratio, "wilayah") == []


# ── two producers ──


def other_producer(**about: object) -> Contract:
    indikator = {
        f"sarana.{name}": {"nama": f"Sarana {name}", "konsep": "k", "definisi": "d", "satuan": "unit"} | about
        for name in ("puskesmas", "pustu")
    }
    return contract("dukcapil.sarana", indikator=indikator)


@pytest.mark.parametrize("about", [{"sama_dengan": ["faskes.puskesmas"]}, {"nama": "PUSKESMAS"}])
def test_two_producers_of_one_indicator_are_compared_region_by_region(
    conn: Connection, about: dict[str, object]
) -> None:
    other = other_producer(**about)
    other = other.model_copy(
        update={
            "indikator": {
                code: one if code == "sarana.puskesmas" else one.model_copy(update={"sama_dengan": (), "nama": "Lain"})
                for code, one in other.indikator.items()
            }
        }
    )
    sync(conn, BY, other)
    loaded(conn, BY, tidy(rows_of("2024")))
    clean, counts = loaded(conn, other, tidy(rows_of("2024"), other), path="dukcapil/a.xlsx", content="lain")
    found = lines(conn, clean, "dua_produsen")
    assert len(found) == 18 and all(line.agrees for line in found) and counts.status == "dirilis"

    changed = [(code, year, "1" if code == "64.08.04" else a, b) for code, year, a, b in rows_of("2024")]
    wrong, counts = loaded(conn, other, tidy(changed, other), path="dukcapil/a.xlsx", content="b")
    (line,) = [line for line in lines(conn, wrong, "dua_produsen") if not line.agrees]
    assert (line.left_value, line.right_value, line.subject["wilayah"]) == (1, 103, "64.08.04")
    assert line.left_name == "Dinas Kependudukan" and line.right_name == "Dinas Kesehatan"
    assert counts.status == "menunggu"
    finding = query(conn, f"SELECT rule, owner, message FROM audit.finding WHERE submission_id = {wrong}")
    assert [(rule, owner) for rule, owner, _ in finding] == [("rekonsiliasi", "diskominfo")]
    assert "1 dari 18 tidak cocok" in str(finding[0][2])


def test_the_other_unit_or_ones_own_dataset_is_another_indicator(conn: Connection) -> None:
    other = other_producer(nama="Puskesmas", satuan="gedung")
    own = contract(
        "dinkes.sarana",
        indikator={
            f"sarana.{n}": {"nama": n.capitalize(), "konsep": "k", "definisi": "d", "satuan": "unit"}
            for n in ("puskesmas", "pustu")
        },
    )
    sync(conn, BY, other)
    loaded(conn, BY, tidy(rows_of("2024")))
    different, _ = loaded(conn, other, tidy(rows_of("2024", 2), other), path="dukcapil/a.xlsx")
    assert lines(conn, different, "dua_produsen") == []
    sync(conn, BY, own)
    mine, _ = loaded(conn, own, tidy(rows_of("2024", 2), own), path="dinkes/a.xlsx", content="b")
    assert lines(conn, mine, "dua_produsen") == []


# ── the same file, the same numbers ──


def test_the_same_bytes_under_another_name_are_told(conn: Connection) -> None:
    loaded(conn, BY, tidy(rows_of("2023")), path="dinkes/faskes_2023.xlsx", content="a")
    again, _ = loaded(conn, BY, tidy(rows_of("2024", 3)), path="dinkes/faskes_2024.xlsx", content="a")
    (line,) = lines(conn, again, "berkas_sama")
    assert (line.agrees, line.left_name, line.right_name) == (
        False,
        "dinkes/faskes_2024.xlsx",
        "dinkes/faskes_2023.xlsx",
    )
    assert "2023" in line.explanation
    assert status(conn, again) == "dirilis", "a copy beside its original is returned when it is received"
    same, _ = loaded(conn, BY, tidy(rows_of("2024", 3)), path="dinkes/salinan.xlsx", content="a")
    assert status(conn, same) == "tidak_berubah"
    assert {line.right_name for line in lines(conn, same, "berkas_sama")} == {
        "dinkes/faskes_2023.xlsx",
        "dinkes/faskes_2024.xlsx",
    }


def test_bytes_that_stood_under_another_name_until_that_was_mended_are_no_fault(conn: Connection) -> None:
    loaded(conn, BY, tidy(rows_of("2023")), path="dinkes/faskes_2023.xlsx", content="a")
    loaded(conn, BY, tidy(rows_of("2023", 2)), path="dinkes/faskes_2023.xlsx", content="b")
    right, counts = loaded(conn, BY, tidy(rows_of("2024", 3)), path="dinkes/faskes_2024.xlsx", content="a")
    assert lines(conn, right, "berkas_sama") == [] and counts.status == "dirilis"


def test_a_table_of_one_year_offered_as_another_is_not_released_by_rule(conn: Connection) -> None:
    loaded(conn, BY, tidy(rows_of("2023")), path="dinkes/2023.xlsx", content="a")
    fresh, counts = loaded(conn, BY, tidy(rows_of("2024", 2)), path="dinkes/2024.xlsx", content="b")
    assert lines(conn, fresh, "angka_sama") == [] and counts.status == "dirilis"
    copied, counts = loaded(conn, BY, tidy(rows_of("2025")), path="dinkes/2025.xlsx", content="c")
    (line,) = lines(conn, copied, "angka_sama")
    assert line.subject == {"periode": "2025", "periode_lain": "2023"} and line.label.startswith("36 angka")
    assert counts.status == "menunggu"
    assert query(conn, "SELECT count(*) FROM portal.nilai WHERE periode = '2025'") == [(0,)]


def test_one_number_that_differs_makes_another_table(conn: Connection) -> None:
    loaded(conn, BY, tidy(rows_of("2023")), path="dinkes/2023.xlsx", content="a")
    changed = [*rows_of("2024")[:-1], (KECAMATAN[-1], "2024", "117", "5")]
    other, _ = loaded(conn, BY, tidy(changed), path="dinkes/2024.xlsx", content="b")
    assert lines(conn, other, "angka_sama") == []


def test_the_numbers_of_one_region_at_another_are_told_once(conn: Connection) -> None:
    years = [str(year) for year in range(2010, 2022)]
    numbers = [(year, str(50 + n), str(90 + 3 * n)) for n, year in enumerate(years)]
    rows = [(code, *line) for code in ("64.08.01", "64.08.02") for line in numbers]
    copied, counts = loaded(conn, BY, tidy(rows))
    (line,) = lines(conn, copied, "angka_sama")
    assert line.subject == {"wilayah": "64.08.01", "wilayah_lain": "64.08.02"} and counts.status == "menunggu"


def test_numbers_that_are_nearly_all_the_same_agree_by_chance(conn: Connection) -> None:
    rows = [(code, year, "1", "0") for year in ("2023", "2024") for code in KECAMATAN]
    submission_id, _ = loaded(conn, BY, tidy([*rows, *[(code, "2022", "1", "2") for code in KECAMATAN]]))
    assert lines(conn, submission_id, "angka_sama") == []


# ── totals of the file ──


def total(stated: int, computed: int, no: int = 1, **more: object) -> ControlTotal:
    return ControlTotal(
        label=f"Jumlah {no}",
        indikator="faskes.pustu",
        periode="2024",
        stated=Decimal(stated),
        computed=Decimal(computed),
        tolerance=Decimal(0),
        key=20 + no,
        col_no=3,
        **more,
    )


def test_totals_of_the_file_are_kept_the_agreeing_ones_too(conn: Connection) -> None:
    totals = (total(9, 8), *(total(5, 5, no, depth=no) for no in range(2, 2 + AGREEING + 40)))
    data = replace(tidy(rows_of("2024")), control_totals=totals)
    submission_id, _ = loaded(conn, BY, data, release_by=None)
    found = lines(conn, submission_id, "jumlah_anak")
    assert (found[0].label, found[0].agrees, found[0].left_value, found[0].subject["sel"]) == (
        "Jumlah 1",
        False,
        9,
        "C21",
    )
    assert len(found) == 1 + AGREEING and sum(line.stands_for for line in found) == len(totals)
    release(conn, submission_id, "Rina", "benar")
    assert lines(conn, submission_id, "jumlah_anak") == found, "only the file could tell; releasing does not forget it"


# ── what the public may see, and what must not go wrong ──


def public(conn: Connection, submission_id: int) -> set[bool]:
    return {
        bool(row[0])
        for row in query(conn, f"SELECT public FROM audit.reconciliation WHERE submission_id = {submission_id}")
    }


def test_a_line_is_public_with_its_figures(conn: Connection) -> None:
    waiting, _ = loaded(conn, BY, with_regency(SUM), release_by=None)
    assert public(conn, waiting) == {False}
    release(conn, waiting, "Rina", "benar")
    assert public(conn, waiting) == {True}
    closed = contract(access="terbatas", access_ground="UU 14/2008 Ps 17")
    sync(conn, closed)
    again, _ = loaded(conn, closed, with_regency(SUM + 1), content="b")
    release(conn, again, "Rina", "selisih diketahui")
    assert public(conn, again) == {False}


def test_what_goes_wrong_in_comparing_costs_no_load_but_a_person_decides(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        conn.cursor().execute("SELECT 1/0")

    monkeypatch.setattr("etl.load.reconcile._regions", broken)
    submission_id, counts = loaded(conn, BY, tidy(rows_of("2024")))
    assert counts.status == "menunggu" and counts.figures == 36
    assert query(conn, f"SELECT rule, cause FROM audit.finding WHERE submission_id = {submission_id}") == [
        ("rekonsiliasi", "Kesalahan program, bukan kesalahan berkas; sebabnya ada di log.")
    ]
    release(conn, submission_id, "Rina", "sudah dicocokkan sendiri")
    assert query(conn, "SELECT count(*) FROM portal.nilai") == [(36,)]


def test_lines_of_a_submission_that_is_not_there_are_found(conn: Connection) -> None:
    loaded(conn, BY, with_regency(SUM))
    assert run_checks(conn) == []
    with transaction(conn) as cursor:
        cursor.execute("UPDATE audit.reconciliation SET submission_id = 99")
    assert [one.name for one in run_checks(conn)] == ["rekonsiliasi_milik_kiriman"]
