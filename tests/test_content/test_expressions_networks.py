"""Expressions over GRUs, variants, layers, directions, read-outs, truncation and wrong models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import engine
from content import concepts
from content.costs import MAX_SECONDS, expression_seconds, run_seconds
from content.expressions import ExpressionError, Scope, evaluate, evaluate_number, parse
from content.forms import MAX_CHANGED
from content.loader import read_bank
from content.readings import Reading, names_used, quantities_used, reserved_names
from content.spoilers import visible_keys
from content.variants import restore
from engine.wrong_models import WRONG_MODELS

if TYPE_CHECKING:
    from content.model import Question

HEAD = """format: 1
bank: {id: b, title: T}
questions:
  - id: q
    kind: numeric
    concept: gru
    bloom: apply
    stem: Say it.
"""


def question(lines: str) -> Question:
    """Read a numeric question that has these lines besides its head."""
    loaded = read_bank((HEAD + lines).encode(), Path("b.yaml"), concepts.load())
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.bank is not None
    return loaded.bank.questions[0]


def scope(
    network: engine.Network, loss: engine.Loss | None = None, truncate: int | None = None, **parameters: float
) -> Scope:
    lane = engine.Lane(network.cell, network)
    given = engine.Input.noise(6, 2, 5)
    return Scope(parameters, engine.Experiment((lane,), given, loss or engine.Loss(), (), truncate))


@pytest.fixture(scope="module")
def stack() -> Scope:
    """Two bidirectional GRU layers of three units on six steps, judged twice."""
    network = engine.Network("gru", 3, layers=2, bidirectional=True, seed=4)
    return scope(network, engine.Loss("half-squared-norm", (3, 6)), k=2.0, n=0.5)


# -- layers and directions


def test_a_layer_and_direction_are_named_in_two_ways(stack: Scope) -> None:
    run = stack.run().on(2, "reverse")
    expected = run.at("h", 4, 2)
    assert evaluate("at(h, t=4, unit=k, layer=2, direction=reverse)", stack) == expected
    assert evaluate("in_layer(2, reverse, h[4, 2])", stack) == expected
    assert evaluate("in_layer(2, h[4, 2])", stack) == stack.run().on(2).at("h", 4, 2)
    assert evaluate("h[4, 2]", stack) == stack.run().at("h", 4, 2)
    np.testing.assert_array_equal(evaluate("in_layer(2, x)", stack), stack.run().on(2).grid("x"))


def test_what_stands_inside_may_name_another_layer(stack: Scope) -> None:
    inside = evaluate("in_layer(2, at(h, t=4, unit=1, layer=1))", stack)
    assert inside == stack.run().at("h", 4, 1)
    assert evaluate("in_lane(gru, in_layer(2, h[4, 1]))", stack) == stack.run().on(2).at("h", 4, 1)
    assert evaluate("in_layer(2, in_lane(gru, h[4, 1]))", stack) == stack.run().on(2).at("h", 4, 1)


def test_the_initial_state_of_the_reverse_direction_is_behind_the_end(stack: Scope) -> None:
    np.testing.assert_array_equal(evaluate("in_layer(1, reverse, h[7])", stack), np.zeros(3))
    with pytest.raises(ExpressionError, match="step 0 is not there; they go from 1 to 7"):
        evaluate("in_layer(1, reverse, h[0])", stack)
    with pytest.raises(ExpressionError, match="step 7 is not there; they go from 0 to 6"):
        evaluate("h[7]", stack)


def test_states_of_the_reverse_direction_depend_on_later_ones(stack: Scope) -> None:
    run = stack.run().on(1, "reverse")
    assert evaluate("in_layer(1, reverse, jacobian(h, 2, 5)[3, 1])", stack) == run.jacobian("h", 2, 5)[2, 0]
    np.testing.assert_array_equal(evaluate("in_layer(1, reverse, direct(h, 1, 7))", stack), run.direct(1, 7))
    with pytest.raises(ExpressionError, match="step 2 is not there; they go from 5 to 7"):
        evaluate("in_layer(1, reverse, jacobian(h, 5, 2))", stack)


def test_parameters_are_those_of_the_layer(stack: Scope) -> None:
    run = stack.run()
    packed = run.parameters["weight_hh_l1_reverse"]
    assert evaluate("in_layer(2, reverse, weight.hh.z[2, 1])", stack) == packed[3 + 1, 0]
    np.testing.assert_array_equal(
        evaluate("in_layer(2, grad(weight.ih))", stack), run.weight_gradient("weight_ih_l1")
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("in_layer(3, h[1])", "layer 3 does not exist: the network has 2"),
        ("at(h, t=1, layer=4)", "layer 4 does not exist"),
        ("in_layer(2, in_lane(lstm, h))", "there is no lane 'lstm'"),
        ("in_layer(2, c)", "there is no 'c' here; a run of this cell has"),
        ("jacobian(c, 3, 1)", "has no c"),
        ("direct(c, 3, 1)", "no direct path of c"),
        ("weight.hh.f[1, 1]", "this cell's gates are r, z, n"),
        ("weight.y[1, 1]", "this network has no weight.y"),
        ("weight.cf[1]", "this network has no weight.cf"),
        ("contribution(weight.cf, 1)[1]", "this network has no weight.cf"),
        ("contribution(weight.hh, 7)", "step 7 is not there; they go from 1 to 6"),
        ("contribution(weight.hh, 0)", "step 0 is not there"),
        ("contribution(weight.hh, 1.5)", "a step is one whole number"),
        ("contribution(weight.hh, 1)[10, 1]", "row 10 is not there"),
        ("contribution(weight.hh.z, 1)[4, 1]", "row 4 is not there"),
        ("at(p, t=1)", "there is no 'p' here"),
        ('wrong("h-for-c", h[3, 1])', "a deviation of lstm only"),
        ('wrong("h-for-c", 1)', None),
        ('wrong("no-activation-slope", h[9, 1])', "step 9 is not there"),
    ],
)
def test_what_is_not_there_is_said(text: str, words: str | None, stack: Scope) -> None:
    if words is None:  # nothing is read from the run that cannot be
        assert evaluate(text, stack) == 1
        return
    with pytest.raises(ExpressionError, match=words):
        evaluate(text, stack)


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("in_layer(0, h)", 9, "a whole number from 1 to 4"),
        ("in_layer(5, h)", 9, "a whole number from 1 to 4"),
        ("in_layer(k, h)", 9, "a whole number from 1 to 4"),
        ("in_layer(1.0, h)", 9, "a whole number from 1 to 4"),
        ("in_layer(2)", 10, "after the layer"),
        ("in_layer(2, reverse)", 19, "after the direction"),
        ("in_layer(2, in_layer(1, h))", 12, "cannot stand inside another"),
        ("at(h, layer=2, layer=2)", 15, "said twice"),
        ("at(h, direction=backward)", 16, "forward or reverse"),
        ("at(h, lane=a, lane=b)", 14, "said twice"),
        ("wrong(h-for-c, h)", 6, "stands in quotes"),
        ('wrong("h-for-d", h)', 6, "no wrong model is called 'h-for-d'; there are memoryless-state"),
        ('wrong("", h)', 6, "no wrong model is called ''"),
        ('wrong("__class__", h)', 6, "no wrong model"),
        ('wrong("h-for-c")', 15, "after the name"),
        ('wrong("h-for-c", wrong("h-for-c", h))', 17, "cannot stand inside another"),
        ("contribution(h, 3)", 13, "to a weight or a bias"),
        ("contribution(weight.y, 3)", 13, "those to the weights of a recurrent layer"),
        ("contribution(weight.e, 3)", 13, "those to the weights of a recurrent layer"),
        ("contribution(weight.hh)", 22, "after the weight"),
        ("contribution(weight.hh, 3)[1]", 13, "row and column"),
        ("weight.cf.f[1]", 0, "write weight.hh"),
        ("bias.y.f[1]", 0, "write weight.hh|write bias"),
        ("direct(z, 3, 1)", 7, "that of c, or of a GRU's h"),
    ],
)
def test_errors_say_where_and_why(text: str, offset: int, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        parse(text)
    assert caught.value.offset == offset


@pytest.mark.parametrize("form", ["in_layer(1, ", 'wrong("no-activation-slope", ', "in_lane(a, ", "at(h, t="])
def test_deep_nesting_ends(form: str) -> None:
    with pytest.raises(ExpressionError):
        parse((form * 40)[:480])


# -- GRU, variants, read-outs


def test_gates_and_biases_of_a_gru() -> None:
    made = scope(engine.Network("gru", 3, seed=2), n=7.0)
    run = made.run()
    packed = run.parameters["weight_hh_l0"]
    np.testing.assert_array_equal(evaluate("weight.hh.n", made), packed[6:9])
    assert evaluate("weight.ih.r[3, 2]", made) == run.parameters["weight_ih_l0"][2, 1]
    first, second = (np.ravel(run.parameters[f"bias_{part}_l0"]) for part in ("ih", "hh"))
    assert evaluate("bias.z[2]", made) == (first + second)[4]
    assert evaluate("bias.n[2]", made) == first[7], "the second one stands inside the bracket that r scales"
    np.testing.assert_array_equal(evaluate("bias.hh", made), second)
    assert evaluate("direct(h, T, 2)[1]", made) == np.prod(run.grid("z")[2:, 0])


def test_biases_of_a_gru_that_resets_before_the_matrix_act_as_their_sum() -> None:
    made = scope(engine.Network("gru", 3, reset="before", seed=2))
    parts = [np.ravel(made.run().parameters[f"bias_{part}_l0"]) for part in ("ih", "hh")]
    assert evaluate("bias.n[2]", made) == sum(parts)[7]


def test_a_parameter_may_bear_the_name_of_a_newer_quantity() -> None:
    made = scope(engine.Network("gru", 3, seed=2), n=7.0, r=2.0)
    assert evaluate("n", made) == 7
    assert evaluate("at(n, t=r, unit=1)", made) == made.run().at("n", 2, 1)
    assert evaluate("n[2, 1]", made) == made.run().at("n", 2, 1), "a place can only be that of a quantity"
    assert not {"n", "p", "q", "r", "e"} & reserved_names()
    assert {"i", "f", "g", "o", "c", "h", "x", "y", "z"} <= reserved_names()
    assert quantities_used("n + r", made) == set()
    assert {reading.name for reading in quantities_used("n + at(r, t=1)")} == {"n", "r"}
    assert names_used("n + q + w") == {"w"}


def test_gates_that_a_variant_does_not_have() -> None:
    made = scope(engine.Network("lstm", 3, variant="coupled", seed=2))
    np.testing.assert_array_equal(evaluate("f + i", made), np.ones((6, 3)))
    with pytest.raises(ExpressionError, match="this cell's gates are i, g, o"):
        evaluate("bias.f[1]", made)
    old = scope(engine.Network("lstm", 3, variant="no-forget-gate", seed=2))
    np.testing.assert_array_equal(evaluate("direct(c, T, 0)", old), np.ones(3))
    peep = scope(engine.Network("lstm", 3, variant="peepholes", seed=2))
    assert evaluate("weight.cf[2]", peep) == np.ravel(peep.run().parameters["weight_cf_l0"])[1]
    assert evaluate("contribution(weight.cf, 4)[2]", peep) == peep.run().contributions("weight_cf")[3, 1]
    assert evaluate("grad(weight.co)[3]", peep) == np.ravel(peep.run().weight_gradient("weight_co_l0"))[2]


def test_what_the_read_out_and_the_embedding_give() -> None:
    network = engine.Network("rnn", 3, outputs=4, readout="softmax", embedding=2, seed=3)
    tokens = engine.Input.tokens(["a", "b", "a"])
    loss = engine.Loss("cross-entropy", (2, 3), ((4.0,), (1.0,)))
    made = Scope({}, engine.Experiment((engine.Lane("a", network),), tokens, loss))
    assert evaluate_number("sum(at(p, t=2))", made) == pytest.approx(1, rel=1e-12)
    assert evaluate_number("exp(loss / 2)", made) == pytest.approx(made.run().perplexity, rel=1e-12)
    np.testing.assert_array_equal(evaluate("at(e, t=3)", made), made.run().parameters["weight_e"][0])
    assert evaluate_number("grad(weight.e)[1, 2]", made) == pytest.approx(
        evaluate_number("grad(e)[1, 2] + grad(e)[3, 2]", made), rel=1e-12
    )
    with pytest.raises(ExpressionError, match="no 'p' here"):
        evaluate("at(p, t=1)", scope(engine.Network("rnn", 3, outputs=2)))


# -- shares and truncation


def test_contributions_are_those_of_the_engine_and_sum_to_the_gradient(stack: Scope) -> None:
    run = stack.run().on(2, "reverse")
    np.testing.assert_array_equal(
        evaluate("in_layer(2, reverse, contribution(weight.hh.z, 5))", stack),
        run.contributions("weight_hh")[4, 3:6],
    )
    terms = " + ".join(f"contribution(bias.z, {t})[2]" for t in range(1, 7))
    total = evaluate_number(f"in_layer(2, {terms})", stack)
    assert total == pytest.approx(evaluate_number("in_layer(2, grad(bias.z)[2])", stack), rel=1e-12)


def test_a_window_cuts_gradients_and_nothing_else() -> None:
    network = engine.Network("rnn", 3, seed=1)
    cut, whole = scope(network, truncate=3), scope(network)
    assert evaluate("norm(contribution(weight.hh, 3))", cut) == 0
    assert evaluate_number("norm(contribution(weight.hh, 3))", whole) > 0
    assert evaluate("loss", cut) == evaluate("loss", whole)
    np.testing.assert_array_equal(
        evaluate('changed("truncate", 6, grad(weight.hh))', cut), evaluate("grad(weight.hh)", whole)
    )


# -- wrong models


@pytest.mark.parametrize("name", WRONG_MODELS)
def test_every_wrong_model_can_be_asked(name: str) -> None:
    model = WRONG_MODELS[name]
    for cell in model.cells:
        made = scope(engine.Network(cell, 3, outputs=2, readout="softmax", seed=1))
        assert made.experiment is not None
        (run,) = engine.run(made.experiment, wrong=name)
        assert evaluate(f'wrong("{name}", h[6, 2])', made) == run.at("h", 6, 2)
        assert evaluate(f'wrong("{name}", jacobian(h, 6, 2)[1, 3])', made) == run.jacobian("h", 6, 2)[0, 2]
        np.testing.assert_array_equal(
            evaluate(f'wrong("{name}", grad(weight.hh))', made), run.weight_gradient("weight_hh_l0")
        )


def test_a_wrong_model_stays_wrong_in_a_changed_run() -> None:
    made = scope(engine.Network("lstm", 3, seed=1))
    assert made.experiment is not None
    changed = made.experiment.changed(engine.parse_target("bias.f[2]"), 4.0)
    (run,) = engine.run(changed, wrong="forget-inverted")
    for text in (
        'wrong("forget-inverted", changed("bias.f[2]", 4, c[6, 2]))',
        'changed("bias.f[2]", 4, wrong("forget-inverted", c[6, 2]))',
    ):
        assert evaluate(text, made) == run.at("c", 6, 2), text
    assert evaluate('changed("bias.f[2]", 4, c[6, 2])', made) != run.at("c", 6, 2)


def test_a_change_inside_a_lane_is_made_there_alone() -> None:
    old, new = engine.Network("lstm", 2, variant="no-forget-gate"), engine.Network("lstm", 2, seed=1)
    both = (engine.Lane("old", old), engine.Lane("new", new))
    made = Scope({}, engine.Experiment(both, engine.Input.noise(4, 1)))
    with pytest.raises(ExpressionError, match="this change cannot be made"):
        evaluate('changed("forget_bias", 8, in_lane(new, c[4, 1]))', made)
    alone = Scope({}, engine.Experiment((engine.Lane("new", new),), engine.Input.noise(4, 1)))
    assert evaluate('in_lane(new, changed("forget_bias", 8, c[4, 1]))', made) == evaluate(
        'changed("forget_bias", 8, c[4, 1])', alone
    )
    assert evaluate('in_lane(new, changed("x[1, 1]", 2, at(c, t=4, unit=1)))', made) == evaluate(
        'changed("x[1, 1]", 2, c[4, 1])', alone
    )


def test_the_value_of_a_change_is_that_of_the_run_outside() -> None:
    made = scope(engine.Network("lstm", 3, seed=1))
    assert evaluate('wrong("forget-inverted", changed("x[1, 1]", f[1, 1], x[1, 1]))', made) == evaluate(
        'wrong("forget-inverted", f[1, 1])', made
    )


def test_runs_of_one_expression_are_few() -> None:
    one = 'wrong("h-for-c", 1)'
    parse(" + ".join([one] * MAX_CHANGED))
    with pytest.raises(ExpressionError, match=f"at most {MAX_CHANGED} changed runs"):
        parse(" + ".join([one] * (MAX_CHANGED + 1)))
    mixed = ['changed("scale", 1, loss)'] * MAX_CHANGED + [one]
    with pytest.raises(ExpressionError, match=f"at most {MAX_CHANGED} changed runs"):
        parse(" + ".join(mixed))


def test_a_wrong_run_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scope(engine.Network("lstm", 3, seed=1))
    asked: list[str | None] = []
    right = engine.run

    def counted(experiment: engine.Experiment, *, wrong: str | None = None) -> tuple[engine.Run, ...]:
        asked.append(wrong)
        return right(experiment, wrong=wrong)

    monkeypatch.setattr(engine, "run", counted)
    evaluate('wrong("h-for-c", h[1, 1] + c[2, 1]) + wrong("h-for-c", loss) + loss', made)
    assert sorted(asked, key=str) == [None, "h-for-c"]


# -- what is read


def test_readings_of_wrong_models_and_contributions() -> None:
    assert quantities_used('wrong("h-for-c", h[2]) + contribution(weight.hh.f, 3)[1, 1] + h[3]') == {
        Reading("h", (2, 2), None, True),
        Reading("contribution(weight.hh.f)", None),
        Reading("h", (3, 3)),
    }


def test_what_a_wrong_way_back_leaves_alone_counts_as_read_from_the_stage() -> None:
    assert quantities_used('wrong("no-activation-slope", h[2] + grad(h)[2])') == {
        Reading("h", (2, 2)),
        Reading("grad(h)", (2, 2), None, True),
    }
    assert quantities_used('wrong("clip-by-value", grad(h)[2])') == {Reading("grad(h)", (2, 2))}
    assert quantities_used('wrong("last-loss-only", loss)') == {Reading("loss", None, None, True)}
    assert quantities_used('changed("scale", 2, wrong("no-activation-slope", h[2]))') == {
        Reading("h", (2, 2), None, True)
    }


@pytest.mark.parametrize(
    ("value", "veil", "tells"),
    [
        ("h[2, 1]", "{views: [gradient]}", True),
        ("at(n, t=2, unit=1)", "{views: [gradient, cell]}", True),  # the heat maps show the candidate
        ("at(n, t=2, unit=1)", "{views: [gradient, cell, gates]}", False),
        ("z[2, 1]", "{views: [gradient, cell]}", True),
        ("contribution(weight.hh, 2)[1, 1]", "{}", True),
        ("contribution(weight.hh, 2)[1, 1]", "{views: [gradient]}", False),
        ('wrong("gru-reset-swapped", h[2, 1])', "{}", False),
        ('wrong("no-activation-slope", grad(h)[2, 1])', "{}", False),
        ('wrong("no-activation-slope", h[2, 1])', "{}", True),
        ('wrong("no-activation-slope", h[2, 1])', "{after: 1}", False),
        ("weight.hh.n[1, 1] + bias.z[1]", "{}", False),  # given: to be computed with
    ],
)
def test_spoilers(value: str, veil: str, tells: bool) -> None:
    made = question(
        "    experiment: {network: {cell: gru, hidden: 2}, input: {zeros: 4}}\n"
        f"    stage: {{veil: {veil}}}\n"
        f"    answer: {{value: {json.dumps(value)}}}\n"
    )
    assert bool(list(visible_keys(made, restore(made, 0, (), ())))) is tells


# -- cost


def experiment(network: engine.Network, steps: int = 100, size: int = 4) -> engine.Experiment:
    return engine.Experiment((engine.Lane("a", network),), engine.Input.zeros(steps))


def test_layers_and_directions_cost() -> None:
    one = run_seconds(experiment(engine.Network("gru", 16)))
    assert run_seconds(experiment(engine.Network("gru", 16, layers=4))) > 3 * one
    both = run_seconds(experiment(engine.Network("gru", 16, bidirectional=True)))
    assert both > 1.9 * one
    assert run_seconds(experiment(engine.Network("gru", 16, layers=4, bidirectional=True))) > 3 * both


def test_interventions_that_enlarge_a_network_cost() -> None:
    small = experiment(engine.Network("lstm", 4))
    for place, value in (("hidden", 128), ("layers", 4), ("steps", 1000)):
        assert run_seconds(small.changed(engine.parse_target(place), value)) > 1.5 * run_seconds(small), place


@pytest.mark.parametrize(
    "text",
    [
        'changed("steps", 1000, loss)',
        'changed("steps", T * 100, loss)',  # unknown before it is computed: the most that may be
        'changed("hidden", 128, jacobian(h, T, 0)[1, 1])',
        'changed("layers", 4, loss)',
        'wrong("h-for-c", loss)',
        "norm(contribution(weight.hh, 1))",
        'changed("scale", 2, wrong("h-for-c", loss))',
        "in_layer(1, jacobian(h, T, 0)[1, 1])",
    ],
)
def test_what_takes_longer_is_told_before(text: str) -> None:
    small = experiment(engine.Network("lstm", 4))
    plain = expression_seconds(parse("loss"), small)
    assert plain == 0
    assert expression_seconds(parse(text), small) > 0
    assert expression_seconds(parse(f"{text} + {text}"), small) == pytest.approx(
        2 * expression_seconds(parse(text), small)
    )


def test_a_small_experiment_cannot_ask_for_eight_large_runs() -> None:
    text = " + ".join(f'changed("steps", {1000 - k}, changed_{k})' for k in range(8))
    text = text.replace("changed_", "0 * ")  # eight different lengths, nothing read of them
    small = engine.Experiment(
        (engine.Lane("a", engine.Network("lstm", 100, layers=2)),), engine.Input.zeros(2)
    )
    assert run_seconds(small) < MAX_SECONDS < expression_seconds(parse(text), small)
