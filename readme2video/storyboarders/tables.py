"""Tables of measured values: what a benchmark compares, and which of it a film shows."""

# ruff: noqa: RUF001 # typographic punctuation is what is matched

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from readme2video.claims.compositions import better_end, scale_texts
from readme2video.claims.scale import shares_of_longest
from readme2video.model.document import Lines, Paragraph, Section, Table
from readme2video.model.scene import Bar, ChartScene, Stat
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.pacing import Take
from readme2video.storyboarders.words import (
    bare,
    capitalised,
    cells,
    clean,
    fits,
    folded,
    openings,
    sentences,
    stands_alone,
    word_count,
)

LEAST_SHARE = 0.02
"""A bar shorter than this beside the longest is a line; only the project's own may be, for that is its point."""

NUMBER = r"[<>~≈≤≥]?\s?\d[\d.,\u202f\u00a0 ]*\d|[<>~≈≤≥]?\s?\d"
UNIT = (
    r"ns|µs|μs|us|ms|s|sec(?:onds?)?|min(?:utes?)?|hours?|[kKMGT]i?[bB]|bytes|%|x|×|fps|rps|qps|req/s|ops/s|[kMG]?[bB]/s"
    r"|秒|毫秒|微秒|分钟|倍|초|밀리초|배|ミリ秒|分|Sekunden?|secondes?|segundos?"
)
_VALUE = re.compile(rf"^(?:{NUMBER})\s?(?:{UNIT})?(?:\s?(?:faster|slower))?$")
_PLAIN_VALUE = re.compile(rf"^(?:{NUMBER})(?:\s?[kKMB])?$")


@dataclass(frozen=True)
class Number:
    """A number on screen: value and label, both quotes, and the line they stand in."""

    value: str
    label: str
    source: str
    label_source: str = ""
    own: bool = False


@dataclass(frozen=True)
class Measured:
    """What a table measures.

    Attributes:
        numbers: Its values, the project's own among them; ``few`` are at most four of them, ``fewest`` two.
        better: Which end of the scale is the good one, where the table says so.
    """

    headline: Headline
    numbers: tuple[Number, ...]
    few: tuple[Number, ...]
    fewest: tuple[Number, ...]
    better: Literal["less", "more"] | None


def stats_of(numbers: Sequence[Number]) -> list[Stat]:
    """Numbers as they are shown, value and label with their lines."""
    return [
        Stat(value=Words(text=n.value, source=n.source), label=Words(text=n.label, source=n.label_source or n.source))
        for n in numbers
    ]


def chart_takes(material: Material, measured: Measured) -> list[Take]:
    """The values as bars, all of them or fewer; none where they are on no common scale or too far apart to be seen."""
    takes: list[Take] = []
    for numbers, worth in ((measured.numbers[:6], 9.5), (measured.few[:4], 9.0), (measured.fewest, 7.0)):
        shares = shares_of_longest([number.value for number in numbers])
        readable = all(
            cells(number.value) <= 14 and fits(number.label, material.language, width=28, read_s=4.0)
            for number in numbers
        )
        own = [index for index, number in enumerate(numbers) if number.own]
        if len(numbers) < 2 or not shares or not readable or (not own and min(shares) < LEAST_SHARE):
            continue
        scene = ChartScene(
            id="proof",
            duration_s=1,
            headline=measured.headline,
            bars=tuple(Bar(label=stat.label, value=stat.value) for stat in stats_of(numbers)),
            highlight=own[-1] if own else None,
            better=measured.better,
        )
        if not any(take.scene == scene for take in takes):
            takes.append(Take(scene, worth))
    return takes


def benchmark(material: Material) -> Measured | None:
    """The first benchmark table, or elsewhere one that compares the project with others by measured values."""
    measured = [section for section in material.brief.document.sections if _measures_here(material, section)]
    for section in (*measured, *material.brief.document.sections):
        for block in section.blocks:
            if not isinstance(block, Table) or not (section in measured or _compares(material, block)):
                continue
            found = _of_table(material, section, block)
            if found is not None:
                return found
    return None


def _measures_here(material: Material, section: Section) -> bool:
    """Whether a section is about measuring: by its heading, or because it says which end of a scale is good."""
    if section in material.sections("benchmark"):
        return True
    return any(
        isinstance(block, Table)
        and any(_is_measured(block, column) for column in range(1, len(block.header)))
        and better_end(scale_texts(section, block, range(1, len(block.header)))) is not None
        for block in section.blocks
    )


def _compares(material: Material, table: Table) -> bool:
    own = folded(material.name)
    named = any(own in folded(row[0]) for row in table.rows if row) or any(own in folded(cell) for cell in table.header)
    return len(own) >= 2 and named and any(_is_measured(table, column) for column in range(1, len(table.header)))


def _of_table(material: Material, section: Section, table: Table) -> Measured | None:
    columns = [column for column in range(1, len(table.header)) if _is_numeric(table, column)]
    if not columns or len(table.rows) < 1:
        return None
    own = folded(material.name)
    ours = [column for column in columns if own and own in folded(table.header[column])]
    if ours and len(columns) >= 2:
        return _across(material, section, table, columns, ours)
    measured = [column for column in columns if _is_measured(table, column)]
    return _down(material, section, table, (measured or columns)[0])


def _is_numeric(table: Table, column: int) -> bool:
    cells_of = [clean(row[column]) for row in table.rows if len(row) > column]
    told = sum(bool(_VALUE.match(_unstarred(cell)) or _PLAIN_VALUE.match(_unstarred(cell))) for cell in cells_of)
    return bool(cells_of) and told * 4 >= len(cells_of) * 3


def _is_measured(table: Table, column: int) -> bool:
    """Whether a column's values carry units."""
    values = [_unstarred(clean(row[column])) for row in table.rows if len(row) > column]
    return bool(values) and all(_VALUE.match(value) and not _PLAIN_VALUE.match(value) for value in values)


def _unstarred(cell: str) -> str:
    return re.sub(r"\s+\([^()]*\)$", "", cell.strip("*_` ")).strip("*_` ")


def _across(material: Material, section: Section, table: Table, columns: list[int], ours: list[int]) -> Measured | None:
    """The columns are alternatives: one row is shown, its name the headline, the project's columns last."""
    others = [column for column in columns if column not in ours]
    shown = sorted([*others[:2], *ours[-2:]][:4])
    rows = [
        (row, line)
        for row, line in zip(table.rows, table.row_lines, strict=False)
        if len(row) > max(shown) and all(_VALUE.match(_unstarred(clean(row[column]))) for column in shown)
    ]
    if not rows:
        return None
    # The row with the longest name tells most by itself, whatever its numbers are.
    row, line = max(rows, key=lambda pair: (cells(clean(pair[0][0])) <= 40, cells(clean(pair[0][0]))))
    name = bare(clean(row[0]))
    if not name or len(name) > 60:
        return None
    head = material.at(_head(table))
    numbers = []
    for column in shown:
        label = clean(table.header[column])
        if not fits(label, material.language, width=36, read_s=4.0) or not label:
            return None
        numbers.append(Number(_unstarred(clean(row[column])), label, material.at(line), head, own=column in ours))
    headline = Headline(text=capitalised(name), source=material.at(line))
    better = better_end([row[0], *scale_texts(section, table, shown)])
    return Measured(headline, tuple(numbers), tuple(numbers), (numbers[0], numbers[-1]), better)


def _head(table: Table) -> Lines:
    """The lines above a table's first row."""
    return Lines(first=table.lines.first, last=max(table.lines.first, min(table.row_lines, default=1) - 1))


def _down(material: Material, section: Section, table: Table, column: int) -> Measured | None:
    """The rows are what is compared: one column is shown, the project's row among them."""
    own = folded(material.name)
    rows = [
        Number(
            _unstarred(clean(row[column])),
            bare(clean(row[0])),
            material.at(line),
            own=bool(own) and own in folded(bare(clean(row[0]))),
        )
        for row, line in zip(table.rows, table.row_lines, strict=False)
        if len(row) > column and _VALUE.match(_unstarred(clean(row[column])))
    ]
    rows = [
        number
        for number in rows
        if any(c.isalpha() for c in number.label) and fits(number.label, material.language, width=36, read_s=4.0)
    ]
    if len(rows) < 2:
        return None
    bare_numbers = all(_PLAIN_VALUE.match(number.value) for number in rows)
    mine = [number for number in rows if number.own]
    kept, most = rows[:3], rows[:6]
    if mine and mine[0] not in kept:
        kept = [mine[0], *rows[:2]]
    if mine and mine[0] not in most:
        most = [*rows[:5], mine[0]]
    ends = (rows[0], mine[0]) if mine and mine[0] is not rows[0] else (rows[0], rows[-1])
    better = better_end(scale_texts(section, table, [column]))
    header = clean(table.header[column])
    if bare_numbers:
        # Naked numbers mean nothing; the column's heading says what they count.
        if not header or not stands_alone(header, english=False) or cells(header) > 44:
            return None
        headline = Headline(text=capitalised(header), source=material.at(_head(table)))
        return Measured(headline, tuple(most), tuple(kept), ends, better)
    headline = _measured(material, section, table) or material.heading(section) or material.phrase("glance")
    return Measured(headline, tuple(most), tuple(kept), ends, better)


def _measured(material: Material, section: Section, table: Table) -> Headline | None:
    """What was measured, as the sentence before the table says it, where the heading is one that any README has."""
    heading = material.heading(section, generic=False)
    place = section.blocks.index(table)
    before = section.blocks[place - 1] if place else None
    if not isinstance(before, Paragraph) or (heading is not None and word_count(heading.text) > 1):
        return None
    for sentence in sentences(clean(before.text))[:1]:
        options = [sentence, *(cut.text for cut in openings(sentence, english=material.english))]
        for text in (bare(option) for option in options):
            good = 3 <= word_count(text) <= 7 and stands_alone(text, english=material.english)
            if good and cells(text) <= 44 and not re.search(r"\d", text):
                return Headline(text=capitalised(text), source=material.at(before.lines))
    return None
