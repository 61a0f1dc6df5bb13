"""The demo regency: the agencies' folders and one agency's database, put where a real regency's would be.

Only for an installation that names no sources of its own. What is already there is left as it is, so that a file which
somebody changed to try something is not put back by the next start.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg2

from etl.settings import PROJECT, Settings

SAMPLES = PROJECT / "samples"


def is_demo(settings: Settings) -> bool:
    """Whether the sources are the installation's own folder below its home."""
    return "SATUDATA_SOURCES" not in os.environ and "://" not in settings.sources


def place_folders(settings: Settings, samples: Path = SAMPLES) -> int:
    """Copies the sample folders to the sources root when it does not exist yet; returns the number of files."""
    given, target = samples / "sumber", Path(settings.sources)
    if target.exists() or not given.is_dir():
        return 0
    draft = target.with_name(target.name + ".sementara")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(given, draft, symlinks=True)
    draft.rename(target)
    return sum(1 for path in target.rglob("*") if path.is_file())


def fill_database(dsn: str, samples: Path = SAMPLES) -> bool:
    """Runs samples/basisdata/*.sql in the agency's database when that is still empty; whether it did."""
    scripts = sorted((samples / "basisdata").glob("*.sql"))
    conn = psycopg2.connect(dsn)
    try:
        with conn, conn.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
            row = cursor.fetchone()
            if not scripts or (row and row[0]):
                return False
            for script in scripts:
                cursor.execute(script.read_text(encoding="utf-8"))
        return True
    finally:
        conn.close()
