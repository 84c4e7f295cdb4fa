"""Copy memory, and the loss of who remembers nothing."""

from __future__ import annotations

from engine import Network
from engine.tasks import Copying
from engine.training import Training

from .learn import CLIP, learn, least
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIM"]


def copying(seed: int, effort: float) -> dict[str, float]:
    """Loss of an LSTM over the loss of who has no memory."""
    task = Copying(delay=50)
    training = Training(
        Network("lstm", 32, forget_bias=1.0, outputs=task.outputs, readout="softmax", seed=seed),
        task,
        rate=0.01,
        updates=least(400, effort),
        batch=20,
        clipping=CLIP,
        evaluate_every=least(400, effort),
        evaluation_size=least(200, effort),
        seed=seed,
        dtype="float32",
    )
    outcome = learn(training)
    return {"ratio": outcome.loss / task.baseline.loss, "right": outcome.score}


def judge_copying(f: Figures) -> Verdict:
    """At the baseline, within a twentieth."""
    at = f["ratio"].low > 0.9 and f["ratio"].high < 1.1
    why = (
        f"After 8,000 sequences the loss is {f['ratio'].text('.3f')} of the baseline, and "
        f"{f['right'].text('.2f')} of the copied symbols are right, where guessing has 1/8: the LSTM has "
        "learnt when to speak and remembers nothing yet. What it would do after a hundred times as many was "
        "not tried."
    )
    return Verdict("in part" if at else "no", why)


CLAIM = Claim(
    "copying",
    "Copy memory: an LSTM soon finds the baseline and stays there",
    "Arjovsky, Shah and Bengio 2016 (the task and its baseline)",
    "10 of 8 symbols, delay 50, LSTM H = 32, Adam .01, batch 20, clip 1, 400 updates",
    (
        Figure("ratio", "loss / (10 ln 8 / (T + 20))", "", ".3f"),
        Figure("right", "share of the copied symbols right (guess: 0.125)", "", ".3f"),
    ),
    copying,
    judge_copying,
    "Who knows when to speak but remembers nothing has a mean loss of 10 ln 8 / (T + 20); nets without a way "
    "to keep the symbols come to it and stay there.",
    "The baseline is arithmetic. We have no figure from the paper to set beside ours, and a stay at the "
    "baseline over a short training only shows its beginning, so the best that can come out is “in part”. "
    "Success: within a tenth of the baseline in every seed.",
    weight=6.0,
)
