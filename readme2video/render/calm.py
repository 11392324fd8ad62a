"""The ground of words over a bought clip: near them the clip may stray from the plate only so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from readme2video.media.planes import Planes
from readme2video.model.shot import Element

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    F32 = NDArray[np.float32]

STRAY_LUMA = 32
STRAY_CHROMA = 24
"""Levels a clip may differ from the plate under words: light moves on, and the contrast they were set with stays."""
_SOFT, _NEAR, _RAMP = 0.02, 0.02, 0.06
"""Shares of the picture's height: how soft the plate is taken, how far its ground reaches around words, and over what
distance the clip is set free."""


class CalmGround:
    """Holds frames of a clip near the plate where words are read.

    The plate is taken softly: a clip whose camera moves would otherwise show the plate's edges standing still.

    Args:
        plate: As it was drawn, the frames' size.
        elements: Of the shot; words and commands count.
    """

    def __init__(self, plate: Planes, elements: Sequence[Element]) -> None:
        boxes = [element.box for element in elements if element.sheet == "ink" and element.text]
        self._bounds: list[tuple[U8, U8]] = []
        if boxes:
            height = plate.y.shape[0]
            distance = _distance(plate.y.shape, [(box.x, box.y, box.right, box.bottom) for box in boxes])
            free = _share(distance, height)
            half = free[::2, ::2]
            self._bounds = [
                _around(plane, height, share, stray)
                for plane, share, stray in (
                    (plate.y, free, STRAY_LUMA),
                    (plate.u, half, STRAY_CHROMA),
                    (plate.v, half, STRAY_CHROMA),
                )
            ]

    def hold(self, frame: Planes) -> None:
        """Bring a frame's planes within bounds, in place."""
        import cv2

        if self._bounds:
            for plane, (least, most) in zip((frame.y, frame.u, frame.v), self._bounds, strict=True):
                cv2.min(plane, most, dst=plane)
                cv2.max(plane, least, dst=plane)


def _distance(shape: tuple[int, ...], boxes: Sequence[tuple[int, int, int, int]]) -> F32:
    """How far each pixel lies from the next box, in pixels."""
    import cv2
    import numpy as np

    outside = np.full(shape, 255, np.uint8)
    for left, top, right, bottom in boxes:
        outside[top:bottom, left:right] = 0
    return cv2.distanceTransform(outside, cv2.DIST_L2, 3)  # type: ignore[return-value]  # cv2 types loosely


def _share(distance: F32, height: int) -> F32:
    """How free a clip is at each pixel: 0 near words, 1 far from them, without a corner at either end."""
    import numpy as np

    share = np.clip((distance - _NEAR * height) / (_RAMP * height), 0, 1)
    smooth: F32 = share * share * (3 - 2 * share)
    return smooth


def _around(plane: U8, height: int, free: F32, stray: int) -> tuple[U8, U8]:
    """The least and the greatest value of each pixel."""
    import cv2
    import numpy as np

    soft = cv2.GaussianBlur(plane.astype(np.float32), (0, 0), _SOFT * height)
    room = stray + free * (255 - stray)
    return (
        np.clip(soft - room, 0, 255).astype(np.uint8),
        np.clip(soft + room, 0, 255).astype(np.uint8),
    )
