"""What a database driver's error means: come back later, or the query no longer fits the tables.

A driver's message names host, user and sometimes more; only what a person needs of it is passed on.
"""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from etl.extract.problems import refused, shown, unavailable
from etl.findings import Owner, Refused, SourceUnavailable

PG_UNREACHABLE = ("08", "57", "53", "58", "40", "55", "XX", "F0")
"""PostgreSQL error classes that pass: connection, shutdown and cancel, resources, system, serialization, locks."""

PG_LOGIN = ("28", "3D")
"""Login refused, database unknown."""

PG_CANCELLED = "57014"

MYSQL_LOGIN = {1044, 1045, 1049, 1698}
MYSQL_UNREACHABLE = {1040, 1053, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1317, 1927, *range(2000, 2030), 4031}
"""https://dev.mysql.com/doc/mysql-errors/en/: too many connections, shutdown, network, locks, timeouts, client side."""

MYSQL_TLS = {2026, 3159}
MYSQL_SLOW = {1969, 3024}
"""Statement stopped by the limit that the session set: MariaDB's number and MySQL's."""

MSSQL_LOGIN = {18456, 18452, 18486, 18487, 18488, 4060, 4064}
MSSQL_SLOW = {20003}
MSSQL_UNREACHABLE = {1205, 1222, *range(20000, 20060)}
"""Deadlock and lock timeout; DB-Library's own numbers: no server, connection dead, network."""

ORACLE_LOGIN = {"ORA-01017", "ORA-28000", "ORA-28001", "ORA-01045", "ORA-12514", "ORA-12505", "DPY-6001", "DPY-6003"}
ORACLE_TLS = {"DPY-6006", "ORA-28860", "ORA-29024"}
ORACLE_SLOW = {"DPY-4024", "ORA-01013"}
ORACLE_UNREACHABLE = re.compile(
    r"DPY-(4011|600\d|1001)|ORA-(03113|03114|03135|010(33|34|89)|12\d{3}|00060|0002[01]|01555)"
)

SQLITE_UNREACHABLE = re.compile(
    r"unable to open|locked|busy|disk I/O|not a database|malformed|encrypted", re.IGNORECASE
)
LOGIN = re.compile(
    r"password|authentication|access denied|no pg_hba|(role|database) .* does not exist|login failed", re.IGNORECASE
)
TLS = re.compile(r"\b(ssl|tls)\b|certificate", re.IGNORECASE)

EXTRAS = {"mssql": "pymssql", "oracle": "oracledb"}
"""Dialects whose driver is an optional part of the installation, by the extra's name → the driver."""


def classify(error: Exception, address: URL, connection: str, dataset: str) -> Refused | SourceUnavailable:
    """The finding for a failed dump: SourceUnavailable (try again) or Refused (the query or the tables must change)."""
    if isinstance(error, NoSuchModuleError | ImportError):
        return _no_driver(address, connection)
    cause = getattr(error, "orig", None) or error
    reason = _reason(error, cause)
    variable = f"AIRFLOW_CONN_{connection.upper()}"
    if reason == "login":
        return unavailable(
            "basis_data_menolak_masuk",
            f"Basis data koneksi «{connection}» menolak masuk ({_sign(cause)}).",
            "Pengguna atau kata sandi berubah, nama basis data salah, atau alamat pipeline belum diizinkan.",
            f"Periksa {variable} bersama pengelola basis data SKPD.",
            file=connection,
        )
    if reason == "tls":
        return unavailable(
            "tls_gagal",
            f"Sambungan terenkripsi (TLS) ke basis data koneksi «{connection}» tidak terjadi ({_sign(cause)}).",
            "Server tidak menawarkan TLS, hanya menerima TLS, atau sertifikatnya tidak sah bagi CA pada koneksi.",
            f"Minta pengelola server SKPD memasang TLS, atau perbaiki pilihan TLS pada {variable}; "
            "jangan mematikannya bila jalurnya melewati internet.",
            file=connection,
        )
    if reason == "slow":
        return too_slow(connection, dataset, _sign(cause))
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
        value=_without_secrets(_message(cause), address),
        owner=Owner.DISKOMINFO,
    )


def too_slow(connection: str, dataset: str, sign: str) -> SourceUnavailable:
    return unavailable(
        "kueri_terlalu_lama",
        f"Kueri dataset {dataset} dihentikan karena melewati batas waktu ({sign}).",
        "Kueri membaca terlalu banyak baris tanpa indeks, atau server SKPD sedang sibuk.",
        "Akan dicoba lagi. Bila terus terjadi: saring periode pada `source.query`, minta indeks kepada pengelola, "
        "atau pakai `source.incremental`.",
        file=connection,
    )


def _no_driver(address: URL, connection: str) -> SourceUnavailable:
    dialect = address.get_backend_name()
    if dialect not in EXTRAS:
        return unavailable(
            "driver_tidak_ada",
            f"Penggerak (driver) basis data {address.drivername} untuk koneksi «{connection}» tidak dikenal.",
            "Jenis koneksinya salah tulis, atau jenis basis data ini belum didukung.",
            f"Betulkan jenisnya pada AIRFLOW_CONN_{connection.upper()}: postgres, mysql, mssql, oracle atau sqlite.",
            file=connection,
        )
    return unavailable(
        "driver_tidak_ada",
        f"Penggerak (driver) basis data {address.drivername} untuk koneksi «{connection}» belum terpasang.",
        f"Penggerak {dialect} adalah bagian pilihan dari pemasangan dan belum pernah dipakai di sini.",
        f"Pasang bagian pilihannya pada lingkungan pipeline: pip install 'satudata[{dialect}]' "
        f"(paket {EXTRAS[dialect]}), lalu jalankan lagi.",
        file=connection,
    )


def _reason(error: Exception, cause: BaseException) -> str:
    """`login`, `tls`, `slow`, `away` or `query`."""
    message = _message(cause)
    if not isinstance(error, DBAPIError):
        return "away" if isinstance(error, OSError) else "query"
    if code := getattr(cause, "pgcode", None):
        if code == PG_CANCELLED and "statement timeout" in message:
            return "slow"
        return "login" if code.startswith(PG_LOGIN) else "away" if code.startswith(PG_UNREACHABLE) else "query"
    driver = type(cause).__module__.partition(".")[0]
    number = _number(cause)
    if driver == "sqlite3":
        return "away" if SQLITE_UNREACHABLE.search(message) else "query"
    if driver == "pymssql" and number is not None:
        return _first(number, login=MSSQL_LOGIN, slow=MSSQL_SLOW, away=MSSQL_UNREACHABLE)
    if driver == "oracledb":
        code = _oracle_code(cause)
        found = _first(code, login=ORACLE_LOGIN, tls=ORACLE_TLS, slow=ORACLE_SLOW)
        return "away" if found == "query" and ORACLE_UNREACHABLE.match(code) else found
    if number is not None:
        if number == _MYSQL_NO_HOST and TLS.search(message):  # the handshake failed after the connection stood
            return "tls"
        return _first(number, login=MYSQL_LOGIN, tls=MYSQL_TLS, slow=MYSQL_SLOW, away=MYSQL_UNREACHABLE)
    if error.connection_invalidated or type(cause).__name__ in ("OperationalError", "InterfaceError", "InternalError"):
        return "login" if LOGIN.search(message) else "tls" if TLS.search(message) else "away"
    return "query"


_MYSQL_NO_HOST = 2003


def _first(code: int | str, **reasons: set[int] | set[str]) -> str:
    return next((reason for reason, codes in reasons.items() if code in codes), "query")


def _number(cause: BaseException) -> int | None:
    """The server's error number: the first argument, or the first of a pair in it (pymssql)."""
    first = cause.args[0] if cause.args else None
    first = first[0] if isinstance(first, tuple) and first else first
    return first if isinstance(first, int) else None


def _oracle_code(cause: BaseException) -> str:
    return str(getattr(cause.args[0] if cause.args else None, "full_code", ""))


def _message(cause: BaseException) -> str:
    """The server's words; pymssql keeps them as bytes in a pair."""
    last = cause.args[-1] if cause.args else ""
    last = last[-1] if isinstance(last, tuple) and last else last
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else str(cause)


def _sign(cause: BaseException) -> str:
    """The error's code, by which an engineer finds it in the manual."""
    code = getattr(cause, "pgcode", None) or _number(cause) or _oracle_code(cause)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__


def _without_secrets(message: str, address: URL) -> str:
    """First line of the server's answer, without anything of the address in it, encoded or not."""
    line = message.strip().partition("\n")[0]
    if address.password:
        password = str(address.password)
        for written in sorted({password, quote(password, safe=""), quote_plus(password)}, key=len, reverse=True):
            line = line.replace(written, "…")
    for name in filter(None, (address.username, address.host, address.database)):
        for written in {name, quote(name, safe="")}:
            line = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", "…", line)
    return shown(line)
