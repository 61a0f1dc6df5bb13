"""A wrong cell reddens as it is typed, and it is the cell that the checks will name once the file is sent."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from etl.entry.entry import entry_contract, typed_part
from etl.entry.plan import make_plan
from etl.entry.recognise import recognise
from etl.entry.write import workbook
from etl.extract.read import read_sheets
from etl.frames import split_key
from etl.transform.reshape import rincian_key, rincian_order
from etl.transform.tidy import tidy
from expectations.compile import check
from tests.entry.colours import colours
from tests.entry.people import last_year, valid
from tests.entry.test_entry_roundtrip import AT, CATALOGUE, plan_of
from tests.golden.grids import kutim


def faskes():
    contract = CATALOGUE.contracts["dinkes.fasilitas_kesehatan"]
    kinds = ["jenis_puskesmas=rawat_inap", "jenis_puskesmas=non_rawat_inap"]
    released = last_year(contract, "2026", [""], 40) + last_year(contract, "2026", kinds, 12)
    return make_plan(contract, kutim(), released, agency="Dinas", period="2026")


CASES = {
    "faskes": (
        faskes,
        # rumah sakit, rawat inap, non rawat inap, (jumlah), pustu, posyandu; a year ago 40 each
        {
            "C11": "tiga",  # no number
            "D12": -1,  # negative and below the range
            "E13": 25,  # more than 20
            "H14": 90,  # more than 50% above last year's 40
            "G15": 61,
            "G16": 60,  # exactly 50%: still good
            "H17": "n/a?",
            "H18": None,  # empty though the row is begun: a note
        },
        {
            "C11": "salah",
            "D12": "salah",
            "E13": "salah",
            "H14": "periksa",
            "G15": "periksa",
            "H17": "salah",
            "H18": "periksa",
        },
    ),
    "jalan": (
        lambda: plan_of("dpu.kondisi_jalan"),
        {"D11": 999, "C14": None, "E15": "1.234"},
        {
            **{f"{column}11": "salah" for column in "CDEFG"},  # parts do not add up: total and parts
            "C14": "salah",
            "E15": "salah",
            # a text counts as nothing, so the sum is wrong too
            **{f"{column}15": "salah" for column in "CDEFG"},
        },
    ),
    "penduduk": (
        lambda: plan_of("disdukcapil.penduduk"),
        {"C11": 1, "D12": -5, "F13": ""},
        {"C11": "salah", "D11": "salah", "D12": "salah"},
    ),
    "bansos": (
        lambda: plan_of("dinsos.penerima_bansos"),
        {"F11": "x" * 81, "F12": "x" * 80, "D13": -2, "E14": "-"},
        {"F11": "periksa", "D13": "salah"},
    ),
    "pajak": (
        lambda: plan_of("bapenda.realisasi_pajak"),
        {
            "B21": "4.1.01.77",  # spare rows: a new code is fine
            "C21": 5,
            "D21": 5,
            "B22": "5.2.99",  # not the contract's pattern
            "C22": 1,
            "D22": 1,
            "B23": "4.1.01.06",  # there already
            "C23": 1,
            "D23": 1,
        },
        {"B22": "salah", "B23": "salah", "B10": "salah"},
    ),
}


@pytest.fixture(scope="module")
def painted(office, tmp_path_factory):
    folder = tmp_path_factory.mktemp("warna")
    done = {}
    for name, (make, wrong, _) in CASES.items():
        plan = make()
        typed = calm(plan, valid(plan, random.Random(7)))
        for cell in [
            cell for cell in typed if int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) > plan.last_row - plan.spare
        ]:
            del typed[cell]
        source, page, saved = (folder / f"{name}{ending}" for ending in (".xlsx", ".html", " isi.xlsx"))
        source.write_bytes(workbook(plan, AT))
        office.fill(source, {**typed, **wrong}, page, saved)
        done[name] = (plan, page, saved)
    office.work()
    return done


def calm(plan, typed):
    """Figures near last year's where there is a year to compare with."""
    if not plan.compares:
        return typed
    return {cell: 12 if cell[0] in "DE" else 40 for cell, value in typed.items()}


@pytest.mark.parametrize("name", CASES)
def test_wrong_cells_redden(name, painted):
    plan, page, _ = painted[name]
    assert colours(page, plan.first_row) == CASES[name][2]


@pytest.mark.parametrize("name", CASES)
def test_what_is_red_is_what_the_checks_refuse(name, painted):
    """Red rows are quarantined, amber ones noted. (A text such as 1.234 reads as a number: the sheet is stricter.)"""
    plan, page, saved = painted[name]
    marker = recognise(saved, saved.name)
    contract = entry_contract(plan.contract, marker)
    sheets = typed_part(read_sheets(saved, saved.name, wanted=["Isian"]), marker, plan.contract, saved.name)
    read = tidy(sheets, contract, kutim(), saved.name)
    results = check(contract, read, regions=kutim(), earlier=earlier(plan))
    refused = {split_key(int(key))[1] for faults in read.faults for key in faults.bad_keys}
    noted = set()
    for result in results:
        if result.faults is not None:
            rows = {split_key(int(key))[1] for key in result.faults.bad_keys}
            (refused if result.severity == "tolak" else noted).update(rows)
    looks = colours(page, plan.first_row)
    red = {int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for cell, look in looks.items() if look == "salah"}
    amber = {int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for cell, look in looks.items() if look == "periksa"}
    assert refused <= red
    assert noted <= amber | red
    assert red - refused <= {15} if name == "jalan" else red == refused


def earlier(plan):
    lines = [
        {
            "indikator": c.indikator,
            "wilayah": r.wilayah,
            "periode": plan.before,
            "rincian": key(plan, r, c),
            "nilai": float(v),
        }
        for r in plan.rows
        for c, v in zip(plan.columns, r.before, strict=True)
        if v is not None and not isinstance(v, str)
    ]
    if not lines:
        return None
    table = pa.Table.from_pylist(lines)
    return pa.table({n: table[n].dictionary_encode() if n != "nilai" else table[n] for n in table.column_names})


def key(plan, row, column):
    return rincian_key([*row.rincian, *column.rincian], rincian_order(plan.contract))
