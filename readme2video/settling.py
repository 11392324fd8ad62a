"""Settling a payment in doubt: a person's word, or a task proven to be ours, written into the ledger. Buys nothing.

The `adopt` command and the question of a run on a terminal both go through here; both hold the project meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from readme2video.errors import CredentialsError, PausedError, UsageError
from readme2video.kie.answers import TaskState
from readme2video.kie.client import KieClient
from readme2video.kie.clock import SYSTEM_CLOCK, Clock
from readme2video.ledger import Ledger
from readme2video.model.order import Attempt, Family
from readme2video.orders import KEPT_S, Decision, age_s, mismatch
from readme2video.settings import Kie

Says = Callable[[str], None]


@dataclass(frozen=True)
class Wait:
    """Leave it for a minute: the provider's page may show the task later."""


@dataclass(frozen=True)
class Adopt:
    """Claim a task."""

    task_id: str


@dataclass(frozen=True)
class Decide:
    """Pay again, or do without the clip."""

    decision: Decision


Settlement = Wait | Adopt | Decide
Ask = Callable[[Attempt, str], Awaitable[Settlement | None]]
"""Asks a person about an attempt in doubt, with what came of the last answer, "" at first; None leaves it in doubt."""


def open_questions(ledger: Ledger, project: str | None, scene: str) -> list[Attempt]:
    """Attempts for a scene, named with its aspect or without, that no task is linked to."""
    return [
        one
        for one in ledger.attempts(project)
        if one.state in ("unknown", "sending", "waived") and one.task_id is None and _is_of(one, scene)
    ]


def undecided(ledger: Ledger, project: str | None, scene: str) -> list[Attempt]:
    """Those a decision still changes something for: nothing was ordered in their place, or the clip is gone.

    Raises:
        UsageError: There are none.
    """
    found = [
        one
        for one in open_questions(ledger, project, scene)
        if one.state != "waived" or ledger.last(one.order.input_hash, one.order.project) == one
    ]
    now = datetime.now(UTC)
    found += [
        one
        for one in ledger.attempts(project)
        if one.state == "created" and age_s(one, now) >= KEPT_S and _is_of(one, scene)
    ]
    if not found:
        raise nothing_in_doubt(ledger.attempts(project), scene)
    return found


def decide(ledger: Ledger, attempts: Sequence[Attempt], decision: Decision) -> list[Attempt]:
    """Write a person's decision down."""
    return [ledger.waive(one.id, decision) for one in attempts]


def check_task_is_free(ledger: Ledger, scene: str, task: str) -> None:
    """Refuse a task that the ledger knows already.

    Raises:
        UsageError: It does.
    """
    for one in ledger.attempts():
        if one.task_id == task:
            raise UsageError(
                f"Task {task} is in the ledger already, for {', '.join(one.order.scenes)} of {one.order.project} "
                f"({one.state}).",
                hint="`readme2video status` lists what was ordered.",
                scene=scene,
            )


def nothing_in_doubt(attempts: Sequence[Attempt], scene: str) -> UsageError:
    """The error for a scene without an open question."""
    names = {label for one in attempts if one.state in ("unknown", "sending") for label in one.order.scenes}
    return UsageError(
        f"No payment of {scene} is in doubt.",
        hint=f"In doubt are: {', '.join(sorted(names))}." if names else "Nothing is in doubt in this folder.",
    )


async def proven(
    account: Kie, candidates: Sequence[Attempt], scene: str, task: str, clock: Clock = SYSTEM_CLOCK
) -> tuple[Attempt, TaskState]:
    """The one attempt the task is proven to belong to, going by the provider's own record of it.

    Raises:
        UsageError: It belongs to none of them, or there are none.
        CredentialsError: There is no key, or it is refused.
        PausedError: The provider cannot be asked, or its answer cannot be read.
    """
    if not candidates:
        raise UsageError(f"No payment of {scene} is in doubt.", hint="`readme2video status` lists what was ordered.")
    if account.key is None:
        raise CredentialsError("KIE_API_KEY is not set, and only Kie can say whose task that is.", scene=scene)
    families: list[Family] = list(dict.fromkeys(one.order.family for one in candidates))
    why = ""
    async with KieClient(account, clock=clock) as client:
        for family in families:
            state = await client.task(task, family=family)
            if state.state == "missing":
                why = why or "Kie knows no such task"
                continue
            if state.state == "unreadable" and not state.param:
                raise PausedError(
                    f"Kie's answer about task {task} cannot be read.", hint="Try again later.", scene=scene
                )
            for attempt in candidates:
                if attempt.order.family == family:
                    reason = mismatch(attempt, state.param, state.model)
                    if reason is None:
                        return attempt, state
                    why = reason
    raise UsageError(
        f"Task {task} is not the one that was sent for {scene}: {why}. Nothing was changed.",
        hint="Look at https://kie.ai/logs again: the right task shows the file name that `readme2video status` names.",
        scene=scene,
    )


async def settled(attempt: Attempt, answer: Adopt | Decide, ledger: Ledger, account: Kie, clock: Clock) -> str:
    """Carry out an answer about one attempt of a project that the caller holds; "" or why it could not be done."""
    scene = attempt.order.scene or ""
    if isinstance(answer, Decide):
        await asyncio.to_thread(decide, ledger, [attempt], answer.decision)
        return ""
    try:
        await asyncio.to_thread(check_task_is_free, ledger, scene, answer.task_id)
        await proven(account, [attempt], scene, answer.task_id, clock)
    except (UsageError, PausedError) as error:
        return f"{error.message} {error.hint}".strip()
    await asyncio.to_thread(ledger.adopt, attempt.id, answer.task_id)
    return ""


def _is_of(attempt: Attempt, scene: str) -> bool:
    return any(scene in (label, label.partition("@")[0]) for label in attempt.order.scenes)
