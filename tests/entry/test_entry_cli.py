"""`satudata template` as a person types it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from etl.calendar import Calendar
from etl.entry.due import next_due
from etl.entry.recognise import recognise
from tests.warehouse.regency import CONTRACT, Regency
from tests.warehouse.test_cli import satudata  # noqa: F401  (the fixture that runs a command)


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    return Regency(tmp_path, warehouse_dsn)


def test_a_template_is_written_where_it_is_asked_for(regency, satudata, tmp_path):  # noqa: F811
    target = tmp_path / "isian.xlsx"
    code, told = satudata("template", "dinkes.puskesmas", "--period", "2025", "--out", str(target))
    assert code == 0, told
    assert "periode 2025, 18 baris, 36 sel angka" in told
    marker = recognise(target, target.name)
    assert (marker.dataset, marker.period) == ("dinkes.puskesmas", "2025")
    code, told = satudata("template", "dinkes.puskesmas", "--out", str(tmp_path))
    assert code == 0, told
    due = next_due(Calendar(period="tahunan", due_days=90), datetime.now(UTC).date())
    assert (tmp_path / f"Isian dinkes.puskesmas {due}.xlsx").is_file()
    code, told = satudata("check", str(target), "--dataset", "dinkes.puskesmas")
    assert code == 1
    assert "templat_kosong" in told


def test_what_cannot_be_made_is_said_with_what_to_do(regency, satudata, tmp_path):  # noqa: F811
    for arguments, words in (
        (("dinkes.tiada",), ("tidak ada", "dinkes.puskesmas")),
        (("dinkes.puskesmas", "--period", "Mei 2025"), ("bukan periode tahunan", "misalnya 2025")),
        (("dinkes.puskesmas", "--out", str(tmp_path / "tiada" / "x.xlsx")), ("tidak dapat ditulis", "--out")),
    ):
        code, told = satudata("template", *arguments)
        assert code == 1, told
        assert all(word in told for word in words), told
    spread = CONTRACT.replace("POLICY", "otomatis").replace(
        "indikator: kesehatan.pustu, aliases: [Pustu]", "indikator: kesehatan.pustu, spread: {levels: [umur]}"
    )
    regency.contract(spread)
    code, told = satudata("template", "dinkes.puskesmas", "--period", "2025", "--out", str(tmp_path))
    assert code == 1
    assert "`values`" in told


def test_the_default_period_changes_after_the_last_day_of_grace():
    assert next_due(Calendar(period="bulanan", due_days=10, grace_days=5), date(2026, 1, 15)) == "2025-12"
    assert next_due(Calendar(period="bulanan", due_days=10, grace_days=5), date(2026, 1, 16)) == "2026-01"
