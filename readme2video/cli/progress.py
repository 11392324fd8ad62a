"""A run while it works: one living line per scene on a terminal, plain lines elsewhere; never silent for long.

Events come from any thread. Everything goes to one stream, stderr; stdout belongs to the result.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Protocol, Self, TextIO

from readme2video.cli.run_state import RunState
from readme2video.cli.terminal import clean, clean_line, is_terminal, write_line
from readme2video.cli.wording import (
    DID,
    doing,
    engine_lines,
    failure_line,
    fell_back_line,
    minutes,
    money,
    notice_line,
    plan_line,
    written_line,
)
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
from readme2video.model.record import Stage
from readme2video.orders import plan_lines

SILENCE_S = 10.0
"""Off a terminal, a run that said nothing for this long says what it is doing."""


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
        return (f"{label}{': ' if label else ''}{DID[event.stage]}{count}, {how}",)
