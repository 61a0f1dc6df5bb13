"""Run in the outside environment: what sdmx1 reads from the SDMX service at an address, told as one JSON."""

import json
import sys

import sdmx

address = sys.argv[1]
ACCEPT = {
    "JSON": "application/vnd.sdmx.data+json;version=1.0.0-wd",
    "CSV": "application/vnd.sdmx.data+csv;version=2.0.0",
}
FLOW = "DINKES-FASILITAS_KESEHATAN"


def client(form):
    source = {
        "id": "KUTIM",
        "name": "Satu Data Kutai Timur",
        "url": f"{address}/sdmx",
        "data_content_type": form,
        "headers": {"data": {"Accept": ACCEPT[form]}},
        "supports": dict.fromkeys(("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme"), True),
    }
    sdmx.add_source(source, override=True)
    return sdmx.Client("KUTIM")


def figures(message):
    found = []
    for data in message.data:
        for one in data.obs:
            key = {name: str(v.value) for name, v in one.key.values.items()}
            found.append([key, None if one.value in (None, "") else float(one.value)])
    return sorted(found, key=json.dumps)


told = {}
service = client("JSON")
told["flows"] = sorted(service.dataflow().dataflow)
message = service.dataflow(FLOW)
flow = message.dataflow[FLOW]
told["dimensions"] = [dimension.id for dimension in flow.structure.dimensions]
told["stubs"] = len(service.datastructure().structure)
told["definition"] = sorted(a.id for a in service.datastructure(FLOW).structure[FLOW].attributes)
told["regions"] = {code.id: str(code.name) for code in service.codelist("CL_WILAYAH").codelist["CL_WILAYAH"]}
told["kinds"] = [code.id for code in service.codelist(f"CL_{FLOW}_JENIS_PUSKESMAS").codelist.popitem()[1]]
told["concepts"] = sorted(
    concept.id for concept in service.conceptscheme("CS_SATU_DATA").concept_scheme["CS_SATU_DATA"]
)
told["all"] = figures(service.data(FLOW))
told["flat"] = figures(service.data(FLOW, params={"dimensionAtObservation": "AllDimensions"}))
key = {"INDICATOR": "faskes-posyandu", "REF_AREA": ["64-08-01", "64-08-04"]}
told["some"] = figures(
    service.data(FLOW, key=key, dsd=flow.structure, params={"startPeriod": "2023", "endPeriod": "2024"})
)
told["series"] = len(service.data(FLOW, params={"detail": "serieskeysonly"}).data[0].series)
told["csv"] = figures(client("CSV").data(FLOW, key={"FREQ": ["A"]}, dsd=flow.structure))
told["pandas"] = float(sdmx.to_pandas(service.data(FLOW)).sum())
print(json.dumps(told))
