"""The little of Airflow's public REST API that `up` needs: log in, see the DAGs, start runs, see them end."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from etl.services.airflow import USER, AirflowFailed

FINISHED = ("success", "failed")


PAGE = 100


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
        return {dag["dag_id"] for dag in self._all("/api/v2/dags?exclude_stale=true", "dags")}

    def import_errors(self) -> list[str]:
        found = self._all("/api/v2/importErrors?", "import_errors")
        return [f"{error['filename']}: {error['stack_trace'].strip()}" for error in found]

    def unpause(self, dag_id: str) -> None:
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, run_id: str) -> None:
        body = {"dag_run_id": run_id, "logical_date": None, "note": "Dimulai oleh satudata up"}
        self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)

    def active_runs(self) -> dict[str, str]:
        """DAG → id of the run that it has under way or waiting, the oldest where there are several."""
        found = self._all("/api/v2/dags/~/dagRuns?state=running&state=queued&order_by=-run_after", "dag_runs")
        return {run["dag_id"]: run["dag_run_id"] for run in found}

    def run_states(self, run_id: str) -> dict[str, str]:
        """DAG → state of its run with this id, over all DAGs."""
        found = self._all(f"/api/v2/dags/~/dagRuns?run_id_prefix_pattern={quote(run_id)}", "dag_runs")
        return {run["dag_id"]: run["state"] for run in found}

    def task_states(self, dag_id: str, run_id: str) -> list[tuple[str, str]]:
        """(task, state) of every task instance of the run, each mapped one by itself."""
        found = self._all(f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?", "task_instances")
        return [(task["task_id"], task["state"] or "") for task in found]

    def tasks_in(self, run_id: str, *states: str) -> int:
        """How many task instances of the runs with this id, over all DAGs, are in one of the states (any when none)."""
        wanted = "".join(f"&state={state}" for state in states)
        path = f"/api/v2/dags/~/dagRuns/~/taskInstances?run_id_prefix_pattern={quote(run_id)}&limit=1{wanted}"
        return int(self._send("GET", path)["total_entries"])

    def _all(self, path: str, key: str) -> list[dict[str, Any]]:
        """Every page of a list; the server gives at most PAGE at once, whatever is asked for."""
        found: list[dict[str, Any]] = []
        while True:
            page = self._send("GET", f"{path}&limit={PAGE}&offset={len(found)}")[key]
            found += page
            if len(page) < PAGE:
                return found

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
