"""The paid animator in a process of its own that can be killed, starved and interrupted; started in a moment.

A server process that has everything imported forks them, so that a test can afford one per boundary.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from readme2video.animators.kie import KieAnimator
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
from readme2video.model.film import Clip
from readme2video.settings import Kie, Settings
from readme2video.store import Store
from test_kie_animator import PROJECT, Shop

_DEADLINE_S = 60.0


async def buy(
    here: Shop, count: int = 1, *, clock: Clock = SYSTEM_CLOCK, pace: float = 0.01, **flags: Any
) -> list[Clip | Exception]:
    """`Shop.buy` with a clock and a pace of its own."""
    account = Kie(base_url=here.box.url, upload_url=here.box.url, key=SecretStr("k"), pace=pace)
    settings = Settings(kie=account, out=here.folder, **flags)
    store = Store(here.folder, here.events.append)
    try:
        async with KieAnimator(settings, here.folder, here.events.append, clock=clock) as animator:
            scenes = here.scenes(store, count)
            await animator.plan(PROJECT, scenes, [])
            asked = [store(animator, request, label=label) for label, request in scenes]
            return await asyncio.gather(*asked, return_exceptions=True)
    finally:
        store.close()


@dataclass
class Child:
    """A running program."""

    process: Any
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def wait(self) -> int:
        """Its exit code; the negative number of the signal that killed it."""
        self.process.join(_DEADLINE_S)
        assert self.process.exitcode is not None, f"it did not end: {self.said}"
        return self.process.exitcode

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        self.wait()


@dataclass
class Buying:
    """What a child does: buy some scenes as `Shop.buy` does, and end with the exit code of the first error.

    Attributes:
        before: Called first, in the child.
    """

    url: str
    folder: Path
    scenes: int = 1
    pace: float = 0.01
    flags: dict[str, Any] = field(default_factory=dict)
    before: Callable[[], None] | None = None

    def __call__(self, log: str) -> None:
        from readme2video.cli.run import guarded, run_to_end

        with Path(log).open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        if self.before is not None:
            self.before()

        def work() -> int:
            got = run_to_end(lambda: buy(Shop(self, self.folder), self.scenes, pace=self.pace, **self.flags))
            for one in got:
                if isinstance(one, Exception):
                    raise one
            return 0

        sys.exit(guarded(work))


@contextmanager
def child(buying: Buying, log: Path) -> Iterator[Child]:
    """Start it; it is gone at the end, however the test went."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["children", "readme2video.ledger", "readme2video.cli.run", "cv2", "av", "httpx", "sqlalchemy"]
    )
    log.touch()
    process = context.Process(target=buying, args=(str(log),), daemon=True)
    process.start()
    running = Child(process, log)
    try:
        yield running
    finally:
        if process.exitcode is None:
            running.kill()
        process.close()


def until(true: Callable[[], Any], within_s: float = 20.0) -> None:
    """Wait for something to come true; a test that waits in vain fails here."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
