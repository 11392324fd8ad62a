"""Colours for a film: from the project's language, badges and name to a theme whose every text pair is readable.

Mixing and correcting happen in OKLab, where equal steps look equal; contrast is WCAG 2's.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable

from readme2video.model.document import ReadmeDocument, RepositoryFacts
from readme2video.model.storyboard import Theme

INK_CONTRAST = 7.0
MUTED_CONTRAST = 4.5
ACCENT_CONTRAST = 3.0

LANGUAGE_COLOURS: dict[str, str] = {
    "assembly": "#6e4c13",
    "c": "#5c6bc0",
    "c#": "#178600",
    "c++": "#f34b7d",
    "clojure": "#db5855",
    "cmake": "#da3434",
    "crystal": "#5a6fd6",
    "css": "#663399",
    "cuda": "#5a9e1f",
    "d": "#ba595e",
    "dart": "#00b4ab",
    "elixir": "#6e4a7e",
    "elm": "#60b5cc",
    "erlang": "#b83998",
    "f#": "#b845fc",
    "fortran": "#734f96",
    "gleam": "#ffaff3",
    "go": "#00add8",
    "groovy": "#4298b8",
    "haskell": "#7d6bc4",
    "hcl": "#844fba",
    "html": "#e34c26",
    "java": "#b07219",
    "javascript": "#f1e05a",
    "julia": "#a270ba",
    "jupyter notebook": "#da5b0b",
    "kotlin": "#a97bff",
    "lua": "#4b59d8",
    "nim": "#ffc200",
    "nix": "#7e7eff",
    "objective-c": "#438eff",
    "ocaml": "#ef7a08",
    "perl": "#0298c3",
    "php": "#6f78b8",
    "powershell": "#2f7fd1",
    "python": "#3f7fbf",
    "r": "#198ce7",
    "ruby": "#cc342d",
    "rust": "#dd7a4e",
    "scala": "#c22d40",
    "scss": "#c6538c",
    "shell": "#89e051",
    "solidity": "#aa6746",
    "svelte": "#ff3e00",
    "swift": "#f05138",
    "typescript": "#3178c6",
    "v": "#4f87c4",
    "vim script": "#1f9c4a",
    "vue": "#41b883",
    "zig": "#ec915c",
}

_LIGHT_TOPICS = {"design", "design-system", "ui", "css", "education", "documentation", "accessibility", "typography"}
_HEX_BADGE = re.compile(r"(?:-|[?&]color=)(?:%23)?([0-9a-fA-F]{6})(?=[?&.]|$)")
# GitHub's and shields' own status colours say "passing", not "this is our brand".
_STATUS_COLOURS = {"44cc11", "97ca00", "a4a61d", "dfb317", "fe7d37", "e05d44", "007ec6", "555555", "9f9f9f"}


def rgb(colour: str) -> tuple[float, float, float]:
    """``#rrggbb`` as three numbers from 0 to 1."""
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def luminance(colour: str) -> float:
    """WCAG relative luminance, 0 for black to 1 for white."""
    red, green, blue = (_linear(channel) for channel in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """The colour between two: ``share`` 0 gives the first, 1 the second; mixed in OKLab."""
    start, end = _oklab(one), _oklab(other)
    lightness, a, b = (x + (y - x) * share for x, y in zip(start, end, strict=True))
    return _fitted(lightness, math.hypot(a, b), math.atan2(b, a))


def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0 to 1, chroma 0 to about 0.32 and hue in degrees."""
    lightness, a, b = _oklab(colour)
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The sRGB colour; chroma is lowered until it exists in sRGB."""
    return _fitted(lightness, chroma, math.radians(hue))


def readable(colour: str, on: Iterable[str], ratio: float) -> str:
    """The nearest colour of the same hue that has at least ``ratio`` contrast on every background given.

    Lightness moves away from the backgrounds in small steps; white or black is the last resort.
    """
    backgrounds = tuple(on)
    if all(contrast(colour, background) >= ratio for background in backgrounds):
        return colour
    lightness, chroma, hue = oklch(colour)
    upward = sum(map(luminance, backgrounds)) / len(backgrounds) < 0.18  # where white and black contrast equally
    for step in range(1, 101):
        moved = lightness + (1 - lightness) * step / 100 if upward else lightness * (1 - step / 100)
        candidate = from_oklch(moved, chroma, hue)
        if all(contrast(candidate, background) >= ratio for background in backgrounds):
            return candidate
    return "#ffffff" if upward else "#000000"


def theme_for(facts: RepositoryFacts, document: ReadmeDocument) -> Theme:
    """Choose the film's colours for a repository; the same repository always gets the same ones.

    The first accent is a brand colour found in the badges, else the language's, else one from the name.
    The second accent, the tint of the background and whether the film is light come from the name, so that two
    projects in one language do not look the same.
    """
    seed = hashlib.sha256(f"{facts.owner or ''}/{facts.name}".lower().encode()).digest()
    brand = _badge_colour(document)
    accent = brand or LANGUAGE_COLOURS.get((facts.language or "").lower())
    if accent is None:
        accent = from_oklch(0.68, 0.17, seed[0] * 360 / 256)
    elif brand is None:
        # A language's colour is shared by thousands of projects: lean a little to one side of it.
        lightness, chroma, hue = oklch(accent)
        accent = from_oklch(lightness, max(chroma, 0.11), hue + (seed[1] % 25 - 12))
    light = bool(_LIGHT_TOPICS & {topic.lower() for topic in facts.topics}) or seed[2] % 7 == 0
    # Yellow beside orange is brown on a dark film: it wants a partner from farther away.
    turns = _TURNS if not 70 < oklch(accent)[2] < 130 else tuple(turn for turn in _TURNS if abs(turn) >= 100)
    return make_theme(accent, turn=turns[seed[3] % len(turns)], tint=seed[4] / 255, light=light)


_TURNS = (-150.0, -110.0, -75.0, -48.0, 48.0, 75.0, 110.0, 150.0)


def make_theme(accent: str, *, turn: float = 75.0, tint: float = 0.5, light: bool = False) -> Theme:
    """Build a whole theme around one colour.

    Args:
        accent: The colour to build around; corrected where it would not be seen.
        turn: Degrees from the accent's hue to the second accent's.
        tint: 0 to 1, how far the background's hue leans from the accent to the second accent.
        light: Whether dark ink stands on a light ground.
    """
    lightness, chroma, hue = oklch(accent)
    chroma = min(max(chroma, 0.09), 0.2)
    ground = hue + turn * tint
    # Near-black with a yellow or olive tint looks dirty, not warm.
    depth = 0.35 if 55 < ground % 360 < 150 else 1.0
    if light:
        background, surface = from_oklch(0.962, 0.014, ground), from_oklch(0.995, 0.004, ground)
        ink, muted = from_oklch(0.22, 0.035, ground), from_oklch(0.44, 0.03, ground)
        first, second = from_oklch(min(lightness, 0.6), chroma, hue), from_oklch(0.58, chroma, hue + turn)
    else:
        background, surface = from_oklch(0.155, 0.026 * depth, ground), from_oklch(0.215, 0.03 * depth, ground)
        ink, muted = from_oklch(0.975, 0.008, ground), from_oklch(0.77, 0.025, ground)
        first, second = from_oklch(max(lightness, 0.66), chroma, hue), from_oklch(0.74, chroma, hue + turn)
    grounds = (background, surface)
    return Theme(
        mode="light" if light else "dark",
        background=background,
        surface=surface,
        ink=readable(ink, grounds, INK_CONTRAST),
        muted=readable(muted, grounds, MUTED_CONTRAST + 0.5),
        accent=readable(first, grounds, ACCENT_CONTRAST + 0.2),
        accent_2=readable(second, grounds, ACCENT_CONTRAST + 0.2),
    )


def _badge_colour(document: ReadmeDocument) -> str | None:
    for badge in document.badges:
        if "img.shields.io" not in badge.src:
            continue
        for found in _HEX_BADGE.findall(badge.src):
            colour = f"#{found.lower()}"
            if found.lower() not in _STATUS_COLOURS and oklch(colour)[1] >= 0.05:
                return colour
    return None


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _oklab(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(channel) for channel in rgb(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear_rgb(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _fitted(lightness: float, chroma: float, radians: float) -> str:
    lightness = min(max(lightness, 0.0), 1.0)
    for step in range(21):  # less colour, never another hue
        part = chroma * (1 - step / 20)
        channels = _linear_rgb(lightness, part * math.cos(radians), part * math.sin(radians))
        if all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
    return "#" + "".join(f"{round(min(max(_encoded(max(c, 0.0)), 0.0), 1.0) * 255):02x}" for c in channels)
