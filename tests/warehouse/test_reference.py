"""The code lists that the warehouse is seeded with: as many as their sources have, whole, and quiet the second time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from etl.load.reference import CODE_LISTS, seed
from etl.load.warehouse import connect
from etl.settings import PROJECT, WAREHOUSE_SQL

FOLDER = WAREHOUSE_SQL / "reference"
SHARED = PROJECT.parent / "shared" / "reference"

SIZES = {
    "kegiatan": 4452 + 176,
    "rekening": 1362,
    "nomenklatur": 7,
    "metadata_bps": 125,
    "epss": 38,
    "wilayah_batas": 18,
    "skpd": 55,
}
"""Rows as the sources have them; 176 sub kegiatan have a code before, which is a member too."""


def lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def conn(module_warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(module_warehouse_dsn)
    yield conn
    conn.close()


def ask(conn: Connection, text: str) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


@pytest.mark.parametrize("name", SIZES)
def test_a_list_is_whole(name: str) -> None:
    assert len(lines(name)) == SIZES[name]


@pytest.mark.parametrize("name", CODE_LISTS)
def test_every_row_of_a_file_is_in_its_table_with_its_source(conn: Connection, name: str) -> None:
    table, key = CODE_LISTS[name]
    ((held, unsourced),) = ask(conn, f"SELECT count(*), count(*) FILTER (WHERE sumber = '') FROM {table}")
    rows = lines(name)
    assert len({tuple(row[part] for part in key if part in row) for row in rows}) == len(rows)
    assert held >= len(rows)
    assert unsourced == 0


def test_seeding_again_writes_no_row(conn: Connection) -> None:
    tables = {table for table, _ in CODE_LISTS.values()}
    versions = {table: ask(conn, f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1") for table in tables}
    seed(conn)
    assert {table: ask(conn, f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1") for table in tables} == versions


@pytest.mark.skipif(not SHARED.is_dir(), reason="daftar rujukan bersama tidak ada")
def test_the_nomenclature_says_what_its_source_says() -> None:
    with (SHARED / "program_kegiatan.csv").open(encoding="utf-8", newline="") as file:
        source = {row["kode"]: row for row in csv.DictReader(file)}
    ours = {row["kode"]: row for row in lines("kegiatan") if row["keyakinan"] == "tinggi"}
    assert set(ours) == set(source)
    for kode, row in source.items():
        assert ours[kode]["nama"] == " ".join(row["nama"].split())
        assert ours[kode]["kewenangan"] == row["kewenangan_segmen4"]
        assert ours[kode]["kode_sebelumnya"] == row["kode_sebelumnya"]


def test_codes_before_are_members_with_their_successor(conn: Connection) -> None:
    found = ask(
        conn,
        """SELECT count(*), count(p.kode_baru), count(lama.kode)
        FROM dw.dim_kegiatan AS k
        LEFT JOIN dw.padanan AS p
            ON (p.dimensi, p.jenis, p.kode_lama, p.kode_baru) = ('kegiatan', 'ganti kode', k.kode_sebelumnya, k.kode)
        LEFT JOIN dw.dim_kegiatan AS lama ON lama.kode = k.kode_sebelumnya
        WHERE k.kode_sebelumnya IS NOT NULL""",
    )
    assert found == [(176, 176, 176)]


def test_every_code_has_what_is_above_it() -> None:
    for name in ("kegiatan", "rekening"):
        codes = {row["kode"] for row in lines(name)}
        above = {row["induk"] for row in lines(name) if row["induk"] and row.get("tingkat") != "program"}
        assert above <= codes


def test_conversions_are_exact_and_end_at_a_unit_that_is_its_own_base() -> None:
    units = {row["satuan"]: row for row in lines("satuan")}
    for name, row in units.items():
        assert bool(row["dasar"]) == bool(row["faktor"]), name
        assert not row["dasar"] or not units[row["dasar"]]["dasar"], name
    factor = {name: Decimal(row["faktor"]) for name, row in units.items() if row["faktor"]}
    assert factor["ribu jiwa"] == 1000
    assert factor["miliar rupiah"] == 10**9
    assert factor["kuintal"] / factor["Ton"] == Decimal("0.1")
    assert factor["kilometer persegi"] / factor["Ha"] == 100
    assert factor["Gram"] == Decimal("0.001")


def test_a_spelling_means_one_unit() -> None:
    seen: dict[str, str] = {}
    for row in lines("satuan"):
        for text in {one.casefold() for one in (row["satuan"], *filter(None, row["varian"].split("|")))}:
            assert seen.setdefault(text, row["satuan"]) == row["satuan"], text


def test_the_same_spelling_is_never_of_two_members() -> None:
    for name in ("sumber_dana", "rincian"):
        seen: dict[tuple[str, str], str] = {}
        for row in lines(name):
            for text in {one.casefold() for one in (row["kode"], row["nama"], *filter(None, row["varian"].split("|")))}:
                where = (row.get("daftar", ""), text)
                assert seen.setdefault(where, row["kode"]) == row["kode"], where


def test_units_of_the_contracts_are_in_the_list(conn: Connection) -> None:
    from etl.catalogue import load_contracts

    known = {text.casefold() for row in lines("satuan") for text in (row["satuan"], *row["varian"].split("|"))}
    used = {i.satuan for c in load_contracts(PROJECT / "datasets").contracts.values() for i in c.indikator.values()}
    assert {unit for unit in used if unit.casefold() not in known} == set()


def test_outlines_are_of_the_kecamatan_and_valid_geojson(conn: Connection) -> None:
    found = ask(
        conn,
        """SELECT count(*), bool_and(b.geojson ->> 'type' IN ('Polygon', 'MultiPolygon')), bool_and(w.nama IS NOT NULL)
        FROM dw.wilayah_batas AS b
        LEFT JOIN dw.dim_wilayah AS w ON w.kode = b.kode AND w.tingkat = 'kecamatan'""",
    )
    assert found == [(18, True, True)]


def test_who_is_above_an_agency_is_an_agency(conn: Connection) -> None:
    assert ask(conn, "SELECT kode, induk FROM dw.dim_skpd WHERE induk IS NOT NULL") == [("KT55", "KT18")]
