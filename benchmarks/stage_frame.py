"""Time one frame of the moving stage in the program's window, at 1440x900, at scale factors 1 and 2.

Run ``python benchmarks/stage_frame.py``. A frame is what playing does sixty times a second: the cursor moves
on by 16 ms of the pass, the window hears of it, and all that changed is painted into the window's buffer.
The network is an LSTM of 16 units over 50 steps. In the views that have no motion inside a step the cursor
goes on by a step.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtGui import QImage

import engine
from app.proof.opened import opened, settle
from app.stage import cell_lstm
from app.stage.animation import FRAME_MS, STEP_MS, SUBSTEPS, advance, rewound
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.veil import OPEN
from app.stage.view import StageView
from benchmarks.bare import Bare

FACTOR = "QT_SCALE_FACTOR"


def measure(frames: int, profile: bool, alone: bool) -> None:
    """Time the frames of this process's scale factor."""
    network = engine.Network(cell="lstm", hidden=16, init="gaussian", forget_bias=1.0, seed=1)
    runs = engine.run(engine.Experiment((engine.Lane("LSTM", network),), engine.Input.noise(50, 16, seed=1)))
    with (
        tempfile.TemporaryDirectory(prefix="unrolled-frame-") as folder,
        opened(Path(folder) / "profile", size=(1440, 900)) as program,
    ):
        program.window.study_now()
        stage = program.window.study_page.stage
        if alone:
            theme = stage.theme()
            program.window.hide()
            stage = StageView()
            stage.set_theme(theme)
            stage.resize(1440, 900)
            stage.show()
        stage.player.pause()
        stage.set_veil(OPEN)
        stage.set_runs(runs)
        # The stage knows that it plays, but the cursor is moved from here, by 16 ms a frame.
        stage.player.moved.disconnect()
        settle()
        print(
            f"factor {stage.devicePixelRatioF():.0f}, stage {stage.width()}x{stage.height()}, "
            f"{frames} frames each, milliseconds"
        )
        for view in VIEWS:
            for backward in (False, True):
                stage.set_view(view)
                show(view, backward, stage, frames)
        if profile:
            _profile(stage, frames)
        if alone:
            stage.close()


def show(view: str, backward: bool, stage: StageView, frames: int) -> None:
    """Play in one view and direction, and print what it took."""
    steps, dropped = 50, 80
    ours, bare, between = [], [], []
    factor = stage.devicePixelRatioF()
    image = QImage(stage.size() * factor, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(factor)
    size = (float(stage.width()), float(stage.height()))
    cursor = rewound(Cursor(unit=3), steps, backward)
    stage.set_cursor(cursor)
    yardstick = Bare(())
    for _ in range(frames + dropped):
        if view == "cell":
            step, cursor = cursor.step, advance(cursor, FRAME_MS, STEP_MS, steps, backward)
            if cursor.phase >= SUBSTEPS and cursor.step == (1 if backward else steps):
                cursor = rewound(cursor, steps, backward)
            if step != cursor.step or not yardstick.lines:
                still = Cursor(step=cursor.step, unit=3, backward=backward)
                yardstick = Bare(cell_lstm.frame(stage.runs()[0], still, OPEN, size, stage.theme()).marks)
        else:
            cursor = replace(cursor, step=cursor.step % steps + 1, phase=5.0, backward=backward)
        stage.player.play()
        began = time.perf_counter()
        stage.set_cursor(cursor)
        QCoreApplication.sendPostedEvents()
        ended = time.perf_counter()
        ours.append((ended - began) * 1000.0)
        longest = 0.0
        while (left := FRAME_MS / 1000.0 - (time.perf_counter() - began)) > 0:
            start = time.perf_counter()
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            longest = max(longest, (time.perf_counter() - start) * 1000.0)
            time.sleep(min(left, 0.0002))
        between.append(longest)
        start = time.perf_counter()
        yardstick.paint(image, stage.theme().panel, size)
        bare.append((time.perf_counter() - start) * 1000.0)
    stage.player.pause()
    stage.player.moved.connect(stage.set_cursor)
    some, other, idle = (np.array(took[dropped:]) for took in (ours, bare, between))
    word = "backward" if backward else "forward "
    p95, p99 = np.percentile(some, (95, 99))
    line = (
        f"  {view:<8} {word}  median {np.median(some):6.2f}   p95 {p95:6.2f}   p99 {p99:6.2f}   "
        f"max {some.max():6.2f}   in between p99 {np.percentile(idle, 99):5.2f}"
    )
    if view == "cell":
        line += (
            f"   bare median {np.median(other):6.2f}   ratio {np.median(some) / np.median(other):.2f}"
            f"   ({len(yardstick.lines)} lines, {len(yardstick.boxes)} rectangles)"
        )
    print(line)


def _profile(stage: StageView, frames: int) -> None:
    import cProfile
    import pstats

    watch = cProfile.Profile()
    stage.set_view("cell")
    cursor = Cursor(step=1, phase=0.0, unit=3)
    watch.enable()
    for _ in range(frames):
        cursor = advance(cursor, FRAME_MS, STEP_MS, 50, False)
        stage.set_cursor(cursor)
        QCoreApplication.processEvents()
    watch.disable()
    pstats.Stats(watch).sort_stats("tottime").print_stats(18)


def main() -> None:
    """Measure here, and at factor 2 in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=400, help="frames of each view and direction (400)")
    parser.add_argument("--profile", action="store_true", help="print where the time of the cell view goes")
    parser.add_argument(
        "--alone", action="store_true", help="a stage of 1440x900 without the window around it"
    )
    options = parser.parse_args()
    measure(options.frames, options.profile, options.alone)
    if FACTOR not in os.environ:
        sys.stdout.flush()
        subprocess.run([sys.executable, *sys.argv], env={**os.environ, FACTOR: "2"}, check=True)


if __name__ == "__main__":
    main()
