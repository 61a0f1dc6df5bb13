"""SDMX REST 2.1 (SDMX-REST 1.5): structures as SDMX-ML 2.1, figures as SDMX-JSON 1.0.0-wd or SDMX-CSV 2.0.

/sdmx/dataflow/KUTIM/DINKES-FASKES · /sdmx/data/DINKES-FASKES/A..64-08-04?startPeriod=2020
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.cache import patch_vary_headers

from etl.publish.sdmx_codes import FREQUENCIES, Code, codes
from etl.publish.sdmx_structure import (
    AGENCY,
    CONCEPTS,
    OWNERS,
    VERSION,
    Codelist,
    Flow,
    dataflow_id,
    sdmx_lists,
    selection,
)
from portal.exports import newest, open_file
from portal.interfaces import ratelimit
from portal.interfaces.answers import allowed, for_all
from portal.interfaces.streams import streamed
from portal.labels import humanized
from portal.serving import guarded, snapshot_of, varying
from portal.warehouse.snapshot import Snapshot, Unavailable

STRUCTURE = "application/vnd.sdmx.structure+xml; version=2.1"
JSON = "application/vnd.sdmx.data+json; version=1.0.0-wd"
CSV = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
_MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
AT_ONCE = 200_000
"""Figures up to which an answer is made whole, kept and compressed; more are sent as they are read."""
SHARED = {
    "CL_WILAYAH": ("wilayah", "Wilayah"),
    "CL_INDIKATOR": ("indikator", "Indikator"),
    "CL_SATUAN": ("satuan", "Satuan"),
    "CL_SKPD": ("skpd", "SKPD"),
    "CL_KEGIATAN": ("kegiatan", "Kegiatan"),
    "CL_REKENING": ("rekening", "Rekening"),
    "CL_TAHAP": ("tahap", "Tahap"),
}
"""Our lists that datasets share → the column that has their codes, and their name."""
FLOWS = ("dataflow", "datastructure")
DETAILS = ("full", "dataonly", "serieskeysonly", "nodata")
_LATER = ("updatedAfter", "includeHistory", "firstNObservations", "lastNObservations")


class Refused(Exception):
    """status: of HTTP. code: of SDMX. told: what is wrong."""

    def __init__(self, status: int, code: int, told: str) -> None:
        super().__init__(told)
        self.status, self.code, self.told = status, code, told


def wanted_form(request: HttpRequest) -> str:
    """`json`, `csv` or `xml`: what of Accept (or `format`) can be given at best; '' for none."""
    asked = request.GET.get("format", "")
    if asked:
        return {"jsondata": "json", "json": "json", "csvdata": "csv", "csv": "csv", "xml": "xml"}.get(asked, "")
    for kind in request.accepted_types:
        text = f"{kind.main_type}/{kind.sub_type}".lower()
        if text in ("*/*", "application/*"):
            return "json"
        for form, words in (
            ("json", ("sdmx.data+json", "application/json")),
            ("csv", ("sdmx.data+csv", "text/csv", "text/*")),
            ("xml", ("structure+xml", "application/xml", "text/xml")),
        ):
            if any(word in text for word in words):
                return form
    return ""


def _answering(request: HttpRequest, answer: Any) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return allowed("GET, HEAD, OPTIONS")
    try:
        response: HttpResponseBase = answer()
    except Refused as no:
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<mes:Error xmlns:mes="{_MESSAGE}/message" '
            f'xmlns:com="{_MESSAGE}/common"><mes:ErrorMessage code="{no.code}"><com:Text xml:lang="id">'
            f"{escape(no.told)}</com:Text></mes:ErrorMessage></mes:Error>\n"
        )
        response = HttpResponse(text, status=no.status, content_type="application/xml; charset=utf-8")
    patch_vary_headers(response, ("Accept",))
    return for_all(response)


# ── structures ───────────────────────────────────────────────────────────────────────────────────────────────────────


@guarded(ratelimit.gate)
@varying(wanted_form)
def structure(
    request: HttpRequest, resource: str, agency: str = "all", id: str = "all", version: str = "latest"
) -> HttpResponseBase:
    def answer() -> HttpResponseBase:
        if wanted_form(request) not in ("xml", "json") or request.GET.get("format") in ("json", "jsondata"):
            raise Refused(406, 140, "Struktur hanya ada sebagai SDMX-ML 2.1: application/vnd.sdmx.structure+xml")
        message = _structure(snapshot_of(request), request, resource, agency, id, version)
        return HttpResponse(message, content_type=STRUCTURE)

    return _answering(request, answer)


def _structure(snapshot: Snapshot, request: HttpRequest, resource: str, agency: str, id: str, version: str) -> bytes:
    listed = snapshot.rows("sdmx.sql#flows")
    prepared = max((row.rilis_terakhir for row in listed), default=None)
    if prepared is None:
        raise Refused(404, 100, "Belum ada yang diterbitkan")
    if resource in FLOWS:
        return _flows(listed, prepared, request, resource, agency, id, version)
    if resource == "codelist":
        lists = _codelists(snapshot, listed, agency, id, version)
        return selection("DAFTAR", prepared, lists=lists)
    if resource == "conceptscheme":
        _known(agency in ("all", AGENCY) and id in ("all", CONCEPTS) and version in ("all", "latest", VERSION))
        return selection("KONSEP", prepared, concepts=_concepts(snapshot))
    if resource == "agencyscheme":
        _known(agency in ("all", "SDMX") and id in ("all", "AGENCIES"))
        return selection("LEMBAGA", prepared, agencies=True)
    offered = ", ".join((*FLOWS, "codelist", "conceptscheme", "agencyscheme"))
    raise Refused(501, 501, f"Tidak ada di sini: {resource[:50]}. Yang ada: {offered}")


def _known(there: bool) -> None:
    if not there:
        raise Refused(404, 100, "Tidak ada yang bernama demikian")


def _flows(
    listed: list[Any], prepared: Any, request: HttpRequest, resource: str, agency: str, id: str, version: str
) -> bytes:
    _known(agency in ("all", AGENCY) and version in ("all", "latest", VERSION))
    wanted = set(id.split("+"))
    rows = [row for row in listed if id == "all" or dataflow_id(row.dataset) in wanted]
    _known(bool(rows))
    references = request.GET.get("references", "none")
    flows = [Flow(dataflow_id(row.dataset), row.judul, row.deskripsi) for row in rows]
    if resource == "dataflow" and (references == "none" or "stubs" in request.GET.get("detail", "")):
        return selection("ALIRAN", prepared, flows=flows)
    if len(rows) == 1:
        # One message has all of it: whoever asked for the structure alone gets what it needs to be understood, too.
        return _file(rows[0].dataset, "sdmx.xml")
    if resource == "datastructure":
        return selection("STRUKTUR", prepared, stubs=flows)
    raise Refused(501, 501, "references selain none hanya untuk satu aliran data; tanyakan satu per satu")


def _file(dataset: str, ending: str) -> bytes:
    opened = open_file(dataset, f"{dataset}.{ending}")
    if opened is None:
        raise Unavailable(f"{dataset}.{ending} is published, and is not there")
    with opened.stream:
        return opened.stream.read()


def _codelists(snapshot: Snapshot, listed: list[Any], agency: str, id: str, version: str) -> list[Codelist]:
    """Lists that datasets share, whole; and those of the breakdowns of one, as it is published."""
    own = agency in ("all", AGENCY)
    found: list[Codelist] = []
    wanted = None if id == "all" else set(id.split("+"))
    for name, (column, title) in SHARED.items():
        if own and (wanted is None or name in wanted):
            rows = snapshot.rows("sdmx.sql#codes", {"daftar": column})
            told = codes(((row.kode, row.nama) for row in rows), levelled=column != "satuan")
            found.append(Codelist(name, title, tuple(told), shared=False))
    if agency in ("all", "SDMX"):
        frequencies = tuple(Code(code, code, name) for code, name in FREQUENCIES.items())
        theirs = [Codelist("CL_FREQ", "Frekuensi", frequencies, shared=True), *sdmx_lists()]
        found += [one for one in theirs if wanted is None or one.id in wanted]
    for name in wanted or ():
        flow = next((row for row in listed if name.startswith(f"CL_{dataflow_id(row.dataset)}_")), None)
        if own and flow:
            dimensions = _published(snapshot, flow).structure.dimensions
            found += [one.codelist for one in dimensions if one.codelist.id == name]
    found = [one for one in found if version in ("all", "latest", OWNERS.get(one.id, ("", VERSION))[1])]
    _known(bool(found))
    return found


def _concepts(snapshot: Snapshot) -> dict[str, str]:
    names = {"REF_AREA": "Wilayah", "INDICATOR": "Indikator"}
    for column, title in SHARED.values():
        if column not in ("wilayah", "indikator", "satuan"):
            names[column.upper()] = title
    for row in snapshot.rows("sdmx.sql#breakdowns"):
        names[row.rincian.upper()] = humanized(row.rincian)
    return names


def _published(snapshot: Snapshot, row: Any) -> Any:
    # Arrow is loaded by whoever asks for figures, not by every process that shows pages.
    from etl.publish.released import VIEWS
    from portal.interfaces import sdmx_figures

    plain = (one.nama for one in snapshot.rows("ckan.sql#columns", {"view": f"portal.{VIEWS[row.fakta]}"}))
    folder = newest(row.dataset)
    if folder is None:
        raise Unavailable(f"{row.dataset} is published, and is not there")
    try:
        return sdmx_figures.published(folder, row, frozenset(plain))
    except FileNotFoundError as gone:
        raise Unavailable(str(gone)) from gone


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@guarded(ratelimit.gate)
@varying(wanted_form)
def data(request: HttpRequest, flow: str, key: str = "all", provider: str = "all") -> HttpResponseBase:
    return _answering(request, lambda: _data(request, flow, key, provider))


def _data(request: HttpRequest, flow: str, key: str, provider: str) -> HttpResponseBase:
    from etl.publish import sdmx
    from portal.interfaces import sdmx_figures

    form = wanted_form(request)
    if form not in ("json", "csv"):
        raise Refused(406, 140, "Angka ada sebagai SDMX-JSON (application/vnd.sdmx.data+json) dan SDMX-CSV (…+csv)")
    later = [name for name in _LATER if name in request.GET]
    if later:
        raise Refused(501, 501, f"Belum ada di sini: {', '.join(later)}")
    detail = request.GET.get("detail", "full")
    across = request.GET.get("dimensionAtObservation", "TIME_PERIOD")
    if detail not in DETAILS:
        raise Refused(400, 140, f"detail: {', '.join(DETAILS)}")
    if across not in ("TIME_PERIOD", "AllDimensions"):
        raise Refused(400, 140, "dimensionAtObservation: TIME_PERIOD, AllDimensions")
    _known(provider in ("all", AGENCY, f"{AGENCY},{AGENCY}"))
    snapshot = snapshot_of(request)
    of = _published(snapshot, _flow(snapshot, flow))
    try:
        part = sdmx_figures.part(of, key, request.GET.get("startPeriod"), request.GET.get("endPeriod"))
    except sdmx_figures.BadKey as problem:
        raise Refused(400, 140, str(problem)) from None
    told = sdmx.figures(part, of.structure)
    first = next(told, None)
    if first is None:
        raise Refused(404, 100, "Tidak ada angka menurut pertanyaan ini")
    told = itertools.chain([first], told)
    if form == "csv":
        lines = sdmx.csv_lines(of.structure, told, dataonly=detail != "full")
        return _sent(request, lines, of.released.count, CSV)
    keys_only = detail in ("serieskeysonly", "nodata")
    laid_out = sdmx.Form(
        series=across == "TIME_PERIOD" or keys_only, attributes=detail == "full", observations=not keys_only
    )
    return _sent(request, sdmx.json_lines(of.structure, of.lists, told, laid_out), of.released.count, JSON)


def _sent(request: HttpRequest, lines: Iterator[str], count: int, kind: str) -> HttpResponseBase:
    if count <= AT_ONCE:
        return HttpResponse("".join(lines), content_type=kind)
    return streamed(request, (line.encode() for line in lines), kind)


def _flow(snapshot: Snapshot, reference: str) -> Any:
    """The dataset of `FLOW`, `KUTIM,FLOW` or `KUTIM,FLOW,1.0.0`."""
    parts = reference.split(",")
    agency, id = (parts[0], parts[1]) if len(parts) > 1 else ("all", parts[0])
    version = parts[2] if len(parts) > 2 else "latest"
    _known(agency in ("all", AGENCY) and version in ("all", "latest", VERSION) and len(parts) <= 3)
    for row in snapshot.rows("sdmx.sql#flows"):
        if dataflow_id(row.dataset) == id:
            return row
    raise Refused(404, 100, f"Tidak ada aliran data {id[:100]}")


PATHS = [
    path("sdmx/data/<str:flow>", data, name="sdmx_data"),
    path("sdmx/data/<str:flow>/<str:key>", data),
    path("sdmx/data/<str:flow>/<str:key>/<str:provider>", data),
    path("sdmx/<str:resource>", structure, name="sdmx"),
    path("sdmx/<str:resource>/<str:agency>", structure),
    path("sdmx/<str:resource>/<str:agency>/<str:id>", structure),
    path("sdmx/<str:resource>/<str:agency>/<str:id>/<str:version>", structure),
]
