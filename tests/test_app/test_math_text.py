"""Text with formulas: exact baselines, the right height, copied as LaTeX, heard in words."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QEvent, QIODevice, QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from app.theme import DARK, LIGHT, ThemeManager
from app.widgets import MathText, TextStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

TEXT = (
    r"Each step back multiplies by $W^\top \operatorname{diag}(1 - h_t^2)$, so that "
    r"$\frac{\partial h_3}{\partial h_1}$ is a product $\prod_{t=2}^{20} f_t$ of many factors, "
    r"and *long* enough to take **several** lines of `code`."
)


@pytest.fixture
def manager(qapp: QApplication) -> Iterator[ThemeManager]:
    """A dark application, given back as it was."""
    before = qapp.palette(), qapp.font(), qapp.styleSheet()
    yield ThemeManager(qapp, "dark")
    qapp.setStyleSheet(before[2])
    qapp.setPalette(before[0])
    qapp.setFont(before[1])


@pytest.fixture(scope="module")
def store() -> TextStore:
    return TextStore()


def picture(widget: QWidget, ratio: float = 1.0) -> QImage:
    image = QImage(round(widget.width() * ratio), round(widget.height() * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(LIGHT.background))
    widget.render(image)
    return image


def shown(qtbot: QtBot, text: MathText, width: int = 420) -> MathText:
    qtbot.addWidget(text)
    text.resize(width, text.heightForWidth(width))
    text.show()
    return text


def lowest_ink(image: QImage, left: float, right: float, ground: QColor) -> int:
    """Return the lowest row in which a strip has ink of at least half its strength."""
    depth = {
        y: max(
            abs(image.pixelColor(x, y).lightness() - ground.lightness())
            for x in range(round(left), round(right))
        )
        for y in range(image.height())
    }
    return max(y for y, strength in depth.items() if strength > max(depth.values()) / 2)


# -------------------------------------------------------------------------------------------- baseline


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("px", [11, 13, 15, 19])
def test_formulas_stand_on_the_baseline(
    qtbot: QtBot, manager: ThemeManager, store: TextStore, ratio: float, px: int
) -> None:
    manager.set_mode("light")
    # A tall formula beside it moves the line's baseline to an uneven place.
    text = shown(qtbot, MathText(store, r"EE $\mathrm{EE}$ $\frac{\frac{a}{b}}{c_t}$", px=px))
    image = picture(text, ratio)
    block = text.document().firstBlock()
    line = block.layout().lineAt(0)
    words = [float(line.cursorToX(k)[0]) * ratio for k in range(5)]  # type: ignore[index]
    ground = QColor(LIGHT.background)
    of_words = lowest_ink(image, words[0], words[2], ground)
    of_formula = lowest_ink(image, words[3], words[4], ground)
    assert of_formula == of_words


def test_a_line_reserves_what_its_formulas_need(
    qtbot: QtBot, manager: ThemeManager, store: TextStore
) -> None:
    plain = MathText(store, "one line")
    deep = MathText(store, r"one $\frac{\partial L}{\partial h_t}$ line")
    for text in (plain, deep):
        shown(qtbot, text)
    ascent, descent = (
        [t.document().firstBlock().layout().lineAt(0).ascent() for t in (plain, deep)],
        [t.document().firstBlock().layout().lineAt(0).descent() for t in (plain, deep)],
    )
    formula = store.formula(r"\frac{\partial L}{\partial h_t}")
    assert formula is not None
    assert ascent[1] >= formula.ascent * 13 * 1.1 - 0.05
    assert descent[1] >= formula.descent * 13 * 1.1 - 0.05
    assert ascent[1] > ascent[0]


def test_a_formula_alone_stands_where_words_would(
    qtbot: QtBot, manager: ThemeManager, store: TextStore
) -> None:
    word, formula = MathText(store, "h"), MathText(store, "$h$")
    assert word.first_middle(300) == pytest.approx(formula.first_middle(300), abs=0.6)
    for text in (word, formula):
        qtbot.addWidget(text)


# ------------------------------------------------------------------------------------------------ size


@pytest.mark.parametrize("width", [340, 400, 460, 800])
def test_it_is_as_tall_as_its_width_needs(
    qtbot: QtBot, manager: ThemeManager, store: TextStore, width: int
) -> None:
    area, page = QScrollArea(), QWidget()
    column = QVBoxLayout(page)
    text = MathText(store, TEXT, px=15)
    column.addWidget(text)
    column.addStretch(1)
    area.setWidget(page)
    area.setWidgetResizable(True)
    qtbot.addWidget(area)
    area.resize(width, 500)
    area.show()
    assert text.height() == text.heightForWidth(text.width())
    assert text.verticalScrollBar().maximum() == 0
    assert text.horizontalScrollBar().maximum() == 0


def test_narrower_is_taller(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, TEXT))
    assert text.heightForWidth(340) > text.heightForWidth(800)
    before = text.document().textWidth()
    text.heightForWidth(123)
    assert text.document().textWidth() == before


@pytest.mark.parametrize("width", [120, 340])
def test_too_wide_a_formula_is_drawn_smaller(
    qtbot: QtBot, manager: ThemeManager, store: TextStore, width: int
) -> None:
    text = shown(
        qtbot, MathText(store, "$" + " + ".join(f"x_{{{k}}}" for k in range(30)) + "$", px=15), width
    )
    assert text.document().size().width() <= width
    image = picture(text)
    edge = [image.pixelColor(width - 1, y) for y in range(image.height())]
    assert len({colour.name() for colour in edge}) == 1  # no ink is cut at the edge


def test_larger_text_is_taller_at_once(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, TEXT))
    before = text.heightForWidth(400)
    manager.set_text_scale(1.6)
    assert text.heightForWidth(400) > 1.5 * before


def test_the_wheel_is_left_to_the_page(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, TEXT))
    event = QWheelEvent(
        QPoint(5, 5), text.mapToGlobal(QPoint(5, 5)), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    text.wheelEvent(event)
    assert not event.isAccepted()


# ------------------------------------------------------------------------------------------ look, theme


def lightest_and_darkest(image: QImage) -> tuple[int, int]:
    values = [image.pixelColor(x, y).lightness() for x in range(image.width()) for y in range(image.height())]
    return max(values), min(values)


def test_formulas_follow_the_theme_without_a_new_document(
    qtbot: QtBot, manager: ThemeManager, store: TextStore
) -> None:
    text = shown(qtbot, MathText(store, r"$\mathbf{HHH}$", px=19))
    revision = text.document().revision()
    assert lightest_and_darkest(text.grab().toImage())[0] > 200
    manager.set_mode("light")
    light, dark = lightest_and_darkest(text.grab().toImage())
    assert light > 230
    assert dark < 80
    assert text.document().revision() == revision


@pytest.mark.parametrize("tone", ["dim", "right", "wrong"])
def test_tones_follow_the_theme(qtbot: QtBot, manager: ThemeManager, store: TextStore, tone: str) -> None:
    text = shown(qtbot, MathText(store, "HHH $H$", tone=tone))  # type: ignore[arg-type]
    for theme in (DARK, LIGHT):
        manager.set_mode(theme.name)  # type: ignore[arg-type]
        assert text.palette().text().color() == QColor(getattr(theme, tone))


def test_what_cannot_be_typeset_is_shown_as_written(
    qtbot: QtBot, manager: ThemeManager, store: TextStore
) -> None:
    text = shown(qtbot, MathText(store, r"so $\nosuch{x}$ it is"))
    assert r"\nosuch{x}" in text.toPlainText()
    image, plain = text.grab().toImage(), shown(qtbot, MathText(store, "so it is")).grab().toImage()

    def reddish(picture: QImage) -> int:
        colours = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
        return sum(colour.red() > colour.blue() + 20 for colour in colours)

    assert reddish(image) > 200
    assert reddish(plain) == 0


@pytest.mark.parametrize(
    "markdown",
    [
        "",
        "$$\n$$",
        "| a |\n|---|\n",
        "- \n- x",
        "> > deep",
        "```\ncode\n```",
        "# $x$",
        "***",
        "1. a\n   - b\n\n   c",
        "a\\\nb",
    ],
)
def test_every_kind_of_block_is_laid_out(
    qtbot: QtBot, manager: ThemeManager, store: TextStore, markdown: str
) -> None:
    text = shown(qtbot, MathText(store, markdown))
    assert text.heightForWidth(300) > 0
    text.grab()


def test_tables_hold_formulas(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, "| gate | value |\n|---|---|\n| $f_t$ | 0.73 |\n\nafter"))
    text.selectAll()
    assert text.selected_text().split("\n") == ["gate", "value", "$f_t$", "0.73", "after"]


# ----------------------------------------------------------------------------------------------- copying


@pytest.mark.parametrize("mark", [".", ",", ");", "?"])
def test_no_line_begins_with_the_mark_behind_a_formula(
    manager: ThemeManager, store: TextStore, mark: str
) -> None:
    text = MathText(store, f"It is made from $h_{{t-1}}${mark} So it is")
    document = text.document()
    for width in range(60, 320):
        document.setTextWidth(width)
        block = document.begin()
        lines = [block.layout().lineAt(k) for k in range(block.layout().lineCount())]
        shown = [block.text()[one.textStart() : one.textStart() + one.textLength()] for one in lines]
        assert not any(line.startswith(tuple(mark)) for line in shown), (width, shown)
    text.selectAll()
    assert text.selected_text() == f"It is made from $h_{{t-1}}${mark} So it is"


def test_copies_are_latex(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, "The state $c_t$ and 🐶 $h_t$.\n\nNext *line*."))
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "The state $c_t$ and 🐶 $h_t$.\nNext line."


def test_a_part_can_be_copied(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, "ab $c_t$ de"))
    cursor = text.textCursor()
    cursor.setPosition(1)
    cursor.setPosition(5, cursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    text.copy_selection()
    assert QGuiApplication.clipboard().text() == "b $c_t$ "


def test_dragging_selects_with_the_mouse(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, "drag over $x_t$ this"))
    viewport = text.viewport()
    middle = round(text.first_middle(text.width()))
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(1, middle))
    qtbot.mouseMove(viewport, QPoint(200, middle))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(200, middle))
    assert "$x_t$" in text.selected_text()
    # A second press begins anew: no drag of the old selection.
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(30, middle))
    assert not text.textCursor().hasSelection()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(30, middle))


def test_part_of_a_button_takes_neither_mouse_nor_focus(
    qtbot: QtBot, manager: ThemeManager, store: TextStore
) -> None:
    text = shown(qtbot, MathText(store, "an answer", interactive=False))
    assert text.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert text.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


# -------------------------------------------------------------------------------------- links, pictures


def test_links_are_told_not_opened(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, "[the forget gate](concept:forget-gate)"))
    assert text.focusPolicy() == Qt.FocusPolicy.StrongFocus
    with qtbot.waitSignal(text.link_activated) as told:
        middle = QPoint(20, round(text.first_middle(text.width())))
        qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert told.args == ["concept:forget-gate"]


def png(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#FF0000"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes, PySide takes text
    return bytes(data.data())


def test_pictures_come_from_the_loader_only(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    asked: list[str] = []

    def load(name: str) -> bytes | None:
        asked.append(name)
        return png(900, 90) if name == "cell.png" else None

    text = shown(qtbot, MathText(store, "![a cell](cell.png)\n\n![gone](/etc/passwd)", pictures=load), 300)
    assert set(asked) == {"cell.png", "/etc/passwd"}
    assert text.document().size().width() <= 300  # never wider than the column
    image = text.grab().toImage()
    assert image.pixelColor(150, 15) == QColor("#FF0000")
    assert "[gone]" in text.toPlainText()


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg' width='99999' height='9'/>"]
)
def test_broken_or_huge_pictures_show_their_description(
    qtbot: QtBot, manager: ThemeManager, store: TextStore, data: bytes
) -> None:
    text = shown(qtbot, MathText(store, "![the cell](x.png)", pictures=lambda _name: data))
    assert "[the cell]" in text.toPlainText()


# --------------------------------------------------------------------------------------- accessibility


def test_a_screen_reader_hears_words(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    text = shown(qtbot, MathText(store, r"What is $\frac{\partial h_3}{\partial h_1}$?"))
    heard = QAccessible.queryAccessibleInterface(text)
    assert heard.role() == QAccessible.Role.StaticText
    assert heard.text(QAccessible.Text.Name) == "What is partial h 3 over partial h 1?"
    assert "\ufffc" not in heard.text(QAccessible.Text.Value)
    assert heard.childCount() == 0
    text.set_text("Now $c_t$.")
    assert heard.text(QAccessible.Text.Name) == "Now c t."


def test_texts_are_freed(qtbot: QtBot, manager: ThemeManager, store: TextStore) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    texts = [MathText(store, f"number {k} $x_{k}$", parent=parent) for k in range(5)]
    references = [weakref.ref(text) for text in texts]
    for text in texts:
        QAccessible.queryAccessibleInterface(text)
        text.deleteLater()
    del texts, text
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert all(reference() is None or not shiboken6.isValid(reference()) for reference in references)
    gc.collect()
    assert sum(reference() is not None for reference in references) == 0
