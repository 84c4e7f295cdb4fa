"""What lanes and networks are called on the stage, in pictures and in words alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from .order import is_reverse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Run

__all__ = ["lane_title", "network_title", "part_words", "short_titles", "whole_title"]


def network_title(run: Run) -> str:
    """Return what kind of network it is, in a word or two."""
    network = run.network
    if run.cell == "gru":
        early = QCoreApplication.translate("Stage", "GRU, reset first")
        return early if network.reset == "before" else "GRU"
    if run.cell == "lstm":
        return "LSTM" if not network.variant else f"LSTM, {_variant(network.variant)}"
    names = {
        "tanh": "tanh RNN",
        "relu": "ReLU RNN",
        "sigmoid": QCoreApplication.translate("Stage", "sigmoid RNN"),
        "identity": QCoreApplication.translate("Stage", "linear RNN"),
    }
    return names[run.network.activation]


def whole_title(run: Run) -> str:
    """Return what kind of network it is, and whether it reads both ways."""
    title = network_title(run)
    if not run.network.bidirectional:
        return title
    return QCoreApplication.translate("Stage", "Bidirectional {network}").format(network=title)


def short_titles(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return names for where there is little room: without the variant, unless that tells lanes apart."""
    titles = [lane_title(run) for run in runs]
    short = [title.split(", ")[0] for title in titles]
    return tuple(title if short.count(less) > 1 else less for title, less in zip(titles, short, strict=True))


def _variant(name: str) -> str:
    """Return in which way an LSTM is not the usual one."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Stage", text)

    return {
        "no-forget-gate": tr("no forget gate"),
        "no-input-gate": tr("no input gate"),
        "no-output-gate": tr("no output gate"),
        "coupled": tr("coupled gates"),
        "peepholes": tr("peepholes"),
        "no-input-activation": tr("g not squashed"),
        "no-output-activation": tr("c not squashed"),
    }[name]


def part_words(run: Run) -> str:
    """Say which layer and direction of a network is looked at; nothing where there is only one."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Stage", text)

    words = []
    if run.network.layers > 1:
        words.append(tr("layer {n} of {count}").format(n=run.layer, count=run.network.layers))
    if run.network.bidirectional:
        words.append(tr("read from the end") if is_reverse(run) else tr("read from the beginning"))
    return ", ".join(words)


def lane_title(run: Run) -> str:
    """Return a lane's name as it is shown and said.

    A lane that is only called after its kind of cell is called after its kind of network; any other name
    begins with a capital, so that a lane named by one letter is told from a quantity.
    """
    title = network_title(run)
    if run.name.lower() in (run.cell, title.lower()):
        return title
    return run.name[:1].upper() + run.name[1:]
