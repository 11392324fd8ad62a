"""Frames as 4:2:0 planes. Pictures are turned into BT.709 planes once; nothing is converted per frame.

A frame is one flat ``uint8`` array in I420 order: the luma plane (height, width), then the two chroma planes
(height/2, width/2). Values are limited range (16-235, 16-240). Chroma is sited left, as H.264 assumes: sample
``(row, column)`` lies at luma position ``(2 row + 0.5, 2 column)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from readme2video.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    F32 = NDArray[np.float32]

# ITU-R BT.709, full-range R'G'B' 0-255 to limited-range Y'CbCr.
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_Y_GAIN, _C_GAIN = 219 / 255, 224 / 255

_JPEG_QUALITY = 90


@dataclass(frozen=True)
class Planes:
    """Luma (height, width) and chroma (height/2, width/2), views into one flat buffer where they are a frame."""

    y: U8
    u: U8
    v: U8


def frame_size(width: int, height: int) -> int:
    """Bytes of one frame."""
    return width * height * 3 // 2


def views(flat: U8, width: int, height: int) -> Planes:
    """The three planes of a flat frame, sharing its memory."""
    luma, quarter = width * height, width * height // 4
    half = (height // 2, width // 2)
    return Planes(
        y=flat[:luma].reshape(height, width),
        u=flat[luma : luma + quarter].reshape(half),
        v=flat[luma + quarter :].reshape(half),
    )


def matrix() -> Any:
    """Rows Y, U, V over columns B, G, R, offset: for ``cv2.transform`` on float BGR 0-255."""
    import numpy as np

    luma = [_Y_GAIN * _KB, _Y_GAIN * _KG, _Y_GAIN * _KR, 16.0]
    blue = _C_GAIN / (2 * (1 - _KB))
    red = _C_GAIN / (2 * (1 - _KR))
    return np.array(
        [
            luma,
            [blue * (1 - _KB), -blue * _KG, -blue * _KR, 128.0],
            [-red * _KB, -red * _KG, red * (1 - _KR), 128.0],
        ],
        np.float32,
    )


def from_bgr(bgr: U8) -> tuple[F32, F32, F32]:
    """BGR uint8 (height, width, 3) to full-size float Y, U, V planes in limited range."""
    import cv2
    import numpy as np

    planes = cv2.split(cv2.transform(bgr.astype(np.float32), matrix()))
    return planes[0], planes[1], planes[2]  # type: ignore[return-value]  # cv2 types its results loosely


def halve(plane: F32) -> F32:
    """A full-size plane (even sides) to chroma size, sited left: 1-2-1 over columns, pairs of rows averaged."""
    import cv2
    import numpy as np

    pairs = (plane[0::2] + plane[1::2]) * 0.5
    smooth = cv2.sepFilter2D(
        pairs, -1, np.array([0.25, 0.5, 0.25], np.float32), np.ones(1, np.float32), borderType=cv2.BORDER_REFLECT_101
    )
    return np.ascontiguousarray(smooth[:, 0::2])


def quantise(plane: F32) -> U8:
    """Round and clip to uint8."""
    import cv2

    return cv2.convertScaleAbs(plane)  # type: ignore[return-value]  # rounds and saturates in one pass


def colour_of(hex_colour: str) -> tuple[int, int, int]:
    """An ``#rrggbb`` colour as limited-range (Y, U, V)."""
    red, green, blue = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    rows = matrix()
    y, u, v = (round(float(row[0] * blue + row[1] * green + row[2] * red + row[3])) for row in rows)
    return y, u, v


def to_bgr(flat: U8, width: int, height: int) -> U8:
    """A frame back to BGR uint8 (height, width, 3), for posters and reports; chroma is enlarged smoothly."""
    import cv2
    import numpy as np

    planes = views(flat, width, height)
    wide: list[Any] = [planes.y.astype(np.float32)]
    for chroma in (planes.u, planes.v):
        # Left siting: chroma column c lies on luma column 2c, chroma row r between luma rows 2r and 2r + 1.
        shift = np.array([[2, 0, 0], [0, 2, 0.5]], np.float32)
        wide.append(
            cv2.warpAffine(
                chroma.astype(np.float32),
                shift,
                (width, height),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )
    return _back(cv2.merge(wide))


def _back(yuv: Any) -> U8:
    """Float Y, U, V (height, width, 3) to BGR uint8."""
    import cv2
    import numpy as np

    forward = matrix()
    inverse = np.linalg.inv(forward[:, :3].astype(np.float64))
    offset = -inverse @ forward[:, 3].astype(np.float64)
    back = np.hstack([inverse, offset[:, None]]).astype(np.float32)
    return cv2.convertScaleAbs(np.maximum(cv2.transform(yuv, back), 0))  # type: ignore[return-value]


def half_size_jpeg(flat: U8, width: int, height: int) -> bytes:
    """A frame as a JPEG file of half its width and height, for reports: at chroma's size nothing has to be enlarged."""
    import cv2
    import numpy as np

    planes = views(flat, width, height)
    luma = cv2.resize(planes.y, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return _jpeg(_back(cv2.merge([luma, planes.u, planes.v]).astype(np.float32)))


def to_jpeg(flat: U8, width: int, height: int) -> bytes:
    """A frame as a JPEG file, for the poster."""
    return _jpeg(to_bgr(flat, width, height))


def _jpeg(bgr: U8) -> bytes:
    import cv2

    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise EncoderError("A frame could not be written as JPEG.")
    return data.tobytes()
