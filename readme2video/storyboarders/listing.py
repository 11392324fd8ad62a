"""The features scene: from a list, a table or sub-sections."""

# ruff: noqa: RUF001 # table marks are what is matched

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.model.document import Lines, ListBlock, Paragraph, Section, Table
from readme2video.model.scene import Feature, FeatureScene, FeaturesScene
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.material import Material, has_lists, heading_text
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.signs import signs
from readme2video.storyboarders.taste import is_hype
from readme2video.storyboarders.words import (
    bare,
    cells,
    clean,
    fits,
    folded,
    openings,
    shortened,
    stands_alone,
    without_emoji,
    word_count,
)

DETAIL_CELLS = 70
SHORT_DETAIL_CELLS = 44
_NOT_FEATURES = ("contributing", "licence", "credits", "faq", "install", "configuration", "problem", "benchmark", "api")


@dataclass(frozen=True)
class Point:
    """A feature as the README gives it."""

    title: str
    detail: str
    lines: Lines
    concrete: float


def features(material: Material) -> Draft | None:
    """Three or four features, with details if there is time."""
    found = _found(material)
    if found is None:
        return _alone(material)
    section, points = found
    headline = (material.heading(section) if section is not None else None) or material.phrase("features")
    takes = card_takes(material, headline, points)
    return Draft("features", tuple(takes), weight=1.1) if takes else None


def _alone(material: Material) -> Draft | None:
    """The one feature there is, with room."""
    for section in material.sections("features"):
        points = _points(material, section, least=1)
        if section.kind != "features" or len(points) != 1:
            continue
        (point,) = points
        detail = _detail(material, point.detail, 90)
        if detail is None:
            continue
        source = material.at(point.lines)
        scene = FeatureScene(
            id="features",
            duration_s=1,
            headline=Headline(text=point.title, source=source),
            detail=Words(text=detail, source=source),
            icon=signs([(point.title, point.detail)])[0],
        )
        return Draft("features", (Take(scene, 9.0),), weight=1.0)
    return None


def card_takes(material: Material, headline: Headline, points: list[Point]) -> list[Take]:
    """The ways to show points as cards, richest first."""
    takes: list[Take] = []
    for count, width, worth in ((4, DETAIL_CELLS, 13.5), (3, DETAIL_CELLS, 12.5), (3, SHORT_DETAIL_CELLS, 12.0)):
        told = [point for point in points if _detail(material, point.detail, width)]
        if len(told) >= count or (count == 3 and len(told) == len(points) == 2):
            takes.append(Take(_scene(material, headline, _best(told, count), width), worth))
    # Without details a title must speak for itself.
    speaking = [p for p in points if 8 <= cells(p.title) <= 28 and word_count(p.title) <= 5]
    speaking = speaking if len(speaking) >= 2 else points
    for count, worth in ((4, 9.5), (3, 8.5)):
        if len(speaking) >= count or (count == 3 and len(speaking) == 2):
            takes.append(Take(_scene(material, headline, speaking[:count], 0), worth))
    if len(speaking) > 3:
        short = sorted(sorted(speaking, key=lambda point: cells(point.title))[:3], key=speaking.index)
        takes.append(Take(_scene(material, headline, short, 0), 8.0))
    return takes


def _best(points: list[Point], count: int) -> list[Point]:
    """The most concrete ones, in the README's order."""
    chosen = sorted(range(len(points)), key=lambda i: (-points[i].concrete, i))[:count]
    return [points[i] for i in sorted(chosen)]


def _scene(material: Material, headline: Headline, points: list[Point], width: int) -> FeaturesScene:
    # All cards have small print or none: one among bare ones looks like a mistake.
    details = [_detail(material, point.detail, width) if width else None for point in points]
    icons = signs((point.title, point.detail) for point in points)
    return FeaturesScene(
        id="features",
        duration_s=1,
        headline=headline,
        items=tuple(
            Feature(
                title=Words(text=point.title, source=material.at(point.lines)),
                detail=Words(text=detail, source=material.at(point.lines)) if detail else None,
                icon=icon,
            )
            for point, detail, icon in zip(points, details, icons, strict=True)
        ),
    )


def _detail(material: Material, text: str, width: int) -> str | None:
    read_s = {"ja": 7.0, "zh": 4.5}.get(material.language, 4.8)
    cut = shortened(text, material.language, width=width, read_s=read_s, least=4)
    return material.capital(cut) if cut is not None and not is_hype(cut) else None


def _found(material: Material) -> tuple[Section | None, list[Point]] | None:
    document = material.brief.document
    for section in material.sections("features"):
        if section.kind != "features":
            continue
        points = _points(material, section) or _subsections(material, section)
        if len(points) >= 2:
            return section, points
    titles = {folded(heading_text(section.title)) for section in document.sections}
    for section in document.sections:
        if section.kind in _NOT_FEATURES or section.parent in _NOT_FEATURES or _is_plan(section):
            continue
        for block in has_lists(section):
            items = [item for item in block.items if item.lead and item.rest and folded(item.lead) not in titles]
            if len(items) >= 3 and len(items) * 3 >= len(block.items) * 2:
                points = _list_points(material, block)
                if len(points) >= 3:
                    return (section if section.kind != "intro" else None), points
    return None


def _is_plan(section: Section) -> bool:
    return bool(
        re.search(
            r"roadmap|to-?do|planned|upcoming|changelog|table of contents|contents|目录|路线图",
            section.title,
            re.IGNORECASE,
        )
    )


def _points(material: Material, section: Section, least: int = 2) -> list[Point]:
    for block in section.blocks:
        if isinstance(block, ListBlock):
            points = _list_points(material, block)
        elif isinstance(block, Table):
            points = _table_points(material, block)
        else:
            continue
        if len(points) >= least:
            return points
    return []


def _list_points(material: Material, block: ListBlock) -> list[Point]:
    return list(
        points_of(
            material,
            (
                (item.lead or item.text, item.rest if item.lead else "", item.lines)
                for item in block.items
                if item.checked is not False
            ),
        )
    )


def _table_points(material: Material, table: Table) -> list[Point]:
    def rows() -> Iterator[tuple[str, str, Lines]]:
        for row, line in zip(table.rows, table.row_lines, strict=False):
            cell = [clean(text) for text in row]
            if not cell or (
                len(cell) > 1 and re.fullmatch(r"(?:[❌✗✘×🚧-]|no|planned|todo|wip)\W*", cell[1], re.IGNORECASE)
            ):
                continue
            detail = next((text for text in cell[1:] if word_count(text) >= 3), "")
            yield cell[0], detail, Lines(first=line, last=line)

    return list(points_of(material, rows()))


def _subsections(material: Material, section: Section) -> list[Point]:
    sections = material.brief.document.sections
    start = sections.index(section)

    def children() -> Iterator[tuple[str, str, Lines]]:
        for child in sections[start + 1 :]:
            if child.level <= section.level:
                return
            if child.level == section.level + 1:
                text = next((block for block in child.blocks if isinstance(block, Paragraph)), None)
                # The card cites its heading and the paragraph below it together.
                last = text.lines.last if text is not None else child.lines.first
                yield heading_text(child.title), text.text if text else "", Lines(first=child.lines.first, last=last)

    return list(points_of(material, children()))


def points_of(material: Material, raw: Iterator[tuple[str, str, Lines]]) -> Iterator[Point]:
    """Features with a title of at most six words; what has none is left out."""
    seen: set[str] = set()
    for lead, rest, lines in raw:
        title, detail = _title(material, without_emoji(lead), clean(rest))
        if title is None or folded(title) in seen or is_hype(title):
            continue
        seen.add(folded(title))
        yield Point(title, detail, lines, _concrete(material, title, detail))


def _title(material: Material, lead: str, rest: str) -> tuple[str | None, str]:
    text = bare(lead)
    language = material.language
    options = [(text, rest)]
    options += [(bare(cut.text), rest or cut.rest) for cut in openings(text, english=material.english)]
    for title, detail in options:
        if (
            word_count(title) <= 6
            and fits(title, language, width=36, read_s=6.0)
            and stands_alone(title, english=material.english)
        ):
            return material.capital(title), without_emoji(detail)
    return None, ""


def _concrete(material: Material, title: str, detail: str) -> float:
    """How much a feature shows: numbers, names and files count, slogans do not."""
    count = word_count(title)
    score = 2.0 if count <= 4 else 0.0
    score -= 1.0 if cells(title) > 28 else 0.0
    short = shortened(detail, material.language, width=DETAIL_CELLS, read_s=5.5)
    score += 1.0 if short else 0.0
    score += 0.8 if short and re.search(r"\d", short) else 0.0
    score += 0.4 if re.search(r"\b[A-Z]{2,}|[a-z][A-Z]|\w\.\w|`", f"{title} {short or ''}") else 0.0
    return score - (1.0 if is_hype(detail) else 0.0)
