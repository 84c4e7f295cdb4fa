"""Grading: the key is right, everything else is not, and what is said about it is true."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.grader import (
    Answer,
    AnswerError,
    ChoiceAnswer,
    NumberAnswer,
    SettingsAnswer,
    Verdict,
    answer_from_data,
    answer_to_data,
    grade,
    key_text,
    with_settings,
)
from content.model import (
    ChangeSpec,
    Control,
    Diagnosis,
    ExperimentSpec,
    Goal,
    Hint,
    InputSpec,
    LaneSpec,
    NetworkSpec,
    NumericAnswer,
    Option,
    Parameter,
    Question,
)
from content.numbers import NumberError
from content.tolerance import accepts
from content.variants import Variant, draw

SINGLE = Question(
    id="single",
    kind="single-choice",
    concept="c",
    bloom="apply",
    stem="?",
    options=(
        Option("no", why="Because <<w | .1f>>.", misconception="first-idea"),
        Option("yes, <<w>>", correct=True, why="It is."),
        Option("perhaps", misconception="second-idea"),
    ),
    parameters=(Parameter("w", (0.5,)),),
)

MULTIPLE = replace(
    SINGLE,
    id="multiple",
    kind="multiple-choice",
    options=(
        Option("a", correct=True, why="A."),
        Option("b", correct=True, why="B."),
        Option("c", why="C.", misconception="c-idea"),
        Option("d", why="D.", misconception="d-idea"),
    ),
)

NUMERIC = replace(
    SINGLE,
    id="numeric",
    kind="numeric",
    options=(),
    answer=NumericAnswer("w / 4", relative=0.01, unit="bits"),
    diagnose=(
        Diagnosis("w / 2", "half", "You took a half, <<w / 2>>."),
        Diagnosis("w / 2.002", "nearly-half", "Nearly."),
        Diagnosis("w", None, "Nothing divided."),
    ),
)

HOLD = Question(
    id="hold-then-drop",
    kind="make-it-happen",
    concept="forget-gate",
    bloom="create",
    stem="?",
    experiment=ExperimentSpec(
        lanes=(LaneSpec("lstm", NetworkSpec(cell="lstm", hidden=1, init="zero", forget_bias=1.0)),),
        input=InputSpec(kind="impulse", at=51, value=1.0, length=54),
        changes=(ChangeSpec("force.i", 0.0), ChangeSpec("c[0]", 1.0)),
    ),
    controls=(
        Control("scale", 0.0, 2.0, 0.1),
        Control("bias.f[1]", -10.0, 10.0, 0.05, when="answer"),
        Control("weight.ih[2, 1]", -20.0, 20.0, 0.1, when="answer", label="weight of the cue"),
    ),
    goal=Goal(
        start=(1.0, 0.0),
        expression="c[50, 1] >= 0.90 and c[50, 1] <= 0.95 and c[51, 1] >= 0.01 and c[51, 1] <= 0.05",
        passes=((6.2, -10.0), (6.5, -10.0), (6.5, -10.5), (6.8, -11.0)),
        fails=((1.0, -3.0), (5.0, -8.0), (7.0, -10.0), (6.5, -8.0), (6.5, -14.0), (10.0, -20.0)),
    ),
    hints=(
        Hint("Fifty factors give <<c[50, 1] | .2f>>.", "c[50, 1] < 0.90"),
        Hint("Too little is lost.", "c[50, 1] > 0.95"),
        Hint("The cue decides.", "c[50, 1] >= 0.90 and c[51, 1] > 0.05"),
        Hint("Always said beforehand."),
    ),
)


def give(question: Question, answer: Answer) -> Verdict:
    return grade(draw(question, 7), answer)


def choose(question: Question, *options: int) -> Verdict:
    return give(question, ChoiceAnswer(frozenset(options)))


def type_in(text: str, question: Question = NUMERIC) -> Verdict:
    return give(question, NumberAnswer(text))


# -- single choice


def test_the_right_option_is_right() -> None:
    verdict = choose(SINGLE, 1)
    assert (verdict.credit, verdict.right) == (1.0, True)
    assert [one.text for one in verdict.feedback] == ["It is."]
    assert verdict.key_text == "yes, 0.5"


@pytest.mark.parametrize(("option", "idea"), [(0, "first-idea"), (2, "second-idea")])
def test_a_wrong_option_tells_its_own_idea(option: int, idea: str) -> None:
    verdict = choose(SINGLE, option)
    assert (verdict.credit, verdict.right) == (0.0, False)
    (said,) = verdict.feedback
    assert (said.option, said.misconception) == (option, idea)
    assert verdict.key_text == "yes, 0.5"


def test_feedback_is_computed() -> None:
    assert choose(SINGLE, 0).feedback[0].text == "Because 0.5."


@pytest.mark.parametrize("options", [(), (0, 1), (3,), (-1,)])
def test_one_of_the_options_must_be_chosen(options: tuple[int, ...]) -> None:
    with pytest.raises(AnswerError):
        choose(SINGLE, *options)


# -- multiple choice


@pytest.mark.parametrize(
    ("chosen", "credit"),
    [
        ((0, 1), 1.0),
        ((0,), 0.5),
        ((0, 2), 0.0),
        ((0, 1, 2), 0.5),
        ((0, 1, 2, 3), 0.0),
        ((), 0.0),
        ((2, 3), 0.0),
    ],
)
def test_wrong_picks_are_set_against_right_ones(chosen: tuple[int, ...], credit: float) -> None:
    verdict = choose(MULTIPLE, *chosen)
    assert verdict.credit == credit
    assert verdict.right is (set(chosen) == {0, 1})


def test_feedback_names_what_was_missed_and_what_was_wrong() -> None:
    said = choose(MULTIPLE, 0, 2).feedback
    assert [(one.option, one.misconception, one.text) for one in said] == [
        (1, None, "B."),
        (2, "c-idea", "C."),
    ]
    assert [one.option for one in choose(MULTIPLE, 0, 1).feedback] == [0, 1]
    assert choose(MULTIPLE, 0, 1).key_text == "- a\n- b"


@given(st.lists(st.booleans(), min_size=1, max_size=5), st.data())
def test_only_the_exact_choice_is_right_and_has_full_credit(correct: list[bool], data: st.DataObject) -> None:
    question = replace(MULTIPLE, options=tuple(Option(str(i), right) for i, right in enumerate(correct)))
    chosen = frozenset(data.draw(st.sets(st.integers(0, len(correct) - 1))))
    verdict = give(question, ChoiceAnswer(chosen))
    exact = chosen == {i for i, right in enumerate(correct) if right}
    assert 0.0 <= verdict.credit <= 1.0
    assert verdict.right is exact
    assert (verdict.credit == 1.0) is exact


@pytest.mark.parametrize("count", [1, 2, 3])
def test_picking_everything_earns_nothing(count: int) -> None:
    question = replace(MULTIPLE, options=tuple(Option(str(i), i < count) for i in range(4)))
    assert choose(question, 0, 1, 2, 3).credit == 0.0


# -- numbers


@pytest.mark.parametrize("text", ["0.125", "0,125", "1/8", "1.25e-1", "0.126", "0.124", "1.25·10⁻¹"])
def test_the_key_is_right_in_every_spelling(text: str) -> None:
    verdict = type_in(text)
    assert (verdict.credit, verdict.right, verdict.feedback) == (1.0, True, ())
    assert verdict.key_text == "0.125 bits"


def test_a_diagnosed_number_tells_its_idea() -> None:
    verdict = type_in("0.25")
    assert (verdict.credit, verdict.right) == (0.0, False)
    (said,) = verdict.feedback
    assert (said.text, said.misconception) == ("You took a half, 0.25.", "half")


def test_the_nearest_of_two_diagnosed_numbers_counts() -> None:
    assert type_in("0.24975").feedback[0].misconception == "nearly-half"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-0.125", "the sign is not"),
        ("1.25", "off by 1 place: the number is 10 times too large"),
        ("0.00125", "off by 2 places: the number is 100 times too small"),
        ("-12.5", "the sign is not, and the point is off by 2 places"),
        ("8", "one divided by"),
        ("0.128", "Close"),
        ("0", "not 0"),
        ("0.2", "The number is too large."),
        ("0.05", "The number is too small."),
        ("-0.4", "neither is the size"),
    ],
)
def test_another_wrong_number_is_told_how_it_differs(text: str, words: str) -> None:
    verdict = type_in(text)
    assert not verdict.right
    (said,) = verdict.feedback
    assert words in said.text
    assert said.misconception is None
    assert "0.125" not in said.text


@pytest.mark.parametrize(
    ("key", "tolerance", "typed", "words"),
    [
        (32.0, 0.4, "31", "Close, but not the right number."),
        (32.0, 0.4, "17.5", "The number is too small."),
        (32.0, 0.4, "-20", "The sign is not right, and neither is the size."),
        (-2.0, 0.02, "-3", "The sign is right, but the number is too far from 0."),
        (-2.0, 0.02, "-1.2", "The sign is right, but the number is too close to 0."),
    ],
)
def test_a_sign_is_spoken_of_only_where_it_could_be_wrong(
    key: float, tolerance: float, typed: str, words: str
) -> None:
    question = replace(
        NUMERIC,
        parameters=(Parameter("k", (key,)),),
        answer=NumericAnswer("k", absolute=tolerance),
        diagnose=(),
    )
    (said,) = type_in(typed, question).feedback
    assert said.text == words


def test_what_is_no_number_is_no_attempt() -> None:
    with pytest.raises(NumberError):
        type_in("an eighth")


@given(st.floats(min_value=-1e6, max_value=1e6).filter(lambda key: abs(key) > 1e-6), st.floats(-1e7, 1e7))
def test_right_means_within_the_tolerance(key: float, typed: float) -> None:
    question = replace(
        NUMERIC,
        parameters=(Parameter("k", (key,)),),
        answer=NumericAnswer("k", relative=0.02),
        diagnose=(),
    )
    assert type_in(repr(key), question).right
    distance = abs(typed - key) / (0.02 * abs(key))
    if not math.isclose(distance, 1.0, rel_tol=1e-6):
        assert type_in(repr(typed), question).right is (distance < 1.0)


@given(
    st.floats(min_value=1e-12, max_value=1e12).flatmap(lambda x: st.sampled_from([x, -x])), st.integers(1, 6)
)
def test_the_key_rounded_as_asked_is_accepted(key: float, digits: int) -> None:
    answer = NumericAnswer("k", digits=digits)
    assert accepts(answer, key, float(f"{key:.{digits - 1}e}"))
    assert not accepts(answer, key, key * (1 + 10.0 ** (1 - digits)))


def test_tolerances_of_each_kind() -> None:
    assert accepts(NumericAnswer("k", absolute=0.5), 10, 10.5)
    assert not accepts(NumericAnswer("k", absolute=0.5), 10, 10.51)
    assert accepts(NumericAnswer("k", relative=0.1), -10, -11)
    assert not accepts(NumericAnswer("k", relative=0.1), -10, 11)
    assert accepts(NumericAnswer("k"), 10, 10.1)
    assert not accepts(NumericAnswer("k"), 10, 10.2)


@given(st.floats(min_value=1e-9, max_value=1e9), st.sampled_from([0.001, 0.01, 0.05]))
def test_the_key_as_shown_would_be_right(key: float, relative: float) -> None:
    question = replace(
        NUMERIC,
        parameters=(Parameter("k", (key,)),),
        answer=NumericAnswer("k", relative=relative),
        diagnose=(),
    )
    variant = draw(question, 1)
    assert grade(variant, NumberAnswer(key_text(variant))).right


# -- settings


@pytest.fixture(scope="module")
def hold() -> Variant:
    return draw(HOLD, 1)


@pytest.mark.parametrize("values", HOLD.goal.passes if HOLD.goal else ())
def test_settings_that_reach_the_goal_are_right(hold: Variant, values: tuple[float, ...]) -> None:
    verdict = grade(hold, SettingsAnswer(values))
    assert (verdict.credit, verdict.right, verdict.feedback) == (1.0, True, ())


@pytest.mark.parametrize("values", (HOLD.goal.start, *HOLD.goal.fails) if HOLD.goal else ())
def test_settings_that_miss_the_goal_are_told_why(hold: Variant, values: tuple[float, ...]) -> None:
    verdict = grade(hold, SettingsAnswer(values))
    assert (verdict.credit, verdict.right) == (0.0, False)
    assert verdict.feedback
    assert all("beforehand" not in said.text for said in verdict.feedback)


def test_hints_are_computed_in_the_run_with_these_settings(hold: Variant) -> None:
    verdict = grade(hold, SettingsAnswer((1.0, -3.0)))
    assert [said.text for said in verdict.feedback] == ["Fifty factors give 0.00."]
    assert [said.text for said in grade(hold, SettingsAnswer((6.5, -8.0))).feedback] == ["The cue decides."]
    assert [said.text for said in grade(hold, SettingsAnswer((6.5, -14.0))).feedback] == [
        "With these settings the goal is not met."
    ]


def test_a_way_to_the_goal_is_told(hold: Variant) -> None:
    assert (
        key_text(hold)
        == "For example forget bias of unit 1\u00a0=\u00a06.2 and weight of the cue\u00a0=\u00a0−10."
    )


def test_settings_leave_the_variant_as_it_was(hold: Variant) -> None:
    before = hold.runs[0].at("c", 50, 1)
    changed = with_settings(hold, (6.5, -10.0))
    assert changed != hold.experiment
    assert hold.runs[0].at("c", 50, 1) == before


@pytest.mark.parametrize("values", [(), (1.0,), (1.0, 2.0, 3.0), (11.0, 0.0), (0.0, -20.1), (math.nan, 0.0)])
def test_settings_that_cannot_be_made_are_refused(hold: Variant, values: tuple[float, ...]) -> None:
    with pytest.raises(AnswerError):
        grade(hold, SettingsAnswer(values))


def test_numbers_that_leave_the_range_miss_the_goal() -> None:
    network = NetworkSpec(cell="rnn", hidden=1, activation="identity", weights=(("weight_ih_l0", ((1.0,),)),))
    question = replace(
        HOLD,
        experiment=ExperimentSpec(
            lanes=(LaneSpec("rnn", network),), input=InputSpec(kind="impulse", at=1, value=1.0, length=900)
        ),
        controls=(Control("weight.hh[1, 1]", 0.0, 9.0, 0.1, when="answer"),),
        goal=Goal((1.0,), "h[T, 1] > 2"),
        hints=(),
    )
    verdict = give(question, SettingsAnswer((9.0,)))
    assert not verdict.right
    assert "left the range at t = " in verdict.feedback[0].text
    assert verdict.key_text == "Settings for which `h[T, 1] > 2` holds."


# -- answers


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (SINGLE, NumberAnswer("1")),
        (NUMERIC, ChoiceAnswer(frozenset({0}))),
        (HOLD, NumberAnswer("1")),
        (MULTIPLE, SettingsAnswer((1.0,))),
    ],
)
def test_an_answer_of_another_kind_is_refused(question: Question, answer: Answer) -> None:
    with pytest.raises(AnswerError, match="not answered this way"):
        give(question, answer)


ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.frozensets(st.integers(0, 20)).map(ChoiceAnswer),
    st.text().map(NumberAnswer),
    st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(
        lambda values: SettingsAnswer(tuple(values))
    ),
)


@given(ANSWERS)
def test_answers_come_back_from_json(answer: Answer) -> None:
    assert answer_from_data(json.loads(json.dumps(answer_to_data(answer)))) == answer


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"kind": "choice"},
        {"kind": "choice", "options": [0.5]},
        {"kind": "choice", "options": [True]},
        {"kind": "choice", "options": [-1]},
        {"kind": "number", "text": 3},
        {"kind": "settings", "values": ["1"]},
        {"kind": "settings", "values": [math.nan]},
        {"kind": "guess", "text": "1"},
    ],
)
def test_other_data_is_no_answer(data: object) -> None:
    with pytest.raises(AnswerError):
        answer_from_data(data)


# -- computed by a wrong model

CHAIN = replace(
    SINGLE,
    id="chain",
    kind="numeric",
    options=(),
    parameters=(Parameter("w", (0.5, -0.8)),),
    experiment=ExperimentSpec(
        (LaneSpec("rnn", NetworkSpec("rnn", hidden=1, weights=(("weight_hh_l0", (("w",),)),))),),
        InputSpec("values", values=((1.0,), (0.0,), (0.0,))),
    ),
    answer=NumericAnswer("jacobian(h, 3, 1)", relative=0.01),
    diagnose=(
        Diagnosis(
            'wrong("no-activation-slope", jacobian(h, 3, 1))',
            "forgot-activation-slope",
            'Without slopes it is <<wrong("no-activation-slope", jacobian(h, 3, 1)) | .2f>>.',
        ),
    ),
)


@pytest.mark.parametrize(("seed", "typed"), [(seed, number) for seed in range(6) for number in (0.25, 0.64)])
def test_a_wrong_models_number_is_met_by_its_feedback(seed: int, typed: float) -> None:
    variant = draw(CHAIN, seed)
    w = dict(variant.draws)["w"]
    verdict = grade(variant, NumberAnswer(str(typed)))
    if w**2 != pytest.approx(typed):
        assert all(each.misconception is None for each in verdict.feedback)
        return
    (feedback,) = verdict.feedback
    assert (feedback.text, feedback.misconception) == (
        f"Without slopes it is {typed:.2f}.",
        "forgot-activation-slope",
    )
    assert not verdict.right
