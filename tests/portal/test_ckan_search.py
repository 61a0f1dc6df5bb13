"""The query language of package_search, without a site."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.interfaces.ckan_search import BadQuery, facets, holds, ordered, parse


def package(name: str, org: str = "dinkes", tags: tuple[str, ...] = (), modified: str = "2026-01-02T03:04:05.000000"):
    return {
        "id": name, "name": name, "title": name.title(), "notes": "uraian", "author": "A", "maintainer": "A",
        "organization": {"name": org}, "owner_org": org, "groups": [{"name": "kesehatan"}],
        "tags": [{"name": tag} for tag in tags], "resources": [{"format": "CSV"}, {"format": "XLSX"}],
        "license_id": "cc-by", "isopen": True, "metadata_created": modified, "metadata_modified": modified,
        "num_resources": 2, "extras": [{"key": "tahun", "value": "2024"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "true"),
    [
        ("*:*", True),
        ("organization:dinkes", True),
        ("-organization:dinkes", False),
        ("NOT organization:dpu", True),
        ("NOT -organization:dinkes", True),
        ("organization:dpu OR organization:dinkes", True),
        ("organization:dpu organization:dinkes", False),
        ("organization:dpu AND organization:dinkes", False),
        ("organization:(dpu OR dinkes)", True),
        ('tags:("dua kata" OR lain)', True),
        ('tags:"dua kata"', True),
        ("tags:dua*", True),
        ("res_format:csv", True),
        ("metadata_modified:[2026-01-02T03:04:05Z TO *]", True),
        ("metadata_modified:[* TO 2026-01-01T00:00:00Z]", False),
        ("num_resources:[1 TO 10]", True),
        ("num_resources:[10 TO 20]", False),
        ("extras_tahun:2024", True),
        ("extras_tahun:2023", False),
        ("(organization:dinkes)", True),
        ("(organization:dinkes) AND (name:a)", True),
    ],
)
def test_clauses(query, true):
    assert holds(parse(query), package("a", tags=("dua kata",))) is true


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("air bersih", "air bersih"),
        ('"air bersih" organization:dinkes', '"air bersih"'),
        ("air -kotor", "air -kotor"),
        ("pendud*", "pendud"),
        ("*:*", ""),
        ("*", ""),
    ],
)
def test_words_go_to_the_full_text_search(query, words):
    assert parse(query).words == words


@pytest.mark.parametrize("query", ["bukan:1", "name:[a TO]", "(", ")", 'name:"a', "name:[a]", "[a TO b]", "name:()"])
def test_what_is_no_query(query):
    with pytest.raises(BadQuery):
        parse(query)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_refused(text):
    with contextlib.suppress(BadQuery):
        holds(parse(text), package("a"))


def test_order_and_facets():
    listed = [package("b", modified="2026-02-01"), package("a", "dpu"), package("c", modified="2026-03-01")]
    names = [one["name"] for one in ordered(listed, "", {})]
    assert names == ["c", "b", "a"]
    assert [one["name"] for one in ordered(listed, "score desc, name asc", {"b": 2.0})] == ["b", "a", "c"]
    assert [one["name"] for one in ordered(listed, "title desc", {})] == ["c", "b", "a"]
    told = facets(listed, ["organization"], {"organization": {"dpu": "PU"}}, 1)
    assert told["facets"] == {"organization": {"dinkes": 2}}
    assert facets(listed, ["organization"], {"organization": {"dpu": "PU"}}, -1)["search_facets"]["organization"][
        "items"
    ] == [
        {"name": "dinkes", "display_name": "dinkes", "count": 2},
        {"name": "dpu", "display_name": "PU", "count": 1},
    ]
