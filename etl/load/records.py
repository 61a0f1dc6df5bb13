"""What is kept about a submission beside its figures: findings, check results, quarantined rows, differences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from psycopg2.extensions import cursor as Cursor

from etl.findings import Faults, Finding, Severity
from etl.frames import ROW_SPAN, CheckResult, Tidy, column_letters, rows_at, split_key
from etl.load.exchange import clean, clip, copy_rows, copy_table
from etl.load.facts import BASE
from etl.load.figures import Difference, MergeFailed
from etl.load.warehouse import rows, sql

LONG, SHORT = 2_000, 200
"""Longest sentence and longest name or cell value kept; a cell with a novel in it shows its beginning."""
CELL = 1_000
"""Longest cell of a quarantined row."""
DIFFERENCES = 500
"""Differences kept per submission; all are counted."""

_FINDING = "submission_id no rule severity owner message cause action file sheet row_no col header value".split()
_CHECK = "submission_id no rule title severity columns checked failed failed_rows".split()
_DIFFERENCE = (
    "submission_id no kind indikator_id wilayah_id periode_id rincian_id members old_value new_value old_mark new_mark "
    "row_no"
).split()


def all_faults(tidy: Tidy | None, results: Iterable[CheckResult]) -> list[Faults]:
    """Every rule's faults once. The checks repeat what the tidying found, personal data masked: theirs go first."""
    found = [result.faults for result in results if result.faults is not None]
    told = {faults.rule for faults in found}
    return found + [faults for faults in (tidy.faults if tidy else ()) if faults.rule not in told]


def write_findings(cursor: Cursor, submission_id: int, findings: Iterable[Finding]) -> None:
    """Adds findings after those that are there."""
    last = rows(cursor, "load/record.sql#last_finding", {"id": submission_id})[0][0]
    lines = [
        [
            submission_id,
            no,
            clip(f.rule, SHORT),
            f.severity.value,
            f.owner.value,
            *(clip(text, LONG) for text in (f.message, f.cause, f.action)),
            clip(f.file, LONG),
            clip(f.sheet, SHORT),
            f.row,
            clip(f.column, SHORT),
            clip(f.header, SHORT),
            clip(f.value, SHORT),
        ]
        for no, f in enumerate(findings, start=last + 1)
    ]
    copy_rows(cursor, "audit.finding", _FINDING, lines)


def cell_findings(faults: Iterable[Faults], tidy: Tidy, path: str) -> list[Finding]:
    """Faults as findings, cell by cell: at most findings.MAX_CELLS for each rule, so never many."""
    file = PurePosixPath(path).name
    headers = dict(tidy.columns.values())
    found = []
    for fault in faults:
        cells = fault.cells
        own = cells["message"] if "message" in cells.columns else [fault.message] * len(cells)
        for key, col_no, value, message in zip(cells["key"], cells["col_no"], cells["value"], own, strict=True):
            sheet_no, row_no, column = tidy.place(int(key), int(col_no))
            found.append(
                Finding(
                    rule=fault.rule,
                    message=message if isinstance(message, str) else fault.message,
                    cause=fault.cause,
                    action=fault.action,
                    severity=fault.severity,
                    owner=fault.owner,
                    file=file,
                    sheet=tidy.sheets.get(sheet_no, ""),
                    row=row_no or None,
                    column=column_letters(column),
                    header=headers.get(int(col_no), ""),
                    value="" if pd.isna(value) else str(value),
                )
            )
    return found


def write_checks(cursor: Cursor, submission_id: int, results: Sequence[CheckResult]) -> None:
    """What every rule said, the passed ones too."""
    lines = [
        [
            submission_id,
            result.no,
            clip(result.rule, SHORT),
            clip(result.title, LONG),
            str(result.severity),
            "{" + ",".join(f'"{column}"' for column in result.columns) + "}",
            result.checked,
            result.failed,
            result.rows,
        ]
        for result in results
    ]
    copy_rows(cursor, "audit.check_result", _CHECK, lines)


def write_sheets(cursor: Cursor, submission_id: int, tidy: Tidy) -> None:
    sheets = {
        "numbers": list(tidy.sheets),
        "names": [clip(name, SHORT) for name in tidy.sheets.values()],
        "transposed": [number in tidy.transposed for number in tidy.sheets],
    }
    cursor.execute(sql("load/record.sql#add_sheet"), {"id": submission_id, **sheets})


def quarantine_table(submission_id: int, tidy: Tidy, quarantined: pd.Index, faults: Iterable[Faults]) -> pa.Table:
    """Rows for audit.quarantine, as received, with the rules they broke. Whole columns at once: all may fail."""
    keys = np.sort(quarantined.to_numpy(dtype=np.int64))
    received = tidy.raw.iloc[rows_at(tidy.raw.index, keys)]
    for name in received.columns:
        received[name] = pd.array(clean(pa.array(received[name], pa.string(), from_pandas=True), CELL))
    lines = received.to_json(orient="records", lines=True, force_ascii=False).splitlines() if len(keys) else []
    count = len(keys)
    return pa.table(
        {
            "submission_id": pa.repeat(pa.scalar(submission_id, pa.int64()), count),
            "sheet_no": pa.array(keys // ROW_SPAN, pa.int16()),
            "row_no": pa.array(keys % ROW_SPAN, pa.int32()),
            "content": pa.array(lines, pa.string()),
            "rules": _rules_of(keys, faults),
        }
    )


def _rules_of(keys: np.ndarray, faults: Iterable[Faults]) -> pa.Array:
    """Per key the refusing rules it broke, as a PostgreSQL array. Rules are bits: rows share few combinations."""
    refusing = [fault for fault in faults if fault.severity is Severity.TOLAK][:63]
    bits = np.zeros(len(keys), dtype=np.int64)
    for bit, fault in enumerate(refusing):
        bits |= np.isin(keys, fault.bad_keys.to_numpy(dtype=np.int64)).astype(np.int64) << bit
    kinds, index = np.unique(bits, return_inverse=True)
    names = [
        "{" + ",".join(sorted({f'"{f.rule}"' for bit, f in enumerate(refusing) if int(kind) >> bit & 1})) + "}"
        for kind in kinds
    ]
    return pc.take(pa.array(names, pa.string()), pa.array(index))


def write_quarantine(cursor: Cursor, table: pa.Table) -> None:
    """Raises MergeFailed when not every row arrived."""
    arrived = copy_table(cursor, "audit.quarantine", table)
    if arrived != table.num_rows:
        raise MergeFailed(f"baris karantina yang tersimpan: {arrived}, seharusnya {table.num_rows}")


def write_differences(cursor: Cursor, submission_id: int, found: Difference) -> None:
    """Keeps the largest differences from what was released: changes by their relative size, then removals, then new
    figures. A dataset's first load differs in everything and keeps none."""
    cursor.execute(sql("load/record.sql#clear_differences"), {"id": submission_id})
    if found.current.num_rows == 0:
        return
    largest = np.argsort(-_relative_change(found), kind="stable")[:DIFFERENCES]
    lines: list[list[object]] = []
    for place in largest:
        new, old = int(found.changed[place]), int(found.was[place])
        lines.append(_line(submission_id, len(lines) + 1, "berubah", found, new, old))
    for old in found.removed[: DIFFERENCES - len(lines)]:
        lines.append(_line(submission_id, len(lines) + 1, "hilang", found, None, int(old)))
    for new in found.new[: DIFFERENCES - len(lines)]:
        lines.append(_line(submission_id, len(lines) + 1, "baru", found, int(new), None))
    copy_rows(cursor, "audit.difference", _DIFFERENCE, lines)


def _relative_change(found: Difference) -> np.ndarray:
    """|new - old| / |old| of the changed figures; infinite where one of them is no number or the old one is zero."""
    old = found.current["nilai"].take(pa.array(found.was)).cast(pa.float64()).to_numpy()
    new = found.figures.nilai.take(pa.array(found.changed)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.abs(new - old) / np.abs(old)
    return np.nan_to_num(change, nan=np.inf)  # type: ignore[no-any-return]


def _line(submission_id: int, no: int, kind: str, found: Difference, new: int | None, old: int | None) -> list[object]:
    if new is not None:
        ids = [int(column[new]) for column in found.figures.ids]
    else:
        ids = [found.current[name][old].as_py() for name in found.figures.fact.ids]
    return [
        submission_id,
        no,
        kind,
        *ids[: len(BASE)],
        json.dumps(dict(zip(found.figures.fact.dimensions[len(BASE) :], ids[len(BASE) :], strict=True))),
        found.current["nilai"][old].as_py() if old is not None else None,
        _decimal(found.figures.nilai[new].as_py()) if new is not None else None,
        found.current["penanda"][old].as_py() if old is not None else None,
        found.figures.penanda[new].as_py() if new is not None else None,
        split_key(int(found.figures.key[new]))[1] if new is not None else None,
    ]


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as error:
        raise MergeFailed(f"bukan angka desimal: {text!r}") from error
