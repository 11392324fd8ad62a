"""HTML of a README: cleaned, then understood as text with looks, links, images and the line of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readme2video.model.document import Lines, Link
from readme2video.readme.cleaning import BLOCKS, HEADINGS, clean_tree
from readme2video.readme.headings import kind_of
from readme2video.readme.outline import Image, Outline, Prose, Run
from readme2video.readme.text import fold, scrub

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TAGLINE_WORDS = 3


def read_inline(html: str, first_line: int) -> Prose:
    """Understand the inline content of one block; line breaks in the text count lines from ``first_line``."""
    walker = _Walker(first_line)
    root = clean_tree(html)
    if root is not None:
        walker.walk(root, _Look())
    return walker.take()


def read_blocks(html: str, outline: Outline, lines: Lines) -> None:
    """Understand a block of raw HTML, adding what it says to the outline."""
    root = clean_tree(html)
    if root is not None:
        walker = _Walker(lines.first, outline, lines)
        walker.walk(root, _Look())
        walker.flush()


class _Look:
    """How the text at one place of the tree looks."""

    __slots__ = ("code", "depth", "href", "strong")

    def __init__(self, *, strong: bool = False, code: bool = False, href: str | None = None, depth: int = 0) -> None:
        self.strong, self.code, self.href, self.depth = strong, code, href, depth

    def inside(self, tag: str, href: str | None) -> _Look:
        return _Look(
            strong=self.strong or tag in ("b", "strong"),
            code=self.code or tag in ("code", "samp", "tt", "kbd"),
            href=href or self.href,
            depth=self.depth + 1,
        )


class _Walker:
    """Walks a cleaned tree. Without an outline everything is the inline content of one block."""

    def __init__(self, line: int, outline: Outline | None = None, lines: Lines | None = None) -> None:
        self.line = line
        self.outline = outline
        self.lines = lines or Lines(first=line, last=line)
        self.chunks = [Prose()]  # of the paragraph being collected, one per <br>

    def take(self) -> Prose:
        """The prose collected so far, joined."""
        joined = Prose()
        for chunk in self.chunks:
            joined.runs += chunk.runs
            joined.images += chunk.images
            joined.links += chunk.links
        self.chunks = [Prose()]
        return joined

    def flush(self) -> None:
        """End a paragraph. A row of links or badges beside words is a paragraph of its own."""
        if self.outline is None:
            return
        mixed = any(chunk.is_navigation for chunk in self.chunks)
        for prose in [chunk for chunk in self.chunks if chunk.runs or chunk.images] if mixed else [self.take()]:
            self.outline.paragraph(prose, self.lines)
        self.chunks = [Prose()]

    def walk(self, parent: LexborNode, look: _Look) -> None:
        """Visit the children of a node in order."""
        for node in parent.iter(include_text=True):
            tag = node.tag or ""
            if tag == "-text":
                self._say(node.text(deep=False) or "", look)
            elif tag == "br":
                self._say(" ", look)
                self.chunks.append(Prose())
            elif tag == "img":
                self._image(node, None, look)
            elif tag == "picture":
                self._picture(node, look)
            elif tag == "video":
                self._video(node, look)
            elif tag in ("del", "s"):
                self.line += (node.text(deep=True) or "").count("\n")  # taken back by its author, so not said
            elif self.outline is not None and tag in BLOCKS:
                self._block(node, tag, look)
            elif tag == "a":
                self._link(node, look)
            else:
                self.walk(node, look.inside(tag, None))
                if tag in BLOCKS:
                    self._say(" ", look)

    def _say(self, text: str, look: _Look) -> None:
        for index, piece in enumerate(text.split("\n")):
            if index:
                self.line += 1
                piece = " " + piece  # noqa: PLW2901 - a line break is a blank
            if piece:
                run = Run(piece, self.line, strong=look.strong, code=look.code, linked=look.href is not None)
                self.chunks[-1].runs.append(run)

    def _link(self, node: LexborNode, look: _Look) -> None:
        href = (node.attributes.get("href") or "").strip()
        first, spoken = self.line, len(self.chunks[-1].runs)
        chunk = self.chunks[-1]
        self.walk(node, look.inside("a", href or None))
        text = fold(scrub("".join(run.text for run in chunk.runs[spoken:])))
        if href and text:
            chunk.links.append(Link(text=text, href=href, lines=Lines(first=first, last=self.line)))

    def _image(self, node: LexborNode, dark: str | None, look: _Look, light: str | None = None) -> None:
        src = light or (node.attributes.get("src") or "").strip()
        if src:
            alt = node.attributes.get("alt") or ""
            self.chunks[-1].images.append(Image(src, alt, self.line, dark_src=dark, href=look.href))

    def _picture(self, node: LexborNode, look: _Look) -> None:
        dark = light = None
        for source in node.css("source"):
            media = source.attributes.get("media") or ""
            named = (source.attributes.get("srcset") or "").split(",")[0].strip().split(" ")[0] or None
            if "dark" in media:
                dark = named
            elif "light" in media:
                light = named
        for child in node.iter(include_text=True):
            if child.tag == "img":
                if light is not None and dark is None:  # then the image itself is the one for dark pages
                    dark = (child.attributes.get("src") or "").strip() or None
                self._image(child, dark, look, light)
            else:
                self.line += (child.text(deep=True) or "").count("\n")

    def _video(self, node: LexborNode, look: _Look) -> None:
        sources = [node, *node.css("source")]
        src = next((found for one in sources if (found := (one.attributes.get("src") or "").strip())), "")
        if src:
            self.chunks[-1].images.append(Image(src, "", self.line, href=look.href, video=True))
        self.line += (node.text(deep=True) or "").count("\n")  # what is said where videos do not play

    def _block(self, node: LexborNode, tag: str, look: _Look) -> None:
        outline = self.outline
        if outline is None:  # only called with one; mypy cannot see it
            return
        first = self.line
        if tag in HEADINGS or tag == "summary":
            self.flush()
            prose = self._inner(node)
            lines = self._span(first, prose)
            centred = (node.attributes.get("align") or "") == "center"
            words = len(prose.text.split())
            known = kind_of(prose.text) != "other"
            if tag == "summary" and known:
                outline.heading(min(_level(outline) + 1, 6), prose, lines)
            elif tag == "summary" or (tag != "h1" and centred and words >= _TAGLINE_WORDS and not known):
                outline.paragraph(prose, lines)  # set large, but a sentence
            else:
                outline.heading(int(tag[1]), prose, lines)
        elif tag in ("ul", "ol"):
            self.flush()
            self._list(node, outline, ordered=tag == "ol")
        elif tag == "pre":
            self.flush()
            code = node.text(deep=True) or ""
            outline.code("", scrub(code.rstrip("\n")), self.line)
            self.line += code.count("\n")
        elif tag == "blockquote":
            self.flush()
            prose = self._inner(node)
            outline.quote([prose], None, self._span(first, prose))
        elif tag == "table" and _is_data(node):
            self.flush()
            self._table(node, outline)
        else:
            self.flush()
            self.walk(node, look.inside(tag, None))
            self.flush()

    def _inner(self, node: LexborNode) -> Prose:
        """A node's content as one prose; this walker's line moves on past it."""
        inner = _Walker(self.line)
        inner.walk(node, _Look())
        self.line = inner.line
        return inner.take()

    def _span(self, first: int, prose: Prose) -> Lines:
        return prose.lines or Lines(first=first, last=max(first, self.line))

    def _list(self, node: LexborNode, outline: Outline, *, ordered: bool) -> None:
        first, entries = self.line, []
        for child in node.iter(include_text=True):
            if child.tag == "li":
                start, prose = self.line, self._inner(child)
                entries.append((prose, None, self._span(start, prose)))
            else:
                self.line += (child.text(deep=True) or "").count("\n")
        outline.items(ordered, entries, outline.span(first, self.line))

    def _table(self, node: LexborNode, outline: Outline) -> None:
        first = self.line
        header: list[Prose] = []
        rows: list[tuple[int, list[Prose]]] = []

        def visit(parent: LexborNode) -> None:
            nonlocal header
            for child in parent.iter(include_text=True):
                if child.tag == "tr":
                    line, cells, named = self.line, [], False
                    for cell in child.iter(include_text=True):
                        if cell.tag in ("td", "th"):
                            named = named or cell.tag == "th"
                            cells.append(self._inner(cell))
                        else:
                            self.line += (cell.text(deep=True) or "").count("\n")
                    spoken = next((prose.lines.first for prose in cells if prose.lines), line)
                    if named and not header and not rows:
                        header = cells
                    else:
                        rows.append((spoken, cells))
                elif child.tag == "-text":
                    self.line += (child.text(deep=False) or "").count("\n")
                else:
                    visit(child)

        visit(node)
        outline.table(header, rows, outline.span(first, self.line), truncated=False)


def _level(outline: Outline) -> int:
    return next((part.level for part in reversed(outline.parts) if hasattr(part, "level")), 1)


def _is_data(table: LexborNode) -> bool:
    """Whether a table holds data; many only place pictures and paragraphs side by side."""
    if table.css_first("table table, pre, ul, ol, h1, h2, h3, h4") is not None:
        return False
    cells = table.css("td, th")
    worded = sum(bool((cell.text(deep=True) or "").strip()) for cell in cells)
    return table.css_first("th") is not None or (len(cells) > 2 and worded * 2 > len(cells))  # two cells are a layout
