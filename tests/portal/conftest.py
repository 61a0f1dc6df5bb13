"""Django set up for the tests of the portal, and the site itself: the server that `up` starts, on the demo regency."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import httpx
import psycopg2
import pytest

from etl.load.readers import create_reader
from etl.load.warehouse import connect
from etl.settings import PROJECT

if TYPE_CHECKING:
    from tests.demo import Demo

os.environ.setdefault("SATUDATA_PORTAL_SECRET", "x" * 50)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

LOGIN = "situs_tes"
PASSWORD = "rahasia"


@pytest.fixture(scope="session")
def site(demo_regency: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the site over the demo regency, e.g. http://127.0.0.1:41234, to look at: one server per test worker.

    It counts no requests, so that tests may ask as fast as they like.
    """
    settings = demo_regency.settings
    with served(reader_dsn(settings.dsn), settings.home, tmp_path_factory.mktemp("situs")) as address:
        yield address


def reader_dsn(dsn: str) -> str:
    """The warehouse at `dsn`, which its owner reaches, as the portal's login sees it."""
    conn = connect(dsn)
    conn.set_session(readonly=False)  # a login may be made where figures may not be touched
    try:
        create_reader(conn, LOGIN, PASSWORD)
    finally:
        conn.close()
    return psycopg2.extensions.make_dsn(dsn, user=LOGIN, password=PASSWORD)


@contextlib.contextmanager
def served(dsn: str, home: Path, folder: Path, **environment: str) -> Iterator[str]:
    """The site over the warehouse at `dsn`, with the exports of `home`; static files and its log in `folder`.

    environment: further settings, e.g. SATUDATA_PORTAL_RATE="20/10".
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (folder / "situs.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal", "--port", str(port), "--workers", "1"],
            cwd=PROJECT,
            stdout=log,
            stderr=log,
            env={
                **os.environ,
                "SATUDATA_PORTAL_DSN": dsn,
                "SATUDATA_HOME": str(home),
                "SATUDATA_BASE_URL": address,
                "SATUDATA_PORTAL_RATE": "0",
                **environment,
            },
        )
        try:
            _await_answer(address, process, folder / "situs.log")
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_answer(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{address}/tentang", timeout=5)
            return
        time.sleep(0.1)
    pytest.fail(f"situs tidak menjawab: {log.read_text()[-2000:]}")
