"""The footage maker: GIF, animated PNG and WebP, MP4, MOV and WebM to one small form with a poster."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError
from readme2video.media.confined import run_confined
from readme2video.media.planes import to_bgr, views
from readme2video.media.probe import frames, probe
from readme2video.model.picture import Footage, FootageRequest, MadeFootage
from readme2video.model.record import Stage

if TYPE_CHECKING:
    from readme2video.media.planes import U8

FPS = 30
LONGEST_S = 20.0
WIDEST_PX = 1280

_MOST_PIXELS = 4096 * 4096
_MOST_BYTES = 120_000_000
_LOOKS = 24
"""How many frames are considered for the poster."""

_ANIMATIONS = {
    ".gif": ("gif", "gif"),
    ".png": ("apng", "apng"),
    ".webp": ("webp_anim", "webp_anim"),
}
_VIDEOS = {
    ".mp4": ("mov,mp4,m4a,3gp,3g2,mj2", "h264,hevc,libdav1d,vp9,mpeg4"),
    ".mov": ("mov,mp4,m4a,3gp,3g2,mj2", "h264,hevc,libdav1d,vp9,mpeg4,prores"),
    ".webm": ("matroska,webm", "vp8,vp9,libdav1d"),
}
VIDEO_SUFFIXES = tuple(_VIDEOS)


@dataclass(frozen=True)
class FootageMaker:
    """Makes footage.

    What is no footage is an answer too: a file that does not move, or one that cannot be decoded within its limits.
    """

    stage: Stage = "read"
    fingerprint: str = "footage/1"
    output: type[MadeFootage] = MadeFootage
    parallel: int = 1

    async def perform(self, request: FootageRequest, work: Work) -> MadeFootage:
        """Decode once, in a confined child, and encode at the film's rate.

        Raises:
            EncoderError: ffmpeg cannot be started.
        """
        return await in_thread(_made, request, work)


def _made(stop: threading.Event, request: FootageRequest, work: Work) -> MadeFootage:
    source, suffix = work.path(request.source), request.source.suffix
    loops = suffix in _ANIMATIONS
    if not loops and suffix not in _VIDEOS:
        return MadeFootage(problem="it is no form of moving pictures that is played")
    demuxer, decoders = (_ANIMATIONS if loops else _VIDEOS)[suffix]
    file = work.folder / "footage.mp4"
    problem = run_confined(
        source,
        demuxer=demuxer,
        decoders=decoders,
        arguments=_arguments(file, drawn=loops),
        most_bytes=_MOST_BYTES,
        most_pixels=_MOST_PIXELS,
        stop=stop,
    )
    if problem:
        return MadeFootage(problem=problem)
    try:
        found = probe(file)
    except EncoderError:
        return MadeFootage(problem="it has no frame that can be shown")
    if found.frames < 2:
        return MadeFootage()
    poster = _poster(file, found.frames, found.size_px.width, found.size_px.height)
    if poster is None:
        return MadeFootage()
    return MadeFootage(
        footage=Footage(
            poster=work.keep_bytes(poster, ".png"),
            video=work.keep(file, ".mp4"),
            size_px=found.size_px,
            frames=found.frames,
            fps=FPS,
            loops=loops,
        )
    )


def _arguments(file: Path, *, drawn: bool) -> list[str]:
    """What ffmpeg is told: on white where parts are clear, at most 1280 pixels, native times rounded to frames."""
    factor = f"min(1,{WIDEST_PX}/max(iw*sar,ih))"
    size = f"w='max(2,2*round(iw*sar*{factor}/2))':h='max(2,2*round(ih*{factor}/2))'"
    scale = f"scale={size}:flags=bicubic+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=limited"
    rate = f"fps={FPS}:round=near"
    # Parts of an animation may be clear: it is laid on white, since it plays where nothing lies behind it.
    paper = (
        "format=rgba,split[over][under];[under]drawbox=c=white:replace=1:t=fill[paper];[paper][over]overlay=format=rgb"
    )
    steps = [paper, scale, rate] if drawn else [rate, scale]
    tags = "range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    return [
        "-t", f"{LONGEST_S:g}",
        "-an", "-sn", "-dn", "-vf", ",".join([*steps, "format=yuv420p", "setsar=1", f"setparams={tags}"]),
        "-frames:v", str(round(LONGEST_S * FPS)),
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-g", "30", "-threads", "2",
        "-x264-params", "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "mp4", str(file),
    ]  # fmt: skip


def _poster(file: Path, count: int, width: int, height: int) -> bytes | None:
    """The frame that shows most, as PNG; None when all frames are the same."""
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    wanted = frozenset(round(place * (count - 1) / (_LOOKS - 1)) for place in range(_LOOKS))
    best: tuple[float, U8] | None = None
    first: U8 | None = None
    moves = False
    for index, flat in frames(file):
        luma = views(flat, width, height).y
        if first is None:
            first = luma.copy()
        moves = moves or int(cv2.absdiff(first, luma).max()) > 24  # what the encoder's loss may cost stays below
        if index not in wanted:
            continue
        # Detail is what tells: an empty prompt, a black fade and a loading page have little of it.
        told = float(np.abs(cv2.Laplacian(luma, cv2.CV_16S)).mean())
        if best is None or told > best[0]:
            best = (told, flat)
    if best is None or not moves:
        return None
    done, data = cv2.imencode(".png", to_bgr(best[1], width, height))
    return data.tobytes() if done else None
