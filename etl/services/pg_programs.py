"""PostgreSQL's own programs, pg_dump and pg_restore: which one fits a server, and how it is told where the server is.

The embedded package brings them; a newer server needs newer ones in PATH.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg2.extensions import make_dsn, parse_dsn

from etl.services.postgres import BIN

APPLICATION = "satudata-cadangan"
"""What the server is told who connects."""


class ProgramFailed(Exception):
    """A program is missing, too old, or ended with an error; the message has its last lines and what to do."""


def find(name: str, at_least: int) -> Path:
    """The oldest program of that name whose major version is `at_least` or newer, in PATH before the embedded one.

    Raises ProgramFailed: an older pg_dump refuses a newer server.
    """
    named = shutil.which(name)
    found = [(_major(path), path) for path in (Path(named) if named else None, BIN / name) if path and path.is_file()]
    fitting = [(major, path) for major, path in found if major >= at_least]
    if not fitting:
        had = ", ".join(f"{path} versi {major}" for major, path in found) or "tidak ada"
        raise ProgramFailed(
            f"{name} versi {at_least} atau lebih baru tidak ditemukan (yang ada: {had}). Sebab: server PostgreSQL "
            f"lebih baru daripada program kliennya. Tindakan: pasang postgresql-client-{at_least} dan letakkan di PATH."
        )
    return min(fitting, key=lambda one: one[0])[1]


def _major(path: Path) -> int:
    done = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(version[1]) if version else 0


@contextmanager
def running(program: Path, arguments: Sequence[str], dsn: str) -> Iterator[subprocess.Popen[str]]:
    """The program at work on the database of `dsn` while the block runs; afterwards it has ended well.

    The password is in its environment, never among its arguments. Raises ProgramFailed. It is killed when the block
    fails.
    """
    address, environment = _address(dsn)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            [str(program), f"--dbname={address}", "--no-password", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            env={**os.environ, **environment, "PGAPPNAME": APPLICATION, "LC_ALL": "C"},
            text=True,
        )
        try:
            yield process
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        errors.seek(0)
        told = errors.read().strip().splitlines()
    if code:
        raise ProgramFailed(
            f"{program.name} gagal (kode {code}):\n" + "\n".join(told[-10:]) + "\nSebab yang mungkin: server berhenti, "
            "cakram penuh, atau pengguna pada SATUDATA_DSN tidak boleh membaca semua tabel. Tindakan: perbaiki "
            "sebabnya, lalu ulangi; tidak ada yang berubah."
        )


def _address(dsn: str) -> tuple[str, dict[str, str]]:
    """A connection string without its password, and the environment that holds it."""
    parts = {key: str(value) for key, value in parse_dsn(dsn).items() if key != "application_name"}
    if "sslpassword" in parts:
        raise ProgramFailed(
            "SATUDATA_DSN memuat sslpassword, yang hanya dapat diteruskan di baris perintah dan terlihat oleh semua. "
            "Tindakan: pakai kunci klien tanpa sandi yang hanya dapat dibaca pemiliknya."
        )
    password = parts.pop("password", None)
    return make_dsn(**parts), {"PGPASSWORD": password} if password is not None else {}
