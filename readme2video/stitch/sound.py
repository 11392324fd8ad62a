"""A film's sound: silence, or the sound of its clips, each under its own scene."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from readme2video.engine import Work
from readme2video.errors import EncoderError
from readme2video.media.clip_frames import playing
from readme2video.media.clip_sound import RATE_HZ, clip_sound
from readme2video.model.film import FilmRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

EDGE_S = 0.03
"""Every sound swells from silence and sinks into it over at least this long, so that nothing clicks."""
_AAC_FRAME = 1024
_BITS_PER_S = 160_000


def film_sound(request: FilmRequest, work: Work, stop: threading.Event) -> F32 | None:
    """The film's sound, float32 (2, samples) at 48 kHz, as long as its pictures; None when it has none.

    Neighbours sound together while one goes over into the other: one swells as the other sinks, by amounts that add
    up to one, so that two scenes of the same clip go on without a step.

    Raises:
        InterruptedError: ``stop`` was set.
    """
    import numpy as np

    if not request.sounds:
        return None
    encoding = request.encoding
    whole = np.zeros((2, _samples(request.frames, encoding.fps)), np.float32)
    for one in request.sounds:
        how = playing(one.duration_s, one.start_s, one.frames, encoding.fps, encoding.size_px)
        try:
            heard = clip_sound(work.path(one.clip), how, stop)
        except EncoderError as error:
            work.notice(f"{one.scene} is silent: {error.message}")
            continue
        begins = _samples(one.at, encoding.fps)
        heard = heard[:, : _samples(one.at + one.frames, encoding.fps) - begins]
        room = _samples(one.frames, encoding.fps)
        swell = max(_samples(one.head_frames, encoding.fps), round(EDGE_S * RATE_HZ))
        sink = max(_samples(one.tail_frames, encoding.fps), round(EDGE_S * RATE_HZ))
        shaped = _faded(heard) * _envelope(room, swell, sink)[: heard.shape[1]]
        whole[:, begins : begins + shaped.shape[1]] += shaped
    return np.clip(whole, -1.0, 1.0)


def add_sound_stream(film: Any, sound: F32 | None) -> Any:
    """The film's AAC stream at 48 kHz, stereo."""
    stream = film.add_stream("aac", rate=RATE_HZ, layout="stereo")
    if sound is not None:
        stream.bit_rate = _BITS_PER_S
    return stream


def packets(stream: Any, sound: F32 | None, duration_s: float) -> Iterator[Any]:
    """Packets of the film's sound track, as long as the film; silent without sound."""
    import av
    import numpy as np

    total = round(duration_s * RATE_HZ)
    for start in range(0, total, _AAC_FRAME):
        end = min(start + _AAC_FRAME, total)
        samples = np.zeros((2, end - start), np.float32) if sound is None else sound[:, start:end]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = start
        frame.time_base = Fraction(1, RATE_HZ)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _samples(frames: int, fps: int) -> int:
    return round(frames / fps * RATE_HZ)


def _envelope(length: int, swell: int, sink: int) -> F32:
    """From 0 to 1 and back to 0, without corners; two of them that overlap by their slopes add up to 1."""
    import numpy as np

    places = np.arange(length, dtype=np.float64) + 0.5
    up = np.clip(places / swell, 0, 1)
    down = np.clip((length - places) / sink, 0, 1)
    envelope: F32 = ((1 - np.cos(np.pi * up)) / 2 * (1 - np.cos(np.pi * down)) / 2).astype(np.float32)
    return envelope


def _faded(heard: F32) -> F32:
    """The same with soft ends where it begins later or ends earlier than the scene."""
    import numpy as np

    loud = np.flatnonzero(np.any(heard != 0, axis=0))
    if not loud.size:
        return heard
    first, last = int(loud[0]), int(loud[-1]) + 1
    edge = min(round(EDGE_S * RATE_HZ), max(1, (last - first) // 2))
    shaped = heard.copy()
    shaped[:, first:last] *= _envelope(last - first, edge, edge)
    return shaped
