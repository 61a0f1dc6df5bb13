"""What is promised of every share, whatever its protocol: each test runs against four real servers."""

import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from signal import SIGCONT, SIGSTOP

import pytest

from etl.extract.archive import Archive
from etl.extract.connections import lookup
from etl.extract.folder import StillWriting, TooLarge, fetch
from etl.extract.listing import walk
from etl.findings import SourceUnavailable
from tests.servers.ports import free_port
from tests.shares.conftest import VARIABLE
from tests.shares.sites import SITES

PATIENCE = 15
"""Seconds after which a dead server must have been given up."""


def stored(archive):
    """Whatever lies in the archive, finished or not."""
    return [path for path in archive.root.rglob("*") if path.is_file()] if archive.root.exists() else []


def refused(call, *arguments):
    """The finding of a call that must fail, after a look that it tells nothing it should not."""
    with pytest.raises(SourceUnavailable) as caught:
        call(*arguments)
    problem = caught.value
    assert problem.__suppress_context__, "a driver's words would be printed"
    assert problem.__cause__ is None
    for text in (str(problem), repr(problem)):
        assert "s4lah" not in text
        assert "s4ndi" not in text
    assert problem.finding.cause
    assert problem.finding.action
    return problem.finding


def test_what_is_there_comes_as_it_is_and_stays_as_it_was(site, listed, archive):
    data = {f"ganjil/2024/{name}": f"isi {name}".encode("utf-8", "surrogateescape").hex() for name in site.odd}
    others = [
        "ganjil/2024/~$a b.csv",
        "ganjil/2024/.~lock.csv",
        "ganjil/.snapshot/lama.csv",
        "ganjil/lain.txt",
        "a.csv",
    ]
    site.fill(data | dict.fromkeys(others, "bukan data"))
    before = site.tree()
    files, notes = listed(site.url("ganjil"), site.connection)
    assert {file.path for file in files} == {f"2024/{seen}" for seen in site.odd.values()}
    assert [(note.rule, note.file) for note in notes] == [("berkas_kunci_office", "2024/~$a b.csv")]
    by_path = {file.path: file for file in files}
    for name, seen in site.odd.items():
        found, text = by_path[f"2024/{seen}"], data[f"ganjil/2024/{name}"]
        assert found.size == len(text)
        assert fetch(found, archive).path.read_text() == text
    again, _ = listed(site.url("ganjil"), site.connection)
    assert again == files, "the same folder looks the same, or everything would be fetched every time"
    assert site.tree() == before


def test_only_reading_requests_are_sent(site, listed, archive):
    """Where the server writes down what it is asked."""
    site.write("baca/satu.csv", "1")
    asked = site.server.log.stat().st_size
    for file in listed(site.url("baca"), site.connection)[0]:
        fetch(file, archive)
    written = re.sub(r"\x1b\[\d+m", "", site.server.log.read_bytes()[asked:].decode(errors="replace"))
    if site.kind == "s3":
        assert written.count('"GET ') + written.count('"HEAD ') == written.count("HTTP/1.1"), written
        assert written.count("?list-type=2") == 1
    for verb in ("PUT", "POST", "DELETE", "MKCOL", "MOVE", "COPY", "LOCK", "PROPPATCH"):
        assert f"{verb} /" not in written


def test_an_empty_file_and_a_large_one(site, listed, archive):
    site.fill({"ukuran/kosong.csv": "", "ukuran/besar.csv": "0123456789" * 1_000_000})
    files, _ = listed(site.url("ukuran"), site.connection)
    large, empty = files
    assert (large.size, empty.size) == (10_000_000, 0)
    assert fetch(empty, archive).size == 0
    assert fetch(large, archive).path.read_text() == "0123456789" * 1_000_000
    with pytest.raises(TooLarge):
        fetch(large, archive, max_bytes=9_999_999)


def test_a_growing_file_is_left_alone(site, listed, archive):
    site.write("tumbuh/data.csv", "awal\n" * 200_000)
    (found,), _ = listed(site.url("tumbuh"), site.connection)
    stop = threading.Event()

    def grow():
        number = 0
        while not stop.is_set():
            number += 1
            if site.disk:
                with (site.disk / "tumbuh" / "data.csv").open("a") as file:
                    file.write("baris\n")
                time.sleep(0.005)
            else:
                site.write("tumbuh/data.csv", "awal\n" * (200_000 + number))

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        time.sleep(0.1 if site.disk else 3)  # the first object takes a Python's start
        with pytest.raises(StillWriting) as caught:
            fetch(found, archive)
    finally:
        stop.set()
        writer.join()
    assert caught.value.finding.rule == "berkas_masih_ditulis"
    assert "tumbuh" not in caught.value.finding.file
    (now,), _ = listed(site.url("tumbuh"), site.connection)
    assert fetch(now, archive).size > 1_000_000


def test_a_vanished_file(site, listed, archive):
    site.write("hilang/data.csv", "1")
    (found,), _ = listed(site.url("hilang"), site.connection)
    site.delete("hilang/data.csv")
    finding = refused(fetch, found, archive)
    assert (finding.rule, finding.file) == ("berkas_tidak_terbaca", "data.csv")
    assert stored(archive) == []


def test_wrong_password(site, listed):
    finding = refused(listed, site.url(""), site.wrong)
    assert finding.rule == "login_ditolak"
    assert VARIABLE in finding.action


def test_a_login_changed_between_listing_and_fetching(site, listed, archive):
    """Each fetch uses the connection the listing used; a new one is asked for only when the round is."""
    site.write("masuk/data.csv", "1")
    (found,), _ = listed(site.url("masuk"), site.connection)
    found.share.close()
    assert fetch(found, archive).size == 1


def test_a_folder_that_is_not_there(site, listed):
    finding = refused(listed, site.url("tidak/ada"), site.connection)
    assert finding.rule == "folder_tidak_terbaca"
    assert "tidak ada" in finding.message
    assert "datasets/skpd.yaml" in finding.action


def test_a_file_where_the_folder_should_be(site, listed):
    site.write("berkas.csv", "1")
    assert refused(listed, site.url("berkas.csv"), site.connection).rule == "folder_tidak_terbaca"


def elsewhere(site, host, port):
    """Address and connection of the same share on another server."""
    here = f"127.0.0.1:{site.server.port}"
    url = site.url("x").replace(here, f"{host}:{port}")
    connection = site.connection.replace(here, f"{host}:{port}")
    return url, connection.replace('"127.0.0.1"', f'"{host}"').replace(f'"port": {site.server.port}', f'"port": {port}')


def test_host_down(site, listed):
    finding = refused(listed, *elsewhere(site, "127.0.0.1", free_port()))
    assert finding.rule == "server_tidak_terjangkau"
    assert VARIABLE in finding.action


def test_host_name_unknown(site, listed):
    finding = refused(listed, *elsewhere(site, "nas.dinkes.invalid", site.server.port))
    assert finding.rule == "server_tidak_terjangkau"
    assert "Nama server tidak dikenal" in finding.cause
    assert "nas.dinkes.invalid" in finding.message


LARGE = "0123456789abcdef" * (4 << 20)
"""64 MB: more than fits in the pipes between a server and us."""


def interrupted(site, listed, archive, how):
    """Fetches a large file and does `how` to its server as soon as bytes arrive. Returns finding and seconds."""
    site.write("besar/besar.csv", LARGE)
    (found,), _ = listed(site.url("besar"), site.connection)

    def strike():
        incoming = archive.root / "sementara"
        while not any(path.stat().st_size for path in incoming.glob("*")):
            time.sleep(0.0005)
        how(site.server)

    striker = threading.Thread(target=strike)
    striker.start()
    begun = time.monotonic()
    finding = refused(fetch, found, archive)
    striker.join()
    return finding, time.monotonic() - begun


@pytest.mark.parametrize("kind", SITES)
def test_a_server_killed_midway(kind, listed, archive, capfd):
    with SITES[kind]() as own:
        finding, seconds = interrupted(own, listed, archive, lambda server: server.kill())
        assert finding.rule in ("berkas_tidak_terbaca", "server_tidak_terjangkau")
        assert finding.file == "besar.csv"
        assert seconds < PATIENCE
        assert stored(archive) == []
        assert refused(listed, own.url("besar"), own.connection).rule == "server_tidak_terjangkau"
    assert "Traceback" not in capfd.readouterr().err


def test_servers_that_fall_silent_are_given_up(tmp_path):
    """All four at once: stopped midway, they accept a connection and say no more."""
    with ExitStack() as stack:
        sites = [stack.enter_context(make()) for make in SITES.values()]

        def one(site):
            variable = f"{VARIABLE}_{site.kind.upper()}"
            os.environ[variable] = site.connection
            try:
                connection = lookup(f"uji_bagi_{site.kind}")
            finally:
                del os.environ[variable]
            (found,) = [entry for entry in walk(site.url(""), connection) if entry.path == "besar.csv"]
            archive = Archive(tmp_path / site.kind)

            def strike():
                while not any(path.stat().st_size for path in (archive.root / "sementara").glob("*")):
                    time.sleep(0.0005)
                site.server.send(SIGSTOP)

            striker = threading.Thread(target=strike)
            striker.start()
            try:
                begun = time.monotonic()
                fetched = refused(fetch, found, archive).rule, time.monotonic() - begun
                begun = time.monotonic()
                again = refused(walk, site.url(""), connection).rule, time.monotonic() - begun
            finally:
                striker.join()
                site.server.send(SIGCONT)
            return site.kind, fetched, again, stored(archive)

        for site in sites:
            site.write("besar.csv", LARGE)
        with ThreadPoolExecutor(len(sites)) as pool:
            for kind, (rule, seconds), again, left in pool.map(one, sites):
                assert rule in ("server_tidak_terjangkau", "berkas_tidak_terbaca"), kind
                assert seconds < PATIENCE, kind
                assert again[0] == "server_tidak_terjangkau", kind
                assert again[1] < PATIENCE, kind
                assert left == [], kind
