"""How much quicker a sweep is than its runs one by one, interleaved, in one thread.

    python benchmarks/sweeps.py

The variants are those of one recurrent matrix with one entry turned (P distinct matrices), of one matrix
scaled (one product for all), and of one bias; T = 100 steps, forward, back, and the gradient's norm at every
step. The runs one by one are timed on a sample.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import engine
from engine.sweeps import joined, sweep

STEPS, ROUNDS, ALONE = 100, 5, 16
CASES = (
    ("rnn", 16, "weight.hh[1, 1]", 256),
    ("rnn", 32, "weight.hh[1, 1]", 256),
    ("rnn", 32, "spectral_radius", 1024),
    ("lstm", 16, "forget_bias", 256),
    ("gru", 16, "scale", 256),
)


def one_by_one(experiment: engine.Experiment, target: str, values: np.ndarray) -> None:
    """Run each variant for itself."""
    for value in values:
        (run,) = engine.run(experiment.changed(engine.parse_target(target), float(value)))
        run.norms("grad(h)")


def main() -> None:
    """Print a table."""
    print(f"T = {STEPS}, median of {ROUNDS} rounds")
    print(f"{'cell':6}{'H':>4}  {'control':18}{'variants':>9}{'sweep, ms':>11}{'alone, ms':>11}{'ratio':>8}")
    for cell, units, target, count in CASES:
        lane = engine.Lane("lane", engine.Network(cell, hidden=units))
        experiment = engine.Experiment((lane,), engine.Input.noise(STEPS))
        together, alone = [], []
        for k in range(ROUNDS):
            values = np.linspace(0.1, 2.0, count) + 1e-6 * k  # never what was set up before
            start = time.perf_counter()
            joined(sweep(experiment, target, values))
            middle = time.perf_counter()
            one_by_one(experiment, target, values[:: count // ALONE] + 1e-7)
            together.append(middle - start)
            alone.append((time.perf_counter() - middle) * count / ALONE)
        quick, slow = statistics.median(together) * 1e3, statistics.median(alone) * 1e3
        print(f"{cell:6}{units:4}  {target:18}{count:9}{quick:11.1f}{slow:11.1f}{slow / quick:8.1f}")


if __name__ == "__main__":
    main()
