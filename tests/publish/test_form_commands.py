"""`satudata form` as the walidata types it."""

from __future__ import annotations

import json

import openpyxl
import pytest

from etl.load.warehouse import connect
from tests.command import environment, satudata
from tests.publish.plan_data import budget, budget_contract, catalogue, load_plan
from tests.warehouse.regency import CONTRACT, Regency

SUB = "1.02.02.2.01.0001"


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    made = Regency(tmp_path, warehouse_dsn)
    (made.root / "datasets" / "skpd.yaml").write_text(
        "dinkes: {nama: Dinas Kesehatan, kode: KT18, folder: dinkes, kontak: data@dinkes.example}\n"
    )
    text = CONTRACT.replace("POLICY", "otomatis").replace(
        "Puskesmas yang beroperasi., satuan: unit", "x, satuan: unit, dssd: '1.02.0001'"
    )
    made.contract(text)
    return made


@pytest.fixture
def form(regency):
    """Runs `satudata form …` in the regency's folder; returns (exit code, what it printed)."""

    def run(*arguments: str) -> tuple[int, str]:
        done = satudata("form", *arguments, env=environment(regency.settings), cwd=regency.root)
        return done.code, done.told

    return run


def test_ewalidata(regency, form):
    regency.drop("puskesmas 2024.xlsx", {"Sangatta Utara": (3, 4)}, total=False)
    regency.go()
    code, told = form("ewalidata", "--skpd", "dinkes", "--tahun", "2024")
    assert code == 0, told
    assert "0 dari 1 elemen terisi" in told
    assert "Hanya 1 dari 18 kecamatan" in told
    assert json.loads((regency.root / "ewalidata-dinkes-2024.json").read_text()) == {"data": []}
    assert openpyxl.load_workbook(regency.root / "ewalidata-dinkes-2024.xlsx").sheetnames == [
        "DSSD",
        "Catatan",
        "Belum berkode",
    ]


def test_e81(regency, form):
    code, told = form("e81", "--skpd", "dinkes", "--tahun", "2026", "--triwulan", "1")
    assert code == 1
    assert "SKPD `dinkes` tidak dikenal gudang" in told, "nothing was ever loaded"
    conn = connect(regency.settings.dsn)
    try:
        by = budget_contract("dinkes.buku")
        catalogue(conn, by)
        load_plan(conn, by, budget(by, [("pagu", "2026", "900", SUB, "pokok")]), "pokok")
    finally:
        conn.close()
    code, told = form("e81", "--skpd", "dinkes", "--tahun", "2025", "--triwulan", "1")
    assert code == 1
    assert "Tidak ada anggaran maupun kinerja Dinas Kesehatan tahun 2025" in told
    code, told = form("e81", "--skpd", "dinkes", "--tahun", "2026", "--triwulan", "1", "-o", "hasil.xlsx")
    assert code == 0, told
    assert "Realisasi keuangan 2026 belum ada di gudang." in told
    sheet = openpyxl.load_workbook(regency.root / "hasil.xlsx")["E.81"]
    assert SUB in [row[0].value for row in sheet.iter_rows()]


def test_ms_and_what_is_not_there(regency, form):
    code, told = form("ms", "dinkes.puskesmas", "--tahun", "2024")
    assert code == 0, told
    assert "isian belum lengkap" in told
    assert (regency.root / "dinkes.puskesmas.metadata-bps.xlsx").is_file()
    code, told = form("ms", "dinkes.tidakada")
    assert code == 1
    assert "Yang ada: dinkes.puskesmas" in told
    code, told = form("ewalidata", "--skpd", "dpu", "--tahun", "2024")
    assert code == 1
    assert "SKPD `dpu` tidak ada" in told
