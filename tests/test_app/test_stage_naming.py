"""What lanes are called on the stage: one name, the same wherever it is read or heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import engine
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.hover import card_for
from app.stage.marks import Dots, HeatMap, Text
from app.stage.naming import lane_title
from app.stage.veil import OPEN
from app.stage.view import StageView
from app.theme import DARK, LIGHT

if TYPE_CHECKING:
    from app.stage.marks import Mark
    from app.theme import Theme


def runs(*lanes: tuple[str, str]) -> tuple[engine.Run, ...]:
    made = tuple(engine.Lane(name, engine.Network(cell=cell, hidden=3, seed=1)) for name, cell in lanes)
    return engine.run(engine.Experiment(made, engine.Input.noise(5, 2, 1)))


@pytest.mark.parametrize(
    ("name", "cell", "title"),
    [
        ("rnn", "rnn", "tanh RNN"),
        ("lstm", "lstm", "LSTM"),
        ("LSTM", "lstm", "LSTM"),
        ("rnn", "lstm", "Rnn"),
        ("a", "rnn", "A"),
        ("linear", "rnn", "Linear"),
        ("forget bias 3", "lstm", "Forget bias 3"),
    ],
)
def test_a_lane_called_after_its_cell_is_called_after_its_network(name: str, cell: str, title: str) -> None:
    assert lane_title(runs((name, cell))[0]) == title


def test_the_activation_is_part_of_the_name() -> None:
    network = engine.Network(cell="rnn", hidden=2, activation="relu")
    experiment = engine.Experiment((engine.Lane("rnn", network),), engine.Input.noise(3, 2, 1))
    assert lane_title(engine.run(experiment)[0]) == "ReLU RNN"


def test_header_chips_chart_and_speech_agree(qtbot: object) -> None:
    stage = StageView()
    qtbot.addWidget(stage)  # type: ignore[attr-defined]  # a qtbot
    stage.resize(900, 760)
    stage.set_runs(runs(("rnn", "rnn"), ("b", "lstm")))
    for view in VIEWS:
        stage.set_view(view)
        texts = [mark.text for mark in stage.marks() if isinstance(mark, Text)]
        if view == "gradient":
            assert "tanh RNN vs B · 3 units" in texts
        assert {"tanh RNN", "B"} <= set(texts)
        assert not {"rnn", "b"} & set(texts)
        assert "tanh RNN" in stage.spoken_name()
        for mark in stage.marks():
            assert not mark.label.startswith(("rnn", "b,", "show b"))


def test_the_card_names_the_lane(qtbot: object) -> None:
    shown = runs(("rnn", "rnn"), ("b", "lstm"))
    stage = StageView()
    qtbot.addWidget(stage)  # type: ignore[attr-defined]  # a qtbot
    stage.set_runs(shown)
    drawn = next(mark for mark in stage.marks() if isinstance(mark, HeatMap) and mark.quantity == "h")
    card = card_for(drawn.part(0, 1), shown, OPEN, Cursor(2))
    assert card is not None
    assert card.place.startswith("tanh RNN · ")


def header(qtbot: object, shown: tuple[engine.Run, ...], wide: int, theme: Theme = LIGHT) -> tuple[Mark, ...]:
    stage = StageView()
    qtbot.addWidget(stage)  # type: ignore[attr-defined]  # a qtbot
    stage.set_theme(theme)
    stage.resize(wide, 760)
    stage.set_runs(shown)
    return tuple(mark for mark in stage.marks() if mark.rect[1] < 40.0)


def reading(words: str, **given: object) -> tuple[engine.Run, ...]:
    network = engine.Network(hidden=8, seed=1, **given)  # type: ignore[arg-type]  # fields by name
    tokens = engine.Input.tokens(tuple(words.split()))
    return engine.run(engine.Experiment((engine.Lane("lstm", network),), tokens))


@pytest.mark.parametrize("wide", [620, 700, 760, 808, 900, 1100])
@pytest.mark.parametrize("given", [{}, {"bidirectional": True}, {"cell": "gru", "reset": "before"}], ids=str)
def test_a_sentence_is_cut_between_words_and_its_quotation_ends(
    qtbot: object, wide: int, given: dict[str, object]
) -> None:
    words = "the hot dog was good but the bun was cold </s>"
    marks = header(qtbot, reading(words, **given), wide)
    tabs = min(mark.rect[0] for mark in marks if (mark.node or "").startswith("view:"))
    for mark in marks:
        if isinstance(mark, Text) and "“" in mark.text:
            quoted = mark.text.partition("“")[2]
            assert quoted.endswith("”")
            kept = quoted.removesuffix("”").removesuffix(" …")
            assert words == kept or words.startswith(kept + " ")
            assert mark.rect[0] + mark.rect[2] <= tabs
            break
    else:
        assert wide < 808


def test_where_the_whole_sentence_fits_it_is_whole(qtbot: object) -> None:
    words = "the hot dog was good but the bun was cold </s>"
    texts = [
        m.text for m in header(qtbot, reading(words, cell="gru", reset="before"), 808) if isinstance(m, Text)
    ]
    assert f"“{words}”" in texts


def test_the_title_says_that_a_network_reads_both_ways(qtbot: object) -> None:
    def title(**given: object) -> str:
        marks = header(qtbot, reading("a b c", **given), 900)
        return next(mark.text for mark in marks if isinstance(mark, Text) and "8 units" in mark.text)

    assert title(bidirectional=True) == "Bidirectional LSTM · 8 units"
    assert title() == "LSTM · 8 units"


def test_a_plain_network_has_states_where_others_have_gates(qtbot: object) -> None:
    shown = runs(("rnn", "rnn"), ("b", "lstm"))
    stage = StageView()
    qtbot.addWidget(stage)  # type: ignore[attr-defined]  # a qtbot
    stage.resize(900, 760)
    stage.set_runs(shown)
    for lane, there, absent in (("rnn", "States", "Gates"), ("b", "Gates", "States")):
        stage.set_cursor(Cursor(2, lane=lane))
        stage.set_view("gates")
        texts = {mark.text for mark in stage.marks() if isinstance(mark, Text)}
        assert there in texts
        assert absent not in texts
        assert f"{there} view" in stage.spoken_name()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_lane_is_told_by_a_dot_and_its_name_by_the_text_s_own_colour(qtbot: object, theme: Theme) -> None:
    marks = header(qtbot, runs(("rnn", "rnn"), ("b", "lstm")), 900, theme)
    names = {
        mark.text: mark.colour for mark in marks if isinstance(mark, Text) and mark.text in ("tanh RNN", "B")
    }
    assert names == {"tanh RNN": theme.text, "B": theme.dim}
    assert len({mark.fill for mark in marks if isinstance(mark, Dots)}) == 2
