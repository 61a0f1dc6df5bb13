"""One LibreOffice profile for all tests of the entry workbook."""

from __future__ import annotations

import pytest

from tests.entry.office import SOFFICE, Office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    if SOFFICE is None:
        pytest.skip("LibreOffice absent")
    return Office(tmp_path_factory.mktemp("kantor"))
