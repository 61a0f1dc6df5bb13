"""Charts drawn by the server: for those without JavaScript, and until the browser draws. Attributes and classes."""

from __future__ import annotations

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.charts.choice import LINE, PYRAMID_KIND, Chart
from portal.pages.templatetags.figures import ringkas

WIDTH = 480
LINE_HEIGHT = 22
LABEL = 150
TEXT = 26
"""Letters of a label that fit in LABEL."""


def drawing(chart: Chart, told: str) -> SafeString:
    """told: the chart in words, its name for who does not see it. A map is drawn by portal.charts.svg."""
    draw = _line if chart.kind == LINE else _pyramid if chart.kind == PYRAMID_KIND else _bars
    height, shapes = draw(chart)
    return format_html(
        '<svg class="gambar" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        WIDTH, height, told, shapes, _legend(chart, height - LINE_HEIGHT),
    )  # fmt: skip


def _bars(chart: Chart) -> tuple[int, SafeString]:
    many = len(chart.series)
    thick = LINE_HEIGHT - 6 if chart.stacked or many == 1 else max(5, (LINE_HEIGHT + 6 * many) // many - 2)
    step = LINE_HEIGHT if chart.stacked or many == 1 else (thick + 1) * many + 6
    totals = [
        sum((max(one.values[i] or Decimal(0), Decimal(0)) for one in chart.series), Decimal(0))
        if chart.stacked
        else max((abs(one.values[i] or Decimal(0)) for one in chart.series), default=Decimal(0))
        for i in range(len(chart.categories))
    ]
    scale = float(WIDTH - LABEL - 70) / (float(max(totals, default=Decimal(0))) or 1)
    parts = []
    for i, name in enumerate(chart.categories):
        top, at = i * step + 3, float(LABEL)
        parts.append(_text(LABEL - 6, top + step / 2 + 1, name, "end"))
        for place, one in enumerate(chart.series):
            value = one.values[i]
            wide = abs(float(value or 0)) * scale
            y = top if chart.stacked or many == 1 else top + place * (thick + 1)
            if value is not None:
                parts.append(_rect(at, y, wide, thick, place))
            if chart.stacked:
                at += wide
        if many == 1:
            value = chart.series[0].values[i]
            end = LABEL + abs(float(value or 0)) * scale + 5
            parts.append(_text(end, top + step / 2 + 1, "–" if value is None else str(ringkas(value)), "start"))
    return len(chart.categories) * step + (LINE_HEIGHT + 8 if many > 1 else 4), SafeString("".join(parts))


def _pyramid(chart: Chart) -> tuple[int, SafeString]:
    top = float(max((value for one in chart.series for value in one.values if value is not None), default=1)) or 1.0
    middle, half, side = WIDTH / 2, 42, WIDTH / 2 - 42
    parts = []
    for i, name in enumerate(reversed(chart.categories)):
        y = i * LINE_HEIGHT + 3
        parts.append(_text(middle, y + LINE_HEIGHT / 2 + 1, name.replace(" tahun", ""), "middle"))
        for place, one in enumerate(chart.series):
            wide = float(one.values[len(chart.categories) - 1 - i] or 0) / top * (side - 4)
            parts.append(_rect(middle - half - wide if place == 0 else middle + half, y, wide, LINE_HEIGHT - 4, place))
    return len(chart.categories) * LINE_HEIGHT + LINE_HEIGHT + 8, SafeString("".join(parts))


def _line(chart: Chart) -> tuple[int, SafeString]:
    known = [value for one in chart.series for value in one.values if value is not None]
    low, high = min(*known, Decimal(0)) if min(known) * 4 < max(known) else min(known), max(known)
    left, top, tall, wide = 74, 14, 210, WIDTH - 74 - 20
    span = float(high - low) or 1.0
    step = wide / max(1, len(chart.categories) - 1)

    def y_of(value: Decimal) -> float:
        return top + tall - float(value - low) / span * tall

    parts = []
    for value in (low, (low + high) / 2, high):
        parts.append(
            format_html('<path class="kisi" d="M{} {}H{}"/>', left, f"{y_of(value):.1f}", WIDTH - 20)
            + _text(left - 6, y_of(value) + 4, str(ringkas(round(value, 2))), "end")
        )
    every = -(-len(chart.categories) // 6)
    for i, name in enumerate(chart.categories):
        if (len(chart.categories) - 1 - i) % every == 0:
            parts.append(_text(left + i * step, top + tall + 18, name, "end" if i else "middle"))
    for place, one in enumerate(chart.series):
        pen, path = "M", []
        for i, point in enumerate(one.values):
            if point is None:
                pen = "M"
                continue
            path.append(f"{pen}{left + i * step:.1f} {y_of(point):.1f}")
            pen = "L"
        parts.append(format_html('<path class="g{}" d="{}"/>', place % 6 + 1, "".join(path)))
    return top + tall + 26 + (LINE_HEIGHT if len(chart.series) > 1 else 0), SafeString("".join(parts))


def _legend(chart: Chart, y: float) -> SafeString:
    if len(chart.series) < 2:
        return SafeString("")
    step = WIDTH / min(len(chart.series), 6)
    shown = chart.series[:6]
    return format_html_join(
        "",
        "{}{}",
        (
            (_rect(i * step, y + 6, 10, 10, i), _text(i * step + 15, y + 15, one.name[: int(step / 7)], "start"))
            for i, one in enumerate(shown)
        ),
    )


def _rect(x: float, y: float, width: float, height: float, place: int) -> SafeString:
    return format_html(
        '<rect class="w{}" x="{}" y="{}" width="{}" height="{}"/>',
        place % 6 + 1, f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}",
    )  # fmt: skip


def _text(x: float, y: float, text: str, anchor: str) -> SafeString:
    short = text if len(text) <= TEXT else text[: TEXT - 1] + "…"
    return format_html('<text x="{}" y="{}" text-anchor="{}">{}</text>', f"{x:.1f}", f"{y:.1f}", anchor, short)
