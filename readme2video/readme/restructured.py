"""reStructuredText through docutils, with everything that could read a file or the clock switched off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from readme2video.model.document import Lines, Link
from readme2video.readme.outline import Image, Outline, Prose, Run
from readme2video.readme.text import fold

if TYPE_CHECKING:
    from docutils import nodes

_SEARCH_LINES = 200
_DEPTH = 40
_BLOCKS_READ = 2_500  # some more than a document keeps, so that the cut is seen
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,  # docutils would read configuration files of the machine and the working folder
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "syntax_highlight": "none",
    "doctitle_xform": False,
    "smart_quotes": False,
    "line_length_limit": 20_200,
    "traceback": True,  # raise what goes wrong; otherwise docutils prints it and ends the process
    "input_encoding": "unicode",
}
_CLOCK = re.compile(r"^\s{0,40}\.\. (?:\|[^|]{1,80}\|\s)?\s{0,9}date::")
_REPLACEMENT = re.compile(r"^(\s{0,80})\.\.\s+\|[^|]{1,80}\|\s{1,80}replace::", re.IGNORECASE)
_DEEP_INDENT = 40
_ALERTS = {"note", "tip", "important", "warning", "caution", "hint", "attention", "danger", "error"}
_ALERT_NAMES = {"hint": "tip", "attention": "warning", "danger": "caution", "error": "caution"}


def read_restructured(lines: list[str], outline: Outline) -> bool:
    """Read reStructuredText lines into the outline; False, and nothing read, when they are beyond docutils."""
    from docutils.core import publish_doctree

    safe = _safe(lines)
    try:
        tree = publish_doctree("\n".join(safe) + "\n", settings_overrides=_SETTINGS)
    except Exception:  # noqa: BLE001 - docutils fails in many ways on broken input; as plain text it can always be read
        return False
    _RestructuredReader(safe, outline).blocks(tree, 0)
    return True


def _safe(lines: list[str]) -> list[str]:
    """Lines without what docutils must not be given.

    The ``date`` directive would make the same README another document tomorrow, deep nesting is recursion, and
    replacements that hold replacements double with every step.
    """
    safe = []
    indent = -1  # of the replacement being read
    for line in lines:
        if indent >= 0 and line.strip() and len(line) - len(line.lstrip()) <= indent:
            indent = -1
        if definition := _REPLACEMENT.match(line):
            indent = len(definition[1])
            line = definition.group() + line[definition.end() :].replace("|", " ")  # noqa: PLW2901 - cleaned step by step
        elif indent >= 0:
            line = line.replace("|", " ")  # noqa: PLW2901 - as above
        safe.append("" if _CLOCK.match(line) else _shallow(line))
    return safe


def _shallow(line: str) -> str:
    bare = line.lstrip()
    indent = len(line) - len(bare)
    if indent > _DEEP_INDENT and bare.startswith(("*", "-", "+", ".", ":", "|")):
        return " " * _DEEP_INDENT + bare
    # A row of markers opens one list inside the other.
    return line if len(re.findall(r"[-*+•]\s", line[:200])) <= _DEEP_INDENT // 2 else line.lstrip(" -*+•")


class _RestructuredReader:
    def __init__(self, lines: list[str], outline: Outline) -> None:
        self.lines = lines
        self.outline = outline
        self.cursor = 0  # the line (0-based) from which the next words are looked for

    def blocks(self, parent: nodes.Element, level: int, depth: int = 0) -> None:
        """Add the blocks below a node; sections count their own level."""
        if depth > _DEPTH:
            return
        for node in parent.children:
            if len(self.outline.parts) > _BLOCKS_READ:
                return
            self._block(node, level, depth)

    def _block(self, node: nodes.Node, level: int, depth: int) -> None:  # noqa: PLR0912 - one case per kind of node
        from docutils import nodes

        match node:
            case nodes.section():
                self.blocks(node, level + 1, depth + 1)
            case nodes.title():
                where = self._find(node)
                self.outline.heading(min(max(level, 1), 6), self._prose(node, where.first), where)
            case nodes.paragraph() | nodes.rubric() | nodes.attribution() | nodes.line():
                where = self._find(node)
                self.outline.paragraph(self._prose(node, where.first), where)
            case nodes.image() | nodes.reference():
                where = self._find(node)
                self.outline.paragraph(self._prose(nodes.paragraph("", "", node.deepcopy()), where.first), where)
            case nodes.bullet_list() | nodes.enumerated_list():
                self._list(node, level, depth)
            case nodes.definition_list():
                self._definitions(node)
            case nodes.literal_block() | nodes.doctest_block():
                self._code(node)
            case nodes.table():
                self._table(node)
            case nodes.block_quote():
                self._quote(node, None)
                self._code_inside(node)
            case nodes.system_message() | nodes.comment() | nodes.Invisible() | nodes.footnote() | nodes.topic():
                pass
            case nodes.Element():
                if isinstance(node, nodes.Admonition):
                    self._quote(node, type(node).__name__)
                    self._code_inside(node)
                else:
                    self.blocks(node, level, depth + 1)

    def _find(self, node: nodes.Element) -> Lines:
        """The lines of a node: docutils numbers them unevenly, so its own words are looked for."""
        source = (node.rawsource or node.astext()).strip("\n").split("\n")
        words = next((line.strip() for line in source if line.strip()), "")
        for index in range(self.cursor, min(self.cursor + _SEARCH_LINES, len(self.lines))):
            if words and words in self.lines[index]:
                self.cursor = index
                return self.outline.span(index + 1, index + len(source))
        line = node.line or self.cursor + 1
        return self.outline.span(line, line + len(source) - 1)

    def _prose(self, node: nodes.Element, first: int) -> Prose:
        from docutils import nodes

        prose = Prose()
        line = first

        def say(parent: nodes.Element, look: Run, depth: int) -> None:
            nonlocal line
            for child in parent.children:
                if isinstance(child, nodes.Text):
                    for index, piece in enumerate(str(child).split("\n")):
                        line += 1 if index else 0
                        text = " " + piece if index else piece
                        prose.runs.append(Run(text, line, strong=look.strong, code=look.code, linked=look.linked))
                elif isinstance(child, nodes.image):
                    href = parent.get("refuri") if isinstance(parent, nodes.reference) else None
                    prose.images.append(Image(child.get("uri", ""), child.get("alt", ""), line, href=href))
                elif isinstance(child, nodes.reference) and depth < _DEPTH:
                    start = line
                    say(child, Run("", 0, strong=look.strong, code=look.code, linked=True), depth + 1)
                    href = child.get("refuri") or (f"#{child['refid']}" if child.get("refid") else "")
                    text = fold(child.astext())
                    if href and text and not any(isinstance(inner, nodes.image) for inner in child.children):
                        prose.links.append(Link(text=text, href=href, lines=Lines(first=start, last=line)))
                elif isinstance(child, nodes.footnote_reference | nodes.problematic | nodes.system_message):
                    continue
                elif isinstance(child, nodes.Element) and depth < _DEPTH:
                    strong = look.strong or isinstance(child, nodes.strong)
                    code = look.code or isinstance(child, nodes.literal)
                    say(child, Run("", 0, strong=strong, code=code, linked=look.linked), depth + 1)

        say(node, Run("", 0), 0)
        return prose

    def _list(self, node: nodes.Element, level: int, depth: int) -> None:
        from docutils import nodes

        entries = []
        below: list[nodes.Element] = []
        for item in node.children:
            if not isinstance(item, nodes.Element) or not item.children:
                continue
            spoken = next((child for child in item.children if isinstance(child, nodes.paragraph)), None)
            if spoken is not None:
                where = self._find(spoken)
                entries.append((self._prose(spoken, where.first), None, where))
            below += [child for child in item.children if isinstance(child, nodes.literal_block | nodes.table)]
        if entries:
            lines = self.outline.span(entries[0][2].first, entries[-1][2].last)
            self.outline.items(isinstance(node, nodes.enumerated_list), entries, lines)
        if below:
            self.cursor = entries[0][2].first - 1 if entries else self.cursor
            self.blocks(nodes.container("", *(child.deepcopy() for child in below)), level, depth + 1)

    def _definitions(self, node: nodes.Element) -> None:
        """A definition list: the term is the lead."""
        from docutils import nodes

        entries = []
        for item in node.findall(nodes.definition_list_item):
            term = next(item.findall(nodes.term), None)
            body = next(item.findall(nodes.paragraph), None)
            if term is None or body is None:
                continue
            at = self._find(term)
            where = self._find(body)
            named, told = self._prose(term, at.first), self._prose(body, where.first)
            runs = [Run(run.text, run.line, strong=True, code=run.code) for run in named.runs]
            joined = Prose([*runs, Run(": ", where.first), *told.runs], told.images, [*named.links, *told.links])
            entries.append((joined, None, self.outline.span(at.first, where.last)))
        if entries:
            self.outline.items(False, entries, self.outline.span(entries[0][2].first, entries[-1][2].last))

    def _code(self, node: nodes.Element) -> None:
        code = node.astext().strip("\n")
        words = next((line.strip() for line in code.split("\n") if line.strip()), "")
        first = (node.line or self.cursor + 1) - 1
        for index in range(self.cursor, min(self.cursor + _SEARCH_LINES, len(self.lines))):
            if words and self.lines[index].strip() == words:
                first = index
                break
        classes: list[str] = node["classes"]
        language = next((kind for kind in classes if kind != "code"), "")
        language = language or ("pycon" if code.startswith(">>>") else "")
        self.outline.code(language, code, first + 1)
        self.cursor = min(first + code.count("\n") + 1, len(self.lines))

    def _code_inside(self, node: nodes.Element) -> None:
        from docutils import nodes

        for code in node.findall(nodes.literal_block):
            self._code(code)

    def _quote(self, node: nodes.Element, name: str | None) -> None:
        from docutils import nodes

        found = [(self._find(paragraph), paragraph) for paragraph in node.findall(nodes.paragraph)]
        if found:
            texts = [self._prose(paragraph, where.first) for where, paragraph in found]
            alert = _ALERT_NAMES.get(name, name) if name in _ALERTS else "note" if name else None
            self.outline.quote(texts, alert, self.outline.span(found[0][0].first, found[-1][0].last))

    def _table(self, node: nodes.Element) -> None:
        from docutils import nodes

        header: list[Prose] = []
        rows: list[tuple[int, list[Prose]]] = []
        start = self.cursor
        for row in node.findall(nodes.row):
            cells, line = [], 0
            for entry in row.findall(nodes.entry):
                paragraph = next(entry.findall(nodes.paragraph), None)
                if paragraph is None:
                    cells.append(Prose())
                    continue
                where = self._find(paragraph)
                line = line or where.first
                cells.append(self._prose(paragraph, where.first))
            if isinstance(row.parent, nodes.thead):
                header = cells
            else:
                rows.append((line or self.cursor + 1, cells))
        last = rows[-1][0] if rows else self.cursor + 1
        self.outline.table(
            header, rows, self.outline.span(min(start + 1, rows[0][0] if rows else start + 1), last), truncated=False
        )
