"""Exports and catalogue follow every release: one run at a time, and once an hour whatever was told."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, CronTriggerTimetable, task

from etl.schedule import RELEASED, TIMEZONE
from etl.settings import Settings


@task(retries=3, retry_delay=timedelta(minutes=1), retry_exponential_backoff=2)
def publish() -> list[str]:
    from etl.publish.publish import publish_all

    return publish_all(Settings.from_env())


with DAG(
    "publish",
    dag_display_name="Ekspor dan katalog",
    description="Berkas unduhan setiap dataset terbuka, data.json dan catalog.jsonld",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("17 * * * *", timezone=TIMEZONE), assets=Asset(*RELEASED)
    ),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "diskominfo"},
    tags=["ekspor"],
    doc_md=__doc__,
):
    publish()
