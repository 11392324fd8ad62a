"""Quotes: whether words stand in a span as they are, and what cutting them out leaves behind."""

# ruff: noqa: RUF001 # punctuation of many scripts

from __future__ import annotations

import re
from collections.abc import Iterator

from readme2video.claims.claim import Fault
from readme2video.claims.evidence import Passage
from readme2video.claims.normal import BLOCK
from readme2video.claims.vocabulary import (
    CJK,
    COMPARAND,
    COMPARAND_BEFORE,
    COMPARATIVE,
    HEDGE,
    HEDGE_SIGNS,
    NEGATION,
)

_INSIDE = rf"(?:(?![{CJK}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\w)"
_JOINT = r"[-./@_+#:]"
_LETTER = re.compile(_INSIDE)
_GOES_BEFORE = re.compile(rf"{_INSIDE}{_JOINT}?$")
_GOES_ON = re.compile(rf"{_JOINT}*{_INSIDE}")
_ENDS = re.compile(
    r"[.!?؟;:]\s|[。！？；：]|[,،](?!\d)|[()\[\]{}\"]|\s-\s|\s\|\s|\n"
    r"|(?<!\w)(?:that|which|who|whose|because|so|until|while|when|whenever|if|where|but|as)\s",
    re.IGNORECASE,
)
_HARD_ENDS = re.compile(r"[.!?؟;:]\s|[。！？；：]|\s\|\s|\n")
_TRAIL_ENDS = re.compile(rf"{_ENDS.pattern}|(?<!\w)(?:and|or)\s", re.IGNORECASE)
_NOMINAL = re.compile(
    r"(?:no|without|nothing|nobody|none|nor|neither|instead of|rather than|lacks?|ohne|kein\w*|sans|aucune?|ni|rien"
    r"|sin|sem|ningún|ninguna?|nada|nadie|nem|senza|zonder|geen|без|нет|ни|بدون|دون|غير|בלי|ללא|无|非|なし|없이|weder|nichts|niemand)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^[\s,]*\(?(?:only (?:on|in|for|with|if|when)|unless|except|if and only|provided|as long as|nur (?:auf|mit|wenn)"
    r"|seulement|uniquement|solo (?:en|con|si)|только|仅限|除非|のみ)(?!\w)",
    re.IGNORECASE,
)


def occurrences(text: str, passage: Passage) -> Iterator[tuple[str, int, int]]:
    """Where a folded text stands in a passage as whole words: the block and the place in it.

    The first letter may change its case, and punctuation at its end does not count.
    """
    said = re.sub(r"[\s.!。!…]+$", "", text)
    if not said or not any(character.isalnum() for character in said):
        return
    shapes = {said, said[0].swapcase() + said[1:]}
    slack = 4  # markup that spans the border of the cited lines may shift it by a few characters
    begin = 0
    for block in passage.around.split(BLOCK):
        for shape in shapes:
            at = block.find(shape)
            while at >= 0:
                end = at + len(shape)
                if (
                    passage.begin - slack <= begin + at
                    and begin + end <= passage.end + slack
                    and _whole(block, at, end)
                ):
                    yield block, at, end
                at = block.find(shape, at + 1)
        begin += len(block) + 1


def _whole(block: str, start: int, end: int) -> bool:
    """Whether no word is cut: compounds such as ``kestrel-jobs`` and ``9.8`` are whole words."""
    opened = _LETTER.match(block[start]) and _GOES_BEFORE.search(block[max(0, start - 2) : start])
    closed = _LETTER.match(block[end - 1]) and _GOES_ON.match(block[end:])
    return not opened and not closed


def lost(block: str, start: int, end: int) -> Fault | None:
    """What cutting these words out of their block leaves behind that changes what they say; None when nothing."""
    said = block[start:end]
    lead, trail = _lead(block, start, said), _trail(block, end)
    opens = NEGATION.match(said.lstrip("\"'"))
    negation = None if opens else _last(NEGATION, lead)
    if negation is None:
        negation = next((found[0] for found in NEGATION.finditer(trail) if not _NOMINAL.fullmatch(found[0])), None)
    if negation is not None:
        return Fault("claim-negation", f"says {negation!r} with these words, and the cut leaves it out")
    sentence = _sentence(block, start, end)
    hedge = _last(HEDGE, sentence.replace(said, " ", 1)) or next((s for s in HEDGE_SIGNS if s in sentence), None)
    if hedge is not None and not HEDGE.search(said):
        return Fault("claim-qualifier", f"says {hedge!r} in the same sentence, and the cut leaves it out")
    condition = _CONDITION.match(block[end:])
    if condition is not None:
        return Fault("claim-qualifier", f"goes on with {condition[0].strip()!r}, a condition that the cut leaves out")
    compared = max(COMPARATIVE.finditer(said), key=lambda found: found.end(), default=None)
    if compared is not None:
        rest = said[compared.end() :]
        if not COMPARAND.match(rest) and COMPARAND.match(rest + block[end:]):
            return Fault("claim-qualifier", f"says what it is {compared[0]!r} than, and the cut leaves it out")
    if COMPARAND_BEFORE.search(lead):
        return Fault("claim-qualifier", "says what it compares with, and the cut leaves it out")
    return None


def _lead(block: str, start: int, said: str) -> str:
    # "It does not run on Windows, Linux or macOS": the items of a list share what stands before the first.
    ends = _HARD_ENDS if len(said.split()) <= 2 and not re.search(f"[{CJK}]{{6}}", said) else _ENDS
    begin = 0
    for match in ends.finditer(block, 0, start):
        begin = match.end()
    return block[begin:start]


def _trail(block: str, end: int) -> str:
    rest = block[end:]
    match = _TRAIL_ENDS.search(rest + "\n")
    return rest[: match.start()] if match else rest


def _sentence(block: str, start: int, end: int) -> str:
    ends = re.compile(r"[.!?؟]\s|[。！？]")
    begin = 0
    for match in ends.finditer(block, 0, start):
        begin = match.end()
    after = ends.search(block, end)
    return block[begin : after.start() if after else len(block)]


def _last(pattern: re.Pattern[str], text: str) -> str | None:
    found = max(pattern.finditer(text), key=lambda match: match.end(), default=None)
    return found[0] if found else None
