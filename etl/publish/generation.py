"""One generation of a dataset's files: a folder that appears whole or not at all; `terkini` points to the newest.

    ekspor/<dataset>/20261125T043000Z-1f0c9a7be2d4/     release, then the checksum of its checksums
    ekspor/<dataset>/terkini -> 20261125T043000Z-1f0c9a7be2d4

Nothing is ever changed in a folder that has such a name, so a download that has begun ends with what it began with.
The generation before stays until the next one; what a crash left half written begins with a dot and is cleared away.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SUMS = "SHA256SUMS"
CURRENT = "terkini"
KEPT = 2
"""Generations of a dataset that stay: the newest and the one before."""
_UNFINISHED = "."


@dataclass(frozen=True)
class File:
    """A published file: its name, size and sha256."""

    name: str
    size: int
    sha256: str


@contextlib.contextmanager
def unfinished(place: Path) -> Iterator[Path]:
    """A folder for a new generation of the dataset that lives in `place`; what is still in it afterwards goes away."""
    place.mkdir(parents=True, exist_ok=True)
    _clear_unfinished(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}baru-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def finish(folder: Path, released_at: datetime) -> tuple[Path, list[File]]:
    """Names a written folder by its release and content, makes it last through a power cut, and points `terkini` to it.

    Returns the generation and its files. The same content again is the same generation, and nothing changes.
    """
    files = [_measured(path) for path in sorted(folder.iterdir())]
    sums = _sums(files)
    (folder / SUMS).write_text(sums, encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)
        _sync(path)
    folder.chmod(0o755)
    _sync(folder)
    name = f"{released_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{hashlib.sha256(sums.encode()).hexdigest()[:12]}"
    generation = folder.parent / name
    if not is_whole(generation):
        if generation.exists():
            generation.rename(generation.with_name(f"{_UNFINISHED}rusak-{name}"))
        folder.rename(generation)
    _point(generation)
    return generation, files


def is_current(generation: Path) -> bool:
    """Whether it is there and `terkini` points to it."""
    pointer = generation.parent / CURRENT
    return (generation / SUMS).is_file() and pointer.is_symlink() and pointer.readlink().name == generation.name


def is_whole(generation: Path) -> bool:
    """Whether its files are there and say what its checksums say."""
    try:
        told = (generation / SUMS).read_text(encoding="utf-8")
    except OSError:
        return False
    return told == _sums([_measured(path) for path in sorted(generation.iterdir()) if path.name != SUMS])


def clear_old(generation: Path) -> list[str]:
    """Removes what is neither this generation nor the newest of the others; returns the names."""
    place = generation.parent
    others = sorted(
        (path for path in place.iterdir() if path.is_dir() and not path.is_symlink() and path != generation),
        key=lambda path: path.stat().st_mtime_ns,
        reverse=True,
    )
    finished = [path for path in others if not path.name.startswith(_UNFINISHED)]
    gone = [path for path in others if path not in finished[: KEPT - 1]]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in gone]


def withdraw(place: Path) -> bool:
    """Takes a dataset's files out of the public's reach, the pointer first. Whether there were any."""
    if not place.is_dir():
        return False
    (place / CURRENT).unlink(missing_ok=True)
    shutil.rmtree(place)
    return True


def replace(path: Path, content: bytes) -> None:
    """Writes a whole file in the place of another: readers see the old one or the new one."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{_UNFINISHED}{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            os.fchmod(stream.fileno(), 0o644)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    _sync(path.parent)


def _clear_unfinished(place: Path) -> None:
    for path in place.glob(f"{_UNFINISHED}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _measured(path: Path) -> File:
    with path.open("rb") as stream:
        return File(path.name, path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())


def _sums(files: list[File]) -> str:
    return "".join(f"{file.sha256}  {file.name}\n" for file in files)


def _point(generation: Path) -> None:
    """Switches the pointer by renaming a new one over it, in one step."""
    place = generation.parent
    _sync(place)
    new = place / f"{_UNFINISHED}{CURRENT}"
    new.unlink(missing_ok=True)
    new.symlink_to(generation.name)
    new.replace(place / CURRENT)
    _sync(place)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
