"""What a run tells its face while it works. Events are facts; how they look is the face's business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from readme2video.model.manuscript import Usage
from readme2video.model.order import OrderPlan
from readme2video.model.record import Stage


@dataclass(frozen=True)
class EnginesChosen:
    """Which engines the run uses and why; said before anything else."""

    storyboarder: str
    animator: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class FilmPlanned:
    """The storyboard stands: the scenes in order, once per film (aspect)."""

    scenes: tuple[str, ...]
    aspects: tuple[str, ...]
    duration_s: float


@dataclass(frozen=True)
class WorkStarted:
    """An engine began to perform. ``label`` is the scene id, with the aspect when there are several."""

    stage: Stage
    label: str


@dataclass(frozen=True)
class WorkProgressed:
    """How far a performance is, 0 to 1."""

    stage: Stage
    label: str
    fraction: float


@dataclass(frozen=True)
class WorkDone:
    """A result stands. ``reused`` means that nothing had to be done."""

    stage: Stage
    label: str
    reused: bool
    took_s: float


@dataclass(frozen=True)
class WorkFailed:
    """A performance ended with an error; the error itself is raised as well."""

    stage: Stage
    label: str
    message: str


@dataclass(frozen=True)
class OrdersPlanned:
    """What the film's clips would cost; said before the first order."""

    plan: OrderPlan


@dataclass(frozen=True)
class Spent:
    """Money so far in this run, credits: what was ordered and what is in doubt."""

    credits: float
    in_doubt_credits: float


@dataclass(frozen=True)
class StoryboardPaid:
    """An answer of the model that writes the storyboard was paid for; the usage is that of the run so far."""

    usage: Usage


@dataclass(frozen=True)
class FellBack:
    """A scene, or the storyboard, could not be bought and is made on this machine instead."""

    label: str
    reason: str


@dataclass(frozen=True)
class Notice:
    """Something a person should know."""

    level: Literal["info", "warning"]
    message: str


Event = (
    EnginesChosen
    | FilmPlanned
    | OrdersPlanned
    | WorkStarted
    | WorkProgressed
    | WorkDone
    | WorkFailed
    | Spent
    | StoryboardPaid
    | FellBack
    | Notice
)
Emit = Callable[[Event], None]


def ignore(event: Event) -> None:
    """An emit that says nothing."""
