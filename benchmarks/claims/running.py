"""Running claims seed by seed, in worker processes, and keeping what came out."""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from . import CLAIMS, claim

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from .model import Claim

__all__ = ["FIRST_SEED", "Job", "Result", "jobs", "load", "run", "run_all", "save"]


FIRST_SEED = 100
"""Seeds below it are for trials: settings and rules were settled on them."""


class Job(NamedTuple):
    """One seed of one claim."""

    name: str
    seed: int
    effort: float


class Result(NamedTuple):
    """What one seed gave, and the processor's seconds that it took."""

    name: str
    seed: int
    figures: dict[str, float]
    seconds: float


def jobs(claims: Sequence[Claim], seeds: int | None, effort: float) -> list[Job]:
    """List all seeds of all claims, the long ones first, so that no worker ends with them alone."""
    listed = sorted(claims, key=lambda one: -one.weight)
    return [
        Job(one.name, seed, effort)
        for one in listed
        for seed in range(FIRST_SEED, FIRST_SEED + (one.seeds if seeds is None else seeds))
    ]


def run(job: Job) -> Result:
    """Run one seed of one claim."""
    begin = time.process_time()
    figures = {name: float(value) for name, value in claim(job.name).measure(job.seed, job.effort).items()}
    return Result(job.name, job.seed, figures, time.process_time() - begin)


def run_all(work: Sequence[Job], workers: int) -> Generator[Result, None, None]:
    """Run jobs, in processes of their own if there is more than one worker, and give results as they come.

    When the caller stops, for whatever reason, the processes are ended and waited for.
    """
    if workers < 2:
        yield from map(run, work)
        return
    # Fresh processes, not forks: the same on every system, and nothing of the parent's state is shared.
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            yield from pool.imap_unordered(run, work)
        finally:
            pool.terminate()
            pool.join()


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.dont_write_bytecode = True


def save(path: Path, results: Sequence[Result]) -> None:
    """Keep results in a file; it is there whole or not at all."""
    rows = [result._asdict() for result in sorted(results, key=lambda r: (r.name, r.seed))]
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def load(path: Path) -> list[Result]:
    """Read results that were kept; those of claims that no longer exist are left out.

    Raises
    ------
    OSError, ValueError
        If there is no such file, or it is another one.
    """
    known = {one.name for one in CLAIMS}
    try:
        results = [Result(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except TypeError as error:
        raise ValueError(f"{path} does not hold results") from error
    return [result for result in results if result.name in known]
