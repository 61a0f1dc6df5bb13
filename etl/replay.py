"""Rebuilds a warehouse from the archive alone: bytes, contracts and the journal of what was received and decided."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from etl.catalogue import Catalogue, load_contracts
from etl.collect import Unit
from etl.contract import Contract
from etl.extract import journal
from etl.extract.archive import Archive, ArchiveError
from etl.pipeline import Outcome, decide, quiet, run_unit
from etl.receive import enter, warehouse
from etl.settings import Settings

log = logging.getLogger("satudata")


def replay(settings: Settings, tell: Callable[[Outcome], None] = quiet) -> list[Outcome]:
    """Every received file in its order and every decision at its place and time, into the warehouse of `settings`.

    An event that the warehouse already knows is left alone, so replay also finishes an interrupted replay. Returned and
    replaced submissions whose bytes retention removed are passed by: nothing released rests on them.
    """
    from etl.load.dimensions import sync_catalogue

    catalogue = load_contracts(settings.datasets)
    with warehouse(settings) as conn:
        sync_catalogue(conn, catalogue, guard=False)
    events = list(journal.events(settings.archive))
    decided = {e["kiriman"]: datetime.fromisoformat(e["pada"]) for e in events if e["peristiwa"] == "keputusan"}
    removed = {event_id for e in events if e["peristiwa"] == "hapus" for event_id in e["kiriman"]}
    outcomes: list[Outcome] = []
    for event in events:
        if event["peristiwa"] == "hapus" or event["id"] in removed:
            continue
        if event["peristiwa"] == "keputusan":
            _decide_again(event, settings)
            continue
        at = decided.get(event["id"], datetime.fromisoformat(event["pada"]))
        outcome = _receive_again(event, settings, at)
        if outcome is not None:
            outcomes.append(outcome)
            tell(outcome)
    with warehouse(settings) as conn:
        sync_catalogue(conn, catalogue, guard=False)
    return outcomes


def _receive_again(event: dict[str, Any], settings: Settings, at: datetime) -> Outcome | None:
    """The submission of an event, read by the contract of its day, whose indicators may have been dropped since."""
    from etl.load.dimensions import sync_catalogue
    from etl.load.submission import of_event

    archive = Archive(settings.archive)
    with warehouse(settings) as conn:
        known = of_event(conn, event["id"])
        if known is not None and known.status != "diterima":
            return None
        try:
            archive.verify(event["sha256"])
            contract_json = archive.verify(event["contract_sha256"]).read_text(encoding="utf-8")
        except ArchiveError as damaged:
            return Outcome(event["dataset"], event["path"], "gagal", findings=(str(damaged),))
        contract = Contract.model_validate_json(contract_json)
        sync_catalogue(conn, Catalogue({contract.id: contract}, {}), guard=False)
        submission_id = known.id if known else enter(conn, event, contract_json)
    return run_unit(asdict(Unit(event["dataset"], event["path"], submission_id)), settings, at=at)


def _decide_again(event: dict[str, Any], settings: Settings) -> None:
    from etl.load.release import DecisionRefused
    from etl.load.submission import of_event

    with warehouse(settings) as conn:
        submission = of_event(conn, event["kiriman"])
    if submission is None or submission.status != "menunggu":
        return
    at = datetime.fromisoformat(event["pada"])
    try:
        decide(settings, submission.id, event["keputusan"], event["oleh"], event["alasan"], at=at)
    except DecisionRefused as refused:
        log.info("%s", refused)  # as it was refused when it was taken
