"""Experiments on GRUs, variants, stacks, both directions, read-outs, truncation: as read and as refused."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import engine
from content import concepts
from content.check import check
from content.experiments import build_experiment
from content.loader import Loaded, read_bank
from content.schema import schema_text
from content.words import CELL_NODES

HEAD = """format: 1
bank: {id: b, title: T}
questions:
  - id: q
    kind: numeric
    concept: gru
    bloom: apply
    stem: Say it.
    answer: {value: "h[1, 1]"}
    stage: {veil: {after: 0}}
    parameters:
      k: {choose: [2, 3]}
    experiment:
      input: {noise: {length: 6, size: 2}}
"""
MAP = concepts.load()


def read(experiment: str) -> Loaded:
    lines = "".join(f"      {line}\n" for line in experiment.splitlines())
    return read_bank((HEAD + lines).encode(), Path("b.yaml"), MAP)


def built(experiment: str, k: float = 2.0) -> engine.Experiment:
    loaded = read(experiment)
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.bank is not None
    spec = loaded.bank.questions[0].experiment
    assert spec is not None
    return build_experiment(spec, (("k", k),))


def test_every_field_reaches_the_engine() -> None:
    made = built(
        "network: {cell: gru, reset: before, hidden: k, layers: k, bidirectional: true, merge: sum,\n"
        "  embedding: k + 1, initial: learned, init: he, readout: {outputs: 4, kind: softmax}}\n"
        "loss: {kind: cross-entropy, target: 3}\n"
        "truncate: k + 1\n"
    )
    (lane,) = made.lanes
    assert lane.network == engine.Network(
        "gru",
        hidden=2,
        init="he",
        outputs=4,
        reset="before",
        layers=2,
        bidirectional=True,
        merge="sum",
        readout="softmax",
        embedding=3,
        initial="learned",
    )
    assert made.truncate == 3
    assert made.loss.kind == "cross-entropy"
    assert made.problems() == ()


@pytest.mark.parametrize("variant", [name for name in engine.VARIANTS if name])
def test_every_variant_is_read(variant: str) -> None:
    (lane,) = built(f"network: {{hidden: 2, variant: {variant}}}").lanes
    assert lane.network.recurrence == engine.Cell("lstm", variant=variant)


def test_weights_of_layers_and_directions_bear_the_names_of_pytorch() -> None:
    made = built(
        "network:\n"
        "  {cell: rnn, hidden: 1, layers: 2, bidirectional: true, initial: learned,\n"
        "   weights: {weight_hh_l1_reverse: [[k]], h0_l0: [0.5], bias_ih_l1: [0.25]}}\n",
        k=3.0,
    )
    (run,) = engine.run(made)
    assert run.parameters["weight_hh_l1_reverse"].tolist() == [[3.0]]
    assert run.on(1).at("h", 0, 1) == 0.5


def test_places_in_layers_and_directions_can_be_held_and_set() -> None:
    made = built(
        "network: {cell: gru, hidden: 2, layers: 2, bidirectional: true}\n"
        "interventions:\n"
        '  - {set: "force.z.l2.reverse[1, 3..4]", value: 0.25}\n'
        '  - {set: "bias.n.l2[2]", value: k}\n'
        "  - {set: truncate, value: 4}\n"
    )
    (run,) = engine.run(made)
    assert run.on(2, "reverse").grid("z")[2:4, 0].tolist() == [0.25, 0.25]
    assert run.cuts == (4,)


REFUSED = [
    ("network: {cell: gro}", '"gro" is not a known cell', 'Did you mean "gru"?'),
    ("network: {variant: cuopled}", '"cuopled" is not a known variant', 'Did you mean "coupled"?'),
    ('network: {variant: ""}', '"" is not a known variant', "coupled"),
    ("network: {cell: gru, variant: coupled}", "`variant` belongs to the LSTM", ""),
    ("network: {cell: gru, reset: behind}", '"behind" is not a known place of the reset gate', ""),
    ("network: {cell: lstm, reset: before}", "`reset` belongs to the GRU", ""),
    ("network: {layers: 0}", "outside 1 to 4", ""),
    ("network: {layers: 5}", "outside 1 to 4", ""),
    ("network: {layers: 1.5}", "1.5 is not a whole number from 1 to 4", ""),
    ("network: {layers: 3 * k}", "6 is not a whole number from 1 to 4", ""),
    ("network: {layers: k - 2}", "0 is not a whole number from 1 to 4", ""),
    ("network: {layers: [2]}", "a number is wanted here, not a list", ""),
    ("network: {bidirectional: yes}", 'not "yes"', "Write true or false"),
    ("network: {bidirectional: true, merge: mean}", '"mean" is not a known merge', "average"),
    ("network: {embedding: 0}", "outside 1 to 256", ""),
    ("network: {embedding: 300}", "outside 1 to 256", ""),
    ("network: {initial: learn}", '"learn" is not a known kind of initial state', "learned"),
    ("network: {readout: {outputs: 2, kind: sofmax}}", '"sofmax" is not a known read-out', "softmax"),
    ("network: {readout: {kind: softmax}}", '"outputs" is missing', ""),
    ("network: {readout: {outputs: 257}}", "not a whole number from 1 to 256", ""),
    ("network: {dropout: 0.5}", '"dropout" is not part of this version', ""),
    ("network: {forget_bias: 1, cell: gru}", "a GRU has no forget gate", ""),
    ("network: {weights: {weight_hh_l1: [[1]]}, hidden: 1}", "weight_hh_l1", ""),
    ("network: {weights: {../etc: [[1]]}}", "cannot be the name of a weight", ""),
    ("network: {}\nloss: {kind: cross-entropy, target: 1}", "cross-entropy needs a read-out", ""),
    (
        "network: {readout: {outputs: 2, kind: softmax}}\nloss: {kind: cross-entropy, target: 3}",
        "a class number from 1 to 2",
        "",
    ),
    (
        "network: {readout: {outputs: 2, kind: sigmoid}}\nloss: {kind: binary-cross-entropy, target: 1.5}",
        "each from 0 to 1",
        "",
    ),
    ("network: {}\ntruncate: 0", "outside 1 to 1000", ""),
    ("network: {}\ntruncate: k - 2", "0 is not a whole number", ""),
    ("network: {}\ntruncate: 2.5", "2.5 is not a whole number", ""),
    ("network: {}\ntruncate: true", 'not "true"', ""),
    ('network: {}\ninterventions: [{set: "force.z", value: 0}]', "no lane's network has this place", ""),
    (
        'network: {}\ninterventions: [{set: "force.f.l3[1]", value: 0}]',
        "no lane's network has this place",
        "",
    ),
    (
        'network: {}\ninterventions: [{set: "force.f.reverse[1]", value: 0}]',
        "no lane's network has this place",
        "",
    ),
    (
        'network: {}\ninterventions: [{set: "force.f.l2000", value: 0}]',
        "expected the place in square brackets",
        "",
    ),
    ("network: {}\ninterventions: [{set: layers, value: 9}]", "a network has 1 to 4 layers, not 9", ""),
]


@pytest.mark.parametrize(("experiment", "message", "advice"), REFUSED)
def test_what_cannot_be_is_told_where_it_stands(experiment: str, message: str, advice: str) -> None:
    loaded = read(experiment)
    assert loaded.bank is None or loaded.bank.questions == ()
    found = [problem for problem in loaded.problems if problem.severity == "error"]
    assert found
    assert all(problem.place.line >= 13 for problem in found)
    assert any(message in problem.message and advice in problem.advice for problem in found), found


def test_deep_and_wide_networks_are_not_run(tmp_path: Path) -> None:
    wide = "network: {cell: lstm, hidden: 128, layers: 4, bidirectional: true}\n      truncate: 1"
    text = (HEAD + f"      {wide}\n").replace("length: 6", "length: 1000")
    path = tmp_path / "bank.yaml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    report = check([path], MAP, time.process_time)
    assert time.process_time() - began < 2.0
    assert not report.passed


def test_many_deep_networks_are_not_built() -> None:
    question = HEAD.split("questions:\n")[1]
    deep = "      network: {hidden: 128, layers: 4, bidirectional: true, embedding: 256}\n"
    text = HEAD.split("questions:\n")[0] + "questions:\n"
    text += "".join(question.replace("id: q", f"id: q{i}") + deep for i in range(40))
    loaded = read_bank(text.encode(), Path("b.yaml"), MAP)
    assert any("inputs and weights together" in problem.message for problem in loaded.problems)


def test_a_network_goes_on_by_itself() -> None:
    said = "input: {tokens: [a, b], free: {steps: k + 3, temperature: 0.5, seed: 4}}"
    text = HEAD.replace("input: {noise: {length: 6, size: 2}}", said)
    network = "      network: {cell: rnn, hidden: 3, readout: {outputs: 2, kind: softmax}}\n"
    loaded = read_bank((text + network).encode(), Path("b.yaml"), MAP)
    assert loaded.bank is not None, loaded.problems
    spec = loaded.bank.questions[0].experiment
    assert spec is not None
    experiment = build_experiment(spec, (("k", 2.0),))
    assert experiment.input.free == engine.Free(5, 0.5, 4)
    (run,) = engine.run(experiment)
    assert run.steps == 7
    assert set(run.labels) == {"a", "b"}


def test_the_window_may_be_a_control() -> None:
    text = HEAD + "      network: {cell: rnn, hidden: 2}\n      truncate: 3\n"
    control = "    controls: [{set: truncate, range: [%s, 6], step: 1}]\n"
    assert read_bank((text + control % 1).encode(), Path("b.yaml"), MAP).problems == ()
    beyond = read_bank((text + control % 0).encode(), Path("b.yaml"), MAP)
    assert beyond.bank is not None, "what a slider may do is the checker's business"


def test_the_checker_moves_the_window_to_both_ends(tmp_path: Path) -> None:
    text = HEAD + "      network: {cell: rnn, hidden: 2}\n      truncate: 3\n"
    path = tmp_path / "bank.yaml"
    path.write_text(text + "    controls: [{set: truncate, range: [0, 6], step: 1}]\n", encoding="utf-8")
    report = check([path], MAP, time.process_time)
    assert any("cannot be set to 0" in problem.message for problem in report.problems)


NODES = [
    ("cell: gru", "state-sum", ""),
    ("cell: gru", "mix-q", ""),
    ("cell: gru", "candidate-tanh", ""),
    ("cell: gru", "step-6", ""),
    ("cell: gru", "cell-sum", "cell-sum is not a part of this cell"),
    ("cell: gru", "step-7", "step-7 is not there"),
    ("{cell: gru, reset: before}", "mix-q", "mix-q is not a part of this cell"),
    ("{cell: gru, reset: before}", "mix-n", ""),
    ("cell: lstm", "complement", "complement is not a part of this cell"),
    ("{cell: lstm, variant: coupled}", "complement", ""),
    ("cell: lstm", "update-sigmoid", "update-sigmoid is not a part of this cell"),
    ("cell: rnn", "tanh", ""),
    ("cell: rnn", "mix-n", "mix-n is not a part of this cell"),
]


@pytest.mark.parametrize(("network", "node", "message"), NODES)
def test_parts_to_click_are_those_of_the_cell(network: str, node: str, message: str, tmp_path: Path) -> None:
    text = HEAD + "      network: %s\n    explain: {ask: Click it, nodes: [%s]}\n"
    path = tmp_path / "bank.yaml"
    path.write_text(text % (network if "{" in network else f"{{{network}}}", node), encoding="utf-8")
    found = [each.message for each in check([path], MAP, time.process_time).problems]
    parts = [each for each in found if node in each]
    assert (parts == []) if not message else (len(parts) == 1 and message in parts[0]), found


def test_every_part_belongs_to_some_cell(tmp_path: Path) -> None:
    lanes = "{a: {cell: rnn}, b: {cell: lstm}, d: {cell: gru}}"
    path = tmp_path / "bank.yaml"
    for part in range(0, len(CELL_NODES), 10):
        nodes = ", ".join(CELL_NODES[part : part + 10])
        text = f"{HEAD}      lanes: {lanes}\n    explain: {{ask: Click it, nodes: [{nodes}]}}\n"
        path.write_text(text, encoding="utf-8")
        report = check([path], MAP, time.process_time)
        assert not [each for each in report.problems if "is not a part" in each.message]


# -- the schema


def definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema_text())["$defs"][name]["properties"]
    return found


def test_the_schema_names_what_the_engine_has() -> None:
    network = definition("network")
    assert network["cell"]["enum"] == list(engine.CELLS)
    assert network["variant"]["enum"] == [name for name in engine.VARIANTS if name]
    assert network["reset"]["enum"] == list(engine.RESETS)
    assert network["merge"]["enum"] == list(engine.MERGES)
    assert network["init"]["enum"] == list(engine.INITS)
    assert definition("readout")["kind"]["enum"] == list(engine.READOUTS)
    assert definition("loss")["kind"]["enum"] == list(engine.LOSSES)
    assert network["layers"]["anyOf"][0]["maximum"] == engine.LIMITS.max_layers
    assert network["embedding"]["anyOf"][0]["maximum"] == engine.LIMITS.max_embedding


def test_the_schema_has_every_field_of_a_network() -> None:
    fields = set(definition("network"))
    ours = {"readout"}  # outputs and kind in one
    engines = set(engine.Network.__dataclass_fields__) - {"outputs", "dropout"}
    assert fields == engines | ours
