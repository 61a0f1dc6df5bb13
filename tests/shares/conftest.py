"""Every kind of share, one after the other, and a short way to list it."""

import pytest

from etl.contract import Skpd
from etl.extract.archive import Archive
from etl.sources import FolderSource
from tests.listed import list_files
from tests.shares.sites import SITES

KONEKSI = "uji_bagi"
VARIABLE = "AIRFLOW_CONN_UJI_BAGI"


@pytest.fixture(scope="session", params=SITES)
def site(request):
    """A server of each kind, started once."""
    with SITES[request.param]() as found:
        yield found


@pytest.fixture
def listed(monkeypatch):
    """Function: (url, text of the connection, pattern) → (files, notes), by way of the register of agencies."""

    def _listed(url, connection, pattern="**/*.csv"):
        monkeypatch.setenv(VARIABLE, connection)
        skpd = Skpd(nama="Dinas Kesehatan", kode="KT02", folder=url, kontak="a@b.id", connection=KONEKSI)
        return list_files(FolderSource(kind="folder", files=pattern), skpd, "/tidak/dipakai")

    return _listed


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "arsip")
