"""A person at LibreOffice: opens a workbook, types into cells, saves it. A real soffice process with a Basic macro.

Typing into a locked cell of a protected sheet does nothing, as for a person (a macro could; this one asks first).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SOFFICE = shutil.which("soffice")
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97", "html": "HTML (StarCalc)"}
_MACRO = """Sub Isi(perintah As String)
  Dim baris As String, bagian, dok, lembar, sel
  Dim buka(0) As New com.sun.star.beans.PropertyValue
  Dim simpan(0) As New com.sun.star.beans.PropertyValue
  buka(0).Name = "Hidden" : buka(0).Value = True
  Dim masuk As Integer : masuk = FreeFile
  Open perintah For Input As #masuk
  Do While Not Eof(masuk)
    Line Input #masuk, baris
    bagian = Split(baris, Chr(9))
    If bagian(0) = "buka" Then
      dok = StarDesktop.loadComponentFromURL(bagian(1), "_blank", 0, buka())
    ElseIf bagian(0) = "angka" Or bagian(0) = "teks" Then
      lembar = dok.Sheets.getByName(bagian(1))
      sel = lembar.getCellRangeByName(bagian(2))
      If lembar.isProtected() And sel.CellProtection.IsLocked Then
        Rem LibreOffice menolak ketikan di sini
      ElseIf bagian(0) = "angka" Then
        sel.Value = Val(bagian(3))
      Else
        sel.String = bagian(3)
      End If
    ElseIf bagian(0) = "simpan" Then
      dok.calculateAll()
      simpan(0).Name = "FilterName" : simpan(0).Value = bagian(2)
      dok.storeToURL(bagian(1), simpan())
    ElseIf bagian(0) = "tutup" Then
      dok.close(True)
    End If
  Loop
  Close #masuk
  StarDesktop.terminate()
End Sub
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Orang" script:language="StarBasic">
{}</script:module>
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Orang"/></library:library>
"""
_LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple"
 library:link="false"/></library:libraries>
"""

Typed = Mapping[str, float | int | str | None]
"""Cell (`D12`) → what is typed into it; None empties it."""


class Office:
    """One soffice profile in a folder of its own; `work` runs one process through all of its jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._soffice("--terminate_after_init", timeout=120)  # makes the profile, which the macro then moves into
        basic = folder / "profil" / "user" / "basic"
        (basic / "Standard").mkdir(parents=True, exist_ok=True)
        code = _MACRO.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
        (basic / "Standard" / "Orang.xba").write_text(_MODULE.format(code))
        (basic / "Standard" / "script.xlb").write_text(_LIBRARY)
        (basic / "script.xlc").write_text(_LIBRARIES)
        self._jobs: list[str] = []

    def fill(self, source: Path, typed: Typed, *targets: Path, sheet: str = "Isian") -> None:
        """Opens `source`, types, saves a copy at every target in its ending's format. Done by `work`."""
        lines = [f"buka\t{source.as_uri()}"]
        for cell, value in typed.items():
            kind = "angka" if isinstance(value, int | float) else "teks"
            said = repr(value) if kind == "angka" else value or ""
            lines.append(f"{kind}\t{sheet}\t{cell}\t{said}")
        lines += [f"simpan\t{target.as_uri()}\t{FILTERS[target.suffix[1:]]}" for target in targets]
        self._jobs += [*lines, "tutup"]

    def work(self, timeout: int = 300) -> None:
        """Runs what was asked for in one process."""
        orders = self.folder / "perintah.txt"
        orders.write_text("\n".join(self._jobs) + "\n", encoding="utf-8")
        self._jobs.clear()
        self._soffice("--norestore", f"macro:///Standard.Orang.Isi({orders})", timeout=timeout)

    def _soffice(self, *arguments: str, timeout: int) -> None:
        profile = f"-env:UserInstallation={(self.folder / 'profil').as_uri()}"
        command = [str(SOFFICE), profile, "--headless", "--nologo", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == 0, done.stderr
