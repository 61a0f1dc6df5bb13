"""An agency's MariaDB: Debian's mariadbd with a data directory of its own, copied from one that is made once."""

from __future__ import annotations

import atexit
import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pymysql
from sqlalchemy.engine import URL

from tests.servers.ports import Server, free_port, serving

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
MARIADBD = shutil.which("mariadbd", path=_PATH) or "mariadbd"
USER, PASSWORD = "pembaca_skpd", "s4ndi/@:%+rahasia"
"""The login that the pipeline uses; its password has every sign that an address must encode."""


@dataclass
class MariaDB:
    """A running server. root speaks with it as its manager would."""

    server: Server
    folder: Path

    @property
    def port(self) -> int:
        return self.server.port

    def root(self, database: str | None = None) -> pymysql.Connection:
        connection = pymysql.connect(
            unix_socket=str(self.folder / "s"), user="root", database=database, autocommit=True, charset="utf8mb4"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode = ''")
        return connection

    def execute(self, database: str, *statements: str) -> None:
        with self.root(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def create(self, database: str) -> str:
        """A fresh database that the pipeline's login may read (and, where a test needs it, write). Returns its URL."""
        with self.root() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE OR REPLACE DATABASE `{database}` CHARACTER SET utf8mb4")
            for host in ("127.0.0.1", "localhost"):  # an anonymous user of localhost would be matched first
                cursor.execute(f"CREATE USER IF NOT EXISTS '{USER}'@'{host}' IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute(f"GRANT ALL ON `{database}`.* TO '{USER}'@'{host}'")
        return self.url(database)

    def url(self, database: str, **changes: object) -> str:
        parts = {"username": USER, "password": PASSWORD, "host": "127.0.0.1", "port": self.port} | changes
        return URL.create("mysql+pymysql", database=database, **parts).render_as_string(hide_password=False)

    def load(self, database: str, dump: Path) -> None:
        """A file of mysqldump or phpMyAdmin, as the mysql client reads it."""
        with dump.open("rb") as sql:
            subprocess.run([*self._client(), database], stdin=sql, check=True, capture_output=True)

    def client(self, database: str, query: str) -> list[list[str | None]]:
        """What the mysql client itself prints: rows of texts, NULL as None."""
        done = subprocess.run(
            [*self._client(), "--batch", "--raw", "--skip-column-names", database, "-e", query],
            check=True, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        lines = done.stdout.split("\n")[:-1]
        return [[None if cell == "NULL" else cell for cell in line.split("\t")] for line in lines]

    def _client(self) -> list[str]:
        program = shutil.which("mariadb") or "mysql"
        return [
            program,
            "--no-defaults",
            f"--socket={self.folder / 's'}",
            "--user=root",
            "--default-character-set=utf8mb4",
        ]


@cache
def _fresh() -> Path:
    """A data directory as mariadb-install-db leaves it; making one takes seconds, copying it does not."""
    folder = Path(tempfile.mkdtemp(prefix="satudata-mariadb-asal-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = ["mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db"]
    command += ["--auth-root-authentication-method=normal", f"--user={getpass.getuser()}"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "data"


@contextmanager
def mariadb(*options: str) -> Iterator[MariaDB]:
    """A server on a free port of 127.0.0.1, gone afterwards. options: further options of mariadbd."""
    folder = Path(tempfile.mkdtemp(prefix="satudata-mariadb-"))
    try:
        shutil.copytree(_fresh(), folder / "data")
        port = free_port()
        with serving(_command(folder, port, options), port, folder / "log") as server:
            yield MariaDB(server, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(folder: Path, port: int, options: Sequence[str]) -> list[str]:
    return [
        MARIADBD,
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder / 's'}",
        f"--pid-file={folder / 'pid'}",
        f"--user={getpass.getuser()}",
        "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=128M",
        *options,
    ]
