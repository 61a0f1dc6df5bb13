"""Databases that agencies of two other regencies run, loaded into MariaDB: every table, and contracts on five."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

import pytest
from databases.results import rows, sheet_of, texts
from golden.grids import kutim

from etl.catalogue import load_contracts
from etl.extract.archive import Archive
from etl.extract.database import dump
from etl.settings import PROJECT
from etl.transform.tidy import tidy

SAMPLES = PROJECT.parent / "shared" / "samples" / "basisdata"
DUMPS = {"sipoda": SAMPLES / "sipodadb_bolmong_redacted.sql", "lppd": SAMPLES / "lppd_semarang.sql"}
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"contoh basis data bersama tidak ada: {SAMPLES}")

TABLES = [
    (schema, name)
    for schema, path in DUMPS.items()
    if path.is_file()
    for name in re.findall(r"^CREATE TABLE `(\w+)`", path.read_text(encoding="utf-8"), re.MULTILINE)
]
NUMBER = re.compile("-?[0-9]+([.][0-9]+)?")


@pytest.fixture(scope="module")
def loaded(server):
    for schema, path in DUMPS.items():
        server.create(schema)
        server.load(schema, path)
    return server


def test_all_tables_are_there():
    assert len(TABLES) == 34


@pytest.mark.parametrize(("schema", "table"), TABLES, ids=[name for _, name in TABLES])
def test_every_table_is_what_the_mysql_client_says(loaded, dumped, ways, ordinary, schema, table):
    """Row count, every text of every column, and the exact sum of every column's numbers; the same bytes both ways."""
    columns = loaded.client(
        schema,
        "SELECT column_name, data_type FROM information_schema.columns "
        f"WHERE table_schema = '{schema}' AND table_name = '{table}' ORDER BY ordinal_position",
    )
    order = ", ".join(f"`{name}`" for name, _ in columns)
    query = f"SELECT * FROM `{table}` ORDER BY {order}"
    fast = dumped(loaded.url(schema), query)
    found = texts(fast)
    assert list(found) == [name for name, _ in columns]
    assert [[str(fast.rows_fetched)]] == loaded.client(schema, f"SELECT count(*) FROM `{table}`")
    assert ways.fast == (fast.rows_fetched > 1)
    for name, kind in columns:
        values = [as_read(kind, row[0]) for row in loaded.client(schema, said(table, name, order))]
        assert found[name] == values, name
        total = loaded.client(schema, total_of(table, name))[0][0]
        ours = sum((Decimal(value) for value in found[name] if value and NUMBER.fullmatch(value)), Decimal(0))
        assert ours == Decimal(total or 0), name
    ordinary()
    assert dumped(loaded.url(schema), query).archived.sha256 == fast.archived.sha256


def said(table: str, column: str, order: str) -> str:
    """Each value in hexadecimal, so that no tab or line break in it is taken for the client's own."""
    return f"SET time_zone = '+08:00'; SELECT hex(convert(`{column}` USING utf8mb4)) FROM `{table}` ORDER BY {order}"


def as_read(kind: str, value: str | None) -> str | None:
    if not value:
        return None
    text = bytes.fromhex(value).decode("utf-8")
    if kind in ("datetime", "timestamp"):
        return text.replace(" ", "T").removesuffix("T00:00:00")
    return text


def total_of(table: str, column: str) -> str:
    text = f"convert(`{column}` USING utf8mb4)"
    return f"SELECT sum(CAST({text} AS DECIMAL(60, 20))) FROM `{table}` WHERE {text} REGEXP '^{NUMBER.pattern}$'"


# ── contracts ────────────────────────────────────────────────────────────────────────────────────────────────────────

CONTRACT = """
id: uji.{name}
title: {name} dari basis data lain
description: Tabel {name} sebagaimana tersimpan pada aplikasi SKPD.
producer: uji
urusan: "2.16"
access: terbuka
calendar: {{period: tahunan, due_days: 90}}
source: {{kind: database, connection: skpd_uji, query: "{query}"}}
load: periode
columns:
  tahun: {{role: periode}}
  tempat: {{role: wilayah, scheme: kemendagri, level: kabupaten, value: "64.08"}}
{columns}
indikator:
{indicators}
rules:
  - {{rule: between, columns: [{first}], min: -100000000, max: 100000000, severity: tolak}}
release: {{policy: walidata}}
"""

KECAMATAN = "JOIN kecamatan k ON k.id = t.id_kecamatan ORDER BY t.id"

CONTRACTS = {
    # name: (schema, query, dimensions as YAML, {measure: (breakdown, decimal sign)})
    "pertanian": (
        "sipoda",
        f"SELECT t.tahun, k.nama AS kecamatan, t.jenis, luas_tanam, luas_panen, produksi FROM pertanians t {KECAMATAN}",
        ("kecamatan", "jenis"),
        {"luas_tanam": ("", "titik"), "luas_panen": ("", "titik"), "produksi": ("", "titik")},
    ),
    "penduduk": (
        "sipoda",
        f"SELECT t.tahun, k.nama AS kecamatan, laki, peremp, guru FROM penduduks t {KECAMATAN}",
        ("kecamatan",),
        {"laki": ("{jenis_kelamin: L}", "titik"), "peremp": ("{jenis_kelamin: P}", "titik"), "guru": ("", "titik")},
    ),
    "daging": (
        "sipoda",
        "SELECT t.tahun, k.nama AS kecamatan, total_prod_daging_thn, jlh_prod_daging_sapithn, jlh_kons_daging_thn "
        f"FROM dagings t {KECAMATAN}",
        ("kecamatan",),
        dict.fromkeys(("total_prod_daging_thn", "jlh_prod_daging_sapithn", "jlh_kons_daging_thn"), ("", "titik")),
    ),
    "ikan": (
        "sipoda",
        "SELECT t.tahun, k.nama AS kecamatan, ikan_nila, ikan_mas, udang_vaname, ikan_bandeng "
        f"FROM budidaya_ikans t {KECAMATAN}",
        ("kecamatan",),
        dict.fromkeys(("ikan_nila", "ikan_mas", "udang_vaname", "ikan_bandeng"), ("", "titik")),
    ),
    "capaian": (
        "lppd",
        "SELECT 2018 AS tahun, _id AS nomor, indikator_kinerja, capaian_tahun_2018 AS capaian FROM data UNION ALL "
        "SELECT 2019, _id, indikator_kinerja, capaian_tahun_2019 FROM data ORDER BY tahun, nomor",
        ("nomor",),
        {"capaian": ("", "koma")},
    ),
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    root = tmp_path_factory.mktemp("kontrak")
    (root / "uji").mkdir()
    (root / "skpd.yaml").write_text("uji: {nama: Uji, kode: KT01, folder: uji, kontak: uji@contoh.go.id}\n")
    for name, (_, query, dimensions, measures) in CONTRACTS.items():
        columns = [f"  {dimension}: {{role: rincian}}" for dimension in dimensions]
        if name == "capaian":
            columns.append("  indikator_kinerja: {role: teks}")
        for measure, (breakdown, sign) in measures.items():
            of = f", rincian: {breakdown}" if breakdown else ""
            columns.append(f"  {measure}: {{role: ukuran, indikator: {name}.{measure}, decimal: {sign}{of}}}")
        indicators = [
            f"  {name}.{measure}: {{nama: {measure}, konsep: Uji, definisi: Sebagaimana tersimpan., satuan: unit}}"
            for measure in measures
        ]
        text = CONTRACT.format(
            name=name,
            query=query,
            columns="\n".join(columns),
            indicators="\n".join(indicators),
            first=next(iter(measures)),
        )
        (root / "uji" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_contracts(root)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_gives_the_sums_of_sql(loaded, catalogue, tmp_path, name):
    schema, query, dimensions, measures = CONTRACTS[name]
    contract = catalogue.contracts[f"uji.{name}"]
    result = dump(contract.source, loaded.url(schema), Archive(tmp_path), contract.id)
    understood = tidy([sheet_of(result)], contract, kutim(), f"skpd_uji/{name}.parquet")
    assert understood.findings == ()
    assert len(understood.rows) == result.rows_fetched == len(rows(result))
    sums, counts = defaultdict(Decimal), defaultdict(int)
    for figure in understood.figures.to_pylist():
        measure = figure["indikator"].partition(".")[2]
        sums[measure] += Decimal(figure["desimal"] or 0)
        counts[measure] += figure["desimal"] is not None
        assert figure["wilayah"] == "64.08"
    for measure, (_, sign) in measures.items():
        point = f"replace({measure}, ',', '.')" if sign == "koma" else measure
        count, total = loaded.client(
            schema,
            f"SELECT count(*), sum(CAST({point} AS DECIMAL(60, 20))) FROM ({query.partition(' ORDER BY')[0]}) s "
            f"WHERE {point} REGEXP '^{NUMBER.pattern}$'",
        )[0]
        assert (counts[measure], sums[measure]) == (int(count), Decimal(total)), measure
    strange = {fault.rule: list(fault.cells["value"]) for fault in understood.faults}
    assert strange == {"ikan": {"angka_terbaca": ["9,0"]}, "capaian": {"angka_terbaca": ["WTP", "WTP"]}}.get(name, {})
    marks = [figure["penanda"] for figure in understood.figures.to_pylist() if figure["penanda"]]
    dashes = " + ".join(f"coalesce(sum({measure} = '-'), 0)" for measure in measures)
    said_dashes = loaded.client(schema, f"SELECT {dashes} FROM ({query.partition(' ORDER BY')[0]}) s")[0][0]
    assert marks == ["-"] * int(said_dashes or 0)
    assert all(figure["rincian"] for figure in understood.figures.to_pylist()) and dimensions
