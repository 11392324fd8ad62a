"""The stitcher: pieces joined by stream copy, one audio track for the whole film, checked afterwards."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError
from readme2video.media.clip_sound import RATE_HZ
from readme2video.media.ffmpeg import TIMESCALE
from readme2video.media.planes import to_jpeg
from readme2video.media.probe import frames, probe
from readme2video.model.film import Film, FilmRequest
from readme2video.model.record import Stage
from readme2video.stitch.sound import add_sound_stream, film_sound, packets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from readme2video.stitch.sound import F32


@dataclass(frozen=True)
class Stitcher:
    """Joins a film's pieces; nothing is encoded again."""

    parallel: int = 2
    stage: Stage = "stitch"
    fingerprint: str = "stitcher/1"
    output: type[Film] = Film

    async def perform(self, request: FilmRequest, work: Work) -> Film:
        """The finished film, as probed.

        Raises:
            EncoderError: Pieces do not fit together, or the written film is not what was asked for.
        """
        return await in_thread(_stitch, request, work)


def _stitch(stop: threading.Event, request: FilmRequest, work: Work) -> Film:
    file = work.folder / "film.mp4"
    heard = film_sound(request, work, stop)
    _join([work.path(piece) for piece in request.pieces], file, request, heard, stop)
    found = probe(file)
    size = request.encoding.size_px
    wanted_s = request.frames / request.encoding.fps
    wrong = [
        said
        for said, bad in (
            (f"{found.frames} frames instead of {request.frames}", found.frames != request.frames),
            (
                f"{found.duration_s:.3f} s instead of {wanted_s:.3f} s",
                abs(found.duration_s - wanted_s) > 1 / request.encoding.fps,
            ),
            (f"{found.size_px.width}x{found.size_px.height}", found.size_px != size),
            (f"pixel format {found.pixel_format}", found.pixel_format != "yuv420p"),
            ("no BT.709 tags", (found.matrix, found.primaries, found.transfer, found.range_) != (1, 1, 1, 1)),
            ("its index at the end", not found.faststart),
            ("no AAC track at 48 kHz", found.audio is None or found.audio[:2] != ("aac", RATE_HZ)),
        )
        if bad
    ]
    if wrong:
        raise EncoderError(f"The stitched film has {', '.join(wrong)}.", hint="Repeat with `--again render`.")
    _, opening = next(frames(file, frozenset({0})))
    poster = work.keep_bytes(to_jpeg(opening, size.width, size.height), ".jpg")
    return Film(
        video=work.keep(file, ".mp4"),
        poster=poster,
        frames=found.frames,
        duration_s=found.duration_s,
        fps=request.encoding.fps,
        size_px=size,
    )


def _join(pieces: Sequence[Path], file: Path, request: FilmRequest, heard: F32 | None, stop: threading.Event) -> None:
    """Copy all packets into one MP4, each piece shifted by the frames before it, and the sound along with them.

    Every piece starts with a closed group and has the same reorder delay, so that decode times stay in step.
    """
    import av

    fps = request.encoding.fps
    tick = Fraction(1, TIMESCALE)
    per_frame = TIMESCALE // fps
    try:
        with av.open(str(file), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as film:
            film.metadata["title"] = request.title
            video: Any = None
            header: bytes | None = None
            sound: Iterator[Any] = iter(())
            done = 0
            for piece in pieces:
                if stop.is_set():
                    raise InterruptedError
                with av.open(str(piece)) as source:
                    stream = source.streams.video[0]
                    if video is None:
                        video = film.add_stream_from_template(stream)
                        video.time_base = tick
                        header = stream.codec_context.extradata
                        sound = packets(add_sound_stream(film, heard), heard, request.frames / fps)
                    elif stream.codec_context.extradata != header:
                        raise EncoderError(
                            "Two segments were encoded with different headers and cannot be joined.",
                            hint="Repeat with `--again render`.",
                        )
                    count = 0
                    for packet in source.demux(stream):
                        if not packet.size or packet.pts is None or packet.dts is None or packet.time_base is None:
                            continue
                        ratio = packet.time_base / tick
                        packet.pts = round(packet.pts * ratio) + done * per_frame
                        packet.dts = round(packet.dts * ratio) + done * per_frame
                        packet.duration = per_frame
                        packet.time_base = tick
                        packet.stream = video
                        film.mux(packet)
                        count += 1
                done += count
                # Sound is written along, so that players find both tracks close together.
                _mux_until(film, sound, done / fps)
            _mux_until(film, sound, None)
    except (av.error.FFmpegError, IndexError) as error:
        raise EncoderError(f"The film could not be joined: {error}.", hint="Repeat with `--again render`.") from None


def _mux_until(film: Any, sound: Iterator[Any], end_s: float | None) -> None:
    for packet in sound:
        film.mux(packet)
        if end_s is not None and packet.pts is not None and float(packet.pts * packet.time_base) >= end_s:
            return
