"""BPS metadata from a contract: what is known is filled in, every rule is asked, nothing personal goes out."""

from __future__ import annotations

import csv
import json
from datetime import date

import openpyxl
import pytest

from etl.catalogue import load_contracts
from etl.contract import Skpd
from etl.publish.ms import metadata
from etl.publish.ms_files import refresh_metadata, write
from etl.publish.ms_rules import Field, choice_words, faults, fields, understood
from etl.publish.ms_sheets import workbook
from etl.settings import PROJECT
from tests.entry.office import SOFFICE, Office
from tests.warehouse.tidy_data import contract

TODAY = date(2026, 11, 25)
AGENCY = Skpd(nama="Dinas Kesehatan", kode="KT18", folder="dinkes", kontak="data@dinkes.example")
FULL = {
    "cara_pengumpulan_data": "3",
    "sektor_kegiatan": "9",
    "alamat": "Jl. Soekarno Hatta, Sangatta",
    "unit_eselon2": "Dinas Kesehatan",
    "pj_jabatan": "Kepala Bidang Kesehatan Masyarakat",
    "latar_belakang": "Data fasilitas kesehatan diperlukan untuk perencanaan layanan dasar di setiap kecamatan.",
    "tujuan": "Menyediakan jumlah fasilitas kesehatan menurut kecamatan untuk umum dan perencana.",
    **{f"jadwal_{step}_awal": "2024-01-02" for step in ("perencanaan", "desain", "pengumpulan", "pengolahan")},
    **{f"jadwal_{step}_akhir": "2024-03-01" for step in ("perencanaan", "desain", "pengumpulan", "pengolahan")},
    **{f"jadwal_{step}_awal": "2024-03-02" for step in ("analisis", "diseminasi", "evaluasi")},
    **{f"jadwal_{step}_akhir": "2024-04-01" for step in ("analisis", "diseminasi", "evaluasi")},
    "tipe_pengumpulan": "2",
    "cakupan_wilayah": "1",
    "metode_pengumpulan": "8",
    "sarana_pengumpulan": "16",
    "unit_pengumpulan": "8 (lainnya: fasilitas kesehatan)",
    "rilis_digital": "2025-04-01",
}


def told(**changes):
    by = contract(ms_keg={**FULL, **changes})
    return metadata(by, AGENCY, year="2024", today=TODAY)


def keg(**changes):
    """Faults of MS-Keg by number, when these fields are filled in otherwise."""
    found = {}
    for problem in told(**changes).problems:
        if problem.form == "MS-Keg":
            found.setdefault(problem.number, []).append(problem.fault)
    return found


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_rule_of_the_reference_is_understood():
    with (PROJECT / "warehouse_sql" / "reference" / "metadata_bps.csv").open(encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["form"].startswith("MS-")]
    forms = [field for form in ("MS-Keg", "MS-Var", "MS-Ind") for field in fields(form)]
    assert len(forms) == len(lines) > 100
    unknown = [(f.form, f.number, clause) for f in forms for clause, match, _ in understood(f) if match is None]
    assert unknown == []


def test_an_unknown_rule_is_an_error():
    field = Field("MS-Keg", "Sampul", "0.1", "judul_kegiatan", "Judul", "teks", {}, "wajib; ditulis tangan")
    with pytest.raises(ValueError, match="ditulis tangan"):
        faults(field, {"judul_kegiatan": "x"}, today=TODAY)


def test_a_full_form_has_no_faults():
    assert keg() == {}


@pytest.mark.parametrize(
    ("changes", "number", "fault"),
    [
        ({"alamat": ""}, "1.2a", "wajib diisi"),
        ({"judul_kegiatan": "Faskes"}, "0.1", "paling sedikit 10 huruf"),
        ({"tujuan": "Pendek"}, "3.2", "paling sedikit 50 huruf"),
        ({"tahun": "2031"}, "0.2", "harus antara 2019 dan 2026"),
        ({"tahun": "'24"}, "0.2", "harus tahun empat angka"),
        ({"email": "dinkes"}, "1.2c", "bukan alamat surel"),
        ({"sektor_kegiatan": "23"}, "0.5", "harus salah satu kode"),
        ({"metode_pengumpulan": "32"}, "4.6", "harus jumlah dari kode 1 + 2 + 4 + 8 + 16 (1 sampai 31)"),
        ({"metode_pengumpulan": "24"}, "4.6", "memuat Lainnya (16): sebutkan"),
        ({"jadwal_desain_akhir": "2023-12-31"}, "3.3.2b", "mendahului tanggal awalnya (2024-01-02)"),
        ({"jadwal_desain_awal": "2 Januari"}, "3.3.2a", "harus tanggal"),
        ({"apakah_mendapat_rekomendasi": "1"}, "0.7", "wajib diisi, sebab 0.6 = 1"),
        ({"apakah_mendapat_rekomendasi": "2", "identitas_rekomendasi": "V-24"}, "0.7", "harus kosong, sebab 0.6 = 2"),
        ({"kegiatan_dilakukan": "1"}, "4.2", "harus kosong, sebab 4.1 = 1"),
        ({"cakupan_wilayah": "2"}, "4.5", "wajib diisi, sebab 4.4 = 2"),
        ({"kerangka_sampel": "1"}, "5.4", "harus kosong: hanya diisi bila 0.4 = 2"),
        ({"cara_pengumpulan_data": "2"}, "5.4", "belum diisi, padahal 0.4 = 2"),
        (
            {"cara_pengumpulan_data": "2", "metode_pemilihan_tahap_akhir": "1", "metode_digunakan": "8"},
            "5.3",
            "harus 1 sampai 5, sebab 5.2 = 1",
        ),
        ({"sarana_pengumpulan": "3"}, "6.4", "belum diisi, padahal 4.7 memuat 1, 2, atau 4"),
        ({"petugas_pengumpulan": "1"}, "6.4", "harus kosong: hanya diisi bila 4.7 memuat"),
        (
            {"sarana_pengumpulan": "1", "jumlah_supervisor": "9", "jumlah_enumerator": "5"},
            "6.6a",
            "melebihi jumlah enumerator (5)",
        ),
        ({"sarana_pengumpulan": "1", "jumlah_supervisor": "dua"}, "6.6a", "harus bilangan bulat"),
        ({"rilis_digital": ""}, "8.2b", "wajib diisi, sebab 8.1b = Ya"),
    ],
)
def test_each_rule_fires(changes, number, fault):
    assert any(fault in one for one in keg(**changes).get(number, [])), keg(**changes)


def test_a_sum_of_codes_is_put_in_words():
    (method,) = [field for field in fields("MS-Keg") if field.key == "metode_pengumpulan"]
    assert choice_words(method, "9") == "Wawancara; Pengumpulan data sekunder"
    assert choice_words(method, "17 (lainnya: citra satelit)") == "Wawancara; Lainnya"


# ── what is filled in ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_contract_fills_what_it_knows():
    found = told()
    assert found.activity["instansi_penyelenggara"] == "Dinas Kesehatan"
    assert (found.activity["frekuensi"], found.activity["tingkat_penyajian"]) == ("7", "8")
    assert found.activity["variabel_nama"].splitlines()[1] == "2. Puskesmas"
    measure = found.variables[1]
    assert (measure["alias"], measure["tipe_data"], measure["satuan"]) == ("puskesmas", "Numerik", "unit")
    assert "angka dapat dibaca" in measure["aturan_validasi"].lower()
    assert found.indicators[0]["nama_variabel_pembangun"] == "Puskesmas"
    assert set(found.indicators[0]) == {field.key for field in fields("MS-Ind")}


def test_rules_of_the_contract_become_aturan_validasi():
    rule = {
        "rule": "between",
        "columns": ["puskesmas"],
        "min": 0,
        "max": 50,
        "severity": "tolak",
        "say": "Paling banyak 50.",
    }
    found = metadata(contract(rules=[rule]), AGENCY, today=TODAY).variables
    assert "Paling banyak 50" in found[1]["aturan_validasi"]
    assert "Paling banyak 50" not in found[2]["aturan_validasi"]


def test_nothing_is_guessed_and_nothing_personal_goes_out():
    found = told(ttd_nip="196501011990031001", ttd_nama="Siti", tak_dikenal="x")
    assert "196501011990031001" not in json.dumps(found.as_json()) and "Siti" not in json.dumps(found.as_json())
    faults_told = {(problem.subject, problem.fault) for problem in found.problems}
    assert ("ttd_nip", "data pribadi: hapus dari kontrak; diisi saat ditandatangani") in faults_told
    assert ("tak_dikenal", "tidak ada isian dengan nama ini pada MS-Keg") in faults_told
    missing = {(p.number, p.subject) for p in found.problems if p.form == "MS-Ind"}
    assert {("5", "Puskesmas"), ("6", "Pustu")} <= missing


def test_every_demo_contract_has_its_forms(tmp_path):
    catalogue = load_contracts(PROJECT / "datasets")
    for name, one in catalogue.contracts.items():
        found = metadata(one, catalogue.skpd[one.producer], year="2024", today=TODAY)
        assert len(found.variables) >= 2 and len(found.indicators) == len(one.indikator), name
        paths = write(found, tmp_path)
        assert json.loads(paths[1].read_text())["ms_keg"]["judul_kegiatan"] == one.title


def test_what_is_published_follows_the_contracts(tmp_path):
    datasets, folder = tmp_path / "datasets", tmp_path / "formulir"
    (datasets / "dinkes").mkdir(parents=True)
    (datasets / "skpd.yaml").write_text(
        "dinkes: {nama: Dinas Kesehatan, kode: KT18, folder: dinkes, kontak: data@dinkes.example}\n"
    )
    file = datasets / "dinkes" / "faskes.yaml"
    file.write_text(json.dumps(json.loads(contract().model_dump_json(exclude_defaults=True))))
    assert refresh_metadata(datasets, folder) == []
    book, machine = (folder / "dinkes" / f"dinkes.faskes.metadata-bps.{ending}" for ending in ("xlsx", "json"))
    first = book.stat().st_mtime_ns
    assert refresh_metadata(datasets, folder) == []
    assert book.stat().st_mtime_ns == first, "what says the same is left alone"
    file.write_text(file.read_text().replace("Fasilitas kesehatan menurut", "Sarana kesehatan menurut"))
    refresh_metadata(datasets, folder)
    assert json.loads(machine.read_text())["ms_keg"]["judul_kegiatan"].startswith("Sarana")
    file.write_text(file.read_text().replace('"terbuka"', '"terbatas", "access_ground": "UU 14/2008 Pasal 17 huruf h"'))
    refresh_metadata(datasets, folder)
    assert not book.exists() and not machine.exists(), "closed: nothing of it stays"
    file.write_text("id: rusak")
    (told,) = refresh_metadata(datasets, folder)
    assert "kesalahan kontrak" in told.message


# ── the workbook ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sheets(tmp_path):
    found = told(alamat="", latar_belakang='=HYPERLINK("http://jahat")')
    path = tmp_path / "ms.xlsx"
    path.write_bytes(workbook(found))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["MS-Keg", "MS-Var", "MS-Ind", "Kekurangan"]
    keg_sheet = {row[0].value: row for row in book["MS-Keg"].iter_rows() if row[0].value}
    assert len([number for number in keg_sheet if "." in str(number) and str(number)[0].isdigit()]) == 81
    assert keg_sheet["1.2a"][2].fill.fgColor.rgb == "FFFFF2CC", "missing is seen"
    assert keg_sheet["3.1"][2].data_type == "s", "a text is never a formula"
    assert keg_sheet["4.2"][3].value == "Tahunan"
    assert [cell.value for cell in book["MS-Ind"][5]][:4] == ["No", "Nama Indikator", "Konsep", "Definisi"]
    listed = [[cell.value for cell in row] for row in book["Kekurangan"].iter_rows(min_row=6)]
    assert ["MS-Keg", "1.2a", "Alamat Lengkap Instansi Penyelenggara", None, None, "wajib diisi"] in listed
    assert len(listed) == len(found.problems)
    assert all(sheet.page_setup.orientation == "landscape" for sheet in book)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice tidak terpasang")
def test_libreoffice_opens_it(tmp_path):
    source, target = tmp_path / "ms.xlsx", tmp_path / "kembali.xlsx"
    source.write_bytes(workbook(told()))
    office = Office(tmp_path)
    office.fill(source, {}, target, sheet="MS-Keg")
    office.work()
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["MS-Keg", "MS-Var", "MS-Ind", "Kekurangan"]
    assert "Puskesmas" in [row[1].value for row in book["MS-Var"].iter_rows()]


STATISTICS = [one for one in load_contracts(PROJECT / "datasets").contracts.values() if one.fact == "indikator"]


@pytest.mark.parametrize("by", STATISTICS, ids=lambda by: by.id)
def test_the_demo_tells_of_its_activities_all_but_what_only_the_agency_knows(by):
    agency = load_contracts(PROJECT / "datasets", only_skpd=by.producer).skpd[by.producer]
    told = metadata(by, agency, today=date(2026, 1, 31))
    lacking = {(problem.label, problem.fault) for problem in told.problems if problem.form == "MS-Keg"}
    assert lacking == {("Alamat Lengkap Instansi Penyelenggara", "wajib diisi")}
    assert len(told.activity) >= 48
    assert not set(told.activity) & {"ttd_nama", "ttd_nip", "kode_kegiatan"}
