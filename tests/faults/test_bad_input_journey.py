"""Every kind of bad file through the whole pipeline, all in one folder beside good ones of the same datasets.

One run takes them all; each test looks at what became of one of them.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass

import pytest

from etl.load.checks import run_checks
from etl.pipeline import Outcome
from etl.receive import warehouse
from tests.faults.bad_folder import (
    CELLS,
    EXCEL_LOCK,
    FILES,
    FORMULA,
    GOOD,
    GOOD_ROWS,
    LINK,
    ODD_NAME,
    Case,
    fill,
    of,
    regency,
    table,
)
from tests.warehouse.regency import KECAMATAN, Regency

ORIGINAL = Case("puskesmas/asli 2051.xlsx", table([[name, 6, 6] for name in KECAMATAN]), "dirilis")
TWINS = ("puskesmas/asli salinan 2051.xlsx", "puskesmas/periode 2052.xlsx")
WAREHOUSE = (
    "SELECT * FROM dw.fakta_indikator ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT * FROM audit.submission ORDER BY id",
    "SELECT * FROM audit.finding ORDER BY 1, 2",
    "SELECT * FROM audit.quarantine ORDER BY 1, 2, 3",
    "SELECT dataset, path, sha256, submission_id, problem FROM audit.source_state ORDER BY 1, 2",
    "SELECT * FROM staging.figur ORDER BY 1, 2, 3",
)


@dataclass
class Happened:
    """What one run over the whole folder left behind."""

    place: Regency
    outcomes: list[Outcome]

    def submission(self, name: str) -> tuple[int, str, int, int, int, int, str]:
        path = name.replace("\n", "\\n")
        ((*found,),) = self.place.query(
            "SELECT id, status, n_received, n_loaded, n_quarantined, n_returned, sha256 FROM audit.submission "
            "WHERE path = %s",
            path,
        )
        return tuple(found)

    def findings(self, name: str) -> list[dict[str, object]]:
        columns = "rule severity message cause action file sheet row_no col header value".split()
        found = self.place.query(
            f"SELECT {', '.join(columns)} FROM audit.finding WHERE submission_id = %s ORDER BY no",
            self.submission(name)[0],
        )
        return [dict(zip(columns, row, strict=True)) for row in found]

    def page(self, case: Case) -> str:
        return (
            self.place.settings.reports / "dinkes" / case.dataset.split(".")[1] / f"{self.number(case)}.html"
        ).read_text()

    def number(self, case: Case) -> int:
        return self.submission(case.name)[0]


@pytest.fixture(scope="module")
def happened(tmp_path_factory, module_warehouse_dsn):
    root = tmp_path_factory.mktemp("buruk")
    place = regency(root, module_warehouse_dsn)
    fill(place, (*GOOD, ORIGINAL, *FILES, *CELLS))
    for twin in TWINS:
        shutil.copy2(place.folder / ORIGINAL.name, place.folder / twin)
    (place.folder / EXCEL_LOCK).write_bytes(b"\x05Siapa".ljust(165, b"\0"))
    outside = root / "rahasia.xlsx"
    table(GOOD_ROWS)(outside)
    (place.folder / LINK).symlink_to(outside)
    return Happened(place, place.go())


def plain_sentence(text: str) -> bool:
    """Begins with a capital letter, a digit or a quotation, and ends as a sentence does."""
    return re.match(r"[A-ZÀ-Ý0-9`«~]", text) is not None and text.rstrip("`»)").endswith(".")


@pytest.mark.parametrize("case", [*GOOD, ORIGINAL], ids=lambda case: case.name)
def test_a_good_file_is_released_as_if_nothing_were_there(happened, case):
    _, status, received, loaded, quarantined, returned, _ = happened.submission(case.name)
    assert (status, loaded, quarantined, returned) == ("dirilis", received, 0, 0)
    assert received > 0
    assert happened.findings(case.name) == []


def test_the_good_figures_are_on_the_portal(happened):
    for indikator in ("kesehatan.puskesmas", "posyandu.puskesmas", "bidan.puskesmas", "klinik.puskesmas"):
        shown = {w: n for (w, p), n in happened.place.figures(indikator).items() if p == "2024"}
        assert shown == {code: float(n) for n, code in enumerate(KECAMATAN.values(), start=1)}


@pytest.mark.parametrize("case", [*FILES, *CELLS], ids=lambda case: re.sub(r"\W+", "_", case.name[:40]))
def test_a_bad_file_ends_as_it_must(happened, case):
    _, status, received, loaded, quarantined, returned, _ = happened.submission(case.name)
    assert status == case.status
    assert received == loaded + quarantined + returned
    findings = happened.findings(case.name)
    if not case.rule:
        assert (findings, loaded) == ([], 4)
        return
    finding = next((f for f in findings if f["rule"] == case.rule), None)
    assert finding is not None, [f["rule"] for f in findings]
    assert finding["sheet"] == case.sheet
    assert f"{finding['col']}{finding['row_no'] or ''}" == case.cell
    said = f"{finding['message']} {finding['cause']} {finding['action']}"
    for words in case.says:
        assert words in said
    if status == "menunggu":
        assert loaded + quarantined == 4
        assert quarantined == (0 if finding["severity"] == "catatan" else 1)


@pytest.mark.parametrize("case", [*FILES, *CELLS], ids=lambda case: re.sub(r"\W+", "_", case.name[:40]))
def test_every_finding_says_what_where_why_and_what_to_do(happened, case):
    name = case.name.rpartition("/")[2].replace("\n", "\\n")
    for finding in happened.findings(case.name):
        assert str(finding["file"]).endswith(name)
        for part in ("message", "cause", "action"):
            assert plain_sentence(str(finding[part])), finding[part]
            assert len(str(finding[part])) < 500, finding[part]
            assert "``" not in str(finding[part])


@pytest.mark.parametrize("case", [*GOOD, *FILES, *CELLS], ids=lambda case: re.sub(r"\W+", "_", case.name[:40]))
def test_the_bytes_are_in_the_archive_as_they_were(happened, case):
    sha256 = happened.submission(case.name)[-1]
    received = (happened.place.folder / case.name).read_bytes()
    assert sha256 == hashlib.sha256(received).hexdigest()
    assert (happened.place.settings.archive / sha256[:2] / sha256).read_bytes() == received


@pytest.mark.parametrize(
    "case", [c for c in (*FILES, *CELLS) if c.rule], ids=lambda c: re.sub(r"\W+", "_", c.name[:40])
)
def test_the_report_tells_it_and_escapes_it(happened, case):
    page = happened.page(case)
    for finding in happened.findings(case.name)[:3]:
        assert str(finding["action"])[:30].split("`")[0].split('"')[0] in page
    assert "<script>alert" not in page
    assert 'href="http' not in page
    assert len(page) < 300_000


def test_a_formula_is_shown_as_the_text_it_is(happened):
    for case in CELLS:
        if "suntik" in case.name:
            page = happened.page(case)
            assert "=HYPERLINK(&#34;http://x&#34;;&#34;y&#34;)" in page
            assert FORMULA not in page


@pytest.mark.parametrize("name", TWINS)
def test_the_same_bytes_again_are_returned(happened, name):
    assert happened.submission(name)[1] == "dikembalikan"
    (finding,) = happened.findings(name)
    assert finding["rule"] == "berkas_kembar"
    assert ORIGINAL.name in str(finding["message"])
    assert {p for _, p in happened.place.figures()} >= {"2051"}
    assert "2052" not in {p for _, p in happened.place.figures()}


@pytest.mark.parametrize(("path", "rule"), [(EXCEL_LOCK, "berkas_kunci_office"), (LINK, "tautan_keluar_folder")])
def test_what_is_passed_over_is_told(happened, path, rule):
    ((problem,),) = happened.place.query("SELECT problem FROM audit.source_state WHERE path = %s", path)
    assert rule in problem
    assert path in problem
    assert "Sebab: " in problem
    assert "Tindakan: " in problem
    assert happened.place.query("SELECT 1 FROM audit.submission WHERE path = %s", path) == []


def test_nothing_of_a_hostile_name_reaches_the_pages_as_markup(happened):
    case = next(case for case in FILES if case.name == ODD_NAME)
    assert len(ODD_NAME.rpartition("/")[2]) == 250
    for page in (happened.page(case), (happened.place.settings.reports / "index.html").read_text()):
        assert "&lt;script&gt;" in page
        assert "<script" not in page


def test_outcomes_print_on_their_own_lines(happened):
    for outcome in happened.outcomes:
        assert "\n" not in outcome.label
        for finding in outcome.findings:
            assert "\n" not in finding


def test_running_again_changes_nothing_and_the_warehouse_holds_together(happened):
    place = happened.place
    before = [place.query(query) for query in WAREHOUSE]
    assert place.go() == []
    assert [place.query(query) for query in WAREHOUSE] == before
    with warehouse(place.settings) as conn:
        assert run_checks(conn) == []


def test_a_mended_file_is_taken_and_the_report_of_the_bad_one_stays(happened):
    place, case = happened.place, next(c for c in FILES if "kosong" in c.name)
    number = happened.number(case)
    table([[name, 7, 7] for name in KECAMATAN])(place.folder / case.name)
    place.age(place.folder / case.name)
    (outcome,) = place.go()
    assert (outcome.status, outcome.loaded) == ("dirilis", 4)
    assert (place.settings.reports / "dinkes" / "puskesmas" / f"{number}.html").exists()
    of(b"")(place.folder / case.name)
    place.age(place.folder / case.name)
    (outcome,) = place.go()
    assert outcome.status == "dikembalikan"
    assert place.figures()["64.08.01", "2001"] == 7
