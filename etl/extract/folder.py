"""Files in an agency's shared folder: which there are, and their bytes into the archive.

Names come from outside and are hostile: they may hold line breaks, bytes that are no text, or lead out of the folder.
What is passed over is told, never silently left out.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import fsspec

from etl.contract import Skpd
from etl.extract.archive import Archive, Archived, StreamTooLong
from etl.extract.problems import note, public_url, unavailable, visible
from etl.findings import Finding, Owner, SourceUnavailable
from etl.sources import FolderSource

MAX_BYTES = 2 << 30
"""Largest file taken. A delimited file of 50 million rows is about as large; agencies send megabytes."""

SETTLE_SECONDS = 2
"""A file changed this recently may still be growing, so it is looked at twice."""

PAUSE_SECONDS = 0.3
"""Between the two looks."""

MAX_DEPTH = 32
"""Folders within folders; deeper ones are a loop or a mistake."""


class StillWriting(SourceUnavailable):
    """The file changed while it was read: someone is still saving or copying it. The next attempt takes it whole."""


class TooLarge(SourceUnavailable):
    """More bytes than are taken; trying again does not help, but neither does it harm its neighbours."""


@dataclass(frozen=True)
class FoundFile:
    """One file of a source.

    path: below the agency's folder, `/` between parts, control characters written out (`\\n`), so it is safe to store
    and print. url: where the bytes are; it may hold a password, so it is never printed. size in bytes; mtime_ns: 0
    where the file system tells none.
    """

    path: str
    url: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class _Entry:
    """What a directory walk saw. kind: berkas, folder, keluar (a link out of the folder) or lain (a pipe, a device)."""

    path: str
    url: str
    kind: str
    size: int = 0
    mtime_ns: int = 0


def folder_of(source: FolderSource, skpd: Skpd, sources_root: str) -> str:
    """The agency's folder: the source's own, or the register's below the sources root; either may be a whole URL."""
    folder = source.path or skpd.folder
    if "://" in folder or Path(folder).is_absolute():
        return folder
    return f"{sources_root}{'' if sources_root.endswith('/') else '/'}{folder}"


def list_files(source: FolderSource, skpd: Skpd, sources_root: str) -> tuple[list[FoundFile], list[Finding]]:
    """Files that fit the source's pattern, sorted by path, and a note on each that fits but is passed over.

    One walk of the folder; letter case of names is ignored. Raises SourceUnavailable when the folder is not there.
    """
    folder = folder_of(source, skpd, sources_root)
    pattern = Pattern(source.files)
    files: list[FoundFile] = []
    notes: list[Finding] = []
    try:
        for entry in _walk(folder, pattern):
            problem = _passed_over(entry, pattern)
            if problem:
                notes.append(problem)
            elif entry.kind == "berkas" and pattern.fits(entry.path):
                files.append(FoundFile(visible(entry.path), entry.url, entry.size, entry.mtime_ns))
    except (OSError, ImportError, ValueError) as error:
        raise _unreachable(folder, error) from None
    files.sort(key=lambda found: found.path)
    return files, sorted(notes, key=lambda finding: finding.file)


class Pattern:
    """A glob over whole paths: `*` and `?` within one part, `**` over any number of folders, case ignored.

    A leading dot is only matched by a dot, as shells do: `.~lock`, `._x.xlsx` and their kin are nobody's data.
    """

    def __init__(self, glob: str) -> None:
        self.parts = [part for part in glob.split("/") if part not in ("", ".")]
        self._regexes = [
            None if part == "**" else re.compile(_part_regex(part), re.IGNORECASE | re.DOTALL) for part in self.parts
        ]

    def fits(self, path: str) -> bool:
        return self._fits(path.split("/"), 0)

    def may_hold(self, folder: str) -> bool:
        """Whether something below this folder could fit."""
        for regex, part in zip(self._regexes, folder.split("/"), strict=False):
            if regex is None:
                return not part.startswith(".")
            if not regex.fullmatch(part):
                return False
        return folder.count("/") + 1 < len(self.parts)

    def _fits(self, names: list[str], at: int) -> bool:
        if at == len(self._regexes):
            return not names
        regex = self._regexes[at]
        if regex is None:
            return any(self._fits(names[skip:], at + 1) for skip in range(len(names) + 1))
        return bool(names) and regex.fullmatch(names[0]) is not None and self._fits(names[1:], at + 1)


def _part_regex(part: str) -> str:
    regex = "" if part.startswith(".") else r"(?!\.)"
    for sign in re.findall(r"\[[^\]]+\]|.", part, re.DOTALL):
        if sign == "*":
            regex += ".*"
        elif sign == "?":
            regex += "."
        elif sign.startswith("[") and len(sign) > 1:
            regex += "[" + sign[1:-1].replace("\\", "\\\\").replace("!", "^", sign[1] == "!") + "]"
        else:
            regex += re.escape(sign)
    return regex


def _walk(folder: str, pattern: Pattern) -> Iterator[_Entry]:
    local = folder.removeprefix("file://") if folder.startswith("file://") else folder
    if "://" not in local:
        root = os.path.realpath(local)
        yield from _walk_local(root, root, "", pattern)
    else:
        yield from _walk_remote(folder)


def _walk_local(root: str, folder: str, below: str, pattern: Pattern) -> Iterator[_Entry]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_symlink():
                yield _link(root, entry, path)
            elif entry.is_dir(follow_symlinks=False):
                yield _Entry(path, entry.path, "folder")
                if pattern.may_hold(path) and path.count("/") < MAX_DEPTH:
                    yield from _walk_local(root, entry.path, path, pattern)
            elif pattern.fits(path) or _is_lock(path):
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # gone since the folder was opened: as if it had never been there
                kind = "berkas" if stat.S_ISREG(status.st_mode) else "lain"
                yield _Entry(path, entry.path, kind, status.st_size, status.st_mtime_ns)


def _link(root: str, entry: os.DirEntry[str], path: str) -> _Entry:
    """A link to a file inside the folder is that file; folders are not followed, they may lead in circles."""
    target = os.path.realpath(entry.path)
    if os.path.commonpath([root, target]) != root:
        return _Entry(path, entry.path, "keluar")
    try:
        status = Path(target).stat()
    except OSError:
        return _Entry(path, entry.path, "lain")
    if stat.S_ISREG(status.st_mode):
        return _Entry(path, target, "berkas", status.st_size, status.st_mtime_ns)
    return _Entry(path, entry.path, "folder" if stat.S_ISDIR(status.st_mode) else "lain")


def _walk_remote(folder: str) -> Iterator[_Entry]:
    with _any_fault():
        fs, root = fsspec.core.url_to_fs(folder)
        root = root.rstrip("/")
        if not fs.isdir(root):
            raise FileNotFoundError(root)
        listing = fs.find(root, withdirs=True, detail=True)
    for full, info in listing.items():
        path = full[len(root) :].lstrip("/")
        if not path:
            continue
        kind = "folder" if info.get("type") == "directory" else "berkas"
        yield _Entry(path, f"{folder.rstrip('/')}/{path}", kind, info.get("size") or 0, _mtime_ns(info))


@contextmanager
def _any_fault() -> Iterator[None]:
    """Remote file systems raise whatever their libraries do; all of it means that the share did not answer."""
    try:
        yield
    except (OSError, ValueError, ImportError, SourceUnavailable, StreamTooLong):
        raise
    except Exception as error:
        raise ConnectionError(type(error).__name__) from error


def _mtime_ns(info: dict[str, Any]) -> int:
    """File systems name it and type it differently; 0 where none tells it."""
    for key in ("mtime", "LastModified", "last_modified", "modified", "updated", "created"):
        match info.get(key):
            case dt.datetime() as moment:
                return int(moment.timestamp() * 1_000_000_000)
            case float() | int() as seconds:
                return int(seconds * 1_000_000_000)
            case str() as text:
                try:
                    return int(dt.datetime.fromisoformat(text).timestamp() * 1_000_000_000)
                except ValueError:
                    continue
    return 0


def _is_lock(path: str) -> bool:
    return PurePosixPath(path).name.startswith("~$")


def _passed_over(entry: _Entry, pattern: Pattern) -> Finding | None:
    """Why something that fits the pattern is not taken; None when it is, or when it does not concern this source."""
    parent, _, name = entry.path.rpartition("/")
    if _is_lock(entry.path):
        unlocked = f"{parent}/{name[2:]}".lstrip("/")
        if not (pattern.fits(unlocked) or pattern.fits(entry.path)):
            return None
        rule, message = "berkas_kunci_office", "Berkas kunci sementara Office (~$…) dilewati."
        cause, action = "Buku kerjanya sedang dibuka di Excel.", "Tutup Excel setelah menyimpan; tidak perlu dikirim."
    elif not pattern.fits(entry.path):
        return None
    elif ".." in PurePosixPath(entry.path).parts:
        rule, message = "nama_berkas", "Berkas dilewati karena namanya memuat «..»."
        cause, action = "Nama dibuat oleh program, bukan orang.", "Ganti nama berkas tanpa titik ganda."
    elif entry.kind == "keluar":
        rule, message = "tautan_keluar_folder", "Tautan ke luar folder SKPD dilewati."
        cause, action = "Pintasan (symlink) ditaruh di folder, bukan berkasnya.", "Salin berkas aslinya ke folder ini."
    elif entry.kind == "folder":
        rule, message = "folder_bernama_berkas", "Ini folder yang namanya seperti berkas; dilewati."
        cause, action = (
            "Arsip diekstrak menjadi folder, atau salah memberi nama.",
            "Taruh berkasnya langsung di luar folder itu.",
        )
    elif entry.kind == "lain":
        rule, message = "bukan_berkas", "Bukan berkas biasa, atau tautan yang putus; dilewati."
        cause, action = (
            "Berkas khusus sistem atau pintasan yang tujuannya terhapus.",
            "Hapus, lalu salin berkas aslinya.",
        )
    else:
        return None
    return note(rule, message, cause, action, file=entry.path)


def fetch(found: FoundFile, archive: Archive, max_bytes: int = MAX_BYTES) -> Archived:
    """Copies a file's bytes into the archive while hashing them.

    Raises StillWriting when it is not what was listed or changed meanwhile, TooLarge, or SourceUnavailable when it
    vanished or cannot be read.
    """
    if found.size > max_bytes:
        raise _too_large(found, max_bytes)
    try:
        if "://" in found.url:
            with _any_fault():
                fs, path = fsspec.core.url_to_fs(found.url)
                before = _look_remote(fs, path)
                with fs.open(path, "rb") as stream:
                    archived = _settled(found, before, archive, stream, max_bytes)
                after = _look_remote(fs, path)
        else:
            with _open_local(found.url) as stream:
                before = _look_local(stream)
                archived = _settled(found, before, archive, stream, max_bytes)
                after = _look_local(stream)
    except StreamTooLong:
        raise _too_large(found, max_bytes) from None
    except (OSError, ValueError) as error:
        raise _gone(found, error) from None
    if after != before or archived.size != after[0]:
        raise _still_writing(found)
    return archived


def _settled(
    found: FoundFile, before: tuple[int, int], archive: Archive, stream: IO[bytes], max_bytes: int
) -> Archived:
    """Stores the stream unless the file is not the one listed; waits a moment for a file only just changed."""
    if before != (found.size, found.mtime_ns):
        raise _still_writing(found)
    if 0 <= time.time_ns() - found.mtime_ns < SETTLE_SECONDS * 1_000_000_000:
        time.sleep(PAUSE_SECONDS)
    try:
        return archive.store(stream, max_bytes)
    except SourceUnavailable as full:
        raise SourceUnavailable(full.finding.at(file=found.path)) from full


def _open_local(path: str) -> IO[bytes]:
    """Never through a link put there since the listing, never waiting for a pipe."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a regular file")
    return os.fdopen(descriptor, "rb")


def _look_local(stream: IO[bytes]) -> tuple[int, int]:
    status = os.fstat(stream.fileno())
    return status.st_size, status.st_mtime_ns


def _look_remote(fs: Any, path: str) -> tuple[int, int]:
    fs.invalidate_cache()
    info = fs.info(path)
    return info.get("size") or 0, _mtime_ns(info)


def _unreachable(folder: str, error: Exception) -> SourceUnavailable:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        what, cause = "tidak ada", "Folder berganti nama atau dipindah, atau berbagi jaringannya tidak tersambung."
        action = "Periksa nama folder di datasets/skpd.yaml dan sambungan folder bersama; lalu jalankan lagi."
    elif isinstance(error, PermissionError):
        what, cause = "tidak boleh dibaca", "Hak akses akun pipeline pada folder itu dicabut atau belum diberikan."
        action = "Minta pengelola folder memberi hak baca; lalu jalankan lagi."
    else:
        what, cause = "tidak dapat dijangkau", f"Jaringan atau layanan penyimpanan terganggu ({type(error).__name__})."
        action = "Akan dicoba lagi; bila terus terjadi, periksa alamat folder dan jaringannya."
    return unavailable("folder_tidak_terbaca", f"Folder {public_url(folder)} {what}.", cause, action)


def _gone(found: FoundFile, error: Exception) -> SourceUnavailable:
    denied = isinstance(error, PermissionError)
    return unavailable(
        "berkas_tidak_terbaca",
        f"Berkas ini terdaftar tetapi tidak dapat dibaca ({type(error).__name__}).",
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
