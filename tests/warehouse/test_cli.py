"""The commands as a person types them, each in a process of its own, on a warehouse that SATUDATA_DSN names."""

from __future__ import annotations

import json

import pytest

from tests import command
from tests.warehouse.regency import KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    return Regency(tmp_path, warehouse_dsn, policy="walidata")


@pytest.fixture
def satudata(regency):
    """Runs a command; returns (exit code, what it printed)."""
    env = command.environment(regency.settings, SATUDATA_READER_PASSWORD="rahasia-pembaca")

    def run(*arguments: str) -> tuple[int, str]:
        done = command.satudata(*arguments, env=env)
        return done.code, done.told

    return run


def test_from_an_empty_warehouse_to_a_figure_called_to_account(regency, satudata):
    path = regency.drop("puskesmas 2024.xlsx", GOOD)
    assert satudata("migrate")[0] == 0
    code, told = satudata("check", str(path), "--dataset", "dinkes.puskesmas")
    assert code == 0, told
    assert "4 baris, 8 angka, periode 2024" in told
    code, told = satudata("run")
    assert code == 0, told
    assert "menunggu rilis #1" in told
    code, told = satudata("why", "dinkes.puskesmas", "--wilayah", "64.08.02", "--periode", "2024")
    assert code == 1, "it waits: the public does not see it"
    code, told = satudata("release", "1", "--by", "Siti", "--reason", "Sesuai")
    assert code == 0, told
    code, told = satudata("why", "dinkes.puskesmas", "--wilayah", "64.08.02", "--periode", "2024")
    assert code == 0, told
    assert all(word in told for word in ("sel B5", "puskesmas 2024.xlsx", "Siti", "Sesuai"))
    code, told = satudata("status", "--json")
    (line,) = json.loads(told)["skpd"]
    assert (line["skpd"], line["received"], line["loaded"], line["waiting"]) == ("dinkes", 4, 4, 0)
    assert "dinkes" in satudata("status")[1]
    assert satudata("verify") == (0, "Gudang utuh: semua pemeriksaan kosong.\n")


def test_what_cannot_be_done_is_said_and_exits_with_1(regency, satudata):
    for arguments, word in (
        (("release", "99", "--by", "Siti", "--reason", "x"), "Kiriman 99 tidak ada"),
        (("run", "--skpd", "tiada"), "SKPD `tiada` tidak ada"),
        (("run", "--dataset", "tiada"), "Dataset `tiada` tidak ada"),
        (("why", "dinkes.puskesmas", "--wilayah", "64.08", "--periode", "1999"), "Tidak ada angka"),
        (("contract", "export", "--format", "pdf"), "tidak dikenal"),
    ):
        code, told = satudata(*arguments)
        assert code == 1, arguments
        assert word in told
    (regency.folder).rename(regency.folder.with_name("putus"))
    code, told = satudata("run")
    assert code == 1, "cron must notice a source that is gone"
    assert "Tindakan" in told


def test_a_wrong_contract_stops_everything_with_file_and_line(regency, satudata):
    text = (regency.root / "datasets" / "dinkes" / "puskesmas.yaml").read_text()
    regency.contract(text.replace("load: periode", "load: kadang"))
    for arguments in (("run",), ("contract", "check")):
        code, told = satudata(*arguments)
        assert code == 1
        assert "dinkes/puskesmas.yaml:12" in told


def test_contracts_are_exported_and_described(satudata):
    for arguments in (("export", "--format", "odcs"), ("export", "--format", "frictionless"), ("schema",)):
        code, told = satudata("contract", *arguments)
        assert code == 0
        assert "$schema" in json.loads(told) or json.loads(told)["id"] == "dinkes.puskesmas"


def test_a_reader_may_read_the_portal(regency, satudata):
    satudata("migrate")
    assert satudata("reader", "portal_uji")[0] == 0
    ((may, may_not),) = regency.query(
        "SELECT has_table_privilege('portal_uji', 'portal.nilai', 'SELECT'), "
        "has_schema_privilege('portal_uji', 'dw', 'USAGE')"
    )
    assert (may, may_not) == (True, False)
    assert satudata("reader", "produsen_uji", "--jenis", "produsen", "--skpd", "dinkes")[0] == 0
    assert regency.query("SELECT skpd FROM audit.account WHERE login = 'produsen_uji'") == [("dinkes",)]
    code, told = satudata("reader", "produsen_uji", "--jenis", "produsen", "--skpd", "tidak_ada")
    assert (code, "datasets/skpd.yaml" in told) == (1, True)


def test_a_file_handed_in_by_a_person(regency, satudata):
    path = regency.drop("puskesmas 2024.xlsx", GOOD)
    path = path.rename(regency.root / path.name)
    assert satudata("migrate")[0] == 0
    code, told = satudata("submit", str(path), "--dataset", "dinkes.puskesmas", "--by", "Rina")
    assert code == 0, told
    assert "menunggu rilis #1" in told
    code, told = satudata("submit", str(path), "--dataset", "dinkes.tidak_ada", "--by", "Rina")
    assert code == 1
    assert "dinkes.puskesmas" in told, "names those that exist"
