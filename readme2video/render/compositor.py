"""Frames of a scene, by number: the same request gives the same frame on every machine and in any order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.media.planes import Planes, colour_of, frame_size, views
from readme2video.model.film import Clip, Entrance, SegmentRequest
from readme2video.model.record import Artifact
from readme2video.model.shot import Element
from readme2video.render.camera import chroma_map, ease_out, luma_map, pose_at, smooth, view_of
from readme2video.render.layers import (
    Layer,
    clusters,
    covered_box,
    cut_layer,
    even_box,
    lay,
    patch,
    plate_planes,
    read_picture,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from readme2video.media.clip import ClipFrames

    U8 = NDArray[np.uint8]

_RISE = 0.026
_SLIDE = 0.018
"""How far entering elements travel, as a part of the picture's height."""


class Compositor:
    """Composes a scene's frames.

    Over a bought clip they have to be asked for in order, since it is streamed. A clip of the ``full`` picture is shown
    as it came, or, ``repaired``, with the shot's own pixels laid over the words that must be read.

    Args:
        path: Where an artifact's bytes lie.
        clip: The frames of the clip that is the backdrop; None for a camera path.
    """

    def __init__(
        self,
        request: SegmentRequest,
        path: Callable[[Artifact], Path],
        clip: ClipFrames | None = None,
        *,
        repaired: bool = False,
    ) -> None:
        self._elements: list[tuple[Element, Entrance, Layer]] = []
        self._shade: list[Layer] = []
        self._plate: Planes | None = None
        size = request.encoding.size_px
        self._width, self._height = size.width, size.height
        self._request = request
        shot = request.shot
        self._clip = clip
        self._caret = colour_of(request.accent)
        if isinstance(request.backdrop, Clip) and request.backdrop.covers == "full":
            self.settled = 0
            self._settled = [patch(read_picture(path(shot.full), 3), shot.elements)] if repaired else []
            return
        self._plate = plate_planes(read_picture(path(shot.plate), 3)) if clip is None else None
        panels = read_picture(path(shot.panels), 4) if shot.panels else None
        ink = read_picture(path(shot.ink), 4)
        shade = read_picture(path(shot.shade), 4) if shot.shade else None
        self._shade = [] if shade is None else [cut_layer([shade], covered_box(shade))]
        entrances = {entrance.element: entrance for entrance in request.entrances}
        # Panels lie under ink; among themselves elements of a sheet do not overlap.
        drawn = sorted(shot.elements, key=lambda element: (element.sheet == "ink", element.order))
        for element in drawn:
            sheet = ink if element.sheet == "ink" or panels is None else panels
            layer = cut_layer([sheet], even_box(element.box, self._width, self._height))
            self._elements.append((element, entrances[element.id], layer))
        self.settled = max((e.at + e.frames for e in request.entrances), default=0)
        areas = clusters([layer.box for layer in (*self._shade, *(layer for _, _, layer in self._elements))])
        sheets = [sheet for sheet in (shade, panels, ink) if sheet is not None]
        self._settled = [cut_layer(sheets, box) for box in areas]

    def frame(self, index: int, out: U8 | None = None) -> U8:
        """Frame ``index`` of the scene as a flat I420 array: ``out`` when given, else a new one."""
        import numpy as np

        flat = np.empty(frame_size(self._width, self._height), np.uint8) if out is None else out
        canvas = views(flat, self._width, self._height)
        if self._clip is None:
            self._draw_plate(canvas, index)
        else:
            self._clip.read(flat)
        if index >= self.settled:
            for layer in self._settled:
                lay(canvas, layer)
        else:
            for layer in self._shade:
                lay(canvas, layer)
            for element, entrance, layer in self._elements:
                self._draw_entering(canvas, element, entrance, layer, index)
        return flat

    def _draw_plate(self, canvas: Planes, index: int) -> None:
        import cv2

        path, plate = self._request.backdrop, self._plate
        if plate is None or isinstance(path, Clip):
            raise AssertionError("a clip's frames come from its stream")
        last = max(1, self._request.frames - 1)
        view = view_of(pose_at(path, index / last), self._width, self._height)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        for target, source, where in (
            (canvas.y, plate.y, luma_map(view)),
            (canvas.u, plate.u, chroma_map(view)),
            (canvas.v, plate.v, chroma_map(view)),
        ):
            size = (target.shape[1], target.shape[0])
            cv2.warpAffine(source, where, size, dst=target, flags=flags, borderMode=cv2.BORDER_REPLICATE)

    def _draw_entering(self, canvas: Planes, element: Element, entrance: Entrance, layer: Layer, index: int) -> None:
        if index >= entrance.at + entrance.frames:
            lay(canvas, layer)
            return
        if index < entrance.at:
            return
        t = (index - entrance.at + 1) / (entrance.frames + 1)
        if entrance.kind == "type":
            self._type(canvas, element, layer, t)
            return
        rest = 1 - ease_out(t)
        down = rest * _RISE * self._height if entrance.kind == "rise" else 0.0
        across = -rest * _SLIDE * self._height if entrance.kind == "slide" else 0.0
        lay(canvas, layer.moved(across, down).inside(self._width, self._height), opacity=smooth(t))

    def _type(self, canvas: Planes, element: Element, layer: Layer, t: float) -> None:
        cell = element.box.width / element.glyphs
        typed = int(t * element.glyphs)
        edge = element.box.x + round(typed * cell)
        if edge > layer.box.x:
            lay(canvas, layer.part(edge - layer.box.x))
        # The caret stands where the next character will be.
        left, right = edge & ~1, min(self._width, edge + max(2, round(cell * 0.55)) + 1 & ~1)
        inset = round(element.box.height * 0.12)
        top, bottom = element.box.y + inset & ~1, element.box.bottom - inset & ~1
        canvas.y[top:bottom, left:right] = self._caret[0]
        canvas.u[top // 2 : bottom // 2, left // 2 : right // 2] = self._caret[1]
        canvas.v[top // 2 : bottom // 2, left // 2 : right // 2] = self._caret[2]
