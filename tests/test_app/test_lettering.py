"""How numbers are set: exponents that hold together, a minus that is no hyphen, two bars of a norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app.stage.strands import number
from app.stage.timeline import text_width
from app.theme import lettering, load_fonts, number_font, text_font

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.fixture(autouse=True)
def _fonts(qapp: object) -> None:
    load_fonts()


def ink(text: str, *, mono: bool = True, scale: float = 1.0, size: int = 11) -> NDArray[np.float64]:
    """Return how dark each pixel of a text is, 0..1, from 4 pixels left of it and 20 above its baseline."""
    image = QImage(round(120 * scale), round(30 * scale), QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.scale(scale, scale)
    painter.setPen(QColor("black"))
    lettering.write(painter, 4.0, 20.0, text, (number_font if mono else text_font)(size))
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return 1.0 - pixels[:, : image.width()] / 255.0


def test_an_exponent_is_closed_up() -> None:
    font = number_font(11)
    power = lettering.advance("10⁻¹²", font) - lettering.advance("10", font)
    assert power < 0.75 * QFontMetricsF(font).horizontalAdvance("⁻¹²")
    assert power == pytest.approx(lettering.advance("⁻¹²", text_font(11)))


def test_what_has_neither_is_left_to_its_typeface() -> None:
    for font in (number_font(11), text_font(11)):
        assert lettering.advance("x = 12.5", font) == QFontMetricsF(font).horizontalAdvance("x = 12.5")


@pytest.mark.parametrize("scale", [1.0, 1.25, 2.0])
def test_a_minus_is_longer_than_a_hyphen_and_sharp_and_as_wide_a_cell(scale: float) -> None:
    font = number_font(11)
    assert lettering.advance("−1", font) == pytest.approx(lettering.advance("11", font))
    minus, hyphen = ink("−", scale=scale), ink("-", scale=scale)
    assert (minus.max(axis=0) > 0.5).sum() > 1.25 * (hyphen.max(axis=0) > 0.5).sum()
    rows = minus.max(axis=1)
    assert set(np.round(rows[rows > 0.0], 2)) == {1.0}
    assert (rows > 0.0).sum() == max(1, round(0.88 * scale))


@pytest.mark.parametrize("mono", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_bars_of_a_norm_are_two_with_ground_between(mono: bool, scale: float) -> None:
    columns = ink("‖", mono=mono, scale=scale).max(axis=0)
    dark = np.flatnonzero(columns > 0.0)
    assert (columns[dark] == 1.0).all()
    runs = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)
    assert len(runs) == 2
    assert runs[1][0] - runs[0][-1] > 1


@pytest.mark.parametrize("text", ["−6.65·10⁻¹⁰", "10⁻³⁰⁴", "+10³", "−0.0042", "∂L/∂c₂₀ = 0.1"])
def test_the_room_that_a_layout_gives_is_enough(text: str) -> None:
    assert lettering.advance(text, number_font(11)) <= text_width(text, 11.0, mono=True) + 0.1


def test_what_is_too_long_is_cut() -> None:
    font = number_font(11)
    short = lettering.elided("−6.65·10⁻¹⁰", font, 40.0)
    assert short.endswith("…")
    assert lettering.advance(short, font) <= 40.0
    assert lettering.elided("10⁻¹²", font, lettering.advance("10⁻¹²", font)) == "10⁻¹²"


@pytest.mark.parametrize("value", [-0.0, -0.004, -1e-9])
def test_there_is_no_negative_zero(value: float) -> None:
    assert number(value) == "0.00"
    assert number(-0.006) == "−0.01"


@pytest.mark.parametrize("mono", [True, False])
def test_a_transposed_matrix_has_a_raised_capital_large_enough_to_be_read(mono: bool) -> None:
    font = (number_font if mono else text_font)(11)
    wide = round(lettering.advance("W", font))
    sign = ink("Wᵀ", mono=mono)[:, 4 + wide :]
    rows = np.flatnonzero(sign.max(axis=1) > 0.3)
    assert len(rows) >= 5
    assert rows[-1] < 18  # above the foot of the letters, which is at 20
    assert lettering.advance("Wᵀδ", font) < QFontMetricsF(font).horizontalAdvance("WTδ")
