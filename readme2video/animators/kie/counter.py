"""The provider's counter as one run stands at it: connection, poller, ledger, and what the run knows of the money."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from readme2video.animators.kie.pace import paced
from readme2video.animators.kie.poller import Poller
from readme2video.animators.kie.wish import Wish
from readme2video.callbacks import sweep, woken
from readme2video.errors import PausedError, Readme2VideoError
from readme2video.events import Emit, Notice, Spent
from readme2video.kie.client import KieClient
from readme2video.kie.clock import Clock
from readme2video.ledger import Ledger
from readme2video.model.order import LIVE_STATES, USD_PER_CREDIT, Attempt
from readme2video.orders import doubt
from readme2video.settings import Settings

T = TypeVar("T")


class Counter:
    """What ordering and collecting share in one run; nothing is opened before ``open``.

    Args:
        settings: Account, cap and waits.
        folder: The store's; the ledger lies there.
        emit: Gets what was spent.
        clock: Hurried where the account's address is this machine's own.

    Attributes:
        project: The output folder's name, "" before ``open``.
        counted: Input hashes of the whole film: what they cost counts against the cap.
        stopped: Why no further orders are placed in this run.
        balance_left: Credits, as last known.
        elsewhere_usd: What the film cost beside its clips; the cap holds for both together.
    """

    def __init__(self, settings: Settings, folder: Path, emit: Emit, clock: Clock) -> None:
        self.settings, self.folder, self.emit = settings, folder, emit
        self.clock = paced(clock, settings.kie)
        self.project = ""
        self.counted: frozenset[str] = frozenset()
        self.stopped: Readme2VideoError | None = None
        self.balance_left: float | None = None
        self.elsewhere_usd = 0.0
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._client: KieClient | None = None
        self._poller: Poller | None = None
        self._ledger: Ledger | None = None

    async def open(self, project: str) -> None:
        """Connect, and settle what earlier runs of the project left in mid-order; a second time is fine."""
        async with self._opening:
            if self._ledger is None:
                self._ledger = await asyncio.to_thread(Ledger, self.folder)
                self._client = await self._stack.enter_async_context(KieClient(self.settings.kie, clock=self.clock))
                self._poller = Poller(self._client, self.clock, budget_s=self.settings.wait_s)
                await self._sweep()
            if self.project != project:
                self.project = project
                for left in await self.book(lambda: self.ledger.settle_left(project)):
                    self.emit(Notice("warning", doubt(left)))

    async def close(self) -> None:
        """Let go of everything."""
        await self._stack.aclose()
        if self._ledger is not None:
            self._ledger.close()

    @property
    def client(self) -> KieClient:
        """The connection."""
        return _opened(self._client)

    @property
    def poller(self) -> Poller:
        """Waits for tasks."""
        return _opened(self._poller)

    @property
    def ledger(self) -> Ledger:
        """What was ordered."""
        return _opened(self._ledger)

    @property
    def cap_usd(self) -> float | None:
        """What ``--max-cost`` leaves for clips; None without one."""
        return None if self.settings.max_cost is None else max(0.0, self.settings.max_cost - self.elsewhere_usd)

    @property
    def cap_credits(self) -> float | None:
        """The same in credits."""
        return None if self.cap_usd is None else self.cap_usd / USD_PER_CREDIT

    async def book(self, act: Callable[[], T]) -> T:
        """Write into the ledger, or read it: that is durable, and may take a while on a slow disk."""
        return await asyncio.to_thread(act)

    async def last(self, wish: Wish) -> Attempt | None:
        """The newest attempt for a clip."""
        return await self.book(lambda: self.ledger.last(wish.input_hash, self.project))

    async def lost_credits(self) -> float:
        """What counts against the cap and gives the film no clip: other clips in doubt, attempts that ended without."""
        return sum(
            one.spent_credits
            for one in await self.book(lambda: self.ledger.attempts(self.project))
            if (one.state not in LIVE_STATES if one.order.input_hash in self.counted else one.state == "unknown")
        )

    def stop(self, error: Readme2VideoError) -> Readme2VideoError:
        """No further orders in this run, for this reason; what is ordered already is still collected."""
        self.stopped = self.stopped or error
        return error

    def check_open(self) -> None:
        """Raise why no orders are placed any more, if there is a reason."""
        if self.stopped is not None:
            raise again(self.stopped)

    async def tell_spent(self) -> None:
        """Say what the film's clips cost so far, and what they may have cost."""
        mine = [
            one
            for one in await self.book(lambda: self.ledger.attempts(self.project))
            if one.order.input_hash in self.counted or one.state == "unknown"
        ]
        in_doubt = sum(one.spent_credits for one in mine if one.state == "unknown")
        spent = sum(one.spent_credits for one in mine if one.state in ("created", "done", "failed"))
        self.emit(Spent(spent, in_doubt))

    async def _sweep(self) -> None:
        """Remove the marks of callbacks that nobody waits for any more: their attempts have ended."""
        marked = await asyncio.to_thread(woken, self.folder)  # before the ledger: an attempt is in it before its call
        if not marked:
            return
        waiting = {
            one.id
            for one in await self.book(self.ledger.attempts)
            if one.state in ("prepared", "sending", "created", "unknown")
        }
        await asyncio.to_thread(sweep, self.folder, set(marked) - waiting)


def again(error: Readme2VideoError) -> Readme2VideoError:
    """The same error for another scene."""
    return type(error)(error.message, hint=error.hint)


def unreachable(reason: str) -> PausedError:
    """The error for a provider that does not answer."""
    return PausedError(f"Kie cannot be reached: {reason}", hint="Nothing was charged. Run the same command later.")


def _opened(tool: T | None) -> T:
    if tool is None:
        raise AssertionError("plan comes first")  # pipeline's order; a bug if not
    return tool
