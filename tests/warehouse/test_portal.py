"""What the public reads of statistics: now, before, on a date; with its origin, never what is hidden or closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import psycopg2
import pytest

from etl.load.figure_account import LOCAL
from etl.load.release import release
from etl.load.submission import give_back
from etl.load.warehouse import connect
from tests.warehouse.tidy_data import contract, loaded, received, sync, tidy

RULE = {"below": 5, "indikator": ["faskes.puskesmas"]}
OPEN = contract(suppress=RULE)
CLOSED = contract("dinkes.rahasia", access="terbatas", access_ground="UU 14/2008 Ps 17")
FIRST = [
    ("64.08", "2024", "63", "9"),
    ("64.08.01", "2024", "3", "2"),
    ("64.08.02", "2024", "20", "7"),
    ("64.08.03", "2024", "40", "0"),
]
SECOND = [
    ("64.08", "2024", "121", "9"),
    ("64.08.01", "2024", "50", "2"),
    ("64.08.02", "2024", "21", "7"),
    ("64.08.03", "2024", "50", "0"),
]


class Story:
    """A dataset released, renamed and revised; `before` and `between` are moments of it."""

    def __init__(self, dsn):
        self.dsn = dsn
        conn = connect(dsn)
        sync(conn, OPEN, CLOSED)
        self.start = self.now()
        loaded(conn, OPEN, tidy(FIRST), path="dinkes/faskes.xlsx")
        loaded(conn, CLOSED, tidy([("64.08", "2024", "77", "78")], CLOSED), path="dinkes/rahasia.xlsx")
        self.before = self.now()
        named = OPEN.model_dump()["indikator"]
        named["faskes.puskesmas"]["nama"] = "Jumlah Puskesmas"
        sync(conn, contract(suppress=RULE, indikator=named, title="Fasilitas kesehatan, judul kedua"), CLOSED)
        with conn, conn.cursor() as cursor:
            cursor.execute("UPDATE dw.dim_wilayah SET nama = 'Muara Bengkal Baru' WHERE kode = '64.08.03'")
        self.between = self.now()
        number, _ = loaded(conn, OPEN, tidy(SECOND), path="dinkes/faskes.xlsx", content="b", release_by=None)
        release(conn, number, "Siti Aminah", "Ralat Dinas Kesehatan")
        conn.close()

    def now(self):
        return self.ask("SELECT clock_timestamp()")[0][0]

    def ask(self, text, *values):
        with psycopg2.connect(self.dsn) as conn, conn.cursor() as cursor:
            cursor.execute(text, values or None)
            return cursor.fetchall()


@pytest.fixture(scope="module")
def story(module_warehouse_dsn):
    return Story(module_warehouse_dsn)


def puskesmas(story, source, *values):
    columns = "wilayah, nilai, penanda, nama_indikator, nama_wilayah"
    query = f"SELECT {columns} FROM {source} WHERE indikator = 'faskes.puskesmas'"
    return {w: (n and int(n), p, i, name) for w, n, p, i, name in story.ask(query, *values)}


def test_as_published_on_a_date_with_the_names_of_that_day(story):
    then = puskesmas(story, "portal.nilai_pada(%s)", story.before)
    assert {w: line[0] for w, line in then.items()} == {"64.08": 63, "64.08.01": None, "64.08.02": None, "64.08.03": 40}
    assert then["64.08.03"][2:] == ("Puskesmas", "Muara Bengkal")
    renamed = puskesmas(story, "portal.nilai_pada(%s)", story.between)
    assert renamed["64.08.03"] == (40, None, "Jumlah Puskesmas", "Muara Bengkal Baru")
    assert puskesmas(story, "portal.nilai_pada('dinkes.faskes', now())") == puskesmas(story, "portal.nilai")
    assert puskesmas(story, "portal.nilai_pada(%s)", story.start) == {}


def test_the_catalogue_is_read_as_it_was(story):
    asked = "SELECT judul, jumlah_rilis FROM portal.dataset_pada(%s) WHERE dataset = 'dinkes.faskes'"
    assert story.ask(asked, story.before) == [("Fasilitas kesehatan menurut kecamatan", 1)]
    assert story.ask(asked, story.now()) == [("Fasilitas kesehatan, judul kedua", 2)]
    assert story.ask(asked, story.start) == []
    assert story.ask(
        "SELECT nama FROM portal.indikator_pada(%s) WHERE indikator = 'faskes.puskesmas'", story.before
    ) == [("Puskesmas",)]


def test_a_revision_lists_old_new_percent_reason_role_and_time(story):
    found = story.ask(
        "SELECT wilayah, nilai_lama, nilai_baru, persen, alasan, oleh, jenis FROM portal.revisi "
        "WHERE dataset = 'dinkes.faskes' AND wilayah IN ('64.08.01', '64.08.03')  ORDER BY 1"
    )
    assert found == [
        ("64.08.01", None, 50, None, "Ralat Dinas Kesehatan", "walidata", "berubah"),
        ("64.08.03", 40, 50, 25, "Ralat Dinas Kesehatan", "walidata", "berubah"),
    ]


def test_no_name_of_a_person_is_public(story):
    """Releasers and those who hand files in are roles; their names are the walidata's to know."""
    views = story.ask(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'v' AND relnamespace = 'portal'::regnamespace"
    )
    for (view,) in views:
        assert story.ask(f"SELECT count(*) FROM {view} AS v WHERE v::text LIKE '%%Siti%%'") == [(0,)], view
    assert story.ask("SELECT DISTINCT dirilis_oleh FROM portal.asal_angka ORDER BY 1") == [
        ("aturan otomatis",),
        ("walidata",),
    ]


HIDDEN = [
    "portal.nilai_riwayat",
    "portal.asal_angka",
    "portal.nilai_pada('{before}')",
    "portal.nilai_pada('{between}')",
    "portal.nilai_pada('dinkes.faskes', '{before}')",
]


@pytest.mark.parametrize("source", HIDDEN)
def test_what_was_hidden_stays_hidden_in_every_view_of_the_past(story, source):
    source = source.format(before=story.before, between=story.between)
    found = story.ask(
        f"SELECT wilayah, nilai, penanda FROM {source} WHERE indikator = 'faskes.puskesmas' "
        "AND wilayah IN ('64.08.01', '64.08.02') AND (nilai IS NULL OR nilai IN (3, 20)) ORDER BY 1"
    )
    assert found == [("64.08.01", None, "*"), ("64.08.02", None, "*")]


def test_a_hidden_cell_is_found_by_no_condition(story):
    """A reader's own condition sees what the view shows: the hidden number neither matches nor divides by zero."""
    for view in ("portal.nilai_riwayat", "portal.asal_angka"):
        assert story.ask(f"SELECT count(*) FROM {view} WHERE nilai = 3") == [(0,)]
        assert story.ask(f"SELECT count(*) FROM {view} WHERE indikator = 'faskes.puskesmas' AND 1 / (nilai - 3) > 2")


def test_a_contract_that_shows_again_does_not_rewrite_what_was_seen(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, OPEN)
    loaded(conn, OPEN, tidy(FIRST))
    conn.commit()
    with conn, conn.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        hidden_at = cursor.fetchone()[0]
    sync(conn, contract())
    with conn, conn.cursor() as cursor:
        one = "WHERE indikator = 'faskes.puskesmas' AND wilayah = '64.08.01'"
        cursor.execute(f"SELECT nilai FROM portal.nilai {one} UNION ALL SELECT nilai FROM portal.nilai_riwayat {one}")
        assert cursor.fetchall() == [(3,), (3,)]
        cursor.execute(f"SELECT nilai, penanda FROM portal.nilai_pada(%s) {one}", (hidden_at,))
        assert cursor.fetchall() == [(None, "*")]
    conn.close()


CLOSED_TO_ALL = [
    "nilai", "nilai_riwayat", "asal_angka", "revisi", "rilis", "kalender", "mutu", "rekonsiliasi",
    "nilai_pada(now())", "nilai_pada('dinkes.rahasia', now())",
]  # fmt: skip


@pytest.mark.parametrize("source", CLOSED_TO_ALL)
def test_restricted_datasets_are_metadata_only(story, source):
    assert story.ask(f"SELECT count(*) FROM portal.{source} WHERE dataset = 'dinkes.rahasia'") == [(0,)]
    assert story.ask("SELECT akses FROM portal.dataset WHERE dataset = 'dinkes.rahasia'") == [("terbatas",)]


def test_a_retired_dataset_and_one_closed_today_are_gone_from_the_past_too(warehouse_dsn):
    conn = connect(warehouse_dsn)
    sync(conn, contract())
    loaded(conn, contract(), tidy(FIRST))
    for change in ("aktif = false", "aktif = true, akses = 'terbatas'"):
        with conn, conn.cursor() as cursor:
            cursor.execute(f"UPDATE dw.dim_dataset SET {change}")
            for source in (
                "nilai",
                "nilai_riwayat",
                "asal_angka",
                "rilis",
                "nilai_pada(now() - interval '1 microsecond')",
            ):
                cursor.execute(f"SELECT count(*) FROM portal.{source}")
                assert cursor.fetchall() == [(0,)], (change, source)
    with conn, conn.cursor() as cursor:
        cursor.execute("UPDATE dw.dim_dataset SET akses = 'terbuka'")
    with conn, conn.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal.nilai")
        assert cursor.fetchall() == [(8,)]
        cursor.execute("SELECT count(*) FROM portal.nilai_pada(now() - interval '1 hour')")
        assert cursor.fetchall() == [(0,)], "an hour ago nothing was released"
    conn.close()


def test_origin_names_file_sheet_cell_and_checks(story):
    ((berkas, lembar, baris, kolom, checks, way),) = story.ask(
        "SELECT berkas, lembar, baris, kolom, pemeriksaan, cara_terima FROM portal.asal_angka "
        "WHERE indikator = 'faskes.puskesmas' AND wilayah = '64.08.03' AND berlaku_sampai = 'infinity'"
    )
    assert (berkas, lembar, baris, kolom, way) == ("faskes.xlsx", "Data", 5, "C", "diambil dari sumber SKPD")
    assert checks == [{"pemeriksaan": "Tidak negatif", "tingkat": "tolak", "diperiksa": 10, "gagal": 0}]


def test_quality_counts_what_the_records_say(story):
    ((akurasi, checks, metadata),) = story.ask(
        "SELECT akurasi_persen, jumlah_lolos, metadata_persen FROM portal.mutu WHERE dataset = 'dinkes.faskes'"
    )
    assert (akurasi, checks, metadata) == (100, 1, round(100 * 3 / 8, 2))


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────────────


def calendar(conn, **asked):
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "SELECT periode, status, berikutnya FROM portal.kalender WHERE dataset = 'dinkes.faskes' ORDER BY mulai"
        )
        return cursor.fetchall()


def test_the_calendar_says_what_is_due_and_what_is_late(warehouse_dsn):
    """Yearly, due in 90 days with 30 of grace: the years are counted from today, so that it holds on any day."""
    conn = connect(warehouse_dsn)
    by = contract(calendar={"period": "tahunan", "due_days": 90, "grace_days": 30})
    sync(conn, by)
    today = datetime.now(LOCAL).date()
    this = today.year
    loaded(conn, by, tidy([("64.08", str(this - 3), "1", "2")]))
    returned = received(conn, by, content="x")
    give_back(conn, returned, findings=[], contract=by, tidy=tidy([("64.08", str(this - 2), "1", "2")]))
    loaded(conn, by, tidy([("64.08", str(this), "1", "2")]), content="c", path="dinkes/dini.xlsx")
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "UPDATE audit.submission SET received_at = %s WHERE periods = %s", (date(this - 2, 3, 1), [str(this - 3)])
        )
    late_from = date(this - 1, 12, 31) + timedelta(days=120)
    grace_from = date(this - 1, 12, 31) + timedelta(days=90)
    last_year = "terlambat" if today > late_from else "ditunggu" if today > grace_from else "belum jatuh tempo"
    found = calendar(conn)
    assert [line[:2] for line in found] == [
        (str(this - 3), "tepat waktu"),
        (str(this - 2), "terlambat"),
        (str(this - 1), last_year),
        (str(this), "tepat waktu"),
    ]
    assert [line[0] for line in found if line[2]] == ([] if last_year == "terlambat" else [str(this - 1)])
    conn.close()


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("semesteran", r"^\d{4}-S[12]$"),
        ("triwulanan", r"^\d{4}-Q[1-4]$"),
        ("bulanan", r"^\d{4}-\d\d$"),
        ("harian", r"^\d{4}-\d\d-\d\d$"),
    ],
)
def test_a_dataset_that_never_sent_anything_is_expected_by_its_calendar(warehouse_dsn, period, code):
    conn = connect(warehouse_dsn)
    sync(conn, contract(calendar={"period": period, "due_days": 0}))
    with conn, conn.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(periode ~ %s), min(status), bool_or(berikutnya), count(*) FROM portal.kalender", (code,)
        )
        fits, status, upcoming, count = cursor.fetchone()
    assert (fits, status, upcoming) == (True, "belum jatuh tempo", True)
    assert count >= 2, "the last one due and the one running"
    conn.close()
