"""WebDAV: wsgidav from PyPI, in an environment of its own (tools/servers.sh), with or without TLS."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import trustme

from etl.settings import PROJECT
from tests.servers.ports import Server, free_port, serving

WSGIDAV = PROJECT / ".venv-servers" / "bin" / "wsgidav"


@dataclass
class Webdav:
    """share: the folder behind `webdav(s)://<host>:<port>`. authority: file of the issuer's certificate, with TLS."""

    server: Server
    share: Path
    user: str
    password: str
    authority: Path | None = None
    host: str = "127.0.0.1"

    @property
    def port(self) -> int:
        return self.server.port

    def url(self, folder: str = "", scheme: str = "") -> str:
        scheme = scheme or ("webdavs" if self.authority else "webdav")
        return f"{scheme}://{self.host}:{self.port}/{quote(folder)}".rstrip("/")

    def connection(self, password: str | None = None, **extra: str) -> str:
        """As AIRFLOW_CONN_… holds it; the issuer's certificate only where `extra` names it."""
        fields = {
            "conn_type": "webdav",
            "host": self.host,
            "login": self.user,
            "password": password or self.password,
            "extra": extra,
        }
        return json.dumps(fields)


@contextmanager
def webdav(tls: bool = False, certificate_for: str = "127.0.0.1") -> Iterator[Webdav]:
    """certificate_for: the name in the certificate; another than 127.0.0.1 makes it a wrong one."""
    root = Path(tempfile.mkdtemp(prefix="satudata-dav-"))
    (root / "bagi").mkdir()
    user, password, port = "dinkes", "s4ndi-dav", free_port()
    config = {
        "host": "127.0.0.1",
        "port": port,
        "provider_mapping": {"/": str(root / "bagi")},
        "http_authenticator": {
            "accept_basic": True,
            "accept_digest": True,
            "default_to_digest": True,
            "domain_controller": None,
        },
        "simple_dc": {"user_mapping": {"*": {user: {"password": password}}}},
        "verbose": 1,
    }
    authority = None
    if tls:
        issuer = trustme.CA()
        certificate = issuer.issue_cert(certificate_for)
        authority = root / "ca.pem"
        issuer.cert_pem.write_to_path(str(authority))
        certificate.private_key_pem.write_to_path(str(root / "key.pem"))
        certificate.cert_chain_pems[0].write_to_path(str(root / "cert.pem"))
        config |= {
            "ssl_certificate": str(root / "cert.pem"),
            "ssl_private_key": str(root / "key.pem"),
            "ssl_adapter": "builtin",
        }
    (root / "wsgidav.json").write_text(json.dumps(config))
    try:
        command = [WSGIDAV, "--config", root / "wsgidav.json", "--server", "cheroot"]
        with serving(command, port, root / "stdout.log") as server:
            yield Webdav(server, root / "bagi", user, password, authority)
    finally:
        shutil.rmtree(root, ignore_errors=True)
