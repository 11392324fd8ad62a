"""Tags as versions: which is newer, which came before, which was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_TAG = re.compile(
    r"(?P<family>(?:[^\s]*?[@/_-])??)[vV]?(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,4})"
    r"(?P<rest>[-_.]?[A-Za-z][0-9A-Za-z.-]{0,60}|-\d[0-9A-Za-z.-]{0,60})?(?:\+[0-9A-Za-z.-]{1,60})?"
)
_FINISHED = re.compile(r"[-_.]?(?:final|release|ga|post|sp|stable|lts|r)[.\d]*", re.IGNORECASE)
_NUMBERS = 5

Key = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


@dataclass(frozen=True)
class Version:
    """What a tag says.

    Attributes:
        family: What stands before the number, ``pkg@`` for instance; versions of two families do not compare.
        key: Orders versions of one family, as semantic versioning does.
        prerelease: Whether it says so itself, as ``-rc.1`` does.
    """

    family: str
    key: Key
    prerelease: bool


@dataclass(frozen=True)
class Known:
    """A release that is known to exist; ``published_at`` is ISO 8601 or ""."""

    tag: str
    published_at: str = ""
    prerelease: bool = False


def version_of(tag: str) -> Version | None:
    """A tag as a version; None when it is none."""
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    numbers = [int(number) for number in match["numbers"].split(".")]
    rest = match["rest"] or ""
    prerelease = bool(rest) and not _FINISHED.fullmatch(rest)
    words = re.findall(r"\d+|[A-Za-z]+", rest)
    said = tuple((not word.isdigit(), int(word[:9]) if word.isdigit() else 0, word.lower()) for word in words)
    padded = (*numbers, *[0] * (_NUMBERS - len(numbers)))
    return Version(match["family"].lower(), (padded, not prerelease, said), prerelease)


def preceding(tag: str, others: Iterable[Known]) -> str | None:
    """The release before a tag: the highest lower version of its family, else the one published last before it.

    A prerelease is preceded by anything, a release only by releases.

    Args:
        others: Published releases; the tag itself may be among them.
    """
    known = list(others)
    mine, itself = version_of(tag), next((one for one in known if one.tag == tag), Known(tag))
    early = itself.prerelease or (mine is not None and mine.prerelease)
    rest: list[tuple[Known, Version | None]] = []
    for one in known:
        version = version_of(one.tag)
        if one.tag != tag and (early or not (one.prerelease or (version is not None and version.prerelease))):
            rest.append((one, version))
    if mine is not None:
        lower = [
            (version.key, one.published_at, one.tag)
            for one, version in rest
            if version is not None and version.family == mine.family and version.key < mine.key
        ]
        return max(lower)[2] if lower else None
    earlier = [
        (one.published_at, one.tag)
        for one, version in rest
        if version is None and "" < one.published_at < itself.published_at
    ]
    return max(earlier)[1] if earlier else None


def nearest(tag: str, tags: Iterable[str], count: int = 3) -> list[str]:
    """The tags that were perhaps meant, best first: those spelt alike, else the highest versions."""
    known = list(dict.fromkeys(tags))
    alike = get_close_matches(tag, known, n=count, cutoff=0.6)
    return alike or sorted(known, key=_newest, reverse=True)[:count]


def _newest(tag: str) -> tuple[bool, Key | tuple[()], str]:
    version = version_of(tag)
    return (True, version.key, tag) if version is not None and not version.family else (False, (), tag)
