"""A web service that is away, slow, endless, elsewhere or not what it says: each has its own sentence."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import ssl
import time
from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme
from servers.http import Reply, Request, WebService, Wire, raw, web_service
from servers.ports import free_port
from web_sources import fetch, web

from etl.extract.archive import Archive
from etl.findings import Finding, Owner, Refused, SourceUnavailable

GOOD = [{"desa": "Tepian", "jumlah": 3}]


def unavailable(source: object, archive: Archive) -> Finding:
    with pytest.raises(SourceUnavailable) as caught:
        fetch(source, archive)  # type: ignore[arg-type]
    nothing_remains(archive, caught.value)
    return caught.value.finding


def refusal(source: object, archive: Archive) -> Finding:
    with pytest.raises(Refused) as caught:
        fetch(source, archive)  # type: ignore[arg-type]
    nothing_remains(archive, caught.value)
    (finding,) = caught.value.findings
    assert finding.owner is Owner.DISKOMINFO
    return finding


def nothing_remains(archive: Archive, error: BaseException) -> None:
    assert not [path for path in archive.root.rglob("*") if path.is_file()]
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


# ── not there, or not in time ────────────────────────────────────────────────────────────────────────────────────────


def test_host_down(archive: Archive) -> None:
    finding = unavailable(web(f"http://127.0.0.1:{free_port()}/data"), archive)
    assert (finding.rule, finding.file) == ("layanan_tidak_terjangkau", "127.0.0.1/contoh.zip")


def test_host_unknown(archive: Archive) -> None:
    assert unavailable(web("http://tidak-ada.invalid/data"), archive).rule == "layanan_tidak_terjangkau"


def test_hanging_service(service: WebService, archive: Archive) -> None:
    source = web(service.on("/data", raw(lambda _: service.ending.wait(60))), timeout_seconds=1)  # type: ignore[arg-type]
    begun = time.monotonic()
    finding = unavailable(source, archive)
    assert finding.rule == "layanan_tidak_menjawab"
    assert "1 detik" in finding.message
    assert 3 <= time.monotonic() - begun < 8
    assert len(service.requests) == 3


@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\nX-Sabar: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_slow_drip_of_header_or_body(service: WebService, archive: Archive, begin: bytes) -> None:
    def drip(wire: Wire) -> None:
        wire.send(begin)
        while not service.ending.wait(0.1):
            wire.send(b"a")

    source = web(service.on("/data", raw(drip)), timeout_seconds=1)
    begun = time.monotonic()
    assert unavailable(source, archive).rule == "layanan_tidak_menjawab"
    assert time.monotonic() - begun < 8


def test_a_large_answer_may_take_longer_than_one_wait(service: WebService, archive: Archive) -> None:
    body = Reply([{"teks": "x" * 50_000}] * 3).bytes

    def slowly(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
        for at in range(0, len(body), 25_000):
            wire.send(body[at : at + 25_000])
            time.sleep(0.3)

    assert fetch(web(service.on("/data", raw(slowly)), timeout_seconds=1), archive).records == 3


def test_connection_reset_midway_is_tried_again(service: WebService, archive: Archive) -> None:
    def breaking(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n[{")
        time.sleep(0.05)
        wire.reset()

    def route(_: Request) -> object:
        return raw(breaking) if len(service.requests) < 3 else Reply(GOOD)

    answer = fetch(web(service.on("/data", route)), archive)
    assert (answer.records, answer.requests) == (1, 3)
    service.on("/data", raw(breaking))
    assert unavailable(web(f"{service.url}/data"), Archive(archive.root / "lain")).rule == "jawaban_terpotong"


def test_an_answer_shorter_than_stated(service: WebService, archive: Archive) -> None:
    source = web(service.on("/data", Reply(GOOD, length=10_000)))
    assert unavailable(source, archive).rule == "jawaban_terpotong"


@pytest.mark.parametrize(
    "body", ['[{"desa": "Tepian", "jumlah": 3}, {"desa": "Ka', '{"data": [{"desa": 1}', '[{"desa": ']
)
def test_truncated_json(service: WebService, archive: Archive, body: str) -> None:
    assert unavailable(web(service.on("/data", Reply(body))), archive).rule == "jawaban_terpotong"


def test_truncated_gzip(service: WebService, archive: Archive) -> None:
    packed = gzip.compress(Reply(GOOD).bytes)[:-9]
    source = web(service.on("/data", Reply(packed, headers={"Content-Encoding": "gzip"})))
    assert unavailable(source, archive).rule == "jawaban_terpotong"


# ── too much ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _endless(header: bytes, piece: bytes, sent: list[int]) -> object:
    def write(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + header + b"\r\n")
        for _ in range(3_000_000_000 // len(piece)):
            wire.send(piece)
            sent.append(len(piece))

    return raw(write)


MEGABYTE = b'{"desa": "Tepian"},' * 55_000


@pytest.mark.parametrize(
    "header",
    [b"Content-Length: 3000000000\r\n", b"", b"Content-Length: 1045000000\r\n"],
    ids=["told", "not told", "told less"],
)
def test_three_gigabytes_stop_at_the_limit(service: WebService, archive: Archive, header: bytes) -> None:
    sent: list[int] = []
    source = web(service.on("/data", _endless(header, MEGABYTE, sent)), max_mb=5)
    begun = time.monotonic()
    finding = refusal(source, archive)
    assert finding.rule == "terlalu_besar"
    assert "5 MB" in finding.message
    assert time.monotonic() - begun < 10
    assert sum(sent) < 30_000_000  # what lies in the sockets' buffers, no more
    assert len(service.requests) == 1


def test_chunks_without_end(service: WebService, archive: Archive) -> None:
    sent: list[int] = []
    chunk = b"%x\r\n" % len(MEGABYTE) + MEGABYTE + b"\r\n"
    source = web(service.on("/data", _endless(b"Transfer-Encoding: chunked\r\n", chunk, sent)), max_mb=3)
    assert refusal(source, archive).rule == "terlalu_besar"


def test_gzip_bomb(service: WebService, archive: Archive) -> None:
    bomb = gzip.compress(b" " * 300_000_000, 9)
    assert len(bomb) < 400_000
    source = web(service.on("/data", Reply(bomb, headers={"Content-Encoding": "gzip"})), max_mb=20)
    begun = time.monotonic()
    assert refusal(source, archive).rule == "terlalu_besar"
    assert time.monotonic() - begun < 10


def test_the_limit_is_for_all_pages_together(service: WebService, archive: Archive) -> None:
    def page(request: Request) -> Reply:
        return Reply([{"no": request.query["page"], "isi": "x" * 400_000}])

    source = web(service.on("/data", page), paging={"by": "page"}, max_mb=1)
    assert refusal(source, archive).rule == "terlalu_besar"
    assert len(service.requests) == 3


# ── elsewhere ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_redirect_on_the_same_server_is_followed(service: WebService, archive: Archive) -> None:
    service.on("/lama", Reply(status=302, headers={"Location": "/baru?tahun=2025"}))
    service.on("/baru", Reply(GOOD))
    assert fetch(web(f"{service.url}/lama"), archive).records == 1
    assert service.requests[-1].query == {"tahun": "2025"}


def test_redirect_to_another_server_is_refused(
    service: WebService, another_service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    for target in (
        another_service.on("/data", Reply(GOOD)),
        f"//localhost:{service.port}/data",
        "https://127.0.0.1/data",
        "file:///etc/passwd",
    ):
        service.on("/data", Reply(status=307, headers={"Location": target}))
        source = web(f"{service.url}/data", connection=connect(login="a", password="sandi-rahasia"))
        assert refusal(source, archive).rule == "dialihkan_ke_server_lain"
    assert another_service.requests == []


def test_redirects_in_a_circle(service: WebService, archive: Archive) -> None:
    service.on("/data", Reply(status=301, headers={"Location": "/data"}))
    assert refusal(web(f"{service.url}/data"), archive).rule == "dialihkan_berputar"
    assert len(service.requests) == 6


# ── no data ──────────────────────────────────────────────────────────────────────────────────────────────────────────

LOGIN_PAGE = "<!DOCTYPE html><html><head><title>SIAP</title><style>p{}</style></head><body><p>Silakan masuk</p></body>"


def test_html_is_told_by_its_words(service: WebService, archive: Archive) -> None:
    for media in ("text/html; charset=utf-8", "application/json"):
        finding = unavailable(web(service.on("/data", Reply(LOGIN_PAGE, type=media))), archive)
        assert finding.rule == "jawaban_halaman_web"
        assert "«SIAP Silakan masuk»" in finding.message


@pytest.mark.parametrize("status", [401, 403])
def test_access_denied_names_the_connection(
    service: WebService, archive: Archive, connect: Callable[..., str], status: int
) -> None:
    service.on("/data", Reply({"message": "kunci kedaluwarsa"}, status))
    finding = unavailable(
        web(f"{service.url}/data", connection=connect("api_dinkes", login="a", password="b")), archive
    )
    assert finding.rule == "akses_ditolak"
    assert "kunci kedaluwarsa" in finding.message
    assert "AIRFLOW_CONN_API_DINKES" in finding.action
    assert len(service.requests) == 1


def test_what_is_not_there_or_not_understood_is_diskominfos(service: WebService, archive: Archive) -> None:
    finding = refusal(web(f"{service.url}/salah"), archive)
    assert (finding.rule, "tidak ada" in finding.message) == ("alamat_tidak_ditemukan", True)
    service.on("/data", Reply({"detail": "parameter tahun wajib"}, 422))
    finding = refusal(web(f"{service.url}/data"), archive)
    assert (finding.rule, "parameter tahun wajib" in finding.message) == ("permintaan_ditolak", True)


def test_broken_json_is_refused(service: WebService, archive: Archive) -> None:
    finding = unavailable(web(service.on("/data", Reply("<br>Warning: mysql\n" + '[{"a": 1}]'))), archive)
    assert (finding.rule, "Warning: mysql" in finding.message) == ("layanan_menjawab_galat", True)
    with pytest.raises(Refused, match="json_rusak"):
        fetch(web(service.on("/data", Reply('[{"a": 1},, {"a": 2}]'))), archive)


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(service: WebService, archive: Archive, status: int) -> None:
    def route(_: Request) -> Reply:
        return Reply(GOOD) if len(service.requests) > 2 else Reply(status=status, headers={"Retry-After": "1"})

    answer = fetch(web(service.on("/data", route)), archive)
    assert (answer.records, answer.requests) == (1, 3)
    first, second, third = (request.at for request in service.requests)
    assert second - first >= 1
    assert third - second >= 1


def test_retry_after_as_a_date(service: WebService, archive: Archive) -> None:
    def route(_: Request) -> Reply:
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
        headers = {"Retry-After": format_datetime(soon, usegmt=True)}
        return Reply(GOOD) if len(service.requests) > 1 else Reply(status=503, headers=headers)

    fetch(web(service.on("/data", route)), archive)
    assert service.requests[1].at - service.requests[0].at >= 0.9


def test_a_long_wait_is_left_to_a_later_round(service: WebService, archive: Archive) -> None:
    service.on("/data", Reply({"message": "kuota habis"}, 429, headers={"Retry-After": "3600"}))
    begun = time.monotonic()
    finding = unavailable(web(f"{service.url}/data"), archive)
    assert finding.rule == "layanan_sibuk"
    assert "3600 detik" in finding.message
    assert "kuota habis" in finding.message
    assert time.monotonic() - begun < 2


def test_a_service_that_always_says_later(service: WebService, archive: Archive) -> None:
    service.on("/data", Reply(status=429, headers={"Retry-After": "0"}))
    assert unavailable(web(f"{service.url}/data"), archive).rule == "layanan_sibuk"
    assert len(service.requests) == 6


def test_a_failing_service_is_tried_a_few_times(service: WebService, archive: Archive) -> None:
    service.on("/data", Reply("<h1>Bad Gateway</h1>", 502, "text/html"))
    finding = unavailable(web(f"{service.url}/data"), archive)
    assert (finding.rule, "Bad Gateway" in finding.message) == ("layanan_sibuk", True)
    assert len(service.requests) == 3
    service.on("/data", lambda _: Reply(GOOD) if len(service.requests) > 4 else Reply(status=500))
    assert fetch(web(f"{service.url}/data"), archive).records == 1


def test_no_faster_than_the_contract_allows(service: WebService, archive: Archive) -> None:
    def page(request: Request) -> Reply:
        number = int(request.query["page"])
        return Reply([{"no": number}] if number < 5 else [])

    source = web(service.on("/data", page), paging={"by": "page"}, per_minute=300)
    began = time.monotonic()
    fetch(source, archive)
    assert len(service.requests) == 5
    assert time.monotonic() - began >= 4 * 60 / 300, "a busy machine can only make it slower"


# ── certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_certificates_are_verified(archive: Archive, tmp_path: Path, connect: Callable[..., str]) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    mine = connect(extra={"ca_bundle": str(tmp_path / "ca.pem")})
    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    for certificate, says in (
        (stranger.issue_cert("127.0.0.1"), "otoritas yang dikenal"),
        (authority.issue_cert("layanan.example"), "nama server lain"),
        (authority.issue_cert("127.0.0.1", not_before=past - dt.timedelta(days=9), not_after=past), "kedaluwarsa"),
    ):
        with web_service(_tls(certificate)) as service:
            service.on("/data", Reply(GOOD))
            finding = unavailable(web(f"{service.url}/data", connection=mine), archive)
            assert finding.rule == "sertifikat_tidak_sah"
            assert says in finding.message
            assert service.requests == []
    with web_service(_tls(authority.issue_cert("127.0.0.1"))) as service:
        service.on("/data", Reply(GOOD))
        assert unavailable(web(f"{service.url}/data"), archive).rule == "sertifikat_tidak_sah"
        assert fetch(web(f"{service.url}/data", connection=mine), archive).records == 1
        service.on("/turun", Reply(status=302, headers={"Location": f"http://127.0.0.1:{service.port}/data"}))
        with pytest.raises(Refused, match="dialihkan_ke_server_lain"):
            fetch(web(f"{service.url}/turun", connection=mine), archive)


def test_a_ca_bundle_that_is_not_there(archive: Archive, connect: Callable[..., str]) -> None:
    source = web("https://127.0.0.1/data", connection=connect(extra={"ca_bundle": "/tidak/ada.pem"}))
    assert unavailable(source, archive).rule == "koneksi_tidak_sah"


def test_tls_spoken_to_a_plain_server(service: WebService, archive: Archive) -> None:
    source = web(service.url.replace("http:", "https:") + "/data")
    assert unavailable(source, archive).rule == "layanan_tidak_terjangkau"


def test_a_server_that_speaks_no_http(archive: Archive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        def speak() -> None:
            for _ in range(3):
                client, _address = server.accept()
                client.recv(1000)
                client.sendall(b"220 ftp siap\r\n")
                client.close()

        threading.Thread(target=speak, daemon=True).start()
        source = web(f"http://127.0.0.1:{server.getsockname()[1]}/data")
        assert unavailable(source, archive).rule == "layanan_tidak_terjangkau"
