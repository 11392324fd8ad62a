"""From captures to layers: sheets cut to size, laid over the plate, and corrected where rounding shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from readme2video.errors import BrowserError
from readme2video.model.record import Box, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    F32 = NDArray[np.float32]

BOUND = 2
"""Levels of 255 that the layers laid over each other may differ from the full picture, per channel, anywhere."""
_WITHIN = BOUND + 0.45
"""The same before rounding, with room for what OpenCV's blending is off by."""
_FAINT = 16
"""Opacity of 255 below which a pixel of a letter's edge does not count as seen."""
_BAND = 32
_REPAIRED = 12
"""What rounding can cost where many soft edges meet. A greater difference means that something is not a layer."""


@dataclass(frozen=True)
class Cut:
    """A part of a transparent sheet; outside of it the sheet is empty.

    Attributes:
        box: Where it lies on the picture.
        pixels: BGRA, straight alpha, uint8 (height, width, 4).
    """

    box: Box
    pixels: U8

    @property
    def place(self) -> tuple[slice, slice]:
        """Its rows and columns in the picture."""
        return slice(self.box.y, self.box.bottom), slice(self.box.x, self.box.right)


@dataclass(frozen=True)
class Agreement:
    """How well the layers agreed with the full picture before they were corrected.

    Attributes:
        repaired: Pixels that were corrected.
        worst: The greatest difference met, in levels of 255.
        odd: Pixels that rounding cannot explain: drawn outside of all sheets, or blended in a way layers cannot be.
    """

    repaired: int
    worst: int
    odd: int


def decoded(data: bytes, channels: int) -> U8:
    """A capture as BGR or BGRA, uint8 (height, width, 3 or 4).

    Raises:
        BrowserError: It is no picture.
    """
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3:
        raise BrowserError("Chromium gave a picture that cannot be read.", hint="`readme2video doctor`")
    if channels == 4 and image.shape[2] == 3:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)  # a sheet without holes
    return image[:, :, :channels]  # type: ignore[return-value]  # cv2 types its results loosely


def encoded(sheet: Cut, size: Size) -> bytes:
    """A sheet as a PNG file of the whole picture's size."""
    import numpy as np

    canvas = np.zeros((size.height, size.width, 4), np.uint8)
    canvas[sheet.place] = sheet.pixels
    return packed(canvas)


def packed(pixels: U8) -> bytes:
    """A picture as a PNG file."""
    import cv2

    return cv2.imencode(".png", pixels)[1].tobytes()  # with any flag it takes three times as long


def around(boxes: Sequence[Box], size: Size, margin: int, step: int) -> Box:
    """The smallest box around all, grown by a margin, its sides multiples of ``step``, inside the picture."""
    x = max(0, min(box.x for box in boxes) - margin) // step * step
    y = max(0, min(box.y for box in boxes) - margin) // step * step
    right = min(size.width, -(-(max(box.right for box in boxes) + margin) // step) * step)
    bottom = min(size.height, -(-(max(box.bottom for box in boxes) + margin) // step) * step)
    return Box(x=x, y=y, width=right - x, height=bottom - y)


def shade_sheet(shade: dict[str, Any], size: Size, scale: float) -> Cut:
    """The calm ground behind bare words, from the page's description of it: one colour under two crossed ramps.

    Args:
        shade: ``colour`` as red, green, blue; ``opacity``; ``x`` and ``y`` with ``start`` and ``length`` in layout
            pixels and ``stops`` as pairs of coverage and place.
    """
    import numpy as np

    def ramp(axis: dict[str, Any], most: int) -> tuple[int, NDArray[np.float64]]:
        first = max(0, int(axis["start"] * scale))
        last = min(most, int(np.ceil((axis["start"] + axis["length"]) * scale)))
        centres = (np.arange(first, last) + 0.5) / scale - axis["start"]
        cover, at = np.transpose(axis["stops"])
        return first, np.interp(centres, at, cover, left=0.0, right=0.0)

    left, across = ramp(shade["x"], size.width)
    top, along = ramp(shade["y"], size.height)
    pixels = np.empty((len(along), len(across), 4), np.uint8)
    pixels[..., :3] = shade["colour"][::-1]
    pixels[..., 3] = np.rint(np.outer(along, across) * (255 * shade["opacity"]))
    return Cut(Box(x=left, y=top, width=len(across), height=len(along)), pixels)


def inked(sheet: Cut, box: Box) -> Box | None:
    """The part of a box that a sheet really covers; None where nothing can be seen."""
    import cv2
    import numpy as np

    rows, columns = sheet.place
    area = (
        slice(max(box.y - rows.start, 0), max(box.bottom - rows.start, 0)),
        slice(max(box.x - columns.start, 0), max(box.right - columns.start, 0)),
    )
    seen = np.ascontiguousarray(sheet.pixels[area][:, :, 3] >= _FAINT).astype(np.uint8)
    if not seen.any():
        return None
    x, y, width, height = cv2.boundingRect(seen)
    return Box(x=max(box.x, columns.start) + x, y=max(box.y, rows.start) + y, width=width, height=height)


def laid(plate: U8, sheets: Sequence[Cut]) -> U8:
    """The plate with sheets over it, lowest first, as uint8 BGR."""
    import cv2

    canvas = plate.copy()
    for rows, band in _blended(plate, sheets):
        canvas[rows] = cv2.convertScaleAbs(band)
    return canvas


def _blended(plate: U8, sheets: Sequence[Cut]) -> Iterator[tuple[slice, F32]]:
    """The plate with sheets over it, unrounded, band by band: within the processor's cache."""
    import cv2
    import numpy as np

    for top in range(0, len(plate), _BAND):
        bottom = min(top + _BAND, len(plate))
        band: F32 = plate[top:bottom].astype(np.float32)
        for sheet in sheets:
            first, last = max(top, sheet.box.y), min(bottom, sheet.box.bottom)
            if first >= last:
                continue
            *colours, level = cv2.split(sheet.pixels[first - sheet.box.y : last - sheet.box.y])
            if not level.any():
                continue
            cover = np.multiply(level, np.float32(1 / 255), dtype=np.float32)
            part = band[first - top : last - top, sheet.box.x : sheet.box.right]
            part[:] = cv2.blendLinear(cv2.merge(colours).astype(np.float32), part.copy(), cover, 1 - cover)
        yield slice(top, bottom), band


def strays(full: U8, plate: U8, sheets: Sequence[Cut]) -> int:
    """How many pixels differ where no sheet lies: drawn in no layer, or rastered otherwise from capture to capture."""
    import cv2

    off = cv2.absdiff(full, plate)
    differs = cv2.bitwise_not(cv2.inRange(off, (0, 0, 0), (BOUND, BOUND, BOUND)))
    for sheet in sheets:
        differs[sheet.place][sheet.pixels[:, :, 3] > 0] = 0
    return cv2.countNonZero(differs)


def agree(full: U8, plate: U8, sheets: Sequence[Cut]) -> Agreement:
    """Correct the sheets in place, so that laid over the plate they give the full picture.

    A browser rounds after every edge and shadow it blends, on a sheet of its own differently than on the plate. Where
    more than ``BOUND`` levels have come together, the uppermost sheet with any cover gets the colour the full picture
    asks for; a colour that no screen has gets a little more cover instead.

    Args:
        sheets: Lowest first.
    """
    import cv2
    import numpy as np

    differs = np.empty(full.shape[:2], np.uint8)
    for band, blended in _blended(plate, sheets):
        off = cv2.absdiff(full[band].astype(np.float32), blended)
        differs[band] = 255 - cv2.inRange(off, (0, 0, 0), (_WITHIN, _WITHIN, _WITHIN))
    if not differs.any():
        return Agreement(repaired=0, worst=BOUND, odd=0)
    columns, rows = cv2.findNonZero(differs).reshape(-1, 2).T
    wanted = full[rows, columns].astype(np.float64)
    grounds = [plate[rows, columns].astype(np.float64)]  # below each sheet
    covers = []
    for sheet in sheets:
        y, x = rows - sheet.box.y, columns - sheet.box.x
        inside = (y >= 0) & (y < sheet.box.height) & (x >= 0) & (x < sheet.box.width)
        values = np.zeros((len(rows), 4))
        values[inside] = sheet.pixels[y[inside], x[inside]]
        cover = values[:, 3:] / 255
        covers.append(cover[:, 0])
        grounds.append(grounds[-1] * (1 - cover) + values[:, :3] * cover)
    waiting = np.ones(len(rows), bool)
    for sheet, ground, cover in zip(reversed(sheets), reversed(grounds[:-1]), reversed(covers), strict=True):
        mended = waiting & (cover > 0)
        waiting &= ~mended
        if not mended.any():
            continue
        below, aim = ground[mended], wanted[mended]
        lighter, darker = (aim - below) / np.maximum(255 - below, 1), (below - aim) / np.maximum(below, 1)
        least = np.maximum(lighter, darker).max(axis=1)
        level = np.clip(np.ceil(np.maximum(cover[mended], least) * 255 - 1e-6), 1, 255)
        share = level[:, None] / 255
        colour = np.clip(np.rint(below + (aim - below) / share), 0, 255)
        where = rows[mended] - sheet.box.y, columns[mended] - sheet.box.x
        sheet.pixels[where] = np.column_stack((colour, level)).astype(np.uint8)
    differences = np.rint(np.abs(wanted - grounds[-1])).max(axis=1)
    odd = (differences > _REPAIRED) | (waiting & (differences > BOUND))
    return Agreement(repaired=int((~waiting).sum()), worst=int(differences.max(initial=0)), odd=int(odd.sum()))
