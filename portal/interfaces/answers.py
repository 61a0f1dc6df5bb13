"""What answers to programs of any site have in common."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)

EXPOSED = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Last-Modified, Link"


def for_all(response: Answer) -> Answer:
    """Lets scripts of any site read the answer: nothing here depends on who asks."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = EXPOSED
    # Pages may not be framed or read by other sites' windows; what programs take may be used from anywhere.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def allowed(methods: str) -> HttpResponse:
    """The answer to a browser that asks beforehand what a script of another site may do."""
    response = for_all(HttpResponse(status=204))
    response["Allow"] = response["Access-Control-Allow-Methods"] = methods
    response["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range"
    response["Access-Control-Max-Age"] = "86400"
    return response


def json_answer(content: Any, status: int = 200, kind: str = "application/json") -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return for_all(HttpResponse(text, status=status, content_type=f"{kind}; charset=utf-8"))
