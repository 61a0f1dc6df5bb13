"""A .zip that holds one data file: read as that file. Nothing is ever written where the archive says."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from etl.extract.choice import fits
from etl.extract.package import Package, damaged
from etl.extract.problems import listed, refused, shown
from etl.findings import Refused

_BY_SYSTEMS = re.compile(r"(?i)(^|/)(__MACOSX/|Thumbs\.db$|desktop\.ini$|~\$|\.)")
"""What operating systems and Office put beside the files: nobody sent it."""

_OUTSIDE = re.compile(r"^([A-Za-z]:|/)|(^|/)\.\.(/|$)")


@contextmanager
def unzipped(package: Package, wanted: str | None) -> Iterator[tuple[Path, str]]:
    """(file, name in the archive) of the one member to read; the file is gone afterwards.

    wanted: pattern from the contract, of the member's name or its path (`*`, letter case ignored). Raises Refused when
    a member's path leads outside, when none or several could be meant, and when its bytes are not as stated.
    """
    members = [_path(info) for info in package.parts.values()]
    if outside := [member for member in members if _OUTSIDE.search(member)]:
        raise _slip(package.name, outside)
    files = {_path(info): part for part, info in package.parts.items() if not info.is_dir()}
    member = _chosen([file for file in files if not _BY_SYSTEMS.search(file)], wanted, package.name)
    part = files[member]
    if package.parts[part].compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise damaged(package.name, f"{shown(member)} dimampatkan dengan cara selain ZIP biasa (Deflate)")
    with tempfile.NamedTemporaryFile(prefix="satudata-") as file:
        for piece in package.stream(part):
            file.write(piece)
        file.flush()
        yield Path(file.name), member


def _path(info: ZipInfo) -> str:
    # orig_filename: zipfile itself cuts a name at NUL
    return info.orig_filename.replace("\\", "/")


def _chosen(files: list[str], wanted: str | None, name: str) -> str:
    if wanted is not None:
        fitting = [file for file in files if fits(file, [wanted]) or fits(PurePosixPath(file).name, [wanted])]
        if len(fitting) == 1:
            return fitting[0]
        said = f"{len(fitting)} berkas" if fitting else "Tidak ada berkas"
        raise _several(name, f"{said} di dalam zip ini cocok dengan {shown(wanted)}", fitting or files)
    if len(files) == 1:
        return files[0]
    if not files:
        raise refused(
            "berkas_kosong",
            "Zip ini tidak berisi satu berkas pun.",
            "Yang dimampatkan hanya foldernya, atau penyimpanannya terputus.",
            "Mampatkan kembali berkas datanya, atau kirim berkasnya tanpa zip.",
            file=name,
        )
    raise _several(name, f"Zip ini berisi {len(files)} berkas", files)


def _several(name: str, what: str, files: list[str]) -> Refused:
    return refused(
        "isi_zip",
        f"{what}. Isinya: {listed([shown(file) for file in files])}.",
        "Beberapa berkas dimampatkan bersama, atau nama berkas di dalamnya berganti.",
        "Kirim tiap berkas dalam zip sendiri; bila memang selalu begini, Diskominfo menulis `member` di kontrak.",
        file=name,
    )


def _slip(name: str, paths: list[str]) -> Refused:
    return refused(
        "jalur_zip",
        f"Zip ini memuat berkas yang hendak ditulis di luar tempatnya: {listed([shown(path) for path in paths], 3)}.",
        "Zip dibuat program yang menyimpan alamat lengkap, atau sengaja dibuat untuk menimpa berkas sistem.",
        "Mampatkan kembali berkas datanya dengan Windows Explorer (Send to > Compressed folder), lalu kirim.",
        file=name,
    )


def nested(name: str) -> Refused:
    return refused(
        "isi_zip",
        "Di dalam zip ini ada zip lagi.",
        "Berkas yang sudah dimampatkan dimampatkan kembali.",
        "Kirim berkas datanya langsung, atau di dalam satu zip saja.",
        file=name,
    )
