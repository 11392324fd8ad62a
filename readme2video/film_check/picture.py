"""Family P, the picture: type, reading time, contrast, safe boxes, fidelity of the words, flashes, glyphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from readme2video.film_check.flash import LONGEST_BLACK_S, LONGEST_STILL_S, MOST_FLASHES, Course
from readme2video.film_check.words import Look
from readme2video.model.check import SeenElement, SeenScene, Verdict, VerdictLevel
from readme2video.model.film import LEGIBLE
from readme2video.model.report import Report, ReportedPicture, ReportedScene
from readme2video.model.shot import CODE_ROLES, LAYOUT_PX, Aspect
from readme2video.timeline import reading_time_s

FLOOR_PX: dict[Aspect, tuple[int, int]] = {"16:9": (36, 32), "9:16": (48, 42), "1:1": (40, 32)}
"""Words and code below these layout sizes are a warning."""
HARD_PX: dict[Aspect, tuple[int, int]] = {"16:9": (25, 25), "9:16": (42, 34), "1:1": (28, 28)}
"""Words and code below these sizes fail."""
SAFE_PX: dict[Aspect, tuple[int, int, int, int]] = {
    "16:9": (96, 54, 1824, 1026),
    "9:16": (64, 220, 1016, 1440),
    "1:1": (65, 65, 1015, 1015),
}
"""Left, top, right and bottom that words must not pass, in layout pixels."""
BUTTONS_PX = 916
"""In 9:16, words right of this lie under the buttons of some feeds."""

LEAST_CONTRAST, LEAST_CONTRAST_LARGE, AIMED_CONTRAST = 4.5, 3.0, 7.0
_TOLD_TO = 0.95
LEAST_LIKENESS, BENT_LIKENESS = 0.97, 0.90
LEAST_SHARPNESS, BLURRED_SHARPNESS = 0.80, 0.60
LONGEST_STILL_FAIL_S = 6.0
MOST_FLASH_FRAMES = 2

_LARGE = 2.0  # times the floor: what is read at a glance on a phone
_OVERHANG_PX = 6  # a letter may hang a little over its line
_LINE_S = 1.0  # a line of code is glanced at


def page_checks(report: Report) -> Iterator[Verdict]:
    """P1, P2, P4, P6 and P8 of every aspect: what the page measured and the renderer compared."""
    aspects = {video.aspect for video in report.videos}
    for aspect in [video.aspect for video in report.videos]:
        named = aspect if len(aspects) > 1 else None
        rows: list[tuple[str, Callable[[ReportedScene, ReportedPicture], Verdict | None], str]] = [
            ("P1 type size", lambda s, p: _type_size(s, p, report), _smallest(report, aspect)),
            ("P2 reading time", lambda s, p: _reading(s, p, report), "everything stands as long as it is read"),
            ("P4 safe box", lambda s, p: _safe(s, p, report), "all words are inside"),
            ("P6 locked words", lambda s, p: _locked(s, p), _worst_locked(report, aspect)),  # noqa: PLW0108
            ("P8 glyphs", lambda s, p: _glyphs(s, p), "every letter has a font"),  # noqa: PLW0108
        ]
        for rule, judge, good in rows:
            bad = [
                verdict
                for scene in report.scenes
                for picture in scene.pictures
                if picture.aspect == aspect and (verdict := judge(scene, picture)) is not None
            ]
            found = bad or [Verdict(level="pass", rule=rule, detail=good)]
            yield from (verdict.model_copy(update={"rule": rule, "aspect": named}) for verdict in found)


def _scale(report: Report, aspect: Aspect) -> float:
    """Film pixels per layout pixel."""
    width = next((video.size_px.width for video in report.videos if video.aspect == aspect), LAYOUT_PX[aspect].width)
    return width / LAYOUT_PX[aspect].width


def _smallest(report: Report, aspect: Aspect) -> str:
    sizes = [
        element.size_px / _scale(report, aspect)
        for scene in report.scenes
        for picture in scene.pictures
        if picture.aspect == aspect
        for element in picture.elements
        if element.size_px
    ]
    return f"smallest {min(sizes):.0f} px, {FLOOR_PX[aspect][0]} is the floor" if sizes else "no words were measured"


def _type_size(scene: ReportedScene, picture: ReportedPicture, report: Report) -> Verdict | None:
    scale = _scale(report, picture.aspect)
    worst: tuple[float, SeenElement, float, int, int] | None = None
    for element in picture.elements:
        floor = FLOOR_PX[picture.aspect][element.role in CODE_ROLES]
        hard = HARD_PX[picture.aspect][element.role in CODE_ROLES]
        size = element.size_px / scale
        if element.size_px and size < floor - 0.5 and (worst is None or size / floor < worst[0]):
            worst = size / floor, element, size, floor, hard
    if worst is None:
        return None
    _, element, size, floor, hard = worst
    return Verdict(
        level="fail" if size < hard - 0.5 else "warn",
        rule="",
        detail=f"{element.id} is set at {size:.0f} px; {floor} px is the floor",
        fix="Shorten its words.",
        scene=scene.id,
        time_s=round(scene.start_s + element.settled_s, 2),
    )


def _reading(scene: ReportedScene, picture: ReportedPicture, report: Report) -> Verdict | None:
    place = report.scenes.index(scene)
    after = report.scenes[place + 1].start_s if place + 1 < len(report.scenes) else scene.start_s + scene.duration_s
    end_s = min(scene.duration_s, after - scene.start_s)
    fix = "Give the scene more time or fewer words."
    short: list[tuple[float, Verdict]] = []
    for element in picture.elements:
        needed = _LINE_S if element.role in CODE_ROLES else reading_time_s(element.text, report.language)
        held = end_s - element.settled_s
        if held < needed - 0.1:
            verdict = Verdict(
                level="fail" if held < 0.6 * needed else "warn",
                rule="",
                detail=f"{element.id} stands {max(0.0, held):.1f} s; reading it takes {needed:.1f} s",
                fix=fix,
                scene=scene.id,
                time_s=round(scene.start_s + element.settled_s, 2),
            )
            short.append((held / needed, verdict))
    if short:
        return min(short, key=lambda pair: pair[0])[1]
    if scene.duration_s < scene.needed_s - 0.1:
        said = f"{scene.duration_s:.1f} s long; all its words take {scene.needed_s:.1f} s"
        bad = scene.duration_s < 0.6 * scene.needed_s
        level: VerdictLevel = "fail" if bad else "warn"
        return Verdict(level=level, rule="", detail=said, fix=fix, scene=scene.id, time_s=scene.start_s)
    return None


def _safe(scene: ReportedScene, picture: ReportedPicture, report: Report) -> Verdict | None:
    scale = _scale(report, picture.aspect)
    left, top, right, bottom = SAFE_PX[picture.aspect]
    hidden: Verdict | None = None
    for element in picture.elements:
        box = element.box
        edges = (box.x / scale, box.y / scale, box.right / scale, box.bottom / scale)
        over = (left - edges[0], top - edges[1], edges[2] - right, edges[3] - bottom)
        time_s = round(scene.start_s + element.settled_s, 2)
        if max(over) > _OVERHANG_PX:
            side = ("left", "top", "right", "bottom")[over.index(max(over))]
            return Verdict(
                level="fail",
                rule="",
                detail=f"{element.id} passes the {side} edge of the safe box by {max(over):.0f} px",
                fix="Shorten its words.",
                scene=scene.id,
                time_s=time_s,
            )
        if picture.aspect == "9:16" and edges[2] > BUTTONS_PX + _OVERHANG_PX and hidden is None:
            said = f"{element.id} reaches {edges[2] - BUTTONS_PX:.0f} px under the buttons that some feeds lay over"
            fix = "Shorten its lines, if the film goes to such a feed."
            hidden = Verdict(level="warn", rule="", detail=said, fix=fix, scene=scene.id, time_s=time_s)
    return hidden


def _worst_locked(report: Report, aspect: Aspect) -> str:
    found = [
        picture.legibility
        for scene in report.scenes
        for picture in scene.pictures
        if picture.aspect == aspect and picture.legibility is not None
    ]
    return f"worst {min(found):.4f}, {LEGIBLE} is the floor" if found else "no words to compare"


def _locked(scene: ReportedScene, picture: ReportedPicture) -> Verdict | None:
    if picture.legibility is None or picture.legibility >= LEGIBLE:
        return None
    said = f"words are {picture.legibility:.4f} like the intended ones; {LEGIBLE} is the floor"
    fix = "Use --text-safe always, or repeat with --again render."
    time_s = round(scene.start_s + scene.duration_s / 2, 2)
    return Verdict(level="fail", rule="", detail=said, fix=fix, scene=scene.id, time_s=time_s)


def _glyphs(scene: ReportedScene, picture: ReportedPicture) -> Verdict | None:
    for finding in picture.findings:
        if finding.rule == "glyphs":
            level: VerdictLevel = "fail" if finding.level == "failure" else "warn"
            fix = "Install a font that has it, or change the words."
            return Verdict(level=level, rule="", detail=finding.message, fix=fix, scene=scene.id, time_s=scene.start_s)
    return None


def looks_checks(
    scenes: Sequence[SeenScene], looks: Sequence[Look], fps: int, scale: float, aspect: Aspect
) -> Iterator[Verdict]:
    """P3 contrast and P5 fidelity, from what was measured on the encoded film.

    Args:
        scale: Film pixels per layout pixel.
    """
    by_id = {scene.id: scene for scene in scenes}
    yield from _worst_per_scene(
        "P3 contrast",
        looks,
        by_id,
        fps,
        lambda look: look.contrast,
        lambda look: _contrast(look, by_id[look.scene], scale, aspect),
        "lowest {:.1f}:1",
    )
    yield from _worst_per_scene(
        "P5 fidelity",
        looks,
        by_id,
        fps,
        lambda look: look.likeness,
        _fidelity,
        "letters at least {:.3f} like the intended ones (measured in pixels, not by OCR)",
    )


def _worst_per_scene(
    rule: str,
    looks: Sequence[Look],
    scenes: dict[str, SeenScene],
    fps: int,
    figure: Callable[[Look], float | None],
    judge: Callable[[Look], Verdict | None],
    good: str,
) -> Iterator[Verdict]:
    """One verdict for the worst of each scene that has one, else one pass with the worst figure of all."""
    measured = [value for look in looks if (value := figure(look)) is not None]
    if not measured:
        yield Verdict(level="pass", rule=rule, detail="there are no words to measure")
        return
    passed = True
    for scene in scenes.values():
        bad = [
            (verdict.level == "warn", figure(look) or 0.0, look, verdict)
            for look in looks
            if look.scene == scene.id and (verdict := judge(look)) is not None
        ]
        if bad:
            passed = False
            _, _, look, verdict = min(bad, key=lambda row: row[:2])
            yield verdict.model_copy(
                update={"rule": rule, "scene": scene.id, "time_s": round((scene.start + look.frame) / fps, 2)}
            )
    if passed:
        yield Verdict(level="pass", rule=rule, detail=good.format(min(measured)))


def _contrast(look: Look, scene: SeenScene, scale: float, aspect: Aspect) -> Verdict | None:
    element = next(element for element in scene.elements if element.id == look.element)
    large = element.size_px / scale >= _LARGE * FLOOR_PX[aspect][0]
    least = LEAST_CONTRAST_LARGE if large else LEAST_CONTRAST
    if look.contrast is None or look.contrast >= (AIMED_CONTRAST if scene.bought else least):
        return None
    said = f"{look.element} stands at {look.contrast:.2f}:1 on its ground; {least:g}:1 is the floor"
    if look.contrast >= least:
        said = f"{look.element} stands at {look.contrast:.1f}:1 on a moving ground; {AIMED_CONTRAST:g}:1 is aimed at"
        return Verdict(level="warn", rule="", detail=said, fix="Use --text-safe always, or another --model.")
    bad = look.contrast < least * _TOLD_TO  # pixels of thin letters are told to a few percent
    return Verdict(level="fail" if bad else "warn", rule="", detail=said, fix="Choose other theme colours.")


def _fidelity(look: Look) -> Verdict | None:
    if look.likeness >= LEAST_LIKENESS and look.sharpness >= LEAST_SHARPNESS:
        return None
    bad = look.likeness < BENT_LIKENESS or look.sharpness < BLURRED_SHARPNESS
    said = f"{look.element}: letters {look.likeness:.3f} like the intended ones, edges at {look.sharpness:.0%}"
    fix = "Use --text-safe always, or --quality high."
    return Verdict(level="fail" if bad else "warn", rule="", detail=said, fix=fix)


def course_checks(course: Course) -> Iterator[Verdict]:
    """P7: flashes, black and frozen stretches."""
    count, at = course.flashes
    single = course.flash_frames
    if count > MOST_FLASHES:
        said, fix = f"{count} flashes within a second; {MOST_FLASHES} are safe to look at", "Use other transitions."
        yield Verdict(level="fail", rule="P7 flashes", detail=said, fix=fix, time_s=round(at, 2))
    elif len(single) > MOST_FLASH_FRAMES:
        said, fix = f"{len(single)} single frames flash up", "Repeat with --again render."
        yield Verdict(level="fail", rule="P7 flashes", detail=said, fix=fix, time_s=round(single[0], 2))
    else:
        said = f"at most {count} in a second; {MOST_FLASHES} are allowed"
        yield Verdict(level="pass", rule="P7 flashes", detail=said)
    if course.black:
        said = f"{len(course.black)} stretches, the first {course.black[0].length_s:.1f} s"
        at = round(course.black[0].start_s, 2)
        yield Verdict(level="fail", rule="P7 black", detail=said, fix="Use a lighter theme.", time_s=at)
    else:
        yield Verdict(level="pass", rule="P7 black", detail=f"none over {LONGEST_BLACK_S} s")
    if course.frozen:
        longest = max(course.frozen, key=lambda stretch: stretch.length_s)
        yield Verdict(
            level="fail" if longest.length_s > LONGEST_STILL_FAIL_S else "warn",
            rule="P7 frozen",
            detail=f"{longest.length_s:.1f} s without a change",
            fix="Give the scene another motion, or shorten it.",
            time_s=round(longest.start_s, 2),
        )
    else:
        yield Verdict(level="pass", rule="P7 frozen", detail=f"none over {LONGEST_STILL_S} s")
