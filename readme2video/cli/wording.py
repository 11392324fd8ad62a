"""What is said of a run, in words: a line for each event that is worth one."""

from __future__ import annotations

from readme2video.cli.terminal import clean_line
from readme2video.events import EnginesChosen, FellBack, FilmPlanned, Notice, Spent, WorkFailed
from readme2video.model.manuscript import Usage
from readme2video.model.order import USD_PER_CREDIT
from readme2video.model.record import Stage

DOING: dict[Stage, str] = {
    "read": "reading",
    "storyboard": "writing the storyboard",
    "shoot": "drawing",
    "animate": "getting its motion",
    "render": "rendering",
    "stitch": "joining",
    "check": "checking",
}
DID: dict[Stage, str] = {
    "read": "README read",
    "storyboard": "storyboard written",
    "shoot": "drawn",
    "animate": "motion chosen",
    "render": "rendered",
    "stitch": "joined",
    "check": "checked",
}


def engine_lines(event: EnginesChosen) -> tuple[str, ...]:
    """Which engines were chosen and why, as lines."""
    names = f"storyboard by {clean_line(event.storyboarder)}, motion by {clean_line(event.animator)}"
    return (names, *(clean_line(reason) for reason in event.reasons))


def plan_line(event: FilmPlanned) -> str:
    """What the film will be, as a line."""
    count = "1 scene" if len(event.scenes) == 1 else f"{len(event.scenes)} scenes"
    return clean_line(f"{count}, {event.duration_s:.1f} s, {' + '.join(event.aspects)}")


def money(spent: Spent | None) -> str:
    """Credits so far, as ``60 credits ($0.30), 30 in doubt``."""
    if spent is None or not (spent.credits or spent.in_doubt_credits):
        return "nothing bought"
    doubt = f", {spent.in_doubt_credits:g} in doubt" if spent.in_doubt_credits else ""
    return f"{spent.credits:g} credits (${spent.credits * USD_PER_CREDIT:.2f}){doubt}"


def written_line(usage: Usage) -> str:
    """What the storyboard cost, as ``storyboard $0.03 (2 answers)``."""
    price = f"${usage.usd:.2f}" if usage.usd is not None else "at a price that is not known"
    answers = "1 answer" if usage.requests == 1 else f"{usage.requests} answers"
    return f"storyboard {price} ({answers})"


def fell_back_line(event: FellBack) -> str:
    """A scene that was not bought, or a storyboard that was not, as a line."""
    if event.label == "storyboard":
        return f"warning: the storyboard is the offline one, and no clips are bought: {clean_line(event.reason)}"
    return f"warning: {clean_line(event.label)} moves locally: {clean_line(event.reason)}"


def notice_line(event: Notice) -> str:
    """A notice as a line; a warning says that it is one."""
    return ("warning: " if event.level == "warning" else "") + clean_line(event.message)


def failure_line(event: WorkFailed) -> str:
    """What failed and why, as a line."""
    return f"{doing(event.stage, event.label)} failed: {clean_line(event.message)}"


def doing(stage: Stage, label: str) -> str:
    """What is being done to what, as ``rendering features``."""
    name = clean_line(label).replace(">", " to ")
    return f"{DOING[stage]} {name}".rstrip()


def minutes(seconds: float) -> str:
    """A time since the start, as ``1:04``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
