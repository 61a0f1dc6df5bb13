"""Rebuilds a warehouse from the archive alone: bytes, contracts and the journal of what was received and decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from etl.catalogue import load_contracts
from etl.collect import Unit, enter, warehouse
from etl.extract import journal
from etl.extract.archive import Archive
from etl.pipeline import Outcome, _quiet, decide, run_unit
from etl.settings import Settings


def replay(settings: Settings, tell: Callable[[Outcome], None] = _quiet) -> list[Outcome]:
    """Every received file in its order and every decision at its place, into the warehouse of `settings`.

    A warehouse that already knows an event is left as it is, so replay also finishes an interrupted replay.
    """
    from etl.load.dimensions import sync_catalogue

    with warehouse(settings) as conn:
        sync_catalogue(conn, load_contracts(settings.datasets))
    outcomes: list[Outcome] = []
    for event in journal.events(settings.archive):
        if event["peristiwa"] == "keputusan":
            _decide_again(event, settings)
            continue
        outcome = _receive_again(event, settings)
        if outcome is not None:
            outcomes.append(outcome)
            tell(outcome)
    return outcomes


def _receive_again(event: dict[str, Any], settings: Settings) -> Outcome | None:
    from etl.load.submission import find

    with warehouse(settings) as conn:
        known = find(conn, event["dataset"], event["path"], event["sha256"], event["contract_sha256"])
        if known is not None and known.status != "diterima":
            return None
        contract_json = Archive(settings.archive).path(event["contract_sha256"]).read_text(encoding="utf-8")
        submission_id = enter(conn, event, contract_json, datetime.fromisoformat(event["pada"]))
    return run_unit(asdict(Unit(event["dataset"], event["path"], submission_id)), settings)


def _decide_again(event: dict[str, Any], settings: Settings) -> None:
    from etl.load.submission import find

    with warehouse(settings) as conn:
        submission = find(conn, event["dataset"], event["path"], event["sha256"], event["contract_sha256"])
    if submission is not None and submission.status == "menunggu":
        decide(settings, submission.id, event["keputusan"], event["oleh"], event["alasan"], record=False)
