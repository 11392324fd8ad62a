"""Which language a README is written in, as its script and its small words tell, and which way it is read."""

# ruff: noqa: RUF001 # Cyrillic words

from __future__ import annotations

import re
from typing import Literal

from readme2video.claims.vocabulary import word_set
from readme2video.model.document import ListBlock, Paragraph, Quote, ReadmeDocument

_STOP_WORDS: dict[str, frozenset[str]] = {
    "en": word_set("the and of to is in for with that it you your are this from as on or an be not can"),
    "es": word_set("el la los las y de que en un una para con por su es del se al más como sin"),
    "fr": word_set("le la les et de des un une pour avec dans sur est du que qui par vos votre au sans"),
    "de": word_set("der die das und ist ein eine für mit von den dem nicht auf zu im werden oder sich auch"),
    "pt": word_set("o os as e de que em um uma para com por do da dos das é não seu sua ao mais"),
}


_RIGHT_TO_LEFT = ("ar", "he", "fa", "ur")


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """The side from which a language is read, by its code, as ``ar`` or ``ar-EG``."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def language_of(document: ReadmeDocument) -> str:
    """The language of the film: the document's script, and for Latin script the language its small words tell."""
    if document.language not in ("en", "und"):
        return document.language
    text = _prose(document)
    if len(re.findall(r"[а-яёА-ЯЁ]", text)) > len(re.findall(r"[A-Za-z]", text)):
        return "ru"
    if document.language == "und":
        return "und"
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {language: sum(word in stop for word in words) for language, stop in _STOP_WORDS.items()}
    best = max(scores, key=lambda language: (scores[language], language == "en"))
    # Short texts share small words; English stays unless another language is clearly ahead.
    return best if scores[best] >= 4 and scores[best] > 1.5 * scores["en"] else "en"


def _prose(document: ReadmeDocument) -> str:
    texts = [document.tagline.text] if document.tagline else []
    for section in document.sections[:30]:
        for block in section.blocks:
            if isinstance(block, (Paragraph, Quote)):
                texts.append(block.text)
            elif isinstance(block, ListBlock):
                texts.extend(item.text for item in block.items)
    return " ".join(texts)[:20_000]
