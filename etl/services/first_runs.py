"""The first run of every DAG: started as soon as Airflow knows it, followed until it has ended, told as it goes.

A run that the last `up` left unfinished is taken up by Airflow itself: it is followed instead of a new one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from etl.services.api import FINISHED, Api

WITHIN = 900.0
SIGN_OF_LIFE = 10.0
ACTIVE = {"running", "queued", "scheduled", "restarting"}


def dag_id(skpd: str) -> str:
    """As dags/skpd.py names it."""
    return f"skpd_{skpd}"


@dataclass
class FirstRuns:
    """The runs still to start and still to end; `wait` returns when neither is left, or after WITHIN seconds."""

    api: Api
    waiting: set[str]
    say: Callable[[str], None]
    running: dict[str, str] = field(default_factory=dict)
    run_id: str = field(default_factory=lambda: f"up__{datetime.now(UTC):%Y%m%dT%H%M%S}")

    def __post_init__(self) -> None:
        self.total = len(self.waiting)

    def wait(self) -> None:
        deadline = time.monotonic() + WITHIN
        next_sign = time.monotonic() + SIGN_OF_LIFE
        while self.waiting or self.running:
            self._start_known()
            self._tell_ended()
            if time.monotonic() > deadline:
                self._give_up()
                return
            if time.monotonic() > next_sign:
                next_sign += SIGN_OF_LIFE
                self._sign_of_life()
            time.sleep(1)

    def _start_known(self) -> None:
        known = self.waiting & self.api.dags() if self.waiting else set[str]()
        unfinished = self.api.active_runs() if known else {}
        for dag in sorted(known):
            self.api.unpause(dag)
            if dag not in unfinished:
                self.api.trigger(dag, self.run_id)
            self.running[dag] = unfinished.get(dag, self.run_id)
            self.waiting.discard(dag)

    def _tell_ended(self) -> None:
        for run_id in sorted(set(self.running.values())):
            states = self.api.run_states(run_id)
            for dag in sorted(dag for dag, its in self.running.items() if its == run_id):
                if states.get(dag) in FINISHED:
                    self._done(dag, outcome(self.api.task_states(dag, run_id)))

    def _sign_of_life(self) -> None:
        """How far it is. A run that only waits to try an unreachable source again is left to Airflow."""
        for dag, run_id in sorted(self.running.items()):
            states = self.api.task_states(dag, run_id)
            if only_waits(states):
                self._done(dag, f"{outcome(states)}; sumber yang tidak terjangkau dicoba lagi sendiri oleh Airflow")
        runs = {self.run_id, *self.running.values()}
        done, total = (sum(self.api.tasks_in(run, *states) for run in runs) for states in (FINISHED, ()))
        self.say(f"… {done} dari {total} tugas selesai")

    def _done(self, dag: str, text: str) -> None:
        del self.running[dag]
        count = self.total - len(self.running) - len(self.waiting)
        self.say(f"[{count}/{self.total}] {dag.removeprefix(dag_id(''))}: {text}")

    def _give_up(self) -> None:
        names = ", ".join(sorted(self.waiting | set(self.running)))
        problems = "\n".join(self.api.import_errors())
        self.say(f"Belum selesai dalam {WITHIN:.0f} detik: {names}. Airflow terus bekerja.\n{problems}".strip())


def only_waits(states: list[tuple[str, str]]) -> bool:
    """Whether of (task, state) pairs some wait to try their source again, and nothing else is at work or redone."""
    again = {task for task, state in states if state == "up_for_retry"}
    return again == {"ingest"} and not {state for _, state in states} & ACTIVE


def outcome(states: list[tuple[str, str]]) -> str:
    """What a run made of its submissions (or of the exports), from its (task, state) pairs."""
    if states and states[0][0] == "publish":
        made = states[0][1] == "success"
        return (
            "ekspor dan katalog mutakhir" if made else "sebagian ekspor tidak jadi; sebabnya ada di log tugas publish"
        )
    broken = [task for task, state in states if task in ("collect", "report") and state == "failed"]
    if broken:
        return f"tugas {' dan '.join(broken)} gagal; sebabnya ada di log tugas itu di Airflow"
    taken = [state for task, state in states if task == "ingest" and state not in ("", "skipped")]
    failed = len([state for state in taken if state not in ("success", "up_for_retry")])
    if not taken:
        return "tidak ada yang baru"
    return f"{len(taken)} kiriman" + (f", {failed} dikembalikan atau gagal" if failed else "")
