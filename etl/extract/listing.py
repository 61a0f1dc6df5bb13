"""What lies in a shared folder, seen in one walk, and which of it fits a pattern.

Names come from outside and are hostile: they may hold line breaks, bytes that are no text, or lead out of the folder.
What is passed over is told, never silently left out.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl.extract.connections import Connection
from etl.extract.problems import note, unavailable, visible
from etl.extract.shares import Share, local_path, plainly
from etl.extract.shares.faults import Fault, Why, unreachable
from etl.findings import Finding

MAX_DEPTH = 32
"""Folders within folders; deeper ones are a loop or a mistake."""

MAX_ENTRIES = 500_000
"""Files and folders below one folder; more is a loop, an attack, or not an agency's folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a walk saw. path: below the folder, as the file system has it: only to compare, never to print.

    kind: berkas, folder, keluar (a link out of the folder), lain (a pipe, a device, a broken link), tertutup (a folder
    that may not be read) or dalam (one deeper than is walked). place: where the bytes are, for `fetch`; with `share`
    None on this machine. size in bytes; mtime_ns: 0 where the file system tells none.
    """

    path: str
    place: str
    kind: str
    size: int = 0
    mtime_ns: int = 0
    share: Share | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of a source.

    path: below the agency's folder, `/` between parts, control characters written out (`\\n`), so it is safe to store
    and print. place, share, size, mtime_ns: as in `Entry`.
    """

    path: str
    place: str
    size: int
    mtime_ns: int
    share: Share | None = field(default=None, repr=False, compare=False)


def walk(folder: str, connection: Connection | None = None) -> list[Entry]:
    """Everything below a folder, in any order: one request per folder, folders whose name begins with a dot left out
    (a NAS keeps its snapshots there).

    Raises SourceUnavailable when the folder cannot be reached or read, or holds more than MAX_ENTRIES.
    """
    local = local_path(folder)
    entries: list[Entry] = []
    try:
        if local is None:
            share = Share(folder, connection)
            with share.plainly():
                _limited(_walk_share(share), entries)
        else:
            with plainly(lambda _: Fault(Why.LOST)):
                root = os.path.realpath(local)
                _limited(_walk_local(root, root, ""), entries)
    except Fault as fault:
        raise unreachable(folder, connection, fault) from None
    return entries


def _limited(walking: Iterator[Entry], entries: list[Entry]) -> None:
    for entry in walking:
        entries.append(entry)
        if len(entries) > MAX_ENTRIES:
            raise unavailable(
                "folder_terlalu_besar",
                f"Folder memuat lebih dari {MAX_ENTRIES} berkas dan folder; tidak diperiksa.",
                "Alamatnya menunjuk ke seluruh server, bukan folder SKPD, atau foldernya berputar.",
                "Periksa `folder` di datasets/skpd.yaml; tunjuk folder khusus untuk data statistik.",
            )


def _walk_local(root: str, folder: str, below: str) -> Iterator[Entry]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_symlink():
                yield _link(root, entry, path)
            elif entry.is_dir(follow_symlinks=False):
                if not _enters(path):
                    yield Entry(path, entry.path, "dalam")
                    continue
                yield Entry(path, entry.path, "folder")
                if not entry.name.startswith("."):
                    try:
                        yield from _walk_local(root, entry.path, path)
                    except PermissionError:
                        yield Entry(path, entry.path, "tertutup")
                    except FileNotFoundError:
                        continue  # gone since the folder was opened: as if it had never been there
            else:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                kind = "berkas" if stat.S_ISREG(status.st_mode) else "lain"
                yield Entry(path, entry.path, kind, status.st_size, status.st_mtime_ns)


def _enters(path: str) -> bool:
    return path.count("/") < MAX_DEPTH


def _link(root: str, entry: os.DirEntry[str], path: str) -> Entry:
    """A link to a file inside the folder is that file; folders are not followed, they may lead in circles."""
    target = os.path.realpath(entry.path)
    if os.path.commonpath([root, target]) != root:
        return Entry(path, entry.path, "keluar")
    try:
        status = Path(target).stat()
    except OSError:
        return Entry(path, entry.path, "lain")
    if stat.S_ISREG(status.st_mode):
        return Entry(path, target, "berkas", status.st_size, status.st_mtime_ns)
    return Entry(path, entry.path, "folder" if stat.S_ISDIR(status.st_mode) else "lain")


KINDS = {"file": "berkas", "directory": "folder", "link": "folder", "outside": "keluar"}
"""fsspec's type of an entry, and two of our shares' own: a linked folder, and a link that leads out."""


def _walk_share(share: Share) -> Iterator[Entry]:
    fs, root = share.opened
    flat = getattr(fs, "flat", False)
    todo = [root]
    while todo:
        folder = todo.pop()
        try:
            with share.plainly():
                listing = fs.ls(folder, detail=True)
        except Fault as fault:
            if folder == root or fault.why not in (Why.DENIED, Why.MISSING):
                raise
            if fault.why is Why.DENIED:
                yield Entry(folder[len(root) :].lstrip("/"), folder, "tertutup", share=share)
            continue
        for info in listing:
            place = info["name"].rstrip("/")
            path = place[len(root) :].lstrip("/")
            if not path or place == folder:
                if info.get("type") != "directory":
                    raise Fault(Why.MISSING)  # the folder's name belongs to a file
                continue
            kind = KINDS.get(info.get("type"), "lain")
            if flat and _in_a_hidden_folder(path):
                continue
            if "//" in place:  # an object's name may hold it, but no file system's path
                kind = "lain"
            if info.get("type") == "directory" and not flat:
                if not _enters(path):
                    kind = "dalam"
                elif not path.rpartition("/")[2].startswith("."):
                    todo.append(place)
            yield Entry(path, place, kind, info.get("size") or 0, mtime_ns(info), share)


def _in_a_hidden_folder(path: str) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in path.split("/")[:-1])


def mtime_ns(info: dict[str, Any]) -> int:
    """File systems name it and type it differently; 0 where none tells it."""
    for key in ("mtime", "LastModified", "last_modified", "modified", "updated", "created"):
        match info.get("mtime_ns", info.get(key)):
            case dt.datetime() as moment:
                return int(moment.timestamp() * 1_000_000_000)
            case float() as seconds:
                return int(seconds * 1_000_000_000)
            case int() as number:
                return number if "mtime_ns" in info else number * 1_000_000_000
            case str() as text:
                try:
                    return int(dt.datetime.fromisoformat(text).timestamp() * 1_000_000_000)
                except ValueError:
                    continue
    return 0


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


def fitting(entries: Iterable[Entry], pattern: Pattern) -> tuple[list[FoundFile], list[Finding]]:
    """Of what a walk saw: files that fit a source's pattern, sorted by path, and a note on each that is passed over.

    Letter case of names is ignored. Of two names that look the same when printed the second is passed over.
    """
    files: dict[str, FoundFile] = {}
    notes: list[Finding] = []
    for entry in entries:
        problem = _passed_over(entry, pattern)
        if problem is None and entry.kind == "berkas" and pattern.fits(entry.path):
            found = FoundFile(visible(entry.path), entry.place, entry.size, entry.mtime_ns, entry.share)
            if files.setdefault(found.path, found) is not found:
                problem = note("nama_berkas", *PASSED_OVER["kembar"], file=entry.path)
        if problem:
            notes.append(problem)
    return sorted(files.values(), key=lambda found: found.path), sorted(notes, key=lambda finding: finding.file)


PASSED_OVER = {
    "kunci": (
        "Berkas kunci sementara Office (~$…) dilewati.",
        "Buku kerjanya sedang dibuka di Excel.",
        "Tutup Excel setelah menyimpan; tidak perlu dikirim.",
    ),
    "naik": (
        "Berkas dilewati karena namanya memuat «..».",
        "Nama dibuat oleh program, bukan orang.",
        "Ganti nama berkas tanpa titik ganda.",
    ),
    "kembar": (
        "Berkas dilewati karena namanya tercetak sama dengan berkas lain.",
        "Salah satu nama memuat tanda yang tidak tampak, misalnya ganti baris.",
        "Ganti nama salah satunya.",
    ),
    "keluar": (
        "Tautan ke luar folder SKPD dilewati.",
        "Pintasan (symlink) ditaruh di folder, bukan berkasnya.",
        "Salin berkas aslinya ke folder ini.",
    ),
    "folder": (
        "Ini folder yang namanya seperti berkas; dilewati.",
        "Arsip diekstrak menjadi folder, atau salah memberi nama.",
        "Taruh berkasnya langsung di luar folder itu.",
    ),
    "lain": (
        "Bukan berkas biasa, atau tautan yang putus; dilewati.",
        "Berkas khusus sistem atau pintasan yang tujuannya terhapus.",
        "Hapus, lalu salin berkas aslinya.",
    ),
    "tertutup": (
        "Folder ini tidak boleh dibaca, jadi isinya tidak diperiksa.",
        "Hak baca folder itu tidak diberikan kepada akun pipeline.",
        "Minta pengelola folder memberi hak baca, atau pindahkan berkasnya.",
    ),
    "dalam": (
        f"Folder ini lebih dari {MAX_DEPTH} tingkat di dalam, jadi isinya tidak diperiksa.",
        "Folder tersalin ke dalam dirinya sendiri.",
        "Pindahkan berkasnya ke tingkat yang lebih atas.",
    ),
}
"""Why → what is wrong, probable cause, what to do."""


def _passed_over(entry: Entry, pattern: Pattern) -> Finding | None:
    """Why something that fits the pattern is not taken; None when it is, or when it does not concern this source."""
    parent, _, name = entry.path.rpartition("/")
    if name.startswith("~$"):
        unlocked = f"{parent}/{name[2:]}".lstrip("/")
        concerns, rule, why = pattern.fits(unlocked) or pattern.fits(entry.path), "berkas_kunci_office", "kunci"
    elif entry.kind in ("tertutup", "dalam"):
        concerns, rule, why = pattern.may_hold(entry.path), "folder_tidak_diperiksa", entry.kind
    elif ".." in entry.path and ".." in entry.path.split("/"):
        concerns, rule, why = pattern.fits(entry.path), "nama_berkas", "naik"
    elif entry.kind in RULES:
        concerns, rule, why = pattern.fits(entry.path), RULES[entry.kind], entry.kind
    else:
        return None
    return note(rule, *PASSED_OVER[why], file=entry.path) if concerns else None


RULES = {"keluar": "tautan_keluar_folder", "folder": "folder_bernama_berkas", "lain": "bukan_berkas"}
