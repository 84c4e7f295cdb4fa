"""Results of others, run again with the engine: a table of published figures and ours, with honest ranges.

Run ``python benchmarks/reproduce.py``; with ``--write`` it also writes docs/science.md. Every result is a
pure function of a seed (:mod:`benchmarks.claims`), and is run over at least five. Two processes with one
thread each do the work; Ctrl-C ends them and leaves nothing behind.

    python benchmarks/reproduce.py --list
    python benchmarks/reproduce.py --only clipping --only truncation --seeds 3
    python benchmarks/reproduce.py --save figures.json
    python benchmarks/reproduce.py --load figures.json --write

The last one writes the page anew and runs nothing; with ``--only`` it would run that one again and take the
rest from the file.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

# Before NumPy is loaded, here and in the workers: matrices are small, more threads would only wait.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"
ROOT = Path(__file__).resolve().parent.parent
if sys.path[0] == str(ROOT / "benchmarks"):
    sys.path[0] = str(ROOT)  # else benchmarks/engine.py would be what `import engine` finds

from benchmarks.claims import CLAIMS, claim  # noqa: E402 - the threads and the path come first
from benchmarks.claims.report import document, report, table  # noqa: E402
from benchmarks.claims.running import jobs, load, run_all, save  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.claims.running import Job, Result

PAGE = ROOT / "docs" / "science.md"
QUICK = 0.004  # of the updates: a few of each training, enough to see that nothing breaks


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    names = [one.name for one in CLAIMS]
    parser = argparse.ArgumentParser(description="Run published results again.")
    parser.add_argument("--only", action="append", metavar="NAME", choices=names, help="may be repeated")
    parser.add_argument("--seeds", type=int, metavar="N", help="instead of 5 (40 where it is cheap)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (2)")
    parser.add_argument(
        "--quick", action="store_true", help="try the machinery: one seed, figures mean nothing"
    )
    parser.add_argument("--list", action="store_true", help="list the results and stop")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep all figures as JSON")
    parser.add_argument("--load", type=Path, metavar="FILE", help="take from there what is not run")
    parser.add_argument("--write", action="store_true", help="write docs/science.md")
    parser.add_argument("--note", default="", help="a sentence about machine and run, for the page")
    options = parser.parse_args(given)
    if options.seeds is not None and options.seeds < 1:
        parser.error("--seeds is at least 1")
    if options.workers < 1:
        parser.error("--workers is at least 1")
    if options.write and (options.quick or (options.seeds is not None and options.seeds < 5)):
        parser.error("the page shows full runs over five seeds or more")
    if options.write and options.only and options.load is None:
        parser.error("the page shows all results: leave --only out, or --load the others")
    return options


def run_with_progress(work: Sequence[Job], workers: int) -> list[Result]:
    """Run all jobs, a line on stderr for each."""
    results: list[Result] = []
    begin = time.monotonic()
    for done, result in enumerate(run_all(work, workers), start=1):
        results.append(result)
        wall = time.monotonic() - begin
        line = f"{done:4} of {len(work)}  {wall:5.0f} s  {result.name} {result.seed} ({result.seconds:.1f} s)"
        print(line, file=sys.stderr, flush=True)
    return results


def main(given: Sequence[str] | None = None) -> int:
    """Run what is asked for; give the exit code."""
    options = arguments(given)
    if options.list:
        for one in CLAIMS:
            print(f"{one.name:<18} {one.title} ({one.source})")
        return 0
    kept: list[Result] = []
    if options.load is not None:
        try:
            kept = load(options.load)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            return 2
    only = options.only or ([] if options.load is not None else [one.name for one in CLAIMS])
    work = jobs(
        [claim(name) for name in only],
        1 if options.quick and options.seeds is None else options.seeds,
        QUICK if options.quick else 1.0,
    )
    begin = time.monotonic()
    try:
        fresh = run_with_progress(work, min(options.workers, max(1, len(work))))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    results = [result for result in kept if result.name not in only] + fresh
    if options.save is not None:
        save(options.save, results)
    present = {result.name for result in results}
    reports = [report(one, results) for one in CLAIMS if one.name in present]
    seconds = sum(one.seconds for one in reports)
    print(table(reports))
    print(f"{seconds:.0f} s of the processor in all; this run took {time.monotonic() - begin:.0f} s.")
    if options.write:
        missing = [one.name for one in CLAIMS if one.name not in present]
        if missing:
            print(f"not written: {', '.join(missing)} is missing", file=sys.stderr)
            return 2
        PAGE.write_text(document(reports, seconds, options.note), encoding="utf-8")
        print(f"written: {PAGE.relative_to(ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
