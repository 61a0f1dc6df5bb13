"""The BPS WebAPI: samples of its answers replayed as they came, and its keys taken apart without ever guessing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.http import Reply, Request, WebService
from web_sources import SAMPLES, bps, fetch, needs_samples, read, rows

from etl.extract.archive import Archive
from etl.extract.bps import PARTS, decode, is_answer, sheet_of
from etl.extract.read import read_sheets
from etl.findings import Finding, Owner, Refused, SourceUnavailable


def sample(name: str) -> Reply:
    """An answer as it was recorded: body, status and type."""
    recorded = json.loads((SAMPLES / f"{name}.json").read_bytes())
    body = recorded["body"]
    body = body if isinstance(body, str) else json.dumps(body)
    return Reply(body, recorded["status_code"], recorded["content_type"])


def years(*labels: int, page: int = 1, pages: int = 1) -> Reply:
    listed = [{"th_id": label - 1900, "th": str(label)} for label in labels]
    about = {"page": page, "pages": pages, "per_page": 10, "count": len(labels), "total": len(labels)}
    return Reply({"status": "OK", "data-availability": "available", "data": [about, listed]})


def webapi(service: WebService, listing: Any, data: Any) -> str:
    """`/list` of the WebAPI: what it answers to model=th and to model=data."""

    def route(request: Request) -> Any:
        assert request.query["domain"] == "0000"
        reply = {"th": listing, "data": data}[request.query["model"]]
        return reply if isinstance(reply, Reply) else reply(request)

    service.on("/v1/api/list", route)
    return f"{service.url}/v1/api"


def refusal(url: str, archive: Archive, **block: Any) -> Finding:
    with pytest.raises(Refused) as caught:
        fetch(bps(url, domain="0000", **block), archive)
    (finding,) = caught.value.findings
    assert finding.owner is Owner.DISKOMINFO
    return finding


def table(ids: dict[str, list[Any]], values: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"status": "OK", "data-availability": "available", "datacontent": values}
    for part, listed in ids.items():
        document[part] = [{"val": one, "label": f"<b>{part} {one}</b>"} for one in listed]
    return document


# ── samples ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@needs_samples
def test_victims_of_disasters(service: WebService, archive: Archive) -> None:
    url = webapi(service, years(2017, 2018, 2019), sample("bps_data_0000_1804"))
    source = bps(url, domain="0000", var="1804")
    answer = fetch(source, archive)
    assert (answer.records, answer.pages, answer.requests, answer.notes) == (9, 1, 2, ())
    assert service.requests[-1].query["th"] == "117:119"
    sheet = read(answer, source)
    came = rows(sheet)
    assert came[0] == {
        "vervar": "Meninggal dan Hilang",
        "vervar_kode": "1",
        "var": "Jumlah Korban Meninggal, Hilang, dan Terluka Terkena Dampak Bencana",
        "satuan": "Orang",
        "turvar": "Tidak ada",
        "turvar_kode": "0",
        "tahun": "2017",
        "turtahun": "Tahun",
        "turtahun_kode": "0",
        "nilai": "440",
    }
    sent = json.loads(sample("bps_data_0000_1804").bytes)["datacontent"]
    assert sum(int(row["nilai"] or 0) for row in came) == sum(sent.values())
    assert {(row["vervar"], row["tahun"]): int(row["nilai"] or 0) for row in came}[
        ("Menderita dan Mengungsi", "2018")
    ] == 10417179
    assert sheet.number[-1] is not None


@needs_samples
def test_an_answer_dropped_into_a_folder() -> None:
    (sheet,) = read_sheets(SAMPLES / "dynamic_table_detail_fixture.json", "penduduk.json")
    assert [(row["vervar"], row["tahun"], row["nilai"]) for row in rows(sheet)] == [
        ("Pinrang", "1999", "308669"),
        ("Pinrang", "2000", "311595"),
        ("Pinrang", "2001", "312473"),
    ]


@needs_samples
def test_a_bad_key_comes_as_200(service: WebService, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "http", "password": "kunci-yang-salah"}
    monkeypatch.setenv("AIRFLOW_CONN_BPS_WEBAPI", json.dumps(connection))
    url = webapi(service, sample("bps_error_bad_key"), Reply(status=500))
    with pytest.raises(SourceUnavailable) as caught:
        fetch(bps(url, domain="0000", var="31", connection="bps_webapi"), archive)
    finding = caught.value.finding
    assert finding.rule == "akses_ditolak"
    assert "Please re-check your key" in finding.message
    assert "AIRFLOW_CONN_BPS_WEBAPI" in finding.action
    assert service.requests[0].query["key"] == "kunci-yang-salah"
    assert "kunci-yang-salah" not in str(caught.value)


@needs_samples
def test_the_firewall_is_told_by_its_words(service: WebService, archive: Archive) -> None:
    url = webapi(service, sample("bps_error_waf_block_excerpt"), Reply(status=500))
    with pytest.raises(SourceUnavailable) as caught:
        fetch(bps(url, domain="0000", var="31"), archive)
    assert caught.value.finding.rule == "akses_ditolak"
    assert "Perimeter WAF Block Akses ini ditolak" in caught.value.finding.message


@needs_samples
def test_what_bps_does_not_have(service: WebService, archive: Archive) -> None:
    nothing = sample("bps_data_list_not_available")
    finding = refusal(webapi(service, nothing, Reply(status=500)), archive, var="698")
    assert finding.rule == "bps_tidak_tersedia"
    finding = refusal(webapi(service, years(1986, 1987, 1988), nothing), archive, var="698")
    assert finding.rule == "bps_tidak_tersedia"
    assert "1986, 1987, 1988" in finding.message
    finding = refusal(webapi(service, years(2019), nothing), archive, var="698", tahun=["2030"])
    assert "2030" in finding.message
    assert "2019" in finding.message


@needs_samples
def test_a_table_that_is_too_large_is_asked_for_in_parts(service: WebService, archive: Archive) -> None:
    null = sample("bps_data_null_too_large")

    def data(request: Request) -> Reply:
        if ":" in request.query["th"]:
            return null
        year = int(request.query["th"])
        return Reply(table({**IDS, "tahun": [year]}, {f"1310{year}0": year}))

    url = webapi(service, years(2018, 2019, 2020, 2022), data)
    source = bps(url, domain="0000", var="31")
    answer = fetch(source, archive)
    assert [row["nilai"] for row in rows(read(answer, source))] == ["118", "119", "120", "122"]
    assert [request.query.get("th") for request in service.requests[1:]] == [
        "118:120",
        "118",
        "119:120",
        "119",
        "120",
        "122",
    ]
    finding = refusal(webapi(service, years(2018, 2019, 2020), null), archive, var="2096")
    assert finding.rule == "bps_terlalu_besar"
    assert "lebih sedikit" in finding.action


# ── years ────────────────────────────────────────────────────────────────────────────────────────────────────────────

IDS: dict[str, list[Any]] = {"vervar": [1], "var": [31], "turvar": [0], "turtahun": [0]}


def test_years_left_out_are_asked_for_again_and_told(service: WebService, archive: Archive) -> None:
    """A service that gives two years at a time, and has nothing for 2021; its list of years has two pages."""

    def listing(request: Request) -> Reply:
        if request.query.get("page") == "2":
            return years(2018, 2017, page=2, pages=2)
        return years(2021, 2020, 2019, page=1, pages=2)

    def data(request: Request) -> Reply:
        first, _, last = request.query["th"].partition(":")
        given = [year for year in range(int(first), int(last or first) + 1) if year != 121][:2]
        if not given:
            return Reply({"status": "OK", "data-availability": "list-not-available", "data": ""})
        return Reply(table({**IDS, "tahun": given}, {f"1310{year}0": year for year in given}))

    source = bps(webapi(service, listing, data), domain="0000", var="31")
    answer = fetch(source, archive)
    assert [row["nilai"] for row in rows(read(answer, source))] == ["117", "118", "119", "120"]
    assert [note.rule for note in answer.notes] == ["tahun_tidak_ada"]
    assert "2021" in answer.notes[0].message


def test_the_years_and_the_derived_variable_of_the_contract(service: WebService, archive: Archive) -> None:
    def data(request: Request) -> Reply:
        assert request.query["turvar"] == "5"
        return Reply(table({**IDS, "tahun": [119], "turvar": [5]}, {"13151190": "1.234,5"}))

    url = webapi(service, years(2018, 2019, 2020), data)
    source = bps(url, domain="0000", var="31", tahun=["2019", "2031"], turvar="5")
    answer = fetch(source, archive)
    assert service.requests[-1].query["th"] == "119"
    (row,) = rows(read(answer, source))
    assert (row["nilai"], row["vervar"]) == ("1.234,5", "vervar 1")
    assert "2031" in answer.notes[0].message


def test_a_service_that_ignores_the_years_gives_no_figure_twice(service: WebService, archive: Archive) -> None:
    whole = table({**IDS, "tahun": [117, 119]}, {"13101170": 7, "13101190": 9})
    source = bps(webapi(service, years(2017, 2019), Reply(whole)), domain="0000", var="31")
    sheet = read(fetch(source, archive), source)
    assert [row["nilai"] for row in rows(sheet)] == ["7", "9"]
    assert sheet.notes == ()


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_keys_of_any_length_by_joining_only() -> None:
    ids: dict[str, list[Any]] = {
        "vervar": [1, 11, 6404],
        "var": [31],
        "turvar": [0, 10],
        "tahun": [99, 100],
        "turtahun": [0, 61],
    }
    values = {"1310990": 1, "113101000": 2, "6404311010061": 3}
    decoded = decode(table(ids, values))
    assert decoded.findings == []
    assert decoded.keys == [
        ("1", "31", "0", "99", "0"),
        ("11", "31", "0", "100", "0"),
        ("6404", "31", "10", "100", "61"),
    ]
    assert [record["nilai"] for record in decoded.records] == [1, 2, 3]


def test_keys_that_cannot_be_told_are_findings() -> None:
    ids: dict[str, list[Any]] = {"vervar": [1, 13], "var": [31, 1], "turvar": [0], "tahun": [99], "turtahun": [0]}
    values = {"1310990": 1, "13310990": 2, "9310990": 3}
    decoded = decode(table(ids, values), "bps.json")
    assert [finding.rule for finding in decoded.findings] == ["kunci_bps_tak_dikenal", "kunci_bps_ambigu"]
    assert "9310990" in decoded.findings[0].message
    assert "1310990" in decoded.findings[1].message
    assert decoded.keys == [("13", "31", "0", "99", "0")]


def test_an_id_with_two_labels_gives_no_figure() -> None:
    document = table({**IDS, "tahun": [99]}, {"1310990": 5})
    document["vervar"].append({"val": 1, "label": "Lain"})
    decoded = decode(document)
    assert (decoded.records, [finding.rule for finding in decoded.findings]) == ([], ["kunci_bps_ambigu"])


def test_labels_are_made_plain() -> None:
    document = table({**IDS, "tahun": [99]}, {"1310990": 5})
    document["vervar"][0]["label"] = " <b>KUTAI&nbsp;TIMUR</b><br>  (&lt;5 tahun) <5 dan >60 "
    assert decode(document).records[0]["vervar"] == "KUTAI TIMUR (<5 tahun) <5 dan >60"


def test_what_is_no_answer_of_bps() -> None:
    assert not is_answer([1])
    assert not is_answer({"datacontent": {}, "vervar": "x"})
    for document in (
        {"status": "OK"},
        {**table({**IDS, "tahun": [99]}, {}), "vervar": [{"label": "tanpa val"}]},
        {**table({**IDS, "tahun": [99]}, {}), "datacontent": [1]},
    ):
        with pytest.raises(Refused, match="bps_rusak"):
            sheet_of([document], "bps.json")


def identities(longest: int = 4) -> st.SearchStrategy[list[str]]:
    one = st.text("0123456789", min_size=1, max_size=longest)
    return st.lists(one, min_size=1, max_size=5, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[tuple[str, ...], int]]:
    ids = {part: draw(identities(2 if part == "turtahun" else 4)) for part in PARTS}
    cell = st.tuples(*(st.sampled_from(ids[part]) for part in PARTS))
    return ids, draw(st.dictionaries(cell, st.integers(), min_size=1, max_size=40))


@given(tables())
def test_random_tables_give_their_numbers_or_a_finding_never_others(
    made: tuple[dict[str, list[str]], dict[tuple[str, ...], int]],
) -> None:
    ids, numbers = made
    written = {"".join(cell): number for cell, number in numbers.items()}
    decoded = decode(table(dict(ids), written))
    clear = dict(zip(decoded.keys, (record["nilai"] for record in decoded.records), strict=True))
    for cell, number in clear.items():
        assert numbers[cell] == number
    for record, cell in zip(decoded.records, decoded.keys, strict=True):
        assert (record["vervar_kode"], record["turvar_kode"], record["turtahun_kode"]) == (cell[0], cell[2], cell[4])
        assert record["tahun"] == f"tahun {cell[3]}"
    unclear = {"".join(cell) for cell in numbers if cell not in clear}
    assert bool(unclear) == bool(decoded.findings)
    assert len(clear) + len(unclear) == len(written)
    assert {finding.rule for finding in decoded.findings} <= {"kunci_bps_ambigu"}
