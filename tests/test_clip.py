"""Bought clips: only what decodes wholly is a clip, and whatever it is, it plays as frames of the film."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest

from readme2video.errors import PausedError, SceneRefusedError
from readme2video.media.clip import verify_clip
from readme2video.media.clip_frames import ClipFrames
from readme2video.media.ffmpeg import run_ffmpeg
from readme2video.media.planes import frame_size
from readme2video.model.record import Size


def made(file: Path, *arguments: str) -> Path:
    done = run_ffmpeg(["-loglevel", "error", "-y", *arguments, str(file)], 60)
    assert done.returncode == 0, done.stderr
    return file


def clip(file: Path, *, seconds: float = 2.0, rate: int = 24, size: str = "320x180") -> Path:
    source = f"testsrc2=size={size}:rate={rate}:duration={seconds}"
    return made(file, "-f", "lavfi", "-i", source, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart")


def test_a_whole_clip_is_counted(tmp_path: Path) -> None:
    facts = verify_clip(clip(tmp_path / "a.mp4"))
    assert (facts.frames, facts.size_px, facts.has_sound) == (48, Size(width=320, height=180), False)
    assert facts.fps == pytest.approx(24, abs=0.01)
    assert facts.duration_s == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_f70_f71_a_cut_clip_is_no_clip(tmp_path: Path, kept: float) -> None:
    whole = clip(tmp_path / "a.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(PausedError):
        verify_clip(cut)


def test_a_clip_with_damaged_pictures_is_no_clip(tmp_path: Path) -> None:
    data = bytearray(clip(tmp_path / "a.mp4").read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    data[middle : middle + 3000] = b"\xff" * 3000
    bent = tmp_path / "bent.mp4"
    bent.write_bytes(bytes(data))
    with pytest.raises(PausedError):
        verify_clip(bent)


def test_f78_sound_alone_and_a_blink_are_of_no_use(tmp_path: Path) -> None:
    sound = made(tmp_path / "s.mp4", "-f", "lavfi", "-i", "sine=duration=2", "-c:a", "aac")
    with pytest.raises(SceneRefusedError):
        verify_clip(sound)
    with pytest.raises(SceneRefusedError):
        verify_clip(clip(tmp_path / "blink.mp4", seconds=0.2))


@pytest.mark.parametrize(
    ("seconds", "rate", "size", "frames"),
    [(2.0, 24, "320x180", 60), (2.0, 60, "180x320", 45), (2.0, 25, "320x240", 66), (1.0, 24, "320x180", 90)],
    ids=["another rate", "another shape", "a little short", "much too short"],
)
def test_any_clip_plays_as_so_many_frames(tmp_path: Path, seconds: float, rate: int, size: str, frames: int) -> None:
    file = clip(tmp_path / "a.mp4", seconds=seconds, rate=rate, size=size)
    facts = verify_clip(file)
    wanted = Size(width=256, height=144)
    with ClipFrames(file, wanted, 30, frames, duration_s=facts.duration_s, stop=threading.Event()) as stream:
        got = [frame.copy() for frame in stream]
    assert len(got) == frames
    assert all(frame.shape == (frame_size(256, 144),) for frame in got)
    moves = [float(np.abs(a.astype(int) - b.astype(int)).mean()) for a, b in itertools.pairwise(got)]
    assert max(moves) < 30  # nothing jumps
    assert float(np.mean(moves[-10:])) > 0.01  # and its end is not frozen


def test_stopping_ends_the_player(tmp_path: Path) -> None:
    stop = threading.Event()
    file = clip(tmp_path / "a.mp4")
    with ClipFrames(file, Size(width=256, height=144), 30, 60, duration_s=2.0, stop=stop) as stream:
        frames = iter(stream)
        next(frames)
        stop.set()
        with pytest.raises(InterruptedError):
            list(frames)
