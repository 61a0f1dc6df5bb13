"""A release while somebody reads: who has begun goes on with what it was, who begins has what it is."""

from __future__ import annotations

import httpx

from etl.pipeline import run
from tests.portal.conftest import reader_dsn, served

ADDRESS = "/api/v1/dataset/disdukcapil.penduduk/angka"
REVISION = "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx"


def test_a_walk_through_the_pages_stays_in_the_release_it_began_in(own_demo_regency, tmp_path):
    settings = own_demo_regency.settings
    with served(reader_dsn(settings.dsn), settings.home, tmp_path) as site, httpx.Client(timeout=60) as client:

        def rows(address):
            found, page = [], client.get(address).json()
            while True:
                found += page["data"]
                if page["berikutnya"] is None:
                    return found
                page = client.get(page["berikutnya"]).json()

        before = rows(f"{site}{ADDRESS}?ukuran=10000")
        tag = client.get(f"{site}{ADDRESS}?ukuran=10000").headers["etag"]
        first = client.get(f"{site}{ADDRESS}?ukuran=100").json()

        own_demo_regency.drop("revisi", REVISION)
        (outcome,) = run(settings, dataset="disdukcapil.penduduk")
        assert (outcome.status, outcome.loaded) == ("dirilis", 4)

        assert first["data"] + rows(first["berikutnya"]) == before
        after = client.get(f"{site}{ADDRESS}?ukuran=10000", headers={"If-None-Match": tag})
        assert after.status_code == 200, "changed"
        key = ("indikator", "wilayah", "periode", "rincian")
        changed = [
            (old["nilai"], new["nilai"]) for old, new in zip(before, after.json()["data"], strict=True) if old != new
        ]
        assert len(changed) == 4
        assert [tuple(row[name] for name in key) for row in before] == [
            tuple(row[name] for name in key) for row in after.json()["data"]
        ]
        released = before[0]["dirilis_pada"]
        as_of = client.get(
            f"{site}{ADDRESS}", params={"ukuran": 10000, "pada": max(row["dirilis_pada"] for row in before)}
        )
        assert as_of.json()["data"] == before, released
        revised = client.get(f"{site}{ADDRESS.replace('angka', 'revisi')}").json()["data"]
        assert {(row["nilai_lama"], row["nilai_baru"]) for row in revised} == set(changed)
