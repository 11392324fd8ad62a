"""Flashes, black and frozen stretches: what is seen of a film at reduced size, frame after frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    F32 = NDArray[np.float32]

LONGEST_BLACK_S = 0.25
LONGEST_STILL_S = 3.5
MOST_FLASHES = 3
"""General flashes in any second (WCAG 2.3.1)."""

_STEP, _BRIGHT, _AREA = 0.10, 0.80, 0.25  # WCAG: by 10 % of the maximum, the darker below 0.80, over a quarter
_BLACK_LUMA, _BLACK_SHARE = 16 + 0.06 * 219, 0.98
_STILL_LEVELS = 0.255  # mean difference, as freezedetect's -60 dB
_FLASH_FRAME_LEVELS = 12.0


@dataclass(frozen=True)
class Stretch:
    """Part of the film, seconds."""

    start_s: float
    length_s: float


@dataclass
class Course:
    """Follows a film frame by frame; give it every frame in order, then ``close``.

    Attributes:
        flashes: The most general flashes in any second, and the second's end.
        flash_frames: Times of single frames that differ from both neighbours, which are alike.
        changed_s: When the picture first differs visibly from frame 0; None when it never does.
    """

    fps: float
    black: list[Stretch] = field(default_factory=list)
    frozen: list[Stretch] = field(default_factory=list)
    flashes: tuple[int, float] = (0, 0.0)
    flash_frames: list[float] = field(default_factory=list)
    changed_s: float | None = None
    frames: int = 0
    _first: U8 | None = None
    _still: U8 | None = None
    _still_since: int = 0
    _black_since: int | None = None
    _last: tuple[U8, ...] = ()
    _extreme: F32 | None = None
    _rising: NDArray[np.bool_] | None = None
    _turns: list[NDArray[np.bool_]] = field(default_factory=list)
    _sum: NDArray[np.int16] | None = None

    def add(self, luma: U8) -> None:
        """The next frame's luma (height, width), reduced by averaging."""
        import cv2

        if self._first is None:
            self._first = luma
        elif self.changed_s is None and _changed(self._first, luma):
            self.changed_s = self.frames / self.fps
        self._follow_black(luma)
        if self._still is None or _difference(self._still, luma) > _STILL_LEVELS:
            self._end_still()
            self._still, self._still_since = luma, self.frames
        self._follow_single(luma)
        small = cv2.resize(luma, (max(1, luma.shape[1] // 3), max(1, luma.shape[0] // 3)), interpolation=cv2.INTER_AREA)
        self._follow_flashes(small)  # type: ignore[arg-type]  # cv2 types its results loosely
        self.frames += 1

    def close(self) -> None:
        """The film is over."""
        self._end_still()
        self._end_black()

    def _follow_black(self, luma: U8) -> None:
        import numpy as np

        if np.count_nonzero(luma <= _BLACK_LUMA) >= _BLACK_SHARE * luma.size:
            self._black_since = self.frames if self._black_since is None else self._black_since
        else:
            self._end_black()

    def _end_black(self) -> None:
        if self._black_since is not None:
            length_s = (self.frames - self._black_since) / self.fps
            if length_s >= LONGEST_BLACK_S:
                self.black.append(Stretch(self._black_since / self.fps, length_s))
        self._black_since = None

    def _end_still(self) -> None:
        length_s = (self.frames - self._still_since) / self.fps
        if self._still is not None and length_s >= LONGEST_STILL_S:
            self.frozen.append(Stretch(self._still_since / self.fps, length_s))

    def _follow_single(self, luma: U8) -> None:
        if len(self._last) == 2:
            before, here = self._last
            least = min(_difference(before, here), _difference(here, luma))
            if least > _FLASH_FRAME_LEVELS and _difference(before, luma) < 0.3 * least:
                self.flash_frames.append((self.frames - 1) / self.fps)
        self._last = (*self._last[-1:], luma)

    def _follow_flashes(self, luma: U8) -> None:
        """Count turns of each pixel's luminance; two opposing ones are a flash."""
        import numpy as np

        light: F32 = np.power(np.clip((luma.astype(np.float32) - 16) / 219, 0, 1), 2.2, dtype=np.float32)
        if self._extreme is None or self._rising is None or self._sum is None:
            self._extreme, self._rising = light, np.ones(light.shape, bool)
            self._sum = np.zeros(light.shape, np.int16)
            return
        extreme, rising = self._extreme, self._rising
        fell = rising & (light <= extreme - _STEP) & (light < _BRIGHT)
        rose = ~rising & (light >= extreme + _STEP) & (extreme < _BRIGHT)
        turned = fell | rose
        furthest = np.where(rising, np.maximum(extreme, light), np.minimum(extreme, light))
        self._extreme, self._rising = np.where(turned, light, furthest), rising ^ turned
        self._turns.append(turned)
        self._sum += turned
        if len(self._turns) > round(self.fps):
            self._sum -= self._turns.pop(0)
        if turned.any():
            over = np.sort(self._sum, axis=None)[-max(1, int(_AREA * self._sum.size))]
            if over // 2 > self.flashes[0]:
                self.flashes = (int(over // 2), self.frames / self.fps)


def _difference(one: U8, other: U8) -> float:
    import cv2

    return float(cv2.mean(cv2.absdiff(one, other))[0])


def _changed(first: U8, luma: U8) -> bool:
    """Whether a person sees that something moved: half a percent of the picture by a twelfth of its range."""
    import cv2
    import numpy as np

    return bool(np.count_nonzero(cv2.absdiff(first, luma) > 18) >= 0.005 * luma.size)
