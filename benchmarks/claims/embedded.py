"""The embedded Reber grammar."""

from __future__ import annotations

import math

from engine import Network
from engine.tasks import EmbeddedReber
from engine.training import Training

from .learn import CLIP, Unmasked, learn, least
from .model import Claim, Figure, Figures, Verdict

__all__ = ["CLAIM"]


def embedded(seed: int, effort: float) -> dict[str, float]:
    """Strings until all of 256 are right, LSTM and tanh."""
    found = {}
    for name, network, rate in (
        ("lstm", Network("lstm", 8, forget_bias=1.0, outputs=7, readout="softmax", seed=seed), 0.03),
        ("rnn", Network("rnn", 18, outputs=7, readout="softmax", seed=seed), 0.01),
    ):
        training = Training(
            network,
            Unmasked(EmbeddedReber()),
            rate=rate,
            updates=least(1500, effort),
            batch=8,
            clipping=CLIP,
            evaluate_every=least(25, effort),
            evaluation_size=least(256, effort),
            solved=1.0,
            seed=seed,
            dtype="float32",
        )
        outcome = learn(training)
        found |= {name: outcome.solved, f"{name}_right": outcome.best}
    return found


def judge_embedded(f: Figures) -> Verdict:
    """The LSTM always; whether the plain net fails as it did then."""
    lstm, rnn = f["lstm"].share(math.isfinite), f["rnn"].share(math.isfinite)
    why = (
        f"The LSTM had all of 256 new strings right in {f['lstm'].tally()} seeds, after "
        f"{f['lstm'].text(',.0f')} strings. The tanh net of as many weights had so in {f['rnn'].tally()}."
    )
    if rnn > 0.0:
        why += (
            " With Adam and clipped whole gradients a plain net is no longer shut out from a lag of about 8 "
            "steps: the 0 % of 1997 speaks of the training of that time as much as of the net."
        )
    return Verdict("yes" if lstm == 1.0 and rnn == 0.0 else "in part" if lstm == 1.0 else "no", why)


CLAIM = Claim(
    "embedded-reber",
    "Embedded Reber grammar: LSTM and plain net",
    "Hochreiter and Schmidhuber 1997, Table 1",
    "LSTM H = 8 against tanh H = 18 (as many weights), Adam (.03, .01), batch 8, clip 1",
    (
        Figure(
            "lstm",
            "LSTM: strings until 256 of 256 are right",
            "8,440, 100 % of the trials (3 blocks of 2 cells, rate .5)",
            ",.0f",
            "not in 12,000",
        ),
        Figure("lstm_right", "LSTM: best share of strings right", "", ".3f"),
        Figure(
            "rnn",
            "tanh: strings until 256 of 256 are right",
            "0 % of the trials (Elman net, > 200,000)",
            ",.0f",
            "not in 12,000",
        ),
        Figure("rnn_right", "tanh: best share of strings right", "", ".3f"),
    ),
    embedded,
    judge_embedded,
    "To foretell the last but one symbol of a string one must have kept the second one over a whole Reber "
    "string. LSTM learns it after 8,440 strings; Elman nets fail even after 200,000.",
    "Strings drawn anew, not 256 fixed ones; Adam over whole strings; today's cell (forget bias 1). "
    "Success: the LSTM in every seed, the plain net in none; “in part”: "
    "the LSTM in every seed, and the plain net in some.",
    weight=7.0,
)
