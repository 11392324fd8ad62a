"""Transitions, composed by moviepy from the neighbours' frames and encoded as small segments of their own.

Frames go through moviepy as Y, U and V in one (height, width, 3) array instead of R, G and B: fading and moving
treat all channels alike, so nothing is converted and the transition meets its neighbours without a step in colour.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError
from readme2video.media.ffmpeg import FrameWriter, x264_arguments
from readme2video.media.planes import colour_of, frame_size, views
from readme2video.media.probe import frames, probe
from readme2video.model.film import TransitionClip, TransitionRequest
from readme2video.model.record import Size, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]
    Blend = Callable[[U8, U8, float], U8]

_FEATHER = 0.12
"""Width of a wipe's soft edge, as a part of the picture's width."""
_BLOCK_SPEED = 1.5
"""How much faster than the transition each edge of a block runs; what it is more than 1 keeps the edges apart."""
_IMPORTING = threading.Lock()


@dataclass(frozen=True)
class TransitionMaker:
    """Makes the stretch between two scenes."""

    parallel: int
    stage: Stage = "stitch"
    fingerprint: str = "transition/2"
    output: type[TransitionClip] = TransitionClip

    async def perform(self, request: TransitionRequest, work: Work) -> TransitionClip:
        """The transition as an MP4 that can be joined to its neighbours.

        Raises:
            EncoderError: A neighbour's frames are missing or the encoder failed.
        """
        return await in_thread(_make, request, work)


def _make(stop: threading.Event, request: TransitionRequest, work: Work) -> TransitionClip:
    encoding = request.encoding
    leaving = _Stretch(work.path(request.tail), encoding.size_px, request.frames)
    arriving = _Stretch(work.path(request.head), encoding.size_px, request.frames)
    blend = _BLENDS[request.kind] if request.colour is None else _block(request.colour)
    mirrored = request.direction == "rtl"
    last = request.frames - 1

    def frame_at(time_s: float) -> U8:
        index = min(last, round(time_s * encoding.fps))
        # The first frame already shows a little of the next scene, the last still a little of this one.
        t = (index + 1) / (request.frames + 1)
        a, b = leaving.frame(index), arriving.frame(index)
        if mirrored:
            return blend(a[:, ::-1], b[:, ::-1], t)[:, ::-1]
        return blend(a, b, t)

    clip = import_moviepy().VideoClip(frame_function=frame_at, duration=request.frames / encoding.fps)
    file = work.folder / "transition.mp4"
    with FrameWriter(file, encoding, x264_arguments(encoding), stop) as writer:
        for index in range(request.frames):
            writer.write(_flat(clip.get_frame(index / encoding.fps), encoding.size_px))
    leaving.finish()
    arriving.finish()
    if (found := probe(file).frames) != request.frames:
        raise EncoderError(f"The encoder wrote {found} frames of a transition, not {request.frames}.")
    return TransitionClip(body=work.keep(file, ".mp4"), frames=request.frames)


def import_moviepy() -> Any:
    """Import moviepy without its habit of loading any ``.env`` it finds upwards into our environment."""
    with _IMPORTING:
        if "moviepy" not in sys.modules:
            absent = sys.modules.get("dotenv")
            sys.modules["dotenv"] = None  # type: ignore[assignment]  # None makes `import dotenv` fail, documented
            try:
                import moviepy
            finally:
                if absent is None:
                    del sys.modules["dotenv"]
                else:
                    sys.modules["dotenv"] = absent
        else:
            import moviepy
    return moviepy


class _Stretch:
    """A neighbour's shared frames as (height, width, 3) arrays of Y, U, V, decoded as they are asked for."""

    def __init__(self, file: Path, size: Size, count: int) -> None:
        self._frames, self._size, self._count = frames(file), size, count
        self._held: tuple[int, U8] | None = None

    def frame(self, index: int) -> U8:
        """Frame ``index``; never one before the last asked for.

        Raises:
            EncoderError: There are fewer frames than promised.
        """
        while self._held is None or self._held[0] < index:
            found = next(self._frames, None)
            if found is None:
                raise self._wrong(self._held[0] + 1 if self._held else 0)
            self._held = (found[0], self._stacked(found[1]))
        return self._held[1]

    def finish(self) -> None:
        """See that there are no more frames than promised.

        Raises:
            EncoderError: There are.
        """
        if more := sum(1 for _ in self._frames):
            raise self._wrong(self._count + more)

    def _stacked(self, flat: U8) -> U8:
        import cv2

        planes = views(flat, self._size.width, self._size.height)
        whole = (self._size.width, self._size.height)
        # Nearest keeps each chroma sample as it is, so that averaging pairs afterwards restores it exactly.
        chroma = [cv2.resize(plane, whole, interpolation=cv2.INTER_NEAREST) for plane in (planes.u, planes.v)]
        return cv2.merge([planes.y, *chroma])  # type: ignore[return-value]  # cv2 types its results loosely

    def _wrong(self, found: int) -> EncoderError:
        return EncoderError(
            f"A neighbour of a transition has {found} frames, not {self._count}.",
            hint="Repeat with `--again render`.",
        )


def _flat(stacked: U8, size: Size) -> U8:
    import cv2
    import numpy as np

    flat = np.empty(frame_size(size.width, size.height), np.uint8)
    planes = views(flat, size.width, size.height)
    planes.y[:] = stacked[:, :, 0]
    half = (size.width // 2, size.height // 2)
    for target, channel in ((planes.u, 1), (planes.v, 2)):
        whole = np.ascontiguousarray(stacked[:, :, channel])
        target[:] = cv2.resize(whole, half, interpolation=cv2.INTER_AREA)
    return flat


def _ease(t: float) -> float:
    return t * t * (3 - 2 * t)


def _crossfade(a: U8, b: U8, t: float) -> U8:
    """One picture melts into the other."""
    import cv2

    share = _ease(t)
    return cv2.addWeighted(a, 1 - share, b, share, 0)  # type: ignore[return-value]  # cv2 types its results loosely


def _slide(a: U8, b: U8, t: float) -> U8:
    """The next picture pushes this one out to the left."""
    import numpy as np

    width = a.shape[1]
    # Whole pairs of pixels, so that chroma stays on its grid; at this speed the eye cannot tell.
    gone = round(width * _ease(_ease(t)) / 2) * 2
    return np.concatenate([a[:, gone:], b[:, :gone]], axis=1)


def _wipe(a: U8, b: U8, t: float) -> U8:
    """A soft edge uncovers the next picture from left to right."""
    import cv2
    import numpy as np

    height, width = a.shape[:2]
    feather = width * _FEATHER
    edge = _ease(t) * (width + feather)
    share = np.clip((edge - np.arange(width, dtype=np.float32)) / feather, 0, 1)
    left = np.broadcast_to((1 - share).astype(np.float32), (height, width))
    return cv2.blendLinear(  # type: ignore[return-value]  # cv2 types its results loosely
        np.ascontiguousarray(a), np.ascontiguousarray(b), np.ascontiguousarray(left), np.ascontiguousarray(1 - left)
    )


def _block(hex_colour: str) -> Blend:
    """A plane of one colour crosses the picture: it covers this scene and leaves the next one behind it."""
    plane = colour_of(hex_colour)

    def blend(a: U8, b: U8, t: float) -> U8:
        import numpy as np

        height, width = a.shape[:2]
        head = round(width * min(1.0, _ease(t * _BLOCK_SPEED)) / 2) * 2
        trail = round(width * _ease(1 - min(1.0, (1 - t) * _BLOCK_SPEED)) / 2) * 2
        between = np.broadcast_to(np.array(plane, np.uint8), (height, max(0, head - trail), 3))
        return np.concatenate([b[:, :trail], between, a[:, max(head, trail) :]], axis=1)

    return blend


_BLENDS: dict[str, Blend] = {"crossfade": _crossfade, "slide": _slide, "wipe": _wipe}
