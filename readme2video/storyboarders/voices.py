"""What others said: a quotation of the README with the name beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from readme2video.model.document import Quote, ReadmeDocument
from readme2video.model.scene import QuoteScene
from readme2video.model.words import Headline, Words
from readme2video.storyboarders.material import Material, attribution
from readme2video.storyboarders.pacing import Draft, Take
from readme2video.storyboarders.taste import is_hype
from readme2video.storyboarders.words import cells, sentences, word_count

_MARKS = "\"“”„«»「」『』' "
_LONGEST, _LONGEST_NAME = 90, 48


@dataclass(frozen=True)
class Quotation:
    """Words and who said them."""

    words: str
    by: str
    block: Quote


def quotations(document: ReadmeDocument) -> Iterator[Quotation]:
    """The block quotes of a README that end with a dash and a name; notes and warnings are none."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Quote) and (found := attribution(block)) is not None:
                yield Quotation(found[0].strip(_MARKS), found[1].strip(" .,"), block)


def quote(material: Material) -> Draft | None:
    """The first quotation that is short enough and praises nothing."""
    for found in quotations(material.brief.document):
        words = _cut(found.words)
        if words is None or cells(found.by) > _LONGEST_NAME or is_hype(words) or word_count(words) < 3:
            continue
        source, beside = _lines(material, found)
        scene = QuoteScene(
            id="quote",
            duration_s=1,
            headline=Headline(text=words, source=source),
            by=Words(text=found.by, source=beside),
        )
        return Draft("quote", (Take(scene, 9.0),), weight=0.9, hold_s=3.0)
    return None


def _cut(words: str) -> str | None:
    """The whole, or as many of its first sentences as can be read at once."""
    kept = ""
    for sentence in sentences(words):
        longer = f"{kept} {sentence}".strip()
        if cells(longer) > _LONGEST:
            break
        kept = longer
    return kept.strip(_MARKS).removesuffix(".") or None


def _lines(material: Material, found: Quotation) -> tuple[str, str]:
    """The lines of the words and the line of the name; the whole block where they cannot be told apart."""
    block = found.block
    whole = material.at(block.lines)
    text = next((text for text in material.brief.texts if text.name == material.brief.document.path), None)
    if text is None:
        return whole, whole
    for number in range(block.lines.last, block.lines.first, -1):
        at = number - text.first
        if 0 <= at < len(text.lines) and found.by in text.lines[at]:
            return material.at(block.lines.model_copy(update={"last": number - 1})), material.at(number)
    return whole, whole
