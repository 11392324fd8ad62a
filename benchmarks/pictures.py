"""What the layers of a scene cost beside one plain screenshot of the same page, in a browser that is already there.

Sizes: 1920 x 1080 pixels; six kinds of scenes in every style. The plain side shows the same page and takes Playwright's
own screenshot of it; the other side takes, corrects, measures and keeps every layer.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from readme2video.engine import Level
from readme2video.model.record import Artifact
from readme2video.model.shot import ShotRequest, SlotText
from readme2video.model.vocabulary import SceneKind, Style
from readme2video.scenes.chromium import ScenePage
from readme2video.scenes.shooter import Shooter
from readme2video.settings import Settings
from readme2video.theme import make_theme

_STYLES: tuple[Style, ...] = get_args(Style)
_WORDS: dict[SceneKind, dict[str, str]] = {
    "title": {"headline": "Weather for boats", "subline": "Forecasts along a route, on the command line."},
    "problem": {
        "headline": "A forecast per harbour is not a forecast",
        "points.0": "The wind turns while you sail",
        "points.1": "Tides are in another table",
    },
    "features": {
        "headline": "What you get",
        "items.0.title": "Along the route",
        "items.0.detail": "Wind and tide where you will be.",
        "items.1.title": "Offline",
        "items.1.detail": "Grids are kept for two days.",
        "items.2.title": "Plain text",
        "items.2.detail": "Pipes into anything.",
    },
    "code": {
        "headline": "Three lines",
        "code": 'from larboard import Route\n\nroute = Route.read("home.gpx")\nfor hour in route.forecast(days=2):\n'
        "    print(hour.place, hour.wind_kn, hour.tide_m)",
    },
    "stats": {
        "headline": "Small",
        "stats.0.value": "3 MB",
        "stats.0.label": "a day of grids",
        "stats.1.value": "48 h",
        "stats.1.label": "kept offline",
    },
    "call_to_action": {
        "headline": "larboard",
        "subline": "Try it on your next trip.",
        "command": "pip install larboard",
        "url": "github.com/example/larboard",
    },
}


@dataclass(frozen=True)
class Pictures:
    """Seconds on both sides, for each style the sum over its scenes.

    Attributes:
        layers_s: All layers of each scene, by style.
        plain_s: One plain screenshot of each scene, by style.
        six_s: Six scenes as a film has them, from the browser's start on, the slowest style.
    """

    layers_s: dict[str, float]
    plain_s: dict[str, float]
    six_s: float

    @property
    def ratio(self) -> float:
        return sum(self.layers_s.values()) / sum(self.plain_s.values())


def pictures(runs: int = 2) -> Pictures:
    """Measure both sides by turns; the smaller of ``runs`` tries counts for each scene."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_pictures(runs, Path(folder)))


class _Kept:
    """Keeps artifacts by digest in a folder, as the store does, but for nobody."""

    label = "bench"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, artifact: Artifact) -> Path:
        return self.folder / f"{artifact.sha256}{artifact.suffix}"

    def keep(self, file: Path, suffix: str) -> Artifact:
        return self.keep_bytes(file.read_bytes(), suffix)

    def keep_bytes(self, data: bytes, suffix: str) -> Artifact:
        artifact = Artifact(sha256=hashlib.sha256(data).hexdigest(), suffix=suffix, size_bytes=len(data))
        self.path(artifact).write_bytes(data)
        return artifact

    def progress(self, fraction: float) -> None:
        """Nobody watches."""

    def notice(self, message: str, level: Level = "warning") -> None:
        """Nobody listens."""


async def _pictures(runs: int, folder: Path) -> Pictures:
    layers: dict[str, float] = dict.fromkeys(_STYLES, 0.0)
    plain: dict[str, float] = dict.fromkeys(_STYLES, 0.0)
    work = _Kept(folder)
    async with AsyncExitStack() as stack:
        shooter = Shooter(Settings(), deadline_s=60.0, idle_s=600.0)
        stack.push_async_callback(shooter.aclose)
        for style in _STYLES:
            requests = _requests(style)
            await shooter.perform(requests[0], work)  # the browser's start and its first page
            for request in requests:
                ours, plainly = [], []
                for _ in range(runs):
                    ours.append(await _wall_s(shooter.perform(request, work)))
                    plainly.append(await _wall_s(_plain(shooter, request, work)))
                layers[style] += min(ours)
                plain[style] += min(plainly)
    six = [min([await _six_s(style, work) for _ in range(runs)]) for style in _STYLES]
    return Pictures(layers, plain, max(six))


async def _plain(shooter: Shooter, request: ShotRequest, work: _Kept) -> None:
    """Show the page as a shot does and take one screenshot: the part of the shooter that no caller needs."""

    async def act(page: ScenePage) -> None:
        await shooter._laid_out(request, work.path, page)  # noqa: SLF001 - a measurement looks inside
        await page.page.screenshot(type="png")

    await shooter._on_page("A scene", lambda *_: None, act)  # noqa: SLF001 - a measurement looks inside


async def _six_s(style: Style, work: _Kept) -> float:
    async def film() -> None:
        async with Shooter(Settings(), deadline_s=60.0) as shooter:
            places = asyncio.Semaphore(shooter.parallel)

            async def one(request: ShotRequest) -> None:
                async with places:
                    await shooter.perform(request, work)

            await asyncio.gather(*(one(request) for request in _requests(style)))

    return await _wall_s(film())


async def _wall_s(done: Awaitable[object]) -> float:
    began = time.perf_counter()
    await done
    return time.perf_counter() - began


def _requests(style: Style) -> list[ShotRequest]:
    theme = make_theme("#3f7fbf", turn=75)
    return [
        ShotRequest(
            kind=kind,
            slots=tuple(SlotText(path=path, text=text) for path, text in words.items()),
            brand="larboard",
            theme=theme,
            aspect="16:9",
            scale=1.0,
            variant=place,
            style=style,
            language="python" if kind == "code" else "",
        )
        for place, (kind, words) in enumerate(_WORDS.items())
    ]


if __name__ == "__main__":
    drawn = pictures()
    for style in _STYLES:
        print(f"{style:10} {drawn.layers_s[style]:.2f} s / {drawn.plain_s[style]:.2f} s")
    print(f"all {drawn.ratio:.2f}, six scenes {drawn.six_s:.1f} s")
