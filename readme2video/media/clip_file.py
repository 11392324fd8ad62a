"""What a clip's file says of itself, read without opening anything it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from readme2video.errors import PausedError, SceneRefusedError
from readme2video.model.record import Size

FETCH_AGAIN = "It is paid and kept by the provider: the same command fetches it again, nothing is ordered."
ASK_PROVIDER = (
    "Nothing is ordered again by itself; show the task to the provider. The scene can be made with local motion."
)


@dataclass(frozen=True)
class ClipHeader:
    """What the file says of itself; ``frames`` is what it promises, 0 when it promises nothing."""

    container: str
    size_px: Size
    fps: float
    frames: int
    duration_s: float
    has_sound: bool
    codec: str
    pixel_format: str
    range_: int
    matrix: int
    primaries: int
    transfer: int


def read_header(path: Path) -> ClipHeader:
    """Read a clip's header.

    Raises:
        PausedError: It is incomplete or damaged.
        SceneRefusedError: It is no video, or has no picture.
    """
    import av

    container = _container(path)
    try:
        # The container is named, so that a play list in disguise is no play list, and opens no further file.
        with av.open(str(path.absolute()), format=container, options={"protocol_whitelist": "file,pipe"}) as opened:
            pictures = [
                stream for stream in opened.streams.video if not stream.disposition & av.stream.Disposition.attached_pic
            ]
            if not pictures:
                raise SceneRefusedError("The clip has no picture, only sound.", hint=ASK_PROVIDER)
            video = pictures[0]
            context = video.codec_context
            fps = float(video.average_rate or 0)
            duration_s = float(video.duration * video.time_base) if video.duration and video.time_base else 0.0
            if not duration_s and opened.duration:
                duration_s = opened.duration / 1_000_000
            promised = [count for count in (video.frames, int(duration_s * fps)) if count > 0]
            return ClipHeader(
                container=container,
                size_px=Size(width=context.width, height=context.height),
                fps=fps,
                # Edit lists hide frames from one of the two counts; what both promise has to be there.
                frames=min(promised, default=0),
                duration_s=duration_s,
                has_sound=bool(opened.streams.audio),
                codec=context.name,
                pixel_format=str(context.pix_fmt or ""),
                range_=int(context.color_range),
                matrix=int(context.colorspace),
                primaries=int(context.color_primaries),
                transfer=int(context.color_trc),
            )
    except (av.error.FFmpegError, OSError) as error:
        raise PausedError(f"The clip cannot be read: {error.strerror or error}.", hint=FETCH_AGAIN) from None


@dataclass(frozen=True)
class ClipTimes:
    """Times on the file's own clock, seconds.

    Attributes:
        first_picture_s: When the first picture is shown.
        sound_ends_s: When the last of the sound begins, at the latest.
    """

    first_picture_s: float
    sound_ends_s: float


def read_times(path: Path, start_s: float) -> ClipTimes:
    """When a clip's pictures and sound are to be shown and heard, by its packets; nothing is decoded.

    Args:
        start_s: The first picture at or after this place counts; at 0 the very first one.

    Raises:
        PausedError: It is incomplete or damaged.
    """
    import av

    options = {"protocol_whitelist": "file,pipe"}
    pictures: list[float] = []
    sound_ends_s = 0.0
    try:
        with av.open(str(path.absolute()), format=_container(path), options=options) as opened:
            attached = av.stream.Disposition.attached_pic
            video = next(one for one in opened.streams.video if not one.disposition & attached)
            begins_s = (opened.start_time or 0) / 1_000_000
            for packet in opened.demux(video, *opened.streams.audio[:1]):
                if packet.pts is None or packet.time_base is None or packet.is_discard:
                    continue
                time_s = float(packet.pts * packet.time_base)
                if packet.stream is video:
                    pictures.append(time_s)
                else:
                    sound_ends_s = max(sound_ends_s, time_s)
    except (av.error.FFmpegError, OSError, StopIteration) as error:
        raise PausedError(f"The clip cannot be read: {error}.", hint=FETCH_AGAIN) from None
    wanted = begins_s + start_s - 1e-4 if start_s > 0 else float("-inf")
    first = min((time_s for time_s in pictures if time_s >= wanted), default=max(pictures, default=0.0))
    return ClipTimes(first, sound_ends_s)


def _container(path: Path) -> str:
    """The demuxer for a file, by its first bytes; an MP4 must also hold all that its boxes promise."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        first = stream.read(12)
        if len(first) < 12:
            raise PausedError(f"The clip is incomplete: the file has {size} bytes.", hint=FETCH_AGAIN)
        if first[:4] == b"\x1a\x45\xdf\xa3":
            return "matroska"
        if first[4:8] != b"ftyp":
            raise SceneRefusedError("What was downloaded is not a video.", hint=ASK_PROVIDER)
        stream.seek(0)
        while len(head := stream.read(8)) == 8:
            length = int.from_bytes(head[:4], "big")
            start = stream.tell() - 8
            if length == 1:
                length = int.from_bytes(stream.read(8), "big")
            if length < 8:  # 0 reaches to the end of the file; anything else is padding
                break
            if start + length > size:
                raise PausedError(
                    f"The clip is incomplete: {start + length - size} of {start + length} bytes are missing.",
                    hint=FETCH_AGAIN,
                )
            stream.seek(start + length)
    return "mov"
