"""Records of JSON: every digit, every field, and an answer without data in its own words."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import records
from etl.extract.json_file import looks_like_json, parse_json
from etl.extract.read import read_sheets
from etl.extract.records import find_records, json_sheet, locate
from etl.findings import Refused
from etl.sources import ByteSource


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


def numbers(sheet):
    return [None if values is None else values.to_pylist() for values in sheet.number]


@pytest.fixture
def read(tmp_path):
    def _read(content, name="data.json", **stated):
        path = tmp_path / "x"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        (sheet,) = read_sheets(path, name, how=ByteSource(**stated))
        return sheet

    return _read


def refusal(read, content, **stated):
    with pytest.raises(Refused) as caught:
        read(content, **stated)
    (finding,) = caught.value.findings
    assert finding.file == "data.json"
    assert all((finding.message, finding.cause, finding.action))
    return finding


def test_records_become_rows_below_their_field_names(read):
    sheet = read(
        '[{"kode": "64.08", "nilai": 1.50, "ya": true, "ket": null}, {"nilai": 12, "baru": "", "kode": "64.09"},'
        ' {"kode": "07", "nilai": "9,31", "ya": false, "baru": "x"}]'
    )
    assert rows(sheet) == [
        ["kode", "nilai", "ya", "ket", "baru"],
        ["64.08", "1.5", "TRUE", None, None],
        ["64.09", "12", None, None, None],
        ["07", "9,31", "FALSE", None, "x"],
    ]
    assert numbers(sheet) == [None, [None, 1.5, 12.0, None], None, None, None]
    assert (sheet.name, sheet.no, sheet.hidden, sheet.notes) == ("", 0, False, ())
    assert sheet.facts == (("format", "JSON"), ("letak data", "seluruh isinya"), ("pengodean", "UTF-8"))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("9007199254740993", "9007199254740993"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("1e3", "1000"),
        ("1.50E-3", "0.0015"),
        ("-0.0", "0"),
        ("100", "100"),
        ("1e400", "1" + "0" * 400),
        ("1e999999999", "1E+999999999"),
        ("NaN", "NaN"),
    ],
)
def test_a_number_keeps_every_digit(read, written, text):
    assert rows(read(f'[{{"a": {written}}}, {{"a": 1}}]'))[1] == [text]


def test_a_number_beyond_what_a_float_holds_is_text_only(read):
    assert numbers(read('[{"a": 1e400}, {"a": 1}]')) == [[None, None, 1.0]]


def test_nested_objects_are_spread_and_lists_are_json(read):
    sheet = read(
        '[{"id": 1, "w": {"kode": "64", "p": {"x": 1.50}}, "t": ["a", 2.50, null], "d": [{"é": true}]},'
        ' {"id": 2, "w": null, "t": [], "d": {}}]'
    )
    assert rows(sheet) == [
        ["id", "w.kode", "w.p.x", "t", "d"],
        ["1", "64", "1.5", '["a", 2.5, null]', '[{"é": true}]'],
        ["2", None, None, "[]", None],
    ]


def test_an_empty_list_where_others_have_an_object_adds_no_column(read):
    assert rows(read('[{"w": []}, {"w": {"kode": "64"}}]')) == [["w.kode"], [None], ["64"]]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([{"a": 1}], "."),
        ({"data": [{"a": 1}]}, "data"),
        ({"status": "OK", "data": {"items": [{"a": 1}], "tags": []}}, "data.items"),
        ({"data": [{"page": 1, "pages": 3}, [{"a": 1}]]}, "data.1"),
        ({"tahun": [2023, 2024], "nilai": [1, None]}, "."),
        ({"hasil": {"tahun": [2023], "nilai": [1]}}, "hasil"),
        ({"data": []}, "data"),
        ({"errors": [{"pesan": "x"}], "data": [{"a": 1}]}, "data"),
    ],
)
def test_where_the_records_are(document, path):
    assert locate(document) == path


def test_columns_side_by_side(read):
    assert rows(read('{"tahun": [2023, 2024], "nilai": [1.5, null]}')) == [
        ["tahun", "nilai"],
        ["2023", "1.5"],
        ["2024", None],
    ]


def test_several_lists_are_named_with_their_lengths(read):
    finding = refusal(read, '{"fields": [{"id": "a"}], "records": [{"a": 1}, {"a": 2}]}')
    assert finding.rule == "letak_data"
    assert "`fields` (1 baris), `records` (2 baris)" in finding.message
    assert "`records: records`" in finding.action
    assert rows(read('{"fields": [{"id": "a"}], "records": [{"a": 1}]}', records="records")) == [["a"], ["1"]]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data.items", [{"a": 1}]),
        ("data.items.0", [{"a": 1}]),
        ("data", [{"items": [{"a": 1}], "x.y": {"z": [{"b": 1}]}}]),
        ("data.x.y.z", [{"b": 1}]),
    ],
)
def test_a_stated_path(path, expected):
    assert find_records({"data": {"items": [{"a": 1}], "x.y": {"z": [{"b": 1}]}}}, path) == expected


@pytest.mark.parametrize(
    ("document", "path", "rule", "said"),
    [
        ('{"status": "Error", "message": "kunci salah"}', "data", "letak_data", "status, message"),
        ('{"data": null}', "data", "bukan_lembar_kerja", "null"),
        ('{"data": null}', "data.items", "letak_data", "bukan objek"),
        ('{"data": [1, 2]}', "data", "bukan_lembar_kerja", "isi ke-1"),
        ('{"data": [{"a": 1}, null]}', "data", "bukan_lembar_kerja", "isi ke-2"),
        ('{"data": []}', "data.0", "letak_data", "`0`"),
    ],
)
def test_a_path_that_leads_nowhere(read, document, path, rule, said):
    finding = refusal(read, document, records=path)
    assert finding.rule == rule
    assert said in finding.message


@pytest.mark.parametrize(
    ("document", "quoted"),
    [
        ('{"status": "Error", "message": "Kunci tidak berlaku"}', "Kunci tidak berlaku"),
        ('{"request": {"url": "x"}, "body": {"error": {"detail": "Habis kuota"}}}', "Habis kuota"),
        ('{"body": "<html><h1>Akses\\n ditolak</h1></html>"}', "Akses ditolak"),
        ('{"errors": [{"message": "Tidak ada"}]}', "Tidak ada"),
        ('["a", "b"]', '["a", "b"]'),
        ('{"a": 1}', '{"a": 1}'),
    ],
)
def test_an_answer_without_records_is_quoted(read, document, quoted):
    finding = refusal(read, document)
    assert (finding.rule, finding.value) == ("bukan_lembar_kerja", quoted)


def test_no_records_at_all(read):
    assert refusal(read, '{"status": "OK", "data": []}').rule == "tanpa_baris"
    assert refusal(read, "[]").rule == "tanpa_baris"


def test_json_lines(read):
    sheet = read('{"a": 1, "b": {"c": "x"}}\n\n{"a": 2.50, "d": true}\r\n{"a": "t"}')
    assert rows(sheet) == [["a", "b.c", "d"], ["1", "x", None], ["2.5", None, "TRUE"], ["t", None, None]]
    assert sheet.facts[0] == ("format", "JSON per baris")
    assert rows(read('{"d": [{"a": 1}]}\n{"d": [{"a": 2}]}\n', records="d")) == [["a"], ["1"], ["2"]]


def test_a_bad_line_of_json_lines_is_named(read):
    finding = refusal(read, '{"a": 1}\n{"a": 2}\n{"a": \n')
    assert (finding.rule, "baris 3" in finding.message) == ("json_rusak", True)
    assert "baris 2" in refusal(read, '{"a": 1}\n<html>\n').message
    assert "baris 2" in refusal(read, '{"a": 1}\n[2]\n').message


def test_blocks_do_not_show(read, monkeypatch):
    monkeypatch.setattr(records, "BLOCK", 3)
    lines = [{"a": n} if n < 5 else {"a": str(n), "b": n} if n < 7 else {"c": n} for n in range(11)]
    sheet = read("\n".join(map(json.dumps, lines)))
    assert rows(sheet) == [
        ["a", "b", "c"],
        *[[None if line.get(key) is None else str(line[key]) for key in "abc"] for line in lines],
    ]
    assert numbers(sheet)[1] == [None, *[line.get("b") for line in lines]]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ('[{"a": 1}, {"a": ', "terpotong: isinya berakhir pada baris 1, huruf ke-18"),
        ('[{"a": "x', "terpotong"),
        ('[{"a": 1},\n {"a": 2}', "terpotong: isinya berakhir pada baris 2"),
        ("[{'a': 1}]", "tidak sah pada baris 1, huruf ke-3"),
        ('[{"a": 1,}]', "tidak sah"),
        ('[{"a": 1}]\n<br/>Warning', "masih berlanjut pada baris 2, huruf ke-1"),
        ('[{"a" 1}]', "tidak sah pada baris 1, huruf ke-7"),
    ],
)
def test_broken_json_says_where_and_why(read, document, said):
    finding = refusal(read, document)
    assert finding.rule == "json_rusak"
    assert said in finding.message


def test_a_field_twice_in_one_record(read):
    finding = refusal(read, '[{"a": 1, "b": 2, "a": 3}]')
    assert (finding.rule, "Kolom a" in finding.message) == ("kunci_ganda", True)
    assert refusal(read, '[{"a.b": 1, "a": {"b": 2}}]').rule == "kunci_ganda"
    assert rows(read('[{"Nama": 1, "nama": 2}]')) == [["Nama", "nama"], ["1", "2"]]


@pytest.mark.parametrize("depth", [200, 100_000])
@pytest.mark.parametrize("shape", ['{"a": %s}', "[%s]"])
def test_a_document_without_bottom(read, depth, shape):
    start, end = shape.split("%s")
    finding = refusal(read, "[" + start * depth + "1" + end * depth + "]")
    assert finding.rule in ("terlalu_besar", "bukan_lembar_kerja")
    if depth > 200:
        assert refusal(read, '[{"a": ' + start * depth + "1" + end * depth + "}]").rule == "terlalu_besar"


def test_more_columns_than_a_sheet_has(read):
    finding = refusal(read, json.dumps([{f"k{n}": 1 for n in range(16_385)}]))
    assert finding.rule == "terlalu_besar"
    # few fields each, but other ones in every record: what is empty takes memory too
    assert refusal(read, json.dumps([{f"k{n}": 1} for n in range(9_000)])).rule == "terlalu_besar"


def test_a_number_of_thousands_of_digits(read):
    assert refusal(read, f'[{{"a": {"9" * 5000}}}]').rule == "terlalu_besar"


def test_nul_and_half_letters(read):
    assert refusal(read, '[{"a": "x\\u0000"}]').rule == "byte_nul"
    assert rows(read('[{"a": "\\ud83d!"}, {"\\ud83d": 1}]'))[1][0].endswith("!")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(read, codec):
    assert rows(read('[{"a": "é–"}]'.encode(codec))) == [["a"], ["é–"]]


def test_windows_letters_are_told(read):
    sheet = read('[{"a": "é"}]'.encode("cp1252"))
    assert (rows(sheet)[1], [note.rule for note in sheet.notes]) == (["é"], ["pengodean"])


@pytest.mark.parametrize("start", ["[Seri 2010] PDRB", "{catatan},1", "[2023],1", "{}x"])
def test_what_only_begins_like_json(start):
    assert looks_like_json(start) is (start == "{}x")


def test_pages_share_the_place_found_in_the_first(read):
    pages = [{"meta": [], "data": [{"a": n}]} for n in range(2)] + [{"meta": [{"x": 1}], "data": []}]
    sheet = json_sheet(pages, None, "x.json")
    assert rows(sheet) == [["a"], ["0"], ["1"]]
    assert ("letak data", "data") in sheet.facts


def test_a_document_parsed_by_others_may_hold_floats():
    assert rows(json_sheet([[{"a": 1.0, "b": Decimal("2.50"), "c": float("inf")}]], None, "x"))[1] == [
        "1",
        "2.5",
        "inf",
    ]


@pytest.mark.parametrize("value", ['=HYPERLINK("http://x","y")', "+1", "@SUM(A1)", "-cmd|' /C calc'!A0"])
def test_formulas_are_text(read, value):
    sheet = read(json.dumps([{"a": value}]))
    assert (rows(sheet)[1], sheet.number) == ([value], (None,))


SCALAR = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(st.characters(codec="utf-8"), max_size=5)


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), SCALAR, min_size=1), min_size=1, max_size=20))
def test_reads_back_what_was_written(table):
    table = [{k: v.replace("\0", "") if isinstance(v, str) else v for k, v in row.items()} for row in table]
    sheet = json_sheet([parse_json(json.dumps(table), "x")], None, "x")
    fields = list(dict.fromkeys(key for row in table for key in row))
    said = {True: "TRUE", False: "FALSE", "": None, None: None}
    expected = [
        [said[v] if isinstance(v, bool) or v in ("", None) else str(v) for v in (row.get(f) for f in fields)]
        for row in table
    ]
    assert rows(sheet) == [fields, *expected]


def test_bytes_are_utf8():
    assert parse_json(b'\xef\xbb\xbf{"a": 1.10}', "x") == {"a": Decimal("1.10")}
    with pytest.raises(Refused, match="UTF-8"):
        parse_json(b'{"a": "\xe9"}', "x")
