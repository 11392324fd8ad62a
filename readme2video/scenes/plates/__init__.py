"""The plate: what stands behind a scene's words, drawn as one SVG, in the manner of the film's style."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from readme2video.model.record import Size
from readme2video.model.shot import Zone
from readme2video.model.storyboard import Theme
from readme2video.model.vocabulary import Style
from readme2video.scenes.plates import aurora, editorial, poster, terminal

PLATES: Mapping[Style, Callable[[Theme, Size, int, Zone], str]] = {
    "aurora": aurora.draw,
    "editorial": editorial.draw,
    "terminal": terminal.draw,
    "poster": poster.draw,
}
COLOURS: Mapping[Style, Callable[[Theme, int], dict[str, str]]] = {
    "editorial": editorial.colours,
    "poster": poster.colours,
}
"""Custom properties that a style's sheet takes from its plates."""


def plate_colours(style: Style, theme: Theme, variant: int) -> dict[str, str]:
    """What a style's sheet needs to know of the scene's plate, by property name without dashes."""
    return COLOURS[style](theme, variant) if style in COLOURS else {}


def plate_svg(style: Style, theme: Theme, size: Size, variant: int, zone: Zone) -> str:
    """Draw a plate.

    Args:
        theme: The film's colours.
        size: Layout size in pixels.
        variant: The scene's look; neighbours get different compositions. Where the round of compositions starts
            comes from the colours, so that two films do not open alike.
        zone: Where the words stand.

    Returns:
        An ``<svg>`` element of exactly ``size``.
    """
    return PLATES[style](theme, size, variant, zone)
