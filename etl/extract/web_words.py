"""What a service's answer says: its kind, its values by path, and the error that many services send as HTTP 200."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from etl.extract.problems import shown
from etl.extract.records import follow

MISSING = object()
"""Nothing stands at a path; null does not count as nothing."""

_ERROR_WORDS = {"error", "err", "fail", "failed", "failure", "gagal", "galat", "unauthorized", "forbidden"}
_CODES = ("status", "code", "status_code", "statuscode", "http_code", "rc")
_DATA = ("data", "result", "results", "records", "items", "rows", "features", "datacontent")
_SAID = ("message", "msg", "pesan", "error_description", "detail", "error", "errors", "keterangan", "title", "reason")
_XML_ERROR = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?"
    r"<(?:\w+:)?(invalid_response|error|errors|fault|exception|exceptionreport|serviceexceptionreport)\b",
    re.IGNORECASE | re.DOTALL,
)
_SOAP_FAULT = re.compile(r"<(?:\w+:)?Body\b[^>]*>\s*<(?:\w+:)?Fault\b", re.IGNORECASE)
_HTML = re.compile(r"<(!doctype html|html|head|body|div|meta|script)\b", re.IGNORECASE)
_TOLD_NO_ACCESS = re.compile(
    r"(?i)\b(api ?key|token|re-?check your key|not allowed|unauthori[sz]ed|forbidden|permission|access denied|"
    r"akses|izin|kunci|sandi|login|signature|credential)"
)


def value_at(document: Any, path: str) -> Any:
    """What stands at `meta.next` (a number picks from a list); MISSING when nothing does. Names may hold dots."""
    value, rest = follow(document, path)
    return MISSING if rest else value


def as_text(value: Any) -> str:
    """A value of JSON as the contract writes it: `true`, `0`, `OK`."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return str(value)


def error_in(document: Any) -> str | None:
    """What a JSON answer says went wrong; None when nothing tells that it is an error.

    Told by `success: false`, a `status` that is a word for failure, a code from 400 on, or an `error` beside which
    there is no data.
    """
    if not isinstance(document, dict):
        return None
    fields = {str(name).lower(): value for name, value in document.items()}
    data = any(
        isinstance(value, list) or (isinstance(value, dict) and name in _DATA)
        for name, value in fields.items()
        if value and not name.startswith(("err", "mess"))
    )
    told = as_text(fields.get("success", True)).lower() in ("false", "0") or (
        as_text(fields.get("status", "")).strip().lower() in (*_ERROR_WORDS, "false")
    )
    for name in ("error", "errors"):
        value = fields.get(name)
        told = told or (not data and value not in (None, False, "", 0, "0", "false", [], {}) and value is not MISSING)
    for name in _CODES:
        code = as_text(fields.get(name, "")).strip()[:3]
        told = told or (not data and code.isdecimal() and 400 <= int(code) < 600)
    return (said(document) or "(tanpa penjelasan)") if told else None


def xml_error_in(start: str) -> str | None:
    """The same for the beginning of an XML answer: LKPP's `invalid_response`, OGC's exceptions, SOAP's faults."""
    if _XML_ERROR.match(start) or _SOAP_FAULT.search(start):
        return words(start) or "(tanpa penjelasan)"
    return None


def said(document: Any) -> str:
    """The words of a JSON answer that are meant for a person."""
    return shown(" · ".join(dict.fromkeys(_sayings(document, 0))))


def _sayings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list) and depth < 4:
        for item in value[:3]:
            yield from _sayings(item, depth + 1)
    elif isinstance(value, dict) and depth < 4:
        fields = {str(name).lower(): item for name, item in value.items()}
        told = [fields[name] for name in _SAID if name in fields]
        if depth:
            told = told or [item for name, item in fields.items() if not name.startswith("_")]
        for item in told:
            yield from _sayings(item, depth + 1)


def words(markup: str) -> str:
    """The words between the tags of a page: what a firewall, a login page or a server wrote for a person."""
    body = re.sub(r"(?is)<(style|script)\b.*?(</\1>|$)|<!--.*?(-->|$)|<[?!][^>]*>?", " ", markup)
    return shown(" ".join(unescape(re.sub(r"<[^>]*>?", " ", body)).split()))


def told(body: str) -> str:
    """The words of an error answer, whatever it is written in."""
    start = body.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return words(start)
    if start[:1] in ("{", "["):
        try:
            return said(json.loads(start)) or shown(start)
        except (ValueError, RecursionError):
            pass
    return shown(start)


def is_html(start: str) -> bool:
    """Whether a text begins as a web page does."""
    begin = re.sub(r"(?s)^\s*(<\?xml[^>]*>|<!--.*?-->)\s*", "", start.lstrip("\ufeff \t\r\n"))
    return _HTML.match(begin) is not None


def is_about_access(saying: str) -> bool:
    """Whether a service's words are about the key or the rights, not about its own state."""
    return _TOLD_NO_ACCESS.search(saying) is not None
