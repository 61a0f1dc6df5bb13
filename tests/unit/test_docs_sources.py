"""docs/sumber.md: every block is a contract (or fits into one), every connection in it can be read."""

from __future__ import annotations

import os
import re
import shlex

import pytest
import yaml

from etl.contract import Contract
from etl.extract.connections import lookup
from etl.settings import PROJECT

GUIDE = (PROJECT / "docs" / "sumber.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
CONNECTIONS = re.findall(r"AIRFLOW_CONN_(\w+)=((?:'[^']*')|[^\s`]+)", GUIDE)
KINDS = {"folder", "database", "web", "ckan", "bps", "unggah"}
REST = """
id: uji.contoh
title: Contoh untuk panduan sumber
description: Kontrak di sekeliling blok source dari panduan.
producer: uji
urusan: "1.02"
access: terbuka
calendar: {period: tahunan, due_days: 90}
load: periode
columns:
  wilayah: {role: wilayah, scheme: kemendagri}
  tahun: {role: periode}
  nilai: {role: ukuran, indikator: uji.nilai}
indikator:
  uji.nilai: {nama: Nilai, konsep: Uji, definisi: Uji, satuan: unit}
release: {policy: walidata}
"""


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_block_is_a_valid_contract(block: str) -> None:
    text = block if block.startswith("id:") else REST + block
    Contract.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def test_every_kind_of_source_has_its_block() -> None:
    assert {yaml.safe_load(block)["source"]["kind"] for block in BLOCKS} == KINDS


@pytest.mark.parametrize(("name", "written"), CONNECTIONS, ids=[name for name, _ in CONNECTIONS])
def test_every_connection_can_be_read(name: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, f"AIRFLOW_CONN_{name}", shlex.split(written)[0])
    found = lookup(name.lower())
    assert found.kind
    assert found.password or found.extra or found.schema or found.host
