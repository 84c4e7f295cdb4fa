"""Formulas become outlines, outlines survive the cache, and speech leaves nothing out."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.widgets import text_store
from app.widgets.blocks import Block, from_json, parse, to_json
from app.widgets.formula import MAX_LATEX, FormulaError, from_bytes, to_bytes, typeset
from app.widgets.formula_images import FormulaImages
from app.widgets.record_file import RecordFile
from app.widgets.speech import speak_blocks, speak_latex
from app.widgets.text_store import TextStore, installed_version

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).resolve().parents[2]

FORMULAS = [
    r"h_t",
    r"c_t = f_t \odot c_{t-1} + i_t \odot g_t",
    r"\frac{\partial h_3}{\partial h_1}",
    r"\partial L/\partial h_t",
    r"\prod_{t=2}^{20} f_t",
    r"\sum_{k=1}^{T} \frac{\partial L_k}{\partial W_{hh}}",
    r"\tanh(z_t)",
    r"\sigma(z) = \frac{1}{1 + e^{-z}}",
    r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",
    r"\lVert \nabla L \rVert_2",
    r"\left\lVert \frac{\partial h_T}{\partial h_t} \right\rVert \le \gamma^{T-t}",
    r"W_{hh}^\top \operatorname{diag}(1 - h_t^2)",
    r"\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}",
    r"\begin{bmatrix} h_{t-1} \\ x_t \end{bmatrix}",
    r"\hat y = \operatorname{softmax}(W_y h + b_y)",
    r"\sqrt{2}",
    r"10^{-8}",
    r"\mathbb{R}^{H \times H}",
    r"\lambda_{\max} < 1",
    r"\log_{10} \left| \frac{\partial L}{\partial c} \right|",
    r"\boxed{f = 0.98}",
    r"x \to \infty, \quad \theta \leftarrow \theta - \eta\, g",
]


def drawn(formula_latex: str, px: float = 20) -> QImage:
    formula = typeset(formula_latex)
    width = round(formula.advance * px) + 8
    image = QImage(width, round((formula.ascent + formula.descent) * px) + 8, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    FormulaImages().draw(painter, formula, px, QPointF(4, 4 + formula.ascent * px), QColor("black"))
    painter.end()
    return image


def dark_pixels(image: QImage) -> int:
    return sum(
        image.pixelColor(x, y).lightness() < 128 for x in range(image.width()) for y in range(image.height())
    )


# ------------------------------------------------------------------------------------------- typesetting


@pytest.mark.parametrize("latex", FORMULAS)
def test_formulas_have_ink_inside_their_box(qapp: QApplication, latex: str) -> None:
    formula = typeset(latex)
    ink = formula.path.boundingRect()
    assert formula.ascent >= -ink.top() - 1e-9
    assert formula.descent >= ink.bottom() - 1e-9
    assert ink.left() >= -1e-9
    assert ink.right() <= formula.advance + 1e-9
    image = drawn(latex)
    assert dark_pixels(image) > 15
    edge = [image.pixelColor(x, y) for x in range(image.width()) for y in (0, image.height() - 1)]
    assert all(colour == QColor("white") for colour in edge)  # nothing is cut


def test_sub_and_superscript_differ() -> None:
    below, above = typeset("x_t"), typeset("x^t")
    assert below.descent > above.descent
    assert above.ascent > below.ascent


def test_a_displayed_product_puts_its_limits_above_and_below() -> None:
    assert typeset(r"\prod_{t=2}^{20} f_t", display=True).ascent > typeset(r"\prod_{t=2}^{20} f_t").ascent


@pytest.mark.parametrize("display", [False, True])
def test_a_derivative_sign_is_set_like_a_letter(display: bool) -> None:
    apart = typeset(r"\partial L", display).advance - typeset("L", display).advance
    assert apart == pytest.approx(0.495, abs=0.005)  # the slanted sign's own width and nothing more
    sign = typeset(r"\nabla L", display).advance - typeset("L", display).advance
    assert sign == pytest.approx(0.748, abs=0.005)


@pytest.mark.parametrize(
    ("latex", "closed_up", "space"),
    [
        (r"\tanh(x)", r"\text{tanh}(x)", 0.0),
        (r"\operatorname{diag}(x)", r"\text{diag}(x)", 0.0),
        (r"\ln x", r"\text{ln}x", 0.167),
        (r"2\tanh(x)", r"2\text{tanh}(x)", 0.167),
        (r"(2)\ln x", r"(2)\text{ln}x", 0.334),
        (r"(2, x)", r"(2{,}x)", 0.167),
        (r"f \odot c", r"f {\odot} c", 0.334),
        (r"x = c", r"x {=} c", 0.556),
        (r"x - c", r"x {-} c", 0.444),
        (r"x\quad c", r"xc", 1.0),
        (r"x\, c", r"xc", 0.167),
    ],
)
def test_names_commas_and_products_are_spaced_as_in_tex(latex: str, closed_up: str, space: float) -> None:
    assert typeset(latex).advance - typeset(closed_up).advance == pytest.approx(space, abs=0.01)


def test_a_fraction_keeps_clear_of_the_word_before_it() -> None:
    assert typeset(r"\tfrac12 x").path.boundingRect().left() > 0.1
    assert typeset(r"\frac12 x").path.boundingRect().left() > 0.1


@pytest.mark.parametrize(
    "latex", ["", "  ", r"\frac{", r"\nosuchcommand{x}", "x" * (MAX_LATEX + 1), "{" * 400 + "}" * 400]
)
def test_what_cannot_be_typeset_is_an_error(latex: str) -> None:
    with pytest.raises(FormulaError):
        typeset(latex)


@pytest.mark.parametrize("latex", FORMULAS[:6])
def test_a_packed_formula_comes_back(latex: str) -> None:
    formula = typeset(latex)
    again = from_bytes(to_bytes(formula))
    assert again is not None
    assert again.path.elementCount() == formula.path.elementCount()
    assert again.path.fillRule() == formula.path.fillRule()
    assert (again.ascent, again.descent, again.advance) == pytest.approx(
        (formula.ascent, formula.descent, formula.advance), abs=1e-6
    )


def test_damaged_bytes_are_no_formula() -> None:
    for data in (b"", b"rubbish", to_bytes(typeset("x"))[:-5], zlib.compress(b"short")):
        assert from_bytes(data) is None


def test_vectors_stay_vectors_on_export(qapp: QApplication, tmp_path: Path) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "out.svg"))
    generator.setSize(QSize(100, 40))
    painter = QPainter(generator)
    FormulaImages().draw(painter, typeset("h_t"), 20, QPointF(5, 25), QColor("black"))
    painter.end()
    text = (tmp_path / "out.svg").read_text(encoding="utf-8")
    assert "<path" in text
    assert "<image" not in text


def test_images_are_kept_by_size_and_colour(qapp: QApplication) -> None:
    images, formula = FormulaImages(), typeset("h_t")
    target = QImage(60, 40, QImage.Format.Format_ARGB32)
    painter = QPainter(target)
    for px, colour in [(13, "black"), (13, "black"), (15, "black"), (15, "white")]:
        images.draw(painter, formula, px, QPointF(4, 20), QColor(colour))
    painter.end()
    assert len(images) == 3


# ------------------------------------------------------------------------------------------------ cache


def test_the_cache_serves_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "At $t = 3$ **bold** and $$\\frac{a}{b}$$"
    first = TextStore(tmp_path)
    blocks = first.blocks(text)
    made = first.formula(r"\frac{a}{b}")
    assert first.formula(r"\nosuch{x}") is None
    assert made is not None

    def refuse(*_arguments: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(text_store, "typeset", refuse)
    monkeypatch.setattr("app.widgets.blocks.parse", refuse)
    second = TextStore(tmp_path)
    assert second.blocks(text) == blocks
    kept = second.formula(r"\frac{a}{b}")
    assert kept is not None
    assert kept.advance == pytest.approx(made.advance, abs=1e-6)
    assert second.formula(r"\nosuch{x}") is None


def test_a_warm_start_imports_neither_library(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.widgets.text_store import TextStore\n"
        "store = TextStore(Path(sys.argv[1])); store.blocks('so $h_t$'); assert store.formula('h_t')\n"
        "print('ziamath' in sys.modules, 'markdown_it' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        for _start in range(2)
    ]
    assert said == [["True", "True"], ["False", "False"]]


@pytest.mark.parametrize("damage", ["cut", "flip", "foreign", "empty", "folder"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: str) -> None:
    first = TextStore(tmp_path)
    for latex in ("h_t", "c_t", "f_t"):
        first.formula(latex)
    file = tmp_path / "formulas"
    data = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(data[:-7])
    elif damage == "flip":
        data[len(data) // 2] ^= 0xFF
        file.write_bytes(data)
    elif damage == "foreign":
        file.write_bytes(b"something else entirely")
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.unlink()
        file.mkdir()
    second = TextStore(tmp_path)
    for latex in ("h_t", "c_t", "f_t"):
        assert second.formula(latex) is not None
    third = RecordFile(file if damage != "folder" else None, _title(file))
    assert len(third) == (3 if damage != "folder" else 0)  # written whole again, where it can be


def _title(file: Path) -> str:
    if file.is_dir():
        return ""
    line = file.read_bytes().split(b"\n", 1)[0].decode()
    return line.removeprefix("unrolled records, ")


def test_records_of_another_version_are_not_read(tmp_path: Path) -> None:
    RecordFile(tmp_path / "r", "1").put("key", b"old")
    fresh = RecordFile(tmp_path / "r", "2")
    assert fresh.get("key") is None
    fresh.put("key", b"new")
    assert RecordFile(tmp_path / "r", "2").get("key") == b"new"
    assert RecordFile(tmp_path / "r", "1").get("key") is None


def test_the_last_of_equal_keys_counts(tmp_path: Path) -> None:
    records = RecordFile(tmp_path / "r", "1")
    records.put("ключ", b"one")
    records.put("ключ", b"two")
    assert RecordFile(tmp_path / "r", "1").get("ключ") == b"two"


def test_too_large_a_file_is_started_anew(tmp_path: Path) -> None:
    RecordFile(tmp_path / "r", "1").put("key", b"x" * 1000)
    fresh = RecordFile(tmp_path / "r", "1", limit=500)
    assert len(fresh) == 0
    fresh.put("k", b"v")
    assert (tmp_path / "r").stat().st_size < 100


def test_versions_are_read_without_importing() -> None:
    assert installed_version("ziamath")[0].isdigit()
    assert installed_version("no_such_package") == "unknown"


# ------------------------------------------------------------------------------------------------ blocks


def test_markdown_becomes_blocks_and_comes_back() -> None:
    blocks = parse(
        "# Head\n\nA *b* **c** `d` $x_t$\n\n- one\n\n3. three\n4. four\n\n| a | $b$ |\n|--|--|\n| 1 | 2 |\n"
    )
    assert [block.kind for block in blocks] == [
        "heading",
        "paragraph",
        "paragraph",
        "paragraph",
        "paragraph",
        "table",
    ]
    assert [block.marker for block in blocks[2:5]] == ["-", "3.", "4."]
    assert from_json(to_json(blocks)) == blocks


def test_straight_quotes_become_curly_outside_code_and_formulas() -> None:
    (block,) = parse('"dog" is unit 1\'s: `"x"` and $h_t\'$')
    assert [span.text for span in block.spans] == ["“dog” is unit 1’s: ", '"x"', " and ", "h_t'"]


def test_html_stays_text_and_money_is_no_formula() -> None:
    (block,) = parse("<b>no</b> costs $5 and $6")
    assert all(span.kind == "text" for span in block.spans)
    assert "".join(span.text for span in block.spans) == "<b>no</b> costs $5 and $6"


@pytest.mark.parametrize("data", [b"", b"[1]", b'[{"kind": "paragraph"}]', b"\xff"])
def test_rubbish_is_no_blocks(data: bytes) -> None:
    assert from_json(data) is None


# ------------------------------------------------------------------------------------------------ speech


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"\frac{\partial h_3}{\partial h_1}", "partial h 3 over partial h 1"),
        (r"\prod_{t=2}^{20} f_t", "product over t equals 2 to 20 of f t"),
        (r"W^\top h_{t-1}", "W transposed h sub t minus 1"),
        (r"\sigma(z_t) \odot \tanh c_t", "sigma (z t) elementwise times tanh c t"),
        (r"\lVert \nabla L \rVert", "norm of nabla L"),
        (r"\hat y", "y hat"),
        (r"1 - h^2", "1 minus h squared"),
        (r"10^{-8}", "10 to the minus 8"),
        (r"\operatorname{diag}(x)", "diag (x)"),
        (r"\frac12", "1 over 2"),
        (r"\unknown x", "unknown x"),
        (r"\sqrt[3]{x}", "root 3 of x"),
    ],
)
def test_formulas_are_said_in_words(latex: str, said: str) -> None:
    assert speak_latex(latex) == said


@pytest.mark.parametrize("latex", [*FORMULAS, r"\frac{", "}{", "^", "_", "\\", r"\begin{", r"\sqrt["])
def test_speech_never_fails_and_says_no_backslash(latex: str) -> None:
    said = speak_latex(latex)
    assert "\\" not in said
    assert "{" not in said


def test_a_text_is_said_block_by_block() -> None:
    assert (
        speak_blocks(parse("The *cell* $c_t$.\n\n1. first\n2. second"))
        == "The cell c t.\n1. first\n2. second"
    )
    assert speak_blocks([Block("rule")]) == ""
