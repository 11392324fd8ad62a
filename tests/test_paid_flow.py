"""Where clips are bought: all words fit, then consent, then each order as soon as its own scene is drawn.

While clips are waited for no browser is kept.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from makers import THEME, project, storyboard
from readme2video.errors import ConsentError, ShotError
from readme2video.events import Event, FilmPlanned, Notice, OrdersPlanned, WorkDone
from readme2video.model.order import OrderPlan
from readme2video.model.scene import TitleScene
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline
from readme2video.pipeline import agreed, make_video
from readme2video.sandbox import Sandbox
from readme2video.settings import Kie, Settings
from readme2video.sources import parse_source
from readme2video.storyboard_file import to_yaml
from readme2video.tools import open_tools

TOO_LONG = Headline(text="W" * 88, source="copy")


def settings(box: Sandbox, out: Path, **more: Any) -> Settings:
    account = Kie(base_url=box.url, upload_url=box.url, key=SecretStr("k"), pace=0.01)
    return Settings(
        **{"kie": account, "out": out, "quality": "draft", "animator": "kie", "allow_unsupported": True} | more
    )


async def yes(plan: OrderPlan) -> bool:
    return True


def unfit() -> Storyboard:
    hook, features, end = storyboard().scenes
    return storyboard(hook, features.model_copy(update={"headline": TOO_LONG}), end)


def many(count: int) -> Storyboard:
    scenes = [
        TitleScene(id=f"s{number}", duration_s=3.0, headline=Headline(text=f"Number {number}", source="copy"))
        for number in range(count)
    ]
    return Storyboard(project="tinyproject", theme=THEME, scenes=tuple(scenes))


def browsers() -> list[str]:
    """Chromium processes below this one."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        state, parent, *_ = rest.split()
        if state != "Z":
            parents[int(folder.name)], names[int(folder.name)] = int(parent), name
    found = []
    for pid, name in names.items():
        above = pid
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid() and ("chrom" in name or "headless" in name):
            found.append(f"{pid} {name}")
    return found


async def soon(what: Any, within_s: float = 60.0) -> None:
    ends = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < ends, "it does not come"
        await asyncio.sleep(0.05)


async def test_an_order_waits_for_its_own_scene_only_and_no_browser_waits_for_clips(tmp_path: Path) -> None:
    home = project(tmp_path / "tinyproject")
    board, scenes = home / "many.yaml", 6
    board.write_text(to_yaml(many(scenes)))
    shots: dict[str, float] = {}
    others = set(browsers())  # of tests before

    def emit(event: Event) -> None:
        if isinstance(event, WorkDone) and event.stage == "shoot" and not event.reused:
            shots[event.label] = time.monotonic()

    with Sandbox(faults=[{"on": "job", "nth": "always", "do": "stuck"}]) as box:
        wanted = settings(box, tmp_path / "out", storyboard=board)
        making = asyncio.create_task(make_video(parse_source(str(home)), wanted, emit=emit, agree=yes))
        await soon(lambda: len(box.orders) == scenes or making.done())
        await soon(lambda: not set(browsers()) - others)
        assert not making.done(), "the clips are waited for"
        first_order = min(order.at for order in box.orders)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
    assert len(shots) == scenes
    assert min(shots.values()) < first_order < max(shots.values())
    assert not set(browsers()) - others


async def test_a_scene_whose_words_do_not_fit_is_left_out_before_anything_is_drawn_or_bought(tmp_path: Path) -> None:
    events: list[Event] = []
    home = project(tmp_path / "tinyproject")
    with Sandbox() as box:
        async with open_tools(parse_source(str(home)), settings(box, tmp_path / "out"), events.append) as tools:
            fitting = await agreed(unfit(), (), "tinyproject", tools, yes)
        assert not box.orders
    assert [scene.id for scene in fitting.scenes] == ["hook", "end"]
    assert not [event for event in events if isinstance(event, WorkDone) and event.stage == "shoot"]
    (plan,) = [event.plan for event in events if isinstance(event, OrdersPlanned)]
    assert [line.scene for line in plan.lines] == ["hook", "end"]
    assert [event.scenes for event in events if isinstance(event, FilmPlanned)][-1] == ("hook", "end")
    assert any(isinstance(event, Notice) and "Scene features is left out" in event.message for event in events)


async def test_words_of_a_persons_storyboard_that_do_not_fit_cost_nothing(tmp_path: Path) -> None:
    home = project(tmp_path / "tinyproject")
    (home / "board.yaml").write_text(to_yaml(unfit()))
    with Sandbox() as box:
        wanted = settings(box, tmp_path / "out", storyboard=home / "board.yaml")
        with pytest.raises(ShotError) as caught:
            await make_video(parse_source(str(home)), wanted, agree=yes)
        assert not box.requests
    assert (caught.value.scene, caught.value.path) == ("features", "scenes.1.headline")


async def test_without_a_yes_nothing_is_ordered_and_nothing_drawn(tmp_path: Path) -> None:
    events: list[Event] = []
    home = project(tmp_path / "tinyproject")
    with Sandbox() as box:
        wanted = settings(box, tmp_path / "out", storyboard=home / "board.yaml")
        with pytest.raises(ConsentError):
            await make_video(parse_source(str(home)), wanted, emit=events.append)
        assert not box.orders
    assert [event for event in events if isinstance(event, OrdersPlanned)]
    assert not [event for event in events if isinstance(event, WorkDone) and event.stage == "shoot"]
