"""Whether a text supports a string that is no quote of it: numbers, names, strong words, negation, and its words."""

# punctuation of many scripts

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from readme2video.claims.claim import Fault
from readme2video.claims.clauses import WORD, Clause, Sentence, content, covered, names, sentences
from readme2video.claims.numbers import Number, numbers
from readme2video.claims.ties import Said, is_own, number_fault
from readme2video.claims.verbatim import command_in, commands
from readme2video.claims.vocabulary import (
    COMPARAND,
    COMPARATIVE,
    EMPHASIS,
    HEDGE,
    HEDGE_SIGNS,
    HYPE,
    NEGATION,
    SAME_STRENGTH,
    SUPERLATIVE,
    TRUST,
)

LEAST_COVERED = 2 / 3
"""How many of a paraphrase's content words must stand in its span. A headline needs a verb or a joint of its own, which
is about one word in three; with more than that it says something its line does not. Of one or two words all must."""

_STRENGTHS = (
    ("claim-hype", HYPE, "praise"),
    ("claim-superlative", SUPERLATIVE, "superlative"),
    ("claim-superlative", COMPARATIVE, "comparison"),
    ("claim-words", TRUST, "promise"),
)
_BY_THE_WAY = re.compile(
    r"or (?:more|less|newer|later|higher|lower|fewer)\b|(?:more|less|fewer|better) than\s+\d", re.IGNORECASE
)


def is_hype(text: str) -> bool:
    """Whether the text praises instead of telling."""
    return HYPE.search(text) is not None


def stated(said: Said, text: str, *, comma_is_decimal: bool) -> Iterator[Fault]:
    """What of a string's numbers, names, commands and strong words a text does not support, worst first."""
    supporting = sentences(text, comma_is_decimal=comma_is_decimal)
    for clause, number in numbered(said.text, comma_is_decimal):
        fault = number_fault(clause, number, said, supporting)
        if fault is not None:
            yield fault
    for token in _unread(said.text, comma_is_decimal=comma_is_decimal):
        if token not in _tokens(text):
            yield Fault("claim-number", f"has no {token!r}")
    for command in commands(said.text):
        if not command_in(command, text):
            yield Fault("claim-command", f"has no {command!r}")
    for name in foreign(said):
        if not _has_name(name, text):
            yield Fault("claim-name", f"does not name {name}")
    for rule, _, word, same in strong_words(said.text):
        if not same & _strong_in(text):
            yield Fault(rule, f"does not say {word!r}")
    yield from _comparison_faults(said, text)


def numbered(text: str, comma_is_decimal: bool) -> Iterator[tuple[Clause, Number]]:
    """The numbers of a text with the clauses they stand in."""
    for sentence in sentences(text, comma_is_decimal=comma_is_decimal):
        for clause in sentence.clauses:
            for number in clause.numbers:
                yield clause, number


_DIGITS = re.compile(r"(?<!\w)[\w.,'/-]*\d[\w.,'/-]*")


def _unread(text: str, *, comma_is_decimal: bool) -> Iterator[str]:
    """Whatever has digits and was not read as a number, as ``2FA`` or ``1.2.3x``."""
    read = {at for n in numbers(text, comma_is_decimal=comma_is_decimal) for at in range(n.start, n.end)}
    for match in _DIGITS.finditer(text):
        if any(text[at].isdigit() and at not in read for at in range(match.start(), match.end())):
            yield match[0].strip(".,'-").lower()


def _tokens(text: str) -> set[str]:
    return {match[0].strip(".,'-").lower() for match in _DIGITS.finditer(text)}


def foreign(said: Said) -> list[str]:
    """The names a string says, the project's own left out."""
    return [name for name in names(said.text) if not is_own(name, said.own)]


def strong_words(text: str) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """Praise, superlatives, comparisons and promises in a text: rule, what it is, the word, and what says the same."""
    for rule, pattern, kind in _STRENGTHS:
        for found in pattern.finditer(_BY_THE_WAY.sub(" ", text)):
            yield rule, kind, found[0], _same(found[0])


def _same(word: str) -> frozenset[str]:
    spelt = word.lower().replace("-", " ")
    return next((same for same in SAME_STRENGTH if spelt in same), frozenset([spelt]))


def _strong_in(text: str) -> frozenset[str]:
    patterns = (*(pattern for _, pattern, _ in _STRENGTHS), EMPHASIS)
    return frozenset(
        found[0].lower().replace("-", " ") for pattern in patterns for found in pattern.finditer(text)
    ) | frozenset(word.lower() for word in WORD.findall(text))


def _has_name(name: str, text: str) -> bool:
    wanted = name.casefold().removesuffix("'s")
    known: set[str] = set()
    for word in WORD.findall(text):
        lower = word.casefold().removesuffix("'s")
        known.update((lower, *re.split(r"[-_./@#+]", lower)))
    return wanted in known or wanted.rstrip("s") in known


def _comparison_faults(said: Said, text: str) -> Iterator[Fault]:
    """A comparison keeps what it compares with."""
    for found in COMPARATIVE.finditer(said.text):
        rest = said.text[found.end() :]
        original = next((m for m in COMPARATIVE.finditer(text) if m[0].lower() == found[0].lower()), None)
        if original is None:
            continue
        told, mine = COMPARAND.match(text[original.end() :]), COMPARAND.match(rest)
        if (
            told is not None
            and mine is None
            and not re.match(r"(?:more|less|mehr|weniger|más|menos|mais|plus)$", found[0], re.IGNORECASE)
        ):
            yield Fault("claim-qualifier", f"says what it is {found[0]!r} than", "Say what it is compared with.")
        elif mine is not None:
            target = re.split(r"[,;.:()]", rest[mine.end() :])[0]
            source = re.split(r"[,;.:()]", text[original.end() + told.end() :])[0] if told is not None else ""
            missing = covered(content(target), frozenset(content(source)))
            missing = [unit for unit in missing if not is_own(unit, said.own)]
            if missing:
                yield Fault("claim-name", f"does not compare it with {missing[0]!r}")


def paraphrased(said: Said, text: str, *, comma_is_decimal: bool) -> Iterator[Fault]:
    """Why a string is no fair paraphrase of a span, worst first."""
    yield from stated(said, text, comma_is_decimal=comma_is_decimal)
    for found in EMPHASIS.finditer(said.text):
        if not _same(found[0]) & _strong_in(text):
            yield Fault("claim-words", f"does not say {found[0]!r}")
    supporting = sentences(text, comma_is_decimal=comma_is_decimal)
    yield from _polarity(said.text, supporting)
    units = [unit for unit in content(said.text) if not is_own(unit, said.own)]
    missing = covered(units, frozenset(content(text)))
    if missing and len(units) - len(missing) < LEAST_COVERED * len(units):
        shown = ", ".join(repr(unit) for unit in dict.fromkeys(missing[:4]))
        yield Fault("claim-words", f"does not speak of {shown}")


def _polarity(text: str, supporting: Sequence[Sentence]) -> Iterator[Fault]:
    """What is denied or taken back in the span may not be promised, and the other way round."""
    units = content(text)
    denies = NEGATION.search(text)
    negated = [match for sentence in supporting for match in NEGATION.finditer(sentence.text)]
    if denies is not None and not negated:
        yield Fault("claim-negation", f"has no {denies[0]!r}")
    for sentence in supporting:
        shared = len(units) - len(covered(units, frozenset(content(sentence.text))))
        if not units or shared * 2 < len(units):
            continue
        if denies is None:
            for clause in sentence.clauses:
                for match in NEGATION.finditer(clause.text):
                    scope = frozenset(content(clause.text[match.end() :])) or clause.units
                    if covered(units, scope) != units:
                        yield Fault("claim-negation", f"says {match[0]!r} with it")
        hedge = HEDGE.search(sentence.text)
        sign = next((sign for sign in HEDGE_SIGNS if sign in sentence.text), None)
        if (hedge or sign) and not HEDGE.search(text):
            yield Fault("claim-qualifier", f"says {hedge[0] if hedge else sign!r} of it")


def in_one_clause(said: Said, everything: Sequence[Sentence], *, comma_is_decimal: bool) -> Iterator[Fault]:
    """Why an author's string is not borne out: all it states in one clause must stand in one sentence somewhere."""
    for sentence in sentences(said.text, comma_is_decimal=comma_is_decimal):
        for clause in sentence.clauses:
            part = Said(clause.text, f"{said.text} {said.beside}", said.own)
            if not _states(part, clause):
                continue
            best: list[Fault] | None = None
            for place in everything:
                if not _touches(part, clause, place):
                    continue
                faults = list(stated(part, place.text, comma_is_decimal=comma_is_decimal))
                if best is None or len(faults) < len(best):
                    best = faults
                if not faults:
                    break
            yield from best if best is not None else stated(part, "", comma_is_decimal=comma_is_decimal)


def _states(part: Said, clause: Clause) -> bool:
    return bool(clause.numbers or foreign(part) or commands(part.text) or next(strong_words(part.text), None))


def _touches(part: Said, clause: Clause, place: Sentence) -> bool:
    """Whether a sentence has anything to do with what a clause states, told cheaply: there may be thousands."""
    lower = place.text.lower()
    wanted = [*foreign(part), *commands(part.text), *(word for _, _, word, _ in strong_words(part.text))]
    if any(word.lower() in lower for word in wanted):
        return True
    return any(mine.equals(theirs) for mine in clause.numbers for c in place.clauses for theirs in c.numbers)
