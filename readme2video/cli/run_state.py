"""What is known of a run while it works: what is running, what is done, how far each scene is, what was spent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from readme2video.cli.wording import engine_lines, money, written_line
from readme2video.events import (
    EnginesChosen,
    Event,
    FellBack,
    FilmPlanned,
    Notice,
    OrdersPlanned,
    Spent,
    StoryboardPaid,
    WorkDone,
    WorkFailed,
    WorkProgressed,
    WorkStarted,
)
from readme2video.model.manuscript import Usage
from readme2video.model.record import Stage

_SHARES: dict[Stage, float] = {"shoot": 0.2, "animate": 0.05, "render": 0.75}
"""How much of a scene's way each of its stages is."""


@dataclass
class Job:
    """A running performance."""

    began: float
    fraction: float = 0.0


@dataclass
class RunState:
    """What is known of the run; every method is called under the face's lock."""

    clock: Callable[[], float]
    began: float = field(init=False)
    header: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    duration_s: float = 0.0
    running: dict[tuple[Stage, str], Job] = field(default_factory=dict)
    done: dict[tuple[Stage, str], bool] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    first: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    spent: Spent | None = None
    writing: Usage | None = None
    fallen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def take(self, event: Event) -> None:
        """Remember what an event says."""
        now = self.clock()
        match event:
            case EnginesChosen():
                self.header = engine_lines(event)
            case FilmPlanned():
                self.scenes, self.aspects, self.duration_s = event.scenes, event.aspects, event.duration_s
                self.running.clear()  # a plan made anew ends what was begun for the one before
                self.failed.clear()
            case WorkStarted():
                self.running[event.stage, event.label] = Job(now)
                self.first.setdefault(scene_of(event.label), now)
            case WorkProgressed():
                job = self.running.setdefault((event.stage, event.label), Job(now))
                job.fraction = min(max(event.fraction, job.fraction, 0.0), 1.0)
            case WorkDone():
                self.running.pop((event.stage, event.label), None)
                # What was made in this run stays made, however often it is asked for again.
                place = (event.stage, event.label)
                self.done[place] = self.done.get(place, True) and event.reused
                self.last[scene_of(event.label)] = now
            case WorkFailed():
                self.running.pop((event.stage, event.label), None)
                self.failed.add(scene_of(event.label))
            case Spent():
                self.spent = event
            case StoryboardPaid():
                self.writing = event.usage
            case FellBack():
                self.failed.discard(scene_of(event.label))
                self.fallen.add(scene_of(event.label))
            case Notice() | OrdersPlanned():
                pass

    def fraction(self, scene: str) -> float:
        """How far a scene is over all its aspects, 0 to 1."""
        labels = [f"{scene}@{aspect}" for aspect in self.aspects] if len(self.aspects) > 1 else [scene]
        way = 0.0
        for label in labels:
            if ("shoot", label) in self.done and not self.has("animate", label):
                way += 1.0  # a plan ends with the picture
                continue
            for stage, share in _SHARES.items():
                job = self.running.get((stage, label))
                way += share * (1.0 if (stage, label) in self.done else job.fraction if job else 0.0)
        return min(way / len(labels), 1.0)

    def money(self) -> str:
        """What was spent, in words."""
        paid = [written_line(self.writing)] if self.writing is not None else []
        bought = money(self.spent)
        return ", ".join([*paid, bought] if self.spent is not None or not paid else paid)

    def has(self, stage: Stage, label: str) -> bool:
        """Whether this work was begun."""
        return (stage, label) in self.running or (stage, label) in self.done

    def jobs(self, scene: str) -> list[tuple[Stage, str, Job]]:
        """What is running for a scene; for "" what runs for no scene of the film."""
        return [
            (stage, label, job)
            for (stage, label), job in self.running.items()
            if (scene_of(label) if scene_of(label) in self.scenes else "") == scene
        ]


def scene_of(label: str) -> str:
    """The scene an event's label names, without its aspect."""
    return label.partition("@")[0]
