"""What a film would cost and what to say about money: the plan, its rows, and the sentences of a payment in doubt."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import unquote, urlsplit

from readme2video.errors import PaymentInDoubtError, SceneRefusedError
from readme2video.model.order import USD_PER_CREDIT, Attempt, AttemptState, OrderPlan, PlannedOrder
from readme2video.model.report import Cost

PLAN_COLUMNS = ("Scene", "Model", "Needed", "Bought", "Credits", "USD", "State")
LOGS_PAGE = "https://kie.ai/logs"
KEPT_S = 14 * 86400
"""How long the provider keeps a finished clip (kie.ai's pages on tasks), seconds."""

PAY_AGAIN: Final = "pay again"
SKIP: Final = "skip"
Decision = Literal["pay again", "skip"]
"""What a person can decide about an attempt in doubt; kept in ``Attempt.decision``."""

Standing = Literal["to buy", "bought", "running", "in doubt", "local"]

_STANDINGS: dict[AttemptState, Standing] = {
    "sending": "in doubt",
    "unknown": "in doubt",
    "created": "running",
    "done": "bought",
}
_OLD_DAYS = 60
_ROUNDING = 1e-6


# ---------------------------------------------------------------------------------------------------- the plan


def standing(newest: Attempt | None) -> Standing:
    """How an input stands in the plan, by its newest attempt."""
    if newest is None:
        return "to buy"
    if newest.state == "waived" and newest.decision == SKIP:
        return "local"
    return _STANDINGS.get(newest.state, "to buy")


def plan_orders(
    lines: Sequence[PlannedOrder],
    *,
    model: str,
    price_date: str,
    balance_credits: float | None = None,
    max_cost_usd: float | None = None,
    lost_credits: float = 0.0,
    today: date | None = None,
) -> OrderPlan:
    """The plan of a film: what the cap leaves is bought in the order of the scenes, the rest is local and says so.

    Args:
        lines: One per scene, as if there were no cap.
        lost_credits: Spent or in doubt in the same project, but in none of these lines; the cap counts it.
        today: To say that a price was seen long ago.
    """
    cap = None if max_cost_usd is None else max_cost_usd / USD_PER_CREDIT
    committed = lost_credits + sum(line.credits for line in lines if line.state in ("bought", "running", "in doubt"))
    planned: list[PlannedOrder] = []
    for line in lines:
        if line.state != "to buy":
            planned.append(line)
        elif cap is not None and committed + line.credits > cap + _ROUNDING:
            over = f"over --max-cost {usd(cap)}"
            planned.append(line.model_copy(update={"state": "local", "note": _joined(line.note, over)}))
        else:
            committed += line.credits
            planned.append(line)
    plan = OrderPlan(
        lines=tuple(planned), model=model, price_date=price_date, balance_credits=balance_credits, cap_credits=cap
    )
    return plan.model_copy(update={"warnings": tuple(_warnings(lines, plan, lost_credits, today))})


def _warnings(asked: Sequence[PlannedOrder], plan: OrderPlan, lost_credits: float, today: date | None) -> Iterator[str]:
    if lost_credits and plan.cap_credits is not None:
        lost = _money(lost_credits)
        yield f"{lost} of other orders of this project are spent or in doubt, and count under --max-cost."
    left_out = [old.scene for old, new in zip(asked, plan.lines, strict=True) if old.state != new.state]
    if left_out:
        yield f"--max-cost leaves out {', '.join(left_out)}: local motion instead. Raise it later to upgrade them."
    if plan.balance_credits is not None and plan.balance_credits + _ROUNDING < plan.credits:
        yield f"The balance of {_money(plan.balance_credits)} does not pay for {_money(plan.credits)}. Top up at https://kie.ai."
    if plan.credits and not plan.price_date:
        yield "It is not known when the price was seen."
    elif plan.credits and today is not None:
        with suppress(ValueError):  # a user's own row may say anything
            seen = (today - date.fromisoformat(plan.price_date)).days
            if seen > _OLD_DAYS:
                yield f"The price was seen {seen} days ago and may have changed."


def plan_rows(plan: OrderPlan) -> tuple[tuple[str, ...], ...]:
    """The plan's rows, as wide as ``PLAN_COLUMNS``; the last one adds up what is to be bought."""
    rows = [
        (
            line.scene,
            line.model if line.state != "local" else "-",
            f"{line.needed_s:.1f} s",
            f"{line.bought_s:g} s" if line.state != "local" else "-",
            f"{line.credits:g}" if line.state != "local" else "-",
            usd(line.credits) if line.state != "local" else "-",
            _joined(line.state, line.note),
        )
        for line in plan.lines
    ]
    buying = [line for line in plan.lines if line.state == "to buy"]
    total = (
        "to buy",
        "",
        f"{sum(line.needed_s for line in buying):.1f} s",
        f"{sum(line.bought_s for line in buying):g} s",
        f"{plan.credits:g}",
        usd(plan.credits),
        f"{len(buying)} of {len(plan.lines)} scenes",
    )
    return (*rows, total)


def plan_summary(plan: OrderPlan) -> tuple[str, ...]:
    """The sentences below the rows: price, worst case, balance, cap, what is bought or in doubt, warnings."""
    said = []
    if plan.credits:
        seen = f"price of {plan.price_date}" if plan.price_date else "price of unknown date"
        said.append(f"To buy now with {plan.model}: {_money(plan.credits)}, {seen}.")
    else:
        said.append("Nothing to buy.")
    for state, words in (("bought", "Already bought"), ("running", "Ordered, on its way"), ("in doubt", "In doubt")):
        found = [line for line in plan.lines if line.state == state]
        if found:
            names, worth = ", ".join(line.scene for line in found), sum(line.credits for line in found)
            counted = "; counted as spent, nothing is sent again" if state == "in doubt" else ""
            said.append(f"{words}: {names} ({_money(worth)}{counted}).")
    committed = sum(line.credits for line in plan.lines if line.state in ("bought", "running", "in doubt"))
    if plan.credits:
        said.append(
            f"Worst case for the whole film: {_money(committed + plan.credits)}. A clip that fails may be charged too."
        )
    if plan.cap_credits is not None:
        said.append(f"Cap (--max-cost): {_money(plan.cap_credits)}.")
    if plan.balance_credits is None:
        said.append("The balance could not be asked.")
    else:
        said.append(
            f"Balance: {_money(plan.balance_credits)}, {plan.balance_credits - plan.credits:g} credits afterwards."
        )
    return (*said, *plan.warnings)


def plan_lines(plan: OrderPlan) -> tuple[str, ...]:
    """Rows and sentences as plain text, for logs and pipes."""
    rows = (PLAN_COLUMNS, *plan_rows(plan))
    widths = [max(len(row[column]) for row in rows) for column in range(len(PLAN_COLUMNS))]
    numbers = range(2, 6)
    aligned = (
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return (*aligned, "", *plan_summary(plan))


def cost(attempts: Iterable[Attempt]) -> Cost:
    """What attempts cost, and what they may have cost besides; not Claude's part."""
    spent = doubt = 0.0
    for attempt in attempts:
        if attempt.state in ("sending", "unknown") or (attempt.state == "waived" and attempt.task_id is None):
            doubt += attempt.spent_credits
        elif attempt.state != "prepared":
            spent += attempt.spent_credits
    return Cost(spent_credits=spent, in_doubt_credits=doubt, spent_usd=round(spent * USD_PER_CREDIT, 4))


# ---------------------------------------------------------------------------------------------------- in doubt


def in_doubt(attempt: Attempt, out: Path | None = None) -> PaymentInDoubtError:
    """The error for an attempt whose answer was lost: what happened, and every way to settle it."""
    return PaymentInDoubtError(doubt(attempt), hint=" ".join(ways_to_settle(attempt, out)), scene=attempt.order.scene)


def doubt(attempt: Attempt) -> str:
    """What a person has to know about a paid request whose answer was lost."""
    scenes = attempt.order.scenes
    head = f"{'Scene' if len(scenes) == 1 else 'Scenes'} {', '.join(scenes)}"
    when = f" at {_moment(attempt.sent_at)}" if attempt.sent_at else ""
    why = f" ({attempt.reason.rstrip('.')})" if attempt.reason else ""
    return (
        f"{head}: a paid request was sent{when} and no usable answer arrived{why}. It may or may not have been charged "
        f"(about {usd(attempt.order.credits)}). Nothing was sent again."
    )


def ways_to_settle(attempt: Attempt, out: Path | None = None) -> tuple[str, ...]:
    """What can be done about it, the free ways first; each with its command."""
    scene = attempt.order.scene or ""
    command = _adopt(scene, out)
    return (
        where_to_look(attempt),
        f"If it is there, take its clip, nothing is paid again: `{command} --task TASK`.",
        f"If it is not there, or if about {usd(attempt.order.credits)} may be paid twice: `{command} --pay-again`.",
        f"To do without the clip: `{command} --skip`.",
    )


def where_to_look(attempt: Attempt) -> str:
    """Where a task whose number was lost can be found, and by what."""
    picture = next((name for name in file_names(attempt.order.body) if attempt.id in name), "")
    look = f"`{picture}`" if picture else f"a task of {attempt.order.model} from that minute"
    return f"Look at {LOGS_PAGE} for {look}; it may take a few minutes to show up."


def gone(attempt: Attempt, out: Path | None = None) -> SceneRefusedError:
    """The error for a paid clip that the provider no longer keeps: what happened, and what another one costs."""
    scene = attempt.order.scene or ""
    return SceneRefusedError(
        f"{scene}: the clip of task {attempt.task_id} was paid for and is no longer available; "
        f"Kie keeps clips for {KEPT_S // 86400} days.",
        hint=f"Another one costs about {usd(attempt.order.credits)}: `{_adopt(scene, out)} --pay-again`, then the same "
        "command. Nothing is ordered again by itself.",
    )


def _adopt(scene: str, out: Path | None) -> str:
    return shlex.join(["readme2video", "adopt", *([] if out is None else ["--out", str(out)]), "--scene", scene])


def mismatch(attempt: Attempt, said: dict[str, Any] | None, model: str = "") -> str | None:
    """Why a task is not this attempt's; None when the provider's copy of the order proves that it is.

    Model and prompt have to be equal, and one of the pictures has to be the file that was uploaded for this very
    attempt: its name holds the attempt's id.

    Args:
        said: The provider's copy of the order.
        model: The model the provider names beside it.
    """
    body = attempt.order.body
    if not said:
        return "Kie does not say what was ordered with it"
    ours = body.get("model")
    theirs = said.get("model") or model or next(values_of("model", said), "")
    if ours is not None and theirs != ours:
        return f"its model is {theirs or 'not known'}, not {ours}"
    if _texts(values_of("prompt", said)) != _texts(values_of("prompt", body)):
        return "its prompt is another"
    if not any(_is_picture_of(attempt, name) for name in file_names(said)):
        return f"its picture is not the one uploaded for this attempt (r2v-…-{attempt.id}-….png)"
    return None


def _is_picture_of(attempt: Attempt, name: str) -> bool:
    return name.startswith("r2v-") and attempt.id in name.rpartition(".")[0].split("-")


def _texts(values: Iterator[Any]) -> list[str]:
    return sorted(str(value).strip() for value in values)


def age_s(attempt: Attempt, now: datetime) -> float:
    """How long ago it was sent, seconds, going by the wall clock; 0 when that says nonsense."""
    try:
        return max(0.0, (now - datetime.fromisoformat(attempt.sent_at)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def balance_evidence(before: float | None, after: float | None, expected_credits: float) -> str:
    """What the account's balance says about a lost answer. A hint for a person, never a reason to pay again."""
    if before is None or after is None:
        return "The balance before or after the request is not known."
    fell = before - after
    says = (
        "it was probably charged"
        if abs(fell - expected_credits) <= _ROUNDING
        else "it was probably not charged"
        if abs(fell) <= _ROUNDING
        else "something else moved it too, so this says little"
    )
    return (
        f"The balance went from {before:g} to {after:g} credits, the clip costs {expected_credits:g}: {says}. "
        "Other use of the account, refunds and top-ups would look the same."
    )


# ---------------------------------------------------------------------------------------------------- what was sent


def values_of(key: str, value: Any) -> Iterator[Any]:
    """All values under a key, at any depth, also inside JSON that was sent as text."""
    value = _opened(value)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from values_of(key, inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from values_of(key, inner)


def file_names(value: Any) -> Iterator[str]:
    """The file names of all web addresses in a request, at any depth, also inside JSON that was sent as text."""
    value = _opened(value)
    if isinstance(value, (dict, list, tuple)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from file_names(inner)
    elif isinstance(value, str) and re.match(r"https?://", value):
        try:
            path = urlsplit(value).path
        except ValueError:
            return
        yield unquote(path.rpartition("/")[2])


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


# ---------------------------------------------------------------------------------------------------- words


def usd(credits: float) -> str:  # noqa: A002
    """Credits in dollars, with the tenth of a cent where there is one."""
    text = f"{credits * USD_PER_CREDIT:.3f}"
    return f"${text.removesuffix('0')}"


def _money(credits: float) -> str:  # noqa: A002
    return f"{credits:g} credits ({usd(credits)})"


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return text


def _joined(*words: str) -> str:
    return ", ".join(word for word in words if word)
