"""Colours for a film: from the project's language, badges and name to a theme whose every text pair is readable."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from readme2video.colour import from_oklch, oklch, readable
from readme2video.model.brand import Brand
from readme2video.model.document import Badge, ReadmeDocument
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import Style

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


def theme_for(
    facts: RepositoryFacts, document: ReadmeDocument, style: Style = "aurora", known: Brand | None = None
) -> Theme:
    """Choose the film's colours for a repository; the same repository always gets the same ones.

    The first accent is the brand's colour, if it is ``known``, else a badge's, else the language's, else the name's.
    The second accent, the tint of the background and whether the film is light come from the name, so that two
    projects in one language do not look the same.

    Args:
        style: How the film looks beside its colours; it says how many films are light, and what becomes of a colour.
        known: What is known of the project's brand.
    """
    seed = hashlib.sha256(f"{facts.owner or ''}/{facts.name}".lower().encode()).digest()
    known = known or Brand()
    brand = known.accent or badge_colour(document.badges)
    accent = brand or LANGUAGE_COLOURS.get((facts.language or "").lower())
    if accent is None:
        accent = from_oklch(0.68, 0.17, seed[0] * 360 / 256)
    elif brand is None:
        # A language's colour is shared by thousands of projects: lean a little to one side of it.
        lightness, chroma, hue = oklch(accent)
        accent = from_oklch(lightness, max(chroma, 0.11), hue + (seed[1] % 25 - 12))
    lit, of = _LIGHT[style]
    light = seed[2] % of < lit
    if style in ("aurora", "poster"):
        light = light or bool(_LIGHT_TOPICS & {topic.lower() for topic in facts.topics})
    light = known.mode == "light" if known.mode is not None else light
    # Yellow beside orange is brown on a dark film: it wants a partner from farther away.
    turns = _TURNS if not 70 < oklch(accent)[2] < 130 else tuple(turn for turn in _TURNS if abs(turn) >= 100)
    turn = turns[seed[3] % len(turns)]
    if known.accent_2 is not None:
        turn = (oklch(known.accent_2)[2] - oklch(accent)[2] + 180) % 360 - 180
    return _exact(make_theme(accent, turn=turn, tint=seed[4] / 255, light=light, style=style), known)


def _exact(theme: Theme, known: Brand) -> Theme:
    """The theme with what only a brand's own colours have: a grey that stays one, a second accent as it is."""
    light, grounds = theme.mode == "light", (theme.background, theme.surface)
    update = {}
    for name, colour in (("accent", known.accent), ("accent_2", known.accent_2)):
        if colour is None or (name == "accent" and oklch(colour)[1] >= _NEUTRAL):
            continue
        lightness, chroma, hue = oklch(colour)
        lightness = min(lightness, 0.6) if light else max(lightness, 0.66)
        chroma = min(chroma, 0.2) if chroma >= _NEUTRAL else 0.0  # a grey's hue is an accident
        update[name] = readable(from_oklch(lightness, chroma, hue), grounds, ACCENT_CONTRAST + 0.2)
    return theme.model_copy(update=update)


_NEUTRAL = 0.02
_TURNS = (-150.0, -110.0, -75.0, -48.0, 48.0, 75.0, 110.0, 150.0)
_LIGHT: dict[Style, tuple[int, int]] = {"aurora": (1, 7), "editorial": (6, 7), "terminal": (1, 8), "poster": (3, 5)}
"""How many films of a style are light: so many of so many."""


def make_theme(
    accent: str, *, turn: float = 75.0, tint: float = 0.5, light: bool = False, style: Style = "aurora"
) -> Theme:
    """Build a whole theme around one colour.

    Args:
        accent: The colour to build around; corrected where it would not be seen.
        turn: Degrees from the accent's hue to the second accent's.
        tint: 0 to 1, how far the background's hue leans from the accent to the second accent.
        light: Whether dark ink stands on a light ground.
        style: ``editorial`` gets warm paper and printing inks, ``terminal`` one phosphor, ``poster`` full colours.
    """
    colours = _MANNERS[style](accent, turn, tint, light)
    grounds = (colours.background, colours.surface)
    return Theme(
        mode="light" if light else "dark",
        background=colours.background,
        surface=colours.surface,
        ink=readable(colours.ink, grounds, INK_CONTRAST),
        muted=readable(colours.muted, grounds, MUTED_CONTRAST + 0.5),
        accent=readable(colours.first, grounds, ACCENT_CONTRAST + 0.2),
        accent_2=readable(colours.second, grounds, ACCENT_CONTRAST + 0.2),
    )


@dataclass(frozen=True)
class _Wanted:
    """Colours before they are corrected for contrast."""

    background: str
    surface: str
    ink: str
    muted: str
    first: str
    second: str


def _aurora(accent: str, turn: float, tint: float, light: bool) -> _Wanted:
    lightness, chroma, hue = oklch(accent)
    chroma = min(max(chroma, 0.09), 0.2)
    ground = hue + turn * tint
    if light:
        return _Wanted(
            background=from_oklch(0.962, 0.014, ground),
            surface=from_oklch(0.995, 0.004, ground),
            ink=from_oklch(0.22, 0.035, ground),
            muted=from_oklch(0.44, 0.03, ground),
            first=from_oklch(min(lightness, 0.6), chroma, hue),
            second=from_oklch(0.58, chroma, hue + turn),
        )
    depth = _clean(ground)
    return _Wanted(
        background=from_oklch(0.155, 0.026 * depth, ground),
        surface=from_oklch(0.215, 0.03 * depth, ground),
        ink=from_oklch(0.975, 0.008, ground),
        muted=from_oklch(0.77, 0.025, ground),
        first=from_oklch(max(lightness, 0.66), chroma, hue),
        second=from_oklch(0.74, chroma, hue + turn),
    )


def _editorial(accent: str, turn: float, tint: float, light: bool) -> _Wanted:
    """Paper, black ink and two printing inks; at night the paper's colour is the ink's."""
    lightness, chroma, hue = oklch(accent)
    chroma = min(max(chroma, 0.08), 0.17)
    paper = 62 + 40 * tint  # from rose to ivory
    if light:
        return _Wanted(
            background=from_oklch(0.951, 0.016, paper),
            surface=from_oklch(0.982, 0.008, paper),
            ink=from_oklch(0.2, 0.012, hue),
            muted=from_oklch(0.43, 0.016, paper),
            first=from_oklch(min(lightness, 0.5), chroma, hue),
            second=from_oklch(0.46, chroma * 0.7, hue + turn),
        )
    return _Wanted(
        background=from_oklch(0.185, 0.008, hue),
        surface=from_oklch(0.232, 0.01, hue),
        ink=from_oklch(0.945, 0.018, paper),
        muted=from_oklch(0.76, 0.018, paper),
        first=from_oklch(max(lightness, 0.7), chroma, hue),
        second=from_oklch(0.78, chroma * 0.6, hue + turn),
    )


def _terminal(accent: str, turn: float, tint: float, light: bool) -> _Wanted:
    """One phosphor that leans to the brand's colour; the second accent is a neighbour of it."""
    _, chroma, hue = oklch(accent)
    chroma = min(max(chroma, 0.12), 0.19)
    near = math.copysign(20 + 24 * tint, turn)
    if light:
        return _Wanted(
            background=from_oklch(0.935, 0.012, hue),
            surface=from_oklch(0.975, 0.007, hue),
            ink=from_oklch(0.23, 0.03, hue),
            muted=from_oklch(0.45, 0.03, hue),
            first=from_oklch(0.52, chroma, hue),
            second=from_oklch(0.5, chroma * 0.75, hue + near),
        )
    depth = _clean(hue)
    return _Wanted(
        background=from_oklch(0.135, 0.02 * depth, hue),
        surface=from_oklch(0.178, 0.024 * depth, hue),
        ink=from_oklch(0.95, 0.022, hue),
        muted=from_oklch(0.735, 0.04, hue),
        first=from_oklch(0.76 if 215 < hue < 330 else 0.82, chroma, hue),  # where a hue is brightest without paling
        second=from_oklch(0.74, chroma * 0.8, hue + near),
    )


def _poster(accent: str, turn: float, tint: float, light: bool) -> _Wanted:
    """Full colours on a coloured ground."""
    lightness, chroma, hue = oklch(accent)
    chroma = min(max(chroma, 0.15), 0.26)
    ground = hue + turn * (0.25 + 0.5 * tint)
    if light:
        return _Wanted(
            background=from_oklch(0.94, 0.045, ground),
            surface=from_oklch(0.985, 0.012, ground),
            ink=from_oklch(0.19, 0.04, hue),
            muted=from_oklch(0.42, 0.045, ground),
            first=from_oklch(min(max(lightness, 0.5), 0.6), chroma, hue),
            second=from_oklch(0.56, chroma, hue + turn),
        )
    depth = _clean(ground)
    return _Wanted(
        background=from_oklch(0.19, 0.07 * depth, ground),
        surface=from_oklch(0.255, 0.085 * depth, ground),
        ink=from_oklch(0.985, 0.012, ground),
        muted=from_oklch(0.82, 0.04, ground),
        first=from_oklch(max(lightness, 0.7), chroma, hue),
        second=from_oklch(0.78, chroma, hue + turn),
    )


def _clean(hue: float) -> float:
    """How much tint a near-black bears: yellow and olive look dirty, not warm."""
    return 0.35 if 55 < hue % 360 < 150 else 1.0


_MANNERS: dict[Style, Callable[[str, float, float, bool], _Wanted]] = {
    "aurora": _aurora,
    "editorial": _editorial,
    "terminal": _terminal,
    "poster": _poster,
}


def badge_colour(badges: Sequence[Badge]) -> str | None:
    """The first colour of a badge that is somebody's choice, neither a grey nor a status."""
    for badge in badges:
        if "img.shields.io" not in badge.src:
            continue
        for found in _HEX_BADGE.findall(badge.src):
            colour = f"#{found.lower()}"
            if found.lower() not in _STATUS_COLOURS and oklch(colour)[1] >= 0.05:
                return colour
    return None
