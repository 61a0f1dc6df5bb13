"""Small drawings that need no script: a line of the last periods, and the regency's map in five shades.

Everything is in attributes and classes: the site's policy allows no style in a page. Colours are in situs.css.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SHADES = 5
MAP_WIDTH = 480
HEIGHT = ""


def sparkline(values: Sequence[Decimal | None], width: int = 160, height: int = 40) -> SafeString:
    """A line through `values` in their order, broken where one is missing, a dot on the last; empty below two."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (width - 8) / (len(values) - 1)
    points = [
        None if value is None else (4 + place * step, height - 5 - (float(value) - low) / span * (height - 10))
        for place, value in enumerate(values)
    ]
    path, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    last = next(point for point in reversed(points) if point is not None)
    return format_html(
        '<svg class="garis-kecil" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<path d="{}"/><circle cx="{}" cy="{}" r="3"/></svg>',
        width, height, width, height, "".join(path), f"{last[0]:.1f}", f"{last[1]:.1f}",
    )  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A region on the map: where a click leads and what a pointer over it reads."""

    code: str
    name: str
    href: str
    told: str
    outline: Mapping[str, Any] | None
    """GeoJSON geometry, longitude and latitude in degrees."""


def map_of(
    places: Sequence[Place],
    values: Mapping[str, Decimal | None],
    title: str,
    paths: Mapping[str, str] | None = None,
) -> SafeString:
    """The places, each in the shade of its fifth of the values (`t1` low … `t5` high), `t0` where there is none.

    paths: of `outline_paths`, where they were made before.
    """
    return _map(places, shades_of(values), title, paths)


def marked_on(places: Sequence[Place], code: str, title: str, paths: Mapping[str, str] | None = None) -> SafeString:
    """The places in grey, but the one of that code."""
    return _map(places, {code: SHADES - 1}, title, paths)


def _map(places: Sequence[Place], shades: Mapping[str, int], title: str, paths: Mapping[str, str] | None) -> SafeString:
    drawn = [place for place in places if place.outline]
    if not drawn:
        return SafeString("")
    known = paths or outline_paths({place.code: place.outline or {} for place in drawn})
    shapes = format_html_join(
        "",
        '<a href="{}"><path class="t{}" d="{}"><title>{}</title></path></a>',
        ((place.href, shades.get(place.code, 0), known[place.code], f"{place.name}: {place.told}") for place in drawn),
    )
    return format_html(
        '<svg class="peta" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>',
        MAP_WIDTH, known[HEIGHT], title, shapes,
    )  # fmt: skip


def outline_paths(outlines: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Code → the path of its outline on a map of them all, MAP_WIDTH wide; under HEIGHT how high the map is."""
    rings = {code: _rings(outline) for code, outline in outlines.items()}
    every = [point for ring_list in rings.values() for ring in ring_list for point in ring]
    west, east = min(x for x, _ in every), max(x for x, _ in every)
    south, north = min(y for _, y in every), max(y for _, y in every)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = MAP_WIDTH / ((east - west) * squeeze or 1)

    def path(ring_list: list[list[tuple[float, float]]]) -> str:
        return "".join(
            "M" + "L".join(f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring) + "Z"
            for ring in ring_list
        )

    return {code: path(ring_list) for code, ring_list in rings.items()} | {HEIGHT: str(round((north - south) * scale))}


def shades_of(values: Mapping[str, Decimal | None]) -> dict[str, int]:
    """Each known value's fifth, 1 to 5, equal values the same; codes without a value are left out."""
    known = sorted({value for value in values.values() if value is not None})
    rank = {value: 1 + place * SHADES // len(known) for place, value in enumerate(known)}
    return {code: rank[value] for code, value in values.items() if value is not None}


def _rings(geometry: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[(point[0], point[1]) for point in ring] for polygon in polygons for ring in polygon]
