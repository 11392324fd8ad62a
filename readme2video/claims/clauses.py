"""Sentences, clauses and words: what stands together, what a claim may not take apart."""

# ruff: noqa: RUF001 # punctuation of many scripts

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from readme2video.claims.measures import NUMBER_WORDS
from readme2video.claims.numbers import Number, numbers
from readme2video.claims.vocabulary import CJK, PROGRAMS, STOP_WORDS

_SENTENCE = re.compile(r"(?<=[.!?؟])[\"')]*\s+|(?<=[。！？])|\n")
_CLAUSE = re.compile(
    r"[;:؛]\s|[,،](?!\d)\s?|[、；：(){}\[\]]|\s-\s|\s[|•·/]\s|\.(?=\s)"
    r"|\s(?=(?:but|while|whereas|where|versus|vs\.?|against|compared (?:to|with)|aber|während|mais|pero|mas|а|но)\s)"
    r"|(?:而|但)(?=\S)",
    re.IGNORECASE,
)
_AND = re.compile(r"\s(?:and|or|und|oder|et|ou|y|e|и|&)\s", re.IGNORECASE)
WORD = re.compile(rf"(?:(?![{CJK}_])\w)(?:(?![{CJK}])\w)*(?:['+#]*(?:[.@/_-](?:(?![{CJK}])\w)+)*)*[+#]*")
_HAN = re.compile(f"[{CJK}]+")
_PARTICLES = frozenset(
    "的了是在和与及或也都就把被对从到为以可能会要你我他它这那有个一上下中は が を に で と の も や へ".replace(" ", "")
)


@dataclass(frozen=True)
class Clause:
    """A piece of a sentence about one thing."""

    text: str
    numbers: tuple[Number, ...]

    @property
    def units(self) -> frozenset[str]:
        """Its content words, stemmed."""
        return frozenset(content(self.text))


@dataclass(frozen=True)
class Sentence:
    """A sentence and its clauses."""

    text: str
    clauses: tuple[Clause, ...]


@lru_cache(maxsize=4096)
def sentences(text: str, *, comma_is_decimal: bool = False) -> tuple[Sentence, ...]:
    """The sentences of a folded text, each cut into clauses."""
    found = []
    for piece in _split(text):
        clauses = tuple(
            Clause(part, numbers(part, comma_is_decimal=comma_is_decimal))
            for part in _clauses(piece, comma_is_decimal)
            if part.strip()
        )
        found.append(Sentence(piece, clauses))
    return tuple(found)


def _split(text: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE.finditer(text):
        piece = text[start : match.start()].strip()
        if re.search(r"(?:\b(?:e\.g|i\.e|vs|etc|cf|approx|max|min|incl|ca|z\.B|bzw)|\b[A-Z])\.$", piece):
            continue
        if piece:
            yield piece
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def _clauses(sentence: str, comma_is_decimal: bool) -> Iterator[str]:
    for part in _CLAUSE.split(sentence):
        yield from _by_and(part or "", comma_is_decimal)


def _by_and(text: str, comma_is_decimal: bool) -> Iterator[str]:
    """``9 s cold and 2 s warm`` says two things; ``rows and columns in 3 s`` says one."""
    for match in _AND.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        if numbers(left, comma_is_decimal=comma_is_decimal) and numbers(right, comma_is_decimal=comma_is_decimal):
            yield left
            yield from _by_and(right, comma_is_decimal)
            return
    yield text


def words(text: str) -> list[str]:
    """Words as written; runs of scripts without blanks are left out."""
    return WORD.findall(text)


def stem(word: str) -> str:
    """A light stem: enough for ``merges`` and ``merging``, too little to make ``fast`` of ``fastest``."""
    word = word.lower().strip("'").removesuffix("'s")
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4), ("ly", 6)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lse":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def akin(one: str, other: str) -> bool:
    """Whether two stems are forms of one word, as ``install`` and ``installation``."""
    if one == other:
        return True
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= 5 and shared >= 0.7 * max(len(one), len(other))


def content(text: str) -> list[str]:
    """The words of a text that carry its meaning, stemmed; scripts without blanks give pairs of characters."""
    told = [word.lower() for word in words(text) if not word[0].isdigit()]
    found = [stem(word) for word in told if word not in STOP_WORDS and word not in NUMBER_WORDS]
    for run in _HAN.findall(text):
        kept = [part for part in re.split(f"[{''.join(_PARTICLES)}]+", run) if part]
        for part in kept:
            found += [part[at : at + 2] for at in range(len(part) - 1)] or [part]
    return [unit for unit in found if unit]


def covered(units: list[str], by: frozenset[str]) -> list[str]:
    """The units that have no form of theirs among the others."""
    return [unit for unit in units if not any(akin(unit, other) for other in by)]


def names(text: str, *, shape_only: bool = False) -> tuple[str, ...]:
    """Words that name products, languages, programs or formats; by their shape, or because everybody knows them.

    Args:
        shape_only: A capital alone makes no name, as in a language that writes all nouns so.
    """
    found = []
    told = [match for match in WORD.finditer(text) if not match[0][0].isdigit()]
    capitals = [match for match in told[1:] if match[0][0].isupper()]
    title_case = shape_only or len(capitals) > max(
        1, 0.5 * len([match for match in told[1:] if match[0].lower() not in STOP_WORDS])
    )
    first = True
    for match in told:
        word = match[0]
        inner = word[1:]
        strong = (
            word.lower() in PROGRAMS
            or (word.isupper() and len(word) > 1)
            or (any(c.isupper() for c in inner) and any(c.islower() for c in word))
            or (any(c.isdigit() for c in inner) and word[0].isalpha())
            or re.fullmatch(r"[A-Za-z]\w*\.[a-z]{2,}|[A-Za-z]+[+#]+|\w+_\w+", word) is not None
        )
        opens = first or text[: match.start()].rstrip().endswith((".", "!", "?", ":", "-", "|", "。"))
        if strong or (word[0].isupper() and not opens and not title_case and word != "I" and len(word) > 1):
            found.append(word)
        first = False
    return tuple(dict.fromkeys(found))
