"""`up` and `down`: everything started by one command, everything ended by another, whatever happened in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil
from psycopg2.extensions import make_dsn, parse_dsn

from etl.catalogue import InvalidContracts, load_contracts
from etl.findings import SourceUnavailable
from etl.load.migrate import MigrationFailed
from etl.services.airflow import (
    COMPONENTS,
    USER,
    AirflowFailed,
    airflow_env,
    free_port,
    installation_secrets,
    start_migration,
)
from etl.services.api import Api
from etl.services.first_runs import FirstRuns, dag_id
from etl.services.postgres import PostgresFailed, stop
from etl.services.prepare import fill, start_server
from etl.services.processes import MARK, end_all_of, ours
from etl.services.site import SiteFailed, at_a_free_port, command, site_env
from etl.services.state import AlreadyRunning, Running, lock
from etl.settings import PROJECT, Settings

Say = Callable[[str], None]

HEALTHY_WITHIN = 600.0
SIGN_OF_LIFE = 30.0
KEEPER_ENDS_WITHIN = 60.0
KNOWN_PROBLEMS = (
    InvalidContracts,
    AlreadyRunning,
    AirflowFailed,
    PostgresFailed,
    MigrationFailed,
    SourceUnavailable,
    SiteFailed,
)


class _Stop(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP."""


# ── up ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def up(
    settings: Settings,
    *,
    announce: Callable[[dict[str, str]], None] | None = None,
    say: Say | None = None,
    port: int = 8080,
    wait: bool = True,
    stay: bool = True,
) -> int:
    """Starts everything and keeps it running until Ctrl-C, SIGTERM or `down` (`stay`), then stops it all.

    wait: until the first run of every DAG has ended. announce: called then, with `facts`. say: takes one line of
    progress at a time. Returns the exit code: 0, or 1 when it could not start (the reason has been said).
    """
    say = say or _clock()
    try:
        load_contracts(settings.datasets)
        with lock(settings.home), _signals_stop():
            _held(settings, announce, say, port, wait, stay)
    except KNOWN_PROBLEMS as problem:
        say(str(problem))
        return 1
    return 0


def _held(
    settings: Settings, announce: Callable[[dict[str, str]], None] | None, say: Say, port: int, wait: bool, stay: bool
) -> None:
    home = settings.home
    _sweep(home, say)
    Running(os.getpid(), psutil.Process().create_time()).write(home)
    keeper = Keeper(home, say)
    try:
        settings, url, expected = _start(settings, keeper, say, port)
        if wait:
            api = Api(url, installation_secrets(home)["password"], log=home / "log" / "api-server.log", say=say)
            _wait_until_healthy(api, home, say)
            say(f"Airflow siap di {url}; menunggu putaran pertama {len(expected)} SKPD …")
            FirstRuns(api, expected, say).wait()
            FirstRuns(api, {"publish"}, say).wait()
        if announce is not None:
            announce(facts(settings))
        say("Berjalan. Hentikan dengan Ctrl-C, atau `make down` dari jendela lain.")
        if stay:
            keeper.wait()
            raise AirflowFailed(
                "Penjaga layanan (etl.services.keeper) berhenti. Sebab: ada yang mematikannya, atau memori habis. "
                f"Tindakan: lihat {home / 'log' / 'penjaga.log'}, lalu jalankan lagi `make up`."
            )
    except _Stop:
        say("Menghentikan semua proses …")
    finally:
        _ignore_signals()
        keeper.close()
        (home / "jalan.json").unlink(missing_ok=True)
        say("Berhenti; tidak ada proses yang tertinggal. `make up` melanjutkan dari sini.")


def _start(settings: Settings, keeper: Keeper, say: Say, port: int) -> tuple[Settings, str, set[str]]:
    """Everything running: settings with the warehouse's address, Airflow's URL, the DAGs to expect."""
    say("PostgreSQL …")
    ground = start_server(settings, airflow=True)
    settings = ground.settings
    port = free_port(port)
    url = f"http://127.0.0.1:{port}"
    settings, site_port = at_a_free_port(settings)
    Running(os.getpid(), psutil.Process().create_time(), url, settings.dsn, settings.base_url).write(settings.home)
    env = airflow_env(settings, ground.server, port)
    say("Gudang data, sumber contoh, tabel Airflow …")
    migration = start_migration(env, settings.home)
    catalogue = fill(ground)
    keeper.start("portal", command(site_port), site_env(settings))
    say(f"Portal di {settings.base_url}")
    migration.finish()
    say(f"Airflow: {', '.join(COMPONENTS)} …")
    for name, argv in COMPONENTS.items():
        keeper.start(name, argv, env)
    return settings, url, {dag_id(contract.skpd) for contract in catalogue.contracts.values()}


def facts(settings: Settings) -> dict[str, str]:
    """Where things are and how to log in, as far as this home is running; for people and for `status --json`."""
    running = Running.read(settings.home)
    told = {"log": str(settings.home / "log"), "gudang": _without_password(running.dsn if running else settings.dsn)}
    if running is None or not running.url:
        return {"airflow": "tidak berjalan; nyalakan dengan `make up`", **told}
    password = installation_secrets(settings.home)["password"]
    return {"portal": running.site, "airflow": running.url, "masuk": f"pengguna {USER}, kata sandi {password}", **told}


def _without_password(dsn: str) -> str:
    shown = {key: value for key, value in parse_dsn(dsn).items() if key != "password"}
    return str(make_dsn(**shown))


def _clock() -> Say:
    """Progress on the terminal, each line with the seconds since the start."""
    began = time.monotonic()
    return lambda text: print(f"{time.monotonic() - began:6.1f} dtk  {text}", flush=True)


def _wait_until_healthy(api: Api, home: Path, say: Say) -> None:
    began = time.monotonic()
    next_sign = began + SIGN_OF_LIFE
    while not api.healthy():
        now = time.monotonic()
        if now > began + HEALTHY_WITHIN:
            raise AirflowFailed(
                f"Airflow belum siap setelah {HEALTHY_WITHIN:.0f} detik. Sebabnya biasanya tertulis di akhir "
                f"salah satu berkas {home / 'log'}/*.log. Tindakan: perbaiki, lalu jalankan lagi `make up`."
            )
        if now > next_sign:
            next_sign = now + SIGN_OF_LIFE
            say(f"… Airflow masih menyala; ditunggu sampai {HEALTHY_WITHIN:.0f} detik")
        time.sleep(0.5)


# ── the keeper, seen from `up` ───────────────────────────────────────────────────────────────────────────────────────


class Keeper:
    """The pipe to etl.services.keeper; see there. Closing it ends everything that it started."""

    def __init__(self, home: Path, say: Say) -> None:
        (home / "log").mkdir(parents=True, exist_ok=True)
        self._home, self._say = home, say
        with (home / "log" / "penjaga.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "etl.services.keeper", str(home)],
                cwd=PROJECT,
                env={**os.environ, MARK: str(home)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, name: str, argv: Sequence[str], env: dict[str, str]) -> None:
        assert self._process.stdin is not None
        order = json.dumps({"name": name, "argv": list(argv), "env": env}) + "\n"
        self._process.stdin.write(order.encode())
        self._process.stdin.flush()

    def wait(self) -> None:
        """Returns only when the keeper has ended without being asked to."""
        self._process.wait()

    def close(self) -> None:
        """Returns when nothing is left, if need be by ending it here."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            self._process.wait(KEEPER_ENDS_WITHIN)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        end_all_of(self._home, grace=2)
        _stop_server(self._home)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            if event["event"] == "mati":
                self._say(
                    f"{event['component']} berhenti sendiri (kode {event['code']}); dijalankan lagi dalam "
                    f"{event['again_in']:.0f} detik. Sebabnya: {event['log']}"
                )


# ── down ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def down(settings: Settings, *, say: Say = print) -> int:
    """Ends what `up` started, also when `up` itself was killed. Returns 0 when no process of this home is left."""
    home = settings.home
    if not home.is_dir():
        say("Tidak ada yang berjalan.")
        return 0
    running = Running.read(home)
    if running is not None:
        say(f"Menghentikan proses {running.pid} …")
        _signal(running.pid, signal.SIGTERM)
    try:
        with lock(home, wait=KEEPER_ENDS_WITHIN + 30):
            _sweep(home, say)
    except AlreadyRunning:
        if running is not None:
            _signal(running.pid, signal.SIGKILL)
        with lock(home, wait=10):
            _sweep(home, say)
    say("Tidak ada proses yang tertinggal.")
    return 0


def _sweep(home: Path, say: Say) -> None:
    """Ends what a killed `up` left behind. Its keeper is doing that too: it gets the time to finish."""
    deadline = time.monotonic() + KEEPER_ENDS_WITHIN
    if ours(home):
        say("Membereskan sisa dari `up` yang terhenti paksa …")
    while any("etl.services.keeper" in _cmdline(process) for process in ours(home)):
        if time.monotonic() > deadline:
            break
        time.sleep(0.3)
    end_all_of(home, grace=10)
    _stop_server(home)
    (home / "jalan.json").unlink(missing_ok=True)


def _stop_server(home: Path) -> None:
    if (home / "pg" / "postmaster.pid").exists():
        stop(home / "pg")


def _cmdline(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


@contextmanager
def _signals_stop() -> Iterator[None]:
    """Ctrl-C, SIGTERM and SIGHUP become _Stop in the main thread while the block runs."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stop

    chosen = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in chosen}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
