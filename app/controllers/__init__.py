"""Joins content, tutor and storage to signals; QtCore only."""

from __future__ import annotations

from .cards import Card, ControlCard, ExplainCard, OptionCardData
from .journal import Journal
from .library import Asked, LibraryController
from .playground import Playground
from .study import StudyController, Summary
from .table import Explanation

__all__ = [
    "Asked",
    "Card",
    "ControlCard",
    "ExplainCard",
    "Explanation",
    "Journal",
    "LibraryController",
    "OptionCardData",
    "Playground",
    "StudyController",
    "Summary",
]
