"""Expressions: what they mean, what they refuse, and that nothing but their own error comes out of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from content.expressions import (
    ExpressionError,
    Scope,
    evaluate,
    evaluate_condition,
    evaluate_number,
    parse,
)
from content.readings import Reading, names_used, quantities_used, reserved_names

ONE_UNIT = engine.Network(
    cell="rnn",
    hidden=1,
    weights=(
        ("weight_hh_l0", ((2.0,),)),
        ("weight_ih_l0", ((1.0,),)),
        ("bias_ih_l0", ((0.0,),)),
        ("bias_hh_l0", ((0.0,),)),
    ),
)


@pytest.fixture(scope="module")
def kick() -> Scope:
    """One tanh unit with weight 2, kicked once and left alone for 20 steps."""
    values = ((1.0,), *(((0.0,),) * 19))
    return Scope(
        {"w": 2.0, "x1": 1.0}, engine.Experiment((engine.Lane("a", ONE_UNIT),), engine.Input(values))
    )


@pytest.fixture(scope="module")
def lanes() -> Scope:
    """An LSTM and an RNN of three units on one input of six steps."""
    experiment = engine.Experiment(
        (
            engine.Lane("lstm", engine.Network("lstm", 3, seed=1, forget_bias=1.0, outputs=2)),
            engine.Lane("two-b", engine.Network("rnn", 3, seed=2)),
        ),
        engine.Input.noise(6, 2, 5),
    )
    return Scope({"k": 2.0}, experiment)


ARITHMETIC = [
    ("2 + 3 * 4 - 1", 13),
    ("2 ** 3 ** 2", 512),
    ("-2 ** 2", -4),
    ("2 ** -2 ** 2", 0.0625),
    ("8 / 4 / 2", 1),
    ("8 - 4 - 2", 2),
    ("2 * -3", -6),
    ("--3", 3),
    (".5 + 1.5e-1 + 1E1", 10.65),
    ("(1 + 2) * 3", 9),
    ("abs(-3) + sqrt(16) + exp(0) + log10(1000) + log(exp(2))", 3 + 4 + 1 + 3 + 2),
    ("min(3, 1, 2) + max(1, 5)", 6),
    ("half_life(0.5)", 1),
    ("half_life(0.9)", math.log(0.5) / math.log(0.9)),
    ("w ** 2 + x1", 5),
]


@pytest.mark.parametrize(("text", "value"), ARITHMETIC)
def test_numbers_follow_the_usual_rules(text: str, value: float) -> None:
    assert evaluate_number(text, Scope({"w": 2.0, "x1": 1.0})) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 < 2 and not 2 <= 1", True),
        ("1 == 1 or 1 / 0 > 3", True),
        ("1 != 1 and 1 / 0 > 3", False),
        ("not true or false", False),
        ("true or true and false", True),
        ("not 1 == 2", True),
    ],
)
def test_conditions_are_decided_from_the_left_and_no_further_than_needed(text: str, value: bool) -> None:
    assert evaluate_condition(text, Scope()) is value


def test_values_of_a_run_are_those_of_the_engine(lanes: Scope) -> None:
    run = lanes.run()
    assert evaluate("f[3, 2]", lanes) == run.at("f", 3, 2)
    assert evaluate("at(f, t=3, unit=k, layer=1, direction=forward, lane=lstm)", lanes) == run.at("f", 3, 2)
    np.testing.assert_array_equal(evaluate("c[0]", lanes), run.at("c", 0))
    np.testing.assert_array_equal(evaluate("f", lanes), run.grid("f"))
    np.testing.assert_array_equal(evaluate("c", lanes), run.grid("c"))
    np.testing.assert_array_equal(evaluate("c[0..T]", lanes), run.states("c"))
    np.testing.assert_array_equal(evaluate("c[2..4, 2..3]", lanes), run.grid("c")[1:4, 1:3])
    np.testing.assert_array_equal(evaluate("at(grad(c), unit=3)", lanes), run.grid("grad(c)")[:, 2])
    assert evaluate("grad(z_f)[4, 1]", lanes) == run.at("grad(z_f)", 4, 1)
    assert evaluate("jacobian(c, 6, 2)[3, 1]", lanes) == run.jacobian("c", 6, 2)[2, 0]
    assert evaluate("direct(c, T, 1)[2]", lanes) == run.direct(6, 1)[1]
    assert evaluate("x[3, 2]", lanes) == run.at("x", 3, 2)
    assert evaluate("y[6, 2]", lanes) == run.at("y", 6, 2)
    assert evaluate("loss", lanes) == run.loss
    assert evaluate("parameters.count", lanes) == run.parameter_count
    assert evaluate("10 * T + H", lanes) == 63


def test_weights_go_by_gate_or_by_packed_row(lanes: Scope) -> None:
    run = lanes.run()
    packed = run.parameters["weight_hh_l0"]
    assert evaluate("weight.hh.f[2, 1]", lanes) == packed[3 + 1, 0]
    assert evaluate("weight.hh[5, 1]", lanes) == packed[4, 0]
    assert evaluate("weight.ih.o[3, 2]", lanes) == run.parameters["weight_ih_l0"][11, 1]
    assert evaluate("weight.y[2, 3]", lanes) == run.parameters["weight_y"][1, 2]
    np.testing.assert_array_equal(evaluate("weight.hh.g", lanes), packed[6:9])
    both = run.parameters["bias_ih_l0"] + run.parameters["bias_hh_l0"]
    assert evaluate("bias.f[2]", lanes) == np.ravel(both)[4]
    assert evaluate("grad(weight.hh.f)[2, 1]", lanes) == run.weight_gradient("weight_hh_l0")[4, 0]
    assert evaluate("grad(bias.o)[3]", lanes) == np.ravel(run.weight_gradient("bias_ih_l0"))[11]


def test_another_lane_is_named_in_two_ways(lanes: Scope) -> None:
    other = lanes.run("two-b")
    assert evaluate('in_lane("two-b", h[3, 1])', lanes) == other.at("h", 3, 1)
    assert evaluate('at(h, t=3, unit=1, lane="two-b")', lanes) == other.at("h", 3, 1)
    assert evaluate('h[3, 1] - in_lane("two-b", h[3, 1])', lanes) != 0
    with pytest.raises(ExpressionError, match="no lane 'gru'; there are lstm, two-b"):
        evaluate("in_lane(gru, h[3, 1])", lanes)


def test_one_unit_needs_no_unit(kick: Scope) -> None:
    assert evaluate_number("jacobian(h, 20, 1)", kick) == pytest.approx(4.1372e-15, rel=1e-4)
    assert evaluate_number("h[20]", kick) == pytest.approx(0.957504, rel=1e-6)
    assert evaluate_number("h[20, 1]", kick) == evaluate_number("h[20]", kick)
    assert evaluate_number("weight.hh", kick) == 2.0
    assert evaluate_number("weight.hh[1, 1]", kick) == 2.0
    assert evaluate_number("spectral_radius(weight.hh)", kick) == 2.0


def test_reductions_over_steps_and_units(lanes: Scope) -> None:
    run = lanes.run()
    np.testing.assert_allclose(evaluate("norm(c[0..T])", lanes), run.norms("c"), rtol=1e-14)
    assert evaluate("mean(f)", lanes) == pytest.approx(run.grid("f").mean(), rel=1e-14)
    assert evaluate("sum(f[3])", lanes) == pytest.approx(run.grid("f")[2].sum(), rel=1e-14)
    assert evaluate("max(abs(h))", lanes) == np.abs(run.grid("h")).max()
    assert evaluate("count(f[1..T, 2] > 0.6 and f[1..T, 2] < 2)", lanes) == np.sum(run.grid("f")[:, 1] > 0.6)
    values = np.linalg.svd(run.jacobian("h", 6, 2), compute_uv=False)
    assert evaluate("singular_values(jacobian(h, 6, 2))[1]", lanes) == pytest.approx(values[0], rel=1e-12)
    assert evaluate("norm(jacobian(h, 6, 2))", lanes) == pytest.approx(np.sqrt(np.sum(values**2)), rel=1e-12)


def test_argmax_answers_in_the_numbers_on_screen(lanes: Scope) -> None:
    run = lanes.run()
    assert evaluate("argmax(abs(c[0..T, 2]))", lanes) == np.argmax(np.abs(run.states("c")[:, 1]))
    assert evaluate("argmax(f[1..T, 2])", lanes) == np.argmax(run.grid("f")[:, 1]) + 1
    assert evaluate("argmax(f[2])", lanes) == np.argmax(run.grid("f")[1]) + 1
    assert evaluate("argmax(-f[3..5, 1])", lanes) == np.argmin(run.grid("f")[2:5, 0]) + 3
    with pytest.raises(ExpressionError, match="one row"):
        evaluate("argmax(f)", lanes)


def test_the_slope_of_a_line_is_its_slope(lanes: Scope) -> None:
    fitted = np.polyfit(np.arange(7), np.log10(lanes.run().norms("grad(c)")), 1)[0]
    assert evaluate("slope(log10(norm(grad(c)[0..T])))", lanes) == pytest.approx(fitted, rel=1e-9)


def test_a_change_is_made_on_top_of_the_experiment(lanes: Scope) -> None:
    assert lanes.experiment is not None
    target = engine.parse_target("bias.f[2]")
    (changed, _) = engine.run(lanes.experiment.changed(target, 5.0))
    assert evaluate('changed("bias.f[2]", 5, c[6, 2])', lanes) == changed.at("c", 6, 2)
    assert evaluate('changed("bias.f[2]", bias.f[2], c[6, 2])', lanes) == pytest.approx(
        lanes.run().at("c", 6, 2), rel=1e-12
    )
    assert evaluate('changed("force.f[2]", 1, direct(c, T, 0)[2])', lanes) == 1.0
    assert evaluate("c[6, 2]", lanes) == lanes.run().at("c", 6, 2)


def test_the_new_value_is_computed_before_the_change(lanes: Scope) -> None:
    raised = evaluate('changed("bias.f[2]", bias.f[2] + 1, bias.f[2]) - bias.f[2]', lanes)
    assert raised == pytest.approx(1.0, rel=1e-12)


def test_a_changed_run_is_computed_once(lanes: Scope) -> None:
    first = lanes.changed("bias.f[1]", 3.0).run()
    assert lanes.changed("bias.f[1]", 3.0).run() is first
    for value in range(20):
        lanes.changed("bias.f[1]", float(value + 10))
    assert lanes.changed("bias.f[1]", 3.0).run() is not first


REFUSED = [
    ("", 0, "empty"),
    ("1 +", 3, "expected a value, found the end"),
    ("1 2", 2, "not expected"),
    ("(1", 2, r"expected \)"),
    ("w = 2", 2, "compared with =="),
    ("1 < 2 < 3", 6, "two values at a time"),
    ("2 ^ 3", 2, r"a power is written \*\*"),
    ("−2", 0, "plain hyphen"),
    ("f[3, 5", 6, r"expected \]"),
    ("f[1, 2, 3]", 6, r"expected \]"),
    ("foo(2)", 0, "no function 'foo'"),
    ("spectral_radios(w)", 0, "did you mean spectral_radius"),
    ("abs(1, 2)", 0, "takes one value, not 2"),
    ("abs()", 0, "takes one value, not 0"),
    ("h.shape", 0, "a point follows only"),
    ("w.__class__", 0, "a point follows only"),
    ("parameters.size", 0, "a point follows only"),
    ("weight.hh[1]", 0, "row and column"),
    ("weight.zz", 0, "write weight.hh"),
    ("bias.q", 0, "write bias"),
    ("jacobian(f, 3, 1)", 9, "states c or h"),
    ("jacobian(h, 3, 1)[2]", 0, "both units"),
    ("at(f, t=3, t=4)", 11, "said twice"),
    ("at(f, when=3)", 6, "knows t, unit"),
    ('changed("bias.f[2]", 1, changed("bias.f[2]", 2, loss))', 24, "cannot stand inside another"),
    ('changed("bias.q[2]", 1, loss)', 9, "bias"),
    ("changed(w, 1, loss)", 8, "stands in quotes"),
    ("lambda: 3", 6, "no meaning"),
    ("1e999", 0, "too large"),
    ("f if true else g", 2, "not expected"),
    ("[1, 2]", 0, "expected a value"),
    ("w := 2", 2, "no meaning"),
]


@pytest.mark.parametrize(("text", "offset", "words"), REFUSED)
def test_errors_say_where_and_why(text: str, offset: int, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        parse(text)
    assert caught.value.offset == offset


VALUELESS = [
    ("1 / (w - 2)", 2, "division by zero"),
    ("0 ** -1", 2, "division by zero"),
    ("(-8) ** (1 / 3)", 5, "no such power"),
    ("9 ** 9 ** 9 ** 9", 7, "left the range of numbers"),
    ("exp(1000)", 0, "left the range of numbers"),
    ("exp(1e3) - exp(1e3)", 0, "left the range"),
    ("1 / 9e999", 4, "too large"),
    ("log10(0)", 0, "positive numbers"),
    ("sqrt(-1)", 0, "from 0 on"),
    ("half_life(1)", 0, "between 0 and 1"),
    ("h[21]", 2, "step 21 is not there; they go from 0 to 20"),
    ("z[0]", 2, "step 0 is not there; they go from 1 to 20"),
    ("h[3, 2]", 5, "unit 2 is not there; they go from 1 to 1"),
    ("h[1e300]", 2, "is not there"),
    ("h[2.5]", 2, "one whole number, not 2.5"),
    ("h[5..3]", 3, "runs backwards"),
    ("jacobian(h, 3, 5)", 15, "later step comes first"),
    ("jacobian(c, 3, 1)", 0, "has no c"),
    ("direct(c, 3, 1)", 0, "has no direct path of c"),
    ("weight.hh.f[1, 1]", 0, "has no gates"),
    ("weight.y[1, 1]", 0, "has no weight.y"),
    ("f[3, 1]", 0, "there is no 'f' here"),
    ("q + 1", 0, "there is no 'q' here"),
    ("true + 1", 5, "a number is needed"),
    ("1 and true", 0, "a condition is needed"),
    ("not 3", 0, "a condition is needed"),
    ("count(3)", 0, "count takes a condition"),
    ("h[1..3] + h[1..4]", 8, "3 numbers do not fit 4"),
    ('changed("x[99]", 1, loss)', 0, "cannot be made"),
    ("slope(3)", 0, "two or more"),
    ("spectral_radius(h[1..3])", 0, "square"),
]


@pytest.mark.parametrize(("text", "offset", "words"), VALUELESS)
def test_what_has_no_value_says_where_and_why(kick: Scope, text: str, offset: int, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        evaluate(text, kick)
    assert caught.value.offset == offset


def test_a_number_and_a_condition_are_told_apart(kick: Scope) -> None:
    with pytest.raises(ExpressionError, match="one number is needed here, this is 20 numbers"):
        evaluate_number("h", kick)
    with pytest.raises(ExpressionError, match="true or false"):
        evaluate_number("1 < 2", kick)
    with pytest.raises(ExpressionError, match="a condition is needed"):
        evaluate_condition("3", kick)


def test_without_an_experiment_only_parameters_are_known() -> None:
    with pytest.raises(ExpressionError, match="no parameter, and there is no experiment"):
        evaluate("v", Scope({"w": 1.0}))
    with pytest.raises(ExpressionError, match="no experiment here"):
        evaluate("h[3]", Scope())


def test_an_explosion_is_told_by_its_step() -> None:
    network = engine.Network(
        cell="rnn",
        hidden=1,
        activation="identity",
        weights=(("weight_hh_l0", ((1e9,),)), ("weight_ih_l0", ((1.0,),))),
    )
    experiment = engine.Experiment((engine.Lane("a", network),), engine.Input.impulse(1, 1.0, 60))
    with pytest.raises(ExpressionError, match="left the range at t = "):
        evaluate("h[60]", Scope({}, experiment))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200 + "1" + ")" * 200,
        "-" * 400 + "1",
        "not " * 100 + "true",
        "2 ** " * 90 + "2",
        "abs(" * 100 + "1" + ")" * 100,
        "h[" * 100 + "1" + "]" * 100,
        "1" * 501,
        "1+" * 240 + "1",
    ],
)
def test_size_and_depth_are_bounded(text: str) -> None:
    with pytest.raises(ExpressionError, match="at most"):
        parse(text)


def test_long_sums_are_not_deep() -> None:
    assert evaluate_number("+".join(["1"] * 150), Scope()) == 150


def attempt(text: str, scope: Scope) -> object:
    try:
        return evaluate(text, scope)
    except ExpressionError as error:
        return error


WORDS = st.sampled_from(
    [
        *"+-*/()[],.<>=&%'\"~ \n",
        *(
            "**",
            "..",
            "<=",
            "==",
            "and",
            "or",
            "not",
            "true",
            "abs",
            "grad",
            "at",
            "jacobian",
            "direct",
            "changed",
        ),
        *(
            "in_lane",
            "weight",
            "bias",
            "parameters",
            "count",
            "hh",
            "f",
            "h",
            "c",
            "T",
            "H",
            "loss",
            "t",
            "unit",
        ),
        *("w", "1", "2", "0.5", "1e308", '"bias.f[2]"', "lstm", "argmax", "norm", "singular_values", "slope"),
        *("h[1..3]", "h[3, 1]", "weight.hh", "jacobian(h, 3, 1)", "λ", "\x00", "(1)", "[1]", "h", "min"),
    ]
)


@given(
    st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS).map("".join))
)
def test_no_text_raises_anything_but_the_error_of_expressions(lanes: Scope, text: str) -> None:
    outcome = attempt(text, lanes)
    if isinstance(outcome, ExpressionError):
        assert outcome.message
        assert 0 <= outcome.offset <= len(text)
    else:
        assert np.all(np.isfinite(np.asarray(outcome, dtype=np.float64)))


NUMBERS = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_sums_and_products_agree_with_python(a: float, b: float, c: float) -> None:
    scope = Scope({"a": a, "b": b, "k": c})
    assert evaluate_number("a + b * k - a * b", scope) == a + b * c - a * b


def test_what_an_expression_reads() -> None:
    text = "f[k, 5] + jacobian(c, T, 2)[1, 1] + mean(h) + bias.f[2] + grad(c)[3..4, 1]"
    assert quantities_used(text) == {
        Reading("f", None),
        Reading("jacobian(c)", None),
        Reading("h", None),
        Reading("bias.f", None),
        Reading("grad(c)", (3, 4)),
    }
    experiment = engine.Experiment((engine.Lane("a", engine.Network("lstm", 5)),), engine.Input.zeros(9))
    known = quantities_used(text, Scope({"k": 7.0}, experiment))
    assert Reading("f", (7, 7)) in known
    assert Reading("jacobian(c)", (2, 9)) in known


def test_readings_tell_lane_and_changed_run() -> None:
    text = 'changed("bias.f[2]", c[3, 1], in_lane(rnn, h[2])) + at(f, t=1, lane=lstm)'
    assert quantities_used(text) == {
        Reading("c", (3, 3)),
        Reading("h", (2, 2), "rnn", True),
        Reading("f", (1, 1), "lstm"),
    }


def test_names_that_can_only_be_parameters() -> None:
    assert names_used("w ** T + x1 * h[k] + loss + H + in_lane(rnn, c)") == {"w", "x1", "k"}
    assert {"f", "T", "loss", "abs", "weight", "and", "at"} <= reserved_names()
    assert not {"w", "x1", "gain"} & reserved_names()
