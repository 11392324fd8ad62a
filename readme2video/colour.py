"""Colours as numbers: lightness, mixing and contrast.

Mixing and correcting happen in OKLab, where equal steps look equal; contrast is WCAG 2's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable


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
