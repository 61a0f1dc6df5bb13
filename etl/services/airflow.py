"""Airflow on one machine: its environment, its secrets, its four services.

Everything Airflow is told stands in `airflow_env`; there is no airflow.cfg to keep beside it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg2.extensions import parse_dsn

from etl.services.processes import MARK
from etl.settings import PROJECT, Settings

USER = "walidata"
BIN = Path(sys.executable).parent
DEMO_DATABASE = "skpd_dpmptsp"

AIRFLOW = (str(BIN / "airflow"),)
PRELOADED = (sys.executable, "-m", "etl.services.preloaded")

COMPONENTS: dict[str, tuple[str, ...]] = {
    "api-server": (*AIRFLOW, "api-server"),
    "scheduler": (*PRELOADED, "scheduler", "--skip-serve-logs"),
    "dag-processor": (*AIRFLOW, "dag-processor"),
    "triggerer": (*AIRFLOW, "triggerer", "--skip-serve-logs"),
}
"""Airflow's services and their commands, the slowest to start first. Logs need no server of their own: one machine."""


class AirflowFailed(Exception):
    """A command of Airflow's ended with an error; the text says where its log is."""


def free_port(wanted: int) -> int:
    """`wanted`, or the next port on which nobody listens."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AirflowFailed(f"Tidak ada port kosong antara {wanted} dan {wanted + 99}. Tindakan: pilih lain dengan --port.")


def sqlalchemy_url(dsn: str, database: str | None = None, driver: str = "psycopg2") -> str:
    """libpq connection string → SQLAlchemy URL, optionally for another database of the same server.

    >>> sqlalchemy_url("host=/run/pg dbname=satudata user=postgres", "airflow")
    'postgresql+psycopg2://postgres@/airflow?host=%2Frun%2Fpg'
    """
    parts = {key: str(value) for key, value in parse_dsn(dsn).items()}
    name = database or parts.pop("dbname", "postgres")
    user = quote(parts.get("user", "postgres"), safe="")
    secret = f":{quote(parts['password'], safe='')}" if parts.get("password") else ""
    host = parts.get("host", "localhost")
    prefix = f"postgresql+{driver}" if driver else "postgresql"
    if host.startswith("/"):
        port = f"&port={parts['port']}" if "port" in parts else ""
        return f"{prefix}://{user}{secret}@/{name}?host={quote(host, safe='')}{port}"
    port = f":{parts['port']}" if "port" in parts else ""
    return f"{prefix}://{user}{secret}@{host}{port}/{name}"


def installation_secrets(home: Path) -> dict[str, str]:
    """Keys, the walidata's password and the portal's: made once per installation, kept where only its owner reads
    them (0600). What a later version needs besides is added."""
    path = home / "rahasia.json"
    kept = dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
    made = {
        "fernet": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "api": secrets.token_urlsafe(32),
        "jwt": secrets.token_urlsafe(64),
        "password": secrets.token_urlsafe(12),
        "portal": secrets.token_urlsafe(50),
        "reader": secrets.token_urlsafe(24),
    }
    if made.keys() - kept.keys():
        kept = made | kept
        _write_private(path, json.dumps(kept))
    return kept


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    draft.replace(path)


def airflow_env(settings: Settings, dsn: str, port: int) -> dict[str, str]:
    """Everything Airflow and its tasks are told.

    dsn: the server that holds Airflow's own database `airflow` (the embedded one), unless
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN already names another. settings.dsn is the warehouse.
    """
    home = settings.home
    secret = installation_secrets(home)
    passwords = home / "airflow" / "kata_sandi.json"
    _write_private(passwords, json.dumps({USER: secret["password"]}))
    env = {
        MARK: str(home),
        "SPT_NOENV": "1",  # setproctitle would overwrite the mark that /proc shows
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(PROJECT),
        "SATUDATA_HOME": str(home),
        "SATUDATA_DSN": settings.dsn,
        "SATUDATA_DATASETS": str(settings.datasets),
        "SATUDATA_SOURCES": settings.sources,
        "SATUDATA_BASE_URL": settings.base_url,
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__MAX_MAP_LENGTH": "10000",  # files that one agency may bring at once, its first time
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Makassar",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__FERNET_KEY": secret["fernet"],
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": sqlalchemy_url(dsn, "airflow"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": sqlalchemy_url(dsn, "airflow", "asyncpg"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__INSTANCE_NAME": "Satu Data Kutai Timur",
        "AIRFLOW__API__SECRET_KEY": secret["api"],
        "AIRFLOW__API_AUTH__JWT_SECRET": secret["jwt"],
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",  # what a killed `up` left is taken up soon
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING",  # hundreds of lines in every task's log
        # A supervisor that misses its task's end notices it only at the next heartbeat: after 1 s instead of 5.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "30",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "GX_ANALYTICS_ENABLED": "False",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    given = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    if os.environ.get(given):
        env[given] = os.environ[given]
        env.pop(f"{given}_ASYNC")
    env["SATUDATA_AIRFLOW_DB"] = env[given]  # for maintenance alone: from tasks Airflow hides its database
    connection = f"AIRFLOW_CONN_{DEMO_DATABASE.upper()}"
    env[connection] = os.environ.get(connection) or sqlalchemy_url(dsn, DEMO_DATABASE, driver="")
    return env


@dataclass(frozen=True)
class Migration:
    """`airflow db migrate` under way; it takes seconds in which the warehouse can be prepared."""

    process: subprocess.Popen[bytes]
    log: Path

    def finish(self) -> None:
        """Waits for it. Raises AirflowFailed."""
        code = self.process.wait()
        if code:
            raise AirflowFailed(
                f"Basis data Airflow tidak dapat disiapkan (kode {code}). Sebabnya tertulis di {self.log}."
            )


def start_migration(env: dict[str, str], home: Path) -> Migration:
    """Airflow's own tables: created, or brought up to date."""
    log = home / "log" / "airflow-db-migrate.log"
    with log.open("ab") as handle:
        process = subprocess.Popen((*AIRFLOW, "db", "migrate"), env={**os.environ, **env}, stdout=handle, stderr=handle)
    return Migration(process, log)
