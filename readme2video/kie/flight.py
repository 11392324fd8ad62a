"""One order on its way: sent at most once, and its answer not lost to an interruption."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from readme2video.kie.answers import CreateOutcome, NotSent, Unknown, read_create
from readme2video.kie.clock import Clock
from readme2video.kie.wire import failure, read_answer

if TYPE_CHECKING:
    import httpx

_GOODBYE_S = 30.0
"""How long an interrupted run waits for the answer to an order in flight."""


class _InterruptedError(Exception):
    """The run was interrupted between the mark and the first byte."""


class Flight:
    """An order from its connection to its answer.

    Args:
        http: Keeps no connections, repeats nothing, follows no redirects.
        sending: Awaited when the connection stands, right before the first byte.
        started: Called when it returned.
        within_s: How long it may take to the mark, and from the mark to the end of the answer, seconds.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Clock,
        sending: Callable[[], Awaitable[None]],
        started: Callable[[], None],
        *,
        within_s: float,
    ) -> None:
        self._http = http
        self._clock = clock
        self._sending = sending
        self._started = started
        self._within_s = within_s
        self._deadline = asyncio.timeout(None)
        self._begun = False  # the mark was asked for: from here on an interruption waits
        self._sent = False  # the mark is made: from here on the order may have been taken
        self._stop = False
        self._broken: BaseException | None = None

    async def land(self, url: str, *, content: bytes, headers: Mapping[str, str], secret: str) -> CreateOutcome:
        """Send it and give what became of it; on a cancellation see `KieClient.create`."""
        order = asyncio.create_task(self._placed(url, content, headers, secret))
        try:
            return await asyncio.shield(order)
        except asyncio.CancelledError:
            if order.cancelled():
                raise
        self._stop = True
        if not self._begun:
            order.cancel()
            with suppress(asyncio.CancelledError):
                await order
            raise asyncio.CancelledError
        patience = asyncio.create_task(self._clock.sleep(_GOODBYE_S))
        try:
            await asyncio.wait({order, patience}, return_when=asyncio.FIRST_COMPLETED)
            task = asyncio.current_task()
            if task is not None:  # the cancellation is put off to the caller's next await, not swallowed
                task.uncancel()
                task.cancel()
            return order.result() if order.done() else Unknown(reason="interrupted before the answer came")
        finally:
            patience.cancel()
            order.cancel()

    async def _placed(self, url: str, content: bytes, headers: Mapping[str, str], secret: str) -> CreateOutcome:
        import httpx

        try:
            async with self._deadline:
                self._deadline.reschedule(self._due())
                async with self._http.stream(
                    "POST", url, content=content, headers=headers, extensions={"trace": self._trace}
                ) as response:
                    answer = await read_answer(response, secret=secret)
        except _InterruptedError:
            return NotSent(reason="interrupted")
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            return NotSent(reason=failure(error))
        except Exception as error:
            if self._broken is not None:
                raise self._broken from None
            if self._sent:  # whatever broke after the first byte, the order may have been taken
                return Unknown(reason=failure(error))
            if isinstance(error, httpx.HTTPError | httpx.InvalidURL | TimeoutError):
                return NotSent(reason=failure(error))
            raise
        return read_create(answer, self._clock.now())

    async def _trace(self, event: str, _: dict[str, Any]) -> None:
        """Called by the HTTP library at every step; this one lies between the connection and the first byte."""
        if event != "http11.send_request_headers.started":
            return
        self._begun = True
        self._deadline.reschedule(None)  # a mark that is being written is waited for, however slow the disk is
        try:
            await self._sending()
        except BaseException as error:
            self._broken = error
            raise
        if self._stop:
            raise _InterruptedError
        self._deadline.reschedule(self._due())
        self._started()
        self._sent = True

    def _due(self) -> float:
        return asyncio.get_running_loop().time() + self._within_s
