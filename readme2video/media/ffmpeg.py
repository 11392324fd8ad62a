"""Writing video with the bundled ffmpeg: one encoder setting for all segments, frames through a pipe."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from readme2video.errors import EncoderError
from readme2video.media.child import complaints, run_child, start_child
from readme2video.model.film import Encoding

if TYPE_CHECKING:
    from readme2video.media.planes import U8

_THREADS = 2
"""Fixed, because x264's output depends on it: the same film on every machine. Scenes are encoded side by side."""

_STALL_S, _LOOK_S = 120.0, 0.25
"""How long ffmpeg may take nothing before it is ended, and how often that is looked at."""

TIMESCALE = 30_000


def ffmpeg() -> str:
    """Path of the ffmpeg that came with the package.

    Raises:
        EncoderError: There is none for this platform.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise EncoderError(
            "No ffmpeg came with the package for this platform.",
            hint="Install ffmpeg and set IMAGEIO_FFMPEG_EXE to its path; `readme2video doctor` checks it.",
        ) from None


def x264_arguments(encoding: Encoding) -> list[str]:
    """Output arguments for a segment: H.264 High, 4:2:0, BT.709 tagged, joinable by stream copy.

    Closed groups of half a second (D.4 of the film checks); ``stitchable`` keeps x264 from writing headers that
    depend on the content, so that all segments share one decoder configuration.
    """
    group = encoding.fps // 2
    tags = "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv:chromaloc=0"
    return [
        "-an",
        "-c:v", "libx264",
        "-preset", encoding.preset,
        "-crf", f"{encoding.crf:g}",
        "-profile:v", "high",
        "-pix_fmt", "yuv420p",
        "-threads", str(_THREADS),
        "-x264-params",
        f"stitchable=1:open-gop=0:keyint={group}:min-keyint={group}:scenecut=0:rc-lookahead={group}:{tags}",
        "-vf", "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
        "-video_track_timescale", str(TIMESCALE),
        "-fflags", "+bitexact",
        "-flags:v", "+bitexact",
        "-map_metadata", "-1",
        "-movflags", "+faststart",
    ]  # fmt: skip


def lossless_arguments() -> list[str]:
    """Arguments for short intermediate stretches that are decoded once: lossless and fast to write."""
    return [
        "-an", "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-threads", str(_THREADS),
        "-x264-params", "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
    ]  # fmt: skip


class FrameWriter:
    """Frames in, a video file out. A context manager: leaving it by an error kills ffmpeg and waits for it.

    Args:
        file: Where to write; the suffix decides the container.
        arguments: Output arguments, as from ``x264_arguments``.
        stop: When set, a ``write``, also one that waits, raises ``InterruptedError``.
    """

    def __init__(self, file: Path, encoding: Encoding, arguments: Iterable[str], stop: threading.Event) -> None:
        size = encoding.size_px
        self._stop = stop
        self._command = [
            ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-color_range", "tv", "-video_size", f"{size.width}x{size.height}",
            "-framerate", str(encoding.fps), "-i", "pipe:0",
            *arguments, str(file),
        ]  # fmt: skip
        self._file = file
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints = b""
        self._reader: threading.Thread | None = None
        self._watch: threading.Thread | None = None
        self._over = threading.Event()
        self._stuck = False
        self._moved = 0.0

    def __enter__(self) -> Self:
        self._process = start_child(self._command, stdin=subprocess.PIPE)
        _widen(self._process.stdin)
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self._moved = time.monotonic()
        self._watch = threading.Thread(target=self._guard, args=(self._process,), daemon=True)
        self._watch.start()
        return self

    def write(self, frame: U8) -> None:
        """Append one flat frame.

        Raises:
            InterruptedError: ``stop`` was set.
            EncoderError: ffmpeg ended early, or takes nothing any more.
        """
        if self._stop.is_set():
            raise InterruptedError
        assert self._process is not None  # noqa: S101 - only inside the context
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        try:
            self._process.stdin.write(frame.data)
        except (BrokenPipeError, OSError):
            self._end()
            if self._stop.is_set():
                raise InterruptedError from None
            raise self._failure() from None
        self._moved = time.monotonic()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._process is None:
            return
        if kind is not None:
            self._process.kill()
            self._end()
            self._file.unlink(missing_ok=True)
            return
        if self._end() != 0:
            if self._stop.is_set():
                raise InterruptedError
            raise self._failure()

    def _end(self) -> int:
        assert self._process is not None  # noqa: S101 - only inside the context
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._moved = time.monotonic()
        code = self._process.wait()
        self._over.set()
        if self._watch is not None:
            self._watch.join()
        if self._reader is not None:
            self._reader.join()
        if self._process.stderr is not None:
            self._process.stderr.close()
        return code

    def _guard(self, process: subprocess.Popen[bytes]) -> None:
        """End an ffmpeg that takes nothing for too long or is to be stopped: a write to its full pipe would wait."""
        while not self._over.wait(_LOOK_S):
            self._stuck = time.monotonic() - self._moved > _STALL_S
            if self._stuck or self._stop.is_set():
                process.kill()
                return

    def _listen(self) -> None:
        if self._process is not None and self._process.stderr is not None:
            self._complaints = self._process.stderr.read()[-4000:]

    def _failure(self) -> EncoderError:
        if self._stuck:
            return EncoderError(
                f"ffmpeg did nothing for {_STALL_S:.0f} s and was ended.",
                hint="Run the same command again; `readme2video doctor` tests the encoder.",
            )
        *_, last = complaints(self._complaints) or ["no reason given"]
        return EncoderError(
            f"ffmpeg could not write the video: {last}.",
            hint="Check the free disk space; `readme2video doctor` tests the encoder.",
        )


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold more than its usual 64 KiB where the system can: a frame has 3 MB, each refill costs a switch."""
    if pipe is not None and sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # a limit of the system; the pipe works as it is
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)


def run_ffmpeg(
    arguments: list[str], deadline_s: float, stop: threading.Event | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ffmpeg to its end and return what it said.

    Raises:
        EncoderError: It could not be started or did not end in time.
        InterruptedError: ``stop`` was set.
    """
    try:
        return run_child([ffmpeg(), "-hide_banner", "-nostdin", *arguments], stop=stop, deadline_s=deadline_s)
    except TimeoutError:
        raise EncoderError(f"ffmpeg did not end within {deadline_s:g} s.") from None
