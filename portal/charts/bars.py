"""Bars beside numbers, and the course of a year's money: drawings without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def bar(part: Decimal | None, mark: Decimal | None = None, shade: int = 0) -> SafeString:
    """A bar of `part` percent, at most full, with a line at `mark` percent; beside numbers that say the same."""
    if part is None:
        return SafeString("")
    line = (
        format_html('<rect class="tanda-rencana" x="{}" width="1.4" height="12"/>', f"{_held(mark):.1f}")
        if mark is not None
        else SafeString("")
    )
    return format_html(
        '<svg class="batang" viewBox="0 0 100 12" width="100" height="12" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="latar" y="2" width="100" height="8"/>'
        '<rect class="k{}" y="2" width="{}" height="8"/>{}</svg>',
        shade, f"{_held(part):.1f}", line,
    )  # fmt: skip


def _held(percent: Decimal) -> float:
    return float(min(max(percent, Decimal(0)), Decimal(100)))


def course_of_year(
    planned: Mapping[date, Decimal], realised: Mapping[date, Decimal], title: str, width: int = 640, height: int = 220
) -> SafeString:
    """Two lines from January to December, rupiah since the year's start: what was planned (dashed) and what was spent.

    Empty without both. The numbers stand in a table beside it.
    """
    ends = sorted({*planned, *realised})
    top = max([*planned.values(), *realised.values()], default=Decimal(0))
    if not ends or top <= 0:
        return SafeString("")
    left, right, above, below = 8, 8, 10, 24

    def points(values: Mapping[date, Decimal]) -> list[tuple[float, float]]:
        first = (left, height - below)
        return [first] + [
            (
                left + end.timetuple().tm_yday / 366 * (width - left - right),
                above + float(1 - values[end] / top) * (height - above - below),
            )
            for end in sorted(values)
        ]

    def line(name: str, values: Mapping[date, Decimal]) -> SafeString:
        if not values:
            return SafeString("")
        told = points(values)
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in told)
        x, y = told[-1]
        return format_html(
            '<path class="{}" d="{}"/><circle class="{}" cx="{}" cy="{}" r="4"/>',
            name, path, name, f"{x:.1f}", f"{y:.1f}",
        )  # fmt: skip

    quarters: Sequence[str] = ("I", "II", "III", "IV")
    step = (width - left - right) / 4
    grid = format_html_join(
        "",
        '<path class="kisi" d="M{} {}V{}"/><text x="{}" y="{}" text-anchor="middle">TW {}</text>',
        (
            (f"{left + step * (n + 1):.1f}", above, height - below, f"{left + step * (n + 0.5):.1f}", height - 6, name)
            for n, name in enumerate(quarters)
        ),
    )
    ground = format_html('<path class="kisi" d="M{} {}H{}"/>', left, height - below, width - right)
    return format_html(
        '<svg class="laju" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        width, height, title, ground, grid, line("rencana", planned), line("nyata", realised),
    )  # fmt: skip
