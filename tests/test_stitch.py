"""Transitions and stitching: continuous, exact, joined without encoding again."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from makers import ENCODING, SIZE, segment_request, shot
from readme2video.errors import EncoderError
from readme2video.events import ignore
from readme2video.media.probe import frames, probe
from readme2video.model.film import FilmRequest, Segment, TransitionRequest
from readme2video.render import Renderer
from readme2video.stitch import Stitcher, TransitionMaker
from readme2video.stitch.transitions import import_moviepy
from readme2video.store import Store

KINDS = ("crossfade", "slide", "wipe", "block")
T = 8


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / ".store", ignore)
    yield made
    made.close()


async def neighbours(store: Store) -> tuple[Segment, Segment]:
    renderer = Renderer(parallel=2)
    left = await store(renderer, segment_request(shot(store.keep_bytes, 1, "left"), frames=30, tail=T))
    right = await store(renderer, segment_request(shot(store.keep_bytes, 2, "right"), frames=30, head=T))
    return left, right


async def transition(store: Store, kind, left: Segment, right: Segment, direction="ltr") -> list[np.ndarray]:
    assert left.tail
    assert right.head
    request = TransitionRequest(
        kind=kind,
        tail=left.tail,
        head=right.head,
        frames=T,
        direction=direction,
        encoding=ENCODING,
        colour="#ff8800" if kind == "block" else None,
    )
    clip = await store(TransitionMaker(parallel=1), request)
    return [flat for _, flat in frames(store.path(clip.body))]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_transition_leads_from_one_scene_to_the_next(store: Store, kind):
    left, right = await neighbours(store)
    assert left.tail
    assert right.head
    seen = await transition(store, kind, left, right)
    assert len(seen) == T
    tail = [flat for _, flat in frames(store.path(left.tail))]
    head = [flat for _, flat in frames(store.path(right.head))]

    def gap(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.abs(a.astype(int) - b.astype(int)).mean())

    shares = [gap(s, t) / (gap(s, t) + gap(s, h)) for s, t, h in zip(seen, tail, head, strict=True)]
    assert shares[0] < 0.2, "it starts at the scene that leaves"
    assert shares[-1] > 0.8, "it ends at the scene that comes"
    if kind != "slide":  # while sliding, neither scene stands where it did
        assert all(b >= a - 0.02 for a, b in pairwise(shares))


async def test_right_to_left_films_slide_the_other_way(store: Store):
    left, right = await neighbours(store)
    ltr = await transition(store, "wipe", left, right)
    rtl = await transition(store, "wipe", left, right, "rtl")
    assert left.tail
    tail = [flat for _, flat in frames(store.path(left.tail))]
    luma = SIZE.width * SIZE.height
    third = SIZE.width // 3

    def changed(flat: np.ndarray, where: slice) -> float:
        a, b = (x[:luma].reshape(SIZE.height, SIZE.width)[:, where].astype(int) for x in (flat, tail[2]))
        return float(np.abs(a - b).mean())

    assert changed(ltr[2], slice(0, third)) > 4 * changed(ltr[2], slice(-third, None))
    assert changed(rtl[2], slice(-third, None)) > 4 * changed(rtl[2], slice(0, third))


async def test_missing_frames_of_a_neighbour_are_a_clear_error(store: Store):
    left, right = await neighbours(store)
    assert left.tail
    assert right.head
    request = TransitionRequest(kind="wipe", tail=left.tail, head=right.head, frames=T + 1, encoding=ENCODING)
    with pytest.raises(EncoderError, match=f"has {T} frames, not {T + 1}"):
        await store(TransitionMaker(parallel=1), request)


async def stitched(store: Store, kind="crossfade") -> tuple[Path, list[np.ndarray]]:
    left, right = await neighbours(store)
    assert left.tail
    assert right.head
    request = TransitionRequest(kind=kind, tail=left.tail, head=right.head, frames=T, encoding=ENCODING)
    middle = await store(TransitionMaker(parallel=1), request)
    pieces = (left.body, middle.body, right.body)
    film = await store(Stitcher(), FilmRequest(pieces=pieces, frames=52, encoding=ENCODING, title="tiny"))
    each = [flat for piece in pieces for _, flat in frames(store.path(piece))]
    assert film.frames == 52
    assert film.duration_s == pytest.approx(52 / 30)
    return store.path(film.video), each


async def test_joining_changes_no_picture_and_keeps_time(store: Store):
    file, each = await stitched(store)
    joined = [flat for _, flat in frames(file)]
    assert len(joined) == len(each) == 52
    for place, (a, b) in enumerate(zip(joined, each, strict=True)):
        assert np.array_equal(a, b), place
    import av

    with av.open(str(file)) as film:
        times = sorted(packet.pts for packet in film.demux(video=0) if packet.size)
        steps = {b - a for a, b in pairwise(times)}
        assert len(steps) == 1
        film.seek(0)
        decode_times = [packet.dts for packet in film.demux(video=0) if packet.size]
        assert decode_times == sorted(set(decode_times))


async def test_the_film_meets_the_master_rules(store: Store):
    file, _ = await stitched(store)
    found = probe(file)
    assert (found.codec, found.profile, found.pixel_format, found.fps) == ("h264", "High", "yuv420p", 30)
    assert (found.range_, found.matrix, found.primaries, found.transfer) == (1, 1, 1, 1)
    assert found.faststart
    assert found.audio == ("aac", 48_000, 2)
    assert found.audio_s == pytest.approx(found.duration_s, abs=0.03)


async def test_f98_the_same_pieces_give_the_same_bytes(store: Store, tmp_path: Path):
    file, _ = await stitched(store)
    other = Store(tmp_path / "other", ignore)
    again, _ = await stitched(other)
    assert file.read_bytes() == again.read_bytes()
    other.close()


async def test_pieces_of_another_encoding_are_refused(store: Store):
    left, _ = await neighbours(store)
    odd = ENCODING.model_copy(update={"size_px": SIZE.model_copy(update={"width": 120})})
    drawn = shot(store.keep_bytes, 3)
    small = {"size_px": odd.size_px}
    import cv2

    def narrowed(artifact):
        picture = cv2.imread(str(store.path(artifact)), cv2.IMREAD_UNCHANGED)[:, :120]
        return store.keep_bytes(cv2.imencode(".png", picture)[1].tobytes(), ".png")

    drawn = drawn.model_copy(update=small | {k: narrowed(getattr(drawn, k)) for k in ("full", "plate", "ink")})
    other = await store(Renderer(parallel=1), segment_request(drawn, frames=12, encoding=odd))
    with pytest.raises(EncoderError, match="different headers"):
        await store(
            Stitcher(),
            FilmRequest(pieces=(left.body, other.body), frames=34, encoding=ENCODING, title="odd"),
        )


async def test_a_wrong_count_of_frames_is_noticed(store: Store):
    left, _ = await neighbours(store)
    with pytest.raises(EncoderError, match="22 frames instead of 23"):
        await store(Stitcher(), FilmRequest(pieces=(left.body,), frames=23, encoding=ENCODING, title="short"))


def test_importing_moviepy_loads_no_env_file(tmp_path: Path):
    """A `.env` above the package must neither enter our environment nor name a program that is run."""
    marker = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\n")
    evil.chmod(0o755)
    (tmp_path / ".env").write_text(f"FFMPEG_BINARY={evil}\nFOREIGN_KEY=leaked\n")
    link = tmp_path / "site" / "moviepy"
    link.parent.mkdir()
    link.symlink_to(Path(import_moviepy().__file__).parent)
    script = textwrap.dedent(
        """
        import os, sys
        from readme2video.stitch.transitions import import_moviepy
        print(import_moviepy().__file__)
        assert "FOREIGN_KEY" not in os.environ and "FFMPEG_BINARY" not in os.environ
        assert "dotenv" not in sys.modules
        """
    )
    environ = {**os.environ, "PYTHONPATH": f"{link.parent}"}
    run = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert str(link.parent) in run.stdout
    assert not marker.exists()
