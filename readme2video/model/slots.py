"""What each slot of a scene is for and how much it holds: for who writes storyboards, and for who checks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from readme2video.model.storyboard import SceneKind

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
    "features": "one to four things it does",
    "code": "code as it stands in the source, 2 to 14 lines",
    "terminal": "commands as they are typed, with their output where the source shows it",
    "stats": "numbers with a source",
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
    "features": {
        "headline": Slot("what they have in common", 48),
        "items.title": Slot("a feature's name", 32),
        "items.detail": Slot("what one gets from it; may be left out", 72),
    },
    "code": {"headline": Slot("what the code shows", 60), "code": Slot("copied, whole lines", 80)},
    "terminal": {"headline": Slot("what happens here", 60), "lines.text": Slot("a command, or its output", 80)},
    "stats": {
        "headline": Slot("what was measured", 48),
        "stats.value": Slot("the number with its unit, as it stands in the source", 14),
        "stats.label": Slot("what it counts, from the same sentence or row", 40),
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
