"""The plates of ``aurora``: large soft shapes with light and shadow.

The camera moves over it by parts of a pixel, so every edge is softened over several pixels and nothing is thin;
and it is moved visibly, so every composition has one large form with light and shadow.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from itertools import pairwise

from readme2video.colour import from_oklch, mix, oklch
from readme2video.model.record import Size
from readme2video.model.shot import Zone
from readme2video.model.storyboard import Theme
from readme2video.scenes.plates.canvas import Canvas, circle, eased


def draw(theme: Theme, size: Size, variant: int, zone: Zone) -> str:
    """Draw a plate; see ``plates.plate_svg``."""
    canvas = Canvas(size, theme)
    start = hashlib.sha256(f"{theme.accent}{theme.accent_2}".encode()).digest()[0]
    first, second = theme.accent, theme.accent_2
    if variant % 2:
        first, second = second, first
    x, y, radius = _anchor(size, zone)
    _ground(canvas, first, second, x, y)
    COMPOSITIONS[(start + variant) % len(COMPOSITIONS)](canvas, first, second, x, y, radius)
    _calm(canvas, zone)
    return canvas.svg()


def _anchor(size: Size, zone: Zone) -> tuple[float, float, float]:
    """Centre and radius of the main form."""
    width, height = size.width, size.height
    if width > height:
        return {
            "side": (width * 0.80, height * 0.47, height * 0.45),
            "top": (width * 0.87, height * 0.36, height * 0.46),
            "centre": (width * 0.5, height * 0.5, height * 0.62),
        }[zone]
    if height > width:  # words stand above the lower quarter, which the platforms' buttons leave to the picture
        return {
            "side": (width * 0.70, height * 0.84, width * 0.56),
            "top": (width * 0.72, height * 0.86, width * 0.54),
            "centre": (width * 0.5, height * 0.80, width * 0.62),
        }[zone]
    return {
        "side": (width * 0.80, height * 0.70, width * 0.44),
        "top": (width * 0.86, height * 0.16, width * 0.42),
        "centre": (width * 0.5, height * 0.5, width * 0.60),
    }[zone]


def _ground(canvas: Canvas, first: str, second: str, x: float, y: float) -> None:
    width, height = canvas.size.width, canvas.size.height
    ground = canvas.linear(
        [(0, canvas.tone(second, 0.05), 1), (0.5, canvas.tone(first, 0.1), 1), (1, canvas.tone(second, 0.24), 1)],
        degrees=35,
    )
    canvas.shapes.append(f'<rect width="{width}" height="{height}" fill="{ground}"/>')
    reach = max(width, height)
    canvas.blob(x, y, reach * 0.62, canvas.tone(first, 0.62), 0.75)
    canvas.blob(width * 0.04, height * 1.02, reach * 0.6, canvas.tone(second, 0.55), 0.7)
    canvas.blob(width * 1.02, height * 1.0, reach * 0.42, canvas.tone(first, 0.5), 0.6)


def _orb(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    body = canvas.radial(
        [
            (0, canvas.glint(first, 0.3), 1),
            (0.28, canvas.tone(first, 0.92), 1),
            (0.62, canvas.tone(first, 0.5), 1),
            (0.88, canvas.tone(mix(first, second, 0.6), 0.3), 1),
            (1, canvas.tone(second, 0.55), 1),
        ],
        at=(0.3, 0.24),
    )
    rim = canvas.radial(
        [(0, second, 0), (0.8, second, 0), (0.95, second, 0.5), (1, canvas.glint(second, 0.35), 0.9)], at=(0.36, 0.34)
    )
    canvas.blob(x, y, radius * 1.9, canvas.tone(first, 0.8), 0.6)
    canvas.soft(
        [circle(x, y, radius, body), circle(x, y, radius, rim)],
        4,
    )
    far = canvas.linear([(0, canvas.glint(second, 0.2), 0.95), (1, canvas.tone(second, 0.3), 0.9)], degrees=60)
    canvas.soft([circle(x - radius * 1.08, y + radius * 0.78, radius * 0.24, far)], 9)
    canvas.soft([circle(x + radius * 0.98, y - radius * 0.92, radius * 0.36, far)], 22, opacity=0.7)


def _sheets(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    shapes = []
    for step in range(5):
        colour = mix(second, first, step / 4)
        fill = canvas.linear(
            [
                (0, canvas.glint(colour, 0.2), 0.98),
                (0.4, canvas.tone(colour, 0.72), 0.95),
                (1, canvas.tone(colour, 0.16), 0.85),
            ],
            degrees=58,
        )
        side = radius * 1.12
        middle_x, middle_y = x + radius * (0.86 - 0.4 * step), y - radius * (0.44 - 0.2 * step)
        shade = canvas.linear([(0, canvas.theme.background, 0.15), (1, canvas.theme.background, 0.6)], degrees=60)
        shapes.append(
            f'<g transform="translate({middle_x:.0f} {middle_y:.0f}) rotate(-24) skewX(-14)">'
            f'<rect x="{-side / 2 + 22:.0f}" y="{-side * 0.66 + 30:.0f}" width="{side:.0f}" height="{side * 1.32:.0f}" '
            f'rx="{side * 0.16:.0f}" fill="{shade}"/>'
            f'<rect x="{-side / 2:.0f}" y="{-side * 0.66:.0f}" width="{side:.0f}" height="{side * 1.32:.0f}" '
            f'rx="{side * 0.16:.0f}" fill="{fill}"/></g>'
        )
    canvas.soft(shapes, 4, opacity=0.95)


def _rings(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    shapes: list[str] = []
    for step in range(4):
        colour = mix(first, second, step / 3)
        stroke = canvas.linear(
            [
                (0, canvas.glint(colour, 0.28), 1),
                (0.3, canvas.tone(colour, 0.8), 1),
                (0.62, canvas.tone(colour, 0.22), 0.95),
                (1, canvas.tone(colour, 0.5), 0.9),
            ],
            degrees=40 + 55 * step,
        )
        across = radius * (0.22 + 0.37 * step)
        shade = canvas.radial(
            [(0, canvas.theme.background, 0.0), (0.86, canvas.theme.background, 0.55), (1, canvas.theme.background, 0)]
        )
        shapes.insert(
            0,
            circle(x + 14, y + 26, across + radius * 0.2, shade)
            + f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{across:.0f}" fill="none" stroke="{stroke}" '
            f'stroke-width="{radius * 0.27:.0f}"/>',
        )
    canvas.blob(x, y, radius * 2, canvas.tone(second, 0.7), 0.5)
    canvas.soft(shapes, 4, opacity=0.95)


def _waves(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    width, height = canvas.size.width, canvas.size.height
    sun = canvas.linear([(0, canvas.glint(first, 0.35), 1), (0.8, canvas.tone(second, 0.75), 0.95)], degrees=78)
    lift = 0.0 if width >= height else height * 0.17
    canvas.blob(x, y, radius * 1.7, canvas.tone(first, 0.85), 0.7)
    canvas.soft([circle(x, y - radius * 0.12 - lift * 0.4, radius * 0.56, sun)], 4)
    for step in range(5):
        colour = mix(first, second, step / 4)
        top = height * (0.47 + 0.115 * step) + lift * (1 - step * 0.12)
        swing = min(width, height) * (0.085 + 0.012 * step)
        shift = width * (0.11 * step if step % 2 else -0.07 * step)
        fill = canvas.linear(
            [
                (0, canvas.glint(colour, 0.12), 0.98),
                (0.16, canvas.tone(colour, 0.62), 0.96),
                (0.7, canvas.tone(colour, 0.12), 0.98),
                (1, canvas.tone(colour, 0.05), 1),
            ],
            degrees=96,
        )
        points = [(-0.45, 1), (0.05, -1), (0.55, 1), (1.05, -1.5), (1.55, 0.6)]
        path = f"M {-0.45 * width + shift:.0f} {top + swing:.0f} "
        for (left, up), (right, down) in pairwise(points):
            half = (right - left) / 2 * width
            path += (
                f"C {left * width + half + shift:.0f} {top + swing * up:.0f}, {right * width - half + shift:.0f} "
                f"{top + swing * down:.0f}, {right * width + shift:.0f} {top + swing * down:.0f} "
            )
        canvas.soft([f'<path d="{path} V {height * 1.2:.0f} H {-0.5 * width:.0f} Z" fill="{fill}"/>'], 4)


def _beams(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    reach = max(canvas.size.width, canvas.size.height) * 1.5
    shapes = []
    for step, (offset, breadth, strength) in enumerate(
        ((-1.25, 0.34, 0.45), (-0.72, 0.5, 0.85), (-0.12, 0.26, 0.6), (0.36, 0.56, 0.95), (1.05, 0.3, 0.5))
    ):
        colour = mix(first, second, step / 4)
        fill = canvas.linear(
            [
                (0, canvas.glint(colour, 0.15), strength),
                (0.12, canvas.tone(colour, 0.85), strength),
                (1, canvas.tone(colour, 0.1), 0.1),
            ],
            degrees=0,
        )
        shapes.append(
            f'<rect x="{x + offset * radius:.0f}" y="{y - reach / 2:.0f}" width="{breadth * radius:.0f}" '
            f'height="{reach:.0f}" rx="{breadth * radius * 0.5:.0f}" fill="{fill}"/>'
        )
    canvas.soft([f'<g transform="rotate(28 {x:.0f} {y:.0f})">{"".join(shapes)}</g>'], 4, opacity=0.85)


def _silk(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    strands = 9
    shapes = []
    for step in range(strands):
        share = step / (strands - 1)
        colour = mix(first, second, share)
        light = 0.5 + 0.5 * math.cos(share * 9.4)  # folds: some strands catch the light
        fill = canvas.linear(
            [
                (0, canvas.tone(colour, 0.2), 0.15),
                (0.35, canvas.tone(colour, 0.45 + 0.35 * light), 0.55 + 0.4 * light),
                (0.62, canvas.glint(colour, 0.3 * light), 0.35 + 0.6 * light),
                (1, canvas.tone(colour, 0.25), 0.2),
            ],
            degrees=60,
        )
        bend = radius * (share - 0.5)
        path = (
            f"M {x - radius * 0.7 + bend * 0.9:.0f} {y + radius * 2.1:.0f} "
            f"C {x - radius * 1.2 + bend * 2.0:.0f} {y + radius * 0.55 + bend:.0f}, "
            f"{x + radius * 1.0 - bend * 1.7:.0f} {y + radius * 0.35 + bend * 0.6:.0f}, "
            f"{x + radius * 0.3 + bend * 0.5:.0f} {y - radius * 0.5 + bend * 0.4:.0f} "
            f"S {x + radius * 0.9 + bend:.0f} {y - radius * 1.6:.0f}, "
            f"{x + radius * 1.3 + bend * 1.4:.0f} {y - radius * 2.0:.0f}"
        )
        shapes.append(
            f'<path d="{path}" fill="none" stroke="{fill}" stroke-width="{radius * 0.3:.0f}" stroke-linecap="round"/>'
        )
    canvas.blob(x, y, radius * 1.3, canvas.tone(second, 0.8), 0.5)
    canvas.soft(shapes, 14, opacity=0.95)


def _columns(canvas: Canvas, first: str, second: str, x: float, y: float, radius: float) -> None:
    shapes = []
    breadth = radius * 0.34
    for step, rise in enumerate((0.02, 0.34, 0.2, 0.66, 0.5, 1.0, 0.78, 1.16)):
        colour = mix(second, first, step / 7)
        fill = canvas.linear(
            [
                (0, canvas.glint(colour, 0.26), 1),
                (0.22, canvas.tone(colour, 0.82), 0.97),
                (0.75, canvas.tone(colour, 0.14), 0.8),
                (1, canvas.tone(colour, 0.05), 0.4),
            ],
            degrees=80,
        )
        left = x + (step - 4.6) * breadth * 1.1
        shapes.append(
            f'<rect x="{left:.0f}" y="{y + radius * (0.42 - rise * 1.12):.0f}" width="{breadth:.0f}" '
            f'height="{radius * 2.1:.0f}" rx="{breadth / 2:.0f}" fill="{fill}"/>'
        )
    canvas.soft(shapes, 4, opacity=0.95)


COMPOSITIONS: tuple[Callable[[Canvas, str, str, float, float, float], None], ...] = (
    _orb,
    _sheets,
    _rings,
    _waves,
    _silk,
    _columns,
    _beams,
)


def _calm(canvas: Canvas, zone: Zone) -> None:
    """Dim the plate where words stand, and its corners."""
    width, height = canvas.size.width, canvas.size.height
    ground = canvas.theme.background
    strong = 0.92 if canvas.dark else 0.86
    if zone == "centre" and width >= height:
        veil = canvas.radial(eased(ground, strong * 0.66, 0.0, 0.3, 0.95))
    elif width > height:
        start, end = (0.22, 0.82) if zone == "side" else (0.1, 0.92)
        veil = canvas.linear(eased(ground, strong, 0.0, start, end), degrees=0 if zone == "side" else 12)
    elif height > width:
        veil = canvas.linear(eased(ground, strong * 0.9, 0.0, 0.6, 0.86))
    else:
        veil = canvas.linear(
            eased(ground, strong * (0.86 if canvas.dark else 0.7), 0.0, 0.3, 1.0), degrees=0 if zone == "top" else 50
        )
        if zone == "top":
            canvas.shapes.append(
                f'<rect width="{width}" height="{height}" fill="{canvas.linear(eased(ground, 0.0, 0.6, 0.0, 0.4))}"/>'
            )
    canvas.shapes.append(f'<rect width="{width}" height="{height}" fill="{veil}"/>')
    edge = mix(ground, "#000000", 0.6) if canvas.dark else mix(ground, _shadow(ground), 0.3)
    vignette = canvas.radial(eased(edge, 0.0, 0.46, 0.6, 1.0))
    canvas.shapes.append(
        f'<ellipse cx="{width / 2:.0f}" cy="{height / 2:.0f}" rx="{width * 0.78:.0f}" '
        f'ry="{height * 0.78:.0f}" fill="{vignette}"/>'
    )


def _shadow(colour: str) -> str:
    """A dark relative of a light colour, for shadows that are not grey."""
    _, chroma, hue = oklch(colour)
    return from_oklch(0.45, max(chroma, 0.05), hue)
