"""The stage in words, for assistive technology: its name, and the values under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine import format_number, quantity

from .compose import left_range_shown, view_titles
from .lanes import gradient_name
from .naming import lane_title, network_title, part_words
from .scales import group_names, hidden
from .veiled import hidden_sentence

if TYPE_CHECKING:
    from engine import Run

    from .compose import Scene

__all__ = ["cursor_text", "stage_name"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Stage", text)


def stage_name(scene: Scene) -> str:
    """Return what the stage shows: network, view, step."""
    if not scene.runs:
        return _tr("stage, empty")
    network = lane_title(scene.run) if len(scene.runs) > 1 else network_title(scene.run)
    return _tr("stage: {network}, {view} view, step {step} of {steps}").format(
        network=", ".join(filter(None, (network, part_words(scene.run)))),
        view=view_titles(scene.run)[scene.view],
        step=scene.cursor.step,
        steps=scene.run.steps,
    )


def cursor_text(scene: Scene) -> str:
    """Return the values under the cursor; what the veil hides is only said to be hidden."""
    if not scene.runs:
        return ""
    run, veil, step, unit = scene.run, scene.veil, scene.cursor.step, scene.cursor.unit
    where = _tr("unit {unit} at t = {step}").format(unit=unit, step=step)
    left = left_range_shown(scene)
    names = (gradient_name(run),) if scene.view == "gradient" else group_names(run)
    values = []
    if not veil.hides(view=scene.view, t=step):
        values = [
            f"{quantity(name, run.network.recurrence).title} {format_number(_here(run, name, scene))}"
            for name in names
            if not hidden(run, veil, name, step)
        ]
    said = f"{where}: " + (", ".join(values) if values else hidden_sentence())
    return said if left is None else f"{left.sentence}. {said}"


def _here(run: Run, name: str, scene: Scene) -> float:
    return float(run.grid(name)[scene.cursor.step - 1, scene.cursor.unit - 1])
