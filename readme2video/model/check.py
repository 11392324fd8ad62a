"""Checks of a finished film: what is looked at, what was measured, and what was decided about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from readme2video.model.record import Artifact, Box, Record
from readme2video.model.shot import Aspect, ElementRole
from readme2video.model.vocabulary import SceneKind

FAMILIES = {"S": "Story", "P": "Picture", "A": "Sound and captions", "F": "File", "M": "Money"}
"""Of a rule's first letter; what has no number is about the words."""
WORDS = "Words"

_RULE = re.compile(r"^([SPAFM])(\d+) ")

VerdictLevel = Literal["pass", "warn", "fail"]


class Verdict(Record):
    """One rule's outcome.

    Attributes:
        rule: Number and name of the rule, as in the table of film checks: ``P3 contrast``.
        detail: The figures.
        fix: What to do when it is not a pass.
        scene: Where it is; None for the whole film.
        time_s: When in the film; None when it is no matter of a moment.
        aspect: Which of the films; None for all of them.
        picture: The frame it is seen on, relative to the output folder.
    """

    level: VerdictLevel
    rule: str
    detail: str
    fix: str = ""
    scene: str | None = None
    time_s: float | None = None
    aspect: Aspect | None = None
    picture: str | None = None

    @property
    def family(self) -> str:
        """What it is about."""
        found = _RULE.match(self.rule)
        return FAMILIES[found[1]] if found else WORDS


def in_order(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """By family and number, as in the table of film checks; the same rule by aspect and time."""

    def place(verdict: Verdict) -> tuple[int, int, str, str, float]:
        found = _RULE.match(verdict.rule)
        number = (list(FAMILIES).index(found[1]) + 1, int(found[2])) if found else (0, 0)
        return (*number, verdict.rule, verdict.aspect or "", verdict.time_s or 0.0)

    return tuple(sorted(verdicts, key=place))


def told(verdicts: Sequence[Verdict]) -> str:
    """All of them in a line, as ``22 pass, 1 warn``."""
    count = Counter(verdict.level for verdict in verdicts)
    levels: tuple[VerdictLevel, ...] = ("pass", "warn", "fail")
    return ", ".join(f"{count[level]} {level}" for level in levels if count[level] or level == "pass")


class SeenElement(Record):
    """Words in a scene as they were set and as they enter.

    Attributes:
        box: In pixels of the film.
        size_px: Type size in pixels of the film; 0 when it is not known.
        settled_s: From when on they stand still, from the scene's first frame.
    """

    id: str
    role: ElementRole
    box: Box
    size_px: float = Field(default=0.0, ge=0)
    text: str
    settled_s: float = Field(ge=0)


class SeenScene(Record):
    """A scene of the film and what it shall look like.

    Attributes:
        start: Its first frame in the film; it overlaps its neighbours by ``head_frames`` and ``tail_frames``.
        bought: Whether a bought clip moves it.
        full: The settled scene as shot.
        ink: The transparent sheet of its words.
        elements: The words that must be read.
    """

    id: str
    kind: SceneKind
    start: int
    frames: int
    head_frames: int
    tail_frames: int
    bought: bool = False
    full: Artifact
    ink: Artifact
    elements: tuple[SeenElement, ...]


class ExaminationRequest(Record):
    """A finished film file and what it shall show."""

    video: Artifact
    aspect: Aspect
    fps: int
    scenes: tuple[SeenScene, ...]


class Examination(Record):
    """What was found in a film file: verdicts, and beside each the frame it is seen on, if any."""

    verdicts: tuple[Verdict, ...]
    pictures: tuple[Artifact | None, ...]
