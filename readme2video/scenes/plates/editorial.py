"""The plates of ``editorial``: cut paper in two inks that overprint on a page.

Every ink is one that the page's words can stand on, so no veil is needed and the camera may bring any form under them.
Edges are softened over about four pixels: the camera moves by parts of a pixel, and a sharp edge would shimmer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from readme2video.colour import from_oklch, mix, oklch, readable
from readme2video.model.record import Size
from readme2video.model.shot import Zone
from readme2video.model.storyboard import Theme
from readme2video.scenes.plates.canvas import Canvas, circle

_EDGE = 1.4


def inks(theme: Theme) -> tuple[str, str, str]:
    """The two inks and what they make where both are printed."""
    dark = theme.mode == "dark"
    lightness = 0.36 if dark else 0.84
    found = []
    for colour in (theme.accent, theme.accent_2):
        _, chroma, hue = oklch(colour)
        found.append(from_oklch(lightness, min(max(chroma, 0.07), 0.1 if dark else 0.13), hue))
    first, second = found
    both = mix(first, second, 0.5)
    _, chroma, hue = oklch(both)
    return first, second, from_oklch(0.44 if dark else 0.735, max(chroma, 0.075), hue)


def colours(theme: Theme, variant: int) -> dict[str, str]:
    """Custom properties of ``styles/editorial.css``: words that stand on the paper and on every ink."""
    del variant
    first, second, both = inks(theme)
    paper = [theme.background, theme.surface]
    return {
        "print-1": first,
        "print-2": second,
        "print-muted": readable(theme.muted, [*paper, first, second, both], 4.6),
        "print-accent": readable(mix(theme.accent, theme.ink, 0.12), [*paper, first, second, both], 4.8),
        "print-bar": readable(theme.accent, paper, 3.2),
        "print-hair": mix(theme.background, theme.ink, 0.3),
        "print-quiet": mix(theme.background, theme.ink, 0.2),
    }


def draw(theme: Theme, size: Size, variant: int, zone: Zone) -> str:
    """Draw a plate; see ``plates.plate_svg``."""
    canvas = Canvas(size, theme)
    start = hashlib.sha256(f"{theme.accent_2}{theme.accent}".encode()).digest()[1]
    first, second, both = inks(theme)
    if variant % 2:
        first, second = second, first
    canvas.shapes.append(f'<rect width="{size.width}" height="{size.height}" fill="{theme.background}"/>')
    x, y, radius = _anchor(size, zone)
    one, other = COMPOSITIONS[(start + variant) % len(COMPOSITIONS)](x, y, radius)
    if y > size.height / 2:  # what hangs from the upper edge stands on the lower one
        mirror = f'transform="matrix(1 0 0 -1 0 {2 * y:.0f})"'
        one, other = ([form.replace("<path d=", f"<path {mirror} d=") for form in forms] for forms in (one, other))
    canvas.soft([f'<g fill="{first}">{"".join(one)}</g>'], _EDGE)
    canvas.soft([f'<g fill="{second}">{"".join(other)}</g>'], _EDGE)
    # Where both inks lie: the second one's forms seen through the first one's.
    canvas.definitions.append(f'<clipPath id="both">{"".join(one)}</clipPath>')
    canvas.soft([f'<g fill="{both}" clip-path="url(#both)">{"".join(other)}</g>'], _EDGE)
    return canvas.svg()


def _anchor(size: Size, zone: Zone) -> tuple[float, float, float]:
    """Centre and radius of the main form: off the page's middle, bleeding over its edge."""
    width, height = size.width, size.height
    if width > height:
        return {
            "side": (width * 0.83, height * 0.29, height * 0.42),
            "top": (width * 0.86, height * 0.17, height * 0.32),
            "centre": (width * 0.82, height * 0.29, height * 0.42),
        }[zone]
    if height > width:
        return {
            "side": (width * 0.66, height * 0.91, width * 0.46),
            "top": (width * 0.30, height * 0.93, width * 0.44),
            "centre": (width * 0.62, height * 0.91, width * 0.46),
        }[zone]
    return {
        "side": (width * 0.76, height * 0.26, width * 0.36),
        "top": (width * 0.82, height * 0.93, width * 0.31),
        "centre": (width * 0.78, height * 0.24, width * 0.36),
    }[zone]


Forms = tuple[list[str], list[str]]


def _discs(x: float, y: float, radius: float) -> Forms:
    return [circle(x, y, radius)], [circle(x + radius * 0.72, y + radius * 0.62, radius * 0.66)]


def _arches(x: float, y: float, radius: float) -> Forms:
    """Two arches that hang into the page."""
    reach = radius * 4
    return (
        [_arch(x - radius * 0.95, y + radius * 0.85, radius * 1.15, reach)],
        [_arch(x - radius * 0.15, y + radius * 0.3, radius * 1.25, reach)],
    )


def _clouds(x: float, y: float, radius: float) -> Forms:
    """A disc with strips of cut paper drifting past."""
    strips = "".join(
        f'<rect x="{x + left * radius:.0f}" y="{y + top * radius:.0f}" width="{radius * breadth:.0f}" '
        f'height="{radius * 0.34:.0f}" rx="{radius * 0.17:.0f}"/>'
        for left, top, breadth in ((-0.35, -0.12, 2.6), (-1.15, 0.22, 1.9), (0.1, 0.56, 2.2))
    )
    return [circle(x, y, radius * 0.94)], [strips]


def _halves(x: float, y: float, radius: float) -> Forms:
    """Two half discs that meet askew."""
    return (
        [_half(x, y, radius, -28)],
        [_half(x + radius * 0.3, y - radius * 0.3, radius * 0.86, 140)],
    )


def _leaves(x: float, y: float, radius: float) -> Forms:
    """Cut leaves around one stem."""
    one: list[str] = []
    other: list[str] = []
    foot, side = y + radius * 0.5, radius * 0.5
    for step in range(6):
        (one if step % 2 else other).append(
            f'<path transform="rotate({step * 34 - 80} {x:.0f} {foot:.0f})" d="M{x:.0f} {foot:.0f}'
            f"C{x - side:.0f} {y:.0f} {x - side * 0.84:.0f} {y - radius * 0.7:.0f} {x:.0f} {y - radius:.0f}"
            f'C{x + side * 0.84:.0f} {y - radius * 0.7:.0f} {x + side:.0f} {y:.0f} {x:.0f} {foot:.0f}Z"/>'
        )
    return one, other


def _sheet(x: float, y: float, radius: float) -> Forms:
    """A sheet of paper thrown on the page, a disc on its corner."""
    side = radius * 1.5
    sheet = (
        f'<rect transform="rotate(14 {x:.0f} {y:.0f})" x="{x - 0.9 * radius:.0f}" y="{y - 0.95 * radius:.0f}" '
        f'width="{side:.0f}" height="{side * 1.25:.0f}"/>'
    )
    return [sheet], [circle(x + radius * 0.62, y + radius * 0.42, radius * 0.7)]


def _half(x: float, y: float, radius: float, turn: float) -> str:
    return (
        f'<path transform="rotate({turn} {x:.0f} {y:.0f})" d="M{x - radius:.0f} {y:.0f}A{radius:.0f} {radius:.0f} '
        f'0 0 1 {x + radius:.0f} {y:.0f}Z"/>'
    )


def _arch(left: float, end: float, breadth: float, reach: float) -> str:
    half = breadth / 2
    return (
        f'<path d="M{left:.0f} {end - reach:.0f}V{end - half:.0f}A{half:.0f} {half:.0f} 0 0 0 {left + breadth:.0f} '
        f'{end - half:.0f}V{end - reach:.0f}Z"/>'
    )


COMPOSITIONS: tuple[Callable[[float, float, float], Forms], ...] = (_discs, _arches, _clouds, _halves, _leaves, _sheet)
