"""The fast way and the ordinary driver on every type there is: the same values, the same bytes, or not the fast way."""

from __future__ import annotations

import psycopg2
import pytest
from databases.results import sheet_of, texts

AS_IS = {
    # type: (value as SQL, text as the pipeline must read it)
    "decimal(14,2)": ("'-12.50'", "-12.5"),
    "decimal(28,10)": ("'999999999999999999.9999999999'", "999999999999999999.9999999999"),
    "decimal(12,8)": ("'0.00000001'", "0.00000001"),
    "decimal(10,9)": ("'0'", "0"),
    "decimal(18,0)": ("'123456789012345678'", "123456789012345678"),
    "bigint": ("-9223372036854775808", "-9223372036854775808"),
    "bigint unsigned": ("18446744073709551615", "18446744073709551615"),
    "int": ("-2147483648", "-2147483648"),
    "int(8) zerofill": ("42", "42"),
    "mediumint unsigned": ("16777215", "16777215"),
    "smallint": ("-32768", "-32768"),
    "tinyint(1)": ("5", "5"),
    "tinyint unsigned": ("255", "255"),
    "year": ("2024", "2024"),
    "float": ("9.31", "9.31"),
    "float unsigned": ("1234567.9", "1234570"),
    "float(10,2)": ("9.3", "9.3"),
    "double": ("0.1e0 + 0.2e0", "0.30000000000000004"),
    "double(10,2)": ("1234.5", "1234.5"),
    "double precision": ("1e300", f"1{'0' * 300}"),
    "date": ("'0999-01-01'", "0999-01-01"),
    "datetime": ("'2024-01-02 03:04:05'", "2024-01-02T03:04:05"),
    "datetime(0)": ("'2024-01-02'", "2024-01-02"),
    "datetime(3)": ("'2024-01-02 03:04:05.120'", "2024-01-02T03:04:05.120000"),
    "datetime(6)": ("'9999-12-31 23:59:59.999999'", "9999-12-31T23:59:59.999999"),
    "timestamp null": ("from_unixtime(86400)", "1970-01-02T08:00:00"),  # told in Kutai Timur's time
    "char(5)": ("'ab'", "ab"),
    "varchar(3)": ("''", None),  # an empty text is an empty cell
    "varchar(10) character set latin1": ("'é'", "é"),
    "text": ("'é😀 \\n \"x\"; -- \\'y\\''", "é😀 \n \"x\"; -- 'y'"),
    "longtext": ("repeat('panjang ', 20000)", "panjang " * 20000),
    "enum('a','b')": ("'b'", "b"),
    "set('x','y','z')": ("'x,z'", "x,z"),
    "json": ('\'{"b": 1,  "a":2}\'', '{"b": 1,  "a":2}'),
    "uuid": ("'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"),
}

ORDINARY = {
    "decimal(38,20)": ("'123456789012345678.12345678901234567891'", "123456789012345678.12345678901234567891"),
    "decimal(20,0)": ("'12345678901234567890'", "12345678901234567890"),
    "decimal(28,0)": ("'-9999999999999999999999999999'", "-9999999999999999999999999999"),
    "decimal(38,10)": ("'1234567890123456789012345678.9'", "1234567890123456789012345678.9"),
    "bit(8)": ("b'10100101'", "a5"),
    "blob": ("x'00ff10'", "00ff10"),
    "varbinary(4)": ("x'ff00'", "ff00"),
    "binary(4)": ("x'ff00'", "ff000000"),
    "date": ("'0000-00-00'", "0000-00-00"),
    "date /* tanpa hari */": ("'2024-02-00'", "2024-02-00"),
    "datetime": ("'0000-00-00 00:00:00'", "0000-00-00 00:00:00"),
    "timestamp null": ("'0000-00-00 00:00:00'", "0000-00-00 00:00:00"),
    "time": ("'10:30:00'", "10:30:00"),
    "time /* negatif */": ("'-838:59:59'", "-838:59:59"),
    "point": ("point(1,2)", "000000000101000000000000000000f03f0000000000000040"),
}


def make(server, schema, kinds) -> str:
    """A table with one column per type: nulls above, between and below two rows of the value. Returns its query."""
    columns = ", ".join(f"k{n} {kind}{'' if 'null' in kind else ' NULL'}" for n, kind in enumerate(kinds))
    values = ", ".join(kinds.values())
    empty = ", ".join("NULL" for _ in kinds)
    server.execute(
        schema,
        f"CREATE TABLE t (no int PRIMARY KEY, {columns})",
        *(f"INSERT INTO t VALUES ({no}, {values if no % 2 else empty})" for no in range(5)),
    )
    return "SELECT * FROM t ORDER BY no"


def test_every_type_that_both_ways_carry(server, schema, dumped, ways, ordinary):
    query = make(server, schema, {kind: value for kind, (value, _) in AS_IS.items()})
    fast = dumped(server.url(schema), query)
    assert (ways.fast, ways.refused, fast.rows_fetched) == (1, 0, 5)
    ordinary()
    slow = dumped(server.url(schema), query)
    assert ways.fast == 1
    assert fast.archived.sha256 == slow.archived.sha256
    found = texts(fast)
    for number, (kind, (_, expected)) in enumerate(AS_IS.items()):
        assert found[f"k{number}"] == [None, expected, None, expected, None], kind


@pytest.mark.parametrize("kind", ORDINARY)
def test_types_that_only_the_ordinary_driver_reads(server, schema, dumped, ways, ordinary, kind):
    value, expected = ORDINARY[kind]
    query = make(server, schema, {kind: value})
    first = dumped(server.url(schema), query)
    assert ways.fast == 0
    ordinary()
    assert dumped(server.url(schema), query).archived.sha256 == first.archived.sha256
    assert texts(first)["k0"] == [None, expected, None, expected, None]


def test_one_zero_date_in_the_last_row_turns_to_the_ordinary_driver(server, schema, dumped, ways):
    server.execute(
        schema,
        "CREATE TABLE t (no int PRIMARY KEY, d date)",
        "INSERT INTO t SELECT seq, if(seq = 50000, '0000-00-00', '2024-01-01') FROM seq_1_to_50000",
    )
    result = dumped(server.url(schema), "SELECT * FROM t ORDER BY no")
    assert (ways.fast, ways.refused) == (0, 1)
    found = texts(result)["d"]
    assert (len(found), found[0], found[-1]) == (50_000, "2024-01-01", "0000-00-00")


def test_nothing_and_only_nulls(server, schema, dumped, ways, ordinary):
    server.execute(schema, "CREATE TABLE t (no int, nilai decimal(14,2), d date)")
    empty = dumped(server.url(schema), "SELECT * FROM t ORDER BY no")
    assert texts(empty) == {"no": [], "nilai": [], "d": []}
    server.execute(schema, "INSERT INTO t SELECT NULL, NULL, NULL FROM seq_1_to_5")
    nulls = dumped(server.url(schema), "SELECT * FROM t ORDER BY no")
    assert ways.fast == 1
    ordinary()
    assert dumped(server.url(schema), "SELECT * FROM t ORDER BY no").archived.sha256 == nulls.archived.sha256


def test_whole_decimals_and_sums_are_one_type_both_ways(server, schema, dumped, ways, ordinary):
    """SUM and AVG make decimals of other widths than the columns have."""
    server.execute(
        schema,
        "CREATE TABLE t (g int, n int, nilai decimal(14,2))",
        "INSERT INTO t SELECT seq % 7, seq, seq * 1.25 FROM seq_1_to_1000",
    )
    query = "SELECT g, sum(n) AS n, sum(nilai) AS nilai, avg(nilai) AS rata, count(*) AS c FROM t GROUP BY g ORDER BY g"
    fast = dumped(server.url(schema), query)
    assert ways.fast == 1
    ordinary()
    assert dumped(server.url(schema), query).archived.sha256 == fast.archived.sha256
    said = server.client(schema, "SELECT sum(n), sum(nilai) FROM t")[0]
    assert sum(int(n) for n in texts(fast)["n"]) == int(said[0])


def test_two_columns_of_one_name(server, schema, dumped, ways):
    query = "SELECT seq AS a, seq * 2 AS a FROM seq_1_to_5 ORDER BY 1"
    result = dumped(server.url(schema), query)
    assert ways.fast == 1
    assert [values[0].as_py() for values in sheet_of(result).text] == ["a", "a"]
    assert [values[5].as_py() for values in sheet_of(result).text] == ["5", "10"]


def test_signs_that_mean_something_to_drivers(server, schema, dumped, ways):
    query = "SELECT seq AS `no ; -- 'x`, '100% ? :a {b} %s \\' ; into' AS t FROM seq_1_to_3 ORDER BY seq -- akhir; into"
    result = texts(dumped(server.url(schema), query))
    assert ways.fast == 1
    assert result["t"] == ["100% ? :a {b} %s ' ; into"] * 3


def test_a_socket_and_options_of_the_address_stay_with_the_ordinary_driver(server, schema, dumped, ways):
    query = "SELECT seq AS a FROM seq_1_to_5 ORDER BY 1"
    through_socket = server.url(schema, host=None, port=None, query={"unix_socket": str(server.folder / "s")})
    assert dumped(through_socket, query).rows_fetched == 5
    assert dumped(server.url(schema, query={"read_timeout": "7"}), query).rows_fetched == 5
    assert (ways.fast, ways.refused) == (0, 0)
    assert dumped(server.url(schema, query={"charset": "utf8mb4"}), query).rows_fetched == 5
    assert ways.fast == 1


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────

POSTGRES = {
    "bigint": ("-9223372036854775808", "-9223372036854775808"),
    "smallint": ("7", "7"),
    "numeric": ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
    "numeric(38,20)": ("0.00000000000000000001", "0.00000000000000000001"),
    "numeric(14,2)": ("12.50", "12.5"),
    "real": ("9.31", "9.31"),
    "double precision": ("1e-7", "0.0000001"),
    "boolean": ("true", "TRUE"),
    "date": ("'0999-01-02'", "0999-01-02"),
    "timestamp": ("'2024-01-02 03:04:05.5'", "2024-01-02T03:04:05.500000"),
    "timestamp(0)": ("'2024-01-02'", "2024-01-02"),
    "timestamptz": ("'2024-01-01 16:00+00'", "2024-01-02T00:00:00+08:00"),
    "timestamptz(6)": ("'2024-01-01 16:00:00.000001+00'", "2024-01-02T00:00:00.000001+08:00"),
    "text": ("E'a,b\"c\\n\\\\N \\t é😀'", 'a,b"c\n\\N \t é😀'),
    "varchar(3)": ("''", None),
    "char(4)": ("'ab'", "ab  "),
}

POSTGRES_ORDINARY = {
    "jsonb": "'{\"a\": 1}'",
    "uuid": "'123e4567-e89b-12d3-a456-426655440000'",
    "integer[]": "'{1,2}'",
    "bytea": "'\\x00ff'",
    "interval": "'1 day 02:03:04'",
    "time": "'10:30'",
    "timestamptz": "'1943-01-01 00:00+00'",  # Makassar kept another time then
    "inet": "'10.0.0.1'",
}


@pytest.fixture
def postgres(warehouse_dsn):
    from psycopg2.extensions import parse_dsn
    from sqlalchemy.engine import URL

    parts = parse_dsn(warehouse_dsn)
    query = {key: parts[key] for key in ("host", "port") if key in parts}
    url = URL.create("postgresql+psycopg2", username=parts["user"], database=parts["dbname"], query=query)

    def execute(*statements):
        with psycopg2.connect(warehouse_dsn) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    return url.render_as_string(hide_password=False), execute


def make_postgres(execute, kinds):
    columns = ", ".join(f"k{n} {kind}" for n, kind in enumerate(kinds))
    empty = ", ".join("NULL" for _ in kinds)
    execute(
        f"CREATE TABLE t (no int PRIMARY KEY, {columns})",
        *(f"INSERT INTO t VALUES ({no}, {', '.join(kinds.values()) if no % 2 else empty})" for no in range(5)),
    )
    return "SELECT * FROM t ORDER BY no"


def test_postgresql_types_that_both_ways_carry(postgres, dumped, ways, ordinary):
    url, execute = postgres
    query = make_postgres(execute, {kind: value for kind, (value, _) in POSTGRES.items()})
    fast = dumped(url, query)
    assert (ways.fast, ways.refused, fast.rows_fetched) == (1, 0, 5)
    ordinary()
    assert dumped(url, query).archived.sha256 == fast.archived.sha256
    for number, (kind, (_, expected)) in enumerate(POSTGRES.items()):
        assert texts(fast)[f"k{number}"] == [None, expected, None, expected, None], kind


@pytest.mark.parametrize("kind", POSTGRES_ORDINARY)
def test_postgresql_types_that_only_the_ordinary_driver_reads(postgres, dumped, ways, ordinary, kind):
    url, execute = postgres
    query = make_postgres(execute, {kind: POSTGRES_ORDINARY[kind]})
    first = dumped(url, query)
    assert ways.fast == 0
    ordinary()
    assert dumped(url, query).archived.sha256 == first.archived.sha256
    assert texts(first)["k0"][1] is not None


def test_postgresql_not_a_number_and_nothing(postgres, dumped, ways, ordinary):
    url, execute = postgres
    execute(
        "CREATE TABLE t (no int, n numeric, f float8)",
        "INSERT INTO t SELECT i, 'NaN', 'Infinity' FROM generate_series(1, 5) i",
    )
    query = "SELECT * FROM t ORDER BY no"
    fast = dumped(url, query)
    single = dumped(url, "SELECT CASE WHEN no = 3 THEN no END AS a FROM t ORDER BY no")
    assert ways.fast == 2
    ordinary()
    assert dumped(url, query).archived.sha256 == fast.archived.sha256
    assert (
        dumped(url, "SELECT CASE WHEN no = 3 THEN no END AS a FROM t ORDER BY no").archived.sha256
        == single.archived.sha256
    )
    assert texts(single)["a"] == [None, None, "3", None, None]
