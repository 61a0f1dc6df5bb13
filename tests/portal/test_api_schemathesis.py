"""Everything that the OpenAPI document allows, and what it does not, asked of the running site by schemathesis."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from etl.settings import PROJECT

PROGRAMS = PROJECT / ".venv-servers" / "bin"


@pytest.fixture(scope="module")
def program():
    path = PROGRAMS / "schemathesis"
    assert path.exists(), "tools/servers.sh installs it"
    return path


def test_the_document_is_valid(site, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(httpx.get(f"{site}/api/v1/openapi.json", timeout=60).json()))
    judge = "import json, sys; from openapi_spec_validator import validate; validate(json.load(open(sys.argv[1])))"
    subprocess.run([PROGRAMS / "python", "-c", judge, file], check=True)


def test_the_site_holds_what_the_document_says(site, program, tmp_path):
    done = subprocess.run(
        [
            program, "run", f"{site}/api/v1/openapi.json", "--phases", "examples,coverage,fuzzing",
            "--max-examples", "5",
            "--workers", "4", "--generation-deterministic", "--no-color", "--max-failures", "20",
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Tested: 17" in done.stdout, done.stdout[-2000:]
