"""Footage inside a scene: its frames over the poster, cut to the poster's own shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.errors import MachineError
from readme2video.media.planes import Planes, to_bgr, views
from readme2video.media.probe import frames, probe
from readme2video.model.film import SegmentRequest
from readme2video.model.picture import PlayedFootage
from readme2video.model.record import Artifact, Box
from readme2video.render.layers import Layer, cut_layer, even_box

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]


class PlayedPicture:
    """A scene's footage, frame by frame, at its own pace.

    Frames are decoded as they are asked for; asking for an earlier one begins anew.

    Args:
        path: Where an artifact's bytes lie.
        ink: The scene's ink sheet, BGRA: where it covers inside the element's box, footage is seen.
    """

    def __init__(
        self, request: SegmentRequest, played: PlayedFootage, path: Callable[[Artifact], Path], ink: U8
    ) -> None:
        self._played, self._file, self.element = played, path(played.video), played.element
        size = request.encoding.size_px
        element = next(one for one in request.shot.elements if one.id == played.element)
        box = even_box(element.box, size.width, size.height)
        self._inner = _covered(ink, box)
        mask = ink[self._inner.y : self._inner.bottom, self._inner.x : self._inner.right].copy()
        mask[:, :, :3] = 0
        black = cut_layer([mask], Box(x=0, y=0, width=self._inner.width, height=self._inner.height))
        self._below = (black.below_y, black.below_c)
        self._size = probe(self._file).size_px
        self._stream: Iterator[tuple[int, U8]] = iter(())
        self._at = -1
        self._flat: U8
        self._shown: Layer | None = None

    def over(self, ink: U8) -> U8:
        """The ink sheet with the footage's first frame in place of the poster: this is how it enters."""
        import cv2

        box = self._inner
        sheet = ink.copy()
        self._seek(0)
        first = to_bgr(self._flat, self._size.width, self._size.height)
        scaled = cv2.resize(first, (box.width, box.height), interpolation=self._how)
        sheet[box.y : box.bottom, box.x : box.right, :3] = scaled
        return sheet

    def layer(self, index: int) -> Layer:
        """What the element shows at a frame of the scene: its first frame until it begins to play."""
        played = self._played
        place = min(max(0, index - played.start), played.plays - 1) % played.frames
        if place != self._at or self._shown is None:
            self._seek(place)
            self._shown = self._scaled()
        return self._shown

    @property
    def _how(self) -> int:
        import cv2

        return cv2.INTER_AREA if self._inner.width < self._size.width else cv2.INTER_CUBIC

    def _scaled(self) -> Layer:
        import cv2

        wide, high = self._inner.width, self._inner.height
        source = views(self._flat, self._size.width, self._size.height)

        def cut(plane: U8, size: tuple[int, int], below: U8) -> U8:
            scaled = cv2.resize(plane, size, interpolation=self._how)
            return cv2.multiply(scaled, cv2.bitwise_not(below), scale=1 / 255)  # type: ignore[return-value]  # typed loosely

        below_y, below_c = self._below
        half = (wide // 2, high // 2)
        planes = Planes(
            cut(source.y, (wide, high), below_y), cut(source.u, half, below_c), cut(source.v, half, below_c)
        )
        return Layer(box=self._inner, planes=planes, below_y=below_y, below_c=below_c)

    def _seek(self, place: int) -> None:
        if place < self._at or self._at < 0:
            self._stream, self._at = frames(self._file), -1
        while self._at < place:
            found = next(self._stream, None)
            if found is None:
                raise MachineError(
                    "A README picture's footage cannot be read back.", hint="Repeat with `--again read`."
                )
            self._at, self._flat = found


def _covered(ink: U8, box: Box) -> Box:
    """The even box around what the ink sheet covers inside a box."""
    import cv2

    x, y, wide, high = cv2.boundingRect(ink[box.y : box.bottom, box.x : box.right, 3].copy())
    height, width = ink.shape[:2]
    return even_box(Box(x=box.x + x, y=box.y + y, width=wide, height=high), width, height)
