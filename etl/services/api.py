"""The little of Airflow's public REST API that `up` needs: log in, see the DAGs, start runs, see them end.

An api-server that is slow, falls over or is started again is asked again, with growing pauses; one that stays silent is
AirflowFailed. Asking again does no harm: what `up` changes is the same after the second time, and the id of a run is
chosen here, so that a run that did begin is not begun twice.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from etl.services.airflow import USER, AirflowFailed

FINISHED = ("success", "failed")

PAGE = 100

ANSWER_WITHIN = 30.0
"""Seconds for one answer."""
PATIENCE = 120.0
"""Seconds of silence after which `up` gives up; the keeper has an api-server that died running again within these."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds between one try and the next: doubled each time."""

CONFLICT = 409
PASSING = (408, 429)
"""Refusals that ask to be tried again, as every 5xx does."""


class _Unclear(Exception):
    """No answer, or none that can be used: whether it was done is not known."""


class Api:
    """Speaks to the api-server at `url`; the token is asked for when first needed.

    log: where the api-server writes why it is silent. say: told when it has become silent. Every method but `healthy`
    raises AirflowFailed when the answer is no, or when none comes within PATIENCE.
    """

    def __init__(self, url: str, password: str, *, log: Path, say: Callable[[str], None]) -> None:
        self.url, self._password, self._token = url, password, ""
        self._log, self._say = log, say

    def healthy(self) -> bool:
        """Whether the api-server answers and the scheduler and DAG processor report to it; asked once."""
        try:
            health = self._once("GET", "/api/v2/monitor/health", None, "scheduler", ANSWER_WITHIN)
        except (_Unclear, AirflowFailed):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

    def dags(self) -> set[str]:
        return {dag["dag_id"] for dag in self._all("/api/v2/dags?exclude_stale=true", "dags")}

    def import_errors(self) -> list[str]:
        found = self._all("/api/v2/importErrors?", "import_errors")
        return [f"{error['filename']}: {error['stack_trace'].strip()}" for error in found]

    def unpause(self, dag_id: str) -> None:
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False}, "is_paused")

    def trigger(self, dag_id: str, run_id: str) -> None:
        """Starts a run under an id that was never used."""
        body = {"dag_run_id": run_id, "logical_date": None, "note": "Dimulai oleh satudata up"}
        self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body, "dag_run_id")

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
        return int(self._send("GET", path, None, "total_entries")["total_entries"])

    def _all(self, path: str, key: str) -> list[dict[str, Any]]:
        """Every page of a list; the server gives at most PAGE at once, whatever is asked for."""
        found: list[dict[str, Any]] = []
        while True:
            page = self._send("GET", f"{path}&limit={PAGE}&offset={len(found)}", None, key)[key]
            found += page
            if len(page) < PAGE:
                return found

    def _send(self, method: str, path: str, body: Any, key: str) -> dict[str, Any]:
        """The answer that has `key`, with patience. The run of a POST that was unclear and is then refused as a
        duplicate is there: that answer is empty."""
        self._token = self._token or self._log_in()
        return self._patiently(method, path, body, key)

    def _log_in(self) -> str:
        body = {"username": USER, "password": self._password}
        return str(self._patiently("POST", "/auth/token", body, "access_token")["access_token"])

    def _patiently(self, method: str, path: str, body: Any, key: str) -> dict[str, Any]:
        deadline, pause, asked_before = time.monotonic() + PATIENCE, FIRST_PAUSE, False
        while True:
            try:
                within = max(min(ANSWER_WITHIN, deadline - time.monotonic()), 0.1)
                return self._once(method, path, body, key, within, taken_is_done=asked_before and method == "POST")
            except _Unclear as problem:
                if time.monotonic() + pause >= deadline:
                    raise AirflowFailed(self._silent(method, path, problem)) from problem
                if not asked_before:
                    self._say(f"Airflow belum menjawab ({problem}); dicoba lagi sampai {PATIENCE:.0f} detik …")
            time.sleep(pause)
            pause, asked_before = min(2 * pause, LONGEST_PAUSE), True

    def _once(
        self, method: str, path: str, body: Any, key: str, within: float, *, taken_is_done: bool = False
    ) -> dict[str, Any]:
        """One try, of `within` seconds. Raises _Unclear, or AirflowFailed when Airflow says no."""
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=within) as reply:  # noqa: S310
                answer = json.loads(reply.read())
        except urllib.error.HTTPError as error:
            if error.code >= http.client.INTERNAL_SERVER_ERROR or error.code in PASSING:
                raise _Unclear(f"kode {error.code}") from error
            if error.code == CONFLICT and taken_is_done:
                return {}
            raise AirflowFailed(self._refused(method, path, error)) from error
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise _Unclear(" ".join(str(reason).split()) or type(reason).__name__) from error
        except ValueError as error:
            raise _Unclear("jawabannya bukan JSON") from error
        if not isinstance(answer, dict) or key not in answer:
            raise _Unclear(f"jawabannya tanpa `{key}`")
        return answer

    def _silent(self, method: str, path: str, problem: _Unclear) -> str:
        return (
            f"Airflow di {self.url} tidak menjawab {method} {path} selama {PATIENCE:.0f} detik ({problem}). Sebab yang "
            f"mungkin: memori habis atau mesin terlalu sibuk; tertulis di akhir {self._log}. Tindakan: perbaiki "
            "sebabnya, lalu jalankan lagi `make up`; tidak ada yang hilang."
        )

    def _refused(self, method: str, path: str, error: urllib.error.HTTPError) -> str:
        try:
            told = error.read()[:500].decode(errors="replace")
        except (OSError, http.client.HTTPException):
            told = ""
        return (
            f"Airflow di {self.url} menolak {method} {path}: {error.code} {told}. Sebab yang mungkin: versi Airflow "
            f"berbeda dari requirements.lock; tertulis di akhir {self._log}. Tindakan: laporkan kepada pengelola."
        )
