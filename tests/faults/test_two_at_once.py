"""Two runs at once on the same warehouse and home leave the same warehouse as one."""

from __future__ import annotations

import psycopg2

from etl.extract import journal
from tests.faults.test_kill import contents, environment, prepare, run


def test_two_runs_at_once_give_the_warehouse_of_one(warehouse_dsn, another_warehouse_dsn, tmp_path):
    alone, shared = tmp_path / "sendiri", tmp_path / "berdua"
    prepare(alone, "dinkes")
    prepare(shared, "dinkes")
    one = run(environment(warehouse_dsn, alone))
    _, said = one.communicate(timeout=120)
    assert one.returncode is not None, said
    both = [run(environment(another_warehouse_dsn, shared)) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == one.returncode, said.decode()
        assert b"Traceback" not in said, said.decode()
    assert contents(another_warehouse_dsn) == contents(warehouse_dsn)
    assert contents(warehouse_dsn)["facts"], "the run alone loaded nothing: the comparison would prove nothing"
    received = [event["path"] for event in journal.events(shared / "arsip") if event["peristiwa"] == "terima"]
    assert len(received) == len(set(received)), "the same file was received twice"
    with psycopg2.connect(another_warehouse_dsn) as conn, conn.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)
