"""The whole journey from a Windows share: the register names it and its connection, and that is all."""

from __future__ import annotations

import shutil

import pytest

from etl.catalogue import load_contracts
from tests.servers.samba import samba
from tests.servers.sshd import sshd
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}


@pytest.fixture
def nas():
    with samba() as found:
        (found.share / "dinkes").mkdir()
        yield found


@pytest.fixture
def regency(tmp_path, warehouse_dsn, nas, monkeypatch):
    """A regency whose one agency keeps its files on the NAS; nothing lies in the sources folder."""
    found = Regency(tmp_path, warehouse_dsn)
    found.folder.rmdir()
    found.folder = nas.share / "dinkes"
    (tmp_path / "datasets" / "skpd.yaml").write_text(
        f"dinkes: {{nama: Dinas Kesehatan, kode: KT09, folder: '{nas.url('dinkes')}', connection: nas_dinkes, "
        "kontak: data@dinkes.example}\n"
    )
    assert load_contracts(tmp_path / "datasets").skpd["dinkes"].connection == "nas_dinkes"
    monkeypatch.setenv("AIRFLOW_CONN_NAS_DINKES", nas.connection())
    return found


def test_a_workbook_on_a_windows_share_is_loaded_and_released(regency, nas):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    before = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in regency.folder.iterdir())
    (outcome,) = regency.go()
    assert (outcome.status, outcome.received, outcome.loaded) == ("dirilis", 4, 4)
    assert regency.figures() == {(code, "2024"): float(n) for n, code in enumerate(KECAMATAN.values(), start=1)}
    assert regency.go() == [], "unchanged: nothing is fetched again"
    after = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in regency.folder.iterdir())
    assert after == before
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (9, 9)})
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded, outcome.unchanged) == ("dirilis", 1, 3)


def test_a_password_that_no_longer_fits_is_told_and_nothing_is_lost(regency, nas, monkeypatch):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    monkeypatch.setenv("AIRFLOW_CONN_NAS_DINKES", nas.connection("s4lah"))
    (outcome,) = regency.go()
    assert outcome.status == "sumber_gagal"
    ((problem,),) = regency.query("SELECT problem FROM audit.source_state WHERE problem IS NOT NULL")
    assert "login_ditolak" in problem
    assert "AIRFLOW_CONN_NAS_DINKES" in problem
    assert "s4lah" not in problem
    monkeypatch.setenv("AIRFLOW_CONN_NAS_DINKES", nas.connection())
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 4)
    assert regency.query("SELECT problem FROM audit.source_state WHERE problem IS NOT NULL") == []


def test_one_dataset_lies_on_another_server(regency, monkeypatch):
    """`path` and `connection` in the contract, over SFTP, beside the agency's own folder on the NAS."""
    with sshd() as other:
        monkeypatch.setenv("AIRFLOW_CONN_SFTP_PROVINSI", other.connection())
        contract = CONTRACT.replace("POLICY", "otomatis").replace("dinkes.puskesmas", "dinkes.provinsi")
        contract = contract.replace("kesehatan.", "provinsi.").replace(
            '  files: "puskesmas*.xlsx"\n',
            f'  files: "puskesmas*.xlsx"\n  path: "{other.url("kiriman")}"\n  connection: sftp_provinsi\n',
        )
        regency.contract(contract, "provinsi")
        regency.drop("puskesmas 2023.xlsx", GOOD)
        (other.share / "kiriman").mkdir()
        moved = regency.drop("puskesmas 2024.xlsx", {name: (n + 10, n) for n, name in enumerate(KECAMATAN)})
        shutil.move(moved, other.share / "kiriman" / moved.name)
        outcomes = {outcome.dataset: outcome.status for outcome in regency.go()}
    assert outcomes == {"dinkes.puskesmas": "dirilis", "dinkes.provinsi": "dirilis"}
    assert {period for _, period in regency.figures("kesehatan.puskesmas")} == {"2023"}
    assert regency.figures("provinsi.puskesmas") == {
        (code, "2024"): float(n + 10) for n, code in enumerate(KECAMATAN.values())
    }
