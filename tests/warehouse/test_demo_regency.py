"""The whole demo regency through the whole journey: every promise of samples/harapan.csv, then what comes after."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from etl.load.account import why
from etl.pipeline import decide, run
from etl.receive import warehouse
from etl.services.demo import SAMPLES
from etl.settings import PROJECT
from tests.demo import Demo

NIK = "6408994104900001"


def promises() -> list[dict[str, str]]:
    with (SAMPLES / "harapan.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def what_became_of(demo: Demo, dataset: str, file: str) -> dict[str, str]:
    """The audit of the newest submission of a file, in the words of harapan.csv."""
    found = demo.query(
        """
        SELECT id, status, n_received, n_loaded, n_quarantined FROM audit.submission
        WHERE dataset = %s AND path LIKE '%%' || %s ORDER BY id DESC LIMIT 1
        """,
        dataset,
        file.split("/", 1)[1],
    )
    if not found:
        return {"file": file, "dataset": dataset, "status": "diabaikan"}
    number, status, *counts = found[0]
    rules = demo.query("SELECT DISTINCT rule FROM audit.finding WHERE submission_id = %s ORDER BY 1", number)
    names = ("received", "loaded", "quarantined")
    return {
        "file": file,
        "dataset": dataset,
        "status": str(status),
        **{name: str(count) for name, count in zip(names, counts, strict=True)},
        "rules": "|".join(str(rule) for (rule,) in rules),
    }


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise["file"])
def test_the_promise_about_each_file_is_kept(demo_regency: Demo, promise: dict[str, str]) -> None:
    if promise["status"] == "diabaikan":
        assert what_became_of(demo_regency, promise["dataset"], promise["file"])["status"] == "diabaikan"
    else:
        assert what_became_of(demo_regency, promise["dataset"], promise["file"]) == promise


def test_every_source_row_is_in_exactly_one_place(demo_regency: Demo) -> None:
    lost = demo_regency.query(
        """
        SELECT path FROM audit.submission
        WHERE n_received <> n_loaded + n_unchanged + n_quarantined + n_returned
        """
    )
    assert lost == []


def test_nothing_that_waits_or_was_returned_is_public(demo_regency: Demo) -> None:
    public = {str(dataset) for (dataset,) in demo_regency.query("SELECT DISTINCT dataset FROM audit.release")}
    released = {promise["dataset"] for promise in promises() if promise["status"] == "dirilis"}
    assert public == released


def test_the_poverty_series_is_the_published_one(demo_regency: Demo) -> None:
    figures = demo_regency.query(
        "SELECT periode, nilai FROM portal.nilai WHERE indikator = 'kemiskinan.p0' ORDER BY periode"
    )
    assert [(period, float(value)) for period, value in figures] == [
        ("2015", 9.31),
        ("2016", 9.16),
        ("2017", 9.29),
        ("2018", 9.22),
        ("2019", 9.48),
        ("2020", 9.55),
        ("2021", 9.81),
        ("2022", 9.28),
        ("2023", 9.06),
        ("2024", 8.81),
    ]


def test_scales_corrections_and_spellings_came_through(demo_regency: Demo) -> None:
    assert demo_regency.value("padi.produksi", "64.08.10", "2022") == 3215, "recorded correction, thousand tonnes"
    assert demo_regency.value("pajak.realisasi", "64.08", "2024-02", "kode_rekening=4.1.01.12") == -1_250_000, (
        "in brackets"
    )
    assert demo_regency.value("faskes.posyandu", "64.08.08", "2021") == 21, "Kongbeng is Kombeng"
    assert demo_regency.value("faskes.rumah_sakit", "64.08.01", "2021") == 0, "a dash is none here"


def test_personal_data_is_nowhere_in_clear_but_in_the_quarantine(demo_regency: Demo) -> None:
    quoted = demo_regency.query(
        "SELECT rule FROM audit.finding WHERE concat_ws(' ', message, value, cause, action) LIKE %s", f"%{NIK}%"
    )
    assert quoted == []
    reports = [
        path for path in demo_regency.settings.reports.rglob("*.html") if NIK in path.read_text(encoding="utf-8")
    ]
    assert reports == []


def test_a_figure_of_a_sheet_read_sideways_names_the_cell_as_the_sheet_shows_it(demo_regency: Demo) -> None:
    with warehouse(demo_regency.settings) as conn:
        (figure,) = why(conn, "bappeda.kemiskinan", "64.08", "2024")
    assert "sel K2" in str(figure)


def test_what_all_tests_share_cannot_be_changed(demo_regency: Demo) -> None:
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        demo_regency.query("DELETE FROM staging.figur RETURNING submission_id")


# ── what comes after, each in a copy of its own ──────────────────────────────────────────────────────────────────────


def test_running_again_finds_nothing_new(own_demo_regency: Demo) -> None:
    assert run(own_demo_regency.settings) == []


def test_the_walidata_releases_what_waits(own_demo_regency: Demo) -> None:
    waiting = "SELECT id FROM audit.submission WHERE (dataset, status) = ('disdikbud.murid', 'menunggu')"
    ((murid,),) = own_demo_regency.query(waiting)
    decide(own_demo_regency.settings, murid, "dirilis", "Walidata", "Lonjakan dibenarkan Disdikbud")
    assert own_demo_regency.value("murid.jumlah", "64.08.07", "2025", "jenjang=SMP|jenis_kelamin=L") == 761


def test_a_second_delivery_keeps_the_figure_as_it_was(own_demo_regency: Demo) -> None:
    desa, period, men = "64.08.04.2012", "2024-S2", "jenis_kelamin=L"
    before = own_demo_regency.value("penduduk.jumlah", desa, period, men)
    own_demo_regency.drop("revisi", "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx")
    (outcome,) = run(own_demo_regency.settings, dataset="disdukcapil.penduduk")
    assert (outcome.status, outcome.loaded, outcome.unchanged) == ("dirilis", 4, 156), "two desa, kecamatan, regency"
    assert own_demo_regency.value("penduduk.jumlah", desa, period, men) == before + 214
    with warehouse(own_demo_regency.settings) as conn:
        (figure,) = why(conn, "disdukcapil.penduduk", desa, period, indikator="penduduk.jumlah", rincian=men)
    assert [float(version.nilai) for version in figure.earlier] == [before]


def test_a_returned_file_loads_when_its_header_is_repaired(own_demo_regency: Demo) -> None:
    own_demo_regency.drop("revisi", "disdikbud/sekolah/Sekolah 2023.csv")
    (outcome,) = run(own_demo_regency.settings, dataset="disdikbud.sekolah")
    assert (outcome.status, outcome.loaded) == ("dirilis", 36)


def test_the_worked_example_of_the_guide_loads(own_demo_regency: Demo, tmp_path: Path) -> None:
    guide = (PROJECT / "docs" / "add-a-dataset.md").read_text(encoding="utf-8")
    shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    contract = guide.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "datasets" / "dinkes" / "tenaga_kesehatan.yaml").write_text(contract, encoding="utf-8")
    own_demo_regency.drop("tambahan", "dinkes/nakes/Tenaga Kesehatan 2024.xlsx")
    settings = replace(own_demo_regency.settings, datasets=tmp_path / "datasets")
    (outcome,) = run(settings, dataset="dinkes.tenaga_kesehatan")
    assert (outcome.status, outcome.loaded, outcome.quarantined) == ("menunggu", 18, 0)
