"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from portal.languages import other_language


def site(request: HttpRequest) -> dict[str, Any]:
    language = get_language() or "id"
    return {
        "base_url": settings.BASE_URL,
        "language": language,
        "canonical": settings.BASE_URL + request.path,
        "other_language": other_language(request.get_full_path(), language),
        "section": getattr(getattr(request, "resolver_match", None), "url_name", ""),
    }
