"""Say in one line what this computer lacks, before Qt says it in many or aborts.

Qt is installed by pip, but on Linux it still wants some libraries of the system. A missing one shows itself
as an ImportError about an `.so` file, or, when the plugin for windows wants it, as an abort that Python
cannot catch. So the libraries are looked for first. Only the standard library is needed here:
`python -m app.system_check` works in an environment in which nothing is installed yet.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class SystemLibrary:
    """A shared library that Qt loads from the system.

    Attributes
    ----------
    file
        The name that the loader looks for.
    debian, fedora
        The package that has it, on Debian, Ubuntu and their kin and on Fedora and its kin.
    """

    file: str
    debian: str
    fedora: str


ALWAYS_NEEDED = (
    SystemLibrary("libGL.so.1", "libgl1", "libglvnd-glx"),
    SystemLibrary("libEGL.so.1", "libegl1", "libglvnd-egl"),
    SystemLibrary("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    SystemLibrary("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    SystemLibrary("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    SystemLibrary("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
)
"""What `import PySide6.QtWidgets` needs, with or without a screen."""

NEEDED_FOR_X11 = (
    SystemLibrary("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    SystemLibrary("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    SystemLibrary("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    SystemLibrary("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    SystemLibrary("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    SystemLibrary("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    SystemLibrary("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    SystemLibrary("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
"""What Qt's plugin for X11 windows needs besides."""


WITHOUT_WINDOWS = ("--check", "--self-test", "--gallery")
"""Arguments with which the program draws without a screen."""


def can_load(file: str) -> bool:
    """Tell whether the system's loader finds a shared library and everything that it needs itself."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def missing_libraries(
    libraries: Sequence[SystemLibrary], loads: Callable[[str], bool] = can_load
) -> tuple[SystemLibrary, ...]:
    """Return those of the libraries that this computer lacks."""
    return tuple(library for library in libraries if not loads(library.file))


def qt_platform(arguments: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Return the name of the platform plugin that Qt will use on Linux, or None when there is no screen.

    Parameters
    ----------
    arguments
        The program's arguments; with some of them it opens no window.
    environ
        The environment variables.
    """
    if any(argument.partition("=")[0] in WITHOUT_WINDOWS for argument in arguments):
        return "offscreen"
    if chosen := environ.get("QT_QPA_PLATFORM"):
        return chosen.split(";")[0].split(":")[0]
    if environ.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "xcb" if environ.get("DISPLAY") else None


def install_line(missing: Sequence[SystemLibrary], release: Mapping[str, str]) -> str:
    """Return the line to type that installs the missing libraries.

    Parameters
    ----------
    missing
        What is missing; at least one.
    release
        The contents of /etc/os-release: ID and ID_LIKE tell the family of the system.
    """
    family = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".lower().split()
    debian = "sudo apt-get install " + " ".join(sorted({library.debian for library in missing}))
    fedora = "sudo dnf install " + " ".join(sorted({library.fedora for library in missing}))
    if "debian" in family or "ubuntu" in family:
        return debian
    if "fedora" in family or "rhel" in family:
        return fedora
    return f"{debian}    (on Fedora: {fedora})"


def problem_before_qt(arguments: Sequence[str] = ()) -> str | None:
    """Return one line about what would keep Qt from starting here, or None.

    Parameters
    ----------
    arguments
        The program's arguments, in which Qt reads `-platform NAME`.
    """
    if not sys.platform.startswith("linux") or getattr(sys, "frozen", False):
        return None  # elsewhere, and in the installers, everything comes along
    name = qt_platform(arguments, os.environ)
    needed = ALWAYS_NEEDED + (NEEDED_FOR_X11 if name == "xcb" else ())
    if missing := missing_libraries(needed):
        return (
            f"Qt needs system libraries that are not here. Install them: {install_line(missing, _release())}"
        )
    if name is None:
        return "There is no screen to draw on: neither DISPLAY nor WAYLAND_DISPLAY is set."
    return None


def answer_to_import_error(error: ImportError) -> str | None:
    """Return one line that helps when Qt or a package could not be imported, or None when the fault is ours.

    Parameters
    ----------
    error
        What was raised while the application was imported.
    """
    reason = str(error)
    if isinstance(error, ModuleNotFoundError):
        if (error.name or "").split(".")[0] in ("app", "content", "engine"):
            return None
        return (
            f"The package {error.name} is not installed for {sys.executable}. "
            "In a checkout, `make run` makes an environment and installs it."
        )
    if "cannot open shared object file" not in reason:
        return None
    file = reason.split(":")[0].strip()
    known = [library for library in ALWAYS_NEEDED + NEEDED_FOR_X11 if library.file == file]
    if known:
        return f"Qt needs {file}, which is not here. Install it: {install_line(known, _release())}"
    return f"Qt needs {file}, a library of the system that is not here. Install the package that has it."


def _release() -> Mapping[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def main() -> int:
    """Check this computer, print what it lacks, and return 1 when that is something, else 0."""
    problem = problem_before_qt()
    if problem is None:
        return 0
    print(problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
