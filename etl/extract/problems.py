"""Findings of the reading stage: short constructors, and texts from outside made safe to print."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from etl.findings import Finding, Owner, Refused, Severity, SourceUnavailable

SHOWN = 200
"""Longest foreign text quoted in a finding; a cell may hold 32,767 characters."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line and direction marks, and bytes of a name that are not text: all can forge a log line."""


def visible(text: str) -> str:
    """A name or value from outside with control characters written out (`\\n`, `\\xff`), so it stays on its line."""
    return UNPRINTABLE.sub(lambda match: _written(match.group()), text)


def _written(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that os.fsdecode could not decode
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii") if code < 0xD800 else f"\\u{code:04x}"


def shown(text: str) -> str:
    """`visible`, cut to what a person reads."""
    text = visible(text.strip())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def public_url(url: str) -> str:
    """A folder's address without user, password and query, for findings."""
    if "://" not in url:
        return visible(url)
    parts = urlsplit(url)
    return visible(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")))


def refused(
    rule: str, message: str, cause: str, action: str, *, file: str = "", value: str = "", owner: Owner = Owner.SKPD
) -> Refused:
    """The whole file cannot be read."""
    return Refused(Finding(rule, message, cause, action, owner=owner, file=visible(file), value=shown(value)))


def unavailable(
    rule: str, message: str, cause: str, action: str, *, file: str = "", owner: Owner = Owner.DISKOMINFO
) -> SourceUnavailable:
    """The source could not be reached; the bytes were never seen."""
    return SourceUnavailable(Finding(rule, message, cause, action, owner=owner, file=visible(file)))


def note(
    rule: str, message: str, cause: str, action: str, *, file: str = "", sheet: str = "", row: int | None = None
) -> Finding:
    """Read nevertheless, but the walidata should know."""
    return Finding(
        rule, message, cause, action, severity=Severity.CATATAN, file=visible(file), sheet=visible(sheet), row=row
    )


def listed(items: list[str], most: int = 10) -> str:
    """`a, b, c dan 5 lagi`."""
    text = ", ".join(items[:most])
    return f"{text} dan {len(items) - most} lagi" if len(items) > most else text


def dotted(number: int) -> str:
    """1234567 → `1.234.567`."""
    return f"{number:,}".replace(",", ".")
