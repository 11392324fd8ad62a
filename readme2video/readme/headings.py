"""What a section is for, told from its heading in nine languages, and which script a text is written in."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from readme2video.model.document import SectionKind

_LONG_TITLE_WORDS = 6

EMOJI = (
    "(?:[0-9#*]\ufe0f?\u20e3|[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\u00a9\u00ae\u2122"
    "\U0001f000-\U0001faff][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\u2600-\u27bf\U0001f300-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_LEADING = re.compile(rf"^(?:{EMOJI}|[\W_]|\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}[.):]?\s)+")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, tuple[tuple[SectionKind, tuple[str, ...]], ...]]:
    """The words of headings by kind, in the order in which they are tried."""
    text = resources.files(__package__ or "").joinpath("headings.toml").read_text("utf-8")
    return {
        table: tuple((kind, tuple(phrase.strip() for phrase in words.split("|"))) for kind, words in kinds.items())
        for table, kinds in tomllib.loads(text).items()
    }


def without_leading_emoji(text: str) -> str:
    """The text without emoji and blanks at its beginning."""
    return re.sub(rf"^(?:{EMOJI}|[\s\ufe0f\u200d])+", "", text)


def kind_of(title: str) -> SectionKind:
    """What the section below this heading is for; ``other`` when the heading does not say."""
    words = [word.casefold() for word in _WORD.findall(_LEADING.sub("", title))]
    if not words:
        return "other"
    padded = f" {' '.join(words)} ".replace("\u2019", "'")
    long = len(words) > _LONG_TITLE_WORDS
    for kind, phrases in _vocabulary()["phrases"]:
        for phrase in phrases:
            # "Why" and "What is" say something only at the beginning; a long heading is a sentence of its own.
            anchored = long or kind in ("problem", "intro")
            if padded.startswith(f" {phrase} ") or (not anchored and f" {phrase} " in padded):
                return kind
    if not title.isascii():
        for kind, phrases in _vocabulary()["characters"]:
            if any(phrase in title for phrase in phrases):
                return kind
    return "other"


def language_of(texts: Iterable[str]) -> str:
    """The main script of prose: ``en`` for Latin, ``zh``, ``ja``, ``ko``, ``ar``, ``he``, or ``und`` for any other."""
    counts = dict.fromkeys(("en", "han", "kana", "ko", "ar", "he", "und"), 0)
    for text in texts:
        for character in text:
            script = _script(character)
            if script:
                counts[script] += 1
    if not any(counts.values()):
        return "und"
    # A Han or kana character is about a word's third, a Latin letter a fifth; technical terms stay Latin everywhere.
    cjk = counts["han"] + counts["kana"]
    scores = {
        "en": counts["en"],
        "ja" if counts["kana"] * 8 > cjk else "zh": cjk * 3,
        "ko": counts["ko"] * 2.5,
        "ar": counts["ar"] * 1.5,
        "he": counts["he"] * 1.5,
        "und": counts["und"] * 1.5,
    }
    return max(scores, key=lambda language: scores[language])


_RANGES = (
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x077F, "ar"),
    (0x08A0, 0x08FF, "ar"),
    (0x1100, 0x11FF, "ko"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "ko"),
    (0xF900, 0xFAFF, "han"),
    (0xFB50, 0xFDFF, "ar"),
    (0xFE70, 0xFEFC, "ar"),
    (0x20000, 0x323AF, "han"),
)


def _script(character: str) -> str | None:
    code = ord(character)
    if code < 0x250:  # end of the Latin blocks
        return "en" if character.isalpha() else None
    for first, last, script in _RANGES:
        if first <= code <= last:
            return script
    return "und" if unicodedata.category(character).startswith("L") else None
