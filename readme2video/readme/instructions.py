"""Finds lines that speak to a language model instead of a reader, so that they are neither sent to one nor shown.

It is conservative: what is quoted, and what is told about ("stops attempts to ignore previous instructions"), stays,
because READMEs about language models are honest READMEs. What slips through is still only text between markers, and
nothing comes onto the screen that the storyboard's checks do not find in the README.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from readme2video.model.record import Finding

_REPLY = re.compile(r"\"(?:hooks|scenes)\"\s{0,3}:\s{0,3}\[[^\]]{0,400}\"(?:headline|source|kind|text)\"\s{0,3}:")
_TOOL_RESULT = re.compile(r"\"(?:type|role)\"\s{0,3}:\s{0,3}\"(?:tool_(?:result|use)|system|assistant)\"")
_ABOUT_FILM = re.compile(r"storyboard|headline|\bscenes?\b|\bpromo\b", re.IGNORECASE)
_BLOB = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}+(?:\n[ \t]{0,8}[A-Za-z0-9+/]{4,}+){0,60}={0,2}")
_BLOB_CHARACTERS = 8_000
_WORD = re.compile(r"[A-Za-z]{2,}")

_OPENING, _CLOSING = "\"'`“‘«„「『", "\"'`”’»“」』"  # noqa: RUF001 # quotation marks of many languages
_APART = re.compile(r"\n[ \t]*\n|```|~~~")
_MENTIONED = 90
"""A quotation longer than this is no example of an instruction any more; it is one."""
_TOLD_OF = re.compile(r"\b(?:to|not|never|that|which|who|cannot|can't)\s{1,3}$", re.IGNORECASE)
_TOLD_TO = re.compile(r"\byou\b[^.\n]{0,20}\bto\s{1,3}$", re.IGNORECASE)

_EDGE = re.compile(r"(?:^|\n)[ \t>]*(?:(?:```|~~~)[^\n]*)?\n")
_FENCE = re.compile(r"[\s>]{0,20}(`{3,}|~{3,})")
_STARTS = re.compile(r"\s{0,12}(?:[-*+]\s|\d{1,3}[.)]\s|#{1,6}\s|\|)")
_COMMENT = re.compile(r"\s{0,40}(#|//|--|;|\*|/\*|%|\"\"\")")
_BARE = re.compile(r"[\W_]{0,200}")
_UNDERLINE = re.compile(r"={3,}\s*")
_KEPT = re.compile(r"<!--|-->")


def without_instructions(text: str) -> tuple[str, list[Finding]]:
    """Blank the lines of a text that address a language model; every other line keeps its number."""
    found = addressed(text)
    if not found:
        return text, []
    lines = text.split("\n")
    for number in found:
        # What opens or closes a comment goes on doing so, or the rest of the page would vanish.
        lines[number - 1] = "".join(_KEPT.findall(lines[number - 1]))
    message = f"Written for a language model, so neither read nor shown: {_spans(found)}."
    return "\n".join(lines), [Finding(level="warning", rule="instruction", message=message)]


def addressed(text: str) -> list[int]:
    """Numbers of the lines, from 1, that address a language model, each with the rest of its paragraph or item."""
    lines = text.split("\n")
    inside = _fenced(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    hit: set[int] = set()
    for first, last in _matches(text):
        for number in range(bisect_right(starts, first) - 1, bisect_right(starts, max(first, last - 1))):
            hit.update(_unit(lines, inside, number))
    return sorted(
        number + 1 for number in hit if lines[number].strip() and not _is_fence(lines[number], inside[number])
    )


@dataclass(frozen=True)
class _Group:
    needs: tuple[str, ...]
    pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def _groups() -> tuple[_Group, ...]:
    """The patterns of ``instructions.toml``."""
    data = tomllib.loads(resources.files(__package__ or "").joinpath("instructions.toml").read_text("utf-8"))

    def pattern(rows: str) -> re.Pattern[str]:
        for name, part in reversed(data["parts"].items()):  # a part may hold those above it
            rows = rows.replace(f"<{name}>", part)
        return re.compile("|".join(f"(?:{row})" for row in rows.strip().split("\n")), re.IGNORECASE | re.MULTILINE)

    return tuple(_Group(tuple(group["needs"]), pattern(group["patterns"])) for group in data["groups"].values())


def _matches(text: str) -> Iterator[tuple[int, int]]:
    lowered = text.lower()
    for group in _groups():
        if any(need in lowered for need in group.needs):
            yield from (match.span() for match in group.pattern.finditer(text) if not _is_mention(text, match))
    for match in _REPLY.finditer(text):
        yield _block_of(text, match)
    for match in _TOOL_RESULT.finditer(text):
        first, last = _block_of(text, match)
        if _ABOUT_FILM.search(text, first, last):
            yield first, last
    for match in _BLOB.finditer(text):
        if _says_something(match.group()):
            yield match.span()


def _block_of(text: str, match: re.Match[str]) -> tuple[int, int]:
    """From the blank line or fence above to the one below, so far as that is near."""
    before, after = text[max(0, match.start() - 2_000) : match.start()], text[match.end() : match.end() + 4_000]
    above = max((edge.end() for edge in _EDGE.finditer(before)), default=0)
    below = _EDGE.search(after)
    return match.start() - len(before) + above, match.end() + (below.start() if below else len(after))


def _is_mention(text: str, match: re.Match[str]) -> bool:
    """Whether the words are quoted as an example, or told about."""
    before = _APART.split(text[max(0, match.start() - 60) : match.start()])[-1]
    opening = max((before.rfind(mark) for mark in _OPENING), default=-1)
    quoted = before[opening + 1 :] if opening >= 0 else None
    if quoted is not None and not any(mark in quoted for mark in _CLOSING) and len(quoted) <= 40:
        closing = _CLOSING[_OPENING.index(before[opening])]
        end = text.find(closing, match.end(), match.end() + _MENTIONED)
        if (
            end >= 0
            and end - match.start() + len(quoted) <= _MENTIONED
            and not _APART.search(text, match.start(), end + 3)
        ):
            return True
    return bool(_TOLD_OF.search(before)) and not _TOLD_TO.search(before)


def _says_something(blob: str) -> bool:
    """Whether Base64 holds words: keys, pictures and hashes do not."""
    packed = re.sub(r"\s", "", blob).rstrip("=")[:_BLOB_CHARACTERS]
    packed = packed[: len(packed) // 4 * 4]
    try:
        data = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return False
    told = data.decode("utf-8", "replace")
    printable = sum(c.isprintable() or c in "\n\t" for c in told) - 2 * told.count("\ufffd")
    return printable >= 0.9 * len(told) and len(_WORD.findall(told)) >= 5 and told.count(" ") >= 4


def _fenced(lines: Sequence[str]) -> list[bool]:
    """For each line whether it is code inside fences; the fences themselves are not."""
    inside, fence = [], ""
    for line in lines:
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
            inside.append(False)
        elif match and match[1].startswith(fence) and not line.strip(" `~>"):
            fence = ""
            inside.append(False)
        else:
            inside.append(bool(fence))
    return inside


def _unit(lines: Sequence[str], inside: Sequence[bool], number: int) -> Iterator[int]:
    """The lines that belong together with one: its paragraph, list item, table row, or comment in code."""
    yield number
    if inside[number]:
        mark = _COMMENT.match(lines[number])
        following = number + 1
        while mark and following < len(lines) and inside[following]:
            other = _COMMENT.match(lines[following])
            if other is None or other[1] != mark[1]:
                return
            yield following
            following += 1
        return
    if lines[number].lstrip().startswith("|"):
        return
    above = number
    while not _STARTS.match(lines[above]) and above > 0 and not _ends(lines[above - 1]):
        above -= 1
        yield above
    below = number + 1
    while below < len(lines) and not _ends(lines[below]) and not _STARTS.match(lines[below]):
        yield below
        below += 1
    if below < len(lines) and below == number + 1 and _UNDERLINE.fullmatch(lines[below]):
        yield below


def _is_fence(line: str, inside: bool) -> bool:
    return not inside and _FENCE.match(line) is not None


def _ends(line: str) -> bool:
    return bool(_BARE.fullmatch(line) or _FENCE.match(line))


def _spans(numbers: Sequence[int]) -> str:
    """Line numbers as a person writes them: ``line 3``, ``lines 3-5 and 12``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:20]]
    more = f" and {len(runs) - 20} more" if len(runs) > 20 else ""
    listed = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"line{'s' if len(numbers) > 1 else ''} {listed}{more}"
