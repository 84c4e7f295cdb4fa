"""Controls do by key what they do by mouse, show where the focus is, and say what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QCursor, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.theme import DARK, LIGHT, ThemeManager
from app.widgets import (
    Announcer,
    Banner,
    FeedbackCard,
    IconButton,
    Label,
    LabeledSlider,
    LinkCard,
    MathText,
    NumberField,
    OptionCard,
    OptionGroup,
    PrimaryButton,
    ProgressLine,
    Rail,
    RailEntry,
    SecondaryButton,
    SegmentedControl,
    TextStore,
    Toast,
)
from app.widgets.slider import plain_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
Name = QAccessible.Text.Name


@pytest.fixture(autouse=True)
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


@pytest.fixture
def page(qtbot: QtBot) -> Callable[..., QWidget]:
    """Put widgets on a page, active and ready for keys."""
    windows: list[QWidget] = []

    def show(*widgets: QWidget, width: int = 440) -> QWidget:
        window = QWidget()
        qtbot.addWidget(window)
        windows.append(window)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        window.resize(width, 600)
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        window.setFocus()
        return window

    return show


def seen(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def heard(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(Name)


def role(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


# --------------------------------------------------------------------------------------------- every one


def every_control(store: TextStore) -> list[tuple[QWidget, QWidget]]:
    """Return controls with the part of each that takes the focus."""
    group = OptionGroup(store, ["one", "two"])
    boxes = OptionGroup(store, ["one", "two"], multiple=True)
    row, tabs = SegmentedControl(["a", "b"], current=0), SegmentedControl(["a", "b"], "tabs", 1)
    slider, field = LabeledSlider("s", 0, 1, 0.1, 0.5), NumberField("n")
    rail = Rail([RailEntry("home", "house", "Home")], "home")
    buttons = [
        PrimaryButton("Go"),
        SecondaryButton("Hint"),
        IconButton("play", "Play"),
        LinkCard("More", "of it"),
    ]
    pairs: list[tuple[QWidget, QWidget]] = [(button, button) for button in buttons]
    pairs += [(group, group.cards[0].button), (boxes, boxes.cards[1].button)]
    pairs += [(row, row.segment(0)), (tabs, tabs.segment(1)), (slider, slider.track), (field, field.edit)]
    pairs.append((rail, rail.button("home")))
    return pairs


@pytest.mark.parametrize("place", range(11))
def test_the_focus_is_seen_and_the_control_is_named(
    page: Callable[..., QWidget], store: TextStore, place: int
) -> None:
    control, part = every_control(store)[place]
    page(control)
    part.clearFocus()
    before = seen(control)
    part.setFocus()
    assert part.hasFocus()
    assert seen(control) != before
    assert heard(part)


@pytest.mark.parametrize("place", range(11))
def test_every_control_grows_with_the_text(
    page: Callable[..., QWidget], store: TextStore, manager: ThemeManager, place: int
) -> None:
    control, _part = every_control(store)[place]
    page(control)
    before = control.sizeHint()
    manager.set_text_scale(1.6)
    after = control.sizeHint()
    assert after.height() > before.height()
    seen(control)


@pytest.mark.parametrize("place", range(11))
def test_every_control_follows_the_theme(
    page: Callable[..., QWidget], store: TextStore, manager: ThemeManager, place: int
) -> None:
    control, _part = every_control(store)[place]
    page(control)
    dark = seen(control)
    manager.set_mode("light")
    assert seen(control) != dark
    manager.set_mode("dark")
    assert seen(control) == dark


@pytest.mark.parametrize("place", range(4))
def test_a_disabled_button_looks_so_and_does_nothing(
    page: Callable[..., QWidget], store: TextStore, qtbot: QtBot, place: int
) -> None:
    button, _ = every_control(store)[place]
    page(button)
    clicks: list[bool] = []
    button.clicked.connect(clicks.append)  # type: ignore[attr-defined]
    enabled = seen(button)
    button.setEnabled(False)
    assert seen(button) != enabled
    qtbot.mouseClick(button, LEFT)
    assert clicks == []


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_buttons_are_pressed_by_key(
    page: Callable[..., QWidget], store: TextStore, qtbot: QtBot, place: int, key: Qt.Key
) -> None:
    button, _ = every_control(store)[place]
    page(button)
    button.setFocus()
    with qtbot.waitSignal(button.clicked):  # type: ignore[attr-defined]
        qtbot.keyClick(button, key)


def test_buttons_keep_hint_and_text_apart(page: Callable[..., QWidget]) -> None:
    plain, hinted = SecondaryButton("Hint"), SecondaryButton("Hint", "H")
    page(plain, hinted)
    assert hinted.minimumSizeHint().width() > plain.minimumSizeHint().width()
    assert seen(plain) != seen(hinted)
    assert heard(hinted) == "Hint"


def test_an_icon_button_says_what_it_does_now(page: Callable[..., QWidget]) -> None:
    button = IconButton("play", "Play")
    page(button)
    before = seen(button)
    button.set_action("pause", "Pause")
    assert (heard(button), button.icon_name(), button.toolTip()) == ("Pause", "pause", "Pause")
    assert seen(button) != before


# ----------------------------------------------------------------------------------------------- options


def test_a_card_is_chosen_anywhere_by_mouse(
    page: Callable[..., QWidget], store: TextStore, qtbot: QtBot
) -> None:
    group = OptionGroup(store, ["one $x_t$", "two", "three"])
    page(group)
    changes: list[frozenset[int]] = []
    group.changed.connect(lambda: changes.append(group.chosen()))
    for place in (0, 2):
        card = group.cards[place]
        qtbot.mouseClick(card, LEFT, pos=QPoint(card.width() - 8, card.height() - 8))
    assert changes == [{0}, {2}]
    assert [card.is_chosen() for card in group.cards] == [False, False, True]
    qtbot.mouseClick(group.cards[1].button, LEFT)
    assert group.chosen() == {1}


def test_a_press_that_leaves_the_card_chooses_nothing(
    page: Callable[..., QWidget], store: TextStore, qtbot: QtBot
) -> None:
    group = OptionGroup(store, ["one", "two"])
    page(group)
    card = group.cards[0]
    qtbot.mousePress(card, LEFT, pos=QPoint(5, 5))
    qtbot.mouseRelease(card, LEFT, pos=QPoint(5, card.height() + 30))
    assert group.chosen() == frozenset()


def test_cards_are_chosen_by_key(page: Callable[..., QWidget], store: TextStore, qtbot: QtBot) -> None:
    group = OptionGroup(store, ["one", "two", "three"])
    page(group)
    group.cards[0].button.setFocus()
    qtbot.keyClick(group.cards[0].button, Key.Key_Down)
    assert group.cards[1].button.hasFocus()
    qtbot.keyClick(group.cards[1].button, Key.Key_Space)
    assert group.chosen() == {1}
    qtbot.keyClick(group.cards[1].button, Key.Key_Up)
    qtbot.keyClick(group.cards[0].button, Key.Key_Up)
    assert group.cards[2].button.hasFocus()
    group.choose(2)
    group.choose(17)
    assert group.chosen() == {2}


def test_several_can_be_chosen_where_several_may_be(
    page: Callable[..., QWidget], store: TextStore, qtbot: QtBot
) -> None:
    group = OptionGroup(store, ["one", "two", "three"], multiple=True)
    page(group)
    group.choose(0)
    group.choose(2)
    assert group.chosen() == {0, 2}
    group.choose(0)
    assert group.chosen() == {2}
    group.set_chosen([0, 1])
    assert group.chosen() == {0, 1}


def test_cards_are_radio_buttons_or_boxes_to_a_screen_reader(
    page: Callable[..., QWidget], store: TextStore
) -> None:
    single, multiple = OptionGroup(store, [r"$\hat y$ grows"]), OptionGroup(store, ["a"], multiple=True)
    page(single, multiple)
    radio = QAccessible.queryAccessibleInterface(single.cards[0].button)
    assert radio.role() == QAccessible.Role.RadioButton
    assert radio.text(Name) == "A: y hat grows"
    assert not radio.state().checked
    single.choose(0)
    assert radio.state().checked
    assert role(multiple.cards[0].button) == QAccessible.Role.CheckBox


def test_the_verdict_is_seen_heard_and_final(
    page: Callable[..., QWidget], store: TextStore, qtbot: QtBot
) -> None:
    group = OptionGroup(store, ["one", "two", "three"])
    page(group)
    group.choose(0)
    before = [seen(card) for card in group.cards]
    group.show_verdicts([1])
    assert [card.verdict() for card in group.cards] == ["wrong", "missed", "passed"]
    assert all(seen(card) != old for card, old in zip(group.cards, before, strict=True))
    assert heard(group.cards[0].button) == "A: one. Not this"
    assert heard(group.cards[1].button) == "B: two. The answer"
    assert heard(group.cards[2].button) == "C: three"
    qtbot.mouseClick(group.cards[2], LEFT)
    qtbot.mouseClick(group.cards[2].button, LEFT)
    qtbot.keyClick(group.cards[2].button, Key.Key_Space)
    group.choose(2)
    assert group.chosen() == {0}


@pytest.mark.parametrize("scale", [1.0, 1.6])
@pytest.mark.parametrize("width", [340, 460])
def test_a_card_shows_all_of_a_long_answer(
    page: Callable[..., QWidget],
    store: TextStore,
    manager: ThemeManager,
    qtbot: QtBot,
    width: int,
    scale: float,
) -> None:
    manager.set_text_scale(scale)
    area, group = (
        QScrollArea(),
        OptionGroup(store, [r"A long answer with $\frac{a}{b}$, said twice. " * 4, "b"]),
    )
    area.setWidget(group)
    area.setWidgetResizable(True)
    qtbot.addWidget(area)
    area.resize(width, 700)
    area.show()
    for card in group.cards:
        assert card.height() == card.heightForWidth(card.width())
        bottom = card.content.geometry().bottom() - card.content.leading()
        assert bottom <= card.height()
        middle = card.content.y() + card.content.first_middle(card.content.width())
        assert middle == pytest.approx(card.button.geometry().center().y() + 0.5, abs=1.1)


def test_a_verdict_moves_nothing_and_leaves_the_text_its_room(
    page: Callable[..., QWidget], store: TextStore
) -> None:
    card = OptionCard(store, "A", "word " * 30)
    page(card, width=340)
    card.set_chosen(True)
    before = card.heightForWidth(340), card.content.geometry()
    card.set_verdict("right")
    assert (card.heightForWidth(340), card.content.geometry()) == before
    word = next(label for label in card.findChildren(Label) if label.isVisible())
    assert "Right" in word.text()
    assert not word.geometry().intersects(card.content.geometry())
    assert card.rect().contains(word.geometry())


# ---------------------------------------------------------------------------------------------- segments


def test_segments_are_chosen_by_mouse_and_arrow(page: Callable[..., QWidget], qtbot: QtBot) -> None:
    row = SegmentedControl(["Guess", "Think so", "Certain"], name="How sure are you?")
    page(row)
    chosen: list[int] = []
    row.chosen.connect(chosen.append)
    assert row.current() is None
    qtbot.mouseClick(row.segment(1), LEFT, pos=QPoint(row.segment(1).width() - 4, 4))
    row.segment(1).setFocus()
    qtbot.keyClick(row.segment(1), Key.Key_Right)
    assert chosen == [1, 2]
    row.choose(0)
    assert chosen == [1, 2, 0]
    assert role(row.segment(0)) == QAccessible.Role.RadioButton
    assert QAccessible.queryAccessibleInterface(row.segment(0)).state().checked
    assert heard(row) == "How sure are you?"


def test_segments_set_by_code_are_silent(page: Callable[..., QWidget]) -> None:
    row = SegmentedControl(["a", "b"], "tabs", current=1)
    page(row)
    chosen: list[int] = []
    row.chosen.connect(chosen.append)
    for place in (0, None, 1, 1):
        row.set_current(place)
        assert row.current() == place
    assert chosen == []


def test_nothing_moves_when_a_segment_is_chosen(page: Callable[..., QWidget]) -> None:
    row = SegmentedControl(["Guess", "Think so", "Certain"])
    page(row)
    before = [row.segment(k).geometry() for k in range(3)]
    row.set_current(1)
    assert [row.segment(k).geometry() for k in range(3)] == before


# ---------------------------------------------------------------------------------------------- slider


@pytest.fixture
def slider(page: Callable[..., QWidget]) -> LabeledSlider:
    made = LabeledSlider("forget bias", -2, 6, 0.1, 1.4)
    page(made)
    made.track.setFocus()
    return made


def test_a_slider_goes_by_steps_tenths_tens_and_ends(slider: LabeledSlider, qtbot: QtBot) -> None:
    told: list[float] = []
    slider.value_changed.connect(told.append)
    for key, modifier in [
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Up, Qt.KeyboardModifier.ShiftModifier),
        (Key.Key_Left, Qt.KeyboardModifier.NoModifier),  # back onto the step below
        (Key.Key_PageUp, Qt.KeyboardModifier.NoModifier),
        (Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier),  # no further, and not told
        (Key.Key_Home, Qt.KeyboardModifier.NoModifier),
    ]:
        qtbot.keyClick(slider.track, key, modifier)
    assert told == pytest.approx([1.5, 1.4, 1.41, 1.4, 2.4, 6, -2])


def test_a_slider_finishes_when_the_key_is_let_go(slider: LabeledSlider, qtbot: QtBot) -> None:
    done: list[float] = []
    slider.edit_finished.connect(done.append)
    qtbot.keyPress(slider.track, Key.Key_Right)
    assert done == []
    qtbot.keyRelease(slider.track, Key.Key_Right)
    assert done == [1.5]
    qtbot.keyClick(slider.track, Key.Key_Tab)
    assert done == [1.5]


def test_a_slider_is_dragged(slider: LabeledSlider, qtbot: QtBot) -> None:
    told: list[float] = []
    done: list[float] = []
    slider.value_changed.connect(told.append)
    slider.edit_finished.connect(done.append)
    track = slider.track
    middle = track.height() // 2
    qtbot.mousePress(track, LEFT, pos=QPoint(track.width() // 2, middle))
    assert slider.value() == pytest.approx(2.0, abs=0.1)
    qtbot.mouseMove(track, QPoint(track.width() + 50, middle))
    assert slider.value() == 6
    assert done == []
    qtbot.mouseRelease(track, LEFT, pos=QPoint(track.width(), middle))
    assert done == [6]
    assert all(value == round(value, 1) for value in told)  # dragging stays on the steps


def editor(slider: LabeledSlider) -> QLineEdit:
    (field,) = (field for field in slider.findChildren(QLineEdit) if field.isVisible())
    return field


@pytest.mark.parametrize(("typed", "value"), [("3,25", 3.25), ("−1.5", -1.5), ("99", 6), ("1e-3", 0.001)])
def test_a_number_is_typed_exactly(slider: LabeledSlider, qtbot: QtBot, typed: str, value: float) -> None:
    done: list[float] = []
    slider.edit_finished.connect(done.append)
    qtbot.keyClick(slider.track, Key.Key_Return)
    field = editor(slider)
    assert field.selectedText() == "1.4"
    field.setText(typed)
    qtbot.keyClick(field, Key.Key_Return)
    assert slider.value() == value
    assert done == [value]
    assert slider.track.hasFocus()


@pytest.mark.parametrize("typed", ["", "nan", "inf", "x", "1/"])
def test_what_is_no_number_changes_nothing(slider: LabeledSlider, qtbot: QtBot, typed: str) -> None:
    qtbot.mouseDClick(slider, LEFT, pos=QPoint(slider.width() - 5, 5))
    field = editor(slider)
    field.setText(typed)
    qtbot.keyClick(field, Key.Key_Return)
    assert slider.value() == 1.4


def test_escape_leaves_the_value(slider: LabeledSlider, qtbot: QtBot) -> None:
    slider.begin_typing()
    field = editor(slider)
    field.setText("5")
    qtbot.keyClick(field, Key.Key_Escape)
    assert slider.value() == 1.4
    assert slider.track.hasFocus()


def test_a_locked_slider_stays(slider: LabeledSlider, qtbot: QtBot) -> None:
    free = seen(slider)
    slider.set_locked(True)
    assert seen(slider) != free
    qtbot.keyClick(slider.track, Key.Key_Right)
    qtbot.mouseClick(slider.track, LEFT, pos=QPoint(5, 5))
    slider.begin_typing()
    assert slider.value() == 1.4
    assert not [field for field in slider.findChildren(QLineEdit) if field.isVisible()]
    assert "locked" in heard(slider.track)


def test_a_slider_says_its_value(slider: LabeledSlider) -> None:
    assert role(slider.track) == QAccessible.Role.Slider
    assert heard(slider.track) == "forget bias: 1.4"
    slider.set_value(-2)
    assert heard(slider.track) == "forget bias: −2.0"
    slider.set_value(17)
    assert slider.value() == 6


def test_a_slider_writes_a_minus_and_no_negative_zero(qtbot: QtBot) -> None:
    slider = LabeledSlider("bias", -1.0, 1.0, 0.1, -0.4)
    qtbot.addWidget(slider)
    assert slider.value_text() == "−0.4"
    slider.set_value(-1e-14)
    assert slider.value_text() == "0.0"
    assert plain_number("−0.4") == plain_number("-0.4") == -0.4


def test_a_slider_shows_values_as_told() -> None:
    slider = LabeledSlider("clip at", 0, 5, 1, 0, show=lambda value: f"{value:g}" if value else "off")
    assert slider.value_text() == "off"
    slider.set_value(3)
    assert slider.value_text() == "3"
    slider.deleteLater()


@pytest.mark.parametrize(("low", "high", "step"), [(1, 1, 0.1), (2, 1, 0.1), (0, 1, 0)])
def test_an_empty_range_is_refused(qapp: QApplication, low: float, high: float, step: float) -> None:
    with pytest.raises(ValueError, match="no slider"):
        LabeledSlider("s", low, high, step, 1)


# ----------------------------------------------------------------------------------------- number field


def test_a_number_is_submitted_with_enter(page: Callable[..., QWidget], qtbot: QtBot) -> None:
    field = NumberField("mean forget gate", unit="per step")
    page(field)
    field.setFocus()
    edited: list[str] = []
    field.edited.connect(edited.append)
    with qtbot.waitSignal(field.submitted) as told:
        qtbot.keyClicks(field.edit, "0,65")
        qtbot.keyClick(field.edit, Key.Key_Return)
    assert told.args == ["0,65"]
    assert edited[-1] == "0,65"
    assert field.value() == 0.65
    assert heard(field.edit) == "mean forget gate (per step)"


def test_a_wrong_number_gets_a_sentence(page: Callable[..., QWidget], qtbot: QtBot) -> None:
    def parse(text: str) -> float:
        raise ValueError(f"“{text}” is not a number.")

    field = NumberField("n", parse=parse)
    page(field)
    submitted: list[str] = []
    field.submitted.connect(submitted.append)
    calm = seen(field.edit)
    qtbot.keyClicks(field.edit, "x")
    qtbot.keyClick(field.edit, Key.Key_Return)
    assert field.problem() == "“x” is not a number."
    assert field.edit.accessibleDescription() == field.problem()
    assert submitted == []
    assert seen(field.edit) != calm
    assert field.value() is None
    qtbot.keyClicks(field.edit, "y")
    assert field.problem() == ""


class Ears(QWidget):
    """A page that notes the keys that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())


def test_enter_in_a_field_is_not_heard_twice(qtbot: QtBot) -> None:
    ears = Ears()
    qtbot.addWidget(ears)
    column = QVBoxLayout(ears)
    field, slider = NumberField("n"), LabeledSlider("s", 0, 1, 0.1, 0.5)
    column.addWidget(field)
    column.addWidget(slider)
    ears.show()
    qtbot.keyClick(field.edit, Key.Key_Return)
    slider.begin_typing()
    qtbot.keyClick(editor(slider), Key.Key_Return)
    qtbot.keyClick(slider.track, Key.Key_M)
    assert ears.keys == [Key.Key_M]  # what means nothing here goes on to the page


# ---------------------------------------------------------------------------------------------- the rest


def test_progress_is_seen_and_heard(page: Callable[..., QWidget]) -> None:
    line = ProgressLine("Session")
    page(line)
    line.set_progress(7, 20)
    image = seen(line)
    filled = sum(image.pixelColor(x, 2) == QColor(DARK.text) for x in range(image.width())) / image.width()
    assert filled == pytest.approx(7 / 20, abs=0.02)
    assert role(line) == QAccessible.Role.ProgressBar
    assert heard(line) == "Session"
    line.set_progress(0, 0)
    assert seen(line).pixelColor(1, 2) == QColor(DARK.line)


@pytest.mark.parametrize("kind", ["right", "partly", "wrong", "hint", "note"])
def test_feedback_is_seen_and_heard(page: Callable[..., QWidget], store: TextStore, kind: str) -> None:
    card = FeedbackCard(store, kind, "Right", r"Because $f_5 = 0.98$.")  # type: ignore[arg-type]
    page(card)
    assert card.kind() == kind
    assert heard(card) == "Right. Because f 5 equals 0.98."
    before = card.heightForWidth(400)
    card.set_content("note", "Only a title")
    assert card.heightForWidth(400) < before
    assert heard(card) == "Only a title"


def test_kinds_of_feedback_look_different(page: Callable[..., QWidget], store: TextStore) -> None:
    kinds = ("right", "partly", "wrong", "hint", "note")
    cards = [FeedbackCard(store, kind, "Title") for kind in kinds]  # type: ignore[arg-type]
    page(*cards)
    images = [seen(card) for card in cards]
    assert all(a != b for k, a in enumerate(images) for b in images[k + 1 :])


def test_the_rail_goes_where_it_is_told(page: Callable[..., QWidget], qtbot: QtBot) -> None:
    entries = [RailEntry("home", "house", "Home"), RailEntry("study", "square-check", "Study")]
    rail = Rail([*entries, RailEntry("settings", "settings", "Settings", at_foot=True)], "home")
    page(rail)
    gone: list[str] = []
    rail.chosen.connect(gone.append)
    qtbot.mouseClick(rail.button("study"), LEFT)
    qtbot.mouseClick(rail.button("study"), LEFT)
    rail.button("study").setFocus()
    qtbot.keyClick(rail.button("study"), Key.Key_Up)
    assert gone == ["study", "home"]
    rail.set_current("settings")
    assert rail.current() == "settings"
    assert gone == ["study", "home"]
    assert rail.button("settings").geometry().bottom() > rail.height() - 20
    assert QAccessible.queryAccessibleInterface(rail.button("settings")).state().checked


def test_a_banner_offers_one_thing_and_closes(page: Callable[..., QWidget], qtbot: QtBot) -> None:
    banner = Banner()
    page(banner)
    assert not banner.isVisible()
    banner.show_message("The bank changed on disk.", "warning", action="Read again")
    assert banner.isVisible()
    assert heard(banner) == banner.message() == "The bank changed on disk."
    with qtbot.waitSignal(banner.acted):
        qtbot.mouseClick(banner.action_button(), LEFT)
    with qtbot.waitSignal(banner.closed):
        qtbot.mouseClick(banner.close_button(), LEFT)
    assert not banner.isVisible()
    banner.show_message("Saved.", "right", closable=False)
    assert not banner.action_button().isVisible()
    assert not banner.close_button().isVisible()


def test_a_toast_lies_at_the_foot_and_goes(page: Callable[..., QWidget], qtbot: QtBot) -> None:
    button = PrimaryButton("Go")
    window = page(button)
    button.setFocus()
    QCursor.setPos(window.mapToGlobal(QPoint(2, 2)))
    toast = Toast(window, milliseconds=30)
    toast.show_message("Saved.", "right")
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    assert toast.geometry().bottom() > window.height() - 60
    window.resize(700, 500)
    assert window.width() - toast.geometry().right() < 40
    QCursor.setPos(toast.mapToGlobal(QPoint(5, 5)))
    qtbot.wait(80)
    assert toast.isVisible()  # while the pointer is in it, it stays
    QCursor.setPos(window.mapToGlobal(QPoint(2, 2)))
    qtbot.waitUntil(lambda: not toast.isVisible())


def colours_of(widget: QWidget) -> set[str]:
    image = seen(widget)
    return {
        image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())
    }


def test_a_label_wraps_if_it_may(page: Callable[..., QWidget]) -> None:
    text = "a sentence that takes more than one line in a narrow column of a page, and then some"
    wrapped, single = Label(text, wrap=True), Label(text)
    page(wrapped, width=340)
    assert wrapped.heightForWidth(200) > wrapped.heightForWidth(400) > single.sizeHint().height()
    assert wrapped.height() >= wrapped.heightForWidth(wrapped.width())
    single.deleteLater()


def test_labels_follow_theme_and_text(page: Callable[..., QWidget], manager: ThemeManager) -> None:
    label = Label("7 of 20", px=12, tone="dim")
    page(label)
    assert colours_of(label) >= {DARK.dim}
    manager.set_mode("light")
    assert colours_of(label) >= {LIGHT.dim}
    height = label.sizeHint().height()
    manager.set_text_scale(1.5)
    assert label.sizeHint().height() > 1.3 * height
    label.set_tone("wrong")
    assert colours_of(label) >= {LIGHT.wrong}
    label.setText("<b>x</b>")
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_announcements_can_be_listened_to(page: Callable[..., QWidget]) -> None:
    announcer = Announcer(page())
    said: list[tuple[str, bool]] = []
    announcer.announced.connect(lambda text, urgent: said.append((text, urgent)))
    announcer.say("t = 3")
    announcer.say("Right. f is 0.98", urgent=True)
    assert said == [("t = 3", False), ("Right. f is 0.98", True)]


def test_a_whole_column_fits_340_pixels(page: Callable[..., QWidget], store: TextStore, qtbot: QtBot) -> None:
    area, column = QScrollArea(), QWidget()
    stack = QVBoxLayout(column)
    stack.setContentsMargins(0, 0, 0, 0)
    stem = MathText(
        store, r"Which change brings $\partial c_{11}/\partial c_3$ closest to 1?", px=19, weight=600
    )
    parts: list[QWidget] = [
        stem,
        OptionGroup(store, ["Forget bias up by 4", r"$\prod_{t=4}^{11} f_t$"]),
        SegmentedControl(["Guess", "Think so", "Certain"]),
        PrimaryButton("Check answer"),
        FeedbackCard(store, "hint", "Hint 1 of 3", "Which factor is multiplied?"),
        NumberField("n", "per step"),
        LabeledSlider("weight scale", 0, 1, 0.1, 0.5),
        LinkCard("Make it explode, then clip it", "threshold on the norm"),
    ]
    for part in parts:
        stack.addWidget(part)
    area.setWidget(column)
    area.setWidgetResizable(True)
    qtbot.addWidget(area)
    area.resize(340, 900)
    area.show()
    assert area.horizontalScrollBar().maximum() == 0
    assert all(part.width() <= 340 for part in parts)
