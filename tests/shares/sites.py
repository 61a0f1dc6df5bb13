"""The four kinds of share behind one face, so that what is promised of every share is tested of every share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.ports import Server
from tests.servers.s3 import s3
from tests.servers.samba import samba
from tests.servers.sshd import keygen, sshd
from tests.servers.webdav import webdav

LONG_AGO = 1_700_000_000


@dataclass
class Site:
    """A running server with one shared folder.

    url: of a folder below it. connection: the text of AIRFLOW_CONN_…; `wrong`: one with a secret that holds the word
    s4lah and does not fit. fill: puts files there, old enough not to look half written; delete: removes one. disk: the
    folder, where it is one. odd: names that this protocol lets exist, with what they are seen as.
    """

    kind: str
    server: Server
    url: Callable[[str], str]
    connection: str
    wrong: str
    fill: Callable[[Mapping[str, str]], Any]
    delete: Callable[[str], Any]
    disk: Path | None
    odd: dict[str, str]

    def write(self, name: str, content: str) -> None:
        self.fill({name: content})

    def tree(self) -> dict[str, tuple[int, int]]:
        """Everything on the disk behind it: path → size and time of change; empty where it has no disk."""
        if self.disk is None:
            return {}
        found = [self.disk, *self.disk.rglob("*")]
        return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found}


def on_disk(kind: str, found: Any, wrong: str, odd: dict[str, str]) -> Site:
    def fill(files: Mapping[str, str]) -> None:
        for name, content in files.items():
            path = found.share / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            os.utime(path, (LONG_AGO, LONG_AGO))

    def delete(name: str) -> None:
        (found.share / name).unlink()

    return Site(kind, found.server, found.url, found.connection(), wrong, fill, delete, found.share, odd)


PLAIN = ["a b.csv", "é ü 中.csv", "100%41#.csv", "[1]; x&y+z.csv", "'tanda' ~petik.csv", "spasi .csv"]
BROKEN_LINE = {"baris\nbaru.csv": "baris\\nbaru.csv", "tanya?.csv": "tanya?.csv"}


@contextmanager
def smb_site() -> Iterator[Site]:
    """Windows knows neither `?` nor line breaks in names: samba shows such files under a short name."""
    with samba() as found:
        yield on_disk("smb", found, found.connection("s4lah"), {name: name for name in PLAIN})


@contextmanager
def sftp_site() -> Iterator[Site]:
    with sshd() as found:
        wrong = found.connection(key_file=None, private_key=keygen(found.root / "s4lah").read_text())
        odd = {name: name for name in PLAIN} | BROKEN_LINE | {os.fsdecode(b"b\xff.csv"): "b\\xff.csv"}
        yield on_disk("sftp", found, wrong, odd)


@contextmanager
def webdav_site() -> Iterator[Site]:
    with webdav() as found:
        yield on_disk("webdav", found, found.connection("s4lah"), {name: name for name in PLAIN} | BROKEN_LINE)


@contextmanager
def s3_site() -> Iterator[Site]:
    with s3() as found:
        found.put({"awal": ""})
        odd = {name: name for name in [*PLAIN, "tanya?.csv"]}
        yield Site(
            "s3",
            found.server,
            lambda folder: f"s3://bagi/{folder}".rstrip("/"),
            found.connection(),
            found.connection("s4lah"),
            found.put,
            lambda name: found.put({name: None}),
            None,
            odd,
        )


SITES: dict[str, Callable[[], AbstractContextManager[Site]]] = {
    "smb": smb_site,
    "sftp": sftp_site,
    "webdav": webdav_site,
    "s3": s3_site,
}
