"""Every night: partitions for what comes, retention, vacuum, the warehouse checked against itself, a backup.

A step that fails does not keep the next from its work; the run is red, and the task's log has the sentence. From a
terminal: `satudata maintain`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, CronTriggerTimetable, ExceptionRetryPolicy, RetryAction, RetryRule, chain, task

from etl.schedule import TIMEZONE
from etl.settings import Settings

ONLY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    rules=[RetryRule("etl.findings.SourceUnavailable", RetryAction.RETRY, reason="gudang data tidak terjangkau")],
    default=RetryAction.FAIL,
)


@task(trigger_rule="all_done")
def step(name: str) -> str:
    from etl.services.maintenance import STEPS

    return STEPS[name](Settings.from_env())


with DAG(
    "maintenance",
    dag_display_name="Perawatan malam",
    description="Partisi, retensi, vacuum, pemeriksaan gudang, cadangan",
    schedule=CronTriggerTimetable("30 1 * * *", timezone=TIMEZONE),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "diskominfo",
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "retry_policy": ONLY_WHAT_MAY_PASS,
    },
    tags=["perawatan"],
    doc_md=__doc__,
):
    order = [
        step.override(task_id=name)(name)
        for name in ("partitions", "retention", "airflow_db", "vacuum", "check", "backup")
    ]
    verdict = EmptyOperator(task_id="verdict", trigger_rule="none_failed")
    chain(*order)
    order >> verdict
