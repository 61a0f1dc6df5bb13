"""A contract's query as text: what is looked at before any server sees it. Nothing is parsed beyond what that needs."""

from __future__ import annotations

import re

from etl.extract.problems import refused
from etl.findings import Owner, Refused

_BACKSLASH = ("mysql", "mariadb")
"""Dialects in whose strings a backslash escapes."""

_DOLLAR = r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
_AFTER_ORDER = frozenset({"limit", "offset", "fetch", "for", "union", "intersect", "except", "minus", "window", "lock"})
"""Words after which an ORDER BY decides more than the order."""


def one_select(query: str, dialect: str, connection: str, dataset: str) -> str:
    """The query without its final semicolon. Raises Refused when it is more than one reading statement.

    A read-only transaction does not stop SELECT … INTO OUTFILE, which writes a file, nor a second statement that ends
    the transaction; INTO is a reserved word in every dialect and has no place in a query that only reads.
    """
    text = query.strip()
    code = _code(text, dialect)
    stripped = code.rstrip("; \t\r\n")
    problem = ""
    if ";" in stripped:
        problem = "lebih dari satu perintah"
    elif re.search(r"(?i)\binto\b", stripped):
        problem = "INTO, yang menulis berkas atau tabel"
    elif "/*!" in stripped or "/*M!" in stripped:
        problem = "komentar yang dijalankan (/*! … */)"
    elif _closes_more(stripped):
        problem = "kurung tutup tanpa kurung buka"
    if problem:
        raise _not_reading(problem, connection, dataset)
    return text[: len(stripped)]


def without_order(query: str, dialect: str) -> str:
    """The query without an ORDER BY that closes it, as a subquery is written; with it where it also decides on rows."""
    code = _code(query, dialect)
    depth, start = 0, -1
    for match in re.finditer(r"(?i)[()]|\border\s+by\b|\b[a-z_]+\b", code):
        word = match.group().lower()
        if word in "()":
            depth += 1 if word == "(" else -1
        elif depth == 0 and word.startswith("order") and word.endswith("by"):
            start = match.start()
        elif depth == 0 and start >= 0 and word in _AFTER_ORDER:
            return query
    return query[:start].rstrip() if start >= 0 else query


def _code(query: str, dialect: str) -> str:
    """The query, as long as it was, with strings, quoted names and comments blanked out."""
    return _tokens(dialect).sub(_blank, query)


def _tokens(dialect: str) -> re.Pattern[str]:
    escaped = r"'(?:[^'\\]|\\.|'')*'"
    plain = r"'(?:[^']|'')*'"
    parts = [r"(?P<comment>--[^\n]*|/\*(?!M?!).*?\*/)"]
    if dialect in _BACKSLASH:
        parts += [r"\#[^\n]*", escaped, r'"(?:[^"\\]|\\.|"")*"', r"`(?:[^`]|``)*`"]
    else:
        parts += [r"\b[eE]" + escaped, plain, r'"(?:[^"]|"")*"']
        if dialect == "postgresql":
            parts.append(_DOLLAR)
        elif dialect in ("mssql", "sqlite"):
            parts += [r"\[[^\]]*\]", r"`(?:[^`]|``)*`"]
    return re.compile("|".join(parts), re.DOTALL)


def _blank(match: re.Match[str]) -> str:
    filling = " " if match.group("comment") or match.group().startswith("#") else "_"
    return filling * len(match.group())


def _closes_more(code: str) -> bool:
    """Whether the query would end the parentheses that it is put in; one left open the server itself refuses."""
    depth = 0
    for sign in re.findall(r"[()]", code):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return True
    return False


def _not_reading(problem: str, connection: str, dataset: str) -> Refused:
    return refused(
        "kueri_menulis",
        f"Kueri dataset {dataset} tidak dijalankan: di dalamnya ada {problem}.",
        "Kueri disalin dari skrip lain; yang boleh hanya satu SELECT (atau WITH … SELECT) yang membaca.",
        "Perbaiki `source.query` pada kontrak.",
        file=connection,
        owner=Owner.DISKOMINFO,
    )
