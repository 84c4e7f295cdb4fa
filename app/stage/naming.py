"""What lanes and networks are called on the stage, in pictures and in words alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from engine import Run

__all__ = ["lane_title", "network_title"]


def network_title(run: Run) -> str:
    """Return what kind of network it is, in a word or two."""
    if run.cell == "lstm":
        return "LSTM"
    names = {
        "tanh": "tanh RNN",
        "relu": "ReLU RNN",
        "sigmoid": QCoreApplication.translate("Stage", "sigmoid RNN"),
        "identity": QCoreApplication.translate("Stage", "linear RNN"),
    }
    return names[run.network.activation]


def lane_title(run: Run) -> str:
    """Return a lane's name as it is shown and said.

    A lane that is only called after its kind of cell is called after its kind of network; any other name
    begins with a capital, so that a lane named by one letter is told from a quantity.
    """
    title = network_title(run)
    if run.name.lower() in (run.cell, title.lower()):
        return title
    return run.name[:1].upper() + run.name[1:]
