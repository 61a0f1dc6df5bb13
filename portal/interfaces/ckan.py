"""CKAN's read API, for harvesters and clients that know the regency's former catalogue."""

from __future__ import annotations

from django.urls import URLPattern

PATHS: list[URLPattern] = []
