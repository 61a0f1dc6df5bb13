"""A fault is a row: where it is, what stands there, which rule it breaks, how severe, and whose job it is.

Findings are the product an agency sees, so every one carries four Indonesian sentences: what is wrong, where, the
probable cause and what to do. Two severities have fixed consequences: `tolak` quarantines the row (or returns the whole
submission when it has no row), `catatan` lets it load but waits for the walidata's release, except under the few rules
that only tell (etl.transform.cells.TOLD_ONLY).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Severity(StrEnum):
    TOLAK = "tolak"
    CATATAN = "catatan"


class Owner(StrEnum):
    """Whose job the repair is."""

    SKPD = "skpd"
    DISKOMINFO = "diskominfo"


_NIK = re.compile(r"(?<![0-9A-Za-z])(\d{4})\d{11}(\d)(?![0-9A-Za-z])")
"""Sixteen digits: NIK or KK number. A sentence may quote a header or a cell, and what it quotes is read by many."""


def mask_nik(text: str) -> str:
    """`6408994104900001` → `6408•••••••••••1`."""
    return _NIK.sub(r"\1•••••••••••\2", text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `row` is the 1-based row as Excel shows it, `column` its letters; both empty for a whole file.

    NIK and KK numbers in what it quotes are masked, wherever the finding goes (UU 27/2022).
    """

    rule: str
    message: str
    cause: str
    action: str
    severity: Severity = Severity.TOLAK
    owner: Owner = Owner.SKPD
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    header: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        for name in ("message", "header", "value"):
            object.__setattr__(self, name, mask_nik(getattr(self, name)))

    @property
    def cell(self) -> str:
        """`C12`; `baris 12` where only the row is known, `C` where only the column is."""
        if self.row is None:
            return self.column
        return f"{self.column}{self.row}" if self.column else f"baris {self.row}"

    def at(self, *, file: str = "", sheet: str = "") -> Finding:
        """The same finding with file and sheet filled in where they were empty."""
        return replace(self, file=self.file or file, sheet=self.sheet or sheet)

    def __str__(self) -> str:
        where = " ".join(part for part in (self.file, self.sheet and f"[{self.sheet}]", self.cell) if part)
        value = f" (tertulis: {self.value!r})" if self.value else ""
        said = f"{self.message}{value} Sebab: {self.cause} Tindakan: {self.action}"
        return f"{self.severity.value.upper()} {self.rule}: {where and where + ': '}{said}"


class Refused(Exception):
    """The whole submission cannot be taken: it is returned to the SKPD with these findings. Never retried."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class SourceUnavailable(Exception):
    """A source could not be reached (network, server down, share gone). Worth another try; nothing was lost."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


@dataclass(frozen=True)
class Faults:
    """All cells that break one rule, as columns: the fast form of many findings.

    `cells` has one row per bad cell with `key` (row key, see frames.row_key), `col_no` (1-based; 0 for the whole row)
    and `value` (text as received), and optionally `message` where the sentence differs per cell. Only the first
    `MAX_CELLS` are kept; `total` counts all of them and `rows` the distinct rows, so that a file of which everything
    fails costs no more than one of which little does. `bad_keys` has every row key that breaks the rule.
    """

    rule: str
    severity: Severity
    message: str
    cause: str
    action: str
    cells: pd.DataFrame
    bad_keys: pd.Index
    total: int
    owner: Owner = Owner.SKPD


MAX_CELLS = 1_000


def faults(
    rule: str,
    severity: Severity,
    cells: pd.DataFrame,
    *,
    message: str,
    cause: str,
    action: str,
    owner: Owner = Owner.SKPD,
) -> Faults:
    """Faults from all bad cells: counts them, remembers every bad row and keeps the first MAX_CELLS for the report."""
    import pandas as pd  # here, because a DAG file imports this module and must not pay for pandas

    keys = pd.Index(cells["key"].unique())
    return Faults(rule, severity, message, cause, action, cells.head(MAX_CELLS), keys, len(cells), owner)


def has_refusal(findings: Iterable[Finding]) -> bool:
    """Whether any finding on the whole file refuses it."""
    return any(f.severity is Severity.TOLAK for f in findings)
