"""Accounts of submissions built by hand, for the tests of the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from etl.findings import Finding, Owner, Severity
from etl.load.account import Account, CheckLine, DatasetText, DecisionLine, DifferenceLine, Listed, RuleTotal
from etl.load.submission import Submission
from expectations.sentences import sentence

RECEIVED = datetime(2026, 7, 4, 23, 5, tzinfo=UTC)


def row(**changes: Any) -> Submission:
    """audit.submission of 20 rows: 12 loaded, 8 quarantined, waiting."""
    base = Submission(
        id=42,
        dataset="dinkes.fasilitas_kesehatan",
        skpd="dinkes",
        path="faskes/faskes 2024 (final).xlsx",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        size=48213,
        contract_sha256="c0ffee",
        event_id=None,
        received_at=RECEIVED,
        status="menunggu",
        label="faskes 2024 (final).xlsx",
        periods=["2024"],
        load_mode="periode",
        status_data=3,
        n_received=20,
        n_loaded=12,
        n_unchanged=0,
        n_quarantined=8,
        n_returned=0,
        n_figures=60,
        n_new=40,
        n_changed=20,
        n_removed=0,
        fact="indikator",
    )
    return replace(base, **changes)


def finding(rule: str, number: int, column: str = "C", **changes: Any) -> Finding:
    """One cell's fault in the standard words."""
    text = sentence(rule)
    base = Finding(
        rule=rule,
        message=text.message,
        cause=text.cause,
        action=text.action,
        file="faskes 2024 (final).xlsx",
        sheet="Data",
        row=number,
        column=column,
        header="Puskesmas",
        value="12 unit",
    )
    return replace(base, **changes)


def total(rule: str, kept: int, *, cells: int | None = None, **changes: Any) -> RuleTotal:
    base = RuleTotal(rule, Severity.TOLAK, Owner.SKPD, sentence(rule).title, kept, cells or kept, cells or kept)
    return replace(base, **changes)


def account(**changes: Any) -> Account:
    """A waiting submission with eight unreadable figures, one remark, two differences and no decision."""
    bad = [finding("angka_terbaca", number) for number in range(5, 13)]
    odd = finding(
        "change_within",
        20,
        severity=Severity.CATATAN,
        message="Jumlah posyandu Sangatta Utara (64.08.05) berubah +50% dari tahun lalu: 40 menjadi 60.",
        value="60",
        column="H",
        header="Posyandu",
    )
    base = Account(
        submission=row(),
        dataset=DatasetText(
            dataset="dinkes.fasilitas_kesehatan",
            judul="Jumlah fasilitas kesehatan menurut kecamatan",
            deskripsi="Fasilitas pelayanan kesehatan yang beroperasi pada 31 Desember.",
            skpd="dinkes",
            nama_skpd="Dinas Kesehatan",
            kontak="data@dinkes.contoh.go.id",
            urusan="1.02",
            nama_urusan="Kesehatan",
            akses="terbuka",
            status_data="tetap",
            metode=None,
            cara_muat="periode",
            cara_rilis="walidata",
            ambang_karantina_persen=Decimal(50),
        ),
        file="faskes 2024 (final).xlsx",
        sheets={0: "Data"},
        skipped={"kosong": 2, "jumlah": 1},
        n_corrected=0,
        started_at=RECEIVED,
        read_as={"format": "Excel (.xlsx)"},
        submitted_by=None,
        finished_at=RECEIVED,
        checks=(
            CheckLine(1, "wilayah_dikenal", "Nama atau kode wilayah dikenal", "tolak", 20, 0, 0),
            CheckLine(2, "angka_terbaca", "Angka dapat dibaca", "tolak", 80, 8, 8),
            CheckLine(3, "rincian_dikenal", "Rincian dikenal", "tolak", 0, 0, 0),
            CheckLine(4, "data_pribadi", "Tidak ada data pribadi", "tolak", 180, 0, 0),
            CheckLine(5, "change_within", "Perubahan dari tahun lalu paling banyak 30%", "catatan", 60, 1, 1),
        ),
        findings=(*bad, odd),
        rule_totals=(
            total("angka_terbaca", 8),
            total(
                "change_within",
                1,
                severity=Severity.CATATAN,
                title="Perubahan dari tahun lalu paling banyak 30%",
            ),
        ),
        differences=(
            difference("berubah", old=Decimal("40"), new=Decimal("60")),
            difference("berubah", old=Decimal("1234.5"), new=Decimal("1200")),
            difference("baru", new=Decimal("3"), rincian="jenis_puskesmas=rawat_inap"),
            difference("hilang", old=Decimal("7")),
        ),
        decisions=(),
        previous=row(id=17, status="dirilis"),
        quarantined=(),
    )
    return replace(base, **changes)


def difference(kind: str, **changes: Any) -> DifferenceLine:
    base = DifferenceLine(
        kind, "faskes.posyandu", "Jumlah posyandu", "unit", "64.08.05", "Sangatta Utara", "2024", "",
        None, None, None, None, 20,
    )  # fmt: skip
    return replace(base, **changes)


def decision(**changes: Any) -> DecisionLine:
    return replace(
        DecisionLine("dirilis", "Rina", "Sudah dicocokkan dengan profil kesehatan.", RECEIVED, False), **changes
    )


def listed(**changes: Any) -> Listed:
    names = {"judul": "Jumlah fasilitas kesehatan", "nama_skpd": "Dinas Kesehatan"}
    own = {key: changes.pop(key) for key in list(changes) if key in names}
    return Listed(row(**changes), **{**names, **own}, n_findings=9, decided_by=None, decided_at=None, reason=None)
