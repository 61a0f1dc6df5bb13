"""Questions that mean harm, or nothing: answered with a plain problem, never an error, never what is not public."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

LISTS = (
    "dataset", "dataset/disdukcapil.penduduk/angka", "dataset/bpkad.rak/angka", "dataset/dinkes.kinerja/angka", "rilis",
    "dataset/disdukcapil.penduduk/rilis", "dataset/disdukcapil.penduduk/revisi", "indikator", "wilayah",
    "skpd", "program",
    "kinerja", "rekonsiliasi", "kalender",
)  # fmt: skip
HARM = (
    "' OR 1=1 --", '"; DROP TABLE dw.fakta_indikator; --', "%s", "%(dataset)s", "{0.__class__}", "{{7*7}}", "${7*7}",
    "{% debug %}", "\0", "a\0b", "../../etc/passwd", "\ud7ff", "９", "-1", "1e9", "9" * 400, "0x10", "NaN",
    "infinity", "null",
    "[]", "'", "\\", "%", "_", "<script>alert(1)</script>", "\r\nX-Evil: 1", "pg_sleep(10)",
    ") UNION SELECT * FROM pg_shadow",
)  # fmt: skip
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def api(site):
    with httpx.Client(base_url=f"{site}/api/v1/", timeout=60) as client:
        yield client


def sane(answer):
    """Answered or refused, in the API's own words."""
    assert answer.status_code in (200, 400, 403, 404), (answer.request.url, answer.status_code, answer.text[:300])
    if answer.status_code != 200:
        assert answer.headers["content-type"] == PROBLEM
        said = answer.json()
        assert said["status"] == answer.status_code
        assert said["detail"]
    for secret in ("psycopg2", "Traceback", "pg_catalog", "dw.", "audit.", "SELECT"):
        assert secret not in json.dumps(answer.json().get("data", [])) if answer.status_code == 200 else True
    assert "x-evil" not in answer.headers
    return answer


@pytest.mark.parametrize("address", LISTS)
def test_any_parameter_may_hold_anything(api, address):
    document = api.get("openapi.json").json()
    template = "/" + address.replace("disdukcapil.penduduk", "{dataset}").replace("bpkad.rak", "{dataset}")
    operation = document["paths"][template.replace("dinkes.kinerja", "{dataset}")]["get"]
    names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    for number, text in enumerate(HARM):
        asked = {names[number % len(names)]: text, names[(number + 1) % len(names)]: text}
        sane(api.get(address, params=asked))
    sane(api.get(address, params={text: text for text in HARM}))


def test_any_path_may_hold_anything(api):
    for text in HARM:
        quoted = httpx.URL("http://x/").copy_with(params={"a": text}).query.decode().removeprefix("a=")
        quoted = quoted.replace("+", "%20").replace("/", "%2F")
        for address in (
            "dataset/{}",
            "dataset/{}/angka",
            "indikator/{}",
            "wilayah/{}",
            "skpd/{}",
            "angka/{}/64.08/2024",
            "{}",
        ):
            assert sane(api.get(address.format(quoted))).status_code == 404


def forged(*said):
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize("address", LISTS)
def test_a_forged_place_is_refused(api, address):
    places = [
        forged(), forged(None), forged(None, *["x"] * 9), forged(None, None), forged(None,
        1), forged({}),
        forged("2026-01-01", "a", "b", "c", "d\0"), forged("x" * 50, "a", "b", "c", "d"), forged(None, ["a"], "b"),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(), "=", "é", "A", "a" * 5000,
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
    ]  # fmt: skip
    for place in places:
        answer = sane(api.get(address, params={"setelah": place}))
        assert answer.status_code == 400, (address, place)


def test_a_place_of_the_wrong_kind_is_refused_by_the_database(api):
    for address, place in (
        ("rilis", forged(None, "bukan waktu", "1")),
        ("rilis", forged(None, "2026-01-01", "9" * 40)),
        ("kalender", forged(None, "2026-13-45", "a", "b")),
        ("dataset/disdukcapil.penduduk/angka", forged("bukan waktu", "a", "b", "c", "d")),
        ("dataset?format=csv&urut=terbaru", forged(None, "satu", "a")),
    ):
        mark = "&" if "?" in address else "?"
        assert sane(api.get(f"{address}{mark}setelah={place}")).status_code == 400


def test_a_percent_sign_is_a_letter(api):
    """What is put into a statement once is not read for parameters again."""
    for place in (forged(None, "%", "%s", "%(ukuran)s", "%%"), forged(None, "a", "2024", "64.08", "100%")):
        assert sane(api.get("dataset/disdukcapil.penduduk/angka", params={"setelah": place})).status_code == 200


def test_the_last_of_all_pages_is_empty(api):
    place = forged(None, "zzz", "zzz", "zzz", "zzz")
    assert api.get("dataset/disdukcapil.penduduk/angka", params={"setelah": place}).json()["data"] == []


def test_what_is_allowed_is_told(api):
    said = api.get("dataset?foo=1&tahun=abad&tingkat=rt&urut=judul&urut=terbaru").json()
    assert [fault["parameter"] for fault in said["kesalahan"]] == ["foo", "urut", "tahun", "tingkat"]
    assert "q" in said["kesalahan"][0]["pilihan"]
    assert "kecamatan" in said["kesalahan"][3]["pilihan"]
    angka = "dataset/disdukcapil.penduduk/angka"
    for query, parameter, option in (
        ("indikator=tidak.ada", "indikator", "penduduk.jumlah"),
        ("rincian.agama=x", "rincian.agama", "rincian.jenis_kelamin"),
        ("rincian.jenis_kelamin=X", "rincian.jenis_kelamin", "L"),
        ("wilayah=99.99", "wilayah", "64.08"),
    ):
        (fault,) = api.get(f"{angka}?{query}").json()["kesalahan"]
        assert fault["parameter"] == parameter
        assert option in fault["pilihan"]
    for query in ("skpd=xx", "urusan=9.99"):
        (fault,) = api.get(f"dataset?{query}").json()["kesalahan"]
        assert len(fault["pilihan"]) > 3
    for address in ("rilis?dataset=tidak.ada", "kalender?skpd=xx"):
        assert api.get(address).status_code == 400


def test_what_is_too_long_too_large_or_of_another_form(api):
    assert api.get("dataset", params={"q": "a" * 40_000}).status_code == 414
    assert api.request("GET", "dataset", content=b"x" * 100).status_code == 413
    assert api.get("dataset", headers={"Accept": "text/html"}).status_code == 406
    assert api.get("dataset", headers={"Accept": "text/csv"}).status_code == 406
    for accept, query in (
        ("text/csv", "?format=csv"),
        ("*/*", ""),
        ("text/html, application/json;q=0.5", ""),
        ("application/*", ""),
    ):
        assert api.get(f"dataset{query}", headers={"Accept": accept}).status_code == 200
    refused = api.get("dataset", headers={"Host": "evil.example"})
    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)
    assert api.get("dataset?ukuran=10001").status_code == 400
    assert api.get("dataset?ukuran=0").status_code == 400
