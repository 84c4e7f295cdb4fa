"""Pieces that every cell has: letters, captions, the token, and the plate that hides everything."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.theme import mix

from .cell_flows import is_read
from .marks import Line, Panel, Rect, Veiled
from .strands import MOST, number, sample_tones, tr
from .timeline import elided, text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .cell_flows import Flows
    from .drawing import Drawing
    from .geometry import LstmPlan, RnnPlan
    from .geometry_gru import GruPlan
    from .strands import Flow


def letter(drawing: Drawing, text: str, rect: Rect, colour: str, size: float, align: str) -> None:
    """Write a quantity's letter: italic, in its hue."""
    drawing.text(text, rect, colour, size, weight=600, italic=True, align=align)


def hand_over(
    drawing: Drawing,
    flows: Flows,
    plan: LstmPlan | GruPlan | RnnPlan,
    y: float,
    emitted: Flow,
    at: tuple[int, float],
) -> None:
    """Draw where the new state goes: on to the next step, and up to what reads it, if anything does.

    Parameters
    ----------
    drawing, flows, plan
        As the cell has them.
    y
        The height of the state's wire.
    emitted
        What it carries up to the fork.
    at
        Sub-step, and the reading of its clock at the fork.
    """
    back, leave, (stage, clock) = flows.backward, plan.x_read - plan.bend, at
    onward = flows.from_next() if back else emitted
    drawing.wire(onward, ((leave, y), (plan.right, y)), 0.0, stage, clock, spoken=back)
    if is_read(flows):
        route = ((leave, y), (plan.x_read, y), (plan.x_read, plan.bottom))
        above = flows.from_above() if back else emitted
        drawing.wire(above, route, plan.bend, stage, clock, spoken=back, leaves=stage)


def captions(
    drawing: Drawing, name: str, number: str, rect: Rect, theme: Theme, at: tuple[int, float] | None
) -> None:
    """Write a block's name, and the chosen unit's number at its right; one alone stands in the middle."""
    x, y, width, height = rect
    if not name:
        drawing.text(number, rect, theme.text, 11.0, mono=True, align="centre", at=at)
        return
    wide = text_width(number, 11.0 * drawing.type_factor, mono=True)
    drawing.text(name, (x, y, width - wide, height), theme.dim, 11.0, align="left" if number else "centre")
    if number:
        drawing.text(
            number, (x + width - wide, y, wide, height), theme.text, 11.0, mono=True, align="right", at=at
        )


def means(count: int) -> str:
    """Return how many neighbours one strand or slot is the mean of, nothing where each has its own."""
    if count <= MOST:
        return ""
    few, rest = divmod(count, MOST)
    return tr("{few} or {more}").format(few=few, more=few + 1) if rest else str(few)


def direct_band(drawing: Drawing, plan: LstmPlan | GruPlan, y: float, at: tuple[int, float]) -> None:
    """Lay a band under the line of a state: the one path that meets no matrix; it ends where the wires do."""
    half = band_half(plan)
    rect = (plan.left, y - half, plan.right - plan.left, 2 * half)
    ground = mix(drawing.theme.card, drawing.theme.gradient, 0.14)
    drawing.add(Panel(rect=rect, fill=ground), at[0], 0.0, at[1])


def band_half(plan: LstmPlan | GruPlan) -> float:
    """Return half of the height of the direct path's band."""
    return plan.wires.span / 2 + round(3.0 * plan.u)


def numbers_of(drawing: Drawing, units: int, unit: int, rect: Rect, theme: Theme) -> None:
    """Say at the right whose the numbers are, and what a strand and a slot stand for if for several units.

    Backwards the numbers are still those of the forward pass; without room for it, nothing is said.
    """
    x, y, width, height = rect
    texts = _said_of_numbers(units, unit, drawing.backward)
    size = 11.0 * drawing.type_factor
    fitting = (text for text in texts if text_width(text, size) + 4.0 <= width)
    shown = next(fitting, texts[-1] if texts and not drawing.backward else "")
    if shown:
        wide = text_width(shown, size) + 4.0
        drawing.text(shown, (x + width - wide, y, wide, height), theme.dim, 11.0, align="right")


def _said_of_numbers(units: int, unit: int, backward: bool) -> list[str]:
    """Return what may be said of the numbers, the more telling before the shorter."""
    whose = tr("forward values: unit {k}") if backward else tr("numbers: unit {k}")
    texts = [whose] if units > 1 else []
    if units > MOST:
        # A bar is a mean, the number one unit's own: a tick in the bar shows where that one is.
        ticked = tr("forward values and ticks: unit {k}") if backward else tr("numbers and ticks: unit {k}")
        given = {"n": units, "m": MOST, "few": means(units), "numbers": ticked}
        more = [
            tr("{n} units drawn as {m} means of {few} · {numbers}"),
            tr("{m} means of {few} units · {numbers}"),
        ]
        texts = [*([] if backward else [text.format(**given) for text in more]), ticked, whose]
    return [text.format(k=unit) for text in texts]


def delta(drawing: Drawing, plan: LstmPlan | GruPlan, x: float, theme: Theme, of: str = "z") -> None:
    """Say beside the wire of a pre-activation, if there is room, what the blocks below call its gradient."""
    k, top = plan.type, plan.gate_top + plan.gate_height
    if plan.mix_top - top >= 14.0 * k:
        words = tr("δ = ∂L/∂{z}").format(z=of)
        place = (x + plan.wires.span / 2 + 6.0, top, text_width(words, 11.0 * k) + 4.0, plan.mix_top - top)
        drawing.text(words, place, theme.dim, 11.0)


def over_band(plan: LstmPlan | GruPlan, y: float) -> float:
    """Return where what stands above a state's line ends, clear of the direct path's band."""
    return y - band_half(plan) - 4.0


def foot(
    drawing: Drawing,
    plan: LstmPlan | GruPlan,
    flows: Flows,
    ends: tuple[float, float],
    size: float,
    above: str,
    theme: Theme,
) -> None:
    """Write below the plate what is read, what colour and width mean, and what the wire upwards leads to.

    Parameters
    ----------
    drawing, plan, flows, theme
        As the cell has them.
    ends
        The middle of the wire of what is read, and how far a token may reach.
    size
        Of a letter.
    above
        What the wire upwards leads to; empty without one.
    """
    k, low = plan.type, plan.plate_bottom + 3.0
    tall = plan.bottom - low
    x = ends[0] + plan.wires.x_span / 2 + 8.0
    begin = token(drawing, flows, (x, low, ends[1] - x, tall), size, theme) + 14.0
    edge = plan.x_read - plan.wires.span / 2 - 8.0
    # The same room at every step: the key must not jump where a loss comes in.
    room = max(text_width(text, 12.0 * k) for text in (above, tr("no loss here"), tr("from the loss"))) + 4.0
    if above:
        drawing.text(above, (edge - room, low, room, tall), theme.dim, 12.0, align="right")
    legend(drawing, flows.run.units, (begin, low, edge - room - 14.0 - begin, tall), theme)


def token(drawing: Drawing, flows: Flows, rect: Rect, size: float, theme: Theme) -> float:
    """Write the letter of what is read, and the token if the inputs have names, or an only input's number.

    Returns
    -------
    float
        Where it ends at most, the same at every step.
    """
    x, y, width, height = rect
    k = drawing.type_factor
    run = flows.run
    letter(drawing, f"{flows.reads}ₜ", (x, y, 26.0 * k, height), theme.role("x"), size, "left")
    labels = run.labels
    room, left = width - 30.0 * k, x + 30.0 * k
    if run.layer > 1:
        texts = [tr("hₜ of layer {layer}").format(layer=run.layer - 1)]
        if run.network.bidirectional:
            texts.insert(0, tr("hₜ of layer {layer}, both ways").format(layer=run.layer - 1))
        said = next((text for text in texts if text_width(text, 11.0 * k) <= room), "")
        drawing.text(said, (left, y, room, height), theme.dim, 11.0)
        return left + text_width(said, 11.0 * k)
    if labels:
        quoted = [tr("“{token}”").format(token=label) for label in labels]
        if 1 <= flows.step <= len(labels):
            said = elided(quoted[flows.step - 1], room, 13.0 * k)
            drawing.text(said, (left, y, room, height), theme.dim, 13.0)
        return left + min(max(text_width(text, 13.0 * k) for text in quoted), room)
    if run.inputs > MOST:
        said = tr("{m} means of {few} inputs").format(m=MOST, few=means(run.inputs))
        wide = text_width(said, 11.0 * k) + 4.0
        if wide <= room:
            drawing.text(said, (left, y, wide, height), theme.dim, 11.0)
            return left + wide
    elif run.inputs == 1 and not drawing.backward:
        # Several inputs have a number each: then it takes hovering.
        values = flows.value(flows.reads).values
        if values is not None and len(values) == 1:
            text = number(float(values[0]))
            wide = text_width(text, 11.0 * k, mono=True) + 4.0
            drawing.text(text, (left, y, wide, height), theme.dim, 11.0, mono=True)
        return left + text_width("−0.00", 11.0 * k, mono=True) + 4.0
    return left


def legend(drawing: Drawing, units: int, rect: Rect, theme: Theme) -> None:
    """Say what colour and width mean, and backwards what a strand stands for, where there is room for it."""
    x, y, width, height = rect
    k = drawing.type_factor
    below, above, bare = sample_tones(theme)
    signs = [(below, tr("below 0")), (above, tr("above 0"))]
    grey = [(bare, tr("below 10⁻⁶") if drawing.backward else tr("0"))] if drawing.bare else []
    wider, shorter = tr("wider: larger"), ""
    if drawing.backward:
        wider, shorter = tr("wider: larger |∂L/∂·|, 10⁻⁶ to 10"), tr("width: |∂L/∂·|, 10⁻⁶ to 10")
    of = tr("a strand: mean of {few} units").format(few=means(units))
    several = [(None, of)] if drawing.backward and units > MOST else []
    choices: list[list[tuple[str | None, str]]] = [
        [*signs, *grey, (None, wider), *several],
        [*signs, *grey, (None, wider)],
        [*signs, *grey, (None, shorter or wider)],
        [*signs, (None, shorter or wider)],
    ]
    stroke = 16.0 * k
    for parts, gap in itertools.product(choices, (14.0 * k, 10.0 * k)):
        widths = [text_width(text, 11.0 * k) + (stroke + 5.0 if hue else 0.0) for hue, text in parts]
        whole = sum(widths) + (len(parts) - 1) * gap
        if whole <= width:
            break
    else:
        return
    left = x + (width - whole) / 2
    middle = y + height / 2
    for (hue, text), wide in zip(parts, widths, strict=True):
        shift = 0.0
        if hue is not None:
            shift = stroke + 5.0
            points = ((left, middle), (left + stroke, middle))
            box = (left, middle - 1.5, stroke, 3.0)
            drawing.add(Line(rect=box, lane=drawing.lane, points=points, colour=hue, width=3.0))
        drawing.text(text, (left + shift, y, wide - shift, height), theme.dim, 11.0)
        left += wide + gap


def sentence_plate(drawing: Drawing, rect: Rect, theme: Theme) -> None:
    """Draw the empty plate with the calm sentence."""
    drawing.add(Panel(rect=rect, fill=theme.card, border=theme.line, radius=14.0))
    words = tr("hidden for now")
    drawing.add(
        Veiled(
            rect=rect,
            label=words,
            text=words,
            detail=tr("your prediction comes first"),
            colour=theme.dim,
            detail_colour=theme.dim,
        )
    )
