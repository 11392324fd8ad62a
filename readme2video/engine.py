"""What an engine is: the one place where something slow, outside or paid happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from readme2video.model.record import Artifact, Record, Stage

T = TypeVar("T")
RequestT_contra = TypeVar("RequestT_contra", bound=Record, contravariant=True)
ResultT_co = TypeVar("ResultT_co", bound=Record, covariant=True)


Level = Literal["info", "warning"]
"""Whether something is news only, or a person should look at it."""


class Tell(Protocol):
    """Tells the user something."""

    def __call__(self, message: str, level: Level = "warning") -> None:
        """Tell it once."""


class Work(Protocol):
    """What the store lends an engine for one performance."""

    @property
    def label(self) -> str:
        """What it is for, as in events: a scene's id, with the aspect when there are several."""

    @property
    def folder(self) -> Path:
        """An empty folder on the store's file system; removed afterwards, whatever happens."""

    def path(self, artifact: Artifact) -> Path:
        """Where an artifact's bytes lie, read-only."""

    def keep(self, file: Path, suffix: str) -> Artifact:
        """Move a finished file out of ``folder`` into the store, durably.

        Raises:
            OutputError: The disk refused it.
        """

    def keep_bytes(self, data: bytes, suffix: str) -> Artifact:
        """The same for bytes in memory."""

    def progress(self, fraction: float) -> None:
        """Say how far the performance is, 0 to 1. May be called from any thread."""

    def notice(self, message: str, level: Level = "warning") -> None:
        """Tell the user something once, said again by nobody. May be called from any thread."""


class Engine(Protocol[RequestT_contra, ResultT_co]):
    """Turns a request into a result, once per request and fingerprint."""

    @property
    def stage(self) -> Stage:
        """The stage it belongs to, for progress and ``--again``."""

    @property
    def fingerprint(self) -> str:
        """``name/revision``, and what else decides the output. Bump the revision when a request's output changes."""

    @property
    def output(self) -> type[ResultT_co]:
        """The result's type, so that a kept record can be read back."""

    @property
    def parallel(self) -> int:
        """How many performances may run side by side."""

    async def perform(self, request: RequestT_contra, work: Work) -> ResultT_co:
        """Do it. Blocking work goes to a thread; cancelling leaves no child process behind."""


@dataclass(frozen=True)
class Needs:
    """What an engine needs before it can be chosen; ``doctor`` and "missing key" messages read this."""

    keys: tuple[str, ...] = ()
    costs_money: bool = False
    says: str = ""


async def in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Run blocking work in a thread that can be asked to stop.

    Args:
        function: Called with a ``threading.Event`` before the arguments. Once the event is set it has to return or
            raise soon, leaving no child process.

    When the caller is cancelled, the event is set and the thread is waited for, so that nothing of it is left.
    """
    stop = threading.Event()
    future = asyncio.get_running_loop().run_in_executor(None, function, stop, *arguments)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        stop.set()
        while not future.done():  # being cancelled once more changes nothing: the thread has to end first
            with suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        future.exception()  # seen, so that the loop does not complain about it
        raise
