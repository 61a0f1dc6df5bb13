"""`satudata publish`, and the files that follow a decision at the terminal."""

from __future__ import annotations

from pathlib import Path

from tests import command
from tests.publish.conftest import newest
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency


def satudata(regency: Regency, *arguments: str) -> tuple[int, str]:
    done = command.satudata(*arguments, env=command.environment(regency.settings))
    return done.code, done.told


def test_files_follow_a_release_at_the_terminal(tmp_path: Path, warehouse_dsn: str) -> None:
    regency = Regency(tmp_path, warehouse_dsn, policy="walidata")
    regency.drop("puskesmas 2024.xlsx", dict.fromkeys(KECAMATAN, (3, 4)))
    assert satudata(regency, "run")[0] == 0
    code, told = satudata(regency, "publish")
    assert (code, "diterbitkan" in told) == (0, False), "it waits: there is nothing to take away"
    code, told = satudata(regency, "release", "1", "--by", "Siti", "--reason", "Sesuai")
    assert code == 0, told
    assert "diterbitkan dinkes.puskesmas: 8 angka" in told
    assert (newest(regency) / "dinkes.puskesmas.csv").is_file()
    code, told = satudata(regency, "publish", "--dataset", "dinkes.puskesmas", "--force")
    assert (code, "8 angka" in told) == (0, True)


def test_what_cannot_be_listed_is_said_and_exits_with_1(regency: Regency) -> None:
    regency.contract(
        CONTRACT.replace("POLICY", "otomatis").replace(
            "Puskesmas dan pustu yang beroperasi pada 31 Desember.", "Jumlah puskesmas menurut kecamatan."
        )
    )
    code, told = satudata(regency, "contract", "check")
    assert code == 1
    assert "hanya mengulang" in told
    assert "Tindakan" in told
    code, told = satudata(regency, "publish", "--dataset", "dinkes.lain")
    assert code == 1
    assert "`dinkes.lain` tidak ada" in told
