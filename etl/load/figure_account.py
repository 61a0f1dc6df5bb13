"""One figure's account: what it says, where that stood, who let it out, what it said before. `satudata why`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.frames import column_letters
from etl.load.warehouse import rows, transaction
from etl.settings import REGENCY

LOCAL = timezone(timedelta(hours=8), "WITA")
"""Asia/Makassar, which has no summer time; stored times are UTC."""


@dataclass(frozen=True)
class CheckLine:
    """What one rule said of a submission: cells or figures checked and failed, distinct rows failed."""

    no: int
    rule: str
    title: str
    severity: str
    checked: int
    failed: int
    rows: int


@dataclass(frozen=True)
class Version:
    """One version of a figure: what it said, where that stood, and who let it out. Times are UTC.

    nilai is exact; None where `penanda` stood instead. valid_to is None while it is current. column: letters.
    submitted_by: who handed the file in, where it was not collected.
    """

    nilai: Decimal | None
    penanda: str | None
    status: str
    valid_from: datetime
    valid_to: datetime | None
    submission_id: int
    file: str
    sheet: str
    row: int
    column: str
    sha256: str
    received_at: datetime
    submitted_by: str | None
    released_by: str
    released_at: datetime | None
    reason: str
    checks: tuple[CheckLine, ...]

    @property
    def shown(self) -> str:
        """The value as a person reads it."""
        return indonesian(self.nilai) if self.nilai is not None else f"penanda {self.penanda!r}"


@dataclass(frozen=True)
class FigureAccount:
    """One figure's whole account. current is None when a later submission removed it; earlier: newest first."""

    dataset: str
    skpd: str
    indikator: str
    nama: str
    satuan: str
    wilayah: str
    nama_wilayah: str
    periode: str
    rincian: str
    current: Version | None
    earlier: tuple[Version, ...]

    @property
    def nilai(self) -> Decimal | None:
        return self.current.nilai if self.current else None

    def __str__(self) -> str:
        of = f"{self.nama_wilayah} ({self.wilayah}), {self.periode}" + (f", {self.rincian}" if self.rincian else "")
        lines = [f"{self.nama} [{self.indikator}], {of}"]
        if self.current is None:
            lines.append("  Tidak berlaku lagi: kiriman terbaru tidak memuatnya.")
        else:
            lines += _told(self.current, self.satuan, self.skpd)
        lines += [
            f"  Sebelumnya {v.shown} {self.satuan}, "
            f"berlaku {moment_text(v.valid_from)} sampai {moment_text(v.valid_to)}: "
            f"{v.file} [{v.sheet}] {v.column}{v.row}, kiriman {v.submission_id}, "
            f"dirilis {v.released_by} ({v.reason or 'tanpa alasan'})"
            for v in self.earlier
        ]
        return "\n".join(lines)


def _told(version: Version, satuan: str, skpd: str) -> list[str]:
    passed = sum(check.failed == 0 for check in version.checks)
    noted = [f"{check.title} ({check.rows} baris)" for check in version.checks if check.failed]
    return [
        f"  Nilai       {version.shown} {satuan} (angka {version.status})",
        f"  Berkas      {version.file}, lembar {version.sheet or '-'}, sel {version.column}{version.row}, dari {skpd}",
        f"  Sidik       sha256 {version.sha256}",
        f"  Diterima    {moment_text(version.received_at)} sebagai kiriman {version.submission_id}"
        + (f", diserahkan oleh {version.submitted_by}" if version.submitted_by else ""),
        f"  Diperiksa   {passed} dari {len(version.checks)} pemeriksaan tanpa temuan pada kiriman ini"
        + (f"; dengan temuan: {'; '.join(noted)}" if noted else ""),
        f"  Dirilis     {moment_text(version.released_at)} oleh {version.released_by}: "
        + (version.reason or "tanpa alasan"),
    ]


def indonesian(value: Decimal) -> str:
    """1234.50 → `1.234,50`."""
    return f"{value:,f}".translate(str.maketrans(",.", ".,"))


def moment_text(moment: datetime | None) -> str:
    """As people of the regency read a time; empty is now."""
    return f"{moment.astimezone(LOCAL):%d-%m-%Y %H:%M} WITA" if moment else "sekarang"


def why(
    conn: Connection, dataset: str, wilayah: str, periode: str, rincian: str | None = None, indikator: str | None = None
) -> list[FigureAccount]:
    """The account of every released figure of the dataset for this region (Kemendagri code) and period code.

    rincian, indikator: only this breakdown (empty: none) or indicator. Empty list: never released.
    """
    wanted = {
        "kabkota": REGENCY,
        "dataset": dataset,
        "wilayah": wilayah,
        "periode": periode,
        "rincian": rincian,
        "indikator": indikator,
    }
    with transaction(conn) as cursor:
        found = rows(cursor, "load/account.sql#why", wanted)
        checks = read_checks(cursor, sorted({row[12] for row in found}))
    accounts = []
    for key, group in groupby(found, key=lambda row: row[:7]):
        lines = list(group)
        versions = [_version(line, checks) for line in lines]
        current = versions.pop(0) if versions[0].valid_to is None else None
        accounts.append(_account(dataset, lines[0][14], key, current, tuple(versions)))
    return accounts


def _account(
    dataset: str, skpd: str, key: tuple[str, ...], current: Version | None, earlier: tuple[Version, ...]
) -> FigureAccount:
    indikator, nama, satuan, wilayah, nama_wilayah, periode, rincian = key
    return FigureAccount(
        dataset, skpd, indikator, nama, satuan, wilayah, nama_wilayah, periode, rincian, current, earlier
    )


def read_checks(cursor: Cursor, submission_ids: Sequence[int]) -> dict[int, tuple[CheckLine, ...]]:
    """Submission → what every rule said of it."""
    found: dict[int, list[CheckLine]] = defaultdict(list)
    for submission_id, *line in rows(cursor, "load/account.sql#checks", {"ids": list(submission_ids)}):
        found[submission_id].append(CheckLine(*line))
    return {submission_id: tuple(lines) for submission_id, lines in found.items()}


def _version(line: tuple[Any, ...], checks: dict[int, tuple[CheckLine, ...]]) -> Version:
    nilai, penanda, status, valid_from, valid_to, submission_id, path = line[7:14]
    sheet, row, col_no, sha256, _, received_at, released_by, released_at, reason, submitted_by = line[15:25]
    return Version(
        nilai=nilai,
        penanda=penanda,
        status=status,
        valid_from=valid_from,
        valid_to=valid_to,
        submission_id=submission_id,
        file=PurePosixPath(path).name,
        sheet=sheet,
        row=row,
        column=column_letters(col_no),
        sha256=sha256,
        received_at=received_at,
        submitted_by=submitted_by,
        released_by=released_by or "(tidak tercatat)",
        released_at=released_at,
        reason=reason or "",
        checks=checks.get(submission_id, ()),
    )
