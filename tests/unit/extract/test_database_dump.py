"""An agency's database, here a real SQLite one: typed rows, the same bytes for the same data, and clear refusals."""

import sqlite3

import pytest

from etl.extract.archive import Archive
from etl.extract.database import dump
from etl.extract.database_session import BATCH
from etl.extract.read import read_sheets
from etl.findings import Owner, Refused, SourceUnavailable
from etl.sources import DatabaseSource


@pytest.fixture
def database(tmp_path):
    """(path, function that dumps a query and reads it back)."""
    path = tmp_path / "skpd rahasia.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE faskes (kode TEXT, nama TEXT, jumlah INTEGER, luas REAL, buka DATE, campur);
            INSERT INTO faskes VALUES
                ('64.08.01', 'Puskesmas A', 10, 9.31, '2020-01-02', 1),
                ('64.08.02', NULL, NULL, 1301.0, NULL, 'dua'),
                ('06', 'C: 100%', -3, 1e-7, '2021-03-04', 2.5);
            """
        )
    connection.close()
    archive = Archive(tmp_path / "arsip")

    def dumped(query):
        source = DatabaseSource(kind="database", connection="skpd_dinkes", query=query)
        return dump(source, f"sqlite:///{path}", archive, "dinkes.faskes").archived

    return path, dumped


def read(archived):
    (sheet,) = read_sheets(archived.path, "skpd_dinkes/faskes.parquet")
    return sheet


ALL = "SELECT * FROM faskes ORDER BY kode DESC"


def test_names_are_row_one_and_cells_keep_their_type(database):
    sheet = read(database[1](ALL))
    assert [values.to_pylist() for values in sheet.text] == [
        ["kode", "64.08.02", "64.08.01", "06"],
        ["nama", None, "Puskesmas A", "C: 100%"],
        ["jumlah", None, "10", "-3"],
        ["luas", "1301", "9.31", "0.0000001"],
        ["buka", None, "2020-01-02", "2021-03-04"],
        ["campur", "dua", "1", "2.5"],
    ]
    assert [None if values is None else values.to_pylist() for values in sheet.number] == [
        None,
        None,
        [None, None, 10.0, -3.0],
        [None, 1301.0, 9.31, 1e-7],
        None,
        None,
    ]


def test_same_data_same_bytes_and_changed_data_others(database):
    path, dumped = database
    first = dumped(ALL).sha256
    assert dumped(ALL).sha256 == first
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE faskes SET jumlah = 11 WHERE jumlah = 10")
    connection.close()
    assert dumped(ALL).sha256 != first


def test_types_do_not_depend_on_the_batch(database):
    path, dumped = database
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE besar (no INTEGER, nilai NUMERIC)")
        connection.executemany(
            "INSERT INTO besar VALUES (?, ?)", ((n, None if n <= BATCH else n) for n in range(1, BATCH + 11))
        )
    connection.close()
    sheet = read(dumped("SELECT no, nilai FROM besar ORDER BY no"))
    assert sheet.n_rows == BATCH + 11
    assert sheet.number[1][BATCH + 10].as_py() == BATCH + 10
    assert sheet.text[1].null_count == BATCH


def test_doubled_names_are_seen_doubled(database):
    sheet = read(database[1]("SELECT kode, jumlah AS kode FROM faskes ORDER BY 1"))
    assert [values[0].as_py() for values in sheet.text] == ["kode", "kode"]


def test_no_rows(database):
    sheet = read(database[1]("SELECT kode, jumlah FROM faskes WHERE 1 = 0 ORDER BY kode"))
    assert [values.to_pylist() for values in sheet.text] == [["kode"], ["jumlah"]]


def test_signs_that_mean_something_to_drivers(database):
    sheet = read(database[1]("SELECT nama, '10:30' AS jam FROM faskes WHERE nama LIKE '%100%' ORDER BY nama"))
    assert [values.to_pylist() for values in sheet.text] == [["nama", "C: 100%"], ["jam", "10:30"]]


def test_integers_beyond_int64_and_bytes(database):
    sheet = read(
        database[1]("SELECT x'00ff' AS b, '12345678901234567890123' AS t, 9223372036854775807 AS n ORDER BY 1")
    )
    assert [values.to_pylist() for values in sheet.text] == [
        ["b", "00ff"],
        ["t", "12345678901234567890123"],
        ["n", "9223372036854775807"],
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT tidak_ada FROM faskes ORDER BY 1", "tidak_ada"),
        ("SELECT * FROM pasien ORDER BY 1", "pasien"),
        ("SELECT kode FROM faskes ORDER BY (", "incomplete input"),
    ],
)
def test_schema_drift_is_refused_not_retried(database, query, said):
    with pytest.raises(Refused) as caught:
        database[1](query)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.owner, finding.file) == ("kueri_ditolak", Owner.DISKOMINFO, "skpd_dinkes")
    assert said in finding.value or said in finding.message
    assert "rahasia" not in str(caught.value)


def test_it_cannot_write(database):
    path, dumped = database
    with pytest.raises(Refused):
        dumped("WITH x AS (SELECT 1) DELETE FROM faskes WHERE kode IN (SELECT kode FROM faskes ORDER BY 1)")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM faskes").fetchone() == (3,)
    connection.close()


def test_a_missing_file_is_no_empty_database(tmp_path):
    source = DatabaseSource(kind="database", connection="skpd_dinkes", query=ALL)
    with pytest.raises(SourceUnavailable) as caught:
        dump(source, f"sqlite:///{tmp_path}/tidak_ada.db", Archive(tmp_path), "dinkes.faskes")
    assert caught.value.finding.rule == "basis_data_tidak_terjangkau"
    assert not (tmp_path / "tidak_ada.db").exists()


def test_not_a_database(database):
    path, dumped = database
    path.write_bytes(b"bukan basis data sama sekali" * 100)
    with pytest.raises(SourceUnavailable):
        dumped(ALL)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("postgresql+psycopg2://orang:s4ndi@127.0.0.1:1/data", "basis_data_tidak_terjangkau"),
        ("oracle+oracledb://orang:s4ndi@127.0.0.1:1/data", "driver_tidak_ada"),
        ("antah+berantah://orang:s4ndi@127.0.0.1:1/data", "driver_tidak_ada"),
        ("s4ndi bukan alamat", "koneksi_tidak_sah"),
    ],
)
def test_unreachable_and_silent_about_the_address(tmp_path, url, rule):
    source = DatabaseSource(kind="database", connection="skpd_dinkes", query=ALL)
    with pytest.raises(SourceUnavailable) as caught:
        dump(source, url, Archive(tmp_path), "dinkes.faskes")
    assert caught.value.finding.rule == rule
    chain = caught.value
    while chain is not None:
        assert "s4ndi" not in str(chain)
        assert "127.0.0.1" not in str(chain)
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
