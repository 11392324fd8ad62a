"""How often the provider may be asked: one queue for all scenes of a run."""

from __future__ import annotations

import asyncio
import math
from collections import deque

from readme2video.kie.clock import Clock

_NOTHING_S = 1e-9
"""Shorter waits are rounding of the clock's numbers."""


class Limiter:
    """Lets callers start one after the other, in the order they came.

    Args:
        clock: Measures and waits.
        most: How many may start in any ``window_s``.
        window_s: Length of that window, seconds.
        gap_s: The least time between two starts, seconds.
    """

    def __init__(self, clock: Clock, *, most: int, window_s: float, gap_s: float = 0.0) -> None:
        self._clock = clock
        self._window_s = window_s
        self._gap_s = gap_s
        self._starts: deque[float] = deque(maxlen=most)
        self._held_until = -math.inf
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Wait until one more may start, and count it."""
        async with self._queue:
            while (wait_s := self._wait_s()) > _NOTHING_S:
                await self._clock.sleep(wait_s)
            self._starts.append(self._clock.monotonic())

    def started(self) -> None:
        """The last one counted starts only now; what lay between must not shorten the gap to the next."""
        self._starts[-1] = self._clock.monotonic()

    def hold(self, seconds: float) -> None:
        """Let nobody start for a while: the provider said that it is asked too often."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)

    def _wait_s(self) -> float:
        now = self._clock.monotonic()
        earliest = self._held_until
        if self._starts:
            earliest = max(earliest, self._starts[-1] + self._gap_s)
        if len(self._starts) == self._starts.maxlen:
            earliest = max(earliest, self._starts[0] + self._window_s)
        return earliest - now
