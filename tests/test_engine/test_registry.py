"""The registry covers what runs have, and the arithmetic of every value comes out at the value."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import engine
from engine import CELLS, VARIANTS, Cell, Experiment, Input, Lane, Loss, Network, Run
from engine.quantities import heat_quantities, measures, quantities_of, quantity, quantity_names

NETWORKS: dict[str, dict[str, Any]] = {
    "rnn": {"cell": "rnn"},
    "gru": {"cell": "gru"},
    "gru, reset before": {"cell": "gru", "reset": "before"},
    "two layers both ways": {"cell": "gru", "layers": 2, "bidirectional": True},
    "stacked rnn": {"cell": "rnn", "layers": 2, "activation": "relu"},
    **{f"lstm {variant}".strip(): {"cell": "lstm", "variant": variant} for variant in VARIANTS},
}


def run_of(case: str) -> Run:
    network = Network(
        hidden=3, outputs=2, readout="sigmoid", embedding=2, seed=9, scale=2.0, **NETWORKS[case]
    )
    loss = Loss("binary-cross-entropy", (2, 4), ((1.0,),))
    (run,) = engine.run(Experiment((Lane("net", network),), Input.tokens(("a", "b", "a", "c")), loss))
    return run


def views(run: Run) -> list[Run]:
    return [
        run.on(layer, direction)
        for layer in range(1, run.network.layers + 1)
        for direction in run.network.directions
    ]


@pytest.mark.parametrize("case", NETWORKS)
def test_every_quantity_of_a_run_has_its_array_in_its_range(case: str) -> None:
    for run in views(run_of(case)):
        sizes = {"inputs": run.inputs, "embedding": 2, "outputs": 2, "one": 1, "units": 3}
        if run.layer == 1:
            sizes["inputs"] = 3
        for q in run.quantities():
            values = run.states(q.name)
            steps = run.last_step(q.name) - run.first_step(q.name) + 1
            assert values.shape == (steps, sizes[q.size]), q.name
            assert np.all(np.isfinite(values))
            assert not values.flags.writeable
            if q.scale == "unit":
                assert np.all((values >= 0) & (values <= 1)), q.name
            elif q.scale == "magnitude":
                assert np.all(values >= 0), q.name
            if q.bounded:
                assert np.max(np.abs(values)) <= 1.0, q.name


@pytest.mark.parametrize("case", NETWORKS)
def test_everything_but_the_loss_has_its_gradient(case: str) -> None:
    names = [q.name for q in run_of(case).quantities()]
    forward = [name for name in names if not name.startswith("grad(")]
    gradients = [name[5:-1] for name in names if name.startswith("grad(")]
    # p is y once more, and what a gate that is not there would answer to is not part of the network.
    assert gradients == [name for name in forward if name not in ("loss", "p")]


@pytest.mark.parametrize("case", NETWORKS)
def test_arithmetic_comes_out_at_the_value(case: str) -> None:
    for run in views(run_of(case)):
        for q in run.quantities():
            for t in range(run.first_step(q.name), run.last_step(q.name) + 1):
                worked = engine.arithmetic(run, q.name, t, 1)
                assert worked.value == run.at(q.name, t, 1)
                assert worked.formula == q.formula
                if worked.terms and not q.name.startswith("z_n"):
                    total = sum(value for _, value in worked.terms)
                    assert total == pytest.approx(worked.value, rel=1e-9, abs=1e-12), worked.plain
                assert worked.plain.endswith(engine.format_number(worked.value)), worked.plain


@pytest.mark.parametrize("case", NETWORKS)
def test_a_split_gradient_has_the_terms_of_its_formula(case: str) -> None:
    """The direct path is a term of its own, the others together are the rest; no other split is printed."""
    for run in views(run_of(case)):
        for name in ("grad(c)", "grad(h)"):
            if not run.has(name) or (name == "grad(h)" and run.cell == "lstm"):
                continue
            worked, parts = engine.arithmetic(run, name, 3, 1), run.paths(3, name[5])
            words = [word for word, _ in worked.terms]
            if run.cell == "rnn":
                assert len(words) == 2
                continue
            assert worked.formula.count(" + ") + 1 >= len(words)
            along = dict(worked.terms)[f"along {name[5]}"]
            assert along == parts[name[5]][0]
            assert len(words) == (2 if name == "grad(c)" else 3)
            assert worked.plain.count("(") == 1
            assert ", ".join(words[-1:]) in worked.plain


def test_a_sum_comes_out_as_it_is_printed() -> None:
    seen = 0
    for case in NETWORKS:
        for run in views(run_of(case)):
            for q in run.quantities():
                for t in range(max(1, run.first_step(q.name)), run.steps + 1):
                    worked = engine.arithmetic(run, q.name, t, 1)
                    sides = re.sub(r" \([^()]*[a-z][^()]*\)", "", worked.plain).split(" = ")
                    if len(sides) != 3 or not re.fullmatch(r"[−+. 0-9]+", sides[1]):
                        continue
                    if " + " not in sides[1] and " − " not in sides[1]:
                        continue
                    total = eval(sides[1].replace("−", "-"))  # digits and signs only
                    step = 10.0 ** -len(sides[2].partition(".")[2])
                    # The last digit may be off by one where the sum lies between two.
                    assert abs(total - float(sides[2].replace("−", "-"))) <= 0.75 * step, worked.plain
                    seen += 1
    assert seen > 50


def test_the_numbers_in_a_line_of_arithmetic_give_its_result() -> None:
    """Products and sums of the printed factors come out at the printed value, as far as their digits go."""
    seen = 0
    for case in NETWORKS:
        for run in views(run_of(case)):
            for q in run.quantities():
                line = engine.arithmetic(run, q.name, 3, 1).plain
                sides = re.sub(r" \([^()]*[a-z][^()]*\)", "", line).split(" = ")
                if len(sides) != 3 or re.search(r"[a-zσ⁻]", sides[1]):
                    continue
                text = sides[1].replace("−", "-").replace("·", "*")
                printed = float(sides[2].replace("−", "-")) if "·" not in sides[2] else None
                if printed is None or not re.fullmatch(r"[-+*(). 0-9]+", text):
                    continue
                assert eval(text) == pytest.approx(printed, rel=0.05, abs=0.02), line  # digits and signs only
                seen += 1
    assert seen > 100


def test_every_entry_is_written_out() -> None:
    for cell in [Cell(kind) for kind in CELLS] + [Cell("lstm", variant=v) for v in VARIANTS]:
        table = quantities_of(cell)
        assert len({q.name for q in table}) == len(table)
        for q in table:
            assert q.symbol
            assert q.label
            assert q.title
            assert q.meaning.endswith(".")
            assert q.formula
            assert q.formula.count("{") == q.formula.count("}")
            assert quantity(q.name, cell) is q
        assert {q.name for q in heat_quantities(cell)} <= {q.name for q in table}
    assert set(quantity_names()) >= {"f", "n", "q", "e", "p", "grad(z_r)"}


def test_formulas_follow_the_variant() -> None:
    assert quantity("f", Cell("lstm", variant="coupled")).formula == "f_t = 1 - i_t"
    assert "z_f" not in {q.name for q in quantities_of(Cell("lstm", variant="no-forget-gate"))}
    assert "w_{cf}" in quantity("z_f", Cell("lstm", variant="peepholes")).formula
    assert quantity("h", Cell("lstm", variant="no-output-activation")).formula == r"h_t = o_t \odot c_t"
    assert r"r_t \odot q_t" in quantity("n", Cell("gru")).formula
    assert r"r_t \odot h_{t-1}" in quantity("q", Cell("gru", reset="before")).formula
    with pytest.raises(KeyError):
        quantity("c", "gru")


def test_measures_are_described() -> None:
    for name, q in measures().items():
        assert q.name == name
        assert q.symbol
        assert q.formula
        assert q.meaning.endswith(".")
