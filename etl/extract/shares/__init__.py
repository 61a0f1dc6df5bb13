"""Agencies' shared folders, wherever they are: local or NFS, Windows share, SFTP, S3, WebDAV and Nextcloud.

Each protocol is a small read-only fsspec file system of its own: what it cannot do is write. It lists a folder in one
request with size and time of every file, keeps to TIMEOUT, and verifies whom it talks to before it sends a password.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec

from etl.extract.archive import StreamTooLong
from etl.extract.connections import Connection
from etl.extract.shares.faults import Fault, Why, common
from etl.findings import SourceUnavailable

SCHEMES = {
    "smb": "smb",
    "sftp": "sftp",
    "ssh": "sftp",
    "s3": "s3",
    "webdav": "webdav",
    "webdavs": "webdav",
    "dav": "webdav",
    "davs": "webdav",
    "http": "webdav",  # a folder at a web address can be nothing else
    "https": "webdav",
}
"""Scheme of an address → module here that speaks it."""


@dataclass(frozen=True)
class Place:
    """An address taken apart. host in lower case; path decoded, with a leading `/`, without a trailing one."""

    scheme: str
    host: str
    port: int | None
    path: str


def local_path(url: str) -> str | None:
    """The path of a folder on this machine (or mounted on it); None when the address is another's."""
    path = url.removeprefix("file://")
    return None if "://" in path else path


def open_share(url: str, connection: Connection | None) -> tuple[Any, str]:
    """(fsspec file system, path of the folder in it). The caller closes it with `close`, where it has that.

    Raises Fault, already without a driver's words, when it cannot be reached or does not let us in.
    """
    local = local_path(url)
    if local is not None:
        return fsspec.filesystem("file"), local
    parts = urlsplit(url)
    if parts.password:
        raise Fault(Why.SETTING, "Sandi tidak boleh ditulis di alamat folder; pindahkan ke koneksi Airflow")
    protocol = SCHEMES.get(parts.scheme)
    if protocol is None:
        with plainly(_unknown):
            fs, root = fsspec.core.url_to_fs(url)
            return fs, root.rstrip("/")
    place = Place(parts.scheme, (parts.hostname or ""), parts.port, "/" + unquote(parts.path).strip("/"))
    if not place.host:
        raise Fault(Why.SETTING, f"Alamatnya tidak menyebut server; tulis {parts.scheme}://server/folder")
    if connection:
        _same_server(place, connection)
        place = replace(place, port=place.port or connection.port)
        connection = replace(connection, login=connection.login or unquote(parts.username or ""))
    module = _module(protocol)
    with plainly(module.explain):
        fs, root = module.connect(place, connection)
    return fs, root


def _module(protocol: str) -> Any:
    """Drivers are loaded only where they are needed: paramiko alone costs a tenth of a second."""
    from importlib import import_module

    return import_module(f"etl.extract.shares.{protocol}")


def _same_server(place: Place, connection: Connection) -> None:
    """A login is sent only to the server it is for: a slip in skpd.yaml must not give it to another."""
    named = connection.host.rpartition("://")[2].rstrip("/").lower()
    if named and place.scheme != "s3" and named != place.host:
        raise Fault(
            Why.SETTING, f"Koneksi «{connection.name}» untuk server {named}, sedangkan foldernya di server {place.host}"
        )


@contextmanager
def plainly(explain: Callable[[Exception], Fault]) -> Iterator[None]:
    """Whatever a driver raises comes out as a Fault without its words; our own exceptions pass."""
    try:
        yield
    except (SourceUnavailable, StreamTooLong):
        raise
    except Exception as error:
        raise (common(error) or explain(error)) from None


def _unknown(error: Exception) -> Fault:
    if isinstance(error, ImportError | ValueError):
        return Fault(Why.SETTING, "Jenis alamatnya tidak dikenal; pakai smb://, sftp://, s3:// atau webdavs://")
    return Fault(Why.LOST)


class Share:
    """One folder and the login to it: opened when first needed, closed when the last of its files is forgotten.

    A broken connection is opened anew once; a server that then does not answer is not asked for every further file.
    """

    def __init__(self, url: str, connection: Connection | None = None) -> None:
        self.url = url
        self.connection = connection
        self._open: tuple[Any, str] | None = None
        self._refusal: Fault | None = None
        self._close: weakref.finalize[Any, Any] | None = None

    @property
    def opened(self) -> tuple[Any, str]:
        """(file system, path of the folder in it). Raises Fault."""
        if self._refusal:
            raise self._refusal
        if self._open is None:
            try:
                self._open = open_share(self.url, self.connection)
            except Fault as refusal:
                self._refusal = refusal
                raise
            closing = getattr(self._open[0], "close", None)
            self._close = weakref.finalize(self, closing) if closing else None
        return self._open

    @contextmanager
    def plainly(self) -> Iterator[None]:
        """As `plainly`, by whatever protocol this is; a connection that broke is closed."""
        protocol = SCHEMES.get(urlsplit(self.url).scheme)
        try:
            with plainly(_module(protocol).explain if protocol else _unknown):
                yield
        except Fault as fault:
            if fault.why in (Why.LOST, Why.HOST):
                self.close()
            raise

    def close(self) -> None:
        if self._close:
            self._close()
        self._open = self._close = None
