"""The whole demo regency through the whole journey: every promise of samples/harapan.csv, then what history shows."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from etl.pipeline import Outcome, decide, run
from etl.receive import warehouse
from etl.settings import PROJECT, Settings

SAMPLES = PROJECT / "samples"
NIK = "6408994104900001"


def promises() -> list[dict[str, str]]:
    with (SAMPLES / "harapan.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass
class Demo:
    settings: Settings
    outcomes: list[Outcome]

    def query(self, text: str, *values: object) -> list[tuple[object, ...]]:
        with warehouse(self.settings) as conn, conn.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()

    def drop(self, folder: str, path: str) -> None:
        """Puts one of the samples' other folders' files where the agency would."""
        target = Path(self.settings.sources) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLES / folder / path, target)

    def value(self, indikator: str, wilayah: str, periode: str, rincian: str = "") -> float:
        """The released figure as the portal shows it."""
        ((value,),) = self.query(
            "SELECT nilai FROM portal.nilai WHERE (indikator, wilayah, periode, rincian) = (%s, %s, %s, %s)",
            indikator,
            wilayah,
            periode,
            rincian,
        )
        return float(value)  # type: ignore[arg-type]


def _on_server(dsn: str, statement: str) -> None:
    conn = psycopg2.connect(dsn)
    try:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(statement)
    finally:
        conn.close()


@pytest.fixture(scope="module")
def demo(postgres_dsn: str, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One run over all sources, in a warehouse of its own beside the agency's database."""
    from etl.services.airflow import sqlalchemy_url

    _on_server(postgres_dsn, f"CREATE DATABASE demo TEMPLATE {warehouse_template} STRATEGY FILE_COPY")
    _on_server(postgres_dsn, "CREATE DATABASE demo_dpmptsp")
    agency = psycopg2.extensions.make_dsn(postgres_dsn, dbname="demo_dpmptsp")
    _on_server(agency, (SAMPLES / "basisdata" / "dpmptsp.sql").read_text(encoding="utf-8"))
    home = tmp_path_factory.mktemp("demo")
    shutil.copytree(SAMPLES / "sumber", home / "sumber")
    for file in (home / "sumber").rglob("*"):  # a clone's files have any order of age, and the oldest is taken first
        os.utime(file, (1_795_000_000, 1_795_000_000))
    settings = Settings(
        dsn=psycopg2.extensions.make_dsn(postgres_dsn, dbname="demo"),
        home=home,
        datasets=PROJECT / "datasets",
        sources=str(home / "sumber"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SKPD_DPMPTSP", sqlalchemy_url(agency, driver=""))
        yield Demo(settings, run(settings))
    for name in ("demo", "demo_dpmptsp"):
        _on_server(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)")


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
def test_the_promise_about_each_file_is_kept(demo: Demo, promise: dict[str, str]) -> None:
    if promise["status"] == "diabaikan":
        assert what_became_of(demo, promise["dataset"], promise["file"])["status"] == "diabaikan"
    else:
        assert what_became_of(demo, promise["dataset"], promise["file"]) == promise


def test_every_source_row_is_in_exactly_one_place(demo: Demo) -> None:
    lost = demo.query(
        """
        SELECT path FROM audit.submission
        WHERE n_received <> n_loaded + n_unchanged + n_quarantined + n_returned
        """
    )
    assert lost == []


def test_nothing_that_waits_or_was_returned_is_public(demo: Demo) -> None:
    public = {str(dataset) for (dataset,) in demo.query("SELECT DISTINCT dataset FROM audit.release")}
    released = {promise["dataset"] for promise in promises() if promise["status"] == "dirilis"}
    assert public == released


def test_the_poverty_series_is_the_published_one(demo: Demo) -> None:
    figures = demo.query("SELECT periode, nilai FROM portal.nilai WHERE indikator = 'kemiskinan.p0' ORDER BY periode")
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


def test_scales_corrections_and_spellings_came_through(demo: Demo) -> None:
    assert demo.value("padi.produksi", "64.08.10", "2022") == 3215, "recorded correction, thousand tonnes"
    assert demo.value("pajak.realisasi", "64.08", "2024-02", "kode_rekening=4.1.01.12") == -1_250_000, "in brackets"
    assert demo.value("faskes.posyandu", "64.08.08", "2021") == 21, "Kongbeng is Kombeng"
    assert demo.value("faskes.rumah_sakit", "64.08.01", "2021") == 0, "a dash is none here"


def test_personal_data_is_nowhere_in_clear_but_in_the_quarantine(demo: Demo) -> None:
    quoted = demo.query(
        "SELECT rule FROM audit.finding WHERE concat_ws(' ', message, value, cause, action) LIKE %s", f"%{NIK}%"
    )
    assert quoted == []
    reports = [path for path in demo.settings.reports.rglob("*.html") if NIK in path.read_text(encoding="utf-8")]
    assert reports == []


def test_running_again_finds_nothing_new(demo: Demo) -> None:
    assert run(demo.settings) == []


# ── what comes after; these change the warehouse, so they stand last ─────────────────────────────────────────────────


def test_the_walidata_releases_what_waits(demo: Demo) -> None:
    waiting = [outcome for outcome in demo.outcomes if outcome.status == "menunggu"]
    (murid,) = (outcome for outcome in waiting if outcome.dataset == "disdikbud.murid")
    assert murid.submission_id is not None
    decide(demo.settings, murid.submission_id, "dirilis", "Walidata", "Lonjakan dibenarkan Disdikbud")
    assert demo.value("murid.jumlah", "64.08.07", "2025", "jenjang=SMP|jenis_kelamin=L") == 761


def test_a_second_delivery_keeps_the_figure_as_it_was(demo: Demo) -> None:
    desa, period, men = "64.08.04.2012", "2024-S2", "jenis_kelamin=L"
    before = demo.value("penduduk.jumlah", desa, period, men)
    demo.drop("revisi", "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx")
    (outcome,) = run(demo.settings, dataset="disdukcapil.penduduk")
    assert (outcome.status, outcome.loaded, outcome.unchanged) == ("dirilis", 4, 156), "two desa, kecamatan, regency"
    assert demo.value("penduduk.jumlah", desa, period, men) == before + 214
    with warehouse(demo.settings) as conn:
        from etl.load.account import why

        (figure,) = why(conn, "disdukcapil.penduduk", desa, period, indikator="penduduk.jumlah", rincian=men)
    assert [float(version.nilai) for version in figure.earlier] == [before]


def test_a_returned_file_loads_when_its_header_is_repaired(demo: Demo) -> None:
    demo.drop("revisi", "disdikbud/sekolah/Sekolah 2023.csv")
    (outcome,) = run(demo.settings, dataset="disdikbud.sekolah")
    assert (outcome.status, outcome.loaded) == ("dirilis", 36)


def test_the_worked_example_of_the_guide_loads(demo: Demo, tmp_path: Path) -> None:
    guide = (PROJECT / "docs" / "add-a-dataset.md").read_text(encoding="utf-8")
    shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    contract = guide.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "datasets" / "dinkes" / "tenaga_kesehatan.yaml").write_text(contract, encoding="utf-8")
    demo.drop("tambahan", "dinkes/nakes/Tenaga Kesehatan 2024.xlsx")
    settings = Settings(demo.settings.dsn, demo.settings.home, tmp_path / "datasets", demo.settings.sources)
    (outcome,) = run(settings, dataset="dinkes.tenaga_kesehatan")
    assert (outcome.status, outcome.loaded, outcome.quarantined) == ("menunggu", 18, 0)


def test_a_figure_of_a_sheet_read_sideways_names_the_cell_as_the_sheet_shows_it(demo: Demo) -> None:
    with warehouse(demo.settings) as conn:
        from etl.load.account import why

        (figure,) = why(conn, "bappeda.kemiskinan", "64.08", "2024")
    assert "sel K2" in str(figure)
