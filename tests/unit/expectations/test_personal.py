"""Personal data is found in the shapes in which it comes, and figures and codes are left alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from expectations import personal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6408010101900001", personal.NIK),
        ("6408014101900001", personal.NIK),  # a woman: day + 40
        ("6408010101900000", personal.NIK),  # last digit destroyed by Excel
        ("6408 0101 0190 0001", personal.NIK),
        ("NIK: 6408010101900001 (KTP)", personal.NIK),
        ("'6408010101900001", personal.NIK),
        ("6.40801E+15", personal.NIK),
        ("6,40801e+15", personal.NIK),
        ("081234567890", personal.PHONE),
        ("0812-3456-7890", personal.PHONE),
        ("+62 812 3456 7890", personal.PHONE),
        ("HP 08123456789.", personal.PHONE),
        ("budi.santoso@contoh.go.id", personal.EMAIL),
        ("a@b.id", personal.EMAIL),
    ],
)
def test_found(text: str, kind: str) -> None:
    assert personal.kinds(text) == (kind,)
    assert personal.suspects(pa.array([None, "Sangatta", text])).to_pylist() == [text]


@pytest.mark.parametrize(
    "text",
    [
        "6408013201900001",  # day 32
        "6408010113900001",  # month 13
        "0108010101900001",  # no such province
        "640801010190000",  # 15 digits
        "64080101019000012",  # 17 digits
        "64.08.01.2001",
        "6404010001",
        "1.071.901.893.800,00",
        "10701893800.00",
        "0.0812345678901234",
        "0,6408010101900001",
        "93.10000000000001",
        "2024-01-31 08:12:34",
        "(0549) 21234",
        "1.2E+15",
        "Desa @Sangatta",
        "",
    ],
)
def test_left_alone(text: str) -> None:
    assert personal.kinds(text) == ()
    assert personal.mask_text(text) == text


def test_mask_keeps_four_and_one() -> None:
    assert personal.mask("6408010101900001") == "6408" + "•" * 11 + "1"
    assert personal.mask("a@b.id") == "a••••d"


def test_mask_text_hides_only_the_datum() -> None:
    masked = personal.mask_text("`6408010101900001` tidak ada dalam daftar.")
    assert masked == "`6408•••••••••••1` tidak ada dalam daftar."


@pytest.mark.parametrize("text", ["M" * 100_000, "9" * 100_000, "a." * 50_000 + "@" + "a." * 50_000, "a@" * 50_000])
def test_a_cell_with_a_novel_in_it_is_looked_through_once(text: str) -> None:
    """Each of these once took minutes: every letter began the search for an address anew."""
    assert personal.mask_text(text) == text
    assert personal.kinds(text + " budi@contoh.id") == (personal.EMAIL,)


def test_suspects_look_at_every_chunk_slice_and_dictionary() -> None:
    plain = pa.array(["x", "6408010101900001", None, "081234567890", "Sangatta Utara"])
    chunked = pa.chunked_array([plain.slice(2), plain.slice(0, 2)])
    coded = plain.dictionary_encode()
    for column in (plain, chunked, coded, pa.chunked_array([coded])):
        assert sorted(personal.suspects(column).to_pylist()) == ["081234567890", "6408010101900001"]
    assert personal.suspects(plain.slice(4)).to_pylist() == []
    assert personal.suspects(pa.array([], pa.string())).to_pylist() == []


def test_suspects_in_a_long_column_that_repeats_itself_and_in_one_that_does_not() -> None:
    repeating = np.array(["Muara Wahau", "Sangatta Utara"] * 20_000, dtype=object)
    repeating[33_333] = "6408010101900001"
    assert personal.suspects(pa.array(repeating)).to_pylist() == ["6408010101900001"]
    fractions = pa.array([f"{number / 7:.14f}" for number in range(20_000)] + ["6408010101900001"])
    assert personal.suspects(fractions).to_pylist() == ["6408010101900001"]


def test_of_codes_only_what_occurs_is_suspect() -> None:
    """A phone number in the title above a table is no cell of the table."""
    codes = pa.array(["hubungi 081234567890", "Telen", "081234567891", None]).dictionary_encode().slice(1)
    assert personal.suspects(codes).to_pylist() == ["081234567891"]
