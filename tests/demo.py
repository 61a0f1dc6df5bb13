"""The demo regency loaded and exported, built once per test run; whoever needs it gets it restored or copied.

Kept in the folder that all workers of a run share: a dump of the warehouse, and beside it what `SATUDATA_HOME` holds
(sources, archive, reports, exports).
"""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl.pipeline import run
from etl.publish.publish import publish
from etl.receive import warehouse
from etl.services import pg_programs, postgres
from etl.services.airflow import sqlalchemy_url
from etl.services.demo import SAMPLES, fill_database
from etl.settings import PROJECT, Settings

AGENCY = "AIRFLOW_CONN_SKPD_DPMPTSP"
"""The connection to the one agency whose figures come from a database."""


@dataclass(frozen=True)
class Demo:
    """A loaded demo regency: `settings` say where its warehouse and its home are."""

    settings: Settings

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


def settings_of(dsn: str, home: Path) -> Settings:
    return Settings(dsn=dsn, home=home, datasets=PROJECT / "datasets", sources=str(home / "sumber"))


def agency_url(postgres_dsn: str) -> str:
    """Address of the agency's database on this server, made and filled when it is not there."""
    dsn = postgres.create_database(postgres_dsn, "demo_dpmptsp")
    fill_database(dsn)
    return sqlalchemy_url(dsn, driver="")


@dataclass(frozen=True)
class Kept:
    """The one loaded demo regency of a test run."""

    folder: Path

    @property
    def dump(self) -> Path:
        return self.folder / "gudang.dump"

    @property
    def home(self) -> Path:
        return self.folder / "rumah"

    def build_once(self, empty_dsn: str, agency: str) -> None:
        """In the empty warehouse at `empty_dsn`, unless another worker has or is about to."""
        with self.folder.with_suffix(".kunci").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.dump.exists():
                shutil.rmtree(self.folder, ignore_errors=True)
                self._build(settings_of(empty_dsn, self.home), agency)

    def _build(self, settings: Settings, agency: str) -> None:
        shutil.copytree(SAMPLES / "sumber", settings.sources)
        for file in Path(settings.sources).rglob("*"):  # a clone's files have any age, and the oldest is taken first
            os.utime(file, (1_795_000_000, 1_795_000_000))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(AGENCY, agency)
            run(settings)
        publish(settings)
        program("pg_dump", settings.dsn, "--format=custom", "--compress=none", f"--file={self.dump}.baru")
        self.dump.with_suffix(".dump.baru").rename(self.dump)

    def restore(self, dsn: str) -> None:
        """Fills a database in which nothing is yet."""
        program("pg_restore", dsn, "--exit-on-error", "--single-transaction", str(self.dump))

    def seen(self, dsn: str) -> Demo:
        """To look at: its home is everybody's."""
        return Demo(settings_of(dsn, self.home))

    def copied(self, dsn: str, home: Path) -> Demo:
        """To change: its warehouse is a copy already, its home becomes one."""
        shutil.copytree(self.home, home)
        return Demo(settings_of(dsn, home))


def program(name: str, dsn: str, *arguments: str) -> None:
    with pg_programs.running(postgres.BIN / name, arguments, dsn):
        pass
