"""Tables of a small warehouse, read as the portal's login reads them: no sum tells a hidden cell, all three facts are
laid out, and what is taken away is what is shown."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.http import Http404, QueryDict
from psycopg2.extras import NamedTupleCursor

from etl.load.warehouse import connect
from portal.pages.shown import shown
from portal.pages.takeaway import file_name, written
from portal.warehouse.snapshot import Snapshot
from tests.warehouse import budget_data, performance_data, tidy_data

SEX = {"jenis": {"role": "rincian"}}
COUNTS = {
    "L": [("64.08.01", "2024", "3", "1"), ("64.08.02", "2024", "20", "1"), ("64.08.03", "2024", "40", "1")],
    "P": [("64.08.01", "2024", "9", "2"), ("64.08.02", "2024", "30", "-"), ("64.08.03", "2024", "50", "2")],
}


def by_sex(by):
    """A submission with every count of COUNTS."""
    parts = [
        tidy_data.tidy(rows, by, rincian=f"jenis={sex}", first_row=2 + 10 * n)
        for n, (sex, rows) in enumerate(COUNTS.items())
    ]
    figures = pa.concat_tables([part.figures for part in parts])
    frames = {name: pd.concat([getattr(part, name) for part in parts]) for name in ("rows", "raw")}
    return replace(parts[0], figures=figures, **frames)


@pytest.fixture(scope="module")
def warehouse(module_warehouse_dsn):
    conn = connect(module_warehouse_dsn)
    columns = tidy_data.contract().model_dump(mode="json", exclude_unset=True)["columns"]
    people = tidy_data.contract(columns={**columns, **SEX}, suppress={"below": 5, "indikator": ["faskes.puskesmas"]})
    closed = tidy_data.contract("dinkes.rahasia", access="terbatas", access_ground="UU 14/2008 Pasal 17 huruf h")
    lra = budget_data.budget_contract()
    plan = performance_data.performance_contract()
    budget_data.sync(conn, people, closed, lra, plan)
    tidy_data.loaded(conn, people, by_sex(people))
    A = budget_data.Amount
    amounts = [
        A("pagu", "2026", 100, rekening="5.1.02.01", tahap="pokok"),
        A("pagu", "2026", 150, rekening="5.1.02.01", tahap="perubahan"),
        A("pagu", "2026", 40, rekening="5.1.02.02", tahap="pokok"),
        A("pagu", "2026", 45, rekening="5.1.02.02", tahap="perubahan"),
        A("pagu", "2026", 900, rekening="4.1.01.06", sub_kegiatan="", tahap="perubahan"),
    ]
    tidy_data.loaded(conn, lra, budget_data.budget(lra, *amounts), content="lra")
    R = performance_data.Reached
    reached = [R("capaian", "2026-Q1", 7), R("penghambat", "2026-Q1", '=HYPERLINK("http://x")')]
    tidy_data.loaded(conn, plan, performance_data.performance(plan, *reached), content="kinerja")
    conn.close()
    return module_warehouse_dsn


@pytest.fixture
def snapshot(warehouse):
    conn = psycopg2.connect(warehouse, cursor_factory=NamedTupleCursor, options="-c search_path=pg_catalog")
    with conn.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL ROLE portal_reader")
        yield Snapshot(cursor)
    conn.close()


def figures(seen):
    return {at: (cell.value, cell.mark, cell.parts) for at, cell in seen.table.cells.items()}


def test_hidden_cells_are_marked_and_no_sum_of_them_is_told(snapshot):
    apart = shown(snapshot, "dinkes.faskes", QueryDict("indikator=faskes.puskesmas&kolom=jenis"))
    told = {at: value for at, (value, _mark, _parts) in figures(apart).items() if value is not None}
    hidden = {at for at, (_value, mark, _parts) in figures(apart).items() if mark == "*"}
    assert ("64.08.01", "", "L") in hidden
    assert told, "what is not small is told"
    assert apart.table.hidden == len(hidden)
    summed = shown(snapshot, "dinkes.faskes", QueryDict("indikator=faskes.puskesmas&kolom=periode"))
    for (region, _under, _column), (value, mark, parts) in figures(summed).items():
        assert parts == 2
        if any(at[0] == region for at in hidden):
            assert (value, mark) == (None, "*")
        else:
            assert value == sum(told[region, "", sex] for sex in "LP")
    whole = shown(snapshot, "dinkes.faskes", QueryDict("indikator=faskes.puskesmas&baris=jenis&kolom="))
    for (sex, _under, _column), (value, _mark, _parts) in figures(whole).items():
        assert (value is None) == any(at[2] == sex for at in hidden), "not of all regions together either"


def test_a_sum_with_a_part_that_was_not_stated_is_not_told(snapshot):
    seen = shown(snapshot, "dinkes.faskes", QueryDict("indikator=faskes.pustu&kolom=periode"))
    values = {at[0]: cell for at, cell in figures(seen).items()}
    assert values["64.08.01"] == (Decimal(3), None, 2)
    assert values["64.08.02"] == (None, None, 2)


def test_a_budget_is_laid_out_by_its_own_dimensions_and_stages_are_never_added(snapshot):
    seen = shown(snapshot, "dinkes.lra", QueryDict("baris=rekening&kolom=periode"))
    assert seen.selection.held["tahap"] == "perubahan"
    assert seen.selection.held["akun"] == "5"
    assert {at[0]: cell[0] for at, cell in figures(seen).items()} == {"5.1.02.01": 150, "5.1.02.02": 45}
    stages = shown(snapshot, "dinkes.lra", QueryDict("baris=tahap&kolom=akun"))
    assert {(at[0], at[2]): cell[0] for at, cell in figures(stages).items()} == {
        ("pokok", "5"): 140,
        ("perubahan", "5"): 195,
        ("perubahan", "4"): 900,
    }
    asked = shown(snapshot, "dinkes.lra", QueryDict("baris=akun&kolom=&rincian.tahap=jumlah"))
    assert asked.selection.held["tahap"] == "perubahan"
    assert asked.selection.told


def test_an_obstacle_is_a_text_and_is_no_formula_in_a_file(snapshot):
    seen = shown(snapshot, "dinkes.kinerja", QueryDict("indikator=kinerja.penghambat"))
    [cell] = seen.table.cells.values()
    assert (cell.value, cell.mark, cell.text) == (None, None, '=HYPERLINK("http://x")')
    [line] = csv.DictReader(io.StringIO(written(seen, "csv").decode()))
    assert line["penanda"] == '\'=HYPERLINK("http://x")'
    with zipfile.ZipFile(io.BytesIO(written(seen, "xlsx"))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_what_is_taken_away_is_what_is_shown_in_every_form(snapshot):
    seen = shown(snapshot, "dinkes.faskes", QueryDict("indikator=faskes.puskesmas&kolom=periode"))
    expected = {at[0]: (cell.value, cell.mark) for at, cell in seen.table.cells.items()}
    lines = {
        "csv": list(csv.DictReader(io.StringIO(written(seen, "csv").decode()))),
        "json": json.loads(written(seen, "json"), parse_float=Decimal)["data"],
        "parquet": pq.read_table(io.BytesIO(written(seen, "parquet"))).to_pylist(),
    }
    for form, found in lines.items():
        got = {
            line["wilayah"]: (
                Decimal(line["nilai"]) if line["nilai"] not in (None, "") else None,
                line["penanda"] or None,
            )
            for line in found
        }
        assert got == expected, form
        assert {(line["jenis"], str(line["jumlah_angka"])) for line in found} == {("jumlah", "2")}
    assert file_name(seen) == "dinkes.faskes_faskes.puskesmas_wilayah-x-periode"


def test_a_closed_dataset_has_a_description_and_nothing_else(snapshot):
    seen = shown(snapshot, "dinkes.rahasia", QueryDict("indikator=rahasia.puskesmas"))
    assert (seen.table, seen.there) == (None, None)
    assert seen.entry.dasar_akses


@pytest.mark.parametrize("dataset", ["tidak.ada", "", "a\0b", "'; SELECT 1 --"])
def test_an_unknown_dataset_is_not_found(snapshot, dataset):
    with pytest.raises(Http404):
        shown(snapshot, dataset, QueryDict(""))


@pytest.mark.parametrize("page", ["0", "-1", "9999999999", "x", "2", "\0"])
def test_a_page_that_is_not_there_is_the_nearest_that_is(snapshot, page):
    query = QueryDict(mutable=True)
    query["halaman"] = page
    assert shown(snapshot, "dinkes.faskes", query).table.page == 1
