"""What a start does not do, and the cache that comes with the program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import prebuild
from app.version import __version__
from app.widgets import TextStore, text_store
from content import concepts, library, loader
from content.variants import draw

ROOT = Path(__file__).resolve().parents[2]
LOOP = ROOT / "tests" / "data" / "banks" / "loop" / "loop.yaml"

# Needed to make what is then kept, for pages that are not shown yet, or for what only some learners do.
NOT_AT_ONCE = {
    "app.pages.help_dialog",
    "app.pages.home",
    "app.pages.preferences",
    "app.pages.trouble",
    "app.proof",
    "app.stage.plot",
    "content.check",
    "content.loader",
    "content.reader",
    "content.tables",
    "content.yaml_reader",
    "latex2mathml",
    "markdown_it",
    "mdit_py_plugins",
    "multiprocessing",
    "pyqtgraph",
    "yaml",
    "ziafont",
    "ziamath",
}

# Starts the program as `main.py` does; says what was there when the question had been painted, and ends.
START = """
import gc, json, sys
import builtins
plain = builtins.__import__
import main
from app import run
import app.plain_qt
from app import program
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not told:
            page = shown[0].window.study_page
            told["question"] = page.column.isVisible() and page.stage.isVisible()
            told["runs"] = len(shown[0].study.playground.runs)
            told["modules"] = sorted(sys.modules)
            told["plain import"] = builtins.__import__ is plain
            QTimer.singleShot(500, finish)
        return False

def finish():
    told["collects"] = gc.isenabled()
    print(json.dumps(told))
    QCoreApplication.quit()

told, shown, watch = {}, [], Watch()
true_show = program.Program.show

def show(self, *, study=False):
    shown.append(self)
    self.window.study_page.stage.installEventFilter(watch)
    true_show(self, study=study)

program.Program.show = show
sys.exit(main.main(["--profile", sys.argv[1], "--study"]))
"""


def start(profile: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", START, str(profile)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_second_start_imports_nothing_that_can_wait(tmp_path: Path) -> None:
    start(tmp_path)
    said = start(tmp_path)
    assert said["question"]
    assert said["runs"] > 0
    assert not NOT_AT_ONCE & set(said["modules"])
    assert said["plain import"], "Qt's import function reads the source of every module"
    assert said["collects"], "Python must look for what can be thrown away again"


def test_what_can_wait_is_there_to_be_imported() -> None:
    """A module that was renamed would never be imported, and the test above would hold for ever."""
    ours = {name.replace(".", "/") for name in NOT_AT_ONCE if name.startswith(("app.", "content."))}
    assert not [name for name in ours if not (ROOT / name).is_dir() and not (ROOT / f"{name}.py").is_file()]


# ------------------------------------------------------------------------------------------ prebuilt


@pytest.fixture(scope="module")
def prebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program") / "prebuilt"
    assert prebuild.build(folder, [LOOP]) > 0
    return folder


def refuse(*_arguments: object, **_named: object) -> None:
    raise AssertionError("made again")


def test_a_new_profile_finds_banks_and_texts_ready(
    prebuilt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = library.load([LOOP], concepts.load(), None, __version__)
    monkeypatch.setattr(loader, "read_bank", refuse)
    monkeypatch.setattr(concepts, "read", refuse)
    monkeypatch.setattr(text_store, "typeset", refuse)
    monkeypatch.setattr("app.widgets.blocks.parse", refuse)
    found = library.load(
        [LOOP], concepts.load(tmp_path, shipped_cache=prebuilt), tmp_path, __version__, prebuilt
    )
    assert found == plain
    store = TextStore(tmp_path, prebuilt)
    (bank,) = found.banks
    for question in bank.questions:
        for seed in range(5):
            variant = draw(question, seed)
            for text in (question.stem, question.explanation, *(option.why for option in question.options)):
                prebuild._make(store, variant.text(text))
    assert not list(tmp_path.iterdir()), "what the program has need not be kept twice"


def test_one_of_another_version_is_as_good_as_none(
    prebuilt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = concepts.load()
    read: list[Path] = []
    true_read = loader.read_bank
    monkeypatch.setattr(loader, "read_bank", lambda *given: read.append(given[1]) or true_read(*given))
    assert library.load([LOOP], known, None, "0.0.0-other", prebuilt).banks
    assert read == [LOOP]
    changed = tmp_path / LOOP.name
    changed.write_bytes(LOOP.read_bytes() + b"\n# changed\n")
    assert library.load([changed], known, None, __version__, prebuilt).banks
    assert read == [LOOP, changed]

    monkeypatch.setattr(text_store, "installed_version", lambda _package: "0.0.0-other")
    monkeypatch.setattr(text_store, "typeset", refuse)
    with pytest.raises(AssertionError, match="made again"):
        TextStore(None, prebuilt).formula("h_t")


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "folder", "gone"])
def test_a_damaged_one_is_as_good_as_none(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "prebuilt"
    prebuild.build(folder, [LOOP])
    files = sorted(folder.iterdir())
    assert {file.name for file in files} > {"formulas", "texts"}
    for file in files:
        data = bytearray(file.read_bytes())
        if damage == "cut":
            file.write_bytes(data[: len(data) // 2])
        elif damage == "flip":
            data[len(data) // 2] ^= 0xFF
            file.write_bytes(data)
        elif damage == "empty":
            file.write_bytes(b"")
        else:
            file.unlink()
            if damage == "folder":
                file.mkdir()
    known = concepts.load(None, shipped_cache=folder)
    assert known == concepts.load()
    assert library.load([LOOP], known, None, __version__, folder) == library.load(
        [LOOP], known, None, __version__
    )
    store = TextStore(None, folder)
    assert store.blocks("so $h_t$") == TextStore().blocks("so $h_t$")
    assert store.formula("h_t") is not None


def test_the_version_of_every_maker_is_known() -> None:
    makers = (*text_store._FORMULA_MAKERS, *text_store._TEXT_MAKERS)
    assert all(text_store.installed_version(package)[0].isdigit() for package in makers)


def test_building_anew_replaces_what_was_there(prebuilt: Path) -> None:
    before = {file.name: file.read_bytes() for file in prebuilt.iterdir()}
    (prebuilt / "left over").write_text("by an older version", encoding="utf-8")
    prebuild.build(prebuilt, [LOOP])
    assert {file.name: file.read_bytes() for file in prebuilt.iterdir()} == before
    assert [path.name for path in prebuilt.parent.iterdir()] == [prebuilt.name]
