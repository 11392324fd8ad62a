"""Frames of a scene, by number: the same request gives the same frame on every machine and in any order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.media.planes import Planes, colour_of, frame_size, views
from readme2video.model.film import Clip, Entrance, SegmentRequest
from readme2video.model.record import Artifact
from readme2video.model.shot import Element
from readme2video.motion import CURVES
from readme2video.render.calm import CalmGround
from readme2video.render.camera import chroma_map, luma_map, pose_at, view_of
from readme2video.render.counter import Counter
from readme2video.render.entering import caret_shown, enter, leave, lit
from readme2video.render.footage import PlayedPicture
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

    from readme2video.media.clip_frames import ClipFrames

    U8 = NDArray[np.uint8]


class Compositor:
    """Composes a scene's frames.

    Over a bought clip they have to be asked for in order, since it is streamed. A clip of the ``full`` picture is shown
    as it came, or, ``repaired``, with the shot's own pixels laid over the words that must be read. A clip of the plate
    is held near it where words are read.

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
        self._footage: PlayedPicture | None = None
        self._plate: Planes | None = None
        self._calm: CalmGround | None = None
        self._counters: dict[str, Counter] = {}
        self._leaving = request.frames
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
        plate = plate_planes(read_picture(path(shot.plate), 3))
        self._plate = plate if clip is None else None
        self._calm = None if clip is None else CalmGround(plate, shot.elements)
        panels = read_picture(path(shot.panels), 4) if shot.panels else None
        marks = read_picture(path(shot.marks), 4) if shot.marks else None
        ink = read_picture(path(shot.ink), 4)
        if request.footage is not None:
            self._footage = PlayedPicture(request, request.footage, path, ink)
            ink = self._footage.over(ink)
        shade = read_picture(path(shot.shade), 4) if shot.shade else None
        self._shade = [] if shade is None else [cut_layer([shade], covered_box(shade))]
        entrances = {entrance.element: entrance for entrance in request.entrances}
        # Panels lie under marks and these under ink; among themselves elements of a sheet do not overlap.
        sheets = {
            name: sheet for name, sheet in (("panels", panels), ("marks", marks), ("ink", ink)) if sheet is not None
        }
        self._exits = {leaving.element: leaving for leaving in request.exits}
        self._leaving = min((leaving.at for leaving in request.exits), default=request.frames)
        drawn = sorted(shot.elements, key=lambda element: (list(sheets).index(element.sheet), element.order))
        for element in drawn:
            layer = cut_layer([sheets[element.sheet]], even_box(element.box, self._width, self._height))
            self._elements.append((element, entrances[element.id], layer))
        if shot.digits:
            digits = read_picture(path(shot.digits), 4)
            boxes = {element.id: layer.box for element, _, layer in self._elements}
            self._counters = {one.element: Counter(ink, digits, boxes[one.element], one) for one in shot.numerals}
        self.settled = max((e.at + e.frames for e in request.entrances), default=0)
        areas = clusters([layer.box for layer in (*self._shade, *(layer for _, _, layer in self._elements))])
        under = [] if shade is None else [shade]
        self._settled = [cut_layer([*under, *sheets.values()], box) for box in areas]

    def frame(self, index: int, out: U8 | None = None) -> U8:
        """Frame ``index`` of the scene as a flat I420 array: ``out`` when given, else a new one."""
        import numpy as np

        flat = np.empty(frame_size(self._width, self._height), np.uint8) if out is None else out
        canvas = views(flat, self._width, self._height)
        if self._clip is None:
            self._draw_plate(canvas, index)
        else:
            self._clip.read(flat)
            if self._calm is not None:
                self._calm.hold(canvas)
        if self.settled <= index < self._leaving and not self._emphasised(index):
            for layer in self._settled:
                lay(canvas, layer)
            if self._footage is not None:
                lay(canvas, self._footage.layer(index))
        else:
            for layer in self._shade:
                lay(canvas, layer)
            for element, entrance, layer in self._elements:
                if self._footage is not None and element.id == self._footage.element:
                    layer = self._footage.layer(index)  # noqa: PLW2901 - what it shows now
                self._draw(canvas, element, entrance, layer, index)
        return flat

    def _emphasised(self, index: int) -> bool:
        emphasis = self._request.emphasis
        return emphasis is not None and emphasis.at <= index < emphasis.at + emphasis.frames

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

    def _draw(self, canvas: Planes, element: Element, entrance: Entrance, layer: Layer, index: int) -> None:
        if index < entrance.at:
            return
        size = self._request.encoding.size_px
        leaving, emphasis = self._exits.get(element.id), self._request.emphasis
        if index < entrance.at + entrance.frames:
            self._enter(canvas, element, entrance, layer, index)
        elif leaving is not None and index >= leaving.at:
            if index < leaving.at + leaving.frames:
                leave(canvas, layer, leaving, _part(index, leaving.at, leaving.frames), size)
        elif emphasis is not None and emphasis.element == element.id and self._emphasised(index):
            t = _part(index, emphasis.at, emphasis.frames)
            lay(canvas, layer if emphasis.kind == "caret" else lit(layer, emphasis, t, self._caret, size))
            if emphasis.kind == "caret" and caret_shown(t):
                self._draw_caret(canvas, element, element.glyphs)
        else:
            lay(canvas, layer)

    def _enter(self, canvas: Planes, element: Element, entrance: Entrance, layer: Layer, index: int) -> None:
        t = _part(index, entrance.at, entrance.frames)
        if entrance.kind == "type":
            typed = int(t * element.glyphs)
            edge = element.box.x + round(typed * element.box.width / element.glyphs)
            if edge > layer.box.x:
                lay(canvas, layer.part(edge - layer.box.x))
            self._draw_caret(canvas, element, typed)
            return
        counter = self._counters.get(element.id) if entrance.kind == "count" else None
        if counter is not None:
            layer = counter.layer(CURVES["cubic"](t))
        enter(canvas, layer, entrance, t, self._request.encoding.size_px)

    def _draw_caret(self, canvas: Planes, element: Element, typed: int) -> None:
        """Draw a caret where the next character will be."""
        cell = element.box.width / element.glyphs
        edge = element.box.x + round(typed * cell)
        left, right = edge & ~1, min(self._width, edge + max(2, round(cell * 0.55)) + 1 & ~1)
        inset = round(element.box.height * 0.12)
        top, bottom = element.box.y + inset & ~1, element.box.bottom - inset & ~1
        canvas.y[top:bottom, left:right] = self._caret[0]
        canvas.u[top // 2 : bottom // 2, left // 2 : right // 2] = self._caret[1]
        canvas.v[top // 2 : bottom // 2, left // 2 : right // 2] = self._caret[2]


def _part(index: int, at: int, frames: int) -> float:
    """How much of a movement is over on a frame; between 0 and 1, neither of them."""
    return (index - at + 1) / (frames + 1)
