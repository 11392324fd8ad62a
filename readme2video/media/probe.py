"""What a video file really is, read with PyAV: tags, counts and frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.errors import EncoderError
from readme2video.model.record import Size

if TYPE_CHECKING:
    from readme2video.media.planes import U8


@dataclass(frozen=True)
class Probe:
    """Facts of a video file.

    Attributes:
        frames: Packets of the video stream, counted, not taken from the header.
        duration_s: Length of the video stream.
        range_: 1 limited, 2 full; matrix, primaries and transfer are ITU-T H.273 numbers, 1 being BT.709.
        faststart: Whether the index stands before the media data.
        audio: Codec, sample rate in Hz and channels; None without sound.
        audio_s: Length of the audio stream in seconds, 0 without sound.
    """

    codec: str
    profile: str
    pixel_format: str
    size_px: Size
    fps: float
    frames: int
    duration_s: float
    range_: int
    matrix: int
    primaries: int
    transfer: int
    faststart: bool
    audio: tuple[str, int, int] | None
    audio_s: float


def probe(file: Path) -> Probe:
    """Read a video file's facts.

    Raises:
        EncoderError: It is not a video that can be read.
    """
    import av

    try:
        with av.open(str(file)) as container:
            if not container.streams.video:
                raise EncoderError(f"{file.name} has no picture.")
            video = container.streams.video[0]
            sound = container.streams.audio[0] if container.streams.audio else None
            context = video.codec_context
            frames = 0
            ends = 0.0
            for packet in container.demux(video):
                if packet.size:
                    frames += 1
                    if packet.pts is not None and packet.time_base is not None:
                        ends = max(ends, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            return Probe(
                codec=context.name,
                profile=str(context.profile),
                pixel_format=str(context.pix_fmt),
                size_px=Size(width=context.width, height=context.height),
                fps=float(video.average_rate or 0),
                frames=frames,
                duration_s=ends,
                range_=int(context.color_range),
                matrix=int(context.colorspace),
                primaries=int(context.color_primaries),
                transfer=int(context.color_trc),
                faststart=_faststart(file),
                audio=(sound.codec_context.name, sound.codec_context.sample_rate, sound.codec_context.channels)
                if sound
                else None,
                audio_s=float(sound.duration * sound.time_base)
                if sound and sound.duration and sound.time_base
                else 0.0,
            )
    except (av.error.FFmpegError, OSError) as error:
        raise EncoderError(f"{file.name} is not a readable video: {error}.") from None


def _faststart(file: Path) -> bool:
    """Whether an MP4's ``moov`` box stands before its ``mdat`` box."""
    with file.open("rb") as stream:
        while len(head := stream.read(8)) == 8:
            size, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind == b"moov":
                return True
            if kind == b"mdat":
                return False
            if size == 1:
                size = int.from_bytes(stream.read(8), "big") - 8
            if size < 8:
                return False
            stream.seek(size - 8, 1)
    return False


def frames(file: Path, wanted: frozenset[int] | None = None) -> Iterator[tuple[int, U8]]:
    """Decode frames in order as flat I420 arrays (height * 3 / 2 * width, uint8).

    Args:
        wanted: Indices to yield; all when None. Frames before a wanted one are skipped by seeking to its group.

    Raises:
        EncoderError: It cannot be decoded.
    """
    import av

    try:
        with av.open(str(file)) as container:
            video = container.streams.video[0]
            video.thread_type = "AUTO"
            if wanted is None:
                for index, frame in enumerate(container.decode(video)):
                    yield index, _flat(frame)
                return
            rate, base = video.average_rate, video.time_base
            if not rate or not base:
                raise EncoderError(f"{file.name} does not say its frame rate.")
            for index in sorted(wanted):
                container.seek(int(index / rate / base), stream=video)
                for frame in container.decode(video):
                    if frame.pts is not None and round(float(frame.pts * base * rate)) == index:
                        yield index, _flat(frame)
                        break
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise EncoderError(f"{file.name} cannot be decoded: {error}.") from None


def _flat(frame: object) -> U8:
    array: U8 = frame.to_ndarray(format="yuv420p").reshape(-1)  # type: ignore[attr-defined]  # av.VideoFrame
    return array
