"""Regions: the real register finds itself, near twins never merge, wrong code systems are named."""

from __future__ import annotations

import pytest
from golden.grids import kutim, read_regions
from hypothesis import given
from hypothesis import strategies as st

from etl.settings import WAREHOUSE_SQL
from etl.transform.regions import Alias, Region, Regions, name_key

REGISTER = read_regions(WAREHOUSE_SQL / "reference" / "wilayah.csv")
KUTIM = [region for region in REGISTER if region.kode.startswith("64.08")]
DESA = [region for region in KUTIM if region.tingkat == "desa"]


def test_every_region_is_found_by_its_codes_and_by_its_name_within_its_parent() -> None:
    regions = kutim()
    for region in KUTIM:
        assert regions.match([region.kode], "kemendagri", region.tingkat)[0].kode == region.kode
        assert region.kode_bps is not None
        assert regions.match([region.kode_bps], "bps", region.tingkat)[0].kode == region.kode
        assert regions.match([region.nama.upper()], "nama", region.tingkat, [region.induk])[0].kode == region.kode


def test_no_two_names_of_the_register_fall_together_within_one_parent() -> None:
    keys = [(region.tingkat, region.induk, name_key(region.nama)[0]) for region in REGISTER]
    assert len(set(keys)) == len(keys)


@given(st.sampled_from(DESA), st.data())
def test_a_name_with_one_letter_changed_is_never_matched_to_it(region: Region, data: st.DataObject) -> None:
    """Unless the changed name is itself a name or alias of the register."""
    at = data.draw(st.integers(0, len(region.nama) - 1))
    letter = data.draw(st.sampled_from("abdegijklmnoprstuwy"))
    changed = region.nama[:at] + letter + region.nama[at + 1 :]
    answer = kutim().match([changed], "nama", "desa")[0]
    if answer.kode is not None:
        known = {name_key(other.nama)[0] for other in DESA} | {"nehasliahbing", "longmelah", "margamulia", "karyabakti"}
        assert name_key(changed)[0] in known or name_key(changed)[0] == name_key(region.nama)[0] or _is_alias(changed)


def _is_alias(name: str) -> bool:
    from golden.grids import read_aliases

    return name_key(name)[0] in {
        name_key(a.alias)[0] for a in read_aliases(WAREHOUSE_SQL / "reference" / "wilayah_alias.csv")
    }


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Kelinjau Ilir", "Kelinjau Ulu"),
        ("Benua Baru Ilir", "Benua Baru Ulu"),
        ("Pengadan", "Pengadan Baru"),
        ("Marga Mulya", "Margo Mulyo"),
        ("Mandu Dalam", "Manubar Dalam"),
        ("Manunggal Jaya", "Citra Manunggal Jaya"),
    ],
)
def test_near_twins_stay_two(one: str, two: str) -> None:
    first, second = kutim().match([one, two], "nama", "desa")
    assert first.kode and second.kode and first.kode != second.kode


def test_an_unknown_name_is_answered_with_the_three_nearest() -> None:
    answer = kutim().match(["Kelinjau Hilir"], "nama", "desa")[0]
    assert answer.kode is None
    assert "Kelinjau Ilir (64.08.01.2002) di Muara Ancalong" in answer.message
    assert answer.message.count("(64.08") == 3


@pytest.mark.parametrize("text", ["Sangatta", "Kec. Sangata", "Kecamatan SANGATTA"])
def test_the_old_undivided_kecamatan_is_refused(text: str) -> None:
    answer = kutim().match([text], "nama", "kecamatan")[0]
    assert answer.kode is None and "bermakna ganda" in answer.message


def test_benua_baru_needs_its_kecamatan() -> None:
    alone, bengkal, sangkulirang = kutim().match(["Benua Baru"] * 3, "nama", "desa", [None, "64.08.03", "64.08.05"])
    assert alone.kode is None and "64.08.03.2005" in alone.message and "64.08.05.2006" in alone.message
    assert (bengkal.kode, sangkulirang.kode) == ("64.08.03.2005", "64.08.05.2006")


def test_a_name_of_kecamatan_and_desa_needs_its_level() -> None:
    open_level, kecamatan, desa = (
        kutim().match(["Kaliorang"], "nama", level)[0] for level in (None, "kecamatan", "desa")
    )
    assert open_level.kode is None and "64.08.10" in open_level.message
    assert kecamatan.kode == "64.08.10" and desa.kode is not None and desa.kode.startswith("64.08.10.")
    assert kutim().match(["Kec. Kaliorang"], "nama")[0].kode == "64.08.10"
    assert kutim().match(["Kec. Kaliorang"], "nama", "desa")[0].kode is None


def test_a_name_in_another_kecamatan_is_not_taken_from_there() -> None:
    answer = kutim().match(["Sepaso"], "nama", "desa", ["64.08.10"])[0]
    assert answer.kode is None and "tidak ada di Kaliorang" in answer.message and "di Bengalon" in answer.message


@pytest.mark.parametrize(
    ("scheme", "text", "piece"),
    [
        ("kemendagri", "6404", "kode BPS"),
        ("kemendagri", "6404010001", "kode BPS"),
        ("kemendagri", "6408", "tanpa titik"),
        ("kemendagri", "64.8", "angka nolnya hilang, mungkin"),
        ("kemendagri", "64.8.1", "mungkin Muara Ancalong (64.08.01)"),
        ("kemendagri", "2001-08-06", "tanggal"),
        ("kemendagri", "64.08.99", "tidak ada dalam daftar"),
        ("bps", "64.08", "kode Kemendagri (Kabupaten Kutai Timur"),
        ("bps", "6.40401E+9", "tulisan ilmiah"),
        ("bps", "6408999", "tidak ada dalam daftar"),
    ],
)
def test_wrong_codes_say_what_they_seem_to_be(scheme: str, text: str, piece: str) -> None:
    answer = kutim().match([text], scheme)[0]  # type: ignore[arg-type]
    assert answer.kode is None and piece in answer.message


def test_kemendagri_and_bps_numbers_of_two_regencies_are_not_confused() -> None:
    regions = kutim()
    assert regions.match(["64.03"], "kemendagri")[0].kode == "64.03"  # Berau
    assert regions.match(["6403"], "bps")[0].kode == "64.02"  # Kutai Kartanegara
    assert regions.match(["6403"], "kemendagri")[0].kode is None


def test_bps_codes_from_number_cells_and_floats() -> None:
    assert [m.kode for m in kutim().match(["6404010", "6404011.0"], "bps")] == ["64.08.01", "64.08.06"]


def test_a_code_of_another_level_is_refused() -> None:
    answer = kutim().match(["64.08.01"], "kemendagri", "desa")[0]
    assert answer.kode is None and "adalah kecamatan" in answer.message


def test_aliases_and_totals() -> None:
    assert kutim().match(["Kongbeng"], "nama", "kecamatan")[0].kode == "64.08.08"
    assert "baris jumlah" in kutim().match(["JUMLAH"], "nama", "kecamatan")[0].message


def test_kota_is_part_of_the_name() -> None:
    regions = Regions(
        [
            Region("13.03", "1303", "Kabupaten Solok", "kabupaten", None),
            Region("13.72", "1372", "Kota Solok", "kabupaten", None),
            Region("64.02.09", None, "Kota Bangun", "kecamatan", None),
        ],
        [Alias("Solok Kota", None, "kabupaten")],
    )
    found = regions.match([" Solok", "KAB. SOLOK", "kota solok", "Solok Kota"], "nama", "kabupaten")
    assert [match.kode for match in found] == ["13.03", "13.03", "13.72", None]
    assert regions.match(["Kota Bangun"], "nama", "kecamatan")[0].kode == "64.02.09"


def test_suggestions_are_kept_to_what_a_person_reads() -> None:
    """A file in which every name is unknown must not cost a comparison for each of them."""
    answers = kutim().match([f"Tak Dikenal {n}" for n in range(5_000)], "nama", "desa")
    assert all(answer.kode is None for answer in answers)
    assert sum("paling mirip" in answer.message for answer in answers) <= 200
