"""Makes `<NNNN>.sql.gz`: a small regency, loaded by an earlier version of the project with that version's own code.

    git archive <commit> | tar -x -C <folder>
    cd <folder> && <this project>/.venv/bin/python <this file> <this folder>/<NNNN>.sql.gz

NNNN is the last migration of that commit. The dumps here: 0004 of 4802154, 0005 of 1a22c7d. One that is here is never
made again: it is what a real warehouse of that time holds.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from etl.load.migrate import migrate
from etl.load.reference import seed
from etl.load.warehouse import connect
from etl.pipeline import decide
from etl.services import postgres
from tests.warehouse.regency import KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}


def load(root: Path, dsn: str) -> None:
    """Released, revised and released by hand, waiting with a quarantined row, returned: one submission of each fate."""
    conn = connect(dsn)
    migrate(conn)
    seed(conn)
    conn.close()
    regency = Regency(root, dsn)
    regency.drop("puskesmas 2022.xlsx", {**GOOD, "Sangatta Utara": (5, 9)})
    regency.drop("puskesmas 2023.xlsx", GOOD)
    assert [outcome.status for outcome in regency.go()] == ["dirilis", "dirilis"]
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (9, 4)})
    (revision,) = regency.go()
    assert revision.status == "menunggu"
    decide(regency.settings, revision.submission_id, "dirilis", "Kepala Bidang Statistik", "Puskesmas baru")
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Bengkal": (-3, 1)})
    regency.drop("puskesmas 2025.xlsx", dict.fromkeys(KECAMATAN, (-1, 0)))
    assert [outcome.status for outcome in regency.go()] == ["menunggu", "dikembalikan"]


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="satudata-versi-") as folder:
        pgdata = Path(folder) / "pg"
        dsn = postgres.create_database(postgres.start(pgdata), "gudang")
        try:
            load(Path(folder), dsn)
            program = [str(postgres.BIN / "pg_dump"), "--restrict-key=satudata", f"--dbname={dsn}"]
            dump = subprocess.run(program, capture_output=True, check=True).stdout
        finally:
            postgres.stop(pgdata)
    target.write_bytes(gzip.compress(dump, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
