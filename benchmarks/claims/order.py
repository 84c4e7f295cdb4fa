"""Temporal order: which of two marks came first."""

from __future__ import annotations

import math

from engine.tasks import TemporalOrder
from engine.training import Training

from .learn import CLIP, Unmasked, learn, least
from .lstm_1997 import HS97, OPEN, two
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIM"]


def order(seed: int, effort: float) -> dict[str, float]:
    """Sequences until all are classified right, and the best share right."""
    found = {}
    for name, rate, updates in (("lstm", 0.02, 1000), ("rnn", 0.005, 1500)):
        training = Training(
            two(name, 4, seed, bias=4.0, lstm=8, rnn=18, readout="softmax"),
            Unmasked(TemporalOrder(50)),
            rate=rate,
            updates=least(updates, effort),
            batch=32,
            clipping=CLIP,
            evaluate_every=least(25, effort),
            evaluation_size=least(400, effort),
            solved=1.0,
            seed=seed,
            dtype="float32",
        )
        outcome = learn(training)
        found |= {f"{name}_solved": outcome.solved, f"{name}_right": outcome.best}
    return found


def judge_order(f: Figures) -> Verdict:
    """The LSTM solves it in every seed, the plain net in none."""
    lstm, rnn = f["lstm_solved"].share(math.isfinite), f["rnn_solved"].share(math.isfinite)
    why = (
        f"The LSTM classified all of 400 new sequences right in {f['lstm_solved'].tally()} seeds, the tanh "
        f"net in {f['rnn_solved'].tally()}; the best it ever had was {f['rnn_right'].text('.2f')} of them, "
        "where guessing has 0.25."
    )
    return Verdict("yes" if lstm == 1.0 and rnn == 0.0 else "in part" if lstm > 0.5 > rnn else "no", why)


CLAIM = Claim(
    "temporal-order",
    "Temporal order: an LSTM tells XX, XY, YX, YY apart",
    f"{HS97}, Table 9 (task 6a)",
    "L = 50 (paper: 100), LSTM H = 8 against tanh H = 18, Adam (.02, .005), batch 32, clip 1",
    (
        Figure(
            "lstm_solved",
            "LSTM: sequences until 400 of 400 are right",
            "31,390 (L = 100)",
            ",.0f",
            "not in 32,000",
        ),
        Figure("lstm_right", "LSTM: best share right", "", ".2f"),
        Figure("rnn_solved", "tanh: sequences until 400 of 400 are right", "", ",.0f", "not in 48,000"),
        Figure("rnn_right", "tanh: best share right (guess: 0.25)", "", ".2f"),
    ),
    order,
    judge_order,
    "Two marks far apart in a stream of distractors; at the end the net says in which order they came. LSTM "
    "learns it at lengths of 100 to 110, after 31,390 sequences in the mean.",
    f"Half the length, cross-entropy in place of squared errors. {OPEN} The tanh net is our addition. "
    "Success: the LSTM in every seed, the tanh net in none; “in part”: most against few.",
    weight=8.0,
)
