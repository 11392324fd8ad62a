"""How one element comes and goes: a layer drawn at a part of its way. The last frame before rest is all but at rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from readme2video.media.planes import Planes
from readme2video.model.film import Edge, Emphasis, Entrance, EntranceKind, Exit
from readme2video.model.record import Box, Size
from readme2video.motion import CURVES, ease_out, smooth
from readme2video.render.layers import Layer, lay

_SINK = 0.014
"""How far leaving words glide down, as a part of the picture's height."""
_ARRIVED = 0.6
"""The part of a count after which its words stand where they belong, still counting."""


def enter(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:
    """Lay an entering element over the canvas.

    Args:
        t: Part of its entrance that is over, between 0 and 1.
        size: Of the picture.
    """
    _ENTERING[entrance.kind](canvas, layer, entrance, t, size)


def leave(canvas: Planes, layer: Layer, exit_: Exit, t: float, size: Size) -> None:
    """Lay a leaving element over the canvas; ``t`` is the part of its exit that is over."""
    if exit_.kind == "cover":
        lay(canvas, _uncovered(layer, 1 - smooth(t), exit_.edge))
        return
    down = ease_out(t) * _SINK * size.height if exit_.kind == "sink" else 0.0
    lay(canvas, layer.moved(0.0, down).inside(size.width, size.height), opacity=1 - smooth(t))


def _glide(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:
    rest = (1 - CURVES[entrance.curve](t)) * entrance.distance * size.height
    edge = "bottom" if entrance.kind != "slide" else entrance.edge
    across = {"left": -rest, "right": rest, "bottom": 0.0}[edge]
    moved = layer.moved(across, rest if edge == "bottom" else 0.0)
    # What arrives fast has to be there while it moves; what arrives softly may fade in on its way.
    opacity = smooth(t if entrance.curve in ("smooth", "cubic") else 2 * t)
    lay(canvas, moved.inside(size.width, size.height), opacity=opacity)


def _count(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:
    _glide(canvas, layer, entrance, min(1.0, t / _ARRIVED), size)


def _fade(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:  # noqa: ARG001 - see _ENTERING
    lay(canvas, layer, opacity=CURVES[entrance.curve](t))


def _uncover(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:  # noqa: ARG001
    lines = _lines(layer)
    after = 1.0 if entrance.curve in ("linear", "steps") else _OVERLAP  # a machine writes one line after the other
    lasts = 1 / (1 + after * (len(lines) - 1))
    for place, line in enumerate(lines):
        share = CURVES[entrance.curve](t / lasts - after * place)
        if entrance.edge != "bottom":
            lay(canvas, _uncovered(line, share, entrance.edge))
        elif share > 0:  # words come up from behind the line they stand on
            lay(canvas, line.moved(0.0, (1 - share) * line.box.height).within(line.box))


_OVERLAP = 0.3
"""After which part of a line's entrance the next line of the same words begins."""
_VISIBLE, _SLIGHT = 247, 0.3


def _lines(layer: Layer) -> list[Layer]:
    """A layer cut between the lines of its words, where rows of it show nothing; even at every cut.

    What is much lower than the tallest of them is no line of its own: an accent, a rule.
    """
    import numpy as np

    shows = np.concatenate([[False], (layer.below_y < _VISIBLE).any(axis=1), [False]])
    edges = np.flatnonzero(shows[1:] != shows[:-1]).reshape(-1, 2).tolist()
    least = _SLIGHT * max((bottom - top for top, bottom in edges), default=0)
    lines: list[list[int]] = []
    for top, bottom in edges:
        if lines and (bottom - top < least or lines[-1][1] - lines[-1][0] < least):
            lines[-1][1] = bottom
        else:
            lines.append([top, bottom])
    box = layer.box
    cuts = [0, *((upper[1] + lower[0]) // 2 & ~1 for upper, lower in pairwise(lines)), box.height]
    return [
        layer.within(Box(x=box.x, y=box.y + top, width=box.width, height=bottom - top))
        for top, bottom in pairwise(cuts)
    ]


def _uncovered(layer: Layer, share: float, edge: Edge) -> Layer:
    """The part of a layer on one side of a mask's edge."""
    box = layer.box
    columns = round(box.width * share / 2) * 2
    left = box.right - columns if edge == "right" else box.x
    return layer.within(Box(x=left, y=box.y, width=columns, height=box.height))


def _grow(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:  # noqa: ARG001
    # The bar is pushed out of its base, so that its own end leads the way.
    box, rest = layer.box, 1 - CURVES[entrance.curve](t)
    across = {"left": -box.width, "right": box.width, "bottom": 0}[entrance.edge]
    down = box.height if entrance.edge == "bottom" else 0
    lay(canvas, layer.moved(rest * across, rest * down).within(box))


def _pop(canvas: Planes, layer: Layer, entrance: Entrance, t: float, size: Size) -> None:
    box = layer.box
    pivot = entrance.pivot or (box.x + box.width // 2, box.y + box.height // 2)
    factor = 1 - entrance.distance * (1 - CURVES[entrance.curve](t))
    lay(canvas, layer.scaled(factor, pivot).inside(size.width, size.height), opacity=smooth(2 * t))


_ENTERING: dict[EntranceKind, Callable[[Planes, Layer, Entrance, float, Size], None]] = {
    "rise": _glide,
    "slide": _glide,
    "count": _count,
    "fade": _fade,
    "uncover": _uncover,
    "grow": _grow,
    "pop": _pop,
}


_PULSE, _SHEEN = 0.2, 0.34
"""How much of a panel's or of the words' colour the accent takes at most."""
_BLINKS = 2


def lit(layer: Layer, emphasis: Emphasis, t: float, colour: tuple[int, int, int], size: Size) -> Layer:
    """A layer with light on it: the accent wells up over all of it, or passes over it as a band."""
    import cv2
    import numpy as np

    box = layer.box
    rows = np.arange(box.height, dtype=np.float32)[:, None]
    columns = np.arange(box.width, dtype=np.float32)[None, :]
    reach = 0.12 * size.width
    at = -reach + t * (box.width + 2 * reach)
    if emphasis.kind == "pulse":
        share = np.full((box.height, box.width), _PULSE * math.sin(math.pi * t) ** 2, np.float32)
    else:
        band = (columns - at + (rows - box.height / 2) * 0.35) / (reach / 2)
        share = (_SHEEN * np.exp(-(band**2))).astype(np.float32)

    def mixed(plane: np.ndarray, below: np.ndarray, value: int) -> np.ndarray:
        amount = share if plane.shape == share.shape else share[::2, ::2]
        covered = (255 - below.astype(np.float32)) / 255
        return cv2.convertScaleAbs(plane * (1 - amount) + covered * (amount * value))

    planes = layer.planes
    return Layer(
        box=box,
        planes=Planes(
            mixed(planes.y, layer.below_y, colour[0]),
            mixed(planes.u, layer.below_c, colour[1]),
            mixed(planes.v, layer.below_c, colour[2]),
        ),
        below_y=layer.below_y,
        below_c=layer.below_c,
    )


def caret_shown(t: float) -> bool:
    """Whether a blinking caret is there; it begins and ends gone."""
    return (t * _BLINKS) % 1 >= 0.5
