"""What nobody means well asks: every address of the site with every kind of value, as bytes on the line."""

from __future__ import annotations

import http.client
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from django.urls import URLPattern, URLResolver, get_resolver

VALUES = {
    "sql": "' OR 1=1; DROP TABLE dw.fakta_indikator; --",
    "sql union": "x') UNION SELECT nilai::text FROM dw.fakta_indikator--",
    "identifier": 'a"; SELECT pg_sleep(30); --',
    "percent": "%s%(dataset)s%%{0.__class__}",
    "template": "{{ settings.SECRET_KEY }}{% debug %}${7*7}<%= 7 %>",
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "nul": "a\0b",
    "line": "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "long": "a" * 10_000,
    "many": ",".join(["64.08"] * 1_000),
    "huge": "9" * 400,
    "negative": "-1",
    "float": "1e309",
    "not a number": "NaN",
    "up": "../../../../../../etc/passwd",
    "up, twice": "..%2f..%2f..%2fetc%2fpasswd",
    "url": "http://169.254.169.254/latest/meta-data/",
    "json": '{"$ne": null, "a": [[[[[[[[]]]]]]]]}',
    "unicode": "\u202e\ud7ff\U0001f4a9\u0000".replace("\u0000", "") + "\ufffe",
    "empty": "",
}
NAMES = (
    "q fq rows start sort facet.field id resource_id filters fields limit offset records_format distinct "
    "urusan skpd tahun tingkat frekuensi akses urut halaman wilayah periode indikator rincian rincian.jenis_kelamin "
    "baris anak kolom menurut format bentuk dari sampai pada batas mulai kode "
    "startPeriod endPeriod detail references dimensionAtObservation firstNObservations lastNObservations updatedAfter "
    "tautan kunci token email callback include_total plain language"
).split()
"""Names of parameters that the site's pages and interfaces know, or others of their kind do."""
GOOD = {
    "dataset": "disdukcapil.penduduk_umur", "name": "package_search", "form": "csv", "kode": "64.08.04",
    "skpd": "disdikbud", "indikator": "penduduk_umur.jumlah", "wilayah": "64.08.04", "periode": "2023",
    "rincian": "umur=0-4|jenis_kelamin=L", "flow": "DF_PENDUDUK", "key": "all", "provider": "all",
    "resource": "dataflow", "agency": "all", "id": "all", "version": "latest", "rest": "x", "number": "1",
}  # fmt: skip


class Answer(NamedTuple):
    asked: str
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One connection; asks for exactly the bytes it is given."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).netloc
        self.line = http.client.HTTPConnection(self.host, timeout=30)

    def ask(self, target: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """target: path and query, percent-encoded. headers: `X_Forwarded_Host` is sent as X-Forwarded-Host."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.line.putrequest(method, target, skip_host="Host" in named, skip_accept_encoding=True)
        for name, value in named.items():
            self.line.putheader(name, value)
        if body is not None:
            self.line.putheader("Content-Length", str(len(body)))
        self.line.endheaders(body)
        response = self.line.getresponse()
        answer = Answer(
            f"{method} {target[:300]} {named}", response.status, dict(response.getheaders()), response.read()
        )
        if response.will_close:
            self.line.close()
        return answer


def addresses() -> list[str]:
    """Every address of the site as `/dataset/{dataset}/unduh.{form}`, in its Indonesian form and below /en/."""
    found = dict.fromkeys(_below(get_resolver().url_patterns, ""))
    return [*found, "/statis/{rest}", "/en/", "/en/dataset/{dataset}", "/en/data"]


def _below(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        text = before + re.sub(r"<(?:[\w-]+:)?(\w+)>", r"{\1}", str(pattern.pattern).removeprefix("en/"))
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, text)
        else:
            yield f"/{text}"


def places(address: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", address)


def filled(address: str, **values: str) -> str:
    """The address with a value in each place; what is not given is as it should be."""
    return re.sub(r"\{(\w+)\}", lambda place: quote(values.get(place[1], GOOD.get(place[1], "x")), safe=""), address)


def questions() -> Iterator[str]:
    """Every place of every address with every value; the parameters with some, by turns: alone, and all at once."""
    values = itertools.cycle(VALUES.values())
    short = itertools.cycle([value for value in VALUES.values() if len(value) < 500])
    for number, address in enumerate(addresses()):
        yield filled(address)
        for place in places(address):
            for value in VALUES.values():
                yield filled(address, **{place: value})
        for name in NAMES[number % 2 :: 2]:
            yield f"{filled(address)}?{name}={quote(next(values))}"
        for value in itertools.islice(short, 5):
            yield f"{filled(address)}?" + "&".join(f"{name}={quote(value)}" for name in NAMES)
        yield f"{filled(address)}?{quote(next(values))[:3000]}={quote(next(values))[:3000]}"
