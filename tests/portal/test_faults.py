"""The warehouse goes away and comes back, and releases while people read: the site says what is so, at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import psycopg2
import pytest

from etl.pipeline import run
from tests.demo import Demo
from tests.portal.conftest import LOGIN, reader_dsn, served

PLACE, PERIOD, MEN = "64.08.04.2012", "2024-S2", "jenis_kelamin=L"
ACCOUNT = f"/angka/penduduk.jumlah/{PLACE}/{PERIOD}/{MEN}"
READING = ("/", "/data", "/dataset/disdukcapil.penduduk", ACCOUNT, "/rencana", "/rilis", "/rilis.atom")


@pytest.fixture(scope="module")
def changing(
    module_own_demo_regency: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, Demo]]:
    demo = module_own_demo_regency
    folder = tmp_path_factory.mktemp("situs")
    with (
        served(reader_dsn(demo.settings.dsn), demo.settings.home, folder) as site,
        httpx.Client(base_url=site, timeout=30) as client,
    ):
        yield client, demo
    assert "Traceback" not in (folder / "situs.log").read_text()


def test_the_warehouse_goes_away_and_comes_back(changing: tuple[httpx.Client, Demo], postgres_dsn: str):
    client, demo = changing
    name = psycopg2.extensions.parse_dsn(demo.settings.dsn)["dbname"]
    before = {path: client.get(path) for path in READING}
    assert {answer.status_code for answer in before.values()} == {200}
    with closing(psycopg2.connect(postgres_dsn)) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            for path in READING:
                answer = client.get(path)
                assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True), path
                assert answer.headers["Cache-Control"] == "no-store"
            assert "Gudang data sedang tidak terjangkau" in client.get("/").text
            assert "cannot be reached" in client.get("/en/").text
            assert client.get("/tentang").status_code == 200
            style = before["/"].text.partition('rel="stylesheet" href="')[2].partition('"')[0]
            assert client.get(style).status_code == 200
        finally:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    for path, answer in before.items():
        again = client.get(path)
        assert (again.status_code, again.text) == (200, answer.text), path


def test_a_connection_that_broke_is_not_felt(changing: tuple[httpx.Client, Demo], postgres_dsn: str):
    """The server was restarted between two requests: the next one is answered."""
    client, _ = changing
    with closing(psycopg2.connect(postgres_dsn)) as owner, owner.cursor() as cursor:
        owner.autocommit = True
        for path in READING:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (LOGIN,))
            assert client.get(path).status_code == 200, path


def test_what_was_asked_for_is_not_sent_twice_until_it_is_released_anew(changing: tuple[httpx.Client, Demo]):
    """A ready page stands until the release, and not a moment longer; nobody has to wait for a time to pass."""
    client, demo = changing
    before = client.get(ACCOUNT)
    old = f"{demo.value('penduduk.jumlah', PLACE, PERIOD, MEN):,.0f}".replace(",", ".")
    assert old in before.text
    assert client.get(ACCOUNT, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304

    demo.drop("revisi", "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx")
    (outcome,) = run(demo.settings, dataset="disdukcapil.penduduk")
    assert outcome.status == "dirilis"
    new = f"{demo.value('penduduk.jumlah', PLACE, PERIOD, MEN):,.0f}".replace(",", ".")
    assert new != old

    after = client.get(ACCOUNT, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    assert f'angka">{new} ' in after.text
    assert "Versi sebelumnya" in after.text
