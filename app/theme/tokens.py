"""The colours of both themes, each named once.

Chrome is monochrome: what can be acted on is the text colour itself. Colour belongs to the
network: each gate has one hue wherever it appears, and sign has a pair of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["DARK", "LIGHT", "SIZES", "Theme", "contrast", "mix", "theme_named"]

SIZES: Final = (11, 12, 13, 15, 19)
"""The type sizes in pixels at text scale 1."""

_ROLES: Final = {
    "f": "forget",
    "i": "input",
    "g": "candidate",
    "o": "output",
    "c": "cell",
    "h": "text",
    "x": "text",
    "y": "text",
    "z": "dim",
    "gradient": "gradient",
    "loss": "gradient",
}


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(base: str, over: str, amount: float) -> str:
    """Lay `over` on `base` with the given opacity.

    Parameters
    ----------
    base, over : str
        Colours as ``#rrggbb``.
    amount : float
        0 gives `base`, 1 gives `over`.

    Returns
    -------
    str
        The opaque colour seen, as ``#rrggbb``.
    """
    mixed = (round(b + (o - b) * amount) for b, o in zip(_channels(base), _channels(over), strict=True))
    return "#" + "".join(f"{value:02X}" for value in mixed)


def _luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, section 1.4.3)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, slots=True)
class Theme:
    """The tokens of one theme; every colour is ``#rrggbb``.

    `faint` is for marks and for text that need not be read. All other text colours reach a
    contrast of 4.5 on `background`, `panel` and `card`.
    """

    name: str
    background: str
    panel: str
    card: str
    line: str
    text: str
    dim: str
    faint: str
    forget: str
    input: str
    candidate: str
    output: str
    cell: str
    gradient: str
    below: str
    neutral: str
    above: str
    right: str
    wrong: str

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return _luminance(self.background) < _luminance(self.text)

    @property
    def accent(self) -> str:
        """The colour of "you are here and can act": the text colour itself."""
        return self.text

    @property
    def chosen(self) -> str:
        """The ground of a chosen card, tab or rail entry."""
        return mix(self.card, self.text, 0.15)

    @property
    def hover(self) -> str:
        """The ground of what the pointer is over."""
        return mix(self.card, self.text, 0.05)

    def role(self, key: str) -> str:
        """Return the colour of a quantity's role.

        Parameters
        ----------
        key : str
            ``"f"``, ``"i"``, ``"g"``, ``"o"``, ``"c"``, ``"h"``, ``"x"``, ``"y"``, ``"z"``,
            ``"gradient"`` or ``"loss"``.

        Raises
        ------
        KeyError
            If there is no such role.
        """
        colour: str = getattr(self, _ROLES[key])
        return colour

    def tint(self, colour: str, amount: float = 0.08) -> str:
        """Return a card's ground tinted with a colour, on which that colour can still be read."""
        return mix(self.card if self.is_dark else self.panel, colour, amount)


DARK: Final = Theme(
    name="dark",
    background="#0E1116",
    panel="#141920",
    card="#1A212B",
    line="#2A3340",
    text="#E8ECF2",
    dim="#98A4B3",
    faint="#5D6978",
    forget="#F0654A",
    input="#2EC4D6",
    candidate="#A78BFA",
    output="#6CC24A",
    cell="#F2B33D",
    gradient="#E879B9",
    below="#5B8DEF",
    neutral="#232B36",
    above="#F2B33D",
    right="#4ADE80",
    wrong="#FB7185",
)

LIGHT: Final = Theme(
    name="light",
    background="#F4F5F7",
    panel="#FFFFFF",
    card="#F7F8FA",
    line="#DDE2E8",
    text="#16202B",
    dim="#566272",
    faint="#95A0AE",
    forget="#C4391A",
    input="#0B7C8C",
    candidate="#6B46D9",
    output="#3D7A1C",
    cell="#8F5B00",
    gradient="#AD2D78",
    below="#2C5FD0",
    neutral="#E9ECF0",
    above="#C07A00",
    right="#15803D",
    wrong="#BE123C",
)


def theme_named(name: str) -> Theme:
    """Return `DARK` or `LIGHT`.

    Raises
    ------
    KeyError
        If there is no theme of that name.
    """
    return {"dark": DARK, "light": LIGHT}[name]
