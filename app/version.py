"""The program's version: written here once, read by the build, the launcher and the about box."""

from __future__ import annotations

__version__ = "0.1.0"
