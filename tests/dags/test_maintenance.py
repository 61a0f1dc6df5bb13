"""The night's DAG: its graph, and one real run with Airflow's own tables on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from airflow.dag_processing.dagbag import DagBag

from etl.services.airflow import airflow_env, free_port, start_migration
from etl.services.backup_files import complete, verify
from etl.services.maintenance import STEPS
from etl.services.postgres import create_database
from etl.settings import PROJECT, Settings


def test_the_graph_is_every_step_in_order_and_a_verdict() -> None:
    bag = DagBag(str(PROJECT / "dags"))
    assert bag.import_errors == {}
    dag = bag.dags["maintenance"]
    steps = [*STEPS, "verdict"]
    edges = {name: task.downstream_task_ids for name, task in dag.task_dict.items()}
    assert edges == {"verdict": set()} | {name: {steps[place + 1], "verdict"} for place, name in enumerate(steps[:-1])}
    assert all(dag.task_dict[name].trigger_rule == "all_done" for name in STEPS), "one failure stops no other step"
    assert dag.task_dict["verdict"].trigger_rule == "none_failed"
    assert (dag.max_active_runs, dag.catchup) == (1, False)


@pytest.fixture
def night(tmp_path: Path, postgres_dsn: str, warehouse_dsn: str) -> dict[str, Any]:
    """One run over a warehouse with a figure that points to no region."""
    with psycopg2.connect(warehouse_dsn) as conn, conn.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dw.fakta_indikator (indikator_id, wilayah_id, periode_id, rincian_id, nilai, submission_id,"
            " sheet_no, row_no, col_no) VALUES (0, 999999, 0, 0, 1, 1, 0, 1, 1)"
        )
    settings = Settings(warehouse_dsn, tmp_path / "var", PROJECT / "datasets", "-")
    (settings.home / "log").mkdir(parents=True)
    create_database(postgres_dsn, "airflow_malam")
    env = airflow_env(settings, postgres_dsn, free_port(18180))
    env = {name: value.replace("/airflow?", "/airflow_malam?") for name, value in env.items()}
    env["SATUDATA_BACKUP"] = str(tmp_path / "cadangan")
    start_migration(env, settings.home).finish()
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("one_run.py")), "maintenance"],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1])) | {"log": done.stdout + done.stderr}


def test_a_failed_check_fails_its_task_with_its_sentence_and_the_rest_is_done(
    night: dict[str, Any], tmp_path: Path
) -> None:
    states = {task["task"]: task["state"] for task in night["tasks"]}
    assert states.pop("check") == "failed"
    assert states.pop("verdict") == "upstream_failed"
    assert night["run"] == "failed"
    done = ["partitions", "retention", "airflow_db", "vacuum", "backup"]
    assert states == dict.fromkeys(done, "success"), night["log"][-3000:]
    assert "angka_menunjuk_anggota_dimensi" in night["log"]
    assert "Dilanggar oleh" in night["log"]
    (taken,) = complete(tmp_path / "cadangan")
    assert verify(taken).tables["dw.fakta_indikator_kini"][0] == 1
