"""Files in an agency's shared folder: which there are, and their bytes into the archive.

Nothing is ever written, moved or deleted there, and nobody is locked out while we read.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from etl.contract import Skpd
from etl.extract.archive import Archive, Archived, StreamTooLong
from etl.extract.listing import FoundFile, mtime_ns
from etl.extract.problems import unavailable
from etl.extract.shares import Share, plainly
from etl.extract.shares.faults import WHOLE_SHARE, Fault, Why, unreachable
from etl.findings import Owner, SourceUnavailable
from etl.sources import FolderSource

MAX_BYTES = 2 << 30
"""Largest file taken. A delimited file of 50 million rows is about as large; agencies send megabytes."""

SETTLE_SECONDS = 2
"""A file changed this recently may still be growing, so it is looked at twice."""

PAUSE_SECONDS = 0.3
"""Between the two looks."""

Look = tuple[int, int, str]
"""Size, time of change in ns, and the mark of the version where the server gives one (ETag)."""


class StillWriting(SourceUnavailable):
    """The file changed while it was read: someone is still saving or copying it. The next attempt takes it whole."""


class TooLarge(SourceUnavailable):
    """More bytes than are taken; trying again does not help, but neither does it harm its neighbours."""


def is_elsewhere(folder: str) -> bool:
    """Whether a folder of the register stands for itself, and not below the sources root."""
    return "://" in folder or Path(folder).is_absolute()


def folder_of(source: FolderSource, skpd: Skpd, sources_root: str) -> str:
    """The agency's folder: the source's own, or the register's below the sources root; either may be a whole URL."""
    folder = source.path or skpd.folder
    if is_elsewhere(folder):
        return folder
    return f"{sources_root}{'' if sources_root.endswith('/') else '/'}{folder}"


def place_of(source: FolderSource, skpd: Skpd, sources_root: str) -> tuple[str, str | None]:
    """The folder's address and the name of the connection that opens it: what one `walk` serves all datasets of."""
    return folder_of(source, skpd, sources_root), source.connection if source.path else skpd.connection


def fetch(found: FoundFile, archive: Archive, max_bytes: int = MAX_BYTES) -> Archived:
    """Copies a file's bytes into the archive while hashing them.

    Raises StillWriting when it is not what was listed or changed meanwhile, TooLarge, or SourceUnavailable when it
    vanished, cannot be read, or its server does not answer. Nothing half-read stays in the archive.
    """
    if found.size > max_bytes:
        raise _too_large(found, max_bytes)
    try:
        return (
            _fetch_remote(found, found.share, archive, max_bytes) if found.share else _fetch(found, archive, max_bytes)
        )
    except StreamTooLong:
        raise _too_large(found, max_bytes) from None
    except Fault as fault:
        raise _problem(found, fault) from None


def _fetch(found: FoundFile, archive: Archive, max_bytes: int) -> Archived:
    with plainly(lambda _: Fault(Why.LOST)), _open_local(found.place) as stream:
        return _settled(found, lambda: _look_local(stream), lambda: archive.store(stream, max_bytes))


def _fetch_remote(found: FoundFile, share: Share, archive: Archive, max_bytes: int) -> Archived:
    def store() -> Archived:
        stream = fs.open(found.place, "rb")
        try:
            archived = archive.store(stream, max_bytes)
        except (StreamTooLong, SourceUnavailable):
            stream.close()
            raise
        stream.close()  # not after a fault of the share: who is gone would be waited for once more
        return archived

    with share.plainly():
        fs, _ = share.opened
        return _settled(found, lambda: _look_remote(fs, found.place), store)


def _settled(found: FoundFile, look: Callable[[], Look], store: Callable[[], Archived]) -> Archived:
    """Stores the file unless it is not the one listed or changes meanwhile; one only just changed is given a moment."""
    before = look()
    if before[:2] != (found.size, found.mtime_ns):
        raise _still_writing(found)
    if 0 <= time.time_ns() - found.mtime_ns < SETTLE_SECONDS * 1_000_000_000:
        time.sleep(PAUSE_SECONDS)
    try:
        archived = store()
    except SourceUnavailable as full:
        raise SourceUnavailable(full.finding.at(file=found.path)) from full
    after = look()
    if after != before or archived.size != after[0]:
        raise _still_writing(found)
    return archived


def _open_local(path: str) -> IO[bytes]:
    """Never through a link put there since the listing, never waiting for a pipe."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return os.fdopen(descriptor, "rb")


def _look_local(stream: IO[bytes]) -> Look:
    status = os.fstat(stream.fileno())
    return status.st_size, status.st_mtime_ns, ""


def _look_remote(fs: Any, path: str) -> Look:
    fs.invalidate_cache()
    info = fs.info(path)
    return info.get("size") or 0, mtime_ns(info), info.get("etag") or ""


def _problem(found: FoundFile, fault: Fault) -> SourceUnavailable:
    """The finding on this file, or on its share where no other file could be read either."""
    if fault.why is Why.BUSY:
        return _still_writing(found)
    if found.share and fault.why in WHOLE_SHARE:
        whole = unreachable(found.share.url, found.share.connection, fault)
        return SourceUnavailable(whole.finding.at(file=found.path))
    denied = fault.why is Why.DENIED
    return unavailable(
        "berkas_tidak_terbaca",
        f"Berkas ini terdaftar tetapi tidak dapat dibaca ({fault.why.value}).",
        "Hak baca berkas itu tidak ada." if denied else "Dihapus, diganti nama, atau jaringan terputus saat disalin.",
        "Beri hak baca." if denied else "Akan dicoba lagi; pastikan berkas masih ada di folder.",
        file=found.path,
        owner=Owner.SKPD,
    )


def _still_writing(found: FoundFile) -> StillWriting:
    return StillWriting(
        unavailable(
            "berkas_masih_ditulis",
            "Berkas berubah ketika sedang diambil, jadi belum diterima.",
            "Masih disimpan di Excel atau masih disalin ke folder bersama.",
            "Tidak perlu apa-apa: akan diambil lagi setelah selesai. Tutup Excel bila sudah selesai mengisi.",
            file=found.path,
            owner=Owner.SKPD,
        ).finding
    )


def _too_large(found: FoundFile, max_bytes: int) -> TooLarge:
    return TooLarge(
        unavailable(
            "terlalu_besar",
            f"Berkas lebih besar daripada {max_bytes / 1e6:.0f} MB, batas yang diterima.",
            "Berkas memuat gambar, banyak lembar lama, atau bukan tabel data.",
            "Kirim hanya lembar datanya sebagai .xlsx atau .csv, dipecah per periode bila perlu.",
            file=found.path,
            owner=Owner.SKPD,
        ).finding
    )
