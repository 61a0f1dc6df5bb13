"""One LibreOffice profile for all tests of the entry workbook."""

from __future__ import annotations

import pytest

from tests.entry.office import Office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("kantor"))
