"""What the overview of all submissions says, as plain values for its template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from etl.load.account import Listed
from etl.load.submission import Submission
from expectations.labels import LABELS, WITA, address, local_time, period_span
from expectations.sentences import number


def overview(rows: Sequence[Listed]) -> dict[str, Any]:
    newest = sorted(rows, key=lambda row: (row.submission.received_at, row.submission.id), reverse=True)
    agencies = [
        {
            "nama": name,
            "kalimat": _agency_sentence([row.submission for row in own]),
            "kiriman": [_overview_line(row) for row in own],
        }
        for name, own in _by_agency(newest)
    ]
    counts = [
        ("Kiriman", len(rows)),
        *((LABELS[status][1], _count(rows, status)) for status in ("menunggu", "dikembalikan", "dirilis")),
        ("Baris dikarantina", sum(row.submission.n_quarantined for row in rows)),
    ]
    return {
        "dibuat": local_time(datetime.now(UTC)),
        "kalimat": f"{number(len(rows))} kiriman dari {number(len(agencies))} SKPD, yang terbaru di atas.",
        "ringkas": [{"nama": name, "banyak": count} for name, count in counts],
        "skpd": agencies,
    }


def _by_agency(newest: Sequence[Listed]) -> Iterable[tuple[str, list[Listed]]]:
    ordered = sorted(newest, key=lambda row: row.nama_skpd)
    return [(name, list(own)) for name, own in groupby(ordered, key=lambda row: row.nama_skpd)]


def _count(rows: Sequence[Listed], status: str) -> int:
    return sum(row.submission.status == status for row in rows)


def _agency_sentence(submissions: Sequence[Submission]) -> str:
    parts = [f"{number(len(submissions))} kiriman"]
    for status, text in (("menunggu", "menunggu keputusan"), ("dikembalikan", "dikembalikan")):
        count = sum(submission.status == status for submission in submissions)
        if count:
            parts.append(f"{number(count)} {text}")
    return f"{', '.join(parts)}."


def _overview_line(row: Listed) -> dict[str, Any]:
    s = row.submission
    colour, label = LABELS[s.status]
    return {
        "tanggal": f"{s.received_at.astimezone(WITA):%d/%m/%Y}",
        "pukul": f"{s.received_at.astimezone(WITA):%H.%M}",
        "judul": row.judul,
        "periode": period_span(s.periods),
        "berkas": s.path.rpartition("/")[2],
        "tautan": address(s),
        "kelas": colour,
        "label": label,
        "diterima": s.n_received,
        "dimuat": s.n_loaded,
        "tetap": s.n_unchanged,
        "karantina": s.n_quarantined,
    }
