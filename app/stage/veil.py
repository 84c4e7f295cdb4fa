"""What the stage hides until the learner has answered."""

from __future__ import annotations

from dataclasses import dataclass

_TELLS = {"tanh_c": "c"} | {f"z_{gate}": gate for gate in "figorzn"}
"""Quantities that tell another one at a glance: whoever sees z_f sees f, whoever sees tanh c sees c."""


@dataclass(frozen=True)
class Veil:
    """A rule of what is hidden; it holds for picture, hover, focus, speech and export alike.

    Parameters
    ----------
    after
        Last step that is shown. Later steps are hidden, and with them every gradient: the backward pass comes
        after the last step, so all of it comes after any step.
    quantities
        Names hidden at every step.
    views
        Names of views hidden as a whole. With the view ``gradient`` every gradient is hidden elsewhere too.
    """

    after: int | None = None
    quantities: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()

    def hides(self, *, view: str | None = None, quantity: str | None = None, t: int | None = None) -> bool:
        """Whether anything named is hidden.

        Parameters
        ----------
        view
            Name of a view.
        quantity
            Name of a quantity. It is also hidden when it tells a hidden one at a glance (z_f tells f).
        t
            A step; hidden when it lies beyond ``after``.
        """
        if view is not None and view in self.views:
            return True
        if quantity is not None:
            if quantity in self.quantities or _TELLS.get(quantity) in self.quantities:
                return True
            if quantity.startswith("grad(") and (self.after is not None or "gradient" in self.views):
                return True
        return t is not None and self.after is not None and t > self.after


OPEN = Veil()
"""Hides nothing."""
