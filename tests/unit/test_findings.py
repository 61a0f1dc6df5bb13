"""What a finding quotes is read by many: it shows no NIK."""

from etl.findings import Finding, Severity

NIK = "6408994104900001"


def test_a_nik_in_what_a_finding_quotes_is_masked():
    finding = Finding("kolom_wajib", f"Kolom belum dikenal: `Guru {NIK}`.", "s", "t", header=f"Guru {NIK}", value=NIK)
    assert NIK not in str(finding)
    assert finding.message == "Kolom belum dikenal: `Guru 6408•••••••••••1`."
    assert (finding.header, finding.value) == ("Guru 6408•••••••••••1", "6408•••••••••••1")


def test_other_numbers_stay_readable():
    for text in ("10701893800000", "64.08.04.2012", "640899410490000123", "a" * 20 + NIK + "f" * 28):
        assert Finding("r", text, "s", "t").message == text


def test_where_it_is_stands_in_the_sentence_only_when_known():
    whole = Finding("berkas_kosong", "Kosong.", "s", "t", severity=Severity.CATATAN)
    assert str(whole) == "CATATAN berkas_kosong: Kosong. Sebab: s Tindakan: t"
    placed = whole.at(file="a.xlsx", sheet="Data")
    assert str(placed).startswith("CATATAN berkas_kosong: a.xlsx [Data]: Kosong.")
