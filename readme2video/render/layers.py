"""The shot's pictures as planes ready to be composed: an opaque plate and premultiplied layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.errors import MachineError
from readme2video.media.planes import Planes, from_bgr, halve, quantise
from readme2video.model.record import Box
from readme2video.model.shot import Element

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    F32 = NDArray[np.float32]


_BAND = 128
"""Rows converted at a time; even."""


def read_picture(file: Path, channels: int) -> U8:
    """One of our own screenshots as BGR or BGRA, uint8 (height, width, 3 or 4).

    Raises:
        MachineError: The file cannot be decoded.
    """
    import cv2

    picture = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.dtype.name != "uint8" or picture.shape[2] < channels:
        if picture is not None and picture.ndim == 3 and channels == 4 and picture.shape[2] == 3:
            return cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)  # type: ignore[return-value]  # a sheet without holes
        raise MachineError(f"The screenshot {file.name} cannot be read back.", hint="Repeat with `--again shoot`.")
    return picture[:, :, :channels]  # type: ignore[return-value]  # cv2 types its results loosely


def plate_planes(bgr: U8) -> Planes:
    """A plate as full planes, uint8."""
    height, width = bgr.shape[:2]
    planes = _empty(width, height)
    for rows, half in _bands(height):
        y, u, v = from_bgr(bgr[rows])
        planes.y[rows], planes.u[half], planes.v[half] = quantise(y), quantise(halve(u)), quantise(halve(v))
    return planes


def _bands(height: int) -> Iterator[tuple[slice, slice]]:
    """Bands of rows of a plane of even height, and the same rows of its chroma.

    Pictures are converted piece by piece, in a fraction of the memory and within the processor's cache.
    """
    for top in range(0, height, _BAND):
        bottom = min(height, top + _BAND)
        yield slice(top, bottom), slice(top // 2, bottom // 2)


def _empty(width: int, height: int) -> Planes:
    import numpy as np

    half = (height // 2, width // 2)
    return Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))


@dataclass(frozen=True)
class Layer:
    """Pixels to lay over a frame: premultiplied planes and what remains of the frame below them.

    Attributes:
        box: Where it lies when settled; even on all sides, so that chroma lines up.
        planes: Premultiplied by coverage.
        below_y: 255 minus coverage, luma size.
        below_c: 255 minus coverage, chroma size.
    """

    box: Box
    planes: Planes
    below_y: U8
    below_c: U8

    def part(self, columns: int) -> Layer:
        """Its first ``columns`` columns (made even), for text that is being typed."""
        columns = max(2, min(self.box.width, columns + columns % 2))
        return self.within(Box(x=self.box.x, y=self.box.y, width=columns, height=self.box.height))

    def moved(self, across: float, down: float) -> Layer:
        """The layer shifted by a fraction of pixels, in a box grown by an even margin."""
        import cv2
        import numpy as np

        if not across and not down:
            return self
        margin_x = int(abs(across)) // 2 * 2 + 4 if across else 0
        margin_y = int(abs(down)) // 2 * 2 + 4 if down else 0
        wide, high = self.box.width + 2 * margin_x, self.box.height + 2 * margin_y

        def shift(plane: U8, part: int, fill: int) -> U8:
            where = np.array([[1, 0, (margin_x + across) / part], [0, 1, (margin_y + down) / part]], np.float32)
            return cv2.warpAffine(  # type: ignore[return-value]  # cv2 types its results loosely
                plane, where, (wide // part, high // part), flags=cv2.INTER_LINEAR, borderValue=(fill,)
            )

        planes = self.planes
        return Layer(
            box=Box(x=self.box.x - margin_x, y=self.box.y - margin_y, width=wide, height=high),
            planes=Planes(shift(planes.y, 1, 0), shift(planes.u, 2, 0), shift(planes.v, 2, 0)),
            below_y=shift(self.below_y, 1, 255),
            below_c=shift(self.below_c, 2, 255),
        )

    def scaled(self, factor: float, pivot: tuple[int, int]) -> Layer:
        """The layer made smaller or larger about a point of the picture."""
        import math

        import cv2
        import numpy as np

        if factor == 1.0:
            return self
        box, (about_x, about_y) = self.box, pivot
        x, y = (
            math.floor(about_x + (box.x - about_x) * factor) - 2 & ~1,
            math.floor(about_y + (box.y - about_y) * factor) - 2 & ~1,
        )
        right = math.ceil(about_x + (box.right - about_x) * factor) + 3 & ~1
        bottom = math.ceil(about_y + (box.bottom - about_y) * factor) + 3 & ~1
        wide, high = max(2, right - x), max(2, bottom - y)

        def scale(plane: U8, part: int, fill: int) -> U8:
            left, top = (about_x - x - (about_x - box.x) * factor), (about_y - y - (about_y - box.y) * factor)
            half = (factor - 1) / 2  # pixel centres
            where = np.array([[factor, 0, left / part + half], [0, factor, top / part + half]], np.float32)
            return cv2.warpAffine(  # type: ignore[return-value]  # cv2 types its results loosely
                plane, where, (wide // part, high // part), flags=cv2.INTER_LINEAR, borderValue=(fill,)
            )

        planes = self.planes
        return Layer(
            box=Box(x=x, y=y, width=wide, height=high),
            planes=Planes(scale(planes.y, 1, 0), scale(planes.u, 2, 0), scale(planes.v, 2, 0)),
            below_y=scale(self.below_y, 1, 255),
            below_c=scale(self.below_c, 2, 255),
        )

    def inside(self, width: int, height: int) -> Layer:
        """What of the layer lies inside a picture of even size; at least one chroma sample."""
        return self.within(Box(x=0, y=0, width=width, height=height))

    def within(self, window: Box) -> Layer:
        """What of the layer lies inside an even box; it may be nothing."""
        box = self.box
        left, top = min(box.width, max(0, window.x - box.x)), min(box.height, max(0, window.y - box.y))
        right = max(left, min(box.width, window.right - box.x))
        bottom = max(top, min(box.height, window.bottom - box.y))
        if (left, top, right, bottom) == (0, 0, box.width, box.height):
            return self
        luma = (slice(top, bottom), slice(left, right))
        chroma = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
        planes = self.planes
        return Layer(
            box=Box(x=box.x + left, y=box.y + top, width=right - left, height=bottom - top),
            planes=Planes(planes.y[luma], planes.u[chroma], planes.v[chroma]),
            below_y=self.below_y[luma],
            below_c=self.below_c[chroma],
        )


def full_luma(file: Path) -> U8:
    """The luma of a whole screenshot, as the encoder would get it."""
    return plate_planes(read_picture(file, 3)).y


_FEATHER = 0.028
"""Width of a patch's soft edge, as a part of the picture's height."""


def patch(bgr: U8, elements: Sequence[Element]) -> Layer:
    """The picture's own pixels where words must be read, falling off softly around them, over the whole frame."""
    import cv2
    import numpy as np

    height, width = bgr.shape[:2]
    reach = max(4, round(height * _FEATHER))
    solid = np.zeros((height, width), np.uint8)
    for element in elements:
        if element.must_read and element.text:
            box = element.box
            solid[max(0, box.y - reach) : box.bottom + reach, max(0, box.x - reach) : box.right + reach] = 255
    # Blurred by less than it was grown by: it is whole inside the boxes and nothing at its outer edge.
    alpha = cv2.GaussianBlur(solid, (2 * reach + 1, 2 * reach + 1), reach / 3)
    sheet = np.dstack((bgr, np.asarray(alpha, np.uint8)))
    return cut_layer([sheet], Box(x=0, y=0, width=width, height=height))


def lay(canvas: Planes, layer: Layer, opacity: float = 1.0) -> None:
    """Compose a layer over the canvas in place: ``canvas * (1 - coverage) + layer``, rounded."""
    import cv2
    import numpy as np

    box = layer.box
    if not box.width or not box.height or opacity <= 0:
        return
    luma = (slice(box.y, box.bottom), slice(box.x, box.right))
    chroma = (slice(box.y // 2, box.bottom // 2), slice(box.x // 2, box.right // 2))
    for target, over, below in (
        (canvas.y[luma], layer.planes.y, layer.below_y),
        (canvas.u[chroma], layer.planes.u, layer.below_c),
        (canvas.v[chroma], layer.planes.v, layer.below_c),
    ):
        if opacity < 1.0:
            faded = cv2.convertScaleAbs(over, alpha=opacity)
            remains = cv2.multiply(
                target, cv2.convertScaleAbs(below, alpha=opacity, beta=255 * (1 - opacity)), scale=1 / 255
            )
            np.copyto(target, cv2.add(remains, faded))
        else:
            np.copyto(target, cv2.add(cv2.multiply(target, below, scale=1 / 255), over))


def even_box(box: Box, width: int, height: int) -> Box:
    """The smallest even box around ``box`` inside a picture of even size."""
    x, y = max(0, box.x) & ~1, max(0, box.y) & ~1
    right, bottom = min(width, box.right + 1 & ~1), min(height, box.bottom + 1 & ~1)
    return Box(x=x, y=y, width=max(2, right - x), height=max(2, bottom - y))


def covered_box(sheet: U8) -> Box:
    """The smallest even box around everything visible on an RGBA sheet; two by two pixels when it is empty."""
    import cv2

    height, width = sheet.shape[:2]
    x, y, wide, high = cv2.boundingRect(sheet[:, :, 3].copy())
    return even_box(Box(x=x, y=y, width=wide, height=high), width, height)


def cut_layer(sheets: Sequence[U8], box: Box) -> Layer:
    """Cut a part out of RGBA sheets (BGRA, straight alpha) laid over each other.

    Args:
        sheets: Lowest first, at least one.
        box: Even, inside the sheets.
    """
    import numpy as np

    planes = _empty(box.width, box.height)
    below_y, below_c = np.empty_like(planes.y), np.empty_like(planes.u)
    for rows, half in _bands(box.height):
        where = (slice(box.y + rows.start, box.y + rows.stop), slice(box.x, box.right))
        (y, u, v), covered = _laid_over(sheets, where)
        planes.y[rows], planes.u[half], planes.v[half] = quantise(y), quantise(halve(u)), quantise(halve(v))
        below_y[rows] = quantise(255 - covered * np.float32(255))
        below_c[half] = quantise(255 - halve(covered) * np.float32(255))
    return Layer(box=box, planes=planes, below_y=below_y, below_c=below_c)


def _laid_over(sheets: Sequence[U8], where: tuple[slice, slice]) -> tuple[tuple[F32, F32, F32], F32]:
    """A part of all sheets as premultiplied Y, U, V and coverage 0 to 1, all float and of full size."""
    import numpy as np

    laid: tuple[F32, F32, F32] | None = None
    covered: F32 = np.zeros((0, 0), np.float32)
    for sheet in sheets:
        part = sheet[where]
        coverage: F32 = np.multiply(part[:, :, 3], 1 / 255, dtype=np.float32)
        y, u, v = (plane * coverage for plane in from_bgr(np.ascontiguousarray(part[:, :, :3])))
        if laid is None:
            laid, covered = (y, u, v), coverage
        else:
            seen = 1 - coverage
            laid = (y + laid[0] * seen, u + laid[1] * seen, v + laid[2] * seen)
            covered = coverage + covered * seen
    if laid is None:
        raise ValueError("there is no sheet to cut from")
    return laid, covered


def clusters(boxes: list[Box]) -> list[Box]:
    """Boxes that touch become one, until none touch: the areas a settled frame has to be composed in."""
    merged = list(boxes)
    index = 0
    while index < len(merged):
        box = merged[index]
        for other in merged[index + 1 :]:
            if box.x < other.right and other.x < box.right and box.y < other.bottom and other.y < box.bottom:
                merged.remove(other)
                x, y = min(box.x, other.x), min(box.y, other.y)
                merged[index] = Box(
                    x=x, y=y, width=max(box.right, other.right) - x, height=max(box.bottom, other.bottom) - y
                )
                index = -1
                break
        index += 1
    return merged
