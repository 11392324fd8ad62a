"""A number on its way to its value: its digits are drawn anew from the sheet of digits, all else is the shot's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readme2video.counting import number_at
from readme2video.model.record import Box
from readme2video.model.shot import Numeral
from readme2video.render.layers import Layer, cut_layer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]

_OVERHANG = 0.25
"""How far a digit may reach out of its cell, as a part of the cell's width; on the sheet there is more between them."""


class Counter:
    """The layer of an element whose number counts.

    Args:
        ink: The sheet the element lies on, BGRA.
        digits: The sheet with the ten digits in its type, BGRA.
        box: The element's, even.
    """

    def __init__(self, ink: U8, digits: U8, box: Box, numeral: Numeral) -> None:
        self._numeral, self._box, self._digits = numeral, box, digits
        self._own = ink[box.y : box.bottom, box.x : box.right].copy()
        self._colours = [self._colour(cell) for cell in numeral.cells]

    def layer(self, share: float) -> Layer:
        """The element after a share of the way, 0 to 1."""
        shown = number_at(self._numeral.text, share)
        picture = self._own.copy()
        first, last = self._numeral.cells[0], self._numeral.cells[-1]
        picture[self._rows(first), self._columns(first).start : self._columns(last).stop] = 0
        for cell, sign, colour in zip(self._numeral.cells, shown, self._colours, strict=True):
            if sign.isdigit():
                self._lay(picture, cell, self._numeral.glyphs[int(sign)], colour)
            elif sign != " ":
                area = (self._rows(cell), self._columns(cell))
                picture[area] = self._own[area]
        laid = cut_layer([picture], Box(x=0, y=0, width=self._box.width, height=self._box.height))
        return Layer(box=self._box, planes=laid.planes, below_y=laid.below_y, below_c=laid.below_c)

    def _rows(self, cell: Box) -> slice:
        return slice(max(0, cell.y - self._box.y), max(0, min(self._box.height, cell.bottom - self._box.y)))

    def _columns(self, cell: Box) -> slice:
        return slice(max(0, cell.x - self._box.x), max(0, min(self._box.width, cell.right - self._box.x)))

    def _colour(self, cell: Box) -> tuple[float, ...]:
        """The mean colour of what stands in a cell, by coverage."""
        import numpy as np

        part = self._own[self._rows(cell), self._columns(cell)].reshape(-1, 4).astype(np.float64)
        weight = part[:, 3].sum()
        return tuple(part[:, :3].T @ part[:, 3] / weight) if weight else (255.0, 255.0, 255.0)

    def _lay(self, picture: U8, cell: Box, glyph: Box, colour: tuple[float, ...]) -> None:
        """Draw a digit with its overhang where it belongs, over what is there."""
        import numpy as np

        over = round(glyph.width * _OVERHANG)
        height, width = self._digits.shape[:2]
        # Both sides are cut alike at the borders of the sheet and of the element.
        x, y = cell.x - self._box.x, cell.y - self._box.y
        left = -min(over, glyph.x, x)
        top = -min(0, glyph.y, y)
        right = min(glyph.width + over, width - glyph.x, self._box.width - x)
        bottom = min(glyph.height, height - glyph.y, self._box.height - y)
        cover = self._digits[glyph.y + top : glyph.y + bottom, glyph.x + left : glyph.x + right, 3]
        area = picture[y + top : y + bottom, x + left : x + right]
        stands = area[:, :, 3]
        area[:, :, :3] = np.where((cover >= stands)[:, :, None], np.rint(colour).astype(np.uint8), area[:, :, :3])
        area[:, :, 3] = np.maximum(stands, cover)
