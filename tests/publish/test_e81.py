"""Form E.81: worked out from released budget and performance, and opened in LibreOffice."""

from __future__ import annotations

import zipfile
from decimal import Decimal as D
from io import BytesIO

import openpyxl
import pytest

from etl.load.warehouse import connect
from etl.publish.e81 import Money, Performance, achieved, ancestors, level_of, predicate, report
from etl.publish.e81_read import read_report
from etl.publish.e81_sheet import workbook
from tests.entry.office import SOFFICE, Office
from tests.publish.plan_data import budget, budget_contract, catalogue, load_plan, performance, performance_contract

SUB, OTHER = "1.02.02.2.01.0001", "1.02.02.2.02.0001"


def money(measure, period, value, code=SUB, **more):
    told = {"dataset": "dinkes.buku", "own": True, "cumulative": False, "stage": 0, **more}
    return Money(measure=measure, period=period, value=D(value), kegiatan=code, **told)


def work(measure, period, value=None, code=SUB, mark=None, **more):
    told = {
        "indicator": "bayi",
        "name": "Bayi ditimbang",
        "unit": "Orang",
        "direction": "naik",
        "additive": True,
        **more,
    }
    return Performance(
        kegiatan=code, measure=measure, stage=0, period=period, value=value and D(value), mark=mark, **told
    )


def made(money_told=(), work_told=(), quarter=2, renstra=None):
    return report("Dinas Kesehatan", 2026, quarter, money_told, work_told, {}, renstra=renstra)


def line(told, code, indicator=""):
    (found,) = [one for one in told.lines if one.code == code and indicator in one.indicator]
    return found


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_money_adds_up_over_the_tree_and_quarters():
    told = made(
        [
            money("pagu", "2026", "1000.50"),
            money("pagu", "2026", "500", OTHER),
            money("realisasi", "2026-01", "100.25"),
            money("realisasi", "2026-03", "50"),
            money("realisasi", "2026-04", "25", OTHER),
            money("realisasi", "2026-07", "999"),
        ]
    )
    assert [(one.level, one.code) for one in told.lines] == [
        ("urusan", "1"),
        ("bidang", "1.02"),
        ("program", "1.02.02"),
        ("kegiatan", "1.02.02.2.01"),
        ("sub_kegiatan", SUB),
        ("kegiatan", "1.02.02.2.02"),
        ("sub_kegiatan", OTHER),
    ]
    assert line(told, SUB).money.quarters == (D("150.25"), None, None, None), "the third quarter has not come yet"
    program = line(told, "1.02.02").money
    assert (program.target, program.quarters) == (D("1500.50"), (D("150.25"), D(25), None, None))
    assert (program.year, program.percent) == (D("175.25"), D("11.68"))
    assert told.total.money == program


def test_a_cumulative_source_is_taken_apart():
    values = {"2026-01": "10", "2026-02": "30", "2026-03": "60", "2026-05": "100", "2026-06": "130"}
    told = made([money("realisasi", period, value, cumulative=True) for period, value in values.items()])
    assert line(told, SUB).money.quarters[:2] == (D(60), D(70))
    assert line(told, SUB).money.year == D(130)


def test_the_latest_stage_is_the_target():
    stages = [money("pagu", "2026", value, stage=stage) for stage, value in ((1, "100"), (3, "80"), (2, "90"))]
    assert line(made(stages), SUB).money.target == D(80)


def test_two_books_are_never_added():
    told = made(
        [
            money("realisasi", "2026-01", "100", dataset="bpkad.lra", own=False),
            money("realisasi", "2026-01", "90", dataset="dinkes.buku"),
        ]
    )
    assert line(told, SUB).money.year == D(100), "the treasurer's, as on the portal"
    assert "Realisasi keuangan dari bpkad.lra; yang lain, tidak dijumlahkan: dinkes.buku." in told.notes
    assert "Pagu 2026 belum ada di gudang." in told.notes


# ── performance ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_what_may_be_summed_is_summed():
    told = made(
        work_told=[
            work("target", "2026", "100"),
            work("capaian", "2026-Q1", "20"),
            work("capaian", "2026-Q2", "30"),
            work("target", "2026", "90", indicator="cakupan", name="Cakupan", unit="Persen", additive=False),
            work("capaian", "2026-Q1", "70", indicator="cakupan", name="Cakupan", unit="Persen", additive=False),
            work("capaian", "2026-Q2", "72", indicator="cakupan", name="Cakupan", unit="Persen", additive=False),
        ]
    )
    assert (line(told, SUB, "Bayi").work.year, line(told, SUB, "Bayi").work.percent) == (D(50), D(50))
    assert (line(told, SUB, "Cakupan").work.year, line(told, SUB, "Cakupan").work.percent) == (D(72), D(80))
    assert line(told, SUB, "Bayi").indicator == "Bayi ditimbang (Orang)"
    assert line(told, "1.02.02").work.percent == D(65), "the average, not a sum"
    assert line(told, "1.02.02").average
    assert told.total.work.percent == D(65)


@pytest.mark.parametrize(
    ("target", "reached", "direction", "percent"),
    [
        ("20", "25", "turun", "80.00"),
        ("20", "16", "turun", "125.00"),
        ("20", "0", "turun", None),
        ("20", "25", "naik", "125.00"),
        ("3", "1", "naik", "33.33"),
        ("0", "1", "naik", None),
    ],
)
def test_lower_may_be_better(target, reached, direction, percent):
    assert achieved(D(target), D(reached), direction) == (None if percent is None else D(percent))


def test_nothing_is_a_percentage_of_nothing():
    assert achieved(None, D(1)) is None
    assert achieved(D(1), None) is None


@pytest.mark.parametrize(
    ("percent", "name"),
    [
        ("91", "Sangat tinggi"),
        ("90.99", "Tinggi"),
        ("90.5", "Tinggi"),
        ("76", "Tinggi"),
        ("75.99", "Sedang"),
        ("66", "Sedang"),
        ("65.5", "Rendah"),
        ("51", "Rendah"),
        ("50.99", "Sangat rendah"),
        ("0", "Sangat rendah"),
    ],
)
def test_no_percentage_falls_between_two_bands(percent, name):
    assert predicate(D(percent)) == name


def test_the_renstra_until_now():
    told = made(
        [money("realisasi", "2024-12", "5"), money("realisasi", "2025-03", "7"), money("realisasi", "2026-01", "1")],
        [
            work("capaian", "2025-Q3", "40"),
            work("capaian", "2025-Q4", "41"),
            work("capaian", "2026-Q1", "42"),
            work("capaian", "2025-Q4", "8", indicator="n", name="N", additive=False),
            work("capaian", "2026-Q1", "9", indicator="n", name="N", additive=False),
        ],
        renstra=2024,
    )
    spent = line(told, SUB, "Bayi").money
    assert (spent.before, spent.year, spent.renstra) == (D(12), D(1), D(13))
    assert line(told, SUB, "Bayi").work.renstra == D(123)
    assert line(told, SUB, "N").work.renstra == D(9)


def test_what_the_renstra_aims_at_is_no_target_of_the_year():
    told = made(
        [
            money("pagu", "2021-2026", "900", stage=1),
            money("pagu", "2021-2026", "1000", stage=3),
            money("pagu", "2026-2030", "7777"),
            money("pagu", "2026", "150"),
            money("pagu", "2021-2026", "400", OTHER),
            money("realisasi", "2025-12", "350"),
            money("realisasi", "2026-01", "50"),
        ],
        [
            work("target", "2021-2026", "800"),
            work("target", "2026-2030", "9999"),
            work("target", "2026", "100"),
            work("capaian", "2025", "300"),
            work("capaian", "2026-Q1", "100"),
            work("target", "2021-2026", "20", indicator="k", name="Kematian", additive=False, direction="turun"),
            work("capaian", "2026-Q1", "25", indicator="k", name="Kematian", additive=False, direction="turun"),
        ],
        renstra=2021,
    )
    reached, spent = line(told, SUB, "Bayi").work, line(told, SUB, "Bayi").money
    assert (reached.target, reached.end, reached.renstra, reached.end_percent) == (D(100), D(800), D(400), D(50))
    assert (spent.target, spent.end, spent.renstra, spent.end_percent) == (D(150), D(1000), D(400), D(40))
    assert line(told, SUB, "Kematian").work.end_percent == D(80), "lower is better"
    assert line(told, OTHER).money.end == D(400), "in the Renstra, not yet in a Renja"
    assert (told.total.money.target, told.total.money.end) == (D(150), D(1400))


def test_without_its_first_year_the_renstra_that_began_last_counts():
    targets = [work("target", "2021-2026", "800"), work("target", "2025-2029", "900"), work("target", "2027-2031", "1")]
    told = line(made(work_told=targets), SUB, "Bayi").work
    assert (told.end, told.target, told.renstra, told.end_percent) == (D(900), None, None, None)


def test_codes_and_their_levels():
    assert ancestors(SUB) == ["1", "1.02", "1.02.02", "1.02.02.2.01", SUB]
    assert [level_of(code) for code in ancestors(SUB)] == ["urusan", "bidang", "program", "kegiatan", "sub_kegiatan"]


# ── from the warehouse to a sheet ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def told(module_warehouse_dsn):
    """Two books, two stages and a performance report of 2026, released; another agency beside."""
    conn = connect(module_warehouse_dsn)
    try:
        book, treasurer = budget_contract("dinkes.buku"), budget_contract("bpkad.lra")
        plan = performance_contract("dinkes.kinerja")
        catalogue(conn, book, treasurer, plan)
        load_plan(conn, book, budget(book, [("pagu", "2026", "1000000000000000.55", SUB, "pokok")]), "pokok")
        load_plan(conn, book, budget(book, [("pagu", "2026", "900", SUB, "perubahan")], first_row=9), "perubahan")
        load_plan(conn, book, budget(book, [("realisasi", "2026-01", "450.5", SUB, "")]), "januari")
        renstra = [("pagu", "2021-2026", "4400", SUB, ""), ("pagu", "2027-2031", "1", SUB, "")]
        load_plan(conn, book, budget(book, renstra, first_row=20), "renstra")
        load_plan(conn, treasurer, budget(treasurer, [("realisasi", "2026-01", "440", SUB, "")], skpd="KT18"), "lra")
        load_plan(conn, treasurer, budget(treasurer, [("realisasi", "2026-02", "7", SUB, "")], skpd="KT08"), "lain")
        rows = [
            ("target", "2026", "100", SUB, "Jumlah bayi"),
            ("target", "2021-2026", "500", SUB, "Jumlah bayi"),
            ("capaian", "2026-Q1", "40", SUB, "Jumlah bayi"),
            ("penghambat", "2026-Q1", "Banjir\n=1+1", SUB, "Jumlah bayi"),
            ("tindak_lanjut", "2026-Q1", "Posyandu keliling", SUB, "Jumlah bayi"),
        ]
        load_plan(conn, plan, performance(plan, rows), "kinerja")
        yield read_report(conn, "dinkes", 2026, 1, renstra=2021)
        with pytest.raises(LookupError, match="2019"):
            read_report(conn, "dinkes", 2019, 1)
    finally:
        conn.close()


def test_released_facts_become_lines(told):
    found = line(told, SUB)
    assert (found.money.target, found.money.quarters[0]) == (D(900), D(440))
    assert (found.work.target, found.work.percent) == (D(100), D(40))
    assert line(told, "1.02").name.startswith("URUSAN PEMERINTAHAN BIDANG KESEHATAN")
    assert [one.text for one in told.obstacles] == ["Banjir\n=1+1"]
    assert [one.text for one in told.follow_ups] == ["Posyandu keliling"]
    assert "Realisasi keuangan dari bpkad.lra; yang lain, tidak dijumlahkan: dinkes.buku." in told.notes


def test_the_sheet_is_the_form(told):
    sheet = openpyxl.load_workbook(BytesIO(workbook(told)))["E.81"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert "Formulir E.81" in cells
    assert f"RENJA {told.agency.upper()} KABUPATEN KUTAI TIMUR" in cells
    heads = [sheet.cell(6, column).value for column in range(4, 26, 2)]
    assert heads[0].startswith("Target Renstra") and heads[-1].startswith(
        "Tingkat capaian kinerja dan realisasi anggaran Renstra"
    )
    assert [sheet.cell(7, column).value for column in range(4, 26)] == ["K", "Rp"] * 11
    row = cells[SUB].row
    assert [sheet.cell(row, column).value for column in (8, 9, 10, 11)] == [100, 900, 40, 440]
    assert [sheet.cell(row, column).value for column in (4, 5)] == [500, 4400], "where the Renstra ends"
    assert [sheet.cell(row, column).value for column in (24, 25)] == [8, 10]
    assert [sheet.cell(row, column).value for column in (20, 21)] == [40, 48.89]
    assert sheet.cell(row, 27).value == "Sangat rendah"
    assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$6:$8"
    assert not any(cell.data_type == "f" for line in sheet.iter_rows() for cell in line), "texts are never formulas"
    assert any(str(value).startswith("NIP. ……") for value in cells), "left to be signed"


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice tidak terpasang")
def test_libreoffice_opens_it(told, tmp_path):
    source, target = tmp_path / "e81.xlsx", tmp_path / "e81.ods"
    source.write_bytes(workbook(told))
    office = Office(tmp_path)
    office.fill(source, {}, target, sheet="E.81")
    office.work()
    text = zipfile.ZipFile(target).read("content.xml").decode()
    assert "Posyandu keliling" in text and "Predikat kinerja" in text and 'office:value="440"' in text
