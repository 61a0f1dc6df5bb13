"""One answer of a web service: what is archived, how it reads, and when it counts as unchanged."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from servers.http import Reply, Request, WebService
from web_sources import SAMPLES, fetch, needs_samples, read, rows, web

from etl.extract.answers import MANIFEST, is_bundle, same_records
from etl.extract.archive import Archive
from etl.extract.read import read_sheets
from etl.findings import Refused, SourceUnavailable

RECORDS = [
    {"kecamatan": "Bengalon", "jumlah": 12, "letak": {"lat": 0.5}, "aktif": True, "catatan": None},
    {"kecamatan": "Rantau Pulung", "jumlah": 9007199254740993, "letak": {"lat": -0.25}, "aktif": False, "catatan": "a"},
]


def test_records_are_read_from_the_archive_as_they_were_sent(service: WebService, archive: Archive) -> None:
    source = web(service.on("/data", Reply({"data": RECORDS, "waktu": "2025-01-01"})))
    answer = fetch(source, archive)
    assert (answer.pages, answer.records, answer.requests, answer.notes) == (1, 2, 1, ())
    assert rows(read(answer, source)) == [
        {"kecamatan": "Bengalon", "jumlah": "12", "letak.lat": "0.5", "aktif": "TRUE", "catatan": None},
        {
            "kecamatan": "Rantau Pulung",
            "jumlah": "9007199254740993",
            "letak.lat": "-0.25",
            "aktif": "FALSE",
            "catatan": "a",
        },
    ]


def test_the_same_data_have_the_same_sha256(service: WebService, archive: Archive, tmp_path: Path) -> None:
    source = web(service.on("/data", Reply(RECORDS)), params={"tahun": "2025"})
    first = fetch(source, archive)
    again = fetch(source, Archive(tmp_path / "arsip-lain"))
    assert first.archived and again.archived
    assert first.archived.sha256 == again.archived.sha256
    with zipfile.ZipFile(first.archived.path) as bundle:
        assert bundle.namelist() == [MANIFEST, "0001.json"]
        assert bundle.read("0001.json") == Reply(RECORDS).bytes
        told = json.loads(bundle.read(MANIFEST))
    assert told["alamat"] == f"{service.url}/data?tahun=2025"
    assert is_bundle(first.archived.path)
    assert not list((archive.root / "sementara").iterdir())


def test_a_time_stamp_in_the_answer_is_no_change_of_the_records(service: WebService, archive: Archive) -> None:
    def answer(jumlah: int, waktu: str) -> Path:
        service.on("/data", Reply({"waktu": waktu, "data": [{"desa": "Tepian", "jumlah": jumlah}]}))
        archived = fetch(source, archive).archived
        assert archived
        return archived.path

    source = web(f"{service.url}/data", records="data")
    monday, tuesday, changed = answer(1, "senin"), answer(1, "selasa"), answer(2, "selasa")
    assert monday != tuesday
    assert same_records(monday, tuesday, source)
    assert not same_records(tuesday, changed, source)
    assert not same_records(tuesday, Path(__file__), source)


def test_what_is_the_same_by_etag_is_not_sent_again(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"v1"':
            return Reply(status=304)
        return Reply(RECORDS, headers={"ETag": '"v1"', "Date": "x"})

    source = web(service.on("/data", route))
    first = fetch(source, archive)
    assert first.archived
    again = fetch(source, archive, first.archived.path)
    assert (again.archived, again.requests) == (None, 1)
    other_question = web(f"{service.url}/data", params={"tahun": "2024"})
    assert fetch(other_question, archive, first.archived.path).archived is not None
    assert "if-none-match" not in service.requests[-1].headers


def test_last_modified_serves_where_there_is_no_etag(service: WebService, archive: Archive) -> None:
    when = "Mon, 06 Jan 2025 00:00:00 GMT"

    def route(request: Request) -> Reply:
        if request.headers.get("if-modified-since") == when:
            return Reply(status=304)
        return Reply("desa,jumlah\nTepian,3\n", type="text/csv", headers={"Last-Modified": when})

    source = web(service.on("/data.csv", route))
    first = fetch(source, archive)
    assert first.archived
    assert fetch(source, archive, first.archived.path).archived is None


@pytest.mark.parametrize(
    ("body", "media"),
    [
        ("Kecamatan;Jumlah\nBengalon;12\n", "text/csv; charset=utf-8"),
        ("Kecamatan;Jumlah\nBengalon;12\n".encode("utf-16"), "text/csv"),
        (
            "<?xml version='1.0'?><data><baris><Kecamatan>Bengalon</Kecamatan><Jumlah>12</Jumlah></baris>"
            "<baris><Kecamatan>Kaliorang</Kecamatan><Jumlah>7</Jumlah></baris></data>",
            "text/xml",
        ),
        ('{"Kecamatan": "Bengalon", "Jumlah": 12}\n{"Kecamatan": "Kaliorang", "Jumlah": 7}\n', "application/x-ndjson"),
        ('{"Kecamatan": "Bengalon", "Jumlah": 12}\n{"Kecamatan": "Kaliorang", "Jumlah": 7}\n', "application/json"),
        (
            "<table><tr><th>Kecamatan</th><th>Jumlah</th></tr><tr><td>Bengalon</td><td>12</td></tr></table>",
            "application/vnd.ms-excel",
        ),
    ],
)
def test_files_of_other_kinds_read_as_in_a_folder(
    service: WebService, archive: Archive, body: str | bytes, media: str
) -> None:
    source = web(service.on("/berkas", Reply(body, type=media)))
    answer = fetch(source, archive)
    assert rows(read(answer, source))[0] == {"Kecamatan": "Bengalon", "Jumlah": "12"}


@needs_samples
def test_a_workbook_over_http(service: WebService, archive: Archive) -> None:
    workbook = SAMPLES.parent / "statistik" / "kutim_kemiskinan_2015_2024.xlsx"
    source = web(service.on("/unduh", Reply(workbook.read_bytes(), type="application/octet-stream")))
    answer = fetch(source, archive)
    assert answer.archived
    (here,) = read_sheets(workbook, "x")
    assert read(answer, source).text == here.text


@needs_samples
@pytest.mark.parametrize(
    "name",
    [
        "lkpp_master_satker",
        "lkpp_rup_kegiatan",
        "lkpp_rup_program",
        "lkpp_rup_subkegiatan_1200",
        "lkpp_struktur_anggaran_pd",
    ],
)
def test_lkpp_masters_are_complete(service: WebService, archive: Archive, name: str) -> None:
    sent = json.loads((SAMPLES / f"{name}.json").read_bytes(), parse_float=Decimal)
    source = web(service.on("/lkpp", Reply((SAMPLES / f"{name}.json").read_bytes())))
    answer = fetch(source, archive)
    sheet = read(answer, source)
    assert answer.records == len(sent) == sheet.n_rows - 1
    came = rows(sheet)
    for field in sent[0]:
        numbers = [record[field] for record in sent if type(record.get(field)) in (int, Decimal)]
        texts = [record[field] for record in sent if type(record.get(field)) is str and record[field]]
        if numbers:
            assert sum(Decimal(row[field] or 0) for row in came) == sum(numbers), field
        elif texts:
            assert [row[field] for row in came if row[field]] == texts, field


def test_gzip_is_unpacked_and_cp1252_stated(service: WebService, archive: Archive) -> None:
    import gzip

    body = gzip.compress('{"data": [{"nama": "Café"}]}'.encode("cp1252"))
    source = web(service.on("/data", Reply(body, headers={"Content-Encoding": "gzip"})))
    answer = fetch(source, archive)
    assert rows(read(answer, source)) == [{"nama": "Café"}]
    assert service.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"status": "Error", "message": "Server database mati"}, "Server database mati"),
        ({"success": False, "error": {"message": "Kolom tidak ada"}}, "Kolom tidak ada"),
        ({"error": "terlalu banyak data"}, "terlalu banyak data"),
        ({"status": 500, "pesan": "galat dalam"}, "galat dalam"),
        ({"errors": [{"detail": "tahun salah"}], "data": None}, "tahun salah"),
        ("<invalid_response>Data Kosong, silakan ulangi</invalid_response>", "Data Kosong, silakan ulangi"),
        ("<?xml version='1.0'?>\n<ExceptionReport><Text>layer hilang</Text></ExceptionReport>", "layer hilang"),
    ],
)
def test_an_error_that_comes_as_200_is_an_error(service: WebService, archive: Archive, body: object, says: str) -> None:
    source = web(service.on("/data", Reply(body)))
    with pytest.raises(SourceUnavailable) as caught:
        fetch(source, archive)
    assert caught.value.finding.rule == "layanan_menjawab_galat"
    assert says in caught.value.finding.message


@pytest.mark.parametrize(
    "body",
    [
        {"status": "success", "error": None, "data": RECORDS},
        {"error": False, "code": 200, "data": RECORDS},
        {"errors": [], "rows": RECORDS},
        {"status": "Error bar", "data": RECORDS},
        {"code": 404, "data": RECORDS},
    ],
)
def test_words_of_failure_beside_data_are_no_error(service: WebService, archive: Archive, body: object) -> None:
    assert fetch(web(service.on("/data", Reply(body))), archive).records == 2


def test_success_is_what_the_contract_says(service: WebService, archive: Archive) -> None:
    source = web(service.on("/data", Reply({"meta": {"ok": True}, "data": RECORDS})), success={"meta.ok": "true"})
    assert fetch(source, archive).records == 2
    service.on("/data", Reply({"meta": {"ok": False}, "message": "belum siap", "data": RECORDS}))
    with pytest.raises(SourceUnavailable, match="belum siap"):
        fetch(source, archive)


def test_an_answer_without_records_does_not_replace_the_figures(service: WebService, archive: Archive) -> None:
    for body in ([], {"data": []}, b"", "null"):
        with pytest.raises(SourceUnavailable) as caught:
            fetch(web(service.on("/data", Reply(body))), archive)
        assert caught.value.finding.rule == "jawaban_kosong"
    assert not [path for path in archive.root.rglob("*") if path.is_file()]


def test_where_the_records_are_must_be_plain(service: WebService, archive: Archive) -> None:
    source = web(service.on("/data", Reply({"a": RECORDS, "b": RECORDS})))
    with pytest.raises(Refused, match="letak_data"):
        fetch(source, archive)
    assert fetch(web(f"{service.url}/data", records="b"), archive).records == 2


def test_total_is_compared(service: WebService, archive: Archive) -> None:
    source = web(service.on("/data", Reply({"total": 3, "data": RECORDS})), total="total")
    (note,) = fetch(source, archive).notes
    assert note.rule == "jumlah_tidak_cocok"
    assert "3" in note.message
    service.on("/data", Reply({"total": "2", "data": RECORDS}))
    assert fetch(source, archive).notes == ()


def test_a_connection_without_auth_only_brings_its_certificates(
    service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    source = web(service.on("/data", Reply(RECORDS)), connection=connect(host="127.0.0.1"))
    assert fetch(source, archive).records == 2
    assert "authorization" not in service.requests[0].headers
