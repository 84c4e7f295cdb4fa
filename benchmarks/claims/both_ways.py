"""Reading both ways, and a floor for who reads forward."""

from __future__ import annotations

from engine import Network
from engine.tasks import WindowedAverage
from engine.training import Training

from .learn import CLIP, learn, least
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIM"]


def both_ways(seed: int, effort: float) -> dict[str, float]:
    """Squared errors of a net that reads forward, and of one that reads both ways."""
    task, found = WindowedAverage(40), {}
    for name, network in (
        ("one", Network("lstm", 16, outputs=1, seed=seed)),
        ("both", Network("lstm", 8, bidirectional=True, outputs=1, seed=seed)),
    ):
        training = Training(
            network,
            task,
            rate=0.01,
            updates=least(500, effort),
            batch=32,
            clipping=CLIP,
            evaluate_every=least(500, effort),
            evaluation_size=least(1000, effort),
            seed=seed,
            dtype="float32",
        )
        found[name] = learn(training).loss
    return found


def judge_both_ways(f: Figures) -> Verdict:
    """Forward no further below the floor than chance; both ways far below."""
    floor = WindowedAverage(40).causal
    why = (
        f"Reading forward stopped at {f['one'].text('.4f')}, the floor being {floor:.4f} in the long run (a "
        "test of 1,000 series wanders by about one per cent); reading both ways came to "
        f"{f['both'].text('.4f')}, with half as many units in each direction."
    )
    good = f["one"].low > 0.97 * floor and f["both"].high < 0.5 * floor
    return Verdict("yes" if good else "no", why)


CLAIM = Claim(
    "both-ways",
    "Reading both ways beats a floor that no forward reader can",
    "Schuster and Paliwal 1997 (the idea); the task and its floor are ours",
    "mean of 3 past, the present and 5 future inputs, T = 40; LSTM H = 16 forward or 2 × 8 both ways, Adam "
    ".01, batch 32, clip 1, 500 updates",
    (
        Figure("one", "forward: mean squared error", "proven floor: 0.0190", ".4f"),
        Figure("both", "both ways: mean squared error", "0 can be reached", ".5f"),
    ),
    both_ways,
    judge_both_ways,
    "A net that also reads from the end can use what comes later; one that reads forward cannot, whatever "
    "it learns.",
    "Not a figure of the paper: a task whose floor for forward readers is known exactly proves more. "
    "Success: forward within 3 % of the floor or above it, both ways below half of it, in every seed.",
    weight=7.0,
)
