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

_PARTS = {
    "rnn": frozenset({"mix", "tanh"}),
    "lstm": frozenset(
        {"forget-sigmoid", "input-sigmoid", "output-sigmoid", "candidate-tanh"}
        | {"forget-product", "input-product", "cell-sum", "output-tanh", "output-product"}
        | {"mix-f", "mix-i", "mix-g", "mix-o"}
    ),
    "gru": frozenset(
        {"reset-sigmoid", "update-sigmoid", "candidate-tanh", "candidate-sum", "complement"}
        | {"reset-product", "keep-product", "new-product", "state-sum"}
        | {"mix-r", "mix-z", "mix-q", "mix-n"}
    ),
}


def drawn_parts(network: engine.Network) -> frozenset[str]:
    """Name the parts of a network's drawn cell that can be clicked; a variant lacks some."""
    parts = _PARTS[network.cell]
    if network.cell == "gru":
        # Before the matrix one block makes the candidate at once.
        return parts - {"mix-q", "candidate-sum"} if network.reset == "before" else parts
    if network.cell == "rnn":
        return parts
    words = {"f": "forget", "i": "input", "o": "output"}
    for gate in words.keys() - set(network.recurrence.gates):
        parts -= {f"mix-{gate}", f"{words[gate]}-sigmoid", f"{words[gate]}-product"}
    if network.variant == "coupled":
        parts |= {"forget-product", "complement"}
    return parts - {"output-tanh"} if network.variant == "no-output-activation" else parts


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
    yield from _nodes(question, experiment)
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


def _nodes(question: Question, experiment: engine.Experiment) -> Iterator[Found]:
    if question.explain is None:
        return
    steps = experiment.steps
    parts = frozenset().union(*(drawn_parts(lane.network) for lane in experiment.lanes))
    for i, node in enumerate(question.explain.nodes):
        path = f"explain.nodes[{i}]"
        if node.startswith("step-"):
            if int(node.removeprefix("step-")) > steps:
                yield Found(
                    path, f"{node} is not there: the run has {steps} steps", f"Write at most step-{steps}."
                )
        elif node not in parts:
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
