"""The program tries itself: without a screen, on a profile of its own, in a few seconds."""

from __future__ import annotations

import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import qVersion

from app.program import SHIPPED_BANKS
from app.version import __version__

from .check_answers import answer_checks
from .check_parts import check_banks, check_fonts, check_formulas, check_numbers
from .check_stage import check_gates, check_hover, check_motion, check_spoken, check_veil, check_views
from .opened import application, opened
from .report import Context, Report, listening, run_checks

if TYPE_CHECKING:
    from .report import Check

__all__ = ["CHECKS", "run_self_test", "self_test"]

CHECKS: Final[tuple[Check, ...]] = (
    ("banks", check_banks),
    ("fonts", check_fonts),
    ("numbers", check_numbers),
    ("formulas", check_formulas),
    *answer_checks(),
    ("views", check_views),
    ("motion", check_motion),
    ("gates", check_gates),
    ("hover", check_hover),
    ("spoken", check_spoken),
    ("veil", check_veil),
)
"""Every check by its name, in the order in which they are run."""


def self_test(only: tuple[str, ...] = (), shipped: Path = SHIPPED_BANKS) -> Report:
    """Try the program, or some of its parts.

    Parameters
    ----------
    only : tuple of str
        Names of checks; empty for all.
    shipped : Path
        Folder of the banks that come with the program.

    Returns
    -------
    Report
        Its problems are empty if all is well.
    """
    report = Report()
    checks = tuple(check for check in CHECKS if not only or check[0] in only)
    with tempfile.TemporaryDirectory(prefix="unrolled-self-test-", ignore_cleanup_errors=True) as folder:
        try:
            with report.timed("all"):
                application()
                with report.timed("open"):
                    program_of_its_own = opened(Path(folder) / "profile", shipped=shipped)
                    with listening() as complaints:
                        program = program_of_its_own.__enter__()
                    report.problems.extend(f"open: {said}" for said in complaints)
                try:
                    run_checks(Context(program), checks, report)
                finally:
                    program_of_its_own.__exit__(None, None, None)
        except Exception as error:
            report.problems.append(f"the program did not open: {type(error).__name__}: {error}")
    return report


def run_self_test() -> int:
    """Try everything, print one line of figures, and say on the error stream what is off.

    Returns
    -------
    int
        0 if all is well, else 1.
    """
    report = self_test()
    versions = {
        "unrolled": __version__,
        "python": platform.python_version(),
        "qt": str(qVersion()),
        "numpy": np.__version__,
    }
    for problem in report.problems:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(report.line(versions) + "\n")
    return 1 if report.problems else 0
