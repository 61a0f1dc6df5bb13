"""The page an agency gets: complete, self-contained, escaped, and the verdict first."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from unit.expectations.laporan import RECEIVED, account, decision, difference, finding, listed, row, total

from etl.findings import Owner, Severity
from expectations.report import index, render, write, write_index

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://jahat.example","klik")',
    "</style><b>tebal</b>",
    "`<i>miring</i>`",
    "{{ 7 * 7 }}{% raw %}",
]


class Page(HTMLParser):
    """Tags with their attributes, texts, and the cells of every table row."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], "every tag is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self._texts.append(data)
            if {"td", "th"} & set(self._open):
                self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self._texts))

    def ids(self) -> set[str | None]:
        return {attributes.get("id") for _, attributes in self.tags} - {None}


def _self_contained(html: str) -> None:
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert "src" not in attributes and not any(name.startswith("on") for name in attributes)
        href = attributes.get("href") or "#"
        assert href.startswith("#") or re.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+/\d+\.html", href)
        assert not href.startswith("#") or href == "#" or href[1:] in page.ids()
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style and "@import" not in style and "http" not in style


# ── the verdict ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "12 dari 20 baris siap dimuat, 8 dikarantina; menunggu keputusan walidata."),
        ({"status": "dirilis", "n_quarantined": 0, "n_unchanged": 8},
         "12 dari 20 baris dimuat, 8 tidak berubah; sudah dirilis ke portal."),
        ({"status": "dikembalikan", "n_received": 1200, "n_loaded": 0, "n_quarantined": 0, "n_returned": 1200},
         "Kiriman dikembalikan; tidak satu pun dari 1.200 baris dimuat."),
        ({"status": "dikembalikan", "n_received": 0, "n_loaded": 0, "n_quarantined": 0},
         "Kiriman dikembalikan; tidak ada yang dimuat."),
        ({"status": "tidak_berubah", "n_loaded": 0, "n_unchanged": 20, "n_quarantined": 0},
         "20 baris sama dengan yang sudah dirilis; tidak ada yang diubah."),
        ({"status": "digantikan"}, "Kiriman ini digantikan kiriman yang lebih baru dari sumber yang sama."),
        ({"status": "diterima"}, "Berkas sudah diterima dan diarsipkan, belum selesai diperiksa."),
    ],
)  # fmt: skip
def test_verdict(changes: dict[str, object], sentence: str) -> None:
    html = render(account(submission=row(**changes)))
    _self_contained(html)
    text = Page(html).text
    assert sentence in text
    assert text.index(sentence) < text.index("Yang perlu dilakukan") < text.index("Beda dari versi sebelumnya")


def test_steps_name_who_does_what() -> None:
    text = Page(render(account())).text
    steps = text[text.index("Yang perlu dilakukan") : text.index("Kemungkinan sebab")]
    assert "Angka tidak terbaca SKPD · Tolak" in steps
    assert "8 temuan, mulai dari sel C5, C6 dan C7 (lembar Data)" in steps
    assert "Simpan berkas yang sudah diperbaiki di folder yang sama" in steps
    assert 'satudata release 42 --by "NAMA" --reason "ALASAN"' in steps
    assert 'satudata return 42 --by "NAMA" --reason "ALASAN"' in steps


def test_nothing_to_do_is_said() -> None:
    clean = account(submission=row(status="dirilis"), findings=(), rule_totals=(), checks=account().checks[:1])
    text = Page(render(clean)).text
    assert "Tidak ada. Semua pemeriksaan lolos." in text and "1 pemeriksaan, semuanya lolos." in text
    assert "satudata release" not in text and "Simpan berkas" not in text


def test_our_own_fault_is_not_put_on_the_agency() -> None:
    ours = finding("between", 0, row=None, column="", header="", value="", owner=Owner.DISKOMINFO)
    text = Page(render(account(submission=row(status="dikembalikan"), findings=(ours,), rule_totals=()))).text
    assert "Diskominfo · Tolak" in text and "Simpan berkas" not in text
    assert "1 temuan pada berkas sebagai keseluruhan" in text


def test_reason_of_the_walidata_is_quoted() -> None:
    returned = account(
        submission=row(status="dikembalikan"), decisions=(decision(decision="dikembalikan", reason="Tahunnya keliru."),)
    )
    page = Page(render(returned))
    assert "Rina: Tahunnya keliru." in page.text
    assert ["5 Juli 2026 07.05 WITA", "Dikembalikan", "Rina", "Tahunnya keliru."] in page.rows


# ── findings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_finding_is_there_with_its_place() -> None:
    findings = tuple(
        finding("angka_terbaca", number, value=f"nilai-{number}", message=f"Pesan {number}.")
        for number in range(2, 1202)
    ) + tuple(
        finding("not_null", number, "D", severity=Severity.CATATAN, value="", header="Pustu")
        for number in range(2, 502)
    )
    totals = (total("angka_terbaca", 1200, cells=20_000), total("not_null", 500, severity=Severity.CATATAN))
    html = render(account(findings=findings, rule_totals=totals))
    _self_contained(html)
    page = Page(html)
    for number in range(2, 1202):
        assert ["Data", f"C{number}", "Puskesmas", f"nilai-{number}", f"Pesan {number}."] in page.rows[number - 2 :][
            :40
        ]
    assert sum(cells[1:4] == ["D7", "Pustu", "kosong"] for cells in page.rows) == 1
    assert "20.500 temuan pada 2 aturan" in page.text
    assert "1.200 temuan pertama ditampilkan; 18.800 lainnya sejenis." in page.text
    for one in (findings[0], findings[-1]):
        assert one.cause in page.text and one.action in page.text and one.rule in page.text


def test_findings_with_causes_of_their_own_show_them() -> None:
    two = tuple(
        finding("kepala_tabel", 1, row=None, column="", cause=f"Sebab {no}.", action=f"Tindakan {no}.") for no in (1, 2)
    )
    text = Page(render(account(findings=two, rule_totals=()))).text
    for part in ("Sebab 1.", "Sebab 2.", "Tindakan 1.", "Tindakan 2.", "seluruh berkas"):
        assert part in text


def test_finding_of_another_file_names_it() -> None:
    page = Page(render(account(findings=(finding("angka_terbaca", 3, file="lampiran.csv"),), rule_totals=())))
    assert any(cells[0] == "lampiran.csv" for cells in page.rows if cells)


def _quoting(text: str) -> Page:
    """A page on which `text` stands wherever something from outside can stand."""
    bad = finding(
        "angka_terbaca", 3, value=text, header=text, sheet=text, file=text, message=text, cause=text, action=text
    )
    html = render(
        account(
            submission=row(path=f"a/{text}", status="dikembalikan"),
            file=text,
            sheets={0: text},
            findings=(bad,),
            rule_totals=(total("angka_terbaca", 1, title=text),),
            decisions=(decision(by=text, reason=text),),
            differences=(difference("berubah", old_mark=text, new=Decimal(1), nama=text, rincian=f"a={text}"),),
        )
    )
    _self_contained(html)
    return Page(html)


@pytest.mark.parametrize("evil", HOSTILE)
def test_whatever_stands_in_a_cell_is_only_text(evil: str) -> None:
    hostile, harmless = _quoting(evil), _quoting("tenang")
    assert [tag for tag in hostile.tags if tag[0] != "code"] == harmless.tags
    assert any(evil in cell for cells in hostile.rows for cell in cells)


# ── differences and facts ────────────────────────────────────────────────────────────────────────────────────────────


def test_differences_in_indonesian_numbers() -> None:
    rows = Page(render(account())).rows
    name, place = "Jumlah posyandu (unit)", "Sangatta Utara (64.08.05)"
    assert [name, place, "2024", "–", "40", "60", "+50%"] in rows
    assert [name, place, "2024", "–", "1.234,5", "1.200", "-2,8%"] in rows
    assert [name, place, "2024", "jenis puskesmas rawat_inap", "–", "3", "baru"] in rows
    assert [name, place, "2024", "–", "7", "–", "tidak ada lagi"] in rows


def test_difference_between_a_mark_and_a_number() -> None:
    lines = (
        difference("berubah", old_mark="…", new=Decimal("3")),
        difference("berubah", old=Decimal("0"), new=Decimal("3")),
        difference("berubah", old=Decimal("3"), new_mark=""),
    )
    rows = [cells[4:] for cells in Page(render(account(differences=lines))).rows if len(cells) == 7]
    assert rows[1:] == [["…", "3", "–"], ["0", "3", "–"], ["3", "kosong", "–"]]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"n_new": 0, "n_changed": 0}, "Tidak ada beda dengan angka yang sudah dirilis."),
        ({"n_new": 60, "n_changed": 0}, "60 angka baru: belum ada angka sebelumnya untuk periode ini."),
        ({"status": "dikembalikan", "n_new": 0, "n_changed": 0}, "Tidak dibandingkan: kiriman ini dikembalikan."),
        ({"status": "diterima"}, "Belum dibandingkan."),
    ],
)
def test_no_differences_is_said(changes: dict[str, object], sentence: str) -> None:
    assert sentence in Page(render(account(submission=row(**changes), differences=()))).text


def test_facts() -> None:
    text = Page(render(account())).text
    for part in (
        "5 Juli 2026 07.05 WITA",
        "48.213 byte",
        "2 kosong dan 1 baris jumlah",
        "nomor 17, dirilis",
        row().sha256,
        "faskes/faskes 2024 (final).xlsx",
        "Dinas Kesehatan",
        "data@dinkes.contoh.go.id",
    ):
        assert part in text


def test_every_check_is_listed_with_its_outcome() -> None:
    rows = Page(render(account())).rows
    assert ["1", "Nama atau kode wilayah dikenal", "Lolos", "20", "0", "0"] in rows
    assert ["2", "Angka dapat dibaca", "Tolak", "80", "8", "8"] in rows
    assert ["3", "Rincian dikenal", "Tidak ada isinya", "0", "0", "0"] in rows
    assert ["5", "Perubahan dari tahun lalu paling banyak 30%", "Catatan", "60", "1", "1"] in rows


def test_submission_of_a_dataset_that_was_never_synced() -> None:
    text = Page(render(account(dataset=None))).text
    assert "dinkes.fasilitas_kesehatan" in text


# ── the overview and the files ───────────────────────────────────────────────────────────────────────────────────────


def test_overview_lists_agencies_newest_first() -> None:
    rows = [
        listed(id=1, received_at=RECEIVED),
        listed(id=3, received_at=RECEIVED + timedelta(days=2), status="dirilis"),
        listed(id=2, received_at=RECEIVED + timedelta(days=1), skpd="dpu", nama_skpd="Dinas PU", status="dikembalikan"),
    ]
    html = index(rows)
    _self_contained(html)
    page = Page(html)
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == [f"{skpd}/fasilitas_kesehatan/{no}.html" for skpd, no in (("dinkes", 3), ("dinkes", 1), ("dpu", 2))]
    assert "2 kiriman, 1 menunggu keputusan." in page.text and "1 kiriman, 1 dikembalikan." in page.text


def test_empty_overview() -> None:
    assert "Belum ada kiriman." in Page(index([])).text


def test_write_puts_the_page_where_the_overview_looks(tmp_path: Path) -> None:
    path = write(account(), tmp_path)
    assert path == tmp_path / "dinkes" / "fasilitas_kesehatan" / "42.html"
    first = path.read_text(encoding="utf-8")
    assert write(account(submission=row(status="dirilis")), tmp_path) == path
    assert path.read_text(encoding="utf-8") != first
    overview = write_index([listed()], tmp_path)
    links = [attributes["href"] for tag, attributes in Page(overview.read_text("utf-8")).tags if tag == "a"]
    assert [tmp_path / str(link) for link in links] == [path]
    assert sorted(one.name for one in tmp_path.rglob("*") if one.is_file()) == ["42.html", "index.html"]


def test_broken_characters_do_not_stop_the_report(tmp_path: Path) -> None:
    write(account(findings=(finding("angka_terbaca", 3, value="\udcff12"),), rule_totals=()), tmp_path)


def test_a_finding_on_a_row_is_not_called_a_cell() -> None:
    moved = finding("kepala_ditemukan", 7, column="", header="", value="")
    html = render(account(findings=(moved,), rule_totals=(total("kepala_ditemukan", 1),)))
    assert "Kepala tabel tidak di tempatnya" in html
    assert "di baris 7" in html
    assert "sel 7" not in html
    assert "sel baris" not in html
