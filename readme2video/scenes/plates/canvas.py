"""A growing SVG of soft shapes in a theme's tones."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from readme2video.colour import from_oklch, mix, oklch
from readme2video.model.record import Size
from readme2video.model.storyboard import Theme


@dataclass
class Canvas:
    """Definitions and shapes; the methods add to them or give a fill to add with."""

    size: Size
    theme: Theme
    definitions: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)

    @property
    def dark(self) -> bool:
        """Whether the film is dark."""
        return self.theme.mode == "dark"

    def tone(self, colour: str, strength: float) -> str:
        """``colour`` laid over the background at ``strength``; light films need less of it."""
        if self.dark:
            lightness, chroma, hue = oklch(colour)
            if 75 < hue < 125:  # yellow turns to mud in the dark; a painter lets it go to amber
                colour = from_oklch(lightness, chroma, hue - (hue - 52) * (1 - strength * 0.5))
        return self._held(mix(self.theme.background, colour, strength if self.dark else strength * 0.62))

    def glint(self, colour: str, strength: float) -> str:
        """``colour`` lit: towards white on dark films, towards the paper on light ones."""
        return self._held(mix(colour, "#ffffff", strength if self.dark else strength * 0.8))

    def _held(self, colour: str) -> str:
        """Keep out of the ink's range: a yellow accent is brighter than any text could stand on."""
        lightness, chroma, hue = oklch(colour)
        if self.dark:
            return colour if lightness <= 0.68 else from_oklch(0.68 + (lightness - 0.68) * 0.2, chroma, hue)
        return colour if lightness >= 0.72 else from_oklch(0.72 - (0.72 - lightness) * 0.25, chroma, hue)

    def radial(self, stops: list[tuple[float, str, float]], *, at: tuple[float, float] = (0.5, 0.5)) -> str:
        """A radial gradient over a shape's box; stops are (offset, colour, opacity)."""
        name = f"g{len(self.definitions)}"
        self.definitions.append(
            f'<radialGradient id="{name}" cx=".5" cy=".5" r=".5" fx="{at[0]:.3f}" fy="{at[1]:.3f}">{_stops(stops)}'
            "</radialGradient>"
        )
        return f"url(#{name})"

    def linear(self, stops: list[tuple[float, str, float]], *, degrees: float = 90) -> str:
        """A linear gradient over a shape's box; 0 degrees runs to the right, 90 down."""
        name = f"g{len(self.definitions)}"
        x, y = math.cos(math.radians(degrees)) / 2, math.sin(math.radians(degrees)) / 2
        self.definitions.append(
            f'<linearGradient id="{name}" x1="{0.5 - x:.3f}" y1="{0.5 - y:.3f}" x2="{0.5 + x:.3f}" y2="{0.5 + y:.3f}">'
            f"{_stops(stops)}</linearGradient>"
        )
        return f"url(#{name})"

    def blob(self, x: float, y: float, radius: float, colour: str, opacity: float) -> None:
        """Light without an edge, falling off like a Gaussian."""
        fall = [
            (step / 8, colour, opacity * math.exp(-3.6 * (step / 8) ** 2) * (1 - (step / 8) ** 4)) for step in range(9)
        ]
        self.shapes.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{self.radial(fall)}"/>')

    def soft(self, shapes: list[str], blur: float, *, opacity: float = 1.0) -> None:
        """Shapes whose edges are spread over about three times ``blur`` pixels."""
        name = f"b{str(blur).replace('.', '_')}"
        filter_tag = (
            f'<filter id="{name}" x="-20%" y="-20%" width="140%" height="140%" color-interpolation-filters="sRGB">'
            f'<feGaussianBlur stdDeviation="{blur}"/></filter>'
        )
        if filter_tag not in self.definitions:
            self.definitions.append(filter_tag)
        self.shapes.append(f'<g filter="url(#{name})" opacity="{opacity}">{"".join(shapes)}</g>')

    def svg(self) -> str:
        """The whole as one element."""
        width, height = self.size.width, self.size.height
        return (
            f'<svg class="art" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}"><defs>{"".join(self.definitions)}</defs>{"".join(self.shapes)}</svg>'
        )


def eased(colour: str, before: float, after: float, start: float, end: float) -> list[tuple[float, str, float]]:
    """Stops that go smoothly from one opacity to another: a ramp with corners shows as a line."""
    stops = []
    for step in range(13):
        share = step / 12
        smooth = share * share * share * (share * (share * 6 - 15) + 10)
        stops.append((start + (end - start) * share, colour, before + (after - before) * smooth))
    return stops


def circle(x: float, y: float, radius: float, fill: str = "") -> str:
    """A disc; without a fill, that of its group."""
    painted = f' fill="{fill}"' if fill else ""
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}"{painted}/>'


def _stops(stops: list[tuple[float, str, float]]) -> str:
    return "".join(
        f'<stop offset="{offset:.3f}" stop-color="{colour}" stop-opacity="{opacity:.3f}"/>'
        for offset, colour, opacity in stops
    )
