"""What is left of a gradient at the first step, before training: the unit matrix, the forget bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import Network, tasks
from engine.draws import Draws
from engine.network import backward, draw_parameters, forward

from .model import Claim, Figure, Figures, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CLAIMS"]


def left_at_start(network: Network, inputs: Array, state: str = "h") -> float:
    """|dL/d state_0| / |dL/dh_T| for a read-out asked at the last step only, one sequence (T, 1, I)."""
    parameters = draw_parameters(network, inputs.shape[2])
    trace = forward(network, parameters, inputs)
    dv = np.zeros_like(trace.judged)
    dv[-1] = 1.0
    (gradient,) = backward(trace, parameters, dv).layers[0]
    first = gradient.h[0] if state == "h" or gradient.c is None else gradient.c[0]
    return float(np.linalg.norm(first) / np.linalg.norm(gradient.h[-1]))


def irnn(seed: int, effort: float) -> dict[str, float]:
    """Compare ReLU with the unit matrix and tanh with drawn ones."""
    steps = max(10, round(150 * effort))
    x = tasks.PlainAdding(steps).batch(1, Draws(seed, "adding")).x
    nets = {
        "irnn": Network("rnn", 100, "relu", init="identity", outputs=1, seed=seed),
        "uniform": Network("rnn", 100, "tanh", outputs=1, seed=seed),
        "gaussian": Network("rnn", 100, "tanh", init="gaussian", outputs=1, seed=seed),
        "orthogonal": Network("rnn", 100, "tanh", init="orthogonal", outputs=1, seed=seed),
    }
    return {name: left_at_start(network, x) for name, network in nets.items()}


def judge_irnn(f: Figures) -> Verdict:
    """Of the order of 1 against nothing."""
    kept = f["irnn"].low > 0.05 and f["irnn"].high < 50.0
    lost = max(f["uniform"].high, f["gaussian"].high) < 1e-4
    why = (
        f"With ReLU and the unit matrix {f['irnn'].text('.2g')} of the gradient arrives, with tanh "
        f"{f['uniform'].median:.0e} (uniform weights) or {f['gaussian'].median:.0e} (Gaussian, spectral "
        f"radius about 1). tanh with orthogonal weights lies between, at {f['orthogonal'].text('.0e')}. "
        "Whether the IRNN then learns as in the paper's Figure 2 was not tried (at H = 100, T = 150 it "
        "takes hours)."
    )
    return Verdict("in part" if kept and lost else "no", why)


def forget_bias(seed: int, effort: float) -> dict[str, float]:
    """An LSTM's cell path at forget biases 0, 1 and 3."""
    steps = max(10, round(60 * effort))
    x = tasks.PlainAdding(steps).batch(1, Draws(seed, "adding")).x
    return {
        f"bias_{b}": left_at_start(Network("lstm", 12, forget_bias=float(b), outputs=1, seed=seed), x, "c")
        for b in (0, 1, 3)
    }


def judge_forget_bias(f: Figures) -> Verdict:
    """Each bias brings orders of magnitude, in every seed."""
    ladder = f["bias_0"].high < f["bias_1"].low and f["bias_1"].high < f["bias_3"].low
    why = (
        f"Over 60 steps {f['bias_0'].median:.0e} of the gradient is left with a forget bias of 0, "
        f"{f['bias_1'].median:.0e} with 1, {f['bias_3'].median:.0e} with 3; the ranges over the seeds "
        f"{'do not even touch' if ladder else 'overlap'}. A bias of 1 is a great help and no constant flow: "
        "σ(1) = 0.73 halves it every 2.2 steps."
    )
    return Verdict("yes" if ladder else "no", why)


CLAIMS = (
    Claim(
        "irnn",
        "ReLU and the unit matrix keep the gradient",
        "Le, Jaitly and Hinton 2015 (the mechanism behind their Figure 2)",
        "H = 100, adding inputs, T = 150, before training: |∂L/∂h₀| / |∂L/∂h_T|; IRNN: W = 1, b = 0, inputs "
        "Glorot",
        (
            Figure("irnn", "IRNN", "", ".2g"),
            Figure("uniform", "tanh, all weights U(-0.1, 0.1)", "", ".1e"),
            Figure("gaussian", "tanh, all weights N(0, 1/fan-in)", "", ".1e"),
            Figure("orthogonal", "tanh, W orthogonal", "", ".1e"),
        ),
        irnn,
        judge_irnn,
        "A plain net of ReLUs whose recurrent matrix begins as the unit matrix learns the adding problem "
        "over 150 steps, where a tanh net does not: errors go back through it nearly unchanged.",
        "Only the gradient's ratio before training, not the training curves; so the best that can come out "
        "is “in part”. Success: a ratio between 0.05 and 50 for the IRNN, and below 1e-4 for tanh with "
        "uniform and with Gaussian weights, in every seed.",
        seeds=40,
        weight=0.2,
    ),
    Claim(
        "forget-bias",
        "The forget gate's bias decides what is left of the gradient",
        "Jozefowicz, Zaremba and Sutskever 2015 (the usual explanation of what their abstract reports)",
        "LSTM, H = 12, adding inputs, T = 60, before training, weights U(-1/√H, 1/√H), b the sum of both "
        "stored biases: |∂L/∂c₀| / |∂L/∂h_T|",
        tuple(Figure(f"bias_{b}", f"b = {b}", "", ".1e") for b in (0, 1, 3)),
        forget_bias,
        judge_forget_bias,
        "A forget bias of 1 makes LSTMs learn better. The explanation usually given: with a bias near 0 the "
        "gradient along the cell state vanishes at the start of training, with a larger one it passes.",
        "The gradient's ratio at the start of training; what a bias of 1 does for learning is "
        "looked at further down, beside the GRU. Success: the ranges over all seeds stand apart.",
        seeds=40,
        weight=0.1,
    ),
)
