"""A run on a terminal: one living line per scene."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self, TextIO

from readme2video.cli.run_state import Job, RunState, scene_of
from readme2video.cli.terminal import clean, clean_line, console_for, encodable
from readme2video.cli.wording import DOING, failure_line, fell_back_line, minutes, notice_line, plan_line
from readme2video.events import Event, FellBack, FilmPlanned, Notice, OrdersPlanned, WorkFailed
from readme2video.model.record import Stage
from readme2video.orders import plan_lines

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text


class LiveProgress:
    """One line per scene with its stage, age and bar, redrawn in place.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(
        self, stream: TextIO, *, environ: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.live import Live

        self._clock = clock
        self._state = RunState(clock)
        self._lock = threading.Lock()
        self._asking = False
        self._held: list[tuple[str, str]] = []
        self._stream = stream
        self._console = console_for(stream, environ)
        self._fancy = (getattr(stream, "encoding", None) or "").lower().replace("-", "") == "utf8"
        self._live = Live(
            console=self._console,
            get_renderable=self.picture,
            refresh_per_second=8,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # nobody watches any more
            self._live.stop()

    def emit(self, event: Event) -> None:
        """Take an event; may be called from any thread."""
        with self._lock:
            self._state.take(event)
        # Printed outside the lock: rich draws the picture, which takes it, while holding its own.
        if isinstance(event, Notice):
            self._print(notice_line(event), "yellow" if event.level == "warning" else "")
        elif isinstance(event, WorkFailed):
            self._print(failure_line(event), "red")
        elif isinstance(event, FellBack):
            self._print(fell_back_line(event), "yellow")
        elif isinstance(event, OrdersPlanned):
            for line in plan_lines(event.plan):
                self._print(clean(line), "")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the living lines away for a question; what is to be said meanwhile is said after it."""
        with self._lock:
            self._asking = True
        with suppress(OSError):
            self._live.transient = True  # else the lines would stay, and come a second time below the answer
            self._live.stop()
        try:
            yield
        finally:
            self._live.transient = False
            with self._lock:
                self._asking = False
                held, self._held = self._held, []
            for line, style in held:
                self._print(line, style)
            with suppress(OSError):
                self._live.start(refresh=True)

    def _print(self, line: str, style: str) -> None:
        from rich.text import Text

        with self._lock:
            if self._asking:
                self._held.append((line, style))
                return
        with suppress(OSError):  # nobody watches any more
            self._console.print(Text(encodable(line, self._stream), style=style, overflow="fold"))

    def picture(self) -> Group:
        """The lines as they stand now, none wider than the terminal."""
        from rich.console import Group

        with self._lock:
            state, width = self._state, max(self._console.width - 1, 8)
            lines = [*self._head(width)]
            lines += [self._scene_line(scene, width) for scene in state.scenes]
            lines += [self._other_line(stage, label, job, width) for stage, label, job in state.jobs("")]
            return Group(*lines)

    def _head(self, width: int) -> list[Text]:
        from rich.text import Text

        state = self._state
        lines = [Text(line, style="" if place == 0 else "dim") for place, line in enumerate(state.header)]
        facts = [minutes(self._clock() - state.began), state.money()]
        if state.scenes:
            facts.insert(0, plan_line(FilmPlanned(state.scenes, state.aspects, state.duration_s)))
        lines += [Text(line, style="bold") for line in ([", ".join(facts)] if width >= 50 else facts)]
        for line in lines:
            line.truncate(width, overflow="ellipsis" if self._fancy else "crop")
        return lines

    def _scene_line(self, scene: str, width: int) -> Text:
        state, jobs = self._state, self._state.jobs(scene)
        fraction = state.fraction(scene)
        finished = fraction >= 1.0 and not jobs
        mark, style = ("x", "red") if scene in state.failed else ("✓" if self._fancy else "+", "green")
        if not finished and scene not in state.failed:
            mark, style = (self._spinner(), "cyan") if jobs else ("·" if self._fancy else ".", "dim")
        age: float | None = None
        if jobs:
            words, age = DOING[jobs[-1][0]], self._clock() - min(job.began for _, _, job in jobs)
        elif finished:
            made = any(not reused for (_, label), reused in state.done.items() if scene_of(label) == scene)
            words = "ready" if made else "kept"
            if made and scene in state.first:
                age = state.last[scene] - state.first[scene]
        else:
            words = "failed" if scene in state.failed else "waiting"
        return self._line(mark, style, scene, fraction, words, age, width)

    def _other_line(self, stage: Stage, label: str, job: Job, width: int) -> Text:
        name = clean_line(label).replace(">", " to ") or "film"
        return self._line(self._spinner(), "cyan", name, job.fraction, DOING[stage], self._clock() - job.began, width)

    def _line(
        self, mark: str, style: str, name: str, fraction: float, words: str, age: float | None, width: int
    ) -> Text:
        """Mark, name, bar, stage, age: as much of it as fits."""
        from rich.text import Text

        line = Text(f"{mark} ", style=style, no_wrap=True)
        tail = f" {fraction:>4.0%}"
        name_width = min(max((len(scene) for scene in self._state.scenes), default=0) + 1, 24, max(width // 3, 6))
        if width < 40:
            name_width = max(width - 2 - len(tail), 4)
        shown = Text(clean_line(name), style="bold" if style == "cyan" else "")
        shown.truncate(name_width, overflow="crop", pad=True)
        line.append_text(shown)
        if width >= 60:
            bar = min(max(width - name_width - 42, 8), 32)
            full = round(bar * fraction)
            line.append(" " + ("━" if self._fancy else "#") * full, style=style)
            line.append(("─" if self._fancy else "-") * (bar - full), style="bright_black")
        line.append(tail)
        if width >= 40:
            line.append(f"  {words}", style="dim" if style == "dim" else "")
            if age is not None:
                line.append(f"  {age:.1f} s", style="dim")
        line.truncate(width, overflow="crop")
        return line

    def _spinner(self) -> str:
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if self._fancy else "|/-\\"
        return frames[int(self._clock() * 8) % len(frames)]
