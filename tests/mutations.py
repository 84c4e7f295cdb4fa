"""Break the engine on purpose, one small thing at a time, and see whether the tests notice.

    python tests/mutations.py              every mutation; some minutes
    python tests/mutations.py forget 12    those whose number or words are given
    python tests/mutations.py --list       only say what there is

Each mutation changes one place of the forward or backward pass in a temporary copy of `engine/`: a sign, an
index, a factor, a missing term. The quick tests of the engine then run on the copy; they are good where at
least one fails. A mutation that survives, or whose text is not found any more, makes the exit code 1.

Tests that read the engine's source are left out: they would notice any change.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

TESTS = (
    "test_torch_agreement.py",
    "test_kernels.py",
    "test_fast.py",
    "test_symmetry.py",
    "test_networks.py",
    "test_gradients.py",
    "test_forward.py",
    "test_spectra.py",
    "test_sweeps.py",
)

# A busy machine, or luck in drawing examples, must not look like a mutation that was noticed.
CONFTEST = """
from hypothesis import HealthCheck, settings

patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("mutations", derandomize=True, database=None, max_examples=40, **patient)
settings.load_profile("mutations")
"""


@dataclass(frozen=True)
class Mutation:
    """One place of the engine, changed.

    Attributes
    ----------
    file : str
        In engine/.
    old, new : str
        Text that stands there exactly once, and what is put in its place.
    words : str
        What is wrong then.
    """

    file: str
    old: str
    new: str
    words: str

    def applied(self, text: str) -> str:
        """Change the text of the file.

        Raises
        ------
        ValueError
            If the place is not there, or not the only one.
        """
        count = text.count(self.old)
        if count != 1:
            raise ValueError(
                f"{self.file}: “{self.old}” is there {count} times, not once: renew tests/mutations.py"
            )
        return text.replace(self.old, self.new)


MUTATIONS = (
    # ------------------------------------------------------------------------- forward, the general way
    Mutation(
        "unroll.py", "f[t] * c[t] + i[t] * g[t]", "f[t] * c[t] - i[t] * g[t]", "what is written is subtracted"
    ),
    Mutation(
        "unroll.py", "f[t] * c[t] + i[t] * g[t]", "i[t] * c[t] + f[t] * g[t]", "input and forget gate swapped"
    ),
    Mutation(
        "unroll.py",
        "else np.tanh(c[t + 1])",
        "else np.tanh(c[t])",
        "h shows the cell state of one step before",
    ),
    Mutation(
        "unroll.py",
        'p["weight_co"] * c[t + 1]',
        'p["weight_co"] * c[t]',
        "o's peephole reads the old cell state",
    ),
    Mutation("unroll.py", "np.subtract(1.0, i[t], out=f[t])", "np.copyto(f[t], i[t])", "coupled: f is i"),
    Mutation(
        "unroll.py",
        "h[t + 1] = o[t] * tanh_c[t]",
        "h[t + 1] = o[t] * g[t]",
        "the candidate shown in place of the cell",
    ),
    Mutation("unroll.py", "+= r[t] * q[t]", "+= q[t]", "GRU: nothing is reset"),
    Mutation(
        "unroll.py",
        "(1.0 - update[t]) * n[t] + update[t] * h[t]",
        "update[t] * n[t] + (1.0 - update[t]) * h[t]",
        "GRU: old and new swapped",
    ),
    Mutation(
        "unroll.py", "bias[candidate] = 0.0", "pass", "GRU: the candidate's recurrent bias counted twice"
    ),
    Mutation("unroll.py", "        _carry(mask, t, c)\n", "", "the cell state is not carried over padding"),
    Mutation("unroll.py", "h[0] = h0", "h[0] = 0.0", "the initial state is forgotten"),
    # ------------------------------------------------------------------------- backward, the general way
    Mutation(
        "factors.py",
        "phi.slope(trace.z, trace.h[1:])",
        "phi.slope(trace.z, trace.h[:-1])",
        "slope one step off",
    ),
    Mutation(
        "factors.py",
        "o * (1.0 - trace.tanh_c * trace.tanh_c)",
        "(1.0 - trace.tanh_c * trace.tanh_c)",
        "o left out of dh/dc",
    ),
    Mutation(
        "factors.py",
        "o * (1.0 - trace.tanh_c * trace.tanh_c)",
        "o * (1.0 - trace.tanh_c)",
        "the slope of tanh c",
    ),
    Mutation("factors.py", "i * (1.0 - g * g)", "i * (1.0 + g * g)", "a sign in the candidate's slope"),
    Mutation("factors.py", "written = g - close(", "written = g + close(", "coupled: a sign"),
    Mutation(
        "factors.py",
        "before * (f * (1.0 - f))",
        "trace.c[1:] * (f * (1.0 - f))",
        "the forget gate's partner one step off",
    ),
    Mutation(
        "factors.py",
        'f.copy(), "c", padding=1.0',
        'f.copy(), "c", padding=0.0',
        "padding stops the cell's gradient",
    ),
    Mutation(
        "factors.py", "trace.tanh_c * (o * (1.0 - o))", "trace.tanh_c * o", "the output gate's slope left out"
    ),
    Mutation(
        "factors.py",
        "(before - n) * (z * (1.0 - z))",
        "(n - before) * (z * (1.0 - z))",
        "GRU: a sign in the update gate",
    ),
    Mutation("factors.py", "(1.0 - z) * (1.0 - n * n)", "z * (1.0 - n * n)", "GRU: the candidate's share"),
    Mutation(
        "factors.py", '"n_r": trace.q * slope', '"n_r": trace.q * r', "GRU: the reset gate's slope left out"
    ),
    Mutation(
        "factors.py", 'whole = dc + dh * k["h_c"][row]', "whole = dc + 0.0", "nothing comes into c through h"
    ),
    Mutation(
        "factors.py",
        'whole = dc + dh * k["h_c"][row]',
        'whole = dh * k["h_c"][row]',
        "the direct path is cut",
    ),
    Mutation(
        "factors.py",
        'whole += dh * k["h_o"][row] * p["weight_co"]',
        "pass",
        "o's peephole passes nothing back",
    ),
    Mutation(
        "factors.py",
        'dc = dc * k["c_c"][row]',
        "dc = dc.copy()",
        "the forget gate left out of the direct path",
    ),
    Mutation(
        "factors.py", 'before += dh * k["h_h"][row]', "pass", "GRU: the direct copy passes nothing back"
    ),
    Mutation(
        "factors.py", 'dq * k["q_h"][row]', "dq", "GRU, reset before: the reset left out on the way to h"
    ),
    Mutation("backprop.py", "whole_h[-1] += dh_end", "pass", "what comes into the last h is lost"),
    Mutation("backprop.py", "whole_c[-1] = dc_end", "pass", "what comes into the last c is lost"),
    Mutation("backprop.py", "if row in cut:", "if row + 1 in cut:", "the gradient is cut one step early"),
    Mutation(
        "backprop.py",
        'trace.h[:-1] if name == "weight_hh"',
        'trace.h[1:] if name == "weight_hh"',
        "weight gradients take the new h",
    ),
    Mutation(
        "backprop.py",
        "return ((both, before), (dq, before))",
        "return ((both, before), (candidate, before))",
        "GRU: the reset left out of the weight gradient",
    ),
    Mutation(
        "backprop.py",
        'trace.c[1:] if gate == "o" else trace.c[:-1]',
        "trace.c[:-1]",
        "o's peephole gradient one step off",
    ),
    Mutation(
        "backprop.py", '"f": into_c * before', '"f": into_c * trace.c[1:]', "dL/df takes the new cell state"
    ),
    # ------------------------------------------------------------------------- the quick kernels
    Mutation(
        "fast_tape.py",
        'np.add(p["bias_ih"], p["bias_hh"], out[:, -1])',
        'np.copyto(out[:, -1], p["bias_ih"])',
        "quick: the second bias is left out",
    ),
    Mutation(
        "fast_tape.py", "np.subtract(_1, far, far)", "np.subtract(far, _1, far)", "quick: a sign in tanh"
    ),
    Mutation(
        "fast_rnn.py",
        "np.multiply(h, h, slope)\n            np.subtract(1.0, slope, slope)",
        "np.multiply(h, h, slope)",
        "quick: tanh squared for its slope",
    ),
    Mutation("fast_rnn.py", "self.dh[-1] += dh_end.T", "pass", "quick: what comes into the last h is lost"),
    Mutation(
        "fast_rnn.py",
        "add(dh_before, into_h, dh_before)",
        "np.copyto(dh_before, into_h)",
        "quick: only the last loss counts",
    ),
    Mutation(
        "fast_lstm.py",
        "add(c, written, c)",
        "np.subtract(c, written, c)",
        "quick, wide: what is written is subtracted",
    ),
    Mutation("fast_lstm_back.py", "self.dc[0] = self.carried[0]", "pass", "quick: dL/dc_0 is missing"),
    Mutation(
        "fast_lstm_back.py",
        "add(carried, product, dc)",
        "np.copyto(dc, product)",
        "quick: the direct path is cut",
    ),
    Mutation(
        "fast_lstm_back.py",
        "multiply(f, dc, dc_before)",
        "np.copyto(dc_before, dc)",
        "quick, wide: f left out of the direct path",
    ),
    Mutation(
        "fast_lstm_back.py",
        "np.multiply(f, slope, diagonal[:, 0])",
        "np.copyto(diagonal[:, 0], slope)",
        "quick, folded: f left out of a map",
    ),
    Mutation(
        "fast_lstm_back.py",
        "((i, squashed[:, g]), (f, tape.cells[:-1][chunk])",
        "((i, squashed[:, g]), (f, tape.cells[1:][chunk])",
        "quick, wide: the forget gate's partner one step off",
    ),
    Mutation(
        "fast_gru.py",
        "subtract(before, n, product)",
        "subtract(n, before, product)",
        "quick GRU: a sign in the new state",
    ),
    Mutation(
        "fast_gru.py",
        "multiply(z, dh_here, product)",
        "np.copyto(product, dh_here)",
        "quick GRU: z left out of the direct copy",
    ),
    Mutation("fast_gru.py", "multiply(of_n, r, of_q)", "np.copyto(of_q, of_n)", "quick GRU: r left out"),
    # ------------------------------------------------------------------------- layers, directions, losses
    Mutation(
        "network.py",
        "np.concatenate([ahead, back], axis=2)",
        "np.concatenate([back, ahead], axis=2)",
        "directions swapped",
    ),
    Mutation(
        "network.py",
        "traces[1].h[:0:-1]",
        "traces[1].h[1:]",
        "the reverse direction's states are not turned round",
    ),
    Mutation(
        "network.py",
        "gradients[0].x + gradients[1].x[::-1]",
        "gradients[0].x + gradients[1].x",
        "the reverse direction's gradient is not turned round",
    ),
    Mutation(
        "network.py", "above = above * 0.5\n", "pass\n", "averaged directions: a factor on the way back"
    ),
    Mutation(
        "network.py",
        "cuts = tuple(trace.steps - t for t in cuts)",
        "cuts = tuple(cuts)",
        "cuts of the reverse direction elsewhere",
    ),
    Mutation(
        "network.py",
        'above = dv @ parameters["weight_y"]',
        'above = dv @ -parameters["weight_y"]',
        "a sign before the read-out",
    ),
    Mutation(
        "network.py",
        "mask = None if mask is None else mask[::-1]",
        "pass",
        "the reverse direction's padding is not turned round",
    ),
    Mutation("losses.py", "at_label - 1.0", "at_label", "cross-entropy: the target's 1 left out"),
    Mutation("losses.py", "2.0 * difference", "difference", "squared error: a factor of 2"),
    Mutation("losses.py", "(weight / v.shape[1])", "weight", "the mean over the batch left out"),
    # ------------------------------------------------------------------------- Jacobians, paths, sweeps
    Mutation(
        "jacobians.py",
        "of_c = arrive(trace, k, p, t - 1, of_h, of_c)",
        "pass",
        "dc/dc without the way through h",
    ),
    Mutation(
        "jacobians.py",
        "np.cumprod(kept[::-1], axis=0)[::-1]",
        "np.cumprod(kept, axis=0)",
        "direct products from the wrong end",
    ),
    Mutation("paths.py", 'share[1:] * k["h_c"]', 'share[:-1] * k["h_c"]', "a path one step off"),
    Mutation("paths.py", 'of_c["o"][1:] += share', "pass", "a peephole's path is missing"),
    Mutation(
        "spectra.py", "factor ** np.arange(steps + 1", "factor * np.arange(steps + 1", "the bound is no power"
    ),
    Mutation("many.py", "found *= self.factors", "pass", "sweeps: the scale acts on nothing"),
    Mutation("many.py", "before += dh * z", "pass", "sweeps: the GRU's direct copy passes nothing back"),
    Mutation(
        "sweeps.py", "gradient[0] * len(which)", "gradient[0]", "sweeps: the loss is a mean over the variants"
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a mutation: caught by a test, or why not."""

    caught: bool
    words: str


def prepare(folder: Path, tests: tuple[str, ...]) -> None:
    """Copy the engine and its tests."""
    shutil.copytree(ROOT / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "data" / "engine", folder / "tests" / "data" / "engine")
    (folder / "tests" / "test_engine").mkdir()
    for name in tests:
        shutil.copy(ROOT / "tests" / "test_engine" / name, folder / "tests" / "test_engine")
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\nfilterwarnings = error\n", encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")


def run_tests(folder: Path, names: tuple[str, ...]) -> tuple[int, str]:
    """Run the tests of a copy to the first failure: exit code, and the test that failed."""
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    settings.pop("PYTEST_ADDOPTS", None)
    tests = [str(folder / "tests" / "test_engine" / name) for name in names]
    options = ["-q", "-x", "--no-header", "--tb=no", "-p", "no:cacheprovider", "--import-mode=importlib"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=folder,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.search(r"^(?:FAILED|ERROR) \S*?test_engine/(\S+)", done.stdout, re.MULTILINE)
    return done.returncode, failed[1] if failed else done.stdout[-300:]


def judge(mutation: Mutation, tests: tuple[str, ...] = TESTS) -> Outcome:
    """Apply a mutation to a fresh copy and run the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, tests)
        path = folder / "engine" / mutation.file
        try:
            changed = mutation.applied(path.read_text(encoding="utf-8"))
        except ValueError as error:
            return Outcome(False, str(error))
        path.write_text(changed, encoding="utf-8")
        # What cannot even be read would be noticed without any test.
        said = subprocess.run(
            [sys.executable, "-c", "import engine, engine.network, engine.sweeps, engine.spectra"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode:
            return Outcome(False, "the changed engine cannot be imported: " + said.stderr[-200:])
        code, test = run_tests(folder, tests)
        return Outcome(code == 1, test if code == 1 else f"NOT NOTICED (pytest's exit code {code})")


def chosen(words: list[str]) -> list[tuple[int, Mutation]]:
    """Give the mutations with these numbers or words, all of them where none are given."""
    numbered = list(enumerate(MUTATIONS, start=1))
    if not words:
        return numbered
    return [(k, m) for k, m in numbered if any(w == str(k) or w in f"{m.file} {m.words}" for w in words)]


def main(arguments: list[str] | None = None) -> int:
    """Run the mutations and print a table."""
    parser = argparse.ArgumentParser(
        description="Break the engine on purpose and see whether the tests notice."
    )
    parser.add_argument("words", nargs="*", help="numbers, or words of the descriptions")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    given = parser.parse_args(arguments)
    todo = chosen(given.words)
    if given.list:
        for k, mutation in todo:
            print(f"{k:3}  {mutation.file:18} {mutation.words}")
        return 0
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), TESTS)
        code, test = run_tests(Path(name), TESTS)
    if code:
        print(f"the engine as it is fails its tests: {test}")
        return 2
    survived = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        for (k, mutation), outcome in zip(todo, pool.map(judge, [m for _, m in todo]), strict=True):
            survived += not outcome.caught
            mark = "caught " if outcome.caught else "ALIVE  "
            print(f"{k:3}  {mark} {mutation.file:18} {mutation.words:55} {outcome.words}", flush=True)
    print(f"{len(todo) - survived} of {len(todo)} mutations caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
