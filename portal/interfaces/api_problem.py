"""What the API says when it does not answer: RFC 9457, in plain Indonesian, with what is allowed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: "Permintaan tidak dipahami",
    403: "Tidak terbuka",
    404: "Tidak ada",
    405: "Cara itu tidak dilayani",
    406: "Bentuk yang diminta tidak ada",
    413: "Isi permintaan terlalu besar",
    414: "Alamat terlalu panjang",
    429: "Terlalu banyak permintaan",
    500: "Terjadi kesalahan pada kami",
    503: "Gudang data sedang tidak dapat dibaca",
}
DETAILS = {
    400: "Permintaan ini tidak dipahami. Cara bertanya ada pada dokumen antarmuka.",
    404: "Tidak ada apa pun pada alamat ini. Yang ada tercantum pada dokumen antarmuka.",
    500: "Kesalahan ini dicatat dan bukan pada permintaan Anda. Cobalah lagi nanti.",
    503: "Gudang data sedang dirawat, atau jawabannya terlalu lama dibuat. Cobalah lagi, atau minta lebih sedikit.",
}


@dataclass(frozen=True)
class Fault:
    """A parameter and what is wrong with it. pilihan: what would be right, where that can be listed."""

    parameter: str
    pesan: str
    pilihan: Sequence[str] = ()


@dataclass(frozen=True)
class Problem(Exception):
    """A question that gets no answer."""

    status: int
    detail: str
    faults: Sequence[Fault] = field(default=())

    def response(self) -> HttpResponse:
        said = {
            "type": f"{settings.BASE_URL}/api#masalah-{self.status}",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
        }
        faults = [
            {"parameter": fault.parameter, "pesan": fault.pesan} | ({"pilihan": fault.pilihan} if fault.pilihan else {})
            for fault in self.faults
        ]
        body = json.dumps(said | ({"kesalahan": faults} if faults else {}), ensure_ascii=False)
        return HttpResponse(body, status=self.status, content_type=CONTENT_TYPE)


def missing(what: str) -> Problem:
    return Problem(404, what)


def misunderstood(*faults: Fault) -> Problem:
    return Problem(400, " ".join(fault.pesan for fault in faults), faults)
