"""An agency's database, here a real SQLite one: typed rows, the same bytes for the same data, and clear refusals."""

import sqlite3
from datetime import timedelta

import pyarrow.parquet as pq
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
        ("mssql+pymssql://orang:s4ndi@127.0.0.1:1/data", "driver_tidak_ada"),
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


@pytest.mark.parametrize(("url", "extra"), [("oracle+oracledb://h/d", "oracle"), ("mssql+pymssql://h/d", "mssql")])
def test_a_missing_driver_says_what_to_install(tmp_path, url, extra):
    source = DatabaseSource(kind="database", connection="skpd_dinkes", query=ALL)
    with pytest.raises(SourceUnavailable) as caught:
        dump(source, url, Archive(tmp_path), "dinkes.faskes")
    assert f"pip install 'satudata[{extra}]'" in caught.value.finding.action


def test_drift_of_columns_is_told_and_still_archived(database, tmp_path):
    path, _ = database
    source = DatabaseSource(kind="database", connection="skpd_dinkes", query="SELECT * FROM faskes ORDER BY kode")
    url, archive = f"sqlite:///{path}", Archive(tmp_path / "arsip")
    first = dump(source, url, archive, "dinkes.faskes")
    assert (first.full, first.rows_fetched, first.notes) == (True, 3, ())
    again = dump(source, url, archive, "dinkes.faskes", first.archived.path)
    assert (again.full, again.notes, again.archived.sha256) == (True, (), first.archived.sha256)
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "ALTER TABLE faskes DROP COLUMN luas; ALTER TABLE faskes ADD COLUMN tipe TEXT DEFAULT 'A';"
            "UPDATE faskes SET jumlah = 'sepuluh' WHERE jumlah = 10; UPDATE faskes SET buka = NULL"
        )
    connection.close()
    changed = dump(source, url, archive, "dinkes.faskes", first.archived.path)
    assert [(note.rule, note.severity.value, note.file) for note in changed.notes] == [
        ("skema_berubah", "catatan", "skpd_dinkes")
    ] * 3
    said = " ".join(note.message for note in changed.notes)
    assert "jenis kolom «jumlah» berubah dari bilangan bulat menjadi campuran bilangan bulat dan teks" in said
    assert "kolom «tipe» (teks) baru ada" in said
    assert "kolom «luas» (bilangan pecahan) tidak ada lagi" in said  # and «buka», now empty, has no kind to compare
    other = source.model_copy(update={"query": "SELECT kode FROM faskes ORDER BY kode"})
    assert dump(other, url, archive, "dinkes.faskes", changed.archived.path).notes == ()


def test_small_decimals_are_read_back_in_plain_digits(tmp_path):
    """Arrow writes a zero of ten decimals as 0E-10."""
    from decimal import Decimal

    from etl.extract.result_columns import Column, table

    column = Column()
    column.add([Decimal("0.0000000000"), Decimal("0.0000000001"), Decimal("-12.5"), None, Decimal(1200)])
    path = tmp_path / "x.parquet"
    pq.write_table(table(["n"], [column], {}), path)
    (sheet,) = read_sheets(path, "x.parquet")
    assert sheet.text[0].to_pylist() == ["n", "0", "0.0000000001", "-12.5", None, "1200"]
    assert sheet.number[0].to_pylist() == [None, 0.0, 1e-10, -12.5, None, 1200.0]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([[1, None], [2]], "int64", [1, None, 2]),
        ([[1 << 63], [-1]], "decimal128(19, 0)", [1 << 63, -1]),
        ([[True, None]], "string", ["TRUE", None]),
        ([[1, 2.5], [3]], "double", [1.0, 2.5, 3.0]),
        ([[0.5], [(1 << 53) + 1]], "string", ["0.5", "9007199254740993"]),
        ([[-0.0]], "double", [0.0]),
        ([[None], [None]], "string", [None, None]),
        ([["a"], [1]], "string", ["a", "1"]),
        ([[timedelta(hours=-838, minutes=-59, seconds=-59)]], "string", ["-838:59:59"]),
    ],
)
def test_the_type_of_a_column_depends_on_all_its_values(values, kind, expected):
    from etl.extract.result_columns import Column

    column = Column()
    for batch in values:
        column.add(batch)
    assert (str(column.finish().type), column.finish().to_pylist()) == (kind, expected)


@pytest.mark.parametrize(
    ("query", "shorter"),
    [
        ("SELECT a FROM t ORDER BY a, (SELECT 1)", "SELECT a FROM t"),
        ("SELECT a FROM t ORDER BY a LIMIT 3", "SELECT a FROM t ORDER BY a LIMIT 3"),
        (
            "WITH x AS (SELECT 1 ORDER BY 1) SELECT * FROM x ORDER\nBY 1 DESC",
            "WITH x AS (SELECT 1 ORDER BY 1) SELECT * FROM x",
        ),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", "SELECT row_number() OVER (ORDER BY a) FROM t"),
        ("SELECT ' ORDER BY ' FROM t ORDER BY 'limit'", "SELECT ' ORDER BY ' FROM t"),
    ],
)
def test_the_order_of_a_subquery(query, shorter):
    from etl.extract.query_text import without_order

    assert without_order(query, "sqlite") == shorter
