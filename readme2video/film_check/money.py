"""Family M, money: the ledger, the report and the film tell the same story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from readme2video.model.check import Verdict
from readme2video.model.order import USD_PER_CREDIT, Attempt
from readme2video.model.report import Report

_STATUS = "Look with `readme2video status`."
_ROUNDING_USD = 0.005
_LEDGER_RULES = ("M2 one order each", "M3 uploads", "M4 bought scenes")
_NOT_TAKEN = ("prepared", "refused")


def money_checks(report: Report, attempts: Sequence[Attempt] | None) -> tuple[Verdict, ...]:
    """M1 to M4.

    Args:
        attempts: The project's in the ledger; None when there is no ledger to look into.
    """
    bought = [scene for scene in report.scenes if scene.task_id is not None]
    if attempts is None and not bought:
        free = (Verdict(level="pass", rule=rule, detail="nothing was bought") for rule in _LEDGER_RULES)
        return (_within_cap(report, ()), *free)
    if attempts is None:
        said, fix = "the ledger is not there", "Check the folder where it was made, with output/.store beside it."
        lost = (Verdict(level="warn", rule=rule, detail=said, fix=fix) for rule in _LEDGER_RULES)
        return (_within_cap(report, ()), *lost)
    sent = [attempt for attempt in attempts if attempt.state not in _NOT_TAKEN]
    return (_within_cap(report, sent), _once(sent), _uploads(sent), _scenes(report, sent))


def _within_cap(report: Report, sent: Sequence[Attempt]) -> Verdict:
    cost = report.cost
    spent = cost.spent_usd + cost.claude_usd
    tasks = {scene.task_id for scene in report.scenes}
    booked = sum(attempt.spent_credits for attempt in sent if attempt.task_id in tasks) * USD_PER_CREDIT
    said = f"${spent:.2f}" if spent else "nothing was bought"
    if sent and booked + cost.claude_usd > spent + _ROUNDING_USD:
        said, spent = f"${spent:.2f} reported, ${booked + cost.claude_usd:.2f} in the ledger", booked + cost.claude_usd
    if cost.cap_usd is None:
        return Verdict(level="pass", rule="M1 cost", detail=f"{said}; no limit was set" if spent else said)
    said += f" of ${cost.cap_usd:.2f}"
    if spent > cost.cap_usd + _ROUNDING_USD:
        return Verdict(level="fail", rule="M1 cost", detail=said, fix=_STATUS)
    return Verdict(level="pass", rule="M1 cost", detail=said)


def _once(sent: Sequence[Attempt]) -> Verdict:
    """What a person decided about an attempt in doubt may be ordered again; so may what cost nothing."""
    rule = "M2 one order each"
    charged = [attempt for attempt in sent if attempt.state != "failed" or attempt.spent_credits]
    orders: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in charged:
        orders[attempt.order.input_hash].append(attempt)
    twice = [group for group in orders.values() if len(group) > 1]
    undecided = [group for group in twice if not any(attempt.decision for attempt in group)]
    if undecided:
        scene = undecided[0][0].order.scenes[0].partition("@")[0]
        said = f"{len(undecided)} pictures were ordered and charged more than once"
        return Verdict(level="fail", rule=rule, detail=said, fix=_STATUS, scene=scene)
    if twice:
        said = f"{len(charged)} orders; {len(twice)} were paid again, as decided"
        return Verdict(level="pass", rule=rule, detail=said)
    return Verdict(level="pass", rule=rule, detail=f"{len(charged)} orders for {len(orders)} pictures")


def _uploads(sent: Sequence[Attempt]) -> Verdict:
    """Each order names the pictures it was given; each name holds the order's own id."""
    rule = "M3 uploads"
    named = [(attempt, address) for attempt in sent for address in _addresses(attempt.order.body)]
    shared = [address for address, count in Counter(address for _, address in named).items() if count > 1]
    foreign = [attempt for attempt, address in named if attempt.id not in address]
    bare = [attempt for attempt in sent if attempt not in [one for one, _ in named]]
    for wrong, what in ((shared, "pictures named by two orders"), (foreign, "orders name a picture of another")):
        if wrong:
            return Verdict(level="fail", rule=rule, detail=f"{len(wrong)} {what}", fix=_STATUS)
    said = f"{len(named)} pictures uploaded, each named by its own order"
    if bare:
        said += f"; {len(bare)} orders had none"
    return Verdict(level="pass", rule=rule, detail=said)


def _addresses(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _addresses(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _addresses(inner)


def _scenes(report: Report, sent: Sequence[Attempt]) -> Verdict:
    """What the report calls bought was bought, and the ledger knows it by the same task."""
    rule = "M4 bought scenes"
    done = {attempt.task_id for attempt in sent if attempt.state in ("done", "waived") and attempt.task_id}
    for scene in report.scenes:
        if (scene.animator == "kie") != (scene.task_id is not None) or (scene.task_id and scene.task_id not in done):
            said = f"{scene.id} is said to be moved by {scene.animator}, task {scene.task_id}; the ledger has no such"
            return Verdict(level="fail", rule=rule, detail=said, fix=_STATUS, scene=scene.id, time_s=scene.start_s)
    count = sum(scene.task_id is not None for scene in report.scenes)
    return Verdict(level="pass", rule=rule, detail=f"{count} of {len(report.scenes)} scenes, all in the ledger")
