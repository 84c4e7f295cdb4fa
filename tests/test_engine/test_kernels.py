"""One layer, one direction: every cell and variant against differences, readable steps and properties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backprop import backpropagate, factors, paths, step_contribution
from engine.cells import VARIANTS, Cell, gru_step, lstm_step, rnn_step, shapes
from engine.jacobians import direct_products, jacobians_back
from engine.trace import NOTHING_HELD, ForwardTrace, GradientTrace, Held, HeldValues
from engine.unroll import unroll

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Array = Any

CELLS = {
    **{f"rnn {name}": Cell("rnn", activation=name) for name in ("tanh", "relu", "sigmoid", "identity")},
    **{f"lstm {name}".strip(): Cell("lstm", variant=name) for name in VARIANTS},
    **{f"gru {name}": Cell("gru", reset=name) for name in ("after", "before")},
}
LSTMS = [name for name, cell in CELLS.items() if cell.kind == "lstm"]
EPSILON = 1e-5

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
any_seed = st.integers(0, 10**6)


@dataclass(frozen=True)
class Problem:
    """A cell with numbers, and a loss that weighs every hidden state and the last states once more."""

    cell: Cell
    p: dict[str, Array]
    x: Array
    h0: Array
    c0: Array
    above: Array
    end_h: Array
    end_c: Array
    held: Held = field(default_factory=lambda: NOTHING_HELD)
    mask: Array = None

    def forward(self) -> ForwardTrace:
        return unroll(self.cell, self.p, self.x, h0=self.h0, c0=self.c0, held=self.held, mask=self.mask)

    def backward(self, cuts: Sequence[int] = ()) -> GradientTrace:
        end_c = self.end_c if self.cell.kind == "lstm" else None
        return backpropagate(self.forward(), self.p, self.above, dh_end=self.end_h, dc_end=end_c, cuts=cuts)

    def loss(self) -> float:
        trace = self.forward()
        total = np.sum(trace.h[1:] * self.above) + np.sum(trace.h[-1] * self.end_h)
        return float(total if trace.c is None else total + np.sum(trace.c[-1] * self.end_c))

    def with_held(self, name: str, t: int, unit: int | None, value: float | Array) -> Problem:
        """Hold one more entry at step t (from 1); all units with None."""
        entry = self.held.get(name)
        shape = (len(self.x), self.h0.shape[1])
        mask = np.zeros(shape, dtype=bool) if entry is None else entry.mask.copy()
        values = np.zeros(shape) if entry is None else entry.values.copy()
        at = (t - 1, slice(None) if unit is None else unit)
        mask[at], values[at] = True, value
        return replace(self, held={**self.held, name: HeldValues(mask, values)})

    def of(self, sequences: Any, steps: Any = slice(None)) -> Problem:
        """The same for some sequences and steps."""
        chosen = {name: HeldValues(v.mask[steps], v.values[steps]) for name, v in self.held.items()}
        return replace(
            self,
            x=self.x[steps][:, sequences],
            above=self.above[steps][:, sequences],
            held=chosen,
            mask=None if self.mask is None else self.mask[steps][:, sequences],
            **{key: getattr(self, key)[sequences] for key in ("h0", "c0", "end_h", "end_c")},
        )


def problem(cell: Cell, seed: int = 1, *, steps: int = 5, batch: int = 2, units: int = 3) -> Problem:
    rng = np.random.default_rng(seed)
    p = {name: 0.8 * rng.normal(size=shape) for name, shape in shapes(cell, units, 2).items()}
    x, above = rng.normal(size=(steps, batch, 2)), rng.normal(size=(steps, batch, units))
    h0, c0, end_h, end_c = rng.normal(size=(4, batch, units))
    return Problem(cell, p, x, h0, c0, above, end_h, end_c)


def holdable(cell: Cell) -> tuple[str, ...]:
    return (*cell.values, "h", *("c" if cell.kind == "lstm" else ""))


def some_held(problem: Problem, seed: int = 2, share: float = 0.2) -> Problem:
    rng = np.random.default_rng(seed)
    shape = (len(problem.x), problem.h0.shape[1])
    held = {
        name: HeldValues(rng.random(shape) < share, rng.uniform(0.1, 0.9, size=shape))
        for name in holdable(problem.cell)
    }
    return replace(problem, held=held)


def some_padded(problem: Problem, seed: int = 3) -> Problem:
    mask = np.random.default_rng(seed).random(problem.x.shape[:2]) < 0.65
    return replace(problem, mask=mask)


SETTINGS: dict[str, Callable[[Problem], Problem]] = {
    "free": lambda problem: problem,
    "held": some_held,
    "padded": some_padded,
    "held and padded": lambda problem: some_padded(some_held(problem)),
}
any_setting = st.sampled_from(list(SETTINGS))


def differences(loss: Callable[[], float], array: Array) -> Array:
    """Central differences by each entry of an array that ``loss`` reads; the array is left as it was."""
    slopes = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        here = array[place]
        array[place] = here + EPSILON
        up = loss()
        array[place] = here - EPSILON
        slopes[place] = (up - loss()) / (2 * EPSILON)
        array[place] = here
    return slopes


def close_to(found: Array, expected: Array, tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def every_array(trace: ForwardTrace | GradientTrace) -> Iterable[tuple[str, Array]]:
    for name in ("x", "z", "h", "c", "tanh_c", "q", "above"):
        array = getattr(trace, name, None)
        if array is not None:
            yield name, array
    yield from trace.gates.items()


# ---------------------------------------------------------------------------------------------------- forward


def steps_one_by_one(problem: Problem, p_of: Callable[[int], dict[str, Array]]) -> list[Any]:
    """Run the readable steps; ``p_of`` gives the parameters of a step from 1."""
    h, c, found = problem.h0, problem.c0, []
    for t, x in enumerate(problem.x, start=1):
        step: Any
        if problem.cell.kind == "lstm":
            step = lstm_step(x, h, c, p_of(t), problem.cell)
            c = step.c
        else:
            step = {"rnn": rnn_step, "gru": gru_step}[problem.cell.kind](x, h, p_of(t), problem.cell)
        h = step.h
        found.append(step)
    return found


@every_cell
def test_unrolling_repeats_the_readable_step(cell: Cell) -> None:
    case = problem(cell, steps=7, batch=4)
    trace = case.forward()
    for row, step in enumerate(steps_one_by_one(case, lambda _: case.p)):
        close_to(trace.z[row], step.pre if cell.kind == "gru" else step.z)
        close_to(trace.h[row + 1], step.h)
        for gate in trace.gates:
            close_to(trace.gates[gate][row], getattr(step, gate))
        if trace.c is not None and trace.tanh_c is not None:
            close_to(trace.c[row + 1], step.c)
            close_to(trace.tanh_c[row], step.tanh_c)
        if trace.q is not None:
            close_to(trace.q[row], step.q)


@pytest.mark.parametrize("name", LSTMS)
def test_a_variant_is_what_its_name_says(name: str) -> None:
    trace = problem(CELLS[name]).forward()
    assert trace.c is not None
    assert trace.tanh_c is not None
    i, f, g, o = (trace.gates[gate] for gate in "ifgo")
    variant = CELLS[name].variant
    for gate, missing in (("i", "no-input-gate"), ("f", "no-forget-gate"), ("o", "no-output-gate")):
        assert bool(np.all(trace.gates[gate] == 1.0)) == (variant == missing)
    assert bool(np.all(f + i == 1.0)) == (variant == "coupled")
    assert bool(np.all(g == trace.block("g"))) == (variant == "no-input-activation")
    assert bool(np.all(trace.tanh_c == trace.c[1:])) == (variant == "no-output-activation")
    close_to(trace.c[1:], f * trace.c[:-1] + i * g)
    close_to(trace.h[1:], o * trace.tanh_c)


def test_peepholes_read_the_old_cell_state_but_the_output_gate_theone() -> None:
    case = problem(CELLS["lstm peepholes"])
    trace = case.forward()
    without = replace(case, cell=Cell("lstm"), p={k: v for k, v in case.p.items() if "_c" not in k})
    plain = without.forward()
    assert trace.c is not None
    first = {gate: trace.block(gate)[0] - plain.block(gate)[0] for gate in "ifgo"}
    close_to(first["i"], case.p["weight_ci"] * case.c0)
    close_to(first["f"], case.p["weight_cf"] * case.c0)
    close_to(first["g"], 0.0)
    close_to(first["o"], case.p["weight_co"] * trace.c[1])


@every_cell
def test_forced_values_are_obeyed_and_the_rest_follows(cell: Cell) -> None:
    case = some_held(problem(cell), share=0.4)
    trace, free = case.forward(), replace(case, held=NOTHING_HELD).forward()
    named = {**trace.gates, "h": trace.h[1:]}
    loose = {**free.gates, "h": free.h[1:]}
    if trace.c is not None and free.c is not None:
        named["c"], loose["c"] = trace.c[1:], free.c[1:]
    for name, entry in case.held.items():
        mask = np.broadcast_to(entry.mask[:, np.newaxis], named[name].shape)
        values = np.broadcast_to(entry.values[:, np.newaxis], named[name].shape)
        np.testing.assert_array_equal(named[name][mask], values[mask])
        if name not in cell.values or name in cell.gates:
            assert np.all(named[name][~mask] != values[~mask])


@every_cell
def test_forcing_values_to_what_they_are_anyway_changes_nothing(cell: Cell) -> None:
    case = problem(cell, batch=1)
    free = case.forward()
    for name in holdable(cell):
        values = getattr(free, name)[1:] if name in ("h", "c") else free.gates[name]
        both = case.with_held(name, 1, None, values[0, 0]).with_held(name, 3, None, values[2, 0])
        close_to(both.forward().h, free.h)


def test_a_held_input_gate_takes_the_coupled_forget_gate_along() -> None:
    case = problem(CELLS["lstm coupled"]).with_held("i", 2, 1, 0.25)
    assert np.all(case.forward().gates["f"][1, :, 1] == 0.75)
    apart = case.with_held("f", 2, 1, 0.5).forward()
    assert np.all(apart.gates["i"][1, :, 1] == 0.25)
    assert np.all(apart.gates["f"][1, :, 1] == 0.5)


# --------------------------------------------------------------------------------------------------- backward


@pytest.mark.parametrize("setting", ["free", "held and padded"])
@every_cell
def test_gradients_of_parameters_inputs_and_initial_states(cell: Cell, setting: str) -> None:
    case = SETTINGS[setting](problem(cell, steps=4, units=2))
    gradient = case.backward()
    assert set(gradient.weights) == set(case.p)
    for name, array in case.p.items():
        close_to(gradient.weights[name], differences(case.loss, array), 1e-8)
    close_to(gradient.x, differences(case.loss, case.x), 1e-8)
    close_to(gradient.h[0], differences(case.loss, case.h0), 1e-8)
    if gradient.c is not None:
        close_to(gradient.c[0], differences(case.loss, case.c0), 1e-8)


@pytest.mark.parametrize("setting", ["free", "held"])
@every_cell
def test_gradients_of_gates_and_states(cell: Cell, setting: str) -> None:
    case = SETTINGS[setting](problem(cell, batch=1))
    trace, gradient = case.forward(), case.backward()
    named = {**trace.gates, "h": trace.h[1:]}
    slopes = {**gradient.gates, "h": gradient.h[1:]}
    if trace.c is not None and gradient.c is not None:
        named["c"], slopes["c"] = trace.c[1:], gradient.c[1:]
    for name, values in named.items():
        for t in (1, 2, 5):
            for unit in range(3):
                here = float(values[t - 1, 0, unit])
                up, down = (case.with_held(name, t, unit, here + sign * EPSILON).loss() for sign in (1, -1))
                assert slopes[name][t - 1, 0, unit] == pytest.approx(
                    (up - down) / (2 * EPSILON), rel=1e-7, abs=1e-8
                ), f"{name} of unit {unit + 1} at step {t}"
    if gradient.tanh_c is not None and trace.tanh_c is not None:
        # h = o tanh c: either factor has its share, and the other one cancels from the product.
        close_to(gradient.tanh_c * trace.tanh_c, gradient.gates["o"] * trace.gates["o"])
        assert np.any(gradient.tanh_c != 0.0)


def test_a_held_forget_gate_of_the_coupled_cell_no_longer_follows_the_input_gate() -> None:
    case = problem(CELLS["lstm coupled"], batch=1).with_held("f", 3, None, 0.4)
    trace, gradient = case.forward(), case.backward()
    assert trace.c is not None
    assert gradient.c is not None
    close_to(gradient.gates["i"][2], gradient.c[3] * trace.gates["g"][2])
    close_to(gradient.gates["i"][3], gradient.c[4] * (trace.gates["g"][3] - trace.c[3]))
    close_to(gradient.weights["bias_ih"], differences(case.loss, case.p["bias_ih"]), 1e-8)


@pytest.mark.parametrize("setting", ["free", "held"])
@every_cell
def test_gradients_of_pre_activations(cell: Cell, setting: str) -> None:
    # With an input of its own for every step, the input matrix is a bias of its own for every step.
    case = SETTINGS[setting](problem(cell, batch=1))
    each = np.random.default_rng(4).normal(size=(case.p["weight_ih"].shape[0], 5))
    case = replace(case, x=np.eye(5)[:, np.newaxis], p={**case.p, "weight_ih": each})
    gradient = case.backward()
    close_to(gradient.z[:, 0].T, differences(case.loss, each), 1e-8)
    blocks = [gradient.block(gate) for gate in cell.gates]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=2), gradient.z)
    if gradient.q is not None:
        trace = case.forward()
        bias = step_contribution(trace, gradient, "bias_hh")[:, cell.rows("n", 3)]
        by_q = gradient.q if cell.reset == "after" else gradient.block("n")
        close_to(bias, by_q[:, 0])
        assert trace.q is not None
        by_r = gradient.block("n") * trace.q if cell.reset == "after" else gradient.q * trace.h[:-1]
        close_to(gradient.gates["r"], by_r)


@every_cell
def test_each_step_contributes_to_the_weights_what_its_own_copy_of_them_would(cell: Cell) -> None:
    case = replace(problem(cell, steps=4, units=2), end_c=np.zeros((2, 2)))
    trace, gradient = case.forward(), case.backward()
    for name in case.p:
        by_step = step_contribution(trace, gradient, name)
        close_to(by_step.sum(axis=0), gradient.weights[name])
        own = case.p[name].copy()

        def loss(name: str = name, own: Array = own) -> float:
            found = steps_one_by_one(case, lambda t: {**case.p, name: own} if t == 3 else case.p)
            weighed = sum(float(np.sum(step.h * w)) for step, w in zip(found, case.above, strict=True))
            return weighed + float(np.sum(found[-1].h * case.end_h))

        close_to(by_step[2], differences(loss, own), 1e-8)


@every_cell
@settings(max_examples=4)
@given(seed=any_seed, setting=any_setting, cuts=st.sets(st.integers(0, 5)))
def test_shares_sum_to_the_whole(cell: Cell, seed: int, setting: str, cuts: set[int]) -> None:
    case = SETTINGS[setting](problem(cell, seed, steps=6))
    trace, gradient = case.forward(), case.backward(tuple(cuts))
    for name in case.p:
        close_to(step_contribution(trace, gradient, name).sum(axis=0), gradient.weights[name])
    for state, split in paths(trace, case.p, gradient).items():
        close_to(sum(split.values()), getattr(gradient, state))
        for key, share in split.items():
            if key not in ("above", "end") and (key, state, bool(cell.peepholes)) != ("o", "c", True):
                assert not share[list(cuts)].any(), f"{key} came across a cut"


@every_cell
def test_a_path_is_what_is_lost_when_it_is_closed(cell: Cell) -> None:
    case = problem(cell, batch=1, units=4)
    trace, gradient = case.forward(), case.backward()
    split = paths(trace, case.p, gradient)
    k = factors(trace)
    for state, table in split.items():
        close_to(sum(table.values()), getattr(gradient, state))

    def lost(state: str, name: str, t: int) -> Array:
        """How dL/d state at t changes when ``name`` at step t + 1 is held at the value it has."""
        value = getattr(trace, name)[1:] if name in ("h", "c") else trace.gates[name]
        held = case.with_held(name, t + 1, None, value[t, 0]).backward()
        gone = getattr(gradient, state)[t] - getattr(held, state)[t]
        if state == "c" and cell.peepholes and t > 0:
            # What went on through the output gate's peephole of step t itself counts as that gate's share.
            gone = gone - (gradient.h[t] - held.h[t]) * k["h_o"][t - 1] * case.p["weight_co"]
        return gone

    for t in range(5):
        for state, table in split.items():
            if cell.kind == "rnn":
                close_to(table["z"][t], lost(state, "h", t))
            elif cell.kind == "gru":
                close_to(table["z"][t], lost(state, "z", t))
                close_to(table["r"][t], lost(state, "r", t))
                close_to(table["n"][t] + table["r"][t], lost(state, "n", t))
                close_to(sum(table[key][t] for key in "hrzn"), lost(state, "h", t))
            else:
                for gate in set(cell.gates) - ({"o"} if cell.peepholes else set()):
                    close_to(table[gate][t], lost(state, gate, t))
                through_c = sum(table[key][t] for key in "cifg" if key in table)
                if not cell.peepholes:
                    close_to(through_c, lost(state, "c", t))
    if trace.c is not None and gradient.c is not None:
        close_to(split["c"]["c"][:-1], gradient.c[1:] * trace.gates["f"])
        assert not split["c"]["above"][0].any()


# ------------------------------------------------------------------------------------- cuts, windows, padding


@every_cell
@settings(max_examples=4)
@given(seed=any_seed, setting=any_setting, cuts=st.sets(st.integers(0, 5)))
def test_a_cut_gradient_is_that_of_windows_whose_first_state_is_a_constant(
    cell: Cell, seed: int, setting: str, cuts: set[int]
) -> None:
    case = SETTINGS[setting](problem(cell, seed, steps=6))
    trace, gradient = case.forward(), case.backward(tuple(cuts))
    assert gradient.cuts == tuple(sorted(cuts))
    summed = {name: np.zeros_like(value) for name, value in case.p.items()}
    bounds = [0, *sorted(cuts - {0}), 6]
    for first, last in pairwise(bounds):
        window = case.of(slice(None), slice(first, last))
        window = replace(window, h0=trace.h[first], c0=case.c0 if trace.c is None else trace.c[first])
        if last < 6:
            window = replace(window, end_h=0.0 * window.end_h, end_c=0.0 * window.end_c)
        alone = window.backward()
        for name, value in alone.weights.items():
            summed[name] += value
        close_to(gradient.x[first:last], alone.x)
        close_to(gradient.h[first + 1 : last + 1], alone.h[1:])
        if gradient.c is not None and alone.c is not None:
            close_to(gradient.c[first + 1 : last + 1], alone.c[1:])
    for name, value in summed.items():
        close_to(gradient.weights[name], value)


@pytest.mark.parametrize("name", ["rnn tanh", "lstm", "lstm peepholes", "gru after", "gru before"])
def test_a_cut_gradient_is_the_derivative_with_that_state_frozen(name: str) -> None:
    case = problem(CELLS[name])
    trace, gradient = case.forward(), case.backward((3,))

    def frozen() -> float:
        end_c = 0.0 * case.end_c
        first = replace(case.of(slice(None), slice(0, 3)), end_h=end_c, end_c=end_c)
        c = case.c0 if trace.c is None else trace.c[3]
        return first.loss() + replace(case.of(slice(None), slice(3, 5)), h0=trace.h[3], c0=c).loss()

    for key, array in case.p.items():
        close_to(gradient.weights[key], differences(frozen, array), 1e-8)


@every_cell
def test_a_cut_before_the_first_step_only_spares_the_initial_state(cell: Cell) -> None:
    case = problem(cell)
    whole, cut = case.backward(), case.backward((0,))
    for name, value in whole.weights.items():
        np.testing.assert_array_equal(cut.weights[name], value)
    np.testing.assert_array_equal(cut.h[1:], whole.h[1:])
    assert not cut.h[0].any()
    assert whole.h[0].any()


@every_cell
@settings(max_examples=4)
@given(seed=any_seed, setting=any_setting, split=st.integers(1, 5))
def test_carrying_states_and_gradients_over_a_split_equals_one_run(
    cell: Cell, seed: int, setting: str, split: int
) -> None:
    case = SETTINGS[setting](problem(cell, seed, steps=6))
    trace, gradient = case.forward(), case.backward()
    early, late = case.of(slice(None), slice(0, split)), case.of(slice(None), slice(split, 6))
    middle = early.forward()
    late = replace(late, h0=middle.h[-1], c0=case.c0 if middle.c is None else middle.c[-1])
    close_to(late.forward().h, trace.h[split:])
    back = late.backward()
    early = replace(early, end_h=back.h[0], end_c=case.c0 if back.c is None else back.c[0])
    front = early.backward()
    for name, value in gradient.weights.items():
        close_to(front.weights[name] + back.weights[name], value)
    for (name, first), (_, second), (_, whole) in zip(
        every_array(front), every_array(back), every_array(gradient), strict=True
    ):
        state = name in ("h", "c", "above")
        close_to(first, whole[: split + state])
        close_to(second[state:], whole[split + state :])


@every_cell
@settings(max_examples=4)
@given(seed=any_seed, setting=any_setting, order=st.permutations(range(4)))
def test_the_order_of_the_batch_does_not_matter(
    cell: Cell, seed: int, setting: str, order: list[int]
) -> None:
    case = SETTINGS[setting](problem(cell, seed, batch=4))
    mixed = case.of(order)
    for trace, other in ((case.forward(), mixed.forward()), (case.backward(), mixed.backward())):
        for (_, array), (_, permuted) in zip(every_array(trace), every_array(other), strict=True):
            close_to(permuted, array[:, order])
    whole, permuted_whole = case.backward().weights, mixed.backward().weights
    alone = [case.of([b]).backward().weights for b in range(4)]
    for name, value in whole.items():
        close_to(permuted_whole[name], value)
        close_to(sum(weights[name] for weights in alone), value)


@every_cell
@settings(max_examples=4)
@given(seed=any_seed, held=st.booleans())
def test_padding_adds_nothing(cell: Cell, seed: int, held: bool) -> None:
    case = some_padded(problem(cell, seed, steps=7, batch=3), seed)
    # What the next layer or a loss says of a padded step is another matter; here it says nothing.
    case = replace(case, above=case.above * case.mask[:, :, np.newaxis])
    if held:
        case = some_held(case, seed)
    trace, gradient = case.forward(), case.backward()
    summed = {name: np.zeros_like(value) for name, value in case.p.items()}
    for b in range(3):
        real = np.flatnonzero(case.mask[:, b])
        short = replace(case, mask=None).of([b], real)
        ahead, back = short.forward(), short.backward()
        close_to(trace.h[1:][real, b], ahead.h[1:, 0])
        close_to(trace.h[-1, b], ahead.h[-1, 0])
        close_to(gradient.h[0, b], back.h[0, 0])
        close_to(gradient.x[real, b], back.x[:, 0])
        close_to(gradient.z[real, b], back.z[:, 0])
        if trace.c is not None and ahead.c is not None and gradient.c is not None and back.c is not None:
            close_to(trace.c[-1, b], ahead.c[-1, 0])
            close_to(gradient.c[0, b], back.c[0, 0])
            close_to(gradient.c[1:][real, b], back.c[1:, 0])
        for name, value in back.weights.items():
            summed[name] += value
    for name, value in gradient.weights.items():
        close_to(value, summed[name])
    assert not gradient.x[~case.mask].any()
    assert not gradient.z[~case.mask].any()
    assert not any(values[~case.mask].any() for values in gradient.gates.values())


@every_cell
def test_a_mask_without_padding_changes_nothing(cell: Cell) -> None:
    case = some_held(problem(cell))
    masked = replace(case, mask=np.ones((5, 2), dtype=bool))
    for plain, other in ((case.forward(), masked.forward()), (case.backward(), masked.backward())):
        for (_, array), (_, same) in zip(every_array(plain), every_array(other), strict=True):
            np.testing.assert_array_equal(array, same)


# -------------------------------------------------------------------------------------------------- Jacobians


@every_cell
@settings(max_examples=4)
@given(seed=any_seed, setting=any_setting, end=st.integers(0, 6))
def test_a_vector_times_the_jacobian_is_the_gradient_that_goes_back(
    cell: Cell, seed: int, setting: str, end: int
) -> None:
    case = SETTINGS[setting](problem(cell, seed, steps=6, batch=1))
    trace = case.forward()
    v = case.end_h
    states = ["h", "c"] if cell.kind == "lstm" else ["h"]
    short = case.of(slice(None), slice(0, end))
    short = replace(short, above=0.0 * short.above, end_h=0.0 * v, end_c=0.0 * v)
    for state in states:
        back = replace(short, **{f"end_{state}": v}).backward() if end else None
        found = dict(jacobians_back(trace, case.p, state, end))
        assert list(found) == list(range(end, -1, -1))
        np.testing.assert_array_equal(found[end], np.eye(3))
        for t, jacobian in found.items():
            if back is not None:
                close_to(v[0] @ jacobian, getattr(back, state)[t, 0])


def test_jacobians_of_the_plain_cell_are_products_of_one_step() -> None:
    case = problem(CELLS["rnn tanh"], batch=1)
    trace = case.forward()
    found = dict(jacobians_back(trace, case.p, "h", 5))
    one_step = [(1.0 - trace.h[t, 0] ** 2)[:, np.newaxis] * case.p["weight_hh"] for t in range(6)]
    close_to(found[4], one_step[5])
    close_to(found[2], one_step[5] @ one_step[4] @ one_step[3])


def test_the_direct_path_is_the_product_of_what_keeps_the_state() -> None:
    for name, gate in (("lstm", "f"), ("lstm coupled", "f"), ("gru after", "z"), ("gru before", "z")):
        trace = problem(CELLS[name], batch=1).forward()
        kept = trace.gates[gate][:, 0]
        found = direct_products(trace, 4)
        close_to(found[1], kept[1] * kept[2] * kept[3])
        assert np.all(found[4] == 1.0)
        assert found.shape == (5, 3)
    assert np.all(direct_products(problem(CELLS["lstm no-forget-gate"], batch=1).forward(), 5) == 1.0)
    stopped = problem(CELLS["lstm"], batch=1).with_held("c", 3, 1, 0.5)
    products = direct_products(stopped.forward(), 5)
    assert not products[:3, 1].any()
    assert products[:3, [0, 2]].all()
    assert products[3:, 1].all()
    skipped = replace(stopped, held=NOTHING_HELD, mask=np.array([[1], [1], [0], [1], [1]], dtype=bool))
    kept = skipped.forward().gates["f"][:, 0]
    close_to(direct_products(skipped.forward(), 5)[1], kept[1] * kept[3] * kept[4])


# ----------------------------------------------------------------------------------- precision, range, errors


@pytest.mark.parametrize("setting", SETTINGS)
@every_cell
def test_single_precision_stays_single_and_says_the_same(cell: Cell, setting: str) -> None:
    case = SETTINGS[setting](problem(cell))
    single = replace(case, x=case.x.astype(np.float32))
    for trace, other in ((case.forward(), single.forward()), (case.backward(), single.backward())):
        for (name, array), (_, rough) in zip(every_array(trace), every_array(other), strict=True):
            assert rough.dtype == np.float32, name
            np.testing.assert_allclose(rough, array, rtol=1e-3, atol=1e-4)
    for name, value in single.backward().weights.items():
        assert value.dtype == np.float32, name
    one = single.of([0])
    ahead = one.forward()
    assert all(m.dtype == np.float32 for _, m in jacobians_back(ahead, one.p, "h", 5))
    for split in paths(ahead, one.p, one.backward()).values():
        assert all(share.dtype == np.float32 for share in split.values())
    assert all(factor.dtype == np.float32 for factor in factors(ahead).values())


@every_cell
def test_huge_inputs_saturate_without_a_warning(cell: Cell) -> None:
    case = problem(cell)
    case = replace(case, x=case.x * 1e6)
    gradient = case.backward()
    assert all(np.isfinite(array).all() for _, array in every_array(case.forward()))
    assert all(np.isfinite(array).all() for _, array in every_array(gradient))


def test_numbers_that_leave_the_range_come_out_without_a_warning() -> None:
    case = problem(CELLS["rnn identity"], steps=40)
    case.p["weight_hh"][...] *= 1e20
    assert not np.isfinite(case.forward().h[-1]).any()
    assert not np.isfinite(case.backward().weights["weight_hh"]).any()
    case = problem(CELLS["lstm no-output-activation"], steps=40, batch=1)
    case.p["weight_hh"][...] = 1e308
    trace = case.forward()
    assert not all(np.isfinite(array).all() for _, array in every_array(trace))
    paths(trace, case.p, case.backward())
    list(jacobians_back(trace, case.p, "c", 40))


def test_whole_numbers_are_taken_as_numbers() -> None:
    case = problem(CELLS["gru after"])
    whole = replace(case, x=np.ones((5, 2, 2), dtype=np.int64))
    np.testing.assert_array_equal(whole.forward().h, replace(case, x=np.ones((5, 2, 2))).forward().h)


def test_states_are_zero_if_none_are_given() -> None:
    for name in ("rnn tanh", "lstm", "gru before"):
        case = problem(CELLS[name])
        zero = replace(case, h0=np.zeros((2, 3)), c0=np.zeros((2, 3))).forward()
        np.testing.assert_array_equal(unroll(case.cell, case.p, case.x).h, zero.h)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"kind": "elman"}, "elman"),
        ({"variant": "no-memory"}, "no-memory"),
        ({"kind": "rnn", "activation": "softmax"}, "softmax"),
        ({"kind": "gru", "reset": "never"}, "never"),
        ({"kind": "gru", "variant": "coupled"}, "coupled"),
    ],
)
def test_a_cell_that_does_not_exist_is_named(words: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=f"“{named}”"):
        Cell(**words)


def test_what_a_cell_does_not_have_is_refused() -> None:
    case = problem(CELLS["lstm no-forget-gate"])
    trace, gradient = case.forward(), case.backward()
    for owner in (trace, gradient):
        with pytest.raises(KeyError):
            owner.block("f")
    for name in ("weight_y", "weight_ci", "weight_cg"):
        with pytest.raises(KeyError):
            step_contribution(trace, gradient, name)
    with pytest.raises(ValueError, match="one sequence"):
        next(jacobians_back(trace, case.p, "h", 5))
    gru = problem(CELLS["gru after"], batch=1)
    for name in ("c", "z", "x"):
        with pytest.raises(KeyError):
            next(jacobians_back(gru.forward(), gru.p, name, 5))
    with pytest.raises(ValueError, match="a gradient of c"):
        backpropagate(gru.forward(), gru.p, gru.above, dc_end=gru.end_c)
    for cut in (-1, 5):
        with pytest.raises(ValueError, match="a cut needs a step from 0 to 4"):
            case.backward((cut,))
    plain = problem(CELLS["rnn relu"], batch=1)
    with pytest.raises(KeyError):
        direct_products(plain.forward(), 5)


@every_cell
def test_other_factors_split_into_paths_as_well(cell: Cell) -> None:
    case = problem(cell)
    trace = case.forward()
    other = {name: 0.5 * factor for name, factor in factors(trace).items()}
    gradient = backpropagate(trace, case.p, case.above, using=other)
    assert np.any(gradient.h != backpropagate(trace, case.p, case.above).h)
    for state, split in paths(trace, case.p, gradient, using=other).items():
        close_to(sum(split.values()), getattr(gradient, state))


def test_other_factors_give_another_way_back() -> None:
    case = problem(CELLS["lstm"])
    trace = case.forward()
    k = factors(trace)
    same = backpropagate(trace, case.p, case.above, using=k)
    np.testing.assert_array_equal(same.h, backpropagate(trace, case.p, case.above).h)
    shut = {name: np.zeros_like(factor) if name != "c_c" else factor for name, factor in k.items()}
    other = backpropagate(trace, case.p, case.above, dc_end=case.end_c, using=shut)
    direct = trace.gates["f"][0] * trace.gates["f"][1] * trace.gates["f"][2]
    assert other.c is not None
    close_to(other.c[0], direct * trace.gates["f"][3] * trace.gates["f"][4] * case.end_c)
    np.testing.assert_array_equal(other.h, other.above)
