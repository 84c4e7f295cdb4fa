"""A question's text as asked: what the log keeps of it, once, under the hash of these words."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Question

__all__ = ["asked_text"]


def asked_text(question: Question) -> str:
    """Return everything that makes the question, as JSON with sorted keys; its place is no part of it.

    Parameters
    ----------
    question : Question
        Of any bank.

    Returns
    -------
    str
        Equal for equal questions. Read it with any JSON reader; the names are those of `content.model`.
    """
    fields = _plain(question)
    del fields["place"], fields["digest"]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value
