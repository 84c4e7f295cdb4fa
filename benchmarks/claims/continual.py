"""A stream of Reber strings: with and without a forget gate, and with other parts missing."""

from __future__ import annotations

import numpy as np

from engine import Network
from engine.draws import Draws
from engine.network import forward
from engine.tasks import ContinualReber
from engine.training import Training

from .learn import CLIP, learn, least
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIMS"]

_LONG = 1000


def stream(variant: str, seed: int, updates: int, effort: float) -> tuple[float, float]:
    """Train on streams of 100 symbols, ask on streams of 1,000.

    Returns
    -------
    right, norm : float
        Share of the second T or P that are foretold right; median norm of the cell state at the end.
    """
    # A forget gate that has one begins with the bias 1; the coupled cell's is tied to its input gate.
    bias = None if variant in ("no-forget-gate", "coupled") else 1.0
    network = Network("lstm", 12, forget_bias=bias, outputs=7, readout="softmax", variant=variant, seed=seed)
    training = Training(
        network,
        ContinualReber(100),
        rate=0.03,
        updates=updates,
        batch=16,
        clipping=CLIP,
        evaluate_every=updates,
        evaluation_size=2,
        seed=seed,
        dtype="float32",
    )
    parameters = learn(training).parameters
    task = ContinualReber(max(50, round(_LONG * effort)))
    batch = task.batch(32, Draws(seed, "long streams"))
    trace = forward(network, parameters, batch.x)
    ((layer,),) = trace.layers
    assert layer.c is not None
    return task.score(trace.judged, batch), float(np.median(np.linalg.norm(layer.c[-1], axis=1)))


def continual(seed: int, effort: float) -> dict[str, float]:
    """With a forget gate and without."""
    found = {}
    for name, variant in (("with", ""), ("without", "no-forget-gate")):
        found[f"{name}_right"], found[f"{name}_norm"] = stream(variant, seed, least(400, effort), effort)
    return found


def judge_continual(f: Figures) -> Verdict:
    """With the gate nearly always right; without it worse, and the state grows."""
    solved = f["with_right"].tally(lambda v: v > 0.99)
    lacking = f["without_right"].tally(lambda v: v > 0.99)
    why = (
        f"With a forget gate more than 99 % of the second T or P were right in {solved} seeds, without in "
        f"{lacking} (median {f['without_right'].median:.2f}; guessing has 0.5). After 1,000 symbols the cell "
        f"state's norm was {f['with_norm'].text('.0f')} with the gate and {f['without_norm'].text(',.0f')} "
        "without."
    )
    held, lost = (f[f"{name}_right"].share(lambda v: v > 0.99) for name in ("with", "without"))
    grown = f["without_norm"].low > 5.0 * f["with_norm"].high
    if held == 1.0 and lost == 0.0 and grown:
        return Verdict("yes", why)
    return Verdict("in part" if held > 0.5 > lost and grown else "no", why)


_VARIANTS = {
    "full": "",
    "no forget gate": "no-forget-gate",
    "no input gate": "no-input-gate",
    "no output gate": "no-output-gate",
    "coupled gates": "coupled",
    "peepholes": "peepholes",
    "no output activation": "no-output-activation",
}


def ablation(seed: int, effort: float) -> dict[str, float]:
    """Each variant after the same short training."""
    return {name: stream(variant, seed, least(200, effort), effort)[0] for name, variant in _VARIANTS.items()}


def judge_ablation(f: Figures) -> Verdict:
    """The two that the paper names are the two worst."""
    ranks = sorted(_VARIANTS, key=lambda name: f[name].median)
    critical = {"no forget gate", "no output activation"}
    why = (
        f"From the worst median up: {', '.join(f'{name} {f[name].median:.2f}' for name in ranks)}. With "
        "five seeds the ranges of most variants overlap."
    )
    two = set(ranks[:2])
    return Verdict("yes" if two == critical else "in part" if two & critical else "no", why)


GERS = "Gers, Schmidhuber and Cummins 2000"


CLAIMS = (
    Claim(
        "continual-reber",
        "Without a forget gate the state grows and streams fail",
        f"{GERS} (abstract)",
        "continual embedded Reber, LSTM H = 12, Adam .03, 400 updates on 16 streams of 100 symbols, clip 1; "
        "asked on 32 streams of 1,000",
        (
            Figure("with_right", "with: share of second T or P right", "solves it", ".3f"),
            Figure("without_right", "without: the same (guess: 0.5)", "fails", ".3f"),
            Figure("with_norm", "with: norm of c after 1,000 symbols", "", ".0f"),
            Figure("without_norm", "without: norm of c after 1,000 symbols", "", ",.0f"),
        ),
        continual,
        judge_continual,
        "On a stream of strings with no marked ends the LSTM of 1997 fails: nothing empties its cells. With "
        "a forget gate it learns to.",
        "The streams' states begin at 0 every 100 symbols in training, and the measure is the share of the "
        "predictions that need a memory, not the paper's count of symbols to the first error. Success: with "
        "the gate above 99 % in every seed, without it in none, and a norm at least five times as large; "
        "“in part”: most against few.",
        weight=11.0,
    ),
    Claim(
        "ablation",
        "Which part of the LSTM matters most",
        "Greff et al. 2017 (abstract)",
        "as the result before, after 200 updates; share of second T or P right",
        tuple(
            Figure(
                name,
                name,
                "among the most critical" if name in ("no forget gate", "no output activation") else "",
                ".2f",
            )
            for name in _VARIANTS
        ),
        ablation,
        judge_ablation,
        "In 5,400 runs on speech, handwriting and music the forget gate and the output activation turned "
        "out to be the most critical parts; none of eight variants was much better than the standard cell.",
        "A task of quite another kind, six variants, one setting for all (theirs was searched for each). "
        "The order of such a list depends on the task. Success: the two worst medians are the paper's two; "
        "“in part” if one is.",
        weight=18.0,
    ),
)
