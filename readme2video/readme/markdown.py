"""Markdown as GitHub reads it, into an outline whose every node knows its lines."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from readme2video.model.document import Lines
from readme2video.readme.limits import INLINE_MARKS, TABLE_COLUMNS, Cut, count_marks, shorten_paragraph
from readme2video.readme.markup import read_blocks, read_inline
from readme2video.readme.outline import Outline, Prose

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

_PARSER_NESTING = 100  # of tokens, of which a list takes two; what is deeper was flattened before
_BLOCKS_READ = 2_500  # some more than a document keeps, so that the cut is seen


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.gfm import gfm_plugin

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _PARSER_NESTING}).use(gfm_plugin)
    parser.core.ruler.before("inline", "limits", _limit_inline)
    return parser


def _limit_inline(state: StateCore) -> None:
    marks = 0
    for token in state.tokens:
        if token.type == "inline":
            token.content = shorten_paragraph(token.content)
            marks += count_marks(token.content)
            if marks > INLINE_MARKS:
                token.content = ""
                state.env["shortened"] = True


def read_markdown(cut: Cut, outline: Outline) -> None:
    """Read Markdown whose lines were already cut to size."""
    from markdown_it.tree import SyntaxTreeNode

    parser = _parser()
    environment: dict[str, object] = {}
    tokens = parser.parse("\n".join(cut.lines) + "\n", environment)
    if environment.get("shortened"):
        outline.say(
            "inline-markup", "There is more inline markup than any text needs; the last paragraphs are not used."
        )
    reader = _MarkdownReader(parser, environment, cut, outline)
    for node in SyntaxTreeNode(tokens).children:
        if len(outline.parts) > _BLOCKS_READ:
            break
        reader.block(node)


class _MarkdownReader:
    def __init__(self, parser: MarkdownIt, environment: dict[str, object], cut: Cut, outline: Outline) -> None:
        self.parser = parser
        self.environment = environment
        self.cut = cut
        self.outline = outline
        self.heading_level = 0  # of an HTML heading whose text follows as Markdown

    def block(self, node: SyntaxTreeNode) -> None:
        """Add one block."""
        kind = node.type
        if kind == "heading":
            self.outline.heading(int(node.tag[1]), self._prose(node), self._lines(node))
        elif kind == "paragraph":
            prose, lines = self._prose(node), self._lines(node)
            if self.heading_level and (prose.text or prose.images):
                self.outline.heading(self.heading_level, prose, lines)
                self.heading_level = 0
            else:
                self.outline.paragraph(prose, lines)
        elif kind in ("bullet_list", "ordered_list"):
            self._list(node)
        elif kind in ("blockquote", "alert"):
            self._quote(node)
        elif kind in ("fence", "code_block"):
            self._code(node)
        elif kind == "table":
            self._table(node)
        elif kind == "html_block":
            self._html(node)

    def _lines(self, node: SyntaxTreeNode) -> Lines:
        first, end = node.map or (0, 1)
        while end > first + 1 and not self.cut.lines[min(end, len(self.cut.lines)) - 1].strip(" \t>"):
            end -= 1  # a list's map takes in the blank lines behind it
        return self.outline.span(first + 1, end)

    def _prose(self, node: SyntaxTreeNode) -> Prose:
        """The inline content of a heading, paragraph or cell."""
        inline = next((child for child in node.children if child.type == "inline"), None)
        if inline is None or inline.token is None:
            return Prose()
        tokens = [child for child in inline.token.children or [] if child.type != "footnote_ref"]
        html = self.parser.renderer.render([_carrier(tokens)], self.parser.options, self.environment)
        return read_inline(html, (inline.map or node.map or (0, 1))[0] + 1)

    def _list(self, node: SyntaxTreeNode) -> None:
        entries, below = [], []
        for item in node.children:
            spoken = next((child for child in item.children if child.type in ("paragraph", "heading")), None)
            if spoken is not None:
                checked = item.meta.get("checked") if isinstance(item.meta, dict) else None
                entries.append((self._prose(spoken), checked, self._lines(spoken)))
            for child in item.walk():
                if child.type in ("fence", "code_block", "table"):
                    below.append(child)
                elif child.type == "paragraph" and child is not spoken:
                    self._images_of(child, below)
        self.outline.items(node.type == "ordered_list", entries, self._lines(node))
        for child in below:
            self.block(child)

    def _images_of(self, node: SyntaxTreeNode, below: list[SyntaxTreeNode]) -> None:
        inline = next((child for child in node.children if child.type == "inline"), None)
        tokens = inline.token.children if inline is not None and inline.token is not None else None
        if tokens and all(token.type in ("image", "softbreak") for token in tokens):
            below.append(node)

    def _quote(self, node: SyntaxTreeNode) -> None:
        texts, below = [], []
        for child in node.walk():
            if child.type in ("paragraph", "heading"):
                texts.append(self._prose(child))
            elif child.type in ("fence", "code_block", "table", "html_block"):
                below.append(child)
        alert = str(node.meta.get("kind", "")).lower() if node.type == "alert" else None
        self.outline.quote(texts, alert or None, self._lines(node))
        for child in below:
            self.block(child)

    def _code(self, node: SyntaxTreeNode) -> None:
        first, end = node.map or (0, 1)
        code = node.content.removesuffix("\n")
        if node.type == "code_block":
            code = code.rstrip("\n")
            self.outline.code("", code, first + 1)
            return
        if end - first < code.count("\n") + 3 and end >= len(self.cut.lines):
            self.outline.say("unclosed-code", f"The code block at line {first + 1} is never closed.")
        self.outline.code(node.info, code, first + 2)

    def _table(self, node: SyntaxTreeNode) -> None:
        header: list[Prose] = []
        rows: list[tuple[int, list[Prose]]] = []
        width = 0
        for part in node.children:
            for row in part.children:
                width = max(width, len(row.children))
                cells = [self._prose(cell) for cell in row.children[: TABLE_COLUMNS + 1]]
                line = (row.map or node.map or (0, 1))[0] + 1
                if part.type == "thead":
                    header = cells
                else:
                    rows.append((line, cells))
        lines = self._lines(node)
        truncated = lines.last + 1 in self.cut.cut_rows
        self.outline.table(header, rows, lines, truncated=truncated)

    def _html(self, node: SyntaxTreeNode) -> None:
        html, lines = node.content, self._lines(node)
        if html.lstrip().startswith("<!--") and "-->" not in html:
            self.outline.say("unclosed-comment", f"The HTML comment at line {lines.first} is never closed.")
        read_blocks(html, self.outline, lines)
        self.heading_level = _open_heading(html, self.heading_level)


def _carrier(children: list[Token]) -> Token:
    from markdown_it.token import Token

    return Token("inline", "", 0, children=children)


def _open_heading(html: str, before: int) -> int:
    """The level of an HTML heading left open at the end of a block, whose text then follows as Markdown."""
    lower = html.lower()
    opened = max(lower.rfind(f"<h{level}") for level in range(1, 7))
    closed = lower.rfind("</h")
    if opened > closed and lower[opened + 3 : opened + 4] in (">", " ", "\n"):
        return int(lower[opened + 2])
    return 0 if closed >= 0 else before
