"""The quick cells beside PyTorch: forward and backward with the whole trace kept.

Run ``python benchmarks/engine.py`` in an environment with NumPy and, for the comparisons, PyTorch. Both sides
use one thread and are timed by the processor's clock, interleaved; every figure is a median of rounds.

What is compared
----------------
ours
    :func:`engine.fast.forward` and ``backward`` for dL/dh given at every step, results owned: up to 256
    numbers in a state they are copied out of a kept workspace, above they are computed into fresh memory.
    Kept are z, all gates, h, c, tanh(c), q and dL/d of x, z, h, c, q and of every parameter.
nn
    ``torch.nn.LSTM``, ``GRU`` or ``RNN``, which shows neither gates nor their gradients; in float32 the LSTM
    is a fused kernel.
loop
    A loop over the same equations in PyTorch, where z, each gate, c, tanh(c) and h of each step retain their
    gradients. Against it, ours also computes dL/d of each gate and of tanh(c).

A sweep of 256 networks, side by side, is compared with running them one by one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
# Before this file's own folder: there, `import engine` would find this file.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from engine import fast
from engine.backprop import backpropagate
from engine.cells import Cell, shapes
from engine.many import Matrices, run_many
from engine.unroll import unroll

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

try:
    import torch
except ImportError:  # the engine is timed alone then
    torch = None  # type: ignore[assignment]  # not installed

# (B, T, I, H), and the most that ours may take of nn.LSTM in float32.
SHAPES = {
    (1, 50, 8, 16): 0.9,
    (1, 200, 16, 32): 2.3,
    (1, 1000, 1, 8): 4.2,
    (32, 100, 16, 64): 1.8,
    (64, 100, 65, 128): 1.45,
}
NN_FLOAT64 = {"lstm": 0.9, "gru": 1.0, "rnn": 1.0}
LOOP = {"one": 0.08, "many": 0.35}
ROUND_SECONDS = 0.08


def problem(
    cell: Cell, shape: tuple[int, int, int, int], dtype: type
) -> tuple[dict[str, Array], Array, Array]:
    """Parameters as PyTorch draws them, an input and dL/dh, all seeded."""
    batch, steps, inputs, units = shape
    rng = np.random.default_rng(7)
    bound = units**-0.5
    p = {
        name: rng.uniform(-bound, bound, size).astype(dtype)
        for name, size in shapes(cell, units, inputs).items()
    }
    x = rng.normal(size=(steps, batch, inputs)).astype(dtype)
    return p, x, rng.normal(size=(steps, batch, units)).astype(dtype)


def ours(cell: Cell, p: dict[str, Array], x: Array, dh: Array, gates: bool) -> Callable[[], object]:
    """Give a run that leaves owned results."""
    small = x.shape[1] * dh.shape[2] <= 256
    workspace = fast.Workspace() if small else None

    def run() -> object:
        forward = fast.forward(cell, p, x, workspace=workspace)
        gradient = fast.backward(forward, p, dh)
        names = [*gradient.gates, *(["tanh_c"] if cell.kind == "lstm" else [])] if gates else []
        gate_gradients = {name: gradient.gates[name] for name in names}
        if workspace is None:
            return forward, gradient, gate_gradients
        return forward.values.copy(), gradient.values.copy(), gradient.weights, gate_gradients

    return run


def nn(cell: Cell, p: dict[str, Array], x: Array, dh: Array) -> tuple[Callable[[], object], Any]:
    """Give a run of PyTorch's module, and the module."""
    kinds: dict[str, Any] = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
    module = kinds[cell.kind](x.shape[2], dh.shape[2], dtype=torch.from_numpy(x).dtype)
    with torch.no_grad():
        for name, value in p.items():
            getattr(module, f"{name}_l0").copy_(torch.from_numpy(value))
    inputs = torch.from_numpy(x).clone().requires_grad_()
    above = torch.from_numpy(dh)

    def run() -> object:
        module.zero_grad()
        inputs.grad = None
        out, _ = module(inputs)
        out.backward(above)
        return inputs.grad

    return run, module


def loop(p: dict[str, Array], x: Array, dh: Array) -> Callable[[], object]:
    """Give a run of an LSTM in PyTorch that keeps all gates and gradients."""
    weights = {name: torch.from_numpy(value).clone().requires_grad_() for name, value in p.items()}
    inputs = torch.from_numpy(x).clone().requires_grad_()
    above = torch.from_numpy(dh)
    start = torch.zeros(x.shape[1], dh.shape[2], dtype=inputs.dtype)

    def run() -> object:
        for value in (inputs, *weights.values()):
            value.grad = None
        linear, kept = torch.nn.functional.linear, []
        h = c = start
        for t in range(len(x)):
            z = linear(inputs[t], weights["weight_ih"], weights["bias_ih"])
            z = z + linear(h, weights["weight_hh"], weights["bias_hh"])
            z_i, z_f, z_g, z_o = z.chunk(4, 1)
            i, f, g, o = torch.sigmoid(z_i), torch.sigmoid(z_f), torch.tanh(z_g), torch.sigmoid(z_o)
            c = f * c + i * g
            tanh_c = torch.tanh(c)
            h = o * tanh_c
            step = (z, i, f, g, o, c, tanh_c, h)
            for value in step:
                value.retain_grad()
            kept.append(step)
        torch.stack([step[-1] for step in kept]).backward(above)
        return kept

    return run


def medians(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Seconds of processor time of each run: interleaved, median over rounds."""
    often = []
    for run in runs:
        run()
        begun = time.process_time()
        run()
        often.append(max(1, round(ROUND_SECONDS / max(time.process_time() - begun, 1e-6))))
    found: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, n, seconds in zip(runs, often, found, strict=True):
            begun = time.process_time()
            for _ in range(n):
                run()
            seconds.append((time.process_time() - begun) / n)
    return [statistics.median(seconds) for seconds in found]


def judged(ratio: float, goal: float | None) -> str:
    """Say a ratio and whether it meets its goal."""
    if goal is None:
        return f"{ratio:6.2f}" + " " * 16
    return f"{ratio:6.2f} <= {goal:4.2f} {'met' if ratio <= goal else 'MISSED':6s}"


def agreement(cell: Cell, p: dict[str, Array], x: Array, dh: Array, module: Any) -> float:
    """Largest difference of the weights' gradients from PyTorch's, over the largest gradient."""
    gradient = fast.backward(fast.forward(cell, p, x), p, dh)
    return max(
        float(np.max(np.abs(value - getattr(module, f"{name}_l0").grad.numpy())) / np.max(np.abs(value)))
        for name, value in gradient.weights.items()
    )


def compare(kinds: Sequence[str], rounds: int) -> None:
    """Print a row for each cell, shape and precision."""
    columns = ("cell (B, T, I, H)", "precision", "ours ms", "ours / nn", "ours / loop", "differ by")
    print("{:26s}{:12s}{:11s}{:24s}{:24s}{}".format(*columns))
    for kind in kinds:
        cell = Cell(kind)
        for shape, float32_goal in SHAPES.items():
            for dtype in (np.float64, np.float32):
                p, x, dh = problem(cell, shape, dtype)
                runs = [ours(cell, p, x, dh, gates=False)]
                head = f"{kind:5s}{shape!s:21s}{dtype.__name__:9s}"
                if torch is None:
                    print(f"{head}{medians(runs, rounds)[0] * 1e3:10.3f}", flush=True)
                    continue
                theirs, module = nn(cell, p, x, dh)
                runs.append(theirs)
                if kind == "lstm":
                    runs += [ours(cell, p, x, dh, gates=True), loop(p, x, dh)]
                seconds = medians(runs, rounds)
                goal = NN_FLOAT64[kind] if dtype is np.float64 else float32_goal if kind == "lstm" else None
                line = f"{head}{seconds[0] * 1e3:10.3f}  {judged(seconds[0] / seconds[1], goal)}"
                if kind == "lstm":
                    line += " " + judged(seconds[2] / seconds[3], LOOP["one" if shape[0] == 1 else "many"])
                print(f"{line:81s} {agreement(cell, p, x, dh, module):.0e}", flush=True)


def sweeps(rounds: int) -> None:
    """Print what 256 recurrent matrices at once cost, gradient norms at every step included."""
    print("\n256 plain cells with matrices of their own, T = 100, norm of dL/dh at every step, float64")
    for units in (16, 32):
        side, one = medians(many_ways(units, networks=256, steps=100), rounds)
        print(f"H = {units}: {side * 1e3:6.1f} ms; one by one {one / side:4.1f} times as long", flush=True)


def many_ways(units: int, networks: int, steps: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Give a run of many networks side by side, and one by one."""
    cell, rng = Cell("rnn"), np.random.default_rng(3)
    recurrent = rng.normal(size=(networks, units, units)) / units**0.5
    weight_ih, bias, x = np.zeros((units, 1)), np.zeros((1, units)), np.zeros((steps, 1, 1))
    h0, c0 = rng.normal(size=(networks, units)), np.empty((0, networks, units))
    last = np.ones((networks, units))

    def together() -> object:
        many = run_many(cell, Matrices(weight_ih), Matrices(recurrent), bias, bias, x, h0, c0)
        return many.back({steps: last}).h_norms

    def apart() -> object:
        norms = []
        dh = np.zeros((steps, 1, units))
        dh[-1] = last[0]
        for k in range(networks):
            p = {"weight_ih": weight_ih, "weight_hh": recurrent[k], "bias_ih": bias[0], "bias_hh": bias[0]}
            gradient = backpropagate(unroll(cell, p, x, h0=h0[k : k + 1]), p, dh)
            norms.append(np.linalg.norm(gradient.h[:, 0], axis=1))
        return norms

    np.testing.assert_allclose(together(), np.transpose(np.array(apart())), rtol=1e-9)
    return together, apart


def main() -> None:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cells", nargs="+", choices=("lstm", "gru", "rnn"), default=["lstm", "gru", "rnn"])
    arguments = parser.parse_args()
    versions = f"NumPy {np.__version__}"
    if torch is None:
        print("PyTorch is not installed here: the engine is timed alone, and no goal is judged.")
    else:
        torch.set_num_threads(1)
        versions += f", PyTorch {torch.__version__}"
    if kernel := os.environ.get("OPENBLAS_CORETYPE"):
        print(f"OPENBLAS_CORETYPE={kernel} chooses NumPy's kernels but not PyTorch's: unset it to compare.")
    print(f"{versions}; one thread, medians of {arguments.rounds} interleaved rounds, processor time\n")
    compare(arguments.cells, arguments.rounds)
    sweeps(arguments.rounds)


if __name__ == "__main__":
    main()
