"""What lanes are called on the stage: one name, the same wherever it is read or heard."""

from __future__ import annotations

import pytest

import engine
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.hover import card_for
from app.stage.marks import HeatMap, Text
from app.stage.naming import lane_title
from app.stage.veil import OPEN
from app.stage.view import StageView


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
