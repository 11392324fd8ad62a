"""From release to release: ids stay with what stayed the same, and so does what was bought for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import scenes, storyboard
from readme2video.continuity import release_file, with_kept_scenes
from readme2video.errors import SourceError
from readme2video.events import Event, Notice
from readme2video.model.scene import ProblemScene, Scene, TerminalScene, strings, with_looks
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline
from readme2video.pipeline import plan_video
from readme2video.publish import OutputFolder
from readme2video.requests import shot
from readme2video.sandbox import Sandbox
from readme2video.settings import Settings
from readme2video.sources import parse_source
from readme2video.store import Store
from readme2video.storyboard_file import load_storyboard, to_yaml

PROGRAM = str(Path(sys.executable).with_name("readme2video"))

# --- ids ----------------------------------------------------------------------------------------------------------


def said(words: str, name: str = "about", **more: object) -> ProblemScene:
    headline = Headline(text=words, source="README.md:1")
    return ProblemScene.model_validate({"id": name, "duration_s": 3.0, "headline": headline, **more})


def ids(board: Storyboard) -> list[str]:
    return [scene.id for scene in board.scenes]


def test_a_scene_that_says_the_same_keeps_its_id_motion_and_length():
    before = said("Sorts letters", "what-it-is", motion="pan_left", duration_s=4.5)
    now = said("Sorts letters", "about", motion="drift_up").model_copy(
        update={"headline": Headline(text="Sorts letters", source="README.md:9")}
    )
    kept = with_kept_scenes(storyboard(said("New", "hook"), now), [before])
    assert ids(kept) == ["hook", "what-it-is"]
    scene = kept.scenes[1]
    assert (scene.motion, scene.duration_s, scene.headline.source) == ("pan_left", 4.5, "README.md:9")


@pytest.mark.parametrize(
    "other",
    [
        said("Sorts parcels"),
        said("Sorts letters", points=("By stamp",)),
        TerminalScene.model_validate(
            {
                "id": "about",
                "duration_s": 3,
                "headline": "Sorts letters",
                "lines": [{"role": "command", "text": "x"}],
            }
        ),
    ],
)
def test_a_scene_that_says_something_else_does_not(other: Scene):
    kept = with_kept_scenes(storyboard(said("Sorts letters", "now")), [other])
    assert ids(kept) == ["now"]


def test_ids_stay_unique():
    previous = [said("Old news", "new"), said("Sorts letters", "what")]
    board = storyboard(said("Sorts letters", "new"), said("Fresh", "what"), said("Fresher", "what-2"))
    assert ids(with_kept_scenes(board, previous)) == ["what", "what-2", "what-2-2"]
    twins = storyboard(said("Same", "a"), said("Same", "b"))
    assert ids(with_kept_scenes(twins, [said("Same", "b")])) == ["a", "b"]


def test_nothing_before_changes_nothing():
    assert with_kept_scenes(storyboard(), ()) == storyboard()
    assert with_kept_scenes(storyboard(), scenes()) == storyboard(*with_looks(scenes()))


SCENES = st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz"))
"""Words and id."""


@given(
    st.lists(SCENES, min_size=1, max_size=8, unique_by=lambda scene: scene[1]),
    st.lists(SCENES, max_size=8, unique_by=lambda scene: scene[1]),
)
def test_any_two_films(now: list[tuple[str, str]], before: list[tuple[str, str]]):
    board = storyboard(*(said(words, name) for words, name in now))
    kept = with_kept_scenes(board, [said(words, name) for words, name in before])
    assert len(set(ids(kept))) == len(now)
    assert [scene.headline.text for scene in kept.scenes] == [words for words, _ in now]
    same = {words for words, _ in now} & {words for words, _ in before}
    assert len(set(ids(kept)) & {name for words, name in before if words in same}) >= len(same)


# --- the storyboards that are kept --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag", ["v1.2.0", "1.0.0-rc.1", "@scope/pkg@1.0.0", "..", "CON", "v1.2.0/../x", "ü", "V1.2.0", "x" * 250]
)
def test_file_names_are_safe_and_each_tag_s_own(tag: str, tmp_path: Path):
    file = release_file(tmp_path, tag)
    assert file.parent == tmp_path / "storyboards"
    assert file.name.isascii()
    assert len(file.name) < 120
    assert file.stem.split(".")[0].lower() not in ("con", "nul", "")
    others = ["v1.2.0", "V1.2.0", "v1.2.0-", "v1.2.0/../x", "v1/2.0", "..", "@scope/pkg@1.0.0", "scope-pkg-1.0.0"]
    assert [other for other in others if other != tag and release_file(tmp_path, other) == file] == []


def test_a_person_s_edits_of_a_kept_storyboard_stay(tmp_path: Path):
    store = Store(tmp_path / ".store", lambda _: None)
    folder = OutputFolder(tmp_path / "quill", store)
    assert folder.release("one", "v1.0.0", None) is None
    file = tmp_path / "quill" / "storyboards" / "v1.0.0.yaml"
    file.write_text("mine")
    assert folder.release("generated", "v1.0.0", file) is None
    assert file.read_text() == "mine"
    assert folder.release("two", "v1.0.0", None) == "storyboards/v1.0.0.edited-1.yaml"
    assert file.read_text() == "two"
    store.close()


README = """# Tidewatch

Know the tide before you leave the house.

## Install

```sh
pip install tidewatch
```
"""
CHANGELOG = """# Changelog

## [1.2.0] - 2026-03-01

### Added

- A graph of the next seven days.
- Alarms an hour before high water.

### Fixed

- Ports with two names are found by both.

## [1.1.1] - 2026-02-02

### Fixed

- Midnight no longer belongs to two days.

## [1.1.0] - 2026-01-01

### Fixed

- Leap years have a tide on the last day of February.
"""
COMMITS = {"v1.1.0": "a" * 40, "v1.1.1": "b" * 40, "v1.2.0": "c" * 40}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "tidewatch"
    (folder / ".git" / "refs").mkdir(parents=True)
    (folder / "README.md").write_text(README)
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    refs = "".join(f"{commit} refs/tags/{tag}\n" for tag, commit in COMMITS.items())
    (folder / ".git" / "packed-refs").write_text(refs)
    switch(folder, "v1.1.0")
    return folder


def switch(folder: Path, tag: str) -> None:
    (folder / ".git" / "HEAD").write_text(f"{COMMITS[tag]}\n")


async def planned(folder: Path, tag: str) -> tuple[Storyboard, list[str], dict[str, str]]:
    """A plan's storyboard, what was said, and the report's quotes by source."""
    events: list[Event] = []
    settings = Settings(out=folder.parent / "out", quality="draft", release=tag)
    plan = await plan_video(parse_source(str(folder)), settings, emit=events.append)
    heard = [event.message for event in events if isinstance(event, Notice)]
    found = {string.source: string.quote for scene in plan.report.scenes for string in scene.strings}
    return load_storyboard(plan.folder / "storyboard.yaml"), heard, found


async def test_the_report_shows_where_news_stand(project: Path):
    board, heard, found = await planned(project, "v1.1.0")
    assert ids(board) == ["hook", "fixed", "about", "install", "end"]
    assert found["CHANGELOG.md:24"] == "- Leap years have a tide on the last day of February."
    assert found["fact:released"] == "v1.1.0 · 2026-01-01 (CHANGELOG.md)"
    assert "The film is about the release v1.1.0." in heard
    assert not (project.parent / "out" / "tidewatch" / "storyboards").exists()  # a plan is no film


async def test_the_film_before_gives_its_ids(project: Path):
    board, _, _ = await planned(project, "v1.1.0")
    renamed = [scene.model_copy(update={"id": "the-tide"}) if scene.id == "about" else scene for scene in board.scenes]
    kept = release_file(project.parent / "out" / "tidewatch", "v1.1.0")
    kept.parent.mkdir()
    kept.write_text(to_yaml(board.model_copy(update={"scenes": tuple(renamed)})))
    switch(project, "v1.1.1")
    after, heard, _ = await planned(project, "v1.1.1")
    assert ids(after) == ["hook", "fixed", "the-tide", "install", "end"]
    assert [text.text for _, text in strings(after.scenes[1])] != [text.text for _, text in strings(board.scenes[1])]
    assert "The film is about the release v1.1.1, the one after v1.1.0." in heard
    kept.write_text("no: storyboard")
    again, heard, _ = await planned(project, "v1.1.1")
    assert ids(again) == ["hook", "fixed", "about", "install", "end"]
    assert any(words.startswith("The storyboard of v1.1.0 is not used") for words in heard)


async def test_a_checkout_elsewhere_makes_no_film(project: Path):
    with pytest.raises(SourceError, match="not at"):
        await planned(project, "v1.2.0")


# --- what was bought ----------------------------------------------------------------------------------------------


def film(box: Sandbox, project: Path, tag: str) -> dict[str, dict]:
    """The scenes of a release's film by id, with their clips from the stand-in."""
    switch(project, tag)
    done = subprocess.run(
        [PROGRAM, "make", str(project), "-o", str(project.parent / "out"), "--quality", "draft",
         "--length", "20", "--aspect", "1:1", "--storyboarder", "offline", "--animator", "kie", "--yes", "--json",
         "--release", tag],
        env=os.environ | box.environment | {"KIE_API_KEY": "canary", "README2VIDEO_PACE": "0.05"},
        capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {scene["id"]: scene for scene in json.loads(done.stdout)["scenes"]}


@pytest.mark.timeout(400)
def test_a_patch_release_buys_no_more_than_what_changed(project: Path):
    with Sandbox(job_s=0.2, short_side_px=180) as box:
        first = film(box, project, "v1.1.0")
        bought = len(box.orders)
        second = film(box, project, "v1.1.1")
        assert (project.parent / "out" / "tidewatch" / "storyboards" / "v1.1.0.yaml").is_file()
        same = {"about", "install"}
        assert same <= first.keys() & second.keys()
        assert {name: second[name]["task_id"] for name in same} == {name: first[name]["task_id"] for name in same}
        assert len(box.orders) - bought <= len(second) - len(same)


def test_a_scene_that_moved_keeps_its_picture():
    """What a clip is bought for must not depend on how many scenes stand before it."""
    alone, new, last = scenes()
    before = storyboard(*with_looks((alone, last)))
    after = with_kept_scenes(storyboard(*with_looks((alone, new, last))), before.scenes)
    assert len({scene.look for scene in after.scenes}) == 3
    looks = [shot(board, len(board.scenes) - 1, "16:9", 1.0, ()) for board in (before, after)]
    assert looks[0] == looks[1]
