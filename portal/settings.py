"""Django's settings. One place reads the environment; everything else takes what stands here.

SATUDATA_PORTAL_DSN      libpq address of the warehouse, with a login made by `satudata reader` (kind portal)
SATUDATA_BASE_URL        where the public reaches the site; its host is the one that is answered
SATUDATA_PORTAL_HOSTS    further hosts, with commas
SATUDATA_PORTAL_SECRET   signs what the site gives out and takes back
SATUDATA_HOME            the installation's folder; the files of `satudata publish` are in `ekspor/` below it
SATUDATA_PORTAL_CACHE_MB memory for ready pages, per process
SATUDATA_PORTAL_RATE     answers that one address may have the API make: per second/at once, e.g. 20/200; 0: any number
SATUDATA_PORTAL_PROXIES  addresses or networks of proxies whose X-Forwarded-For is believed, with commas
SATUDATA_PORTAL_STATIC   where static files are gathered at the start; `statis/` below the installation's folder
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from etl.settings import Settings

HERE = Path(__file__).resolve().parent
INSTALLATION = Settings.from_env()

WAREHOUSE_DSN = os.environ.get("SATUDATA_PORTAL_DSN", "")
EXPORTS = INSTALLATION.exports
BASE_URL = INSTALLATION.base_url
CACHE_BYTES = int(os.environ.get("SATUDATA_PORTAL_CACHE_MB", "64")) * 1024 * 1024

_rate, _, _burst = os.environ.get("SATUDATA_PORTAL_RATE", "20/200").partition("/")
API_RATE, API_BURST = float(_rate), int(_burst or "200")
PROXIES = [text.strip() for text in os.environ.get("SATUDATA_PORTAL_PROXIES", "").split(",") if text.strip()]

SECRET_KEY = os.environ.get("SATUDATA_PORTAL_SECRET", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SATUDATA_PORTAL_SECRET kosong. Tindakan: isi dengan teks acak sepanjang 50 huruf; `satudata up` membuatnya."
    )
DEBUG = False
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *filter(None, [urlsplit(BASE_URL).hostname]),
    *filter(None, os.environ.get("SATUDATA_PORTAL_HOSTS", "").split(",")),
]

INSTALLED_APPS = ["django.contrib.staticfiles", "portal.pages", "portal.interfaces"]
MIDDLEWARE = [
    "portal.headers.Headers",
    "portal.interfaces.api_door.Door",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.serving.Warehouse",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = False
DATABASES: dict[str, dict[str, str]] = {}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": ["portal.pages.context.site"],
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
            "builtins": ["portal.pages.templatetags.figures", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Makassar"
USE_TZ = True

STATIC_URL = "/statis/"
STATIC_ROOT = Path(os.environ.get("SATUDATA_PORTAL_STATIC") or INSTALLATION.home / "statis")
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 600
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
