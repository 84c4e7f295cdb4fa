"""Time one moving frame of the cell view, against stroking every strand and filling every slot.

Run ``python benchmarks/cell_frame.py``. The frames of both are interleaved in one process, so the ratio
holds where the times wander. The yardstick (``bare``) paints on the same image. Nothing is got ready
beforehand here: the first frame of a step pays for its layout and its images. In the program they are made
while nothing else is to be done; see ``stage_frame``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PySide6.QtGui import QGuiApplication, QImage, QPainter

import engine
from app.stage import cell_lstm
from app.stage.cursor import Cursor
from app.stage.painter import PaintCache, paint
from app.stage.veil import OPEN
from app.theme import DARK, load_fonts
from benchmarks.bare import Bare


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--frames", type=int, default=200, help="frames of each painter and setting (default 200)"
    )
    parser.add_argument("--units", type=int, default=16)
    options = parser.parse_args()
    app = QGuiApplication.instance() or QGuiApplication([])
    load_fonts()
    size = (916.0, 860.0)
    network = engine.Network(cell="lstm", hidden=options.units, forget_bias=1.0, outputs=4, seed=1)
    runs = engine.run(engine.Experiment((engine.Lane("lstm", network),), engine.Input.noise(50, 16, 1)))
    print(f"cell of {options.units} units, 16 inputs, {size[0]:.0f}x{size[1]:.0f} (1440x900 window)")
    print(f"{options.frames} frames each, interleaved; times in ms")
    for backward in (False, True):
        for ratio in (1, 2):
            measure(runs, size, ratio, options.frames, backward)
    del app


def measure(
    runs: tuple[engine.Run, ...], size: tuple[float, float], ratio: int, frames: int, backward: bool
) -> None:
    """Play steps at five sub-steps of twelve frames each with both painters."""
    image = QImage(int(size[0] * ratio), int(size[1] * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    cache = PaintCache()
    ours, bare = [], []
    for frame in range(frames):
        step, inside = divmod(frame, 60)
        cursor = Cursor(step=1 + step % 50, phase=inside / 12, backward=backward)
        still = cell_lstm.layout(runs, Cursor(step=cursor.step, backward=backward), OPEN, size, DARK)
        yardstick = Bare(still)
        if inside == 0:
            cell_lstm._still.cache_clear()  # the first frame of a step pays for its layout
        begin = time.perf_counter()
        painter = QPainter(image)
        frame = cell_lstm.frame(runs[0], cursor, OPEN, size, DARK)
        paint(painter, frame.marks, DARK, cache, DARK.panel, (0.0, 0.0, *size), frame.standing)
        painter.end()
        middle = time.perf_counter()
        yardstick.paint(image, DARK.panel, size)
        ours.append((middle - begin) * 1e3)
        bare.append((time.perf_counter() - middle) * 1e3)
    a, b = np.array(ours[1:]), np.array(bare[1:])
    direction = "backward" if backward else "forward "
    print(
        f"{direction} factor {ratio}: ours median {np.median(a):5.2f} p99 {np.percentile(a, 99):6.2f}   "
        f"bare median {np.median(b):6.2f} p99 {np.percentile(b, 99):6.2f}   "
        f"ratio {np.median(a) / np.median(b):.2f}   "
        f"({len(yardstick.lines)} lines, {len(yardstick.boxes)} rectangles)"
    )


if __name__ == "__main__":
    main()
