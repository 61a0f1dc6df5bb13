"""One DAG per agency: what it holds, what it imports, and whom a wrong contract hurts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, RetryAction
from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID
from airflow.serialization.serialized_objects import DagSerialization

from etl.catalogue import InvalidContracts, load_contracts
from etl.findings import Finding, Refused, SourceUnavailable
from etl.settings import PROJECT

DAGS = PROJECT / "dags"
CATALOGUE = load_contracts(PROJECT / "datasets")
AGENCIES = sorted({contract.skpd for contract in CATALOGUE.contracts.values()})
FINDING = Finding(rule="uji", message="m", cause="s", action="t")


def parse() -> DagBag:
    return DagBag(str(DAGS))


def agencies_of(bag: DagBag) -> list[str]:
    return sorted(name for name in bag.dags if name.startswith("skpd_"))


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return parse()


@pytest.fixture(params=AGENCIES)
def dag(request: pytest.FixtureRequest, bag: DagBag) -> DAG:
    return bag.dags[f"skpd_{request.param}"]


def test_every_agency_with_contracts_has_its_dag_and_nobody_else(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert agencies_of(bag) == [f"skpd_{skpd}" for skpd in AGENCIES]


def test_the_graph_is_collect_ingest_report_verdict(dag: DAG) -> None:
    edges = {name: task.downstream_task_ids for name, task in dag.task_dict.items()}
    assert edges == {"collect": {"ingest"}, "ingest": {"report", "verdict"}, "report": {"verdict"}, "verdict": set()}
    assert dag.task_dict["ingest"].is_mapped
    assert dag.task_dict["report"].trigger_rule == "all_done", "a returned submission is reported too"
    assert dag.task_dict["verdict"].trigger_rule == "none_failed", "nothing new is no failure"


def test_a_run_never_overlaps_and_never_fills_the_past(dag: DAG) -> None:
    assert dag.max_active_runs == 1
    assert dag.catchup is False


def test_the_page_names_every_dataset_and_the_person_to_ask(dag: DAG) -> None:
    skpd = dag.dag_id.removeprefix("skpd_")
    agency, contracts = CATALOGUE.skpd[skpd], CATALOGUE.of_skpd(skpd).values()
    assert dag.doc_md is not None
    for text in (agency.nama, agency.kontak, *(c.name for c in contracts), *(c.title for c in contracts)):
        assert text in dag.doc_md
    assert dag.owner == skpd
    assert dag.owner_links == {skpd: f"mailto:{agency.kontak}"}
    wanted = {skpd, *(f"urusan {c.urusan}" for c in contracts), *(c.calendar.period for c in contracts)}
    assert set(dag.tags) == wanted
    assert dag.params.get_param("dataset").schema["enum"] == [None, *sorted(c.name for c in contracts)]


def test_two_parses_give_the_same_dag(dag: DAG) -> None:
    again = parse().dags[dag.dag_id]
    assert DagSerialization.to_dict(again) == DagSerialization.to_dict(dag)


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (SourceUnavailable(FINDING), RetryAction.RETRY),
        (psycopg2.OperationalError("server closed the connection"), RetryAction.RETRY),
        (Refused(FINDING), RetryAction.FAIL),
        (InvalidContracts([]), RetryAction.FAIL),
        (ValueError("a fault of ours"), RetryAction.FAIL),
    ],
)
def test_only_what_may_pass_is_tried_again(bag: DagBag, error: Exception, action: RetryAction) -> None:
    for task in bag.dags[f"skpd_{AGENCIES[0]}"].tasks:
        policy = task.partial_kwargs["retry_policy"] if task.is_mapped else task.retry_policy
        restored = type(policy).deserialize(policy.serialize())
        assert restored.evaluate(error, try_number=1, max_tries=3).action is action


def test_inside_a_task_only_its_own_dag_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, f"skpd_{AGENCIES[1]}")
    assert agencies_of(parse()) == [f"skpd_{AGENCIES[1]}"]


def test_a_wrong_contract_hurts_only_its_own_agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = tmp_path / "datasets"
    shutil.copytree(PROJECT / "datasets", datasets)
    victim = AGENCIES[0]
    next((datasets / victim).glob("*.yaml")).write_text("id: salah\n", encoding="utf-8")
    monkeypatch.setenv("SATUDATA_DATASETS", str(datasets))
    bag = parse()
    assert bag.import_errors == {}
    assert agencies_of(bag) == [f"skpd_{skpd}" for skpd in AGENCIES]
    assert bag.dags[f"skpd_{victim}"].description.startswith("0 dataset")
    assert bag.dags[f"skpd_{AGENCIES[1]}"].description != bag.dags[f"skpd_{victim}"].description


def test_reading_the_folder_loads_nothing_heavy() -> None:
    """A parse happens before every task: pandas or Great Expectations there would cost seconds each time."""
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); import skpd, publish; "
        "heavy = ('pandas', 'pyarrow', 'great_expectations', 'etl.pipeline', 'etl.load', 'etl.extract'); "
        "print(json.dumps([m for m in heavy if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(DAGS)], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []
