"""What `up` says of a run, and when it stops waiting for one."""

from __future__ import annotations

import pytest

from etl.services.first_runs import only_waits, outcome

DONE = [("collect", "success"), ("report", "success"), ("verdict", "success")]


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([*DONE, ("ingest", "skipped")], "tidak ada yang baru"),
        ([*DONE, ("ingest", "success"), ("ingest", "success")], "2 kiriman"),
        ([*DONE, ("ingest", "success"), ("ingest", "failed")], "2 kiriman, 1 dikembalikan atau gagal"),
        ([("collect", "success"), ("ingest", "success"), ("ingest", "up_for_retry"), ("report", "")], "2 kiriman"),
        ([("collect", "up_for_retry"), ("ingest", ""), ("report", "")], "tidak ada yang baru"),
        ([("publish", "success")], "ekspor dan katalog mutakhir"),
        ([("publish", "failed")], "sebagian ekspor tidak jadi"),
        ([("collect", "failed"), ("ingest", "upstream_failed")], "tugas collect gagal; sebabnya ada di log tugas itu"),
    ],
)
def test_a_run_is_told_in_submissions(states: list[tuple[str, str]], said: str) -> None:
    assert outcome(states).startswith(said)


@pytest.mark.parametrize(
    ("states", "waits"),
    [
        (DONE, False),
        ([("collect", "success"), ("ingest", "up_for_retry"), ("report", "")], True),
        ([("collect", "success"), ("ingest", "up_for_retry"), ("ingest", "running")], False),
        ([("collect", "queued")], False),
        ([("collect", "up_for_retry"), ("ingest", ""), ("report", "")], False),  # no source: the task itself fell over
    ],
)
def test_a_run_that_only_waits_for_its_source_is_not_waited_for(states: list[tuple[str, str]], waits: bool) -> None:
    assert only_waits(states) is waits
