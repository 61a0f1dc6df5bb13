"""`satudata backup`, `restore`, `maintain`: what keeps an installation alive over the years."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from etl.cli_contract import console, fail
from etl.settings import Settings


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False)


def backup(
    folder: Annotated[Path | None, typer.Argument(help="Folder cadangan; tanpa ini, SATUDATA_BACKUP.")] = None,
    keep: Annotated[int | None, typer.Option(help="Banyaknya yang disimpan (SATUDATA_KEEP_BACKUPS, 14).")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Hanya baca ulang cadangan terbaru, setiap byte.")] = False,
) -> None:
    """Cadangkan gudang, arsip dan kontrak; boleh selagi pemuatan berjalan."""
    from etl.services import backup_files
    from etl.services.backup import BackupFailed
    from etl.services.backup import backup as take
    from etl.services.pg_programs import ProgramFailed
    from etl.services.prepare import prepared

    settings = Settings.from_env()
    root = folder or settings.backup
    if root is None:
        raise fail("Folder cadangan belum ditentukan. Tindakan: `satudata backup FOLDER`, atau isi SATUDATA_BACKUP.")
    try:
        if verify:
            newest = backup_files.complete(root)[-1:]
            if not newest:
                raise fail(f"Tidak ada cadangan di {root}.")
            manifest = backup_files.verify(newest[0])
            _say(f"Utuh: {newest[0]} ({manifest.files} berkas arsip, {len(manifest.tables)} tabel).")
            return
        with prepared(settings) as ready:
            done = take(ready, root, keep=settings.retention.backups if keep is None else keep, say=_say)
    except (BackupFailed, ProgramFailed, backup_files.BackupDamaged) as problem:
        raise fail(str(problem)) from None
    _say(f"Cadangan: {done.folder}")
    if done.problem:
        raise fail(done.problem)


def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Satu cadangan: folder satudata-….")],
) -> None:
    """Pulihkan cadangan ke basis data dan SATUDATA_HOME yang kosong, lalu buktikan isinya sama."""
    from etl.services.backup_files import BackupDamaged
    from etl.services.pg_programs import ProgramFailed
    from etl.services.prepare import prepared
    from etl.services.restore import RestoreRefused
    from etl.services.restore import restore as put_back

    try:
        with prepared(Settings.from_env()) as settings:
            done = put_back(settings, folder, say=_say)
    except (BackupDamaged, RestoreRefused, ProgramFailed) as problem:
        raise fail(str(problem)) from None
    table = Table("tabel", "baris", "jumlah pemeriksa", "sama")
    for compared in done.tables:
        count, checksum = compared.after or ("-", "-")
        table.add_row(compared.table, str(count), str(checksum), "ya" if compared.same else "[red]TIDAK[/]")
    console.print(table)
    for name in done.contracts:
        _say(f"Kontrak di instalasi ini lain daripada di cadangan: {name}")
    for name in done.passwordless:
        _say(f"Akun {name} dibuat tanpa kata sandi. Tindakan: satudata reader {name}")
    if not done.proven:
        raise fail("Isi gudang TIDAK sama dengan cadangan. Jangan dipakai: kosongkan basis data ini, laporkan, ulangi.")
    _say(f"Terbukti: {len(done.tables)} tabel sama dengan cadangan {done.manifest.taken_at}.")
    _say("Berikutnya: satudata migrate (bila versi ini lebih baru), lalu satudata verify.")


def maintain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Hanya sebut apa yang akan dihapus.")] = False,
) -> None:
    """Perawatan malam sekarang juga: partisi, retensi, vacuum, pemeriksaan, cadangan."""
    from etl.services.maintenance import let_go
    from etl.services.maintenance import maintain as all_steps
    from etl.services.prepare import prepared

    with prepared(Settings.from_env()) as settings:
        if dry_run:
            _say(let_go(settings, dry_run=True, say=_say))
            return
        failed = all_steps(settings, say=_say)
    if failed:
        raise fail(f"Perawatan belum selesai: {', '.join(failed)}. Sebabnya tertulis di atas.")
