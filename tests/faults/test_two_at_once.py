"""Two runs at once on the same warehouse and home leave the same warehouse as one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from etl.extract import journal
from etl.load.checks import run_checks
from etl.receive import warehouse
from etl.settings import PROJECT
from tests.faults.test_kill import contents
from tests.warehouse.regency import KECAMATAN, Regency

RUN = """
import sys
from pathlib import Path
from etl.pipeline import run
from etl.settings import Settings
import etl.extract.folder, etl.extract.read, etl.load.submission, expectations.compile, etl.transform.tidy
dsn, home, datasets, sources = sys.argv[1:]
print("siap", flush=True)
sys.stdin.readline()
for outcome in run(Settings(dsn, Path(home), Path(datasets), sources)):
    print(outcome.status)
"""


def filled(root: Path, dsn: str) -> Regency:
    """Ten years of good files, one with a bad row, a copy of one of them and a broken one."""
    place = Regency(root, dsn)
    for year in range(2010, 2020):
        figures = {name: (year, n) for n, name in enumerate(KECAMATAN)}
        figures["Muara Wahau"] = (-1 if year == 2015 else year, 1)
        original = place.drop(f"puskesmas {year}.xlsx", figures)
    copy, broken = place.folder / "puskesmas 2020.xlsx", place.folder / "puskesmas 2021.xlsx"
    copy.write_bytes(original.read_bytes())
    broken.write_bytes(original.read_bytes()[:900])
    for path in (copy, broken):
        place.age(path)
    return place


def started(place: Regency) -> subprocess.Popen[str]:
    """A run that has loaded everything it needs and waits for a line to begin."""
    s = place.settings
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, s.dsn, str(s.home), str(s.datasets), s.sources],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "siap\n"
    return process


def test_two_runs_at_once_give_the_warehouse_of_one(warehouse_dsn, another_warehouse_dsn, tmp_path):
    alone, shared = filled(tmp_path / "sendiri", warehouse_dsn), filled(tmp_path / "berdua", another_warehouse_dsn)
    alone.go()
    both = [started(shared), started(shared)]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors, errors
    assert without_bytes(shared.settings.dsn) == without_bytes(alone.settings.dsn)
    assert len(without_bytes(alone.settings.dsn)["facts"]) == 72
    events = [event["path"] for event in journal.events(shared.settings.archive) if event["peristiwa"] == "terima"]
    assert sorted(events) == sorted(set(events)), "the same file was received twice"
    with warehouse(shared.settings) as conn:
        assert run_checks(conn) == []
    assert shared.go() == []


def without_bytes(dsn: str) -> dict[str, list[tuple[object, ...]]]:
    """A workbook holds the second in which it was made, so the bytes of two folders may differ."""
    found = contents(dsn)
    return found | {"submissions": sorted((row[:2] + row[3:] for row in found["submissions"]), key=str)}
