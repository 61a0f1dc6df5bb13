"""The draft of a contract from what inspect saw: complete, valid, `# periksa:` at what a person must decide."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from etl.calendar import BY_NAME
from etl.findings import mask_nik
from etl.frames import column_letters
from etl.inspect.columns import ColumnSeen
from etl.inspect.frame import FOOTER
from etl.inspect.measures import Measures, measures_of
from etl.inspect.naming import Named, name_columns
from etl.inspect.seen import Seen, TableSeen
from etl.inspect.when import When
from etl.inspect.words import entry, file_pattern, flow, scalar, sheet_pattern, slug, unique
from etl.sources import ByteSource
from etl.transform.regions import Regions
from etl.transform.text import brief, fold, tidy_text

_PLACE = re.compile(r"(pemerintah|kab(upaten)?|kota|prov(insi)?|dinas|badan|tahun|keadaan|data tanggal)\b")
_FEW = 12
"""Different texts up to which a breakdown lists them in `values`."""


@dataclass(frozen=True)
class Wanted:
    """What the person states or the register tells: the dataset's id and the agency's urusan; both may be unknown."""

    dataset: str = ""
    urusan: str = ""
    folder: str = ""
    """The agency's shared folder, as datasets/skpd.yaml names it."""
    taken: frozenset[str] = frozenset()
    """Indicators that other datasets own."""


@dataclass
class Draft:
    """text: the YAML; ukuran: places of the columns that hold figures to be stored, with the factor of each; doubts:
    what drafting itself could not decide."""

    text: str
    ukuran: dict[int, float] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    def noting(self, doubts: Sequence[str]) -> Draft:
        """The same with more to check, said at its top."""
        first, _, rest = self.text.partition("\n")
        notes = "".join(f"# periksa: {mask_nik(tidy_text(doubt))}\n" for doubt in doubts)
        return replace(self, text=f"{first}\n{notes}{rest}")


def draft(
    seen: Seen,
    table: TableSeen,
    regions: Regions,
    wanted: Wanted,
    how: ByteSource = ByteSource(),  # noqa: B008, frozen
    *,
    by_position: bool = False,
) -> Draft:
    """The contract of one table of the file."""
    named = name_columns(table, by_position=by_position)
    dataset = wanted.dataset or f"skpd.{slug(PurePosixPath(seen.file).stem) or 'dataset'}"
    measures = measures_of(table, named, dataset.split(".")[1], wanted.taken)
    labels = _labels(table, named, measures)
    lines = [
        *_opening(seen, table, measures),
        *_description(seen, table, dataset, wanted),
        *_source(seen, table, wanted, how),
        "",
        "load: periode",
        "",
        *_layout(seen, table, labels),
        "",
        "columns:",
    ]
    for name, column, note in (*labels.columns, *measures.columns):
        lines += entry(name, column, 2, note)
    lines += [*_totals(table, labels), *_hierarchy(table, labels), "", "indikator:"]
    for code, (parts, note) in measures.indikator.items():
        lines += [f"  {code}:" + (f" # periksa: {note}" if note else "")]
        lines += [f"    {key}: {flow(value)}{comment}" for key, value, comment in parts]
    lines += ["", *_rules(table, measures, regions), "", "release: {policy: walidata}"]
    return Draft(mask_nik("\n".join(lines)) + "\n", measures.places, tuple(measures.doubts))


# ── what it is ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _opening(seen: Seen, table: TableSeen, measures: Measures) -> list[str]:
    name = PurePosixPath(seen.file).name
    where = f", lembar {table.sheet}" if table.sheet else ""
    doubts = dict.fromkeys([*seen.doubts, *table.doubts, *measures.doubts])
    return [
        f"# Rancangan `satudata inspect` dari {brief(name)}{where}: putuskan tiap `periksa`, lalu hapus komentarnya.",
        *(f"# periksa: {tidy_text(doubt)}" for doubt in doubts),
    ]


def _description(seen: Seen, table: TableSeen, dataset: str, wanted: Wanted) -> list[str]:
    stem = tidy_text(PurePosixPath(seen.file).stem.replace("_", " "))
    first = next((line for line in table.frame.titles if len(line) >= 8 and not _PLACE.match(fold(line))), "") or stem
    title = _sentence(re.sub(r"[\s,]*\(?\b(tahun )?(19|20)\d\d\b.*$", "", first, flags=re.IGNORECASE) or first)
    title = title if len(title) >= 8 else f"Data {title} menurut wilayah"
    told = "; ".join([*table.frame.titles, *(text for _, text in table.frame.footers[:4] if FOOTER.match(fold(text)))])
    description = tidy_text(told)[:400] if len(told) >= 20 else f"{title}, menurut berkas {stem}."
    if len(description) < 20:
        description = f"Isi berkas {stem} sebagaimana diterima."
    return [
        f"id: {dataset}" + ("" if wanted.dataset else " # periksa: kode SKPD dan nama dataset"),
        f"title: {scalar(brief(title, 120))} # periksa",
        "description: >- # periksa: apa yang dihitung, dari mana, keadaan kapan",
        *(f"  {line}" for line in _folded(description)),
        f"producer: {dataset.split('.')[0]}",
        f'urusan: "{wanted.urusan or "2.20"}"' + ("" if wanted.urusan else " # periksa"),
        "access: terbuka # periksa: terbuka, terbatas atau dikecualikan",
        f"calendar: {{{_calendar(table.when)}}} # periksa: batas kirim",
        "",
    ]


def _calendar(when: When) -> str:
    spans = f", periods: [{', '.join(when.spans)}]" if when.spans else ""
    return f"period: {when.kind}{spans}, due_days: {BY_NAME[when.kind].due_days}"


def _sentence(text: str) -> str:
    """A title in capitals becomes a sentence; names of places keep theirs as far as they are known."""
    text = tidy_text(text)
    if not text.isupper():
        return text
    lowered = text.lower().capitalize()
    return lowered.replace("kutai timur", "Kutai Timur").replace("pdrb", "PDRB")


def _folded(text: str, width: int = 114) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _source(seen: Seen, table: TableSeen, wanted: Wanted, how: ByteSource) -> list[str]:
    path, sure = _below_folder(seen.file, wanted.folder)
    periods = []
    for said in table.when.places:
        period: dict[str, object] = {"place": said.place}
        if said.pattern:
            period["pattern"] = said.pattern
        if said.value:
            period["value"] = said.value
        periods.append(period)
    guess = any(said.place == "fixed" for said in table.when.places)
    return [
        "source:",
        "  kind: folder",
        f"  files: {json.dumps(file_pattern(path), ensure_ascii=False)}"
        + ("" if sure else " # periksa: di bawah folder SKPD"),
        *(f"  {key}: {scalar(value)}" for key, value in (("records", how.records), ("member", how.member)) if value),
        f"  periods: {flow(periods)}" + (" # periksa: tahunnya tidak disebut di berkas" if guess else ""),
    ]


def _below_folder(file: str, folder: str) -> tuple[str, bool]:
    """(the path below the agency's folder, whether the file lies there)."""
    parts = PurePosixPath(file).parts
    if folder and folder in parts[:-1]:
        return str(PurePosixPath(*parts[parts.index(folder) + 1 :])), True
    return parts[-1], False


# ── how it reads ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _layout(seen: Seen, table: TableSeen, labels: Labels) -> list[str]:
    frame = table.frame
    sheet = next(one for one in seen.sheets if one.no == table.sheet_no)
    block: dict[str, object] = {}
    if table.sheet and (len(seen.sheets) > 1 or seen.together):
        block["sheet"] = _sheets(seen, table)
    if frame.area or (sheet.tables and sheet.tables[0].frame.first != frame.first and not frame.area):
        block["area"] = frame.area or _rows_area(table)
    if not frame.rows:
        block["header"] = {"none": True}
    else:
        header: dict[str, object] = {"find": list(table.find)} if table.find else {"row": frame.first + 1}
        block["header"] = {**header, **({"rows": frame.rows} if frame.rows > 1 else {})}
    if frame.repeats and table.find:
        block["repeat"] = True
    if frame.skip:
        block["skip"] = frame.skip
    stop = stop_words(table)
    if stop:
        block["stop"] = stop
    down = [labels.names[at] for at in table.filled_down if at in labels.names]
    if down:
        block["fill_down"] = down
    if table.transposed:
        block["transpose"] = True
    lines = ["layout:"]
    for no, (key, value) in enumerate(block.items()):
        lines.append(f"  {'-' if no == 0 else ' '} {key}: {flow(value)}{_why(table, key)}")
    return lines


def _why(table: TableSeen, key: str) -> str:
    if key == "skip":
        told = [*(["satuan"] if table.frame.units else []), *(["nomor kolom"] if table.frame.numbered else [])]
        return f" # {' dan '.join(told)}" if told else ""
    if key == "header" and table.frame.rows and not table.find:
        return " # periksa: judul kolom tidak khas, jadi letaknya yang dipakai"
    return " # periksa: bagian ini saja" if key == "area" else ""


def _rows_area(table: TableSeen) -> str:
    frame = table.frame
    first, last = column_letters(frame.columns[0] + 1), column_letters(frame.columns[-1] + 1)
    return f"{first}{frame.first + 1}:{last}{frame.end}"


def _sheets(seen: Seen, table: TableSeen) -> str | list[str]:
    """A pattern that fits the sheets of this kind and no other, else their names."""
    wanted = list(seen.together) or [table.sheet]
    others = [sheet.name for sheet in seen.sheets if sheet.name not in wanted]
    patterns = {sheet_pattern(name) for name in wanted}
    pattern = patterns.pop() if len(patterns) == 1 else ""
    plain = pattern if len(wanted) > 1 or pattern != table.sheet else table.sheet
    if plain and not any(fnmatch.fnmatchcase(fold(other), fold(plain)) for other in others):
        return plain
    names = [re.sub(r"([*?[])", r"[\1]", name) for name in wanted]
    return names if len(names) > 1 else names[0]


def stop_words(table: TableSeen) -> list[str]:
    """How the rows below the table begin; never how one of its own rows begins."""
    words: dict[str, None] = {}
    for place, (_, text) in enumerate(table.frame.footers):
        known = FOOTER.match(fold(text))
        if known and not text[:1].isdigit():
            word = re.match(r"[\w*]+[:.]?", text)
            words[word[0] if word else text[:20]] = None
        elif place == 0:
            words[" ".join(text.split()[:3])[:40]] = None
    return list(words)[:6]


# ── its columns of words ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Labels:
    """The columns that hold no figures, in order; names: place → contract name of those that are in the contract."""

    columns: list[tuple[str, dict[str, Any], str]]
    names: dict[int, str]


def _labels(table: TableSeen, named: Named, measures: Measures) -> Labels:
    found: list[tuple[str, dict[str, Any], str]] = []
    names: dict[int, str] = {}
    if not table.wilayah and not (table.wide and "wilayah" in table.wide.levels):
        name = unique("wilayah", named.names.values())
        found.append((name, {"role": "wilayah", "scheme": "kemendagri", "value": "64.08"}, "seluruh kabupaten?"))
    used = {total.at for total in table.totals}
    for column in table.columns:
        if column.kind == "angka" and column.at not in measures.as_words:
            continue
        if (
            column.kind == "nomor"
            and column.at not in {*used, *table.key}
            and fold(column.last) not in ("id", "index", "nomer")
        ):
            continue
        name = named.names[column.at]
        parts, note = _label(table, column, named)
        names[column.at] = name
        found.append((name, {**parts, **named.bound[column.at], **_values(table, column, parts)}, note))
    if table.ancestor:
        name = unique(slug(table.ancestor), named.names.values())
        found.append((name, {"role": "rincian", "ancestor": table.ancestor}, ""))
    return Labels(found, names)


def _label(table: TableSeen, column: ColumnSeen, named: Named) -> tuple[dict[str, Any], str]:
    if column.at in table.wilayah:
        parts: dict[str, Any] = {"role": "wilayah", "scheme": column.scheme}
        if column.level:
            parts["level"] = column.level
        above = [one for one in table.wilayah if table.column(one).level == "kecamatan" and one != column.at]
        if column.level == "desa" and column.scheme == "nama" and above:
            parts["within"] = named.names[above[0]]
        return parts, ""
    if column.at in table.period_columns:
        return {"role": "periode"}, ""
    if column.at in table.key:
        return {"role": "rincian"}, ("nama dan kategorinya" if not column.header else "")
    if column.kind == "kosong":
        return {"role": "teks", "required": False}, "kosong di berkas ini; angka atau keterangan?"
    if column.kind == "angka":
        return {"role": "teks"}, "angka, tetapi bukan untuk periode di kepala kolom; dataset lain?"
    if column.kind in ("nomor", "periode") or column.n_empty or not column.header:
        return {"role": "teks", "required": False}, ""
    return {"role": "teks"}, ""


def _values(table: TableSeen, column: ColumnSeen, parts: dict[str, Any]) -> dict[str, Any]:
    """The categories of a breakdown where they are few; then a new one is told instead of taken."""
    coded = table.tree is not None and column.at in table.tree.columns
    if parts.get("role") != "rincian" or column.n_distinct > _FEW or coded or column.outside or column.kind == "kode":
        return {}
    values: dict[str, list[str]] = {}
    for text in column.distinct:
        values[unique(slug(text) or "lain", values)] = [text]
    return {"values": values}


# ── totals, hierarchy, rules ─────────────────────────────────────────────────────────────────────────────────────────


def _totals(table: TableSeen, labels: Labels) -> list[str]:
    where: dict[str, list[str]] = {}
    agrees = compared = 0
    for total in table.totals:
        name = labels.names.get(total.at)
        if name and total.label not in where.setdefault(name, []):
            where[name].append(total.label)
        agrees, compared = agrees + total.agrees, compared + total.compared
    if not where:
        return []
    check = {} if not compared or agrees * 2 >= compared else {"check": False}
    note = " # periksa: baris ini bukan jumlah baris lainnya" if check else ""
    return ["", f"totals: {flow({'where': where, **check})}{note}"]


def _hierarchy(table: TableSeen, labels: Labels) -> list[str]:
    tree = table.tree
    if tree is None:
        return []
    block: dict[str, Any] = {"columns": [labels.names[at] for at in tree.columns]}
    if tree.by != "kode":
        block["by"] = tree.by
    if tree.levels:
        block["levels"] = tree.levels
    wrong = tree.compared - tree.agrees
    return ["", *entry("hierarchy", block, 0, f"{wrong} subtotal bukan jumlah rinciannya" if wrong else "")]


def _rules(table: TableSeen, measures: Measures, regions: Regions) -> list[str]:
    rules = list(measures.rules)
    levels = {level for at in table.wilayah for level in table.column(at).levels}
    for level in ("kecamatan", "desa"):
        own = sum(region.tingkat == level and region.kode.startswith("64.08.") for region in regions)
        columns = [table.column(at) for at in table.wilayah if level in table.column(at).levels]
        if own and any(column.known >= own for column in columns):
            rules.append({"rule": "every_wilayah", "level": level, "severity": "catatan"})
    if len(levels) > 1 and any(len(table.column(at).levels) > 1 for at in table.wilayah):
        rules.append({"rule": "children_sum", "severity": "catatan"})
    if not rules:
        return ["rules: [] # periksa: apa yang harus benar di setiap berkas"]
    return ["rules: # periksa: tolak atau catatan, dan yang belum tertulis", *(f"  - {flow(rule)}" for rule in rules)]
