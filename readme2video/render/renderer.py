"""The renderer engine: a scene's request to its encoded segment, checked."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from readme2video.engine import Work, in_thread
from readme2video.errors import EncoderError
from readme2video.media.clip_frames import ClipFrames
from readme2video.media.ffmpeg import FrameWriter, lossless_arguments, x264_arguments
from readme2video.media.planes import frame_size, half_size_jpeg, views
from readme2video.media.probe import frames, probe
from readme2video.model.film import LEGIBLE, CameraPath, Clip, Legibility, Segment, SegmentRequest
from readme2video.model.record import Artifact, Box, Finding, Stage
from readme2video.render.compositor import Compositor
from readme2video.render.layers import full_luma

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    U8 = NDArray[np.uint8]

_SAMPLES = (0.1, 0.5, 0.9)
"""When legibility is measured, as parts of the time the settled scene is held."""


@dataclass(frozen=True)
class Renderer:
    """Composes, encodes and checks segments; ``parallel`` of them side by side."""

    parallel: int
    stage: Stage = "render"
    fingerprint: str = "renderer/3"
    output: type[Segment] = Segment

    async def perform(self, request: SegmentRequest, work: Work) -> Segment:
        """The segment: its body for the film, its head and tail for the transitions.

        Raises:
            EncoderError: ffmpeg failed, or what it wrote is not what was asked for.
        """
        return await in_thread(_render, request, work)


def _render(stop: threading.Event, request: SegmentRequest, work: Work) -> Segment:
    import cv2

    cv2.setNumThreads(1)  # scenes are rendered side by side; threads within a frame would only wait for each other
    backdrop = request.backdrop
    if isinstance(backdrop, CameraPath):
        return _written(stop, request, work, Compositor(request, work.path))
    first = _played(stop, request, work, backdrop, repaired=False)
    bent = first.legibility
    if backdrop.covers == "plate" or bent is None or bent.worst >= LEGIBLE:
        return first
    if not request.repair:
        said = f"The clip bent words (likeness {bent.worst:.3f} at {bent.element}); they are shown as it made them."
        return first.model_copy(update={"findings": (Finding(level="warning", rule="words-bent", message=said),)})
    second = _played(stop, request, work, backdrop, repaired=True)
    now = second.legibility.worst if second.legibility else 1.0
    said = f"The clip bent words (likeness {bent.worst:.3f} at {bent.element}); they were laid over it, now {now:.3f}."
    return second.model_copy(update={"findings": (Finding(level="info", rule="words-bent", message=said),)})


def _played(stop: threading.Event, request: SegmentRequest, work: Work, clip: Clip, *, repaired: bool) -> Segment:
    """The segment over a bought clip."""
    encoding = request.encoding
    with ClipFrames(
        work.path(clip.video),
        encoding.size_px,
        encoding.fps,
        request.frames,
        duration_s=clip.duration_s,
        start_s=clip.start_s,
        stop=stop,
    ) as stream:
        compositor = Compositor(request, work.path, stream, repaired=repaired)
        full = full_luma(work.path(request.shot.full)) if clip.covers == "full" else None
        return _written(stop, request, work, compositor, full)


def _written(
    stop: threading.Event, request: SegmentRequest, work: Work, compositor: Compositor, full: U8 | None = None
) -> Segment:
    """Compose, encode and check all frames.

    Args:
        full: Luma the words are compared with; None compares them with the frames as composed.
    """
    import numpy as np

    encoding = request.encoding
    head, tail = request.head_frames, request.tail_frames
    body_end = request.frames - tail
    samples = _sample_frames(compositor.settled, head, body_end)
    intended: dict[int, U8] = {}
    poster_at = samples[len(samples) // 2]  # words that settle at the end leave one frame to look at
    poster = b""
    parts: dict[str, Artifact] = {}
    frame = np.empty(frame_size(encoding.size_px.width, encoding.size_px.height), np.uint8)
    for name, first, last in (("head", 0, head), ("body", head, body_end), ("tail", body_end, request.frames)):
        if first == last:
            continue
        lossless = name != "body"
        file = work.folder / f"{name}{'.mkv' if lossless else '.mp4'}"
        arguments = lossless_arguments() if lossless else x264_arguments(encoding)
        with ExitStack() as stack:
            writer = stack.enter_context(FrameWriter(file, encoding, arguments, stop))
            for index in range(first, last):
                compositor.frame(index, frame)
                writer.write(frame)
                if index in samples:
                    seen = views(frame, encoding.size_px.width, encoding.size_px.height).y
                    intended[index] = seen.copy() if full is None else full
                if index == poster_at:
                    poster = half_size_jpeg(frame, encoding.size_px.width, encoding.size_px.height)
                if index % encoding.fps == 0:
                    work.progress(index / request.frames)
        if name == "body":
            _check(file, request, last - first)
            legibility = _legibility(file, request, intended, head)
        parts[name] = work.keep(file, file.suffix)
    return Segment(
        body=parts["body"],
        head=parts.get("head"),
        tail=parts.get("tail"),
        poster=work.keep_bytes(poster, ".jpg"),
        body_frames=body_end - head,
        legibility=legibility,
    )


def _sample_frames(settled: int, first: int, end: int) -> tuple[int, ...]:
    """Frames of the body at 10, 50 and 90 % of the hold; the whole body when it never settles inside it."""
    start = max(first, min(settled, end - 1))
    return tuple(sorted({start + int(part * (end - 1 - start)) for part in _SAMPLES}))


def _check(file: Path, request: SegmentRequest, wanted: int) -> None:
    """Believe the file, not the exit status."""
    found = probe(file)
    size = request.encoding.size_px
    if found.frames != wanted or found.size_px != size or found.pixel_format != "yuv420p":
        raise EncoderError(
            f"The encoder wrote {found.frames} frames of {found.size_px.width}x{found.size_px.height} "
            f"{found.pixel_format}, not {wanted} of {size.width}x{size.height} yuv420p.",
            hint="Check the free disk space and run the same command again.",
        )


def _legibility(file: Path, request: SegmentRequest, intended: dict[int, U8], head: int) -> Legibility | None:
    """The worst similarity of must-read boxes between the encoded and the intended pixels."""
    boxes = [(element.id, element.box) for element in request.shot.elements if element.must_read and element.text]
    worst: Legibility | None = None
    size = request.encoding.size_px
    for index, flat in frames(file, frozenset(sample - head for sample in intended)):
        seen = views(flat, size.width, size.height).y
        for element, box in boxes:
            likeness = _similarity(intended[index + head], seen, box)
            if worst is None or likeness < worst.worst:
                worst = Legibility(worst=round(likeness, 4), element=element, frame=index + head)
    return worst


def _similarity(intended: U8, seen: U8, box: Box) -> float:
    """Normalised cross-correlation of the luma inside a box: 1 is equal, 0 unrelated."""
    import numpy as np

    area = (slice(box.y, box.bottom), slice(box.x, box.right))
    left, right = intended[area].astype(np.float32), seen[area].astype(np.float32)
    left -= left.mean()
    right -= right.mean()
    norm = float(np.sqrt((left * left).sum() * (right * right).sum()))
    if norm < left.size:  # less than one grey level of contrast: nothing to tell apart
        return 1.0
    return float((left * right).sum() / norm)
