"""What stands in the exported files, read with other people's software, against what the portal shows."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.publish.conftest import KECAMATAN, YEARS, newest
from tests.warehouse.regency import Regency

STEM = "dinkes.puskesmas"
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def shown(exported: Regency) -> dict[Key, tuple[str, Decimal]]:
    """(indikator, wilayah, periode) → name of the region and figure, as the portal shows them."""
    found = exported.query("SELECT indikator, wilayah, periode, nama_wilayah, nilai FROM portal.nilai")
    assert len(found) == 2 * len(YEARS) * len(KECAMATAN)
    return {(str(i), str(w), str(p)): (str(name), Decimal(str(n))) for i, w, p, name, n in found}


def of_records(records: list[dict[str, Any]]) -> dict[Key, tuple[str, Decimal]]:
    return {
        (r["indikator"], r["wilayah"], r["periode"]): (r["nama_wilayah"], Decimal(str(r["nilai"]))) for r in records
    }


def test_csv_is_the_portal(exported: Regency, shown: dict[Key, Any]) -> None:
    path = newest(exported) / f"{STEM}.csv"
    raw = path.read_bytes()
    assert raw.decode("utf-8").count("\r\n") == len(shown) + 1
    assert raw.endswith(b"\r\n")
    with path.open(encoding="utf-8", newline="") as stream:
        assert of_records(list(csv.DictReader(stream, strict=True))) == shown
    frame = pd.read_csv(path, dtype={"wilayah": str, "periode": str})
    assert frame["nilai"].sum() == sum(n for _, n in shown.values())


def test_json_is_the_portal_whole_and_line_by_line(exported: Regency, shown: dict[Key, Any]) -> None:
    path = newest(exported) / f"{STEM}.json"
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    assert of_records(document["data"]) == shown
    assert document["jumlah"] == len(shown)
    assert document["dataset"]["judul"] == "Jumlah puskesmas menurut kecamatan"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith('{"indikator"') for line in lines) == len(shown)


def test_parquet_is_typed(exported: Regency, shown: dict[Key, Any]) -> None:
    table = pq.read_table(newest(exported) / f"{STEM}.parquet")
    assert of_records(table.to_pylist()) == shown
    kinds = {field.name: field.type for field in table.schema}
    assert pa.types.is_decimal128(kinds["nilai"])
    assert pa.types.is_integer(kinds["tahun"])
    assert kinds["dirilis_pada"] == pa.timestamp("ms", "UTC")


def test_workbook_has_figures_and_their_meaning(exported: Regency, shown: dict[Key, Any]) -> None:
    book = openpyxl.load_workbook(newest(exported) / f"{STEM}.xlsx")
    assert book.sheetnames == ["Data", "Keterangan"]
    sheet = book["Data"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert of_records([dict(zip(header, row, strict=True)) for row in rows]) == shown
    assert sheet.freeze_panes == "A2"
    assert sheet["A2"].data_type == "s"
    place = header.index("dirilis_pada (WITA)")
    told = exported.query("SELECT max(dirilis_pada) AT TIME ZONE 'Asia/Makassar' FROM portal.nilai")[0][0]
    assert max(row[place] for row in rows).replace(microsecond=0) == told.replace(microsecond=0)
    meaning = {row[0]: row[1] for row in book["Keterangan"].iter_rows(values_only=True)}
    assert meaning["Judul"] == "Jumlah puskesmas menurut kecamatan"
    assert meaning["Produsen data"] == "Dinas Kesehatan"
    assert meaning["kesehatan.pustu"] == "Jumlah pustu"


def test_checksums_tell_of_every_file(exported: Regency) -> None:
    folder = newest(exported)
    told = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(told) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in told} == told
    recorded = exported.query("SELECT files FROM audit.publication")[0][0]
    assert {file["name"]: file["sha256"] for file in recorded} == told


FRICTIONLESS = """
import json, sys, warnings
warnings.simplefilter("ignore")
from frictionless import Package, validate
report = validate(sys.argv[1])
package = Package(sys.argv[1])
rows = package.resources[0].read_rows()
print(json.dumps({
    "valid": report.valid,
    "errors": [error.message for task in report.tasks for error in task.errors] + [e.message for e in report.errors],
    "rows": len(rows), "key": package.resources[0].schema.primary_key, "first": str(rows[0]["nilai"]),
}))
"""


def test_frictionless_finds_the_package_valid(
    exported: Regency, shown: dict[Key, Any], outside: Callable[..., Any]
) -> None:
    told = outside(FRICTIONLESS, newest(exported) / "datapackage.json")
    assert told["errors"] == []
    assert told["valid"]
    assert told["rows"] == len(shown)
    assert told["key"] == ["indikator", "wilayah", "periode"]


def test_frictionless_would_notice(exported: Regency, tmp_path: Path, outside: Callable[..., Any]) -> None:
    """The same package with a doubled line is not valid: the check above can fail."""
    for name in ("datapackage.json", f"{STEM}.csv"):
        (tmp_path / name).write_bytes((newest(exported) / name).read_bytes())
    lines = (tmp_path / f"{STEM}.csv").read_bytes().splitlines(keepends=True)
    (tmp_path / f"{STEM}.csv").write_bytes(b"".join([*lines, lines[-1]]))
    assert not outside(FRICTIONLESS, tmp_path / "datapackage.json")["valid"]
