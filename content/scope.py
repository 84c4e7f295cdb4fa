"""What an expression may read: drawn parameters and the runs of one experiment, computed when needed."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import engine

from .syntax import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine import Experiment, Run

KEPT_CHANGED_RUNS = 8
"""So many changed experiments keep their runs; beyond that the one unused for longest is dropped."""


class Scope:
    """Parameters and runs by name.

    Parameters
    ----------
    parameters : mapping of str to float, optional
        The drawn values.
    experiment : Experiment or None
        What the quantities are read from; None where there is none.
    runs : tuple of Run or None
        Its runs, if they have been computed already.
    model : str or None
        The wrong model that runs the experiment; None for the right one.
    """

    def __init__(
        self,
        parameters: Mapping[str, float] | None = None,
        experiment: Experiment | None = None,
        runs: tuple[Run, ...] | None = None,
        model: str | None = None,
    ) -> None:
        self.parameters: dict[str, float] = dict(parameters or {})
        self.experiment = experiment
        self._runs = runs
        self._model = model
        self._changed: OrderedDict[tuple[str, float, str | None], Scope] = OrderedDict()
        self._wrong: OrderedDict[str, Scope] = OrderedDict()

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs, one per lane.

        Raises
        ------
        ExpressionError
            Where there is no experiment, or one that cannot run, or whose cells cannot deviate as the wrong
            model does.
        """
        if self._runs is None:
            if self.experiment is None:
                raise ExpressionError("there is no experiment here to read a quantity from")
            problems = self.experiment.problems()
            if problems:
                raise ExpressionError(f"the experiment cannot run: {problems[0]}")
            try:
                self._runs = engine.run(self.experiment, wrong=self._model)
            except engine.ExperimentError as error:
                raise ExpressionError(f"the wrong model cannot run: {error}") from None
        return self._runs

    def run(self, lane: str | None = None) -> Run:
        """Return the run of a lane; None stands for the first one.

        Raises
        ------
        ExpressionError
            For a lane that is not there.
        """
        runs = self.runs
        if lane is None:
            return runs[0]
        for run in runs:
            if run.name == lane:
                return run
        known = ", ".join(run.name or "(without a name)" for run in runs)
        raise ExpressionError(f"there is no lane {lane!r}; there are {known}")

    def changed(self, target: str, value: float, lane: str | None = None) -> Scope:
        """Return the scope of the same experiment with one more change on top.

        Parameters
        ----------
        target : str
            A place in the engine's spelling.
        value : float
            What it is set to.
        lane : str or None
            The only lane in which it is set; None for every lane that has it.

        Raises
        ------
        ExpressionError
            For a place this experiment does not have.
        """
        if self.experiment is None:
            raise ExpressionError("there is no experiment here to change")
        key = (target, value, lane)
        if key in self._changed:
            self._changed.move_to_end(key)
            return self._changed[key]
        try:
            experiment = self.experiment.changed(engine.parse_target(target, lane), value)
        except ValueError as error:
            raise ExpressionError(str(error)) from None
        problems = experiment.problems()
        if problems:
            raise ExpressionError(f"this change cannot be made: {problems[0]}")
        scope = Scope(self.parameters, experiment, model=self._model)
        self._changed[key] = scope
        if len(self._changed) > KEPT_CHANGED_RUNS:
            self._changed.popitem(last=False)
        return scope

    def wrong(self, model: str) -> Scope:
        """Return the scope of the same experiment as a wrong model runs it.

        Parameters
        ----------
        model : str
            A name in :data:`engine.WRONG_MODELS`.

        Raises
        ------
        ExpressionError
            Where there is no experiment. Whether its cells can deviate in that way shows when it is run.
        """
        if self.experiment is None:
            raise ExpressionError("there is no experiment here for a wrong model to run")
        if model not in self._wrong:
            self._wrong[model] = Scope(self.parameters, self.experiment, model=model)
            if len(self._wrong) > KEPT_CHANGED_RUNS:
                self._wrong.popitem(last=False)
        self._wrong.move_to_end(model)
        return self._wrong[model]
