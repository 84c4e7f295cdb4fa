"""What the reruns of Hochreiter and Schmidhuber (1997) share."""

from __future__ import annotations

from engine import Network

__all__ = ["HS97", "OPEN", "two"]

HS97 = "Hochreiter and Schmidhuber 1997"
OPEN = (
    "The LSTM is today's cell with a forget gate that begins nearly open (bias 4 or 6), as the cell of 1997 "
    "had none; both nets are trained with Adam over whole sequences (1997: plain gradient descent, cut "
    "after each step outside the cell), and have about as many weights as each other where they are "
    "compared."
)


def two(name: str, outputs: int, seed: int, *, bias: float, lstm: int, rnn: int, readout: str) -> Network:
    """The LSTM or the plain net of a comparison."""
    if name == "lstm":
        return Network("lstm", lstm, forget_bias=bias, outputs=outputs, readout=readout, seed=seed)
    return Network("rnn", rnn, outputs=outputs, readout=readout, seed=seed)
