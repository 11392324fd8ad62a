"""Deciding a project's brand from what was found: its colours, their order of trust, and which picture is a sign."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from readme2video.colour import contrast, oklch
from readme2video.model.brand import Brand, ColourShare, LogoLook
from readme2video.model.document import Badge
from readme2video.model.record import Colour, Finding
from readme2video.model.storyboard import Theme
from readme2video.theme import badge_colour

_COLOURFUL = 0.055
"""OKLab chroma from which on a colour is one: below it are black, white and greys with a tint."""
_SECOND_HUE = 40.0
_SECOND_SHARE = 0.12
_LEAST_SHARE = 0.015
_WIDEST, _TALLEST = 7.0, 0.4
_ALIKE = 0.09
_MOVED = 0.14

_HEX = r"#(?P<hex>[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b"
_STATED = (
    re.compile(r"""["']?theme_color["']?\s*:\s*["']""" + _HEX),
    re.compile(r"""<meta[^>]{0,80}name=["']theme-color["'][^>]{0,80}content=["']""" + _HEX),
    re.compile(
        r"--(?:ifm-color-primary|vp-c-brand(?:-1)?|md-primary-fg-color|(?:color-)?(?:brand|primary|accent)"
        r"(?:-(?:color|colour|500|600))?)\s*:\s*" + _HEX
    ),
    re.compile(r"""\b(?:brand|primary|accent|theme)(?:[_-]?colou?r)?["']?\s*[:=]\s*["']""" + _HEX, re.IGNORECASE),
)


def decide(
    *,
    wished: Brand,
    logo: LogoLook | None,
    logo_origin: str,
    badges: Sequence[Badge],
    files: Iterable[tuple[str, str]],
) -> Brand:
    """The brand: what is set beats what the logo shows, then badges, then what the repository's files state.

    Args:
        wished: What the settings file sets; with the logo that was found, if it sets none.
        logo: What the logo's pixels are.
        logo_origin: Where the logo was found, in words.
        badges: The README's badges.
        files: Paths and texts of files that may state a colour.
    """
    if wished.accent is not None:
        second = second_of(logo, wished.accent) if wished.accent_2 is None else None
        return wished.model_copy(update={"accent_2": wished.accent_2 or second})
    accent = accent_of(logo)
    if accent is not None:
        second = wished.accent_2 or second_of(logo, accent)
        return wished.model_copy(update={"accent": accent, "accent_2": second, "origin": logo_origin})
    accent = badge_colour(badges)
    if accent is not None:
        return wished.model_copy(update={"accent": accent, "origin": "a badge of the README"})
    for path, text in files:
        accent = stated_colour(text)
        if accent is not None:
            return wished.model_copy(update={"accent": accent, "origin": path})
    return wished


def accent_of(look: LogoLook | None) -> Colour | None:
    """The colour a logo is remembered by: the largest of its areas that is neither black, white nor grey."""
    found = _colourful(look)
    return found[0].colour if found else None


def second_of(look: LogoLook | None, accent: Colour) -> Colour | None:
    """Another colour of a logo that stands beside the first and is plainly another one."""
    found = _colourful(look)
    whole = sum(one.share for one in found)
    for one in found:
        away = abs((oklch(one.colour)[2] - oklch(accent)[2] + 180) % 360 - 180)
        if one.share >= _SECOND_SHARE * whole and away >= _SECOND_HUE:
            return one.colour
    return None


def _colourful(look: LogoLook | None) -> list[ColourShare]:
    """Areas that have a colour, those first that are large and strong."""
    if look is None:
        return []
    found = [one for one in look.colours if one.share >= _LEAST_SHARE and oklch(one.colour)[1] >= _COLOURFUL]
    return sorted(found, key=lambda one: -one.share * min(oklch(one.colour)[1], 0.16))


def is_sign(look: LogoLook, *, named: bool) -> bool:
    """Whether a picture can stand as a sign: it can be drawn, is no ribbon, and no banner unless called a logo."""
    if look.size_px is None or not look.colours or not _TALLEST <= look.ratio <= _WIDEST:
        return False
    if named:
        return True
    # A wide picture without clear parts is a banner or a screenshot; so is one of very many colours.
    return (look.clear >= 0.05 or look.ratio <= 1.25) and sum(one.share for one in look.colours[:6]) >= 0.7


def areas(counts: Iterable[tuple[Colour, float]]) -> tuple[ColourShare, ...]:
    """Colours that look alike taken together under the most frequent of them; shares of the whole, largest first."""
    rows = sorted(counts, key=lambda row: -row[1])
    whole = sum(weight for _, weight in rows)
    merged: list[tuple[Colour, tuple[float, float, float], float]] = []
    for colour, weight in rows:
        here = _place(colour, shades=0.5)
        for index, (other, place, sum_) in enumerate(merged):
            if math.dist(here, place) < _ALIKE:
                merged[index] = (other, place, sum_ + weight)
                break
        else:
            merged.append((colour, here, weight))
    merged.sort(key=lambda row: -row[2])
    return tuple(
        ColourShare(colour=colour, share=min(weight / whole, 1.0)) for colour, _, weight in merged[:12] if whole
    )


def stated_colour(text: str) -> Colour | None:
    """The brand colour a stylesheet, a manifest or a page states; greys do not count."""
    for pattern in _STATED:
        for match in pattern.finditer(text):
            digits = match["hex"].lower()
            colour = f"#{digits}" if len(digits) > 3 else "#" + "".join(2 * digit for digit in digits)
            if oklch(colour)[1] >= _COLOURFUL:
                return colour
    return None


def told(brand: Brand, theme: Theme) -> tuple[Finding, ...]:
    """What a person shall know of it: where sign and colour came from, and what had to be changed to be seen."""
    found = []
    if brand.logo is not None:
        sign = brand.logo_on(theme.mode) or brand.logo
        found.append(f"The logo is {sign.removeprefix('/')[:120]}.")
    if brand.accent is not None and brand.origin:
        found.append(f"The film's colour, {brand.accent}, is from {brand.origin[:120]}.")
    for wished, drawn in ((brand.accent, theme.accent), (brand.accent_2, theme.accent_2)):
        if wished is not None and _apart(wished, drawn) > _MOVED:
            had = contrast(wished, theme.background)
            found.append(
                f"{wished} is drawn as {drawn}: on the film's {theme.mode} ground ({theme.background}) it has a "
                f"contrast of {had:.1f}:1."
            )
    return tuple(Finding(level="info", rule="brand", message=message) for message in found)


def _apart(one: Colour, other: Colour) -> float:
    """How different two colours look, in OKLab."""
    return math.dist(_place(one), _place(other))


def _place(colour: Colour, *, shades: float = 1.0) -> tuple[float, float, float]:
    """Where a colour lies in OKLab; ``shades`` brings lighter and darker ones of a hue nearer to one another."""
    lightness, chroma, hue = oklch(colour)
    return lightness * shades, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
