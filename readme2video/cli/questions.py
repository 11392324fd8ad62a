"""Questions on a terminal: whether to buy, and what becomes of a payment in doubt. Nobody is asked anywhere else."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from readme2video.cli.terminal import clean

if TYPE_CHECKING:
    from readme2video.cli.progress import Progress
    from readme2video.model.order import Attempt, OrderPlan
    from readme2video.pipeline import Agree
    from readme2video.settings import Settings
    from readme2video.settling import Ask, Settlement


def somebody_is_there() -> bool:
    """Whether questions can be seen and answered."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreement(settings: Settings, progress: Progress) -> Agree:
    """How a plan is agreed to: beforehand by ``--yes`` or ``--max-cost``, else by a question on a terminal."""

    async def agree(plan: OrderPlan) -> bool:
        if settings.yes or settings.max_cost is not None:
            return True
        if not somebody_is_there():
            return False
        with progress.paused():
            answer = await answered(f"Buy for {plan.credits:g} credits (${plan.usd:.2f})? [y/N] ")
        return answer is not None and answer.lower() in ("y", "yes")

    return agree


def settlement(settings: Settings, progress: Progress, *, as_json: bool, quiet: bool) -> Ask | None:
    """How a payment in doubt is settled: by a question, one at a time; None where nobody is to be asked."""
    if as_json or quiet or settings.yes or not somebody_is_there():
        return None
    one_at_a_time = asyncio.Lock()

    async def ask(attempt: Attempt, said: str) -> Settlement | None:
        async with one_at_a_time:
            with progress.paused():
                return await _settled(attempt, said)

    return ask


async def _settled(attempt: Attempt, said: str) -> Settlement | None:
    from readme2video.orders import PAY_AGAIN, SKIP, doubt, usd, where_to_look
    from readme2video.settling import Adopt, Decide, Wait

    told = said or f"{doubt(attempt)} {where_to_look(attempt)}"
    print(clean(told), file=sys.stderr)
    price = usd(attempt.order.credits)
    while True:
        answer = await answered(f"[w]ait / [a]dopt task id / [p]ay again (~{price}) / [s]kip scene: ")
        if answer is None:  # the end of input
            print(file=sys.stderr)
            return None
        word, _, task = answer.partition(" ")
        match word.lower():
            case "w" | "wait":
                return Wait()
            case "a" | "adopt":
                task = task.strip() or await answered("The task's id: ") or ""
                if task:
                    return Adopt(task)
            case "p" | "pay":
                return Decide(PAY_AGAIN)
            case "s" | "skip":
                return Decide(SKIP)
        print("Say w, a, p or s; the end of input (Ctrl-D) leaves it in doubt.", file=sys.stderr)


async def answered(question: str) -> str | None:
    """A line from the terminal, without blanks around it; None at the end of input. Ctrl-C leaves it at once."""
    print(question, end="", file=sys.stderr, flush=True)
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(sys.stdin.fileno(), typed.set)
    except NotImplementedError:  # Windows
        line = await asyncio.to_thread(sys.stdin.readline)
    else:
        try:
            await typed.wait()
        finally:
            loop.remove_reader(sys.stdin.fileno())
        line = sys.stdin.readline()  # a terminal gives whole lines
    return line.strip() if line else None
