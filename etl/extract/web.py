"""A web service's answer, whole or not at all: fetched within its limits and archived as it was received."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from etl.extract.answers import FILE, Manifest, is_bundle, read_manifest, write_bundle
from etl.extract.archive import INCOMING, Archive, Archived, own_disk
from etl.extract.bps_service import fetch_table
from etl.extract.ckan import fetch_records, file_address, in_datastore, resource_of
from etl.extract.web_auth import login_for
from etl.extract.web_client import Client, with_params
from etl.extract.web_pages import Collected
from etl.extract.web_paging import fetch_pages
from etl.findings import Finding, Refused
from etl.sources import AnyWebSource, BpsSource, CkanSource, WebSource


@dataclass(frozen=True)
class Answer:
    """What a service gave. archived: None when it says that nothing has changed since the previous answer.

    records: on all pages; 0 where the answer is a file. requests: how often the service was asked.
    """

    archived: Archived | None
    notes: tuple[Finding, ...] = ()
    pages: int = 0
    records: int = 0
    requests: int = 0


def fetch_web(source: AnyWebSource, archive: Archive, dataset: str, previous: Path | None) -> Answer:
    """Asks a service for all that the contract wants, and archives its pages as one bundle (see answers).

    dataset: `<skpd>.<name>`, for findings. previous: the last answer in the archive; what a service sends whole is then
    asked for only if it changed. Raises SourceUnavailable when the service does not give it now, Refused when the
    contract or the service must change first. No key of the connection is in the bundle, a finding or a log.
    """
    login = login_for(source)
    name = f"{urlsplit(source.url).hostname}/{dataset.rpartition('.')[2]}.zip"
    with _scratch(archive) as scratch, Client(source, login, scratch, name) as client:
        match source:
            case BpsSource():
                collected: Collected | None = fetch_table(client, source)
                manifest = Manifest(source.kind, source.url, "")
            case CkanSource():
                collected, manifest = _ckan(client, source, previous)
            case WebSource(paging=None):
                url = with_params(source.url, source.params)
                collected, manifest = _whole(client, source, url, previous)
            case WebSource():
                collected = fetch_pages(client, source)
                manifest = Manifest(source.kind, with_params(source.url, source.params), "")
        if collected is None:
            return Answer(None, requests=client.requests)
        if collected.isi != FILE and collected.count == 0:
            raise client.told.nothing("tidak ada satu rekaman pun")
        archived = _archive(archive, scratch, manifest, collected)
        return Answer(archived, tuple(collected.notes()), len(collected.pages), collected.count, client.requests)


def _ckan(client: Client, source: CkanSource, previous: Path | None) -> tuple[Collected | None, Manifest]:
    resource = resource_of(client, source)
    if in_datastore(resource):
        address = f"{source.url.rstrip('/')}/api/3/action/datastore_search?resource_id={resource.get('id')}"
        return fetch_records(client, source, resource), Manifest(source.kind, address, "")
    return _whole(client, source, file_address(client, source, resource), previous, "berkas ckan")


def _whole(
    client: Client, source: WebSource | CkanSource, url: str, previous: Path | None, kind: str = "web"
) -> tuple[Collected | None, Manifest]:
    """What is one answer, unless the service says that it is still the previous one."""
    before = _told_before(previous, url)
    known = {}
    if before and before.etag:
        known["If-None-Match"] = before.etag
    elif before and before.last_modified:
        known["If-Modified-Since"] = before.last_modified
    page = client.get(url, headers=known)
    if page.status == 304:
        return None, Manifest(kind, url, "")
    if isinstance(source, WebSource):
        collected = Collected(client.told, source.records, source.key, source.total, success=source.success)
    else:
        collected = Collected(client.told, source.records)
    collected.add(page)
    marks = page.headers.get("etag", ""), page.headers.get("last-modified", "")
    return collected, Manifest(kind, url, "", *marks)


def _told_before(previous: Path | None, url: str) -> Manifest | None:
    """What the previous answer said of itself, if it is the answer to the same question."""
    if previous is None or not previous.is_file() or not is_bundle(previous):
        return None
    try:
        manifest = read_manifest(previous, previous.name)
    except Refused:
        return None
    return manifest if manifest.alamat == url and len(manifest.halaman) == 1 else None


def _archive(archive: Archive, scratch: str, manifest: Manifest, collected: Collected) -> Archived:
    whole = replace(manifest, isi=collected.isi, halaman=tuple(page.media for page in collected.pages))
    bundle = Path(f"{scratch}-bundel")
    with own_disk():
        write_bundle(bundle, whole, [page.path for page in collected.pages])
    with bundle.open("rb") as stream:
        return archive.store(stream)


@contextmanager
def _scratch(archive: Archive) -> Iterator[str]:
    """Beginning of the paths of all that is not archived yet: gone afterwards, and swept if this process is killed."""
    incoming = archive.root / INCOMING
    mark = uuid4().hex
    with own_disk():
        incoming.mkdir(parents=True, exist_ok=True)
    try:
        yield str(incoming / mark)
    finally:
        for path in incoming.glob(f"{mark}*"):
            path.unlink(missing_ok=True)
