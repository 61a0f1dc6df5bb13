"""A row of small squares, one for each period: how punctual a dataset came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SIDE, STEP = 12, 15


class Mark(NamedTuple):
    """shade: the class `k…` of its colour; told: what a pointer over it reads."""

    shade: int
    told: str


def strip(marks: Sequence[Mark]) -> SafeString:
    """The marks in their order; words and a table beside it say the same."""
    if not marks:
        return SafeString("")
    squares = format_html_join(
        "",
        '<rect class="k{}" x="{}" width="{}" height="{}" rx="2"><title>{}</title></rect>',
        ((mark.shade, place * STEP, SIDE, SIDE, mark.told) for place, mark in enumerate(marks)),
    )
    width = len(marks) * STEP
    return format_html(
        '<svg class="pita" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">{}</svg>',
        width, SIDE, width, SIDE, squares,
    )  # fmt: skip
