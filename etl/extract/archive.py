"""The bytes as received, kept forever under their own sha256. Everything later can be replayed from here.

A file appears under its final name in one rename after its bytes are on the disk, so a process killed at any point
leaves a whole file or none; what it was writing lies in a separate folder and is swept a day later.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from etl.extract.problems import unavailable

CHUNK = 1 << 20
"""Bytes per read: large enough that a network share is not asked often, small enough to keep many workers light."""

INCOMING = "sementara"
"""Folder of unfinished files, in the archive itself because a rename is atomic only within one file system."""

SWEEP_AFTER = 24 * 3600
"""Seconds after which an unfinished file belongs to a dead process: no transfer runs for a day."""

SHA256 = re.compile(r"[0-9a-f]{64}")


class Readable(Protocol):
    """A binary stream, as little as is needed of one."""

    def read(self, size: int, /) -> bytes: ...


class ArchiveError(Exception):
    """The archive does not hold what the warehouse says it holds: bytes missing or changed. Never the SKPD's fault."""


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What only a disk that is written to answers: reading a share never fails so."""


@contextmanager
def own_disk() -> Iterator[None]:
    """A full or read-only disk of ours as SourceUnavailable: nothing was lost, and it is not the agency's to mend."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise unavailable(
            "arsip_tidak_menerima",
            f"Berkas belum diterima: cakram arsip tidak dapat ditulisi ({errno.errorcode[error.errno or 0]}).",
            "Cakram tempat SATUDATA_HOME penuh, kuotanya habis, atau hanya dapat dibaca.",
            "SKPD tidak perlu berbuat apa-apa. Diskominfo melonggarkan cakram; berkasnya diambil pada putaran berikut.",
        ) from error


class StreamTooLong(Exception):
    """More bytes than `store` was allowed to take; nothing was kept."""


@dataclass(frozen=True)
class Archived:
    """Bytes in the archive. size in bytes."""

    sha256: str
    size: int
    path: Path


@dataclass(frozen=True)
class Archive:
    """A content-addressed store below `root`: `<root>/<first two of sha>/<sha>`, files read-only."""

    root: Path

    def store(self, stream: Readable, limit: int | None = None) -> Archived:
        """Copies a stream into the archive while hashing it; the same bytes twice are kept once.

        Raises StreamTooLong past `limit` bytes, SourceUnavailable when the disk is full, OSError when it fails
        otherwise; in any case nothing remains.
        """
        with own_disk():
            return self._store(stream, limit)

    def _store(self, stream: Readable, limit: int | None) -> Archived:
        self.sweep()
        incoming = self.root / INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        unfinished = incoming / uuid4().hex
        try:
            sha256, size = _copy(stream, unfinished, limit)
            final = self._place(sha256)
            if not (final.exists() and final.stat().st_size == size):
                unfinished.chmod(0o400)
                final.parent.mkdir(exist_ok=True)
                unfinished.replace(final)
                _sync_folder(final.parent)
        finally:
            unfinished.unlink(missing_ok=True)
        return Archived(sha256, size, final)

    def store_contract(self, resolved_json: str) -> str:
        """Keeps a resolved contract beside the bytes it reads; returns its sha256. One that is kept costs nothing."""
        content = resolved_json.encode("utf-8")
        sha256 = hashlib.sha256(content).hexdigest()
        kept = self._place(sha256)
        if kept.is_file() and kept.stat().st_size == len(content):
            return sha256
        return self.store(io.BytesIO(content)).sha256

    def path(self, sha256: str) -> Path:
        """Where the bytes are. Raises ArchiveError when they are not there."""
        place = self._place(sha256)
        if not place.is_file():
            raise ArchiveError(
                f"Arsip tidak memiliki {sha256}. Sebab: folder arsip terhapus, dipindah, atau salah alamat. "
                "Tindakan: pulihkan folder arsip dari cadangan, atau betulkan SATUDATA_HOME."
            )
        return place

    def verify(self, sha256: str) -> Path:
        """As `path`, after reading every byte again. Raises ArchiveError when they changed."""
        place = self.path(sha256)
        with place.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sha256:
            raise ArchiveError(
                f"Isi arsip {sha256} berubah (sekarang {found}). Sebab: cakram rusak atau berkas disunting langsung. "
                "Tindakan: pulihkan berkas itu dari cadangan; jangan menyunting isi arsip."
            )
        return place

    def sweep(self) -> int:
        """Removes what killed processes left unfinished more than SWEEP_AFTER seconds ago; returns how many."""
        swept = 0
        oldest = time.time() - SWEEP_AFTER
        for unfinished in (self.root / INCOMING).glob("*"):
            try:
                if unfinished.stat().st_mtime < oldest:
                    unfinished.unlink()
                    swept += 1
            except FileNotFoundError:  # another worker was faster
                continue
        return swept

    def _place(self, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):
            raise ArchiveError(f"{sha256!r} bukan sha256: 64 angka heksadesimal huruf kecil.")
        return self.root / sha256[:2] / sha256


def _copy(stream: Readable, target: Path, limit: int | None) -> tuple[str, int]:
    """Streams into a new file and forces it to the disk. Returns (sha256, size)."""
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if limit is not None and size > limit:
                raise StreamTooLong(f"lebih dari {limit} byte")
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    """Makes a rename survive a power cut, where the system can do that to folders."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
