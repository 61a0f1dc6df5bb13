"""How each question of the API is put to the warehouse, and what is refused only when the warehouse has been asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from psycopg2.sql import SQL, Identifier

from portal.interfaces import api_answers as rows
from portal.interfaces import api_parameters as may
from portal.interfaces.api_lists import Place, Wanted, answered
from portal.interfaces.api_problem import Fault, Problem, missing, misunderstood
from portal.serving import snapshot_of
from portal.warehouse import api
from portal.warehouse.api import Key, Listing
from portal.warehouse.catalogue import Question
from portal.warehouse.snapshot import Snapshot

FIXED = {
    "anggaran": ("akun", "kegiatan", "rekening", "skpd", "sumber_dana", "tahap"),
    "kinerja": ("kegiatan", "skpd", "tahap", "tolok_ukur"),
}
"""What a budget's and a plan's figures have beside their own breakdowns."""


@dataclass(frozen=True)
class Call:
    """A question: path: the values in the address; asked: the parameters, read."""

    request: HttpRequest
    path: Mapping[str, str]
    asked: Any

    @property
    def snapshot(self) -> Snapshot:
        return snapshot_of(self.request)

    def listed(self, wanted: Wanted, place: Place | None = None) -> HttpResponse:
        """A page of `wanted`. Where nothing is found on the first one, codes that no list has are told."""
        place = place or Place.read(self.asked.setelah)
        response, some = answered(self.request, self.asked, place, wanted)
        if not some and place is None:
            _refuse_unknown(self.snapshot, self.asked)
        return response


def datasets(call: Call) -> HttpResponse:
    asked = call.asked
    chosen = {
        facet: tuple(map(str, getattr(asked, facet))) for facet in ("urusan", "tahun", "tingkat", "frekuensi", "akses")
    }
    chosen["skpd"] = tuple(_agencies(call, "nama_pendek") or ())
    question = Question(asked.q or "", {name: codes for name, codes in chosen.items() if codes}, asked.urut)
    filters = question.parameters(question.words) | {"limit": None, "offset": 0}
    order = {
        "judul": (Key("judul"), Key("dataset")),
        "terbaru": (Key("-coalesce(extract(epoch FROM rilis_terakhir), 0)", "numeric"), Key("dataset")),
        "sesuai": (Key("-peringkat", "real"), Key("(jumlah_angka = 0)", "boolean"), Key("judul"), Key("dataset")),
    }[asked.urut]
    return call.listed(Wanted(Listing("catalogue.sql#found", order), rows.Dataset, filters, counted=True))


def dataset(call: Call) -> HttpResponse:
    return _one(
        call, "dataset", {"dataset": call.path["dataset"]}, "Dataset {dataset} tidak ada. Daftarnya: /api/v1/dataset"
    )


def figures(call: Call) -> HttpResponse:
    entry, asked = _open(call), call.asked
    _judge_breakdowns(call.snapshot, entry, asked.rincian)
    place = Place.read(asked.setelah)
    # A release between two pages changes nothing for who has begun: the rest is read as it was then.
    begun = place.at if place else None
    as_published = asked.pada or (begun if begun != entry.rilis_terakhir else None)
    filters = {
        "dataset": entry.dataset,
        "indikator": asked.indikator or None,
        "wilayah": asked.wilayah or None,
        "tingkat": asked.tingkat or None,
        "periode": asked.periode or None,
        "dari": asked.dari,
        "sampai": asked.sampai,
        "rincian": json.dumps(asked.rincian) if asked.rincian else None,
        "pada": as_published,
    }
    all_of_it = not any(value for name, value in filters.items() if name != "dataset")
    wanted = Wanted(
        Listing("figures", tuple(map(Key, ("indikator", "periode", "wilayah", "rincian")))),
        rows.Angka,
        filters,
        api.figures_of(entry.fakta, as_published is not None),
        total=entry.jumlah_angka if all_of_it else None,
        at=None if asked.pada else (begun or entry.rilis_terakhir),
        breakdowns=_breakdowns(entry),
        name=entry.dataset,
    )
    response, some = answered(call.request, asked, place, wanted)
    if not some and place is None:
        _refuse_unknown_figures(call.snapshot, entry, asked)
    return response


def dataset_releases(call: Call) -> HttpResponse:
    entry = _open(call)
    return _releases(call, {"dataset": [entry.dataset], "skpd": None, "sejak": call.asked.sejak})


def releases(call: Call) -> HttpResponse:
    asked = call.asked
    return _releases(
        call, {"dataset": asked.dataset or None, "skpd": _agencies(call, "nama_pendek"), "sejak": asked.sejak}
    )


def _releases(call: Call, filters: Mapping[str, Any]) -> HttpResponse:
    order = (Key("dirilis_pada", "timestamptz"), Key("kiriman", "bigint"))
    return call.listed(Wanted(Listing("releases", order, newest_first=True), rows.Rilis, filters, counted=True))


def revisions(call: Call) -> HttpResponse:
    entry, asked = _open(call), call.asked
    filters = {
        "dataset": entry.dataset,
        "indikator": asked.indikator or None,
        "wilayah": asked.wilayah or None,
        "periode": asked.periode or None,
        "sejak": asked.sejak,
    }
    order = (Key("direvisi_pada", "timestamptz"), *map(Key, ("indikator", "wilayah", "periode", "rincian")))
    return call.listed(Wanted(Listing("revisions", order, newest_first=True), rows.Revisi, filters))


def indicators(call: Call) -> HttpResponse:
    filters = {"indikator": None, "dataset": call.asked.dataset or None, "skpd": _agencies(call, "nama_pendek")}
    return call.listed(Wanted(Listing("indicators", (Key("indikator"),)), rows.Indikator, filters, counted=True))


def indicator(call: Call) -> HttpResponse:
    filters = {"indikator": call.path["indikator"], "dataset": None, "skpd": None}
    return _one(call, "indicators", filters, "Indikator {indikator} tidak ada. Daftarnya: /api/v1/indikator")


def account(call: Call) -> HttpResponse:
    filters = {**call.path, "rincian": call.asked.rincian}
    return _one(
        call,
        "account",
        filters,
        "Tidak ada angka terbuka {indikator} untuk wilayah {wilayah}, periode {periode} dan rincian itu.",
        {"source": Identifier("portal", "asal_angka")},
    )


def regions(call: Call) -> HttpResponse:
    asked = call.asked
    filters = {"kode": None, "tingkat": asked.tingkat or None, "induk": asked.induk or None}
    order = (Key("kode"), Key("coalesce(berlaku_dari, '-infinity')", "date"))
    return call.listed(Wanted(Listing("regions", order), rows.Wilayah, filters, _outline(asked), counted=True))


def region(call: Call) -> HttpResponse:
    filters = {"kode": call.path["kode"], "tingkat": None, "induk": None}
    return _one(call, "regions", filters, "Wilayah {kode} tidak ada. Daftarnya: /api/v1/wilayah", _outline(call.asked))


def _outline(asked: Any) -> dict[str, Any]:
    return {"outline": SQL("w.batas") if asked.batas else SQL("NULL::jsonb")}


def agencies(call: Call) -> HttpResponse:
    filters = {"kode": None, "jenis": call.asked.jenis or None}
    return call.listed(Wanted(Listing("agencies", (Key("kode"),)), rows.Skpd, filters, counted=True))


def agency(call: Call) -> HttpResponse:
    filters = {"kode": call.path["kode"], "jenis": None}
    return _one(call, "agencies", filters, "SKPD {kode} tidak ada. Daftarnya: /api/v1/skpd")


def programmes(call: Call) -> HttpResponse:
    asked = call.asked
    filters = {
        "tahun": asked.tahun or None,
        "skpd": _agencies(call, "kode"),
        "tingkat": asked.tingkat or None,
        "induk": asked.induk or None,
        "pada": asked.pada,
    }
    source = SQL("portal.program_pada(%(pada)s)") if asked.pada else SQL("portal.program")
    order = (Key("tahun", "int"), Key("skpd"), Key("kode"))
    return call.listed(Wanted(Listing("programmes", order), rows.Program, filters, {"source": source}))


def performance(call: Call) -> HttpResponse:
    asked = call.asked
    filters = {
        "tahun": asked.tahun or None,
        "skpd": _agencies(call, "kode"),
        "kegiatan": asked.kegiatan or None,
        "periode": asked.periode or None,
    }
    names = ("skpd", "kegiatan", "tolok_ukur", "wilayah", "rincian", "periode")
    order = (Key("dataset"), *(Key(f"coalesce({name}, '')") for name in names))
    return call.listed(Wanted(Listing("performance", order), rows.Kinerja, filters))


def reconciliation(call: Call) -> HttpResponse:
    asked = call.asked
    filters = {
        "dataset": asked.dataset or None,
        "jenis": asked.jenis or None,
        "periode": asked.periode or None,
        "cocok": asked.cocok,
    }
    order = (Key("dataset"), Key("kiriman", "bigint"), Key("jenis"), Key("no", "int"))
    return call.listed(Wanted(Listing("reconciliation", order), rows.Rekonsiliasi, filters))


def calendar(call: Call) -> HttpResponse:
    asked = call.asked
    filters = {
        "dataset": asked.dataset or None,
        "skpd": _agencies(call, "nama_pendek"),
        "status": asked.status or None,
        "berikutnya": asked.berikutnya,
    }
    order = (Key("jatuh_tempo", "date"), Key("dataset"), Key("periode"))
    return call.listed(Wanted(Listing("calendar", order), rows.Kalender, filters))


def _one(
    call: Call, statement: str, filters: Mapping[str, Any], absent: str, parts: Mapping[str, Any] | None = None
) -> HttpResponse:
    text = (
        None
        if any("\0" in value for value in call.path.values())
        else api.one(call.snapshot, statement, filters, parts)
    )
    if text is None:
        raise missing(absent.format(**{name: value[:100] for name, value in call.path.items()}))
    return HttpResponse(text + "\n", content_type="application/json")


def _open(call: Call) -> Any:
    """The dataset of the address. Raises Problem where there is none, or its figures are not open."""
    code = call.path["dataset"]
    entry = api.head(call.snapshot, code) if "\0" not in code else None
    if entry is None:
        raise missing(f"Dataset {code[:100]} tidak ada. Daftarnya: /api/v1/dataset")
    if entry.akses != "terbuka":
        ground = f" Dasarnya: {entry.dasar_akses}." if entry.dasar_akses else ""
        raise Problem(
            403, f"Angka dataset {code} {entry.akses}, tidak terbuka bagi umum.{ground} Keterangannya tetap terbuka."
        )
    return entry


def _agencies(call: Call, column: str) -> list[str] | None:
    """The agencies asked for by either of their names, as `column` has them; None: not asked."""
    asked: Sequence[str] = call.asked.skpd
    if not asked:
        return None
    found = api.agencies(call.snapshot, asked)
    known = {name for row in found for name in row}
    unknown = [code for code in asked if code not in known]
    if unknown:
        raise misunderstood(_unknown(call.snapshot, "skpd", unknown))
    return [getattr(row, column) for row in found if getattr(row, column)]


def _breakdowns(entry: Any) -> Sequence[str]:
    listed: Sequence[str] = FIXED.get(entry.fakta) or entry.rincian
    return listed


def _judge_breakdowns(snapshot: Snapshot, entry: Any, asked: Mapping[str, Sequence[str]]) -> None:
    if set(asked) <= set(_breakdowns(entry)):
        return
    known = api.breakdowns(snapshot, entry.fakta, entry.dataset)
    faults = [
        Fault(
            f"rincian.{name}", f"Dataset {entry.dataset} tidak berincian `{name}`.", [f"rincian.{one}" for one in known]
        )
        for name in asked
        if name not in known
    ]
    if faults:
        raise misunderstood(*faults)


def _refuse_unknown(snapshot: Snapshot, asked: may.Parameters) -> None:
    codes = {name: getattr(asked, name, ()) or () for name in api.CODES}
    if any(codes.values()):
        faults = [_unknown(snapshot, name, unknown) for name, unknown in api.unlisted(snapshot, codes).items()]
        if faults:
            raise misunderstood(*faults)


def _refuse_unknown_figures(snapshot: Snapshot, entry: Any, asked: may.Figures) -> None:
    faults = []
    known = api.allowed(snapshot, "indikator", entry.dataset)
    if unknown := [code for code in asked.indikator if code not in known]:
        faults.append(
            Fault("indikator", f"Indikator {', '.join(unknown)} tidak ada pada dataset {entry.dataset}.", known[:200])
        )
    for name, values in asked.rincian.items():
        members = api.members(snapshot, entry.fakta, entry.dataset, name)
        if unknown := [value for value in values if value and value not in members]:
            faults.append(Fault(f"rincian.{name}", f"Tidak ada `{name}` {', '.join(unknown)[:200]}.", members))
    unlisted = api.unlisted(snapshot, {"wilayah": asked.wilayah}) if asked.wilayah else {}
    faults += [_unknown(snapshot, name, codes) for name, codes in unlisted.items()]
    if faults:
        raise misunderstood(*faults)


def _unknown(snapshot: Snapshot, parameter: str, codes: Sequence[str]) -> Fault:
    known = api.allowed(snapshot, parameter)
    where = f" Daftarnya: /api/v1/{parameter}" if parameter != "urusan" else ""
    return Fault(parameter, f"{parameter} {', '.join(codes)[:200]} tidak ada.{where}", known[:200])
