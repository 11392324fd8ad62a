"""Waiting for tasks: every question goes to recordInfo, on one schedule, with one back-off for all."""

from __future__ import annotations

import random
from collections.abc import Callable

from readme2video.errors import PausedError
from readme2video.kie.answers import TaskState, Unavailable
from readme2video.kie.client import KieClient
from readme2video.kie.clock import Clock
from readme2video.model.order import Family

# (age of the task up to, seconds between questions), as advised by the provider's pages and measured job times.
_SCHEDULE = ((60.0, 5.0), (300.0, 10.0), (float("inf"), 20.0))
_NEAR_S = 5.0
"""Seconds between questions once another task of the run has ended: clips ordered together end together."""
_LAG_S = 90.0
"""How long a fresh task may be unknown to recordInfo."""
_LOOK_S = 1.0
"""How often it is looked whether a callback came."""
_UNREADABLE_MOST = 3
_SILENCE_MOST = 10
"""Questions in a row without an answer before they are asked slowly only."""


class UnreadableResult(PausedError):  # noqa: N818 - what the answer is
    """A task's answers make no sense, however often it is asked.

    Args:
        raw: The last answer as it came.
    """

    def __init__(self, message: str, *, raw: str = "", hint: str = "", scene: str | None = None) -> None:
        super().__init__(message, hint=hint, scene=scene)
        self.raw = raw


class Poller:
    """Waits for tasks of one account.

    Args:
        budget_s: How long one task is waited for.
        spread: Gives factors around 1, so that questions do not come in step.
    """

    def __init__(
        self,
        client: KieClient,
        clock: Clock,
        *,
        budget_s: float,
        spread: Callable[[], float] = lambda: random.uniform(0.9, 1.1),  # noqa: S311 - jitter, nothing secret
    ) -> None:
        self._client, self._clock, self._budget_s, self._spread = client, clock, budget_s, spread
        self._quiet_until = 0.0
        self._near = False
        self._strange: set[str] = set()

    async def finished(
        self,
        task_id: str,
        family: Family,
        progress: Callable[[float], None],
        *,
        model: str = "",
        called: Callable[[], bool] = lambda: False,
        notice: Callable[[str], None] = lambda _: None,
    ) -> TaskState:
        """The task's state once it succeeded or failed.

        Args:
            called: Whether a callback came since the last question. It only brings the next question forward: what
                became of the task is never taken from a callback.
            notice: Told once per task when its state is called something that is not known here.

        Raises:
            CredentialsError: The key is refused; the task stays what it is.
            PausedError: It is still running after the budget.
            UnreadableResult: Its answers cannot be read.
        """
        began, silent, unreadable, asked_late = self._clock.monotonic(), 0, 0, False
        while True:
            age = self._clock.monotonic() - began
            if age > self._budget_s and asked_late:
                raise PausedError(
                    f"Task {task_id} is still not done after {self._budget_s / 60:.0f} minutes. It is paid and kept.",
                    hint="The same command goes on waiting for it; nothing is ordered again.",
                )
            interval = next(seconds for limit, seconds in _SCHEDULE if age < limit)
            asked_late = age > self._budget_s  # the machine may have slept: then it is asked once more before giving up
            if not asked_late:
                await self._pause(interval * self._spread(), called)
            try:
                state = await self._client.task(task_id, family=family)
            except Unavailable as error:
                silent += 1
                slow = 60.0 if silent > _SILENCE_MOST else min(60.0, interval * 2 ** min(silent, 4))
                self._quiet_until = self._clock.monotonic() + min(120.0, error.retry_after_s or slow)
                continue
            silent = 0
            if (state.task_id and state.task_id != task_id) or (state.model and model and state.model != model):
                continue  # an answer about something else is no news
            if state.state in ("success", "failed"):
                self._near = True
                return state
            if state.state == "missing" and age > _LAG_S:
                raise PausedError(
                    f"The provider does not know task {task_id} (any more).",
                    hint="Look at kie.ai/logs. The same command asks again; nothing is ordered again.",
                )
            if state.state == "unreadable":
                unreadable += 1
                if unreadable > _UNREADABLE_MOST:
                    why = state.message.rstrip(".")
                    raise UnreadableResult(
                        f"Kie's answers about task {task_id} cannot be read: {why}. It stays paid.",
                        raw=state.raw,
                        hint="The same command asks again; if it stays, show the task's id to Kie's support.",
                    )
            else:
                unreadable = 0
            if state.state == "running" and state.message and task_id not in self._strange:
                self._strange.add(task_id)
                notice(f"Kie tells of task {task_id}: {state.message}. It is asked about as before.")
            if state.progress is not None:
                progress(min(0.95, state.progress))

    async def _pause(self, seconds: float, called: Callable[[], bool]) -> None:
        asked, woken = self._clock.monotonic(), False
        while True:
            woken = woken or called()
            wait = 0.0 if woken else min(seconds, _NEAR_S) if self._near else seconds
            left = max(asked + wait, self._quiet_until) - self._clock.monotonic()
            if left <= 0:
                return
            await self._clock.sleep(min(left, _LOOK_S))
