"""The whole stage as marks: header, view tabs, the chosen view, and what every view shares.

Everything is computed from the size as it is now; no mark lies outside the stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from . import cell_gru, cell_lstm, cell_rnn, gradient, heatmaps
from .chips import DOT, chip, least_width, part_chips
from .drawing import NOTHING, Frame
from .lanes import LaneTrace, colours, trace
from .marks import Mark, Panel, Rect, Text
from .naming import lane_title, whole_title
from .order import is_reverse
from .scales import group_names, last_visible, scale_of
from .timeline import elided, text_width
from .veiled import veiled_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.theme import Theme
    from engine import LeftRange, Run

    from .cursor import Cursor
    from .veil import Veil

__all__ = [
    "PLOT",
    "TABS",
    "VIEWS",
    "Scene",
    "cell_frame",
    "fixed_frame",
    "left_range_shown",
    "plot_place",
    "prepare_gradient",
    "view_titles",
]

VIEWS: Final = ("cell", "gates", "gradient")
"""The views that are painted here."""
PLOT: Final = "plot"
"""The view that a widget of its own draws over the stage's body."""
TABS: Final = (*VIEWS, PLOT)
"""All views, in the order of their tabs and number keys."""

_SIDE: Final = 20.0
_HEADER: Final = 52.0
_FOOT: Final = 10.0
_BANNER: Final = 34.0


@dataclass(frozen=True, eq=False)
class Scene:
    """All that the stage shows.

    Attributes
    ----------
    runs : tuple of Run
        One per lane; may be empty.
    cursor : Cursor
        The current step, lane and unit.
    veil : Veil
        What is hidden.
    view : str
        One of `VIEWS`.
    theme : Theme
        The colours.
    size : (float, float)
        Width and height.
    prepared : gradient.Prepared or None
        The gradient view, if already laid out for this size, veil and theme.
    """

    runs: tuple[Run, ...]
    cursor: Cursor
    veil: Veil
    view: str
    theme: Theme
    size: tuple[float, float]
    prepared: gradient.Prepared | None = None

    @property
    def run(self) -> Run:
        """The chosen lane's run, the first one's if none was chosen."""
        return next((run for run in self.runs if run.name == self.cursor.lane), self.runs[0])

    @property
    def body(self) -> Rect:
        """Where the view itself is drawn."""
        top = _HEADER + (_BANNER if left_range_shown(self) is not None else 0.0)
        return (_SIDE, top, self.size[0] - 2 * _SIDE, self.size[1] - top - _FOOT)

    @property
    def strip(self) -> Rect:
        """Where the heat maps under the cell are drawn."""
        x, y, width, height = self.body
        tall = min(max(0.29 * height, 104.0), 250.0)
        return (x, y + height - tall, width, tall)

    @property
    def cell(self) -> Rect:
        """Where the cell is drawn."""
        x, y, width, height = self.body
        return (x, y, width, height - self.strip[3] - 10.0)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Stage", text)


def view_titles(run: Run | None = None) -> dict[str, str]:
    """Return the views' names in the user's language; a plain network's second one shows no gates."""
    second = _tr("States") if run is not None and run.cell == "rnn" else _tr("Gates")
    return {"cell": _tr("Cell"), "gates": second, "gradient": _tr("Gradient"), PLOT: _tr("Plot")}


def plot_place(width: float, height: float) -> Rect:
    """Return where the plot lies in a stage of that size."""
    return (_SIDE, _HEADER, width - 2 * _SIDE, height - _HEADER - _FOOT)


def left_range_shown(scene: Scene) -> LeftRange | None:
    """Return where numbers left the range in the lanes shown, if the veil does not hide that place."""
    if scene.view == PLOT or scene.veil.hides(view=scene.view):
        return None  # the plot says it itself
    lanes = scene.runs if scene.view == "gradient" else ((scene.run,) if scene.runs else ())
    # Only who sees gradients waits for them.
    backward = scene.view == "gradient" or (scene.view == "cell" and scene.cursor.backward)
    for run in lanes:
        found = run.left_range if backward else run.forward_left_range
        if found is None or scene.veil.hides(quantity=found.quantity, t=found.t):
            continue
        return found
    return None


def fixed_frame(scene: Scene) -> Frame:
    """Return everything that does not move inside a step: all but the cell itself.

    What does not follow the cursor comes first and is the same objects each time.
    """
    run = scene.run if scene.runs else None
    head = _header(scene.runs, run, scene.view, scene.veil.hides(quantity="x"), scene.theme, scene.size[0])
    if run is None or scene.view == PLOT:
        return Frame(head, len(head))
    left = left_range_shown(scene)
    if left is not None:
        head = (*head, *_banner(left.sentence, _still_shown(scene, left), scene.theme, scene.size[0]))
    x, y, width, height = scene.body
    hidden = scene.veil.hides(view=scene.view)
    if scene.view == "gradient" and gradient.all_hidden(scene.runs, scene.veil):
        covered = gradient.covered(scene.runs, scene.cursor.step, scene.body, scene.theme)
        return Frame((*head, *covered.marks), len(head) + covered.standing)
    if hidden:
        veiled = veiled_place((x, y + 4.0, width, height - 8.0), scene.theme, border=scene.theme.line)
        return Frame((*head, veiled), len(head))
    if scene.view == "gates":
        rest = heatmaps.gates(run, scene.cursor, scene.veil, scene.body, scene.theme)
    elif scene.view == "gradient":
        prepared = scene.prepared or prepare_gradient(scene, tuple(trace(run) for run in scene.runs))
        rest = prepared.at(scene.cursor)
    else:
        rest = heatmaps.strip(run, scene.cursor, scene.veil, scene.strip, scene.theme)
    return Frame((*head, *rest.marks), len(head) + rest.standing)


def prepare_gradient(scene: Scene, traces: tuple[LaneTrace, ...]) -> gradient.Prepared:
    """Lay out the gradient view but for what follows the cursor.

    Parameters
    ----------
    scene : Scene
        Gives place, veil and theme.
    traces : tuple of LaneTrace
        What `lanes.trace` gave for each run.
    """
    return gradient.Prepared(traces, scene.veil, scene.body, scene.theme)


def cell_frame(scene: Scene) -> Frame:
    """Return the cell, which moves with the cursor's phase; nothing in other views.

    The marks begin at 0, 0: they belong at the corner of `Scene.cell`.
    """
    if not scene.runs or scene.view != "cell" or scene.veil.hides(view="cell"):
        return NOTHING
    _, _, width, height = scene.cell
    frame = {"rnn": cell_rnn.frame, "lstm": cell_lstm.frame, "gru": cell_gru.frame}[scene.run.cell]
    return frame(scene.run, scene.cursor, scene.veil, (width, height), scene.theme)


# --- header ------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _header(
    runs: tuple[Run, ...], run: Run | None, view: str, x_hidden: bool, theme: Theme, wide: float
) -> tuple[Mark, ...]:
    """Return the head of the stage; ``run`` is the chosen lane's."""
    marks, left = _tabs(view, run, theme, wide)
    if run is None:
        return tuple(marks)
    x = _SIDE
    needed = least_width(runs)
    switch = len(runs) > 1 and view not in ("gradient", PLOT)
    if switch:
        chips, x = _lane_chips(runs, run, theme, x, left - needed)
        marks += chips
    else:
        room = left - needed - x - 8.0
        title = next((text for text in _titles(runs) if _wide(text) <= room), _titles(runs)[-1])
        width = min(_wide(title), room)
        title = elided(title, width / 1.04, 15.0)
        marks.append(Text(rect=(x, 12.0, width, 26.0), text=title, colour=theme.text, size=15.0, weight=600))
        x += width + 8.0
    chips, x = part_chips(runs, run, theme, x, left)
    marks += chips
    room = left - x - 4.0
    if room >= 70.0:
        said = elided(_units(runs), room, 13.0) if switch else _input(run, x_hidden, room)
        marks.append(Text(rect=(x, 12.0, room, 26.0), text=said, colour=theme.dim, size=13.0))
    return tuple(marks)


def _wide(title: str) -> float:
    return text_width(title, 15.0) * 1.04 + 4.0


def _titles(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return what may stand over the stage, the more telling before the shorter."""
    whole = whole_title(runs[0]) if len(runs) == 1 else _tr(" vs ").join(lane_title(run) for run in runs)
    return f"{whole} · {_units(runs)}", whole


def _units(runs: Sequence[Run]) -> str:
    counts = sorted({run.units for run in runs})
    if counts == [1]:
        return _tr("1 unit")
    return _tr("{count} units").format(count=" / ".join(str(count) for count in counts))


def _input(run: Run, hidden: bool, room: float) -> str:
    """Return what is read, as much of it as there is room for, in whole words."""
    whole = _tr("from the end: {input}") if is_reverse(run) else "{input}"
    if hidden or not run.labels:
        return elided(whole.format(input=_tr("{count} steps").format(count=run.steps)), room, 13.0)
    words = [label for label in run.labels if label]
    texts = [_tr("“{tokens}”").format(tokens=" ".join(words))]
    fewer = range(len(words) - 1, 0, -1)
    if is_reverse(run):  # what is read first is at the end
        texts += [_tr("“… {tokens}”").format(tokens=" ".join(words[-k:])) for k in fewer]
    else:
        texts += [_tr("“{tokens} …”").format(tokens=" ".join(words[:k])) for k in fewer]
    shown = (whole.format(input=text) for text in texts)
    # The estimate of a sentence's width is on the safe side by more than this.
    fitting = (text for text in shown if 0.96 * text_width(text, 13.0) <= room)
    return next(fitting, elided(whole.format(input=texts[0]), room, 13.0))


def _tabs(shown: str, run: Run | None, theme: Theme, wide: float) -> tuple[list[Mark], float]:
    """Return the view tabs at the right end, and where they begin."""
    titles = view_titles(run)
    widths = {view: text_width(titles[view], 12.0) + 30.0 for view in TABS}
    x = wide - _SIDE - sum(widths.values())
    left = x
    marks: list[Mark] = []
    for view in TABS:
        chosen = view == shown
        rect = (x, 12.0, widths[view], 26.0)
        said = (_tr("{view} view, shown") if chosen else _tr("{view} view")).format(view=titles[view])
        marks += chip(rect, titles[view], chosen, theme, f"view:{view}", said)
        x += widths[view]
    return marks, left


def _lane_chips(
    runs: tuple[Run, ...], shown: Run, theme: Theme, x: float, end: float
) -> tuple[list[Mark], float]:
    """Return one chip per lane, and where they end."""
    room = max((end - x - 8.0) / len(runs), 30.0)
    marks: list[Mark] = []
    for run, hue in zip(runs, colours(runs, theme), strict=True):
        title, chosen = lane_title(run), run is shown
        width = min(text_width(title, 12.0) + 30.0 + DOT, room)
        said = (_tr("{lane}, shown") if chosen else _tr("show {lane}")).format(lane=title)
        name = elided(title, width - 18.0 - DOT, 12.0)
        marks += chip((x, 12.0, width, 26.0), name, chosen, theme, f"lane:{run.name}", said, hue)
        x += width
    return marks, x + 14.0


def _still_shown(scene: Scene, left: LeftRange) -> str:
    """Say what the picture shows where numbers left the range, and of the rest if that is not linear."""
    hatched = _tr("hatched: no number")
    if left.phase == "forward" and scene.view == "gradient":
        return _tr("in the forward pass, so there is no finite gradient")
    if left.phase != "forward" or left.t < 2:
        return hatched
    last = last_visible(scene.run, scene.veil)
    if all(scale_of(scene.run, name, last).floor is None for name in group_names(scene.run)):
        return hatched
    return hatched + _tr("; t = 1..{last} on a log scale").format(last=left.t - 1)


@lru_cache(maxsize=4)
def _banner(text: str, more: str, theme: Theme, wide: float) -> tuple[Mark, ...]:
    """Say that numbers left the range, and more where there is room for it."""
    rect = (_SIDE, _HEADER - 4.0, wide - 2 * _SIDE, 28.0)
    inner = (rect[0] + 12.0, rect[1], rect[2] - 24.0, rect[3])
    panel = Panel(rect=rect, fill=theme.tint(theme.wrong), border=theme.wrong, radius=7.0, label=text)
    said = Text(rect=inner, text=text, colour=theme.text, size=12.0, weight=500)
    room = inner[2] - text_width(text, 12.0) - 16.0
    if text_width(more, 12.0) > room:
        return (panel, said)
    beside = (inner[0] + inner[2] - room, inner[1], room, inner[3])
    return (panel, said, Text(rect=beside, text=more, colour=theme.dim, size=12.0, label=more))
