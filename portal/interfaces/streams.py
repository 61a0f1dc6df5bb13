"""Long answers, sent as they are read.

Each holds one of the server's few threads for as long as its client takes, so only some may run at once: pages go on
being answered however slowly others download.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

AT_ONCE = 2
"""Per process, of the four threads that answer (portal/__main__.py)."""
RETRY_SECONDS = 20

_free = threading.BoundedSemaphore(AT_ONCE)


class Pieces:
    """An iterator over the pieces of an answer that gives its place back when it ends or is closed, started or not."""

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._close = close
        self._lock = threading.Lock()
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        with self._lock:
            was_open, self._open = self._open, False
        if was_open:
            self._close()
            _free.release()


def streamed(
    request: HttpRequest, pieces: Iterator[bytes], kind: str, close: Callable[[], None] = lambda: None
) -> HttpResponseBase:
    """The answer, or 503 while too many others are being sent. close: called once, when it is no longer needed."""
    if not _free.acquire(blocking=False):
        close()
        text = _("Banyak unduhan besar sedang berlangsung. Cobalah lagi sebentar.")
        busy = HttpResponse(f"{text}\n", status=503, content_type="text/plain; charset=utf-8")
        busy["Retry-After"] = str(RETRY_SECONDS)
        busy["Cache-Control"] = "no-store"
        return busy
    return StreamingHttpResponse(Pieces(pieces, close), content_type=kind)
