"""When exports are made, what a crash leaves, and what happens to files that may no longer be public."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from etl.findings import SourceUnavailable
from etl.pipeline import decide
from etl.publish import released as reading
from etl.publish.publish import publish
from etl.publish.released import snapshot
from etl.settings import PROJECT
from tests.publish.conftest import YEARS, newest
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

DATASET = "dinkes.puskesmas"


def statuses(regency: Regency, **choice: Any) -> dict[str, str]:
    return {one.dataset: one.status for one in publish(regency.settings, **choice)}


def generations(regency: Regency) -> set[str]:
    place = regency.settings.exports / DATASET
    return {path.name for path in place.iterdir() if path.is_dir() and not path.is_symlink()}


def revise(regency: Regency, by: int) -> None:
    """Every figure of 2024 changes, and the change is released."""
    rows = {name: (a + by, b + by) for name, (a, b) in YEARS[2024].items()}
    regency.drop("puskesmas 2024.xlsx", rows)
    for outcome in regency.go():
        if outcome.status == "menunggu":
            decide(regency.settings, outcome.submission_id or 0, "dirilis", "Walidata", "Revisi")


def sums(folder: Path) -> str:
    return (folder / "SHA256SUMS").read_text()


def test_only_what_is_stale_is_made(regency: Regency) -> None:
    assert statuses(regency) == {DATASET: "diterbitkan"}
    before = newest(regency).resolve()
    assert statuses(regency) == {DATASET: "mutakhir"}
    revise(regency, 1)
    assert statuses(regency) == {DATASET: "diterbitkan"}
    assert newest(regency).resolve() != before
    assert f"{YEARS[2024]['Muara Wahau'][0] + 1}," in (newest(regency) / f"{DATASET}.csv").read_text()


def test_a_description_that_changed_is_stale_too(regency: Regency) -> None:
    publish(regency.settings)
    regency.contract(CONTRACT.replace("POLICY", "otomatis").replace("yang beroperasi", "yang melayani"))
    regency.go()
    assert statuses(regency) == {DATASET: "diterbitkan"}
    assert "yang melayani" in json.loads((newest(regency) / "datapackage.json").read_text())["description"]


def test_the_same_release_gives_the_same_bytes(regency: Regency) -> None:
    publish(regency.settings)
    first = newest(regency).resolve().name, sums(newest(regency))
    elsewhere = replace(regency.settings, home=regency.root / "lain")
    publish(elsewhere, force=True)
    again = elsewhere.exports / DATASET / "terkini"
    assert (again.resolve().name, sums(again)) == first
    assert first[0].endswith(hashlib.sha256(first[1].encode()).hexdigest()[:12])


def test_force_repairs_what_somebody_damaged(regency: Regency) -> None:
    publish(regency.settings)
    told = sums(newest(regency))
    (newest(regency) / f"{DATASET}.csv").write_text("rusak")
    assert statuses(regency, force=True) == {DATASET: "diterbitkan"}
    assert sums(newest(regency)) == told
    assert hashlib.sha256((newest(regency) / f"{DATASET}.csv").read_bytes()).hexdigest() in told


def test_lost_files_are_made_again(regency: Regency) -> None:
    publish(regency.settings)
    (regency.settings.exports / DATASET / "terkini").unlink()
    assert statuses(regency) == {DATASET: "diterbitkan"}
    assert (newest(regency) / "SHA256SUMS").is_file()


def test_a_download_ends_with_what_it_began_with_and_two_generations_stay(regency: Regency) -> None:
    publish(regency.settings)
    first = newest(regency).resolve()
    with (newest(regency) / f"{DATASET}.csv").open("rb") as download:
        begun = download.read(100)
        revise(regency, 1)
        publish(regency.settings)
        assert generations(regency) == {first.name, newest(regency).resolve().name}
        assert hashlib.sha256(begun + download.read()).hexdigest() in sums(first)
    second = newest(regency).resolve()
    revise(regency, 2)
    publish(regency.settings)
    assert generations(regency) == {second.name, newest(regency).resolve().name}


KILLED = """
import sys, time
from etl.publish import publish as publishing
from etl.settings import Settings

def last(released, folder):
    print("SIAP", flush=True)
    time.sleep(600)

publishing.WRITERS = (*publishing.WRITERS, last)
publishing.publish(Settings.from_env())
"""


def test_killed_midway_the_old_files_stay_and_nothing_is_left_behind(regency: Regency) -> None:
    publish(regency.settings)
    before = newest(regency).resolve(), sums(newest(regency))
    revise(regency, 1)
    s = regency.settings
    env = {"SATUDATA_DSN": s.dsn, "SATUDATA_HOME": str(s.home), "SATUDATA_DATASETS": str(s.datasets)}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env={**os.environ, **env}, stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "SIAP\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (newest(regency).resolve(), sums(newest(regency))) == before
    assert [name for name in generations(regency) if name.startswith(".")], "the half written folder is still there"
    assert statuses(regency) == {DATASET: "diterbitkan"}
    assert not [name for name in generations(regency) if name.startswith(".")]
    assert newest(regency).resolve() != before[0]


def test_a_crash_before_the_books_were_written_is_made_good(regency: Regency) -> None:
    publish(regency.settings)
    told = sums(newest(regency))
    with psycopg2.connect(regency.settings.dsn) as conn, conn.cursor() as cursor:
        cursor.execute("DELETE FROM audit.publication")
    assert statuses(regency) == {DATASET: "diterbitkan"}
    assert sums(newest(regency)) == told
    assert regency.query("SELECT n_rows FROM audit.publication") == [(24,)]


def test_a_release_while_it_reads_is_not_half_seen(
    regency: Regency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking at the figures and copying them, another session releases a revision."""
    copy = reading._store

    def released_meanwhile(*given: Any) -> None:
        revise(regency, 5)
        copy(*given)

    monkeypatch.setattr(reading, "_store", released_meanwhile)
    conn = psycopg2.connect(regency.settings.dsn)
    try:
        seen = snapshot(conn, DATASET, tmp_path)
    finally:
        conn.close()
    shown = {(r["wilayah"], r["periode"]): r["nilai"] for batch in seen.batches() for r in batch.to_pylist()}
    assert shown["64.08.02", "2024"] in YEARS[2024]["Muara Wahau"]
    assert regency.figures()["64.08.02", "2024"] == YEARS[2024]["Muara Wahau"][0] + 5
    assert statuses(regency) == {DATASET: "diterbitkan"}, "the next publication shows it"


def test_a_server_that_goes_away_leaves_the_old_files(regency: Regency, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(regency.settings)
    before = sums(newest(regency))
    copy = reading._store

    def server_ends(cursor: Any, *given: Any) -> None:
        regency.query("SELECT pg_terminate_backend(%s)", cursor.connection.info.backend_pid)
        copy(cursor, *given)

    monkeypatch.setattr(reading, "_store", server_ends)
    with pytest.raises(SourceUnavailable):
        publish(regency.settings, force=True)
    assert sums(newest(regency)) == before
    monkeypatch.undo()
    assert statuses(regency) == {DATASET: "mutakhir"}


def test_two_at_once_wait_for_one_another(regency: Regency) -> None:
    with ThreadPoolExecutor(2) as pool:
        told = sorted(s[DATASET] for s in pool.map(lambda _: statuses(regency), range(2)))
    assert told == ["diterbitkan", "mutakhir"]


@pytest.mark.parametrize("access", ["terbatas", "dikecualikan"])
def test_what_is_closed_loses_its_files_and_keeps_its_description(regency: Regency, access: str) -> None:
    publish(regency.settings)
    closed = CONTRACT.replace("POLICY", "otomatis").replace(
        "access: terbuka", f"access: {access}\naccess_ground: UU 14/2008 Pasal 17 huruf h"
    )
    regency.contract(closed)
    regency.go()
    assert statuses(regency) == {DATASET: "ditarik"}
    assert not (regency.settings.exports / DATASET).exists()
    assert regency.query("SELECT * FROM audit.publication") == []
    (one,) = json.loads((regency.settings.exports / "data.json").read_text())["dataset"]
    assert one["accessLevel"] == {"terbatas": "restricted public", "dikecualikan": "non-public"}[access]
    assert "UU 14/2008" in one["rights"]
    assert [(d["format"], "downloadURL" in d) for d in one["distribution"]] == [("HTML", False)]
    assert statuses(regency) == {DATASET: "mutakhir"}


def test_what_was_never_released_is_nowhere(tmp_path: Path, warehouse_dsn: str) -> None:
    regency = Regency(tmp_path, warehouse_dsn, policy="walidata")
    regency.drop("puskesmas 2024.xlsx", dict.fromkeys(KECAMATAN, (1, 2)))
    (outcome,) = regency.go()
    assert outcome.status == "menunggu"
    assert statuses(regency) == {DATASET: "mutakhir"}
    assert json.loads((regency.settings.exports / "data.json").read_text())["dataset"] == []
    decide(regency.settings, outcome.submission_id or 0, "dirilis", "Walidata", "Sesuai")
    assert statuses(regency) == {DATASET: "diterbitkan"}


def test_the_files_show_what_the_portals_reader_may_see(regency: Regency, tmp_path: Path) -> None:
    """A snapshot is read by a session that may read `portal` and nothing else."""
    conn = psycopg2.connect(regency.settings.dsn, options="-c role=portal_reader")
    try:
        with conn.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT count(*) FROM dw.fakta_indikator")
        conn.rollback()
        assert snapshot(conn, DATASET, tmp_path).count == 24
    finally:
        conn.close()


def test_an_unknown_dataset_is_told(regency: Regency) -> None:
    with pytest.raises(LookupError, match=r"dinkes\.lain.*dinkes\.puskesmas"):
        publish(regency.settings, "dinkes.lain")
