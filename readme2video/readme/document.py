"""An outline becomes a document: title, tagline, sections with their kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from readme2video.model.document import (
    Block,
    Lines,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    ReadmeDocument,
    Section,
    SectionKind,
    Table,
)
from readme2video.readme.headings import kind_of, language_of, without_leading_emoji
from readme2video.readme.outline import Heading, Outline

_SECTIONS = 400
_BLOCKS = 2_000
_TITLE_WORDS = 3
_ALONE = 200  # characters of a tagline between logo and title
_NAMELIKE = ("problem", "intro", "demo", "api", "benchmark")  # kinds whose words also name projects
_ADDRESS_WORDS = 6
_TAGLINE_CHARACTERS = 140
_TAGLINE_LIMIT_CHARACTERS = 300

_LOGO_WORDS = re.compile(r"\b(?:logo(?:type)?|banner|header|icon|wordmark|hero|image|screenshot)\b", re.IGNORECASE)
_TITLE_SPLIT = re.compile(r"^(.{1,40}?)\s*(?::\s|\s[-\u2013—|]+\s|\uff1a)\s*(\S.*)$")
_SENTENCE_END = re.compile(r"[.!?…](?=[\"')\]”\u2019]?\s)[\"')\]”\u2019]?|[。\uff01\uff1f]|[؟\u06d4](?=\s)")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|no|Dr|Mr|Ms|St)|\b[A-Z])\.$")
_CLAUSE_END = re.compile(r"[,;:\uff0c\uff1b\uff1a、]|\s[-\u2013—]")


def compose(outline: Outline, path: str) -> ReadmeDocument:
    """Give an outline its title, tagline and sections."""
    _promote_taglines(outline)
    title_part, title, title_lines, remainder = _title(outline)
    sections = _sections(outline, title_part)
    tagline = _tagline(sections, title_part is not None)
    if tagline is None and remainder is not None and title_lines is not None:
        tagline = Paragraph(text=remainder, lines=title_lines)
    return ReadmeDocument(
        path=path,
        title=title,
        title_lines=title_lines,
        tagline=tagline,
        sections=tuple(sections),
        badges=tuple(outline.badges),
        pictures=tuple(outline.pictures),
        links=tuple(outline.links),
        language=language_of(_prose(outline)),
        line_count=outline.last_line,
        findings=tuple(outline.findings),
    )


def tells_something(outline: Outline) -> bool:
    """Whether there is a single word to make a film from."""
    return any(
        not isinstance(part, Picture) and (not isinstance(part, Heading) or part.title) for part in outline.parts
    )


def _promote_taglines(outline: Outline) -> None:
    """A deep heading right below the title is a tagline set large, not the beginning of a section."""
    parts = outline.parts
    for index in range(1, len(parts)):
        before, part = parts[index - 1], parts[index]
        if (
            isinstance(part, Heading) and part.level > 2 and isinstance(before, Heading) and before.level == 1
        ):  # skips h2
            if len(part.title.split()) >= _TITLE_WORDS and kind_of(part.title) == "other":
                parts[index] = Paragraph(text=part.title, lines=part.lines)
            return


def _title(outline: Outline) -> tuple[Heading | None, str, Lines | None, str | None]:
    """The part the title stands in (if it is a heading), the title, its lines and what the heading says beyond it.

    A heading is the title if it comes first, with no more than a tagline above it; else a logo's alternative text may
    name the project. A README that begins with prose and goes on with sections has no title.
    """
    headings = [part for part in outline.parts if isinstance(part, Heading)]
    first = next((part for part in headings if part.level == 1), headings[0] if headings else None)
    if first is not None and not _is_at_top(first, outline):
        first = None
    if first is not None:
        kind = kind_of(first.title)
        if kind == "other" or (first.level == 1 and kind in _NAMELIKE):
            return _titled(first)
    for part in outline.parts:
        if not isinstance(part, Picture | Paragraph) or (isinstance(part, Paragraph) and len(part.text) > _ALONE):
            break
        if isinstance(part, Picture) and (name := _name_in(part.alt)) and kind_of(name) == "other":
            return None, name, part.lines, None
    if first is not None and first.level == 1 and sum(part.level == 1 for part in headings) == 1:
        return _titled(first)  # a project may well be called "Setup"
    return None, "", None, None


def _is_at_top(heading: Heading, outline: Outline) -> bool:
    above = outline.parts[: outline.parts.index(heading)]
    spoken = [part for part in above if not isinstance(part, Picture)]
    return len(spoken) <= 1 and all(
        isinstance(part, Paragraph | Quote) and len(part.text) <= _TAGLINE_LIMIT_CHARACTERS for part in spoken
    )


def _titled(heading: Heading) -> tuple[Heading | None, str, Lines | None, str | None]:
    text = heading.title or _name_in(heading.image_alt) or heading.image_alt
    split = _TITLE_SPLIT.match(text)
    if split and len(split[1].split()) <= _TITLE_WORDS and len(split[2]) >= len(split[1]):
        return heading, split[1], heading.lines, split[2]
    return heading, text, heading.lines, None


def _name_in(alt: str) -> str:
    name = re.sub(r"(?:['\u2019]s)?[\s\u2013\u2014:_-]*$|^[\s\u2013\u2014:_-]+", "", _LOGO_WORDS.sub("", alt))
    return name if len(name.split()) <= _TITLE_WORDS and len(name) <= 40 else ""  # a name, not a caption


def _sections(outline: Outline, title_part: Heading | None) -> list[Section]:
    sections: list[Section] = []
    heading: Heading | None = None
    blocks: list[Block] = []
    above: list[tuple[int, SectionKind]] = []  # open sections, outermost first
    total = 0

    def close() -> None:
        nonlocal above
        if heading is None:
            if blocks:
                lines = outline.span(blocks[0].lines.first, max(block.lines.last for block in blocks))
                sections.append(Section(level=0, title="", kind="intro", blocks=tuple(blocks), lines=lines))
            return
        kind: SectionKind = "intro" if heading is title_part else kind_of(heading.title)
        above = [entry for entry in above if entry[0] < heading.level]
        parent = next((entry[1] for entry in reversed(above) if entry[1] != "other"), above[-1][1] if above else None)
        last = max([heading.lines.last, *(block.lines.last for block in blocks)])
        lines = outline.span(heading.lines.first, last)
        title = heading.title or heading.image_alt
        sections.append(
            Section(level=heading.level, title=title, kind=kind, parent=parent, blocks=tuple(blocks), lines=lines)
        )
        above.append((heading.level, kind))

    for part in outline.parts:
        if len(sections) >= _SECTIONS or total >= _BLOCKS:
            outline.say("readme-parts", f"Only the first {_SECTIONS} sections and {_BLOCKS} blocks are used.")
            break
        if isinstance(part, Heading):
            close()
            heading, blocks = part, []
        else:
            blocks.append(part)
            total += 1
    if len(sections) < _SECTIONS:
        close()
    return sections


def _tagline(sections: list[Section], titled: bool) -> Paragraph | None:
    """The first prose after the title, cut to a sentence or two."""
    start = next((index for index, section in enumerate(sections) if section.kind == "intro" and section.level), 0)
    candidates = sections[start:] if titled else sections
    if titled and start and not any(isinstance(block, Paragraph | Quote) for block in sections[start].blocks):
        candidates = [*sections[:start], *candidates]  # a tagline above the title, as in some centred headers
    spare: Paragraph | None = None
    for index, section in enumerate(candidates):
        if index and section.kind not in ("intro", "problem", "other") and section.level:
            break
        for block in section.blocks:
            if isinstance(block, Picture) or (isinstance(block, Quote) and block.alert):
                continue
            if not isinstance(block, Paragraph | Quote):
                break
            tagline = Paragraph(text=_opening(block.text), lines=block.lines)
            if _introduces(tagline.text):
                spare = spare or tagline
            elif any(character.isalpha() for character in tagline.text):
                return tagline
    return spare


def _introduces(text: str) -> bool:
    """Whether words only lead to something else: a list that follows, or an address."""
    return text.endswith((":", "\uff1a")) or ("://" in text and len(text.split()) <= _ADDRESS_WORDS)


def _opening(text: str) -> str:
    """The first sentence or two; always an exact beginning of the text."""
    if len(text) <= _TAGLINE_CHARACTERS:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if not _ABBREVIATION.search(text[: match.end()])][:2]
    fitting = [end for end in ends if end <= _TAGLINE_CHARACTERS]
    if fitting:
        return text[: fitting[-1]]
    if ends and ends[0] <= _TAGLINE_LIMIT_CHARACTERS:
        return text[: ends[0]]
    if len(text) <= _TAGLINE_LIMIT_CHARACTERS:
        return text
    clauses = [match.start() for match in _CLAUSE_END.finditer(text, 20, _TAGLINE_LIMIT_CHARACTERS)]
    if clauses:
        return text[: clauses[-1]]
    return text[:_TAGLINE_LIMIT_CHARACTERS].rsplit(" ", 1)[0]


def _prose(outline: Outline) -> Iterator[str]:
    for part in outline.parts[:_BLOCKS]:
        if isinstance(part, Heading):
            yield without_leading_emoji(part.title)
        elif isinstance(part, Paragraph | Quote):
            yield part.text
        elif isinstance(part, ListBlock):
            yield from (item.text for item in part.items)
        elif isinstance(part, Table):
            yield from part.header
