"""Makes the cache that comes with the program, so that its very first start finds the shipped banks ready.

``python -m app.prebuild`` reads the banks, computes the texts of every variant that can be drawn, and
typesets their formulas, into ``app/prebuilt``. What lies there is used like the cache of a profile: by the
hash of the file and the versions of all that made it. So it may be missing, old or damaged, and is never in
the repository.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.controllers.cards import make_card
from app.program import PREBUILT, SHIPPED_BANKS
from app.version import __version__
from app.widgets import TextStore
from content import concepts, library
from content.expressions import ExpressionError
from content.variants import combinations, restore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from content.model import Bank, Question

__all__ = ["build", "main"]

MOST_DRAWS = 64
"""Of so many variants of a question the texts are made; of further ones when they are asked."""


def build(folder: Path, banks: Sequence[Path] = (SHIPPED_BANKS,)) -> int:
    """Make the cache anew; return how many texts are in it.

    Parameters
    ----------
    folder : Path
        Where; what is there is replaced once all is made.
    banks : sequence of Path
        Files and folders of banks.

    Raises
    ------
    OSError
        If it cannot be written; the old one is then there, or none.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="prebuilt-", dir=folder.parent) as made:
        place = Path(made) / folder.name
        place.mkdir()
        found = library.load(banks, concepts.load(place), place, __version__)
        store = TextStore(place)
        texts = {text for bank in found.banks for text in _texts_of(bank)}
        for text in sorted(texts):  # in order, so that the same banks make the same files
            _make(store, text)
        for file in place.iterdir():
            file.chmod(0o644)  # who installs a program is not always who uses it
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(place, folder)
    return len(texts)


def _texts_of(bank: Bank) -> Iterator[str]:
    for question in bank.questions:
        yield from (diagnosis.why for diagnosis in question.diagnose)
        for draws in combinations(question, MOST_DRAWS):
            try:
                yield from _card_texts(bank, question, draws)
            except (ExpressionError, ValueError):
                continue  # a combination that would not be asked


def _card_texts(bank: Bank, question: Question, draws: tuple[tuple[str, float], ...]) -> Iterator[str]:
    card = make_card(bank, restore(question, 0, draws, tuple(range(len(question.options)))))
    yield from (card.stem, card.veil, card.explanation, *card.hints)
    explain = card.explain
    for option in (*card.options, *(explain.options if explain is not None else ())):
        yield from (option.text, option.why)
    if explain is not None:
        yield explain.ask


def _make(store: TextStore, text: str) -> None:
    for block in store.blocks(text):
        for span in (*block.spans, *(span for row in block.rows for cell in row for span in cell)):
            if span.kind == "math":
                store.formula(span.text, display=block.kind == "math")


def main() -> int:
    """Build it where the program looks for it."""
    try:
        count = build(PREBUILT)
    except OSError as error:
        print(f"nothing was prebuilt, so the first start will take longer: {error}", file=sys.stderr)
        return 1
    print(f"prebuilt {count} texts in {PREBUILT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
