"""A Windows share: Debian's smbd with databases, users and folders of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.ports import Server, free_port, serving

SMBD = shutil.which("smbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "smbd"

CONFIG = """\
[global]
    server role = standalone server
    interfaces = 127.0.0.1
    bind interfaces only = yes
    smb ports = {port}
    disable netbios = yes
    server min protocol = SMB2_10
    security = user
    map to guest = never
    passdb backend = tdbsam:{root}/passdb.tdb
    private dir = {root}/private
    state directory = {root}/state
    cache directory = {root}/cache
    lock directory = {root}/lock
    pid directory = {root}/pid
    ncalrpc dir = {root}/ncalrpc
    log file = {root}/smbd.log
    load printers = no
    printing = bsd
    disable spoolss = yes
    {as_user}

[bagi]
    path = {root}/bagi
    read only = no

[terbatas]
    path = {root}/bagi
    valid users = nobody
"""


@dataclass
class Samba:
    """share: the folder behind `smb://127.0.0.1:<port>/bagi`; `terbatas` is a share that refuses `user`."""

    server: Server
    share: Path
    user: str
    password: str

    @property
    def port(self) -> int:
        return self.server.port

    def url(self, folder: str = "", share: str = "bagi") -> str:
        return f"smb://127.0.0.1:{self.port}/{share}/{folder}".rstrip("/")

    def connection(self, password: str | None = None) -> str:
        """As AIRFLOW_CONN_… holds it."""
        return f"smb://{self.user}:{password or self.password}@127.0.0.1:{self.port}"


@contextmanager
def samba() -> Iterator[Samba]:
    """The login is this process's own user, so that nobody need be root; files are read as `nobody` where it is."""
    root = Path(tempfile.mkdtemp(prefix="satudata-smb-"))
    root.chmod(0o755)  # `nobody` must get through to the share
    for name in ("private", "state", "cache", "lock", "pid", "ncalrpc", "bagi"):
        (root / name).mkdir()
    (root / "bagi").chmod(0o755)
    user, password, port = pwd.getpwuid(os.getuid()).pw_name, "s4ndi-bagi", free_port()
    config = root / "smb.conf"
    as_user = "force user = nobody" if os.getuid() == 0 else ""
    config.write_text(CONFIG.format(root=root, port=port, as_user=as_user))
    try:
        subprocess.run(
            ["pdbedit", "-s", config, "-a", "-t", "-u", user],
            input=f"{password}\n{password}\n",
            text=True,
            check=True,
            capture_output=True,
        )
        command = [SMBD, "--foreground", "--no-process-group", "--debug-stdout", f"--configfile={config}"]
        with serving(command, port, root / "stdout.log") as server:
            yield Samba(server, root / "bagi", user, password)
    finally:
        shutil.rmtree(root, ignore_errors=True)
