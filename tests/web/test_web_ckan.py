"""CKAN: a resource by its id or its name, from the datastore or as a file, in either envelope."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from servers.http import Reply, Request, WebService
from web_sources import SAMPLES, ckan, fetch, needs_samples, read, rows

from etl.extract.answers import same_records
from etl.extract.archive import Archive
from etl.findings import Owner, Refused, SourceUnavailable

ID = "dca96dfb-9c3b-49c2-930e-dbb2486100e7"
ROWS = [
    {"_id": no, "desa": f"Desa {no}", "jumlah": str(no * 10), "rasio": no / 4} for number in [0] for no in range(1, 31)
]


def portal(service: WebService, resources: list[dict[str, Any]], most: int = 7, first_id: int = 0) -> None:
    """A small CKAN: package_show, resource_show and datastore_search, giving at most `most` records at a time."""
    api = "/portal/api/3/action"

    def package(request: Request) -> Reply:
        if request.query["id"] != "jumlah-penduduk":
            return missing()
        return Reply({"success": True, "result": {"name": "jumlah-penduduk", "resources": resources}})

    def resource(request: Request) -> Reply:
        found = next((one for one in resources if one["id"] == request.query["id"]), None)
        return Reply({"success": True, "result": found}) if found else missing()

    def search(request: Request) -> Reply:
        assert request.query["resource_id"] == ID
        assert request.query["sort"] == "_id"
        first, limit = int(request.query["offset"]), min(int(request.query["limit"]), most)
        records = [{**row, "_id": row["_id"] + first_id} for row in ROWS[first : first + limit]]
        fields = [{"id": "_id", "type": "int"}, {"id": "desa", "type": "text"}]
        return Reply(
            {"success": True, "result": {"fields": fields, "records": records, "total": len(ROWS), "limit": limit}}
        )

    service.on(f"{api}/package_show", package)
    service.on(f"{api}/resource_show", resource)
    service.on(f"{api}/datastore_search", search)


def missing() -> Reply:
    error = {"__type": "Not Found Error", "message": "Tidak ditemukan: dataset"}
    return Reply({"success": False, "error": error}, 404)


def in_datastore(name: str = "Penduduk 2024", active: object = True) -> dict[str, Any]:
    return {"id": ID, "name": name, "datastore_active": active, "url": "http://lain.example/x.csv"}


def test_a_datastore_by_id(service: WebService, archive: Archive) -> None:
    portal(service, [in_datastore()])
    source = ckan(f"{service.url}/portal", ID)
    answer = fetch(source, archive)
    assert (answer.records, answer.pages, answer.requests, answer.notes) == (30, 5, 6, ())
    sheet = read(answer, source)
    assert rows(sheet)[0] == {"desa": "Desa 1", "jumlah": "10", "rasio": "0.25"}
    assert sheet.number[1] is None  # text stays text, whatever the field's type says
    assert sum(float(row["rasio"] or 0) for row in rows(sheet)) == sum(row["rasio"] for row in ROWS)


def test_a_new_upload_of_the_same_rows_is_no_change(service: WebService, archive: Archive) -> None:
    source = ckan(f"{service.url}/portal/", ID)
    portal(service, [in_datastore()])
    before = fetch(source, archive).archived
    portal(service, [in_datastore()], first_id=1000)
    now = fetch(source, archive).archived
    assert before and now
    assert before.sha256 != now.sha256
    assert same_records(before.path, now.path, source)


def test_a_resource_by_its_name(service: WebService, archive: Archive) -> None:
    other = {"id": "x", "name": "Penduduk 2023", "datastore_active": False, "url": "/unduh/2023.csv"}
    portal(service, [other, in_datastore()])
    assert fetch(ckan(f"{service.url}/portal", "jumlah-penduduk/*2024*"), archive).records == 30
    for pattern, says in (("*2022*", "«Penduduk 2023», «Penduduk 2024»"), ("penduduk*", "2 sumber daya")):
        with pytest.raises(Refused) as caught:
            fetch(ckan(f"{service.url}/portal", f"jumlah-penduduk/{pattern}"), archive)
        (finding,) = caught.value.findings
        assert (finding.rule, finding.owner) == ("sumber_daya_ckan", Owner.DISKOMINFO)
        assert says in finding.message


def test_a_file_on_the_portal(service: WebService, archive: Archive) -> None:
    url = service.on("/unduh/penduduk.csv", Reply("Desa;Jumlah\nTepian;3\n", type="text/csv", headers={"ETag": '"1"'}))
    portal(service, [{"id": ID, "name": "Penduduk", "datastore_active": False, "url": url}])
    source = ckan(f"{service.url}/portal", ID)
    answer = fetch(source, archive)
    assert rows(read(answer, source)) == [{"Desa": "Tepian", "Jumlah": "3"}]
    assert answer.archived
    service.on("/unduh/penduduk.csv", lambda r: Reply(status=304) if "if-none-match" in r.headers else Reply("x"))
    assert fetch(source, archive, answer.archived.path).archived is None


def test_a_json_file_on_the_portal_is_no_datastore(service: WebService, archive: Archive) -> None:
    body = json.dumps({"data": [{"_id": 1, "desa": "Tepian"}]})
    url = service.on("/unduh/a.json", Reply(body))
    portal(service, [{"id": ID, "name": "A", "url": url}])
    source = ckan(f"{service.url}/portal", ID)
    assert rows(read(fetch(source, archive), source)) == [{"_id": "1", "desa": "Tepian"}]


def test_a_file_elsewhere_is_refused_with_what_to_do(service: WebService, archive: Archive) -> None:
    portal(service, [in_datastore(active=False)])
    with pytest.raises(Refused) as caught:
        fetch(ckan(f"{service.url}/portal", ID), archive)
    (finding,) = caught.value.findings
    assert finding.rule == "berkas_di_server_lain"
    assert "lain.example" in finding.message
    assert "kind: web" in finding.action


def test_errors_of_a_portal(service: WebService, archive: Archive) -> None:
    portal(service, [])
    with pytest.raises(Refused, match=r"alamat_tidak_ditemukan.*Tidak ditemukan: dataset"):
        fetch(ckan(f"{service.url}/portal", "salah/x"), archive)
    service.on("/portal/api/3/action/package_show", Reply({"success": False, "error": {"message": "basis data mati"}}))
    with pytest.raises(SourceUnavailable, match="basis data mati"):
        fetch(ckan(f"{service.url}/portal", "salah/x"), archive)
    service.on("/portal/api/3/action/package_show", Reply({"apa": "saja"}))
    with pytest.raises(Refused, match="bukan_ckan"):
        fetch(ckan(f"{service.url}/portal", "salah/x"), archive)


@needs_samples
def test_data_go_id(service: WebService, archive: Archive, tmp_path: Path) -> None:
    """Its envelope says `status: 200 OK`; its file lies on the portal that it harvested."""
    sent = json.loads((SAMPLES / "datagoid_package_show_redacted.json").read_bytes())
    service.on("/api/3/action/package_show", Reply(sent))
    source = ckan(service.url, "angka-kematian-ibu-aki14/*KECAMATAN*")
    with pytest.raises(Refused, match=r"berkas_di_server_lain.*data\.kamparkab\.go\.id"):
        fetch(source, archive)
    workbook = (SAMPLES.parent / "statistik" / "data_posyandu.xlsx").read_bytes()
    sent["result"]["resources"][0]["url"] = service.on("/unduh.xlsx", Reply(workbook, type="application/octet-stream"))
    assert read(fetch(source, archive), source).n_rows > 10
