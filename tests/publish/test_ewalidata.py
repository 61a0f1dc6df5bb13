"""The e-Walidata upload: one number per DSSD element, only what is released, and the reason wherever there is none."""

from __future__ import annotations

import json
import zipfile
from decimal import Decimal as D
from io import BytesIO

import openpyxl
import pytest

from etl.load.warehouse import connect
from etl.publish.ewalidata import Figure, Indicator, Upload, elements, upload, workbook
from tests.entry.office import SOFFICE, Office
from tests.warehouse.tidy_data import contract, loaded, sync, tidy

KECAMATAN = ["64.08.01", "64.08.02", "64.08.03"]


def indicator(code="faskes.puskesmas", dssd="1.02.0001", **more):
    told = {"name": "Puskesmas", "unit": "unit", "definition": "d", "additive": True, "access": "terbuka", **more}
    return Indicator(
        code=code, dssd=dssd, urusan="1.02", urusan_name="KESEHATAN", sub_kegiatan=["1.02.02.2.01.0001 A"], **told
    )


def figure(wilayah, value, period="2024", code="faskes.puskesmas", broken_down=False, mark=None):
    return Figure(code, wilayah, period, broken_down, None if value is None else D(value), mark)


def one(figures, **more):
    (element,) = elements([indicator(**more)], figures, KECAMATAN, 2024)
    return element.value, element.note


def test_the_regency_comes_first():
    figures = [figure("64.08", "21.50"), *(figure(k, "1") for k in KECAMATAN)]
    assert one(figures) == (D("21.50"), "Angka kabupaten yang dirilis.")


def test_else_the_exact_sum_of_all_kecamatan():
    figures = [figure(k, value) for k, value in zip(KECAMATAN, ("0.1", "0.2", "123456789012345678.7"), strict=True)]
    assert one(figures) == (D("123456789012345679.0"), "Jumlah 3 kecamatan yang dirilis.")


@pytest.mark.parametrize(
    ("figures", "more", "note"),
    [
        ([], {}, "Belum ada angka 2024"),
        ([figure("64.08.01", "1"), figure("64.08.02", "1")], {}, "Hanya 2 dari 3 kecamatan; kurang: 64.08.03"),
        ([figure(k, "1") for k in KECAMATAN], {"additive": False}, "tidak boleh dijumlahkan"),
        ([*(figure(k, "1") for k in KECAMATAN[:2]), figure("64.08.03", None, mark="*")], {}, "64.08.03 `*`"),
        ([figure("64.08", None, mark="…"), *(figure(k, "1") for k in KECAMATAN)], {}, "tertulis `…`"),
        ([figure("64.08", "1", period="2024-S1"), figure("64.08", "2", period="2024-S2")], {}, "2024-S1, 2024-S2"),
        ([figure("64.08", "1", broken_down=True)], {}, "Hanya ada menurut rincian"),
        ([], {"access": "terbatas"}, "Dataset terbatas"),
    ],
)
def test_otherwise_nothing_and_why(figures, more, note):
    value, told = one(figures, **more)
    assert value is None
    assert note in told


def test_two_producers_of_one_element_must_agree():
    both = [indicator("a.n"), indicator("b.n")]
    (agreed,) = elements(both, [figure("64.08", "3", code="a.n"), figure("64.08", "3", code="b.n")], KECAMATAN, 2024)
    assert agreed.value == 3
    (differing,) = elements(both, [figure("64.08", "3", code="a.n"), figure("64.08", "4", code="b.n")], KECAMATAN, 2024)
    assert differing.value is None
    assert "a.n 3, b.n 4" in differing.note


# ── from the warehouse ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def told(module_warehouse_dsn):
    """Puskesmas only by kecamatan, all 18; pustu also for the regency; a third still waits for its release."""
    by = contract()
    described = {code: one.model_dump() for code, one in by.indikator.items()}
    described["faskes.puskesmas"] |= {"dssd": "1.02.0001", "mendukung": ["1.02.02.2.01.0001"]}
    described["faskes.pustu"] |= {"dssd": "1.02.0002"}
    by = contract(indikator=described)
    waiting = contract("dinkes.rawat", indikator={
        "rawat.puskesmas": {**described["faskes.puskesmas"], "dssd": "1.02.0003"},
        "rawat.pustu": {**described["faskes.pustu"], "dssd": None},
    })  # fmt: skip
    rows = [(f"64.08.{no:02d}", "2024", str(no), "1") for no in range(1, 19)] + [("64.08", "2024", None, "20.5")]
    conn = connect(module_warehouse_dsn)
    try:
        sync(conn, by, waiting)
        loaded(conn, by, tidy(rows[:18]))
        loaded(conn, by, tidy(rows), content="b")
        loaded(conn, waiting, tidy([("64.08", "2024", "7", "7")], waiting), path="dinkes/r.xlsx", release_by=None)
        yield upload(conn, "dinkes", "Dinas Kesehatan", 2024)
    finally:
        conn.close()


def test_only_what_is_released(told):
    found = {element.dssd: element for element in told.elements}
    assert list(found) == ["1.02.0001", "1.02.0002", "1.02.0003"]
    assert found["1.02.0002"].value == D("20.5")
    assert (found["1.02.0003"].value, found["1.02.0003"].note) == (None, "Belum ada angka 2024 yang dirilis.")
    assert found["1.02.0001"].sub_kegiatan[0].startswith("1.02.02.2.01.0001 ")
    assert found["1.02.0001"].urusan == "1.02 - URUSAN PEMERINTAHAN BIDANG KESEHATAN"


def test_an_indicator_without_a_code_stands_beside_the_upload_and_is_never_sent(told):
    (uncoded,) = told.uncoded
    assert (uncoded.dssd, uncoded.value, uncoded.note) == ("", None, "Belum ada angka 2024 yang dirilis.")
    sheet = openpyxl.load_workbook(BytesIO(workbook(told)))["Belum berkode"]
    assert "kode dari daftar DSSD SIPD" in sheet.cell(1, 1).value
    assert (sheet.cell(6, 2).value, sheet.cell(6, 3).value) == (None, uncoded.name)
    assert sheet.cell(7, 3).value is None
    assert uncoded.name not in told.payload()


def test_all_eighteen_are_added(told):
    element = told.elements[0]
    assert (element.value, element.note) == (D(sum(range(1, 19))), "Jumlah 18 kecamatan yang dirilis.")


def test_the_payload_has_what_has_a_value(told):
    assert json.loads(told.payload()) == {
        "data": [
            {"kodeindikator": "1.02.0001", "kodepemda": "6408", "tahun": "2024", "data": "171"},
            {"kodeindikator": "1.02.0002", "kodepemda": "6408", "tahun": "2024", "data": "20.5"},
        ]
    }


def test_the_workbook_is_the_upload_form(told):
    book = openpyxl.load_workbook(BytesIO(workbook(told)))
    sheet = book["DSSD"]
    assert [sheet.cell(4, column).value for column in range(1, 8)] == [
        "No", "Kode DSSD", "Uraian DSSD", "Satuan", "Definisi Operasional", "Tag urusan", "Produsen Data"
    ]  # fmt: skip
    assert [sheet.cell(5, column).value for column in (7, 8)] == ["Info Sub Kegiatan", "2024"]
    assert [sheet.cell(row, 2).value for row in (6, 7, 8)] == ["1.02.0001", "1.02.0002", "1.02.0003"]
    assert [sheet.cell(row, 8).value for row in (6, 7, 8)] == [171, 20.5, None]
    assert sheet.cell(6, 2).data_type == "s", "a code stays text"
    assert [row[3].value for row in book["Catatan"].iter_rows(min_row=4)][2] == "Belum ada angka 2024 yang dirilis."


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice tidak terpasang")
def test_libreoffice_opens_it(told, tmp_path):
    source, target = tmp_path / "dssd.xlsx", tmp_path / "dssd.ods"
    source.write_bytes(workbook(told))
    office = Office(tmp_path)
    office.fill(source, {}, target, sheet="DSSD")
    office.work()
    text = zipfile.ZipFile(target).read("content.xml").decode()
    assert 'office:value="171"' in text and "1.02.0001" in text


def test_numbers_beyond_a_spreadsheet_stay_exact():
    (element,) = elements([indicator()], [figure("64.08", "12345678901234567.89")], KECAMATAN, 2024)
    sheet = openpyxl.load_workbook(BytesIO(workbook(Upload("dinkes", "Dinkes", 2024, (element,)))))["DSSD"]
    assert sheet.cell(6, 8).value == "12345678901234567.89"
