"""Sources and services that fail midway: an agency's database, a file being written, a full disk, our own warehouse.

What can go on goes on, what could not is told with its cause, and the next run ends where an undisturbed one would.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from etl.findings import SourceUnavailable
from etl.load.checks import run_checks
from etl.receive import warehouse
from etl.settings import PROJECT
from tests.command import environment, satudata
from tests.warehouse.regency import CONTRACT, KECAMATAN, Regency

GOOD = {name: (n, 2 * n) for n, name in enumerate(KECAMATAN, start=1)}
SECRET = "s4ndi-RAHASIA%21"
QUERY = "SELECT kecamatan, puskesmas, pustu, tahun FROM faskes ORDER BY kecamatan"


def of_database(name: str, connection: str, query: str = QUERY) -> str:
    """The regency's contract with a query instead of a workbook."""
    start, end = CONTRACT.index("source:"), CONTRACT.index("columns:")
    source = f"source:\n  kind: database\n  connection: {connection}\n  query: {query}\nload: periode\n"
    text = CONTRACT[:start] + source + CONTRACT[end:]
    text = text.replace("columns:\n", "columns:\n  tahun: {role: periode}\n").replace("POLICY", "otomatis")
    return text.replace("dinkes.puskesmas", f"dinkes.{name}").replace("kesehatan.", f"{name}.")


def execute(dsn: str, statement: str) -> list[tuple[object, ...]]:
    conn = psycopg2.connect(dsn)
    try:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        conn.close()


def uri(dsn: str, user: str | None = None) -> str:
    """AIRFLOW_CONN_… of a database of the test server, with a password that nobody may ever read."""
    parts = parse_dsn(dsn)
    folder = parts["host"].replace("/", "%2F")
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgres://{user or parts['user']}:{SECRET}@{folder}{port}/{parts['dbname']}"


@pytest.fixture
def agency(another_warehouse_dsn):
    """The agency's own database."""
    values = ", ".join(f"('{name}', {n}, {2 * n}, 2023)" for n, name in enumerate(KECAMATAN, start=1))
    execute(
        another_warehouse_dsn,
        "CREATE TABLE public.faskes (kecamatan text, puskesmas int, pustu int, tahun int); "
        f"INSERT INTO public.faskes VALUES {values}",
    )
    return another_warehouse_dsn


@pytest.fixture
def regency(tmp_path, warehouse_dsn):
    return Regency(tmp_path, warehouse_dsn)


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Does it again and again, in another thread, until the block ends."""
    over = threading.Event()

    def again() -> None:
        while not over.wait(0.01):
            act()

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def whole(place: Regency) -> None:
    with warehouse(place.settings) as conn:
        assert run_checks(conn) == []


def problems(place: Regency) -> dict[str, str]:
    return dict(place.query("SELECT dataset, problem FROM audit.source_state WHERE problem IS NOT NULL"))


BROKEN = {
    "mati": ("skpd_mati", QUERY, "basis_data_tidak_terjangkau"),
    "masuk": ("skpd_masuk", QUERY, "basis_data_menolak_masuk"),
    "geser": ("skpd_baik", QUERY.replace("pustu", "pustu_baru"), "kueri_ditolak"),
    "alamat": ("skpd_alamat", QUERY, "koneksi_tidak_sah"),
    "kosong": ("skpd_kosong", QUERY, "koneksi_tidak_dikenal"),
}


@pytest.fixture
def broken(regency, agency, monkeypatch):
    """A file, a database that answers, and one that fails for every reason there is."""
    addresses = {
        "baik": uri(agency),
        "mati": f"postgres://satudata:{SECRET}@127.0.0.1:9/faskes",
        "masuk": uri(agency, user="orang_asing"),
        "alamat": f"{SECRET} bukan alamat",
    }
    for name, address in addresses.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_SKPD_{name.upper()}", address)
    regency.drop("puskesmas 2024.xlsx", GOOD)
    regency.contract(of_database("baik", "skpd_baik"), "baik")
    for name, (connection, query, _) in BROKEN.items():
        regency.contract(of_database(name, connection, query), name)
    return regency


def test_a_database_that_fails_is_told_and_the_rest_of_the_agency_goes_on(broken):
    outcomes = {outcome.dataset.split(".")[1]: outcome for outcome in broken.go()}
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "puskesmas": "dirilis",
        "baik": "dirilis",
        **dict.fromkeys(BROKEN, "sumber_gagal"),
    }
    assert broken.figures() == {(code, "2024"): float(n) for n, code in enumerate(KECAMATAN.values(), start=1)}
    assert {period for _, period in broken.figures("baik.puskesmas")} == {"2023"}
    told = problems(broken)
    for name, (_, _, rule) in BROKEN.items():
        assert rule in outcomes[name].findings[0]
        for words in (rule, "Sebab: ", "Tindakan: "):
            assert words in told[f"dinkes.{name}"]
    whole(broken)


def test_a_password_is_nowhere_to_be_read(broken):
    """Neither in what people see nor in what is kept."""
    said = ""
    for command in (["run"], ["run", "--force"], ["status"], ["status", "--json"]):
        said += satudata(*command, env=environment(broken.settings)).told
    assert "basis_data_menolak_masuk" in said
    tables = broken.query("SELECT table_schema || '.' || table_name FROM information_schema.tables "
                          "WHERE table_schema IN ('audit', 'staging', 'dw')")  # fmt: skip
    kept = "".join(str(broken.query(f"SELECT * FROM {table}")) for (table,) in tables)
    files = "".join(path.read_text(errors="replace") for path in broken.settings.home.rglob("*") if path.is_file())
    assert "kueri_ditolak" in kept
    assert "puskesmas 2024.xlsx" in files
    for text in (said, kept, files):
        assert "s4ndi" not in text
        assert "orang_asing" not in text


def test_a_database_that_drops_the_connection_midway_is_taken_whole_the_next_time(regency, agency, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_SKPD_BAIK", uri(agency))
    slow = "SELECT kecamatan, puskesmas, pustu, tahun FROM faskes, pg_sleep(5) ORDER BY kecamatan"
    regency.contract(of_database("baik", "skpd_baik", slow), "baik")
    regency.drop("puskesmas 2024.xlsx", GOOD)
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'satudata' "
        "AND datname = current_database() AND query LIKE 'FETCH%'"
    )
    with meanwhile(lambda: execute(agency, end)):
        outcomes = {outcome.dataset: outcome for outcome in regency.go()}
    assert outcomes["dinkes.puskesmas"].status == "dirilis"
    assert outcomes["dinkes.baik"].status == "sumber_gagal"
    assert "memutus sambungan" in outcomes["dinkes.baik"].findings[0]
    assert regency.figures("baik.puskesmas") == {}
    regency.contract(of_database("baik", "skpd_baik", slow.replace("pg_sleep(5)", "pg_sleep(0)")), "baik")
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 4)
    assert problems(regency) == {}
    whole(regency)


def test_a_file_still_being_written_is_left_for_the_next_run(regency):
    regency.drop("puskesmas 2023.xlsx", GOOD)
    path = regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    complete = path.read_bytes()
    path.write_bytes(complete[:1000])
    with path.open("ab") as growing, meanwhile(lambda: (growing.write(b"x"), growing.flush())):
        outcomes = {outcome.label.split(": ")[1]: outcome for outcome in regency.go()}
    assert outcomes["puskesmas 2023.xlsx"].status == "dirilis"
    assert {outcome.status for outcome in outcomes.values()} == {"dirilis", "sumber_gagal"}
    (told,) = problems(regency).values()
    assert "berkas_masih_ditulis" in told
    assert "puskesmas 2024.xlsx" in told
    assert regency.query("SELECT count(*) FROM audit.submission") == [(1,)]
    path.write_bytes(complete)
    regency.age(path)
    (outcome,) = regency.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 4)
    assert problems(regency) == {}


FULL_DISK = """
import resource, sys
from pathlib import Path
from etl.pipeline import run
from etl.settings import Settings
dsn, home, datasets, sources = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
for outcome in run(Settings(dsn, Path(home), Path(datasets), sources)):
    print(outcome.status, *outcome.findings)
"""


def test_a_full_archive_disk_keeps_nothing_by_halves(regency):
    regency.drop("puskesmas 2023.xlsx", GOOD)
    big = regency.drop("puskesmas 2024.xlsx", GOOD)
    big.write_bytes(big.read_bytes() + b"\0" * 300_000)
    regency.age(big)
    s = regency.settings
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, s.dsn, str(s.home), str(s.datasets), s.sources],
        cwd=PROJECT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(line.split()[0] for line in done.stdout.splitlines()) == ["dirilis", "sumber_gagal"]
    (told,) = problems(regency).values()
    assert "arsip_tidak_menerima" in told
    assert "puskesmas 2024.xlsx" in told
    assert list((s.archive / "sementara").iterdir()) == []
    assert regency.query("SELECT count(*) FROM audit.submission") == [(1,)]
    (outcome,) = regency.go()
    assert outcome.status in ("dirilis", "dikembalikan"), "once there is room it is taken"
    whole(regency)


TRAP = """
CREATE FUNCTION public.putus() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE TRIGGER putus BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public.putus();
"""


@pytest.mark.parametrize(
    ("table", "event"),
    [
        ("audit.source_state", "INSERT"),
        ("audit.finding", "INSERT"),
        ("dw.fakta_indikator", "INSERT"),
        ("audit.submission", "UPDATE"),
        ("audit.release", "INSERT"),
    ],
)
def test_the_warehouse_goes_away_midway(regency, table, event):
    """The server ends our own session in the middle of a step: the old state holds, the next run completes it."""
    regency.drop("puskesmas 2023.xlsx", GOOD)
    regency.go()
    before = regency.figures()
    regency.drop("puskesmas 2023.xlsx", {**GOOD, "Muara Wahau": (3, 4)})
    regency.drop("puskesmas 2024.xlsx", {**GOOD, "Muara Wahau": (-3, 4)})
    regency.drop("puskesmas 2025.xlsx", {**GOOD, "Sangatta Utara": (5, 8)})
    execute(regency.settings.dsn, TRAP.format(table=table, event=event))
    try:
        told = [finding for outcome in regency.go() for finding in outcome.findings]
    except SourceUnavailable as gone:
        told = [str(gone)]
    assert any("gudang_terjangkau" in text for text in told), told
    assert not any("\n" in text for text in told)
    assert not any("Traceback" in text or "Kesalahan program" in text for text in told), told
    now = regency.figures()
    revised = ("64.08.02", "2023")
    assert now.pop(revised) in (before.pop(revised), 3), "the old figure or the new one"
    assert {key: n for key, n in now.items() if key in before} == before
    whole(regency)
    execute(regency.settings.dsn, f"DROP TRIGGER putus ON {table}")
    regency.go()
    assert regency.figures()["64.08.02", "2023"] == 3
    assert len({period for _, period in regency.figures()}) == 2
    found = regency.query("SELECT path, status FROM audit.submission ORDER BY path, id")
    assert found == [
        ("puskesmas 2023.xlsx", "dirilis"),
        ("puskesmas 2023.xlsx", "dirilis"),
        ("puskesmas 2024.xlsx", "menunggu"),
        ("puskesmas 2025.xlsx", "dirilis"),
    ]
    whole(regency)


def test_a_warehouse_that_is_not_there_is_said_in_a_sentence(regency):
    nowhere = f"host=127.0.0.1 port=9 dbname=gudang user=satudata password={SECRET}"
    env = environment(replace(regency.settings, dsn=nowhere))
    for command in (
        ["run"],
        ["status", "--json"],
        ["why", "dinkes.puskesmas", "--wilayah", "64.08", "--periode", "2024"],
    ):
        start = time.monotonic()
        done = satudata(*command, env=env)
        assert done.code == 1
        assert "Tindakan" in done.err
        assert SECRET not in done.told
        assert time.monotonic() - start < 30
