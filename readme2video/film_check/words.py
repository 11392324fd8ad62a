"""Words on frames of the encoded film: how like the intended letters they are, how sharp, how far from their ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.errors import EncoderError
from readme2video.media.planes import Planes, from_bgr
from readme2video.model.check import SeenElement, SeenScene
from readme2video.model.record import Artifact, Box
from readme2video.model.shot import CODE_ROLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    F32 = NDArray[np.float32]
    Mask = NDArray[np.bool_]

_INK, _CORE, _CLEAR = 26, 230, 10  # of the ink sheet's opacity, 0 to 255
_FILLED = 0.55  # an element whose ink covers more than this part of its box is no bare lettering
_FEW = 24  # pixels from which a colour can be told


@dataclass(frozen=True)
class Look:
    """What was measured of an element on one frame.

    Attributes:
        likeness: Correlation of the letters' shapes with the intended ones; 1 is equal. What moves behind them does
            not count: only what is finer than a letter's stroke does.
        sharpness: Strength of the letters' edges over the intended strength.
        contrast: WCAG ratio of the words to the ground beside them, at the worst place along them; None when they
            have too few pixels to tell.
    """

    scene: str
    element: str
    frame: int
    likeness: float
    sharpness: float
    contrast: float | None


@dataclass(frozen=True)
class _Lettering:
    """An element's intended pixels."""

    box: Box
    detail: F32
    edges: float
    near: Mask
    core: Mask
    ground: Mask


class Words:
    """The words of one scene, ready to be compared with frames.

    Args:
        path: Where an artifact's bytes lie.

    Raises:
        EncoderError: A picture of the scene cannot be read.
    """

    def __init__(self, scene: SeenScene, path: Callable[[Artifact], Path]) -> None:
        full, ink = _read(path(scene.full)), _read(path(scene.ink))
        self._scene = scene.id
        self._letterings = {
            element.id: lettering
            for element in scene.elements
            if (lettering := _lettering(element, full, ink)) is not None
        }

    def look(self, element: str, planes: Planes, frame: int) -> Look | None:
        """Measure an element on a frame; None when it shows nothing that could be measured."""
        import numpy as np

        lettering = self._letterings.get(element)
        if lettering is None:
            return None
        box = lettering.box
        luma = planes.y[box.y : box.bottom, box.x : box.right].astype(np.float32)
        return Look(
            scene=self._scene,
            element=element,
            frame=frame,
            likeness=_correlation(_detail(luma)[lettering.near], lettering.detail[lettering.near]),
            sharpness=_edges(luma, lettering.near) / lettering.edges if lettering.edges else 1.0,
            contrast=_contrast(_luminance(planes, box), lettering.core, lettering.ground),
        )


def _read(file: Path) -> U8:
    import cv2

    found = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if found is None:
        raise EncoderError(f"{file.name} is not a readable picture.", hint="Make the film again.")
    return found  # type: ignore[return-value]  # cv2 types its results loosely


def _lettering(element: SeenElement, full: U8, ink: U8) -> _Lettering | None:
    import cv2
    import numpy as np

    height, width = full.shape[:2]
    # A margin around, so that there is ground to compare with; an even origin, for the chroma.
    margin = max(4, round(element.size_px * 0.15))
    left, top = max(0, element.box.x - margin) & ~1, max(0, element.box.y - margin) & ~1
    right, bottom = min(width, element.box.right + margin), min(height, element.box.bottom + margin)
    if right - left < 4 or bottom - top < 4 or ink.shape[:2] != full.shape[:2] or ink.shape[2] != 4:
        return None
    area = (slice(top, bottom), slice(left, right))
    alpha = ink[area][:, :, 3]
    luma = from_bgr(np.ascontiguousarray(full[area][:, :, :3]))[0]
    inside = np.zeros(alpha.shape, bool)
    inside[
        max(0, element.box.y - top) : element.box.bottom - top, max(0, element.box.x - left) : element.box.right - left
    ] = True
    inked = (alpha >= _INK) & inside
    if np.count_nonzero(inked) < _FEW:
        return None
    if np.count_nonzero(alpha[inside] >= _CORE) > _FILLED * np.count_nonzero(inside):
        core, ground = _two_clusters(luma, inside)
    else:
        core = (alpha >= _CORE) & inside
        reach = max(5, round(element.size_px * 0.22)) | 1
        around = cv2.dilate(inked.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
        ground = around & (alpha <= _CLEAR)
        if element.role in CODE_ROLES:
            ground[:, element.box.right - left :] = False  # there the caret stands
    near = cv2.dilate(inked.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    box = Box(x=left, y=top, width=right - left, height=bottom - top)
    return _Lettering(box, _detail(luma), _edges(luma, near), near, _inner(core), ground)


def _two_clusters(luma: F32, inside: Mask) -> tuple[Mask, Mask]:
    """Words on a ground of the same sheet: the rarer of the two brightnesses is the words."""
    import cv2
    import numpy as np

    grey = np.clip(luma, 0, 255).astype(np.uint8)
    cut, _ = cv2.threshold(grey[inside], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = (grey > cut) & inside
    dark = ~light & inside
    return (light, dark) if np.count_nonzero(light) < np.count_nonzero(dark) else (dark, light)


def _inner(core: Mask) -> Mask:
    """Strokes without their edges, which the encoder blurs; thin ones as they are."""
    import cv2
    import numpy as np

    inner = cv2.erode(core.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return inner if np.count_nonzero(inner) >= max(_FEW, 0.08 * np.count_nonzero(core)) else core


def _detail(luma: F32) -> F32:
    import cv2

    return luma - cv2.blur(luma, (31, 31), borderType=cv2.BORDER_REFLECT)


def _edges(luma: F32, near: Mask) -> float:
    import cv2

    across, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    return float(cv2.magnitude(across, down)[near].mean())


def _correlation(one: F32, other: F32) -> float:
    import numpy as np

    one, other = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((one * one).sum() * (other * other).sum()))
    if float((other * other).mean()) < 1:  # less than a grey level: nothing was to be seen
        return 1.0
    return float((one * other).sum() / norm) if norm else 0.0


def _luminance(planes: Planes, box: Box) -> F32:
    """WCAG relative luminance inside a box whose origin is even."""
    import numpy as np

    def coloured(plane: U8) -> F32:
        part = plane[box.y // 2 : (box.bottom + 1) // 2, box.x // 2 : (box.right + 1) // 2]
        grown = part.repeat(2, axis=0).repeat(2, axis=1)[: box.height, : box.width]
        return (grown.astype(np.float32) - 128) * np.float32(255 / 224)

    luma = (planes.y[box.y : box.bottom, box.x : box.right].astype(np.float32) - 16) * np.float32(255 / 219)
    blue, red = coloured(planes.u), coloured(planes.v)
    parts = (luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue)
    table = _linear()
    linear = [table[np.clip(part, 0, 255).astype(np.uint8)] for part in parts]
    found: F32 = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return found


def _linear() -> Any:
    import numpy as np

    level = np.arange(256, dtype=np.float32) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _contrast(light: F32, core: Mask, ground: Mask) -> float | None:
    """The worst over pieces about as wide as high, since both words and ground may change along a line."""
    import numpy as np

    height, width = light.shape
    step = max(48, height)
    worst: float | None = None
    for left in range(0, width, step):
        piece = slice(left, min(width, left + step))
        words, below = light[:, piece][core[:, piece]], light[:, piece][ground[:, piece]]
        if words.size < _FEW or below.size < _FEW:
            continue
        said = float(np.median(words))
        # The fifth of the ground that is nearest to the words decides, not its mean.
        behind = float(np.percentile(below, 80 if said > float(np.median(below)) else 20))
        ratio = (max(said, behind) + 0.05) / (min(said, behind) + 0.05)
        worst = ratio if worst is None else min(worst, ratio)
    return worst
