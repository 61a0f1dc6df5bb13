"""Words, colours and addresses that the page of a submission and the overview share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from etl.findings import Severity
from etl.load.submission import Submission
from expectations.sentences import period, words

WITA = timezone(timedelta(hours=8), "WITA")
"""Asia/Makassar, which has no summer time; stored times are UTC."""

LABELS = {
    "diterima": ("netral", "Belum diperiksa"),
    "menunggu": ("catatan", "Menunggu walidata"),
    "dirilis": ("baik", "Dirilis"),
    "dikembalikan": ("tolak", "Dikembalikan"),
    "digantikan": ("netral", "Digantikan kiriman baru"),
    "tidak_berubah": ("baik", "Tidak berubah"),
}
"""Status of a submission → class of colour and what it is called."""

SEVERITY = {Severity.TOLAK: ("tolak", "Tolak"), Severity.CATATAN: ("catatan", "Catatan")}
SKIPPED = {
    "kepala": "judul dan kepala tabel",
    "satuan": "baris satuan",
    "nomor_kolom": "baris nomor kolom",
    "kosong": "kosong",
    "kaki": "kaki tabel",
    "jumlah": "baris jumlah",
    "subtotal": "baris subtotal",
    "luar": "di luar tabel",
}
"""Rows left out of the figures, by kind."""


def address(submission: Submission) -> str:
    return f"{submission.skpd}/{submission.dataset.rpartition('.')[2]}/{submission.id}.html"


def local_time(moment: datetime) -> str:
    """`4 Juli 2026 14.05 WITA` of a UTC time."""
    here = moment.astimezone(WITA)
    return f"{period(here.strftime('%Y-%m-%d'))} {here.strftime('%H.%M')} WITA"


def period_span(codes: Sequence[str]) -> str:
    """Up to two periods by name, more as `2020 s.d. 2024`."""
    named = [period(code) for code in codes]
    return words(named) if len(named) <= 2 else f"{named[0]} s.d. {named[-1]}"
