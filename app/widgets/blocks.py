"""Markdown as a list of blocks: what the document builder, the speech and the cache share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

__all__ = ["Block", "BlockKind", "Span", "SpanKind", "from_json", "parse", "to_json"]

SpanKind = Literal["text", "code", "math", "picture", "break"]
BlockKind = Literal["paragraph", "heading", "code", "math", "rule", "table"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of one look: `text` is the text, the LaTeX, or a picture's description."""

    kind: SpanKind
    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    target: str = ""  # where a link leads, or a picture's file


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or whatever stands in place of one.

    `marker` is ``"-"`` or a number with its point on the first block of a list's item; `list_id`
    tells the lists of one text apart. A table has `rows` of cells of spans, the first its heads.
    """

    kind: BlockKind
    spans: tuple[Span, ...] = ()
    level: int = 0  # of a heading
    depth: int = 0  # lists and quotations around it
    marker: str = ""
    list_id: int = 0
    quote: bool = False
    rows: tuple[tuple[tuple[Span, ...], ...], ...] = ()


def parse(markdown: str) -> tuple[Block, ...]:
    """Read Markdown (CommonMark, tables, ``$mathematics$``); HTML in it stays visible text.

    Straight quotation marks and apostrophes, as keyboards have them, become curly ones.
    """
    # Imported here: texts met before come from the cache, and this takes 0.1 s.
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark", {"html": False, "typographer": True})
    reader.enable(["table", "strikethrough", "smartquotes"])
    reader.use(dollarmath_plugin, allow_labels=False, allow_space=False, double_inline=True)
    return tuple(_Walk(reader.parse(markdown)).blocks())


class _Walk:
    """Follows the reader's flat list of tokens, which opens and closes like brackets."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._lists: list[tuple[int, int | None]] = []  # id and next number, None if bulleted
        self._count = 0
        self._marker = ""
        self._quotes = 0
        self._level = 0
        self._table: list[list[tuple[Span, ...]]] | None = None

    def blocks(self) -> Iterator[Block]:
        for token in self._tokens:
            yield from self._block(token)

    def _block(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._count += 1
                start = int(token.attrGet("start") or 1) if token.tag == "ol" else None
                self._lists.append((self._count, start))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                list_id, number = self._lists[-1]
                self._marker = "-" if number is None else f"{number}."
                self._lists[-1] = (list_id, None if number is None else number + 1)
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case "heading_open":
                self._level = int(token.tag[1:])
            case "heading_close":
                self._level = 0
            case "table_open":
                self._table = []
            case "tr_open" if self._table is not None:
                self._table.append([])
            case "inline" if self._table is not None:
                self._table[-1].append(tuple(_spans(token.children or ())))
            case "table_close":
                rows, self._table = self._table or [], None
                yield self._made("table", rows=tuple(tuple(row) for row in rows))
            case "inline":
                spans = tuple(_spans(token.children or ()))
                yield self._made("heading" if self._level else "paragraph", spans, self._level)
            case "fence" | "code_block":
                yield self._made("code", (Span("code", token.content.rstrip("\n")),))
            case "math_block":
                yield self._made("math", (Span("math", token.content.strip()),))
            case "hr":
                yield self._made("rule")

    def _made(
        self,
        kind: BlockKind,
        spans: tuple[Span, ...] = (),
        level: int = 0,
        rows: tuple[tuple[tuple[Span, ...], ...], ...] = (),
    ) -> Block:
        marker, self._marker = self._marker, ""
        list_id = self._lists[-1][0] if self._lists else 0
        depth = len(self._lists) + self._quotes
        return Block(kind, spans, level, depth, marker, list_id, self._quotes > 0, rows)


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    bold = italic = struck = False
    link = ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.nesting > 0
            case "em_open" | "em_close":
                italic = token.nesting > 0
            case "s_open" | "s_close":
                struck = token.nesting > 0
            case "link_open":
                link = str(token.attrGet("href") or "")
            case "link_close":
                link = ""
            case "softbreak":
                yield Span("text", " ", bold, italic, struck, link)
            case "hardbreak":
                yield Span("break", "\n")
            case "code_inline":
                yield Span("code", token.content, bold, italic, struck, link)
            case "math_inline" | "math_inline_double":
                yield Span("math", token.content.strip(), bold)
            case "image":
                yield Span("picture", token.content, target=str(token.attrGet("src") or ""))
            case _ if token.content:
                yield Span("text", token.content, bold, italic, struck, link)


def to_json(blocks: Sequence[Block]) -> bytes:
    """Pack blocks for the cache."""
    return json.dumps([asdict(block) for block in blocks], ensure_ascii=False).encode()


def from_json(data: bytes) -> tuple[Block, ...] | None:
    """Unpack blocks; None if the bytes are not blocks."""
    try:
        return tuple(_block_of(entry) for entry in [*json.loads(data)])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _block_of(entry: dict[str, Any]) -> Block:
    spans = tuple(Span(**span) for span in entry.pop("spans"))
    rows = tuple(tuple(tuple(Span(**span) for span in cell) for cell in row) for row in entry.pop("rows"))
    return Block(spans=spans, rows=rows, **entry)
