"""What each slot of a scene is for and how much it holds: for who writes storyboards, and for who checks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from readme2video.model.vocabulary import SceneKind

_INDEX = re.compile(r"\.\d+(?=\.|$)")


@dataclass(frozen=True)
class Slot:
    """A place for words.

    Attributes:
        says: What it is for, as a comment beside it says.
        cells: What can be read at a glance there, in character cells; wide characters take two.
    """

    says: str
    cells: int


SCENES: Mapping[SceneKind, str] = {
    "title": "what the viewer gets, readable at a glance from the first frame",
    "problem": "what hurts, or the promise that answers it",
    "before_after": "how it was and how it is, two halves of the same form",
    "feature": "one thing it does, with a sign or a picture",
    "features": "one to four things it does",
    "code": "code as it stands in the source, 2 to 14 lines",
    "diff": "a change as the source shows it, lines begin with +, - or a space",
    "terminal": "commands as they are typed, with their output where the source shows it",
    "chart": "two to six measured values of one table, as bars",
    "stats": "numbers with a source",
    "quote": "what somebody said, word by word",
    "release": "what is new in a version",
    "install": "how to get it, one command large",
    "image": "a picture the README shows",
    "call_to_action": "the end card: name, one line, how to get it",
}
"""What each kind of scene is for."""

SLOTS: Mapping[SceneKind, Mapping[str, Slot]] = {
    "title": {
        "eyebrow": Slot("a small line above: the name, or the version", 40),
        "headline": Slot("the outcome in at most six words", 42),
        "subline": Slot("one more line, smaller", 80),
    },
    "problem": {
        "headline": Slot("the pain, or the promise, in one sentence", 60),
        "points": Slot("up to three short lines", 72),
    },
    "before_after": {
        "headline": Slot("what changes", 60),
        "before.title": Slot("the name of the old way", 28),
        "before.points": Slot("up to three short lines, or code instead", 44),
        "before.code": Slot("copied, whole lines", 46),
        "after.title": Slot("the name of the new way", 28),
        "after.points": Slot("up to three short lines, or code instead", 44),
        "after.code": Slot("copied, whole lines", 46),
    },
    "feature": {
        "headline": Slot("the feature", 48),
        "detail": Slot("what one gets from it", 90),
    },
    "features": {
        "headline": Slot("what they have in common", 48),
        "items.title": Slot("a feature's name", 32),
        "items.detail": Slot("what one gets from it; may be left out", 72),
    },
    "code": {
        "headline": Slot("what the code shows", 60),
        "code": Slot("copied, whole lines", 80),
        "notes.text": Slot("a few words beside a line", 40),
    },
    "diff": {"headline": Slot("what the change does", 60), "diff": Slot("copied, whole lines with their signs", 80)},
    "terminal": {"headline": Slot("what happens here", 60), "lines.text": Slot("a command, or its output", 80)},
    "stats": {
        "headline": Slot("what was measured", 48),
        "stats.value": Slot("the number with its unit, as it stands in the source", 14),
        "stats.label": Slot("what it counts, from the same sentence or row", 40),
    },
    "chart": {
        "headline": Slot("what was measured", 48),
        "bars.label": Slot("what the value belongs to, from the same row", 28),
        "bars.value": Slot("the number with its unit, as it stands in the source", 14),
    },
    "quote": {"headline": Slot("the quotation", 90), "by": Slot("who said it", 48)},
    "release": {
        "headline": Slot("what the release brings", 48),
        "version": Slot("its number", 20),
        "items": Slot("one change", 64),
    },
    "install": {
        "headline": Slot("an invitation, or what it takes", 48),
        "command": Slot("how to get it, one line, copied", 64),
        "others": Slot("another way, one line, copied", 64),
    },
    "image": {"headline": Slot("what the picture shows", 60), "alt": Slot("the picture in words, not shown", 120)},
    "call_to_action": {
        "headline": Slot("the project's name", 40),
        "subline": Slot("its value in one line", 72),
        "command": Slot("how to get it, one line, copied", 80),
        "url": Slot("where to find it, without https://", 60),
    },
}
"""The slots of each kind by their path inside a scene, without numbers of list items."""


def slot(kind: SceneKind, path: str) -> Slot | None:
    """The slot of a string by its path, as ``items.0.title``; None where a scene has no such slot."""
    return SLOTS[kind].get(_INDEX.sub("", path))
