"""The wall in the error surface of a net of one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import Change, Experiment, Input, Lane, Loss, Network, parse_target
from engine.draws import Draws
from engine.sweeps import joined, surface

from .model import Claim, Figure, Figures, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["CLAIM"]

PMB13 = "Pascanu, Mikolov and Bengio 2013"


_RIDGE = (5.03, 5.76, 7.23)


def cliff_surface(ws: Array, bs: Array) -> Array:
    """Norms of dE/d(w, b) for E = (σ(x_50) - 0.7)², x_t = w σ(x_(t-1)) + b, x_0 = 0.5; (B, W)."""
    network = Network("rnn", hidden=1, init="zero", activation="sigmoid")
    loss = Loss("squared-error", target=((0.7,),))
    start = Change(parse_target("h[0]"), float(1.0 / (1.0 + np.exp(-0.5))))
    experiment = Experiment((Lane("x", network),), Input.zeros(50), loss, (start,))
    found = joined(surface(experiment, "weight.hh[1, 1]", ws, "bias[1]", bs))
    return np.asarray(np.hypot(found.slopes[:, 0], found.slopes[:, 1]).reshape(len(bs), len(ws)))


def cliff(seed: int, effort: float) -> dict[str, float]:
    """Median slope over a random grid, and slopes at named points of the ridge."""
    count = max(5, round(81 * effort))
    draws = Draws(seed, "cliff")
    slopes = cliff_surface(np.sort(draws.uniform(0.0, 8.0, count)), np.sort(draws.uniform(-4.0, 0.0, count)))
    found = {"median": float(np.median(slopes)), "above_one": float(np.mean(slopes > 1.0))}
    unstable = 1.0 / (1.0 + np.exp(-0.5))
    for w in _RIDGE:
        found[f"ridge_{w}"] = float(cliff_surface(np.array([w]), np.array([0.5 - unstable * w]))[0, 0])
    return found


def judge_cliff(f: Figures) -> Verdict:
    """Gentle nearly everywhere, and a wall that grows along the ridge."""
    gentle = f["median"].high < 0.2
    steep = [f[f"ridge_{w}"].median for w in _RIDGE]
    wall = steep[0] > 100.0 and steep == sorted(steep)
    why = (
        f"Half of the plane has a slope below {f['median'].median:.2g}; "
        f"{100 * f['above_one'].median:.1f} % of it has one above 1. On the ridge the slope is "
        f"{steep[0]:.1e}, {steep[1]:.1e}, {steep[2]:.1e}: a wall, as the paper draws it."
    )
    return Verdict("yes" if gentle and wall else "no", why)


CLAIM = Claim(
    "cliff",
    "The error surface has a wall",
    f"{PMB13}, Figure 6",
    "x_t = w σ(x_(t-1)) + b, x₀ = 0.5, E = (σ(x₅₀) - 0.7)²; random grid of 81 × 81 points in w 0 to 8, b -4 "
    "to 0; ridge at b = 0.5 - 0.6225 w",
    (
        Figure("median", "median of |∂E/∂(w, b)| over the plane", "", ".3f"),
        Figure("above_one", "share of the plane where it is above 1", "", ".4f"),
        *(Figure(f"ridge_{w}", f"on the ridge at w = {w}", "", ".2e") for w in _RIDGE),
    ),
    cliff,
    judge_cliff,
    "A net of one sigmoid unit run for 50 steps has an error surface that is almost flat but for a wall of "
    "high curvature; a gradient step that starts there is thrown far away unless it is clipped.",
    "The same net. The range of the axes is ours. A largest slope is not given: it is whatever a grid "
    "happens to hit (the wall grows without limit along the ridge), so the median and three named points "
    "of the ridge stand here, where x_t rests at its unstable point 0.5. The points do not depend on a "
    "seed. Success: a median below 0.2 beside a slope above 100 on the ridge that grows with w.",
    weight=1.5,
)
