"""Playing a clip as frames of the film: sized, retimed and in our colours, streamed from a child."""

from __future__ import annotations

import math
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from readme2video.errors import EncoderError
from readme2video.media.child import complaints, start_child
from readme2video.media.clip_file import ClipHeader, read_header
from readme2video.media.ffmpeg import ffmpeg
from readme2video.media.planes import frame_size
from readme2video.model.record import Size

if TYPE_CHECKING:
    from readme2video.media.planes import U8

_LEAST_S = 0.5
"""What is left of a clip for the scene, however late its start."""
_SLOWED_MOST = 0.15
"""A clip that is shorter than its scene by up to this part of the scene is slowed, a shorter one swings at its end."""
_MISSING_MOST = 3
"""Frames that rounding of times may cost at a clip's end; the last one is shown for them."""
_SWING_BYTES = 128 << 20
_SWING_MOST = 45
"""Frames that the swing may reach to either side of its middle, whatever they weigh."""

# ITU-T H.273 numbers to the names of the scale filter.
_MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 10: "bt2020"}
_PQ, _HLG = 16, 18
_WIDE_PRIMARIES = {9: "bt2020", 11: "smpte431", 12: "smpte432"}
_TRANSFERS = {1: "bt709", 14: "bt2020-10", 15: "bt2020-12", _PQ: "smpte2084", _HLG: "arib-std-b67"}


@dataclass(frozen=True)
class Playing:
    """How a scene plays a clip.

    Attributes:
        start_s: Where in the clip it begins.
        slower: What the clip's times are multiplied by; 1 for its own pace.
        reach: Frames that the swing at its end reaches to either side; 0 when it does not swing.
        forward_s: How long it runs forward, seconds of the scene.
    """

    start_s: float
    slower: float
    reach: int
    forward_s: float


def playing(duration_s: float, start_s: float, frames: int, fps: int, size_px: Size) -> Playing:
    """How a scene of some frames plays a clip from a place on."""
    start_s = max(0.0, min(start_s, duration_s - _LEAST_S))
    available = (duration_s - start_s) * fps
    slower = (frames + 0.5) / available if available < frames - 0.5 else 1.0
    if slower <= 1 / (1 - _SLOWED_MOST) + 1e-3:
        return Playing(start_s, slower, 0, frames / fps)
    most = min(_SWING_MOST, (_SWING_BYTES // frame_size(size_px.width, size_px.height) - 1) // 2)
    reach = max(1, min(most, int(available - 1) // 2))
    return Playing(start_s, 1.0, reach, (available - reach) / fps)


class ClipFrames:
    """The frames of a scene out of a clip, in order: I420, BT.709 limited range, at the film's size and rate.

    The clip is turned upright, enlarged or reduced until it covers the frame and cut at the edges; its colours are
    converted from whatever they are tagged as. A clip that is a little shorter than the scene is slowed; after a much
    shorter one, its last part swings to and fro: speed and direction change as a pendulum's, so nothing jumps and
    nothing freezes. Frames are streamed: whatever the clip's length, a few of them are in memory.

    A context manager; leaving it ends the child.

    Args:
        file: A clip that was verified.
        size_px: Of the frames; even.
        fps: Of the frames.
        frames: How many there are.
        duration_s: Of the clip.
        start_s: Where in the clip the first frame lies.
        stop: When set, the next frame raises ``InterruptedError``.
    """

    def __init__(
        self,
        file: Path,
        size_px: Size,
        fps: int,
        frames: int,
        *,
        duration_s: float,
        start_s: float = 0.0,
        stop: threading.Event,
    ) -> None:
        how = playing(duration_s, start_s, frames, fps, size_px)
        self._reach, self._swings = how.reach, how.reach > 0
        self._file, self._frames, self._stop = file, frames, stop
        self._size = frame_size(size_px.width, size_px.height)
        self._command = _playing(file, size_px, fps, how.start_s, how.slower)
        self._given = 0
        self._pulled = 0
        self._ended = False
        self._held: deque[U8] = deque()
        self._free: queue.SimpleQueue[U8 | None] = queue.SimpleQueue()
        self._ready: queue.SimpleQueue[U8 | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[threading.Thread] = []
        self._complaints = b""

    def __enter__(self) -> Self:
        import numpy as np

        self._process = start_child(self._command, stdout=subprocess.PIPE, bufsize=0)
        for _ in range(2 * self._reach + 4):
            self._free.put(np.empty(self._size, np.uint8))  # memory is taken when it is first written
        self._threads = [
            threading.Thread(target=target, args=(self._process,), daemon=True) for target in (self._fill, self._listen)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._free.put(None)
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._held.clear()

    def __iter__(self) -> Iterator[U8]:
        """All frames that were not read yet, each in an array of its own."""
        import numpy as np

        while self._given < self._frames:
            yield self.read(np.empty(self._size, np.uint8))

    def read(self, out: U8) -> U8:
        """Write the next frame into ``out``, flat I420, and return it.

        Raises:
            InterruptedError: ``stop`` was set.
            EncoderError: The clip cannot be played to its end.
        """
        import cv2

        if self._given >= self._frames:
            raise EOFError(f"all {self._frames} frames were read")
        here = self._given
        self._given += 1
        while not self._ended and self._pulled <= here + self._reach:
            self._pull()
        place = self._place(here) - (self._pulled - len(self._held))
        first = min(int(place), len(self._held) - 1)
        share = place - first
        if share < 0.01 or first + 1 == len(self._held):
            out[:] = self._held[first]
        else:
            cv2.addWeighted(self._held[first], 1 - share, self._held[first + 1], share, 0, dst=out)
        return out

    def _place(self, here: int) -> float:
        """The clip's frame to show at a frame of the scene; between two frames while it swings."""
        last = self._pulled - 1
        if not self._ended:
            return here
        reach = min(self._reach, last // 2)
        if reach < 1:
            return min(here, last)
        middle = last - reach
        return here if here <= middle else middle + reach * math.sin((here - middle) / reach)

    def _pull(self) -> None:
        """Take one more frame from the child; of those before, only what the swing may need is kept."""
        while True:
            if self._stop.is_set():
                raise InterruptedError
            with suppress(queue.Empty):
                frame = self._ready.get(timeout=0.2)
                break
        if frame is not None:
            if len(self._held) > 2 * self._reach:
                self._free.put(self._held.popleft())
            self._held.append(frame)
            self._pulled += 1
            return
        self._ended = True
        if not self._held or (not self._swings and self._frames - self._pulled > _MISSING_MOST):
            raise self._failure()

    def _fill(self, process: subprocess.Popen[bytes]) -> None:
        """Read whole frames ahead, as far as there is memory for them."""
        try:
            while (frame := self._free.get()) is not None:
                rest = frame.data
                while rest:
                    got = process.stdout.readinto(rest) if process.stdout is not None else 0  # type: ignore[attr-defined]  # unbuffered
                    if not got:
                        return
                    rest = rest[got:]
                self._ready.put(frame)
        finally:
            self._ready.put(None)

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        if process.stderr is not None:
            self._complaints = process.stderr.read()[-4000:]

    def _failure(self) -> EncoderError:
        said = complaints(self._complaints)
        reason = f": {said[0]}" if said else ""
        return EncoderError(
            f"The clip ended after {self._pulled} of {self._frames} frames{reason}.",
            hint="Repeat with `--again render`; `readme2video doctor` tests ffmpeg.",
        )


def _playing(file: Path, size_px: Size, fps: int, start_s: float, slower: float) -> list[str]:
    """The command that writes a clip's frames to its standard output."""
    header = read_header(file)
    seek = ["-ss", f"{start_s:.6f}"] if start_s > 0 else []
    return [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-filter_threads", "2",
        "-threads", "2", *seek,
        "-protocol_whitelist", "file,pipe", "-f", header.container, "-i", str(file.absolute()),
        "-map", "0:V:0", "-an", "-sn", "-dn",
        "-vf", ",".join([f"setpts=(PTS-STARTPTS)*{slower:.6f}", f"fps={fps}", *_shaped(header, size_px)]),
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1",
    ]  # fmt: skip


def _shaped(header: ClipHeader, size_px: Size) -> list[str]:
    """Filters to the film's size and colours."""
    wide, high = size_px.width, size_px.height
    # To cover: the larger of both factors, both sides even; the little that is taken off avoids a step up by rounding.
    cover = (
        f"w='2*ceil(max({wide},iw*sar*{high}/ih)/2-0.01)':h='2*ceil(max({high},ih*{wide}/(iw*sar))/2-0.01)'"
        ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    )
    crop = [f"crop={wide}:{high}", "setsar=1"]
    coded = header.size_px
    plain = header.pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8"))
    full = header.range_ == 2 or header.pixel_format.startswith("yuvj")
    if header.transfer in (_PQ, _HLG) or header.primaries in _WIDE_PRIMARIES or header.matrix in (9, 10):
        primaries = _WIDE_PRIMARIES.get(header.primaries, "bt2020")
        transfer = _TRANSFERS.get(header.transfer, "bt709")
        matrix = {1: "bt709", 5: "bt470bg", 6: "smpte170m"}.get(header.matrix, "bt2020nc")
        tags = f"color_primaries={primaries}:color_trc={transfer}"
        tags += "" if plain else f":colorspace={matrix}:range={'pc' if full else 'tv'}"
        return [f"scale={cover}", *crop, f"setparams={tags}", *_narrowed(header.transfer), "format=yuv420p"]
    sited = "in_h_chr_pos=0:in_v_chr_pos=128:out_h_chr_pos=0:out_v_chr_pos=128"
    source = ""
    if not plain:
        # What has no tag is BT.709 where it is large; of small pictures BT.601 is guessed, as ffmpeg does.
        large = max(coded.width, coded.height) >= 1280 or min(coded.width, coded.height) >= 720
        matrix = _MATRICES.get(header.matrix, "bt709" if large else "smpte170m")
        source = f":in_color_matrix={matrix}:in_range={'full' if full else 'limited'}"
    return [f"scale={cover}:{sited}{source}:out_color_matrix=bt709:out_range=limited", "format=yuv420p", *crop]


def _narrowed(transfer: int) -> list[str]:
    """Filters from wide colours to BT.709; a high dynamic range is mapped so that paper white stays white."""
    if transfer not in (_PQ, _HLG):
        return ["zscale=p=bt709:t=bt709:m=bt709:r=limited"]
    return [
        "zscale=t=linear:npl=203",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=mobius:desat=0:peak=5",
        "zscale=t=bt709:m=bt709:r=limited",
    ]
