"""Bad cells gathered into Faults: counted, joined, masked, and put into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from etl.findings import MAX_CELLS, Faults, Severity
from etl.frames import CheckResult
from expectations import personal
from expectations.batches import Positions
from expectations.plan import Check
from expectations.sentences import fill, number


@dataclass(frozen=True)
class Cells:
    """Cells of one part: all keys, and for the first ones their place and sentence."""

    keys: Positions
    shown: pd.DataFrame
    total: int


def cells_frame(keys: Positions, col_no: Positions, values: Iterable[str], messages: Iterable[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": np.asarray(keys, dtype=np.int64),
            "col_no": np.asarray(col_no, dtype=np.int64),
            "value": pd.Series(list(values), dtype=object),
            "message": pd.Series(list(messages), dtype=object),
        }
    )


def distinct_keys(keys: Sequence[Positions]) -> Positions:
    """All different row keys, sorted; rows mostly come in order, which is not sorted again."""
    all_keys = np.concatenate(keys)
    if len(all_keys) and not (all_keys[1:] >= all_keys[:-1]).all():
        all_keys = np.sort(all_keys)
    return all_keys[np.r_[True, all_keys[1:] != all_keys[:-1]]] if len(all_keys) else all_keys


def faults_of(check: Check, cells: Sequence[Cells]) -> Faults:
    shown = pd.concat([one.shown for one in cells], ignore_index=True).sort_values(["key", "col_no"], kind="stable")
    keys = pd.Index(distinct_keys([one.keys for one in cells]))
    return Faults(
        rule=check.rule,
        severity=check.severity,
        message=check.say or check.sentence.general or check.sentence.message,
        cause=check.sentence.cause,
        action=check.sentence.action,
        cells=shown.head(MAX_CELLS).reset_index(drop=True),
        bad_keys=keys,
        total=sum(one.total for one in cells),
    )


def by_severity(plain: CheckResult, found: Sequence[Faults]) -> list[CheckResult]:
    """One result per severity of the faults found, each with all its faults joined."""
    results = []
    for severity in Severity:
        same = [faults for faults in found if faults.severity is severity]
        if same:
            together = joined(same)
            results.append(
                replace(
                    plain, severity=severity.value, failed=together.total, rows=len(together.bad_keys), faults=together
                )
            )
    return results


def joined(same: Sequence[Faults]) -> Faults:
    """Faults of one rule (from several columns) as one; cells keep their own sentences."""
    if len(same) == 1:
        return same[0]
    frames = []
    for faults in same:
        messages = faults.cells["message"] if "message" in faults.cells else pd.Series(None, index=faults.cells.index)
        frames.append(faults.cells.assign(message=messages.where(messages.notna(), faults.message)))
    cells = pd.concat(frames, ignore_index=True).sort_values(["key", "col_no"], kind="stable").head(MAX_CELLS)
    keys = pd.Index(distinct_keys([faults.bad_keys.to_numpy(dtype=np.int64) for faults in same]))
    total = sum(faults.total for faults in same)
    return replace(same[0], cells=cells.reset_index(drop=True), bad_keys=keys, total=total)


def masked(faults: Faults) -> Faults:
    """No finding quotes personal data in full, whatever rule it is of."""

    cells = faults.cells
    if "value" in cells:
        cells = cells.assign(value=[_hidden(value) for value in cells["value"]])
    if "message" in cells:
        texts = [personal.mask_text(text) if isinstance(text, str) else text for text in cells["message"]]
        cells = cells.assign(message=pd.Series(texts, index=cells.index, dtype=object))
    return replace(faults, cells=cells, message=personal.mask_text(faults.message))


def say(check: Check, **values: str) -> str:
    """The sentence for one cell; a contract's own comes first, followed by the figures if the standard one has any."""
    detail = fill(check.sentence.message, **values)
    if check.say is None:
        return detail
    return f"{check.say} {detail}" if values else check.say


def difference(written: float, computed: float) -> dict[str, str]:
    return {"tertulis": number(written), "terhitung": number(computed), "selisih": number(written - computed)}


def change_text(now: float, before: float) -> str:
    if before == 0:
        return "dari nol"
    percent = 100 * (now - before) / abs(before)
    return f"{'+' if percent > 0 else ''}{number(round(percent, 1))}%"


def amount_text(value: float) -> str:
    return "" if value != value else number(value)


def breakdown_text(code: str) -> str:
    """`jenis_kelamin=L|umur=0-4` → `jenis kelamin L, umur 0-4`."""
    pairs = (part.partition("=") for part in str(code).split("|"))
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, _, value in pairs)


def in_brackets(code: str) -> str:
    """` (jenis kelamin L)`, or nothing where there is no breakdown."""
    return f" ({breakdown_text(code)})" if code else ""


def missing(there: int, wanted: int) -> str:
    return "tidak ada" if there == 0 else f"hanya mempunyai {there} dari {wanted} angka"


def _hidden(value: Any) -> Any:
    return personal.mask(value) if isinstance(value, str) and personal.holds_any(value) else value
