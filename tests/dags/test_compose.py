"""docker-compose.yml as the tool that runs it understands it; no engine is needed to ask."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.services.airflow import COMPONENTS
from etl.settings import PROJECT

EXAMPLE = PROJECT / ".env.example"
NAMES = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
SECRET = "rahasia-yang-tidak-ada-di-berkas"
AIRFLOW = ["api-server", "scheduler", "dag-processor", "triggerer", "worker", "init"]


def config(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """podman-compose asks its engine only for a version, and any answer will do: `echo` gives one."""
    engine = shutil.which("echo")
    assert engine is not None
    tool = Path(sys.executable).with_name("podman-compose")
    return subprocess.run(
        [str(tool), "--podman-path", engine, "--profile", "restore", "config"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    done = config(dict.fromkeys(NAMES, SECRET) | {"SATUDATA_SHARE": "/srv/skpd"})
    assert done.returncode == 0, done.stderr
    return dict(yaml.safe_load(done.stdout)["services"])


def test_the_house_is_complete(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "redis", "portal", "backup", "restore", *AIRFLOW}
    assert services["postgres"]["image"].startswith("postgres:18")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_starts_with_a_value_missing(name: str) -> None:
    done = config({**dict.fromkeys(NAMES, SECRET), name: ""})
    assert done.returncode != 0
    assert name in done.stderr


def test_no_secret_is_written_in_the_files() -> None:
    assert all(
        line.endswith("=") for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if re.match("[A-Z]", line)
    )
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    secret = re.compile(r"^ +[A-Z_]*(PASSWORD|SECRET|KEY): *(?P<value>.*)", re.MULTILINE)
    values = [match["value"] for match in secret.finditer(text)]
    assert len(values) >= 5
    assert all(value.startswith("${") for value in values)


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_service_runs_the_command_that_up_runs(services: dict[str, Any], name: str) -> None:
    """On one machine `up` leaves out the log servers and forks tasks from the scheduler; else they are the same."""
    native = [part for part in COMPONENTS[name] if part != "--skip-serve-logs"]
    assert services[name]["command"] == ["airflow", native[-1]]


def test_workers_fork_tasks_from_a_process_with_the_libraries(services: dict[str, Any]) -> None:
    native = list(COMPONENTS["scheduler"][1:3])
    assert services["worker"]["command"] == ["python", *native, "celery", "worker"]
    assert "container_name" not in services["worker"]
    assert "ports" not in services["worker"], "a published port would forbid a second worker"


@pytest.mark.parametrize("name", AIRFLOW)
def test_sources_are_read_only_and_nobody_is_root(services: dict[str, Any], name: str) -> None:
    assert "/srv/skpd:/sumber:ro" in services[name]["volumes"]
    assert services[name]["user"] == "satudata"
    assert services[name]["restart"] in ("unless-stopped", "on-failure")


def test_whatever_stays_up_says_whether_it_is_well(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["init", "restore"]


def test_the_backup_knows_no_secret_but_its_own_and_writes_only_its_folder(services: dict[str, Any]) -> None:
    backup = services["backup"]
    assert sorted(backup["volumes"]) == ["cadangan:/cadangan", "data:/data:ro"]
    assert set(backup["environment"]) == {"SATUDATA_DSN", "PGPASSWORD", "SATUDATA_BACKUP", "SATUDATA_KEEP_BACKUPS"}
    assert "user=cadangan" in backup["environment"]["SATUDATA_DSN"] and backup["user"] == "satudata"
    (script,) = backup["command"]
    assert os.access(PROJECT / script, os.X_OK)
    others = [service for name, service in services.items() if name not in ("backup", "postgres")]
    assert not any("BACKUP_DB_PASSWORD" in str(service) or "user=cadangan" in str(service) for service in others)


def test_the_portal_knows_no_secret_but_its_own_and_writes_nothing(services: dict[str, Any]) -> None:
    portal = services["portal"]
    assert portal["volumes"] == ["data:/data:ro"] and portal["user"] == "satudata"
    assert "user=situs" in portal["environment"]["SATUDATA_PORTAL_DSN"]
    told = {name for name in portal["environment"] if "PASSWORD" in name or "SECRET" in name or "DSN" in name}
    assert told == {"SATUDATA_PORTAL_DSN", "PGPASSWORD", "SATUDATA_PORTAL_SECRET"}
    assert portal["command"][:3] == ["python", "-m", "portal"], "what `up` runs"


def test_backups_may_go_to_another_disk() -> None:
    given = {"SATUDATA_SHARE": "/srv/skpd", "BACKUP_FOLDER": "/mnt/cadangan"}
    done = config(dict.fromkeys(NAMES, SECRET) | given)
    services = yaml.safe_load(done.stdout)["services"]
    assert "/mnt/cadangan:/cadangan" in services["backup"]["volumes"]
    assert "/mnt/cadangan:/cadangan:ro" in services["restore"]["volumes"]


def test_a_restore_starts_only_when_called(services: dict[str, Any]) -> None:
    assert services["restore"]["profiles"] == ["restore"]
    assert services["restore"]["restart"] == "no"
