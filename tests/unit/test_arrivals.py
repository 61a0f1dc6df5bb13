"""The watch on the shared folders: announces what changed and kept still, once, and misses nothing over a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.arrivals import STATE, Watch
from etl.settings import Settings

REGISTER = """\
dinkes: {nama: Dinas Kesehatan, kode: KT18, folder: dinkes, kontak: a@example.go.id}
dpu: {nama: Dinas Pekerjaan Umum, kode: KT22, folder: dpu, kontak: b@example.go.id}
bps: {nama: Mitra di tempat lain, kode: KT05, folder: ELSEWHERE, kontak: c@example.go.id}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    elsewhere = tmp_path / "lain"
    for folder in (tmp_path / "sumber" / "dinkes", tmp_path / "sumber" / "dpu", elsewhere, tmp_path / "datasets"):
        folder.mkdir(parents=True)
    (tmp_path / "datasets" / "skpd.yaml").write_text(REGISTER.replace("ELSEWHERE", str(elsewhere)), encoding="utf-8")
    return Settings("", tmp_path / "var", tmp_path / "datasets", str(tmp_path / "sumber"))


def drop(settings: Settings, name: str, text: str = "isi") -> Path:
    path = Path(settings.sources) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_announced_once_and_only_to_its_agency(settings: Settings) -> None:
    watch = Watch(settings)
    assert [watch.look(), watch.look()] == [[], []]
    drop(settings, "dinkes/faskes/faskes 2025.xlsx")
    assert watch.look() == [], "it may still be growing"
    assert watch.look() == ["dinkes"]
    assert [watch.look(), watch.look()] == [[], []]


def test_a_growing_file_waits_until_it_is_whole(settings: Settings) -> None:
    watch = Watch(settings)
    watch.look()
    for length in (1, 2, 3):
        drop(settings, "dpu/jalan.csv", "x" * length)
        assert watch.look() == []
    assert watch.look() == ["dpu"]


def test_changed_renamed_and_removed_files_are_arrivals_too(settings: Settings) -> None:
    path = drop(settings, "dinkes/a.csv")
    watch = Watch(settings)
    watch.look()
    path.write_text("isi baru", encoding="utf-8")
    assert [watch.look(), watch.look()] == [[], ["dinkes"]]
    path = path.rename(path.with_name("b.csv"))
    assert [watch.look(), watch.look()] == [[], ["dinkes"]]
    path.unlink()
    assert [watch.look(), watch.look()] == [[], ["dinkes"]]


def test_an_agency_elsewhere_is_watched_where_it_is(settings: Settings, tmp_path: Path) -> None:
    watch = Watch(settings)
    watch.look()
    (tmp_path / "lain" / "a.csv").write_text("isi", encoding="utf-8")
    assert [watch.look(), watch.look()] == [[], ["bps"]]


def test_what_came_while_nobody_looked_is_announced_after_the_restart(settings: Settings) -> None:
    Watch(settings).look()
    assert (settings.home / STATE).is_file()
    drop(settings, "dinkes/a.csv")
    again = Watch(settings)
    assert [again.look(), again.look()] == [[], ["dinkes"]]


def test_a_folder_that_cannot_be_listed_disturbs_nobody_and_is_no_news_when_it_is_back(settings: Settings) -> None:
    place = Path(settings.sources) / "dpu"
    drop(settings, "dpu/a.csv")
    watch = Watch(settings)
    watch.look()
    elsewhere = Path(settings.home).parent / "lain"
    elsewhere.rename(elsewhere.with_name("hilang"))
    drop(settings, "dinkes/b.csv")
    assert [watch.look(), watch.look()] == [[], ["dinkes"]]
    elsewhere.with_name("hilang").rename(elsewhere)
    assert [watch.look(), watch.look()] == [[], []]
    assert place.is_dir()


def test_a_wrong_register_is_told_in_the_log_and_not_raised(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.datasets / "skpd.yaml").write_text("dinkes: {nama: x}\n", encoding="utf-8")
    assert Watch(settings).look() == []
    assert "skpd.yaml" in caplog.text
