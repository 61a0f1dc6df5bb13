"""The strict model of datasets/*.yaml: what it refuses, where it says so, and that codes stay text."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from golden.grids import contract_of
from pydantic import ValidationError

from etl.catalogue import InvalidContracts, load_contracts
from etl.contract import Contract, json_schema
from etl.layouts import Layout
from etl.settings import PROJECT

INVALID = PROJECT / "tests" / "golden" / "contracts-invalid"
DATASETS = PROJECT / "datasets"


def expected_errors() -> dict[str, list[str]]:
    """File → its lines in harapan.txt, in the order shown."""
    lines = defaultdict(list)
    for line in (INVALID / "harapan.txt").read_text(encoding="utf-8").splitlines():
        lines[line.split(":")[0]].append(line)
    return lines


@pytest.fixture(scope="module")
def shown() -> dict[str, list[str]]:
    with pytest.raises(InvalidContracts) as refused:
        load_contracts(INVALID)
    lines = defaultdict(list)
    for error in refused.value.errors:
        lines[error.file].append(str(error))
    return lines


@pytest.mark.parametrize("file", sorted(p.relative_to(INVALID).as_posix() for p in INVALID.rglob("*.yaml")))
def test_each_invalid_file_is_refused_with_its_lines(file: str, shown: dict[str, list[str]]) -> None:
    assert shown[file] == expected_errors()[file]


def test_no_error_names_a_file_that_is_not_there(shown: dict[str, list[str]]) -> None:
    assert {file for file in shown if not (INVALID / file).is_file()} == set()


# ── a sound contract ─────────────────────────────────────────────────────────────────────────────────────────────────

SOUND = """\
id: dinkes.faskes
title: Jumlah puskesmas menurut kecamatan
description: Puskesmas yang beroperasi pada 31 Desember.
producer: dinkes
urusan: 1.10
access: terbuka
calendar: {period: tahunan, due_days: 90}
source: {kind: folder, files: "*.xlsx"}
load: periode
columns:
  tahun: {role: periode}
  kecamatan: {role: wilayah, scheme: kemendagri, value: 64.08}
  puskesmas: {role: ukuran, indikator: faskes.puskesmas, position: 3}
indikator:
  faskes.puskesmas: {nama: Puskesmas, konsep: Faskes, definisi: Puskesmas beroperasi, satuan: unit, additive: no}
rules:
  - {rule: between, columns: [puskesmas], max: 20, severity: tolak}
release: {policy: otomatis}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dinkes").mkdir()
    (tmp_path / "skpd.yaml").write_text(
        "dinkes: {nama: Dinas Kesehatan, kode: KT18, folder: dinkes, kontak: data@dinkes.kutaitimur.example}\n"
    )
    (tmp_path / "dinkes" / "faskes.yaml").write_text(SOUND)
    return tmp_path


def test_codes_stay_text_and_numbers_become_numbers(folder: Path) -> None:
    contract = load_contracts(folder).contracts["dinkes.faskes"]
    assert contract.urusan == "1.10", "a float would have lost the zero"
    assert contract.columns["kecamatan"].value == "64.08"
    assert contract.columns["puskesmas"].position == 3
    assert contract.rules[0].max == 20.0  # type: ignore[union-attr]
    assert contract.indikator["faskes.puskesmas"].additive is False


def test_all_files_are_reported_at_once(folder: Path) -> None:
    (folder / "dinkes" / "satu.yaml").write_text(SOUND.replace("load:", "muat:"))
    (folder / "dinkes" / "dua.yaml").write_text(SOUND.replace("role: periode", "role: waktu"))
    with pytest.raises(InvalidContracts) as refused:
        load_contracts(folder)
    assert {error.file for error in refused.value.errors} == {"dinkes/satu.yaml", "dinkes/dua.yaml"}


def test_one_agency_can_be_read_alone(folder: Path) -> None:
    (folder / "dinsos").mkdir()
    (folder / "dinsos" / "rusak.yaml").write_text("id: [")
    assert set(load_contracts(folder, only_skpd="dinkes").contracts) == {"dinkes.faskes"}


def test_a_missing_register_is_an_error(folder: Path) -> None:
    (folder / "skpd.yaml").unlink()
    with pytest.raises(InvalidContracts, match="daftar SKPD wajib ada"):
        load_contracts(folder)


def test_an_indicator_has_one_owner(folder: Path) -> None:
    second = SOUND.replace("id: dinkes.faskes", "id: dinkes.lain")
    (folder / "dinkes" / "lain.yaml").write_text(second)
    with pytest.raises(InvalidContracts) as refused:
        load_contracts(folder)
    (error,) = refused.value.errors
    assert (error.file, error.message) == ("dinkes/lain.yaml", "`faskes.puskesmas` sudah dimiliki dinkes.faskes")
    assert second.splitlines()[error.line - 1].startswith("  faskes.puskesmas:")


def test_the_resolved_contract_reads_back_the_same(folder: Path) -> None:
    contract = load_contracts(folder).contracts["dinkes.faskes"]
    again = Contract.model_validate_json(contract.resolved)
    assert again == contract
    assert again.resolved == contract.resolved


def test_the_archived_contract_keeps_the_order_of_levels() -> None:
    levels = {"program": r"\d\.\d\d", "kegiatan": r"\d\.\d\d\.\d", "akun": r"5\.\d"}  # in sorted order another tree
    columns = {
        "wilayah": {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"},
        "kode": {"role": "rincian"},
        "pagu": {"role": "ukuran", "indikator": "uji.pagu"},
    }
    contract = contract_of(columns=columns, hierarchy={"columns": ["kode"], "levels": levels})
    back = Contract.model_validate_json(contract.resolved)
    assert back == contract and back.hierarchy
    assert [*back.hierarchy.levels] == [*levels]


def test_a_contract_cannot_be_changed_after_reading(folder: Path) -> None:
    contract = load_contracts(folder).contracts["dinkes.faskes"]
    with pytest.raises(ValidationError):
        contract.title = "Judul lain yang panjang"


# ── layout drift ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("period", "sheet"),
    [("2019", "lama"), ("2022", "lama"), ("2023", "baru"), ("2024-S2", "baru"), (None, "baru")],
)
def test_the_newest_layout_that_had_begun_reads_a_period(folder: Path, period: str | None, sheet: str) -> None:
    contract = load_contracts(folder).contracts["dinkes.faskes"]
    drifted = contract.model_copy(update={"layout": (Layout(since="2023", sheet="baru"), Layout(sheet="lama"))})
    assert drifted.layout_for(period).sheet == sheet


# ── the schema for editors ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_schema_refuses_unknown_keys_and_explains_itself() -> None:
    schema = json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["additionalProperties"] is False
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values() if "properties" in part)
    assert "penuh" in schema["properties"]["load"]["description"]


# ── the demo regency ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def demo() -> dict[str, Contract]:
    return load_contracts(DATASETS).contracts


def test_the_demo_regency_is_large_enough(demo: dict[str, Contract]) -> None:
    assert len({contract.skpd for contract in demo.values()}) >= 7
    assert len(demo) >= 14


def test_invented_figures_say_so(demo: dict[str, Contract]) -> None:
    said = {cid for cid, contract in demo.items() if "Angka contoh (rekaan)" in contract.description}
    assert set(demo) - said == {"bappeda.kemiskinan"}, "only the poverty series is real"


def test_the_demo_regency_shows_every_part_of_the_model(demo: dict[str, Contract]) -> None:
    contracts = demo.values()
    columns = [column for contract in contracts for column in contract.columns.values()]
    layouts = [layout for contract in contracts for layout in contract.layout]
    assert {rule.rule for c in contracts for rule in c.rules} == {
        "not_null", "not_negative", "between", "in_set", "matches", "max_length", "unique",
        "every_wilayah", "parts_sum", "children_sum", "change_within",
    }  # fmt: skip
    assert {c.load for c in contracts} == {"penuh", "periode", "tambah"}
    assert {c.release.policy for c in contracts} == {"otomatis", "walidata"}
    assert {c.access for c in contracts} >= {"terbuka", "terbatas"}
    assert {c.calendar.period for c in contracts} >= {"tahunan", "semesteran", "triwulanan", "bulanan"}
    assert {p.place for c in contracts for p in c.source.periods} >= {"column", "sheet", "file", "title", "header"}
    assert {c.source.kind for c in contracts} == {"folder", "database"}
    assert {column.scheme for column in columns} >= {"kemendagri", "bps", "nama"}
    assert any(column.within for column in columns)
    assert any(column.sum_of for column in columns)
    assert {level for c in columns if c.spread for level in c.spread.levels} >= {"periode", "ukuran", "umur", "-"}
    assert any(layout.transpose for layout in layouts)
    assert any(layout.header.none for layout in layouts)
    assert any(layout.fill_down for layout in layouts)
    assert any(len(contract.layout) > 1 for contract in contracts)
    assert any(contract.corrections for contract in contracts)
