"""`satudata inspect` as a person types it, in a process of its own; no warehouse, no server."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml

from etl.settings import PROJECT
from tests.command import satudata

NAKES = PROJECT / "samples" / "tambahan" / "dinkes" / "nakes" / "Tenaga Kesehatan 2024.xlsx"
STUNTING = PROJECT / "samples" / "sumber" / "dinkes" / "stunting" / "Data Stunting 2024.xlsx"


@pytest.fixture
def inspect(tmp_path: Path):
    """Runs the command; returns (exit code, standard output, standard error)."""
    shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    env = {
        **os.environ,
        "SATUDATA_DATASETS": str(tmp_path / "datasets"),
        "SATUDATA_DSN": "host=/tiada",
        "COLUMNS": "200",
    }

    def run(*arguments: str) -> tuple[int, str, str]:
        done = satudata("inspect", *arguments, env=env)
        return done.code, done.out, done.err

    return run


def test_the_contract_goes_to_stdout_and_the_picture_beside_it(inspect) -> None:
    code, contract, picture = inspect(str(NAKES), "--dataset", "dinkes.tenaga_kesehatan")
    assert code == 0
    plain = yaml.load(contract, Loader=yaml.BaseLoader)
    assert plain["id"] == "dinkes.tenaga_kesehatan" and plain["urusan"] == "1.02"
    assert plain["source"]["files"] == "nakes/Tenaga Kesehatan *.xlsx"
    assert "18 dari 18 dikenal" in picture and "Dicoba: 18 baris → 54 angka" in picture
    assert max(len(line.rstrip()) for line in picture.splitlines()) <= 100


def test_a_contract_is_written_once_and_overwritten_only_when_asked(inspect, tmp_path: Path) -> None:
    out = tmp_path / "datasets" / "dinkes" / "nakes.yaml"
    code, told, _ = inspect(str(NAKES), "--out", str(out))
    assert code == 0 and told == ""
    assert "id: dinkes.nakes\n" in out.read_text(encoding="utf-8"), "the dataset is named by its file"
    out.write_text("milik orang\n", encoding="utf-8")
    code, _, picture = inspect(str(NAKES), "--out", str(out))
    assert code == 1 and "tidak ditimpa" in picture
    assert out.read_text(encoding="utf-8") == "milik orang\n"
    code, _, picture = inspect(str(NAKES), "--out", str(out), "--force")
    assert code == 0 and "hal untuk diperiksa" in picture
    assert out.read_text(encoding="utf-8") != "milik orang\n"


def test_an_indicator_of_another_dataset_is_not_taken(inspect, tmp_path: Path) -> None:
    first = tmp_path / "datasets" / "dinkes" / "nakes.yaml"
    second = tmp_path / "datasets" / "dinsos" / "nakes.yaml"
    assert inspect(str(NAKES), "--out", str(first))[0] == 0
    assert inspect(str(NAKES), "--out", str(second))[0] == 0
    owned = [set(yaml.load(path.read_text(), Loader=yaml.BaseLoader)["indikator"]) for path in (first, second)]
    assert not owned[0] & owned[1]


def test_machines_get_json(inspect) -> None:
    code, told, _ = inspect(str(STUNTING), "--dataset", "dinkes.uji", "--json")
    data = json.loads(told)
    assert code == 0 and data["dibaca_bersama"] == ["Sem 1 2024", "Sem 2 2024"]
    assert data["percobaan"]["cocok"] and data["percobaan"]["periode"] == ["2024-S1", "2024-S2"]
    columns = data["lembar"][0]["tabel"][0]["kolom"]
    assert [column["jenis"] for column in columns] == ["nomor urut", "wilayah", "wilayah", *["angka"] * 4]
    assert yaml.load(data["kontrak"], Loader=yaml.BaseLoader)["layout"][0]["sheet"] == "Sem *"


def test_what_cannot_be_done_is_said(inspect, tmp_path: Path) -> None:
    empty = tmp_path / "kosong.csv"
    empty.write_text("", encoding="utf-8")
    letter = tmp_path / "surat.csv"
    letter.write_text("Kepada Yth.\nBapak Bupati\ndi tempat\n", encoding="utf-8")
    for arguments, word in (
        ((str(NAKES), "--sheet", "Tiada"), "Yang ada: `Nakes`"),
        ((str(NAKES), "--dataset", "Dinkes Baru"), "tulis skpd.nama"),
        ((str(NAKES), "--dataset", "tiada.nakes"), "SKPD `tiada` tidak ada"),
        ((str(empty),), "Tidak dapat dibaca"),
        ((str(letter),), "Tidak ada tabel yang dikenali"),
    ):
        code, _, told = inspect(*arguments)
        assert code == 1, arguments
        assert word in told, told
