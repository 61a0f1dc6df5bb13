"""One agency's DAG from the shared folder to the warehouse, with Airflow's own tables on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from etl.services.airflow import airflow_env, free_port, start_migration
from etl.services.postgres import create_database
from etl.settings import PROJECT, Settings

SKPD = "dpu"


@pytest.fixture
def journey(tmp_path: Path, postgres_dsn: str, warehouse_dsn: str) -> dict[str, Any]:
    settings = Settings(warehouse_dsn, tmp_path / "var", PROJECT / "datasets", str(PROJECT / "samples" / "sumber"))
    (settings.home / "log").mkdir(parents=True)
    create_database(postgres_dsn, "airflow")
    env = airflow_env(settings, postgres_dsn, free_port(18080))
    start_migration(env, settings.home).finish()
    script = Path(__file__).with_name("one_run.py")
    done = subprocess.run(
        [sys.executable, str(script), f"skpd_{SKPD}"],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1])) | {"log": done.stdout + done.stderr}


def test_a_returned_submission_fails_alone(journey: dict[str, Any], warehouse_dsn: str) -> None:
    with psycopg2.connect(warehouse_dsn) as conn, conn.cursor() as cursor:
        cursor.execute("SELECT dataset, path, status, n_loaded FROM audit.submission ORDER BY id")
        submissions = cursor.fetchall()
        cursor.execute("SELECT path, label FROM audit.submission")
        periods = dict(cursor.fetchall())
    returned = [path for _, path, status, _ in submissions if status == "dikembalikan"]
    assert len(submissions) > len(returned) > 0, "the demo agency sends both kinds"

    ingested = {task["label"]: task for task in journey["tasks"] if task["task"] == "ingest"}
    expected = {
        f"{dataset.split('.')[1]}: {Path(path).name}": "failed"
        for dataset, path, _, _ in submissions
        if path in returned
    } | {
        f"{dataset.split('.')[1]}: {Path(path).name} · {periods[path]}": "success"
        for dataset, path, _, _ in submissions
        if path not in returned
    }
    assert {label: task["state"] for label, task in ingested.items()} == expected
    assert all(task["tries"] == 1 for task in ingested.values()), "what was returned is not tried again"
    others = {task["task"]: task["state"] for task in journey["tasks"] if task["task"] != "ingest"}
    assert others == {"collect": "success", "report": "success", "verdict": "upstream_failed"}
    assert journey["run"] == "failed", "somebody has something to do"
    assert all(Path(path).name in journey["log"] and "Tindakan:" in journey["log"] for path in returned)

    released = sorted(
        (f"satudata://{dataset.replace('.', '/')}", loaded)
        for dataset, _, status, loaded in submissions
        if status == "dirilis"
    )
    assert len(submissions) - len(returned) > len(released) > 0, "one waits for its release: the public saw no change"
    told = sorted((uri, count) for uri, count in journey["events"])
    assert [event for event in told if event[0] != "satudata://portal/rilis"] == released
    assert sum(uri == "satudata://portal/rilis" for uri, _ in told) == len(released), "exports hear of each release"
