"""The list of mutations fits the engine as it is, and a sample of them is noticed; the rest run by hand."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
QUICK = ("test_torch_agreement.py",)


def load() -> Any:
    """Import tests/mutations.py, which is a script."""
    spec = importlib.util.spec_from_file_location("mutations", ROOT / "tests" / "mutations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutations"] = module  # where its dataclasses look for their module
    spec.loader.exec_module(module)
    return module


mutations = load()


def test_there_are_enough() -> None:
    changes = {(m.file, m.old, m.new) for m in mutations.MUTATIONS}
    assert len(changes) == len(mutations.MUTATIONS) >= 20


@pytest.mark.parametrize("mutation", mutations.MUTATIONS, ids=lambda m: f"{m.file}-{m.words}")
def test_each_still_fits_the_engine(mutation: Any) -> None:
    text = (ROOT / "engine" / mutation.file).read_text(encoding="utf-8")
    changed = ast.dump(ast.parse(mutation.applied(text)))
    assert changed != ast.dump(ast.parse(text))


@pytest.mark.parametrize("words", ["the direct path is cut", "quick, wide: what is written is subtracted"])
def test_a_broken_engine_is_noticed(words: str) -> None:
    mutation = next(m for m in mutations.MUTATIONS if m.words == words)
    outcome = mutations.judge(mutation, QUICK)
    assert outcome.caught, outcome.words
    assert outcome.words.startswith("test_torch_agreement.py::")


def test_what_breaks_nothing_is_not_noticed() -> None:
    harmless = mutations.Mutation(
        "unroll.py", "h[t + 1] = o[t] * tanh_c[t]", "h[t + 1] = tanh_c[t] * o[t]", ""
    )
    outcome = mutations.judge(harmless, QUICK)
    assert not outcome.caught
    assert "NOT NOTICED" in outcome.words


def test_a_place_that_is_gone_is_said() -> None:
    gone = mutations.Mutation("unroll.py", "no such text", "", "")
    outcome = mutations.judge(gone, QUICK)
    assert not outcome.caught
    assert "there 0 times" in outcome.words
