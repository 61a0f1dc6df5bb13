"""Addresses of agencies' databases: from the environment or from Airflow, never from a file of this project."""

from __future__ import annotations

import json
import os
import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy.engine import URL

from etl.extract.problems import unavailable
from etl.findings import SourceUnavailable

DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
}
"""Airflow's connection types → SQLAlchemy's dialect and driver; what is not here is taken as it stands."""

AIRFLOW_ONLY = ("__extra__",)
"""Parameters of an Airflow URI that mean nothing to a database driver."""


def resolve(name: str) -> str:
    """SQLAlchemy URL of a connection: AIRFLOW_CONN_<NAME> (URI or JSON), else Airflow's own, inside a task.

    The answer holds the password: never log it. Raises SourceUnavailable when nobody knows the connection.
    """
    variable = f"AIRFLOW_CONN_{name.upper()}"
    written = os.environ.get(variable, "").strip()
    if not written and "airflow.sdk" in sys.modules:  # importing it elsewhere costs three seconds for nothing
        written = _from_airflow(name)
    if not written:
        raise unavailable(
            "koneksi_tidak_dikenal",
            f"Koneksi basis data «{name}» belum diatur.",
            f"Variabel {variable} kosong dan Airflow tidak memiliki koneksi bernama itu.",
            f"Isi {variable}, misalnya postgresql://pengguna:sandi@server:5432/basisdata, atau tambahkan di Airflow > "
            "Admin > Connections.",
            file=name,
        )
    try:
        url = _from_json(written) if written.startswith("{") else _from_uri(written)
    except (ValueError, KeyError, TypeError):
        raise unavailable(
            "koneksi_tidak_sah",
            f"Alamat koneksi «{name}» tidak dapat dibaca.",
            f"Isi {variable} bukan URI atau JSON koneksi Airflow.",
            "Tulis sebagai jenis://pengguna:sandi@server:port/basisdata; huruf khusus pada sandi ditulis %XX.",
            file=name,
        ) from None
    return url.render_as_string(hide_password=False)


def _from_airflow(name: str) -> str:
    from airflow.sdk import Connection

    try:
        return str(Connection.get(name).get_uri())
    except Exception as error:  # its exceptions differ by version; all but this one are about the API server
        if "NotFound" in type(error).__name__ or "isn't defined" in str(error):
            return ""
        raise _airflow_silent(name, error) from None


def _airflow_silent(name: str, error: Exception) -> SourceUnavailable:
    return unavailable(
        "koneksi_tidak_dikenal",
        f"Airflow tidak memberikan koneksi «{name}» ({type(error).__name__}).",
        "Layanan API Airflow sedang tidak menjawab.",
        "Akan dicoba lagi; bila terus terjadi, periksa layanan api-server.",
        file=name,
    )


def _from_uri(uri: str) -> URL:
    """Airflow's form: user, password and database percent-encoded, host perhaps too."""
    parts = urlsplit(uri)
    if not parts.scheme or "://" not in uri:
        raise ValueError("no scheme")
    query = {key: value for key, value in parse_qsl(parts.query) if key not in AIRFLOW_ONLY}
    place = parts.netloc.rpartition("@")[2]  # .hostname is in lower case, which a socket's folder need not be
    host = unquote(place.rpartition(":")[0] if parts.port is not None else place)
    return _at(
        host,
        query,
        drivername=_driver(parts.scheme),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        port=parts.port,
        database=unquote(parts.path[1:]) or None,
    )


def _at(host: str, query: dict[str, str], **parts: Any) -> URL:
    """The host, or the folder of a socket, which SQLAlchemy takes as a parameter."""
    if host.startswith("/"):
        return URL.create(query={**query, "host": host}, **parts)
    return URL.create(host=host.strip("[]") or None, query=query, **parts)


def _from_json(text: str) -> URL:
    """Airflow's other form: conn_type, login, password, host, port, schema, extra (object or JSON text)."""
    fields: dict[str, Any] = json.loads(text)
    extra = fields.get("extra") or {}
    if isinstance(extra, str):
        extra = json.loads(extra)
    is_file = _driver(fields["conn_type"]).startswith("sqlite")
    host = fields.get("host") or ""
    return _at(
        "" if is_file else host,
        {key: str(value) for key, value in extra.items() if isinstance(value, str | int | float)},
        drivername=_driver(fields["conn_type"]),
        username=fields.get("login") or None,
        password=fields.get("password") or None,
        port=int(fields["port"]) if fields.get("port") else None,
        database=(fields.get("schema") or (host if is_file else None)) or None,
    )


def _driver(kind: str) -> str:
    """SQLAlchemy's name of an Airflow connection type."""
    kind = kind.replace("-", "_") if "+" not in kind else kind
    return DRIVERS.get(kind, kind)
