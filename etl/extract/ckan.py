"""A resource of a CKAN portal: its datastore, page by page, where it has one, else the file that it names."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from etl.extract.answers import CKAN_RECORDS, CKAN_ROW
from etl.extract.problems import listed, shown
from etl.extract.web_client import Client, Page, same_server, with_params
from etl.extract.web_pages import Collected, examined
from etl.extract.web_words import MISSING, as_text, said, value_at
from etl.findings import Refused
from etl.sources import CkanSource

AT_ONCE = 5_000
"""Records asked for at a time; portals give at most 32,000, many fewer."""

MAX_PAGES = 9_000

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def resource_of(client: Client, source: CkanSource) -> dict[str, Any]:
    """What the portal says of the contract's resource.

    Raises Refused when no resource fits, or several do (naming them); SourceUnavailable as Client.get.
    """
    if _ID.fullmatch(source.resource):
        return _ask(client, source, "resource_show", {"id": source.resource})
    dataset, _, pattern = source.resource.partition("/")
    told = _ask(client, source, "package_show", {"id": dataset}).get("resources")
    resources: list[dict[str, Any]] = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    pattern = pattern or "*"
    fitting = [one for one in resources if fnmatchcase(_name(one).lower(), pattern.lower())]
    if len(fitting) == 1:
        return fitting[0]
    names = listed([f"«{shown(_name(one))}»" for one in (fitting or resources)]) or "tidak ada satu pun"
    raise client.told.contract(
        "sumber_daya_ckan",
        f"{'Tidak ada' if not fitting else len(fitting)} sumber daya dataset {shown(dataset)} yang cocok dengan "
        f"«{shown(pattern)}». Yang ada: {names}.",
        "Portal mengganti nama sumber daya, atau menambah yang baru.",
        "Betulkan `resource` pada kontrak: nama yang lebih tepat, atau id sumber dayanya.",
    )


def in_datastore(resource: dict[str, Any]) -> bool:
    return as_text(resource.get("datastore_active")).lower() == "true"


def fetch_records(client: Client, source: CkanSource, resource: dict[str, Any]) -> Collected:
    """All records of the resource's datastore, in their own order. Raises as Client.get and Collected.add."""
    collected = Collected(client.told, CKAN_RECORDS, (CKAN_ROW,), "result.total", MAX_PAGES)
    while True:
        asked = {
            "resource_id": as_text(resource.get("id")),
            "limit": str(AT_ONCE),
            "offset": str(collected.count),
            "sort": CKAN_ROW,
        }
        document, came = collected.add(client.get(_action(source, "datastore_search", asked)))
        if value_at(document, "result.total_was_estimated") is True:
            collected.total, collected.stated = None, MISSING
        if came == 0 or collected.complete:
            return collected


def file_address(client: Client, source: CkanSource, resource: dict[str, Any]) -> str:
    """Where the resource's file is. Raises Refused when that is another server."""
    address = urljoin(source.url, as_text(resource.get("url") or ""))
    parts, here = urlsplit(address), urlsplit(source.url)
    if (parts.scheme, here.scheme) == ("http", "https") and parts.netloc == here.netloc:
        address = urlunsplit(("https", *parts[1:]))  # many portals have forgotten that they moved to TLS
    if same_server(address, source.url):
        return address
    raise client.told.contract(
        "berkas_di_server_lain",
        f"Sumber daya «{shown(_name(resource))}» tidak tersimpan di portal ini, melainkan di {shown(parts.netloc)}.",
        "Portal hanya mencatat alamat berkas di server lain (dipanen dari sana).",
        "Tulis sumbernya sebagai `kind: ckan` dengan `url` portal itu, atau `kind: web` dengan alamat berkas itu.",
        value=address,
    )


def _name(resource: dict[str, Any]) -> str:
    return as_text(resource.get("name") or resource.get("id") or "")


def _action(source: CkanSource, action: str, params: dict[str, str]) -> str:
    return with_params(f"{source.url.rstrip('/')}/api/3/action/{action}", params)


def _ask(client: Client, source: CkanSource, action: str, params: dict[str, str]) -> dict[str, Any]:
    page: Page = client.get(_action(source, action, params))
    document = examined(page, client.told, {})
    page.path.unlink()
    return _result(client, document)


def _result(client: Client, document: Any) -> dict[str, Any]:
    """What is in CKAN's envelope, also in that of portals that write `status: 200 OK` for `success: true`."""
    result = document.get("result") if isinstance(document, dict) else None
    good = isinstance(document, dict) and (
        document.get("success") is True or as_text(document.get("status", "")).startswith("200")
    )
    if good and isinstance(result, dict):
        return result
    raise _no_ckan(client, document)


def _no_ckan(client: Client, document: Any) -> Refused:
    return client.told.contract(
        "bukan_ckan",
        "Jawaban portal ini bukan jawaban CKAN (`success` dan `result`).",
        "Alamat pada kontrak bukan akar portal CKAN, atau portal itu memakai perangkat lunak lain.",
        "Buka <alamat>/api/3/action/status_show di peramban; bila bukan CKAN, pakai `kind: web`.",
        value="" if document is MISSING else said(document),
    )
