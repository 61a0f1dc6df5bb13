"""Nothing that is not released, not open or hidden is in any answer, whatever is asked; and nothing breaks the site."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg2
import psycopg2.extensions
import pytest

from tests.demo import Demo
from tests.portal.conftest import reader_dsn, served
from tests.portal.hostile import VALUES, Answer, Client, filled, questions

OPEN, CLOSED, WAITING, HIDDEN = "16180339887", "31415926535", "27182818284", "14142135623"
"""Numbers that stand nowhere else: of an open figure, a closed dataset, a waiting submission, a hidden cell."""
CELL = ("penduduk_umur.jumlah", "64.08.04", "2023", "umur=0-4|jenis_kelamin=L")
SHUT = "dtphp.populasi_ternak"
NOT_THERE = 501
"""What SDMX REST wants said of a parameter that a service does not have."""
IGNORED = (
    "X_Forwarded_Host X_Forwarded_Proto X_HTTP_Method_Override X_Original_URL Cookie Accept_Language Accept "
    "If_None_Match If_Modified_Since Referer User_Agent"
).split()
INTERNAL = ("Traceback (most recent", "psycopg2", "django.", 'File "/', "DETAIL:", "SATUDATA_", "root:x:0")


class Walled(NamedTuple):
    """site: served over a regency with the numbers above planted. log: what the server wrote."""

    site: str
    demo: Demo
    log: Path


@pytest.fixture(scope="module")
def walled(module_own_demo_regency: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    demo = module_own_demo_regency
    with closing(psycopg2.connect(demo.settings.dsn)) as owner, owner, owner.cursor() as cursor:
        _plant(cursor)
    for file in (demo.settings.exports / SHUT).iterdir():
        if file.is_file():
            file.write_text(f"nilai\n{CLOSED}\n")
    folder = tmp_path_factory.mktemp("situs")
    with served(reader_dsn(demo.settings.dsn), demo.settings.home, folder) as site:
        yield Walled(site, demo, folder / "situs.log")


def _plant(cursor: psycopg2.extensions.cursor) -> None:
    key = "kode_kabkota, indikator_id, wilayah_id, periode_id, rincian_id"
    cell = f"""({key}) IN (SELECT {key} FROM dw.angka_indikator
        WHERE (indikator, wilayah, periode, rincian) = (%s, %s, %s, %s))"""
    cursor.execute(f"UPDATE dw.fakta_indikator SET nilai = {HIDDEN} WHERE {cell}", CELL)
    assert cursor.rowcount == 1
    cursor.execute(
        f"""INSERT INTO dw.penyamaran ({key}, alasan, submission_id)
        SELECT {key}, 'kecil', submission_id FROM dw.fakta_indikator WHERE {cell}""",
        CELL,
    )
    cursor.execute(f"UPDATE dw.fakta_indikator SET nilai = {OPEN} WHERE {cell}", (CELL[0], "64.08.05", *CELL[2:]))
    assert cursor.rowcount == 1
    cursor.execute(
        f"""UPDATE dw.fakta_indikator SET nilai = {CLOSED} WHERE (kode_kabkota, indikator_id) IN
        (SELECT kode_kabkota, indikator_id FROM dw.dim_indikator WHERE dataset = %s)""",
        (SHUT,),
    )
    assert cursor.rowcount > 0
    cursor.execute("UPDATE dw.dim_dataset SET akses = 'terbatas' WHERE dataset = %s", (SHUT,))
    cursor.execute(f"UPDATE staging.figur SET nilai = {WAITING}")
    assert cursor.rowcount > 0


def told(answer: Answer) -> str:
    """The body as text with the marks between thousands taken out; workbooks and data packages opened, Parquet read."""
    body = answer.body
    kind = answer.headers.get("Content-Type", "")
    if body[:4] == b"PAR1":
        import pyarrow.parquet

        body = pyarrow.parquet.read_table(io.BytesIO(body)).to_pandas().to_csv().encode()
    elif body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    assert "gzip" not in kind
    return re.sub(r"(?<=\d)[.,](?=\d{3})", "", body.decode("utf-8", "replace"))


def leaks(answer: Answer) -> list[str]:
    """Numbers that were not to be told, and sums in which they are."""
    text = told(answer)
    return [number for number in (CLOSED, WAITING, HIDDEN) if re.search(rf"{number[:5]}\d{{6}}(?!\d)", text)]


def test_planted_numbers_are_there_to_be_found(walled: Walled):
    """The owner sees them; the public sees the open one, on the page and in every form of download."""
    planted = [OPEN, CLOSED, HIDDEN]
    seen = walled.demo.query(
        "SELECT DISTINCT nilai::bigint::text FROM dw.fakta_indikator WHERE nilai = ANY (%s::numeric[])", planted
    )
    assert {value for (value,) in seen} == set(planted)
    client = Client(walled.site)
    page = "/dataset/disdukcapil.penduduk_umur"
    layout = "?baris=wilayah&kolom=jenis_kelamin&umur=0-4&rincian.umur=0-4"
    assert OPEN in told(client.ask(page + layout))
    for form in ("csv", "json", "xlsx", "parquet"):
        answer = client.ask(f"{page}/unduh.{form}{layout}")
        assert answer.status == 200
        assert OPEN in told(answer), form
        assert leaks(answer) == [], form


def test_nothing_walled_is_told_and_nothing_breaks(walled: Walled):
    client = Client(walled.site)
    wrong = []
    asked = 0
    for target in questions():
        answer = client.ask(target)
        asked += 1
        faults = [word for word in INTERNAL if word.encode() in answer.body] + leaks(answer)
        if (answer.status >= 500 and answer.status != NOT_THERE) or faults or "Set-Cookie" in answer.headers:
            wrong.append((answer.status, faults, answer.asked))
    assert asked > 2_000
    assert wrong == []
    assert "Traceback" not in walled.log.read_text(), walled.log.read_text()[-3000:]


def test_the_closed_and_the_hidden_are_asked_for_by_name(walled: Walled):
    client = Client(walled.site)
    figure = "/angka/" + "/".join(CELL[:3]) + "/" + CELL[3].replace("=", "%3D").replace("|", "%7C")
    stock = walled.demo.query(
        "SELECT indikator, wilayah, periode, rincian FROM dw.angka_indikator WHERE dataset = %s", SHUT
    )
    closed = "/angka/" + "/".join(str(part).replace("|", "%7C") for part in stock[0])
    of_it = ("", "/sematan", "/rilis.atom", "/unduh.csv", "/unduh.json", "/unduh.xlsx", "/unduh.parquet")
    targets = [
        *(figure, f"/en{figure}", closed, *(f"/dataset/{SHUT}{part}" for part in of_it)),
        *(
            "/",
            "/data",
            "/rilis",
            "/wilayah/64.08.04",
            "/data.json",
            "/catalog.jsonld",
            "/rilis.atom",
            "/sdmx/data/all",
        ),
        *(f"/api/3/action/package_show?id={SHUT}", f"/api/3/action/datastore_search?resource_id={SHUT}"),
        *(f"/api/v1/dataset/{SHUT}", f"/api/v1/dataset/{SHUT}/angka", f"/api/v1/dataset/{SHUT}/angka?pada=2026-11-26"),
        f"/api/v1/dataset/disdukcapil.penduduk_umur/angka?wilayah={CELL[1]}&ukuran=1000",
        "/api/v1" + figure,
    ]
    targets += [f"/unduh/{SHUT}/{file.name}" for file in (walled.demo.settings.exports / SHUT).iterdir()]
    answers = [client.ask(target) for target in targets]
    assert [(one.asked, one.status) for one in answers if one.status >= 500] == []
    assert [(one.asked, leaks(one)) for one in answers if leaks(one)] == []
    assert [(one.asked, one.status) for one in answers if "/unduh" in one.asked and one.status not in (403, 404)] == []
    assert b"*" in client.ask(figure).body


@pytest.mark.parametrize("value", [one for name, one in VALUES.items() if "\n" not in one], ids=lambda one: one[:20])
def test_headers_change_nothing(walled: Walled, value: str):
    """A host that is not ours is refused; no other header has a say in what is answered."""
    client = Client(walled.site)
    text = value.encode("ascii", "ignore").replace(b"\0", b"").decode()[:4000]
    page = filled("/dataset/{dataset}")
    plain = client.ask(page)
    assert client.ask(page, Host=f"{text or 'x'}.example").status == 400
    for name in IGNORED:
        answer = client.ask(page, **{name: text})
        assert (answer.status, answer.body) == (200, plain.body), name
    for name in ("Range", "Accept_Encoding"):
        assert client.ask(page, **{name: text}).status in (200, 206, 416), name


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_no_method_writes_or_breaks(walled: Walled, method: str):
    for target in (
        "/",
        "/data",
        filled("/dataset/{dataset}"),
        "/api/3/action/package_list",
        "/unduh/x/y",
        "/tidak-ada",
    ):
        answer = Client(walled.site).ask(target, method, body=b'{"a": ' + b"[" * 2_000)
        assert answer.status < 500, answer
        assert not any(word.encode() in answer.body for word in INTERNAL)


@pytest.mark.parametrize("path", ["/unduh/", "/unduh/disdukcapil.penduduk_umur/", "/statis/", "/", "/en/statis/"])
def test_no_path_leads_out(walled: Walled, path: str):
    client = Client(walled.site)
    secret = walled.demo.settings.home / "rahasia.txt"
    secret.write_text("hanya untuk kami")
    for up in ("../", "..%2f", "..%252f", "%2e%2e/", "....//", "..\\", "%5c..%5c", "/", "//", ".%00/"):
        for depth in (1, 3, 8):
            for file in ("rahasia.txt", "etc/passwd", "portal/settings.py"):
                answer = client.ask(path + up * depth + file)
                assert 300 <= answer.status < 500, answer.asked
                assert b"hanya untuk kami" not in answer.body
                assert b"root:" not in answer.body
                assert "//" not in answer.headers.get("Location", "")[:2]
