"""Killed at any moment and run again, the pipeline leaves the same warehouse as an undisturbed run.

The process really gets SIGKILL, at random moments, again and again until one run comes through.
"""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import psycopg2
import pytest

from etl.settings import PROJECT, Settings
from tests.command import environment, satudata, started

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


def prepare(home: Path, dsn: str, skpd: str) -> Settings:
    """One agency of the demo regency; a second would only make the test longer."""
    (home / "datasets").mkdir(parents=True)
    shutil.copy(PROJECT / "datasets" / "skpd.yaml", home / "datasets")
    shutil.copytree(PROJECT / "datasets" / skpd, home / "datasets" / skpd)
    return Settings(dsn, home, home / "datasets", str(PROJECT / "samples" / "sumber"))


def contents(dsn: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        found = {}
        for name, query in CONTENTS.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
        return found


def run(settings: Settings, until: float = 120) -> int | None:
    """Exit code of a run, which is killed when it has not ended after `until` seconds."""
    process = started("run", env=environment(settings), said=settings.home)
    process.join(until)
    process.kill()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_moments_gives_the_same_warehouse(seed, warehouse_dsn, another_warehouse_dsn, tmp_path):
    undisturbed = prepare(tmp_path / "utuh", warehouse_dsn, "dinkes")
    disturbed = prepare(tmp_path / "dibunuh", another_warehouse_dsn, "dinkes")
    assert satudata("migrate", env=environment(undisturbed)).code == 0  # the first command may wait for its libraries
    start = time.monotonic()
    assert run(undisturbed) == 0, (undisturbed.home / "galat").read_text()
    duration = time.monotonic() - start

    rng = random.Random(seed)
    kills = 0
    while kills < 5 and run(disturbed, rng.uniform(0.3, 1.0) * duration * (0.3 + 0.2 * kills)) == -signal.SIGKILL:
        kills += 1
    assert kills > 0, "never killed: the run ended before the first moment drawn"
    assert run(disturbed) == 0, (disturbed.home / "galat").read_text()

    assert contents(another_warehouse_dsn) == contents(warehouse_dsn)
    assert contents(warehouse_dsn)["facts"], "the undisturbed run loaded nothing: the comparison would prove nothing"
