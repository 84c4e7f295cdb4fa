"""The page for authors names what the format and the engine have, and its examples can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import engine
from content.experiment_tables import EXPERIMENT, NETWORK
from content.expressions import parse
from content.functions import FUNCTIONS
from content.words import CELL_NODES
from engine.wrong_models import WRONG_MODELS

PAGE = (Path(__file__).parents[2] / "docs" / "bank-format.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str, head: str) -> list[list[str]]:
    """Return the cells of the table that begins with such a head."""
    lines = text[text.index(head) :].splitlines()[2:]
    table = lines[: next((n for n, line in enumerate(lines) if not line.startswith("|")), len(lines))]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def test_the_table_of_wrong_models_is_the_engines() -> None:
    expected = [
        [f"`{model.name}`", ", ".join(model.cells), model.where, model.meaning]
        for model in WRONG_MODELS.values()
    ]
    shown = rows(section("Wrong models"), "| Name | Cells | Where |")
    wanted = "\n".join(f"| {' | '.join(cells)} |" for cells in expected)
    assert shown == expected, f"the table must read:\n{wanted}"


def test_every_field_of_a_network_is_in_the_table() -> None:
    shown = rows(section("Experiments"), "| Field of a network |")
    named = {name for cells in shown for name in quoted(cells[0])}
    assert named == {field.name for field in NETWORK.fields}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("cell", engine.CELLS),
        ("activation", tuple(engine.ACTIVATIONS)),
        ("variant", tuple(name for name in engine.VARIANTS if name)),
        ("reset", engine.RESETS),
        ("merge", engine.MERGES),
        ("readout", engine.READOUTS),
        ("init", engine.INITS),
    ],
)
def test_every_word_of_a_field_is_named(field: str, words: tuple[str, ...]) -> None:
    shown = rows(section("Experiments"), "| Field of a network |")
    said = next(cells[1] for cells in shown if field in quoted(cells[0]))
    for word in words:
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", said), word


def test_every_loss_setting_and_field_of_an_experiment_is_named() -> None:
    said = section("Experiments")
    for kind in engine.LOSSES:
        assert re.search(rf"(?<![\w-]){kind}(?![\w-])", said), kind
    for setting in engine.SETTINGS:
        assert f"`{setting}`" in said, setting
    for field in EXPERIMENT.fields:
        assert field.name in said, field.name


def test_every_place_that_is_named_can_be_set() -> None:
    said = section("Experiments")
    said = said[said.index("- **Interventions**") :].split("\n\n")[0]
    places = [text for text in quoted(said) if "[" in text]
    assert len(places) > 10
    for place in places:
        assert str(engine.parse_target(place)) == place


def test_every_expression_that_is_shown_can_be_read() -> None:
    shown = rows(section("Parameters, expressions, computed texts"), "| Write |")
    examples = [text for cells in shown for text in quoted(cells[0])]
    assert len(examples) > 15
    for example in examples:
        parse(example)


def test_every_quantity_and_function_is_named() -> None:
    said = section("Parameters, expressions, computed texts")
    words = set(re.findall(r"[A-Za-z_]\w*", " ".join(quoted(said.replace("\n", " ")))))
    quantities = {name for name in engine.quantity_names() if "(" not in name}
    assert quantities <= words
    assert set(FUNCTIONS) <= words


def test_every_part_of_a_cell_is_named() -> None:
    said = section("Every question")
    said = said[said.index("Nodes of the drawn cell") :].split("\n\n")[0]
    words = set(" ".join(quoted(said.replace("\n", " "))).replace(",", " ").split())
    assert words == {*CELL_NODES, "step-1", "step-2"}
