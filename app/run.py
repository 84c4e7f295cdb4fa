"""The command line: what to open, and what to do instead of opening a window."""

from __future__ import annotations

import argparse
import gc
import os
from pathlib import Path

from app.version import __version__

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Run the program.

    Parameters
    ----------
    arguments : list of str
        What was typed after the program's name.

    Returns
    -------
    int
        Exit status: 0 when all went well.
    """
    asked = _parser().parse_args(arguments)
    if asked.check:
        from content.__main__ import main as check_banks

        return check_banks(["check", *map(str, asked.bank)])
    if asked.self_test or asked.gallery is not None:
        # Neither needs a screen, and neither may open windows on one.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if asked.self_test:
        from app.proof.self_test import run_self_test

        return run_self_test()
    if asked.gallery is not None:
        from app.proof.gallery import run_gallery

        return run_gallery(asked.gallery, only=asked.only)
    # What is made while starting stays: to look for what can be thrown away would find nothing. `run_window`
    # has it looked for again.
    gc.disable()
    from app import plain_qt  # noqa: F401  # before the others; it says why
    from app.program import run_window

    return run_window(asked.profile, tuple(asked.bank), study=asked.study)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unrolled",
        allow_abbrev=False,  # the launcher reads some arguments before this parser does
        description="A quiz and tutor for recurrent neural networks: on the left a question, on the right, "
        "live, the very network it is about.",
    )
    parser.add_argument("bank", nargs="*", type=Path, help="banks to open: YAML files, or folders of them")
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="DIR",
        help="keep what is learned in this folder instead of the usual one",
    )
    parser.add_argument("--study", action="store_true", help="begin with the first question at once")
    parser.add_argument(
        "--check",
        action="store_true",
        help="check the banks named, print every problem and whether the engine confirms the keys, and exit",
    )
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="try every part of the program without a window, print one line of figures, and exit",
    )
    parser.add_argument(
        "--gallery", type=Path, metavar="DIR", help="draw every page and view into PNG files in this folder"
    )
    parser.add_argument("--only", default="", metavar="WORD", help="with --gallery: only pictures so named")
    parser.add_argument("--version", action="version", version=f"Unrolled {__version__}")
    return parser
