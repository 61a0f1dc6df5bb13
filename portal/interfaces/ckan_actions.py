"""CKAN's actions that read, each a function of the catalogue and the parameters that were asked with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.conf import settings

from portal.interfaces import ckan_packages as told
from portal.interfaces import ckan_search
from portal.interfaces.ckan_datastore import datastore_search, decoded, names_in
from portal.interfaces.ckan_errors import Invalid, InvalidQuery, NotAuthorized, NotFound
from portal.warehouse import packages
from portal.warehouse.snapshot import Snapshot

Node = dict[str, Any]
Asked = Mapping[str, Any]
MAX_ROWS = 1000
VERSION = "2.10.4"
"""Of the CKAN whose answers these are like."""


class Catalogue:
    """Everything that may be told, of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def rows(self) -> list[Any]:
        return packages.packages(self.snapshot)

    @cached_property
    def packages(self) -> list[Node]:
        return [self.package(row) for row in self.rows]

    @cached_property
    def organizations(self) -> list[Node]:
        counted = Counter(row.skpd for row in self.rows)
        listed = packages.agencies(self.snapshot)
        return [told.organization(row, counted[row.nama_pendek]) for row in listed if counted[row.nama_pendek]]

    @cached_property
    def groups(self) -> list[Node]:
        counted = Counter((row.urusan, row.nama_urusan) for row in self.rows)
        return [told.group(code, name, count) for (code, name), count in sorted(counted.items())]

    def package(self, row: Any) -> Node:
        return told.package(row, settings.BASE_URL)

    def row(self, reference: str) -> Any:
        """The dataset of a package's name or id. Raises NotFound."""
        for row in self.rows:
            if reference in (told.slug(row.dataset), told.identifier("dataset", row.dataset), row.dataset):
                return row
        raise NotFound


# ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def package_list(catalogue: Catalogue, asked: Asked) -> list[str]:
    return _page(sorted(told.slug(row.dataset) for row in catalogue.rows), asked)


def package_show(catalogue: Catalogue, asked: Asked) -> Node:
    return catalogue.package(catalogue.row(_reference(asked)))


def current_package_list_with_resources(catalogue: Catalogue, asked: Asked) -> list[Node]:
    newest = sorted(catalogue.packages, key=lambda one: one["metadata_modified"], reverse=True)
    return _page(newest, asked)


def package_search(catalogue: Catalogue, asked: Asked) -> Node:
    start, rows = _number(asked, "start", 0), min(_number(asked, "rows", 10), MAX_ROWS)
    fields = _facet_fields(asked)
    try:
        queries = [ckan_search.parse(text) for text in _queries(asked)]
        words = " ".join(query.words for query in queries if query.words)
        rank = {}
        found = [one for one in catalogue.packages if all(ckan_search.holds(query, one) for query in queries)]
        if words:
            ranks = packages.ranked(catalogue.snapshot, words)
            rank = {told.slug(dataset): value for dataset, value in ranks.items()}
            found = [one for one in found if one["name"] in rank]
        found = ckan_search.ordered(found, str(asked.get("sort") or ""), rank)
        limit = _number(asked, "facet.limit", 50) if str(asked.get("facet.limit")) != "-1" else -1
        facets = ckan_search.facets(found, fields, _titles(catalogue, fields), limit)
    except ckan_search.BadQuery as problem:
        raise InvalidQuery(str(problem)) from None
    return {
        "count": len(found),
        "sort": str(asked.get("sort") or "score desc, metadata_modified desc"),
        **facets,
        "results": found[start : start + rows],
    }


def _queries(asked: Asked) -> list[str]:
    listed = asked.get("fq_list") or []
    listed = decoded(listed, "fq_list") if isinstance(listed, str) else listed
    if not isinstance(listed, list):
        raise Invalid(fq_list=["Not a list"])
    texts = [asked.get("q") or "", *_each(asked.get("fq") or ""), *listed]
    return [str(text).replace("\0", " ")[:4000] for text in texts[:20]]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _facet_fields(asked: Asked) -> list[str]:
    fields = names_in(asked, "facet.field")
    if len(fields) > 20:
        raise Invalid(**{"facet.field": ["At most 20 fields"]})
    return fields if str(asked.get("facet", "true")).lower() != "false" else []


def _titles(catalogue: Catalogue, fields: list[str]) -> dict[str, dict[str, str]]:
    titles: dict[str, dict[str, str]] = {}
    if "organization" in fields:
        titles["organization"] = {one["name"]: one["title"] for one in catalogue.organizations}
    if "groups" in fields:
        titles["groups"] = {one["name"]: one["title"] for one in catalogue.groups}
    if "license_id" in fields:
        titles["license_id"] = {one["id"]: one["title"] for one in told.licences()}
    return titles


def resource_show(catalogue: Catalogue, asked: Asked) -> Node:
    reference = _reference(asked)
    for package in catalogue.packages:
        for resource in package["resources"]:
            if resource["id"] == reference:
                return dict(resource)
    raise NotFound


# ── organizations, groups, tags, licences ────────────────────────────────────────────────────────────────────────────


def organization_list(catalogue: Catalogue, asked: Asked) -> list[Any]:
    return _group_list(catalogue.organizations, asked, "organizations")


def organization_show(catalogue: Catalogue, asked: Asked) -> Node:
    found = told.named(catalogue.organizations, _reference(asked))
    return _group_show(catalogue, asked, found, lambda one: one["organization"]["id"])


def group_list(catalogue: Catalogue, asked: Asked) -> list[Any]:
    return _group_list(catalogue.groups, asked, "groups")


def group_show(catalogue: Catalogue, asked: Asked) -> Node:
    found = told.named(catalogue.groups, _reference(asked))
    return _group_show(catalogue, asked, found, lambda one: one["groups"][0]["id"])


def _group_list(nodes: list[Node], asked: Asked, only: str) -> list[Any]:
    wanted = names_in(asked, only)
    if wanted:
        nodes = [one for one in nodes if one["name"] in wanted or one["id"] in wanted]
    key, _, way = str(asked.get("sort") or "title asc").partition(" ")
    if key not in ("name", "title", "package_count", "packages") or way.strip().lower() not in ("", "asc", "desc"):
        raise Invalid(sort=["Cannot sort by this field"])
    key = "package_count" if key == "packages" else key
    nodes = sorted(nodes, key=lambda one: one["name"])
    nodes.sort(key=lambda one: one[key], reverse=way.strip().lower() == "desc")
    return _page(nodes if _flag(asked, "all_fields") else [one["name"] for one in nodes], asked)


def _group_show(catalogue: Catalogue, asked: Asked, found: Node | None, of: Callable[[Node], str]) -> Node:
    if found is None:
        raise NotFound
    if not _flag(asked, "include_datasets"):
        return found
    return {**found, "packages": [one for one in catalogue.packages if of(one) == found["id"]][:MAX_ROWS]}


def tag_list(catalogue: Catalogue, asked: Asked) -> list[Any]:
    if asked.get("vocabulary_id"):
        raise NotFound("could not find vocabulary")
    names = {one["name"] for package in catalogue.packages for one in package["tags"]}
    query = str(asked.get("query") or "").lower()
    listed = sorted(name for name in names if query in name.lower())
    return [told.tag(name) for name in listed] if _flag(asked, "all_fields") else listed


def license_list(catalogue: Catalogue, asked: Asked) -> list[Node]:
    return told.licences()


# ── the site, figures ────────────────────────────────────────────────────────────────────────────────────────────────


def status_show(catalogue: Catalogue, asked: Asked) -> Node:
    return {
        "site_title": "Satu Data Kutai Timur",
        "site_description": "Statistik resmi Kabupaten Kutai Timur",
        "site_url": settings.BASE_URL,
        "ckan_version": VERSION,
        "error_emails_to": None,
        "locale_default": "id",
        "extensions": ["datastore"],
    }


def site_read(catalogue: Catalogue, asked: Asked) -> bool:
    return True


def help_show(catalogue: Catalogue, asked: Asked) -> str | None:
    name = str(asked.get("name") or "")
    if not name:
        raise Invalid(name=["Missing value"])
    if name not in ACTIONS:
        raise NotFound("Action name not known")
    return HELP[name]


def search_figures(catalogue: Catalogue, asked: Asked) -> Node:
    return datastore_search(catalogue.snapshot, catalogue.rows, asked)


def refuse_sql(catalogue: Catalogue, asked: Asked) -> Node:
    raise NotAuthorized("datastore_search_sql is not offered here; use datastore_search, or /api/v1")


def _reference(asked: Asked) -> str:
    reference = asked.get("id") or asked.get("name_or_id")
    if not isinstance(reference, str) or not reference:
        raise Invalid(id=["Missing value"])
    return reference


def _number(asked: Asked, name: str, default: int) -> int:
    value = asked.get(name, default)
    text = str(default if value in (None, "") else value)
    if not re.fullmatch(r"\d{1,9}", text) or isinstance(value, bool):
        raise Invalid(**{name: ["Must be a natural number" if re.fullmatch(r"-\d+", text) else "Invalid integer"]})
    return int(text)


def _flag(asked: Asked, name: str) -> bool:
    return str(asked.get(name, "")).lower() in ("true", "1", "yes", "on")


def _page(listed: list[Any], asked: Asked) -> list[Any]:
    limit = asked.get("limit")
    start = _number(asked, "offset", 0)
    return listed[start : start + _number(asked, "limit", 0)] if limit not in (None, "") else listed[start:]


ACTIONS: dict[str, Callable[[Catalogue, Asked], Any]] = {
    "package_list": package_list,
    "package_show": package_show,
    "package_search": package_search,
    "current_package_list_with_resources": current_package_list_with_resources,
    "resource_show": resource_show,
    "organization_list": organization_list,
    "organization_show": organization_show,
    "group_list": group_list,
    "group_show": group_show,
    "tag_list": tag_list,
    "license_list": license_list,
    "datastore_search": search_figures,
    "datastore_search_sql": refuse_sql,
    "status_show": status_show,
    "site_read": site_read,
    "help_show": help_show,
}
HELP = {
    "package_list": "Names of all datasets. limit, offset.",
    "package_show": "One dataset. id: its name or id.",
    "package_search": "Datasets that fit. q, fq, fq_list, rows (at most 1000), start, sort, facet.field, facet.limit.",
    "current_package_list_with_resources": "Datasets with their resources, the last changed first. limit, offset.",
    "resource_show": "One resource. id.",
    "organization_list": "Agencies that publish. sort, limit, offset, organizations, all_fields.",
    "organization_show": "One agency. id: its name or id; include_datasets.",
    "group_list": "Fields of government (urusan). sort, limit, offset, groups, all_fields.",
    "group_show": "One field of government. id: its name or id; include_datasets.",
    "tag_list": "Keywords. query, all_fields.",
    "license_list": "Licences that datasets may have.",
    "datastore_search": (
        "Figures of a dataset's CSV. resource_id, filters, q, language, limit (at most 32000), offset, fields, sort, "
        "distinct, include_total, records_format (objects, lists)."
    ),
    "datastore_search_sql": "Not offered here.",
    "status_show": "What this site is.",
    "site_read": "true.",
    "help_show": "What an action takes. name.",
}
WRITES = re.compile(
    r"[a-z_]+_(create|update|patch|delete|purge|upsert|revise|reorder|submit|invite|chained)|dataset_.*|bulk_.*"
)
"""Actions of CKAN that write: there is nobody here whom they are allowed to."""
