"""docs/gudang.md and its picture say what the database says.

SATUDATA_TULIS_DOKUMEN=1 pytest tests/warehouse/test_gudang_doc.py writes both anew instead of complaining.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from etl.load.warehouse import connect
from etl.pipeline import run
from etl.settings import PROJECT
from tests.demo import Demo
from tools import er_diagram, warehouse_doc

DOCUMENT = PROJECT / "docs" / "gudang.md"
REVISION = "disdukcapil/penduduk/Rekap Penduduk DKB2 2024.xlsx"


def must_say(path: Path, said: str) -> None:
    if os.environ.get("SATUDATA_TULIS_DOKUMEN"):
        path.write_text(said, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == said, (
        f"docs/{path.relative_to(DOCUMENT.parent)} no longer says what the database says: run "
        "SATUDATA_TULIS_DOKUMEN=1 .venv/bin/pytest tests/warehouse/test_gudang_doc.py and look at the difference"
    )


@pytest.fixture
def conn(warehouse_dsn: str):
    conn = connect(warehouse_dsn)
    yield conn
    conn.close()


def test_the_picture_is_of_this_database(conn):
    must_say(er_diagram.PICTURE, er_diagram.picture(conn))


def test_the_picture_changes_with_the_database(conn):
    before = er_diagram.picture(conn)
    with conn, conn.cursor() as cursor:
        cursor.execute("ALTER TABLE dw.fakta_kinerja ADD COLUMN sumber_dana_id int")
    after = er_diagram.picture(conn)
    assert before != after
    assert after.count("<path") == before.count("<path") + 1, "the new column points to its dimension"


def test_every_dimension_of_a_key_is_joined_in_the_picture(conn):
    from etl.load.facts import FACTS

    _, links = er_diagram.read(conn)
    for fact in FACTS.values():
        joined = {link.column for link in links if link.source == fact.table}
        assert {*fact.ids, "status", "submission_id"} == joined, fact.name


def test_a_column_of_another_type_is_no_link(conn):
    _, links = er_diagram.read(conn)
    assert not [link for link in links if (link.source, link.column) == ("audit.submission", "status")]


def test_the_document_says_what_the_database_says(own_demo_regency: Demo):
    own_demo_regency.drop("revisi", REVISION)
    (outcome,) = run(own_demo_regency.settings, dataset="disdukcapil.penduduk")
    assert outcome.status == "dirilis", outcome.findings
    text = DOCUMENT.read_text(encoding="utf-8")
    conn = connect(own_demo_regency.settings.dsn)
    said = warehouse_doc.refreshed(text, conn)
    conn.close()
    must_say(DOCUMENT, said)


def test_there_are_ten_questions_and_every_one_has_an_answer():
    text = DOCUMENT.read_text(encoding="utf-8")
    answers = re.findall(r"```sql\n.*?```\n\n((?:\|[^\n]*\n)+)", text, re.DOTALL)
    assert len(answers) == 10
    assert all(answer.count("\n") > 2 for answer in answers), "a question without a row answers nothing"
