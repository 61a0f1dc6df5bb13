"""BPS metadata of a dataset from its contract: the activity (MS-Keg), its variables (MS-Var), its indicators (MS-Ind).

Peraturan BPS 5/2020. What the contract knows is filled in; what it does not know stays empty and is listed with every
field that breaks a rule of the form. Nothing is guessed. The signer's name and NIP, personal data,
are never filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from etl.calendar import BY_NAME
from etl.columns import Column
from etl.contract import Contract, Skpd
from etl.meaning import Indikator
from etl.publish.ms_rules import faults, fields
from expectations.plan import plan, title_of

Filled = dict[str, str]
_HEAD = "Kepala"
"""Block of MS-Var that stands above its table."""
PERSONAL = ("ttd_nama", "ttd_nip")
_LEVELS = {"provinsi": ("2", "Provinsi"), "kabupaten": ("4", "Kabupaten/kota"), "kecamatan": ("8", "Kecamatan")}
_VILLAGE = ("16 (lainnya: desa/kelurahan)", "Desa/kelurahan")
_SCHEMES = {
    "kemendagri": "Kode wilayah administrasi pemerintahan (Kemendagri)",
    "bps": "Kode wilayah kerja statistik (BPS)",
    "nama": "Nama wilayah menurut daftar Kemendagri",
}


class Problem(NamedTuple):
    """A field that is missing or breaks a rule. number: of the form's field; subject: variable or indicator, if any."""

    form: str
    number: str
    label: str
    subject: str
    value: str
    fault: str


@dataclass(frozen=True)
class Metadata:
    """The three forms by field_key, and what is wrong with them."""

    dataset: str
    title: str
    agency: str
    activity: Filled
    variables: tuple[Filled, ...]
    indicators: tuple[Filled, ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines, by the field_key of the reference."""
        return {
            "dataset": self.dataset,
            "ms_keg": self.activity,
            "ms_var": list(self.variables),
            "ms_ind": list(self.indicators),
            "kekurangan": [problem._asdict() for problem in self.problems],
        }


def metadata(contract: Contract, agency: Skpd, *, year: str | None = None, today: date | None = None) -> Metadata:
    """All of it. year: of the activity, unless `ms_keg` says one. today: for the rule `tahun berjalan`."""
    variables = tuple(_variables(contract))
    activity = _activity(contract, agency, variables, year)
    indicators = tuple(_indicator(contract, no, code) for no, code in enumerate(contract.indikator, 1))
    problems = tuple(_problems(contract, activity, variables, indicators, today or date.today()))  # noqa: DTZ011
    return Metadata(contract.id, contract.title, agency.nama, activity, variables, indicators, problems)


# ── MS-Keg ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _activity(contract: Contract, agency: Skpd, variables: tuple[Filled, ...], year: str | None) -> Filled:
    known = {
        "judul_kegiatan": contract.title,
        "tahun": year or "",
        "instansi_penyelenggara": agency.nama,
        "email": agency.kontak,
        "kegiatan_dilakukan": "2",
        "frekuensi": BY_NAME[contract.calendar.period].bps,
        "produk_digital": "1" if contract.access == "terbuka" else "2",
        "tingkat_penyajian": _presented(contract),
    }
    names = {"variabel_nama": "nama_variabel", "variabel_konsep": "konsep", "variabel_definisi": "definisi"}
    for key, of in {**names, "variabel_referensi_waktu": "referensi_waktu"}.items():
        lines = [f"{variable['no']}. {variable[of]}" for variable in variables if variable[of]]
        known[key] = "\n".join(lines)
    told = {key: text for key, text in contract.ms_keg.items() if key not in PERSONAL}
    filled = {**known, **told}
    return {field.key: filled[field.key] for field in fields("MS-Keg") if filled.get(field.key)}


def _presented(contract: Contract) -> str:
    """Sum of the codes of all levels of regions that the dataset has figures of."""
    levels = {column.level for column in contract.by_role("wilayah").values() if column.level}
    total = sum(int(_LEVELS[level][0]) for level in levels if level in _LEVELS)
    if "desa" in levels:
        return f"{total + 16} ({_VILLAGE[0].partition('(')[2]}"
    return str(total) if total else ""


# ── MS-Var ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _variables(contract: Contract) -> Iterator[Filled]:
    rules = _rules_by_column(contract)
    collected = contract.by_role("wilayah", "rincian", "ukuran")
    collected |= {name: Column(role="rincian") for name in _breakdowns(contract)}
    for no, (name, column) in enumerate(collected.items(), 1):
        concept, definition, selection = _meant(contract, name, column)
        described = contract.indikator.get(column.indikator or "")
        yield {
            "no": str(no),
            "nama_variabel": title_of(name, column),
            "alias": name,
            "konsep": concept,
            "definisi": definition,
            "referensi_pemilihan": selection,
            "referensi_waktu": BY_NAME[contract.calendar.period].once,
            "tipe_data": "Numerik" if column.role == "ukuran" and not column.text else "Teks",
            "klasifikasi_isian": _classes(column, described),
            "aturan_validasi": "; ".join(rules.get(name, ())),
            "kalimat_pertanyaan": f"“{title_of(name, column)}” pada kepala kolom berkas SKPD",
            "dapat_diakses_umum": "1" if contract.access == "terbuka" else "2",
            "ukuran": (described.ukuran or "") if described else "",
            "satuan": described.satuan if described else "",
        }


def _breakdowns(contract: Contract) -> list[str]:
    """Characteristics that stand in headers, not in a column of their own."""
    named = [level for column in contract.columns.values() if column.spread for level in column.spread.levels]
    named += [name for column in contract.columns.values() for name in column.rincian]
    return [
        name for name in dict.fromkeys(named) if name not in ("-", "periode", "ukuran", "wilayah", *contract.columns)
    ]


def _meant(contract: Contract, name: str, column: Column) -> tuple[str, str, str]:
    """Concept, definition and reference of a variable, as far as the contract tells them."""
    if column.role == "wilayah":
        scheme = _SCHEMES[column.scheme or "nama"]
        level = column.level or "wilayah"
        return "Wilayah administrasi pemerintahan", f"{level.capitalize()} tempat angka itu berlaku", scheme
    described = contract.indikator.get(column.indikator or "")
    if described:
        return described.konsep, described.definisi, contract.method or ""
    listed = f"Daftar kode {column.list}" if column.list else ""
    concept = f"Rincian menurut {name.replace('_', ' ')}" if column.role == "rincian" else ""
    return concept, "", listed


def _classes(column: Column, described: Indikator | None) -> str:
    if column.values:
        told = (f"{code} = {texts[0]}" if texts and texts[0] != code else code for code, texts in column.values.items())
        return "; ".join(told)
    if column.role == "wilayah":
        return f"Kode {column.level or 'wilayah'} pada daftar"
    if column.list:
        return f"Kode pada daftar {column.list}"
    return f"Angka dalam {described.satuan}" if described and not column.text else "Teks"


def _rules_by_column(contract: Contract) -> dict[str, list[str]]:
    """What the pipeline checks of each column, in the words of the report."""
    measures, regions = tuple(contract.by_role("ukuran")), tuple(contract.by_role("wilayah"))
    of_all = {"every_wilayah": regions, "change_within": measures, "children_sum": measures}
    told: dict[str, list[str]] = {}
    for check in plan(contract):
        for name in check.columns or of_all.get(check.rule, ()):
            sentence = (check.say or check.title).rstrip(".")
            if sentence not in told.setdefault(name, []):
                told[name].append(sentence)
    return told


# ── MS-Ind ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _indicator(contract: Contract, no: int, code: str) -> Filled:
    described = contract.indikator[code]
    parts = [other for other in contract.indikator if other != code and other in (described.rumus or "")]
    made = [title_of(name, column) for name, column in contract.by_role("ukuran").items() if column.indikator == code]
    composite = bool(parts)
    return {
        "no": str(no),
        "nama_indikator": described.nama,
        "konsep": described.konsep,
        "definisi": described.definisi,
        "interpretasi": described.interpretasi or "",
        "metode_rumus": described.rumus or "",
        "ukuran": described.ukuran or "",
        "satuan": described.satuan,
        "klasifikasi_penyajian": described.klasifikasi or "",
        "indikator_komposit": "1" if composite else "2",
        "publikasi_indikator_pembangun": "Satu Data Kutai Timur" if composite else "",
        "nama_indikator_pembangun": "; ".join(contract.indikator[other].nama for other in parts),
        "kegiatan_penghasil_variabel": "" if composite else contract.title,
        "kode_kegiatan_penghasil": "" if composite else contract.ms_keg.get("kode_kegiatan", ""),
        "nama_variabel_pembangun": "" if composite else "; ".join(made),
        "level_estimasi": described.level_estimasi or _finest(contract),
        "dapat_diakses_umum": "1" if contract.access == "terbuka" else "2",
    }


def _finest(contract: Contract) -> str:
    levels = {column.level for column in contract.by_role("wilayah").values()}
    if "desa" in levels:
        return _VILLAGE[1]
    return next((_LEVELS[level][1] for level in ("kecamatan", "kabupaten", "provinsi") if level in levels), "")


# ── what is missing or wrong ─────────────────────────────────────────────────────────────────────────────────────────


def _problems(
    contract: Contract, activity: Filled, variables: tuple[Filled, ...], indicators: tuple[Filled, ...], today: date
) -> Iterator[Problem]:
    known = {field.key for field in fields("MS-Keg")}
    for key in contract.ms_keg:
        if key not in known:
            yield Problem("MS-Keg", "", "", key, contract.ms_keg[key], "tidak ada isian dengan nama ini pada MS-Keg")
        elif key in PERSONAL:
            yield Problem("MS-Keg", "", "", key, "", "data pribadi: hapus dari kontrak; diisi saat ditandatangani")
    yield from _of_form("MS-Keg", "", activity, today)
    yield from _of_form("MS-Var", "", activity, today, head=True)
    for variable in variables:
        yield from _of_form("MS-Var", variable["nama_variabel"], variable, today)
    for indicator in indicators:
        yield from _of_form("MS-Ind", indicator["nama_indikator"], indicator, today)


def _of_form(form: str, subject: str, filled: Filled, today: date, *, head: bool = False) -> Iterator[Problem]:
    """head: the fields above the table, which stand once."""
    for field in fields(form):
        if (field.block == _HEAD) == head:
            for fault in faults(field, filled, today=today):
                yield Problem(form, field.number, field.label, subject, filled.get(field.key, ""), fault)
