"""The files that `satudata publish` left, opened so that nothing outside their own folder can be reached.

A generation's folder is opened first and its files through it: what `terkini` points to may change meanwhile, and the
answer is still of one generation. Whoever asks has made sure that the dataset is open.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from etl.publish.generation import CURRENT, SUMS

_GENERATION = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DATASET = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Opened:
    """A file to give out: its name, its handle, bytes, the tag of its content and when it was written (Unix time)."""

    name: str
    stream: BinaryIO
    size: int
    tag: str
    modified: float


def open_file(dataset: str, name: str) -> Opened | None:
    """A file of the dataset's newest generation; None when there is no such file."""
    if not _DATASET.fullmatch(dataset) or not _NAME.fullmatch(name):
        return None
    with _newest(dataset) as folder:
        if folder is None:
            return None
        handle, generation = folder
        sums = _open(handle, SUMS)
        if sums is None:
            return None
        with sums:
            listed = dict(_entry(line) for line in sums.read().decode().splitlines())
        if name != SUMS and name not in listed:
            return None
        stream = _open(handle, name)
        if stream is None:
            return None
        told = os.fstat(stream.fileno())
        return Opened(name, stream, told.st_size, f'"{listed.get(name, generation)[:32]}"', told.st_mtime)


def open_catalogue(name: str) -> Opened | None:
    """data.json or catalog.jsonld; None before the first publication."""
    try:
        handle = os.open(settings.EXPORTS, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        stream = _open(handle, name)
    finally:
        os.close(handle)
    if stream is None:
        return None
    told = os.fstat(stream.fileno())
    return Opened(name, stream, told.st_size, f'"{told.st_mtime_ns:x}-{told.st_ino:x}"', told.st_mtime)


def newest(dataset: str) -> Path | None:
    """The folder of the newest generation of the dataset; its content never changes. None without one."""
    place: Path = settings.EXPORTS / dataset
    generation = _pointed(place) if _DATASET.fullmatch(dataset) else None
    return place / generation if generation else None


@contextlib.contextmanager
def _newest(dataset: str) -> Iterator[tuple[int, str] | None]:
    """The newest generation's folder, opened, and its name."""
    place: Path = settings.EXPORTS / dataset
    # It may be cleared away between looking and opening: then there is a newer one.
    for _attempt in range(3):
        generation = _pointed(place)
        if generation is None:
            break
        try:
            handle = os.open(place / generation, _FOLDER)
        except OSError:
            continue
        try:
            yield handle, generation
        finally:
            os.close(handle)
        return
    yield None


def _pointed(place: Path) -> str | None:
    try:
        target = (place / CURRENT).readlink().name
    except OSError:
        return None
    return target if _GENERATION.fullmatch(target) else None


def _open(folder: int, name: str) -> BinaryIO | None:
    """A regular file in the folder, not through a link."""
    try:
        handle = os.open(name, _FILE, dir_fd=folder)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    return os.fdopen(handle, "rb")


def _entry(line: str) -> tuple[str, str]:
    digest, _, name = line.partition("  ")
    return name, digest
