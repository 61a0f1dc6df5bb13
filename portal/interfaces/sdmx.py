"""SDMX REST for structures and data."""

from __future__ import annotations

from django.urls import URLPattern

PATHS: list[URLPattern] = []
