"""The proof scene: numbers with a source, from a benchmark table, from sentences, from the facts."""

# ruff: noqa: RUF001 # typographic punctuation is what is matched

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.claims.phrases import Phrase
from readme2video.model.document import Lines, ListBlock, Paragraph, Section, Table
from readme2video.model.storyboard import Headline, Stat, StatsScene, Words
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.pacing import Draft, Take
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
    word_set,
)

FEWEST_STARS = 100
MANY_STARS = 500
"""Below the first the number of stars says more about age than about worth; from the second on it is news."""

_NUMBER = r"[<>~≈≤≥]?\s?\d[\d.,\u202f\u00a0 ]*\d|[<>~≈≤≥]?\s?\d"
_UNIT = (
    r"ns|µs|μs|us|ms|s|sec(?:onds?)?|min(?:utes?)?|hours?|[kKMGT]i?[bB]|bytes|%|x|×|fps|rps|qps|req/s|ops/s|[kMG]?[bB]/s"
    r"|秒|毫秒|微秒|分钟|倍|초|밀리초|배|ミリ秒|分|Sekunden?|secondes?|segundos?"
)
_VALUE = re.compile(rf"^(?:{_NUMBER})\s?(?:{_UNIT})?(?:\s?(?:faster|slower))?$")
_PLAIN_VALUE = re.compile(rf"^(?:{_NUMBER})(?:\s?[kKMB])?$")
_MEASURE = rf"(?:{_NUMBER})\s?(?:ns|µs|ms|s|seconds|minutes|[KMGT]i?B|bytes|%|秒|毫秒)"
_BOUND = r"(?:(?:about|around|under|within|less than|at most|up to|over|more than|at least|nearly|almost)\s+)?"
_OF_VALUE = re.compile(rf"^(?P<label>.+?)\s+of\s+(?:only\s+|just\s+)?(?P<value>{_BOUND}{_MEASURE})$")
_VALUE_OF = re.compile(rf"^(?:only\s+|just\s+)?(?P<value>{_MEASURE})\s+of\s+(?P<label>[\w .+#-]+)$")
_TAKES = re.compile(
    r"^(?P<label>.+?)\s+(?:(?:in|takes?|uses?|needs?|is)\s+(?:only\s+|just\s+)?|(?=within\s|under\s))"
    rf"(?P<value>{_BOUND}{_MEASURE})$"
)
_RATE = re.compile(
    r"^(?P<value>\d[\d.,]*[kKM]?)\s+(?P<label>[^\d,;:]+\s(?:a|per|each)\s(?:second|minute|hour|day)\b[^\d,;:]*)$"
)
_COUNT = re.compile(r"^(?P<value>\d[\d.,]*[kKM]?\+?)\s+(?P<label>[^\W\d]{3,}(?:\s[^\W\d]{3,})?)$")
_CJK_VALUE = re.compile(
    rf"^(?P<label>[^，,。]+?)[，,]?\s?(?:仅需|仅|只需|只要)?\s?(?P<value>(?:不到|约)?\s?{_MEASURE})$"
)


_UNITS_OF_TIME = word_set("seconds second minutes minute hours hour days day weeks week months month years year bytes")


@dataclass(frozen=True)
class Number:
    """A number on screen: value and label, both quotes, and the line they stand in."""

    value: str
    label: str
    source: str
    label_source: str = ""


def proof(material: Material) -> Draft | None:
    """Numbers that can be checked; nothing if there are fewer than two."""
    table = _benchmark(material)
    if table is not None:
        headline, numbers = table
        takes = [Take(_scene(headline, _stats(numbers)), 9.0)]
        if len(numbers) > 2:
            takes.append(Take(_scene(headline, _stats([numbers[0], numbers[-1]])), 7.5))
        return Draft("proof", tuple(takes), weight=1.0, hold_s=3.5)
    numbers = _from_sentences(material)
    facts = _facts(material)
    stats = [*_stats(numbers[:3]), *facts][:3]
    if len(stats) < 2:
        return None
    worth = 2.0 + 1.8 * min(3, len(numbers)) + (2.0 if (material.brief.facts.stars or 0) >= MANY_STARS else 0.0)
    headline = material.phrase("glance")
    takes = [
        Take(_scene(headline, stats[:count]), worth - 0.8 * (len(stats) - count)) for count in range(len(stats), 1, -1)
    ]
    return Draft("proof", tuple(takes), weight=0.9, hold_s=3.0)


def _scene(headline: Headline, stats: list[Stat]) -> StatsScene:
    return StatsScene(id="proof", duration_s=1, headline=headline, stats=tuple(stats[:4]))


def _stats(numbers: list[Number]) -> list[Stat]:
    return [
        Stat(value=Words(text=n.value, source=n.source), label=Words(text=n.label, source=n.label_source or n.source))
        for n in numbers
    ]


def _facts(material: Material) -> list[Stat]:
    facts = material.brief.facts
    found: list[Stat] = []
    if facts.stars is not None and facts.stars >= FEWEST_STARS:
        found.append(Stat(value=Words(text=f"{facts.stars:,}", source="fact:stars"), label=material.label("stars")))
    version = "version" if facts.version else "tag"
    told: tuple[tuple[str, Phrase], ...] = ((version, "version"), ("licence", "licence"), ("language", "language"))
    for name, label in told:
        text = clean(getattr(facts, name) or "")
        if text and len(text) <= 14 and text not in ("NOASSERTION", "Other"):
            found.append(Stat(value=Words(text=text, source=f"fact:{name}"), label=material.label(label)))
    return found


def _benchmark(material: Material) -> tuple[Headline, list[Number]] | None:
    """The first benchmark table, or elsewhere one that compares the project with others by measured values."""
    measured = list(material.sections("benchmark"))
    for section in (*measured, *material.brief.document.sections):
        for block in section.blocks:
            if not isinstance(block, Table) or not (section in measured or _compares(material, block)):
                continue
            found = _of_table(material, section, block)
            if found is not None:
                return found
    return None


def _compares(material: Material, table: Table) -> bool:
    own = folded(material.name)
    named = any(own in folded(row[0]) for row in table.rows if row) or any(own in folded(cell) for cell in table.header)
    return len(own) >= 2 and named and any(_is_measured(table, column) for column in range(1, len(table.header)))


def _of_table(material: Material, section: Section, table: Table) -> tuple[Headline, list[Number]] | None:
    columns = [column for column in range(1, len(table.header)) if _is_numeric(table, column)]
    if not columns or len(table.rows) < 1:
        return None
    own = folded(material.name)
    ours = [column for column in columns if own and own in folded(table.header[column])]
    if ours and len(columns) >= 2:
        return _across(material, table, columns, ours)
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


def _across(
    material: Material, table: Table, columns: list[int], ours: list[int]
) -> tuple[Headline, list[Number]] | None:
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
        numbers.append(Number(_unstarred(clean(row[column])), label, material.at(line), head))
    headline = Headline(text=capitalised(name), source=material.at(line))
    return headline, numbers


def _head(table: Table) -> Lines:
    """The lines above a table's first row."""
    return Lines(first=table.lines.first, last=max(table.lines.first, min(table.row_lines, default=1) - 1))


def _down(material: Material, section: Section, table: Table, column: int) -> tuple[Headline, list[Number]] | None:
    """The rows are what is compared: one column is shown, the project's row among them."""
    rows = [
        Number(_unstarred(clean(row[column])), bare(clean(row[0])), material.at(line))
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
    own = folded(material.name)
    mine = [number for number in rows if own and own in folded(number.label)]
    kept = rows[:3]
    if mine and mine[0] not in kept:
        kept = [mine[0], *rows[:2]]
    header = clean(table.header[column])
    if bare_numbers:
        # Naked numbers mean nothing; the column's heading says what they count.
        if not header or not stands_alone(header, english=False) or cells(header) > 44:
            return None
        return Headline(text=capitalised(header), source=material.at(_head(table))), kept
    headline = material.heading(section) or material.phrase("glance")
    return headline, kept


def _from_sentences(material: Material) -> list[Number]:
    """Numbers with what they measure, as ``one static binary of 3.1 MB``."""
    found: list[Number] = []
    seen: set[str] = set()
    for section in material.brief.document.sections:
        if section.kind not in ("features", "benchmark", "intro", "other", "problem") or section.parent == "faq":
            continue
        for text, source in _texts(material, section):
            for number in _measures(material, text, source):
                if number.value not in seen:
                    seen.add(number.value)
                    found.append(number)
    return found


def _texts(material: Material, section: Section) -> Iterator[tuple[str, str]]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield block.text, material.at(block.lines)
        elif isinstance(block, ListBlock):
            for item in block.items:
                if item.checked is not False:
                    yield item.rest or item.text, material.at(item.lines)


def _measures(material: Material, text: str, source: str) -> Iterator[Number]:
    for sentence in sentences(clean(text)):
        for clause in re.split(r"(?<=\D)[,;:，；：]\s?|[,;:]\s|\s[—–-]\s|[。]", sentence):
            for pattern in (_VALUE_OF, _OF_VALUE, _CJK_VALUE, _TAKES, _RATE, _COUNT):
                match = pattern.match(bare(clause))
                if match is None:
                    continue
                label = re.sub(r"^(?:and|but|the|an?)\s+", "", bare(match["label"]), flags=re.IGNORECASE)
                if pattern is _COUNT and label.split()[0] in _UNITS_OF_TIME:
                    break
                label = re.sub(r"^(?:the|an?)\s+", "", label, flags=re.IGNORECASE)
                if word_count(label) <= 6 and cells(label) <= 32 and _names(material, label):
                    yield Number(match["value"].strip(), material.capital(label), source)
                break
        whole = re.search(rf"[，,]\s?仅\s?(?P<value>{_MEASURE})", sentence)
        if whole is not None:
            label = re.split(r"[，,。：]", sentence[: whole.start()])[-1]
            if label and cells(label) <= 32:
                yield Number(whole["value"].strip(), label, source)


def _names(material: Material, label: str) -> bool:
    openers = [cut.text for cut in openings(label, english=material.english)]
    return bool(label) and stands_alone(label, english=material.english) and not openers
