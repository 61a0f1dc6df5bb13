"""How a question lays a dataset out: what is shown unasked, what is added up and what never is."""

from __future__ import annotations

import pytest

from portal.warehouse.selection import BadSelection, choose, may_sum
from tests.portal.layouts import contents, members

SEX = members("jenis_kelamin", "L", "P")
AGE_AND_SEX = [{"umur": age, "jenis_kelamin": sex} for age in ("0-4", "5-9", "75+") for sex in "LP"]


def test_regions_by_period_are_shown_unasked_and_a_count_without_a_total_is_added_up():
    chosen = choose(contents(*SEX), {})
    assert (chosen.rows, chosen.columns, chosen.level) == ("wilayah", "periode", "kecamatan")
    assert chosen.held == {"jenis_kelamin": "jumlah"}
    assert [member.code for member in chosen.offers["jenis_kelamin"]] == ["jumlah", "L", "P"]


def test_the_total_that_the_dataset_gives_is_taken_and_nothing_is_added_to_it():
    chosen = choose(contents(*members("jenis_kelamin", "", "L", "P")), {})
    assert chosen.held == {"jenis_kelamin": ""}
    assert "jumlah" not in [member.code for member in chosen.offers["jenis_kelamin"]]


def test_a_rate_is_never_added_up():
    there = contents(*SEX, additive=False)
    chosen = choose(there, {"rincian.jenis_kelamin": ["jumlah"]})
    assert chosen.held == {"jenis_kelamin": "L"}
    assert len(chosen.told) == 1, "what was asked and is not done is told"
    alone = choose(there, {"baris": ["periode"], "kolom": ["jenis_kelamin"]})
    assert alone.regions == ("64.08.01",), "one region, not three together"


@pytest.mark.parametrize(
    ("name", "codes", "sums"),
    [
        ("jenis_kelamin", ["L", "P"], True),
        ("jenis_kelamin", ["L", "P", ""], False),
        ("jenis_kelamin", ["L"], False),
        ("rekening", ["5.1.01", "5.1.02"], True),
        ("rekening", ["5.1", "5.1.02"], False),
        ("rekening", ["5.1", "5.10"], True),
        ("tahap", ["pokok", "perubahan"], False),
        ("akun", ["4", "5"], False),
    ],
)
def test_members_are_added_up_where_together_they_are_one_figure(name, codes, sums):
    assert may_sum(name, [set(codes)], additive=True) is sums
    assert may_sum(name, [set(codes)], additive=False) is False


def test_a_total_is_no_hindrance_where_it_never_meets_its_parts():
    budget = [{"akun": "4", "kegiatan": ""}, {"akun": "5", "kegiatan": "1.01"}, {"akun": "5", "kegiatan": "1.02"}]
    there = contents(*budget, levels=["kabupaten"], fact="anggaran")
    assert choose(there, {"baris": ["akun"]}).held == {"kegiatan": "jumlah"}
    mixed = contents(*budget, {"akun": "5", "kegiatan": ""}, levels=["kabupaten"], fact="anggaran")
    assert choose(mixed, {"baris": ["akun"]}).held == {"kegiatan": ""}


def test_of_several_stages_the_last_and_of_several_accounts_the_fullest_is_shown():
    budget = [
        {"akun": akun, "rekening": f"{akun}.1.0{n}", "tahap": tahap}
        for akun, many in (("4", 1), ("5", 3))
        for n in range(many)
        for tahap in ("pokok", "perubahan")
    ]
    labels = {"tahap": {"pokok": "APBD", "perubahan": "APBD Perubahan"}}
    chosen = choose(contents(*budget, levels=["kabupaten"], fact="anggaran", labels=labels), {"baris": ["periode"]})
    assert chosen.columns == "rekening"
    assert chosen.held == {"akun": "5", "tahap": "perubahan"}


def test_what_can_not_be_added_up_stands_under_what_it_belongs_to():
    plan = [{"kegiatan": f"1.0{n}", "tolok_ukur": f"Ukuran {n}"} for n in range(3)]
    chosen = choose(contents(*plan, levels=["kabupaten"], fact="kinerja", additive=False), {})
    assert (chosen.rows, chosen.under, chosen.columns) == ("kegiatan", "tolok_ukur", "periode")


def test_age_and_sex_make_a_pyramid_of_all_kecamatan_together():
    chosen = choose(contents(*AGE_AND_SEX), {})
    assert (chosen.rows, chosen.columns) == ("umur", "jenis_kelamin")
    assert chosen.regions == ("jumlah",)
    assert chosen.parameters()["wilayah"] is None
    assert chosen.parameters()["tingkat"] == ["kecamatan"], "of one level: a kecamatan is not added to its desa"


def test_the_regency_itself_is_taken_before_its_parts():
    chosen = choose(contents(*SEX, levels=["kabupaten", "kecamatan"]), {"baris": ["periode"]})
    assert chosen.regions == ("64.08",)


def test_several_regions_or_periods_are_never_one_cell():
    chosen = choose(
        contents(*SEX),
        {"baris": ["jenis_kelamin"], "kolom": [""], "wilayah": ["64.08.02", "64.08.01"], "periode": ["2023", "2024"]},
    )
    assert chosen.regions == ("64.08.02",)
    assert len(chosen.periods) == 1
    assert len(chosen.told) == 2


def test_one_breakdown_at_a_time_is_shown_where_a_dataset_gives_them_apart():
    chosen = choose(contents({"umur": "0-4"}, {"umur": "5+"}, {"pendidikan": "1"}, {"pendidikan": "2"}), {})
    assert chosen.held in ({"umur": "", "pendidikan": "jumlah"}, {"umur": "jumlah", "pendidikan": ""})


@pytest.mark.parametrize(
    "question",
    [
        {"baris": ["'; DROP TABLE"]},
        {"indikator": ["lain"]},
        {"wilayah": ["64.03"]},
        {"periode": ["1999"]},
        {"tingkat": ["desa"]},
        {"rincian.jenis_kelamin": ["X"]},
    ],
)
def test_what_is_not_there_is_refused_with_what_is(question):
    with pytest.raises(BadSelection, match="Yang ada: "):
        choose(contents(*SEX), question)


def test_an_axis_asked_for_twice_is_told_and_another_is_chosen():
    chosen = choose(contents(*SEX), {"baris": ["periode"], "kolom": ["periode"]})
    assert chosen.rows == "periode"
    assert chosen.columns == "jenis_kelamin"
    assert chosen.told


def test_a_selection_asked_again_is_itself():
    for there in (contents(*SEX), contents(*AGE_AND_SEX), contents(levels=["kabupaten"])):
        chosen = choose(there, {})
        query: dict[str, list[str]] = {}
        for name, value in chosen.query():
            query.setdefault(name, []).append(value)
        assert choose(there, query) == chosen
