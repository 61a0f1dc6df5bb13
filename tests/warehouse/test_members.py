"""Codes become members: the version of their period, the agency that is meant, and what no list has yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from psycopg2.extensions import connection as Connection

from etl.cli_status import print_summary, summarised
from etl.contract import Contract
from etl.frames import Tidy
from etl.load.account import new_members, submission_account
from etl.load.checks import run_checks
from etl.load.code_lists import read_lists
from etl.load.figures import usual_amounts
from etl.load.members import Beside, beside, split
from etl.load.reference import seed
from etl.load.warehouse import connect, sql
from etl.settings import WAREHOUSE_SQL, Settings
from expectations.page import page
from tests.warehouse.budget_data import Amount, budget, budget_contract, sync
from tests.warehouse.tidy_data import loaded

BY = budget_contract()
JAN = "2026-01"


@pytest.fixture
def conn(warehouse_dsn: str) -> Iterator[Connection]:
    conn = connect(warehouse_dsn)
    sync(conn, BY)
    yield conn
    conn.close()


def ask(conn: Connection, text: str, *values: object) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(text, values or None)
        return cursor.fetchall()


def load(conn: Connection, data: Tidy, by: Contract = BY, content: str = "a") -> int:
    return loaded(conn, by, data, path=f"{by.skpd}/anggaran.xlsx", content=content)[0]


def figure(**codes: str) -> Amount:
    return Amount("realisasi", codes.pop("periode", JAN), 1_000_000, **codes)


def held(conn: Connection, dimension: str) -> list[str]:
    """Codes of the members that the released figures point to."""
    text = (
        f"SELECT d.kode FROM dw.fakta_anggaran_kini AS f JOIN dw.dim_{dimension} AS d USING ({dimension}_id) ORDER BY 1"
    )
    return [code for (code,) in ask(conn, text)]


# ── codes that no list has ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_account_becomes_a_member_with_all_that_is_above_it(conn: Connection) -> None:
    load(conn, budget(BY, figure(rekening="5.1.02.97.98.0099")))
    found = ask(
        conn, "SELECT kode, tingkat, induk, kelompok_apbd, keyakinan FROM dw.dim_rekening WHERE kode LIKE '5.1.02.97%'"
    )
    assert sorted(found) == [
        ("5.1.02.97", "objek", "5.1.02", "belanja", "belum dikenal"),
        ("5.1.02.97.98", "rincian objek", "5.1.02.97", "belanja", "belum dikenal"),
        ("5.1.02.97.98.0099", "sub rincian objek", "5.1.02.97.98", "belanja", "belum dikenal"),
    ]
    assert run_checks(conn) == []


def test_it_takes_its_name_from_the_column_beside_it(conn: Connection) -> None:
    columns = {**BY.model_dump(mode="json", exclude_unset=True)["columns"], "uraian": {"role": "teks"}}
    columns["rekening"]["label"] = "uraian"
    by = budget_contract(columns=columns)
    sync(conn, by)
    data = budget(by, figure(rekening="5.1.02.97"), figure(rekening="5.1.02.98"))
    rows = pd.DataFrame(
        {"rekening": ["5.1.02.97", "5.1.02.98"], "uraian": ["Belanja\r\nLain ", None]}, index=data.rows.index
    )
    data = replace(data, rows=rows)
    told = {"5.1.02.97": Beside("Belanja Lain", None), "5.1.02.98": Beside(None, None)}
    assert beside(by, rows) == {"rekening": told}
    load(conn, data, by)
    assert ask(conn, "SELECT kode, nama FROM dw.dim_rekening WHERE kode IN ('5.1.02.97', '5.1.02.98') ORDER BY 1") == [
        ("5.1.02.97", "Belanja Lain"),
        ("5.1.02.98", "5.1.02.98"),
    ]


def test_quarters_of_what_is_counted_may_be_added_up_a_percentage_never(conn: Connection) -> None:
    """Form E.81 writes the unit beside the indicator; what has none is not added up."""
    units = {"Dokumen": True, "Orang": True, "Km": True, "%": False, "Indeks": False, "Nilai SAKIP": False, None: False}
    given = {
        "codes": [f"Jumlah {unit}" for unit in units],
        "names": [f"Jumlah {unit}" for unit in units],
        "units": list(units),
        "directions": [None] * len(units),
        "source": "kiriman uji",
    }
    with conn, conn.cursor() as cursor:
        cursor.execute(sql("load/member.sql#add_tolok_ukur"), given)
    assert dict(ask(conn, "SELECT satuan, dapat_dijumlah FROM dw.dim_tolok_ukur WHERE tolok_ukur_id > 1")) == units


def test_a_supporting_programme_is_the_nomenclatures_under_the_agencys_bidang(conn: Connection) -> None:
    load(conn, budget(BY, figure(sub_kegiatan="1.02.01.2.01.0001")))
    found = ask(
        conn,
        """SELECT k.kode, k.tingkat, k.induk, k.nama = x.nama, k.satuan IS NOT DISTINCT FROM x.satuan, k.keyakinan
        FROM dw.dim_kegiatan AS k JOIN dw.dim_kegiatan AS x ON x.kode = 'X.XX' || substr(k.kode, 5)
        WHERE k.kode LIKE '1.02.01%' ORDER BY 1""",
    )
    assert found == [
        ("1.02.01", "program", "1.02", True, True, "tinggi"),
        ("1.02.01.2.01", "kegiatan", "1.02.01", True, True, "tinggi"),
        ("1.02.01.2.01.0001", "sub_kegiatan", "1.02.01.2.01", True, True, "tinggi"),
    ]
    assert held(conn, "kegiatan") == ["1.02.01.2.01.0001"]
    assert new_members(conn) == []
    assert run_checks(conn) == []


def test_a_new_sub_kegiatan_below_a_known_kegiatan_adds_only_itself(conn: Connection) -> None:
    load(conn, budget(BY, figure(sub_kegiatan="1.02.02.2.01.9999")))
    assert [(one.dimensi, one.kode, one.sumber) for one in new_members(conn)] == [
        ("kegiatan", "1.02.02.2.01.9999", "kiriman dinkes.lra")
    ]


def test_what_the_walidata_then_lists_is_the_same_member(conn: Connection, tmp_path: Path) -> None:
    load(conn, budget(BY, figure(sub_kegiatan="1.02.02.2.01.9999")))
    before = ask(conn, "SELECT kegiatan_id FROM dw.dim_kegiatan WHERE kode = '1.02.02.2.01.9999'")
    shutil.copytree(WAREHOUSE_SQL / "reference", tmp_path / "reference")
    with (tmp_path / "reference" / "kegiatan.csv").open("a", encoding="utf-8") as file:
        kode = "1.02.02.2.01.9999"
        file.write(f"{kode},sub_kegiatan,Yang Baru,{kode[:12]},kabupaten/kota,,,,Unit,2025-01-01,,surat,tinggi\n")
    seed(conn, tmp_path / "reference")
    after = ask(
        conn, "SELECT kegiatan_id, nama, berlaku_dari::text FROM dw.dim_kegiatan WHERE kode = '1.02.02.2.01.9999'"
    )
    assert after == [(*before[0], "Yang Baru", "2025-01-01")]
    assert new_members(conn) == []
    said = ask(
        conn, "SELECT isi ->> 'keyakinan' FROM dw.riwayat_dimensi WHERE dimensi = 'dim_kegiatan' ORDER BY sampai"
    )
    assert said[0] == ("belum dikenal",)


# ── the member that is meant ─────────────────────────────────────────────────────────────────────────────────────────


def test_sipds_wider_accounts_are_the_lists_accounts(conn: Connection) -> None:
    load(conn, budget(BY, figure(rekening="5.1.02.01.001.00024"), figure(rekening="5.1.02.01.01.0026")))
    assert held(conn, "rekening") == ["5.1.02.01.01.0024", "5.1.02.01.01.0026"]
    assert new_members(conn) == []


def test_an_agency_by_code_sipd_code_name_abbreviation_or_former_name(conn: Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_skpd SET kode_sipd = '1.02.0.00.0.00.01.0000' WHERE kode = 'KT18'")
        cursor.execute(
            "INSERT INTO dw.padanan (dimensi, kode_lama, kode_baru, jenis, sumber, keyakinan)"
            " VALUES ('skpd', 'Dinas Kesehatan Kabupaten', 'KT18', 'ganti nama', 'uji', 'tinggi')"
        )
    asked = ["KT18", "1.02.0.00.0.00.01.0000", "dinas kesehatan", "DINKES", "Dinas Kesehatan Kabupaten"]
    for no, code in enumerate(asked):
        load(conn, budget(BY, figure(skpd=code, periode=f"2026-{no + 1:02d}")), content=code)
    assert held(conn, "skpd") == ["KT18"] * len(asked)


def test_no_agency_is_the_producer(conn: Connection) -> None:
    load(conn, budget(BY, figure(skpd="")))
    assert held(conn, "skpd") == ["KT20"]


def test_an_agency_that_nobody_knows_gives_way_once_its_code_is_known(conn: Connection) -> None:
    load(conn, budget(BY, figure(skpd="1.02.0.00.0.00.01.0000")))
    assert [one.dimensi for one in new_members(conn)] == ["skpd"]
    with conn, conn.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_skpd SET kode_sipd = '1.02.0.00.0.00.01.0000' WHERE kode = 'KT18'")
    load(conn, budget(BY, figure(skpd="1.02.0.00.0.00.01.0000", periode="2026-02")), content="b")
    assert held(conn, "skpd") == ["1.02.0.00.0.00.01.0000", "KT18"]


def test_a_fund_by_its_spellings(conn: Connection) -> None:
    columns = {
        **BY.model_dump(mode="json", exclude_unset=True)["columns"],
        "tahap": {"role": "rincian", "list": "sumber_dana"},
    }
    by = budget_contract(columns=columns)
    sync(conn, by)
    data = budget(
        by,
        figure(tahap="dana bagi hasil (dbh)"),
        figure(tahap="pad", rekening="5.1.02.02"),
        figure(tahap="Hibah Langit"),
    )
    load(conn, data, by)
    assert held(conn, "sumber_dana") == ["DBH", "Hibah Langit", "PAD"]
    assert [one.kode for one in new_members(conn)] == ["Hibah Langit"]


def test_the_version_of_the_period(conn: Connection) -> None:
    with conn, conn.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_rekening SET berlaku_sampai = '2026-02-15' WHERE kode = '5.1.02.01'")
        cursor.execute(
            "INSERT INTO dw.dim_rekening (kode, nama, tingkat, induk, berlaku_dari, sumber, keyakinan)"
            " VALUES ('5.1.02.01', 'Belanja Barang (baru)', 'objek', '5.1.02', '2026-02-15', 'uji', 'tinggi')"
        )
    load(conn, budget(BY, figure(), figure(periode="2026-02"), figure(periode="2026-03")))
    found = ask(
        conn,
        """SELECT p.kode, r.nama FROM dw.fakta_anggaran_kini AS f
        JOIN dw.dim_periode AS p USING (periode_id) JOIN dw.dim_rekening AS r USING (rekening_id) ORDER BY 1""",
    )
    assert [name == "Belanja Barang (baru)" for _, name in found] == [False, True, True]


def test_a_free_text_may_hold_the_separators() -> None:
    columns = {**BY.model_dump(mode="json", exclude_unset=True)["columns"]}
    further, rest = split(
        budget_contract(columns=columns),
        (["skpd=KT18|sub_kegiatan=a|b=c|rekening=5.1", "rekening=5.2"], pd.array([0, 1, 0]).to_numpy()),
    )
    assert further["kegiatan"][0] == ["a|b=c", ""]
    assert further["rekening"][0] == ["5.1", "5.2"]
    assert further["skpd"][1].tolist() == [0, 1, 0]
    assert rest[0] == [""]


# ── lists and reports ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lists_of_a_contract_are_read_with_names_versions_and_bidang(conn: Connection) -> None:
    lists = read_lists(conn, BY)
    assert set(lists.lists) == {"skpd", "kegiatan", "rekening", "tahap"}
    assert list(lists.lists["tahap"].entries) == ["pokok", "pergeseran", "perubahan"]
    assert lists.lists["tahap"].complete
    assert not lists.lists["rekening"].complete
    assert lists.lists["skpd"].find("dinas kesehatan")[0].kode == "KT18"
    assert lists.bidang["kt16"] == {"1.01", "2.22"}
    assert lists.producer == "KT20"
    assert lists.lists["kegiatan"].successors["1.02.02.2.02.0028"] == ("1.02.02.2.02.0053",)
    assert lists.lists["kegiatan"].find("1.02.01.2.01.0001")[0].kode == "X.XX.01.2.01.0001"


def test_what_is_released_says_how_large_amounts_usually_are(conn: Connection) -> None:
    agencies = [
        Amount("pagu", JAN, size, skpd=skpd, tahap="pokok") for skpd, size in (("KT18", 5), ("KT16", 7), ("KT22", 0))
    ]
    load(conn, budget(BY, Amount("pagu", "2025-12", 1_000, tahap="pokok")))
    load(conn, budget(BY, agencies, Amount("kas", JAN, -30)), content="b")
    loaded(conn, BY, budget(BY, Amount("pagu", "2026-02", 9, tahap="pokok")), content="c", release_by=None)
    assert usual_amounts(conn, BY) == {
        ("lra.pagu", "1.02.02.2.01.0001", "5.1.02.01"): 5.0,
        ("lra.kas", "1.02.02.2.01.0001", "5.1.02.01"): 30.0,
    }


def test_status_lists_what_waits_for_the_walidata_and_what_to_do(
    conn: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(conn.dsn, tmp_path / "var", tmp_path, "")
    print_summary(settings, {})
    assert "Menunggu walidata" not in capsys.readouterr().out
    load(conn, budget(BY, figure(rekening="5.1.02.97")))
    print_summary(settings, {})
    told = " ".join(capsys.readouterr().out.split())
    assert "Menunggu walidata: 1 kode pada angka belum ada dalam daftarnya: rekening 5.1.02.97" in told
    assert "tambahkan ke warehouse_sql/reference/<dimensi>.csv" in told
    assert [one["kode"] for one in summarised(settings, {})["anggota_baru"]] == ["5.1.02.97"]


def test_a_report_names_what_its_differences_are_of(conn: Connection) -> None:
    load(conn, budget(BY, Amount("pagu", JAN, 100, skpd="KT18", tahap="pokok")))
    changed = load(conn, budget(BY, Amount("pagu", JAN, 150, skpd="KT18", tahap="pokok")), content="b")
    account = submission_account(conn, changed)
    (line,) = page(account)["beda"]["baris"]
    (sub,), (account_name,) = (
        ask(conn, "SELECT nama FROM dw.dim_kegiatan WHERE kode = '1.02.02.2.01.0001'"),
        ask(conn, "SELECT nama FROM dw.dim_rekening WHERE kode = '5.1.02.01'"),
    )
    assert line["rincian"] == "; ".join(
        ["KT18 Dinas Kesehatan", f"1.02.02.2.01.0001 {sub[0]}", f"5.1.02.01 {account_name[0]}", "APBD (DPA)"]
    )
