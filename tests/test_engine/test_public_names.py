"""What the engine offers by name: it is there, described, and loaded no sooner than asked for."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", engine.__all__)
def test_every_name_is_there_and_described(name: str) -> None:
    found = getattr(engine, name)
    if inspect.isclass(found) or inspect.isfunction(found):
        assert (found.__doc__ or "").strip(), name
        assert not inspect.ismodule(found)


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such'"):
        _ = engine.no_such  # type: ignore[attr-defined]  # that is the point


def test_to_describe_an_experiment_loads_numpy_and_little_more() -> None:
    asked = "import sys, engine; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"numpy", "engine.experiment", "engine.targets"} <= loaded
    later = {
        "runs",
        "fast",
        "training",
        "tasks",
        "sweeps",
        "wrong_models",
        "weights",
        "generation",
        "seq2seq",
        "optimizers",
    }
    assert not {f"engine.{name}" for name in later} & loaded
    assert not {"safetensors", "torch", "scipy", "yaml", "PySide6"} & loaded
