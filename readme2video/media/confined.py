"""ffmpeg on a stranger's file: in a child that may open one file, use one decoder, little memory and little time."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from readme2video.media.child import complaints, run_child
from readme2video.media.ffmpeg import ffmpeg

_MEMORY_BYTES = 2 << 30
_CPU_S = 90
_DEADLINE_S = 180.0
_FILES = 32
_CONFINE = (
    "import os, resource as r, sys\n"
    "memory, cpu, size, files = map(int, sys.argv[1:5])\n"
    "for what, most in ((r.RLIMIT_AS, memory), (r.RLIMIT_CPU, cpu), (r.RLIMIT_FSIZE, size), (r.RLIMIT_NOFILE, files),"
    " (r.RLIMIT_CORE, 0)):\n"
    "    r.setrlimit(what, (most, most))\n"
    "os.execv(sys.argv[5], sys.argv[5:])\n"
)
"""Sets the limits and becomes ffmpeg; between fork and exec of a program with threads nothing else is safe."""


def run_confined(
    source: Path,
    *,
    demuxer: str,
    decoders: str,
    arguments: list[str],
    most_bytes: int,
    most_pixels: int,
    stop: threading.Event | None = None,
) -> str:
    """Decode a file nobody vouches for. Whatever it refers to, nothing but it is opened, and no network is there.

    Args:
        demuxer: The one that may read it, chosen by its first bytes.
        decoders: Names, with commas.
        arguments: Input limits, filters and the output, as for ffmpeg.
        most_bytes: The output may have.
        most_pixels: A frame may have.
        stop: When set, the child is ended.

    Returns:
        "" when it went well, else what was wrong in a few words.

    Raises:
        EncoderError: ffmpeg cannot be started.
        InterruptedError: ``stop`` was set.
    """
    command = [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-threads", "2", "-filter_threads", "1",
        "-max_pixels", str(most_pixels), "-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer,
        "-codec_whitelist", decoders, "-f", demuxer.split(",", maxsplit=1)[0], *arguments[:2], "-i",
        str(source.absolute()), *arguments[2:],
    ]  # fmt: skip
    if os.name == "posix":
        limits = [str(limit) for limit in (_MEMORY_BYTES, _CPU_S, most_bytes, _FILES)]
        command = [sys.executable, "-I", "-S", "-c", _CONFINE, *limits, *command]
    try:
        done = run_child(command, stop=stop, deadline_s=_DEADLINE_S, env={"LC_ALL": "C"})
    except TimeoutError:
        return "it takes too long to decode"
    return _outcome(done.returncode, done.stderr)


def _outcome(code: int, said: bytes) -> str:
    if not code:
        return ""
    if code < 0:
        return "it needs more time or memory than a picture may"
    lines = complaints(said)
    return f"it cannot be decoded ({lines[0][:120]})" if lines else "it cannot be decoded"
