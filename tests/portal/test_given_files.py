"""Published files given out: whole, in parts, unchanged, and never those of a dataset that was closed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import httpx
import psycopg2
import pytest

from etl.publish.generation import finish, unfinished
from portal import exports
from tests.portal.conftest import reader_dsn, served

FILE = "/unduh/dinkes.fasilitas_kesehatan/dinkes.fasilitas_kesehatan.csv"


@pytest.fixture(scope="module")
def folder(demo_regency) -> Path:
    return demo_regency.settings.exports / "dinkes.fasilitas_kesehatan" / "terkini"


def test_every_file_is_given_as_its_checksum_says(site, folder):
    sums = httpx.get(f"{site}/unduh/dinkes.fasilitas_kesehatan/SHA256SUMS")
    assert sums.text == (folder / "SHA256SUMS").read_text()
    listed = [line.split("  ") for line in sums.text.splitlines()]
    assert len(listed) == 8
    for digest, name in listed:
        answer = httpx.get(f"{site}/unduh/dinkes.fasilitas_kesehatan/{name}")
        assert hashlib.sha256(answer.content).hexdigest() == digest
        assert answer.headers["etag"] == f'"{digest[:32]}"'
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["access-control-allow-origin"] == "*"
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert httpx.get(f"{site}{FILE}").headers["content-type"] == "text/csv"


def test_a_head_has_the_same_headers_and_no_body(site):
    head, got = httpx.head(site + FILE), httpx.get(site + FILE)
    assert head.content == b"" and head.headers["content-length"] == got.headers["content-length"]
    assert head.headers["etag"] == got.headers["etag"]


def test_what_has_not_changed_is_not_sent_again(site):
    first = httpx.get(site + FILE)
    for name, value in (
        ("If-None-Match", first.headers["etag"]),
        ("If-Modified-Since", first.headers["last-modified"]),
    ):
        again = httpx.get(site + FILE, headers={name: value})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert httpx.get(site + FILE, headers={"If-None-Match": '"lain"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, None), ("bytes=-7", -7, None), ("bytes=5-99999999", 5, None)],
)
def test_a_part_of_a_file(site, folder, asked, first, last):
    whole = (folder / "dinkes.fasilitas_kesehatan.csv").read_bytes()
    part = httpx.get(site + FILE, headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole[first : last + 1 if last else None]
    start = first % len(whole)
    assert part.headers["content-range"] == f"bytes {start}-{start + len(part.content) - 1}/{len(whole)}"


def test_parts_that_make_no_sense(site, folder):
    size = (folder / "dinkes.fasilitas_kesehatan.csv").stat().st_size
    beyond = httpx.get(site + FILE, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=9-1", "bytes=-", "lines=1-2", "bytes=0-1,4-5", "bytes=a-b"):
        assert len(httpx.get(site + FILE, headers={"Range": asked}).content) == size


def test_a_part_of_another_version_is_the_whole_of_this_one(site):
    tag = httpx.get(site + FILE).headers["etag"]
    assert httpx.get(site + FILE, headers={"Range": "bytes=0-1", "If-Range": tag}).status_code == 206
    assert httpx.get(site + FILE, headers={"Range": "bytes=0-1", "If-Range": '"dulu"'}).status_code == 200
    assert httpx.get(site + FILE, headers={"Range": "bytes=0-1", "If-Range": "bukan tanggal"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "dinkes.fasilitas_kesehatan/tidak-ada.csv",
        "dinkes.fasilitas_kesehatan/..%2f..%2fdata.json",
        "dinkes.fasilitas_kesehatan/%2e%2e",
        "dinkes.fasilitas_kesehatan/.baru",
        "dinkes.fasilitas_kesehatan/a%00b",
        "dinkes.fasilitas_kesehatan%00/SHA256SUMS",
        "dinkes.fasilitas_kesehatan%2fterkini/SHA256SUMS",
        "../dinkes.fasilitas_kesehatan/SHA256SUMS",
        "dinsos.penerima_bansos/SHA256SUMS",
        "formulir/SHA256SUMS",
        "%25s/SHA256SUMS",
    ],
)
def test_nothing_else_is_given(site, path):
    assert httpx.get(httpx.URL(f"{site}/unduh/").copy_with(raw_path=f"/unduh/{path}".encode())).status_code == 404


def test_catalogues_are_the_published_ones(site, demo_regency):
    for name, kind in (("data.json", "application/json"), ("catalog.jsonld", "application/ld+json")):
        answer = httpx.get(f"{site}/{name}")
        assert answer.content == (demo_regency.settings.exports / name).read_bytes()
        assert answer.headers["content-type"] == kind
        assert answer.headers["access-control-allow-origin"] == "*"
        assert httpx.get(f"{site}/{name}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert httpx.options(f"{site}/data.json").status_code == 204


def test_closing_wins_over_files_that_still_lie_there(own_demo_regency, folder, tmp_path):
    settings = own_demo_regency.settings
    with served(reader_dsn(settings.dsn), folder.parents[2], tmp_path) as site:
        assert httpx.get(site + FILE).status_code == 200
        name = "dinkes-fasilitas_kesehatan"
        package = httpx.get(f"{site}/api/3/action/package_show?id={name}").json()["result"]
        (stored,) = [one["id"] for one in package["resources"] if one["datastore_active"]]
        search, flow = f"{site}/api/3/action/datastore_search?resource_id={stored}", f"{site}/sdmx/data/{name.upper()}"
        feed = f"{site}/dataset/dinkes.fasilitas_kesehatan/rilis.atom"
        assert [httpx.get(one).status_code for one in (search, flow)] == [200, 200]
        assert "<entry>" in httpx.get(feed).text
        with psycopg2.connect(settings.dsn) as conn, conn.cursor() as cursor:
            cursor.execute(
                "UPDATE dw.dim_dataset SET akses = 'terbatas', dasar_akses = 'UU 27/2022' WHERE dataset = %s",
                ("dinkes.fasilitas_kesehatan",),
            )
        assert (folder / "SHA256SUMS").is_file()
        assert httpx.get(site + FILE).status_code == 404
        assert httpx.get(site + FILE.replace("fasilitas_kesehatan", "kinerja")).status_code == 200
        assert [httpx.get(one).status_code for one in (search, flow)] == [404, 404]
        assert "<entry>" not in httpx.get(feed).text
        package = httpx.get(f"{site}/api/3/action/package_show?id={name}").json()["result"]
        assert package["isopen"] is False and [one["format"] for one in package["resources"]] == ["HTML"]
        assert {"key": "dasar_akses", "value": "UU 27/2022"} in package["extras"]
        assert name.upper() not in httpx.get(f"{site}/sdmx/dataflow").text


def _generation(place: Path, content: str, moment) -> Path:
    with unfinished(place) as folder:
        (folder / "a.b.csv").write_text(content)
        return finish(folder, moment)[0]


@pytest.fixture
def place(tmp_path, settings_of_exports):
    return settings_of_exports / "a.b"


@pytest.fixture
def settings_of_exports(tmp_path, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "EXPORTS", tmp_path)
    return tmp_path


def test_a_release_during_a_download_leaves_it_consistent(place):
    from datetime import UTC, datetime

    old = _generation(place, "lama\n" * 5000, datetime(2026, 1, 1, tzinfo=UTC))
    opened = exports.open_file("a.b", "a.b.csv")
    assert opened is not None
    with opened.stream:
        assert opened.stream.read(10) == b"lama\nlama\n"
        _generation(place, "baru\n" * 9000, datetime(2026, 1, 2, tzinfo=UTC))
        for file in old.iterdir():
            file.unlink()
        assert opened.stream.read() == b"lama\n" * 4998
    later = exports.open_file("a.b", "a.b.csv")
    assert later is not None and later.tag != opened.tag
    with later.stream:
        assert later.stream.read() == b"baru\n" * 9000


def test_links_lead_nowhere(place, settings_of_exports):
    from datetime import UTC, datetime

    secret = settings_of_exports / "rahasia.txt"
    secret.write_text("rahasia")
    generation = _generation(place, "1\n", datetime(2026, 1, 1, tzinfo=UTC))
    (generation / "a.b.csv").unlink()
    (generation / "a.b.csv").symlink_to(secret)
    assert exports.open_file("a.b", "a.b.csv") is None
    (generation / "a.b.csv").unlink()
    os.mkfifo(generation / "a.b.csv")
    assert exports.open_file("a.b", "a.b.csv") is None
    (place / "terkini").unlink()
    (place / "terkini").symlink_to(settings_of_exports)
    assert exports.open_file("a.b", "rahasia.txt") is None
    (settings_of_exports / "data.json").symlink_to(secret)
    assert exports.open_catalogue("data.json") is None
