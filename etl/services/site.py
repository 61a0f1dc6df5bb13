"""The portal as one more service of `up`: its own login, its own secret, its own port."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn

from etl.load.readers import create_reader
from etl.load.warehouse import connect
from etl.services.airflow import free_port, installation_secrets
from etl.services.processes import MARK
from etl.settings import PROJECT, Settings

LOGIN = "portal"
PORT = 8000


class SiteFailed(Exception):
    """The portal cannot be given what it needs; the message says what to do."""


def at_a_free_port(settings: Settings) -> tuple[Settings, int]:
    """The portal's port, and settings whose base_url has it unless SATUDATA_BASE_URL says where the public comes in."""
    port = free_port(PORT)
    if "SATUDATA_BASE_URL" not in os.environ:
        settings = replace(settings, base_url=f"http://localhost:{port}")
    return settings, port


def site_env(settings: Settings) -> dict[str, str]:
    """What the portal's process is told. Its login is made here, or is the one that SATUDATA_PORTAL_DSN names.

    Raises SiteFailed when the login cannot be made with the one that SATUDATA_DSN has.
    """
    secret = installation_secrets(settings.home)
    dsn = os.environ.get("SATUDATA_PORTAL_DSN")
    if not dsn:
        conn = connect(settings.dsn)
        try:
            create_reader(conn, LOGIN, secret["reader"])
        except psycopg2.errors.InsufficientPrivilege as error:
            raise SiteFailed(
                "Akun baca untuk portal tidak dapat dibuat. Sebab: pengguna pada SATUDATA_DSN tidak memiliki "
                "CREATEROLE. Tindakan: buat dengan `satudata reader` sebagai pemilik gudang, "
                "lalu isi SATUDATA_PORTAL_DSN."
            ) from error
        finally:
            conn.close()
        dsn = make_dsn(settings.dsn, user=LOGIN, password=secret["reader"])
    return {
        MARK: str(settings.home),
        "SPT_NOENV": "1",  # setproctitle would overwrite the mark that /proc shows
        "PYTHONPATH": str(PROJECT),
        "SATUDATA_HOME": str(settings.home),
        "SATUDATA_DATASETS": str(settings.datasets),
        "SATUDATA_BASE_URL": settings.base_url,
        "SATUDATA_PORTAL_DSN": dsn,
        "SATUDATA_PORTAL_SECRET": os.environ.get("SATUDATA_PORTAL_SECRET") or secret["portal"],
    }


def command(port: int) -> list[str]:
    return [sys.executable, "-m", "portal", "--port", str(port)]


def log_of(home: Path) -> Path:
    return home / "log" / "portal.log"
