"""Every way of numbering pages reads to the end, once, and notices a service that goes round in circles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from servers.http import Reply, Request, WebService
from web_sources import fetch, read, rows, web

from etl.extract.archive import Archive
from etl.findings import Owner, Refused, SourceUnavailable

ALL = [{"no": number, "desa": f"Desa {number}"} for number in range(1, 24)]


def numbers(service_url: str, archive: Archive, **block: Any) -> list[str | None]:
    source = web(service_url, **block)
    return [row["no"] for row in rows(read(fetch(source, archive), source))]


EVERY = [str(record["no"]) for record in ALL]


def by_page(request: Request, size: int = 5, start: int = 1) -> Reply:
    first = (int(request.query["page"]) - start) * size
    return Reply({"total": len(ALL), "data": ALL[first : first + size]})


@pytest.mark.parametrize("start", [0, 1])
def test_by_page(service: WebService, archive: Archive, start: int) -> None:
    url = service.on("/data", lambda request: by_page(request, start=start))
    paging = {"by": "page", "start": start, "size_param": "per_page", "size": 5}
    assert (
        numbers(f"{url}?urut=no", archive, paging=paging, params={"tahun": "2025"}, key=["no"], total="total") == EVERY
    )
    assert len(service.requests) == 6
    assert service.requests[0].query == {"urut": "no", "tahun": "2025", "page": str(start), "per_page": "5"}


def test_a_page_past_the_last_may_be_404_and_is_noted(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        return by_page(request) if int(request.query["page"]) <= 5 else Reply({"detail": "Invalid page."}, 404)

    url = service.on("/data", route)
    answer = fetch(web(url, paging={"by": "page"}), archive)
    assert (answer.records, [note.rule for note in answer.notes]) == (23, ["halaman_habis_404"])
    assert fetch(web(url, paging={"by": "page"}, total="total"), archive).notes == ()


@pytest.mark.parametrize("most", [5, 7, 23, 100])
def test_by_offset(service: WebService, archive: Archive, most: int) -> None:
    """most: what the service gives at a time, whatever is asked for."""

    def route(request: Request) -> Reply:
        first = int(request.query["offset"])
        return Reply(ALL[first : first + min(most, int(request.query["limit"]))])

    for size in (5, 23, 50):
        service.requests.clear()
        assert numbers(service.on("/data", route), archive, paging={"by": "offset", "size": size}) == EVERY
        assert {request.query["limit"] for request in service.requests} == {str(size)}


@pytest.mark.parametrize("beyond", [Reply({"error": "offset out of range"}), Reply("", 400), Reply(ALL)])
def test_a_short_first_page_is_all_when_the_next_is_refused_or_the_same(
    service: WebService, archive: Archive, beyond: Reply
) -> None:
    service.on("/data", lambda request: Reply(ALL) if request.query["offset"] == "0" else beyond)
    answer = fetch(web(f"{service.url}/data", paging={"by": "offset", "size": 100}), archive)
    assert answer.records == 23
    assert [note.rule for note in answer.notes] == ([] if beyond.body == ALL else ["halaman_habis_galat"])


def test_by_cursor(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        first = int(request.query.get("sesudah", "0"))
        following = str(first + 9) if first + 9 < len(ALL) else None
        return Reply({"meta": {"berikut": following}, "data": ALL[first : first + 9]})

    paging = {"by": "cursor", "param": "sesudah", "path": "meta.berikut"}
    assert numbers(service.on("/data", route), archive, paging=paging) == EVERY
    assert [request.query.get("sesudah") for request in service.requests] == [None, "9", "18"]
    answer = fetch(web(f"{service.url}/data", paging={"by": "cursor", "path": "meta.salah"}), archive)
    assert [note.rule for note in answer.notes] == ["penanda_halaman_tidak_ada"]


def test_a_mark_that_is_none_is_refused(service: WebService, archive: Archive) -> None:
    source = web(
        service.on("/data", Reply({"meta": {"next": 5}, "data": ALL})), paging={"by": "cursor", "path": "meta"}
    )
    with pytest.raises(Refused, match="penanda_halaman_salah"):
        fetch(source, archive)


def test_by_link_in_the_body(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        first = int(request.query.get("from", "0"))
        following = f"data?from={first + 8}&urut=no" if first + 8 < len(ALL) else ""
        return Reply({"next": following, "data": ALL[first : first + 8]})

    assert numbers(service.on("/api/data", route), archive, paging={"by": "link", "path": "next"}) == EVERY
    assert len(service.requests) == 3


def test_by_link_header(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        first = int(request.query.get("from", "0"))
        links = f'<{service.url}/data?from=0>; rel="first"'
        if first + 8 < len(ALL):
            links += f', <{service.url}/data?from={first + 8}>; rel="next"'
        return Reply(ALL[first : first + 8], headers={"Link": links})

    assert numbers(service.on("/data", route), archive, paging={"by": "link"}) == EVERY


def test_a_link_to_another_server_is_refused(
    service: WebService, another_service: WebService, archive: Archive, connect: Callable[..., str]
) -> None:
    service.on("/data", Reply({"next": another_service.on("/data", Reply(ALL)), "data": ALL}))
    source = web(
        f"{service.url}/data", paging={"by": "link", "path": "next"}, connection=connect(login="a", password="b")
    )
    with pytest.raises(Refused, match="halaman_di_server_lain"):
        fetch(source, archive)
    assert another_service.requests == []


def test_csv_pages_become_one_table(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        first = (int(request.query["page"]) - 1) * 10
        lines = [f"{record['no']},{record['desa']}" for record in ALL[first : first + 10]]
        return Reply("\n".join(["no,desa", *lines, ""]), type="text/csv")

    source = web(service.on("/data", route), paging={"by": "page"})
    answer = fetch(source, archive)
    assert (answer.pages, answer.records) == (3, 23)
    assert rows(read(answer, source)) == [{"no": str(r["no"]), "desa": r["desa"]} for r in ALL]


# ── what repeats ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "paging",
    [
        {"by": "page"},
        {"by": "offset", "size": 23},
        {"by": "cursor", "path": "cap"},
        {"by": "link", "path": "lagi"},
    ],
)
def test_a_page_that_repeats_for_ever(service: WebService, archive: Archive, paging: dict[str, Any]) -> None:
    """Each answer is a little different, the records are not."""

    def route(_: Request) -> Reply:
        stamp = len(service.requests)
        return Reply({"cap": f"c{stamp}", "lagi": f"/data?n={stamp}", "data": ALL})

    with pytest.raises(Refused) as caught:
        fetch(web(service.on("/data", route), paging=paging), archive)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.owner) == ("halaman_berulang", Owner.DISKOMINFO)
    assert "Halaman 2 dari layanan sama dengan halaman 1" in finding.message
    assert len(service.requests) == 2


def test_records_with_a_running_stamp_repeat_by_their_keys(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        page = min(int(request.query["page"]), 3)
        stamp = len(service.requests)
        return Reply([{**record, "diambil": stamp} for record in ALL[page * 5 : page * 5 + 5]])

    with pytest.raises(Refused, match="Halaman 4 dari layanan sama dengan halaman 3"):
        fetch(web(service.on("/data", route), paging={"by": "page"}, key=["no"]), archive)


def test_the_last_page_again_is_the_end_when_the_total_came(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        page = min(int(request.query["page"]), 5)
        return Reply({"total": 23, "data": ALL[(page - 1) * 5 : page * 5]})

    answer = fetch(web(service.on("/data", route), paging={"by": "page"}, total="total"), archive)
    assert (answer.records, answer.pages, answer.notes) == (23, 5, ())


def test_pages_without_end(service: WebService, archive: Archive) -> None:
    url = service.on("/data", lambda request: Reply([{"no": request.query["page"]}]))
    with pytest.raises(Refused, match="terlalu_banyak_halaman"):
        fetch(web(url, paging={"by": "page"}, max_pages=4), archive)
    assert len(service.requests) == 5


def test_empty_pages_without_end(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        mark = int(request.query.get("cursor", "0"))
        return Reply({"next": str(mark + 1), "data": [] if mark else ALL})

    with pytest.raises(Refused, match="terlalu_banyak_halaman"):
        fetch(web(service.on("/data", route), paging={"by": "cursor", "path": "next"}, max_pages=5), archive)


def test_the_same_record_on_two_pages_is_told_and_kept(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        first = (int(request.query["page"]) - 1) * 4
        return Reply(ALL[first : first + 5])

    source = web(service.on("/data", route), paging={"by": "page"}, key=["no", "desa"])
    answer = fetch(source, archive)
    (note,) = answer.notes
    assert note.rule == "kunci_ganda"
    assert "5 rekaman" in note.message
    assert "5 / Desa 5 (halaman 1 dan 2)" in note.message
    assert read(answer, source).n_rows - 1 == answer.records == 28


def test_a_key_that_no_record_has_is_refused(service: WebService, archive: Archive) -> None:
    with pytest.raises(Refused, match=r"kunci_tidak_ada.*`No`.*no, desa"):
        fetch(web(service.on("/data", by_page), paging={"by": "page"}, key=["No"]), archive)


def test_an_error_on_a_later_page_takes_nothing(service: WebService, archive: Archive) -> None:
    def route(request: Request) -> Reply:
        return by_page(request) if request.query["page"] != "3" else Reply({"status": "error", "message": "mati"})

    with pytest.raises(SourceUnavailable, match="mati"):
        fetch(web(service.on("/data", route), paging={"by": "page"}), archive)
    assert not [path for path in archive.root.rglob("*") if path.is_file()]
