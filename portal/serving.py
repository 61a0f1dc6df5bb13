"""How an answer is made: from one snapshot of the warehouse, kept ready until the public would see something else.

Every page but the static ones reads the warehouse's stamp first (one row); a ready page of the same stamp and day is
given as it is. Nothing is ever stale: a release raises the stamp in its own transaction.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from portal.warehouse.snapshot import Moment, Snapshot, TooSlow, Unavailable, moment, snapshot

View = Callable[..., HttpResponseBase]

RETRY_SECONDS = 60
SMALL = 500
"""Bodies below this many bytes are not worth compressing."""


def static_page(view: View) -> View:
    """Marks a view that reads no warehouse: it answers when the warehouse is down, too."""
    view.static_page = True  # type: ignore[attr-defined]
    return view


def unkept(view: View) -> View:
    """Marks a view whose answers depend on more than the address: nothing of them is kept ready."""
    view.unkept = True  # type: ignore[attr-defined]
    return view


def varying(by: Callable[[HttpRequest], str]) -> Callable[[View], View]:
    """Marks a view whose answers depend on what `by` makes of the request's headers, too; it sets Vary itself."""

    def marked(view: View) -> View:
        view.varying = by  # type: ignore[attr-defined]
        return view

    return marked


def guarded(gate: Callable[[HttpRequest], HttpResponseBase | None]) -> Callable[[View], View]:
    """Marks a view whose answers are made only where `gate` has none of its own; what stands ready is given anyhow."""

    def marked(view: View) -> View:
        view.gate = gate  # type: ignore[attr-defined]
        return view

    return marked


def snapshot_of(request: HttpRequest) -> Snapshot:
    """The snapshot that this request is answered from."""
    opened: Snapshot = request.snapshot  # type: ignore[attr-defined]
    return opened


class Ready(NamedTuple):
    """An answer kept: its headers, its body, the body compressed (or None), and the tag of its bytes."""

    headers: list[tuple[str, str]]
    body: bytes
    packed: bytes | None
    tag: str

    def __len__(self) -> int:
        return len(self.body) + len(self.packed or b"") + 500


class Shelf:
    """Ready answers of one stamp, the least asked for leaving first; at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._moment = Moment(0, date.min)
        self._kept: OrderedDict[str, Ready] = OrderedDict()
        self._bytes = 0

    def get(self, at: Moment, key: str) -> Ready | None:
        with self._lock:
            if at != self._moment:
                return None
            ready = self._kept.get(key)
            if ready is not None:
                self._kept.move_to_end(key)
            return ready

    def put(self, at: Moment, key: str, ready: Ready) -> None:
        with self._lock:
            if at < self._moment:
                return
            if at != self._moment:
                self._moment, self._bytes = at, 0
                self._kept.clear()
            if len(ready) > self._limit // 8 or key in self._kept:
                return
            self._kept[key] = ready
            self._bytes += len(ready)
            while self._bytes > self._limit:
                self._bytes -= len(self._kept.popitem(last=False)[1])


class Warehouse:
    """Middleware: gives each view `request.snapshot`, keeps what it answered, and says so plainly when it cannot."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._shelf = Shelf(settings.CACHE_BYTES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if getattr(view, "static_page", False):
            return None
        if "\0" in request.path:
            raise Http404  # no code has one, and PostgreSQL takes no text with it
        key = _key(request, view)
        try:
            ready = self._shelf.get(moment(), key) if key else None
            if ready is None:
                gate = getattr(view, "gate", None)
                if gate and (refused := gate(request)) is not None:
                    return cast(HttpResponseBase, refused)
                with snapshot() as opened:
                    request.snapshot = opened  # type: ignore[attr-defined]
                    response = view(request, *args, **kwargs)
                    if key is None or response.status_code != 200 or response.streaming:
                        return response
                ready = _make_ready(response)
                self._shelf.put(opened.moment, key, ready)
        except Unavailable:
            return _unavailable(request)
        except TooSlow:
            return render(request, "pages/lambat.html", status=503)
        return _given(request, ready)


def _key(request: HttpRequest, view: View) -> str | None:
    """What a ready answer is kept under; None where none may be kept, or given."""
    if request.method not in ("GET", "HEAD") or getattr(view, "unkept", False):
        return None
    by = getattr(view, "varying", None)
    return f"{by(request)} {request.get_full_path()}" if by else request.get_full_path()


def _make_ready(response: HttpResponseBase) -> Ready:
    assert isinstance(response, HttpResponse)
    body = response.content
    packed = gzip.compress(body, compresslevel=6, mtime=0) if len(body) >= SMALL and _is_text(response) else None
    return Ready(list(response.items()), body, packed, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


def _is_text(response: HttpResponseBase) -> bool:
    kind = response.get("Content-Type", "")
    return kind.startswith("text/") or any(word in kind for word in ("json", "xml", "javascript", "svg"))


def _given(request: HttpRequest, ready: Ready) -> HttpResponseBase:
    if ready.tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
        body = b""
    else:
        accepted = request.headers.get("Accept-Encoding", "")
        packed = ready.packed is not None and "gzip" in accepted and "gzip;q=0" not in accepted.replace(" ", "")
        body = ready.packed if packed and ready.packed is not None else ready.body
        response = HttpResponse(body)
        for name, value in ready.headers:
            response[name] = value
        if packed:
            response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(body))
    response["ETag"] = ready.tag
    response.headers.setdefault("Cache-Control", "public, no-cache")
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _unavailable(request: HttpRequest) -> HttpResponse:
    response = render(request, "pages/tidak_tersedia.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
