"""The gallery draws what it says, at the sizes it says, and every name of its list."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from app.proof.gallery import run_gallery
from app.proof.ink import changed, ink, pixels
from app.proof.opened import opened
from app.proof.scenes import SCENES

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[2]


def test_some_pictures_have_their_sizes_and_ink(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--gallery", str(tmp_path / "new"), "--only", "home-fresh"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
    )
    assert done.returncode == 0, done.stderr
    taken = {path.name: QImage(str(path)) for path in (tmp_path / "new").iterdir()}
    assert f"{len(taken) - 2} pictures in" in done.stdout
    assert "2 pictures at factor 2 in" in done.stdout
    sizes = {name: (image.width(), image.height()) for name, image in taken.items()}
    for theme in ("dark", "light"):
        assert sizes[f"home-fresh_{theme}_1280x720.png"] == (1280, 720)
        assert sizes[f"home-fresh_{theme}_1440x900.png"] == (1440, 900)
        assert sizes[f"home-fresh_{theme}_1280x720_text140.png"] == (1280, 720)
        assert sizes[f"home-fresh_{theme}_1440x900@2.png"] == (2880, 1800)
    for name, image in taken.items():
        assert ink(pixels(image)) > 0.01, name
    plain, large, light = (
        pixels(taken[f"home-fresh_{rest}.png"])
        for rest in ("dark_1280x720", "dark_1280x720_text140", "light_1280x720")
    )
    assert changed(plain, large) > 0.01
    assert changed(plain, light) > 0.5


def test_a_word_that_no_picture_has_is_a_failure(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")  # no second process
    assert run_gallery(tmp_path, only="no such picture") == 1
    assert "0 pictures in" in capsys.readouterr().out


def test_every_moment_of_a_question_and_every_dialog_is_taken(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.proof import gallery

    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    monkeypatch.setattr(gallery, "_settings", lambda _factor: (gallery.Setting("dark", (1280, 720)),))
    for word in ("study-numeric", "dialog"):
        assert run_gallery(tmp_path, only=word) == 0
    wanted = {name for scene in SCENES for name in scene.names if "study-numeric" in name or "dialog" in name}
    assert len(wanted) == 10
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}_dark_1280x720.png" for name in wanted}
    answered = pixels(QImage(str(tmp_path / "study-numeric-answered_dark_1280x720.png")))
    asked = pixels(QImage(str(tmp_path / "study-numeric-before_dark_1280x720.png")))
    assert changed(asked, answered) > 0.01


def test_the_stage_is_shown_beside_the_question_that_is_about_it_or_alone(
    tmp_path: Path, qtbot: QtBot
) -> None:
    (scene,) = [scene for scene in SCENES if "stage-lanes-cell" in scene.names]
    taken = []
    with opened(tmp_path / "profile") as program:
        page = program.window.study_page
        for name, widget in scene.play(program, tmp_path):
            taken.append(name)
            assert (page.stage.card() is not None) is name.endswith(("-hover", "-focus")), name
            runs = page.stage.runs()
            if not name.startswith(("stage-lstm", "stage-rnn", "stage-lanes")):
                assert widget is page.panel
                assert not page.controls.isVisible()
            else:
                assert widget is program.window
                assert runs == program.study.playground.runs
                cells = {"stage-lstm": ["lstm"], "stage-rnn": ["rnn"], "stage-lanes": ["rnn", "lstm"]}
                assert [run.cell for run in runs] == cells["-".join(name.split("-")[:2])]
    assert sorted(taken) == sorted(scene.names)


def test_names_of_pictures_are_told_apart() -> None:
    names = [name for scene in SCENES for name in scene.names]
    assert len(names) == len(set(names))
    assert {name.split("-")[0] for name in names} == {"home", "study", "stage", "dialog", "message"}
