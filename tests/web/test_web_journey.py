"""From a web service to released figures: asked again, changed, revised, broken; and a figure of BPS beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from servers.http import Reply, Request, WebService

from tests.warehouse.regency import Regency

CONTRACT = """\
id: dinkes.puskesmas
title: Jumlah puskesmas menurut kecamatan
description: Puskesmas yang beroperasi pada 31 Desember.
producer: dinkes
urusan: "1.02"
access: terbuka
calendar: {period: tahunan, due_days: 90}
source: SOURCE
load: periode
layout:
  - header: {row: 1}
columns:
  kecamatan: {role: wilayah, scheme: SCHEME, level: kecamatan, aliases: [lokasi.kecamatan, vervar_kode]}
  tahun: {role: periode, aliases: [tahun]}
  puskesmas: {role: ukuran, indikator: kesehatan.puskesmas, aliases: [jumlah, nilai]}
TEXTS
indikator:
  kesehatan.puskesmas: {nama: Jumlah puskesmas, konsep: Fasilitas, definisi: Puskesmas yang beroperasi., satuan: unit}
rules:
  - {rule: not_negative, columns: [puskesmas], severity: tolak}
release: {policy: otomatis}
"""


@pytest.fixture
def regency(tmp_path: Path, warehouse_dsn: str) -> Regency:
    return Regency(tmp_path, warehouse_dsn)


def use(regency: Regency, source: dict[str, object], scheme: str = "nama", texts: tuple[str, ...] = ()) -> None:
    block = json.dumps({"per_minute": 6000, "timeout_seconds": 5} | source)
    columns = "\n".join(f"  {name}: {{role: teks, aliases: [{name}]}}" for name in texts)
    regency.contract(CONTRACT.replace("SOURCE", block).replace("SCHEME", scheme).replace("TEXTS", columns))


def answers(figures: dict[str, int]) -> list[dict[str, object]]:
    return [{"lokasi": {"kecamatan": name}, "tahun": 2024, "jumlah": number} for name, number in figures.items()]


def test_a_web_service_as_its_walidata_lives_it(regency: Regency, service: WebService) -> None:
    stamp, figures = "senin", {"Muara Ancalong": 1, "Muara Wahau": 2, "Sangatta Utara": 4}

    def route(request: Request) -> Reply:
        first = int(request.query["offset"])
        return Reply({"pada": stamp, "total": len(figures), "data": answers(figures)[first : first + 2]})

    paging = {"by": "offset", "size": 2}
    use(
        regency,
        {"kind": "web", "url": service.on("/api", route), "paging": paging, "total": "total", "records": "data"},
    )
    (outcome,) = regency.go()
    assert (outcome.status, outcome.received, outcome.loaded) == ("dirilis", 3, 3)
    released = {("64.08.01", "2024"): 1.0, ("64.08.02", "2024"): 2.0, ("64.08.04", "2024"): 4.0}
    assert regency.figures() == released

    assert regency.go() == []
    stamp = "selasa"
    assert regency.go() == [], "only the time stamp in the answer changed"

    figures["Muara Wahau"] = 3
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded, outcome.unchanged) == ("dirilis", 1, 2)
    assert regency.figures() == released | {("64.08.02", "2024"): 3.0}

    service.on("/api", Reply({"status": "Error", "message": "sedang dipelihara"}))
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("sumber_gagal", 0)
    assert "sedang dipelihara" in outcome.findings[0]
    assert regency.figures() == released | {("64.08.02", "2024"): 3.0}, "nothing is lost while the service is away"


def test_a_figure_of_bps(regency: Regency, service: WebService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BPS_WEBAPI", json.dumps({"conn_type": "http", "password": "kunci-rahasia-bps"}))

    def webapi(request: Request) -> Reply:
        assert request.query["key"] == "kunci-rahasia-bps"
        if request.query["model"] == "th":
            return Reply({"status": "OK", "data": [{"page": 1, "pages": 1}, [{"th_id": 124, "th": "2024"}]]})
        return Reply(
            {
                "status": "OK",
                "data-availability": "available",
                "var": [{"val": 31, "label": "Puskesmas", "unit": "Unit"}],
                "turvar": [{"val": 0, "label": "Tidak ada"}],
                "vervar": [{"val": 6404010, "label": "<b>Muara Ancalong</b>"}, {"val": 6404011, "label": "Busang"}],
                "tahun": [{"val": 124, "label": "2024"}],
                "turtahun": [{"val": 0, "label": "Tahun"}],
                "datacontent": {"64040103101240": 7, "64040113101240": 5},
            }
        )

    service.on("/v1/api/list", webapi)
    source = {"kind": "bps", "url": f"{service.url}/v1/api", "connection": "bps_webapi", "domain": "6404", "var": "31"}
    told = ("vervar", "var", "satuan", "turvar", "turvar_kode", "turtahun", "turtahun_kode")
    use(regency, source, scheme="bps", texts=told)
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 2)
    assert regency.figures() == {("64.08.01", "2024"): 7.0, ("64.08.06", "2024"): 5.0}
    home = b"".join(path.read_bytes() for path in regency.settings.home.rglob("*") if path.is_file())
    assert b"kunci-rahasia-bps" not in home
