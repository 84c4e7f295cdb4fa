"""Latching a bit, by training and by guessing."""

from __future__ import annotations

import math

import numpy as np

from engine import Network
from engine.cells import Cell
from engine.draws import Draws
from engine.tasks import Latch
from engine.training import Training
from engine.unroll import unroll

from .learn import CLIP, Unmasked, learn, least
from .lstm_1997 import HS97
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIM"]


def latch(seed: int, effort: float) -> dict[str, float]:
    """Sequences that training needs, and that random guessing of all weights needs."""
    task = Unmasked(Latch(50))
    training = Training(
        Network("lstm", 3, forget_bias=4.0, outputs=1, seed=seed),
        task,
        rate=0.02,
        updates=least(1000, effort),
        batch=16,
        clipping=CLIP,
        evaluate_every=least(10, effort),
        evaluation_size=least(256, effort),
        solved=1.0,
        seed=seed,
        dtype="float32",
    )
    trained = learn(training).solved
    guesses, sequences = guess(task, seed, least(3000, effort))
    return {"trained": trained, "guesses": guesses, "guessed": sequences}


def guess(task: Unmasked, seed: int, most: int) -> tuple[float, float]:
    """Draw all three weights of a one-unit net anew until it classifies 256 sequences right.

    Returns
    -------
    guesses, sequences : float
        Nets drawn, and sequences read until the good one was found (a net is thrown away at its first
        error; the 256 that confirm the good one do not count, nor do those that examine the trained net);
        inf if none was right.
    """
    draws = Draws(seed, "guesses")
    sequences = 0
    for number in range(1, most + 1):
        u, w, b = draws.uniform(-100.0, 100.0, 3)
        p = {"weight_ih": np.array([[u]]), "weight_hh": np.array([[w]])}
        p |= {"bias_ih": np.array([b]), "bias_hh": np.zeros(1)}
        # A few sequences show most guesses to be wrong; those that pass them get the whole test.
        for size in (4, 256):
            batch = task.batch(size, Draws(seed, f"guess {number}, {size}"))
            h = unroll(Cell("rnn"), p, batch.x).h[1:]
            right = ((h > 0.0) == (batch.target > 0.5))[batch.judged][:, 0]
            if not right.all():
                sequences += int(np.argmin(right)) + 1
                break
            sequences += size
        else:
            return float(number), float(sequences - size)
    return math.inf, math.inf


def judge_latch(f: Figures) -> Verdict:
    """Guessing solves it, sooner than training."""
    pairs = zip(f["guessed"].values, f["trained"].values, strict=True)
    sooner = sum(guessed < trained for guessed, trained in pairs)
    count = len(f["guessed"].values)
    why = (
        f"Random weights in a single tanh unit solved it in {f['guessed'].tally()} seeds, after "
        f"{f['guesses'].text(',.0f', 'more than 3,000')} nets; sooner than the LSTM in {sooner} of {count}. "
        f"The LSTM was trained to success in {f['trained'].tally()} seeds. A task that falls to guessing "
        "proves little about a method."
    )
    always = f["guessed"].share(math.isfinite) == 1.0
    return Verdict("yes" if always and sooner == count else "in part" if always else "no", why)


CLAIM = Claim(
    "latch",
    "A task that falls to random guessing: latching a bit",
    f"{HS97}, Table 4 (task 3a) and section 5; task of Bengio, Simard and Frasconi 1994",
    "T = 50 to 55, N = 3 (paper: T = 100); LSTM H = 3, Adam .02, batch 16; guessing: one tanh unit, all "
    "three weights from U(-100, 100)",
    (
        Figure(
            "trained",
            "LSTM: sequences until 256 of 256 are right",
            "27,380 (T = 100)",
            ",.0f",
            "not in 16,000",
        ),
        Figure("guessed", "guessing: sequences until the same", "fewer", ",.0f", "not at all"),
        Figure("guesses", "guessing: nets drawn", "", ",.0f", "not in 3,000"),
    ),
    latch,
    judge_latch,
    "The class of a sequence is given by its first three numbers; the rest is noise. LSTM needs 27,380 "
    "sequences; and, the paper points out, drawing weights at random solves this task sooner than training "
    "does.",
    "Half the length. Success: guessing solves it, and reads fewer sequences than training, in every seed.",
    weight=4.0,
)
