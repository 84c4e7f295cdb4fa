"""Imports Qt for Python without the function that it puts in the place of Python's own ``__import__``.

That function serves optional spellings of Qt's names, which this program has no use for. To find out whether
they are wanted it reads the source text of every module that is imported from then on, and keeps it. That
takes longer than the importing: a tenth of a start.
"""

from __future__ import annotations

import builtins

__all__: list[str] = []

_plain_import = builtins.__import__

import PySide6.QtCore  # noqa: E402, F401  # between the two lines that it is about

builtins.__import__ = _plain_import
