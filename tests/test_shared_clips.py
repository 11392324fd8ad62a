"""Neighbouring scenes that share one longer clip: fewer are bought, and the second goes on where the first was."""

from __future__ import annotations

from pathlib import Path

import pytest

import scene_samples
from readme2video.animators.kie import KieAnimator
from readme2video.events import ignore
from readme2video.model.film import BackdropNeed, SceneTiming, Timeline
from readme2video.model.scene import InstallScene
from readme2video.model.shot import Zone
from readme2video.requests import ClipUse, Saves, shared_clips
from readme2video.sandbox import Sandbox
from readme2video.settings import Kie, Settings
from readme2video.storyboard_file import to_yaml
from test_kie_film import BOARD, SMALL_PX, film, project  # noqa: F401 - a fixture

HOOK, WHY, END = BOARD.scenes
PAIRS = BOARD.model_copy(
    update={
        "scenes": (
            HOOK,
            WHY.model_copy(update={"points": ()}),  # its words stand where the hook's do
            InstallScene(id="install", duration_s=1.8, headline=END.headline, command=END.command),
            END,
        )
    }
)
"""Two pairs of neighbours whose words stand at the same place."""


def timeline(*frames: int, overlap: int = 15) -> Timeline:
    starts = [sum(frames[:place]) - overlap * place for place in range(len(frames))]
    scenes = tuple(
        SceneTiming(scene=f"s{place}", start=start, frames=length, head_frames=overlap if place else 0, tail_frames=0)
        for place, (start, length) in enumerate(zip(starts, frames, strict=True))
    )
    return Timeline(fps=30, frames=starts[-1] + frames[-1], scenes=scenes)


def uses(line: Timeline, *covers: str) -> list[ClipUse]:
    return [
        ClipUse(
            scene_samples.request("title"),
            BackdropNeed(
                covers=what,
                look=f"look-{place}",
                motion="push_in",
                variant=place,
                duration_s=timing.frames / line.fps,
            ),
        )
        for place, (timing, what) in enumerate(zip(line.scenes, covers, strict=True))
    ]


def at_most(longest_s: float) -> Saves:
    return lambda _first, _second, together_s: together_s <= longest_s


def shared(line: Timeline, covers: list[str], zones: list[Zone], saves: Saves) -> list[tuple[str, float, float]]:
    found = shared_clips(line, uses(line, *covers), zones, saves)
    return [(use.need.look, use.need.duration_s, use.start_s) for use in found]


def test_the_second_scene_goes_on_where_the_first_was() -> None:
    line = timeline(120, 150)
    assert shared(line, ["plate"] * 2, ["top"] * 2, at_most(10)) == [("look-0", 8.5, 0.0), ("look-0", 8.5, 3.5)]


def test_a_clip_serves_two_scenes_at_most() -> None:
    line = timeline(90, 90, 90, 90, 90)
    found = shared(line, ["plate"] * 5, ["top"] * 5, at_most(10))
    assert [look for look, _, _ in found] == ["look-0", "look-0", "look-2", "look-2", "look-4"]


@pytest.mark.parametrize(
    ("covers", "zones", "longest_s"),
    [
        (["full", "plate"], ["top", "top"], 10),
        (["plate", "full"], ["top", "top"], 10),
        (["plate", "plate"], ["top", "side"], 10),
        (["plate", "plate"], ["top", "top"], 8.4),
    ],
    ids=["words in the first", "words in the second", "words stand elsewhere", "not longer than a clip"],
)
def test_others_keep_their_own(covers: list[str], zones: list[Zone], longest_s: float) -> None:
    line = timeline(120, 150)
    assert shared(line, covers, zones, at_most(longest_s)) == [("look-0", 4.0, 0.0), ("look-1", 5.0, 0.0)]


@pytest.mark.parametrize(
    ("model", "lengths", "saves"),
    [
        ("sora-2-image-to-video", (4, 5, 8.5), True),  # 10 s instead of 10 + 10
        ("sora-2-image-to-video", (9, 9, 17.5), False),  # no clip is that long
        ("veo3_fast", (4, 4, 7.5), True),  # 8 s at one price
    ],
)
def test_one_clip_is_bought_only_where_it_is_cheaper(
    tmp_path: Path, model: str, lengths: tuple[float, float, float], saves: bool
) -> None:
    settings = Settings(kie=Kie(key="k"), model=model, out=tmp_path)
    assert KieAnimator(settings, tmp_path, ignore).saves(*lengths) is saves


def test_a_film_with_shared_clips_costs_less(project: Path) -> None:  # noqa: F811 - the fixture
    flags = ("--animator", "kie", "--yes", "--text-safe", "always")
    (project / "board.yaml").write_text(to_yaml(PAIRS))
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX) as box:
        code, said, heard = film(box, project, *flags, "--share-clips")
        assert code == 0, heard
        tasks = [scene["task_id"] for scene in said["scenes"]]
        assert len(box.orders) == len(set(tasks)) < len(tasks)
        assert said["cost"]["spent_credits"] == sum(order.credits for order in box.orders)
        bought = len(box.orders)
        code, _, _ = film(box, project, *flags, "--share-clips")
        assert code == 0
        assert len(box.orders) == bought


def test_a_plate_that_is_cropped_for_one_shape_is_bought_once_for_both(project: Path) -> None:  # noqa: F811
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX) as box:
        code, said, heard = film(box, project, "--animator", "kie", "--yes", "--aspect", "1:1", "--aspect", "16:9")
        assert code == 0, heard
        assert [video["aspect"] for video in said["videos"]] == ["1:1", "16:9"]
        assert len(box.orders) == len(said["scenes"])
        assert said["cost"]["spent_credits"] == sum(order.credits for order in box.orders)
