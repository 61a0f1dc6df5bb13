"""The account of a figure: its words, and every version that the public has seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from portal.warehouse.snapshot import Snapshot

FURTHER = ("skpd", "kegiatan", "rekening", "sumber_dana", "tahap", "tolok_ukur")
"""What a budget's or a plan's figure has beside a statistic's; `akun` says again what the account says."""


@dataclass(frozen=True)
class Key:
    """Which figure. rincian: its breakdown in the shape of portal.angka_*, `umur=0-4|jenis_kelamin=L`; '' for none."""

    indikator: str
    wilayah: str
    periode: str
    rincian: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """Breakdown → member, as they stand in `rincian`."""
        return dict(part.split("=", 1) for part in self.rincian.split("|") if "=" in part)

    def parameters(self) -> dict[str, str]:
        """The key with its further dimensions apart, '' where it has none, and what is then left of the breakdown."""
        parts = self.parts
        left = (f"{name}={member}" for name, member in parts.items() if name not in (*FURTHER, "akun"))
        return {**asdict(self), **{name: parts.get(name, "") for name in FURTHER}, "sisa": "|".join(left)}


def indicator(snapshot: Snapshot, key: Key) -> Any | None:
    """What the key's indicator means, its dataset, and the region's name; None for an unknown indicator."""
    return snapshot.row("origin.sql#indicator", key.parameters())


def now(snapshot: Snapshot, key: Key, fact: str) -> Any | None:
    """Unit, status and names of the breakdown of the figure as it stands; None when it stands no more."""
    return snapshot.row(f"origin.sql#now_{fact}", key.parameters())


def versions(snapshot: Snapshot, key: Key, fact: str) -> list[Any]:
    """Its versions, the latest first; none when there is no such figure, or its dataset is not open."""
    return snapshot.rows(f"origin.sql#versions_{fact}", key.parameters())
