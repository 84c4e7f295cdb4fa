"""How far the forget gates of a small language model are open."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine import Network
from engine.draws import Draws
from engine.network import forward
from engine.tasks import NextSymbol
from engine.training import Training

from .learn import CLIP, learn, least
from .model import Claim, Figure, Figures, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLAIM"]

TEXT = Path(__file__).resolve().parents[2] / "LICENSE"


def saturated(seed: int, effort: float) -> dict[str, float]:
    """Forget gates of a two-layer net that has read a text."""
    whole = NextSymbol.of_text(TEXT.read_text(encoding="utf-8"), 50)
    cut = len(whole.tokens) * 9 // 10
    unseen = replace(whole, tokens=whole.tokens[cut:])
    network = Network(
        "lstm", 24, layers=2, forget_bias=1.0, outputs=whole.kinds, readout="softmax", seed=seed
    )
    updates = least(600, effort)
    training = Training(
        network,
        replace(whole, tokens=whole.tokens[:cut]),
        rate=0.01,
        updates=updates,
        batch=16,
        clipping=CLIP,
        test=unseen,
        evaluate_every=updates,
        evaluation_size=least(50, effort),
        seed=seed,
        dtype="float32",
    )
    outcome = learn(training)
    trace = forward(network, outcome.parameters, unseen.batch(50, Draws(seed, "gates")).x)
    gates = [np.asarray(layer.gates["f"][10:]) for (layer,) in trace.layers]
    found = {"bits": outcome.loss / math.log(2.0)}
    found["right"] = float(sum(np.sum(mostly(f > 0.9)) for f in gates))
    found["left"] = float(sum(np.sum(mostly(f < 0.1)) for f in gates))
    for k, f in enumerate(gates, start=1):
        found[f"open_{k}"] = float(np.mean((f > 0.9) | (f < 0.1)))
    return found


def mostly(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Units (of T, B, H) for which something holds at 99 % of the steps or more."""
    return np.asarray(flags.mean(axis=(0, 1)) >= 0.99)


def judge_saturated(f: Figures) -> Verdict:
    """Always-open units in every seed, always-closed ones in none, the first layer more diffuse."""
    pairs = zip(f["open_1"].values, f["open_2"].values, strict=True)
    diffuse = sum(first < second for first, second in pairs)
    count = len(f["open_1"].values)
    why = (
        f"Of 48 forget gates {f['right'].text('.0f')} were always open (some in {f['right'].tally(bool)} "
        f"seeds), {f['left'].text('.0f')} always closed. The first layer was the less saturated one in "
        f"{diffuse} of {count} seeds: {f['open_1'].text('.2f')} of its gates' values lay beyond 0.1 or 0.9, "
        f"{f['open_2'].text('.2f')} in the second."
    )
    units = f["right"].low > 0 and f["left"].high == 0
    return Verdict("yes" if units and diffuse == count else "in part" if units else "no", why)


CLAIM = Claim(
    "saturation",
    "Some forget gates of a language model are always open, none always closed",
    "Karpathy, Johnson and Fei-Fei 2015, Figure 3",
    "two layers of 24 on the 11 kB of an English licence (this repository's), Adam .01, batch 16, windows "
    "of 50, 600 updates, forget bias 1; gates on the last tenth, from the 11th step on",
    (
        Figure("bits", "bits per character on the last tenth", "", ".2f"),
        Figure("right", "forget gates above 0.9 at 99 % of the steps", "several", ".0f"),
        Figure("left", "forget gates below 0.1 at 99 % of the steps", "0", ".0f"),
        Figure("open_1", "layer 1: share of values below 0.1 or above 0.9", "more diffuse", ".2f"),
        Figure("open_2", "layer 2: the same", "", ".2f"),
    ),
    saturated,
    judge_saturated,
    "In trained character models several forget gates stay above 0.9 all the time, so their cells keep what "
    "they hold; none stays below 0.1; the gates of the first layer are more diffuse than those above.",
    "A text and nets smaller by orders of magnitude, and gates that begin at σ(1) = 0.73. Shape, not "
    "numbers. Success: always-open gates in every seed, always-closed ones in none, the first layer less "
    "saturated in every seed; “in part” without the last.",
    weight=10.0,
)
