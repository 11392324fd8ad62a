"""Takes out of a text's lines what a reader of the page never sees: comments, titles of links, front matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from readme2video.readme.limits import front_matter_lines

_FENCE = re.compile(r"[ >]{0,20}(?:[-*+]\s{1,4}|\d{1,9}[.)]\s{1,4})?\s{0,12}(`{3,}|~{3,})")
_CODE_OR_HIDDEN = re.compile(
    r"(?P<code>(?<!`)(`{1,8})(?!`)[^\n]{1,2000}?(?<!`)\2(?!`))|<(?:!--|(?P<tag>script|style|svg|iframe|template|noscript)\b[^>]{0,2000}>)",
    re.IGNORECASE,
)
_COMMENT_END = re.compile(r"--!?>")
_INLINE_TITLE = re.compile(
    r"(\]\([^()\s]{0,2000})\s+(?:\"[^\"\n]{0,1000}\"|'[^'\n]{0,1000}'|\([^()\n]{0,1000}\))(\s*\))"
)
_DEFINITION = re.compile(r"(\s{0,3}\[[^\]\n]{1,200}\]:\s*\S+)\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^\n]*\))\s*")
_TITLE_ATTRIBUTE = re.compile(
    r"(<[a-zA-Z][^<>\n]{0,1000}?)\s(?:title|aria-[a-z]+|data-[a-z-]+)\s?=\s?(?:\"[^\"\n]*\"|'[^'\n]*')"
)
_RESTRUCTURED_COMMENT = re.compile(r"(\s*)\.\.(?:\s+(?!\[|_|\||[\w:.+-]{1,80}::)\S.*|\s*)")
MARKDOWN = {".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx"}
RESTRUCTURED = {".rst", ".rest"}


def seen(lines: Sequence[str], name: str) -> list[str]:
    """The lines as a reader of the page sees them; every line keeps its number.

    Args:
        name: The file's name; its suffix tells the format. Without one it is read as Markdown, as release notes are.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in RESTRUCTURED:
        return _without_restructured_comments(lines)
    if suffix not in MARKDOWN | {""}:
        return list(lines)
    skipped = front_matter_lines(lines)
    return _without_hidden([""] * skipped + list(lines[skipped:]))


def _without_hidden(lines: Sequence[str]) -> list[str]:
    """Without comments and what is no text; code stays, since nothing is hidden there."""
    shown: list[str] = []
    fence = ""
    until: re.Pattern[str] | None = None
    for line in lines:
        fenced = _FENCE.match(line) if until is None else None
        if fence:
            closes = fenced is not None and fenced[1].startswith(fence) and not line.strip(" `~>\t")
            fence = "" if closes else fence
            shown.append(line)
        elif fenced:
            fence = fenced[1]
            shown.append(line)
        else:
            text, until = _seen(line, until)
            shown.append(_untitled(text))
    return shown


def _seen(line: str, until: re.Pattern[str] | None) -> tuple[str, re.Pattern[str] | None]:
    """What is seen of a line, and what ends the hidden part that is still open behind it."""
    pieces: list[str] = []
    at = 0
    if until is not None:
        closing = until.search(line)
        if closing is None:
            return "", until
        at = closing.end()
    while True:
        opening = _CODE_OR_HIDDEN.search(line, at)
        if opening is None:
            return "".join([*pieces, line[at:]]), None
        if opening["code"]:
            pieces.append(line[at : opening.end()])
            at = opening.end()
            continue
        pieces.append(line[at : opening.start()])
        ends = re.compile(rf"</{opening['tag']}\s*>", re.IGNORECASE) if opening["tag"] else _COMMENT_END
        closing = ends.search(line, opening.end())
        if closing is None:
            return "".join(pieces), ends
        at = closing.end()


def _untitled(line: str) -> str:
    """Without the titles that show only under a pointer."""
    if "](" in line:
        line = _INLINE_TITLE.sub(r"\1\2", line)
    if "]:" in line and (match := _DEFINITION.fullmatch(line)):
        line = match[1]
    if "<" in line:
        for _ in range(4):
            line, count = _TITLE_ATTRIBUTE.subn(r"\1", line)
            if not count:
                break
    return line


def _without_restructured_comments(lines: Sequence[str]) -> list[str]:
    """A comment is two dots with anything but a directive, a target or a footnote behind them, and what is indented."""
    shown: list[str] = []
    depth: int | None = None
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and indent <= depth:
            depth = None
        if depth is None and (match := _RESTRUCTURED_COMMENT.fullmatch(line)):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if line.strip() != ".." or following.strip():  # two dots alone, then a blank line, hide nothing
                depth = len(match[1])
                shown.append("")
                continue
        shown.append("" if depth is not None else line)
    return shown
