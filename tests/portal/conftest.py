"""Django set up for the tests of the portal: settings from the environment, as a server has them."""

from __future__ import annotations

import os

import django

os.environ.setdefault("SATUDATA_PORTAL_SECRET", "x" * 50)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()
