"""Loaded by schemathesis: codes that exist, where a question is meant to be valid. Which codes there are is the
warehouse's to say and not the document's, so any other is refused, and rightly."""

import schemathesis
from schemathesis import GenerationMode

KNOWN = {
    "dataset": "disdukcapil.penduduk",
    "indikator": "penduduk.jumlah",
    "skpd": "disdukcapil",
    "urusan": "2.12",
    "wilayah": "64.08.04",
    "periode": "2024-S2",
}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    for name in KNOWN.keys() & (case.path_parameters or {}).keys():
        case.path_parameters[name] = KNOWN[name]
    query = {name: value for name, value in (case.query or {}).items() if not name.startswith("rincian.")}
    query.pop("setelah", None)  # is given by an answer, and signs for the list that gave it
    for name in KNOWN.keys() & query.keys():
        query[name] = [KNOWN[name]]
    if "rincian" in query:
        query["rincian"] = "jenis_kelamin=L"
    case.query = query
