"""A profile is one folder, and a damaged file gets a name that says so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import dated_name, profile

if TYPE_CHECKING:
    import pytest

NOW = datetime(2026, 1, 31, 17, 45)


def test_everything_of_a_profile_lies_in_its_folder(tmp_path: Path) -> None:
    chosen = profile(tmp_path / "ada")
    assert chosen.folder == tmp_path / "ada"
    assert chosen.database.parent == chosen.settings.parent == chosen.folder
    assert not chosen.folder.exists()


def test_without_a_folder_it_is_the_users_own(isolated_home: Path) -> None:
    assert profile().folder.is_relative_to(isolated_home)


def test_a_relative_folder_does_not_follow_later_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = profile(Path("here"))
    monkeypatch.chdir("/")
    assert chosen.folder == tmp_path / "here"


def test_a_tilde_is_the_home_folder(isolated_home: Path) -> None:
    assert profile(Path("~/rnn")).folder == isolated_home / "rnn"


def test_a_name_aside_keeps_the_ending_and_is_never_taken(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        names.append(dated_name(tmp_path / "log.sqlite", "damaged", NOW))
        names[-1].touch()
    assert [name.name for name in names] == [
        "log.damaged-20260131-174500.sqlite",
        "log.damaged-20260131-174500-2.sqlite",
        "log.damaged-20260131-174500-3.sqlite",
    ]
