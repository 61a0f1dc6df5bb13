"""SFTP: Debian's sshd with a host key, a user key and a configuration of its own."""

from __future__ import annotations

import json
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

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "sshd"

CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {root}/host_ed25519
HostKey {root}/host_rsa
PidFile none
AuthorizedKeysFile {root}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PubkeyAuthentication yes
PermitRootLogin yes
LogLevel VERBOSE
MaxStartups 100
Subsystem sftp internal-sftp
"""


@dataclass
class Sshd:
    """share: a folder of this machine, the same path over SFTP. host_key, host_rsa: the server's public keys.

    root: where its keys are: `key` the user's, `key_terbatas` one that may log in and then look at nothing.
    """

    server: Server
    root: Path
    share: Path
    user: str

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def host_key(self) -> str:
        return " ".join((self.root / "host_ed25519.pub").read_text().split()[:2])

    @property
    def host_rsa(self) -> str:
        return " ".join((self.root / "host_rsa.pub").read_text().split()[:2])

    @property
    def key(self) -> str:
        """The user's private key."""
        return (self.root / "key").read_text()

    def url(self, folder: str = "") -> str:
        return f"sftp://127.0.0.1:{self.port}{self.share}/{folder}".rstrip("/")

    def allow(self, key: Path) -> None:
        """Lets one more key in."""
        with (self.root / "authorized_keys").open("a") as keys:
            keys.write(key.with_name(f"{key.name}.pub").read_text())

    def connection(self, password: str | None = None, **extra: str | None) -> str:
        """As AIRFLOW_CONN_… holds it. extra replaces (None: removes) host_key and key_file."""
        options = {"host_key": self.host_key, "key_file": str(self.root / "key"), **extra}
        return json.dumps(
            {
                "conn_type": "sftp",
                "host": "127.0.0.1",
                "port": self.port,
                "login": self.user,
                "password": password,
                "extra": {name: value for name, value in options.items() if value is not None},
            }
        )


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """A new key pair; the public half beside it with `.pub`."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)]
    subprocess.run([*command, *(["-b", "2048"] if kind == "rsa" else [])], check=True, capture_output=True)
    return path


@contextmanager
def sshd() -> Iterator[Sshd]:
    """The login is this process's own user, by key: without root no server may check another's password."""
    root = Path(tempfile.mkdtemp(prefix="satudata-ssh-"))
    (root / "bagi").mkdir()
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd as root insists on it
    keygen(root / "host_ed25519")
    keygen(root / "host_rsa", "rsa")
    keygen(root / "key")
    keygen(root / "key_terbatas")
    allowed = (root / "key.pub").read_text()
    allowed += f'command="internal-sftp -P opendir,open" {(root / "key_terbatas.pub").read_text()}'
    (root / "authorized_keys").write_text(allowed)
    port = free_port()
    (root / "sshd_config").write_text(CONFIG.format(root=root, port=port))
    try:
        command = [SSHD, "-D", "-e", "-f", root / "sshd_config"]
        with serving(command, port, root / "stdout.log") as server:
            yield Sshd(server, root, root / "bagi", pwd.getpwuid(os.getuid()).pw_name)
    finally:
        shutil.rmtree(root, ignore_errors=True)
