"""Contracts of every layout give a workbook that reads back exactly; those that cannot say why and what to change."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.contract import Contract
from etl.entry.entry import entry_contract, typed_part
from etl.entry.plan import make_plan
from etl.entry.recognise import recognise
from etl.entry.table import CannotOffer
from etl.entry.write import workbook
from etl.extract.read import read_sheets
from etl.load.released import Released
from etl.transform.tidy import tidy
from tests.entry.people import expected, figures, valid
from tests.golden.grids import kutim

AT = datetime(2026, 1, 2, tzinfo=UTC)
CASES = yaml.load(Path(__file__).with_name("layouts.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
BASE = yaml.load(
    """
id: uji.data
title: Dataset untuk uji templat
description: Dataset rekaan untuk menguji templat isian.
producer: uji
urusan: "1.02"
access: terbuka
load: periode
release: {policy: otomatis}
indikator:
  uji.satu: {nama: Satu, konsep: K, definisi: Definisi satu., satuan: orang, aliases: [Ukuran Satu]}
  uji.dua: {nama: Dua, konsep: K, definisi: Definisi dua., satuan: persen, additive: false}
""",
    yaml.BaseLoader,
)
OWN = ("period", "kind", "place", "released", "says")


def contract(case: dict[str, Any]) -> Contract:
    folder = {"kind": "folder", "files": "*.xlsx", "periods": [{"place": case.get("place", "column")}]}
    parts = {name: part for name, part in case.items() if name not in OWN}
    calendar = {"period": case.get("kind", "tahunan"), "due_days": "30"}
    return Contract.model_validate({**BASE, "calendar": calendar, "source": folder, **parts})


def released(codes: list[str]) -> list[Released]:
    places = [f"64.08.{no:02d}" for no in range(1, 19)]
    return [Released("2024", "uji.satu", place, code, Decimal(5), None) for code in codes for place in places]


@pytest.fixture(scope="module")
def filled(office, tmp_path_factory):
    folder = tmp_path_factory.mktemp("susunan")
    done = {}
    for no, (name, case) in enumerate(CASES["offered"].items()):
        earlier = released(case.get("released", []))
        plan = make_plan(contract(case), kutim(), earlier, agency="Dinas Uji", period=case["period"])
        source, target = folder / f"{no}.xlsx", folder / f"{no} isi.{('xlsx', 'ods')[no % 2]}"
        source.write_bytes(workbook(plan, AT))
        typed = valid(plan, random.Random(no))
        office.fill(source, typed, target)
        done[name] = (plan, typed, target)
    office.work()
    return done


@pytest.mark.parametrize("name", CASES["offered"])
def test_it_reads_back_exactly(name, filled):
    plan, typed, target = filled[name]
    marker = recognise(target, target.name)
    sheets = typed_part(read_sheets(target, target.name, wanted=["Isian"]), marker, plan.contract, target.name)
    read = tidy(sheets, entry_contract(plan.contract, marker), kutim(), target.name)
    assert expected(plan, typed)
    assert figures(read) == expected(plan, typed)
    assert (read.faults, read.findings) == ((), ())


@pytest.mark.parametrize("name", CASES["not_offered"])
def test_what_cannot_be_offered_says_why_and_what_to_change(name):
    case = CASES["not_offered"][name]
    with pytest.raises(CannotOffer, match=case["says"]) as told:
        make_plan(contract(case), kutim(), [], agency="Dinas Uji", period="2025")
    assert "Tindakan:" in str(told.value)


def test_a_table_too_long_for_a_sheet_is_not_offered():
    many = {f"k{no}": [f"K{no}"] for no in range(60)}
    columns = {
        "desa": {"role": "wilayah", "scheme": "nama", "level": "desa"},
        "jenis": {"role": "rincian", "values": many},
        "tahun": {"role": "periode"},
        "n": {"role": "ukuran", "indikator": "uji.satu"},
    }
    with pytest.raises(CannotOffer, match="8460 baris"):
        make_plan(contract({"columns": columns}), kutim(), [], agency="Dinas Uji", period="2025")
