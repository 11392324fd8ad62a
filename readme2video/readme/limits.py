"""Cuts that keep a hostile README from costing time: made on the lines, before any parser sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from readme2video.model.record import Finding

TABLE_ROWS = 20
TABLE_COLUMNS = 8
NESTING = 20
_LINES = 10_000
_LINE_CHARACTERS = 20_000
_PARAGRAPH_CHARACTERS = 20_000
_PARAGRAPH_BRACKETS = 200  # a parser looks for a partner of each "[" and so takes the square of their number
INLINE_MARKS = 20_000
"""Inline markup read in one README; the largest real ones have some thousands."""
_COSTLY = ("[", "<", "@", "*", "_", "~", "`", "www.", "://")
_FRONT_MATTER_LINES = 200
_WIDE_PIPES = 64
_WIDE_PIPES_IN_CODE = 500

_COMMENT = re.compile(r" {0,3}<!--")
_FENCE = re.compile(r"[\s>]{0,80}(?:[-*+]\s{1,4}|\d{1,9}[.)]\s{1,4})?(`{3,}|~{3,})")
_FRONT_MATTER_KEY = re.compile(r"[\w.\"'-]+\s{0,4}:")
_QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)*")
_LIST_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?=[ \t])")
_PIPE = re.compile(r"(?<!\\)\|")
_RAW_ENDS = ("-->", "</script>", "</style>", "</pre>", "</textarea>")


@dataclass
class Cut:
    """What is left to parse.

    Attributes:
        lines: As many as the file has up to the point where reading stopped; cut ones are blank.
        cut_rows: Lines (1-based) of table rows that were blanked.
        findings: What was cut, said once per kind.
    """

    lines: list[str]
    cut_rows: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def say(self, rule: str, message: str) -> None:
        """Add a finding unless its kind was said already."""
        if all(finding.rule != rule for finding in self.findings):
            self.findings.append(Finding(level="warning", rule=rule, message=message))


def split_lines(text: str) -> list[str]:
    """Split at line feeds only; a closing line feed does not begin another line."""
    lines = text.split("\n")
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def shorten(lines: list[str], limit: int = _LINES, characters: int = _LINE_CHARACTERS) -> Cut:
    """Shorten lines for any parser: over-long lines are cut and reading stops after ``limit`` of them."""
    cut = Cut(list(lines[:limit]))
    if len(lines) > limit:
        cut.say("readme-lines", f"The README has more than {limit:,} lines; the rest is not used.")
    for index, line in enumerate(cut.lines):
        if len(line) > characters:
            cut.lines[index] = line[:characters]
            cut.say("long-line", f"Line {index + 1} is longer than {characters:,} characters and was cut.")
    return cut


def shorten_markdown(lines: list[str]) -> Cut:
    """Shorten Markdown: front matter, table rows and columns, nesting, long lines, and all after 10,000 lines."""
    cut = Cut([])
    skipped = front_matter_lines(lines)
    fence, hidden, spent, table_row = "", False, 0, -1
    for index, original in enumerate(lines):
        if spent >= _LINES:
            cut.say("readme-lines", "The README is very long; what follows its first 10,000 lines is not used.")
            break
        line = "" if index < skipped else original
        if len(line) > _LINE_CHARACTERS:
            line = line[:_LINE_CHARACTERS] + _closing(line)
            cut.say("long-line", f"Line {index + 1} is longer than 20,000 characters and was cut.")
        # Where code stands is only guessed here, to leave it as written; a wrong guess costs time, never safety.
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not line[opening.end() :].strip():
                fence = ""
        elif opening and not hidden and not (opening[1][0] == "`" and "`" in line[opening.end() :]):
            fence = opening[1]
        else:
            line = _flatten(line, cut)
            table_row = _next_table_row(line, table_row)
            if table_row > TABLE_ROWS:
                cut.cut_rows.add(index + 1)
                cut.lines.append("")
                continue
        if not fence:  # what opens a block of code inside a comment opens none
            hidden = "-->" not in line and (hidden or _COMMENT.match(line) is not None)
        if line.count("|") > (_WIDE_PIPES_IN_CODE if fence else _WIDE_PIPES):
            line = _narrow(line)
        spent += 1
        cut.lines.append(line)
    if cut.cut_rows:
        cut.say("long-table", f"A table was cut to its first {TABLE_ROWS} rows.")
    return cut


def count_marks(text: str) -> int:
    """How many places of a text make a parser of inline markup look twice."""
    return sum(map(text.count, _COSTLY))


def shorten_paragraph(text: str) -> str:
    """Cut the inline content of one block to what a parser gets through quickly."""
    if len(text) > _PARAGRAPH_CHARACTERS:
        text = text[:_PARAGRAPH_CHARACTERS]
    if text.count("[") > _PARAGRAPH_BRACKETS:
        position = -1
        for _ in range(_PARAGRAPH_BRACKETS + 1):
            position = text.find("[", position + 1)
        text = text[:position]
    return text


def _next_table_row(line: str, row: int) -> int:
    """The number of this line in the body of a table: 0 for the delimiter row, -1 outside."""
    marks = _QUOTE.match(line)
    bare = line[marks.end() :] if marks else line
    if "|" not in bare:
        return -1
    if "-" in bare and not bare.strip("|:- \t"):
        return 0
    return row + 1 if row >= 0 else -1


def front_matter_lines(lines: Sequence[str]) -> int:
    """How many lines a metadata block at the very top takes; they are not content."""
    if len(lines) < 3 or lines[0].rstrip() != "---" or not _FRONT_MATTER_KEY.match(lines[1]):  # fence, key, fence
        return 0
    for index, line in enumerate(lines[1:_FRONT_MATTER_LINES], start=1):
        if line.rstrip() in ("---", "..."):
            return index + 1
    return 0


def _closing(line: str) -> str:
    """What must be put back after a cut so that raw HTML does not swallow the rest of the file."""
    tail = line[_LINE_CHARACTERS:].lower()
    return "".join(end for end in _RAW_ENDS if end in tail)


def _flatten(line: str, cut: Cut) -> str:
    """Keep quotes and lists from nesting deeper than 20."""
    if line.count(">", 0, 200) > NESTING:
        marks = _QUOTE.match(line)
        if marks and marks.group().count(">") > NESTING:
            cut.say("nesting", f"Quotes nested deeper than {NESTING} were flattened.")
            line = "> " * NESTING + line[marks.end() :]
    if line[:60].isspace() and _LIST_MARKER.match(line.lstrip()):
        cut.say("nesting", f"Lists nested deeper than {NESTING} were flattened.")
        line = " " * (2 * NESTING) + line.lstrip()
    position, depth = len(line) - len(line.lstrip()), 0
    start = position
    while marker := _LIST_MARKER.match(line, position):
        depth += 1
        position = marker.end()
        while position < len(line) and line[position] in " \t":
            position += 1
    if depth > NESTING:
        cut.say("nesting", f"Lists nested deeper than {NESTING} were flattened.")
        line = line[:start] + "- " + line[position:]
    return line


def _narrow(line: str) -> str:
    """Cut a line of very many cells to some more than are kept, so that the table still says it was wider."""
    pipes = [match.start() for match in _PIPE.finditer(line)]
    keep = TABLE_COLUMNS + 4
    return line[: pipes[keep] + 1] if len(pipes) > keep else line
