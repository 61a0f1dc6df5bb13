"""`up` and `down` leave no process behind, whatever is killed; what is killed alone comes back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from etl.settings import PROJECT

AGENCIES = ("dinsos", "dpu")
"""Two are enough here; the journey of all of them is tested elsewhere."""
PATIENCE = 300.0


class Up:
    """`satudata up` in a process and a home of its own; what it says is in `said`."""

    def __init__(self, home: Path, datasets: Path, program: tuple[str, ...] = ("-m", "etl.cli")) -> None:
        self.env = {**os.environ, "SATUDATA_HOME": str(home), "SATUDATA_DATASETS": str(datasets)}
        for name in ("SATUDATA_DSN", "SATUDATA_SOURCES"):
            self.env.pop(name, None)
        self.log = home.with_suffix(f".{time.time_ns()}.log")
        with self.log.open("wb") as log:
            argv = [sys.executable, *program, "up"]
            self.process = subprocess.Popen(argv, cwd=PROJECT, env=self.env, stdout=log, stderr=log)

    @staticmethod
    def command(name: str) -> list[str]:
        return [sys.executable, "-m", "etl.cli", name]

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def waits_for(self, text: str) -> None:
        until(lambda: text in self.said or self.process.poll() is not None, f"`{text}`")
        assert text in self.said, self.said


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come within {PATIENCE:.0f} s"
        time.sleep(0.2)


def living(home: Path) -> dict[int, str]:
    """Every process that has the home in its command line or environment, found without any help of ours."""
    found = {}
    for process in psutil.process_iter():
        try:
            traces = " ".join([*process.cmdline(), *process.environ().values()])
            if str(home) in traces and process.status() != psutil.STATUS_ZOMBIE:
                found[process.pid] = " ".join(process.cmdline())
        except psutil.Error:
            continue
    return found


def pid_of(home: Path, word: str) -> int | None:
    """The oldest living process with the word in its command line."""
    pids = [pid for pid, line in living(home).items() if word in line]
    return min(pids, key=lambda pid: psutil.Process(pid).create_time()) if pids else None


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kontrak")
    shutil.copy(PROJECT / "datasets" / "skpd.yaml", folder)
    for skpd in AGENCIES:
        shutil.copytree(PROJECT / "datasets" / skpd, folder / skpd)
    return folder


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Not below pytest's own folder: every pytest run of root closes that to the server's user again."""
    folder = Path(tempfile.mkdtemp(prefix="satudata-tes-"))
    yield folder / "var"
    for pid in living(folder):
        psutil.Process(pid).kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def up(home: Path, datasets: Path) -> Iterator[Up]:
    running = Up(home, datasets)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()
        subprocess.run(running.command("down"), cwd=PROJECT, env=running.env, check=False)


def test_up_runs_everything_once_and_sigterm_ends_it(up: Up, home: Path) -> None:
    up.waits_for(f"[{len(AGENCIES)}/{len(AGENCIES)}]")
    up.waits_for("Berjalan.")
    assert all(pid_of(home, word) for word in ("api_server", "scheduler", "dag-processor", "triggerer", "postgres"))

    (site,) = re.findall(r"Portal di (\S+)", up.said)
    assert pid_of(home, "granian"), (home / "log" / "portal.log").read_text()
    try:
        first_page = httpx.get(site, timeout=60)
    except httpx.TransportError as error:
        pytest.fail(f"{site}: {error}\n{(home / 'log' / 'portal.log').read_text()}")
    assert (first_page.status_code, "Satu Data" in first_page.text) == (200, True)

    known = set((home / "laporan" / "dinsos").rglob("*.html"))
    bansos = home / "sumber" / "dinsos" / "bansos"
    dropped = next(bansos.glob("*TW I 2025*")).read_bytes()
    (bansos / "Bansos TW IV 2025.csv").write_bytes(dropped + b"\r\n")
    until(lambda: set((home / "laporan" / "dinsos").rglob("*.html")) - known, "a report on the file dropped just now")

    second = subprocess.run(up.command("up"), cwd=PROJECT, env=up.env, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "sedang dipakai proses" in second.stdout + second.stderr

    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(PATIENCE) == 0
    assert living(home) == {}


def test_a_killed_scheduler_comes_back_without_its_old_workers(up: Up, home: Path) -> None:
    up.waits_for("Airflow siap")
    scheduler = pid_of(home, "scheduler")
    assert scheduler is not None
    workers = [child.pid for child in psutil.Process(scheduler).children()]
    assert workers
    os.kill(scheduler, signal.SIGKILL)
    up.waits_for("scheduler berhenti sendiri (kode -9)")
    until(lambda: pid_of(home, "scheduler") not in (None, scheduler), "a new scheduler")
    assert not set(workers) & set(living(home))
    down = subprocess.run(up.command("down"), cwd=PROJECT, env=up.env, capture_output=True, text=True, check=False)
    assert down.returncode == 0, down.stdout + down.stderr
    assert up.process.wait(10) == 0
    assert living(home) == {}


def test_an_api_that_falls_silent_ends_up_with_a_sentence(home: Path, datasets: Path) -> None:
    hurried = "from etl.services import api; from etl.cli import main; api.PATIENCE = 20.0; main()"
    up = Up(home, datasets, ("-c", hurried))
    up.waits_for("Airflow siap")
    for pid, line in living(home).items():
        if "api_server" in line or "api-server" in line:
            os.kill(pid, signal.SIGSTOP)
    assert up.process.wait(PATIENCE) == 1
    assert up.said.splitlines()[-1].partition("dtk")[2].strip().startswith("Airflow di http://127.0.0.1:")
    assert "tidak menjawab" in up.said and str(home / "log" / "api-server.log") in up.said
    assert "Traceback" not in up.said
    assert living(home) == {}


def test_nothing_survives_a_killed_up(up: Up, home: Path) -> None:
    up.waits_for("Airflow:")
    until(lambda: pid_of(home, "scheduler"), "the scheduler")
    up.process.kill()
    up.process.wait()
    until(lambda: not living(home), "the end of every process")


def test_down_ends_what_a_killed_keeper_left(up: Up, home: Path) -> None:
    up.waits_for("Airflow:")
    until(lambda: pid_of(home, "scheduler"), "the scheduler")
    keeper = pid_of(home, "etl.services.keeper")
    assert keeper is not None
    os.kill(up.process.pid, signal.SIGSTOP)
    os.kill(keeper, signal.SIGKILL)
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait()
    assert living(home), "the services go on without their keeper until somebody ends them"
    down = subprocess.run(up.command("down"), cwd=PROJECT, env=up.env, capture_output=True, text=True, check=False)
    assert down.returncode == 0, down.stdout + down.stderr
    assert living(home) == {}
