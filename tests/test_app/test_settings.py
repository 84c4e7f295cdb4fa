"""Settings come back as they were saved, and nothing in their file can stop a start."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import SPEEDS, TEXT_SCALES, THEMES, Settings, SettingsError, load, save

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 31, 17, 45)

any_settings = st.builds(
    Settings,
    theme=st.sampled_from(THEMES),
    text_scale=st.floats(*TEXT_SCALES),
    reduced_motion=st.none() | st.booleans(),
    speed=st.floats(*SPEEDS),
    window=st.none()
    | st.tuples(
        st.integers(-5000, 5000), st.integers(-5000, 5000), st.integers(1, 9999), st.integers(1, 9999)
    ),
    window_state=st.text(),
    page=st.text(),
    # Any character: a path may hold bytes that are no text, which Python shows as surrogates.
    banks=st.lists(st.text(st.characters()), max_size=5).map(tuple),
)


@given(any_settings)
def test_what_is_saved_comes_back(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    path = tmp_path_factory.mktemp("profile") / "settings.json"
    save(path, settings)
    assert load(path, now=NOW).settings == settings
    assert [left.name for left in path.parent.iterdir()] == ["settings.json"]


def test_a_first_start_has_the_defaults_and_nothing_to_say(tmp_path: Path) -> None:
    loaded = load(tmp_path / "settings.json", now=NOW)
    assert loaded.settings == Settings()
    assert loaded.sentence == ""


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"theme": ' + b"[" * 100_000, b"\x00" * 500]
)
def test_a_damaged_file_gives_the_defaults_and_is_kept(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(damage)
    loaded = load(path, now=NOW)
    assert loaded.settings == Settings()
    assert loaded.kept is not None
    assert loaded.kept.read_bytes() == damage
    assert str(loaded.kept) in loaded.sentence
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("text_scale", 0),
        ("text_scale", "big"),
        ("text_scale", True),
        ("speed", 1e9),
        ("reduced_motion", "no"),
        ("window", [0, 0, 800]),
        ("window", [0, 0, 0, 600]),
        ("window", [0.5, 0, 800, 600]),
        ("window_state", 3),
        ("page", None),
        ("banks", "a.yaml"),
        ("banks", [1]),
    ],
)
def test_one_senseless_value_costs_only_itself(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "settings.json"
    sound = {"theme": "light", "page": "study", "speed": 2.0, "from_the_future": 1} | {name: value}
    path.write_text(json.dumps(sound), encoding="utf-8")
    loaded = load(path, now=NOW)
    expected = {"theme": "light", "page": "study", "speed": 2.0} | {name: getattr(Settings(), name)}
    assert loaded.settings == Settings(**expected)  # type: ignore[arg-type]  # the values are of many types
    assert loaded.kept is None


def test_every_value_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    unlike = Settings("dark", 1.5, True, 2.0, (1, 2, 3, 4), "AAAA", "explore", ("a.yaml",))
    assert all(getattr(unlike, field.name) != getattr(Settings(), field.name) for field in fields(Settings))
    save(path, unlike)
    assert load(path, now=NOW).settings == unlike


def test_a_save_that_fails_says_what_to_do_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    save(path, Settings(theme="light"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SettingsError) as caught:
        save(path, Settings(theme="dark"))
    assert "No space left" in caught.value.sentence
    assert "Make room" in caught.value.advice
    assert load(path, now=NOW).settings == Settings(theme="light")
    assert [left.name for left in tmp_path.iterdir()] == ["settings.json"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError):
        save(tmp_path / "file" / "settings.json", Settings())
