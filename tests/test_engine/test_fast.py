"""The quick cells: equal to the readable steps and to the general path, whichever way they take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from engine import fast
from engine.backprop import backpropagate
from engine.cells import Cell, gru_step, lstm_step, rnn_step, shapes
from engine.fast_tape import Sizes, SplitTanh, tanh_for
from engine.trace import HeldValues
from engine.unroll import unroll

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.trace import ForwardTrace, GradientTrace

Array = Any

PLAIN = {
    **{f"rnn {name}": Cell("rnn", activation=name) for name in ("tanh", "relu", "sigmoid", "identity")},
    "lstm": Cell("lstm"),
    "gru": Cell("gru"),
}
# (T, B, I, H). One matrix for each step, in one portion and in several; few numbers, of one sequence and of
# some; many numbers, with several steps to a portion, one, and more sequences than a product sums over.
SHAPES = [
    (1, 1, 1, 1),
    (7, 1, 3, 5),
    (150, 1, 2, 16),
    (9, 1, 2, 17),
    (5, 3, 2, 4),
    (6, 7, 3, 40),
    (5, 129, 70, 3),
]
TOLERANCE = {np.float64: 1e-12, np.float32: 2e-5}

every_cell = pytest.mark.parametrize("cell", PLAIN.values(), ids=PLAIN)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_precision = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@dataclass(frozen=True)
class Problem:
    """A cell with numbers, and what comes into its states from above and from later."""

    cell: Cell
    p: dict[str, Array]
    x: Array
    h0: Array = None
    c0: Array = None
    above: Array = None
    end_h: Array = None
    end_c: Array = None

    def run(self, workspace: fast.Workspace | None = None) -> tuple[fast.Forward, fast.Gradient]:
        forward = fast.forward(self.cell, self.p, self.x, self.h0, self.c0, workspace=workspace)
        return forward, fast.backward(forward, self.p, self.above, self.end_h, self.end_c)

    def traced(self, mask: Array = None, cuts: tuple[int, ...] = ()) -> tuple[ForwardTrace, GradientTrace]:
        trace = unroll(self.cell, self.p, self.x, h0=self.h0, c0=self.c0, mask=mask)
        gradient = backpropagate(trace, self.p, self.above, dh_end=self.end_h, dc_end=self.end_c, cuts=cuts)
        return trace, gradient

    def generally(self, cuts: tuple[int, ...] = ()) -> tuple[ForwardTrace, GradientTrace]:
        """Go the general way, by padding of which there is none."""
        trace, gradient = self.traced(np.ones(self.x.shape[:2], dtype=np.bool_), cuts)
        assert trace.quick is None
        return trace, gradient


def problem(
    cell: Cell, shape: tuple[int, int, int, int], dtype: type = np.float64, scale: float = 1.0
) -> Problem:
    steps, batch, inputs, units = shape
    rng = np.random.default_rng(11)

    def normal(*size: int) -> Array:
        return (scale * rng.normal(size=size)).astype(dtype)

    p = {name: normal(*size) for name, size in shapes(cell, units, inputs).items()}
    p["weight_hh"] *= dtype(0.6 / np.sqrt(units))
    states = [normal(batch, units) for _ in range(4)]
    if cell.kind != "lstm":
        states[1] = states[3] = None
    h0, c0, end_h, end_c = states
    return Problem(cell, p, normal(steps, batch, inputs), h0, c0, normal(steps, batch, units), end_h, end_c)


def arrays(result: Any, prefix: str = "") -> Iterator[tuple[str, Array]]:
    """Every array of traces and results, by name."""
    for name in ("x", "z", "h", "c", "tanh_c", "q"):
        if getattr(result, name, None) is not None:
            yield prefix + name, getattr(result, name)
    for group in ("gates", "weights"):
        for name, value in getattr(result, group, {}).items():
            yield f"{prefix}{group} {name}", value


def everything(forward: fast.Forward, gradient: fast.Gradient) -> dict[str, Array]:
    found = dict(arrays(forward.values)) | dict(arrays(gradient.values, "d ")) | dict(arrays(gradient, "d "))
    if forward.values.tanh_c is not None:
        found["d tanh_c"] = gradient.gates["tanh_c"]
    return found


def assert_close(found: Array, expected: Array, tolerance: float, name: str) -> None:
    assert found.shape == expected.shape, name
    assert found.dtype == expected.dtype, name
    most = float(np.max(np.abs(expected), initial=0.0))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * max(most, 1e-30), err_msg=name)


@every_precision
@every_shape
@every_cell
def test_everything_equals_the_general_path(cell: Cell, shape: tuple[int, ...], dtype: type) -> None:
    case = problem(cell, shape, dtype)
    trace, slopes = case.generally()
    found = everything(*case.run())
    expected = {**dict(arrays(trace)), **dict(arrays(slopes, "d "))}
    assert found.keys() == expected.keys() - {"x"}
    for name, value in found.items():
        assert_close(value, expected[name], TOLERANCE[dtype], name)


@every_shape
@every_cell
def test_cuts_equal_the_general_path(cell: Cell, shape: tuple[int, ...]) -> None:
    steps = shape[0]
    case = problem(cell, shape)
    for cuts in {(0,), (steps - 1,), (steps // 2, steps // 3), (1 % steps, 2 % steps)}:
        whole = dict(arrays(case.generally(cuts)[1]))
        for name, value in arrays(case.traced(cuts=cuts)[1]):
            assert_close(value, whole[name], 1e-12, f"{name} {cuts}")


@every_shape
@every_cell
def test_every_step_is_the_readable_one(cell: Cell, shape: tuple[int, ...]) -> None:
    case = problem(cell, shape)
    values = fast.forward(cell, case.p, case.x, case.h0, case.c0).values
    for t, x in zip(range(min(len(case.x), 20)), case.x, strict=False):
        step: Any
        if cell.kind == "lstm":
            assert values.c is not None
            assert values.tanh_c is not None
            step = lstm_step(x, values.h[t], values.c[t], case.p, cell)
            assert_close(values.c[t + 1], step.c, 1e-13, "c")
            assert_close(values.tanh_c[t], step.tanh_c, 1e-13, "tanh_c")
        else:
            step = (gru_step if cell.kind == "gru" else rnn_step)(x, values.h[t], case.p, cell)
        assert_close(values.h[t + 1], step.h, 1e-13, "h")
        for name, gate in values.gates.items():
            assert_close(gate[t], getattr(step, name), 1e-13, name)


@every_cell
def test_without_states_and_ends_they_count_as_zero(cell: Cell) -> None:
    for shape in SHAPES[1::2]:
        given = problem(cell, shape)
        given = replace(given, h0=None, c0=None, end_h=None, end_c=None)
        zero = np.zeros((shape[1], shape[3]))
        of_c = zero if cell.kind == "lstm" else None
        filled = replace(given, h0=zero, c0=of_c, end_h=zero, end_c=of_c)
        bare, full = everything(*given.run()), everything(*filled.run())
        for name, value in bare.items():
            np.testing.assert_array_equal(value, full[name], err_msg=name)


@every_shape
@every_cell
def test_results_are_owned(cell: Cell, shape: tuple[int, ...]) -> None:
    case = problem(cell, shape)
    forward, gradient = case.run()
    again = fast.backward(forward, case.p, case.above)
    first, second = everything(forward, gradient), everything(*case.run())
    second |= {f"again {name}": value for name, value in arrays(again.values)}
    given = {"x": case.x, "above": case.above, "h0": case.h0, **case.p}
    for (name, value), (other, array) in product(first.items(), (second | given).items()):
        assert not np.may_share_memory(value, array), (name, other)


@every_shape
@every_cell
def test_a_workspace_gives_the_same_and_copies_leave_it(cell: Cell, shape: tuple[int, ...]) -> None:
    case = problem(cell, shape)
    workspace = fast.Workspace()
    other = replace(case, x=case.x + 1.0, above=case.above - 1.0)
    other.run(workspace)
    forward, gradient = case.run(workspace)
    free = everything(*case.run())
    for name, value in everything(forward, gradient).items():
        np.testing.assert_array_equal(value, free[name], err_msg=name)
    copies = dict(arrays(forward.copy())) | dict(arrays(gradient.values.copy(), "d "))
    other.run(workspace)
    for name, value in copies.items():
        np.testing.assert_array_equal(value, free[name], err_msg=name)
    assert np.any(forward.values.h != copies["h"])


def test_a_run_whose_workspace_has_moved_on_has_no_way_back() -> None:
    case = problem(PLAIN["lstm"], (4, 1, 2, 3))
    workspace = fast.Workspace()
    first, _ = case.run(workspace)
    case.run(workspace)
    with pytest.raises(ValueError, match="another forward pass"):
        fast.backward(first, case.p, case.above)


def test_a_workspace_serves_many_shapes_in_turn() -> None:
    workspace = fast.Workspace()
    for _, (cell, shape) in zip(range(30), product(PLAIN.values(), SHAPES), strict=False):
        case = problem(cell, shape)
        free = case.run()[1]
        np.testing.assert_array_equal(case.run(workspace)[1].values.h, free.values.h)


@every_precision
@every_cell
def test_numbers_that_leave_the_range_come_without_a_warning(cell: Cell, dtype: type) -> None:
    largest = float(np.finfo(dtype).max)
    for shape in ((6, 1, 3, 5), (6, 1, 3, 20), (6, 9, 3, 40)):
        for scale in (1e4, largest**0.5, largest / 8):
            values = problem(cell, shape, dtype, scale).run()[0].values
            for name, gate in values.gates.items():
                assert np.all((np.abs(gate) <= 1.0) | np.isnan(gate)), name
        # The gradients leave the range while the states do not.
        case = problem(cell, shape, dtype)
        _, gradient = replace(case, above=case.above * dtype(largest / 8)).run()
        assert cell.kind == "lstm" or gradient.values.h.dtype == dtype


@every_cell
def test_saturated_gates_are_exact(cell: Cell) -> None:
    for shape in ((3, 1, 2, 4), (3, 1, 2, 20), (3, 9, 2, 40)):
        case = problem(cell, shape, scale=1e5)
        values = fast.forward(cell, case.p, case.x).values
        for name, gate in values.gates.items():
            assert np.all(np.isin(gate, [-1.0, 0.0, 1.0])), name


@pytest.mark.parametrize("tanh", [SplitTanh(4001), tanh_for(Sizes(1, 1, 1, 4001, np.dtype(np.float64)))])
def test_tanh_of_many_numbers_loses_no_digit(tanh: Callable[[Array, Array], object]) -> None:
    size = np.concatenate([np.logspace(-300, 2, 1999), [0.0]])
    z = np.concatenate([size, -size, [np.nan]])
    found = np.empty_like(z)
    tanh(z, found)
    np.testing.assert_allclose(found, np.tanh(z), rtol=1e-14, atol=0)
    z[:] = np.inf
    z[::2] = -np.inf
    with np.errstate(all="ignore"):
        tanh(z, found)
    np.testing.assert_array_equal(found, np.sign(z))


@every_cell
def test_plain_cells_go_this_way_and_others_do_not(cell: Cell) -> None:
    case = problem(cell, (4, 2, 3, 5))
    trace, gradient = case.traced()
    assert trace.quick is not None
    general, slopes = case.generally()
    for name, value in arrays(gradient):
        assert_close(value, dict(arrays(slopes))[name], 1e-12, name)
    np.testing.assert_array_equal(gradient.above, slopes.above)
    held = {"h": HeldValues(np.ones((4, 5), np.bool_), np.zeros((4, 5)))}
    assert unroll(cell, case.p, case.x, held=held).quick is None
    assert unroll(cell, case.p, case.x.astype(np.longdouble)).quick is None
    # What has been replaced since decides, not what was run.
    altered = replace(trace, h=trace.h * 0.5)
    by_other_states = backpropagate(altered, case.p, case.above).weights["weight_hh"]
    expected = backpropagate(replace(general, h=altered.h), case.p, case.above).weights["weight_hh"]
    assert_close(by_other_states, expected, 1e-12, "weight_hh")


def test_other_cells_are_turned_away() -> None:
    for cell in (Cell("lstm", variant="peepholes"), Cell("gru", reset="before")):
        case = problem(cell, (3, 2, 2, 3))
        assert not fast.can_run(cell, case.x)
        assert case.traced()[0].quick is None
        with pytest.raises(ValueError, match="not a plain cell"):
            fast.forward(cell, case.p, case.x)


def test_no_steps_and_no_sequences_are_left_to_the_general_path() -> None:
    for steps, batch in ((0, 2), (3, 0)):
        trace, gradient = problem(PLAIN["lstm"], (steps, batch, 2, 3)).traced()
        assert trace.h.shape == (steps + 1, batch, 3)
        assert gradient.z.shape == (steps, batch, 12)


@every_cell
def test_shapes_that_do_not_fit_are_refused(cell: Cell) -> None:
    case = problem(cell, (4, 2, 3, 5))
    for name, value in case.p.items():
        with pytest.raises(ValueError, match=name):
            fast.forward(cell, {**case.p, name: value[:-1]}, case.x)
        with pytest.raises(KeyError):
            fast.forward(cell, {key: other for key, other in case.p.items() if key != name}, case.x)
    with pytest.raises(ValueError, match="weight_ih"):
        fast.forward(cell, case.p, case.x[:, :, :2])
    forward = fast.forward(cell, case.p, case.x)
    with pytest.raises(ValueError, match="broadcast"):
        fast.backward(forward, case.p, case.above[:3])
    if cell.kind != "lstm":
        with pytest.raises(ValueError, match="without one"):
            fast.backward(forward, case.p, case.above, None, np.zeros((2, 5)))


def test_portions_cover_all_steps_once_and_stop_at_cuts() -> None:
    for number, shape in zip(count(), SHAPES, strict=False):
        sizes = Sizes(*shape, np.dtype(np.float64))
        cuts = {0, min(number, sizes.steps - 1), sizes.steps - 1}
        chunks = sizes.chunks(cuts)
        steps = [t for chunk in reversed(chunks) for t in range(chunk.start, chunk.stop)]
        assert steps == list(range(sizes.steps))
        assert cuts <= {chunk.start for chunk in chunks}
