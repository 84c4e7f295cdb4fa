"""Variants: the same for the same seed, never one that cannot be graded fairly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from content.expressions import ExpressionError
from content.model import (
    Diagnosis,
    ExperimentSpec,
    InputSpec,
    LaneSpec,
    NetworkSpec,
    NumericAnswer,
    Option,
    Parameter,
    Question,
)
from content.variants import Variant, VariantError, all_draws, draw, refusal, restore

SPEC = ExperimentSpec(
    lanes=(
        LaneSpec(
            "rnn",
            NetworkSpec(
                cell="rnn",
                hidden=1,
                weights=(
                    ("weight_hh_l0", (("w",),)),
                    ("weight_ih_l0", ((1.0,),)),
                    ("bias_ih_l0", ((0.0,),)),
                    ("bias_hh_l0", ((0.0,),)),
                ),
            ),
        ),
    ),
    input=InputSpec(kind="values", values=(("x1",), (0.0,), (0.0,))),
)

TWO_STEPS_BACK = Question(
    id="two-steps-back",
    kind="numeric",
    concept="backpropagation",
    bloom="apply",
    stem="$h_t = \\tanh(<<w>>\\,h_{t-1} + x_t)$, $x = (<<x1>>, 0, 0)$. Find $\\partial h_3/\\partial h_1$.",
    experiment=SPEC,
    answer=NumericAnswer("jacobian(h, 3, 1)", relative=0.01),
    diagnose=(
        Diagnosis("w ** 2", "forgot-activation-slope", "Weights alone: <<w ** 2>>."),
        Diagnosis("jacobian(h, 3, 0)", "off-by-one-step", "Three factors."),
    ),
    parameters=(
        Parameter("w", (-1.2, -0.9, -0.6, -0.5, 0.5, 0.6, 0.8, 1.2)),
        Parameter("x1", (0.8, 1.0, 2.0)),
    ),
)

CHOICE = Question(
    id="which",
    kind="single-choice",
    concept="c",
    bloom="apply",
    stem="Which?",
    options=tuple(Option(str(number), number == 1) for number in range(4)),
)


@given(st.integers())
def test_a_seed_gives_one_variant(seed: int) -> None:
    assert draw(TWO_STEPS_BACK, seed) == draw(TWO_STEPS_BACK, seed)


@given(st.integers())
def test_only_listed_values_are_drawn(seed: int) -> None:
    draws = draw(TWO_STEPS_BACK, seed).draws
    assert [name for name, _ in draws] == ["w", "x1"]
    for parameter, (_, value) in zip(TWO_STEPS_BACK.parameters, draws, strict=True):
        assert value in parameter.values


def test_every_value_is_drawn_by_some_seed() -> None:
    seen = {value for seed in range(60) for _, value in draw(TWO_STEPS_BACK, seed).draws}
    assert seen == {*TWO_STEPS_BACK.parameters[0].values, *TWO_STEPS_BACK.parameters[1].values}


def test_options_are_shown_in_every_place() -> None:
    orders = [draw(CHOICE, seed).order for seed in range(60)]
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders)
    assert {order.index(1) for order in orders} == {0, 1, 2, 3}


def test_pinned_variants() -> None:
    assert [draw(TWO_STEPS_BACK, seed).draws for seed in (0, 1, 2)] == [
        (("w", -0.9), ("x1", 0.8)),
        (("w", 0.8), ("x1", 0.8)),
        (("w", 1.2), ("x1", 2.0)),
    ]
    assert [draw(CHOICE, seed).order for seed in (0, 1, 2)] == [(2, 1, 3, 0), (3, 0, 2, 1), (2, 1, 3, 0)]


def test_drawn_values_reach_texts_experiment_and_key() -> None:
    variant = restore(TWO_STEPS_BACK, 0, (("w", 0.5), ("x1", 1.0)), ())
    assert variant.text(TWO_STEPS_BACK.stem).startswith("$h_t = \\tanh(0.5\\,h_{t-1}")
    assert variant.key_value() == pytest.approx(0.209976, rel=1e-5)
    (run,) = variant.runs
    assert run.at("x", 1, 1) == 1.0
    assert variant.key_value() == run.jacobian("h", 3, 1)[0, 0]


def test_runs_are_computed_once() -> None:
    variant = draw(TWO_STEPS_BACK, 3)
    assert variant.runs is variant.runs
    assert variant.runs[0] is variant.scope.run()


def test_a_question_without_experiment_has_no_runs() -> None:
    variant = draw(CHOICE, 3)
    assert variant.runs == ()
    assert variant.experiment is None
    with pytest.raises(ValueError, match="not answered by a number"):
        variant.key_value()


def test_draws_that_fail_where_are_drawn_again() -> None:
    question = replace(TWO_STEPS_BACK, where="w > 0.7 and x1 == 2")
    assert {draw(question, seed).draws for seed in range(12)} == {
        (("w", 0.8), ("x1", 2.0)),
        (("w", 1.2), ("x1", 2.0)),
    }


def test_where_may_read_the_run() -> None:
    question = replace(TWO_STEPS_BACK, where="h[2, 1] < 0")
    assert all(draw(question, seed).runs[0].at("h", 2, 1) < 0 for seed in range(8))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (replace(TWO_STEPS_BACK, where="w > 5"), "w > 5 does not hold"),
        (replace(TWO_STEPS_BACK, answer=NumericAnswer("x1 - x1", absolute=0.1)), "0 would count"),
        (
            replace(TWO_STEPS_BACK, diagnose=(Diagnosis("jacobian(h, 3, 1) * 1.005"),)),
            "would count as the right one",
        ),
        (replace(TWO_STEPS_BACK, answer=NumericAnswer("1 / (w - w)")), "division by zero"),
        (replace(TWO_STEPS_BACK, where="w"), "a condition is needed"),
        (replace(TWO_STEPS_BACK, parameters=()), "no parameter|no value"),
        (replace(TWO_STEPS_BACK, answer=NumericAnswer("h[9, 1]")), "step 9 is not there"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(question: Question, words: str) -> None:
    with pytest.raises(VariantError, match=words):
        draw(question, 1)


def test_a_diagnosed_number_near_the_key_is_never_drawn() -> None:
    # With w = 1 nothing but the slopes is left, so "the slopes alone" is the key.
    question = replace(
        TWO_STEPS_BACK,
        parameters=(Parameter("w", (0.5, 1.0)), Parameter("x1", (1.0,))),
        diagnose=(Diagnosis("(1 - h[2, 1] ** 2) * (1 - h[3, 1] ** 2)"),),
    )
    assert {draw(question, seed).draws[0] for seed in range(20)} == {("w", 0.5)}
    survey = all_draws(question, 10)
    assert [variant.draws[0] for variant in survey.accepted] == [("w", 0.5)]
    ((draws, reason),) = survey.refused
    assert draws == (("w", 1.0), ("x1", 1.0))
    assert "would count as the right one" in reason


def test_a_survey_looks_at_every_combination() -> None:
    survey = all_draws(TWO_STEPS_BACK, 100)
    assert (survey.total, survey.looked_at) == (24, 24)
    assert len({variant.draws for variant in survey.accepted}) == len(survey.accepted)
    assert all(refusal(variant) is None for variant in survey.accepted)
    assert {draw(TWO_STEPS_BACK, seed).draws for seed in range(40)} <= {v.draws for v in survey.accepted}


def test_a_survey_of_too_many_looks_at_different_ones_and_at_the_same_each_time() -> None:
    survey = all_draws(TWO_STEPS_BACK, 10)
    assert (survey.total, survey.looked_at) == (24, 10)
    draws = [variant.draws for variant in survey.accepted] + [draws for draws, _ in survey.refused]
    assert len(set(draws)) == 10
    again = all_draws(TWO_STEPS_BACK, 10)
    assert [variant.draws for variant in again.accepted] == [variant.draws for variant in survey.accepted]


def test_a_question_without_parameters_is_one_combination() -> None:
    survey = all_draws(CHOICE, 10)
    assert (survey.total, survey.looked_at) == (1, 1)
    assert survey.accepted == (Variant(CHOICE, 0, (), (0, 1, 2, 3), None),)


def test_an_experiment_that_cannot_run_is_refused_with_the_reason() -> None:
    spec = replace(SPEC, input=InputSpec(kind="zeros", length=3, size=2))
    weights = (("weight_hh_l0", (("w", 1.0),)),)
    lanes = (LaneSpec("rnn", NetworkSpec(cell="rnn", hidden=1, weights=weights)),)
    question = replace(TWO_STEPS_BACK, experiment=replace(spec, lanes=lanes))
    with pytest.raises(VariantError, match="cannot run"):
        draw(question, 1)


def test_texts_locate_their_errors() -> None:
    variant = draw(TWO_STEPS_BACK, 1)
    with pytest.raises(ExpressionError) as caught:
        variant.text("see <<h[4, 1]>>")
    assert caught.value.offset == 8
    assert isinstance(variant.experiment, engine.Experiment)
