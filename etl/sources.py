"""Where a dataset comes from: the `source` block of a contract. It names connections and never holds a password."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, field_validator, model_validator

from etl.rules import Strict

IDENTIFIER = r"^[a-z][a-z0-9_]*$"
"""Names of datasets, columns, indicators and connections: they become keys, file names, variables and URLs."""

_SECRET = re.compile(r"(?i)(^|[_-])(api)?key$|token|secret|passw|sandi|authori[sz]ation")


class PeriodFrom(Strict):
    """Where the period stands. Parts found in several places (month in a column, year in the file name) are joined."""

    place: Literal["column", "sheet", "file", "title", "header", "fixed"]
    pattern: str | None = None
    """Regular expression whose first group (or whole match) is the period text; for `sheet`, `file` and `title`."""
    value: str | None = None
    """The period itself (or the missing part of it), for `fixed`."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"bukan ekspresi reguler: {error}") from error
        return value

    @model_validator(mode="after")
    def _fixed_has_value(self) -> PeriodFrom:
        if (self.place == "fixed") != (self.value is not None):
            raise ValueError("`value` diisi bila dan hanya bila place: fixed")
        return self


class _AnySource(Strict):
    periods: tuple[PeriodFrom, ...] = (PeriodFrom(place="column"),)


# ── bytes: files, uploads and answers of web services ────────────────────────────────────────────────────────────────


class ByteSource(_AnySource):
    """What arrives as bytes of some format. The format itself is told by the bytes, never by a name."""

    encoding: str | None = None
    """Of a delimited file; found by rule (UTF-8, UTF-16 by its mark, else cp1252) when absent."""
    delimiter: str | None = Field(default=None, max_length=1)
    """Of a delimited file; found by rule when absent."""
    records: str | None = None
    """JSON and XML: where the records are, e.g. `data.items`; found by rule (the one list of objects) when absent."""
    member: str | None = None
    """Of a .zip: pattern of the file in it; absent: the only data file."""


class FolderSource(ByteSource):
    """Files in the agency's shared folder: local, NFS, Windows share (smb), SFTP, S3 or WebDAV."""

    kind: Literal["folder"]
    files: str
    """Pattern of the file's path below the agency's folder, e.g. `faskes/faskes*.xlsx`; `**` crosses folders."""
    path: str | None = None
    """Another folder than the agency's own: any fsspec URL."""
    connection: str | None = Field(default=None, pattern=IDENTIFIER)
    """Airflow connection with the login to `path`; absent: the agency's own from datasets/skpd.yaml."""

    @model_validator(mode="after")
    def _own_login(self) -> FolderSource:
        if self.connection and not self.path:
            raise ValueError("`connection` hanya bersama `path`; login folder SKPD sendiri ditulis di skpd.yaml")
        return self


class UploadSource(ByteSource):
    """Nothing to collect: files come only by `satudata submit` (and the entry workbook, wherever it is found)."""

    kind: Literal["unggah"]


class Page(Strict):
    """`?page=1`, `?page=2`, … until a page has no records."""

    by: Literal["page"]
    param: str = "page"
    start: int = Field(default=1, ge=0)
    size_param: str | None = None
    size: int | None = Field(default=None, ge=1)


class Offset(Strict):
    """`?offset=0`, `?offset=100`, … until a page has fewer records than the first."""

    by: Literal["offset"]
    param: str = "offset"
    size_param: str = "limit"
    size: int = Field(default=100, ge=1)


class Cursor(Strict):
    """Each answer carries the mark of the next one, until it carries none."""

    by: Literal["cursor"]
    param: str = "cursor"
    path: str
    """Where in the answer the next mark stands, e.g. `meta.next_cursor`."""


class Link(Strict):
    """Each answer names the address of the next one, in its body (`path`) or in its Link header (RFC 8288)."""

    by: Literal["link"]
    path: str | None = None


Paging = Annotated[Page | Offset | Cursor | Link, Field(discriminator="by")]


class _WebAnswer(ByteSource):
    connection: str | None = Field(default=None, pattern=IDENTIFIER)
    """Airflow connection with the login: password or key, and how it is sent (`extra.auth`)."""
    per_minute: int = Field(default=60, ge=1, le=6000)
    """Requests a minute at the most."""
    timeout_seconds: int = Field(default=60, ge=1, le=600)
    max_mb: int = Field(default=200, ge=1, le=1500)
    """Megabytes of all answers together, as many as a file may unpack to; more is refused, not cut."""


class WebSource(_WebAnswer):
    """JSON, CSV, XML (or any other file) over HTTP(S)."""

    kind: Literal["web"]
    url: str
    params: dict[str, str] = {}
    headers: dict[str, str] = {}
    paging: Paging | None = None
    max_pages: int = Field(default=1000, ge=1)
    key: tuple[str, ...] = ()
    """Fields that together name a record: the same record on two pages is then found."""
    total: str | None = None
    """Where the answer says how many records there are altogether; compared with what came."""
    success: dict[str, str] = {}
    """Path → value that a good answer holds, e.g. `{status: OK}`: many services send their errors as HTTP 200."""

    @field_validator("url")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("alamat harus http:// atau https:// dengan nama server")
        if parts.username or parts.password or any(_SECRET.search(name) for name, _ in parse_qsl(parts.query)):
            raise ValueError("sandi atau kunci tidak boleh di alamat: simpan di koneksi Airflow (`connection`)")
        return value

    @model_validator(mode="after")
    def _no_secret(self) -> WebSource:
        named = [name for name in (*self.params, *self.headers) if _SECRET.search(name)]
        if named:
            raise ValueError(f"`{named[0]}` tampak seperti kunci: simpan di koneksi Airflow (`connection`)")
        return self


class CkanSource(_WebAnswer):
    """A resource of a CKAN portal: its datastore where it has one, else its file."""

    kind: Literal["ckan"]
    url: str = Field(pattern=r"^https?://[^/@\s]+(/[^?\s]*)?$")
    """Root of the portal, e.g. https://data.example.go.id."""
    resource: str
    """Id of the resource, or `<dataset>/<pattern of the resource's name>`."""


class BpsSource(_WebAnswer):
    """A dynamic table of the BPS WebAPI, its composite keys decoded: a national figure beside the agency's."""

    kind: Literal["bps"]
    url: str = Field(default="https://webapi.bps.go.id/v1/api", pattern=r"^https?://[^/@\s]+(/[^?\s]*)?$")
    domain: str = Field(pattern=r"^\d{4}$")
    """BPS code of the area: 0000 Indonesia, 6400 Kalimantan Timur, 6404 Kutai Timur."""
    var: str = Field(pattern=r"^\d+$")
    """Number of the variable."""
    tahun: tuple[Annotated[str, Field(pattern=r"^(19|20)\d\d$")], ...] = ()
    """Years; absent: all that there are. Large tables must be asked for in parts."""
    turvar: str | None = Field(default=None, pattern=r"^\d+$")
    """Number of one derived variable (e.g. one sex)."""


# ── databases ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Incremental(Strict):
    """Only rows changed since last time are fetched; the archive still holds the whole result every time."""

    watermark: str
    """Result column that grows whenever a row changes (`updated_at`, a running number)."""
    overlap: str = Field(default="1 hari", pattern=r"^\d+( (menit|jam|hari))?$")
    """How far before the last watermark to begin, for rows committed late: `30 menit`, `2 jam`, `1 hari`, a number."""
    key: tuple[str, ...] = Field(min_length=1)
    """Result columns that together name a row."""
    deletions: bool = True
    """Compare all keys each time, so that deleted rows are seen."""


class DatabaseSource(_AnySource):
    """A query on the agency's database, read only."""

    kind: Literal["database"]
    connection: str = Field(pattern=IDENTIFIER)
    """Airflow connection id, or environment variable AIRFLOW_CONN_<NAME>; never a password in this file."""
    query: str
    """One SELECT with a total ORDER BY, so that the same data give the same bytes."""
    incremental: Incremental | None = None

    @field_validator("query")
    @classmethod
    def _is_select(cls, value: str) -> str:
        if not re.match(r"(?is)^\s*(select|with)\b", value):
            raise ValueError("hanya SELECT (atau WITH … SELECT) yang boleh")
        if not re.search(r"(?is)\border\s+by\b", value):
            raise ValueError("tambahkan ORDER BY: tanpa urutan tetap, data yang sama tampak berubah")
        return value


AnyWebSource = WebSource | CkanSource | BpsSource
Source = Annotated[
    FolderSource | DatabaseSource | WebSource | CkanSource | BpsSource | UploadSource, Field(discriminator="kind")
]
