"""JSON-LD within a page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.interfaces import schema_org

register = template.Library()
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.simple_tag
def schema_dataset(entry: Any, files: Iterable[tuple[str, Any]], indicators: Iterable[Any], address: str) -> SafeString:
    """A dataset's page, with its files as the page has them: (form, file)."""
    return embedded(schema_org.dataset(entry, [file for _, file in files], indicators, address))


@register.simple_tag
def schema_catalogue() -> SafeString:
    return embedded(schema_org.catalogue())


def embedded(node: dict[str, Any]) -> SafeString:
    """The data block; nothing in a text can end it."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above
