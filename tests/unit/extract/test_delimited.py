"""Delimited text: every record a row, whatever its letters, delimiter or length."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract import delimited
from etl.extract.delimited import MAX_MISFITS, sniff_delimiter
from etl.extract.read import read_sheets
from etl.findings import Refused, Severity
from etl.sources import ByteSource


@pytest.fixture
def read(tmp_path):
    def _read(content, **stated):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        (sheet,) = read_sheets(path, "data.csv", how=ByteSource(**stated))
        return sheet

    return _read


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


def rules(sheet):
    return [note.rule for note in sheet.notes]


def refusal(read, content, **options):
    with pytest.raises(Refused) as caught:
        read(content, **options)
    return caught.value.findings[0]


def test_every_record_is_a_row_and_every_cell_text(read):
    sheet = read("kode,nilai,ket\n64.08,1.0,\n,007,NULL\n")
    assert rows(sheet) == [["kode", "nilai", "ket"], ["64.08", "1.0", None], [None, "007", "NULL"]]
    assert sheet.number == (None, None, None)
    assert (sheet.name, sheet.no, sheet.hidden, sheet.notes) == ("", 0, False, ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read, end):
    assert rows(read(f"a,b{end}1,2{end}")) == rows(read(f"a,b{end}1,2")) == [["a", "b"], ["1", "2"]]


def test_blank_lines_are_rows(read):
    assert rows(read("Judul,\n\na,b\n\n1,2\n\n\n")) == [
        ["Judul", None],
        [None, None],
        ["a", "b"],
        [None, None],
        ["1", "2"],
        [None, None],
        [None, None],
    ]


def test_quoted_delimiters_quotes_and_line_breaks(read):
    sheet = read('nama,alamat\n"Pertanian, Kehutanan","Jl. ""A""\nNo. 1"\nx,y\n')
    assert rows(sheet) == [["nama", "alamat"], ["Pertanian, Kehutanan", 'Jl. "A"\nNo. 1'], ["x", "y"]]
    assert sheet.notes == ()


def test_title_and_footnotes_without_delimiters_are_no_fault(read):
    sheet = read("Jumlah Penduduk Menurut Kecamatan\n\nKecamatan;2023;2024\nSangatta;1,5;2,5\nSumber: BPS\n")
    assert rows(sheet) == [
        ["Jumlah Penduduk Menurut Kecamatan", None, None],
        [None, None, None],
        ["Kecamatan", "2023", "2024"],
        ["Sangatta", "1,5", "2,5"],
        ["Sumber: BPS", None, None],
    ]
    assert sheet.notes == ()


def test_ragged_rows_are_filled_or_widened_and_told(read):
    sheet = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,\n13,14,15\n")
    assert rows(sheet) == [
        ["a", "b", "c", None],
        ["1", "2", "3", None],
        ["4", "5", None, None],
        ["6", "7", "8", "9"],
        ["10", "11", "12", None],
        ["13", "14", "15", None],
    ]
    (note,) = sheet.notes
    assert (note.rule, note.severity, note.row) == ("baris_tidak_rata", Severity.CATATAN, 3)
    assert "baris 3 kurang dari 3 sel" in note.message
    assert "baris 4 lebih dari 3 sel" in note.message


def test_a_file_cut_off_in_its_last_record_is_told(read):
    sheet = read("kode,nama,nilai\n" + "64.08,Sangatta,12\n" * 50 + "64.08,Sang")
    assert rows(sheet)[-1] == ["64.08", "Sang", None]
    assert sheet.notes[0].row == 52


def ragged_text(count):
    return "a,b,c\n" + "".join(f"{n},x\n" if n % 3 else f"{n},x,y,z\n" for n in range(count))


@pytest.mark.parametrize("count", [100, 2 * MAX_MISFITS, delimited.BLOCK + 7])
def test_few_and_very_many_unequal_records_read_alike(read, count):
    text = ragged_text(count)
    sheet = read(text)
    expected = [(row + [None] * 4)[:4] for row in csv.reader(io.StringIO(text))]
    assert rows(sheet) == expected
    assert rules(sheet) == ["baris_tidak_rata"]


CELL = st.text(alphabet=st.sampled_from('ab1 ,;"\n'), max_size=4)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=12)))
def test_reads_back_what_a_csv_writer_wrote(tmp_path_factory, table):
    table = [[f"kolom {n}" for n in range(len(table[0]) if table else 1)], *table]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    path = tmp_path_factory.getbasetemp() / "hypothesis.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    (sheet,) = read_sheets(path, "data.csv", how=ByteSource(delimiter=","))
    assert rows(sheet) == [[cell or None for cell in row] for row in table]


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb,c\n1\t2,5\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("Judul panjang, dengan koma\n\nnama;nilai\nx;1\ny;2\n", ";"),
        ('"a;b",c\n"d;e",f\n', ","),
        ("satu kolom\nsaja\n", ","),
        ("sep=|\na|b,c\n", "|"),
        ("", ","),
    ],
)
def test_delimiter_by_consistency(sample, delimiter):
    assert sniff_delimiter(sample) == delimiter


def test_a_stated_delimiter_wins(read):
    assert rows(read("a;b,c\n1;2,3\n", delimiter=",")) == [["a;b", "c"], ["1;2", "3"]]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_with_its_mark(read, codec):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"")
    sheet = read(mark + "kecamatan;luas (km²)\nSandaran – é;“1”\n".encode(codec))
    assert rows(sheet) == [["kecamatan", "luas (km²)"], ["Sandaran – é", "“1”"]]
    assert sheet.notes == ()


@pytest.mark.parametrize(("codec", "said"), [("utf-16-le", "UTF-16 tanpa"), ("utf-16-be", "UTF-16 (BE) tanpa")])
def test_utf16_without_its_mark_is_seen_by_its_nuls(read, codec, said):
    sheet = read("kecamatan;luas (km²)\nSandaran – é;“1”\n".encode(codec))
    assert rows(sheet) == [["kecamatan", "luas (km²)"], ["Sandaran – é", "“1”"]]


def test_windows_letters_are_read_and_told(read):
    sheet = read("kecamatan,luas (km²)\nSandaran – é,1\n".encode("cp1252"))
    assert rows(sheet) == [["kecamatan", "luas (km²)"], ["Sandaran – é", "1"]]
    (note,) = sheet.notes
    assert (note.rule, note.severity, note.row) == ("pengodean", Severity.CATATAN, 1)


def test_windows_letters_after_megabytes_of_plain_text(read):
    sheet = read(b"a,b\n" + b"1234567,x\n" * 600_000 + "²,y\n".encode("cp1252"))
    assert sheet.n_rows == 600_002
    assert sheet.text[0][600_001].as_py() == "²"
    assert sheet.notes[0].row == 600_002


@pytest.mark.parametrize("shift", range(4))
def test_a_letter_across_two_pieces_is_still_utf8(read, shift, monkeypatch):
    monkeypatch.setattr("etl.extract.encoding.PIECE", 8)
    assert rows(read("x" * shift + "²²²²é–“,b\n1,2\n"))[0][0] == "x" * shift + "²²²²é–“"


def test_a_stated_encoding_is_kept_to(read):
    assert rows(read("é,b\n".encode("cp1252"), encoding="cp1252")) == [["é", "b"]]
    assert read("é,b\n".encode("cp1252"), encoding="cp1252").notes == ()
    finding = refusal(read, "a,b\né,c\n".encode("cp1252"), encoding="utf-8")
    assert (finding.rule, "baris 2" in finding.message) == ("pengodean", True)
    assert refusal(read, "a,b\n", encoding="utf-99").rule == "pengodean"


def test_broken_utf16(read):
    assert refusal(read, "a,b\n".encode("utf-16") + b"\x00").rule == "pengodean"


def test_nul_bytes(read):
    finding = refusal(read, b"a,b\n1,\x002\n")
    assert finding.rule == "byte_nul"
    assert "baris 2" in finding.message


@pytest.mark.parametrize("content", ['a,b\n1,"2\n3,4\n5,6\n', 'a,b\n"1,2\n' + "3,4\n" * 60_000])
def test_a_quote_never_closed(read, content):
    finding = refusal(read, content)
    assert finding.rule == "kutip_tidak_ditutup"
    assert "baris ke-2" in finding.message


def test_an_inch_sign_is_no_quote(read):
    assert rows(read('pipa,jumlah\npipa 12",3\nkabel,4\n')) == [["pipa", "jumlah"], ['pipa 12"', "3"], ["kabel", "4"]]


def test_a_quote_closed_by_another_cells_quote_is_told(read):
    sheet = read('a,b\n1,"2\n' + "3,4\n" * 30 + '5,6"\n7,8\n')
    assert "kutip_terlambat_ditutup" in rules(sheet)


def test_a_record_without_end_is_refused(read):
    assert refusal(read, "a,b\n" + "1," * 40_000 + "\n").rule == "terlalu_besar"


def test_a_million_rows_of_one_column(read):
    sheet = read("x\n" * 1_000_000)
    assert (sheet.n_rows, sheet.n_columns) == (1_000_000, 1)


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        ("a,b\n", ("CSV", "UTF-8", "koma", "tidak dipakai")),
        ("\ufeffa;b\n", ("CSV", "UTF-8 dengan tanda BOM", "titik koma", "tidak dipakai")),
        ('"a"\tb\n', ("TSV", "UTF-8", "tab", "dipakai")),
        ("é|b\n".encode("cp1252"), ("CSV", "Windows-1252", "garis tegak (|)", "tidak dipakai")),
        ("a;b\n".encode("utf-16"), ("CSV", "UTF-16 dengan tanda BOM", "titik koma", "tidak dipakai")),
        ("a;b\n1;2\n".encode("utf-16-be"), ("CSV", "UTF-16 (BE) tanpa tanda BOM", "titik koma", "tidak dipakai")),
    ],
)
def test_how_it_was_understood_is_stated(read, content, facts):
    said = zip(("format", "pengodean", "pemisah kolom", "tanda kutip"), facts, strict=True)
    assert read(content).facts == tuple(said)


def test_empty_columns_at_the_end_are_dropped(read):
    sheet = read("a,b,,\n1,2,,\n,4,,\n")
    assert rows(sheet) == [["a", "b"], ["1", "2"], [None, "4"]]
    assert sheet.notes == ()


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "+1", "@SUM(A1)", "-cmd|' /C calc'!A0"])
def test_formulas_are_text(read, value):
    assert rows(read(f"a;b\n{value};1\n")) == [["a", "b"], [value, "1"]]
