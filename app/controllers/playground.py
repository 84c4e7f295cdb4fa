"""The experiment on the stage and what the learner's controls have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

import engine

if TYPE_CHECKING:
    from engine import Experiment, Run, Target

__all__ = ["Playground"]


class Playground(QObject):
    """Runs an experiment anew whenever a place of it is set.

    A run takes a few milliseconds, so it happens at once, while the slider is dragged. A setting that cannot
    run is refused: the last runs stay.

    Attributes
    ----------
    runs_changed : Signal(tuple of Run)
        After :meth:`open` and after every setting that ran.
    refused : Signal(str)
        Why a setting cannot run, in a sentence.
    """

    runs_changed = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._base: Experiment | None = None
        self._experiment: Experiment | None = None
        self._runs: tuple[Run, ...] = ()
        self._values: dict[Target, float | None] = {}  # of the places asked for since the last setting

    @property
    def experiment(self) -> Experiment | None:
        """The experiment with all settings put in; None while there is nothing on the stage."""
        return self._experiment

    @property
    def runs(self) -> tuple[Run, ...]:
        """Its runs, one for each lane."""
        return self._runs

    @property
    def is_changed(self) -> bool:
        """Whether a control stands elsewhere than where it began."""
        return self._experiment != self._base

    def open(self, experiment: Experiment | None, runs: tuple[Run, ...] = ()) -> None:
        """Put an experiment on the stage.

        Parameters
        ----------
        experiment : Experiment or None
            None clears the stage.
        runs : tuple of Run
            Its runs, where they have been computed already.
        """
        self._base = self._experiment = experiment
        self._values.clear()
        self._runs = runs or (() if experiment is None else engine.run(experiment))
        self.runs_changed.emit(self._runs)

    def value(self, target: Target) -> float | None:
        """Say where a place stands now; None where it is not one number."""
        if self._experiment is None:
            return None
        if target not in self._values:
            self._values[target] = self._experiment.value_of(target)
        return self._values[target]

    def set_value(self, target: Target, value: float) -> bool:
        """Set a place and run; return whether it ran."""
        if self._experiment is None:
            return False
        changed = self._experiment.changed(target, value)
        try:
            runs = engine.run(changed)
        except engine.ExperimentError as error:
            self.refused.emit(str(error))
            return False
        self._experiment, self._runs = changed, runs
        self._values.clear()
        self.runs_changed.emit(runs)
        return True

    def reset(self) -> None:
        """Take back every setting made since :meth:`open`."""
        if self.is_changed:
            self.open(self._base)
