"""package_search: the part of Solr's query language that clients of CKAN send, answered from the packages themselves.

`fq` and `q` are made of terms that must all hold: `word`, `"a phrase"`, `field:value`, `field:"a value"`,
`field:(a OR b)`, `field:[low TO high]`, `field:*`, each with `+` or `-` before it; `*:*` holds for everything. Between
terms AND may stand; OR may stand between two terms of the same level. Words without a field are looked for by the
database's full text search.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

Node = dict[str, Any]
MAX_TERMS = 100


class BadQuery(Exception):
    """What was asked is no query that is understood here."""


@dataclass(frozen=True)
class Term:
    """field: None for words of the text. values: any of which will do; a pair: a range. wanted: False after -."""

    field: str | None
    values: tuple[str | tuple[str, str], ...]
    wanted: bool = True


@dataclass(frozen=True)
class Query:
    """Every alternative list must hold: at least one of its terms. words: what the full text is searched for."""

    clauses: tuple[tuple[Term, ...], ...]
    words: str


_ALWAYS = {
    "private": "false",
    "capacity": "public",
    "state": "active",
    "type": "dataset",
    "dataset_type": "dataset",
    "entity_type": "package",
    "site_id": "default",
}
"""What holds for everything that is published here."""


def _always(value: str) -> Callable[[Node], Iterable[str]]:
    return lambda _package: [value]


FIELDS: Mapping[str, Callable[[Node], Iterable[str]]] = {
    "id": lambda p: [p["id"]],
    "name": lambda p: [p["name"]],
    "title": lambda p: [p["title"], *p["title"].split()],
    "title_string": lambda p: [p["title"]],
    "notes": lambda p: p["notes"].split(),
    "author": lambda p: [p["author"]],
    "maintainer": lambda p: [p["maintainer"]],
    "organization": lambda p: [p["organization"]["name"]],
    "owner_org": lambda p: [p["owner_org"]],
    "groups": lambda p: [one["name"] for one in p["groups"]],
    "tags": lambda p: [one["name"] for one in p["tags"]],
    "res_format": lambda p: [one["format"] for one in p["resources"]],
    "license_id": lambda p: [p["license_id"]],
    "isopen": lambda p: [str(p["isopen"]).lower()],
    "metadata_created": lambda p: [p["metadata_created"]],
    "metadata_modified": lambda p: [p["metadata_modified"]],
    "num_resources": lambda p: [str(p["num_resources"])],
    **{name: _always(value) for name, value in _ALWAYS.items()},
}
SORTS = {
    "id": "id",
    "name": "name",
    "title": "title",
    "title_string": "title",
    "metadata_created": "metadata_created",
    "metadata_modified": "metadata_modified",
    "views_recent": None,
    "views_total": None,
    "score": None,
    "relevance": None,
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<and>AND\b|&&)|(?P<or>OR\b|\|\|)|(?P<not>NOT\b)
    |(?P<sign>[+-]?)(?:(?P<field>\*|[A-Za-z_][A-Za-z0-9_]*):)?
    (?P<value>"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\((?P<list>[^()]*)\)|[^\s()"\[\]]+))""",
    re.VERBOSE,
)


def parse(text: str) -> Query:
    """Raises BadQuery."""
    clauses: list[tuple[Term, ...]] = []
    words: list[str] = []
    place, joined, negated, depth = 0, False, False, 0
    text = text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if not found or len(clauses) > MAX_TERMS:
            raise BadQuery(f"Cannot parse {text[:200]!r}")
        place = found.end()
        while place < len(text) and text[place].isspace():
            place += 1
        if found["open"] or found["close"]:
            # Groups of whole terms are taken as if their parentheses were not there: clients send `+(a:b)`.
            depth += 1 if found["open"] else -1
            if depth < 0:
                raise BadQuery(f"Cannot parse {text[:200]!r}")
        elif found["and"]:
            joined = False
        elif found["or"]:
            joined = bool(clauses)
        elif found["not"]:
            negated = True
        else:
            term = _term(found, negated)
            negated = False
            if term.field is None:
                words.append(_said(term))
            elif term.field != "*":
                if joined:
                    clauses[-1] = (*clauses[-1], term)
                else:
                    clauses.append((term,))
            joined = False
    if depth:
        raise BadQuery(f"Cannot parse {text[:200]!r}")
    return Query(tuple(clauses), " ".join(words)[:200])


def _term(found: re.Match[str], negated: bool) -> Term:
    wanted = (found["sign"] == "-") == negated
    raw, field = found["value"], found["field"]
    if field is not None and field != "*" and not (field in FIELDS or field.startswith("extras_")):
        raise BadQuery(f"undefined field {field}")
    if raw.startswith("["):
        bounds = re.fullmatch(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]", raw)
        if not bounds or field is None:
            raise BadQuery(f"Cannot parse {raw[:200]!r}")
        return Term(field, ((bounds[1], bounds[2]),), wanted)
    if found["list"] is not None:
        listed = re.findall(r'"(?:[^"\\]|\\.)*"|[^\s"]+', found["list"])
        values = [_plain(one) for one in listed if one not in ("OR", "AND", "||", "&&")]
        if not values:
            raise BadQuery(f"Cannot parse {raw[:200]!r}")
        return Term(field, tuple(values), wanted)
    return Term(field, (_plain(raw),), wanted)


def _plain(value: str) -> str:
    if value.startswith('"'):
        value = value[1:-1]
    return re.sub(r"\\(.)", r"\1", value)


def _said(term: Term) -> str:
    """Words as websearch_to_tsquery takes them; a wildcard at the end is left out, words are stemmed anyway."""
    words = [f'"{value}"' if " " in value else value.rstrip("*~") for value in term.values if isinstance(value, str)]
    text = " or ".join(word.replace("*", "") for word in words if word.strip('*"'))
    return text if term.wanted or not text else f"-{text}"


def holds(query: Query, package: Node) -> bool:
    """Whether its clauses hold for the package; `words` is the database's."""
    return all(any(_has(term, package) for term in terms) for terms in query.clauses)


def _has(term: Term, package: Node) -> bool:
    assert term.field is not None
    if term.field in FIELDS:
        there = list(FIELDS[term.field](package))
    else:
        key = term.field.removeprefix("extras_")
        there = [one["value"] for one in package["extras"] if one["key"] == key]
    found = any(_fits(wanted, value) for wanted in term.values for value in there)
    return found == term.wanted


def _fits(wanted: str | tuple[str, str], value: str) -> bool:
    if isinstance(wanted, tuple):
        low, high = wanted
        return (low == "*" or _order(low) <= _order(value)) and (high == "*" or _order(value) <= _order(high))
    if "*" in wanted or "?" in wanted:
        return fnmatchcase(value.lower(), wanted.lower().replace("[", "[[]"))
    return value.lower() == wanted.lower()


def _order(value: str) -> tuple[int, float, str]:
    """Times and numbers by what they say, texts by their letters."""
    told = value.strip('"')
    if re.fullmatch(r"\d{4}-\d\d-\d\d.*", told):
        try:
            return (1, datetime.fromisoformat(told.removesuffix("Z")).replace(tzinfo=None).timestamp(), "")
        except ValueError:
            pass
    if re.fullmatch(r"-?\d{1,15}", told):
        return (0, float(told), "")
    return (2, 0.0, told.lower())


def ordered(packages: list[Node], sort: str, rank: Mapping[str, float]) -> list[Node]:
    """By `sort`, as `title asc, metadata_modified desc`. rank: name → how well it fits. Raises BadQuery."""
    result = sorted(packages, key=lambda p: p["name"])
    wanted = [part.split() for part in (sort or "score desc, metadata_modified desc").split(",")]
    for part in reversed(wanted):
        if not part or len(part) > 2 or part[0] not in SORTS or part[-1].lower() not in ("asc", "desc", part[0]):
            raise BadQuery(f"sort {sort[:100]!r}")
        key = SORTS[part[0]]
        falling = len(part) > 1 and part[1].lower() == "desc"
        if key:
            result.sort(key=lambda p: p[key].lower(), reverse=falling)
        elif part[0] in ("score", "relevance"):
            result.sort(key=lambda p: rank.get(p["name"], 0.0), reverse=falling)
    return result


def facets(
    packages: Iterable[Node], fields: Iterable[str], titles: Mapping[str, Mapping[str, str]], limit: int
) -> Node:
    """`facets` and `search_facets` of a result. titles: field → name → what people call it. limit: -1 for all.
    Raises BadQuery."""
    plain: Node = {}
    detailed: Node = {}
    packages = list(packages)
    for field in fields:
        if field not in FIELDS:
            raise BadQuery(f"undefined field {field}")
        counted = Counter(value for package in packages for value in set(FIELDS[field](package)))
        most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        most = most if limit < 0 else most[:limit]
        plain[field] = dict(most)
        names = titles.get(field, {})
        detailed[field] = {
            "title": field,
            "items": [{"name": name, "display_name": names.get(name, name), "count": n} for name, n in most],
        }
    return {"facets": plain, "search_facets": detailed}
