"""Colours can be read, typefaces are the shipped ones, icons draw, and the application follows."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QIcon, QImage, QPainter, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QLabel

from app.theme import (
    DARK,
    LIGHT,
    Theme,
    ThemeManager,
    contrast,
    draw_icon,
    icon,
    load_fonts,
    mix,
    number_font,
    palette,
    signed_lut,
    text_font,
    text_scale,
    theme_named,
    theme_of,
    unit_lut,
    viridis_lut,
    window_icon,
)
from app.theme.fonts import FONT_FOLDER
from app.theme.icons import ICON_FOLDER, icon_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
READ = (
    "text", "dim", "forget", "input", "candidate", "output", "cell", "gradient", "right", "wrong",
)  # fmt: skip


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    """The application, given back as it was."""
    before = qapp.palette(), qapp.font(), qapp.styleSheet()
    yield qapp
    qapp.setStyleSheet(before[2])
    qapp.setPalette(before[0])
    qapp.setFont(before[1])


def ink(image: QImage) -> int:
    """Count the pixels that are not wholly transparent."""
    return sum(
        image.pixelColor(x, y).alpha() > 0 for x in range(image.width()) for y in range(image.height())
    )


# ------------------------------------------------------------------------------------------------- colours


@BOTH
@pytest.mark.parametrize("token", READ)
def test_text_can_be_read_on_every_ground(theme: Theme, token: str) -> None:
    for ground in (theme.background, theme.panel, theme.card):
        assert contrast(getattr(theme, token), ground) >= 4.5


@BOTH
def test_text_can_be_read_on_chosen_and_tinted_grounds(theme: Theme) -> None:
    assert contrast(theme.text, theme.chosen) >= 4.5
    for token in ("right", "wrong", "cell"):
        colour = getattr(theme, token)
        assert contrast(colour, theme.tint(colour)) >= 4.5
        assert contrast(theme.text, theme.tint(colour)) >= 4.5


def test_contrast_of_black_and_white_is_the_largest_there_is() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


def test_mix_goes_from_the_base_to_what_is_laid_over() -> None:
    assert mix("#102030", "#F0E0D0", 0) == "#102030"
    assert mix("#102030", "#F0E0D0", 1) == "#F0E0D0"
    assert mix("#000000", "#FFFFFF", 0.5) in ("#7F7F7F", "#808080")


@BOTH
def test_each_gate_has_a_hue_of_its_own(theme: Theme) -> None:
    gates = [theme.role(key) for key in ("f", "i", "g", "o", "c", "gradient")]
    assert len(set(gates)) == len(gates)
    assert theme.role("h") == theme.text
    with pytest.raises(KeyError):
        theme.role("q")


def test_themes_are_found_by_name_and_by_palette(qapp: QApplication) -> None:
    for theme in (DARK, LIGHT):
        assert theme_named(theme.name) is theme
        assert theme_of(palette(theme)) is theme
    assert DARK.is_dark
    assert not LIGHT.is_dark
    with pytest.raises(KeyError):
        theme_named("sepia")


# ---------------------------------------------------------------------------------------------- tables


def channels(pixel: np.uint32) -> tuple[int, int, int]:
    value = int(pixel)
    return value >> 16 & 255, value >> 8 & 255, value & 255


def as_text(pixel: np.uint32) -> str:
    return "#{:02X}{:02X}{:02X}".format(*channels(pixel))


@BOTH
def test_tables_reach_their_colours_and_are_opaque(theme: Theme) -> None:
    signed, unit = signed_lut(theme), unit_lut(theme, "f")
    assert as_text(signed[0]) == theme.below
    assert as_text(signed[255]) == theme.above
    neutral = channels(np.uint32(int(theme.neutral[1:], 16)))
    assert max(abs(a - b) for a, b in zip(channels(signed[127]), neutral, strict=True)) <= 2
    assert as_text(unit[0]) == theme.neutral
    assert as_text(unit[255]) == theme.forget
    for table in (signed, unit, viridis_lut()):
        assert table.shape == (256,)
        assert table.dtype == np.uint32
        assert (table >> 24 == 255).all()
        with pytest.raises(ValueError, match="read-only"):
            table[0] = 0


def test_viridis_grows_lighter_all_the_way() -> None:
    lightness = [QColor(as_text(pixel)).lightnessF() for pixel in viridis_lut()]
    shades = [contrast(as_text(pixel), "#000000") for pixel in viridis_lut()]
    assert all(low < high for low, high in pairwise(shades[::5]))
    assert lightness[-1] > lightness[0]
    assert as_text(viridis_lut()[0]) == "#440154"
    assert as_text(viridis_lut()[255]) == "#FDE725"


# ------------------------------------------------------------------------------------------------- fonts


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_inter_comes_in_every_weight(qapp: QApplication, weight: int) -> None:
    assert load_fonts() == ()
    font = text_font(13, weight)
    assert font.exactMatch()
    assert QFontInfo(font).family() == "Inter"
    assert QFontInfo(font).weight() == weight


@pytest.mark.parametrize("weight", [400, 600])
def test_inter_has_true_italics(qapp: QApplication, weight: int) -> None:
    load_fonts()
    font = text_font(15, weight, italic=True)
    assert font.exactMatch()
    assert QFontInfo(font).italic()


@pytest.mark.parametrize("weight", [400, 500])
def test_figures_are_equally_wide(qapp: QApplication, weight: int) -> None:
    load_fonts()
    font = number_font(12, weight)
    assert font.exactMatch()
    assert QFontInfo(font).family() == "JetBrains Mono"
    assert QFontInfo(font).fixedPitch()


def test_sizes_are_whole_pixels_and_never_nothing(qapp: QApplication) -> None:
    assert text_font(13 * 1.2).pixelSize() == 16
    assert text_font(0.2).pixelSize() == 1


def test_a_broken_typeface_is_named(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "Broken.otf").write_bytes(b"no font at all")
    assert load_fonts(tmp_path) == ("Broken.otf",)


def test_every_typeface_has_its_origin_and_licence() -> None:
    origins = (FONT_FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    for file in (*FONT_FOLDER.glob("*.otf"), *FONT_FOLDER.glob("*.ttf")):
        assert f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" in origins
        family = file.name.split("-")[0]
        licence = (FONT_FOLDER / f"OFL-{family}.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in licence
        assert licence.startswith("Copyright")


# ------------------------------------------------------------------------------------------------- icons


@pytest.mark.parametrize("name", icon_names())
def test_every_icon_has_ink(qapp: QApplication, name: str) -> None:
    image = icon(name, "#FF0000", 24).pixmap(QSize(24, 24), 1.0).toImage()
    assert ink(image) > 8


def test_icons_are_lines_or_solid(qapp: QApplication) -> None:
    line, solid = (
        icon(name, "#FF0000", 24).pixmap(QSize(24, 24), 1.0).toImage() for name in ("play", "play-filled")
    )
    assert ink(solid) > ink(line)


def test_an_icon_has_the_colour_asked_for(qapp: QApplication) -> None:
    image = icon("play-filled", "#4ADE80", 24).pixmap(QSize(24, 24), 1.0).toImage()
    assert image.pixelColor(11, 12).name().upper() == "#4ADE80"


def test_an_icon_is_drawn_for_the_screen_it_is_on(qapp: QApplication) -> None:
    image = icon("check", "#FFFFFF", 16).pixmap(QSize(16, 16), 3.0).toImage()
    assert image.size() == QSize(48, 48)
    small = icon("check", "#FFFFFF", 16).pixmap(QSize(16, 16), 1.0).toImage()
    blown_up = small.scaled(image.size(), mode=Qt.TransformationMode.SmoothTransformation)

    def half_covered(picture: QImage) -> int:
        alphas = [picture.pixelColor(x, y).alpha() for x in range(48) for y in range(48)]
        return sum(0 < alpha < 255 for alpha in alphas)

    assert half_covered(image) < half_covered(blown_up) / 2


def test_a_disabled_icon_is_fainter(qapp: QApplication) -> None:
    shown = icon("play-filled", "#FFFFFF", 24)
    enabled = shown.pixmap(QSize(24, 24), 1.0).toImage()
    disabled = shown.pixmap(QSize(24, 24), 1.0, QIcon.Mode.Disabled).toImage()
    assert 0 < disabled.pixelColor(11, 12).alpha() < enabled.pixelColor(11, 12).alpha()


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon", "#FFFFFF")


def test_an_icon_in_a_picture_starts_on_a_device_pixel(qapp: QApplication) -> None:
    images = []
    for shift in (0.0, 0.3):
        image = QImage(40, 40, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        draw_icon(painter, "check", "#FFFFFF", QRectF(4 + shift, 4 + shift, 24, 24))
        painter.end()
        images.append(image)
    assert images[0] == images[1]


def test_the_window_has_an_icon(qapp: QApplication) -> None:
    assert ink(window_icon().pixmap(QSize(32, 32), 1.0).toImage()) > 500


def test_the_icons_licence_is_there() -> None:
    assert "ISC License" in (ICON_FOLDER / "LICENSE-lucide.txt").read_text(encoding="utf-8")
    assert "lucide-static" in (ICON_FOLDER / "SOURCES.md").read_text(encoding="utf-8")


# ----------------------------------------------------------------------------------------------- manager


def test_the_manager_applies_a_theme_at_once(application: QApplication) -> None:
    manager = ThemeManager(application, "light", text_scale=1.2)
    assert manager.theme is LIGHT
    assert application.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.background)
    assert application.font().family() == "Inter"
    assert text_scale() == pytest.approx(16 / 13)


def test_the_manager_tells_of_every_change_once(application: QApplication) -> None:
    manager = ThemeManager(application, "dark")
    told: list[Theme] = []
    manager.changed.connect(told.append)
    manager.set_mode("dark")
    manager.set_text_scale(1.0)
    manager.set_reduced_motion(False)
    assert told == []
    manager.set_mode("light")
    manager.set_text_scale(1.3)
    manager.set_reduced_motion(True)
    assert told == [LIGHT, LIGHT, LIGHT]
    assert (manager.mode, manager.text_scale, manager.reduced_motion) == ("light", 1.3, True)


def test_the_text_scale_stays_in_bounds(application: QApplication) -> None:
    manager = ThemeManager(application, "dark", text_scale=9)
    assert manager.text_scale == 1.6
    manager.set_text_scale(0.1)
    assert manager.text_scale == 0.9


def test_without_a_word_from_the_system_it_is_dark(
    application: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda _hints: Qt.ColorScheme.Unknown)
    assert ThemeManager(application, "system").theme is DARK


def test_it_follows_the_system_only_when_asked_to(
    application: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemes = [Qt.ColorScheme.Dark]
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda _hints: schemes[-1])
    manager = ThemeManager(application, "system")
    told: list[Theme] = []
    manager.changed.connect(told.append)
    schemes.append(Qt.ColorScheme.Light)
    application.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert told == [LIGHT]
    assert application.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.background)
    manager.set_mode("dark")
    application.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert told == [LIGHT, DARK]


def test_widgets_follow_a_change_of_theme(application: QApplication) -> None:
    manager = ThemeManager(application, "dark")
    label = QLabel("h")
    label.show()
    assert theme_of(label.palette()) is DARK
    manager.set_mode("light")
    assert theme_of(label.palette()) is LIGHT
    label.close()
