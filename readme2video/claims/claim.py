"""A claim: one string on screen, what kind of claim it is, and what is wrong with it if anything is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ClaimKind = Literal["quote", "paraphrase", "copy", "author"]


@dataclass(frozen=True)
class Claim:
    """A string on screen after it was checked.

    Attributes:
        place: Number of its scene, from 0.
        path: Where in the scene, as ``items.0.title``.
        kind: Derived from the string and its source, never declared by the storyboard.
        problem: "" when it is supported; else one sentence that says what is not, and names the line.
        rule: The rule it breaks, as ``claim-number``; "" when it breaks none.
        fix: How to mend it.
    """

    place: int
    scene: str
    path: str
    text: str
    source: str
    kind: ClaimKind
    problem: str = ""
    rule: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Fault:
    """Why a string is not supported: the rule, what to say after the source's name, and how to mend it."""

    rule: str
    says: str
    fix: str = ""
