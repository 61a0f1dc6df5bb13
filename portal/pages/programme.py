"""Plans and their realisation: the regency's year, an agency's, and one node of its programmes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.charts.bars import course_of_year
from portal.charts.treemap import Tile, treemap
from portal.pages.templatetags.figures import rupiah, urusan
from portal.pages.templatetags.plans import nama_program, persen_pendek
from portal.progress import GRADES, Measure
from portal.serving import snapshot_of
from portal.warehouse import programme
from portal.warehouse.programme import Line, Node
from portal.warehouse.snapshot import Snapshot

BY_AGENCY, BY_FIELD, BY_PROGRAMME = "skpd", "urusan", "program"
WORST = 8
SMALL_TREE = 40
"""A tree of at most so many nodes is shown open."""
KINDS = {
    "skpd_bud": gettext_lazy("Catatan SKPD sama dengan catatan bendahara umum daerah (BUD)"),
    "kas_pagu": gettext_lazy("Anggaran kas 12 bulan sama dengan pagu"),
    "realisasi_pagu": gettext_lazy("Realisasi tidak melebihi pagu"),
    "realisasi_turun": gettext_lazy("Realisasi tidak turun tanpa koreksi"),
    "pagu_tahap": gettext_lazy("Tahap anggaran datang berurutan"),
    "jenis_realisasi": gettext_lazy("Realisasi per bulan atau kumulatif, seperti dinyatakan"),
    "jumlah_anak": gettext_lazy("Jumlah pada berkas sama dengan jumlah bagiannya"),
    "silpa": gettext_lazy("Pendapatan, belanja dan pembiayaan menghasilkan SiLPA yang sama"),
}


def overview(request: HttpRequest) -> HttpResponse:
    snapshot = snapshot_of(request)
    years = programme.years(snapshot)
    if not years:
        return render(request, "pages/rencana.html", {"years": years})
    year = _year(request, years)
    by = BY_FIELD if request.GET.get("menurut") == BY_FIELD else BY_AGENCY
    lines = programme.programmes(snapshot, year)
    fields = {row.urusan: row.nama_urusan for row, _line in lines}
    field = request.GET.get("urusan", "")
    if field in fields:
        lines, by = [(row, line) for row, line in lines if row.urusan == field], BY_PROGRAMME
    groups = sorted(_grouped(lines, by, year), key=lambda line: -(line.budget or 0))
    worst = sorted(
        ((row, line) for row, line in lines if line.pace.behind), key=lambda pair: pair[1].pace.gap, reverse=True
    )
    page = {
        "years": years,
        "year": year,
        "by": by,
        "field": fields.get(field),
        "total": programme.summed([line for _row, line in lines]),
        "groups": groups,
        "drawings": _treemaps(groups, _picture(year), shortened=by == BY_AGENCY),
        "grades": GRADES,
        "worst": [(row, line, _node_address(row, year)) for row, line in worst[:WORST]],
        "behind": len(worst),
        "programmes": len(lines),
        "reconciled": programme.reconciled(snapshot, year),
    }
    return render(request, "pages/rencana.html", page)


def _picture(year: int) -> str:
    return _("Pagu {tahun}, warna menurut laju realisasi").format(tahun=year)


def _year(request: HttpRequest, years: Sequence[int]) -> int:
    asked = request.GET.get("tahun", "")
    return next((year for year in years if str(year) == asked), years[0])


def _node_address(row: Any, year: int) -> str:
    address = reverse("rencana_simpul", kwargs={"skpd": row.nama_pendek or row.skpd, "kode": row.kode})
    return f"{address}?tahun={year}"


def _grouped(lines: Sequence[tuple[Any, Line]], by: str, year: int) -> list[Line]:
    if by == BY_PROGRAMME:
        return [
            replace(line, name=nama_program(line.name), short=row.singkatan or "", href=_node_address(row, year))
            for row, line in lines
        ]
    groups: dict[str, list[tuple[Any, Line]]] = {}
    for row, line in lines:
        groups.setdefault(row.urusan if by == BY_FIELD else row.skpd, []).append((row, line))
    found = []
    for code, pairs in groups.items():
        row = pairs[0][0]
        if by == BY_FIELD:
            name, short = urusan(row.nama_urusan), ""
            href = f"?{urlencode({'tahun': year, 'urusan': code})}"
        else:
            name, short = row.nama_skpd, row.singkatan or ""
            href = f"{reverse('rencana_skpd', kwargs={'skpd': row.nama_pendek or row.skpd})}?tahun={year}"
        found.append(programme.summed([line for _row, line in pairs], code, name, short, href))
    return found


def _treemaps(lines: Sequence[Line], title: str, height: int = 300, *, shortened: bool = True) -> list[tuple[str, Any]]:
    """The same picture for a wide and for a narrow screen; CSS shows one. shortened: an agency by its short name."""
    tiles = [
        Tile(
            (line.short if shortened else "") or nama_program(line.name),
            " · ".join([rupiah(line.budget), *([persen_pendek(line.percent)] if line.percent is not None else [])]),
            f"{nama_program(line.name)}: {rupiah(line.budget)}, "
            f"{_('terealisasi')} {persen_pendek(line.percent)}, {line.pace.word}",
            line.href,
            float(line.budget or 0),
            line.pace.grade,
        )
        for line in lines
    ]
    return [("lebar", treemap(tiles, title, 1100, height)), ("sempit", treemap(tiles, title, 340, 340, 13))]


def agency(request: HttpRequest, skpd: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    entry, code, tree = _found(snapshot, skpd)
    name = entry.nama if entry else next(iter(tree.values()))[0].nama_skpd
    page: dict[str, Any] = {"entry": entry, "skpd": skpd, "name": name, "years": list(tree)}
    if not tree:
        return render(request, "pages/rencana_skpd.html", page)
    year = _year(request, list(tree))
    nodes = programme.nodes(snapshot, code, year, tree[year])
    measures = programme.year_measures(snapshot, code, year)
    programmes = [node for node in nodes if node.level == "program"]
    page |= {
        "code": code,
        "year": year,
        "total": programme.summed(programmes),
        "branches": branches(nodes),
        "drawings": _treemaps(_leaves(skpd, nodes, year), _picture(year), 240),
        "grades": GRADES,
        "open": len(nodes) <= SMALL_TREE,
        "behind": behind(nodes, measures),
        "measures": measures,
        "quarters": _quarters(measures),
        "history": history(tree),
        "reconciled": programme.reconciled(snapshot, year, code),
        "supports": programme.supports(snapshot, [node.code for node in nodes]),
        "sources": _sources(snapshot, nodes),
    }
    return render(request, "pages/rencana_skpd.html", page | {"kinds": KINDS})


def _found(snapshot: Snapshot, skpd: str) -> tuple[Any | None, str, dict[int, list[Any]]]:
    """The agency's register entry (None for one that is no more), its code, and its years.

    Raises Http404 when neither is there.
    """
    entry = programme.agency(snapshot, skpd)
    code = entry.kode if entry else skpd
    tree = programme.tree(snapshot, code)
    if entry is None and not tree:
        raise Http404
    return entry, code, tree


def _leaves(skpd: str, nodes: Sequence[Node], year: int) -> list[Line]:
    """Where money is spent, each leading to its page."""
    above = parents(nodes)
    return [
        replace(one, href=f"{reverse('rencana_simpul', kwargs={'skpd': skpd, 'kode': one.code})}?tahun={year}")
        for one in nodes
        if one.code not in above
    ]


def parents(nodes: Sequence[Node]) -> set[str]:
    """Codes of nodes that have nodes below them."""
    codes = {node.code for node in nodes}
    return {".".join(code.split(".")[:cut]) for code in codes for cut in range(1, code.count(".") + 1)} & codes


def branches(nodes: Sequence[Node]) -> list[tuple[Node, list[Node]]]:
    """Programmes, each with what is below it in the order of codes."""
    found: list[tuple[Node, list[Node]]] = []
    for node in sorted(nodes, key=lambda node: node.code):
        if node.level == "program":
            found.append((node, []))
        elif found and node.code.startswith(found[-1][0].code):
            found[-1][1].append(node)
    return found


def behind(nodes: Sequence[Node], measures: Sequence[Measure]) -> list[tuple[Node, list[Measure]]]:
    """Nodes whose money or whose own measures are behind, the largest gap of money first, with those measures.

    Money is looked at where it is spent, at the lowest level; a programme or kegiatan appears for its measures alone.
    """
    above = parents(nodes)
    late: dict[str, list[Measure]] = {}
    for measure in measures:
        if measure.behind:
            late.setdefault(measure.activity, []).append(measure)
    found = [
        (node, late.get(node.code, []))
        for node in nodes
        if node.code in late or (node.pace.behind and node.code not in above)
    ]
    return sorted(found, key=lambda pair: (-pair[0].pace.gap, pair[0].code))


def _quarters(measures: Sequence[Measure]) -> list[str]:
    return sorted({row.periode for measure in measures for row in measure.periods})


def history(tree: dict[int, list[Any]], series: str | None = None) -> tuple[list[int], list[tuple[Any, list[Any]]]]:
    """Years in their order, and by series of codes a row of the latest year with the row of each year (or None).

    series: of one node; without it every programme.
    """
    years = sorted(tree)
    found: dict[str, dict[int, Any]] = {}
    for year in years:
        for row in tree[year]:
            if row.kode_seri == series if series else row.tingkat == "program":
                found.setdefault(row.kode_seri, {})[year] = row
    return years, [
        (by_year[max(by_year)], [by_year.get(year) for year in years]) for _series, by_year in sorted(found.items())
    ]


def _sources(snapshot: Snapshot, nodes: Sequence[Node]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What is told by which dataset: (pagu, [(dataset, its title)])."""
    used: dict[str, set[str]] = {}
    for node in nodes:
        for what, dataset in node.sources.items():
            for one in (dataset or "").split(", "):
                if one:
                    used.setdefault(what, set()).add(one)
    titles = programme.titles(snapshot, sorted({one for many in used.values() for one in many}))
    return [(what, [(one, titles.get(one, one)) for one in sorted(many)]) for what, many in used.items()]


def node(request: HttpRequest, skpd: str, kode: str) -> HttpResponse:
    snapshot = snapshot_of(request)
    entry, code, tree = _found(snapshot, skpd)
    years = [year for year, rows in tree.items() if any(row.kode == kode for row in rows)]
    if not years:
        raise Http404
    year = _year(request, years)
    nodes = programme.nodes(snapshot, code, year, tree[year])
    this = next(one for one in nodes if one.code == kode)
    below = [one for one in nodes if one.code.startswith(kode + ".")]
    measures = [
        one
        for one in programme.year_measures(snapshot, code, year)
        if one.activity == kode or one.activity.startswith(kode + ".")
    ]
    title = _("Rencana kas dan realisasi sejak awal {tahun}").format(tahun=year)
    page = {
        "entry": entry,
        "skpd": skpd,
        "code": code,
        "name": entry.nama if entry else tree[year][0].nama_skpd,
        "years": years,
        "year": year,
        "node": this,
        "above": [one for one in nodes if kode.startswith(one.code + ".")],
        "below": below,
        "drawing": course_of_year(this.planned, this.realised, title),
        "course": [
            (end, this.planned.get(end), this.realised.get(end)) for end in sorted({*this.planned, *this.realised})
        ],
        "accounts": programme.accounts(snapshot, code, year, this),
        "measures": measures,
        "quarters": _quarters(measures),
        "history": history(tree, this.series),
        "reconciled": programme.reconciled(snapshot, year, code, kode),
        "supports": programme.supports(snapshot, [kode, *(one.code for one in below)]),
        "sources": _sources(snapshot, [this]),
        "kinds": KINDS,
    }
    return render(request, "pages/rencana_simpul.html", page)


PATHS = [
    path("rencana", overview, name="rencana"),
    path("rencana/<str:skpd>", agency, name="rencana_skpd"),
    path("rencana/<str:skpd>/<str:kode>", node, name="rencana_simpul"),
]
