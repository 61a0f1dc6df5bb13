"""Regular expressions as spreadsheet formulas, where they are simple enough: codes of fixed length, or one class of
characters repeated. Spreadsheets have no regular expressions, so anything else is checked only when the file arrives.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_LENGTH = 60
_TOKEN = re.compile(r"(?P<cls>\[\^?\]?[^\]]*\])|\\(?P<esc>.)|(?P<any>\.)|(?P<lit>[^\\\[\](){}|*+?^$.])")
_TIMES = re.compile(r"\{(\d+)\}|([+*])")


class _Chars(NamedTuple):
    """One position: the characters that may stand there (`negated`: that may not). Anything: negated and empty."""

    chars: str
    negated: bool


def formula(pattern: str, cell: str) -> str | None:
    """An expression that is TRUE when the cell's text fits the whole pattern; None when it cannot be said."""
    body = pattern.removeprefix("^").removesuffix("$")
    sequence: list[_Chars] = []
    at = 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        chars = _chars(token) if token else None
        if token is None or chars is None:
            return None
        at = token.end()
        times = _TIMES.match(body, at)
        if times is None:
            sequence.append(chars)
            continue
        at = times.end()
        if times[2]:
            return _repeated(chars, cell, times[2]) if not sequence and at == len(body) else None
        sequence += [chars] * int(times[1])
        if len(sequence) > MAX_LENGTH:
            return None
    return _fixed(sequence, cell) if sequence else None


def _chars(token: re.Match[str]) -> _Chars | None:
    if token["any"]:
        return _Chars("", True)
    if token["lit"]:
        return _Chars(token["lit"], False)
    if token["esc"]:
        if token["esc"] == "d":
            return _Chars("0123456789", False)
        return None if token["esc"].isalnum() else _Chars(token["esc"], False)
    inside = token["cls"][1:-1]
    negated = inside.startswith("^")
    chars = ""
    for one in re.finditer(r"\\(d)|\\(.)|(.)-(.)|(.)", inside.removeprefix("^")):
        if one[2] and one[2].isalnum():
            return None
        if one[3]:
            chars += "".join(map(chr, range(ord(one[3]), ord(one[4]) + 1)))
        else:
            chars += "0123456789" if one[1] else one[2] or one[5]
    return _Chars(chars, negated) if chars and len(chars) <= MAX_LENGTH * 2 else None


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _fixed(sequence: list[_Chars], cell: str) -> str:
    asked = [f"LEN({cell})={len(sequence)}"]
    at = 0
    while at < len(sequence):
        chars, negated = sequence[at]
        end = at + 1
        if len(chars) == 1 and not negated:
            while end < len(sequence) and len(sequence[end].chars) == 1 and not sequence[end].negated:
                end += 1
            text = "".join(one.chars for one in sequence[at:end])
            asked.append(f"EXACT(MID({cell},{at + 1},{end - at}),{_quoted(text)})")
        elif chars:
            found = "ISERROR" if negated else "ISNUMBER"
            asked.append(f"{found}(FIND(MID({cell},{at + 1},1),{_quoted(chars)}))")
        at = end
    return f"AND({','.join(asked)})"


def _repeated(one: _Chars, cell: str, times: str) -> str | None:
    some = f"LEN({cell})>0" if times == "+" else "TRUE"
    if not one.chars:
        return some
    if one.negated:
        listed = ",".join(f"ISERROR(FIND({_quoted(char)},{cell}))" for char in one.chars[:MAX_LENGTH])
        return f"AND({some},{listed})" if len(one.chars) <= MAX_LENGTH else None
    each = f"ISNUMBER(FIND(MID({cell},ROW($1:$255),1),{_quoted(one.chars)}))"
    return f"AND({some},SUMPRODUCT(--{each},--(ROW($1:$255)<=LEN({cell})))=LEN({cell}))"
