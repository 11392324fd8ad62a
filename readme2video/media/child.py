"""ffmpeg as a child process: started away from Ctrl-C, listened to, ended when it is to stop or takes too long."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from readme2video.errors import EncoderError

_LOOK_S = 0.2
"""How often it is looked at whether the child is to stop."""


def start_child(
    command: Sequence[str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
    bufsize: int = -1,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child whose complaints can be read from ``stderr``.

    It is in a process group of its own, so that Ctrl-C reaches us first and we end it in order.

    Raises:
        EncoderError: It cannot be started.
    """
    try:
        return subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, bufsize=bufsize, env=env, process_group=0
        )
    except OSError as error:
        raise EncoderError(f"ffmpeg cannot be started: {error.strerror}.", hint="Run `readme2video doctor`.") from None


def run_child(
    command: Sequence[str],
    *,
    stop: threading.Event | None = None,
    deadline_s: float | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a child to its end and return what it wrote; nothing of it is left whatever happens.

    Args:
        stop: When set, the child is ended.
        deadline_s: How long it may take.

    Raises:
        EncoderError: It cannot be started.
        InterruptedError: ``stop`` was set.
        TimeoutError: It took longer and was ended.
    """
    begun = time.monotonic()
    with start_child(command, stdout=subprocess.PIPE, env=env) as process:
        try:
            while True:
                try:
                    out, said = process.communicate(timeout=_LOOK_S)
                except subprocess.TimeoutExpired:
                    if stop is not None and stop.is_set():
                        raise InterruptedError from None
                    if deadline_s is not None and time.monotonic() - begun > deadline_s:
                        raise TimeoutError from None
                else:
                    return subprocess.CompletedProcess(command, process.returncode, out, said)
        finally:
            process.kill()


def complaints(said: bytes) -> list[str]:
    """What ffmpeg complained of, a line each, without the addresses it puts before them."""
    return [line.split("] ")[-1] for line in said.decode("utf-8", "replace").strip().splitlines()]
