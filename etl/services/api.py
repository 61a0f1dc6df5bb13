"""The little of Airflow's public REST API that `up` needs: log in, see the DAGs, start runs, see them end."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from etl.services.airflow import USER, AirflowFailed

FINISHED = ("success", "failed")


@dataclass(frozen=True)
class DagRun:
    dag_id: str
    run_id: str
    state: str


class Api:
    """Speaks to the api-server at `url`; the token is asked for when first needed."""

    def __init__(self, url: str, password: str) -> None:
        self.url, self._password, self._token = url, password, ""

    def healthy(self) -> bool:
        """Whether the api-server answers and the scheduler and DAG processor report to it."""
        try:
            health = self._send("GET", "/api/v2/monitor/health", token=False)
        except (OSError, ValueError, AirflowFailed):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

    def dags(self) -> set[str]:
        found = self._send("GET", "/api/v2/dags?limit=1000&exclude_stale=true")
        return {dag["dag_id"] for dag in found["dags"]}

    def import_errors(self) -> list[str]:
        found = self._send("GET", "/api/v2/importErrors")
        return [f"{error['filename']}: {error['stack_trace'].strip()}" for error in found["import_errors"]]

    def unpause(self, dag_id: str) -> None:
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, run_id: str) -> DagRun:
        body = {"dag_run_id": run_id, "logical_date": None, "note": "Dimulai oleh satudata up"}
        made = self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)
        return DagRun(dag_id, made["dag_run_id"], made["state"])

    def state(self, run: DagRun) -> DagRun:
        found = self._send("GET", f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}")
        return DagRun(run.dag_id, run.run_id, found["state"])

    def task_states(self, run: DagRun) -> list[tuple[str, str]]:
        """(task, state) of every task instance of the run, each mapped one by itself."""
        found = self._send("GET", f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances?limit=1000")
        return [(task["task_id"], task["state"] or "") for task in found["task_instances"]]

    def _send(self, method: str, path: str, body: Any = None, *, token: bool = True) -> Any:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {self._token or self._log_in()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AirflowFailed(f"Airflow menolak {method} {path}: {error.code} {error.read()[:500]!r}") from error

    def _log_in(self) -> str:
        body = {"username": USER, "password": self._password}
        self._token = str(self._send("POST", "/auth/token", body, token=False)["access_token"])
        return self._token
