"""The words on pages in English: all there, none left over, and what is filled in is filled in."""

from __future__ import annotations

import re

from django.utils import translation

from portal.labels import CODES, STATUSES, humanized, status_name
from tools import words

FILLED_IN = re.compile(r"%\(\w+\)s|%%|\{\w*\}|</?\w+>")
SAID, WRITTEN = words.said(), words.written()


def test_every_word_is_translated_and_none_is_left_over():
    said, written = {message.id for message in SAID}, {message.id for message in WRITTEN}
    assert said - written == set(), "jalankan `make words`, lalu terjemahkan"
    assert written - said == set(), "jalankan `make words`"
    empty = [message.id for message in WRITTEN if message.id and not words.all_there(message.string)]
    assert empty == []


def test_a_translation_fills_in_what_the_words_do():
    wrong = []
    for message in (one for one in WRITTEN if one.id):
        ids, texts = ((one,) if isinstance(one, str) else one for one in (message.id, message.string))
        for source, text in zip(ids, texts, strict=True):
            same = sorted(FILLED_IN.findall(text)) == sorted(FILLED_IN.findall(source))
            if not same or source[:1].isspace() != text[:1].isspace():
                wrong.append((source, text))
    assert wrong == []


def test_a_word_that_is_not_there_is_noticed(tmp_path, monkeypatch):
    page = tmp_path / "templates" / "a.html"
    page.parent.mkdir()
    page.write_text(
        '<p>{% translate "Kata baru" %}</p>\n  {{ x|default:_("Tidak") }}\n'
        "{% blocktranslate count n=n %}{{ n }} hal{% plural %}{{ n }} hal{% endblocktranslate %}"
    )
    (tmp_path / "b.py").write_text('A = noop("Kode")\nB = gettext_lazy("Malas")\nC = _("100%")\n')
    monkeypatch.setattr(words, "PORTAL", tmp_path)
    monkeypatch.setattr(words, "PROJECT", tmp_path)
    found = {message.id for message in words.said() if message.id}
    assert found == {"Kata baru", ("%(n)s hal", "%(n)s hal"), "Tidak", "Kode", "Malas", "100%"}


def test_codes_of_the_site_are_said_in_both_languages():
    assert humanized("jenis_kelamin") == "Jenis kelamin"
    assert status_name("sementara") in STATUSES
    with translation.override("en"):
        assert humanized("jenis_kelamin") == "Sex"
        assert status_name("sementara") == "provisional figure"
        assert humanized("kolam_ikan") == "Kolam ikan"
        assert [code for code in CODES if not translation.gettext(code)] == []
