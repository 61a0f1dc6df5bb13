"""Runs one agency's DAG in this process and prints what became of it as JSON; a helper of test_journey.py."""

from __future__ import annotations

import json
import sys

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.models.asset import AssetEvent
from airflow.utils.session import create_session
from sqlalchemy import select

from etl.settings import PROJECT


def main(dag_id: str) -> None:
    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(str(PROJECT / "dags"), bundle_name="dags-folder")
    sync_bag_to_db(bag, "dags-folder", None)
    run = bag.dags[dag_id].test()
    with create_session() as session:
        tasks = [
            {"task": ti.task_id, "label": ti.rendered_map_index, "state": ti.state, "tries": ti.try_number}
            for ti in run.get_task_instances(session=session)
        ]
        events = [(event.asset.uri, event.extra["loaded"]) for event in session.scalars(select(AssetEvent))]
    print(json.dumps({"run": run.state, "tasks": tasks, "events": events}, default=str))


if __name__ == "__main__":
    main(sys.argv[1])
