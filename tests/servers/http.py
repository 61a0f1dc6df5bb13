"""A web service on this machine, programmed address by address over HTTP or HTTPS; it may misbehave at will."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked, and when (seconds, rising). query: the last value of each parameter."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Reply:
    """What is answered. body: bytes and text as they are, anything else as JSON. length: a lie about the body's."""

    body: Any = b""
    status: int = 200
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None

    @property
    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)).encode()


Raw = Callable[["Wire"], None]
"""Writes on the wire what no decent service would."""

Route = Reply | Raw | Callable[[Request], "Reply | Raw"]


class Wire:
    """The connection of one request."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self.socket: socket.socket = handler.connection

    def send(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def reset(self) -> None:
        """RST instead of FIN, as when a machine or a firewall drops the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class WebService:
    """url: its address. routes: path → what is answered there. requests: all that were asked, in order."""

    def __init__(self, scheme: str, host: str, port: int) -> None:
        self.url = f"{scheme}://{host}:{port}"
        self.port = port
        self.routes: dict[str, Any] = {}
        self.requests: list[Request] = []
        self.ending = threading.Event()

    def on(self, path: str, route: Any) -> str:
        """Answers a path so; a callable given a Request, or `raw(…)`. Returns the address."""
        self.routes[path] = route
        return self.url + path

    def answer(self, request: Request) -> Any:
        self.requests.append(request)
        route = self.routes.get(request.path)
        if route is None:
            return Reply({"message": "tidak ada"}, 404)
        return route if isinstance(route, Reply | RawReply) else route(request)

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]


@dataclass(frozen=True)
class RawReply:
    write: Raw


def raw(write: Raw) -> RawReply:
    """An answer written byte by byte; the connection is closed after it."""
    return RawReply(write)


def _handler(service: WebService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
                time.monotonic(),
            )
            reply = service.answer(request)
            if isinstance(reply, RawReply):
                self.close_connection = True
                with suppress(OSError, ValueError):
                    reply.write(Wire(self))
                return
            body = b"" if reply.status in (204, 304) else reply.bytes
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(len(body) if reply.length is None else reply.length))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            if reply.length is not None and reply.length != len(body):
                self.close_connection = True

        do_POST = do_PATCH = do_GET

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with suppress(OSError), self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)  # type: ignore[arg-type]

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


@contextmanager
def web_service(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[WebService]:
    """A service that answers while the block runs. host: the name in its address, of this machine."""
    server = _Threads(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.tls = tls
    service = WebService("https" if tls else "http", host, server.server_address[1])
    server.RequestHandlerClass = _handler(service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
