"""The sound of bought clips in the film: each under its own scene, in step with its pictures, without a click."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from makers import ENCODING, segment_request, shot
from readme2video.animators.kie import KieAnimator
from readme2video.animators.kie.wish import wish_for
from readme2video.events import ignore
from readme2video.kie.models import load_models
from readme2video.media.ffmpeg import run_ffmpeg
from readme2video.media.probe import frames, probe
from readme2video.model.film import (
    Backdrop,
    BackdropNeed,
    CameraPath,
    Film,
    Pose,
    SceneTiming,
    Segment,
    Timeline,
    TransitionRequest,
)
from readme2video.render import Renderer
from readme2video.requests import film as film_request
from readme2video.requests import sounds
from readme2video.sandbox import Sandbox
from readme2video.settings import Kie, Settings
from readme2video.stitch import Stitcher, TransitionMaker
from test_kie_film import SMALL_PX, film, project  # noqa: F401 - a fixture
from test_render_clip import bought, made
from works import FakeWork

RATE, FPS = 48_000, ENCODING.fps
T = 10
DRIFT_S = 0.04
STILL = CameraPath(start=Pose(zoom=1, x=0.5, y=0.5), end=Pose(zoom=1, x=0.5, y=0.5))
KLING = "kling-2.6/image-to-video"


@pytest.fixture
def work(tmp_path: Path) -> FakeWork:
    return FakeWork(tmp_path / "store")


def clapper(
    file: Path,
    at_s: float,
    *,
    seconds: float = 3.0,
    rate: int = 24,
    sound: str = "44100",
    channels: int = 1,
    later_s: float = 0.0,
    output: tuple[str, ...] = (),
) -> Path:
    """A dark clip that flashes and beeps at one moment.

    Args:
        later_s: How much later than the pictures the sound's own clock begins; the beep stays where it is.
    """
    flash = (
        f"color=c=black:s=160x90:r={rate}:d={seconds},drawbox=c=white:t=fill:enable='between(t,{at_s},{at_s + 0.2})'"
    )
    place = at_s - later_s
    beep = f"aevalsrc='0.6*sin(2*PI*1000*t)*between(t,{place},{place + 0.2})':s={sound}:d={seconds - later_s}"
    return made(
        file, "-f", "lavfi", "-i", flash, "-itsoffset", f"{later_s}", "-f", "lavfi", "-i", beep, "-map", "0:v",
        "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
        "-ac", str(channels), *output,
    )  # fmt: skip


def hum(file: Path, seconds: float = 3.0) -> Path:
    """A clip with a low even tone from its first to its last sample: any cut in it would click."""
    tone = f"aevalsrc='0.5*cos(2*PI*100*t)':s=48000:d={seconds}"
    return made(
        file, "-f", "lavfi", "-i", f"color=c=gray:s=160x90:r=30:d={seconds}", "-f", "lavfi", "-i", tone,
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "192k",
    )  # fmt: skip


def line(*lengths: int, overlap: int = T) -> Timeline:
    scenes, start = [], 0
    for place, length in enumerate(lengths):
        start -= overlap if place else 0
        head, tail = (overlap if place else 0), (overlap if place + 1 < len(lengths) else 0)
        scenes.append(SceneTiming(scene=f"s{place}", start=start, frames=length, head_frames=head, tail_frames=tail))
        start += length
    return Timeline(fps=FPS, frames=start, scenes=tuple(scenes))


async def stitched(work: FakeWork, timeline: Timeline, backdrops: list[Backdrop], *, heard: bool = True) -> Film:
    """A film of scenes, as the program makes it."""
    board = type("Board", (), {"project": "tinyproject"})
    segments: list[Segment] = []
    for timing, moving in zip(timeline.scenes, backdrops, strict=True):
        asked = segment_request(
            shot(work.keep_bytes), frames=timing.frames, head=timing.head_frames, tail=timing.tail_frames
        )
        request = asked.model_copy(update={"backdrop": moving})
        segments.append(await Renderer(parallel=1).perform(request, work))
    pieces: list[Any] = []
    for timing, segment in zip(timeline.scenes, segments, strict=True):
        if timing.head_frames and pieces:
            between = TransitionRequest(
                kind="crossfade", tail=pieces[-1].tail, head=segment.head, frames=timing.head_frames, encoding=ENCODING
            )
            pieces.append(await TransitionMaker(parallel=1).perform(between, work))
        pieces.append(segment)
    asked_film = film_request(board, pieces, timeline, ENCODING, sounds(timeline, backdrops) if heard else ())
    return await Stitcher().perform(asked_film, work)


def heard_in(work: FakeWork, whole: Film) -> np.ndarray:
    """The film's sound as a player gives it, (samples, 2), beginning with its first picture."""
    done = run_ffmpeg(
        ["-loglevel", "error", "-i", str(work.path(whole.video)), "-map", "0:a", "-f", "f32le", "-ac", "2",
         "-ar", str(RATE), "pipe:1"],
        60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2)


def beeps(samples: np.ndarray) -> list[float]:
    """When it begins to beep, seconds."""
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.15)
    starts = loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > RATE // 4)]
    return [int(start) / RATE for start in starts]


def flashes(work: FakeWork, whole: Film) -> list[float]:
    """When it begins to flash, seconds; measured at a corner without words."""
    bright = [flat.reshape(-1, 160)[80:88, 140:156].mean() > 228 for _, flat in frames(work.path(whole.video))]
    return [place / FPS for place in range(1, len(bright)) if bright[place] and not bright[place - 1]]


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param({}, id="24 fps, 44.1 kHz, mono"),
        pytest.param({"rate": 30, "sound": "48000", "channels": 2}, id="30 fps, 48 kHz, stereo"),
        pytest.param({"rate": 60, "sound": "22050", "channels": 6}, id="60 fps, 22 kHz, 5.1"),
        pytest.param({"later_s": 0.3}, id="sound begins later"),
        pytest.param({"output": ("-ss", "0.21")}, id="an edit list"),
        pytest.param({"output": ("-output_ts_offset", "1.5")}, id="neither begins at 0"),
    ],
)
async def test_b101_a_beep_stays_with_its_flash_until_the_end(
    work: FakeWork, tmp_path: Path, shape: dict[str, Any]
) -> None:
    clip = bought(work, clapper(tmp_path / "clip.mp4", 2.5, **shape))
    assert clip.has_sound
    timeline = line(60, 60, 80)
    whole = await stitched(work, timeline, [clip, STILL, clip])
    heard, seen = beeps(heard_in(work, whole)), flashes(work, whole)
    assert len(seen) == len(heard) >= 1
    assert max(abs(one - other) for one, other in zip(heard, seen, strict=True)) <= DRIFT_S
    assert seen[-1] > timeline.frames / FPS - 1.0  # near the film's end
    found = probe(work.path(whole.video))
    assert found.audio == ("aac", RATE, 2)
    assert abs(found.audio_s - found.duration_s) <= DRIFT_S


@pytest.mark.parametrize("start_s", [0.7, 0.72, 1.31])
async def test_a_scene_that_goes_on_with_a_clip_hears_its_own_stretch(
    work: FakeWork, tmp_path: Path, start_s: float
) -> None:
    clip = bought(work, clapper(tmp_path / "clip.mp4", 1.75)).model_copy(update={"start_s": start_s})
    whole = await stitched(work, line(50), [clip])
    (heard,), (seen,) = beeps(heard_in(work, whole)), flashes(work, whole)
    assert abs(heard - seen) <= DRIFT_S
    assert heard == pytest.approx(1.75 - start_s, abs=0.06)


async def test_a_slowed_clip_is_heard_slowed(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, clapper(tmp_path / "clip.mp4", 1.75, seconds=2.0))
    whole = await stitched(work, line(67), [clip])
    (heard,), (seen,) = beeps(heard_in(work, whole)), flashes(work, whole)
    assert seen > 1.9  # 1.75 at its own pace
    assert abs(heard - seen) <= DRIFT_S


async def test_a_clip_that_swings_is_heard_forward_only(work: FakeWork, tmp_path: Path) -> None:
    whole = await stitched(work, line(90), [bought(work, hum(tmp_path / "clip.mp4", 1.0))])
    level = np.abs(heard_in(work, whole)[:, 0])
    assert level[: RATE // 4].max() > 0.3
    assert level[int(1.1 * RATE) :].max() < 1e-3


async def test_scenes_without_a_clip_or_its_sound_are_silent(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, hum(tmp_path / "clip.mp4"))
    mute = bought(work, made(tmp_path / "mute.mp4", "-i", str(tmp_path / "clip.mp4"), "-an", "-c:v", "copy"))
    assert not mute.has_sound
    whole = await stitched(work, line(45, 45, 45), [clip, STILL, mute])
    samples = heard_in(work, whole)[:, 0]
    assert np.abs(samples[: RATE // 2]).max() > 0.3
    assert np.abs(samples[round(1.6 * RATE) :]).max() < 1e-3


async def test_a_sound_that_cannot_be_decoded_leaves_its_scene_silent_and_is_said(
    work: FakeWork, tmp_path: Path
) -> None:
    file = made(tmp_path / "mute.mp4", "-f", "lavfi", "-i", "color=c=gray:s=160x90:r=30:d=2", "-pix_fmt", "yuv420p")
    lying = bought(work, file).model_copy(update={"has_sound": True})
    whole = await stitched(work, line(45), [lying])
    assert np.abs(heard_in(work, whole)).max() < 1e-3
    assert any("s0 is silent" in notice for notice in work.notices)


async def test_nothing_clicks_at_cuts_transitions_and_the_films_ends(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, hum(tmp_path / "clip.mp4"))
    natural = 2 * np.pi * 100 / RATE * 0.5  # the steepest step of the tone itself
    for overlap in (0, T):
        whole = await stitched(work, line(45, 45, 45, 45, overlap=overlap), [clip, clip, STILL, clip])
        samples = heard_in(work, whole)
        padded = np.pad(samples, ((1, 1), (0, 0)))  # before and after the film it is quiet
        assert np.abs(np.diff(padded, axis=0)).max() < 2 * natural


async def test_two_scenes_of_one_clip_go_on_without_a_dip(work: FakeWork, tmp_path: Path) -> None:
    clip = bought(work, hum(tmp_path / "clip.mp4"))
    second = clip.model_copy(update={"start_s": (40 - T) / FPS})
    whole = await stitched(work, line(40, 40), [clip, second])
    middle = heard_in(work, whole)[round(0.6 * RATE) : round(1.7 * RATE), 0]
    peaks = np.abs(middle[: len(middle) // 480 * 480]).reshape(-1, 480).max(axis=1)
    assert peaks.max() / peaks.min() < 1.1


async def test_f98_the_same_film_has_the_same_bytes_and_its_pictures_are_not_encoded_again(
    work: FakeWork, tmp_path: Path
) -> None:
    clip = bought(work, clapper(tmp_path / "clip.mp4", 1.0))
    one, other = [await stitched(work, line(45, 45), [clip, STILL]) for _ in range(2)]
    assert one.video == other.video
    silent = await stitched(work, line(45, 45), [clip, STILL], heard=False)
    assert silent.video != one.video
    pictures = [_packets(work.path(whole.video)) for whole in (one, silent)]
    assert pictures[0] == pictures[1]


def _packets(file: Path) -> str:
    done = run_ffmpeg(["-loglevel", "error", "-i", str(file), "-map", "0:v", "-c", "copy", "-f", "h264", "pipe:1"], 30)
    assert done.stdout
    return hashlib.sha256(done.stdout).hexdigest()


# ---------------------------------------------------------------------------------------------------- what is ordered

NEED = BackdropNeed(look="look", motion="push_in", variant=1, duration_s=4)


@pytest.mark.parametrize(
    ("model", "input_hash"),
    [
        ("sora-2-image-to-video", "5f59e014225da83572aed676ab30af2ebcf39e7f0ffe4ff9e9502bc6b249cec4"),
        (KLING, "0b423b5df3f938ca6ecebecff63aec2ac25e63a26b33574b8bb8bcf9d6b46f0a"),
    ],
)
def test_without_sound_an_order_is_what_it_always_was(model: str, input_hash: str) -> None:
    """Clips that were bought before are found by these hashes."""
    assert wish_for(NEED, load_models(())[model], None).input_hash == input_hash


def test_sound_is_asked_for_only_where_there_is_a_switch() -> None:
    models = load_models(())
    plain, heard = (wish_for(NEED, models[KLING], None, sound=sound) for sound in (False, True))
    assert [wish.body("https://x/y.png")["input"]["sound"] for wish in (plain, heard)] == [False, True]
    assert plain.input_hash != heard.input_hash
    assert heard.credits == 2 * plain.credits
    always = [wish_for(NEED, models["sora-2-image-to-video"], None, sound=sound) for sound in (False, True)]
    assert always[0] == always[1]


def test_kept_clips_are_used_again_where_sound_is_no_choice(tmp_path: Path) -> None:
    def fingerprint(model: str, music: str) -> str:
        return KieAnimator(Settings(kie=Kie(key="k"), model=model, music=music), tmp_path, ignore).fingerprint

    assert fingerprint("sora-2-image-to-video", "clip") == "kie/1:sora-2-image-to-video:default"
    assert fingerprint(KLING, "none") == fingerprint(KLING, "auto") == f"kie/1:{KLING}:default"
    assert fingerprint(KLING, "clip") == f"kie/1:{KLING}:default:sound"


# ---------------------------------------------------------------------------------------------------- the program


def loudest(said: dict[str, Any]) -> float:
    done = run_ffmpeg(
        ["-loglevel", "error", "-i", said["videos"][0]["path"], "-map", "0:a", "-f", "f32le", "-ac", "1", "pipe:1"], 60
    )
    return float(np.abs(np.frombuffer(done.stdout, "<f4")).max())


def test_music_clip_keeps_the_sound_that_was_bought_and_buys_nothing_more(project: Path) -> None:  # noqa: F811
    flags = ("--animator", "kie", "--yes")
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX) as box:
        code, said, heard = film(box, project, *flags)
        assert code == 0, heard
        assert loudest(said) < 1e-4
        bought_before = len(box.orders)
        code, said, heard = film(box, project, *flags, "--music", "clip")
        assert code == 0, heard
        assert loudest(said) > 0.003  # the tone of the stand-in is quiet
        assert len(box.orders) == bought_before


def test_music_clip_asks_for_sound_where_the_model_has_a_switch(project: Path) -> None:  # noqa: F811
    flags = ("--animator", "kie", "--yes", "--model", KLING, "--music")
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX) as box:
        code, said, heard = film(box, project, *flags, "none")
        assert code == 0, heard
        silent = list(box.orders)
        assert {order.body["input"]["sound"] for order in silent} == {False}
        code, said, heard = film(box, project, *flags, "clip")
        assert code == 0, heard
        loud = box.orders[len(silent) :]
        assert {order.body["input"]["sound"] for order in loud} == {True}
        assert len(loud) == len(silent)
        assert said["cost"]["spent_credits"] == sum(order.credits for order in loud)
        assert loudest(said) > 0.003  # the tone of the stand-in is quiet


def test_music_clip_without_clips_is_said(project: Path) -> None:  # noqa: F811
    with Sandbox() as box:
        code, said, heard = film(box, project, "--animator", "local", "--music", "clip")
    assert code == 0
    assert "no clip of the 16:9 film has sound" in heard
    assert loudest(said) < 1e-4
