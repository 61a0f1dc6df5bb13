"""Windows shares (SMB 2 and 3), read only."""

from __future__ import annotations

import datetime as dt
import stat
from typing import Any
from uuid import uuid4

import smbclient
from fsspec import AbstractFileSystem
from smbclient._io import SMBDirectoryIO  # smbclient.scandir looks every entry up again and stumbles over odd names
from smbprotocol.connection import Connection as SmbConnection
from smbprotocol.exceptions import (
    AccessDenied,
    BadNetworkName,
    LogonFailure,
    ObjectNameInvalid,
    ObjectNameNotFound,
    ObjectPathNotFound,
    PasswordExpired,
    SharingViolation,
    SMBAuthenticationError,
    SMBConnectionClosed,
    SMBOSError,
    SMBResponseException,
)
from smbprotocol.file_info import FileAttributes, FileInformationClass
from smbprotocol.header import NtStatus
from smbprotocol.reparse_point import ReparseTags

from etl.extract.connections import Connection
from etl.extract.shares import Place
from etl.extract.shares.faults import TIMEOUT, Fault, Why

PORT = 445
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)

SHARING = "rwd"
"""We lock nobody out: the agency may save, rename and delete the file while we read it, and we notice."""

LOCKED_OUT = (NtStatus.STATUS_LOGON_FAILURE, NtStatus.STATUS_WRONG_PASSWORD, NtStatus.STATUS_PASSWORD_EXPIRED)
REASONS = {
    NtStatus.STATUS_ACCESS_DENIED: Why.DENIED,
    NtStatus.STATUS_SHARING_VIOLATION: Why.BUSY,
    NtStatus.STATUS_BAD_NETWORK_NAME: Why.MISSING,
    NtStatus.STATUS_NOT_FOUND: Why.MISSING,
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND: Why.MISSING,
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND: Why.MISSING,
    NtStatus.STATUS_OBJECT_NAME_INVALID: Why.MISSING,
    NtStatus.STATUS_NOT_A_DIRECTORY: Why.MISSING,
    **dict.fromkeys(LOCKED_OUT, Why.LOGIN),
}


class _Impatient(SmbConnection):  # type: ignore[misc]
    """The driver waits for ever for an answer; a server that died without a word would hold the whole round up."""

    def receive(self, request: Any, wait: bool = True, timeout: Any = None, resolve_symlinks: bool = True) -> Any:
        return super().receive(request, wait, timeout or TIMEOUT, resolve_symlinks)


class SmbShare(AbstractFileSystem):  # type: ignore[misc]
    """One server with one login. Paths are `/share/folder/file`."""

    protocol = "smb"
    cachable = False

    def __init__(self, host: str, port: int, username: str, password: str) -> None:
        super().__init__()
        self.host = host
        self._connections = {f"{host.lower()}:{port}": _Impatient(uuid4(), host, port, require_signing=True)}
        self._session = {
            "username": username,
            "password": password,
            "port": port,
            "connection_timeout": TIMEOUT,
            "connection_cache": self._connections,  # the driver's own pool would lend the session to any password
        }
        try:
            next(iter(self._connections.values())).connect(timeout=TIMEOUT)
            smbclient.register_session(host, **self._session)
        except BaseException:
            self.close()
            raise

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def _unc(self, path: str) -> str:
        return f"\\\\{self.host}" + path.replace("/", "\\")

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        found = []
        with SMBDirectoryIO(self._unc(path), share_access=SHARING, **self._session) as folder:
            for info in folder.query_directory("*", FileInformationClass.FILE_ID_FULL_DIRECTORY_INFORMATION):
                name = info["file_name"].get_value().decode("utf-16-le", "replace")
                if name not in (".", ".."):
                    found.append(_details(f"{path.rstrip('/')}/{name}", info))
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """From the file itself: what a folder says of an open file lags behind."""
        status = smbclient.stat(self._unc(path), **self._session)
        return {
            "name": path,
            "type": "directory" if stat.S_ISDIR(status.st_mode) else "file",
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns // 1000 * 1000,  # a listing tells microseconds
        }

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise PermissionError("read only")
        return smbclient.open_file(self._unc(path), "rb", buffering=0, share_access=SHARING, **self._session)

    def close(self) -> None:
        """Without the courtesies, which would wait for a server that may be gone."""
        while self._connections:
            _, connection = self._connections.popitem()
            connection.disconnect(close=False)


def _details(path: str, info: Any) -> dict[str, Any]:
    attributes = info["file_attributes"].get_value()
    linked = attributes & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT and info["ea_size"].get_value() in (
        ReparseTags.IO_REPARSE_TAG_SYMLINK,
        ReparseTags.IO_REPARSE_TAG_MOUNT_POINT,
    )
    folder = attributes & FileAttributes.FILE_ATTRIBUTE_DIRECTORY
    return {
        "name": path,
        "type": "outside" if linked else "directory" if folder else "file",
        "size": info["end_of_file"].get_value(),
        "mtime_ns": (info["last_write_time"].get_value() - EPOCH) // MICROSECOND * 1000,
    }


def connect(place: Place, connection: Connection | None) -> tuple[SmbShare, str]:
    """Logs in. extra.domain: Windows domain of the account."""
    if place.path == "/":
        raise Fault(Why.SETTING, "Alamatnya tidak menyebut nama bagian; tulis smb://server/bagian/folder")
    if connection is None or not connection.login:
        raise Fault(Why.SETTING, "Windows share memerlukan nama pengguna dan sandi")
    domain = str(connection.extra.get("domain") or "")
    username = f"{domain}\\{connection.login}" if domain else connection.login
    return SmbShare(place.host, place.port or PORT, username, connection.password), place.path


def explain(error: Exception) -> Fault:
    """SMB statuses as reasons."""
    match error:
        case SMBOSError():
            return Fault(REASONS.get(error.ntstatus, Why.LOST))
        case LogonFailure() | PasswordExpired() | SMBAuthenticationError():
            return Fault(Why.LOGIN)
        case AccessDenied():
            return Fault(Why.DENIED)
        case BadNetworkName() | ObjectNameNotFound() | ObjectPathNotFound() | ObjectNameInvalid():
            return Fault(Why.MISSING)
        case SharingViolation():
            return Fault(Why.BUSY)
        case SMBResponseException():
            return Fault(REASONS.get(error.status, Why.LOST))
        case SMBConnectionClosed():
            return Fault(Why.LOST, "Server memutus sambungan")
        case _ if "guest" in str(error):
            return Fault(Why.LOGIN, "Server menganggap akun itu tamu: nama pengguna tidak dikenal")
        case _ if "Connection timeout" in str(error):
            return Fault(Why.HOST, f"Server tidak menjawab dalam {TIMEOUT} detik")
        case _:
            return Fault(Why.LOST)
