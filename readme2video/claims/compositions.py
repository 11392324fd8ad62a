"""What a scene's strings say together: bars on one scale, a quotation and who said it, a version and its changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from readme2video.claims.claim import Fault
from readme2video.claims.clauses import WORD
from readme2video.claims.evidence import Evidence
from readme2video.claims.normal import fold, plain
from readme2video.claims.scale import shares_of_longest
from readme2video.claims.ties import is_own
from readme2video.model.brief import SourceText
from readme2video.model.document import Paragraph, Quote, Section, Table
from readme2video.model.scene import Bar, ChartScene, QuoteScene, ReleaseScene, Scene

_LESS = re.compile(
    r"↓|(?:lower|less|smaller|fewer|shorter) (?:is|are) better|(?:kleiner|weniger|niedriger) ist besser"
    r"|越[小低少]越好|小さいほど|低いほど|moins (?:est|c'est) mieux|menos es mejor|чем меньше, тем лучше|الأقل أفضل",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"↑|(?:higher|more|larger|bigger|greater) (?:is|are) better|(?:größer|mehr|höher) ist besser|越[大高多]越好"
    r"|大きいほど|高いほど|plus (?:est|c'est) mieux|más es mejor|чем больше, тем лучше|الأكثر أفضل",
    re.IGNORECASE,
)
_MARKS = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«\s*([^»]+?)\s*»|„([^“”]+)[“”]|「([^」]+)」|『([^』]+)』")
_ALERT = re.compile(r"\s*(?:>\s*)+\[!\w+\]")
_NEWS = re.compile(
    r"what'?s (?:new|changed)|\bnews?\b|changelog|release|changes|history"
    r"|\bv?\d+\.\d+|更新|新增|変更|neu\b|nouveaut|novedad"
    r"|novidad|нов[оы]|الجديد|חדש",
    re.IGNORECASE,
)
_APART = 2
"""How many lines may lie between a quotation and the line that says who said it."""


@dataclass(frozen=True)
class Place:
    """Where in a table a bar's value stands."""

    section: Section
    table: Table
    row: int
    column: int


def composition_faults(scene: Scene, evidence: Evidence) -> Iterator[tuple[str, Fault]]:
    """What is wrong with a scene as a whole, each with the path it is wrong at."""
    if isinstance(scene, ChartScene):
        yield from _chart_faults(scene, evidence)
    elif isinstance(scene, QuoteScene):
        yield from _quote_faults(scene, evidence)
    elif isinstance(scene, ReleaseScene):
        yield from _release_faults(scene, evidence)


def better_end(texts: Sequence[str]) -> Literal["less", "more"] | None:
    """Which end of a scale these texts call the good one, ``less`` or ``more``; None where they say neither or both."""
    less, more = any(map(_LESS.search, texts)), any(map(_MORE.search, texts))
    return None if less == more else "less" if less else "more"


def scale_texts(section: Section, table: Table, columns: Sequence[int]) -> list[str]:
    """What may say which end of a table's scale is good: its heading, these columns' and the text beside it."""
    found = [section.title, table.header[0] if table.header else ""]
    found += [table.header[at] for at in columns if at < len(table.header)]
    place = next((at for at, block in enumerate(section.blocks) if block == table), None)
    if place is not None:
        beside = (*section.blocks[max(0, place - 1) : place], *section.blocks[place + 1 : place + 2])
        found += [block.text for block in beside if isinstance(block, Paragraph)]
    return found


def _chart_faults(scene: ChartScene, evidence: Evidence) -> Iterator[tuple[str, Fault]]:
    if shares_of_longest([bar.value.text for bar in scene.bars]) is None:
        hint = "Take the values from one column of one table, each with its unit."
        yield "bars", Fault("claim-unit", "has values that are not of one unit", hint)
    told = [bar for bar in scene.bars if bar.value.source != "author"]
    places = [list(_places(bar, evidence)) for bar in told]
    if told and not _one_line_of_a_table(places) and not _one_list(told, evidence):
        yield (
            "bars",
            Fault("claim-chart", "has values of more than one table or column", "Show one column of one table."),
        )
    if scene.highlight is not None:
        bar = scene.bars[scene.highlight]
        named = [bar.label.text, *(_row_name(place) for place in _places(bar, evidence))]
        if not any(is_own(word, evidence.own_names) for name in named for word in WORD.findall(fold(name))):
            yield (
                "highlight",
                Fault("claim-chart", "does not name the project in this row", "Highlight its own row, or none."),
            )
    if scene.better is not None:
        texts = [text for found in places for place in found for text in _texts(place)]
        if better_end(texts) != scene.better:
            yield "better", Fault("claim-chart", f"does not say that {scene.better} is better", "Leave `better` out.")


def _row_name(place: Place) -> str:
    return place.table.rows[place.row][0]


def _texts(place: Place) -> list[str]:
    return [*scale_texts(place.section, place.table, [place.column]), _row_name(place)]


def _places(bar: Bar, evidence: Evidence) -> Iterator[Place]:
    """The cells of the README's tables that hold a bar's value, in the lines it cites."""
    file, _, span = bar.value.source.rpartition(":")
    if file != evidence.document.path or not span[:1].isdigit():
        return
    first, _, last = span.partition("-")
    value = fold(bar.value.text)
    for section in evidence.document.sections:
        for block in section.blocks:
            if not isinstance(block, Table):
                continue
            for row, number in enumerate(block.row_lines):
                if int(first) <= number <= int(last or first):
                    for column, cell in enumerate(block.rows[row]):
                        if column and value in fold(cell):
                            yield Place(section, block, row, column)


def _one_line_of_a_table(places: Sequence[Sequence[Place]]) -> bool:
    """Whether all values stand in one column of a table, or in one row where its columns are what is compared."""
    by_column = [{(place.table.lines.first, place.column) for place in found} for found in places]
    by_row = [{(place.table.lines.first, -1 - place.row) for place in found} for found in places]
    return bool(set.intersection(*by_column)) or bool(set.intersection(*by_row))


def _one_list(bars: Sequence[Bar], evidence: Evidence) -> bool:
    """Whether all values stand in one list or paragraph that is no table."""
    spans = [evidence.at(bar.value.source) for bar in bars]
    if any(span is None for span in spans):
        return False
    found = [span for span in spans if span is not None]
    text = found[0][0]
    first, last = min(span[1] for span in found), max(span[2] for span in found)
    lines = text.lines[first:last]
    return (
        all(span[0].name == text.name for span in found)
        and all(line.strip() for line in lines)
        and (not any("|" in line or "<td" in line for line in lines) or _one_column(bars, found))
    )


def _one_column(bars: Sequence[Bar], spans: Sequence[tuple[SourceText, int, int]]) -> bool:
    """Whether the values stand in one column of a table in release notes, of which only the lines are known."""
    columns: list[set[int]] = []
    for bar, (text, first, last) in zip(bars, spans, strict=True):
        cells = [fold(cell) for cell in text.lines[first].strip().strip("|").split("|")] if last == first + 1 else []
        columns.append({at for at, cell in enumerate(cells) if at and fold(bar.value.text) in cell})
    return bool(set.intersection(*columns))


def _quote_faults(scene: QuoteScene, evidence: Evidence) -> Iterator[tuple[str, Fault]]:
    """A quotation is somebody else's words, whole and with the name that stands beside them."""
    source, by = scene.headline.source, scene.by
    if source in ("copy", "author") or source.startswith("fact:"):
        told = source == "author" and any(
            _is_quoted(scene.headline.text, evidence, f"{text.name}:{text.first}-{text.first + len(text.lines) - 1}")
            for text in evidence.texts
            if text.lines
        )
        if not told:
            yield "headline", Fault("claim-quote", "is no quotation", "Cite the lines of a quotation.")
        return
    span = evidence.at(source)
    if span is None:
        return
    text, first, last = span
    if not _is_quoted(scene.headline.text, evidence, source):
        yield (
            "headline",
            Fault("claim-quote", "has no such quotation", "Quote a block quote or words in quotation marks."),
        )
    if by is None:
        yield "headline", Fault("claim-quote", "is shown without who said it", "Name who said it in `by`.")
        return
    there = evidence.at(by.source)
    near = there is not None and there[0].name == text.name and there[1] <= last + _APART and first - _APART <= there[2]
    if by.source != "author" and not near:
        yield (
            "by",
            Fault("claim-quote", "is not beside the quotation", "Cite the line beside it that says who said it."),
        )


def _is_quoted(words: str, evidence: Evidence, source: str) -> bool:
    """Whether the lines of a source hold these words in a block quote or in quotation marks."""
    span = evidence.at(source)
    if span is None:
        return False
    text, first, last = span
    wanted, marked = (
        _bare(words),
        [next(filter(None, one), "") for one in _MARKS.findall(" ".join(text.lines[first:last]))],
    )
    if any(wanted == _bare(one) for one in marked):
        return True
    return any(wanted in _bare(quote) for quote in _block_quotes(text, first, last, evidence))


def _block_quotes(text: SourceText, first: int, last: int, evidence: Evidence) -> Iterator[str]:
    """The block quotes that begin before these lines end and end after they begin; notes and warnings are none."""
    if text.name == evidence.document.path:
        begin, end = first + text.first, last + text.first - 1
        for section in evidence.document.sections:
            for block in section.blocks:
                here = isinstance(block, Quote) and block.lines.first <= end and begin <= block.lines.last
                if isinstance(block, Quote) and here and block.alert is None:
                    yield block.text
        return
    lines = [line if line.lstrip().startswith(">") else "" for line in text.lines[first:last]]
    if not any(map(_ALERT.match, lines)):
        yield plain("\n".join(lines))


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text)).strip().lower()


def _release_faults(scene: ReleaseScene, evidence: Evidence) -> Iterator[tuple[str, Fault]]:
    """A version is a release's own, and what is new stands in what was written about it."""
    others = {text.name for text in evidence.texts[1:]}
    version = scene.version
    if version is not None and version.source not in ("author", "fact:released", "fact:release"):
        release = evidence.facts.release
        known = [evidence.facts.tag, evidence.facts.version, release.tag if release else None]
        named = {one.removeprefix("v") for one in known if one}
        shown = version.text.strip().removeprefix("v")
        span = evidence.at(version.source)
        heading = span is not None and re.match(r"\s{0,3}(?:#|=|-|\d|v\d|\[|\*\*)", span[0].lines[span[1]]) is not None
        if shown not in named and not (heading and not (named and others)):
            told = min(named, default="")
            fix = f"Write {told}." if told else "Cite the heading that names the version."
            yield "version", Fault("claim-version", "is not this release's version", fix)
    for index, item in enumerate(scene.items):
        if item.source.rpartition(":")[0] in others or item.source in ("author", "copy"):
            continue
        span = evidence.at(item.source)
        if span is None:
            continue
        headings = evidence.headings(span[0], span[1])
        if others or not any(map(_NEWS.search, headings)):
            yield f"items.{index}", Fault("claim-release", "says nothing of what a release brought", "Cite its notes.")
