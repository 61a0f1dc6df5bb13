"""The guides are true: their commands exist, the worked example is a valid contract, the samples are complete."""

from __future__ import annotations

import csv
import re
import shutil
import sys
from pathlib import Path

import pytest
import typer

from etl.catalogue import load_contracts
from etl.cli import app
from etl.settings import PROJECT

DOCS = [*sorted((PROJECT / "docs").glob("*.md")), PROJECT / "samples" / "README.md"]
SAMPLES = PROJECT / "samples"


def commands() -> dict[str, set[str]]:
    """`check` → its options, `contract export` → its options, from the command line itself."""
    found: dict[str, set[str]] = {}

    def walk(command: object, name: str) -> None:
        inner = getattr(command, "commands", None)
        if inner is not None:
            for word, child in inner.items():
                walk(child, f"{name} {word}".strip())
        else:
            found[name] = {option for p in command.params for option in p.opts}  # type: ignore[attr-defined]

    walk(typer.main.get_command(app), "")
    return found


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_command_in_the_guides_exists(doc: Path) -> None:
    known = commands()
    for line in re.findall(r"(?m)(?:^    |`)(?:\S+=\S+ )*satudata ([a-z][^`\n]*)", doc.read_text(encoding="utf-8")):
        words = line.split("&&")[0].split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert name in known, f"{doc.name}: satudata {line}"
        options = {word.rstrip(",)") for word in words if word.startswith("--")}
        assert options <= known[name] | {"--help"}, f"{doc.name}: satudata {line}"


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_every_path_in_the_guides_exists(doc: Path) -> None:
    text = doc.read_text(encoding="utf-8")
    for path in re.findall(r"`((?:samples|datasets|warehouse_sql|docs)/[^`*<>…]+)`", text):
        if "tenaga_kesehatan.yaml" not in path:
            assert (PROJECT / path).exists() or (PROJECT / f"{path}.yaml").exists(), f"{doc.name}: {path}"


def test_the_examples_of_the_guide_are_valid_contracts(tmp_path: Path) -> None:
    guide = (PROJECT / "docs" / "add-a-dataset.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    names = [re.findall(r"(?m)^id: (\S+)", block)[0] for block in blocks]
    assert names == ["dinkes.tenaga_kesehatan", "bpkad.ringkasan_apbd", "dinkes.evaluasi_renja"]
    shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    for name, block in zip(names, blocks, strict=True):
        (tmp_path / "datasets" / f"{name.replace('.', '/')}.yaml").write_text(block, encoding="utf-8")
    assert set(names) <= set(load_contracts(tmp_path / "datasets").contracts)


def test_every_sample_file_has_a_promise_and_every_promise_a_file() -> None:
    with (SAMPLES / "harapan.csv").open(encoding="utf-8", newline="") as lines:
        promised = {row["file"] for row in csv.DictReader(lines) if not row["file"].startswith("skpd_")}
    there = {p.relative_to(SAMPLES / "sumber").as_posix() for p in (SAMPLES / "sumber").rglob("*") if p.is_file()}
    assert promised == there


def test_the_committed_files_are_what_make_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By content: the bytes of a zip depend on the machine's zlib."""
    monkeypatch.syspath_prepend(str(SAMPLES))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import make

    for folder, files in make.FOLDERS.items():
        make.tulis(tmp_path / folder, files)
        assert {path: content(tmp_path / folder / path) for path in files} == {
            path: content(SAMPLES / folder / path) for path in files
        }


def content(path: Path) -> object:
    """Cells of a whole workbook, bytes of anything else."""
    from python_calamine import CalamineError, CalamineWorkbook

    if path.suffix != ".xlsx" or path.name.startswith("~$"):
        return path.read_bytes()
    try:
        book = CalamineWorkbook.from_path(str(path))
    except CalamineError:
        return path.read_bytes()[:100]
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
