"""What a learner gives as an answer, and the plain data it is stored as."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


class AnswerError(ValueError):
    """An answer that does not belong to the question, or data that is no answer."""


@dataclass(frozen=True)
class ChoiceAnswer:
    """Chosen options, as places in `question.options` counted from 0, whatever order they were shown in."""

    options: frozenset[int]


@dataclass(frozen=True)
class NumberAnswer:
    """A number as typed."""

    text: str


@dataclass(frozen=True)
class SettingsAnswer:
    """One value for each control that is the answer, in their order."""

    values: tuple[float, ...]


Answer: TypeAlias = ChoiceAnswer | NumberAnswer | SettingsAnswer


def answer_to_data(answer: Answer) -> dict[str, object]:
    """Return an answer as data that JSON can hold.

    Parameters
    ----------
    answer : Answer
        Any.

    Returns
    -------
    dict
        Its `kind` is "choice", "number" or "settings"; the same answer always gives the same data.
    """
    match answer:
        case ChoiceAnswer():
            return {"kind": "choice", "options": sorted(answer.options)}
        case NumberAnswer():
            return {"kind": "number", "text": answer.text}
        case SettingsAnswer():
            return {"kind": "settings", "values": list(answer.values)}


def answer_from_data(data: object) -> Answer:
    """Return the answer that `answer_to_data` made the data from.

    Parameters
    ----------
    data : object
        As read from JSON.

    Raises
    ------
    AnswerError
        For anything else.
    """
    if isinstance(data, Mapping):
        match data.get("kind"), data.get("options"), data.get("text"), data.get("values"):
            case "choice", list(options), _, _ if all(type(place) is int and place >= 0 for place in options):
                return ChoiceAnswer(frozenset(options))
            case "number", _, str(text), _:
                return NumberAnswer(text)
            case "settings", _, _, list(values) if all(_is_number(value) for value in values):
                return SettingsAnswer(tuple(float(value) for value in values))
    raise AnswerError("this is not the data of an answer")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
