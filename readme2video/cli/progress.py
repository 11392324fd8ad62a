"""A run while it works: one living line per scene on a terminal, plain lines elsewhere; never silent for long.

Events come from any thread. Everything goes to one stream, stderr; stdout belongs to the result.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self, TextIO

from readme2video.cli.terminal import clean, clean_line, is_terminal, write_line
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
from readme2video.model.order import USD_PER_CREDIT
from readme2video.model.record import Stage
from readme2video.orders import plan_lines

SILENCE_S = 10.0
"""Off a terminal, a run that said nothing for this long says what it is doing."""

_SHARES: dict[Stage, float] = {"shoot": 0.2, "animate": 0.05, "render": 0.75}
"""How much of a scene's way each of its stages is."""

DOING: dict[Stage, str] = {
    "read": "reading",
    "storyboard": "writing the storyboard",
    "shoot": "drawing",
    "animate": "getting its motion",
    "render": "rendering",
    "stitch": "joining",
    "check": "checking",
}
_DID: dict[Stage, str] = {
    "read": "README read",
    "storyboard": "storyboard written",
    "shoot": "drawn",
    "animate": "motion chosen",
    "render": "rendered",
    "stitch": "joined",
    "check": "checked",
}


class Progress(Protocol):
    """Shows events between entering and leaving."""

    def emit(self, event: Event) -> None:
        """Take an event; may be called from any thread."""

    def paused(self) -> AbstractContextManager[None]:
        """Leave the terminal alone, for a question."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def make_progress(stream: TextIO, *, quiet: bool, verbose: bool, environ: Mapping[str, str]) -> Progress:
    """The progress that fits the stream: living lines on a terminal, plain ones elsewhere and when verbose."""
    if quiet:
        return QuietProgress(stream)
    if is_terminal(stream, environ) and not verbose:
        from readme2video.cli.live import LiveProgress

        return LiveProgress(stream, environ=environ)
    return PlainProgress(stream, verbose=verbose)


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


def engine_lines(event: EnginesChosen) -> tuple[str, ...]:
    """Which engines were chosen and why, as lines."""
    names = f"storyboard by {clean_line(event.storyboarder)}, motion by {clean_line(event.animator)}"
    return (names, *(clean_line(reason) for reason in event.reasons))


def plan_line(event: FilmPlanned) -> str:
    """What the film will be, as a line."""
    count = "1 scene" if len(event.scenes) == 1 else f"{len(event.scenes)} scenes"
    return clean_line(f"{count}, {event.duration_s:.1f} s, {' + '.join(event.aspects)}")


def money(spent: Spent | None) -> str:
    """Credits so far, as ``60 credits ($0.30), 30 in doubt``."""
    if spent is None or not (spent.credits or spent.in_doubt_credits):
        return "nothing bought"
    doubt = f", {spent.in_doubt_credits:g} in doubt" if spent.in_doubt_credits else ""
    return f"{spent.credits:g} credits (${spent.credits * USD_PER_CREDIT:.2f}){doubt}"


def written_line(usage: Usage) -> str:
    """What the storyboard cost, as ``storyboard $0.03 (2 answers)``."""
    price = f"${usage.usd:.2f}" if usage.usd is not None else "at a price that is not known"
    answers = "1 answer" if usage.requests == 1 else f"{usage.requests} answers"
    return f"storyboard {price} ({answers})"


def fell_back_line(event: FellBack) -> str:
    """A scene that was not bought, or a storyboard that was not, as a line."""
    if event.label == "storyboard":
        return f"warning: the storyboard is the offline one, and no clips are bought: {clean_line(event.reason)}"
    return f"warning: {clean_line(event.label)} moves locally: {clean_line(event.reason)}"


def notice_line(event: Notice) -> str:
    """A notice as a line; a warning says that it is one."""
    return ("warning: " if event.level == "warning" else "") + clean_line(event.message)


def failure_line(event: WorkFailed) -> str:
    """What failed and why, as a line."""
    return f"{doing(event.stage, event.label)} failed: {clean_line(event.message)}"


class QuietProgress:
    """Says warnings and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def emit(self, event: Event) -> None:
        """Take an event; may be called from any thread."""
        if isinstance(event, Notice) and event.level == "warning":
            write_line(self._stream, notice_line(event))
        elif isinstance(event, FellBack):
            write_line(self._stream, fell_back_line(event))
        elif isinstance(event, OrdersPlanned):
            for line in plan_lines(event.plan):
                write_line(self._stream, clean(line))

    def paused(self) -> AbstractContextManager[None]:
        """Nothing to pause."""
        return nullcontext()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


class PlainProgress:
    """Plain lines, one per event worth a line, each with the time since the start.

    Args:
        verbose: Starts, quarters of the way and kept results get lines too.
        clock: Monotonic seconds.
        watch_s: How often a thread looks whether it is time for a sign of life; None starts no thread.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        verbose: bool = False,
        clock: Callable[[], float] = time.monotonic,
        watch_s: float | None = 1.0,
    ) -> None:
        self._stream, self._verbose, self._clock, self._watch_s = stream, verbose, clock, watch_s
        self._state = RunState(clock)
        self._said = clock()
        self._quarters: dict[tuple[Stage, str], int] = {}
        self._money = money(None)
        self._held: list[str] | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._watch_s is not None:
            self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def emit(self, event: Event) -> None:
        """Take an event; may be called from any thread."""
        with self._lock:
            self._state.take(event)
            for line in self._lines(event):
                self._say(line)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Say what is to be said only after a question."""
        with self._lock:
            self._held = []
        try:
            yield
        finally:
            with self._lock:
                held, self._held = self._held or [], None
                for line in held:
                    write_line(self._stream, line)

    def beat(self) -> None:
        """Say what is running, if nothing was said for ``SILENCE_S``."""
        with self._lock:
            now = self._clock()
            if now - self._said < SILENCE_S or self._held is not None:
                return
            jobs = [
                f"{doing(stage, label)} for {now - job.began:.0f} s"
                + (f" ({job.fraction:.0%})" if job.fraction else "")
                for (stage, label), job in self._state.running.items()
            ]
            shown = ", ".join(jobs[:4]) + (f" and {len(jobs) - 4} more" if len(jobs) > 4 else "")
            self._say(f"still working: {shown or 'between two steps'}")

    def _watch(self) -> None:
        while not self._over.wait(self._watch_s):
            self.beat()

    def _say(self, line: str) -> None:
        self._said = self._clock()
        told = f"[{minutes(self._said - self._state.began)}] {line}"
        if self._held is None:
            write_line(self._stream, told)
        else:
            self._held.append(told)

    def _lines(self, event: Event) -> tuple[str, ...]:
        lines: tuple[str, ...] = ()
        match event:
            case EnginesChosen():
                lines = (*engine_lines(event), money(None))
            case FilmPlanned():
                lines = (f"film: {plan_line(event)}",)
            case WorkStarted() if self._verbose:
                lines = (f"{doing(event.stage, event.label)}: started",)
            case WorkProgressed() if self._verbose:
                lines = self._quarter(event)
            case WorkDone():
                lines = self._done(event)
            case WorkFailed():
                lines = (failure_line(event),)
            case Notice():
                lines = (notice_line(event),)
            case FellBack():
                lines = (fell_back_line(event),)
            case StoryboardPaid():
                lines = (f"spent: {written_line(event.usage)}",)
            case OrdersPlanned():
                lines = tuple(clean(line) for line in plan_lines(event.plan))
            case Spent():
                said = money(event)
                lines = (f"spent: {said}",) if said != self._money else ()
                self._money = said
        return lines

    def _quarter(self, event: WorkProgressed) -> tuple[str, ...]:
        key, quarter = (event.stage, event.label), int(event.fraction * 4)
        if not 0 < quarter < 4 or quarter <= self._quarters.get(key, 0):
            return ()
        self._quarters[key] = quarter
        return (f"{doing(event.stage, event.label)}: {quarter * 25} %",)

    def _done(self, event: WorkDone) -> tuple[str, ...]:
        if not self._verbose and (event.stage == "animate" or (event.reused and event.stage == "shoot")):
            return ()  # motion is data and takes no time; a kept picture is told by its kept rendering
        count = ""
        if event.stage == "render" and self._state.scenes:
            ready = sum(stage == "render" for stage, _ in self._state.done)
            count = f" ({ready} of {len(self._state.scenes) * len(self._state.aspects)})"
        how = "kept from before" if event.reused else f"{event.took_s:.1f} s"
        label = clean_line(event.label).replace(">", " to ")
        return (f"{label}{': ' if label else ''}{_DID[event.stage]}{count}, {how}",)


def doing(stage: Stage, label: str) -> str:
    """What is being done to what, as ``rendering features``."""
    name = clean_line(label).replace(">", " to ")
    return f"{DOING[stage]} {name}".rstrip()


def minutes(seconds: float) -> str:
    """A time since the start, as ``1:04``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
