"""Controls in the product's look; they know colours and typefaces, and nothing of what they show."""

from __future__ import annotations

from .announcer import Announcer
from .buttons import IconButton, LinkCard, PrimaryButton, SecondaryButton
from .feedback_card import FeedbackCard, FeedbackKind
from .label import Label
from .math_text import MathText, PictureLoader
from .messages import Banner, MessageKind, Toast
from .number_field import NumberField
from .option_card import OptionCard, OptionVerdict
from .option_group import OptionGroup
from .progress_line import ProgressLine
from .rail import Rail, RailEntry
from .segments import SegmentedControl
from .slider import LabeledSlider
from .text_store import TextStore
from .viewport import clear_viewport

__all__ = [
    "Announcer",
    "Banner",
    "FeedbackCard",
    "FeedbackKind",
    "IconButton",
    "Label",
    "LabeledSlider",
    "LinkCard",
    "MathText",
    "MessageKind",
    "NumberField",
    "OptionCard",
    "OptionGroup",
    "OptionVerdict",
    "PictureLoader",
    "PrimaryButton",
    "ProgressLine",
    "Rail",
    "RailEntry",
    "SecondaryButton",
    "SegmentedControl",
    "TextStore",
    "Toast",
    "clear_viewport",
]
