"""Files that no contract asks for: told once, looked at once, forgotten when they go."""

from __future__ import annotations

import pytest

from etl.load.account import summary
from etl.receive import warehouse
from tests.warehouse.regency import KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    return Regency(tmp_path, warehouse_dsn)


def strays(regency):
    with warehouse(regency.settings) as conn:
        return {line.skpd: line.strays for line in summary(conn)}["dinkes"]


def test_a_file_under_another_name_is_told_and_its_neighbours_go_on(regency):
    regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.drop("Rekap Pusk 2025.xlsx", GOOD)
    (regency.folder / "~$puskesmas 2024.xlsx").write_bytes(b"x")
    (regency.folder / ".DS_Store").write_bytes(b"x")
    assert [outcome.status for outcome in regency.go()] == ["dirilis"]
    assert strays(regency) == ["Rekap Pusk 2025.xlsx"]
    assert regency.go() == []
    assert strays(regency) == ["Rekap Pusk 2025.xlsx"]


def test_renamed_it_is_taken_and_no_longer_told(regency):
    path = regency.drop("Rekap Pusk 2025.xlsx", GOOD)
    assert regency.go() == []
    path.rename(path.with_name("puskesmas 2025.xlsx"))
    assert [outcome.status for outcome in regency.go()] == ["dirilis"]
    assert strays(regency) == []


def test_a_run_of_one_dataset_forgets_nothing(regency):
    regency.drop("Rekap Pusk 2025.xlsx", GOOD)
    regency.go()
    regency.go(dataset="dinkes.puskesmas")
    assert strays(regency) == ["Rekap Pusk 2025.xlsx"]


def test_hostile_names_are_shown_on_one_line(regency):
    (regency.folder / "a\nTOLAK semua baik.pdf").write_bytes(b"%PDF")
    regency.go()
    assert strays(regency) == ["a\\nTOLAK semua baik.pdf"]
