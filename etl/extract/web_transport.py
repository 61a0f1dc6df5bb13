"""HTTP on the wire: an answer has a deadline from the first packet to the last, and is counted as it is unpacked.

httpx bounds the wait for each single packet, so a service that sends one byte now and then holds a worker for ever.
"""

from __future__ import annotations

import logging
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, cast

import httpcore
import httpx

CONNECT_SECONDS = 10
"""A server that does not take the connection in this time is down."""

SLOWEST = 16_384
"""Bytes a second an answer must come with on average, once the first wait is over: a poor line, but a line."""

PIECE = 1 << 20
"""Bytes unpacked at a time, however far a few packed ones swell."""

logging.getLogger("httpcore").setLevel(logging.INFO)  # at DEBUG it writes headers out, and those may hold keys


class Unpacking(Exception):
    """The body is not what its Content-Encoding says, or ends before it is complete."""


class Transport(httpx.HTTPTransport):
    """One service's connections. Used without httpx's Client, which logs whole addresses, keys included."""

    def __init__(self, trust: ssl.SSLContext, seconds: float) -> None:
        self._backend = _Backend(seconds)
        # httpx offers no way to hand over a network backend; httpcore's pool does.
        self._pool = httpcore.ConnectionPool(ssl_context=trust, network_backend=self._backend)
        self._seconds = seconds

    def send(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body still to come. Raises httpx.HTTPError, ReadTimeout past the deadline."""
        wait = self._seconds
        request.extensions["timeout"] = {
            "connect": min(wait, CONNECT_SECONDS),
            "read": wait,
            "write": wait,
            "pool": wait,
        }
        self._backend.begin()
        return self.handle_request(request)


class _Backend(httpcore.SyncBackend):
    """The clock of the request that is under way; its connections look at it with every packet."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.begin()

    def begin(self) -> None:
        self._until = time.monotonic() + self._seconds

    def left(self) -> float:
        """Seconds until the deadline. Raises ReadTimeout when it is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left

    def came(self, count: int) -> None:
        self._until += count / SLOWEST

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(*args, **options), self)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, clock: _Backend) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._clock.left()
        packet = self._inner.read(max_bytes, left if timeout is None else min(timeout, left))
        self._clock.came(len(packet))
        return packet

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def body(response: httpx.Response) -> Iterator[bytes]:
    """The body's bytes as they come, unpacked, in pieces of at most PIECE.

    Raises httpx.TransportError when the connection breaks, Unpacking when the body is damaged, cut off, or packed in
    a way that was not asked for.
    """
    packets = cast("Iterable[bytes]", response.stream)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from packets
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Unpacking(f"Content-Encoding: {encoding}")
    unpacker, begun = _unpacker(), False
    try:
        for packet in packets:
            while packet:
                if unpacker.eof:  # gzip files may follow one another
                    unpacker = _unpacker()
                begun = True
                if piece := unpacker.decompress(packet, PIECE):
                    yield piece
                packet = unpacker.unconsumed_tail or (unpacker.unused_data if unpacker.eof else b"")
    except zlib.error as error:
        raise Unpacking(str(error)) from None
    if begun and not unpacker.eof:
        raise Unpacking("ends early")


def _unpacker() -> Any:
    return zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, told by its first bytes
