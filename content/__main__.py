"""`python -m content`: check banks, and print the JSON Schema of the bank format."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str or None
        Without the program's name; those of the process if None.

    Returns
    -------
    int
        0 if nothing is wrong, 1 if a bank has errors.
    """
    parser = argparse.ArgumentParser(prog="python -m content", description="Question banks of Unrolled.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="check banks and compare their keys with the engine")
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a bank file or a folder of them")
    check.add_argument("--concepts", type=Path, help="another concept map")
    check.add_argument("--seconds", type=float, default=None, help="processor time for each question (1.5)")
    commands.add_parser("schema", help="print the JSON Schema of the bank format")
    options = parser.parse_args(arguments)
    if options.command == "schema":
        from .schema import schema_text

        sys.stdout.write(schema_text())
        return 0
    return _check(options.paths, options.concepts, options.seconds)


def _check(paths: Sequence[Path], concepts_file: Path | None, seconds: float | None) -> int:
    from . import concepts
    from .check import SECONDS_PER_QUESTION, check

    try:
        concept_map = concepts.load(file=concepts_file or concepts.CONCEPTS_FILE)
    except concepts.ConceptMapError as error:
        print(error)
        return 1
    report = check(
        paths, concept_map, time.process_time, SECONDS_PER_QUESTION if seconds is None else seconds
    )
    for problem in report.problems:
        print(problem)
    for key in report.keys:
        if key.verdict != "confirmed":
            print(f"{key.verdict}: {key.question}: {key.reason or 'see above'}")
        elif key.looked_at < key.total:
            print(f"note: {key.question}: {key.looked_at} of {key.total} draws were looked at")
        if key.asked < key.looked_at:
            print(f"note: {key.question}: {key.asked} of {key.looked_at} draws can be asked")
    counts = ", ".join(
        f"{len(report.with_verdict(word))} {word}" for word in ("confirmed", "contradicted", "undecided")
    )
    errors = sum(problem.severity == "error" for problem in report.problems)
    print(f"{report.files} files, {report.questions} questions, {errors} errors; keys: {counts}.")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
