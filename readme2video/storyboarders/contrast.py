"""Before and after: two halves that the README sets against each other, or a change that it shows line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from readme2video.model.document import Block, CodeBlock, Lines, ListBlock, Paragraph, Section, Table
from readme2video.model.scene import BeforeAfterScene, DiffScene, Side
from readme2video.model.words import Code, Headline, Words
from readme2video.storyboarders.material import Material, heading_text
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.showing import code_headline
from readme2video.storyboarders.words import bare, cells, clean, shortened

LONGEST_HALF, WIDEST_HALF = 10, 40
"""Lines and cells of code that can be read in one half of the picture."""
LONGEST_BOTH = 12
"""Lines of both together: in square and tall films they stand one above the other."""
LONGEST_DIFF, WIDEST_DIFF = 12, 76
_POINT_CELLS, _TITLE_CELLS = 44, 28

_BEFORE = re.compile(
    r"(?:before|without|old(?: way)?|previously|the hard way|instead of|vorher|ohne|avant|sans|antes|sin|sem|до|без"
    r"|之前|以前|改造前|使用前|前|قبل|بدون|לפני|בלי)(?![\w-])",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:after|with|new(?: way)?|now|the easy way|you write|nachher|mit|après|avec|después|con|depois|com|после"
    r"|之后|以后|改造后|使用后|现在|後|بعد|مع|אחרי|עם)(?![\w-])",
    re.IGNORECASE,
)
_IN_TIME = re.compile(r"before|vorher|avant|antes|до|之前|前|قبل|לפני", re.IGNORECASE)
_NOT_SHOWN = ("install", "configuration", "contributing", "licence", "credits", "faq")
_HEADER = re.compile(r"diff --git |index [0-9a-f]{7}|--- |\+\+\+ |@@ |(?:new|deleted) file mode|similarity index")


@dataclass(frozen=True)
class _Half:
    """One side as the README has it."""

    title: str
    title_lines: Lines
    code: CodeBlock | None = None
    points: tuple[tuple[str, Lines], ...] = ()


def before_after(material: Material, said: set[str]) -> Draft | None:
    """The old way and the new one side by side, where the README shows both in the same form."""
    for section, before, after in _pairs(material):
        sides = _side(material, before), _side(material, after)
        if sides[0] is None or sides[1] is None or (sides[0].code is None) != (sides[1].code is None):
            continue
        lines = [len(side.code.text.split("\n")) for side in sides if side is not None and side.code is not None]
        if sum(lines) > LONGEST_BOTH:
            continue
        language = before.code.language if before.code is not None else ""
        headline = _headline(material, section, said)
        scene = BeforeAfterScene(
            id="demo", duration_s=1, headline=headline, language=language[:30], before=sides[0], after=sides[1]
        )
        return Draft("demo", (Take(scene, 12.5),), weight=1.3, hold_s=4.5)
    return None


def _headline(material: Material, section: Section | None, said: set[str]) -> Headline:
    heading = material.heading(section, generic=False) if section is not None else None
    known = heading is not None and any(heading.text.casefold() == other for other in said)
    return heading if heading is not None and not known else material.phrase("practice")


def _pairs(material: Material) -> Iterator[tuple[Section | None, _Half, _Half]]:
    """Halves below two headings, behind two paragraphs, or in two columns."""
    sections = material.brief.document.sections
    for number, (one, other) in enumerate(pairwise(sections)):
        if one.parent not in _NOT_SHOWN and one.level == other.level > 1 and _opposed(one.title, other.title):
            above = next((up for up in reversed(sections[:number]) if 0 < up.level < one.level), None)
            halves = [
                _half(part.title, Lines(first=part.lines.first, last=part.lines.first), part.blocks)
                for part in (one, other)
            ]
            if halves[0] is not None and halves[1] is not None:
                yield above if above is not None and above.level > 1 else None, halves[0], halves[1]
    for section in sections:
        if section.kind not in _NOT_SHOWN and section.parent not in _NOT_SHOWN:
            yield from _in_section(section)


def _opposed(before: str, after: str) -> bool:
    """Whether two titles are the two sides of one thing: ``Without it`` and ``With it``, not ``After installing``."""
    one, other = _BEFORE.match(heading_text(before)), _AFTER.match(heading_text(after))
    if one is None or other is None:
        return False
    rests = [bare(heading_text(title)[match.end() :]).casefold() for title, match in ((before, one), (after, other))]
    named = rests[0] == rests[1] and not _IN_TIME.match(one[0])
    return named or all(not rest or rest[0] in "([:-" for rest in rests)


def _half(title: str, lines: Lines, blocks: Sequence[Block]) -> _Half | None:
    for block in blocks:
        if isinstance(block, CodeBlock):
            return _Half(title, lines, code=block)
        if isinstance(block, ListBlock):
            return _Half(title, lines, points=tuple((item.text, item.lines) for item in block.items))
    return None


def _in_section(section: Section) -> Iterator[tuple[Section | None, _Half, _Half]]:
    named = [
        (place, block)
        for place, block in enumerate(section.blocks[:-1])
        if isinstance(block, Paragraph) and cells(clean(block.text)) <= 2 * _TITLE_CELLS
    ]
    for (at, one), (then, other) in pairwise(named):
        if then == at + 2 and _opposed(one.text, other.text):
            halves = [
                _half(bare(clean(part.text)), part.lines, section.blocks[place + 1 : place + 2])
                for place, part in ((at, one), (then, other))
            ]
            if halves[0] is not None and halves[1] is not None:
                yield section, halves[0], halves[1]
    for block in section.blocks:
        if isinstance(block, Table):
            yield from _in_table(section, block)


def _in_table(section: Section, table: Table) -> Iterator[tuple[Section | None, _Half, _Half]]:
    """Two columns named so, each row a pair of points."""
    for at, (before, after) in enumerate(pairwise(table.header)):
        rows = [(row, Lines(first=line, last=line)) for row, line in zip(table.rows, table.row_lines, strict=False)]
        rows = [(row, lines) for row, lines in rows if len(row) > at + 1 and row[at].strip() and row[at + 1].strip()]
        if _opposed(before, after) and len(rows) >= 2:
            head = Lines(first=table.lines.first, last=max(table.lines.first, min(table.row_lines) - 1))
            yield (
                section,
                _Half(before, head, points=tuple((row[at], lines) for row, lines in rows)),
                _Half(after, head, points=tuple((row[at + 1], lines) for row, lines in rows)),
            )


def _side(material: Material, half: _Half) -> Side | None:
    title = bare(heading_text(half.title))
    if not title or cells(title) > _TITLE_CELLS:
        return None
    words = Words(text=material.capital(title), source=material.at(half.title_lines))
    if half.code is not None:
        told = half.code.code.split("\n")
        fitting = len(told) <= LONGEST_HALF and max(map(cells, told)) <= WIDEST_HALF
        if not fitting or not all(map(str.isprintable, told)) or not half.code.code.strip():
            return None
        return Side(title=words, code=Code(text=half.code.code, source=material.at(half.code.lines)))
    points = []
    for text, lines in half.points[:3]:
        cut = shortened(clean(text), material.language, width=_POINT_CELLS, read_s=4.0)
        if cut is not None:
            points.append(Words(text=material.capital(cut), source=material.at(lines)))
    return Side(title=words, points=tuple(points)) if len(points) >= 2 else None


def diff(material: Material, said: set[str]) -> Draft | None:
    """A change as the README shows it."""
    for section in material.brief.document.sections:
        if section.kind in ("contributing", "licence", "credits", "faq"):
            continue
        for block in section.blocks:
            if not isinstance(block, CodeBlock) or block.language not in ("diff", "patch"):
                continue
            window = _window(block)
            if window is None:
                continue
            text, lines = window
            language = (material.brief.facts.language or "").lower()[:30]
            scene = DiffScene(
                id="demo",
                duration_s=1,
                headline=code_headline(material, section, block, said),
                language=language,
                diff=Code(text=text, source=material.at(lines)),
            )
            return Draft("demo", (Take(scene, 9.5),), weight=1.2, hold_s=4.0)
    return None


def _window(block: CodeBlock) -> tuple[str, Lines] | None:
    """The change without the lines that name its files, if it is short enough to be read."""
    lines = block.code.split("\n")
    first = next((at for at, line in enumerate(lines) if not _HEADER.match(line)), len(lines))
    kept = lines[first:]
    end = next((at for at, line in enumerate(kept) if line.startswith(("@@", "diff --git "))), len(kept))
    kept = kept[:end]
    while kept and not kept[-1].strip():
        kept.pop()
    changes: set[Literal["+", "-"]] = {"+" if line[0] == "+" else "-" for line in kept if line[:1] in ("+", "-")}
    signed = all(not line or line[0] in "+- " for line in kept)
    if not signed or not changes or not 2 <= len(kept) <= LONGEST_DIFF or max(map(cells, kept)) > WIDEST_DIFF:
        return None
    text = "\n".join(kept)
    if not all(c == "\n" or c.isprintable() for c in text):
        return None
    return text, Lines(first=block.lines.first + first, last=block.lines.first + first + len(kept) - 1)
