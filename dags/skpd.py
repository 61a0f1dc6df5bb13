"""One DAG per agency, made from the contracts: collect → ingest (one task per new submission) → report → verdict.

An agency whose contracts are wrong keeps its DAG, and that DAG fails with the errors; the others are not disturbed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    DAG,
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    AssetWatcher,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    get_current_context,
    get_parsing_context,
    task,
)

from etl.schedule import RELEASED, TIMEZONE, Agency, agencies, cron, facts
from etl.services.arrivals import ArrivalTrigger
from etl.settings import Settings

PREFIX = "skpd_"

ONLY_WHAT_MAY_PASS = ExceptionRetryPolicy(
    rules=[
        RetryRule("etl.findings.SourceUnavailable", RetryAction.RETRY, reason="sumber tidak terjangkau"),
        RetryRule("psycopg2.OperationalError", RetryAction.RETRY, reason="gudang data tidak terjangkau"),
        RetryRule("etl.findings.Refused", RetryAction.FAIL, reason="dikembalikan ke SKPD: lihat temuan"),
        RetryRule("etl.catalogue.InvalidContracts", RetryAction.FAIL, reason="kontrak salah: lihat daftar"),
    ],
    default=RetryAction.FAIL,
)
DEFAULTS = {
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(minutes=15),
    "retry_policy": ONLY_WHAT_MAY_PASS,
}


@task
def collect(skpd: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    from etl import pipeline

    chosen = params or {}
    return pipeline.collect(skpd, Settings.from_env(), dataset=chosen.get("dataset"), force=bool(chosen.get("force")))


@task(map_index_template="{{ task.op_kwargs['unit']['label'] }}{{ ' · ' ~ periode if periode is defined else '' }}")
def ingest(unit: dict[str, Any], alias: str, outlet_events: Any = None) -> dict[str, Any]:
    from etl import pipeline

    outcome = pipeline.ingest(unit, Settings.from_env())
    get_current_context()["periode"] = outcome["period"]
    if outcome["status"] == "dirilis":
        outlet_events[AssetAlias(alias)].add(Asset(unit["dataset"], uri_of(unit["dataset"])), extra=outcome)
        outlet_events[AssetAlias(alias)].add(Asset(*RELEASED), extra=outcome)
    return outcome


@task(trigger_rule="all_done")
def report(skpd: str) -> str:
    from etl import pipeline

    return pipeline.report(skpd, Settings.from_env())


def uri_of(dataset: str) -> str:
    """`dinkes.faskes` → `satudata://dinkes/faskes`."""
    return "satudata://" + dataset.replace(".", "/")


def when(agency: Agency) -> AssetOrTimeSchedule:
    """As soon as a file has arrived in the agency's folder, and at the hours of the sweep whatever was announced."""
    arrived = Asset(
        f"masuk_{agency.skpd}",
        uri=f"satudata://{agency.skpd}/masuk",
        watchers=[AssetWatcher(f"pengamat_{agency.skpd}", trigger=ArrivalTrigger(agency.skpd))],
    )
    return AssetOrTimeSchedule(
        timetable=CronTriggerTimetable(cron(agency.skpd, agency.contracts), timezone=TIMEZONE), assets=arrived
    )


def build(agency: Agency) -> DAG:
    alias = PREFIX + agency.skpd
    with DAG(
        PREFIX + agency.skpd,
        dag_display_name=agency.entry.nama,
        description=f"{len(agency.contracts)} dataset dari {agency.entry.nama}",
        schedule=when(agency),
        catchup=False,
        max_active_runs=1,
        default_args={**DEFAULTS, "owner": agency.skpd},
        owner_links={agency.skpd: f"mailto:{agency.entry.kontak}"},
        tags=sorted(
            {agency.skpd} | {tag for c in agency.contracts for tag in (f"urusan {c.urusan}", c.calendar.period)}
        ),
        doc_md=facts(agency),
        params={
            "dataset": Param(None, type=["null", "string"], enum=[None, *agency.names], title="Hanya dataset ini"),
            "force": Param(False, type="boolean", title="Ambil juga yang tidak berubah"),
        },
    ) as dag:
        taken = ingest.override(outlets=[AssetAlias(alias)]).partial(alias=alias).expand(unit=collect(agency.skpd))
        # The report is written whatever became of the submissions. The verdict is the run's: red when one of them was
        # returned or failed, since somebody then has something to do.
        taken >> report(agency.skpd) >> (verdict := EmptyOperator(task_id="verdict", trigger_rule="none_failed"))
        taken >> verdict
    return dag


def wanted() -> str | None:
    """Inside a task only its own DAG is built; None when the whole folder is parsed."""
    dag_id = get_parsing_context().dag_id
    return dag_id and dag_id.removeprefix(PREFIX)


for _agency in agencies(Settings.from_env().datasets, wanted()):
    globals()[PREFIX + _agency.skpd] = build(_agency)
