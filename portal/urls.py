"""Every address of the site. Those of pages stand below /en/ too; those that programs ask have one form."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import register_converter


class Rest:
    """What is left of a path, any character but a line break: a breakdown has `=` and `|` in it."""

    regex = r"[^\r\n]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Rest, "rest")

from portal.interfaces import api, ckan, feeds, files, sdmx  # noqa: E402 - their paths use the converter
from portal.pages import about, catalogue, dataset, developers, home, origin, profiles, programme, releases  # noqa: E402

PAGES = (home, catalogue, dataset, origin, programme, profiles, releases, developers, about)
INTERFACES = (api, ckan, sdmx, feeds, files)

urlpatterns = [
    *(address for module in INTERFACES for address in module.PATHS),
    *i18n_patterns(*(address for module in PAGES for address in module.PATHS), prefix_default_language=False),
]
handler404 = "portal.pages.about.not_found"
handler500 = "portal.pages.about.broken"
