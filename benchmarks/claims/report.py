"""The table of all claims, for the terminal and for docs/science.md."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .model import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Claim, Figures, Verdict
    from .running import Result

__all__ = ["Report", "document", "report", "table"]


@dataclass(frozen=True)
class Report:
    """A claim and what came of it."""

    claim: Claim
    figures: Figures
    verdict: Verdict
    seeds: int
    seconds: float


def report(claim: Claim, results: Sequence[Result]) -> Report:
    """Gather the results of one claim's seeds."""
    mine = sorted((result for result in results if result.name == claim.name), key=lambda r: r.seed)
    figures = {
        figure.name: spread([result.figures[figure.name] for result in mine]) for figure in claim.figures
    }
    return Report(claim, figures, claim.judge(figures), len(mine), sum(result.seconds for result in mine))


def table(reports: Sequence[Report]) -> str:
    """Lay the reports out for a terminal of 110 columns."""
    lines = []
    for one in reports:
        claim = one.claim
        lines += [claim.title, f"  {claim.source}; {one.seeds} seeds, {one.seconds:.0f} s"]
        lines += textwrap.wrap(claim.setting, 106, initial_indent="  ", subsequent_indent="  ")
        for figure in claim.figures:
            ours = figure.text(one.figures[figure.name])
            said = f"   [{figure.published}]" if figure.published else ""
            lines.append(f"    {figure.what:<58} {ours}{said}")
        verdict = f"{one.verdict.word.upper()}: {one.verdict.why}"
        lines += [*textwrap.wrap(verdict, 106, initial_indent="  ", subsequent_indent="  "), ""]
    return "\n".join(lines)


def document(reports: Sequence[Report], seconds: float, note: str) -> str:
    """Write docs/science.md.

    Parameters
    ----------
    reports : sequence of Report
        In the order in which they shall stand.
    seconds : float
        Of the processor, in all.
    note : str
        A sentence about the machine and the run.
    """
    words = [one.verdict.word for one in reports]
    counts = ", ".join(
        f"{words.count(word)} {said}"
        for word, said in (("yes", "reproduce"), ("in part", "do so in part"), ("no", "do not"))
    )
    parts = [
        INTRODUCTION.format(count=len(reports), counts=counts, minutes=seconds / 120.0, note=note),
        "| Result | Source | Our setting | Measured | Published | Ours: median (range) | Seeds | Reproduces "
        "| Seconds |",
        "|---|---|---|---|---|---|---|---|---|",
        *(line for one in reports for line in _rows(one)),
        "",
        "## Each result",
        "",
        *(_section(one) for one in reports),
        CLOSE,
    ]
    return "\n".join(parts)


def _rows(one: Report) -> list[str]:
    rows = []
    for k, figure in enumerate(one.claim.figures):
        first = k == 0
        cells = (
            f"[{one.claim.title}](#{one.claim.name})" if first else "",
            one.claim.source if first else "",
            one.claim.setting if first else "",
            figure.what,
            figure.published,
            figure.text(one.figures[figure.name]),
            str(one.seeds) if first else "",
            f"**{one.verdict.word}**" if first else "",
            f"{one.seconds:.0f}" if first else "",
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows


def _section(one: Report) -> str:
    claim = one.claim
    return (
        f'<a id="{claim.name}"></a>\n\n### {claim.title}\n\n'
        f"*Claimed* ({claim.source}). {claim.claimed}\n\n*Here.* {claim.scaled}\n\n"
        f"*Came out.* {one.verdict.why}\n\n*Reproduces:* **{one.verdict.word}**. "
        f"Again: `python benchmarks/reproduce.py --only {claim.name}`\n"
    )


INTRODUCTION = """# Results of others, run again

Papers about recurrent networks are full of figures that are passed on from text to text. Here are {count} of
their results, rerun with the engine of this program, each small enough for a laptop, each over several seeds:
{counts}. What does not reproduce stands in the table like everything else.

This page is written by the run itself: `python benchmarks/reproduce.py --write`. On two idle cores it takes
about {minutes:.0f} minutes (the processor's seconds below, halved).
{note}

How to read it:

- **Ours** is the median over the seeds and, in brackets, the range from the least to the largest. Where all
  seeds agree to the shown digits, one number stands alone. Five seeds show a tendency; they do not tell 1.00
  from 0.97.
- **Published** figures come from the source's own tables and text; where we could not read one there, none
  stands: a figure from memory is no figure. Theirs and ours are not on one scale where the task was
  made smaller, and are never put in one plot.
- **Reproduces** follows a rule that was fixed in the code before the run and is told with each result.
  “In part” is used where only a part of the claim was tried, or held.
- **Seconds** are the processor's, for all seeds together.
"""

CLOSE = """## What is not here

- The curves of Le, Jaitly and Hinton (2015) and the full Figure 7 of Pascanu, Mikolov and Bengio (2013)
  (lengths to 200, millions of updates) need hours.
- Language models of the size of Karpathy, Johnson and Fei-Fei (2015): only the gates' shape is looked at.
- A search for the best setting of each net. Settings and rules were settled in short trials and one whole
  run over seeds below 100; the seeds shown, from 100 on, were run once, afterwards. On the trial seeds
  four of the verdicts had been better (adding, the lag without noise, embedded Reber, saturation): a
  setting flatters the seeds on which it was found. Where a net fails here, another may still make it learn.
- The last digit. All weights are drawn by the engine's own streams: the same seed gives the same figures on
  the same NumPy and BLAS; elsewhere the last digits of a sum differ, and with them a long training.
"""
