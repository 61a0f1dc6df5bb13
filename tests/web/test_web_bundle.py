"""A zip that only looks like an answer of ours, dropped into a folder, is refused like any damaged file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from etl.extract.answers import MANIFEST, Manifest, write_bundle
from etl.extract.read import read_sheets
from etl.findings import Refused

TOLD = {"jenis": "web", "alamat": "http://a/", "isi": "json", "etag": "", "last_modified": "", "halaman": ["a/json"]}


def forged(path: Path, told: object, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(MANIFEST, told if isinstance(told, str) else json.dumps(told))
        for name, body in members.items():
            bundle.writestr(name.replace("_", "."), body)
    return path


@pytest.mark.parametrize(
    "told",
    [
        TOLD,
        TOLD | {"halaman": []},
        TOLD | {"halaman": ["x", "y"]},
        TOLD | {"lain": 1},
        {"isi": "json"},
        [],
        "{",
        TOLD | {"halaman": 3},
    ],
)
def test_what_does_not_fit_together(tmp_path: Path, told: object) -> None:
    members = {"0001_json": b'[{"a": 1}]'} if told != TOLD else {}
    with pytest.raises(Refused):
        read_sheets(forged(tmp_path / "x.zip", told, **members), "x.zip")


def test_an_answer_within_an_answer_goes_no_deeper(tmp_path: Path) -> None:
    page = tmp_path / "halaman"
    page.write_bytes(b"desa;jumlah\nTepian;3\n")
    inner = tmp_path / "dalam.zip"
    write_bundle(inner, Manifest("web", "http://a/", "berkas", halaman=("text/csv",)), [page])
    assert read_sheets(inner, "dalam.zip")[0].n_rows == 2
    outer = tmp_path / "luar.zip"
    write_bundle(outer, Manifest("web", "http://a/", "berkas", halaman=("application/zip",)), [inner])
    with pytest.raises(Refused, match="berkas_rusak"):
        read_sheets(outer, "luar.zip")


def test_pages_are_in_order_and_whole(tmp_path: Path) -> None:
    pages = []
    for number in range(1, 13):
        pages.append(tmp_path / f"{number}.json")
        pages[-1].write_text(json.dumps([{"no": number}]))
    write_bundle(tmp_path / "a.zip", Manifest("web", "http://a/", "json", halaman=("application/json",) * 12), pages)
    (sheet,) = read_sheets(tmp_path / "a.zip", "a.zip")
    assert sheet.text[0].to_pylist() == ["no", *map(str, range(1, 13))]
    assert ("halaman", "12") in sheet.facts
