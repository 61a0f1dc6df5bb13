"""docs/add-a-dataset.md, done as a new user does it: every command, as typed, on a copy of the project's datasets."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from etl.settings import PROJECT, Settings
from tests.command import environment, satudata

GUIDE = (PROJECT / "docs" / "add-a-dataset.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"(?m)^    (\S.*)$", re.sub(r"(?s)```.*?```", "", GUIDE))


@pytest.fixture
def shell(tmp_path: Path, warehouse_dsn: str):
    """A folder that looks like the project to the commands; runs one line and returns (exit code, output)."""
    shutil.copytree(PROJECT / "datasets", tmp_path / "datasets")
    (tmp_path / "samples").symlink_to(PROJECT / "samples")
    (tmp_path / "var").mkdir()
    var = tmp_path / "var"
    env = environment(Settings(warehouse_dsn, var, tmp_path / "datasets", str(var / "sumber")))

    def run(line: str) -> tuple[int, str]:
        typed, _, target = line.partition(" > ")
        program, *arguments = shlex.split(typed)
        if program == "satudata":
            done = satudata(*arguments, env=env, cwd=tmp_path)
            if target:
                (tmp_path / target).write_text(done.out, encoding="utf-8")
            return done.code, done.told
        ended = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stdout + ended.stderr

    return run


def test_the_guide_as_a_new_user_follows_it(shell, tmp_path: Path) -> None:
    contract = tmp_path / "datasets" / "dinkes" / "tenaga_kesehatan.yaml"
    written = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]
    told: dict[str, str] = {}
    number = ""
    assert shell("satudata migrate")[0] == 0, "the guide has `make up` running"
    for line in COMMANDS:
        word = line.split()[1] if line.startswith("satudata") else line.split()[0]
        code, told[word] = shell(line.replace("<number>", number))
        assert code == 0, f"{line}\n{told[word]}"
        if word == "inspect":
            assert shell("satudata contract check")[0] == 0, "the draft is a contract as it stands"
            code, output = shell(next(one for one in COMMANDS if one.startswith("satudata check")))
            assert code == 0 and "18 baris, 54 angka, periode 2024" in output, output
            assert "# periksa" in contract.read_text(encoding="utf-8")
            contract.write_text(written, encoding="utf-8")  # what the guide's reader makes of it
        if word == "run":
            number = re.search(r"#(\d+)", told[word])[1]  # type: ignore[index]
    assert list(told) == ["inspect", "contract", "check", "mkdir", "cp", "run", "release", "why"]
    before = len(list((PROJECT / "datasets").glob("*/*.yaml")))
    assert f"{before + 1} kontrak" in told["contract"]
    assert "18 baris, 54 angka, periode 2024" in told["check"] and "0 baris akan dikarantina" in told["check"]
    assert "menunggu rilis" in told["run"] and "dirilis" in told["release"]
    assert "Tenaga Kesehatan 2024.xlsx" in told["why"] and "Nama walidata" in told["why"]


def test_the_picture_in_the_guide_is_what_inspect_prints(shell) -> None:
    picture = next(block for block in re.findall(r"```\n(.*?)```", GUIDE, re.DOTALL) if "Dicoba:" in block)
    _, told = shell(next(line for line in COMMANDS if line.startswith("satudata inspect")))
    printed = {line.rstrip() for line in told.splitlines()}
    for line in picture.splitlines():
        assert line == "…" or line in printed, line
