"""Captures that come late or not at all: taken again, in another browser where need be, and told when nothing helps."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import CDPSession, Error

from readme2video.errors import BrowserError
from readme2video.model.record import Artifact
from readme2video.model.shot import Shot
from readme2video.scenes.chromium import Chromium, static_files
from readme2video.scenes.shooter import Shooter
from readme2video.settings import Settings
from scene_samples import request
from works import FakeWork

ASKED = request("features", scale=1 / 3)
CAPTURES = 4
"""The plate, the full picture, the cards and the words."""


class Late:
    """A page's protocol whose next pictures have another shape, as while the surface follows the page."""

    def __init__(self, protocol: CDPSession, late: int) -> None:
        self.protocol = protocol
        self.late = late
        self.taken = 0

    async def send(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "Page.captureScreenshot":
            self.taken += 1
            if self.late:
                self.late -= 1
                params = params | {"clip": {"x": 0, "y": 0, "width": 480, "height": 270, "scale": 1}}
        return await self.protocol.send(method, params)


class Failing:
    """A page's protocol on which one picture fails."""

    def __init__(self, protocol: CDPSession, nth: int) -> None:
        self.protocol = protocol
        self.left = nth

    async def send(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "Page.captureScreenshot":
            self.left -= 1
            if not self.left:
                raise Error("Protocol error (Page.captureScreenshot): Unable to capture screenshot")
        return await self.protocol.send(method, params)


class Disturbing(FakeWork):
    """A loan that does something at a given moment of a scene, each time or only the first time."""

    def __init__(self, root: Path, act: Callable[[], None], *, at: str, times: int) -> None:
        super().__init__(root)
        self.act = act
        self.at = at
        self.times = times

    def _disturb(self, moment: str) -> None:
        if moment == self.at and self.times:
            self.times -= 1
            self.act()

    def keep_bytes(self, data: bytes, suffix: str) -> Artifact:
        self._disturb("reading")
        return super().keep_bytes(data, suffix)

    def progress(self, fraction: float) -> None:
        super().progress(fraction)
        if round(fraction * (CAPTURES + 1)) == 2:
            self._disturb("second capture")


@pytest.fixture
async def shooter() -> AsyncIterator[Shooter]:
    async with Shooter(Settings(), deadline_s=60) as found:
        yield found


def browser_of(shooter: Shooter) -> Chromium:
    assert shooter._chromium is not None
    return shooter._chromium


async def put(shooter: Shooter, make: Callable[[CDPSession], object]) -> None:
    """Lay something between the shooter and its page."""
    async with browser_of(shooter).page() as page:
        page.protocol = cast("CDPSession", make(page.protocol))


async def test_a_capture_of_another_shape_is_taken_again(shooter: Shooter, tmp_path: Path) -> None:
    work = FakeWork(tmp_path)
    before = await shooter.perform(ASKED, work)
    watched: list[Late] = []
    for late in (0, 2):
        await put(shooter, lambda protocol, late=late: watched.append(Late(protocol, late)) or watched[-1])
        assert same(work, await shooter.perform(ASKED, work), before)
    assert watched[1].taken == CAPTURES + 2
    assert watched[0].taken == CAPTURES + watched[1].taken  # it lies below the other and sees its pictures too


async def test_a_browser_that_keeps_to_another_shape_is_told(shooter: Shooter, tmp_path: Path) -> None:
    work = FakeWork(tmp_path)
    before = await shooter.perform(ASKED, work)
    pid, watched = browser_of(shooter).pid, []
    await put(shooter, lambda protocol: watched.append(Late(protocol, 1000)) or watched[-1])
    with pytest.raises(BrowserError, match=r"a picture of 160x90 where 640x360 was asked for") as told:
        await shooter.perform(ASKED, work)
    assert "README2VIDEO_BROWSER" in told.value.hint
    assert 2 <= watched[0].taken <= 10
    watched[0].late = 0
    assert same(work, await shooter.perform(ASKED, work), before)  # its page is usable again
    assert browser_of(shooter).pid == pid


@pytest.mark.parametrize("nth", [1, 2, CAPTURES])
async def test_a_capture_that_fails_while_others_are_read_leads_to_another_browser(
    shooter: Shooter, tmp_path: Path, nth: int
) -> None:
    work = FakeWork(tmp_path)
    before = await shooter.perform(ASKED, work)
    pid = browser_of(shooter).pid
    await put(shooter, lambda protocol: Failing(protocol, nth))
    assert same(work, await shooter.perform(ASKED, work), before)
    assert browser_of(shooter).pid != pid


@pytest.mark.parametrize("moment", ["reading", "second capture"])
@pytest.mark.parametrize("end", ["error", "kill"])
async def test_a_browser_that_ends_in_the_middle_of_a_scene_is_replaced_once(
    shooter: Shooter, tmp_path: Path, moment: str, end: str
) -> None:
    pids: list[int] = []

    def disturb() -> None:
        pids.append(browser_of(shooter).pid)
        if end == "error":
            raise Error("Target page, context or browser has been closed")
        os.killpg(pids[-1], signal.SIGKILL)

    once = Disturbing(tmp_path / "once", disturb, at=moment, times=1)
    assert (await shooter.perform(ASKED, once)).full
    assert len(pids) == 1
    assert browser_of(shooter).pid != pids[0]

    always = Disturbing(tmp_path / "always", disturb, at=moment, times=1000)
    with pytest.raises(BrowserError, match="A features scene made Chromium fail twice"):
        await shooter.perform(ASKED, always)
    assert len(set(pids[1:])) == 2
    assert shooter._chromium is None


def same(work: FakeWork, one: Shot, other: Shot) -> bool:
    return one.elements == other.elements and one.panels == other.panels and one.size_px == other.size_px


async def test_a_style_whose_face_is_missing_is_said_and_the_others_are_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each style loads its own faces: without one it would be set in another face, and nobody would know."""
    files = {path: file for path, file in static_files().items() if path != "/fonts/serif.ttf"}
    monkeypatch.setattr("readme2video.scenes.chromium.static_files", lambda: files)
    work = FakeWork(tmp_path)
    async with Shooter(Settings(), deadline_s=60) as shooter:
        await shooter.perform(ASKED, work)
        with pytest.raises(BrowserError, match="did not load the film's font R2V Serif"):
            await shooter.perform(ASKED.model_copy(update={"style": "editorial"}), work)
