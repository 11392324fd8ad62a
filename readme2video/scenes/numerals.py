"""The numbers of a scene that can count: where their digits stand, and a sheet of the ten digits in their types."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

from readme2video.counting import number_in
from readme2video.model.record import Box, Size
from readme2video.model.shot import Element, Numeral
from readme2video.scenes.chromium import ScenePage
from readme2video.scenes.writer import TEMPLATES

_ALIKE = 0.04
"""How much wider than its cell a digit may be: digits of other widths would jump while they change."""


async def photographed(
    page: ScenePage, elements: Sequence[Element], size: Size, scale: float
) -> tuple[tuple[Numeral, ...], bytes | None]:
    """The numerals of the scene that a page shows, and the sheet their digits lie on; the last picture of a scene."""
    asked = [
        {"element": element.id, "text": element.text[start:end], "start": start}
        for element in elements
        if element.role == "value" and (span := number_in(element.text))
        for start, end in [span]
    ]
    if not asked:
        return (), None
    report = await page.page.evaluate(_script(), asked)
    found = tuple(numeral for one in report["numerals"] if (numeral := _numeral(one, size, scale)))
    width, height = (round(math.ceil(report[side]) * scale) for side in ("width", "height"))
    if not found or width > size.width or height > size.height:
        return (), None
    return found, await page.capture("digits", Box(x=0, y=0, width=width, height=height))


def _numeral(said: dict[str, Any], size: Size, scale: float) -> Numeral | None:
    """A numeral in picture pixels; None when its digits are not all equally wide or do not stand on one line."""
    digits = [cell for cell, sign in zip(said["cells"], said["text"], strict=True) if sign.isdigit()]
    widths = [box["right"] - box["left"] for box in (*digits, *said["glyphs"])]
    if max(widths) - min(widths) > _ALIKE * max(widths):
        return None
    if max(box["top"] for box in digits) - min(box["top"] for box in digits) > 1:
        return None
    cells = tuple(_box(box, scale) for box in said["cells"])
    if any(box.x < 0 or box.y < 0 or box.right > size.width or box.bottom > size.height for box in cells):
        return None
    return Numeral(
        element=said["element"],
        text=said["text"],
        cells=cells,
        glyphs=tuple(_box(box, scale) for box in said["glyphs"]),
    )


def _box(box: dict[str, float], scale: float) -> Box:
    left, top, right, bottom = (round(box[side] * scale) for side in ("left", "top", "right", "bottom"))
    return Box(x=left, y=top, width=right - left, height=bottom - top)


@cache
def _script() -> str:
    return (TEMPLATES / "digits.js").read_text("utf-8")
