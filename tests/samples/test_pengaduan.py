"""Lists of complaints: every row counts as one; counts against the files themselves."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from etl.catalogue import Catalogue, load_contracts
from etl.extract.read import read_sheets
from etl.frames import Tidy, split_key
from etl.settings import PROJECT
from etl.transform.regions import Region, Regions
from etl.transform.tidy import tidy

PENGADUAN = PROJECT.parent / "shared" / "samples" / "pengaduan"
pytestmark = pytest.mark.skipif(not PENGADUAN.is_dir(), reason=f"contoh berkas bersama tidak ada: {PENGADUAN}")
REGIONS = Regions(
    [Region("64.72", "6472", "Kota Samarinda", "kabupaten", None), Region("31", "31", "Jakarta", "provinsi", None)], []
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_contracts(Path(__file__).parent / "contracts")


def ingest(catalogue: Catalogue, contract_id: str, file: str) -> tuple[Tidy, list[dict[str, str]]]:
    with (PENGADUAN / file).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return tidy(read_sheets(PENGADUAN / file, file), catalogue.contracts[contract_id], REGIONS, file), rows


def test_each_report_is_counted_once(catalogue: Catalogue) -> None:
    result, rows = ingest(catalogue, "pengaduan.lapor", "sp4n_lapor_samarinda_2024_redacted.csv")
    classified = [row for row in rows if row["Klasifikasi Laporan"]]
    (fault,) = result.faults
    unclassified = [n for n, row in enumerate(rows, 2) if not row["Klasifikasi Laporan"]]
    assert (fault.rule, [split_key(key)[1] for key in fault.bad_keys]) == ("rincian_dikenal", unclassified)
    figures = result.figures.to_pylist()
    assert len(figures) == len(classified) == len(rows) - 1 and len(result.rows) == len(rows)
    assert {(row["desimal"], row["nilai"], row["col_no"]) for row in figures} == {("1", 1.0, 0)}
    kinds = Counter(row["rincian"].split("|")[1] for row in figures)
    assert sorted(kinds.values()) == sorted(Counter(row["Klasifikasi Laporan"] for row in classified).values())
    assert Counter(result.rows["status"].fillna("")) == Counter(row["Status Laporan"] for row in rows)
    assert {period[:7] for period in result.periods} == {f"2024-{month:02d}" for month in range(1, 13)}
    assert len({row["rincian"] for row in figures}) == len(figures)


def test_a_channel_that_did_not_exist_yet_is_empty_not_nothing(catalogue: Catalogue) -> None:
    result, rows = ingest(catalogue, "pengaduan.crm_jakarta", "jakarta_crm_psbb_timeseries.csv")
    assert result.faults == () and result.figures.num_rows == 2 * len(rows)
    jaki = [row for row in result.figures.to_pylist() if row["rincian"]]
    assert sum(row["nilai"] or 0 for row in jaki) == sum(int(row["jaki"] or 0) for row in rows)
    assert sum(row["penanda"] == "" for row in jaki) == sum(not row["jaki"] for row in rows) > 0
    everything = [row for row in result.figures.to_pylist() if not row["rincian"]]
    assert sum(row["nilai"] for row in everything) == sum(int(row["total_reports"]) for row in rows)
