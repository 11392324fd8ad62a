"""The proof scene: numbers with a source, from a benchmark table, from sentences, from the facts."""

# ruff: noqa: RUF001 # typographic punctuation is what is matched

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from readme2video.claims.phrases import Phrase
from readme2video.claims.vocabulary import word_set
from readme2video.model.document import ListBlock, Paragraph, Section
from readme2video.model.scene import Stat, StatsScene
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.material import Material
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.tables import NUMBER, Number, benchmark, chart_takes, stats_of
from readme2video.storyboarders.words import bare, cells, clean, openings, sentences, stands_alone, word_count

FEWEST_STARS = 100
MANY_STARS = 500
"""Below the first the number of stars says more about age than about worth; from the second on it is news."""

_MEASURE = rf"(?:{NUMBER})\s?(?:ns|µs|ms|s|seconds|minutes|[KMGT]i?B|bytes|%|秒|毫秒)"
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


def proof(material: Material, said: Sequence[str] = ()) -> Draft | None:
    """Numbers that can be checked; nothing if there are fewer than two.

    Args:
        said: What the film's first words say; a number among them is no news.
    """
    measured = benchmark(material)
    if measured is not None:
        takes = chart_takes(material, measured)
        if not takes:
            numbers = list(measured.few)
            takes.append(Take(_scene(measured.headline, stats_of(numbers)), 9.0))
            if len(numbers) > 2:
                takes.append(Take(_scene(measured.headline, stats_of([numbers[0], numbers[-1]])), 7.5))
        return Draft("proof", tuple(takes), weight=1.0, hold_s=3.5)
    numbers = [number for number in _from_sentences(material) if not _told(number.value, said)]
    facts = _facts(material)
    stats = [*stats_of(numbers[:3]), *facts][:3]
    if len(stats) < 2:
        return None
    worth = 2.0 + 1.8 * min(3, len(numbers)) + (2.0 if (material.brief.facts.stars or 0) >= MANY_STARS else 0.0)
    headline = material.phrase("glance")
    takes = [
        Take(_scene(headline, stats[:count]), worth - 0.8 * (len(stats) - count)) for count in range(len(stats), 1, -1)
    ]
    return Draft("proof", tuple(takes), weight=0.9, hold_s=3.0)


def _told(value: str, said: Sequence[str]) -> bool:
    return any(re.search(rf"(?<![\w.,]){re.escape(value)}(?!\w)", text) for text in said)


def _scene(headline: Headline, stats: list[Stat]) -> StatsScene:
    return StatsScene(id="proof", duration_s=1, headline=headline, stats=tuple(stats[:4]))


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
