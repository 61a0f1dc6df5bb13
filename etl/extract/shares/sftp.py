"""SFTP, read only. Whom we talk to is verified always: without the server's key in the connection nobody logs in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import logging
import os
import stat
from pathlib import Path
from typing import Any

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from fsspec import AbstractFileSystem
from paramiko.sftp import CMD_CLOSE, CMD_DATA, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READ, CMD_READDIR, int64

from etl.extract.connections import Connection
from etl.extract.shares import Place
from etl.extract.shares.faults import TIMEOUT, Fault, Why

PORT = 22
FROM_MESSAGE: Any = paramiko.SFTPAttributes._from_msg  # type: ignore[attr-defined]
CHUNK = 32_768
"""Bytes per request: what every server gives."""

WINDOW = 128
"""Requests under way at once: one at a time would wait for the network after each. The driver's own reading ahead takes
either a thread with naps, which is twenty times slower, or memory without limit."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it logs what it also raises, with addresses and tracebacks


class _UnknownKey(Exception):
    """The server's key is not one that the connection names."""

    def __init__(self, key: paramiko.PKey) -> None:
        super().__init__()
        self.key = key


class _Verify(paramiko.MissingHostKeyPolicy):
    def missing_host_key(self, _client: Any, _hostname: str, key: paramiko.PKey) -> None:
        raise _UnknownKey(key)


class _Client(paramiko.SFTPClient):
    def listdir_attr(self, path: Any = ".") -> list[paramiko.SFTPAttributes]:
        """As the driver's, but a name that is not UTF-8 does not make the whole folder unreadable."""
        request = self._request  # type: ignore[attr-defined]
        kind, message = request(CMD_OPENDIR, path)
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError
        handle = message.get_binary()
        found = []
        try:
            while True:
                kind, message = request(CMD_READDIR, handle)
                if kind != CMD_NAME:
                    raise paramiko.SFTPError
                for _ in range(message.get_int()):
                    name = os.fsdecode(message.get_string())
                    message.get_string()
                    attributes: paramiko.SFTPAttributes = FROM_MESSAGE(message, name, "")
                    if name not in (".", ".."):
                        found.append(attributes)
        except EOFError as end:
            if not end.args:  # the connection's end; a folder's has the server's words
                raise
        request(CMD_CLOSE, handle)
        return found


class SftpShare(AbstractFileSystem):  # type: ignore[misc]
    """One server with one login. Paths are the server's own."""

    protocol = "sftp"
    cachable = False

    def __init__(self, ssh: paramiko.SSHClient, root: str) -> None:
        super().__init__()
        self.ssh = ssh
        transport = ssh.get_transport()
        client = _Client.from_transport(transport) if transport else None
        if client is None:
            raise paramiko.SSHException
        self.client = client
        channel = client.get_channel()
        if channel is not None:
            channel.settimeout(TIMEOUT)
        self.root = os.fsencode(self.client.normalize(_raw(root)))

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        found = [
            self._details(f"{path.rstrip('/')}/{attributes.filename}", attributes)
            for attributes in self.client.listdir_attr(_raw(path))
        ]
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return _info(path, self.client.stat(_raw(path)))

    def _details(self, path: str, attributes: paramiko.SFTPAttributes) -> dict[str, Any]:
        """A link to a file inside the folder is that file; folders are not followed, they may lead in circles."""
        if not stat.S_ISLNK(attributes.st_mode or 0):
            return _info(path, attributes)
        try:
            target = os.fsencode(self.client.normalize(_raw(path)))
            if not target.startswith(self.root.rstrip(b"/") + b"/"):
                return {"name": path, "type": "outside", "size": 0, "mtime_ns": 0}
            linked = self.info(path)
        except (OSError, UnicodeDecodeError):
            return {"name": path, "type": "other", "size": 0, "mtime_ns": 0}
        return {**linked, "type": "link"} if linked["type"] == "directory" else linked

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise PermissionError("read only")
        return _Body(self.client, self.client.open(_raw(path), "rb"))

    def close(self) -> None:
        self.ssh.close()


class _Body:
    """A file's bytes, many requests at a time, up to the size it had when it was opened."""

    def __init__(self, client: Any, file: paramiko.SFTPFile) -> None:
        self._client = client
        self._file: Any = file
        self._size = file.stat().st_size or 0
        self._at = 0
        self._answers: dict[int, tuple[int, Any]] = {}

    def read(self, _: int = -1) -> bytes:
        """The next piece, up to CHUNK x WINDOW bytes; empty at the end."""
        end = min(self._at + CHUNK * WINDOW, self._size)
        asked = [
            self._client._async_request(self, CMD_READ, self._file.handle, int64(offset), CHUNK)
            for offset in range(self._at, end, CHUNK)
        ]
        pieces: list[bytes] = []
        for number in asked:
            while number not in self._answers:
                self._client._read_response()
            piece = self._data(*self._answers.pop(number))
            if not pieces or len(pieces[-1]) == CHUNK:  # what follows a short piece is asked for again
                pieces.append(piece)
        self._at += sum(map(len, pieces))
        return b"".join(pieces)

    def _async_response(self, kind: int, message: Any, number: int) -> None:
        """The driver hands answers over by this name."""
        self._answers[number] = kind, message

    def _data(self, kind: int, message: Any) -> bytes:
        if kind == CMD_DATA:
            return bytes(message.get_string())
        try:
            self._client._convert_status(message)
        except EOFError:
            return b""
        raise paramiko.SFTPError

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> _Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _raw(path: str) -> bytes:
    return os.fsencode(path)


def _info(path: str, attributes: paramiko.SFTPAttributes) -> dict[str, Any]:
    mode = attributes.st_mode or 0
    kind = "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"
    return {
        "name": path,
        "type": kind,
        "size": attributes.st_size or 0,
        "mtime_ns": (attributes.st_mtime or 0) * 1_000_000_000,
    }


def connect(place: Place, connection: Connection | None) -> tuple[SftpShare, str]:
    """Logs in with a password or with extra.key_file or extra.private_key (and its extra.private_key_passphrase)."""
    if connection is None or not connection.login:
        raise Fault(Why.SETTING, "SFTP memerlukan nama pengguna, dan sandi atau kunci")
    ssh = paramiko.SSHClient()
    port = place.port or PORT
    ssh.set_missing_host_key_policy(_Verify())
    _known_keys(ssh, place.host if port == PORT else f"[{place.host}]:{port}", connection)
    key = _own_key(connection)
    try:
        ssh.connect(
            place.host,
            port,
            username=connection.login,
            password=connection.password if connection.password and key is None else None,
            pkey=key,
            look_for_keys=False,
            allow_agent=False,
            timeout=TIMEOUT,
            banner_timeout=TIMEOUT,
            auth_timeout=TIMEOUT,
            channel_timeout=TIMEOUT,
        )
        return SftpShare(ssh, place.path), place.path
    except BaseException:
        ssh.close()
        raise


def _known_keys(ssh: paramiko.SSHClient, name: str, connection: Connection) -> None:
    """extra.host_key as Airflow has it (`ssh-ed25519 AAAA…`, or only `AAAA…`), or a file extra.known_hosts."""
    written = str(connection.extra.get("host_key") or "").split()
    if written:
        encoded = written[1] if len(written) > 1 and not written[0].startswith("AAAA") else written[0]
        try:
            blob = base64.b64decode(encoded, validate=True)
            kind = paramiko.Message(blob).get_text()
            ssh.get_host_keys().add(name, kind, paramiko.PKey.from_type_string(kind, blob))
        except (binascii.Error, ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
            raise Fault(Why.SETTING, "extra.host_key bukan kunci SSH; tulis seperti «ssh-ed25519 AAAA…»") from None
    if connection.extra.get("known_hosts"):
        try:
            ssh.load_system_host_keys(str(connection.extra["known_hosts"]))
        except (OSError, paramiko.SSHException):
            raise Fault(Why.SETTING, "Berkas pada extra.known_hosts tidak ada atau tidak terbaca") from None


def _own_key(connection: Connection) -> paramiko.PKey | None:
    text = str(connection.extra.get("private_key") or "")
    if not text and connection.extra.get("key_file"):
        try:
            text = Path(str(connection.extra["key_file"])).read_text(encoding="utf-8")
        except (OSError, ValueError):
            raise Fault(Why.SETTING, "Berkas kunci pada extra.key_file tidak ada atau tidak terbaca") from None
    if not text:
        return None
    passphrase = str(connection.extra.get("private_key_passphrase") or connection.extra.get("passphrase") or "")
    try:
        return _parsed(text.strip().encode() + b"\n", passphrase.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm, paramiko.SSHException):
        raise Fault(Why.SETTING, "Kunci SSH pada koneksi tidak terbaca atau kata sandinya (passphrase) salah") from None


def _parsed(text: bytes, passphrase: bytes | None) -> paramiko.PKey:
    """OpenSSH's form or PEM, read by `cryptography`: the driver fails on four of ten ECDSA keys of OpenSSH's form."""
    load = serialization.load_ssh_private_key if b"OPENSSH PRIVATE KEY" in text else serialization.load_pem_private_key
    match load(text, passphrase):
        case rsa.RSAPrivateKey() as key:
            return paramiko.RSAKey(key=key)
        case ec.EllipticCurvePrivateKey() as key:
            return paramiko.ECDSAKey(vals=(key, key.public_key()))
        case ed25519.Ed25519PrivateKey() as key:
            plain = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
            )
            return paramiko.Ed25519Key.from_private_key(io.StringIO(plain.decode()))
        case _:
            raise ValueError("another kind of key")


def explain(error: Exception) -> Fault:
    """SSH's exceptions as reasons."""
    match error:
        case _UnknownKey():
            return Fault(Why.HOST_KEY, _shown(error.key, "belum dicatat"))
        case paramiko.BadHostKeyException():
            return Fault(Why.HOST_KEY, _shown(error.key, "berbeda dari yang dicatat"))
        case paramiko.AuthenticationException():
            return Fault(Why.LOGIN)
        case paramiko.ssh_exception.NoValidConnectionsError():
            return Fault(Why.HOST, "Server tidak menyala atau menolak sambungan pada port itu")
        case paramiko.SSHException() if "banner" in str(error) or "existing session" in str(error):
            return Fault(Why.HOST, f"Server tidak menjawab sebagai server SSH dalam {TIMEOUT} detik")
        case EOFError() | paramiko.SSHException():
            return Fault(Why.LOST, "Server memutus sambungan")
        case _:
            return Fault(Why.LOST)


def _shown(key: paramiko.PKey, how: str) -> str:
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return f"Kuncinya {how}: {key.get_name()} {key.get_base64()} (sidik SHA256:{digest})."
