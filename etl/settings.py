"""Where things are. One place reads the environment; everything below it takes what it is given."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WAREHOUSE_SQL = PROJECT / "warehouse_sql"
REGENCY = "64.08"
"""Kemendagri code of Kabupaten Kutai Timur: first part of every fact's key."""


SOCKET_PATH_MAX = 100
"""A Unix socket's path may have 103 bytes on macOS and 107 on Linux."""


def socket_folder(pgdata: Path) -> Path:
    """Where the embedded server listens: its data folder, or a short folder where that path is too long."""
    if len(os.fsencode(pgdata / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX:
        return pgdata
    return Path(tempfile.gettempdir()) / f"satudata-{hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:16]}"


def embedded_dsn(pgdata: Path, database: str) -> str:
    """libpq address of a database on the embedded server, running or not."""
    host = str(socket_folder(pgdata.expanduser().resolve())).replace("\\", "\\\\").replace("'", "\\'")
    return f"host='{host}' dbname={database} user=postgres"


@dataclass(frozen=True)
class Settings:
    """Paths and the warehouse's address.

    dsn: libpq connection string of the warehouse (SATUDATA_DSN); may hold a password, so it is never logged.
    datasets: the contracts. sources: root URL of the agencies' shared folders (any fsspec URL). home: what this
    installation writes (archive, reports, exports, embedded database, Airflow). base_url: where the public reaches the
    portal; every address in the catalogue begins with it.
    """

    dsn: str
    home: Path
    datasets: Path
    sources: str
    base_url: str = "http://localhost:8000"

    @property
    def archive(self) -> Path:
        return self.home / "arsip"

    @property
    def reports(self) -> Path:
        return self.home / "laporan"

    @property
    def exports(self) -> Path:
        return self.home / "ekspor"

    @classmethod
    def from_env(cls, env: dict[str, str] | None = None) -> Settings:
        """SATUDATA_DSN, _HOME, _DATASETS, _SOURCES, _BASE_URL; without a DSN the embedded server's."""
        env = dict(os.environ) if env is None else env
        home = Path(env.get("SATUDATA_HOME") or PROJECT / "var").resolve()
        return cls(
            dsn=env.get("SATUDATA_DSN") or embedded_dsn(home / "pg", "satudata"),
            home=home,
            datasets=Path(env.get("SATUDATA_DATASETS") or PROJECT / "datasets"),
            sources=env.get("SATUDATA_SOURCES") or str(home / "sumber"),
            base_url=(env.get("SATUDATA_BASE_URL") or cls.base_url).rstrip("/"),
        )
