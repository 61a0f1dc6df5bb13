"""One table in every format that an agency may send it in: the same cells come out, formulas harmless, macros dead."""

import io
import json
import shutil
import subprocess
import zipfile
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from books import SHEET1, ods, with_part, xlsb, xlsb_row

from etl.extract.read import read_sheets

HEADER = ["kode", "kecamatan", "nilai", "rumus"]
ROWS = [
    ["64.08.01", "Muara Ancalong – é", 1301.5, '=HYPERLINK("http://x";"klik")'],
    ["64.08.02", "Muara Wahau", 12.0, "+1+1"],
    ["64.08.03", None, None, "@SUM(A1)"],
    ["007", "Sangatta, Utara", -0.25, "-cmd|' /C calc'!A0"],
]
NUMBERS = [None, 1301.5, 12.0, None, -0.25]


def text(value):
    return None if value is None else value if isinstance(value, str) else f"{Decimal(str(value)).normalize():f}"


TEXTS = [HEADER, *[[text(cell) for cell in row] for row in ROWS]]


def delimited(delimiter, codec, quote=False):
    def cell(value):
        written = value or ""
        return f'"{written.replace(chr(34), chr(34) * 2)}"' if quote or delimiter in written else written

    lines = (delimiter.join(map(cell, row)) for row in TEXTS)
    return "\r\n".join([*lines, ""]).encode(codec)


def workbook(**options):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, **options}) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate([HEADER, *ROWS]):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
    return out.getvalue()


def records():
    return [dict(zip(HEADER, row, strict=True)) for row in ROWS]


def markup(tag, cell):
    return "".join(f"<{tag}>{''.join(cell(value) for value in row)}</{tag}>" for row in TEXTS)


def escaped(value):
    return (value or "").replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def html():
    return (
        f"<html><meta charset=utf-8><table>{markup('tr', lambda v: f'<td>{escaped(v)}</td>')}</table></html>".encode()
    )


def xml():
    lines = (
        "<baris>"
        + "".join(f"<{key}>{escaped(text(v))}</{key}>" for key, v in zip(HEADER, row, strict=True))
        + "</baris>"
        for row in ROWS
    )
    return f"<?xml version='1.0'?><data>{''.join(lines)}</data>".encode()


def parquet():
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records()), out)
    return out.getvalue()


def binary(tmp_path):
    rows = b"".join(
        xlsb_row(number, *[(place, cell) for place, cell in enumerate(row) if cell is not None])
        for number, row in enumerate([HEADER, *ROWS])
    )
    return xlsb(tmp_path / "hasil.xlsb", Data=rows).read_bytes()


TYPED = {
    "a.xlsx": workbook,
    "b.json": lambda: json.dumps(records()).encode(),
    "c.json": lambda: json.dumps({"status": "OK", "data": {"items": records()}}).encode("utf-16"),
    "d.jsonl": lambda: "\n".join(map(json.dumps, records())).encode(),
    "e.parquet": parquet,
}
UNTYPED = {
    "a.csv": lambda: delimited(",", "utf-8"),
    "b.csv": lambda: delimited(";", "cp1252"),
    "c.csv": lambda: delimited(";", "utf-8-sig", quote=True),
    "d.txt": lambda: delimited("\t", "utf-16"),
    "e.tsv": lambda: delimited("\t", "utf-16-le"),
    "f.csv": lambda: delimited(";", "utf-16-be"),
    "g.txt": lambda: b"\xfe\xff" + delimited("|", "utf-16-be"),
    "h.xls": html,
    "i.xml": xml,
}


def read(path, name):
    (sheet,) = read_sheets(path, name)
    return sheet


def rows(sheet):
    return [list(row) for row in zip(*(values.to_pylist() for values in sheet.text), strict=True)]


@pytest.mark.parametrize("name", [*TYPED, *UNTYPED])
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "zipped"])
def test_the_same_cells(tmp_path, name, zipped):
    content = (TYPED.get(name) or UNTYPED[name])()
    path = tmp_path / "x"
    path.write_bytes(content)
    if zipped:
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(name, content)
    sheet = read(path, "kiriman.zip" if zipped else name)
    assert rows(sheet) == TEXTS
    numbers = [None if values is None else values.to_pylist() for values in sheet.number]
    assert numbers == ([None, None, NUMBERS, None] if name in TYPED else [None] * 4)
    said = dict(sheet.facts)
    assert said["format"]
    assert ("di dalam zip" in said) is zipped


def test_a_binary_workbook(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(binary(tmp_path))
    sheet = read(path, "a.xlsb")
    assert rows(sheet) == TEXTS
    assert sheet.number[2].to_pylist() == NUMBERS
    assert sheet.facts == (("format", "Excel biner (.xlsb)"),)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The workbook as LibreOffice saves it under another format."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice absent")
    folder = tmp_path_factory.mktemp("office")
    (folder / "asal.xlsx").write_bytes(workbook())

    def convert(ending):
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profil", "--headless", "--convert-to", ending]
        subprocess.run(
            [*command, "--outdir", folder, folder / "asal.xlsx"], check=True, capture_output=True, timeout=120
        )
        return folder / f"asal.{ending}"

    return convert


@pytest.mark.parametrize(("ending", "called"), [("xls", "Excel lama (.xls)"), ("ods", "OpenDocument (.ods)")])
def test_as_libreoffice_saves_it(office, ending, called):
    path = office(ending)
    assert path.read_bytes()[:4] == (b"\xd0\xcf\x11\xe0" if ending == "xls" else b"PK\x03\x04")
    sheet = read(path, path.name)
    assert rows(sheet) == TEXTS
    assert sheet.number[2].to_pylist() == NUMBERS
    assert (sheet.name, sheet.facts, sheet.notes) == ("Data", (("format", called),), ())


def test_macros_are_never_run(tmp_path):
    path = tmp_path / "x.xlsm"
    path.write_bytes(workbook())
    with_part(path, "xl/vbaProject.bin", lambda _: b"\xd0\xcf\x11\xe0" + b'Sub Auto_Open()\nShell "touch /tmp/x"\n')
    sheet = read(path, "laporan.xlsm")
    assert rows(sheet) == TEXTS
    assert sheet.facts == (("format", "Excel (.xlsm, makro tidak dijalankan)"),)


def test_a_real_formula_is_its_stored_result(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_formula(0, 0, '=HYPERLINK("http://x","klik")', None, "klik")
        sheet.write_formula(0, 1, '=WEBSERVICE("http://x")', None, 7)
    assert rows(read(path, "a.xlsx")) == [["klik", "7"]]


def test_hidden_rows_columns_and_sheets_are_read_and_told(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("Data"), book.add_worksheet("Lama")
        for number in range(6):
            sheet.write_row(number, 0, [number, "x", "y", "z"])
        for number in (1, 2, 4, 900):
            sheet.set_row(number, None, None, {"hidden": True})
        sheet.set_column("B:C", None, None, {"hidden": True})
        sheet.set_column("H:XFD", None, None, {"hidden": True})
        other.write(0, 0, "a")
        other.hide()
    data, old = read_sheets(path, "a.xlsx", wanted=["*"])
    assert rows(data)[4] == ["4", "x", "y", "z"]
    (note,) = data.notes
    assert (note.rule, note.severity, note.sheet, note.row) == ("tersembunyi", "catatan", "Data", 2)
    assert "baris 2-3, 5; kolom B-C." in note.message
    (note,) = old.notes
    assert (old.hidden, note.rule, "lembarnya sendiri" in note.message) == (True, "tersembunyi", True)
    assert read_sheets(path, "a.xlsx")[0].name == "Data"


def test_hidden_in_other_formats(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    path = ods(
        tmp_path / "a.ods",
        Data='<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="9"/>'
        f"<table:table-row>{cell}{cell}</table:table-row>"
        f'<table:table-row table:visibility="filter" table:number-rows-repeated="2">{cell}</table:table-row>'
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="1000000"><table:table-cell/>'
        "</table:table-row>",
    )
    (sheet,) = read_sheets(path, "a.ods")
    assert rows(sheet) == [["a", "a"], ["a", None], ["a", None]]
    assert "baris 2-3; kolom B." in sheet.notes[0].message
    path = xlsb(tmp_path / "a.xlsb", Data=xlsb_row(0, (0, "a"), (1, "b")) + xlsb_row(1, (0, "c"), hidden=True))
    (sheet,) = read_sheets(path, "a.xlsb")
    assert [note.message for note in sheet.notes] == ["Yang disembunyikan ikut dibaca: baris 2."]


def test_a_sheet_part_in_another_place(tmp_path):
    """The scan follows the workbook's relations, not the usual names."""
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook())
    with zipfile.ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    parts["xl/lain/data.xml"] = parts.pop(SHEET1)
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"worksheets/sheet1.xml", b"lain/data.xml")
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert rows(read(path, "a.xlsx")) == TEXTS
