"""WebDAV and Nextcloud, read only: PROPFIND for listings, GET for bytes, over httpx.

The certificate is verified always, and a redirect to another server is refused: it would receive the password.
"""

from __future__ import annotations

import email.utils
import ssl
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx
from fsspec import AbstractFileSystem
from lxml import etree

from etl.extract.connections import Connection
from etl.extract.shares import Place
from etl.extract.shares.faults import TIMEOUT, Fault, Why

MAX_LISTING = 64 << 20
"""Bytes of one folder's listing: about 100,000 files. More is a loop or an attack."""

PROPERTIES = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>"""

DAV = "{DAV:}"
REDIRECTS = 3


class WebdavShare(AbstractFileSystem):  # type: ignore[misc]
    """One server with one login. Paths are those of its addresses, decoded."""

    protocol = "webdav"
    cachable = False

    def __init__(self, origin: str, client: httpx.Client) -> None:
        super().__init__()
        self.origin = origin
        self.client = client

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        folder = path.rstrip("/")
        found = {entry["name"]: entry for entry in self._propfind(folder + "/", "1")}
        own = found.pop(folder, None)
        if own is None:
            raise Fault(Why.LOST, "Jawaban server bukan tentang folder itu")
        if own["type"] != "directory":
            raise NotADirectoryError
        entries = [entry for name, entry in found.items() if name.rpartition("/")[0] == folder]
        return entries if detail else [entry["name"] for entry in entries]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        for entry in self._propfind(path, "0"):
            if entry["name"] == path.rstrip("/"):
                return entry
        raise Fault(Why.LOST, "Jawaban server bukan tentang berkas itu")

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise PermissionError("read only")
        return _Body(self._send("GET", path, {"Accept-Encoding": "identity"}))

    def close(self) -> None:
        self.client.close()

    def _propfind(self, path: str, depth: str) -> Iterator[dict[str, Any]]:
        response = self._send("PROPFIND", path, {"Depth": depth, "Content-Type": "application/xml"}, PROPERTIES)
        parser: Any = etree.XMLPullParser(
            events=("end",), tag=f"{DAV}response", resolve_entities=False, no_network=True
        )
        size = 0
        with closing(response):
            if response.status_code != httpx.codes.MULTI_STATUS:
                raise Fault(Why.SETTING, "Alamat itu menjawab, tetapi bukan sebagai folder WebDAV")
            try:
                for chunk in response.iter_bytes():
                    size += len(chunk)
                    if size > MAX_LISTING:
                        raise Fault(Why.LOST, f"Daftar satu folder lebih besar daripada {MAX_LISTING >> 20} MB")
                    parser.feed(chunk)
                    for _, element in parser.read_events():
                        yield from _entry(element)
                        element.clear()
                parser.close()
            except etree.XMLSyntaxError:
                raise Fault(Why.LOST, "Jawaban server terpotong atau bukan XML") from None

    def _send(self, method: str, path: str, headers: dict[str, str], content: bytes | None = None) -> httpx.Response:
        """The answer's head; its body still to be read. Follows redirects on the same server only."""
        url = httpx.URL(self.origin + quote(path, safe="/", errors="surrogateescape"))
        for _ in range(REDIRECTS):
            response = self.client.send(
                self.client.build_request(method, url, headers=headers, content=content), stream=True
            )
            if not response.has_redirect_location:
                break
            response.close()
            url = url.join(response.headers["location"])
            if f"{url.scheme}://{url.netloc.decode()}" != self.origin:
                raise Fault(Why.MOVED, f"Dialihkan ke server {url.host}")
        else:
            raise Fault(Why.LOST, "Server mengalihkan terus-menerus")
        if response.is_success:
            return response
        response.close()
        raise _refusal(response.status_code)


class _Body:
    """A file's bytes as they come. The connection is given back when it is closed."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks = response.iter_raw()

    def read(self, _: int = -1) -> bytes:
        """The next piece, however long; empty at the end."""
        return next(self._chunks, b"")

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> _Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _entry(response: Any) -> Iterator[dict[str, Any]]:
    """Only the path of an address counts: behind a proxy the server may call itself otherwise."""
    path = unquote(urlsplit(response.findtext(f"{DAV}href") or "").path, errors="surrogateescape")
    length = response.findtext(f".//{DAV}getcontentlength") or ""
    modified = response.findtext(f".//{DAV}getlastmodified") or ""
    try:
        mtime_ns = int(email.utils.parsedate_to_datetime(modified).timestamp()) * 1_000_000_000
    except ValueError:
        mtime_ns = 0
    if path:
        yield {
            "name": path.rstrip("/"),
            "type": "file" if response.find(f".//{DAV}collection") is None else "directory",
            "size": int(length) if length.isdecimal() else 0,
            "mtime_ns": mtime_ns,
            "etag": response.findtext(f".//{DAV}getetag") or "",
        }


def _refusal(status: int) -> Fault:
    match status:
        case 401 | 407:
            return Fault(Why.LOGIN)
        case 403:
            return Fault(Why.DENIED)
        case 404 | 410:
            return Fault(Why.MISSING)
        case 423:
            return Fault(Why.BUSY)
        case 405 | 501:
            return Fault(Why.SETTING, "Alamat itu menjawab, tetapi bukan sebagai folder WebDAV")
        case _:
            return Fault(Why.LOST, f"Server menjawab dengan kesalahan HTTP {status}")


def connect(place: Place, connection: Connection | None) -> tuple[WebdavShare, str]:
    """Nothing is sent yet. extra.ca_bundle: file of the issuer's certificate; extra.auth: `digest` where asked for."""
    secure = place.scheme in ("webdavs", "davs", "https")
    host = f"[{place.host}]" if ":" in place.host else place.host
    origin = f"{'https' if secure else 'http'}://{host}"
    if place.port and place.port != (443 if secure else 80):
        origin += f":{place.port}"
    extra = connection.extra if connection else {}
    try:
        verify = ssl.create_default_context(cafile=extra.get("ca_bundle") or None) if secure else True
    except (OSError, ValueError):
        raise Fault(Why.SETTING, "Berkas pada extra.ca_bundle tidak ada atau bukan sertifikat") from None
    auth: httpx.Auth | None = None
    if connection and connection.login:
        kind = httpx.DigestAuth if extra.get("auth") == "digest" else httpx.BasicAuth
        auth = kind(connection.login, connection.password)
    client = httpx.Client(auth=auth, verify=verify, timeout=TIMEOUT, follow_redirects=False)
    return WebdavShare(origin, client), place.path


def explain(error: Exception) -> Fault:
    """httpx tells TLS faults and unknown names only in the exceptions beneath, which `common` has seen already."""
    match error:
        case httpx.ConnectTimeout() | httpx.ReadTimeout() | httpx.PoolTimeout():
            return Fault(Why.HOST, f"Server tidak menjawab dalam {TIMEOUT} detik")
        case httpx.ConnectError():
            return Fault(Why.HOST, "Server tidak menyala atau menolak sambungan pada port itu")
        case httpx.TransportError():
            return Fault(Why.LOST, "Server memutus sambungan")
        case httpx.InvalidURL():
            return Fault(Why.MISSING)
        case _:
            return Fault(Why.LOST)
