"""Bought clips: proving that a file is whole. `clip_frames` plays it."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from readme2video.errors import EncoderError, PausedError, SceneRefusedError
from readme2video.media.child import run_child
from readme2video.media.clip_file import ASK_PROVIDER, FETCH_AGAIN, ClipHeader, read_header
from readme2video.media.ffmpeg import ffmpeg
from readme2video.model.record import Size

SHORTEST_S, LONGEST_S = 0.5, 60.0
"""Lengths a clip may have."""

_WIDEST_PX, _MOST_PIXELS = 8192, 8192 * 4320
_MISSING_MOST = 3
"""Frames that a clip may lack of those it promises: pictures before the first key frame are skipped."""
_DEADLINE_S = 900.0
"""How long one clip may take to be decoded."""


@dataclass(frozen=True)
class ClipFacts:
    """What a clip is, after every frame of it was decoded.

    Attributes:
        size_px: As it is meant to be seen: turned upright, with square pixels.
        fps: Frames over duration; the mean where the rate varies.
        frames: Counted.
        duration_s: From the first frame's time to the end of the last one.
    """

    size_px: Size
    fps: float
    frames: int
    duration_s: float
    has_sound: bool
    codec: str
    pixel_format: str


def verify_clip(path: Path, stop: threading.Event | None = None) -> ClipFacts:
    """Decode a downloaded clip wholly and say what it is. The exit status of a decoder alone proves nothing.

    Args:
        path: The file; nothing but it is opened, whatever it refers to.
        stop: When set, the decoder is ended.

    Raises:
        PausedError: It is damaged or incomplete; fetching it again may help.
        SceneRefusedError: It is whole but of no use: no picture, too short, too long or too large.
        EncoderError: It could not be decoded in time.
        InterruptedError: ``stop`` was set.
    """
    header = read_header(path)
    if header.duration_s > LONGEST_S + 1:
        raise SceneRefusedError(
            f"The clip is {header.duration_s:.0f} s long; at most 60 s are used.", hint=ASK_PROVIDER
        )
    if max(header.size_px.width, header.size_px.height) > _WIDEST_PX or (
        header.size_px.width * header.size_px.height > _MOST_PIXELS
    ):
        size = header.size_px
        raise SceneRefusedError(f"The clip has {size.width}x{size.height} pixels, more than 8K.", hint=ASK_PROVIDER)
    times, shown = _decoded(path, header, stop)
    if len(times) < header.frames - max(_MISSING_MOST, 0.02 * header.frames):
        raise PausedError(
            f"The clip is damaged: {len(times)} of about {header.frames} frames can be decoded.", hint=FETCH_AGAIN
        )
    duration_s = times[-1][0] + (times[-1][1] or 1 / (header.fps or 30)) - times[0][0]
    if duration_s < SHORTEST_S or len(times) < 2:
        raise SceneRefusedError(f"The clip is only {max(0.0, duration_s):.2f} s long.", hint=ASK_PROVIDER)
    if duration_s > LONGEST_S:
        raise SceneRefusedError("The clip is longer than 60 s.", hint=ASK_PROVIDER)
    return ClipFacts(
        size_px=shown,
        fps=round(len(times) / duration_s, 3),
        frames=len(times),
        duration_s=round(duration_s, 4),
        has_sound=header.has_sound,
        codec=header.codec,
        pixel_format=header.pixel_format,
    )


def _decoded(path: Path, header: ClipHeader, stop: threading.Event | None) -> tuple[list[tuple[float, float]], Size]:
    """Decode everything in a child: the time and duration of every frame in seconds, and the size as seen."""
    shown = decoded_by([*opened_alone(path, header), "-frames:v", "1", *_CHECKSUMS], stop)
    # A corner of every frame is enough for the list; the decoder has to make all of them anyway.
    listing = decoded_by(
        [
            *opened_alone(path, header),
            "-t",
            f"{LONGEST_S + 1:g}",
            "-vf",
            "crop=min(16\\,iw):min(16\\,ih):0:0",
            *_CHECKSUMS,
        ],
        stop,
    )
    times, tick = [], 0.0
    for line in listing.stdout.decode("ascii", "replace").splitlines():
        if line.startswith("#tb 0:"):
            over, under = line.removeprefix("#tb 0:").split("/")
            tick = int(over) / int(under)
        elif line[:2] == "0,":
            _, _, time_, lasts, *_ = line.split(",")
            times.append((int(time_) * tick, int(lasts) * tick))
    if not times:
        raise PausedError("The clip is damaged: not one frame can be decoded.", hint=FETCH_AGAIN)
    if listing.returncode or shown.returncode:
        raise PausedError(f"The clip is damaged: errors among its {len(times)} frames.", hint=FETCH_AGAIN)
    return times, _seen_size(shown.stdout.decode("ascii", "replace"), header.size_px)


_CHECKSUMS = ("-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-f", "framecrc", "pipe:1")


def _seen_size(listing: str, coded: Size) -> Size:
    """The size after turning upright, with pixels made square, from the head of a list of frames."""
    width, height, wide, high = coded.width, coded.height, 1, 1
    for line in listing.splitlines():
        if line.startswith("#dimensions 0:"):
            width, height = (int(side) for side in line.removeprefix("#dimensions 0:").split("x"))
        elif line.startswith("#sar 0:"):
            wide, high = (int(side) or 1 for side in line.removeprefix("#sar 0:").split("/"))
    return Size(width=max(1, round(width * wide / high)), height=height)


def opened_alone(path: Path, header: ClipHeader) -> list[str]:
    """Input arguments that open this file and nothing else, and take its first moving picture."""
    return [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-max_error_rate", "0",
        "-threads", "2", "-err_detect", "explode",
        "-protocol_whitelist", "file,pipe", "-f", header.container, "-i", str(path.absolute()),
        "-map", "0:V:0", "-an", "-sn", "-dn",
    ]  # fmt: skip


def decoded_by(command: list[str], stop: threading.Event | None) -> subprocess.CompletedProcess[bytes]:
    """Run a decoder of a bought clip to its end.

    Raises:
        EncoderError: It could not be started, was killed or took too long.
        InterruptedError: ``stop`` was set.
    """
    try:
        done = run_child(command, stop=stop, deadline_s=_DEADLINE_S)
    except TimeoutError:
        raise EncoderError(
            f"The clip was not decoded within {_DEADLINE_S:.0f} s.", hint="Try again when the machine is less busy."
        ) from None
    if done.returncode < 0:
        raise EncoderError(
            f"ffmpeg was killed (signal {-done.returncode}) while it decoded the clip.",
            hint="Look for free memory, then run the same command again; the clip is not bought twice.",
        )
    return done
