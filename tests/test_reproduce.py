"""The reruns of published results: their machinery. What they find is for a run by hand, not for a test."""

from __future__ import annotations

import json
import math
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import reproduce
from benchmarks.claims import CLAIMS, claim
from benchmarks.claims.model import Figure, spread
from benchmarks.claims.report import document, report, table
from benchmarks.claims.running import Job, Result, jobs, load, run, run_all, save

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "benchmarks" / "reproduce.py"
PAGE = ROOT / "docs" / "science.md"
EFFORT = 0.004
NAMES = [one.name for one in CLAIMS]


def test_there_are_at_least_twelve_over_at_least_five_seeds() -> None:
    assert len(CLAIMS) == len(set(NAMES)) >= 12
    assert all(one.seeds >= 5 for one in CLAIMS)


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_gives_all_its_figures_and_a_verdict_and_is_pure(name: str) -> None:
    one = claim(name)
    result = run(Job(name, 0, EFFORT))
    assert result.figures.keys() == {figure.name for figure in one.figures}
    assert result.figures == run(Job(name, 0, EFFORT)).figures
    for figure in one.figures:
        value = result.figures[figure.name]
        assert math.isfinite(value) or (value == math.inf and figure.never), figure.what
    found = report(one, [result])
    assert found.verdict.word in ("yes", "in part", "no")
    assert found.verdict.why.endswith(".")
    assert "inf" not in table([found])


def test_another_seed_gives_other_figures() -> None:
    first, second = (run(Job("forget-bias", seed, EFFORT)).figures for seed in (0, 1))
    assert all(first[name] != second[name] for name in first)


def test_median_and_range_count_what_was_never_reached_as_the_largest() -> None:
    figure = Figure("f", "", form=",.0f", never="not in 500")
    assert figure.text(spread([300.0, 100.0, math.inf])) == "300 (100 to not in 500)"
    assert figure.text(spread([math.inf, 100.0, math.inf])) == "not in 500 (100 to not in 500)"
    assert figure.text(spread([math.inf, math.inf])) == "not in 500"
    assert spread([300.0, 100.0, math.inf]).tally() == "2 of 3"


def test_a_claim_that_does_not_hold_is_told_as_such() -> None:
    """The rule decides, not the wish: turned figures turn the verdict."""
    good = {"bias_0": 1e-14, "bias_1": 1e-6, "bias_3": 1e-2}
    bad = {"bias_0": 1e-2, "bias_1": 1e-6, "bias_3": 1e-14}
    for figures, word in ((good, "yes"), (bad, "no")):
        found = report(claim("forget-bias"), [Result("forget-bias", s, figures, 0.1) for s in range(5)])
        assert found.verdict.word == word
        assert f"| **{word}** |" in document([found], 1.0, "")


def test_long_claims_begin_first() -> None:
    work = jobs(CLAIMS, 2, 1.0)
    weights = [claim(job.name).weight for job in work]
    assert len(work) == 2 * len(CLAIMS)
    assert weights == sorted(weights, reverse=True)


def test_two_processes_give_what_one_gives() -> None:
    work = [Job("forget-bias", seed, EFFORT) for seed in range(3)]
    alone = {result.seed: result.figures for result in run_all(work, 1)}
    together = {result.seed: result.figures for result in run_all(work, 2)}
    assert together == alone
    assert multiprocessing.active_children() == []


def test_who_stops_in_the_midst_leaves_no_process_behind() -> None:
    running = run_all([Job("forget-bias", seed, EFFORT) for seed in range(50)], 2)
    next(running)
    assert len(multiprocessing.active_children()) == 2
    running.close()  # as an interrupt does
    assert multiprocessing.active_children() == []


def test_figures_are_kept_and_read_again(tmp_path: Path) -> None:
    kept = [Result("adding", 0, {"lstm_solved": math.inf}, 1.5), Result("irnn", 1, {"irnn": 0.7}, 0.1)]
    save(tmp_path / "figures.json", kept)
    assert load(tmp_path / "figures.json") == kept
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]
    (tmp_path / "other.json").write_text(json.dumps([{"a": 1}]), encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold results"):
        load(tmp_path / "other.json")


def test_the_script_runs_by_itself() -> None:
    words = [sys.executable, "-B", str(SCRIPT), "--quick", "--only", "bounds", "--only", "cliff"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "The error surface has a wall" in done.stdout
    assert "2 of 2" in done.stderr


@pytest.mark.parametrize("words", ["--quick", "--seeds 4", "--only irnn"])
def test_the_page_is_only_written_from_a_full_run(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        reproduce.main(["--write", *words.split()])
    assert "the page shows" in capsys.readouterr().err


def test_the_page_shows_every_claim_with_its_verdict() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for one in CLAIMS:
        section = page.split(f'<a id="{one.name}"></a>')
        assert len(section) == 2, one.name
        assert re.search(r"\*Reproduces:\* \*\*(yes|in part|no)\*\*", section[1].split("<a id=")[0])
        for figure in one.figures:
            assert "| {} |".format(figure.what.replace("|", r"\|")) in page
