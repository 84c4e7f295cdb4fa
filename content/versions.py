"""The version of the reading of bank files; a cached start does not import the code that reads."""

from __future__ import annotations

LOADER_VERSION = 1
"""Raised whenever a file that loaded before may load otherwise; what others have cached is not used."""
