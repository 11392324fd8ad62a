"""A request whose answer was lost, found again: a callback names its task, and the provider's own record proves it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from readme2video.callbacks import clear, woken
from readme2video.events import Emit, Notice
from readme2video.kie.answers import Unavailable
from readme2video.kie.client import KieClient
from readme2video.kie.clock import Clock
from readme2video.ledger import Ledger
from readme2video.model.order import Attempt
from readme2video.orders import age_s, mismatch

_DOUBT_S = 900.0
"""How long after a request a callback about it is waited for; then a person has to look."""
_LOOK_S, _ASK_S = 1.0, 5.0
"""How often it is looked whether one came, and how often the provider is asked about the task it names."""


async def claimed(
    attempt: Attempt, client: KieClient, ledger: Ledger, folder: Path, clock: Clock, emit: Emit
) -> Attempt:
    """The attempt, linked to its task when a callback names one that is proven to be its own; else as it was.

    Args:
        folder: The store's, where callbacks leave their marks.

    Raises:
        CredentialsError: The key is refused.
        PaymentInDoubtError: The task belongs to another attempt.
    """
    scene, until = ", ".join(attempt.order.scenes), clock.monotonic() + max(0.0, _DOUBT_S - age_s(attempt, clock.now()))
    while True:
        named = woken(folder).get(attempt.id)
        why = await _refuted(attempt, named, client) if named else ""
        if named and why is None:
            clear(folder, attempt.id)
            emit(
                Notice("info", f"{scene}: a callback named the lost task, {named}; its record proves that it is ours.")
            )
            return await asyncio.to_thread(ledger.adopt, attempt.id, named)
        if why:
            emit(Notice("warning", f"{scene}: a callback named task {named}, but {why}. It changes nothing."))
        if why or named == "":
            clear(folder, attempt.id)
        if clock.monotonic() >= until:
            return attempt
        await clock.sleep(_ASK_S if named else _LOOK_S)


async def _refuted(attempt: Attempt, task_id: str, client: KieClient) -> str | None:
    """Why a task is not the attempt's; None when it is, "" when that cannot be told yet."""
    try:
        state = await client.task(task_id, family=attempt.order.family)
    except Unavailable:
        return ""
    if state.state == "missing" or (state.state == "unreadable" and not state.param):
        return ""
    return mismatch(attempt, state.param, state.model)
