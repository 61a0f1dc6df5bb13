"""Made from a contract, filled in by a LibreOffice process, read back: every figure is the one that was typed."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime

import openpyxl
import pytest

from etl.calendar import Calendar
from etl.catalogue import load_contracts
from etl.check import check_file
from etl.entry.due import next_due
from etl.entry.entry import entry_contract
from etl.entry.mark import reading_hash
from etl.entry.plan import make_plan
from etl.entry.recognise import recognise
from etl.entry.write import workbook
from etl.settings import PROJECT, Settings
from tests.entry.office import Office
from tests.entry.people import OPEN, expected, figures, last_year, valid
from tests.golden.grids import kutim

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
CATALOGUE = load_contracts(PROJECT / "datasets")
OFFERED = sorted(name for name, contract in CATALOGUE.contracts.items() if contract.fact == "indikator")
ENDINGS = ("xlsx", "ods", "xls")


def plan_of(name, period=None):
    contract = CATALOGUE.contracts[name]
    period = period or next_due(contract.calendar, date(2026, 11, 23))
    released = last_year(contract, period, OPEN[name]) if name in OPEN else []
    return make_plan(contract, kutim(), released, agency=CATALOGUE.skpd[contract.producer].nama, period=period)


@pytest.fixture(scope="module")
def filled(office: Office, tmp_path_factory):
    """Every dataset's workbook, filled in with random valid figures and saved by one LibreOffice process."""
    folder = tmp_path_factory.mktemp("isian")
    done = {}
    for no, name in enumerate(OFFERED):
        plan = plan_of(name)
        source = folder / f"{name}.xlsx"
        source.write_bytes(workbook(plan, AT))
        typed = valid(plan, random.Random(no))
        targets = [folder / f"{name} selesai.{ending}" for ending in ENDINGS]
        office.fill(source, typed, *targets)
        done[name] = (plan, typed, targets)
    office.work()
    return done


@pytest.fixture(scope="module")
def settings(module_warehouse_dsn, tmp_path_factory):
    home = tmp_path_factory.mktemp("rumah")
    return Settings(dsn=module_warehouse_dsn, home=home, datasets=PROJECT / "datasets", sources=str(home))


@pytest.mark.parametrize("name", OFFERED)
def test_what_was_typed_is_what_is_read(name, filled, settings):
    plan, typed, targets = filled[name]
    for target in targets:
        tidy, results, quarantined = check_file(settings, target, plan.contract)
        assert expected(plan, typed)
        assert figures(tidy) == expected(plan, typed), target.name
        assert tidy.periods == (plan.period,)
        assert not tidy.faults
        assert [str(f) for f in tidy.findings] == []
        assert [r.title for r in results if not r.ok] == []
        assert not len(quarantined)


@pytest.mark.parametrize("name", OFFERED)
def test_it_is_recognised_whatever_its_name(name, filled):
    plan, _, targets = filled[name]
    for target in targets:
        marker = recognise(target, "data final (2).txt")
        assert marker is not None
        assert (marker.dataset, marker.period) == (name, plan.period)
        assert marker.contract_sha256 == reading_hash(plan.contract)
        assert marker.is_current(plan.contract)
        assert entry_contract(plan.contract, marker).id == name


@pytest.mark.parametrize("name", OFFERED)
def test_a_program_that_never_calculates_does_not_spoil_it(name, settings, tmp_path):
    """openpyxl saves formulas without their results: only what was typed counts."""
    plan = plan_of(name)
    typed = valid(plan, random.Random(3))
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, AT)))
    for place, value in typed.items():
        book["Isian"][place].value = value
    target = tmp_path / "isian.xlsx"
    book.save(target)
    tidy, results, _ = check_file(settings, target, plan.contract)
    assert figures(tidy) == expected(plan, typed)
    assert (tidy.findings, tidy.faults, [r.title for r in results if not r.ok]) == ((), (), [])


def test_a_workbook_of_several_years_is_read_as_their_period(settings, tmp_path):
    calendar = Calendar(period="multitahun", periods=("2021-2026",), due_days=180, due_from="awal")
    contract = CATALOGUE.contracts["dinkes.fasilitas_kesehatan"].model_copy(update={"calendar": calendar})
    plan = make_plan(contract, kutim(), [], agency="Dinas Kesehatan", period="2021-2026")
    typed = valid(plan, random.Random(5))
    book = openpyxl.load_workbook(io.BytesIO(workbook(plan, AT)))
    told = [str(cell.value) for row in book["Isian"].iter_rows(max_row=8) for cell in row if cell.value]
    assert any("Periode data: Tahun 2021-2026. Dikirim paling lambat 30 Juni 2021" in text for text in told), told
    for place, value in typed.items():
        book["Isian"][place].value = value
    target = tmp_path / "isian.xlsx"
    book.save(target)
    tidy, _, quarantined = check_file(settings, target, contract)
    assert tidy.periods == ("2021-2026",) and not len(quarantined)
    assert figures(tidy) == expected(plan, typed)


def test_the_same_plan_and_time_give_the_same_bytes():
    plan = plan_of("dinkes.fasilitas_kesehatan")
    assert workbook(plan, AT) == workbook(plan, AT)


def test_rules_survive_libreoffice(filled):
    """Named lists, validations and conditional formats are still in the file that LibreOffice saved."""
    plan, _, (target, *_) = filled["bapenda.realisasi_pajak"]
    book = openpyxl.load_workbook(target)
    sheet = book["Isian"]
    assert "daftar_kode_rekening" in book.defined_names
    assert {rule.type for rule in sheet.data_validations.dataValidation} >= {"list", "custom"}
    assert sum(len(rules) for rules in sheet.conditional_formatting._cf_rules.values()) >= 5
    assert sheet.protection.sheet
    assert book["_satudata"].sheet_state != "visible"
    first = plan.first_row
    assert sheet.cell(first, 1).protection.locked
    assert not sheet.cell(first, 3).protection.locked
