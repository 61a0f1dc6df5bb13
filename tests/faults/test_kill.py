"""Killed at any moment and run again, the pipeline leaves the same warehouse as an undisturbed run.

The process really gets SIGKILL, at random moments, again and again until one run comes through.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from etl.settings import PROJECT

CONTENTS = {
    "facts": """
        SELECT i.kode, w.kode, p.kode, r.kode, f.nilai, f.penanda, s.path, f.sheet_no, f.row_no, f.col_no
        FROM dw.fakta_indikator f JOIN dw.dim_indikator i USING (indikator_id) JOIN dw.dim_wilayah w USING (wilayah_id)
        JOIN dw.dim_periode p USING (periode_id) JOIN dw.dim_rincian r USING (rincian_id)
        JOIN audit.submission s ON s.id = f.submission_id
        WHERE f.valid_to = 'infinity' ORDER BY 1, 2, 3, 4""",
    "history": """
        SELECT i.kode, w.kode, p.kode, r.kode, f.nilai, f.valid_to = 'infinity' FROM dw.fakta_indikator f
        JOIN dw.dim_indikator i USING (indikator_id) JOIN dw.dim_wilayah w USING (wilayah_id)
        JOIN dw.dim_periode p USING (periode_id) JOIN dw.dim_rincian r USING (rincian_id)
        ORDER BY 1, 2, 3, 4, f.valid_from""",
    "findings": """
        SELECT s.path, f.rule, f.severity, f.file, f.sheet, f.row_no, f.col, f.value, f.message
        FROM audit.finding f JOIN audit.submission s ON s.id = f.submission_id ORDER BY 1, 2, 6, 7, 8, 9""",
    "decisions": """
        SELECT s.path, d.decision, d.decided_by, d.reason, r.n_new FROM audit.decision d
        JOIN audit.submission s ON s.id = d.submission_id LEFT JOIN audit.release r ON r.decision_id = d.id
        ORDER BY 1""",
    "submissions": """
        SELECT dataset, path, sha256, status, n_received, n_loaded, n_unchanged, n_quarantined
        FROM audit.submission ORDER BY 1, 2, 3, 4""",
    "quarantine": """
        SELECT s.path, q.sheet_no, q.row_no, q.content::text FROM audit.quarantine q
        JOIN audit.submission s ON s.id = q.submission_id ORDER BY 1, 2, 3""",
}


def environment(dsn: str, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "SATUDATA_DSN": dsn,
        "SATUDATA_HOME": str(home),
        "SATUDATA_SOURCES": str(PROJECT / "samples" / "sumber"),
        "SATUDATA_DATASETS": str(home / "datasets"),
        "PYTHONPATH": str(PROJECT),
    }


def prepare(home: Path, skpd: str) -> None:
    """One agency of the demo regency; a second would only make the test longer."""
    (home / "datasets").mkdir(parents=True)
    shutil.copy(PROJECT / "datasets" / "skpd.yaml", home / "datasets")
    shutil.copytree(PROJECT / "datasets" / skpd, home / "datasets" / skpd)


def contents(dsn: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        found = {}
        for name, query in CONTENTS.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
        return found


def run(env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "etl.cli", "run"],
        env=env,
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_gives_the_same_warehouse(seed, warehouse_dsn, another_warehouse_dsn, tmp_path):
    skpd = "dinkes"
    undisturbed, disturbed = tmp_path / "utuh", tmp_path / "dibunuh"
    prepare(undisturbed, skpd)
    prepare(disturbed, skpd)
    whole = run(environment(warehouse_dsn, undisturbed))
    start = time.monotonic()
    assert whole.wait(timeout=120) == 0, whole.stderr.read().decode()
    duration = time.monotonic() - start

    rng = random.Random(seed)
    kills = 0
    while kills < 5:
        process = run(environment(another_warehouse_dsn, disturbed))
        try:
            process.wait(timeout=rng.uniform(0.3, 1.0) * duration * (0.3 + 0.2 * kills))
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    assert kills > 0, "never killed: the run ended before the first moment drawn"
    last = run(environment(another_warehouse_dsn, disturbed))
    assert last.wait(timeout=120) == 0, last.stderr.read().decode()

    assert contents(another_warehouse_dsn) == contents(warehouse_dsn)
    assert contents(warehouse_dsn)["facts"], "the undisturbed run loaded nothing: the comparison would prove nothing"
