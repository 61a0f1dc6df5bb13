"""Looks at an agency's sources: what is new or changed becomes submissions, and what nobody asked for is told."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from etl.catalogue import load_contracts
from etl.contract import Contract, Skpd
from etl.findings import Refused, SourceUnavailable
from etl.gather import Gathering, Listings
from etl.receive import warehouse
from etl.settings import Settings
from etl.strays import sort_strays

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

log = logging.getLogger("satudata")


@dataclass(frozen=True)
class Unit:
    """One thing to ingest. Without a submission its source could not be read yet: ingest tries again."""

    dataset: str
    label: str
    submission_id: int | None = None


def collect(skpd: str, settings: Settings, *, dataset: str | None = None, force: bool = False) -> list[dict[str, Any]]:
    """What one agency has new: every changed source archived and registered, plus what was left unfinished.

    A dataset whose source fails comes back as a unit without a submission, so that it fails in its own task and leaves
    its neighbours alone. force: take unchanged sources too.

    Raises InvalidContracts, and Refused when a contract would give released figures another meaning.
    """
    catalogue = load_contracts(settings.datasets, only_skpd=skpd)
    contracts = catalogue.of_skpd(skpd)
    listings = Listings(catalogue.skpd[skpd], settings)
    failed: dict[str, Unit] = {}
    with warehouse(settings) as conn:
        from etl.load.dimensions import sync_catalogue

        sync_catalogue(conn, catalogue)
        chosen = [c for c in contracts.values() if dataset in (None, c.id, c.name)]
        for contract in chosen:
            try:
                Gathering(conn, contract, settings, listings, force).gather()
            except (SourceUnavailable, Refused) as problem:
                if conn.closed:  # it is the warehouse that went away
                    raise
                log.warning("%s", problem)
                _remember_problem(conn, contract, problem)
                failed[contract.id] = Unit(contract.id, f"{contract.name}: sumber tidak terbaca")
        if dataset is None:
            sort_strays(conn, skpd, contracts, settings, listings)
        units: list[Unit] = []
        for contract in chosen:
            units += [failed[contract.id]] if contract.id in failed else []
            units += waiting_units(conn, contract)
    return [asdict(unit) for unit in units]


def waiting_units(conn: Connection, contract: Contract) -> list[Unit]:
    """Submissions of a dataset that are registered and not yet ingested, oldest first."""
    from etl.load.submission import unprocessed

    return [
        Unit(contract.id, f"{contract.name}: {PurePosixPath(path).name}", submission_id)
        for submission_id, path in unprocessed(conn, contract.id)
    ]


def collect_dataset(conn: Connection, contract: Contract, skpd: Skpd, settings: Settings) -> list[Unit]:
    """One dataset's source tried again: what of it waits now and did not before. Raises as Gathering.gather."""
    before = waiting_units(conn, contract)
    Gathering(conn, contract, settings, Listings(skpd, settings), force=False).gather()
    return [unit for unit in waiting_units(conn, contract) if unit not in before]


def _remember_problem(conn: Connection, contract: Contract, problem: SourceUnavailable | Refused) -> None:
    from etl.load.source_state import source_problem

    finding = problem.finding if isinstance(problem, SourceUnavailable) else problem.findings[0]
    source_problem(conn, contract.id, finding.file or "(sumber)", str(problem))
