"""The section of a CHANGELOG on one version, in the many ways people write them."""

# ruff: noqa: RUF001 # dashes are what is matched

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readme2video.sources.versions import version_of

CHANGELOG_LIMIT_BYTES = 1024 * 1024
FOLDERS = ("", "docs")
"""Where a CHANGELOG may lie besides the README's own folder."""

_LINES = 400
_CHARACTERS = 60_000
_DEFINITIONS = 300
_HEADING = 300  # characters of a line that are looked at for one
_SUFFIXES = ("md", "markdown", "rst", "txt", "adoc", "")
_STEMS = ("changelog", "changes", "history", "news", "releases", "release-notes", "release_notes")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"\s{0,3}(#{1,6}|={1,6})\s+(.*?)(?:\s+[#=]+)?\s*")
_UNDERLINE = re.compile(r"\s{0,3}([=~^\"'*+`#.:_-])\1{2,}\s*")
_DEFINITION = re.compile(r"\s{0,3}\[[^\]\n]{1,200}\]:\s*\S|\.\. _[^:\n]{1,200}:\s*\S")
_VERSION = r"\d{1,9}(?:\.\d{1,9}){1,4}(?:[-._+]?[0-9A-Za-z]+(?:[.+-][0-9A-Za-z]+){0,6})?"
_NAMED = re.compile(
    rf"(?:(?:version|release|ver\.?|changes (?:in|for)|what's new in|版本)\s+|(?P<word>[\w./-]{{1,60}}\s+))?"
    rf"(?P<tag>(?:[\w@./-]{{0,60}}[@/_-])?[vV]?{_VERSION}|[vV]\d{{1,9}})(?=$|[\s,:;)\]—–-])",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = re.compile(
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH},?\s+\d{{4}}|\d{{4}}年\d{{1,2}}月\d{{1,2}}日",
    re.IGNORECASE,
)
_UNRELEASED = re.compile(
    r"\b(?:unreleased|not (?:yet )?released|upcoming|tbd|tba|next|head|master|main)\b", re.IGNORECASE
)
_KIND = re.compile(
    r"\W*(?:added|add|new|features?|enhancements?|changed|changes|improve\w*|performance|deprecat\w+|removed|fix\w*|bugs?\b"
    r"|security|breaking|docs?|documentation|internal|misc\w*|other|dependenc\w+|refactor\w*|reverts?|build|chore|ci\b"
    r"|tests?|contributors?|thanks|what's changed|highlights|upgrad\w+|migrat\w+|notes?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Section:
    """A version's section.

    Attributes:
        text: Its lines and, after a blank one, the definitions of links from elsewhere in the file.
        first: Number of its first line, the heading, in the file.
        last: Number of its last line.
        date: As the heading gives it, or "".
    """

    text: str
    first: int
    last: int
    date: str


@dataclass(frozen=True)
class _Heading:
    """A heading: the index of its line, its depth (smaller is higher, 0 for bare lines), its words, its own lines."""

    index: int
    level: int
    text: str
    lines: int

    @property
    def version(self) -> str | None:
        """The version it announces, if it is a version's heading."""
        match = _NAMED.match(self.text)
        if match is None or (match["word"] and re.search(r"\w", _DATE.sub("", self.text[match.end() :]))):
            return None  # "Python 3.12 wheels" is no version of the project
        return match["tag"]

    @property
    def named(self) -> bool:
        """Whether a word of its own stands before the version: the project's name, or another one's."""
        match = _NAMED.match(self.text)
        return match is not None and match["word"] is not None


def changelogs(names: Sequence[str]) -> list[str]:
    """The file names among these that may be a CHANGELOG, likeliest first."""
    ranked = [(rank, name) for name in names if (rank := _rank(name)) is not None]
    return [name for _, name in sorted(ranked)]


def section_of(data: bytes, tag: str) -> Section | None:
    """The section on a version; None when the file has none, or only one that is not released yet.

    Args:
        data: The file's bytes, UTF-8.
        tag: The version as tagged; headings may leave out its ``v`` or the package before it.
    """
    whole = data[:CHANGELOG_LIMIT_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    rows = whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    headings = list(_headings(rows))
    for place, heading in enumerate(headings):
        version = heading.version
        if version is None or _UNRELEASED.search(heading.text.replace(version, "", 1)) or not _names(version, tag):
            continue
        section = _section(rows, headings, place)
        if section is not None:
            return section
    return None


def _names(heading: str, tag: str) -> bool:
    """Whether a heading's version is the tag's. ``pkg@1.2`` is told by ``## 1.2`` too, never by ``## other@1.2``."""
    told, wanted = version_of(heading), version_of(tag)
    if told is None or wanted is None:
        return heading == tag
    own = told.family in ("", wanted.family) or (not wanted.family and "@" not in told.family)
    return told.key == wanted.key and own


def _section(rows: Sequence[str], headings: Sequence[_Heading], place: int) -> Section | None:
    heading = headings[place]
    # No slice: in a file of one heading over and over, a copy of the rest for each of them would take its square.
    rest = (headings[at] for at in range(place + 1, len(headings)))
    end = next((other.index for other in rest if _ends(heading, other)), len(rows))
    if end < len(rows) and _is_overline(rows, end - 1):
        end -= 1
    body = heading.index + heading.lines
    end = min(end, heading.index + _LINES)
    while end > body and (not rows[end - 1].strip() or _DEFINITION.match(rows[end - 1])):
        end -= 1
    told = [row for row in rows[body:end] if row.strip() and not _DEFINITION.match(row)]
    if not told:
        return None
    text = "\n".join(rows[heading.index : end])[:_CHARACTERS]
    last = heading.index + text.count("\n") + 1
    definitions = [row for row in (*rows[: heading.index], *rows[last:]) if _DEFINITION.match(row)][:_DEFINITIONS]
    date = _DATE.search(heading.text)
    whole = "\n".join([text, "", *(row[:500] for row in definitions)]) if definitions else text
    return Section(whole, heading.index + 1, last, date[0] if date else "")


def _ends(heading: _Heading, other: _Heading) -> bool:
    """Whether a section ends where another heading stands."""
    if _UNRELEASED.fullmatch(other.text):
        return True
    if other.version is not None and (not other.named or other.level <= heading.level):
        return True
    if not heading.level or not other.level:
        return False
    # Some tools give versions the same level as the kinds of changes below them.
    return other.level < heading.level or (other.level == heading.level and not _KIND.match(other.text))


def _headings(rows: Sequence[str]) -> Iterator[_Heading]:
    """All headings outside of code and comments."""
    fence, comment = "", False
    order: list[str] = []
    for index, whole in enumerate(rows):
        row = whole[:_HEADING]
        if comment:
            comment = "-->" not in row
            continue
        if (match := _FENCE.match(row)) is not None:
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence) and not row.strip().strip(fence[0]):
                fence = ""
            continue
        if fence:
            continue
        if "<!--" in row and "-->" not in row.split("<!--", 1)[1]:
            comment = True
            continue
        if (match := _ATX.fullmatch(row)) is not None:
            yield _Heading(index, len(match[1]), _plain(match[2]), 1)
            continue
        under = _UNDERLINE.fullmatch(rows[index + 1][:_HEADING]) if index + 1 < len(rows) else None
        if row.strip() and under is not None and not _UNDERLINE.fullmatch(row) and not row.startswith((" ", "\t", "|")):
            if under[1] not in order:
                order.append(under[1])
            yield _Heading(index, order.index(under[1]) + 1, _plain(row), 2)
        elif _is_bare(row):
            yield _Heading(index, 0, _plain(row), 1)


def _is_bare(row: str) -> bool:
    """Whether a line that is not set as a heading is nothing but a version and perhaps its date."""
    if not row.strip() or row.startswith((" ", "\t")) or len(row) > 100:
        return False
    text = _plain(row)
    match = _NAMED.match(text)
    if match is None:
        return False
    rest = _DATE.sub("", text[match.end() :])
    return len(re.findall(r"\w+", rest)) == 0


def _is_overline(rows: Sequence[str], index: int) -> bool:
    """Whether the line above a heading is the upper one of its two rules."""
    return index >= 0 and _UNDERLINE.fullmatch(rows[index]) is not None and bool(rows[index].strip(" -"))


def _plain(text: str) -> str:
    """A heading's words without links, brackets, emphasis and code marks."""
    text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?", r"\1", text)
    text = re.sub(r"<[^>]{0,200}>|[*`]|:[a-z_]+:", "", text)
    return re.sub(r"^[\W_]+(?=[\w@])", "", text).strip()


def _rank(name: str) -> tuple[int, int, str] | None:
    stem, _, suffix = name.lower().partition(".")
    if stem not in _STEMS or suffix not in _SUFFIXES:
        return None
    return _STEMS.index(stem), _SUFFIXES.index(suffix), name
