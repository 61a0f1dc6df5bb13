"""The exports are judged by the standards' own tools, for every contract of the demo regency."""

import importlib.resources
import json

import jsonschema
import pytest
from frictionless import Package
from open_data_contract_standard.model import OpenDataContractStandard

from etl.catalogue import load_contracts
from etl.settings import PROJECT
from etl.standards import frictionless, odcs

CATALOGUE = load_contracts(PROJECT / "datasets")


@pytest.fixture(params=sorted(CATALOGUE.contracts))
def contract(request):
    return CATALOGUE.contracts[request.param]


def test_odcs_export_satisfies_the_standards_schema_and_models(contract):
    document = odcs(contract, CATALOGUE)
    schema = importlib.resources.files("open_data_contract_standard").joinpath("schema.json").read_text()
    jsonschema.validate(document, json.loads(schema))
    model = OpenDataContractStandard.model_validate(document)
    assert [p.name for p in model.schema_[0].properties] == list(contract.columns)
    assert len(model.schema_[0].quality or []) == len(contract.rules)


def test_frictionless_export_is_a_valid_package(contract):
    descriptor = frictionless(contract, CATALOGUE)
    assert Package.validate_descriptor(descriptor).flatten(["note"]) == []
    fields = descriptor["resources"][0]["schema"]["fields"]
    assert [f["name"] for f in fields] == [n for n, c in contract.columns.items() if c.role != "kontrol"]


def test_a_broken_frictionless_descriptor_would_be_noticed(contract):
    descriptor = frictionless(contract, CATALOGUE)
    descriptor["resources"][0]["schema"]["fields"][0]["type"] = "bukan-tipe"
    assert not Package.validate_descriptor(descriptor).valid
