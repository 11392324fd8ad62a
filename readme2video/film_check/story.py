"""Family S, story and time: length, order, the hook, and whether every word has a source."""

from __future__ import annotations

from collections.abc import Iterator

from readme2video.model.check import Verdict
from readme2video.model.report import Report, ReportedScene, ReportedString
from readme2video.model.vocabulary import SceneKind

BEST_LENGTH_S = (20.0, 45.0)
READABLE_BY_S, CHANGED_BY_S, COMPLETE_BY_S = 0.3, 2.0, 3.0
MOST_HOOK_WORDS = 6

_PLACES: dict[SceneKind, tuple[int, ...]] = {
    "title": (0, 1),
    "release": (0, 1, 2),
    "problem": (0, 1),
    "quote": (0, 2),
    "stats": (0, 2),
    "before_after": (1, 2),
    "feature": (2,),
    "features": (2,),
    "code": (2,),
    "diff": (2,),
    "terminal": (2,),
    "image": (2,),
    "chart": (2,),
    "install": (3,),
    "call_to_action": (4,),
}
"""Where in the story a kind of scene may stand: hook, promise, proof and features, install, call to action."""


def length_check(duration_s: float) -> Verdict:
    """S1."""
    said = f"{duration_s:.1f} s"
    if BEST_LENGTH_S[0] <= duration_s <= BEST_LENGTH_S[1]:
        return Verdict(level="pass", rule="S1 length", detail=said)
    fix = "20 to 45 s are watched to the end; use --length, or shorten scenes in the storyboard."
    return Verdict(level="warn", rule="S1 length", detail=said, fix=fix)


def story_checks(report: Report) -> tuple[Verdict, ...]:
    """S2, S4 and S5: what the report alone tells."""
    return (_order(report), *_sourced(report), *_installed(report))


def _order(report: Report) -> Verdict:
    rule, reached = "S2 order", 0
    for place, scene in enumerate(report.scenes):
        fits = [rank for rank in _PLACES[scene.kind] if rank >= reached and (place or rank == 0)]
        if not fits:
            said = f"{scene.kind} as scene {place + 1} of {len(report.scenes)}"
            fix = "Tell hook, promise, features and proof, install, call to action, in this order."
            return Verdict(level="warn", rule=rule, detail=said, fix=fix, scene=scene.id, time_s=scene.start_s)
        reached = min(fits)
    if report.scenes and report.scenes[-1].kind not in ("call_to_action", "install"):
        fix = "End with what the viewer shall do: a call to action or an install scene."
        last = report.scenes[-1]
        said = f"ends with {last.kind}"
        return Verdict(level="warn", rule=rule, detail=said, fix=fix, scene=last.id, time_s=last.start_s)
    return Verdict(level="pass", rule=rule, detail=" → ".join(scene.kind.replace("_", " ") for scene in report.scenes))


def hook_check(
    readable: float | None, changed_s: float | None, words: str, complete_s: float, *, black: bool
) -> Verdict:
    """S3: the first seconds, in pixels.

    Args:
        readable: Likeness of the hook's words at 0.3 s; None when none stand there yet.
        changed_s: When the picture visibly changed.
        words: The first scene's headline.
        complete_s: When all its words stand.
        black: Whether the first frame is black.
    """
    rule = "S3 hook"
    if black:
        fix = "Choose a lighter theme, or another first scene."
        return Verdict(level="fail", rule=rule, detail="the first frame is black", fix=fix, time_s=0.0)
    if readable is None or readable < 0.9:
        said = "no words" if readable is None else f"words at a likeness of {readable:.2f}"
        fix = "Begin with a scene whose headline stands at once: title or problem."
        return Verdict(level="fail", rule=rule, detail=f"{said} by {READABLE_BY_S:g} s", fix=fix, time_s=READABLE_BY_S)
    if changed_s is None or changed_s > CHANGED_BY_S:
        said = "nothing changes" if changed_s is None else f"nothing changes before {changed_s:.1f} s"
        fix = "Give the first scene a motion or a subline."
        return Verdict(level="fail", rule=rule, detail=said, fix=fix, time_s=CHANGED_BY_S)
    said = f"readable by {READABLE_BY_S:g} s ({readable:.3f}), moves at {changed_s:.1f} s"
    if complete_s > COMPLETE_BY_S:
        fix = "Fewer words in the first scene."
        said = f"complete only at {complete_s:.1f} s"
        return Verdict(level="warn", rule=rule, detail=said, fix=fix, time_s=complete_s)
    if len(words.split()) > MOST_HOOK_WORDS:
        said = f"{len(words.split())} words; {MOST_HOOK_WORDS} are taken in at a glance"
        return Verdict(level="warn", rule=rule, detail=said, fix="A shorter first headline.", time_s=0.0)
    return Verdict(level="pass", rule=rule, detail=said)


def _sourced(report: Report) -> Iterator[Verdict]:
    rule = "S4 sources"
    good = True
    for scene in report.scenes:
        wrong = [(string, why) for string in scene.strings if (why := _unsourced(string))]
        if wrong:
            good = False
            string, why = wrong[0]
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            yield Verdict(
                level="fail",
                rule=rule,
                detail=f"{_short(string.text)}: {why}{more}",
                fix=f"Change {string.path} in the storyboard, or its source.",
                scene=scene.id,
                time_s=scene.start_s,
            )
    if good:
        strings = [string for scene in report.scenes for string in scene.strings]
        own = sum(string.source == "author" for string in strings)
        by_hand = f", {own} of them written by hand" if own else ""
        yield Verdict(level="pass", rule=rule, detail=f"{len(strings)} strings, each with its source{by_hand}")


def _unsourced(string: ReportedString) -> str:
    if string.problem:
        return string.problem
    if string.source not in ("copy", "author") and not string.quote.strip():
        return f"nothing stands at {string.source}"
    return ""


def _installed(report: Report) -> Iterator[Verdict]:
    rule = "S5 install"
    found = [(scene, string) for scene in report.scenes for string in scene.strings if _is_command(scene, string)]
    for scene, string in found:
        if string.source == "author":
            continue
        if " ".join(string.text.split()) not in " ".join(string.quote.split()):
            yield Verdict(
                level="fail",
                rule=rule,
                detail=f"{_short(string.text)} does not stand at {string.source}",
                fix="Copy the command as it stands in the README.",
                scene=scene.id,
                time_s=scene.start_s,
            )
            return
    if found:
        yield Verdict(level="pass", rule=rule, detail=f"{_short(found[0][1].text)}, as in {found[0][1].source}")
    else:
        yield Verdict(level="pass", rule=rule, detail="the film shows no install command")


def _is_command(scene: ReportedScene, string: ReportedString) -> bool:
    return scene.kind in ("install", "call_to_action") and string.path.split(".")[0] in ("command", "others")


def _short(text: str) -> str:
    said = " ".join(text.split())
    return f"“{said}”" if len(said) <= 48 else f"“{said[:47]}…”"
