"""Profiles of regions and agencies."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.charts.strips import Mark, strip
from portal.charts.svg import Place, map_of, marked_on
from portal.labels import period_name
from portal.pages.home import shown
from portal.pages.templatetags.figures import angka, periode
from portal.punctuality import STATES, state_of
from portal.serving import snapshot_of
from portal.warehouse import headline, profiles
from portal.warehouse.snapshot import Snapshot

KINDS = {
    "sekretariat": gettext_lazy("Sekretariat"),
    "inspektorat": gettext_lazy("Inspektorat"),
    "dinas": gettext_lazy("Dinas"),
    "badan": gettext_lazy("Badan"),
    "satuan": gettext_lazy("Satuan"),
    "UOBK": gettext_lazy("Unit organisasi bersifat khusus"),
    "kecamatan": gettext_lazy("Kecamatan"),
}
"""Kinds of agencies, in the order in which they are listed."""


def regions(request: HttpRequest) -> HttpResponse:
    snapshot = snapshot_of(request)
    indicator = shown().get("peta")
    rows = headline.by_region(snapshot, indicator) if indicator else []
    values = {row.wilayah: row.nilai for row in rows}
    known = [value for value in values.values() if value is not None]
    total = sum(known) if rows and len(known) == len(rows) else None
    title = f"{profiles.indicator_name(snapshot, indicator)}, {periode(rows[0].periode)}" if rows and indicator else ""
    unit = rows[0].satuan if rows else ""
    outlines = headline.outlines(snapshot)
    places = [
        Place(
            one.kode,
            one.nama,
            reverse("wilayah", kwargs={"kode": one.kode}),
            f"{angka(values.get(one.kode)) or _('tidak ada angka')} {unit}",
            one.batas,
        )
        for one in outlines
    ]
    page = {
        "title": title,
        "unit": unit,
        "drawing": map_of(places, values, title or _("Peta kecamatan")),
        "regions": [
            (row, values.get(row.kode), 100 * values[row.kode] / total if total and values.get(row.kode) else None)
            for row in profiles.regions(snapshot)
        ],
        "total": total,
    }
    return render(request, "pages/wilayah_daftar.html", page)


def region(request: HttpRequest, kode: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    place = profiles.region(snapshot, kode)
    if place is None:
        raise Http404
    figures = profiles.figures(snapshot, place)
    told = {figure.indicator: figure for figure in figures if figure.value is not None}
    page = {
        "place": place,
        "headlines": [told[one] for one in shown().get("angka", []) if one in told],
        "topics": [(name, list(many)) for name, many in groupby(figures, key=lambda figure: figure.field_name)],
        "below": profiles.below(snapshot, kode),
        "drawing": _where(snapshot, place),
    }
    return render(request, "pages/wilayah.html", page)


def _where(snapshot: Snapshot, place: Any) -> Any:
    """The map of kecamatan, this one (or the one that it is in) marked."""
    this = place.kode if place.tingkat == "kecamatan" else place.kode_induk
    places = [
        Place(one.kode, one.nama, reverse("wilayah", kwargs={"kode": one.kode}), _("profil"), one.batas)
        for one in headline.outlines(snapshot)
    ]
    return marked_on(places, this, _("Letak {nama} di Kutai Timur").format(nama=place.nama))


def agencies(request: HttpRequest) -> HttpResponse:
    rows = profiles.agencies(snapshot_of(request))
    order = list(KINDS)
    kinds: dict[str, list[Any]] = {}
    for row in rows:
        kinds.setdefault(row.jenis or "", []).append(row)
    page = {
        "kinds": [
            (
                KINDS.get(kind, kind or _("Lainnya")),
                [row for row in kinds[kind] if row.dataset],
                [row for row in kinds[kind] if not row.dataset],
            )
            for kind in sorted(kinds, key=lambda kind: (order.index(kind) if kind in order else len(order), kind))
        ],
        "many": len(rows),
        "publishing": sum(row.angka > 0 for row in rows),
    }
    return render(request, "pages/skpd_daftar.html", page)


def agency(request: HttpRequest, kode: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    entry = profiles.agency(snapshot, kode)
    if entry is None:
        raise Http404
    published = profiles.published(snapshot, entry.nama_pendek) if entry.nama_pendek else []
    plans = profiles.plans(snapshot, entry.kode)
    page = {
        "entry": entry,
        "code": entry.nama_pendek or entry.kode,
        "published": [(one, strip(_marks(one.shown))) for one in published],
        "due": sum(one.due for one in published),
        "on_time": sum(one.on_time for one in published),
        "figures": sum(one.row.jumlah_angka for one in published),
        "latest": max((one.row.rilis_terakhir for one in published if one.row.rilis_terakhir), default=None),
        "states": list(STATES.values()),
        "plans": plans,
    }
    return render(request, "pages/skpd.html", page)


def _marks(periods: Sequence[Any]) -> list[Mark]:
    found = []
    for period in periods:
        shade, word = STATES.get(state_of(period), (0, period.status))
        found.append(Mark(shade, f"{period_name(period.periode)}: {word}"))
    return found


PATHS = [
    path("wilayah", regions, name="daftar_wilayah"),
    path("wilayah/<str:kode>", region, name="wilayah"),
    path("skpd", agencies, name="daftar_skpd"),
    path("skpd/<str:kode>", agency, name="skpd"),
]
