"""What a file is, its bytes say."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from books import book

from etl.extract.read import read_sheets
from etl.findings import Refused


def refusal(path, name):
    with pytest.raises(Refused) as caught:
        read_sheets(path, name)
    (finding,) = caught.value.findings
    assert finding.file == name
    assert all((finding.message, finding.cause, finding.action))
    return finding


@pytest.mark.parametrize("name", ["data.csv", "data.xlsx", "data.xls"])
@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (b"", "berkas_kosong", "0 byte"),
        (b"<html><head><title>x</title></head><body><table><tr><td>Rp</td></tr></table>", "bukan_lembar_kerja", "HTML"),
        (b"\xef\xbb\xbf\r\n <!DOCTYPE HTML>\n<p>masuk dulu", "bukan_lembar_kerja", "HTML"),
        (b"\n<TABLE border=1>", "bukan_lembar_kerja", "HTML"),
        ("\ufeff<html>".encode("utf-16-le"), "bukan_lembar_kerja", "HTML"),
        (b"<invalid_response>Data Kosong</invalid_response>", "bukan_lembar_kerja", "XML"),
        (b'{"status": "error", "message": "kunci salah"}', "bukan_lembar_kerja", "JSON"),
        (b'{"status": "error", "data": []}', "tanpa_baris", "Tidak ada"),
        (b"%PDF-1.7\n", "bukan_lembar_kerja", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "bukan_lembar_kerja", "PNG"),
        (b"\x15Microsoft Office User".ljust(55) + b"\x15\0M\0i\0".ljust(110), "berkas_kunci_office", "~$"),
    ],
)
def test_refused_whatever_its_name(tmp_path, name, content, rule, said):
    path = tmp_path / "x"
    path.write_bytes(content)
    finding = refusal(path, name)
    assert finding.rule == rule
    assert said in finding.message


def test_a_message_saved_as_data_is_shown(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"<html><style>p{}</style><body><p>Sesi Anda\nberakhir</p></body></html>")
    assert refusal(path, "a.xls").value == "Sesi Anda berakhir"


def test_a_lock_file_by_its_name(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"apa saja")
    assert refusal(path, "faskes/~$a.xlsx").rule == "berkas_kunci_office"


def test_a_damaged_beginning(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"\0" * 5000)
    assert refusal(path, "a.xlsx").rule == "berkas_rusak"
    assert refusal(path, "a.csv").rule == "byte_nul"


@pytest.mark.parametrize("first", ["[Seri 2010] PDRB", "{catatan}", "< 5 tahun", "<-- Contoh"])
def test_text_that_only_begins_like_markup_is_a_table(tmp_path, first):
    path = tmp_path / "x"
    path.write_text(f"{first},2023\na,1\n")
    (sheet,) = read_sheets(path, "a.csv")
    assert sheet.text[0].to_pylist() == [first, "a"]


def test_a_csv_called_xlsx_and_a_workbook_called_csv(tmp_path):
    path = tmp_path / "x"
    path.write_text("a,b\n1,2\n")
    assert read_sheets(path, "a.xlsx")[0].n_rows == 2
    assert read_sheets(book(tmp_path / "y.xlsx", Data=[["a"]]), "a.csv")[0].name == "Data"


def test_a_hostile_name_is_written_out(tmp_path):
    path = tmp_path / "x"
    path.touch()
    with pytest.raises(Refused) as caught:
        read_sheets(path, "a\nTOLAK palsu: b.csv")
    assert "\n" not in str(caught.value)


def test_a_damaged_query_result(tmp_path):
    path = tmp_path / "x"
    pq.write_table(pa.table({"a": [1]}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert refusal(path, "koneksi/data.parquet").rule == "berkas_rusak"
