"""Whether stage, reveal, controls and the explain step fit the experiment they show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import engine

from .reader import choose_advice
from .rules import Found
from .spoilers import known_quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Question

_RNN_NODES = ("mix", "tanh")


def misfits(question: Question, experiment: engine.Experiment) -> Iterator[Found]:
    """Find what is not there in an experiment.

    Parameters
    ----------
    question : Question
        Whose stage is looked at.
    experiment : engine.Experiment
        Its experiment for one draw; it can run.
    """
    cells = sorted({lane.network.cell for lane in experiment.lanes})
    units = {lane.name: lane.network.hidden for lane in experiment.lanes}
    yield from _steps(question, experiment.steps)
    yield from _units(question, units)
    yield from _quantities(question, cells)
    yield from _nodes(question, cells, experiment.steps)
    for i, control in enumerate(question.controls):
        yield from _control(question, experiment, i, engine.parse_target(control.target, control.lane))


def _steps(question: Question, steps: int) -> Iterator[Found]:
    asked = {
        "stage.cursor": question.stage.cursor,
        "stage.veil.after": question.stage.veil.after,
        "reveal.decided_at": question.reveal.decided_at if question.reveal is not None else None,
    }
    for path, step in asked.items():
        if step is not None and step > steps:
            yield Found(
                path, f"step {step} is not there: the run has {steps} steps", f"Write at most {steps}."
            )


def _units(question: Question, units: dict[str, int]) -> Iterator[Found]:
    of_lane = units.get(question.stage.lane or "", next(iter(units.values())))
    asked = {
        "stage.unit": question.stage.unit,
        "reveal.unit": question.reveal.unit if question.reveal is not None else None,
    }
    for path, unit in asked.items():
        if unit is not None and unit > of_lane:
            yield Found(
                path, f"unit {unit} is not there: the network has {of_lane}", f"Write at most {of_lane}."
            )


def _quantities(question: Question, cells: list[str]) -> Iterator[Found]:
    known = frozenset().union(*(known_quantities(cell) for cell in cells))
    named = [("stage.veil.quantities", name) for name in sorted(question.stage.veil.quantities)]
    if question.reveal is not None:
        named += [(f"reveal.watch[{i}]", name) for i, name in enumerate(question.reveal.watch)]
    for path, name in named:
        if name not in known:
            yield Found(
                path,
                f'"{name}" is not a quantity of this run',
                choose_advice(name, sorted(known)) or "Write a quantity such as h or grad(h).",
                name,
            )


def _nodes(question: Question, cells: list[str], steps: int) -> Iterator[Found]:
    if question.explain is None:
        return
    for i, node in enumerate(question.explain.nodes):
        path = f"explain.nodes[{i}]"
        if node.startswith("step-"):
            if int(node.removeprefix("step-")) > steps:
                yield Found(
                    path, f"{node} is not there: the run has {steps} steps", f"Write at most step-{steps}."
                )
        elif ("rnn" if node in _RNN_NODES else "lstm") not in cells:
            yield Found(
                path,
                f"{node} is not a part of this cell",
                "Name a part of the cell that is drawn, or a step.",
            )


def _control(
    question: Question, experiment: engine.Experiment, i: int, target: engine.Target
) -> Iterator[Found]:
    control = question.controls[i]
    for value in (control.low, control.high):
        problems = experiment.changed(target, value).problems()
        if problems:
            yield Found(
                f"controls[{i}]",
                f"the control cannot be set to {value:g}: {problems[0]}",
                "Change its place or its range.",
            )
            return
    now = experiment.value_of(replace(target, lane=control.lane))
    if now is not None and not control.low <= now <= control.high and control.when != "answer":
        yield Found(
            f"controls[{i}].range",
            f"{control.target} is {now:g} at first, outside the range of its slider",
            "Widen the range.",
            severity="warning",
            rule="slider-outside",
        )
