"""Legible: a scene whose type would be under the floor says less, in that aspect alone, and only where it helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers import storyboard
from readme2video.events import Event, Notice
from readme2video.legible import legible_shot
from readme2video.model.scene import BeforeAfterScene, Scene, Side
from readme2video.model.shot import Aspect, Shot
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Code, Headline, Words
from readme2video.scenes.shooter import Shooter
from readme2video.settings import Settings
from readme2video.store import Store
from readme2video.tools import Tools, choose_engines

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLD = (
    'def test_one_item():\n    assert price(1, "NZ") == 11.5\n\n\n'
    'def test_ten_items():\n    assert price(10, "NZ") == 103.5'
)
NEW = (
    '@table("""\n    n   country  total\n    1   NZ       11.5\n    10  NZ       103.5""")\n'
    "def test_price(n, country, total):\n    assert price(n, country) == total"
)


def side(title: str, code: str) -> Side:
    return Side(title=Words(text=title, source="copy"), code=Code(text=code, source="README.md:1-9"))


def halves() -> BeforeAfterScene:
    """More code than an upright picture holds at a size that is read on a phone."""
    return BeforeAfterScene(
        id="demo",
        duration_s=8,
        headline=Headline(text="From functions to a table", source="copy"),
        language="python",
        before=side("Without it", OLD),
        after=side("With it", NEW),
    )


async def shown(
    shooter: Shooter, scene: Scene, aspect: Aspect, out: Path, *, whole: bool = False, written: Path | None = None
) -> tuple[Storyboard, Shot, list[str]]:
    """The storyboard as an aspect shows it, the picture, and what was said."""
    events: list[Event] = []
    board = storyboard().model_copy(update={"scenes": (scene,), "style": "poster"})
    settings = Settings(out=out, quality="draft", aspects=("16:9", "9:16"), storyboard=written)
    store = Store(out / ".store", events.append)
    engines = choose_engines(settings, shooter, out / ".store", events.append, None)
    found, picture = await legible_shot(
        board, 0, aspect, (), Tools(settings, store, None, engines, events.append), whole=whole
    )
    store.close()
    said = [event.message for event in events if isinstance(event, Notice) and "says less" in event.message]
    return found, picture, said


def small(picture: Shot) -> list[str]:
    return [finding.path for finding in picture.findings if finding.rule == "type-size"]


def code_of(board: Storyboard, name: str) -> tuple[str, bool]:
    scene = board.scenes[0]
    assert isinstance(scene, BeforeAfterScene)
    half = scene.before if name == "before" else scene.after
    assert half.code is not None
    return half.code.text, half.cut


async def test_what_an_upright_picture_cannot_show_is_left_out_there_alone(shooter: Shooter, tmp_path: Path) -> None:
    upright, picture, said = await shown(shooter, halves(), "9:16", tmp_path)
    assert code_of(upright, "before") == (OLD.split("\n\n", maxsplit=1)[0], True)
    assert code_of(upright, "after") == (NEW, False)
    assert "before.code.cut" in {element.id for element in picture.elements}
    assert not small(picture)
    (message,) = said
    assert message.startswith("Scene demo says less in 9:16: before.")
    assert "is the floor for 9:16" in message

    broad, picture, said = await shown(shooter, halves(), "16:9", tmp_path)
    assert code_of(broad, "before") == (OLD, False)
    assert not small(picture)
    assert not said


@pytest.mark.parametrize(("whole", "written"), [(True, False), (False, True)])
async def test_words_that_a_clip_carries_or_a_person_wrote_stay(
    shooter: Shooter, tmp_path: Path, whole: bool, written: bool
) -> None:
    board = tmp_path / "board.yaml" if written else None
    found, picture, said = await shown(shooter, halves(), "9:16", tmp_path, whole=whole, written=board)
    assert found.scenes == (halves(),)
    assert small(picture) == ["before.code"]
    assert not said


async def test_what_saying_less_does_not_help_stays_whole(shooter: Shooter, tmp_path: Path) -> None:
    endless = 'TEXT = """' + "\n".join(f"{at}: ends nowhere" for at in range(12)) + '"""'
    scene = halves().model_copy(
        update={"before": side("Without it", "a = 1\nb = 2\nc = 3"), "after": side("With it", endless)}
    )
    found, picture, said = await shown(shooter, scene, "9:16", tmp_path)
    assert found.scenes == (scene,)
    assert small(picture)
    assert not said
