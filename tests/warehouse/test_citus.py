"""Whatever must be unique in a fact is unique within one regency: else it could not be distributed by kode_kabkota."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import psycopg2

from etl.load.checks import run_checks
from etl.load.migrate import migrate
from etl.load.warehouse import connect
from etl.settings import PROJECT
from tests.warehouse.regency import KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}
FACTS = "t.relnamespace = 'dw'::regnamespace AND (t.relname LIKE 'fakta\\_%' OR t.relname = 'penyamaran')"
UNIQUE = f"""
    SELECT t.relname, x.relname, a.attname
    FROM pg_index AS i
    JOIN pg_class AS t ON t.oid = i.indrelid
    JOIN pg_class AS x ON x.oid = i.indexrelid
    LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indisunique AND {FACTS}
    ORDER BY 1, 2
"""
WITHOUT = f"""
    SELECT t.relname FROM pg_class AS t
    WHERE t.relkind IN ('r', 'p') AND {FACTS}
        AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = t.oid)
        AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = t.oid AND i.indisunique)
"""
FOREIGN = f"""
    SELECT c.conname FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
    WHERE c.contype = 'f' AND {FACTS}
"""


def ask(dsn, query):
    with psycopg2.connect(dsn) as conn, conn.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_every_unique_key_of_every_fact_and_partition_begins_with_the_regency(warehouse_dsn):
    found = ask(warehouse_dsn, UNIQUE)
    tables = {table for table, _, _ in found}
    for fact in ("indikator", "anggaran", "kinerja"):
        assert {f"fakta_{fact}_kini", f"fakta_{fact}_riwayat"} <= tables
    assert tables >= {"fakta_pengaduan", "fakta_permohonan", "penyamaran"}
    assert [(table, index) for table, index, first in found if first != "kode_kabkota"] == []


def test_every_table_that_holds_facts_has_such_a_key(warehouse_dsn):
    assert ask(warehouse_dsn, WITHOUT) == []


def test_no_fact_points_to_another_table_by_a_constraint(warehouse_dsn):
    assert ask(warehouse_dsn, FOREIGN) == []


# ── docs/citus.md ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_guides_one_level_of_partitions_loads_checks_and_keeps_every_figure(warehouse_dsn, tmp_path):
    guide = (PROJECT / "docs" / "citus.md").read_text(encoding="utf-8")
    (statements,) = re.findall(r"```sql\n(.*?)```", guide, re.DOTALL)
    regency = Regency(tmp_path, warehouse_dsn)
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.go()
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.go()
    with psycopg2.connect(warehouse_dsn) as conn, conn.cursor() as cursor:
        cursor.execute("SELECT f::text FROM dw.fakta_indikator AS f ORDER BY 1")
        before = cursor.fetchall()
        cursor.execute(statements)
        cursor.execute("SELECT f::text FROM dw.fakta_indikator AS f ORDER BY 1")
        assert cursor.fetchall() == before
    conn = connect(warehouse_dsn)
    assert migrate(conn) == ["portal"]
    deep = "SELECT t.relid::regclass FROM pg_partition_tree('dw.fakta_indikator') AS t WHERE t.level > 1"
    assert ask(warehouse_dsn, deep) == []
    year = datetime.now(UTC).year + 5
    assert ask(warehouse_dsn, f"SELECT dw.siapkan_partisi_riwayat({year})") == [(3,)]
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (3, 5)})
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 1), outcome.findings
    assert regency.figures("kesehatan.pustu")[("64.08.02", "2023")] == 5
    assert run_checks(conn) == []
    conn.close()
    for query in (UNIQUE, WITHOUT):
        assert [row for row in ask(warehouse_dsn, query) if row[-1] != "kode_kabkota"] == []
