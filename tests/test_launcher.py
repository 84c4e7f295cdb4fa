"""main.py and its answers to a computer that lacks something."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import system_check
from app.system_check import (
    ALWAYS_NEEDED,
    NEEDED_FOR_X11,
    SystemLibrary,
    install_line,
    missing_libraries,
    qt_platform,
)
from app.version import __version__

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = {"ID": "debian"}
MINT = {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}
FEDORA = {"ID": "fedora"}


def test_version_needs_neither_qt_nor_numpy(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['numpy'] = sys.modules['PySide6'] = None\n"
        "sys.argv = ['main.py', '--version']\n"
        f"import runpy; runpy.run_path({str(ROOT / 'main.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Unrolled {__version__}\n", "")


def test_missing_libraries_are_those_that_do_not_load() -> None:
    there = {library.file for library in ALWAYS_NEEDED} - {"libEGL.so.1"}
    missing = missing_libraries(ALWAYS_NEEDED, loads=there.__contains__)
    assert [library.debian for library in missing] == ["libegl1"]
    assert missing_libraries(ALWAYS_NEEDED, loads=lambda file: True) == ()


def test_no_library_can_be_loaded_that_does_not_exist() -> None:
    assert not system_check.can_load("libof-no-system.so.0")


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (DEBIAN, "sudo apt-get install libegl1 libxcb-cursor0"),
        (MINT, "sudo apt-get install libegl1 libxcb-cursor0"),
        (FEDORA, "sudo dnf install libglvnd-egl xcb-util-cursor"),
        (
            {},
            "sudo apt-get install libegl1 libxcb-cursor0"
            "    (on Fedora: sudo dnf install libglvnd-egl xcb-util-cursor)",
        ),
    ],
)
def test_the_line_to_type_fits_the_system(release: dict[str, str], expected: str) -> None:
    missing = [
        SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
        SystemLibrary("libEGL.so.1", "libegl1", "libglvnd-egl"),
    ]
    assert install_line(missing, release) == expected


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        ([], {}, None),
        ([], {"DISPLAY": ":0"}, "xcb"),
        ([], {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ([], {"QT_QPA_PLATFORM": "offscreen"}, "offscreen"),
        ([], {"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":0"}, "wayland"),
        (["--self-test"], {"DISPLAY": ":0"}, "offscreen"),
        (["--gallery=pictures"], {}, "offscreen"),
    ],
)
def test_the_platform_is_the_one_that_qt_will_take(
    arguments: list[str], environ: dict[str, str], expected: str | None
) -> None:
    assert qt_platform(arguments, environ) == expected


def test_a_missing_library_is_answered_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_check.platform, "freedesktop_os_release", lambda: DEBIAN)
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    answer = system_check.answer_to_import_error(error)
    assert answer == "Qt needs libEGL.so.1, which is not here. Install it: sudo apt-get install libegl1"


def test_a_library_that_nobody_knows_is_at_least_named() -> None:
    error = ImportError("libfoo.so.7: cannot open shared object file: No such file or directory")
    answer = system_check.answer_to_import_error(error)
    assert answer is not None
    assert "libfoo.so.7" in answer


def test_a_missing_package_is_answered_with_make_run() -> None:
    answer = system_check.answer_to_import_error(ModuleNotFoundError("No module named 'numpy'", name="numpy"))
    assert answer is not None
    assert "numpy" in answer
    assert "make run" in answer


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'app.pages.nowhere'", name="app.pages.nowhere"),
        ImportError("cannot import name 'x' from 'engine'"),
    ],
)
def test_faults_of_our_own_keep_their_traceback(error: ImportError) -> None:
    assert system_check.answer_to_import_error(error) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the libraries come with Qt")
def test_a_window_without_its_libraries_is_refused_before_qt_aborts(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks_x11 = {library.file for library in ALWAYS_NEEDED}
    monkeypatch.setattr(
        system_check, "missing_libraries", lambda needed: missing_libraries(needed, lacks_x11.__contains__)
    )
    monkeypatch.setattr(system_check.platform, "freedesktop_os_release", lambda: DEBIAN)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM")
    problem = system_check.problem_before_qt()
    assert problem is not None
    assert all(library.debian in problem for library in NEEDED_FOR_X11)
    assert system_check.problem_before_qt(["--self-test"]) is None


def test_an_installed_program_checks_banks(capsys: pytest.CaptureFixture[str]) -> None:
    from app import run

    bank = Path(__file__).parent / "data" / "banks" / "loop" / "loop.yaml"
    assert run.main(["--check", str(bank)]) == 0
    assert "4 questions, 0 errors" in capsys.readouterr().out
