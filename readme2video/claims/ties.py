"""Numbers belong to what they measure: same value, unit, rate and bound, in the same clause, of the same subject."""

# ruff: noqa: RUF001 # words of many scripts

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from readme2video.claims.claim import Fault
from readme2video.claims.clauses import WORD, Clause, Sentence, akin, content, covered, names, stem
from readme2video.claims.numbers import Number
from readme2video.claims.vocabulary import STOP_WORDS

_SIDEWAYS = re.compile(
    r"(?:on|in|with|for|of|from|to|via|at|than|using|under|by|as|into|per|over|like|auf|mit|für|von|als|sur|avec|pour|de|en|con"
    r"|para|em|com|на|для|с|requires?|needs?|python|version|release)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"^\W*(?P<subject>(?!(?:it|this|that|which|and|everything|the|an?|all|each|every|our|its|you|we|there|he|they)\b)[\w.-]+)"
    r"(?:'s)?\s+(?:takes?|needs?|uses?|requires?|runs?|finishes|completes?|weighs?|handles?|does|is|has|gets?|reaches|braucht"
    r"|benötigt)(?:\s+\w+){0,2}\s+$",
    re.IGNORECASE,
)
_SERVES = re.compile(r"(?:for|by|with|in|using|bei|für|avec|pour|con|para|com|для|у)\s+$", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What a string says, and the strings shown with it, which may name what it is about.

    Attributes:
        beside: Neighbouring strings of the same item, and the scene's headline.
        own: Words that mean the project itself, in lower case.
    """

    text: str
    beside: str
    own: frozenset[str]

    def mentions(self, word: str) -> bool:
        """Whether a word is said here or beside it, or means the project."""
        if is_own(word, self.own):
            return True
        wanted = stem(word)
        return any(akin(wanted, stem(other)) for other in WORD.findall(f"{self.text} {self.beside}"))


def is_own(word: str, own: frozenset[str]) -> bool:
    """Whether a word means the project: its name, or the name with a suffix as in ``kestrel-jobs``."""
    lower = word.lower().removesuffix("'s")
    return lower in own or lower.split("-")[0] in own or lower.split(".")[0] in own


def number_fault(clause: Clause, number: Number, said: Said, sentences: Sequence[Sentence]) -> Fault | None:
    """Whether a number stands in these sentences for what the clause says it stands for."""
    if _incidental(number):
        return None
    places = [(s, c, n) for s in sentences for c in s.clauses for n in c.numbers]
    same = [place for place in places if number.equals(place[2])]
    if not same:
        return _absent(number, [place[2] for place in places])
    faults = []
    for sentence, home, original in same:
        fault = _measure_fault(number, original) or _tie_fault(
            clause, number, said, sentence, home, original, sentences
        )
        if fault is None:
            return None
        faults.append(fault)
    return faults[0]


def _rivals(number: Number, other: Number) -> bool:
    """Whether one may be taken for the other: the same unit, or what they count is not both said and different."""
    if _incidental(number) or number.measures != other.measures:
        return False
    nouns = [stem(one.noun) for one in (number, other) if one.noun and one.noun not in STOP_WORDS]
    return bool(number.unit) or len(nouns) < 2 or akin(nouns[0], nouns[1])


def _incidental(number: Number) -> bool:
    """``one`` and ``a single`` are rarely numbers."""
    return number.spelt and number.value == 1


def _absent(number: Number, present: list[Number]) -> Fault:
    shown = _shown(number)
    told = [one for one in present if not _incidental(one)]
    rule = "claim-version" if number.value is None else "claim-number"
    if not told:
        return Fault(rule, f"has no {shown}")
    given = ", ".join(dict.fromkeys(_shown(one) for one in told[:4]))
    return Fault(rule, f"has no {shown}, but {given}", f"Write {_shown(told[0])}." if len(told) == 1 else "")


def _shown(number: Number) -> str:
    bound = f"{number.bound} " if number.bound else ""
    unit = f" {number.unit}" if number.unit and not re.search(r"[^\d.,]$", number.written) else ""
    rate = f" per {number.rate}" if number.rate else ""
    return f"{bound}{number.written}{unit}{rate}"


def _measure_fault(number: Number, original: Number) -> Fault | None:
    if number.unit != original.unit or number.rate != original.rate:
        return Fault("claim-unit", f"says {_shown(original)}, not {_shown(number)}", f"Write {_shown(original)}.")
    if number.bound != original.bound and not (number.bound == "about" and not original.bound):
        return Fault(
            "claim-qualifier",
            f"says {_shown(original)!r}, which is not the same as {_shown(number)!r}",
            f"Write {_shown(original)}.",
        )
    return None


def _tie_fault(
    clause: Clause,
    number: Number,
    said: Said,
    sentence: Sentence,
    home: Clause,
    original: Number,
    sentences: Sequence[Sentence],
) -> Fault | None:
    """Whether the number is taken from what it measures and given to something else."""
    here = frozenset(content(home.text))
    others = [c for s in sentences for c in s.clauses if c is not home]
    counted = [c for c in others if any(_rivals(n, original) for n in c.numbers)]
    free = frozenset(unit for c in others if c not in counted for unit in content(c.text))
    for unit in covered(list(content(clause.text)), here):
        if is_own(unit, said.own) and not any(is_own(word, said.own) for c in counted for word in WORD.findall(c.text)):
            continue
        if not covered([unit], free):
            continue
        taken = [c for c in counted if not covered([unit], c.units)]
        if taken and not any(n.equals(m) for c in taken for n in clause.numbers for m in c.numbers):
            return Fault("claim-number", f"says {_shown(original)} of something else than {unit!r}")
    noun = stem(number.noun) if number.noun not in STOP_WORDS else ""
    if noun and not akin(noun, stem(original.noun)):
        for other in (n for s in sentences for c in s.clauses for n in c.numbers):
            if not other.equals(number) and other.noun and akin(noun, stem(other.noun)):
                return Fault("claim-number", f"counts {other.literal} {other.noun}, not {number.literal}")
    for subject in _subjects(home, original, sentence, said.own):
        if not said.mentions(subject):
            rule = "claim-version" if original.exact else "claim-number"
            return Fault(rule, f"says {_shown(original)} of {subject}", f"Name {subject}, or leave the number out.")
    return None


def _subjects(clause: Clause, number: Number, sentence: Sentence, own: frozenset[str]) -> list[str]:
    """Whom a clause says a number of, the project itself and what stands by the way left out."""
    before, after = clause.text[: number.start], clause.text[number.end :]
    known = {name for name in names(clause.text) if not is_own(name, own)}
    told = [match for match in WORD.finditer(before) if match[0] in known]
    if told and not before[told[-1].end() :].strip(" >=<v"):
        return [told[-1][0]]  # Python 3.11
    if any(is_own(word, own) for word in WORD.findall(before)):
        return []
    found = [match[0] for match in told if not _SIDEWAYS.search(before[: match.start()])]
    measured = _MEASURES.match(before)
    if measured and not found and not _measured_by_the_way(measured["subject"]):
        found.append(measured["subject"])
    rivals = [n for c in sentence.clauses for n in c.numbers if n is not number and n.unit == number.unit and n.unit]
    if not found and rivals:
        served = (match for match in WORD.finditer(after) if match[0] in known)
        found += [match[0] for match in served if _SERVES.search(after[: match.start()])]
    return found


def _measured_by_the_way(word: str) -> bool:
    return word.lower() in STOP_WORDS or word[0].isdigit()
