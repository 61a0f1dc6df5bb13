"""What the page of a submission says of figures that must agree; agency and treasurer as a Berita Acara has them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from etl.load.figure_account import indonesian
from etl.load.reconciliation import TITLES, Known, Line
from expectations.labels import local_time
from expectations.sentences import number, period

BERITA_ACARA = "skpd_bud"
SHOWN = 50
"""Lines of one identity on the page, of those that agree; all that disagree are there."""


def reconciliation(lines: Sequence[Line]) -> dict[str, Any]:
    """Per identity its lines, what disagrees first; empty groups where nothing was compared."""
    groups = [_group(kind, list(some)) for kind, some in groupby(lines, key=lambda line: line.kind)]
    apart, known = (sum(group[name] for group in groups) for name in ("tidak_cocok", "diketahui"))
    compared = sum(line.stands_for for line in lines)
    if not lines:
        sentence = "Tidak ada yang dapat dibandingkan dengan kiriman ini."
    elif apart:
        already = f", {'semuanya' if known == apart else f'{number(known)} di antaranya'} sudah diketahui" * bool(known)
        sentence = f"{number(apart)} dari {number(compared)} perbandingan tidak cocok{already}."
    else:
        sentence = f"{number(compared)} perbandingan, semuanya cocok."
    return {"kalimat": sentence, "kelompok": sorted(groups, key=lambda group: group["tidak_cocok"] == 0)}


def _group(kind: str, lines: list[Line]) -> dict[str, Any]:
    apart = [line for line in lines if not line.agrees]
    wrong, compared = (sum(line.stands_for for line in some) for some in (apart, lines))
    known = sum(line.known is not None for line in apart)
    shown = apart + [line for line in lines if line.agrees][:SHOWN]
    left = compared - len(shown)
    told = f"{number(wrong)} dari {number(compared)} tidak cocok" if wrong else f"{number(compared)} cocok"
    sides = {(line.left_name, line.right_name) for line in lines}
    named = len(sides) == 1
    return {
        "kode": kind,
        "judul": TITLES[kind],
        "tidak_cocok": wrong,
        "diketahui": known,
        "kelas": "catatan" if wrong else "baik",
        "label": "Cocok" if not wrong else "Diketahui" if known == wrong else "Tidak cocok",
        "banyak": told,
        "berita_acara": kind == BERITA_ACARA,
        "kiri": _titled(lines[0].left_name) if named else "Kiri",
        "kanan": _titled(lines[0].right_name) if named else "Kanan",
        "bernama": named,
        "baris": [_line(line, named=named) for line in shown],
        "dipotong": f"{number(left)} perbandingan lainnya tidak ditampilkan di sini." if left > 0 else "",
    }


def _titled(name: str) -> str:
    return name[:1].upper() + name[1:]


def _line(line: Line, *, named: bool) -> dict[str, Any]:
    apart = None
    if line.left_value is not None and line.right_value is not None:
        apart = line.left_value - line.right_value
    return {
        "tentang": line.label,
        "periode": period(line.periode) if line.periode else "–",
        "kiri": _side(line, line.left_name, line.left_value, named=named),
        "kanan": _side(line, line.right_name, line.right_value, named=named),
        "selisih": "–" if apart is None else _amount(apart),
        "toleransi": f"boleh ± {_amount(line.tolerance)}" if line.tolerance else "",
        "cocok": line.agrees,
        "hasil": "Cocok" if line.agrees else "Diketahui" if line.known else "Tidak cocok",
        "kelas": "baik" if line.agrees else "catatan",
        "tindakan": line.explanation if line.known is None else _known(line.known),
    }


def _known(known: Known) -> str:
    return f"Diketahui: dirilis {known.by} pada {local_time(known.at)} ({known.reason}). Tidak menunggu keputusan lagi."


def _side(line: Line, name: str, value: Decimal | None, *, named: bool) -> str:
    amount = ("tidak ditampilkan" if line.ask else "–") if value is None else _amount(value)
    return amount if named else f"{name}: {amount}"


def _amount(value: Decimal) -> str:
    """Exact, without the zeros that only tell how the file wrote it."""
    text = indonesian(value)
    return text.rstrip("0").rstrip(",") if "," in text else text
