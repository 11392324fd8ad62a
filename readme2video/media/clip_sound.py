"""The sound of a bought clip: the stretch that a scene plays, in step with its pictures."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.errors import EncoderError
from readme2video.media.child import complaints
from readme2video.media.clip import LONGEST_S, decoded_by
from readme2video.media.clip_file import read_header, read_times
from readme2video.media.clip_frames import Playing
from readme2video.media.ffmpeg import ffmpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    F32 = NDArray[np.float32]

RATE_HZ = 48_000


def clip_sound(file: Path, playing: Playing, stop: threading.Event | None = None) -> F32:
    """What is heard while a scene plays a clip: float32 (2, samples) at 48 kHz, beginning with the first picture.

    It is as long as the pictures run forward, or shorter where the clip's sound ends; where that begins later than
    the pictures, silence is put before it. A slowed clip's sound is slowed with it, at its pitch.

    Args:
        file: A clip that was verified; nothing but it is opened.
        playing: How the scene plays it.
        stop: When set, the decoder is ended.

    Raises:
        EncoderError: It cannot be decoded.
        InterruptedError: ``stop`` was set.
    """
    import numpy as np

    times = read_times(file, playing.start_s)
    if times.sound_ends_s > times.first_picture_s + 2 * LONGEST_S:
        raise EncoderError(f"The clip's sound is {times.sound_ends_s:.0f} s long, its pictures are not.")
    ends_s = times.first_picture_s + playing.forward_s / playing.slower + 0.1
    begins = round(times.first_picture_s * RATE_HZ)
    # The rate first: where a filter both converts it and trims the start, ffmpeg trims by the wrong amount.
    filters = [f"aresample={RATE_HZ}", f"aresample=async=1:first_pts={begins}", f"atrim=end={ends_s:.6f}"]
    if playing.slower != 1.0:
        filters.append(f"atempo={1 / playing.slower:.6f}")
    command = [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-copyts", "-threads", "1",
        "-protocol_whitelist", "file,pipe", "-f", read_header(file).container, "-i", str(file.absolute()),
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-af", ",".join(filters),
        "-ac", "2", "-f", "f32le", "pipe:1",
    ]  # fmt: skip
    done = decoded_by(command, stop)
    samples = np.frombuffer(done.stdout[: len(done.stdout) // 8 * 8], "<f4").reshape(-1, 2).T
    if not samples.size:
        *_, last = complaints(done.stderr) or ["there is none"]
        raise EncoderError(f"The clip's sound cannot be decoded: {last}.")
    heard: F32 = np.nan_to_num(samples[:, : round(playing.forward_s * RATE_HZ)], posinf=0.0, neginf=0.0)
    return heard
