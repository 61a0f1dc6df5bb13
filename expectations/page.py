"""What the page of one submission says, as plain values for its template: verdict, steps, findings, differences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from etl.findings import Finding, Owner, Severity
from etl.load.account import Account, DecisionLine, DifferenceLine, RuleTotal
from etl.load.submission import Submission
from expectations.faulting import breakdown_text
from expectations.labels import LABELS, SEVERITY, SKIPPED, local_time, period_span
from expectations.page_reconciliation import reconciliation
from expectations.sentences import number, period, sentence, words

OPEN_UP_TO = 12
"""Groups of findings no longer than this are shown unfolded."""
THRESHOLD = "ambang_karantina"
"""Says that too much failed: what to do about it is said by what failed."""


def page(account: Account) -> dict[str, Any]:
    submission, dataset = account.submission, account.dataset
    groups = [_group(place, total, findings, account) for place, (total, findings) in enumerate(_grouped(account), 1)]
    steps = _steps(account, groups)
    return {
        "nomor": submission.id,
        "judul": dataset.judul if dataset else submission.dataset,
        "skpd": dataset.nama_skpd if dataset else submission.skpd,
        "periode": period_span(submission.periods),
        "berkas": account.file,
        "vonis": _verdict(account),
        "bagian": _shares(submission),
        "langkah": steps,
        "pengantar": _introduction(steps),
        "tenang": _calm(submission),
        "temuan": groups,
        "n_temuan": sum(group["jumlah"] for group in groups),
        "beda": _differences(account),
        "rekonsiliasi": reconciliation(account.reconciled),
        "pemeriksaan": [_check_line(line) for line in account.checks],
        "ringkas_periksa": _check_summary(account),
        "fakta": _facts(account),
        "keputusan": [_decision(line) for line in account.decisions],
        "dibuat": local_time(datetime.now(UTC)),
    }


def _verdict(account: Account) -> dict[str, str]:
    submission = account.submission
    colour, label = LABELS[submission.status]
    verdict, further = _sentence(account)
    return {"kelas": colour, "label": label, "kalimat": verdict, "lanjut": further}


def _sentence(account: Account) -> tuple[str, str]:
    """The verdict in one sentence, and what it means for the reader."""
    s = account.submission
    if s.status == "diterima":
        return "Berkas sudah diterima dan diarsipkan, belum selesai diperiksa.", "Laporan ini diperbarui sesudahnya."
    if s.status == "dikembalikan":
        rows = f"tidak satu pun dari {number(s.n_received)} baris dimuat" if s.n_received else "tidak ada yang dimuat"
        return (
            f"Kiriman dikembalikan; {rows}.",
            f"{_returned_because(account)} Angka yang sudah dirilis sebelumnya tetap berlaku.",
        )
    if s.status == "digantikan":
        return (
            "Kiriman ini digantikan kiriman yang lebih baru dari sumber yang sama.",
            "Tidak ada yang perlu dilakukan di sini; lihat laporan kiriman yang terbaru.",
        )
    if s.status == "tidak_berubah":
        held = f"; {number(s.n_quarantined)} baris dikarantina" if s.n_quarantined else ""
        return f"{number(s.n_unchanged)} baris sama dengan yang sudah dirilis; tidak ada yang diubah{held}.", ""
    return _loaded_sentence(s)


def _loaded_sentence(s: Submission) -> tuple[str, str]:
    parts = [f"{number(s.n_loaded)} dari {number(s.n_received)} baris {'siap ' * (s.status == 'menunggu')}dimuat"]
    if s.n_unchanged:
        parts.append(f"{number(s.n_unchanged)} tidak berubah")
    if s.n_quarantined:
        parts.append(f"{number(s.n_quarantined)} dikarantina")
    end = "menunggu keputusan walidata" if s.status == "menunggu" else "sudah dirilis ke portal"
    further = (
        "Portal belum menampilkan angka kiriman ini; yang tampil masih angka sebelumnya, bila ada."
        if s.status == "menunggu"
        else ""
    )
    if s.n_quarantined:
        further += " Baris yang dikarantina tidak dimuat; angka lamanya, bila ada, tidak dihapus."
    return f"{', '.join(parts)}; {end}.", further.strip()


def _returned_because(account: Account) -> str:
    if account.decisions and account.decisions[-1].decision == "dikembalikan" and not account.decisions[-1].automatic:
        last = account.decisions[-1]
        return f"{last.by}: {last.reason}"
    reasons = [f for f in account.findings if f.severity is Severity.TOLAK and not (f.row and f.column)]
    return reasons[0].message if reasons else "Temuannya ada di bawah."


def _shares(s: Submission) -> list[dict[str, Any]]:
    """What became of the rows; the parts add up to those received."""
    loaded = "siap dimuat" if s.status == "menunggu" else "dimuat"
    parts = [
        ("baik", loaded, s.n_loaded),
        ("netral", "tidak berubah", s.n_unchanged),
        ("tolak", "dikarantina", s.n_quarantined),
        ("catatan", "dikembalikan", s.n_returned),
    ]
    return [{"kelas": colour, "nama": name, "banyak": count} for colour, name, count in parts if count]


# ── what is to be done ───────────────────────────────────────────────────────────────────────────────────────────────


def _steps(account: Account, groups: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One step per rule, refusals first; then sending again, and the decision."""
    s = account.submission
    if s.status == "digantikan":
        return []
    steps = [
        {
            "judul": group["judul"],
            "kelas": group["kelas"],
            "label": f"{group['untuk']} · {group['label']}",
            "tindakan": group["tindakan"] or group["baris"][0]["tindakan"],
            "di": group["di"],
            "jangkar": group["jangkar"],
            "perintah": [],
        }
        for group in groups
        if group["kode"] != THRESHOLD or len(groups) == 1
    ]
    if any(group["kelas"] == "tolak" and group["untuk"] == "SKPD" for group in groups):
        steps.append(
            _step(
                "Simpan berkas yang sudah diperbaiki di folder yang sama",
                "SKPD",
                "Tidak perlu memberi tahu siapa pun: berkas diperiksa lagi dengan sendirinya, dan laporan baru dibuat.",
            )
        )
    if s.status == "menunggu":
        steps.append(
            _step(
                "Putuskan: rilis atau kembalikan",
                "Walidata",
                "Periksa temuan dan beda dari versi sebelumnya, lalu jalankan salah satu:",
                [
                    f'satudata release {s.id} --by "NAMA" --reason "ALASAN"',
                    f'satudata return {s.id} --by "NAMA" --reason "ALASAN"',
                ],
            )
        )
    return steps


def _step(title: str, who: str, action: str, commands: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "judul": title,
        "kelas": "netral",
        "label": who,
        "tindakan": action,
        "di": "",
        "jangkar": "",
        "perintah": list(commands),
    }


def _introduction(steps: Sequence[dict[str, Any]]) -> str:
    refused = sum(step["kelas"] == "tolak" for step in steps)
    noted = sum(step["kelas"] == "catatan" for step in steps)
    parts = []
    if refused:
        parts.append(f"{refused} hal harus diperbaiki sebelum datanya lengkap")
    if noted:
        parts.append(f"{noted} hal perlu dipastikan atau dijelaskan")
    return f"{words(parts)}." if parts else ""


def _calm(s: Submission) -> str:
    if s.status == "digantikan":
        return "Tidak ada: kiriman yang lebih baru sudah menggantikannya."
    if s.status == "diterima":
        return "Belum ada: pemeriksaan belum selesai."
    return "Tidak ada. Semua pemeriksaan lolos."


# ── findings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _grouped(account: Account) -> list[tuple[RuleTotal, list[Finding]]]:
    """Findings by rule, severity and owner: refusals first, of these personal data; else in the order of the totals."""
    by_rule: dict[tuple[str, Severity, Owner], list[Finding]] = {}
    for finding in account.findings:
        by_rule.setdefault((finding.rule, finding.severity, finding.owner), []).append(finding)
    totals = {(total.rule, total.severity, total.owner): total for total in account.rule_totals}
    keys = [key for key in totals if key in by_rule] + [key for key in by_rule if key not in totals]
    keys.sort(key=lambda key: (key[1] is Severity.CATATAN, key[0] != "data_pribadi"))
    return [(totals.get(key) or _total_of(by_rule[key]), by_rule[key]) for key in keys]


def _total_of(findings: Sequence[Finding]) -> RuleTotal:
    first, rows = findings[0], {finding.row for finding in findings if finding.row}
    return RuleTotal(first.rule, first.severity, first.owner, None, len(findings), len(findings), len(rows))


def _group(place: int, total: RuleTotal, findings: Sequence[Finding], account: Account) -> dict[str, Any]:
    colour, label = SEVERITY[total.severity]
    same = len({(finding.cause, finding.action) for finding in findings}) == 1
    ours = total.owner is Owner.DISKOMINFO
    on_rows = total.rows and any(finding.row for finding in findings)
    count = f"{number(total.cells)} temuan" + (f" di {number(total.rows)} baris" if on_rows else "")
    cut = total.cells - len(findings)
    return {
        "jangkar": f"temuan-{place}",
        "judul": sentence(total.rule).fault,
        "aturan": total.title or "",
        "kode": total.rule,
        "kelas": colour,
        "label": label,
        "jumlah": total.cells,
        "banyak": count,
        "terbuka": len(findings) <= OPEN_UP_TO,
        "sebab": findings[0].cause if same else "",
        "tindakan": findings[0].action if same else "",
        "untuk": "Diskominfo" if ours else "SKPD",
        "sendiri": not same,
        "berkas": any(_name(finding.file) not in ("", _name(account.file)) for finding in findings),
        "baris": [_finding_line(finding) for finding in findings],
        "di": _where(total, findings),
        "dipotong": f"{number(len(findings))} temuan pertama ditampilkan; {number(cut)} lainnya sejenis."
        if cut > 0
        else "",
    }


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _finding_line(finding: Finding) -> dict[str, Any]:
    return {
        "berkas": finding.file,
        "lembar": finding.sheet,
        "sel": finding.cell if finding.row else finding.column or "seluruh berkas",
        "kolom": finding.header,
        "nilai": finding.value or ("kosong" if finding.row and finding.column else "–"),
        "tertulis": bool(finding.value),
        "pesan": finding.message,
        "sebab": finding.cause,
        "tindakan": finding.action,
    }


def _where(total: RuleTotal, findings: Sequence[Finding]) -> str:
    """`8 temuan, pertama di sel C12, C13 dan C15 (lembar Data)`."""
    cells = [finding for finding in findings if finding.row]
    if not cells:
        return f"{number(total.cells)} temuan pada berkas sebagai keseluruhan"
    sheet = f" (lembar {cells[0].sheet})" if cells[0].sheet else ""
    shown = [finding.cell for finding in cells[:3]]
    more = "mulai dari" if total.cells > len(shown) else "di"
    return f"{number(total.cells)} temuan, {more} {'sel ' * bool(cells[0].column)}{words(shown)}{sheet}"


# ── differences, checks, facts ───────────────────────────────────────────────────────────────────────────────────────


def _differences(account: Account) -> dict[str, Any]:
    s = account.submission
    if s.status == "diterima":
        return {"kalimat": "Belum dibandingkan.", "baris": [], "dipotong": ""}
    counts = [(s.n_changed, "angka berubah"), (s.n_new, "angka baru"), (s.n_removed, "angka tidak ada lagi")]
    parts = [f"{number(count)} {name}" for count, name in counts if count]
    lines = [_difference_line(line) for line in account.differences]
    total = s.n_changed + s.n_new + s.n_removed
    if s.status == "dikembalikan" and not lines:
        text = "Tidak dibandingkan: kiriman ini dikembalikan."
    elif not parts:
        text = "Tidak ada beda dengan angka yang sudah dirilis."
    elif not lines:
        text = f"{words(parts).capitalize()}: belum ada angka sebelumnya untuk periode ini."
    else:
        text = f"{words(parts).capitalize()} dibanding yang sudah dirilis."
    cut = f"{number(len(lines))} beda terbesar ditampilkan dari {number(total)}." if 0 < len(lines) < total else ""
    return {"kalimat": text, "baris": lines, "dipotong": cut}


def _difference_line(line: DifferenceLine) -> dict[str, str]:
    change, direction = "", ""
    if line.kind == "baru":
        change = "baru"
    elif line.kind == "hilang":
        change = "tidak ada lagi"
    elif line.old is not None and line.new is not None and line.old != 0:
        percent = float(100 * (line.new - line.old) / abs(line.old))
        change = f"{'+' if percent > 0 else ''}{number(round(percent, 1))}%"
        direction = "naik" if percent > 0 else "turun"
    return {
        "indikator": f"{line.nama} ({line.satuan})",
        "wilayah": f"{line.nama_wilayah} ({line.wilayah})",
        "periode": period(line.periode),
        "rincian": "; ".join([*map(_member, line.members), *([breakdown_text(line.rincian)] if line.rincian else [])]),
        "lama": _amount(line.old, line.old_mark, line.kind == "baru"),
        "baru": _amount(line.new, line.new_mark, line.kind == "hilang"),
        "perubahan": change or "–",
        "arah": direction,
    }


def _member(member: Sequence[str]) -> str:
    """`5.1.02 Belanja Barang dan Jasa`; what has no code of its own is told by its name."""
    dimension, code, name = member
    return name if dimension in ("tahap", "tolok_ukur") else f"{code} {name}"


def _amount(value: Any, mark: str | None, absent: bool) -> str:
    if value is not None:
        return number(float(value))
    return "–" if absent else mark or "kosong"


def _check_line(line: Any) -> dict[str, Any]:
    passed = line.failed == 0
    colour = "baik" if passed else line.severity
    result = "Lolos" if passed else "Tolak" if line.severity == "tolak" else "Catatan"
    if passed and line.checked == 0:
        colour, result = "netral", "Tidak ada isinya"
    return {
        "no": line.no,
        "judul": line.title,
        "kelas": colour,
        "hasil": result,
        "diperiksa": line.checked,
        "gagal": line.failed,
        "baris": line.rows,
    }


def _check_summary(account: Account) -> str:
    failed = sum(line.failed > 0 for line in account.checks)
    total = len(account.checks)
    return (
        f"{total} pemeriksaan, semuanya lolos." if not failed else f"{total - failed} dari {total} pemeriksaan lolos."
    )


def _facts(account: Account) -> list[dict[str, Any]]:
    s, dataset = account.submission, account.dataset
    facts: list[tuple[str, str, bool, bool]] = []

    def add(name: str, text: str | None, *, wide: bool = False, code: bool = False) -> None:
        if text:
            facts.append((name, text, wide, code))

    add("Berkas", s.path, code=True)
    add("Diterima", local_time(s.received_at))
    add("Diserahkan oleh", account.submitted_by)
    add("Ukuran", f"{number(s.size)} byte")
    add("Lembar yang dibaca", words(list(account.sheets.values())))
    add("Baris diterima", number(s.n_received))
    add("Angka di dalamnya", number(s.n_figures))
    add("Dibaca sebagai", "; ".join(f"{name}: {value}" for name, value in account.read_as.items()), wide=True)
    skipped = [f"{number(count)} {SKIPPED.get(kind, kind)}" for kind, count in account.skipped.items() if count]
    add("Baris yang memang dilewati", words(skipped))
    add("Koreksi tercatat yang diterapkan", number(account.n_corrected) if account.n_corrected else "")
    if account.previous:
        add("Kiriman sebelumnya", f"nomor {account.previous.id}, {LABELS[account.previous.status][1].lower()}")
    if dataset:
        add("Dataset", s.dataset, code=True)
        add("Produsen", dataset.nama_skpd)
        add("Kontak perbaikan", dataset.kontak)
        add("Status angka", dataset.status_data)
        add("Tentang dataset", dataset.deskripsi, wide=True)
    add("Sidik berkas (sha256)", s.sha256, wide=True, code=True)
    return [{"nama": name, "isi": text, "lebar": wide, "mesin": code} for name, text, wide, code in facts]


def _decision(line: DecisionLine) -> dict[str, str]:
    colour, label = LABELS[line.decision]
    who = f"{line.by} (aturan)" if line.automatic else line.by
    return {"pada": local_time(line.at), "kelas": colour, "apa": label, "oleh": who, "alasan": line.reason}
