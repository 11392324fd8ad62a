"""Whether words can be read on what lies under them, and are whole: measured in the pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from readme2video.model.record import Box, Finding
from readme2video.model.shot import LAYOUT_PX, Element, ShotRequest
from readme2video.scenes.sheets import Cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]

LEAST, LEAST_LARGE = 4.5, 3.0
"""Contrast that words and large words need."""
LARGE_PX = 60
"""Type from this size on is large, on a picture 1080 layout pixels high or wide."""
_ROUNDING = 0.1
_SOLID = 200
_FEW = 12
_HARDEST = 10
_CUT_LEVEL, _CUT_SHARE = 128, 0.02


def unreadable(
    request: ShotRequest, report: Mapping[str, Any], elements: Sequence[Element], ground: U8, ink: Cut
) -> tuple[Finding, ...]:
    """Failures: words too like their ground, words cut off at their element's box.

    Args:
        report: What the page said: where each element's words lie, and how large they are.
        ground: Everything below the words, BGR.
        ink: The sheet of words.
    """
    found = []
    scale = request.picture_px.width / LAYOUT_PX[request.aspect].width
    told = {entry["id"]: entry for entry in report["elements"]}
    for element in elements:
        if element.sheet != "ink" or not element.must_read or not element.text:
            continue
        box = words_box(told[element.id], scale, ink.box)
        least = LEAST_LARGE if told[element.id]["size"] >= LARGE_PX else LEAST
        reached = contrast_of(ground, ink, box) if box is not None else None
        if reached is not None and reached < least - _ROUNDING:
            found.append(
                Finding(
                    level="failure",
                    rule="contrast",
                    message=f"{element.id} has a contrast of {reached:.1f}:1 to what lies under it; {least:g}:1 is "
                    "needed. Choose another style or other colours.",
                )
            )
        if not element.glyphs and cut_off(ink, element.box):
            found.append(
                Finding(
                    level="failure",
                    rule="cut-off",
                    message=f"{element.id} reaches out of its element and would be cut off as it enters. Shorten it.",
                )
            )
    return tuple(found)


def contrast_of(ground: U8, ink: Cut, box: Box) -> float | None:
    """The contrast of solid ink to the ground right under it, of the tenth that is hardest to read; None without ink.

    Args:
        box: Where to look, inside the sheet's part, in picture pixels.
    """
    import numpy as np

    part = ink.pixels[box.y - ink.box.y : box.bottom - ink.box.y, box.x - ink.box.x : box.right - ink.box.x]
    solid = part[..., 3] >= _SOLID
    if int(solid.sum()) < _FEW:
        return None
    words = _luminance(part[solid][:, :3])
    under = _luminance(ground[box.y : box.bottom, box.x : box.right][solid])
    lighter, darker = np.maximum(words, under), np.minimum(words, under)
    return float(np.percentile((lighter + 0.05) / (darker + 0.05), _HARDEST))


def cut_off(ink: Cut, box: Box) -> bool:
    """Whether ink crosses an element's border: much of it, not the last of a soft edge."""
    import numpy as np

    part = ink.pixels[box.y - ink.box.y : box.bottom - ink.box.y, box.x - ink.box.x : box.right - ink.box.x, 3]
    if not part.size:
        return False
    border = np.concatenate((part[0], part[-1], part[:, 0], part[:, -1]))
    return int((border > _CUT_LEVEL).sum()) > max(2, _CUT_SHARE * border.size)


def words_box(entry: Mapping[str, Any], scale: float, part: Box) -> Box | None:
    """Where an element's words lie, in picture pixels inside ``part``; None when it has none there.

    Args:
        entry: What the page said of the element.
        scale: Picture pixels per layout pixel.
    """
    words = entry["words"]
    if not words:
        return None
    left, top = max(part.x, int(words["left"] * scale)), max(part.y, int(words["top"] * scale))
    right, bottom = min(part.right, int(words["right"] * scale)), min(part.bottom, int(words["bottom"] * scale))
    return Box(x=left, y=top, width=right - left, height=bottom - top) if right > left and bottom > top else None


def _luminance(bgr: U8) -> NDArray[np.float64]:
    """Relative luminance of colours, (count, 3) to (count,), 0 to 1."""
    import numpy as np

    share = np.arange(256) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear[bgr] @ np.array((0.0722, 0.7152, 0.2126)))
