"""One figure's account: what it says, where that stood, who let it out, what it said before. `satudata why`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import groupby
from typing import Any

from psycopg2 import sql as compose
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from etl.load.warehouse import rows, sql, transaction
from etl.meaning import FACT_DIMENSIONS
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
    """One figure's whole account. current is None when a later submission removed it; earlier: newest first.

    members: codes of the further dimensions that the figure names (skpd, kegiatan, rekening, …), by dimension.
    """

    dataset: str
    skpd: str
    indikator: str
    nama: str
    satuan: str
    wilayah: str
    nama_wilayah: str
    periode: str
    rincian: str
    members: Mapping[str, str]
    current: Version | None
    earlier: tuple[Version, ...]

    @property
    def nilai(self) -> Decimal | None:
        return self.current.nilai if self.current else None

    def __str__(self) -> str:
        told = [self.periode, *(f"{name} {code}" for name, code in self.members.items()), self.rincian]
        of = ", ".join([f"{self.nama_wilayah} ({self.wilayah})", *filter(None, told)])
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
    conn: Connection,
    dataset: str,
    wilayah: str,
    periode: str,
    rincian: str | None = None,
    indikator: str | None = None,
    members: Mapping[str, str] | None = None,
) -> list[FigureAccount]:
    """The account of every released figure of the dataset for this region (Kemendagri code) and period code.

    rincian, indikator: only this breakdown (empty: none) or indicator. members: only these codes of the further
    dimensions of a budget or performance figure; `''` is the one that a dimension does not concern. Empty list: never
    released. Raises ValueError for a dimension that the dataset's figures do not have.
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
        found_fact = rows(cursor, "load/account.sql#fact_of", {"dataset": dataset})
        fact = found_fact[0][0] if found_fact else "indikator"
        cursor.execute(_question(fact, members or {}), {**wanted, **(members or {})})
        found = cursor.fetchall()
        checks = read_checks(cursor, sorted({row[13] for row in found}))
    return [_account(dataset, fact, list(group), checks) for _, group in groupby(found, key=lambda row: row[:8])]


def _question(fact: str, members: Mapping[str, str]) -> compose.Composed:
    dimensions = FACT_DIMENSIONS[fact]
    if strange := sorted(set(members) - set(dimensions)):
        raise ValueError(
            f"dimensi {', '.join(strange)} tidak ada pada angka {fact}; "
            f"yang ada: {', '.join(dimensions) or 'tidak ada'}"
        )
    asked = [compose.SQL("AND {} = {}").format(compose.Identifier(name), compose.Placeholder(name)) for name in members]
    return compose.SQL(sql("load/account.sql#why")).format(
        view=compose.Identifier("dw", f"angka_{fact}"),
        columns=compose.SQL(", ").join(map(compose.Identifier, dimensions)),
        members=compose.SQL(" ").join(asked),
    )


def _account(
    dataset: str, fact: str, lines: list[tuple[Any, ...]], checks: dict[int, tuple[CheckLine, ...]]
) -> FigureAccount:
    indikator, nama, satuan, wilayah, nama_wilayah, periode, rincian, codes = lines[0][:8]
    named = {name: code for name, code in zip(FACT_DIMENSIONS[fact], codes, strict=True) if code}
    versions = [_version(line[8:24], checks) for line in lines]
    current = versions.pop(0) if versions[0].valid_to is None else None
    return FigureAccount(
        dataset=dataset,
        skpd=lines[0][24],
        indikator=indikator,
        nama=nama,
        satuan=satuan,
        wilayah=wilayah,
        nama_wilayah=nama_wilayah,
        periode=periode,
        rincian=rincian,
        members=named,
        current=current,
        earlier=tuple(versions),
    )


def read_checks(cursor: Cursor, submission_ids: Sequence[int]) -> dict[int, tuple[CheckLine, ...]]:
    """Submission → what every rule said of it."""
    found: dict[int, list[CheckLine]] = defaultdict(list)
    for submission_id, *line in rows(cursor, "load/account.sql#checks", {"ids": list(submission_ids)}):
        found[submission_id].append(CheckLine(*line))
    return {submission_id: tuple(lines) for submission_id, lines in found.items()}


def _version(line: Sequence[Any], checks: dict[int, tuple[CheckLine, ...]]) -> Version:
    said = dict(zip((field.name for field in fields(Version)), line, strict=False))
    said["released_by"] = said["released_by"] or "(tidak tercatat)"
    said["reason"] = said["reason"] or ""
    return Version(**said, checks=checks.get(said["submission_id"], ()))
