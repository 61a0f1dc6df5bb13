"""The structure of a dataset as an SDMX-ML 2.1 message: agency, concepts, code lists, data structure and dataflow.

Lists that datasets share (regions, indicators, units, and SDMX's own) are marked partial: they show the codes that this
dataset uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from etl.publish.sdmx_codes import CONF_STATUS, OBS_STATUS, Code

AGENCY = "KUTIM"
AGENCY_NAME = "Pemerintah Kabupaten Kutai Timur"
VERSION = "1.0.0"
CONCEPTS = "CS_SATU_DATA"
FREQUENCY_VERSION = "2.1"

_BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_NS = {"mes": f"{_BASE}/message", "str": f"{_BASE}/structure", "com": f"{_BASE}/common"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SDMX_LISTS = {
    "CL_OBS_STATUS": ("Status pengamatan", "2.2", OBS_STATUS),
    "CL_CONF_STATUS": ("Status kerahasiaan", "1.3", CONF_STATUS),
}
ATTRIBUTES = {
    "UNIT_MEASURE": "Satuan",
    "OBS_STATUS": "Status pengamatan",
    "CONF_STATUS": "Status kerahasiaan",
    "COMMENT_OBS": "Yang tertulis sebagai ganti angka",
}
OWNERS = {
    "CL_FREQ": ("SDMX", FREQUENCY_VERSION),
    **{name: ("SDMX", version) for name, (_, version, _) in _SDMX_LISTS.items()},
}
"""Lists that are not ours → agency and version."""
_COMMON = {"FREQ": "Frekuensi", "TIME_PERIOD": "Periode", "OBS_VALUE": "Nilai", **ATTRIBUTES}


@dataclass(frozen=True)
class Codelist:
    """A list of ours. shared: other datasets have codes of it too."""

    id: str
    name: str
    codes: tuple[Code, ...]
    shared: bool


@dataclass(frozen=True)
class Dimension:
    """id: as SDMX has it. column: of the tidy table. name: of its concept, in Indonesian."""

    id: str
    column: str
    name: str
    codelist: Codelist


@dataclass(frozen=True)
class Structure:
    """What one dataset's figures are told by. dimensions: without FREQ (the first) and TIME_PERIOD (the last)."""

    flow: str
    title: str
    description: str
    prepared: datetime
    dimensions: tuple[Dimension, ...]
    units: Codelist
    frequencies: tuple[Code, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return ("FREQ", *(dimension.id for dimension in self.dimensions), "TIME_PERIOD")

    @property
    def reference(self) -> str:
        """As SDMX-CSV names its dataflow."""
        return f"{AGENCY}:{self.flow}({VERSION})"


def message(structure: Structure) -> bytes:
    """The whole as XML. The same structure gives the same bytes."""
    root = etree.Element(_tag("mes", "Structure"), nsmap=_NS)
    head = _add(root, "mes", "Header")
    _add(head, "mes", "ID").text = structure.flow
    _add(head, "mes", "Test").text = "false"
    _add(head, "mes", "Prepared").text = structure.prepared.isoformat()
    _add(head, "mes", "Sender", id=AGENCY)
    parts = _add(root, "mes", "Structures")
    _agencies(_add(parts, "str", "OrganisationSchemes"))
    _dataflow(_add(parts, "str", "Dataflows"), structure)
    lists = _add(parts, "str", "Codelists")
    for one in (*(d.codelist for d in structure.dimensions), structure.units):
        _codelist(lists, AGENCY, one.id, VERSION, one.name, one.codes, partial=one.shared)
    _codelist(lists, "SDMX", "CL_FREQ", FREQUENCY_VERSION, "Frekuensi", structure.frequencies, partial=True)
    for name, (title, version, codes) in _SDMX_LISTS.items():
        told = [Code(code, code, text) for code, text in codes.items()]
        _codelist(lists, "SDMX", name, version, title, told, partial=True)
    _concepts(_add(parts, "str", "Concepts"), {d.id: d.name for d in structure.dimensions})
    _data_structure(_add(parts, "str", "DataStructures"), structure)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document


class Flow(NamedTuple):
    """What is told of a dataflow without its structure."""

    flow: str
    title: str
    description: str


def selection(
    id: str,
    prepared: datetime,
    *,
    flows: Iterable[Flow | Structure] = (),
    stubs: Iterable[Flow] = (),
    lists: Iterable[Codelist] = (),
    concepts: Mapping[str, str] | None = None,
    agencies: bool = False,
) -> bytes:
    """A message with some artefacts. stubs: data structures by name only. concepts: id → name
    of dimensions; what every dataset has is added."""
    root = etree.Element(_tag("mes", "Structure"), nsmap=_NS)
    head = _add(root, "mes", "Header")
    _add(head, "mes", "ID").text = id
    _add(head, "mes", "Test").text = "false"
    _add(head, "mes", "Prepared").text = prepared.isoformat()
    _add(head, "mes", "Sender", id=AGENCY)
    parts = _add(root, "mes", "Structures")
    if agencies:
        _agencies(_add(parts, "str", "OrganisationSchemes"))
    flows, stubs, lists = list(flows), list(stubs), list(lists)
    if flows:
        listed = _add(parts, "str", "Dataflows")
        for flow in flows:
            _dataflow(listed, flow)
    if lists:
        listed = _add(parts, "str", "Codelists")
        for one in lists:
            agency, version = OWNERS.get(one.id, (AGENCY, VERSION))
            _codelist(listed, agency, one.id, version, one.name, one.codes, partial=one.shared)
    if concepts is not None:
        _concepts(_add(parts, "str", "Concepts"), concepts)
    if stubs:
        listed = _add(parts, "str", "DataStructures")
        for stub in stubs:
            _named(_maintained(listed, "DataStructure", stub.flow, isExternalReference="true"), stub.title)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document


def sdmx_lists() -> list[Codelist]:
    """SDMX's own lists as far as our figures use them, but frequencies."""
    return [
        Codelist(name, title, tuple(Code(code, code, text) for code, text in codes.items()), shared=True)
        for name, (title, _, codes) in _SDMX_LISTS.items()
    ]


def _tag(prefix: str, name: str) -> str:
    return f"{{{_NS[prefix]}}}{name}"


def _add(parent: etree._Element, prefix: str, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _tag(prefix, name), attributes)


def _named(element: etree._Element, name: str, description: str = "") -> None:
    for tag, text in (("Name", name), ("Description", description)):
        if text:
            told = _add(element, "com", tag)
            told.set(_XML_LANG, "id")
            told.text = text


def _maintained(
    parent: etree._Element, tag: str, id: str, agency: str = AGENCY, version: str = VERSION, **more: str
) -> etree._Element:
    return _add(parent, "str", tag, id=id, agencyID=agency, version=version, isFinal="false", **more)


def _ref(parent: etree._Element, prefix: str, tag: str, **target: str) -> None:
    etree.SubElement(_add(parent, prefix, tag), "Ref", target)


# ── the parts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _agencies(parent: etree._Element) -> None:
    scheme = _maintained(parent, "AgencyScheme", "AGENCIES", agency="SDMX", version="1.0", isPartial="true")
    _named(scheme, "Lembaga")
    _named(_add(scheme, "str", "Agency", id=AGENCY), AGENCY_NAME)


def _dataflow(parent: etree._Element, structure: Flow | Structure) -> None:
    flow = _maintained(parent, "Dataflow", structure.flow)
    _named(flow, structure.title, structure.description)
    target = {"id": structure.flow, "agencyID": AGENCY, "version": VERSION}
    _ref(flow, "str", "Structure", **target, package="datastructure", **{"class": "DataStructure"})


def _codelist(
    parent: etree._Element, agency: str, id: str, version: str, name: str, codes: Iterable[Code], *, partial: bool
) -> None:
    more = {"isPartial": "true"} if partial else {}
    codelist = _maintained(parent, "Codelist", id, agency, version, **more)
    _named(codelist, name)
    for code in codes:
        told = _add(codelist, "str", "Code", id=code.id)
        _named(told, code.name, f"Kode: {code.value}" if code.value != code.id else "")
        if code.parent:
            _ref(told, "str", "Parent", id=code.parent)


def _concepts(parent: etree._Element, dimensions: Mapping[str, str]) -> None:
    scheme = _maintained(parent, "ConceptScheme", CONCEPTS, isPartial="true")
    _named(scheme, "Konsep Satu Data Kutai Timur")
    for id, name in {**_COMMON, **dimensions}.items():
        _named(_add(scheme, "str", "Concept", id=id), name)


def _data_structure(parent: etree._Element, structure: Structure) -> None:
    definition = _maintained(parent, "DataStructure", structure.flow)
    _named(definition, structure.title)
    components = _add(definition, "str", "DataStructureComponents")
    dimensions = _add(components, "str", "DimensionList", id="DimensionDescriptor")
    coded = [("FREQ", "SDMX", "CL_FREQ", FREQUENCY_VERSION)]
    coded += [(d.id, AGENCY, d.codelist.id, VERSION) for d in structure.dimensions]
    for place, (id, agency, codelist, version) in enumerate(coded, 1):
        _enumerated(_component(dimensions, "Dimension", id, position=str(place)), agency, codelist, version)
    time = _component(dimensions, "TimeDimension", "TIME_PERIOD", position=str(len(coded) + 1))
    _text(time, "ObservationalTimePeriod")
    _attributes(_add(components, "str", "AttributeList", id="AttributeDescriptor"))
    measures = _add(components, "str", "MeasureList", id="MeasureDescriptor")
    _text(_component(measures, "PrimaryMeasure", "OBS_VALUE"), "Decimal")


def _attributes(parent: etree._Element) -> None:
    for id in ATTRIBUTES:
        status = "Conditional" if id == "COMMENT_OBS" else "Mandatory"
        attribute = _component(parent, "Attribute", id, assignmentStatus=status)
        if id == "UNIT_MEASURE":
            _enumerated(attribute, AGENCY, "CL_SATUAN", VERSION)
        elif id == "COMMENT_OBS":
            _text(attribute, "String")
        else:
            _enumerated(attribute, "SDMX", f"CL_{id}", _SDMX_LISTS[f"CL_{id}"][1])
        _ref(_add(attribute, "str", "AttributeRelationship"), "str", "PrimaryMeasure", id="OBS_VALUE")


def _component(parent: etree._Element, tag: str, id: str, **attributes: str) -> etree._Element:
    element = _add(parent, "str", tag, id=id, **attributes)
    target = {"id": id, "maintainableParentID": CONCEPTS, "maintainableParentVersion": VERSION, "agencyID": AGENCY}
    _ref(element, "str", "ConceptIdentity", **target, package="conceptscheme", **{"class": "Concept"})
    return element


def _enumerated(element: etree._Element, agency: str, id: str, version: str) -> None:
    target = {"id": id, "agencyID": agency, "version": version, "package": "codelist", "class": "Codelist"}
    _ref(_add(element, "str", "LocalRepresentation"), "str", "Enumeration", **target)


def _text(element: etree._Element, kind: str) -> None:
    _add(_add(element, "str", "LocalRepresentation"), "str", "TextFormat", textType=kind)


def dataflow_id(dataset: str) -> str:
    """`dinkes.puskesmas` → `DINKES-PUSKESMAS`."""
    return dataset.upper().replace(".", "-")
