"""Verdicts: what kind of claim a string is, by its source, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from readme2video.claims.addresses import address_fault, addresses, bare
from readme2video.claims.claim import ClaimKind, Fault
from readme2video.claims.clauses import Sentence, content, covered, names, sentences
from readme2video.claims.evidence import Evidence, Passage
from readme2video.claims.normal import fold
from readme2video.claims.numbers import numbers
from readme2video.claims.phrases import OWN
from readme2video.claims.quotes import lost, occurrences
from readme2video.claims.support import (
    in_one_clause,
    is_hype,
    numbered,
    paraphrased,
    strong_words,
)
from readme2video.claims.tables import cell_fault
from readme2video.claims.ties import Said, is_own, number_fault
from readme2video.claims.verbatim import code_fault, command_in, commands, line_fault
from readme2video.claims.vocabulary import (
    COMPARATIVE,
    CONNECTIVE,
    EMPHASIS,
    HEDGE,
    HYPE,
    NEGATION,
    PLANS,
    SUPERLATIVE,
    TRUST,
)

SlotKind = Literal["words", "code", "command", "output", "address", "value", "label"]
"""What a string is on screen: prose, something verbatim, or half of a number with its label."""

LONGEST_COPY_WORDS = 6
LONGEST_COPY = 40


@dataclass(frozen=True)
class Shown:
    """A string as it is on screen.

    Attributes:
        beside: The strings it is read together with: its item's others and the scene's headline.
        partner: Of a number its label, of a label its number.
    """

    text: str
    source: str
    slot: SlotKind
    beside: str = ""
    partner: str = ""


Verdict = tuple[ClaimKind, Fault | None]


def judge(shown: Shown, evidence: Evidence, *, translated: bool) -> Verdict:
    """What kind of claim a string is and the worst that is wrong with it."""
    if shown.source == "copy":
        return "copy", _copy_fault(shown, evidence, translated=translated)
    if shown.source == "author":
        return "author", next(_author_faults(shown, evidence), None)
    passage, missing = evidence.passage(shown.source), evidence.missing(shown.source)
    if passage is None or missing is not None:
        return "paraphrase", missing
    if shown.source.startswith("fact:") and _is_fact(shown, evidence):
        return "quote", None
    if shown.slot in ("code", "command", "output"):
        fault = _verbatim_fault(shown, evidence.span(shown.source) or "")
    elif shown.slot == "address":
        fault = _address_fault(shown, evidence)
    elif _misquotes_fact(shown, passage):
        fault = Fault("claim-fact", f"is {passage.text!r}", f"Write {passage.text!r}.")
    else:
        return _cited(shown, passage, evidence, translated=translated)
    return "quote" if fault is None else "paraphrase", fault


def _misquotes_fact(shown: Shown, passage: Passage) -> bool:
    """Facts are quoted; only the description is a sentence that may be said in other words."""
    told = shown.source.startswith("fact:") and shown.source != "fact:description"
    return told and not any(occurrences(fold(shown.text), passage))


def _cited(shown: Shown, passage: Passage, evidence: Evidence, *, translated: bool) -> Verdict:
    """Words with lines of a text behind them."""
    text = fold(shown.text)
    said = Said(text, fold(f"{shown.beside} {shown.partner}"), evidence.own_names)
    found = list(occurrences(text, passage))
    losses = [lost(*place) for place in found]
    kind: ClaimKind = "quote" if None in losses else "paraphrase"
    faults: list[Fault] = []
    if passage.heading and not (HEDGE.search(text) or PLANS.search(text)):
        faults.append(Fault("claim-qualifier", f"stands below {passage.heading!r}: it is not there yet"))
    faults += [fault for at in addresses(shown.text) if (fault := address_fault(at, evidence))]
    if found and kind == "paraphrase":
        faults += [fault for fault in losses if fault is not None]
    if shown.slot == "value":
        faults += _value_faults(shown, said, passage, evidence, quoted=bool(found), translated=translated)
    elif kind == "quote":
        faults += _numbers_faults(shown, said, passage, evidence)
    elif translated:
        faults += _translated_faults(said, passage.text)
    elif not found:
        faults += paraphrased(said, _with_header(passage), comma_is_decimal=evidence.comma_is_decimal)
        faults += _numbers_faults(shown, said, passage, evidence) if passage.rows else []
    return kind, faults[0] if faults else None


def _with_header(passage: Passage) -> str:
    """A span and, for rows of a table, what their columns are called."""
    headers = dict.fromkeys(" | ".join(row.header) for row in passage.rows)
    return "\n".join([passage.text, *headers])


def _numbers_faults(shown: Shown, said: Said, passage: Passage, evidence: Evidence) -> Iterator[Fault]:
    """The numbers of a quote belong to what the span says them of."""
    decimal = evidence.comma_is_decimal
    supporting = _sentences(passage, evidence)
    for clause, number in numbered(said.text, decimal):
        if number.spelt and number.value == 1:
            continue
        if passage.rows and shown.slot != "label":
            fault = cell_fault(number, said.text, said.beside, passage.rows, said.own, comma_is_decimal=decimal)
        else:
            fault = number_fault(clause, number, said, supporting)
        if fault is not None:
            yield fault


def _sentences(passage: Passage, evidence: Evidence) -> tuple[Sentence, ...]:
    return sentences(passage.text, comma_is_decimal=evidence.comma_is_decimal)


def _value_faults(
    shown: Shown, said: Said, passage: Passage, evidence: Evidence, *, quoted: bool, translated: bool
) -> Iterator[Fault]:
    """A number and its label together: both of one row, or of one clause."""
    decimal = evidence.comma_is_decimal
    found = numbers(said.text, comma_is_decimal=decimal)
    if not found and not quoted:
        yield from paraphrased(said, passage.text, comma_is_decimal=decimal)
    label = fold(shown.partner)
    for number in found:
        if passage.rows:
            fault = cell_fault(number, label, fold(shown.beside), passage.rows, said.own, comma_is_decimal=decimal)
        else:
            together = Said(said.text if translated else f"{said.text} {label}", said.beside, said.own)
            fault = next(_joint_faults(together, number.literal, _sentences(passage, evidence), decimal=decimal), None)
        if fault is not None:
            yield fault


def _joint_faults(together: Said, literal: str, supporting: tuple[Sentence, ...], *, decimal: bool) -> Iterator[Fault]:
    for clause, number in numbered(together.text, decimal):
        if number.literal == literal:
            fault = number_fault(clause, number, together, supporting)
            if fault is not None:
                yield fault


def _translated_faults(said: Said, span: str) -> Iterator[Fault]:
    """Words in another language than their span: what needs no translation must be there untouched."""
    readings = [list(_untouched_numbers(said.text, span, comma_is_decimal=decimal)) for decimal in (False, True)]
    yield from min(readings, key=len)
    yield from (Fault("claim-command", f"has no {one!r}") for one in commands(said.text) if not command_in(one, span))
    told = f"{span.lower()} {' '.join(said.own)}"
    for name in names(said.text, shape_only=True):
        if name.lower() not in told:
            yield Fault("claim-name", f"does not name {name}")
    for rule, pattern in _STRONGEST:
        strong = pattern.search(said.text)
        if strong is not None and not pattern.search(span):
            yield Fault(rule, f"does not say {strong[0]!r}")
    if len(said.text) > 2.5 * len(span) + 30:
        yield Fault("claim-words", "says much less than this")


_STRONGEST = (
    ("claim-hype", HYPE),
    ("claim-superlative", SUPERLATIVE),
    ("claim-superlative", COMPARATIVE),
    ("claim-words", TRUST),
)


def _untouched_numbers(text: str, span: str, *, comma_is_decimal: bool) -> Iterator[Fault]:
    own = [n for decimal in (False, True) for n in numbers(span, comma_is_decimal=decimal)]
    for number in numbers(text, comma_is_decimal=comma_is_decimal):
        same = [n for n in own if number.equals(n)]
        if number.spelt and number.value == 1:
            continue
        if not same:
            yield Fault("claim-number", f"has no {number.literal}")
        elif not any((number.unit, number.bound) == (n.unit, n.bound) for n in same):
            rule = "claim-unit" if number.unit != same[0].unit else "claim-qualifier"
            yield Fault(rule, f"says {' '.join(filter(None, (same[0].bound, same[0].literal, same[0].unit)))}")


def _is_fact(shown: Shown, evidence: Evidence) -> bool:
    """Whether a string is a fact's value, in another spelling of the same value at most."""
    name = shown.source.removeprefix("fact:")
    value = getattr(evidence.facts, name)
    text = shown.text.strip()
    if isinstance(value, int):
        found = numbers(fold(text))
        return (
            len(found) == 1
            and found[0].value == value
            and not found[0].bound
            and found[0].end - found[0].start == len(fold(text))
        )
    if isinstance(value, tuple):
        return text.lower().replace(" ", "-") in value or text in value
    if name == "release":
        return text in (value.tag, value.name, value.published_on)
    if name in ("url", "homepage"):
        return bare(text) == bare(value)
    if name == "version":
        return text.removeprefix("v") == str(value).removeprefix("v")
    return text == str(value).strip()


def _verbatim_fault(shown: Shown, span: str) -> Fault | None:
    if shown.slot == "code":
        return code_fault(shown.text, span)
    return line_fault(shown.text, span, command=shown.slot == "command")


def _address_fault(shown: Shown, evidence: Evidence) -> Fault | None:
    span = (evidence.span(shown.source) or "").lower()
    if bare(shown.text).lower() not in span:
        return Fault("claim-url", f"has no address {shown.text}")
    return address_fault(shown.text, evidence)


def _author_faults(shown: Shown, evidence: Evidence) -> Iterator[Fault]:
    """A person's own words: the voice is free, what they state must be borne out."""
    if shown.slot in ("code", "command", "output"):
        faults = [_verbatim_fault(shown, "\n".join(text.lines)) for text in evidence.texts]
        if None not in faults and faults:
            yield from (fault for fault in faults[:1] if fault)
        return
    if shown.slot == "address":
        fault = address_fault(shown.text, evidence)
        if fault is not None:
            yield fault
        return
    text = fold(shown.text)
    yield from (fault for at in addresses(shown.text) if (fault := address_fault(at, evidence)))
    together = f"{text} {fold(shown.partner)}" if shown.slot == "value" else text
    said = Said(together, fold(shown.beside), evidence.own_names)
    yield from in_one_clause(said, evidence.everything, comma_is_decimal=evidence.comma_is_decimal)
    if is_hype(text) and quoted_in(text, evidence) is None:
        yield Fault("claim-hype", "praises in other words", "Say what it does instead.")


def quoted_in(text: str, evidence: Evidence) -> str | None:
    """A source whose lines have a folded text word for word, without losing anything; None when there is none."""
    for cited in evidence.texts:
        for number, line in enumerate(cited.lines):
            if len(text) > 2 and text[1:].lower() in fold(line).lower():
                source = f"{cited.name}:{number + cited.first}"
                passage = evidence.passage(source)
                if passage is not None and any(lost(*place) is None for place in occurrences(text, passage)):
                    return source
    return None


def _copy_fault(shown: Shown, evidence: Evidence, *, translated: bool) -> Fault | None:
    """Connective words state nothing."""
    text = fold(shown.text)
    if shown.slot in ("code", "command", "output", "address", "value"):
        return Fault("claim-copy", f"a {shown.slot} is no connecting word", "Name the line it stands in.")
    if text.casefold() in OWN:
        return None
    stated = [number.literal for number in numbers(text) if not (number.spelt and number.value == 1)]
    stated += [
        name
        for name in names(text, shape_only=not evidence.english)
        if name != "GitHub" and not is_own(name, evidence.own_names)
    ]
    stated += [*addresses(shown.text), *commands(text), *(word for _, _, word, _ in strong_words(text))]
    stated += [found[0] for found in EMPHASIS.finditer(text)]
    units = content(text)
    connective = frozenset(stem for word in CONNECTIVE for stem in content(word))
    unknown = (
        covered([unit for unit in units if unit != "github" and not is_own(unit, evidence.own_names)], connective)
        if units
        else []
    )
    latin = re.search(r"[A-Za-zÀ-ɏ]", text) is not None
    if unknown and latin and evidence.english and not translated:
        stated += unknown
    elif unknown:
        stated += [found[0] for found in NEGATION.finditer(text)]
    if stated:
        return Fault(
            "claim-copy", f"connecting words state nothing, but {stated[0]!r} does", "Name the line that says it."
        )
    if len(text.split()) > LONGEST_COPY_WORDS or len(text) > LONGEST_COPY:
        return Fault("claim-copy", "this is longer than connecting words are", "Name the line that says it.")
    return None
