"""A payment in doubt, settled by a person: ``adopt`` and its ``--pay-again`` and ``--skip``; and the ledger's table."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.cli.run import guarded, run_to_end
from readme2video.cli.terminal import clean_line, encodable

if TYPE_CHECKING:
    from rich.table import Table

    from readme2video.kie.answers import TaskState
    from readme2video.ledger import Ledger
    from readme2video.model.order import Attempt, Family
    from readme2video.orders import Decision
    from readme2video.settings import Settings

_NEXT = "Run the same `readme2video make` command again."
_STATES = {
    "running": "It is still being made; the next run waits for it.",
    "success": "It is ready; the next run fetches it.",
    "failed": "It failed; the next run says so and makes the scene locally.",
}


def adopt(out: Path | None, scene: str, task: str, *, as_json: bool = False) -> int:
    """``adopt --task``: link a task to the scene whose answer was lost, once it is proven to be ours; buys nothing."""

    def work() -> int:
        from readme2video.settings import load_settings

        settings = load_settings({"out": out}, os.environ, Path.cwd())
        folder, project = _ledger_folder(settings.out)
        with _ledger(folder) as ledger:
            _check_task_is_free(ledger, scene, task)
            candidates = _open_questions(ledger, project, scene)
            attempt, state = run_to_end(lambda: _prove(settings, candidates, scene, task))
            with _holding(folder, attempt.order.project):
                ledger.settle_left(attempt.order.project)
                _check_task_is_free(ledger, scene, task)
                if attempt.id not in {one.id for one in _open_questions(ledger, project, scene)}:
                    raise _nothing_in_doubt(ledger.attempts(project), scene)  # another run was quicker
                adopted = ledger.adopt(attempt.id, task)
        said = f"Task {task} is the clip of {scene}: model, prompt and picture agree. Nothing was bought."
        if adopted.state == "waived":
            following = "It was ordered again meanwhile, so it was paid for twice; both tasks are in the ledger."
        else:
            following = f"{_STATES.get(state.state, '')} {_NEXT}".strip()
        _say([adopted], f"{said} {following}", as_json=as_json)
        return 0

    return guarded(work, as_json=as_json)


def decide(out: Path | None, scene: str, decision: Decision, *, as_json: bool = False) -> int:
    """``adopt --pay-again`` and ``--skip``: a person's word on a scene whose answer was lost; buys nothing yet."""

    def work() -> int:
        from readme2video.errors import UsageError
        from readme2video.orders import PAY_AGAIN, usd
        from readme2video.settings import load_settings

        settings = load_settings({"out": out}, os.environ, Path.cwd())
        folder, project = _ledger_folder(settings.out)
        with _ledger(folder) as ledger:
            projects = sorted({one.order.project for one in _undecided(ledger, project, scene)})
            if len(projects) > 1:
                raise UsageError(
                    f"{scene} is in doubt in several projects: {', '.join(projects)}.",
                    hint=f"Name the project's folder: --out {settings.out / projects[0]}",
                )
            with _holding(folder, projects[0]):
                ledger.settle_left(projects[0])
                decided = [ledger.waive(one.id, decision) for one in _undecided(ledger, projects[0], scene)]
        price = usd(sum(one.order.credits for one in decided))
        after = (
            f"The next run orders it again, about {price}. The first request stays counted as spent."
            if decision == PAY_AGAIN
            else "It gets local motion; its request stays counted as spent."
        )
        _say(decided, f"{scene}: {decision}. {after} {_NEXT}", as_json=as_json)
        return 0

    return guarded(work, as_json=as_json)


def ledger_table(attempts: Sequence[Attempt]) -> Table:
    """The attempts as a table for a terminal; what is in doubt is marked."""
    from rich.table import Table
    from rich.text import Text

    from readme2video.orders import usd

    table = Table(box=None, pad_edge=False, show_edge=False)
    several = len({attempt.order.project for attempt in attempts}) > 1
    names = [*(["Project"] if several else []), "Scene", "State", "Model", "Task", "Credits", "USD", "Sent", "Note"]
    for name in names:
        table.add_column(name, justify="right" if name in ("Credits", "USD") else "left", overflow="fold")
    for attempt in attempts:
        counted = attempt.spent_credits
        cells = [
            *([attempt.order.project] if several else []),
            ", ".join(attempt.order.scenes),
            "in doubt" if attempt.state in ("unknown", "sending") else attempt.state,
            attempt.order.model,
            attempt.task_id or "-",
            f"{counted:g}",
            usd(counted),
            attempt.sent_at[:16].replace("T", " ") or "-",
            " ".join(part for part in (attempt.decision, attempt.reason) if part),
        ]
        style = "yellow" if attempt.state in ("unknown", "sending") else ""
        table.add_row(*(Text(clean_line(cell), style=style) for cell in cells))
    return table


# ---------------------------------------------------------------------------------------------------- inside


def _ledger_folder(out: Path) -> tuple[Path, str | None]:
    """The store of an output folder, and the project if ``out`` is a project's own folder inside it."""
    from readme2video.errors import UsageError
    from readme2video.ledger import FILE

    for root, project in ((out, None), (out.absolute().parent, out.absolute().name)):
        if (root / ".store" / FILE).exists():
            return root / ".store", project
    raise UsageError(
        f"Nothing was ever ordered from {out}.", hint="Name the folder the film was made in: --out DIR (as for make)."
    )


@contextmanager
def _ledger(folder: Path) -> Iterator[Ledger]:
    from readme2video.ledger import Ledger

    ledger = Ledger(folder)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def _holding(folder: Path, project: str) -> Iterator[None]:
    """A run that is on its way has the word; nothing is changed behind its back."""
    from readme2video.events import ignore
    from readme2video.store import Store

    store = Store(folder, ignore)
    try:
        with store.holding(project):
            yield
    finally:
        store.close()


def _open_questions(ledger: Ledger, project: str | None, scene: str) -> list[Attempt]:
    """Attempts for a scene, named with its aspect or without, that no task is linked to."""
    return [
        one
        for one in ledger.attempts(project)
        if one.state in ("unknown", "sending", "waived") and one.task_id is None and _is_of(one, scene)
    ]


def _is_of(attempt: Attempt, scene: str) -> bool:
    return any(scene in (label, label.partition("@")[0]) for label in attempt.order.scenes)


def _undecided(ledger: Ledger, project: str | None, scene: str) -> list[Attempt]:
    """Those a decision still changes something for: nothing was ordered in their place, or the clip is gone."""
    from readme2video.orders import KEPT_S, age_s

    found = [
        one
        for one in _open_questions(ledger, project, scene)
        if one.state != "waived" or ledger.last(one.order.input_hash, one.order.project) == one
    ]
    now = datetime.now(UTC)
    found += [
        one
        for one in ledger.attempts(project)
        if one.state == "created" and age_s(one, now) >= KEPT_S and _is_of(one, scene)
    ]
    if not found:
        raise _nothing_in_doubt(ledger.attempts(project), scene)
    return found


def _check_task_is_free(ledger: Ledger, scene: str, task: str) -> None:
    from readme2video.errors import UsageError

    for one in ledger.attempts():
        if one.task_id == task:
            raise UsageError(
                f"Task {task} is in the ledger already, for {', '.join(one.order.scenes)} of {one.order.project} "
                f"({one.state}).",
                hint="`readme2video status` lists what was ordered.",
                scene=scene,
            )


def _nothing_in_doubt(attempts: Sequence[Attempt], scene: str) -> Exception:
    from readme2video.errors import UsageError

    names = {label for one in attempts if one.state in ("unknown", "sending") for label in one.order.scenes}
    return UsageError(
        f"No payment of {scene} is in doubt.",
        hint=f"In doubt are: {', '.join(sorted(names))}." if names else "Nothing is in doubt in this folder.",
    )


async def _prove(settings: Settings, candidates: Sequence[Attempt], scene: str, task: str) -> tuple[Attempt, TaskState]:
    """The one attempt the task is proven to belong to, going by the provider's own record of it."""
    from readme2video.errors import CredentialsError, PausedError, UsageError
    from readme2video.kie.client import KieClient
    from readme2video.orders import mismatch

    if not candidates:
        raise UsageError(f"No payment of {scene} is in doubt.", hint="`readme2video status` lists what was ordered.")
    if settings.kie.key is None:
        raise CredentialsError("KIE_API_KEY is not set, and only Kie can say whose task that is.", scene=scene)
    families: list[Family] = list(dict.fromkeys(one.order.family for one in candidates))
    why = ""
    async with KieClient(settings.kie) as client:
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


def _say(attempts: Sequence[Attempt], text: str, *, as_json: bool) -> None:
    if as_json:
        rows = [attempt.model_dump(mode="json") for attempt in attempts]
        print(json.dumps({"exit_code": 0, "message": text, "attempts": rows}))
    else:
        print(encodable(clean_line(text), sys.stdout))
