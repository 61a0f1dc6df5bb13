"""Where agencies' systems are and how to log in: from the environment or from Airflow, never from a file of ours."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, field
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

EXTRA = "__extra__"
"""The parameter under which Airflow writes, as JSON, extras that a query string cannot carry."""

HOST_WITH_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*)://(?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
"""`http://https://server`: Airflow's way of saying that the host is `https://server`."""


@dataclass(frozen=True)
class Connection:
    """An Airflow connection, its parts decoded. Printed, it shows neither password nor extras, which may hold keys.

    kind: Airflow's connection type, in lower case with `_` (postgres, sftp, samba, aws, http, …). schema: the database,
    or whatever the type puts there. extra: options by name; texts where the connection is written as a URI.
    """

    name: str
    kind: str
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def variable(self) -> str:
        """The environment variable that may hold it, as findings name it."""
        return f"AIRFLOW_CONN_{self.name.upper()}"


def lookup(name: str) -> Connection:
    """The connection: from AIRFLOW_CONN_<NAME> (URI or JSON), else Airflow's own, inside a task.

    Raises SourceUnavailable when nobody knows it or its text cannot be read.
    """
    variable = Connection(name, "").variable
    written = os.environ.get(variable, "").strip()
    try:
        if written:
            return _from_json(name, written) if written.startswith("{") else _from_uri(name, written)
        if "airflow.sdk" in sys.modules:  # importing it elsewhere costs three seconds for nothing
            known = _from_airflow(name)
            if known:
                return known
    except (ValueError, KeyError, TypeError, AttributeError):
        raise unavailable(
            "koneksi_tidak_sah",
            f"Alamat koneksi «{name}» tidak dapat dibaca.",
            f"Isi {variable} bukan URI atau JSON koneksi Airflow.",
            "Tulis sebagai jenis://pengguna:sandi@server:port/basisdata; huruf khusus pada sandi ditulis %XX.",
            file=name,
        ) from None
    raise unavailable(
        "koneksi_tidak_dikenal",
        f"Koneksi «{name}» belum diatur.",
        f"Variabel {variable} kosong dan Airflow tidak memiliki koneksi bernama itu.",
        f"Isi {variable}, misalnya postgresql://pengguna:sandi@server:5432/basisdata (basis data) atau "
        "smb://pengguna:sandi@server (folder bersama), atau tambahkan di Airflow > Admin > Connections.",
        file=name,
    )


def resolve(name: str) -> str:
    """SQLAlchemy URL of a database's connection. It holds the password: never log it. Raises as `lookup`."""
    found = lookup(name)
    driver = DRIVERS.get(found.kind, found.kind)
    query = {key: str(value) for key, value in found.extra.items() if isinstance(value, str | int | float)}
    host, database = found.host, found.schema
    if driver.startswith("sqlite"):  # its file stands in either field
        host, database = "", database or host
    if host.startswith("/"):  # the folder of a socket, which SQLAlchemy takes as a parameter
        host, query = "", {**query, "host": host}
    url = URL.create(
        driver,
        username=found.login or None,
        password=found.password or None,
        host=host or None,
        port=found.port,
        database=database or None,
        query=query,
    )
    return url.render_as_string(hide_password=False)


def _from_airflow(name: str) -> Connection | None:
    from airflow.sdk import Connection as AirflowConnection

    try:
        known = AirflowConnection.get(name)
    except Exception as error:  # its exceptions differ by version; all but this one are about the API server
        if "NotFound" in type(error).__name__ or "isn't defined" in str(error):
            return None
        raise _airflow_silent(name, error) from None
    return _connection(
        name, known.conn_type, known.host, known.port, known.login, known.password, known.schema, known.extra
    )


def _airflow_silent(name: str, error: Exception) -> SourceUnavailable:
    return unavailable(
        "koneksi_tidak_dikenal",
        f"Airflow tidak memberikan koneksi «{name}» ({type(error).__name__}).",
        "Layanan API Airflow sedang tidak menjawab.",
        "Akan dicoba lagi; bila terus terjadi, periksa layanan api-server.",
        file=name,
    )


def _from_uri(name: str, uri: str) -> Connection:
    """Airflow's form: user, password, host and schema percent-encoded, extras as parameters."""
    nested = HOST_WITH_SCHEME.match(uri)
    parts = urlsplit(uri[nested.end() :] if nested else uri)
    if not parts.scheme or "://" not in uri:
        raise ValueError("no scheme")
    extra: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra.update(json.loads(extra.pop(EXTRA, None) or "{}"))
    place = parts.netloc.rpartition("@")[2]  # .hostname is in lower case, which a socket's folder need not be
    host = unquote(place.rpartition(":")[0] if parts.port is not None else place)
    return _connection(
        name,
        nested.group(1) if nested else parts.scheme,
        f"{parts.scheme}://{host}" if nested else host,
        parts.port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path[1:]),
        extra,
    )


def _from_json(name: str, text: str) -> Connection:
    """Airflow's other form: conn_type, login, password, host, port, schema, extra."""
    fields: dict[str, Any] = json.loads(text)
    return _connection(
        name,
        fields["conn_type"],
        *(fields.get(key) for key in ("host", "port", "login", "password", "schema", "extra")),
    )


def _connection(
    name: str, kind: str, host: Any, port: Any, login: Any, password: Any, schema: Any, extra: Any
) -> Connection:
    """One form of all: nothing is None but the port, extras (an object, or JSON text of one) are a dict."""
    if isinstance(extra, str):
        extra = json.loads(extra or "{}")
    return Connection(
        name=name,
        kind=kind.lower().replace("-", "_") if "+" not in kind else kind,
        host=(host or "").strip("[]"),
        port=int(port) if port else None,
        login=login or "",
        password=password or "",
        schema=schema or "",
        extra=dict(extra or {}),
    )
