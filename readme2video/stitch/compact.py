"""The compact copy of a film: small enough for places that take 10 MB, encoded to a size.

Quickly: a film waits for it, and at this size the picture hardly gains by a slower preset or a pass that only looks.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError
from readme2video.media.child import complaints, run_child
from readme2video.media.ffmpeg import ffmpeg
from readme2video.media.probe import probe
from readme2video.model.film import CompactFilm, CompactRequest
from readme2video.model.record import Stage

_WANTED = 0.95
"""Of the limit; an encoder does not hit a size exactly."""
_LOWER = 0.85
"""Of that, what is tried when it missed after all, then in two passes."""
_LEAST_1080_BPS = 1_500_000
"""Below this, fewer and better pixels look better than many (D.4 of the film checks)."""


@dataclass(frozen=True)
class Compactor:
    """Makes compact copies; one at a time, each with two threads."""

    parallel: int = 1
    stage: Stage = "stitch"
    fingerprint: str = "compactor/2"
    output: type[CompactFilm] = CompactFilm

    async def perform(self, request: CompactRequest, work: Work) -> CompactFilm:
        """The copy, not larger than asked for.

        Raises:
            EncoderError: ffmpeg failed, or it cannot be made that small.
        """
        return await in_thread(_compact, request, work)


def _compact(stop: threading.Event, request: CompactRequest, work: Work) -> CompactFilm:
    source = work.path(request.video)
    found = probe(source)
    file = work.folder / "compact.mp4"
    sound_bytes = _sound_bytes(found.audio_s)
    for share, passes in ((_WANTED, 1), (_WANTED * _LOWER, 2)):
        bits = (request.limit_bytes * share - sound_bytes) * 8
        bps = int(bits / found.duration_s) if found.duration_s else 0
        if bps < 100_000:
            break
        work.progress(0.05)
        _encode(stop, source, file, bps, passes, work)
        made = probe(file)
        size_bytes = file.stat().st_size
        if made.frames == found.frames and size_bytes <= request.limit_bytes:
            return CompactFilm(video=work.keep(file, ".mp4"))
    raise EncoderError(
        f"A film of {found.duration_s:.0f} s cannot be made smaller than {request.limit_bytes / 1e6:g} MB.",
        hint="Choose a shorter --length.",
    )


def _sound_bytes(audio_s: float) -> float:
    return audio_s * 128_000 / 8


def _encode(stop: threading.Event, source: Path, file: Path, bps: int, passes: int, work: Work) -> None:
    smaller = ["scale='if(gt(iw,ih),-2,720)':'if(gt(iw,ih),720,-2)':flags=lanczos"] if bps < _LEAST_1080_BPS else []
    tags = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    shared = [
        "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-protocol_whitelist", "file,pipe",
        "-i", str(source.resolve()), "-map", "0:v:0", "-vf", ",".join([*smaller, tags]),
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", "2",
        "-b:v", str(bps), "-maxrate", str(2 * bps), "-bufsize", str(4 * bps),
        "-x264-params", "open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
    ]  # fmt: skip
    if passes == 2:
        shared += ["-passlogfile", str(work.folder / "pass")]
        _run(stop, [*shared, "-pass", "1", "-an", "-f", "null", "-"])
        work.progress(0.45)
        shared += ["-pass", "2"]
    _run(stop, [*shared, "-map", "0:a?", "-c:a", "copy", "-movflags", "+faststart", str(file)])


def _run(stop: threading.Event, arguments: list[str]) -> None:
    """Run ffmpeg to its end; ended at once when it is to stop.

    Raises:
        InterruptedError: ``stop`` was set.
        EncoderError: It failed.
    """
    done = run_child([ffmpeg(), *arguments], stop=stop)
    if done.returncode:
        *_, last = complaints(done.stderr) or ["no reason given"]
        raise EncoderError(f"The compact copy could not be encoded: {last}.", hint="Check the free disk space.")
