"""Planes, encoding and probing: colours arrive as they were meant, and files are what was asked for."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from makers import ENCODING, SIZE, plate
from readme2video.errors import EncoderError
from readme2video.media import planes
from readme2video.media.ffmpeg import FrameWriter, lossless_arguments, run_ffmpeg, x264_arguments
from readme2video.media.probe import frames, probe

W, H = SIZE.width, SIZE.height


def flat_of(bgr: np.ndarray) -> np.ndarray:
    y, u, v = planes.from_bgr(bgr)
    parts = (planes.quantise(y), planes.quantise(planes.halve(u)), planes.quantise(planes.halve(v)))
    return np.concatenate([part.reshape(-1) for part in parts])


def write(file: Path, pictures: list[np.ndarray], arguments: list[str]) -> None:
    with FrameWriter(file, ENCODING, arguments, threading.Event()) as writer:
        for picture in pictures:
            writer.write(flat_of(picture))


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("#000000", (16, 128, 128)),
        ("#ffffff", (235, 128, 128)),
        ("#ff0000", (63, 102, 240)),
        ("#00ff00", (173, 42, 26)),
        ("#0000ff", (32, 240, 118)),
    ],
)
def test_colours_follow_bt709(colour: str, expected: tuple[int, int, int]):
    assert planes.colour_of(colour) == expected


def test_a_picture_survives_planes_and_back():
    picture = cv2.GaussianBlur(plate(3), (0, 0), 3)
    back = planes.to_bgr(flat_of(picture), W, H)
    assert np.abs(back.astype(int) - picture.astype(int)).mean() < 1.0


def test_ffmpeg_agrees_about_colour_and_chroma_place(tmp_path: Path):
    """The tags and the siting are right if another decoder gets the same picture from the file."""
    picture = cv2.GaussianBlur(plate(5), (0, 0), 2)
    write(tmp_path / "a.mkv", [picture], lossless_arguments())
    out = tmp_path / "a.png"
    exact = "scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp+bicubic"
    arguments = ["-loglevel", "error", "-i", str(tmp_path / "a.mkv"), "-vf", exact, "-frames:v", "1", str(out)]
    run = run_ffmpeg(arguments, 30)
    assert run.returncode == 0, run.stderr
    seen = cv2.imread(str(out)).astype(int)
    assert np.abs(seen - picture.astype(int)).mean() < 1.5


def test_chroma_is_sited_left():
    """A vertical edge of colour at an even column belongs to the chroma sample of that column."""
    plane = np.zeros((4, 8), np.float32)
    plane[:, 4:] = 100
    assert planes.halve(plane)[0].tolist() == [0, 0, 75, 100]


def test_a_segment_is_what_was_asked_for(tmp_path: Path):
    write(tmp_path / "a.mp4", [plate(n) for n in range(31)], x264_arguments(ENCODING))
    found = probe(tmp_path / "a.mp4")
    assert (found.codec, found.profile, found.pixel_format) == ("h264", "High", "yuv420p")
    assert (found.size_px, found.fps, found.frames) == (SIZE, 30, 31)
    assert found.duration_s == pytest.approx(31 / 30)
    assert (found.range_, found.matrix, found.primaries, found.transfer) == (1, 1, 1, 1)
    assert found.faststart
    assert found.audio is None


def test_f98_the_same_frames_give_the_same_bytes(tmp_path: Path):
    for name in ("a", "b"):
        write(tmp_path / f"{name}.mp4", [plate(n) for n in range(8)], x264_arguments(ENCODING))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_lossless_stretches_come_back_exactly(tmp_path: Path):
    pictures = [plate(n) for n in range(4)]
    write(tmp_path / "a.mkv", pictures, lossless_arguments())
    for index, flat in frames(tmp_path / "a.mkv"):
        assert np.array_equal(flat, flat_of(pictures[index]))


def test_wanted_frames_are_found_by_number(tmp_path: Path):
    grey = [np.full((H, W, 3), 4 * n, np.uint8) for n in range(50)]
    write(tmp_path / "a.mp4", grey, x264_arguments(ENCODING))
    found = {index: int(flat[0]) for index, flat in frames(tmp_path / "a.mp4", frozenset({0, 17, 49}))}
    assert set(found) == {0, 17, 49}
    for index, value in found.items():
        assert value == pytest.approx(16 + 4 * index * 219 / 255, abs=2)


def test_f91_leaving_by_an_error_kills_ffmpeg_and_removes_the_file(tmp_path: Path):
    with (
        pytest.raises(ZeroDivisionError),
        FrameWriter(tmp_path / "a.mp4", ENCODING, x264_arguments(ENCODING), threading.Event()) as writer,
    ):
        writer.write(flat_of(plate()))
        raise ZeroDivisionError
    assert writer._process is not None
    assert writer._process.returncode is not None
    assert not (tmp_path / "a.mp4").exists()


def test_stop_interrupts_writing(tmp_path: Path):
    stop = threading.Event()
    stop.set()
    with (
        pytest.raises(InterruptedError),
        FrameWriter(tmp_path / "a.mp4", ENCODING, x264_arguments(ENCODING), stop) as writer,
    ):
        writer.write(flat_of(plate()))


def test_f82_a_disk_that_refuses_is_a_clear_error(tmp_path: Path):
    with (
        pytest.raises(EncoderError, match="ffmpeg could not write"),
        FrameWriter(tmp_path / "no" / "folder.mp4", ENCODING, x264_arguments(ENCODING), threading.Event()) as writer,
    ):
        for _ in range(200):
            writer.write(flat_of(plate()))


@pytest.mark.parametrize("content", [b"", b"<html>Access denied</html>", b"\0" * 4096], ids=["empty", "html", "zeros"])
def test_what_is_no_video_is_a_clear_error(tmp_path: Path, content: bytes):
    file = tmp_path / "x.mp4"
    file.write_bytes(content)
    with pytest.raises(EncoderError, match="not a readable video"):
        probe(file)
    with pytest.raises(EncoderError):
        list(frames(file))
