"""`make up` on an installed machine: seconds until the first runs have ended and until a dropped file has its report,
and the most memory it all ever held."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from etl.services.processes import MARK
from etl.settings import PROJECT

READY = "Berjalan."


def proportional_mb(home: Path) -> float:
    """PSS of every process of this installation, shared pages counted once."""
    total = 0
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(home) or str(home) in " ".join(process.cmdline()):
                total += process.memory_full_info().pss
        except (psutil.Error, OSError):
            continue
    return total / 2**20


def drop_to_report(home: Path) -> float:
    """Seconds from a file's drop into an agency's folder until the report on it is there, nobody having asked."""
    reports = home / "laporan" / "dinsos"
    folder, known = home / "sumber" / "dinsos" / "bansos", set(reports.rglob("*.html"))
    given = next(folder.glob("*TW I 2025*")).read_bytes()
    start = time.monotonic()
    (folder / "Bansos TW IV 2025.csv").write_bytes(given + b"\r\n")
    while not set(reports.rglob("*.html")) - known:
        if time.monotonic() - start > 300:
            raise SystemExit("berkas yang ditaruh tidak diperiksa dalam 300 detik")
        time.sleep(0.2)
    return time.monotonic() - start


def measure(home: Path) -> tuple[float, float, float]:
    """(seconds, seconds from drop to report, peak MB) of `satudata up` with the demo regency in an empty home.

    Everything is ended afterwards.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith("SATUDATA_")}
    env |= {"SATUDATA_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "etl.cli", "up", "--port", "18080"],
        env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(2):
            peak[0] = max(peak[0], proportional_mb(home))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if READY in line:
                ready = time.monotonic() - start
                return ready, drop_to_report(home), peak[0]
        raise SystemExit("satudata up berakhir sebelum siap:\n" + "".join(said[-20:]))
    finally:
        done.set()
        process.terminate()
        process.wait(timeout=120)
