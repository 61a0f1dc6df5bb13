"""From a contract to a Great Expectations suite, and from a submission to what each rule says of it.

Great Expectations decides; this module gives it the frames (`batches`), and turns its answers into CheckResults with
faults that an operator can find in the workbook (`answers`). A check that could not run has failed.
"""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from etl.contract import Contract
from etl.findings import Severity
from etl.frames import CheckResult, Tidy
from etl.transform.regions import Regions
from expectations.answers import Answers, Failed
from expectations.batches import Batch, Batches
from expectations.plan import Check, Part, plan

GX_SEVERITY = {Severity.TOLAK: "critical", Severity.CATATAN: "warning"}

RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False, "exclude_unexpected_values": True}
"""Failing lines by the frame's own index: index columns would cost a Python loop per failing line (22× slower)."""

Key = tuple[int, int]
"""Number of a check in the plan, number of a part in the check."""


def suite(contract: Contract) -> dict[str, Any]:
    """The contract's rules as Great Expectations suites, one ExpectationSuite per batch (see `batches`).

    Every expectation has its Indonesian description, its severity (tolak → critical, catatan → warning) and in `meta`
    the rule it belongs to.
    """
    import great_expectations as gx

    wanted: dict[str, list[Any]] = defaultdict(list)
    for number, one in enumerate(plan(contract)):
        for part_no, part in enumerate(one.parts):
            wanted[part.batch].append(expectation(one, part, (number, part_no)))
    return {name: gx.ExpectationSuite(f"{contract.id}.{name}", expectations=all_) for name, all_ in wanted.items()}


def expectation(check: Check, part: Part, key: Key) -> Any:
    """One Great Expectations expectation object."""
    from expectations.custom import CLASSES

    return CLASSES[part.kind](
        **part.arguments,
        description=check.say or check.title,
        severity=GX_SEVERITY[check.severity],
        meta={"aturan": check.rule, "tingkat": check.severity.value, "kunci": list(key)},
    )


def check(contract: Contract, tidy: Tidy, *, regions: Regions, earlier: pa.Table | None) -> list[CheckResult]:
    """What every rule says of a submission: what reading found, what holds for every dataset, the contract's rules.

    earlier: the warehouse's present figures of one year before (indikator, wilayah, periode, rincian, nilai), for
    `change_within`. Personal data in what the results quote is masked.
    """
    checks = plan(contract)
    batches = Batches(contract, tidy, regions, earlier)
    present = [_without_absent(batches, one) for one in checks]
    failed = _run(contract, batches, present)
    answers = Answers(contract, tidy, regions, batches)
    results: list[CheckResult] = []
    for number, one in enumerate(present):
        mine = [failed[number, part_no] for part_no in range(len(one.parts))]
        if one.found_by_tidy:
            results += answers.of_reading(one, mine)
        else:
            results.append(answers.of_check(one, mine))
    results[:] = answers.with_other_findings_of_reading(results, checks)
    return [replace(result, no=no) for no, result in enumerate(results, start=1)]


def _without_absent(batches: Batches, one: Check) -> Check:
    """Optional columns that this file does not have are left out of what is checked."""
    parts = []
    for part in one.parts:
        gone = [name for name in part.columns if batches.is_absent(name)]
        if not gone:
            parts.append(part)
        elif part.kind == "total_parts" and part.columns[0] not in gone and len(part.columns) - len(gone) > 1:
            left = [name for name in part.columns if name not in gone]
            parts.append(replace(part, columns=tuple(left), arguments={**part.arguments, "column_list": left}))
    return replace(one, parts=tuple(parts))


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Runner:
    """An ephemeral context with one data frame asset; frames are handed to it one after the other."""

    definition: Any

    @classmethod
    def start(cls) -> _Runner:
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        asset = context.data_sources.add_pandas("kiriman").add_dataframe_asset("bingkai")
        return cls(asset.add_batch_definition_whole_dataframe("semua"))

    def validate(self, batch: Batch, one_suite: Any, parameters: dict[str, Any]) -> list[Any]:
        """One result per expectation, in no particular order."""
        from great_expectations.validator.v1_validator import Validator

        validator = Validator(self.definition, RESULT_FORMAT, {"dataframe": batch.frame})
        return list(validator.validate_expectation_suite(one_suite, parameters).results)


def _run(contract: Contract, batches: Batches, checks: Sequence[Check]) -> dict[Key, Failed]:
    """Every part of every check on its batch; what cannot be built or run comes back with its error."""
    outcome: dict[Key, Failed] = {}
    by_batch: dict[str, list[tuple[int, Check, Part, int]]] = defaultdict(list)
    for number, one in enumerate(checks):
        for part_no, part in enumerate(one.parts):
            by_batch[part.batch].append((number, one, part, part_no))
    with _quiet():
        runner = _Runner.start()
        for name, members in by_batch.items():
            outcome |= _run_batch(contract, batches, runner, name, members)
    return outcome


def _run_batch(
    contract: Contract,
    batches: Batches,
    runner: _Runner,
    name: str,
    members: Sequence[tuple[int, Check, Part, int]],
) -> dict[Key, Failed]:
    import great_expectations as gx

    keys = [(number, part_no) for number, _, _, part_no in members]
    try:
        batch = batches.build(name, members[0][1], tuple(part for _, _, part, _ in members))
        if batch.frame.empty:
            return {
                key: Failed(batch, part, batch.checked or 0) for key, (_, _, part, _) in zip(keys, members, strict=True)
            }
        expectations = [expectation(one, part, key) for key, (_, one, part, _) in zip(keys, members, strict=True)]
        named = gx.ExpectationSuite(f"{contract.id}.{name}", expectations=expectations)
        results = runner.validate(batch, named, batches.parameters())
    except Exception as error:  # whatever it was: a check that could not run must not pass
        if len(members) > 1:
            alone = [_run_batch(contract, batches, runner, name, [member]) for member in members]
            return {key: failed for one in alone for key, failed in one.items()}
        return {keys[0]: Failed(None, members[0][2], 0, error=_short(error))}
    parts = {key: part for key, (_, _, part, _) in zip(keys, members, strict=True)}
    found = {tuple(result.expectation_config.meta["kunci"]): result for result in results}
    return {key: _answer(batch, part, found[key]) for key, part in parts.items()}


def _answer(batch: Batch, part: Part, result: Any) -> Failed:
    """One validation result as counts and failing lines; one without an answer as the error that it died of."""
    if not result.result:
        return Failed(None, part, 0, error=_exception(result.exception_info))
    count = result.result["element_count"]
    if part.kind != "not_null":
        count -= result.result.get("missing_count") or 0
    lines = np.asarray(result.result.get("unexpected_index_list") or [], dtype=np.int64)
    if len(lines) != result.result["unexpected_count"] or result.success != (len(lines) == 0):
        return Failed(None, part, 0, error="hasil Great Expectations tidak utuh")
    return Failed(batch, part, count if batch.checked is None else batch.checked, lines)


def _exception(info: Any) -> str:
    """The message in Great Expectations' exception_info, which is one exception or a dictionary of several."""
    entries = [info] if "exception_message" in info else list(info.values())
    messages = [str(entry["exception_message"]) for entry in entries if entry.get("exception_message")]
    return messages[0][:300] if messages else "tanpa keterangan"


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what Great Expectations does for nobody: it logs every metric that fails with its whole traceback (our
    own result says it better) and hashes every frame."""
    from great_expectations.execution_engine import pandas_execution_engine as engine

    logger = logging.getLogger("great_expectations")
    level, fingerprint = logger.level, engine.hash_pandas_dataframe
    logger.setLevel(logging.CRITICAL)
    # A hash of every value, kept as a mark of the batch that nobody reads: half the time and twice the frame's memory.
    engine.hash_pandas_dataframe = lambda _: ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        engine.hash_pandas_dataframe = fingerprint
