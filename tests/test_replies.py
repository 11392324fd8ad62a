"""Replies that are wrong: each is recorded with what is wrong with it and what becomes of the film.

A reply of ``fixtures/replies`` is given in every turn (what holds of it is shown, the offline storyboarder fills in),
then only in the first (the repair sets it right).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from claude_words import FIXTURES
from readme2video.model.brief import Brief
from readme2video.model.manuscript import Manuscript
from readme2video.model.scene import strings
from readme2video.model.source import RepositoryFacts
from readme2video.model.storyboard import Storyboard
from readme2video.readme import cited_text, parse_readme
from readme2video.sandbox import Sandbox
from readme2video.settings import Claude, Settings
from readme2video.storyboarders import ClaudeStoryboarder, write_storyboard
from readme2video.storyboarders.pacing import TOLERANCE_S
from readme2video.timeline import TRANSITION_S
from works import FakeWork

FILES = sorted((FIXTURES / "replies").glob("*.json"))
READMES = sorted([*FIXTURES.glob("*/README.*"), FIXTURES.parent / "README.md"])
NAMES = [file.parent.name if file.parent != FIXTURES.parent else "readme2video" for file in READMES]
LENGTH_S = 30.0
SCENES = 7
each = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def brief() -> Brief:
    text = (FIXTURES / "tidepool" / "README.md").read_bytes()
    return Brief(
        document=parse_readme(text.decode(), "README.md"),
        texts=(cited_text(text, "README.md"),),
        facts=RepositoryFacts(name="tidepool", owner="example"),
        scene_limit=SCENES,
    )


async def written(box: Sandbox, brief: Brief, folder: Path, file: Path, nth: Any) -> tuple[Manuscript, int, FakeWork]:
    """The manuscript and how many answers it took."""
    box.clear()
    box.script({"on": "claude", "do": "reply", "file": str(file), "nth": nth})
    asked, work = len(box.claude), FakeWork(folder)
    claude = Claude(base_url=box.environment["ANTHROPIC_BASE_URL"], key=SecretStr("k"))
    script = await ClaudeStoryboarder(Settings(claude=claude), lambda _: None).perform(brief, work)
    return script, len(box.claude) - asked, work


def words(board: Storyboard) -> set[str]:
    return {text.text for scene in board.scenes for _, text in strings(scene)}


def test_there_are_enough_of_them():
    assert len(FILES) >= 20
    for file in FILES:
        told = json.loads(file.read_text("utf-8"))
        assert set(told) == {"name", "about", "wrong", "reply", "expected"}
        assert file.stem.partition("-")[2] == told["name"]
        assert told["wrong"]


@each
async def test_what_holds_is_shown_and_the_rest_is_not(box: Sandbox, brief: Brief, tmp_path: Path, file: Path):
    expected = json.loads(file.read_text("utf-8"))["expected"]
    script, turns, work = await written(box, brief, tmp_path, file, "always")
    board = script.storyboard
    assert (board.scenes[0].kind, board.scenes[-1].kind) == ("title", "call_to_action")
    assert 3 <= len(board.scenes) <= SCENES
    assert all(scene.duration_s <= 20 for scene in board.scenes)
    shown, offline = words(board), words(write_storyboard(brief))
    for kept in expected["kept"]:
        assert kept in shown
    everything = script.model_copy(update={"notes": ()}).model_dump_json()
    for gone in expected["gone"]:
        assert gone not in everything
        assert gone not in " ".join(shown)
    said = " ".join(work.notices)
    assert turns == expected["turns"]
    match expected["film"]:
        case "claude":
            assert script.notes == ()
            assert not shown <= offline
        case "offline":
            assert shown <= offline
            assert "offline storyboarder" in said
        case "mixed":
            assert script.notes
    for told in expected["told"]:
        assert told in said
    assert "\x1b" not in said + everything


@each
async def test_a_repair_sets_it_right(box: Sandbox, brief: Brief, tmp_path: Path, file: Path):
    expected = json.loads(file.read_text("utf-8"))["expected"]
    script, turns, _ = await written(box, brief, tmp_path, file, 1)
    assert turns == (1 if expected["turns"] == 1 else 2)
    assert script.notes == ()
    assert "Answers in a second" in words(script.storyboard)
    if turns == 2:
        repair = box.claude[-1].body["messages"]
        assert [message["role"] for message in repair] == ["user", "assistant", "user"]
        assert repair[2]["content"][0]["text"].count("\n- ") >= 1


TOO_LONG = {"plumbline": ["Install"]}
"""Headlines of replies that cannot be read within the film's length; the last before the end card goes."""


async def replied(
    box: Sandbox, folder: Path, readme: Path, length_s: float = LENGTH_S
) -> tuple[Manuscript, list[str], int]:
    """The manuscript of the stand-in's own reply, the headlines it gave, and how many answers it took."""
    box.clear()
    text = readme.read_bytes()
    name = readme.parent.name
    facts = RepositoryFacts(name=name, owner="example", url=f"https://github.com/example/{name}")
    document, cited = parse_readme(text.decode(), readme.name), cited_text(text, readme.name)
    asked, claude = len(box.claude), Claude(base_url=box.environment["ANTHROPIC_BASE_URL"], key=SecretStr("k"))
    script = await ClaudeStoryboarder(Settings(claude=claude), lambda _: None).perform(
        Brief(document=document, texts=(cited,), facts=facts, length_s=length_s), FakeWork(folder)
    )
    given = [scene["headline"]["text"] for scene in json.loads(box.claude[-1].text)["scenes"]]
    return script, given, len(box.claude) - asked


def headlines(script: Manuscript) -> list[str]:
    return [scene.headline.text for scene in script.storyboard.scenes]


@pytest.mark.parametrize("readme", READMES, ids=NAMES)
async def test_the_reply_of_the_stand_in_needs_no_repair(box: Sandbox, tmp_path: Path, readme: Path):
    script, given, turns = await replied(box, tmp_path, readme)
    assert turns == 1
    assert script.notes == ()
    left_out = TOO_LONG.get(readme.parent.name, [])
    assert headlines(script) == [text for text in given if text not in left_out]
    assert set(left_out) <= set(given)


@pytest.mark.parametrize("readme", [readme for readme in READMES if readme.parent.name in TOO_LONG])
async def test_what_is_left_out_is_too_long_by_a_second(box: Sandbox, tmp_path: Path, readme: Path):
    script, given, _ = await replied(box, tmp_path, readme, LENGTH_S + 1)
    assert headlines(script) == given
    scenes = script.storyboard.scenes
    shared_s = TRANSITION_S * sum(scene.transition != "cut" for scene in scenes[1:])
    assert sum(scene.duration_s for scene in scenes) - shared_s > LENGTH_S + TOLERANCE_S
