"""When an agency is looked at follows from its contracts; one agency's errors stay its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl.catalogue import InvalidContracts, load_contracts
from etl.contract import Contract
from etl.schedule import SWEEPS, Agency, agencies, cron, facts, shortest_period
from etl.settings import PROJECT

CATALOGUE = load_contracts(PROJECT / "datasets")
ANY = next(iter(CATALOGUE.contracts.values()))


def reporting(*periods: str) -> list[Contract]:
    return [
        ANY.model_copy(update={"calendar": ANY.calendar.model_copy(update={"period": period})}) for period in periods
    ]


@pytest.mark.parametrize(
    ("periods", "shortest"),
    [
        ((), "tahunan"),
        (("tahunan",), "tahunan"),
        (("tahunan", "semesteran"), "semesteran"),
        (("semesteran", "triwulanan", "tahunan"), "triwulanan"),
        (("tahunan", "bulanan"), "bulanan"),
        (("bulanan", "harian"), "harian"),
    ],
)
def test_the_most_frequent_period_sets_the_schedule(periods: tuple[str, ...], shortest: str) -> None:
    contracts = reporting(*periods)
    assert shortest_period(contracts) == shortest
    assert cron("dinkes", contracts).split(" ", 1)[1] == SWEEPS[shortest][0]


def test_agencies_start_at_different_minutes_and_always_the_same() -> None:
    minutes = {skpd: int(cron(skpd, []).split()[0]) for skpd in CATALOGUE.skpd}
    assert all(0 <= minute < 60 for minute in minutes.values())
    assert len(set(minutes.values())) > len(minutes) / 2
    assert minutes == {skpd: int(cron(skpd, []).split()[0]) for skpd in CATALOGUE.skpd}


def test_the_fact_sheet_survives_an_agency_without_contracts() -> None:
    agency = Agency("dinkes", CATALOGUE.skpd["dinkes"], ())
    assert CATALOGUE.skpd["dinkes"].kontak in facts(agency)


def test_every_agency_with_a_contract_is_there() -> None:
    found = agencies(PROJECT / "datasets")
    assert [agency.skpd for agency in found] == sorted({c.skpd for c in CATALOGUE.contracts.values()})
    assert sum(len(agency.contracts) for agency in found) == len(CATALOGUE.contracts)


def test_one_agency_alone_is_read_alone(tmp_path: Path) -> None:
    datasets = shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    (datasets / "dinsos" / "salah.yaml").write_text("id: [\n", encoding="utf-8")
    (only,) = agencies(datasets, "dinkes")
    assert only.skpd == "dinkes"
    assert {contract.skpd for contract in only.contracts} == {"dinkes"}


def test_wrong_contracts_leave_the_others_whole(tmp_path: Path) -> None:
    datasets = shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    (datasets / "dinsos" / "salah.yaml").write_text("id: [\n", encoding="utf-8")
    (datasets / "baru").mkdir()
    (datasets / "baru" / "tanpa_daftar.yaml").write_text("id: baru.tanpa_daftar\n", encoding="utf-8")
    found = {agency.skpd: agency for agency in agencies(datasets)}
    assert found["dinsos"].contracts == ()
    assert found["baru"].entry.nama == "baru (tidak ada di skpd.yaml)"
    assert len(found["dinkes"].contracts) == len(CATALOGUE.of_skpd("dinkes"))


def test_a_wrong_register_stops_everything(tmp_path: Path) -> None:
    datasets = shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    (datasets / "skpd.yaml").write_text("dinkes: {nama: Dinas Kesehatan}\n", encoding="utf-8")
    with pytest.raises(InvalidContracts):
        agencies(datasets)
