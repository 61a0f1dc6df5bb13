"""Every way of logging in; and no key in anything that is written."""

from __future__ import annotations

import base64
import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from servers.http import Reply, Request, WebService
from web_sources import bps, ckan, fetch, web

from etl.extract import web_oauth
from etl.extract.archive import Archive
from etl.extract.web_auth import Eraser
from etl.findings import Refused, SourceUnavailable

SECRET = "k%nci/rahasia+1 &x=9"
GOOD = [{"desa": "Tepian", "jumlah": 3}]


def test_basic(service: WebService, archive: Archive, connect: Callable[..., str]) -> None:
    source = web(service.on("/data", Reply(GOOD)), connection=connect(login="dinkes", password="sandi:ñ"))
    assert fetch(source, archive).records == 1
    pair = service.requests[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(pair).decode() == "dinkes:sandi:ñ"


def test_bearer(service: WebService, archive: Archive, connect: Callable[..., str]) -> None:
    source = web(service.on("/data", Reply(GOOD)), connection=connect(password="t0ken", extra={"auth": "bearer"}))
    fetch(source, archive)
    assert service.requests[0].headers["authorization"] == "Bearer t0ken"


def test_api_key_in_header_or_query(service: WebService, archive: Archive, connect: Callable[..., str]) -> None:
    url = service.on("/data", Reply(GOOD))
    fetch(web(url, connection=connect(password="kunci", extra={"auth": "api_key"})), archive)
    assert service.requests[-1].headers["x-api-key"] == "kunci"
    extra = {"auth": "api_key", "name": "apikey", "in": "query"}
    fetch(web(url, params={"a": "b"}, connection=connect(password=SECRET, extra=extra)), archive)
    assert service.requests[-1].query == {"a": "b", "apikey": SECRET}


def test_what_bps_and_ckan_call_their_key_is_known(
    service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    with pytest.raises(Refused):
        fetch(bps(service.url, domain="6404", var="31", connection=connect(password="kunci-bps")), archive)
    assert service.requests[-1].query["key"] == "kunci-bps"
    key = connect(password="kunci-ckan", extra={"auth": "api_key"})
    with pytest.raises(Refused):
        fetch(ckan(service.url, "a/b", connection=key), archive)
    assert service.requests[-1].headers["authorization"] == "kunci-ckan"


def test_an_incomplete_connection_is_told(service: WebService, archive: Archive, connect: Callable[..., str]) -> None:
    url = service.on("/data", Reply(GOOD))
    for fields in (
        {"password": "saja"},
        {"extra": {"auth": "bearer"}},
        {"password": "a\nb", "extra": {"auth": "bearer"}},
        {"password": "a", "extra": {"auth": "ntlm"}},
        {"password": "a", "extra": {"auth": "api_key", "in": "body"}},
        {"password": "a", "extra": {"auth": "oauth2"}},
    ):
        with pytest.raises(SourceUnavailable) as caught:
            fetch(web(url, connection=connect(**fields)), archive)
        assert caught.value.finding.rule == "koneksi_tidak_sah"
        assert "AIRFLOW_CONN_LAYANAN" in caught.value.finding.action
    assert service.requests == []


def test_a_key_goes_to_its_own_server_only(service: WebService, archive: Archive, connect: Callable[..., str]) -> None:
    url = service.on("/data", Reply(GOOD))
    for fields in ({"host": "lain.example"}, {"host": "127.0.0.1", "port": 1}, {"host": "https://lain.example"}):
        with pytest.raises(SourceUnavailable, match="koneksi_bukan_untuk_server"):
            fetch(web(url, connection=connect(login="a", password="b", **fields)), archive)
    assert service.requests == []
    fetch(web(url, connection=connect(login="a", password="b", host="http://127.0.0.1", port=service.port)), archive)
    assert len(service.requests) == 1


# ── OAuth2 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def oauth(service: WebService, connect: Callable[..., str], scope: str = "baca") -> str:
    web_oauth._known.clear()
    extra = {"auth": "oauth2", "token_url": f"{service.url}/token", "scope": scope}
    return connect(login="klien", password="rahasia-klien", extra=extra)


def tokens(service: WebService) -> Callable[[Request], Reply]:
    def give(request: Request) -> Reply:
        assert request.method == "POST"
        assert request.body == b"grant_type=client_credentials&scope=baca"
        assert request.headers["authorization"] == "Basic " + base64.b64encode(b"klien:rahasia-klien").decode()
        return Reply({"access_token": f"token-nomor-{len(service.asked('/token'))}", "expires_in": 3600})

    return give


def test_oauth2_token_is_fetched_once_a_run_and_again_when_refused(
    service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    service.on("/token", tokens(service))
    good = {"Bearer token-nomor-1"}

    def data(request: Request) -> Reply:
        if request.headers["authorization"] not in good:
            return Reply({"error": "invalid_token"}, 401)
        page = int(request.query["page"])
        return Reply([{"no": page}] if page < 3 else [])

    source = web(service.on("/data", data), connection=oauth(service, connect), paging={"by": "page"})
    assert fetch(source, archive).records == 2
    assert fetch(source, archive).records == 2
    assert len(service.asked("/token")) == 1
    good.clear()
    good.add("Bearer token-nomor-2")
    assert fetch(source, archive).records == 2
    assert len(service.asked("/token")) == 2
    good.clear()
    with pytest.raises(SourceUnavailable) as caught:
        fetch(source, archive)
    assert caught.value.finding.rule == "akses_ditolak"
    assert "token-nomor" not in str(caught.value)
    assert len(service.asked("/token")) == 3


def test_a_token_that_is_not_given(service: WebService, archive: Archive, connect: Callable[..., str]) -> None:
    source = web(service.on("/data", Reply(GOOD)), connection=oauth(service, connect))
    for reply in (
        Reply({"error": "invalid_client", "error_description": "klien tidak dikenal rahasia-klien"}, 401),
        Reply({"token": "x"}),
        Reply("<html>masuk dulu</html>", 200, "text/html"),
        Reply(status=302, headers={"Location": "/lain"}),
    ):
        service.on("/token", reply)
        with pytest.raises(SourceUnavailable) as caught:
            fetch(source, archive)
        assert caught.value.finding.rule == "akses_ditolak"
        assert "rahasia-klien" not in str(caught.value)
    assert service.asked("/data") == []


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def written(folder: Path) -> bytes:
    """Every byte below a folder, zips unpacked."""
    everything = b""
    for path in folder.rglob("*"):
        if path.is_file():
            everything += path.name.encode() + path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as bundle:
                    everything += b"".join(bundle.read(name) for name in bundle.namelist())
    return everything


def assert_clean(text: bytes) -> None:
    for form in (SECRET, quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET), json.dumps(SECRET)[1:-1]):
        assert form.encode() not in text
        assert form.replace("%", "%25").encode() not in text
    assert b"rahasia" not in text
    assert base64.b64encode(f"dinkes:{SECRET}".encode()) not in text


def everything_that_may_go_wrong(service: WebService) -> list[object]:
    """Answers of a service that writes the key into all it says."""

    def echo(request: Request) -> str:
        sent = request.query.get("apikey", "") or request.headers.get("authorization", "")
        forms = [
            sent,
            quote(sent, safe=""),
            quote(sent).lower(),
            quote_plus(sent),
            request.headers.get("x-api-key", ""),
        ]
        if sent.startswith("Basic "):
            forms.append(base64.b64decode(sent[6:]).decode())
        return " | ".join(forms)

    return [
        lambda request: Reply({"status": "error", "message": echo(request)}),
        lambda request: Reply({"message": f"kunci {echo(request)} ditolak"}, 403),
        lambda request: Reply(f"<html><body>URL: {echo(request)}</body></html>", 403, "text/html"),
        lambda request: Reply(f"<html><body>URL: {echo(request)}</body></html>", 200, "text/html"),
        lambda request: Reply({"detail": echo(request)}, 422),
        lambda request: Reply(echo(request), 500, "text/plain"),
        lambda request: Reply({"apa": echo(request)}, 404),
        lambda request: Reply({"a": [{"x": echo(request)}], "b": [{"y": echo(request)}]}),
        lambda request: Reply('[{"x": "' + echo(request) + '"},,'),
        lambda request: Reply(status=302, headers={"Location": f"http://lain.example/?k={quote(echo(request))}"}),
    ]


@pytest.mark.parametrize("auth", ["query", "header", "bearer", "basic"])
def test_no_key_is_written_anywhere(
    service: WebService,
    archive: Archive,
    connect: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    auth: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    extra = {
        "query": {"auth": "api_key", "name": "apikey", "in": "query"},
        "header": {"auth": "api_key"},
        "bearer": {"auth": "bearer"},
        "basic": {},
    }[auth]
    login = {"login": "dinkes"} if auth == "basic" else {}
    source = web(f"{service.url}/data", connection=connect(password=SECRET, extra=extra, **login))
    for route in everything_that_may_go_wrong(service):
        service.on("/data", route)
        with pytest.raises((SourceUnavailable, Refused)) as caught:
            fetch(source, archive)
        error: BaseException | None = caught.value
        while error is not None:
            assert_clean(f"{error!s} {error!r} {error.args!r}".encode())
            error = error.__context__ if not error.__suppress_context__ else None
    out, err = capfd.readouterr()
    assert_clean((out + err + caplog.text).encode())
    assert_clean(written(archive.root))


def test_a_key_that_a_service_repeats_in_its_data_is_erased(
    service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    """Also in the address of the next page, which then still works."""

    def route(request: Request) -> Reply:
        assert request.query["apikey"] == SECRET
        page = int(request.query.get("p", "1"))
        following = f"{service.url}/data?p={page + 1}&apikey={quote(SECRET, safe='')}" if page < 3 else None
        body = json.dumps({"next": following, "diminta": f"/data?apikey={quote_plus(SECRET)}", "data": [{"no": page}]})
        return Reply(body.replace("/", "\\/"))

    extra = {"auth": "api_key", "name": "apikey", "in": "query"}
    source = web(
        service.on("/data", route),
        connection=connect(password=SECRET, extra=extra),
        paging={"by": "link", "path": "next"},
        records="data",
    )
    answer = fetch(source, archive)
    assert answer.records == 3
    everything = written(archive.root)
    assert_clean(everything)
    assert b"***" in everything


def test_a_short_key_is_erased_only_by_its_name(
    service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    body = {"url": "/data?key=2024&x=1", "data": [{"tahun": "2024", "jumlah": 2024}]}
    extra = {"auth": "api_key", "name": "key", "in": "query"}
    source = web(service.on("/data", Reply(body)), connection=connect(password="2024", extra=extra))
    assert fetch(source, archive).archived
    everything = written(archive.root)
    assert b"key=2024" not in everything
    assert b'"tahun": "2024", "jumlah": 2024' in everything


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_secret_across_two_pieces_is_erased(size: int) -> None:
    eraser = Eraser({b"rahasia-sekali", b"sekali"})
    text = b"a rahasia-sekali b sekali c rahasia-" + b"sekali"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    clean = b"".join([*map(eraser.feed, pieces), eraser.end()])
    assert b"sekali" not in clean
    assert clean.startswith(b"a ")
    assert clean.count(b"***") == 3
