"""What a database driver's error means: come back later, or the query no longer fits the tables.

A driver's message names host, user and sometimes more; only what a person needs of it is passed on.
"""

from __future__ import annotations

import re

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from etl.extract.problems import refused, shown, unavailable
from etl.findings import Owner, Refused, SourceUnavailable

PG_UNREACHABLE = ("08", "57", "53", "58", "40", "55", "XX", "F0")
"""PostgreSQL error classes that pass: connection, shutdown and cancel, resources, system, serialization, locks."""

PG_LOGIN = ("28", "3D")
"""Login refused, database unknown."""

MYSQL_LOGIN = {1044, 1045, 1049, 1698}
MYSQL_UNREACHABLE = {1040, 1053, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1317, *range(2000, 2030), 3024}
"""https://dev.mysql.com/doc/mysql-errors/en/: too many connections, shutdown, network, locks, timeouts, client side."""

SQLITE_UNREACHABLE = re.compile(
    r"unable to open|locked|busy|disk I/O|not a database|malformed|encrypted", re.IGNORECASE
)
LOGIN = re.compile(
    r"password|authentication|access denied|no pg_hba|(role|database) .* does not exist|login failed", re.IGNORECASE
)


def classify(error: Exception, address: URL, connection: str, dataset: str) -> Refused | SourceUnavailable:
    """The finding for a failed dump: SourceUnavailable (try again) or Refused (the query or the tables must change)."""
    if isinstance(error, NoSuchModuleError | ImportError):
        return unavailable(
            "driver_tidak_ada",
            f"Penggerak (driver) basis data {address.drivername} untuk koneksi «{connection}» belum terpasang.",
            "Jenis basis data ini belum pernah dipakai pada pemasangan ini.",
            "Pasang paket penggeraknya pada lingkungan pipeline, atau betulkan jenis koneksinya.",
            file=connection,
        )
    cause = getattr(error, "orig", None) or error
    reason = _reason(error, cause)
    if reason == "login":
        return unavailable(
            "basis_data_menolak_masuk",
            f"Basis data koneksi «{connection}» menolak masuk.",
            "Pengguna atau kata sandi berubah, nama basis data salah, atau alamat pipeline belum diizinkan.",
            f"Periksa AIRFLOW_CONN_{connection.upper()} bersama pengelola basis data SKPD.",
            file=connection,
        )
    if reason == "away":
        return unavailable(
            "basis_data_tidak_terjangkau",
            f"Basis data koneksi «{connection}» tidak menjawab, atau memutus sambungan di tengah pengambilan "
            f"({_sign(cause)}). Tidak ada data yang hilang: data sebelumnya tetap berlaku.",
            "Server SKPD mati atau penuh, jaringan terputus, atau kuerinya terlalu lama.",
            "Akan dicoba lagi. Bila terus terjadi, hubungi pengelola server SKPD.",
            file=connection,
        )
    return refused(
        "kueri_ditolak",
        f"Basis data koneksi «{connection}» tidak dapat menjalankan kueri dataset {dataset} ({_sign(cause)}).",
        "Tabel atau kolom di basis data SKPD berganti nama atau dihapus, atau hak baca (SELECT) dicabut.",
        "Tanyakan perubahannya kepada pengelola basis data SKPD, lalu sesuaikan `source.query` pada kontrak.",
        file=connection,
        value=_without_secrets(str(cause), address),
        owner=Owner.DISKOMINFO,
    )


def _reason(error: Exception, cause: BaseException) -> str:
    """`login`, `away` or `query`."""
    if not isinstance(error, DBAPIError):
        return "away" if isinstance(error, OSError) else "query"
    message = str(cause)
    if code := getattr(cause, "pgcode", None):
        return "login" if code.startswith(PG_LOGIN) else "away" if code.startswith(PG_UNREACHABLE) else "query"
    driver = type(cause).__module__.partition(".")[0]
    if driver == "sqlite3":
        return "away" if SQLITE_UNREACHABLE.search(message) else "query"
    number = cause.args[0] if cause.args and isinstance(cause.args[0], int) else None
    if number is not None:
        return "login" if number in MYSQL_LOGIN else "away" if number in MYSQL_UNREACHABLE else "query"
    if error.connection_invalidated or type(cause).__name__ in ("OperationalError", "InterfaceError", "InternalError"):
        return "login" if LOGIN.search(message) else "away"
    return "query"


def _sign(cause: BaseException) -> str:
    """The error's code, by which an engineer finds it in the manual."""
    code = getattr(cause, "pgcode", None) or (cause.args[0] if cause.args and isinstance(cause.args[0], int) else None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def _without_secrets(message: str, address: URL) -> str:
    """First line of the server's answer, without anything of the address in it."""
    line = message.strip().partition("\n")[0]
    secrets = [address.password, address.username, address.host, address.database]
    for secret in sorted({str(secret) for secret in secrets if secret}, key=len, reverse=True):
        line = line.replace(secret, "…")
    return shown(line)
