"""Result files: real clips made from the uploaded picture, kept by content so that the same one is made once."""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.media.ffmpeg import FrameWriter, run_ffmpeg
from readme2video.media.planes import frame_size, from_bgr, halve, quantise, views
from readme2video.model.film import Encoding
from readme2video.model.record import Size

if TYPE_CHECKING:
    from readme2video.media.planes import F32, U8

FPS = 24
_MOST_KEPT_BYTES = 128_000_000
_MOST_PIXELS = 40_000_000
_RIPPLE_PX = 7.0
"""Amplitude at 720 pixels of height: letters bend visibly, shapes stay what they are."""

_STEP_PX = 0.5
"""How far a picture's edge may move at once: less is not seen."""

_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class ClipPlan:
    """What a clip shall be.

    Attributes:
        picture: The uploaded file; None for a plain card.
        zoom: How much larger the picture is in the last frame than in the first.
        distort: Bend it, as models bend small words.
        sound: Give it a sound track.
    """

    picture: bytes | None
    size_px: Size
    seconds: float
    zoom: float = 0.04
    distort: bool = False
    sound: bool = True

    @property
    def key(self) -> str:
        """Hash of all that decides the clip."""
        shape = f"{self.size_px.width}x{self.size_px.height} {self.seconds} {self.zoom} {self.distort} {self.sound}"
        return hashlib.sha256(shape.encode() + b"\0" + (self.picture or b"")).hexdigest()


def picture_facts(data: bytes) -> tuple[str, Size] | None:
    """A picture's format and size, None if it is none that the models take."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            return str(image.format).lower(), Size(width=image.width, height=image.height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def reduced(size: Size, short_side_px: int) -> Size:
    """A clip's size with its short side no longer than that, even on both sides."""
    part = min(1.0, short_side_px / min(size.width, size.height))
    return Size(width=round(size.width * part / 2) * 2, height=round(size.height * part / 2) * 2)


def make_clip(plan: ClipPlan, folder: Path, stop: threading.Event) -> bytes:
    """The clip's bytes: H.264 at 24 fps, with a quiet sound track if it is to have one.

    Raises:
        InterruptedError: ``stop`` was set.
        EncoderError: ffmpeg failed.
    """
    with _lock:
        data = _kept.get(plan.key)
        if data is not None:
            _kept.move_to_end(plan.key)
            return data
    target = folder / f"{plan.key[:24]}-{threading.get_ident()}.mp4"
    try:
        _write(plan, target, stop)
        data = target.read_bytes()
    finally:
        target.unlink(missing_ok=True)
    with _lock:
        _kept[plan.key] = data
        while sum(map(len, _kept.values())) > _MOST_KEPT_BYTES and len(_kept) > 1:
            _kept.popitem(last=False)
    return data


def _write(plan: ClipPlan, target: Path, stop: threading.Event) -> None:
    import numpy as np

    planes = _planes(plan)
    encoding = Encoding(size_px=plan.size_px, fps=FPS, preset="ultrafast", crf=23)
    tone = [
        "-f", "lavfi", "-i", f"sine=frequency=196:sample_rate=48000:duration={plan.seconds:g}",
        "-map", "0:v", "-map", "1:a", "-af", "volume=0.03", "-c:a", "aac", "-b:a", "64k",
    ]  # fmt: skip
    arguments = [
        *(tone if plan.sound else ["-an"]),
        "-c:v", "libx264", "-preset", encoding.preset, "-crf", f"{encoding.crf:g}", "-pix_fmt", "yuv420p",
        "-threads", "2", "-vf", "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
        "-x264-params", "colorprim=bt709:transfer=bt709:colormatrix=bt709",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1",
        "-movflags", "+faststart",
    ]  # fmt: skip
    frames = max(1, round(plan.seconds * FPS))
    drawn, held = None, np.empty(frame_size(plan.size_px.width, plan.size_px.height), np.uint8)
    with FrameWriter(target, encoding, arguments, stop) as writer:
        for frame in range(frames):
            shown = _shown(plan, frame, frames)
            if shown != drawn:
                _draw(plan, planes, shown, 1 + plan.zoom * shown / max(1, frames - 1), held)
                drawn = shown
            writer.write(held)


def _shown(plan: ClipPlan, frame: int, frames: int) -> int:
    """Which frame's picture is seen at a frame: a new one only where the difference can be seen at all."""
    if plan.distort:
        return frame // 2 * 2  # on twos, as cartoons are drawn
    travel_px = abs(plan.zoom) * max(plan.size_px.width, plan.size_px.height) / 2  # of the edge, up to the end
    held = max(1, int(frames / max(1.0, travel_px / _STEP_PX)))
    return min(frames - 1, frame // held * held)


def _draw(plan: ClipPlan, planes: tuple[U8, U8, U8], frame: int, scale: float, out: U8) -> None:
    """Write one picture of the clip into ``out``, flat I420."""
    import cv2
    import numpy as np

    drawn = views(out, plan.size_px.width, plan.size_px.height)
    for plane, target in zip(planes, (drawn.y, drawn.u, drawn.v), strict=True):
        height, width = plane.shape
        if plan.distort:
            columns, rows = _bent(width, height, scale, frame)
            cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, dst=target, borderMode=cv2.BORDER_REPLICATE)
        else:
            shift = np.array(
                [[scale, 0, (1 - scale) * (width - 1) / 2], [0, scale, (1 - scale) * (height - 1) / 2]], np.float32
            )
            cv2.warpAffine(plane, shift, (width, height), dst=target, borderMode=cv2.BORDER_REPLICATE)


def _bent(width: int, height: int, scale: float, frame: int) -> tuple[F32, F32]:
    """Where each pixel of a rippled, enlarged frame comes from: columns and rows, float32 (height, width)."""
    import numpy as np

    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    short = min(width, height)
    depth = _RIPPLE_PX / 720 * short * min(1.0, (frame + 1) / (FPS / 2))
    wave = np.float32(2 * np.pi / (short / 9))
    phase = np.float32(frame / FPS * 2.0)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    from_x = (columns - middle_x) / scale + middle_x + depth * np.sin(rows * wave + phase)
    from_y = (rows - middle_y) / scale + middle_y + depth * np.sin(columns * wave * 0.8 + phase)
    return from_x.astype(np.float32), from_y.astype(np.float32)


def _planes(plan: ClipPlan) -> tuple[U8, U8, U8]:
    import numpy as np

    width, height = plan.size_px.width, plan.size_px.height
    if plan.picture is None:
        across = np.linspace(60, 150, width, dtype=np.float32)[None, :, None]
        down = np.linspace(0, 60, height, dtype=np.float32)[:, None, None]
        bgr = (across + down + np.array([30, 10, 0], np.float32)).astype(np.uint8)
    else:
        bgr = _filled(plan.picture, width, height)
    y, u, v = from_bgr(np.ascontiguousarray(bgr))
    return quantise(y), quantise(halve(u)), quantise(halve(v))


def _filled(picture: bytes, width: int, height: int) -> U8:
    """The picture as BGR, scaled to cover the frame, cut evenly."""
    import numpy as np
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as image:
        fitted = ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.LANCZOS)
    return np.asarray(fitted)[:, :, ::-1]


def odd_clip(kind: str, folder: Path) -> bytes:
    """A valid file that is not the clip that was ordered: ``audio_only``, ``short``, ``hevc10``, ``vfr``, ``large``."""
    target = folder / f"{kind}-{threading.get_ident()}.mp4"
    tone = ["-f", "lavfi", "-i", "sine=frequency=196:sample_rate=48000:duration=1"]
    card = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=1"]
    quick = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    commands = {
        "audio_only": [*tone, "-c:a", "aac"],
        "short": ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=0.2", *quick],
        "hevc10": [*card, "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1",
                   "-x265-params", "log-level=none"],
        "vfr": [*card, "-vf", "setpts='if(lt(N,12),N,12+(N-12)*3)/24/TB'", "-fps_mode", "vfr", *quick],
        "large": ["-f", "lavfi", "-i", "color=size=7680x4320:rate=24:duration=0.25", *quick],
    }  # fmt: skip
    try:
        run_ffmpeg(["-y", "-loglevel", "error", *commands[kind], str(target)], 60)
        return target.read_bytes()
    finally:
        target.unlink(missing_ok=True)
