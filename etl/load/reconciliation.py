"""Reconciliation as data: a line per comparison of two figures that must agree, and what a disagreement holds back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from etl.findings import Finding, Owner, Severity
from etl.frames import ControlTotal, Tidy, column_letters
from etl.load.exchange import clip, copy_rows
from etl.load.figure_account import indonesian
from etl.load.warehouse import rows, sql

TITLES = {
    "jumlah_anak": "Jumlah pada berkas = jumlah bagiannya",
    "silpa": "Pendapatan − belanja + pembiayaan neto = SiLPA",
    "kas_pagu": "Anggaran kas 12 bulan = pagu",
    "jenis_realisasi": "Realisasi kumulatif atau per bulan, seperti dinyatakan",
    "realisasi_turun": "Realisasi tidak turun tanpa koreksi",
    "realisasi_pagu": "Realisasi belanja ≤ pagu",
    "skpd_bud": "Catatan SKPD = catatan BUD",
    "pagu_tahap": "Tahap anggaran datang berurutan",
    "wilayah": "Jumlah wilayah di bawahnya = wilayah induk",
    "dua_produsen": "Indikator yang sama dari dua produsen",
    "angka_sama": "Angka yang sama pada wilayah atau tahun lain",
    "berkas_sama": "Berkas yang sama dengan nama lain",
}
"""Identities by their code, in the order in which they are told."""

TOLD_ONLY = frozenset({"berkas_sama"})
"""What holds no release back: a copy beside its original is returned when it is received (`berkas_kembar`), so what is
left is a file that was renamed, or one that two datasets are read from."""

FROM_FILE = "jumlah_anak"
"""The identity that only the file itself can answer: told when the file is read, and kept from then on."""

AGREEING, DISAGREEING = 200, 2_000
"""Lines kept of one identity; the last one stands for the rest."""

_COLUMNS = (
    "submission_id kind no dataset periode subject label left_name left_value right_name right_value tolerance agrees "
    "explanation stands_for known_by"
).split()
_LONG, _SHORT = 1_000, 300


class Known(NamedTuple):
    """The decision by which somebody released a difference that it had been told. at: UTC."""

    decision_id: int
    by: str
    at: datetime
    reason: str


class Line(NamedTuple):
    """One comparison. subject: what is compared, by dimension. agrees: within the tolerance, or on the side of it that
    the identity wants. stands_for: the comparisons that the line stands for, itself included. known: who released this
    very difference before. ask: with whom the producer asks, where the other side is not for its eyes
    (etl/load/walls.py)."""

    kind: str
    periode: str
    subject: dict[str, Any]
    label: str
    left_name: str
    left_value: Decimal | None
    right_name: str
    right_value: Decimal | None
    tolerance: Decimal
    agrees: bool
    explanation: str
    stands_for: int = 1
    known: Known | None = None
    ask: str = ""

    def other(self, dataset: str) -> str:
        """The other dataset whose figures are compared with this one's; empty where there is none."""
        sides = (self.subject.get("dataset_kiri"), self.subject.get("dataset_kanan"))
        return next((str(side) for side in sides if side and side != dataset), "")


@dataclass(frozen=True)
class Reconciled:
    """lines: of every identity that concerned the submission; told: those lines as its producer may read them. failed:
    it could not be reconciled, by our fault."""

    lines: tuple[Line, ...] = ()
    told: tuple[Line, ...] = ()
    failed: bool = False

    @property
    def holds_back(self) -> bool:
        """Whether a rule must leave the release to a person: what disagrees is a `catatan`, and waits for one."""
        return self.failed or any(map(_holds_back, self.lines))

    def findings(self, dataset: str) -> list[Finding]:
        """What holds the submission back, one finding per identity: for the eyes of the producer too. A number of
        another dataset is in none of them: what is written stays, and that dataset may close."""
        if self.failed:
            return [_FAILED]
        kinds = dict.fromkeys(line.kind for line in self.told if _holds_back(line))
        return [_finding(kind, dataset, [line for line in self.told if line.kind == kind]) for kind in kinds]


_FAILED = Finding(
    rule="rekonsiliasi",
    message="Rekonsiliasi tidak dapat dijalankan; angka kiriman ini tetap disimpan.",
    cause="Kesalahan program, bukan kesalahan berkas; sebabnya ada di log.",
    action="Laporkan kepada pengelola. Rilis hanya bila jumlah-jumlahnya sudah dicocokkan sendiri.",
    severity=Severity.CATATAN,
    owner=Owner.DISKOMINFO,
)


def _holds_back(line: Line) -> bool:
    return not line.agrees and line.known is None and line.kind not in TOLD_ONLY


def _finding(kind: str, dataset: str, lines: Sequence[Line]) -> Finding:
    apart = [line for line in lines if _holds_back(line)]
    first = apart[0]
    wrong, all_ = (sum(line.stands_for for line in some) for some in (apart, lines))
    if other := first.other(dataset):
        sides, cause = "lain pada dataset " + other, first.explanation if first.ask else "Angkanya tidak sama di sana."
    else:
        sides = f"{first.left_name} {_spoken(first.left_value)}, {first.right_name} {_spoken(first.right_value)}"
        cause = first.explanation
    return Finding(
        rule="rekonsiliasi",
        message=f"{TITLES[kind]}: {wrong} dari {all_} tidak cocok, antara lain {first.label} ({first.periode or '-'}): "
        f"{sides}.",
        cause=cause,
        action="Lihat bagian Rekonsiliasi laporan ini. Minta SKPD memperbaikinya, atau rilis dengan menyebut sebabnya.",
        severity=Severity.CATATAN,
        owner=Owner.DISKOMINFO,
    )


def _spoken(value: Decimal | None) -> str:
    return "tidak ada" if value is None else indonesian(value)


def of_file(tidy: Tidy) -> list[Line]:
    """The file's own totals beside the sums of their parts: what disagrees first, then the uppermost ones."""
    ordered = sorted(tidy.control_totals, key=lambda total: total.depth)
    apart, agreeing = ([total for total in ordered if total.agrees is agrees] for agrees in (False, True))
    lines = [_of_total(total, tidy) for total in [*apart[:DISAGREEING], *agreeing[:AGREEING]]]
    counts = (sum(total.stands_for for total in some) for some in (apart, agreeing))
    return _standing_for_the_rest(lines, *counts)


def _of_total(total: ControlTotal, tidy: Tidy) -> Line:
    sheet_no, row, column = tidy.place(total.key, total.col_no)
    cell = f"{column_letters(column)}{row}" if row else column_letters(column)
    sheet = f" ({tidy.sheets.get(sheet_no, sheet_no)})" if len(tidy.sheets) > 1 else ""
    return Line(
        kind=FROM_FILE,
        periode=total.periode,
        subject={"indikator": total.indikator, "sel": cell + sheet},
        label=total.label,
        left_name="tertulis pada berkas",
        left_value=total.stated,
        right_name="jumlah bagiannya",
        right_value=total.computed,
        tolerance=total.tolerance,
        agrees=total.agrees,
        explanation="" if total.agrees else "Jumlah pada berkas bukan jumlah bagiannya; yang dimuat ialah bagiannya.",
        stands_for=total.stands_for,
    )


def _standing_for_the_rest(lines: list[Line], apart: int, agreeing: int) -> list[Line]:
    """The lines kept of one identity, the last of either kind with the number of those that are not."""
    for agrees, total in ((False, apart), (True, agreeing)):
        places = [place for place, line in enumerate(lines) if line.agrees is agrees]
        rest = total - sum(lines[place].stands_for for place in places)
        if places and rest:
            last = places[-1]
            lines[last] = lines[last]._replace(stands_for=lines[last].stands_for + rest)
    return lines


def capped(kind: str, found: Sequence[tuple[Any, ...]]) -> list[Line]:
    """Lines of the query `capped`, whose last column says how many there were of their kind."""
    lines = [Line(kind, *row[:-1]) for row in found]
    apart = next((row[-1] for row in found if not row[8]), 0)
    agreeing = next((row[-1] for row in found if row[8]), 0)
    return _standing_for_the_rest(lines, apart, agreeing)


_UNITS = {1_000: "ribuan", 1_000_000: "jutaan"}
_FEWEST, _NEARLY_ALL, _NEAR = 5, Decimal("0.9"), Decimal("0.001")
"""Lines from which a factor is told, the share of them that must have it, and how near to it each must be."""


def in_one_unit(lines: Sequence[Line]) -> list[Line]:
    """The lines of one identity; where an agency's two sides differ by one thousand or million throughout, those that
    disagree say so: one side is not in rupiah."""
    ratios: dict[tuple[str, ...], dict[int, Decimal]] = {}
    for place, line in enumerate(lines):
        if line.left_value and line.right_value:
            about = tuple(str(line.subject.get(name)) for name in ("skpd", "dataset_kiri", "dataset_kanan"))
            ratios.setdefault(about, {})[place] = line.left_value / line.right_value
    said = list(lines)
    for of_agency in ratios.values():
        for factor, unit in _UNITS.items():
            for left_is_small, ratio in ((False, Decimal(factor)), (True, 1 / Decimal(factor))):
                off = [place for place, found in of_agency.items() if abs(found / ratio - 1) <= _NEAR]
                if len(off) < _FEWEST or len(off) < _NEARLY_ALL * len(of_agency):
                    continue
                for line, place in ((lines[place], place) for place in off if not lines[place].agrees):
                    told = _factor(factor, unit, line.left_name if left_is_small else line.right_name)
                    said[place] = line._replace(explanation=told)
    return said


def _factor(factor: int, unit: str, name: str) -> str:
    return (
        f"Selisihnya faktor {indonesian(Decimal(factor))}: jumlah pada {name} tampaknya ditulis dalam {unit} rupiah. "
        f'Tulis `scale: "{factor}"` pada kolomnya di kontrak, atau minta berkasnya diperbaiki.'
    )


def write(cursor: Cursor, submission_id: int, dataset: str, reconciled: Reconciled, *, of_file_too: bool) -> None:
    """Replaces the submission's lines, those of the file only when it was read just now; what could not be reconciled
    keeps the lines of before. A line is public when its figures are."""
    if of_file_too or not reconciled.failed:
        keep = [] if of_file_too else [FROM_FILE]
        cursor.execute(sql("load/reconciliation.sql#clear"), {"id": submission_id, "keep": keep})
        numbers: dict[str, int] = {}
        lines = []
        for line in reconciled.lines:
            numbers[line.kind] = numbers.get(line.kind, 0) + 1
            subject = json.dumps(line.subject, ensure_ascii=False).replace("\\u0000", "")
            lines.append(
                [
                    submission_id,
                    line.kind,
                    numbers[line.kind],
                    dataset,
                    line.periode,
                    subject,
                    clip(line.label, _SHORT),
                    clip(line.left_name, _SHORT),
                    line.left_value,
                    clip(line.right_name, _SHORT),
                    line.right_value,
                    line.tolerance,
                    line.agrees,
                    clip(line.explanation, _LONG),
                    line.stands_for,
                    line.known.decision_id if line.known else None,
                ]
            )
        copy_rows(cursor, "audit.reconciliation", _COLUMNS, lines)
    cursor.execute(sql("load/reconciliation.sql#publish"), {"id": submission_id})


def recognised(cursor: Cursor, dataset: str, lines: Sequence[Line]) -> list[Line]:
    """The lines; those differences `known` that a person released and that have stood since as they were told. A line
    that stands for others is none: nobody was told the others."""
    told = [
        {
            "no": no,
            "kind": line.kind,
            "periode": line.periode,
            "subject": line.subject,
            "datasets": [dataset, line.other(dataset)],
            "left_value": line.left_value,
            "right_value": line.right_value,
        }
        for no, line in enumerate(lines)
        if not line.agrees and line.stands_for == 1
    ]
    given = {"lines": json.dumps(told, default=str, ensure_ascii=False).replace("\\u0000", "")}
    known = {no: Known(*decision) for no, *decision in rows(cursor, "load/reconciliation.sql#known", given)}
    return [line._replace(known=known.get(no)) for no, line in enumerate(lines)]


def read_lines(cursor: Cursor, submission_id: int) -> list[Line]:
    """In the order of TITLES, of each what disagrees first."""
    found = rows(cursor, "load/reconciliation.sql#lines", {"id": submission_id})
    lines = [Line(*row[:-4])._replace(known=Known(*row[-4:]) if row[-4] else None) for row in found]
    order = list(TITLES)
    return sorted(lines, key=lambda line: order.index(line.kind))
