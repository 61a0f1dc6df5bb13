"""One dataset's source looked at: what is new or changed is archived and received. Never interprets what it carries."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import ValidationError

from etl.contract import Contract, Skpd
from etl.extract.archive import Archive, Archived, ArchiveError
from etl.findings import Finding, SourceUnavailable
from etl.receive import UPLOADS, contract_sha, receive
from etl.settings import Settings
from etl.sources import AnyWebSource, DatabaseSource, FolderSource, UploadSource

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from etl.extract.listing import Entry, FoundFile
    from etl.load.source_state import SourceState

log = logging.getLogger("satudata")


@dataclass
class Listings:
    """What one round has seen of the shared folders: each is listed once, however many datasets lie in it.

    skpd: the agency's entry in the register.
    """

    skpd: Skpd
    settings: Settings
    _seen: dict[tuple[str, str | None], list[Entry] | SourceUnavailable] = field(default_factory=dict)

    def of(self, source: FolderSource) -> tuple[list[FoundFile], list[Finding]]:
        """The source's files and a note on each that is passed over. Raises SourceUnavailable whenever it is asked."""
        from etl.extract.listing import Pattern, fitting

        return fitting(self.entries(source), Pattern(source.files))

    def entries(self, source: FolderSource) -> list[Entry]:
        """All that lies in the source's folder, whosever it is. Raises SourceUnavailable whenever it is asked."""
        from etl.extract.connections import lookup
        from etl.extract.folder import place_of
        from etl.extract.listing import walk

        place = folder, connection = place_of(source, self.skpd, self.settings.sources)
        if place not in self._seen:
            try:
                self._seen[place] = walk(folder, lookup(connection) if connection else None)
            except SourceUnavailable as problem:
                self._seen[place] = problem
        seen = self._seen[place]
        if isinstance(seen, SourceUnavailable):
            raise seen
        return seen


@dataclass(frozen=True)
class Gathering:
    """One dataset in one round. force: take what is unchanged, too."""

    conn: Connection
    contract: Contract
    settings: Settings
    listings: Listings
    force: bool

    @property
    def archive(self) -> Archive:
        return Archive(self.settings.archive)

    def gather(self) -> None:
        """Archives and receives what the source has new.

        Raises SourceUnavailable after everything that could be read is in, Refused when the query or the service no
        longer gives what the contract asks for.
        """
        from etl.load.source_state import collecting, known_sources

        with collecting(self.conn, self.contract.id):
            source = self.contract.source
            known = known_sources(self.conn, self.contract.id)
            outdated = self._outdated_contracts(known)
            self._read_by_hand_again(known, outdated)
            match source:
                case FolderSource():
                    self._folder(source, known, outdated)
                case DatabaseSource():
                    self._database(source, known, outdated)
                case UploadSource():
                    self._answered()
                case _:
                    self._web(source, known, outdated)

    # ── folders and uploads ──────────────────────────────────────────────────────────────────────────────────────────

    def _folder(self, source: FolderSource, known: dict[str, SourceState], outdated: set[str]) -> None:
        from etl.extract.folder import fetch
        from etl.load.source_state import source_problem

        files, notes = self.listings.of(source)
        self._answered()
        for note in notes:
            source_problem(self.conn, self.contract.id, note.file, str(note))
        seen = _bytes_taken(known, files)
        problems: list[SourceUnavailable] = []
        for found in sorted(files, key=lambda file: _turn(file, known)):
            state = known.get(found.path)
            again = self.force or (state is not None and state.contract_sha256 in outdated)
            if not again and state is not None and (state.size, state.mtime_ns) == (found.size, found.mtime_ns):
                continue
            try:
                archived = fetch(found, self.archive)
            except SourceUnavailable as problem:
                source_problem(self.conn, self.contract.id, found.path, str(problem))
                problems.append(problem)
                continue
            twin = seen.setdefault(archived.sha256, found.path)
            self._take_file(found, archived, state, again, twin)
        if problems:
            raise problems[0]

    def _take_file(
        self, found: FoundFile, archived: Archived, state: SourceState | None, again: bool, twin: str
    ) -> None:
        """Receives a file, unless only its time stamp changed, or as the copy of one already taken."""
        if not again and state is not None and state.sha256 == archived.sha256:
            self._remember(state, found.size, found.mtime_ns, archived.sha256)
            return
        twin_of = twin if twin != found.path else None
        receive(self.conn, self.contract, self.settings, found.path, archived, mtime_ns=found.mtime_ns, twin_of=twin_of)

    def _remember(self, state: SourceState, size: int, mtime_ns: int, sha256: str) -> None:
        """The source is as it was, though it looks otherwise."""
        from etl.load.source_state import remember_source

        remember_source(self.conn, self.contract.id, state.path, size, mtime_ns, sha256, state.submission_id)

    def _read_by_hand_again(self, known: dict[str, SourceState], outdated: set[str]) -> None:
        """No pattern finds uploads and entry workbooks again: after a change of the contract the archive has them."""
        from etl.load.stray_files import entry_workbooks

        by_hand = {path for path in known if path.startswith(UPLOADS)} | entry_workbooks(self.conn, self.contract.id)
        states = [state for path, state in known.items() if path in by_hand]
        for state in sorted(states, key=lambda state: state.submission_id):
            if self.force or state.contract_sha256 in outdated:
                archived = Archived(state.sha256, state.size, self.archive.path(state.sha256))
                receive(self.conn, self.contract, self.settings, state.path, archived, mtime_ns=state.mtime_ns)

    # ── databases and web services ───────────────────────────────────────────────────────────────────────────────────

    def _database(self, source: DatabaseSource, known: dict[str, SourceState], outdated: set[str]) -> None:
        from etl.extract.connections import resolve
        from etl.extract.database import dump

        path = f"{source.connection}/{self.contract.name}.parquet"
        state = known.get(path)
        before = None if self.force else self._last(state)
        answer = dump(source, resolve(source.connection), self.archive, self.contract.id, before)
        self._answered()
        self._take_answer(path, state, answer.archived, answer.notes, outdated, lambda: False)

    def _web(self, source: AnyWebSource, known: dict[str, SourceState], outdated: set[str]) -> None:
        from etl.extract.answers import same_records
        from etl.extract.web import fetch_web

        path = f"{urlsplit(source.url).hostname}/{self.contract.name}.zip"
        state = known.get(path)
        before = self._last(state)
        again = self.force or (state is not None and state.contract_sha256 in outdated)
        answer = fetch_web(source, self.archive, self.contract.id, None if again else before)
        self._answered()
        if answer.archived is None:
            return
        now = answer.archived.path
        same = (lambda: same_records(before, now, source)) if before is not None else (lambda: False)
        self._take_answer(path, state, answer.archived, answer.notes, outdated, same)

    def _answered(self) -> None:
        """The source is there again: whatever was wrong with it is looked at anew."""
        from etl.load.source_state import forget_problems

        forget_problems(self.conn, self.contract.id)

    def _last(self, state: SourceState | None) -> Path | None:
        """What the source answered last time, to ask only for what changed; None when the archive lost it."""
        if state is None:
            return None
        try:
            return self.archive.verify(state.sha256)
        except ArchiveError as lost:
            log.warning("%s", lost)
            return None

    def _take_answer(
        self,
        path: str,
        state: SourceState | None,
        archived: Archived,
        notes: Sequence[Finding],
        outdated: set[str],
        same: Callable[[], bool],
    ) -> None:
        """Receives an answer unless it says what the last one said. same: whether it does although its bytes differ."""
        if state is not None and not self.force and state.contract_sha256 not in outdated:
            if state.sha256 == archived.sha256:
                return
            if not notes and same():
                self._remember(state, archived.size, 0, archived.sha256)
                return
        receive(self.conn, self.contract, self.settings, path, archived, notes=notes)

    # ── what has to be read again ────────────────────────────────────────────────────────────────────────────────────

    def _outdated_contracts(self, known: dict[str, SourceState]) -> set[str]:
        """sha256 of contracts that read differently from today's. A new title alone reads no old file again."""
        outdated = set()
        for sha256 in {state.contract_sha256 for state in known.values()} - {contract_sha(self.contract)}:
            try:
                then = Contract.model_validate_json(self.archive.path(sha256).read_bytes())
            except (ArchiveError, ValidationError):
                outdated.add(sha256)
            else:
                if then.reading != self.contract.reading:
                    outdated.add(sha256)
        return outdated


def _turn(file: FoundFile, known: dict[str, SourceState]) -> tuple[float, int, str]:
    """Files taken before come first, in the order they were taken: read again, what was sent later still wins."""
    state = known.get(file.path)
    return (state.submission_id if state else math.inf, file.mtime_ns, file.path)


def _bytes_taken(known: dict[str, SourceState], files: Sequence[FoundFile]) -> dict[str, str]:
    """sha256 → the file, still there, that brought those bytes first. One that is gone was renamed, not copied."""
    present = {file.path for file in files}
    taken = sorted((state for state in known.values() if state.path in present), key=lambda s: -s.submission_id)
    return {state.sha256: state.path for state in taken}
