"""However many take large files slowly, pages are answered, and the place of one who went away is another's."""

from __future__ import annotations

import os
import socket
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from etl.publish.generation import finish, unfinished
from portal.interfaces import streams
from tests.portal.conftest import reader_dsn, served

FILE = "/unduh/dinkes.fasilitas_kesehatan/dinkes.fasilitas_kesehatan.csv"


@pytest.fixture(scope="module")
def site(demo_regency, tmp_path_factory):
    """The demo regency, with one published file of 40 MB."""
    home = tmp_path_factory.mktemp("besar")
    with unfinished(home / "ekspor" / "dinkes.fasilitas_kesehatan") as folder:
        (folder / "dinkes.fasilitas_kesehatan.csv").write_bytes(os.urandom(1 << 20) * 40)
        finish(folder, datetime(2026, 1, 1, tzinfo=UTC))
    with served(reader_dsn(demo_regency.settings.dsn), home, home) as address:
        yield address


def taken_slowly(site: str) -> socket.socket:
    """A client that asks for the file and reads only its first bytes."""
    place = urlsplit(site)
    client = socket.create_connection((place.hostname, place.port), timeout=20)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.sendall(f"GET {FILE} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
    assert client.recv(15).startswith(b"HTTP/1.1 ")
    return client


def test_pages_are_answered_while_others_download_slowly(site):
    whole = httpx.get(site + FILE)
    assert whole.status_code == 200 and len(whole.content) == 40 << 20
    slow = [taken_slowly(site) for _ in range(8)]
    try:
        for _ in range(5):
            assert httpx.get(f"{site}/tentang", timeout=5).status_code == 200
        busy = httpx.get(site + FILE, timeout=5)
        assert busy.status_code == 503 and busy.headers["retry-after"] == str(streams.RETRY_SECONDS)
        assert httpx.get(site + FILE, headers={"Range": "bytes=0-999"}).status_code == 206
    finally:
        for client in slow:
            client.close()
    for _ in range(100):
        if httpx.get(site + FILE, timeout=20).status_code == 200:
            break
        time.sleep(0.2)
    else:
        pytest.fail("tempat unduhan yang ditinggalkan tidak kembali")


def test_a_place_is_given_back_once_whatever_happens():
    def pieces():
        yield b"1"
        raise OSError("disk")

    closed = []
    for _ in range(streams.AT_ONCE * 3):
        unstarted = streams.streamed(None, iter([b"x"]), "text/plain", lambda: closed.append(1))
        unstarted.close()
        unstarted.close()
        ended = streams.streamed(None, iter([b"x"]), "text/plain")
        assert b"".join(ended.streaming_content) == b"x"
        ended.close()
        broken = streams.streamed(None, pieces(), "text/plain")
        with pytest.raises(OSError, match="disk"):
            list(broken.streaming_content)
        broken.close()
    assert len(closed) == streams.AT_ONCE * 3
    held = [streams.streamed(None, iter([b"x"]), "text/plain") for _ in range(streams.AT_ONCE)]
    assert streams.streamed(None, iter([b"x"]), "text/plain").status_code == 503
    for one in held:
        one.close()
