"""Time from a slider's move to the picture, gradients included, in the program's window at 1440x900.

Run ``python benchmarks/slider.py``. A question with an LSTM of 16 units over 50 steps is opened from a bank;
its slider is moved as dragging does, the experiment is run anew, backward pass included where the view needs
it, and the stage is painted into the window's buffer. The goal is a median of 16 ms in each view. The second
column is the processor's time for the same moves: it hardly changes when other programs run besides.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.proof.hands import Hands
from app.proof.opened import opened, settle
from app.stage.compose import VIEWS

BANK = """\
format: 1
bank: {id: bench, title: Bench, language: en, license: CC0-1.0, authors: [Unrolled contributors]}
questions:
  - id: one
    kind: numeric
    concept: forget-gate
    bloom: apply
    stem: How large is $c_{50}$ of unit 1?
    experiment:
      network: {cell: lstm, hidden: 16, init: gaussian, forget_bias: 1, seed: 1}
      input: {noise: {length: 50, size: 16, seed: 1}}
    stage: {view: gradient, cursor: 25}
    controls:
      - {set: forget_bias, range: [-4, 6], step: 0.01, when: before}
      - {set: scale, range: [0, 2], step: 0.01, when: before}
    answer: {value: "c[50, 1]"}
    explanation: It is what the run says.
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=300, help="moves of each slider in each view (300)")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unrolled-slider-") as folder:
        banks = Path(folder) / "banks"
        banks.mkdir()
        (banks / "bench.yaml").write_text(BANK, encoding="utf-8")
        with opened(Path(folder) / "profile", shipped=banks, size=(1440, 900)) as program:
            if program.library.problems:
                raise SystemExit(str(program.library.problems))
            Hands(program).begin("bench/one")
            gc.collect()
            gc.freeze()  # as the program does once it has started
            page = program.window.study_page
            (run,) = page.stage.runs()
            print(
                f"LSTM of {run.units} units, {run.steps} steps, "
                f"stage {page.stage.width()}x{page.stage.height()}, {options.moves} moves each, milliseconds"
            )
            for view in VIEWS:
                page.stage.set_view(view)
                settle()
                for slider in page.controls.sliders:
                    took, busy = move(slider, options.moves)
                    print(
                        f"  {view:<8} {slider.track.accessibleName().split(':')[0]:<16}  "
                        f"median {np.median(took):6.2f}   busy {np.median(busy):6.2f}   "
                        f"p90 {np.percentile(took, 90):6.2f}   p99 {np.percentile(took, 99):6.2f}   "
                        f"max {took.max():6.2f}"
                    )
            if options.profile:
                import cProfile
                import pstats

                watch = cProfile.Profile()
                watch.runcall(move, page.controls.sliders[0], options.moves)
                pstats.Stats(watch).sort_stats("tottime").print_stats(22)


def move(slider: object, moves: int) -> tuple[np.ndarray, np.ndarray]:
    """Move a slider to and fro through its range.

    Returns
    -------
    took, busy : ndarray, shape (moves,)
        Milliseconds of each move by the clock, and of the processor.
    """
    low, high = slider.range()  # type: ignore[attr-defined]  # a LabeledSlider
    took, busy = [], []
    for number in range(moves + 20):
        share = 0.5 - 0.5 * np.cos(number / 40.0 * np.pi)
        began, worked = time.perf_counter(), time.thread_time()
        slider.move_to(low + 0.97 * share * (high - low))  # type: ignore[attr-defined]
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()
        busy.append((time.thread_time() - worked) * 1000.0)
        took.append((time.perf_counter() - began) * 1000.0)
    return np.array(took[20:]), np.array(busy[20:])


if __name__ == "__main__":
    main()
