"""What is known while one question is examined: its time, its draws, what has been found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Draws, Question
    from .rules import Found
    from .variants import Variant

Clock = Callable[[], float]


@dataclass
class Timer:
    """Time that may be spent on one question."""

    clock: Clock
    seconds: float
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def over(self) -> bool:
        """Whether it is spent."""
        return self.clock() - self.started > self.seconds


@dataclass(frozen=True)
class KeyCheck:
    """What the engine says of one key."""

    question: str
    """The full name, bank and question."""
    verdict: str
    """`confirmed`, `contradicted` or `undecided`."""
    reason: str = ""
    total: int = 1
    """Combinations of parameter values there are, looked at, and fit to be asked."""
    looked_at: int = 1
    asked: int = 1


@dataclass
class Examination:
    """What has been found so far about one question."""

    question: Question
    timer: Timer
    found: list[Found] = field(default_factory=list)
    contradicted: bool = False
    looked_at: int = 0
    held: int = 0
    asked: list[Draws] = field(default_factory=list)
    samples: list[Variant] = field(default_factory=list)
    """The first few variants that can be asked, with their runs."""
    collisions: dict[str, int] = field(default_factory=dict)

    def note(self, found: Found) -> None:
        """Note something, once for each place and not without end."""
        if all(other.path != found.path for other in self.found) and len(self.found) < 20:
            self.found.append(found)

    def contradict(self, found: Found) -> None:
        """Note that the engine says otherwise."""
        self.contradicted = True
        self.note(found)


def say_draws(draws: Draws) -> str:
    """Say a draw as `w = 0.5, x1 = 2`."""
    return ", ".join(f"{name} = {value:g}" for name, value in draws)


def for_draws(draws: Draws) -> str:
    """Say ` for w = 0.5`, or nothing without parameters."""
    return f" for {say_draws(draws)}" if draws else ""
