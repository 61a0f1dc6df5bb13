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
TREASURER = "KT08"
"""BPKAD in the register of SKPD: the regency's SKPKD, whose head is its treasurer (BUD)."""


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
class Retention:
    """How long what may go stays. Bytes of returned and replaced submissions stay for ever unless a number of days is
    given; what was released, and its bytes, always does.

    returned_days: their bytes; report_days: their reports; log_days: Airflow's logs and ended runs; backups: how many.
    """

    returned_days: int | None = None
    report_days: int = 730
    log_days: int = 30
    backups: int = 14

    @classmethod
    def from_env(cls, env: dict[str, str]) -> Retention:
        """SATUDATA_KEEP_RETURNED_DAYS, _REPORT_DAYS, _LOG_DAYS, _BACKUPS. Raises ValueError for what is no number."""
        given = {name: env.get(f"SATUDATA_KEEP_{name.upper()}") for name in cls.__dataclass_fields__}
        return cls(**{name: int(text) for name, text in given.items() if text})


@dataclass(frozen=True)
class Settings:
    """Paths and the warehouse's address.

    dsn: libpq connection string of the warehouse (SATUDATA_DSN); may hold a password, so it is never logged.
    datasets: the contracts. sources: root URL of the agencies' shared folders (any fsspec URL). home: what this
    installation writes (archive, reports, exports, embedded database, Airflow). base_url: where the public reaches the
    portal; every address in the catalogue begins with it. backup: where backups go; None: nobody asked for them.
    """

    dsn: str
    home: Path
    datasets: Path
    sources: str
    base_url: str = "http://localhost:8000"
    backup: Path | None = None
    retention: Retention = Retention()

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
        """SATUDATA_DSN, _HOME, _DATASETS, _SOURCES, _BASE_URL, _BACKUP, _KEEP_…; without a DSN the embedded one."""
        env = dict(os.environ) if env is None else env
        home = Path(env.get("SATUDATA_HOME") or PROJECT / "var").resolve()
        return cls(
            dsn=env.get("SATUDATA_DSN") or embedded_dsn(home / "pg", "satudata"),
            home=home,
            datasets=Path(env.get("SATUDATA_DATASETS") or PROJECT / "datasets"),
            sources=env.get("SATUDATA_SOURCES") or str(home / "sumber"),
            base_url=(env.get("SATUDATA_BASE_URL") or cls.base_url).rstrip("/"),
            backup=Path(env["SATUDATA_BACKUP"]).resolve() if env.get("SATUDATA_BACKUP") else None,
            retention=Retention.from_env(env),
        )
