"""A backup as files: what it says of itself, and whether it still holds what it says.

    satudata-20261125T013000Z/
      manifes.json      when, of which version, what every table held; and the sha256 of
      SHA256SUMS        every other file, as `sha256sum -c` reads it
      gudang/           the warehouse, as pg_dump writes it
      arsip/            the bytes as received and the journal; a file that the backup before has is linked to it
      kontrak/          the contracts

A backup is complete when its folder has that name: until then it is called `.sementara-…`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from etl.extract.archive import CHUNK, INCOMING, SHA256

PREFIX = "satudata-"
UNFINISHED = ".sementara-"
MANIFEST, SUMS = "manifes.json", "SHA256SUMS"
WAREHOUSE, ARCHIVE, CONTRACTS = "gudang", "arsip", "kontrak"
FORM = 1
"""Version of this layout."""
READ_AGAIN_WITHIN = 32
"""Backups in which every linked file is read again once: links share their bytes, and so their damage."""


class BackupDamaged(Exception):
    """A backup does not hold what it says, or is none; the message names the files."""


@dataclass(frozen=True)
class Account:
    """A login that the warehouse's roles were lent to. settings: `name=value`. Its password is in no backup."""

    name: str
    login: bool
    limit: int
    settings: list[str]
    groups: list[str]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. tables: `schema.table` → rows, checksum. lost: sha256 that the warehouse names and
    the archive did not hold, or not as named. server: as PostgreSQL says it, 180004. files, bytes: of the archive."""

    taken_at: str
    server: int
    migrations: dict[str, str]
    tables: dict[str, tuple[int, str]]
    accounts: list[Account]
    files: int
    bytes: int
    sums: str
    lost: list[str] = field(default_factory=list)
    form: int = FORM

    def write(self, folder: Path) -> None:
        said = asdict(self)
        text = json.dumps({**said, "seal": _seal(said)}, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises BackupDamaged."""
        try:
            said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            seal = said.pop("seal")
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise BackupDamaged(
                f"{folder} bukan cadangan yang utuh: {MANIFEST} tidak ada atau tidak terbaca. Sebab: folder yang "
                f"salah, atau salinannya terputus. Tindakan: tunjuk folder {PREFIX}… yang lengkap."
            ) from error
        if seal != _seal(said) or said["form"] != FORM:
            raise BackupDamaged(
                f"{folder / MANIFEST} berubah, atau ditulis oleh versi lain (bentuk {said.get('form')}). Sebab: "
                "disunting atau rusak. Tindakan: pakai cadangan lain."
            )
        accounts = [Account(**account) for account in said.pop("accounts")]
        tables = {name: (rows, checksum) for name, (rows, checksum) in said.pop("tables").items()}
        return cls(**said, tables=tables, accounts=accounts)


def _seal(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class ArchiveCopy:
    """What became of the archive. sums: path below the backup → sha256. damaged: files that are not as named."""

    sums: dict[str, str] = field(default_factory=dict)
    bytes: int = 0
    copied: int = 0
    damaged: list[str] = field(default_factory=list)


def copy_archive(archive: Path, folder: Path, before: Path | None, turn: int) -> ArchiveCopy:
    """Every finished file of the archive into the backup `folder`, linked where the backup `before` has it already.

    turn: a number that grows by one per backup; it chooses which links are read again this time.
    """
    known = read_sums(before) if before else {}
    done = ArchiveCopy()
    for path in finished_files(archive):
        name = f"{ARCHIVE}/{path.relative_to(archive).as_posix()}"
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        sha256 = known.get(name)
        if not (before and sha256 and _linked(before / name, target, path, sha256, turn)):
            target.unlink(missing_ok=True)
            sha256 = copy(path, target)
            done.copied += 1
        if SHA256.fullmatch(path.name) and sha256 != path.name:
            target.unlink()
            done.damaged.append(path.name)
            continue
        assert sha256
        done.sums[name] = sha256
        done.bytes += target.stat().st_size
    return done


def finished_files(archive: Path) -> Iterator[Path]:
    """Files of the archive and its journal that are whole; both are renamed into place when they are."""
    for path in sorted(archive.rglob("*")):
        if path.is_file() and path.relative_to(archive).parts[0] != INCOMING and path.suffix != ".sementara":
            yield path


def _linked(old: Path, target: Path, source: Path, sha256: str, turn: int) -> bool:
    """Whether `target` is now another name of `old`, which holds what it should as far as this turn looks."""
    try:
        if old.stat().st_size != source.stat().st_size:
            return False
        os.link(old, target)
    except OSError:  # gone, another file system, or one without links
        return False
    return int(sha256[:8], 16) % READ_AGAIN_WITHIN != turn % READ_AGAIN_WITHIN or hash_of(target) == sha256


def copy(source: Path, target: Path) -> str:
    """Copies bytes and mode; returns the sha256 of what was read."""
    digest = hashlib.sha256()
    with source.open("rb") as stream, target.open("xb") as out:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
    shutil.copystat(source, target)
    return digest.hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_sums(folder: Path, sums: dict[str, str]) -> str:
    """Writes SHA256SUMS and returns its own sha256."""
    text = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()))
    (folder / SUMS).write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_sums(folder: Path) -> dict[str, str]:
    """Path below the backup → sha256."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}


def verify(folder: Path) -> Manifest:
    """Reads every byte of a backup again. Raises BackupDamaged with the first files that are gone or changed."""
    manifest = Manifest.read(folder)
    sums = folder / SUMS
    if not sums.is_file() or hash_of(sums) != manifest.sums:
        raise BackupDamaged(f"{sums} hilang atau berubah. Tindakan: pakai cadangan lain.")
    wrong = [name for name, sha256 in read_sums(folder).items() if not _holds(folder, name, sha256)]
    if wrong:
        raise BackupDamaged(
            f"Cadangan {folder} rusak: {len(wrong)} berkas hilang atau berubah, di antaranya {', '.join(wrong[:5])}. "
            "Sebab: cakram rusak, salinan terputus, atau ada yang menyuntingnya. Tindakan: pakai cadangan lain."
        )
    return manifest


def _holds(folder: Path, name: str, sha256: str) -> bool:
    path = folder / name
    return ".." not in Path(name).parts and path.is_file() and not path.is_symlink() and hash_of(path) == sha256


def complete(root: Path) -> list[Path]:
    """Complete backups below `root`, oldest first."""
    return sorted(path for path in root.glob(f"{PREFIX}*Z") if (path / MANIFEST).is_file())
