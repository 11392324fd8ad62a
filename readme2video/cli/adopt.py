"""A payment in doubt, settled by a person: ``adopt`` and its ``--pay-again`` and ``--skip``; and the ledger's table."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.cli.run import guarded, run_to_end
from readme2video.cli.terminal import clean_line, encodable

if TYPE_CHECKING:
    from rich.table import Table

    from readme2video.ledger import Ledger
    from readme2video.model.order import Attempt
    from readme2video.orders import Decision

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
        from readme2video.settling import check_task_is_free, nothing_in_doubt, open_questions, proven

        settings = load_settings({"out": out}, os.environ, Path.cwd())
        folder, project = _ledger_folder(settings.out)
        with _ledger(folder) as ledger:
            check_task_is_free(ledger, scene, task)
            candidates = open_questions(ledger, project, scene)
            attempt, state = run_to_end(lambda: proven(settings.kie, candidates, scene, task))
            with _holding(folder, attempt.order.project):
                ledger.settle_left(attempt.order.project)
                check_task_is_free(ledger, scene, task)
                if attempt.id not in {one.id for one in open_questions(ledger, project, scene)}:
                    raise nothing_in_doubt(ledger.attempts(project), scene)  # another run was quicker
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
        from readme2video.settling import decide as settle
        from readme2video.settling import undecided

        settings = load_settings({"out": out}, os.environ, Path.cwd())
        folder, project = _ledger_folder(settings.out)
        with _ledger(folder) as ledger:
            projects = sorted({one.order.project for one in undecided(ledger, project, scene)})
            if len(projects) > 1:
                raise UsageError(
                    f"{scene} is in doubt in several projects: {', '.join(projects)}.",
                    hint=f"Name the project's folder: --out {settings.out / projects[0]}",
                )
            with _holding(folder, projects[0]):
                ledger.settle_left(projects[0])
                decided = settle(ledger, undecided(ledger, projects[0], scene), decision)
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


def _say(attempts: Sequence[Attempt], text: str, *, as_json: bool) -> None:
    if as_json:
        rows = [attempt.model_dump(mode="json") for attempt in attempts]
        print(json.dumps({"exit_code": 0, "message": text, "attempts": rows}))
    else:
        print(encodable(clean_line(text), sys.stdout))
