"""Where things are. One place reads the environment; everything below it takes what it is given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WAREHOUSE_SQL = PROJECT / "warehouse_sql"
REGENCY = "64.08"
"""Kemendagri code of Kabupaten Kutai Timur: first part of every fact's key."""


@dataclass(frozen=True)
class Settings:
    """Paths and the warehouse's address.

    dsn: libpq connection string of the warehouse (SATUDATA_DSN); may hold a password, so it is never logged.
    datasets: the contracts. sources: root URL of the agencies' shared folders (any fsspec URL). home: what this
    installation writes (archive, reports, embedded database, Airflow).
    """

    dsn: str
    home: Path
    datasets: Path
    sources: str

    @property
    def archive(self) -> Path:
        return self.home / "arsip"

    @property
    def reports(self) -> Path:
        return self.home / "laporan"

    @classmethod
    def from_env(cls, env: dict[str, str] | None = None) -> Settings:
        """SATUDATA_DSN, SATUDATA_HOME, SATUDATA_DATASETS, SATUDATA_SOURCES; without a DSN the embedded server's."""
        env = dict(os.environ) if env is None else env
        home = Path(env.get("SATUDATA_HOME") or PROJECT / "var").resolve()
        return cls(
            dsn=env.get("SATUDATA_DSN") or f"host={home / 'pg'} dbname=satudata user=postgres",
            home=home,
            datasets=Path(env.get("SATUDATA_DATASETS") or PROJECT / "datasets"),
            sources=env.get("SATUDATA_SOURCES") or str(home / "sumber"),
        )
