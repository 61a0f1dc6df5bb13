"""One web service asked politely: no faster than allowed, again only where it helps, never past the limits.

Every answer goes to disk as it comes. What goes wrong is told as a finding; neither an address nor a key is in it.
"""

from __future__ import annotations

import codecs
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote_plus, urlencode, urljoin, urlsplit, urlunsplit

import httpx

from etl.extract import web_errors, web_oauth
from etl.extract.archive import own_disk
from etl.extract.web_auth import PORTS, Eraser, Login, OAuth
from etl.extract.web_errors import Told
from etl.extract.web_transport import Transport, Unpacking, body
from etl.sources import AnyWebSource

MB = 1_000_000

TRIES = 3
"""Times one address is asked when the service fails or does not answer; Airflow tries the task again later."""

BACKOFF = 1.0
"""Seconds before the second try, doubled before each further one."""

WAITS = 5
"""Times one address is asked again because the service said when to come back."""

LONGEST_WAIT = 60
"""Seconds up to which that is waited for here; longer, and the source is unavailable for now."""

REDIRECTS = 5

HEAD = 65_536
"""Bytes of an answer kept in memory: what it is, and all that is read of an error."""

AGENT = "satudata-kutaitimur"
ENOUGH = (401, 403, 407, 451, 511)
GONE = (404, 410)
LATER = (408, 425, 429)
MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Page:
    """One answer as received. path: its body on disk, unpacked; secrets of ours that the service wrote into it erased.

    media and charset: of its Content-Type, in lower case. head: the body's first bytes. size in bytes.
    """

    path: Path
    status: int
    size: int
    head: bytes
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """`` when it names none, or one that nobody knows."""
        message = httpx.Response(200, headers={"content-type": self.headers.get("content-type", "")})
        try:
            return codecs.lookup(message.charset_encoding or "").name
        except LookupError:
            return ""

    @property
    def attached(self) -> bool:
        """Whether the service offers it as a file to be saved."""
        return self.headers.get("content-disposition", "").lower().startswith("attachment")


class Client:
    """The service of one source. scratch: how the paths begin on which
    answers lie until they are archived. name: the source in findings."""

    def __init__(self, source: AnyWebSource, login: Login, scratch: str, name: str) -> None:
        self.source, self.login, self.name = source, login, name
        self.requests = 0
        self._scratch, self._left, self._next = scratch, source.max_mb * MB, 0.0
        self._transport = Transport(_trust(login, source), source.timeout_seconds)

    @property
    def told(self) -> Told:
        return Told(self.name, self.login, self.source)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, may_end: bool = False) -> Page:
        """The answer to GET, with status 200 to 299, 304 (when asked for) or, with may_end, 404.

        Raises SourceUnavailable when the service does not give it now, Refused when it never will.
        """
        failures = waits = hops = 0
        renewed = False
        while True:
            page = self._attempt(url, headers or {})
            if isinstance(page, web_errors.Failure):
                failures += 1
                if failures >= TRIES or not page.again:
                    raise page.problem
                time.sleep(BACKOFF * 2 ** (failures - 1))
            elif page.status in MOVED:
                hops += 1
                url = self._moved(page, url, hops)
            elif page.status == 401 and self.login.oauth and not renewed:
                renewed = True
                web_oauth.forget(self.login.oauth)
            elif page.status in LATER or page.status >= 500:
                told = web_errors.wait_told(page.headers.get("retry-after", ""))
                failures, waits = (failures + 1, waits) if told is None else (failures, waits + 1)
                if failures >= TRIES or waits > WAITS or (told or 0) > LONGEST_WAIT:
                    raise self.told.busy(page, told)
                time.sleep(BACKOFF * 2 ** (failures - 1) if told is None else told)
            else:
                return self._judged(page, may_end)

    def _judged(self, page: Page, may_end: bool) -> Page:
        if 200 <= page.status < 300 or page.status == 304 or (may_end and page.status in GONE):
            return page
        if page.status in ENOUGH:
            raise self.told.no_access(page)
        if page.status in GONE:
            raise self.told.not_there(page)
        raise self.told.not_understood(page)

    def _attempt(self, url: str, headers: Mapping[str, str]) -> Page | web_errors.Failure:
        self._pace()
        began = False
        try:
            request = self._request(url, headers)
            self.requests += 1
            response = self._transport.send(request)
            began = True
            try:
                return self._kept(response, url)
            finally:
                with suppress(httpx.HTTPError):
                    response.close()
        except (httpx.HTTPError, httpx.InvalidURL, Unpacking, UnicodeError, ValueError) as error:
            problem: Exception = error
        # Named outside the handler: the library's own error, which knows address and headers, is not chained to it.
        return self.told.failure(problem, began)

    def _request(self, url: str, headers: Mapping[str, str]) -> httpx.Request:
        sent = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
        sent |= getattr(self.source, "headers", {}) | dict(headers) | self.login.headers
        if self.login.oauth:
            sent["Authorization"] = f"Bearer {self._token(self.login.oauth)}"
        return httpx.Request("GET", with_params(url, self.login.params), headers=sent)

    def _token(self, oauth: OAuth) -> str:
        """A token, from now on as secret as the password. Raises SourceUnavailable when none is given."""
        try:
            token = web_oauth.token(oauth, self._transport)
        except web_oauth.TokenRefused as answer:
            status, said = answer.status, answer.said
        else:
            if token not in self.login.keys:
                self.login = replace(self.login, keys=(*self.login.keys, token))
            return token
        raise self.told.no_token(status, said)

    def _pace(self) -> None:
        wait = self._next - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._next = time.monotonic() + 60 / self.source.per_minute

    def _kept(self, response: httpx.Response, url: str) -> Page:
        """The body on disk. Raises Refused past the limit, whatever the service says of its size."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        path = Path(f"{self._scratch}-{self.requests:05d}")
        if response.status_code >= 300:
            said = b"".join(_first(response, HEAD))
            return Page(path, response.status_code, len(said), said, url, headers)
        stated = headers.get("content-length", "")
        if stated.isdecimal() and int(stated[:20]) > self._left:
            raise self.told.too_large()
        head, size, eraser = b"", 0, self.login.eraser()
        with own_disk(), path.open("wb") as out:
            for piece in _erased(body(response), eraser):
                self._left -= len(piece)
                if self._left < 0:
                    raise self.told.too_large()
                head += piece[: HEAD - len(head)]
                size += len(piece)
                out.write(piece)
        return Page(path, response.status_code, size, head, url, headers)

    def _moved(self, page: Page, url: str, hops: int) -> str:
        """Where an address has moved to, on the same server. Raises Refused when it is another, or a loop."""
        target = urljoin(url, page.headers.get("location", ""))
        if hops > REDIRECTS or not page.headers.get("location"):
            raise self.told.redirected_in_circles()
        if not same_server(target, url):
            raise self.told.redirected_away(urlsplit(target).netloc.rpartition("@")[2])
        return without_params(target, self.login.params)


def _first(response: httpx.Response, most: int) -> Iterator[bytes]:
    """As much of a body as will be quoted; one that breaks off is quoted as far as it came."""
    left = most
    with suppress(httpx.HTTPError, Unpacking):
        for piece in body(response):
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return


def _erased(pieces: Iterator[bytes], eraser: Eraser) -> Iterator[bytes]:
    for piece in pieces:
        yield eraser.feed(piece)
    yield eraser.end()


def _trust(login: Login, source: AnyWebSource) -> ssl.SSLContext:
    """The usual authorities, and the connection's own. Certificates are always verified."""
    trust = (
        httpx.create_ssl_context() if source.url.startswith("https") or login.oauth else ssl.create_default_context()
    )
    if login.ca_bundle:
        try:
            trust.load_verify_locations(login.ca_bundle)
        except (OSError, ssl.SSLError):
            problem = web_errors.bad_bundle(login)
        else:
            return trust
        raise problem
    return trust


def same_server(target: str, url: str) -> bool:
    """Whether an address is on the same server: host and port are the same, and TLS is not given up."""
    there, here = urlsplit(target), urlsplit(url)
    try:
        ports = [part.port or PORTS.get(part.scheme) for part in (there, here)]
    except ValueError:
        return False
    if there.scheme not in PORTS or there.hostname != here.hostname or there.username is not None:
        return False
    upgraded = (here.scheme, there.scheme) == ("http", "https") and ports == [443, 80]
    return upgraded or (there.scheme == here.scheme and ports[0] == ports[1])


def with_params(url: str, params: Mapping[str, str]) -> str:
    """The address with these parameters, in place of any of the same name; the others stay as they are written."""
    if not params:
        return url
    bare = urlsplit(without_params(url, params))
    query = "&".join(part for part in (bare.query, urlencode(params)) if part)
    return urlunsplit((bare.scheme, bare.netloc, bare.path, query, ""))


def without_params(url: str, params: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if part and unquote_plus(part.partition("=")[0]) not in params]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))
