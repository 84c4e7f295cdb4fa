"""Clipping, and the temporal order problem for a plain net."""

from __future__ import annotations

import math

import numpy as np

from engine import Network
from engine.optimizers import SGD
from engine.tasks import TemporalOrder
from engine.training import Training

from .learn import CLIP, Unmasked, learn, least
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIM"]


def clipping(seed: int, effort: float) -> dict[str, float]:
    """Train a tanh net by plain gradient descent, with clipping and without."""
    found = {}
    for name, clip in (("clipped", CLIP), ("plain", None)):
        training = Training(
            Network("rnn", 50, init="orthogonal", scale=0.95, outputs=4, readout="softmax", seed=seed),
            Unmasked(TemporalOrder(20)),
            optimizer=SGD(),
            rate=0.1,
            updates=least(2500, effort),
            batch=20,
            clipping=clip,
            evaluate_every=least(100, effort),
            evaluation_size=least(400, effort),
            solved=0.99,
            seed=seed,
            dtype="float32",
        )
        outcome = learn(training)
        found |= {f"{name}_right": outcome.best, f"{name}_solved": outcome.solved}
        found[f"{name}_norm"] = float(np.max([record.norm for record in outcome.records]))
    return found


def judge_clipping(f: Figures) -> Verdict:
    """With clipping in every seed, without in none."""
    clipped, plain = (f[f"{name}_solved"].share(math.isfinite) for name in ("clipped", "plain"))
    why = (
        f"Solved with clipping in {f['clipped_solved'].tally()} seeds, without in "
        f"{f['plain_solved'].tally()}, where the best share right was {f['plain_right'].text('.2f')}. The "
        f"largest gradient norms were {f['clipped_norm'].text('.0f')} (before it was clipped) and "
        f"{f['plain_norm'].text('.0f')}."
    )
    return Verdict("yes" if clipped == 1.0 and plain == 0.0 else "in part" if clipped > plain else "no", why)


CLAIM = Claim(
    "clipping",
    "Clipping makes temporal order learnable for a tanh net",
    "Pascanu, Mikolov and Bengio 2013, Figure 7",
    "L = 20 to 22 (paper: 50 to 200), tanh H = 50, W orthogonal × 0.95, SGD, rate .1, batch 20, at most "
    "2,500 updates, clip 1 or none",
    (
        Figure("clipped_solved", "clipped: sequences until 99 % are right", "", ",.0f", "not in 50,000"),
        Figure("clipped_right", "clipped: best share right", "", ".3f"),
        Figure("plain_solved", "not clipped: the same", "", ",.0f", "not in 50,000"),
        Figure("plain_right", "not clipped: best share right (guess: 0.25)", "", ".3f"),
        Figure("clipped_norm", "clipped: largest gradient norm, before clipping", "", ".0f"),
        Figure("plain_norm", "not clipped: largest gradient norm", "", ".0f"),
    ),
    clipping,
    judge_clipping,
    "Plain gradient descent fails at the temporal order problem as sequences grow longer; with the "
    "gradient's norm clipped at 1 it succeeds on longer ones, with the regulariser of the same paper on "
    "longer ones still.",
    "Far shorter sequences and 2,500 updates in place of up to 5 million, at ten times the paper's rate of "
    ".01; orthogonal weights in place of its sparse “smart tanh”; no regulariser. Success: solved with "
    "clipping in every seed, without it in none; “in part”: in more seeds with it than without.",
    weight=14.0,
)
