"""The value of an expression: float64 throughout, and an error wherever there is no finite value.

Steps count from 1 to T with the initial state at 0, units, rows and columns from 1, as on screen. A quantity
without brackets, `f`, stands for all its steps from 1 on; `c[0..T]` names them from the initial state on. In
a network of one unit the axis of units falls away, so that `h[3]` is a number there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import ExperimentError

from .arithmetic import axes_of, check_shapes, combine, compare, conditions_of, finite
from .functions import FUNCTIONS, Array, Axis, Floats, FunctionError, Value, floats_of, wrap
from .parsing import parse
from .run_values import parameter, read
from .scope import Scope
from .syntax import (
    Call,
    Chain,
    Changed,
    Compare,
    Contribution,
    Direct,
    Entry,
    Expression,
    ExpressionError,
    InLane,
    InLayer,
    Jacobian,
    Logic,
    Name,
    Node,
    Number,
    Pick,
    Power,
    Quantity,
    Span,
    Truth,
    Unary,
    Wrong,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine import Run

__all__ = [
    "Expression",
    "ExpressionError",
    "Scope",
    "evaluate",
    "evaluate_condition",
    "evaluate_number",
    "parse",
]


def evaluate(
    expression: Expression | str, scope: Scope
) -> float | bool | NDArray[np.float64] | NDArray[np.bool_]:
    """Compute what an expression is worth.

    Parameters
    ----------
    expression : Expression or str
        A string is parsed first.
    scope : Scope
        What it may read.

    Returns
    -------
    float, bool or array
        An array for what was asked of several steps or units, shape (steps, units) or one of them.

    Raises
    ------
    ExpressionError
        For names and places that are not there and values that are not finite.
    """
    value = _value(expression, scope)
    return value.data if isinstance(value, Array) else value


def evaluate_number(expression: Expression | str, scope: Scope) -> float:
    """Compute an expression that must be one number.

    Raises
    ------
    ExpressionError
        Also for a condition and for several numbers.
    """
    value = _value(expression, scope)
    if isinstance(value, Array):
        shape = " by ".join(str(size) for size in value.data.shape)
        raise ExpressionError(f"one number is needed here, this is {shape} numbers: name step and unit")
    if isinstance(value, bool):
        raise ExpressionError("a number is needed here, this is true or false")
    return value


def evaluate_condition(expression: Expression | str, scope: Scope) -> bool:
    """Compute an expression that must be true or false.

    Raises
    ------
    ExpressionError
        Also for numbers.
    """
    value = _value(expression, scope)
    if not isinstance(value, bool):
        raise ExpressionError("a condition is needed here, such as c[5, 1] > 0.9")
    return value


def _value(expression: Expression | str, scope: Scope) -> Value:
    parsed = parse(expression) if isinstance(expression, str) else expression
    with np.errstate(all="ignore"):
        return _Evaluator(scope, None).value(parsed.root)


class _Evaluator:
    """Walks a tree for one scope and lane."""

    def __init__(self, scope: Scope, lane: str | None, place: tuple[int, str] = (1, "forward")) -> None:
        self._scope = scope
        self._lane = lane
        self._place = place

    def value(self, node: Node) -> Value:
        try:
            return finite(self._compute(node), node.offset)
        except FunctionError as error:
            raise ExpressionError(str(error), node.offset) from None

    def _compute(self, node: Node) -> Value:
        match node:
            case Number() | Truth():
                return node.value
            case Name():
                return self._name(node)
            case Unary():
                return self._unary(node)
            case Chain():
                total = self.value(node.first)
                for sign, offset, term in node.rest:
                    total = combine(sign, total, self.value(term), offset)
                return total
            case Power():
                return combine("**", self.value(node.base), self.value(node.exponent), node.offset)
            case Compare():
                return compare(node.operator, self.value(node.left), self.value(node.right), node.offset)
            case Logic():
                return self._logic(node)
            case Quantity():
                return self._quantity(node)
            case Jacobian():
                return self._jacobian(node)
            case Direct():
                return self._direct(node)
            case Entry():
                return self._entry(node)
            case Call():
                return self._call(node)
            case Pick():
                return self._pick(self.value(node.base), node.indices, node.offset)
            case Changed():
                return self._changed(node)
            case InLane():
                return _Evaluator(self._scope, node.lane, self._place).value(node.body)
            case InLayer():
                return _Evaluator(self._scope, self._lane, (node.layer, node.direction)).value(node.body)
            case Wrong():
                return self._wrong(node)
            case Contribution():
                return self._contribution(node)

    # -- names and logic

    def _run(
        self, offset: int, lane: str | None = None, layer: int | None = None, direction: str | None = None
    ) -> Run:
        try:
            run = self._scope.run(lane or self._lane)
            return run.on(layer or self._place[0], direction or self._place[1])
        except ExpressionError as error:
            raise ExpressionError(error.message, offset) from None
        except IndexError as error:
            raise ExpressionError(str(error), offset) from None

    def _name(self, node: Name) -> Value:
        name = node.name
        if name in self._scope.parameters:
            return float(self._scope.parameters[name])
        if self._scope.experiment is None:
            raise ExpressionError(f"{name!r} is no parameter, and there is no experiment here", node.offset)
        run = self._run(node.offset)
        match name:
            case "T":
                return float(run.steps)
            case "H":
                return float(run.units)
            case "loss":
                return float(run.loss)
            case "parameters.count":
                return float(run.parameter_count)
        return self._quantity(Quantity(node.offset, name))

    def _unary(self, node: Unary) -> Value:
        value = self.value(node.operand)
        if node.operator == "not":
            if isinstance(value, bool):
                return not value
            data = conditions_of(value, node.offset)
            return wrap(~data, value.axes if isinstance(value, Array) else ())
        data_ = floats_of(value)
        return wrap(-data_ if node.operator == "-" else data_, value.axes if isinstance(value, Array) else ())

    def _logic(self, node: Logic) -> Value:
        decides = node.operator == "or"
        total: Value = not decides
        for term in node.terms:
            value = self.value(term)
            data = conditions_of(value, term.offset)
            if isinstance(value, bool) and isinstance(total, bool):
                total = value
                if total is decides:
                    return total
                continue
            left = conditions_of(total, node.offset)
            check_shapes(left, data, node.offset)
            axes = axes_of(total, value)
            total = wrap(left | data if decides else left & data, axes)
        return total

    def _call(self, node: Call) -> Value:
        arguments = [self.value(argument) for argument in node.arguments]
        try:
            return FUNCTIONS[node.function].apply(*arguments)
        except np.linalg.LinAlgError:
            raise ExpressionError(f"{node.function} found no value", node.offset) from None

    def _changed(self, node: Changed) -> Value:
        value = self.value(node.value)
        if isinstance(value, bool | Array):
            raise ExpressionError("the new value is one number", node.value.offset)
        try:
            scope = self._scope.changed(node.target, value, self._lane)
        except ExpressionError as error:
            raise ExpressionError(error.message, node.offset) from None
        return _Evaluator(scope, self._lane, self._place).value(node.body)

    def _wrong(self, node: Wrong) -> Value:
        try:
            scope = self._scope.wrong(node.model)
        except ExpressionError as error:
            raise ExpressionError(error.message, node.offset) from None
        return _Evaluator(scope, self._lane, self._place).value(node.body)

    # -- places

    def _whole(self, node: Node, what: str) -> int:
        value = self.value(node)
        if isinstance(value, bool | Array) or value != round(value):
            said = "" if isinstance(value, bool | Array) else f", not {value:g}"
            raise ExpressionError(f"a {what} is one whole number{said}", node.offset)
        return int(value)

    def _inside(self, node: Node, what: str, low: int, high: int) -> int:
        number = self._whole(node, what)
        if not low <= number <= high:
            # A huge number would otherwise be written out with its hundreds of digits.
            said = str(number) if abs(number) < 10**9 else f"{float(number):.3g}"
            raise ExpressionError(f"{what} {said} is not there; they go from {low} to {high}", node.offset)
        return number

    def _interval(self, node: Node | Span | None, what: str, low: int, high: int) -> tuple[int, int, bool]:
        """Return the first and last number of a place, and whether it is one number alone."""
        if node is None:
            return (1 if what == "step" else low), high, False
        if not isinstance(node, Span):
            number = self._inside(node, what, low, high)
            return number, number, True
        first = self._inside(node.low, what, low, high)
        last = self._inside(node.high, what, low, high)
        if last < first:
            raise ExpressionError(f"the span {first}..{last} runs backwards", node.offset)
        return first, last, False

    # -- quantities

    def _quantity(self, node: Quantity) -> Value:
        run = self._run(node.offset, node.lane, node.layer, node.direction)
        name = node.full_name
        if not run.has(name):
            known = ", ".join(quantity.name for quantity in run.quantities() if "(" not in quantity.name)
            raise ExpressionError(f"there is no {name!r} here; a run of this cell has {known}", node.offset)
        start = run.first_step(name)
        rows = run.states(name)
        end = run.steps if node.step is None else run.last_step(name)
        first, last, one_step = self._interval(node.step, "step", start, end)
        low, high, one_unit = self._interval(node.unit, "unit", 1, rows.shape[1])
        data: Floats = rows[first - start : last - start + 1, low - 1 : high]
        axes: tuple[Axis, ...] = (Axis("step", first), Axis("unit", low))
        if one_unit or rows.shape[1] == 1:
            data, axes = data[:, 0], axes[:1]
        if one_step:
            data, axes = data[0], axes[1:]
        return read(data, axes, run, node.offset)

    def _jacobian(self, node: Jacobian) -> Value:
        run = self._run(node.offset)
        if not run.has(node.name):
            raise ExpressionError(f"a run of this cell has no {node.name}", node.offset)
        last, first = self._between(node.last, node.first, run)
        matrix = read(run.jacobian(node.name, last, first), (Axis("row"), Axis("column")), run, node.offset)
        if isinstance(matrix, Array) and matrix.data.size == 1:
            matrix = float(matrix.data[0, 0])
        return self._pick(matrix, tuple(i for i in (node.row, node.column) if i is not None), node.offset)

    def _direct(self, node: Direct) -> Value:
        run = self._run(node.offset)
        if node.name != {"lstm": "c", "gru": "h"}.get(run.cell):
            raise ExpressionError(f"a run of this cell has no direct path of {node.name}", node.offset)
        last, first = self._between(node.last, node.first, run)
        product = read(run.direct(last, first), (Axis("unit"),), run, node.offset)
        if isinstance(product, Array) and product.data.size == 1:
            product = float(product.data[0])
        return self._pick(product, () if node.unit is None else (node.unit,), node.offset)

    def _between(self, last_node: Node, first_node: Node, run: Run) -> tuple[int, int]:
        if run.direction == "reverse":
            last = self._inside(last_node, "step", 1, run.steps + 1)
            return last, self._inside(first_node, "step", last, run.steps + 1)
        last = self._inside(last_node, "step", 0, run.steps)
        first = self._inside(first_node, "step", 0, run.steps)
        if first > last:
            raise ExpressionError(
                f"the later step comes first: step {last} does not depend on step {first}", first_node.offset
            )
        return last, first

    def _entry(self, node: Entry) -> Value:
        run = self._run(node.offset)
        return self._parameter(node, parameter(node, run), run)

    def _contribution(self, node: Contribution) -> Value:
        run = self._run(node.offset)
        entry = node.entry
        name = f"{entry.kind}_{entry.part or 'ih'}"
        if name + run.ending not in run.parameters:
            raise ExpressionError(f"this network has no {entry.spelling}", node.offset)
        step = self._inside(node.step, "step", 1, run.steps)
        try:
            return self._parameter(entry, run.contributions(name)[step - 1], run)
        except ExperimentError as error:
            raise ExpressionError(str(error), node.offset) from None

    def _parameter(self, node: Entry, data: Floats, run: Run) -> Value:
        """Take a gate's rows, and an entry, out of a parameter or its gradient."""
        if node.gate is not None:
            gates = run.network.recurrence.gates
            if gates == ("",):
                raise ExpressionError("this cell has no gates: write weight.hh[2, 1] or bias[2]", node.offset)
            if node.gate not in gates:
                raise ExpressionError(f"this cell's gates are {', '.join(gates)}", node.offset)
            data = data[run.network.recurrence.rows(node.gate, run.units)]
        axes = (Axis("row"), Axis("column")) if data.ndim == 2 else (Axis("unit"),)
        value = read(data, axes, run, node.offset)
        if isinstance(value, Array) and value.data.size == 1:
            value = float(value.data.ravel()[0])
        return self._pick(value, node.indices, node.offset)

    def _pick(self, value: Value, indices: tuple[Node, ...], offset: int) -> Value:
        """Take entries along the axes; a number alone bears the index 1 along any axis."""
        if not indices:
            return value
        if not isinstance(value, Array):
            for index in indices:
                self._inside(index, "entry", 1, 1)
            return value
        if len(indices) > value.data.ndim:
            raise ExpressionError("there are more indices than axes", offset)
        axes = value.axes
        places = tuple(
            self._inside(index, axis.kind, axis.first, axis.first + size - 1) - axis.first
            for index, axis, size in zip(indices, axes, value.data.shape, strict=False)
        )
        return wrap(value.data[places], axes[len(places) :])
