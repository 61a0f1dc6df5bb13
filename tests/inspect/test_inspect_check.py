"""`satudata check FILE --dataset …` with the draft as it stands: no file is returned, no row set aside, unless said."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_drafting import SHARED, checked, inspected

from etl.check import Returned, check_file
from etl.settings import Settings

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"contoh berkas bersama tidak ada: {SHARED}")
FILES = (
    "statistik/Standar Kelurahan Data Corona (30 Januari 2021 Pukul 10.00).xlsx",
    "statistik/bandung_perguruan_tinggi_kecamatan.csv",
    "statistik/bps_makro_null_literal.csv",
    "statistik/bps_pengangguran_pendidikan_1986_2024.csv",
    "statistik/bps_tpt_provinsi_2026.xlsx",
    "statistik/data_posyandu.xlsx",
    "statistik/elsimil_bumil_2025.csv",
    "statistik/idm_pencemaran_air_desa_4000.csv",
    "statistik/kutim_kemiskinan_2015_2024.xlsx",
    "anggaran/apbd_sikd_2021_2024.xls",
    "anggaran/djpk_2021_Banyuwangi.csv",
    "anggaran/lra_lamsel_2026_januari.xlsx",
    "anggaran/rak_belanja_lamsel_2026.xlsx",
    "pengaduan/sp4n_lapor_samarinda_2024_redacted.csv",
    "api/lkpp_struktur_anggaran_pd.json",
)


@pytest.mark.parametrize("file", FILES)
def test_the_whole_check_lets_the_file_through(file: str, tmp_path: Path, module_warehouse_dsn: str) -> None:
    path = SHARED / file
    _, trial = inspected(path)
    contract = checked(trial.draft.text, tmp_path)
    settings = Settings(dsn=module_warehouse_dsn, home=tmp_path / "var", datasets=tmp_path / "datasets", sources="")
    result, checks, quarantined = check_file(settings, path, contract)
    assert len(result.rows) and checks
    assert len(quarantined) == 0


def test_rows_that_nothing_tells_apart_are_named_before_they_are_returned(
    tmp_path: Path, module_warehouse_dsn: str
) -> None:
    path = SHARED / "anggaran/djpk_2022_Banyuwangi.csv"
    seen, trial = inspected(path)
    assert seen.chosen is not None
    assert any("2 baris tidak terbedakan" in doubt and "mis. baris" in doubt for doubt in seen.chosen.doubts)
    settings = Settings(dsn=module_warehouse_dsn, home=tmp_path / "var", datasets=tmp_path / "datasets", sources="")
    with pytest.raises(Returned) as verdict:
        check_file(settings, path, checked(trial.draft.text, tmp_path))
    failed = {result.rule for result in verdict.value.results if not result.ok}
    assert failed == {"kunci_unik"}
