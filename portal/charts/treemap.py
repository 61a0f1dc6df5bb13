"""A treemap without a script: rectangles whose areas are amounts, laid out squarely, each a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

LETTER = 0.64
"""Width of a letter, in its size: that of a wide bold typeface, as where the site's own fonts are missing."""
GAP = 2.0


class Rect(NamedTuple):
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tile:
    """amount: its area; shade: the class `k…` of its colour; label and value stand in it where there is room, told is
    read by a pointer and a screen reader."""

    label: str
    value: str
    told: str
    href: str
    amount: float
    shade: int


def squarify(amounts: Sequence[float], room: Rect) -> list[Rect]:
    """A rectangle for each amount, their areas in its proportion, together the whole of `room`.

    amounts: not negative, the largest first, or shapes get long. Bruls, Huizing and van Wijk (2000).
    """
    total = sum(amounts)
    if total <= 0 or room.width <= 0 or room.height <= 0:
        return [Rect(room.x, room.y, 0, 0) for _ in amounts]
    scale = room.width * room.height / total
    areas = [amount * scale for amount in amounts]
    laid: list[Rect] = []
    start = 0
    while start < len(areas):
        side = min(room.width, room.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        strip, room = _strip(areas[start:end], room)
        laid += strip
        start = end
    return laid


def _worst(areas: Sequence[float], side: float) -> float:
    """The longest shape of a strip along `side`: 1 is a square."""
    total = sum(areas)
    small, large = min(areas), max(areas)
    if small <= 0 or side <= 0:
        return float("inf")
    return max(side * side * large / (total * total), total * total / (side * side * small))


def _strip(areas: Sequence[float], room: Rect) -> tuple[list[Rect], Rect]:
    """`areas` side by side along the shorter side of `room`, and the room that is left."""
    total = sum(areas)
    laid, at = [], 0.0
    if room.width >= room.height:
        width = min(total / room.height, room.width) if room.height else 0.0
        for area in areas:
            height = area / width if width else 0.0
            laid.append(Rect(room.x, room.y + at, width, height))
            at += height
        return laid, Rect(room.x + width, room.y, max(0.0, room.width - width), room.height)
    height = min(total / room.width, room.height)
    for area in areas:
        width = area / height if height else 0.0
        laid.append(Rect(room.x + at, room.y, width, height))
        at += width
    return laid, Rect(room.x, room.y + height, room.width, max(0.0, room.height - height))


def treemap(tiles: Sequence[Tile], title: str, width: int, height: int, size: int = 14) -> SafeString:
    """size: of the letters, in units of the drawing. Tiles without an amount are left out."""
    drawn = sorted((tile for tile in tiles if tile.amount > 0), key=lambda tile: -tile.amount)
    if not drawn:
        return SafeString("")
    places = squarify([tile.amount for tile in drawn], Rect(0, 0, width, height))
    boxes = format_html_join("", "{}", ((_box(tile, place, size),) for tile, place in zip(drawn, places, strict=True)))
    return format_html(
        '<svg class="ubin" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>', width, height, title, boxes
    )


def _box(tile: Tile, place: Rect, size: int) -> SafeString:
    wide, high = max(0.5, place.width - GAP), max(0.5, place.height - GAP)
    room = int((high - size * 0.5) // (size * 1.25))
    lines = fitted(tile.label, wide - size, room - (2 if room > 3 else 1), size)
    value = fitted(tile.value, wide - size, room - len(lines), size) if lines else []
    if value and not value[-1].endswith("…"):  # half a number is another number
        lines += value
    text = format_html_join(
        "",
        '<tspan x="{}" dy="{}">{}</tspan>',
        ((f"{place.x + size * 0.6:.1f}", f"{size * 1.25:.1f}" if n else 0, line) for n, line in enumerate(lines)),
    )
    return format_html(
        '<a href="{}"><title>{}</title><rect class="k{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<text class="k{}" y="{}" font-size="{}" aria-hidden="true">{}</text></a>',
        tile.href, tile.told, tile.shade, f"{place.x:.1f}", f"{place.y:.1f}", f"{wide:.1f}", f"{high:.1f}", tile.shade,
        f"{place.y + size * 1.35:.1f}", size, text,
    )  # fmt: skip


def fitted(label: str, width: float, lines: int, size: int) -> list[str]:
    """`label` in at most `lines` lines that fit `width`; empty when no word of it would stand there whole."""
    letters = int(width / (size * LETTER))
    words = label.split()
    if lines < 1 or not words or len(words[0]) > letters:
        return []
    said = [words[0]]
    for word in words[1:]:
        if len(said[-1]) + 1 + len(word) <= letters:
            said[-1] += f" {word}"
        elif len(said) < lines and len(word) <= letters:
            said.append(word)
        else:
            said[-1] = said[-1][: letters - 1] + "…"
            break
    return said
