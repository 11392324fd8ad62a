"""From the page's report to records: colours in, elements, findings and errors out."""

from __future__ import annotations

import math
from typing import Any

from readme2video.colour import mix, readable
from readme2video.errors import BrowserError, ShotError
from readme2video.model.record import Box, Finding
from readme2video.model.shot import Element, ShotRequest
from readme2video.model.storyboard import Theme
from readme2video.scenes.highlight import code_colours, line_grounds
from readme2video.scenes.type_scale import MONO_ADVANCE
from readme2video.scenes.writer import Markup, sheet_of


def colours(theme: Theme) -> dict[str, str]:
    """The custom properties of ``scene.css``, by name without dashes."""
    dark = theme.mode == "dark"
    grounds = [theme.background, theme.surface]
    light = "#ffffff"
    found = {
        "background": theme.background,
        "surface": theme.surface,
        "ink": theme.ink,
        "muted": theme.muted,
        "accent": theme.accent,
        "accent-2": theme.accent_2,
        "accent-lit": mix(theme.accent, light, 0.3 if dark else 0.2),
        "accent-2-lit": mix(theme.accent_2, light, 0.3 if dark else 0.2),
        "accent-ink": readable(mix(theme.accent, theme.ink, 0.25), grounds, 6.5),
        "accent-2-ink": readable(mix(theme.accent_2, theme.ink, 0.25), grounds, 6.5),
        "hero-end": readable(mix(theme.ink, theme.accent, 0.62), grounds, 7),
        "surface-lit": mix(theme.surface, theme.accent, 0.09 if dark else 0.0),
        "surface-edge": mix(theme.surface, theme.ink, 0.14) if dark else mix(theme.surface, theme.ink, 0.07),
        "bar": mix(theme.surface, theme.ink, 0.07 if dark else 0.05),
        "dot-1": mix(theme.surface, theme.accent, 0.85),
        "dot-2": mix(theme.surface, theme.accent_2, 0.7),
        "dot-3": mix(theme.surface, theme.muted, 0.5),
        "output": readable(mix(theme.muted, theme.ink, 0.3), [theme.surface], 5.5),
        "mat": theme.surface,
        **line_grounds(theme),
        "other-bar": mix(theme.surface, theme.muted, 0.55),
        "scrim": "0.58" if dark else "0.6",
        "shade": "0.3" if dark else "0.09",
        "deep": "0.42" if dark else "0.16",
    }
    return found | {f"t-{name}": colour for name, colour in code_colours(theme).items()}


def elements_of(request: ShotRequest, markup: Markup, report: dict[str, Any]) -> tuple[Element, ...]:
    """The report's rectangles as elements with boxes in whole picture pixels, in reading order."""
    size = request.picture_px
    scale = report["scale"]
    elements = []
    for entry in report["elements"]:
        mark = markup.marks[entry["id"]]
        left, top = math.floor(entry["left"] * scale + 0.01), math.floor(entry["top"] * scale + 0.01)
        right, bottom = math.ceil(entry["right"] * scale - 0.01), math.ceil(entry["bottom"] * scale - 0.01)
        glyphs = mark.cells if entry["rows"] == 1 else 0
        if glyphs:
            left = round(entry["left"] * scale)
            right = left + glyphs * round(entry["size"] * MONO_ADVANCE * scale)
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, size.width), min(bottom, size.height)
        elements.append(
            Element(
                id=entry["id"],
                role=mark.role,
                sheet=sheet_of(mark.role),
                box=Box(x=left, y=top, width=right - left, height=bottom - top),
                order=mark.order,
                must_read=mark.must_read,
                text=mark.text,
                glyphs=glyphs,
                size_px=round(entry["size"] * scale, 2) if mark.text else 0.0,
            )
        )
    return tuple(sorted(elements, key=lambda element: element.order))


def findings_of(request: ShotRequest, markup: Markup, report: dict[str, Any]) -> tuple[Finding, ...]:
    """What is not wrong enough to stop: type a little under its floor, pictographs no font has."""
    findings = []
    for problem in report["problems"]:
        if problem["rule"] == "small":
            where = slot_path(markup, problem["path"])
            findings.append(
                Finding(
                    level="warning",
                    rule="type-size",
                    message=f"{where} is set at {problem['size']:.0f} px; {problem['wanted']:.0f} px is the floor "
                    f"for {request.aspect}.",
                    path=where,
                    fix="Shorten it.",
                )
            )
        if problem["rule"] == "orphan":
            where = slot_path(markup, problem["path"])
            findings.append(
                Finding(
                    level="warning",
                    rule="orphan",
                    message=f"The last line of {where} is the word {problem['text']!r} alone.",
                    path=where,
                    fix="Say it in other words.",
                )
            )
    if report["left_out"]:
        signs = " ".join(report["left_out"])
        findings.append(
            Finding(
                level="warning",
                rule="glyphs",
                message=f"No installed font has {signs}; left out.",
                fix="Install fonts-noto-color-emoji.",
            )
        )
    return tuple(findings)


def raise_problems(request: ShotRequest, markup: Markup, report: dict[str, Any]) -> None:
    """Raise what makes a scene unusable.

    Raises:
        ShotError: Words that do not fit at the smallest size, letters without a font, a broken picture.
        BrowserError: The film's own fonts did not load.
    """
    for problem in sorted(report["problems"], key=lambda problem: problem["rule"] in ("outside", "overlap")):
        path = slot_path(markup, problem["path"])
        match problem["rule"]:
            case "face":
                raise BrowserError(
                    f"Chromium did not load the film's font {problem['face']}.",
                    hint="Use another browser: set README2VIDEO_BROWSER.",
                )
            case "picture":
                raise ShotError(
                    "The picture cannot be decoded.",
                    rule="picture",
                    path="picture",
                    hint="Choose another picture or another kind of scene.",
                )
            case "pixels":
                raise ShotError(
                    f"The picture has {problem['width']}x{problem['height']} pixels; at most 40 million are shown.",
                    rule="pixels",
                    path="picture",
                    hint="Choose a smaller picture.",
                )
            case "glyph":
                raise ShotError(
                    f"No installed font has the letter {problem['text']!r} (U+{ord(problem['text'][0]):04X}).",
                    rule="glyph",
                    path=path,
                    hint="Install fonts for this script, on Debian fonts-noto-cjk or fonts-noto-core.",
                )
            case "wide":
                raise ShotError(
                    f"A word is {problem['width']} px wide where {problem['room']} px are free, at the smallest size "
                    f"({problem['size']:.0f} px).",
                    rule="wide",
                    path=path,
                    hint="Use shorter words, or break it with a space or a dash.",
                )
            case "tall":
                raise ShotError(
                    f"The scene needs {problem['height']} px of height where {problem['room']} px are free in "
                    f"{request.aspect}, at the smallest sizes.",
                    rule="tall",
                    path=_longest(request),
                    hint="Cut lines or words, or split the scene in two.",
                )
            case "outside":
                raise ShotError(
                    f"Words reach {problem['out']} px out of the area that {request.aspect} films keep free of a "
                    "player's own signs.",
                    rule="outside",
                    path=path,
                    hint="Shorten it, or choose another style.",
                )
            case "overlap":
                raise ShotError(
                    f"It lies over {slot_path(markup, problem['other'])} by {problem['across']} px.",
                    rule="overlap",
                    path=path,
                    hint="Shorten one of them, or choose another style.",
                )


def slot_path(markup: Markup, element: str) -> str:
    """The slot an element's words came from."""
    mark = markup.marks.get(element) or markup.marks.get(element.removesuffix(".panel"))
    return (mark.path if mark else "") or element.removesuffix(".panel")


def _longest(request: ShotRequest) -> str:
    return max(request.slots, key=lambda slot: len(slot.text)).path
