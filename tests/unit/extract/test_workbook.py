"""Workbooks read cell for cell where Excel shows them; broken ones are refused before they do harm."""

import datetime as dt
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
from books import SHEET1, book, ole_container, raw_sheet, with_part, zipped
from openpyxl.styles import PatternFill

from etl.extract.read import read_sheets
from etl.extract.workbook import BLOCK
from etl.findings import Refused, Severity


def read(path, **options):
    return read_sheets(path, "laporan.xlsx", **options)


def columns(sheet):
    return [values.to_pylist() for values in sheet.text]


def numbers(sheet):
    return [None if values is None else values.to_pylist() for values in sheet.number]


def refusal(path, name="laporan.xlsx", **options):
    with pytest.raises(Refused) as caught:
        read_sheets(path, name, **options)
    (finding,) = caught.value.findings
    assert finding.severity is Severity.TOLAK
    assert finding.file == name
    assert all((finding.message, finding.cause, finding.action))
    return finding


def test_typed_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (
        ["Kode", "Nilai", "Tanggal", "Ya"],
        [1301.0, 9.31, dt.datetime.fromisoformat("2024-01-02"), True],
        ["64.08.01", "9,31", dt.datetime.fromisoformat("2024-01-02T08:30"), False],
        [None, -5, dt.time(8, 30), "#N/A"],
    ):
        sheet.append(row)
    workbook.save(path)
    (read_sheet,) = read(path)
    assert columns(read_sheet) == [
        ["Kode", "1301", "64.08.01", None],
        ["Nilai", "9.31", "9,31", "-5"],
        ["Tanggal", "2024-01-02", "2024-01-02T08:30:00", "08:30:00"],
        ["Ya", "TRUE", "FALSE", "#N/A"],
    ]
    assert numbers(read_sheet) == [[None, 1301.0, None, None], [None, 9.31, None, -5.0], None, None]


def test_rows_and_columns_are_those_of_the_sheet_wherever_the_table_begins(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active["C5"] = "di C5"
    workbook.active["D7"] = 7
    workbook.save(path)
    (sheet,) = read(path)
    assert (sheet.n_rows, sheet.n_columns) == (7, 4)
    assert columns(sheet)[2][4] == "di C5"
    assert columns(sheet)[3][6] == "7"
    assert numbers(sheet)[3][6] == 7.0
    assert sum(value is not None for values in columns(sheet) for value in values) == 2
    assert len(sheet.number) == 4


def test_more_rows_than_one_block(tmp_path):
    path = book(tmp_path / "a.xlsx", Data=[["no", "teks"], *([n, f"t{n}"] for n in range(2, 2 * BLOCK + 6))])
    (sheet,) = read(path)
    assert sheet.n_rows == 2 * BLOCK + 5
    for row in (1, 2, BLOCK, BLOCK + 1, 2 * BLOCK + 5):
        assert sheet.text[1][row - 1].as_py() == (f"t{row}" if row > 1 else "teks")
        assert sheet.number[0][row - 1].as_py() == (row if row > 1 else None)


def test_a_column_of_numbers_only_in_a_later_block(tmp_path):
    path = book(tmp_path / "a.xlsx", Data=[["teks"]] * BLOCK + [[5]])
    (sheet,) = read(path)
    assert sheet.number[0].null_count == BLOCK
    assert sheet.number[0][BLOCK].as_py() == 5.0


def test_trailing_blank_rows_are_dropped_and_inner_ones_kept(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["A4"] = "a", "b"
    for row in range(5, 30):
        sheet.cell(row, 1).value = ""
        sheet.cell(row, 3).fill = PatternFill("solid", fgColor="FF0000")
    workbook.save(path)
    assert columns(read(path)[0]) == [["a", None, None, "b"]]


def test_an_empty_sheet(tmp_path):
    (sheet,) = read(book(tmp_path / "a.xlsx", Kosong=[]))
    assert (sheet.n_rows, sheet.n_columns, sheet.text) == (0, 0, ())


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "banyak.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Sampul").hide()
        for name in ("Data 2023", "Data 2024", "Catatan"):
            workbook.add_worksheet(name).write(0, 0, name)
        workbook.worksheets()[1].activate()
        workbook.worksheets()[1].set_first_sheet()
    return path


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (None, ["Data 2023"]),
        (["Data 2024"], ["Data 2024"]),
        (["data  2024 "], ["Data 2024"]),
        (["Data *"], ["Data 2023", "Data 2024"]),
        (["Catatan", "Data 2023"], ["Data 2023", "Catatan"]),
        (["Data 2023", "Data 1999"], ["Data 2023"]),
        (["sampul"], ["Sampul"]),
    ],
)
def test_which_sheets(many, wanted, names):
    sheets = read(many, wanted=wanted)
    assert [sheet.name for sheet in sheets] == names
    order = ["Sampul", "Data 2023", "Data 2024", "Catatan"]
    assert [sheet.no for sheet in sheets] == [order.index(name) for name in names]
    assert [sheet.hidden for sheet in sheets] == [name == "Sampul" for name in names]


def test_a_missing_sheet_names_those_that_exist_and_the_nearest(many):
    finding = refusal(many, wanted=["Data 2042"])
    assert finding.rule == "lembar_tidak_ada"
    for name in ("Data 2042", "Data 2023", "Data 2024", "Catatan", "yang paling mirip: Data 2024"):
        assert name in finding.message


def test_formula_without_result(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["Jumlah", 1, "=B1+1"])
    workbook.active.append(["Total", "=SUM(B1:B1)"])
    workbook.save(path)
    (sheet,) = read(path)
    assert [(n.rule, n.cell, n.sheet, n.severity) for n in sheet.notes] == [
        ("rumus_tanpa_nilai", "C1", "Sheet", Severity.TOLAK),
        ("rumus_tanpa_nilai", "B2", "Sheet", Severity.TOLAK),
    ]


def test_formula_with_result_is_its_result(tmp_path):
    rows = (
        b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>a</v></c>'
        b'<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1" t="str"><f>""</f><v></v></c></row>'
    )
    (sheet,) = read(raw_sheet(tmp_path / "a.xlsx", rows))
    assert [values[0] for values in columns(sheet)[:3]] == ["2", "a", "#DIV/0!"]
    assert sheet.notes == ()


def test_a_whole_file_never_calculated_is_one_finding(tmp_path):
    rows = b"".join(b'<row r="%d"><c r="A%d"><f>1</f></c></row>' % (n, n) for n in range(1, 1502))
    (sheet,) = read(raw_sheet(tmp_path / "a.xlsx", rows))
    (finding,) = sheet.notes
    assert finding.row is None
    assert "1501" in finding.message


def test_empty_file(tmp_path):
    path = tmp_path / "a.xlsx"
    path.touch()
    assert refusal(path).rule == "berkas_kosong"


@pytest.mark.parametrize("keep", [30, 0.3, 0.6, 0.95, -1, -30])
def test_truncated(tmp_path, keep):
    path = book(tmp_path / "a.xlsx", Data=[[n, f"teks {n}"] for n in range(5000)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    assert refusal(path).rule == "berkas_rusak"


@pytest.mark.parametrize("part", [SHEET1, "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_damaged_in_the_middle(tmp_path, part):
    path = book(tmp_path / "a.xlsx", Data=[[n, f"teks {n}"] for n in range(5000)])
    with zipfile.ZipFile(path) as package:
        info = package.getinfo(part)
    content = bytearray(path.read_bytes())
    middle = info.header_offset + 30 + len(part) + info.compress_size // 2
    content[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(content)
    assert refusal(path).rule == "berkas_rusak"


def test_broken_xml(tmp_path):
    path = book(tmp_path / "a.xlsx", Data=[[n, f"teks {n}"] for n in range(50)])
    with_part(path, SHEET1, lambda xml: xml[: len(xml) // 2])
    assert refusal(path).rule == "berkas_rusak"


def test_password_protected(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(ole_container("EncryptionInfo", "EncryptedPackage"))
    assert refusal(path).rule == "berkas_terkunci_sandi"


def test_encrypted_zip_entries(tmp_path):
    path = book(tmp_path / "a.xlsx", Data=[["a"]])
    content = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        flags = struct.unpack_from("<H", content, at + offset)[0] | 1
        content = content[: at + offset] + struct.pack("<H", flags) + content[at + offset + 2 :]
    path.write_bytes(content)
    assert refusal(path).rule == "berkas_terkunci_sandi"


def test_old_word_document(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(ole_container("WordDocument", "1Table"))
    assert refusal(path, "a.xls").rule == "bukan_lembar_kerja"


def test_a_damaged_old_workbook(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(ole_container("Workbook"))
    assert refusal(path, "a.xls").rule == "berkas_rusak"


@pytest.mark.parametrize(
    ("parts", "said"),
    [({"word__document.xml": b"<w/>"}, "Word"), ({"ppt__presentation.xml": b"<p/>"}, "PowerPoint")],
)
def test_another_package(tmp_path, parts, said):
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped(**parts))
    finding = refusal(path)
    assert finding.rule == "bukan_lembar_kerja"
    assert said in finding.message


def test_zip_bomb_by_ratio(tmp_path):
    path = with_part(book(tmp_path / "a.xlsx", Data=[["a"]]), SHEET1, lambda xml: xml + b" " * 100_000_000)
    assert path.stat().st_size < 200_000
    assert refusal(path).rule == "terlalu_besar"


def test_zip_bomb_by_stated_size(tmp_path):
    path = restated(book(tmp_path / "a.xlsx", Data=[["a"]]), SHEET1, 4_000_000_000)
    assert refusal(path).rule == "terlalu_besar"


@pytest.mark.parametrize("part", [SHEET1, "xl/sharedStrings.xml"])
def test_zip_bomb_that_states_a_small_size(tmp_path, part):
    """The zip module would stop at the stated size and the cell reader would not."""
    path = with_part(book(tmp_path / "a.xlsx", Data=[["a"]]), part, lambda xml: xml + b" " * 30_000_000)
    finding = refusal(restated(path, part, 1000))
    assert finding.rule == "berkas_rusak"
    assert "lebih besar daripada ukuran yang tercatat" in finding.message


def restated(path, part, size):
    """The package with another unpacked size written in its central directory and local header."""
    with zipfile.ZipFile(path) as package:
        info = package.getinfo(part)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, info.header_offset + 22, size)
    at = content.find(part.encode(), content.rfind(b"PK\x01\x02", 0, content.rfind(part.encode()))) - 46
    struct.pack_into("<I", content, at + 24, size)
    path.write_bytes(content)
    return path


def test_too_many_parts(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for number in range(10_001):
            package.writestr(f"xl/{number}", b"")
    assert refusal(path).rule == "terlalu_besar"


def test_a_huge_declared_dimension_costs_nothing(tmp_path):
    path = with_part(
        book(tmp_path / "a.xlsx", Data=[["a", 1]]),
        SHEET1,
        lambda xml: xml.replace(b'<dimension ref="A1:B1"/>', b'<dimension ref="A1:XFD1048576"/>'),
    )
    (sheet,) = read(path)
    assert (sheet.n_rows, sheet.n_columns) == (1, 2)


def test_two_cells_in_opposite_corners_are_refused_before_the_reader_allocates_all_between(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")
    finding = refusal(path)
    assert finding.rule == "terlalu_besar"
    assert "XFD1048576" in finding.message


def test_styled_blank_cells_far_away_do_no_harm(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        sheet.write(0, 0, "a")
        sheet.write_blank(1_048_575, 16_383, None, workbook.add_format({"bold": True}))
    assert columns(read(path)[0]) == [["a"]]


def test_a_sheet_of_1048576_blank_rows(tmp_path):
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(1, 1_048_577))
    (sheet,) = read(raw_sheet(tmp_path / "a.xlsx", rows))
    assert sheet.n_rows == 0


def test_1048576_rows_of_empty_text_are_trimmed(tmp_path):
    rows = b'<row r="1"><c r="A1" t="str"><v>a</v></c></row>' + b"".join(
        b'<row r="%d"><c r="A%d" t="str"><f>""</f><v></v></c></row>' % (n, n) for n in range(2, 200_000)
    )
    (sheet,) = read(raw_sheet(tmp_path / "a.xlsx", rows))
    assert columns(sheet) == [["a"]]


def test_no_sheet_but_charts(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.create_chartsheet("Grafik")
    workbook.remove(workbook.active)
    workbook.save(path)
    assert refusal(path).rule == "bukan_lembar_kerja"


def test_only_hidden_sheets_are_read_and_marked(tmp_path):
    path = with_part(
        book(tmp_path / "a.xlsx", Data=[["a"]]),
        "xl/workbook.xml",
        lambda xml: xml.replace(b'name="Data"', b'name="Data" state="hidden"'),
    )
    assert [(sheet.name, sheet.hidden) for sheet in read(path)] == [("Data", True)]


def test_what_a_workbook_is_called_does_not_matter(tmp_path):
    path = book(tmp_path / "a.xlsx", Data=[["a"]])
    (sheet,) = read_sheets(path, "data.csv")
    assert sheet.name == "Data"
