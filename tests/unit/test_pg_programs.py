"""Which of PostgreSQL's programs is taken for a server, and that no list of processes shows a password."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from etl.services import pg_programs, postgres


def test_an_older_pg_dump_in_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.3'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert pg_programs.find("pg_dump", 15) == old
    assert pg_programs.find("pg_dump", 18) == postgres.BIN / "pg_dump"
    with pytest.raises(pg_programs.ProgramFailed, match=r"15.*postgresql-client-99"):
        pg_programs.find("pg_dump", 99)


def test_no_password_is_among_the_arguments(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$@" > "$0.args"\necho "$PGPASSWORD" > "$0.sandi"\nexit 3\n')
    program.chmod(0o755)
    with (
        pytest.raises(pg_programs.ProgramFailed, match="kode 3") as caught,
        pg_programs.running(program, ["--x"], "host=db.go.id user=pipa password='raha sia'"),
    ):
        pass
    assert (tmp_path / "program.sandi").read_text() == "raha sia\n"
    assert "raha" not in (tmp_path / "program.args").read_text() + str(caught.value)
    assert "host=db.go.id" in (tmp_path / "program.args").read_text()
