"""Has something arrived? One look at the shared folders for all agencies, cheap enough for every few seconds.

Nothing is read and nothing is decided here: an agency whose folder changed and then kept still is named, and its own
collect finds out what it was. What was missed (a stopped watcher, a lost state) the scheduled sweep finds.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from etl.catalogue import InvalidContracts, load_contracts
from etl.findings import SourceUnavailable
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.extract.listing import Entry

log = logging.getLogger("satudata")

POLL_SECONDS = 10.0
"""Between two looks. A file is announced at the second look that shows it the same, so after 10 to 20 seconds."""

STATE = "pengamat.json"
"""In SATUDATA_HOME: what each agency's folder looked like when it was last announced."""


class Place(NamedTuple):
    """A folder that is listed as a whole: the root of all agencies' folders, or one agency's elsewhere."""

    folder: str
    connection: str | None


@dataclass
class Watch:
    """What was seen of each agency's folder, and what of it was announced. One per process."""

    settings: Settings
    _seen: dict[str, str] = field(default_factory=dict)
    _announced: dict[str, str] | None = None

    def places(self) -> dict[Place, dict[str, str]]:
        """Folder to list → the agencies in it, each with its path below (empty: the folder itself).

        Raises InvalidContracts when the register of agencies is wrong.
        """
        from etl.extract.folder import is_elsewhere
        from etl.schedule import NOBODY

        register = load_contracts(self.settings.datasets, only_skpd=NOBODY).skpd
        places: dict[Place, dict[str, str]] = defaultdict(dict)
        for name, skpd in register.items():
            if is_elsewhere(skpd.folder):
                places[Place(skpd.folder, skpd.connection)][name] = ""
            else:
                places[Place(self.settings.sources, skpd.connection)][name] = skpd.folder.strip("/")
        return dict(places)

    def look_at(self, place: Place, agencies: Mapping[str, str]) -> dict[str, str]:
        """Agency → fingerprint of what lies in its folder now; nobody when the folder cannot be listed."""
        from etl.extract.connections import lookup
        from etl.extract.listing import walk

        try:
            entries = walk(place.folder, lookup(place.connection) if place.connection else None)
        except SourceUnavailable as problem:
            log.info("%s", problem)
            return {}
        return {name: fingerprint(entries, below) for name, below in agencies.items()}

    def settle(self, now: Mapping[str, str]) -> list[str]:
        """Agencies to announce: changed since they were last announced, and the same in two looks.

        The very first look of an installation only remembers: what lies there is the scheduled sweep's.
        """
        if self._announced is None:
            self._announced = self._remembered() or dict(now)
        arrived = [
            name for name, seen in now.items() if seen == self._seen.get(name) and seen != self._announced.get(name)
        ]
        self._seen.update(now)
        self._announced.update({name: now[name] for name in arrived})
        self._remember()
        return sorted(arrived)

    def look(self) -> list[str]:
        """One round over all places."""
        now: dict[str, str] = {}
        try:
            for place, agencies in self.places().items():
                now |= self.look_at(place, agencies)
        except InvalidContracts as invalid:
            log.warning("%s", invalid)
        return self.settle(now)

    def _remembered(self) -> dict[str, str] | None:
        try:
            kept: dict[str, str] = json.loads((self.settings.home / STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return kept

    def _remember(self) -> None:
        path = self.settings.home / STATE
        text = json.dumps(self._announced, sort_keys=True)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".sementara")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)


def fingerprint(entries: Iterable[Entry], below: str) -> str:
    """One text for names, sizes and times of the files below a folder (all of them when it is empty)."""
    prefix = f"{below}/" if below else ""
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: entry.path):
        if entry.kind == "berkas" and entry.path.startswith(prefix):
            digest.update(f"{entry.path}\0{entry.size}\0{entry.mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
