"""The plates of ``terminal``: fields of large soft cells that glow like phosphor.

A cell is as large as a letter on a poster and its edges are softened over several pixels, so that nothing shimmers
when the camera moves by parts of a pixel; light falls off over the field, which gives it depth.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator

from readme2video.colour import mix
from readme2video.model.record import Size
from readme2video.model.shot import Zone
from readme2video.model.storyboard import Theme
from readme2video.scenes.plates.canvas import Canvas, eased

Light = Callable[[float, float], float]
"""How bright the field is at a place, 0 to 1; places in shares of the shorter side, from the anchor."""

_SOFT = 2.6
_DIM = 0.035
"""Cells darker than this are left out."""


def draw(theme: Theme, size: Size, variant: int, zone: Zone) -> str:
    """Draw a plate; see ``plates.plate_svg``."""
    canvas = Canvas(size, theme)
    start = hashlib.sha256(f"{theme.background}{theme.accent}".encode()).digest()[0]
    x, y = _anchor(size, zone)
    _ground(canvas, x, y)
    COMPOSITIONS[(start + variant) % len(COMPOSITIONS)](canvas, x, y)
    _calm(canvas, zone)
    return canvas.svg()


def _anchor(size: Size, zone: Zone) -> tuple[float, float]:
    """Where the light comes from."""
    width, height = size.width, size.height
    if width > height:
        return {
            "side": (width * 0.86, height * 0.5),
            "top": (width * 0.93, height * 0.3),
            "centre": (width * 0.8, height * 0.12),
        }[zone]
    if height > width:
        return width * (0.72 if zone == "side" else 0.5), height * 0.88
    return (width * 0.85, height * 0.82) if zone == "side" else (width * 0.9, height * 0.12)


def _ground(canvas: Canvas, x: float, y: float) -> None:
    width, height = canvas.size.width, canvas.size.height
    theme = canvas.theme
    ground = canvas.linear(
        [(0, canvas.tone(theme.accent, 0.03), 1), (1, canvas.tone(theme.accent_2, 0.16), 1)], degrees=40
    )
    canvas.shapes.append(f'<rect width="{width}" height="{height}" fill="{ground}"/>')
    reach = max(width, height)
    canvas.blob(x, y, reach * 0.7, canvas.tone(theme.accent, 0.42), 0.8)
    canvas.blob(x - (x - width / 2) * 2.1, height * 1.02, reach * 0.45, canvas.tone(theme.accent_2, 0.34), 0.7)


def _cells(
    canvas: Canvas,
    x: float,
    y: float,
    light: Light,
    *,
    pitch: tuple[float, float],
    fill: float = 0.78,
    round_: float = 0,
) -> None:
    """A field of cells in rows and columns, each as bright as the light at its place."""
    width, height = canvas.size.width, canvas.size.height
    short = min(width, height)
    across, down = pitch[0] * short, pitch[1] * short
    shapes = []
    for column, row in _grid(width, height, across, down):
        middle_x, middle_y = (column + 0.5) * across, (row + 0.5) * down
        bright = light((middle_x - x) / short, (middle_y - y) / short)
        if bright > _DIM:
            shapes.append(_cell(canvas, middle_x, middle_y, across * fill, down * fill, min(bright, 1.0), round_))
    canvas.soft(shapes, _SOFT)


def _grid(width: float, height: float, across: float, down: float) -> Iterator[tuple[int, int]]:
    for row in range(-1, math.ceil(height / down) + 1):
        for column in range(-1, math.ceil(width / across) + 1):
            yield column, row


def _cell(canvas: Canvas, x: float, y: float, wide: float, high: float, bright: float, round_: float) -> str:
    theme = canvas.theme
    hue = mix(theme.accent_2, theme.accent, min(1.0, bright * 1.3))
    colour = canvas.glint(hue, (bright - 0.7) * 0.8) if bright > 0.7 else canvas.tone(hue, 0.12 + bright * 0.95)
    return (
        f'<rect x="{x - wide / 2:.0f}" y="{y - high / 2:.0f}" width="{wide:.0f}" height="{high:.0f}" '
        f'rx="{min(wide, high) * round_:.0f}" fill="{colour}" opacity="{0.25 + 0.75 * bright:.2f}"/>'
    )


def _noise(column: float, row: float) -> float:
    """0 to 1, the same for the same cell."""
    return math.modf(abs(math.sin(column * 12.9898 + row * 78.233) * 43758.5453))[0]


def _falloff(distance: float, reach: float) -> float:
    return math.exp(-((distance / reach) ** 2))


def _swell(canvas: Canvas, x: float, y: float) -> None:
    """Rings of light that run over the field."""

    def light(across: float, down: float) -> float:
        distance = math.hypot(across, down)
        return float(_falloff(distance, 1.0) * (0.5 + 0.5 * math.cos(distance * 9.5)) ** 1.4)

    _cells(canvas, x, y, light, pitch=(0.052, 0.086))


def _skyline(canvas: Canvas, x: float, y: float) -> None:
    """Columns of cells of different heights, lit at their tops."""
    height, short = canvas.size.height, min(canvas.size.width, canvas.size.height)
    across, down = 0.088, 0.05
    floor = (height - y) / short

    def light(at: float, depth: float) -> float:
        column = round(at / across)
        rise = floor - (
            0.3 + 0.62 * (0.5 + 0.5 * math.sin(column * 1.7 + 0.6)) * _falloff(at, 1.15) + 0.1 * _noise(column, 3)
        )
        below = depth - rise
        return 0.0 if below < 0 else max(0.1, math.exp(-below * 2.1)) * (0.35 + 0.65 * _falloff(at, 1.3))

    _cells(canvas, x, y, light, pitch=(across, down), fill=0.84)


def _rain(canvas: Canvas, x: float, y: float) -> None:
    """Runs of cells that fall, each with a bright head and a long tail."""
    across, down = 0.064, 0.072

    def light(at: float, depth: float) -> float:
        column, row = round(at / across), depth / down
        length = 7 + 9 * _noise(column, 1)
        behind = (20 * _noise(column, 2) - row) % (length + 5)
        bright = max(0.0, 1 - behind / length) ** 1.7
        return float(bright * (0.12 + 0.88 * _falloff(at, 0.85)))

    _cells(canvas, x, y, light, pitch=(across, down), fill=0.76)


def _tube(canvas: Canvas, x: float, y: float) -> None:
    """Broad lines of a picture tube, bent by its glass, brightest in the middle."""
    short, width = min(canvas.size.width, canvas.size.height), canvas.size.width
    shapes = []
    for step in range(-7, 8):
        bright = _falloff(step, 4.2)
        middle = y + step * short * 0.098
        bend = step * short * 0.03
        theme = canvas.theme
        hue = mix(theme.accent_2, theme.accent, bright)
        fill = canvas.linear(
            [
                (0, canvas.tone(hue, 0.1), 0.0),
                (0.45, canvas.tone(hue, 0.25 + 0.45 * bright), 0.3 + 0.5 * bright),
                (0.8, canvas.glint(hue, 0.3 * bright), 0.35 + 0.65 * bright),
                (1, canvas.tone(hue, 0.4), 0.5),
            ],
            degrees=0,
        )
        shapes.append(
            f'<path d="M {-width * 0.1:.0f} {middle - bend:.0f} Q {width * 0.55:.0f} {middle + bend * 1.6:.0f} '
            f"{width * 1.1:.0f} {middle - bend:.0f} v {short * 0.058:.0f} Q {width * 0.55:.0f} "
            f"{middle + bend * 1.6 + short * 0.058:.0f} {-width * 0.1:.0f} {middle - bend + short * 0.058:.0f} Z"
            f'" fill="{fill}"/>'
        )
    canvas.blob(x, y, short * 0.9, canvas.tone(canvas.theme.accent, 0.8), 0.5)
    canvas.soft(shapes, 4)


def _prompt(canvas: Canvas, x: float, y: float) -> None:
    """A prompt and a cursor of light, out of cells."""
    short = min(canvas.size.width, canvas.size.height)
    pitch = 0.056
    canvas.blob(x, y, short * 0.8, canvas.tone(canvas.theme.accent, 0.7), 0.6)

    def light(across: float, down: float) -> float:
        across += 0.12
        edge = abs(across + 0.12 + abs(down) * 0.82 - 0.2)
        chevron = 1.0 if edge < pitch * 1.25 and abs(down) < 0.36 else 0.0
        cursor = 0.85 if 0.16 < across < 0.44 and 0.25 < down < 0.4 else 0.0
        return max(
            chevron * (0.75 + 0.25 * _noise(across, down)), cursor, 0.16 * _falloff(math.hypot(across, down), 0.8)
        )

    _cells(canvas, x, y, light, pitch=(pitch, pitch), fill=0.8)


def _plain(canvas: Canvas, x: float, _y: float) -> None:
    """A plain of cells that goes to a horizon: far rows are low and narrow."""
    width, height = canvas.size.width, canvas.size.height
    horizon = height * (0.34 if width >= height else 0.62)
    canvas.blob(x, horizon, max(width, height) * 0.5, canvas.tone(canvas.theme.accent, 0.85), 0.7)
    shapes = []
    for row in range(11):
        near, far = _depth(row), _depth(row + 1)
        top, bottom = horizon + (height * 1.08 - horizon) * far, horizon + (height * 1.08 - horizon) * near
        high = (bottom - top) * 0.74
        wide = 0.14 * max(width, height) * (near + far) / 2
        for column in range(-40, 41):
            middle = width / 2 + (x - width / 2) * 0.4 + column * wide * 1.28
            if not -wide < middle < width + wide:
                continue
            wave = 0.5 + 0.5 * math.sin(column * 0.7 + row * 1.15)
            bright = (0.1 + 0.9 * wave**2.2) * (0.3 + 0.7 * _falloff((middle - x) / max(width, height), 0.5))
            shapes.append(_cell(canvas, middle, (top + bottom) / 2, wide, high, bright, 0.0))
    canvas.soft(shapes, _SOFT)


def _depth(row: int) -> float:
    """How far from the horizon a row's near edge lies, 1 for the nearest."""
    return 0.74**row


COMPOSITIONS: tuple[Callable[[Canvas, float, float], None], ...] = (_swell, _skyline, _tube, _rain, _plain, _prompt)


def _calm(canvas: Canvas, zone: Zone) -> None:
    """Dim the plate where words stand."""
    width, height = canvas.size.width, canvas.size.height
    ground = canvas.theme.background
    strong = 0.9 if canvas.dark else 0.84
    if width > height:
        end = {"side": 0.8, "top": 0.95, "centre": 1.1}[zone]
        veil = canvas.linear(eased(ground, strong, 0.0, 0.1, end), degrees=4 if zone == "side" else 16)
    elif height > width:
        veil = canvas.linear(eased(ground, strong * 0.92, 0.0, 0.45, 0.9))
    else:
        veil = canvas.linear(eased(ground, strong, 0.0, 0.15, 1.1), degrees=40 if zone == "side" else -30)
    canvas.shapes.append(f'<rect width="{width}" height="{height}" fill="{veil}"/>')
