"""The shooter: a scene's words in, its layers as pictures out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from readme2video.engine import Tell, Work
from readme2video.errors import BrowserError
from readme2video.images import png_size
from readme2video.model.record import Artifact, Box, Size, Stage
from readme2video.model.shot import LAYOUT_PX, Shot, ShotRequest, Zone
from readme2video.scenes.browser import find_browsers, install_browser
from readme2video.scenes.chromium import Chromium, ScenePage, launch
from readme2video.scenes.darkroom import Exposure, Layer, Overlay, develop, exposed, sheet_parts, strayed
from readme2video.scenes.layers import colours, elements_of, findings_of, raise_problems
from readme2video.scenes.markup import build
from readme2video.scenes.numerals import photographed
from readme2video.scenes.plates import plate_colours
from readme2video.scenes.sheets import packed
from readme2video.scenes.type_scale import groups
from readme2video.scenes.writer import Markup
from readme2video.settings import Settings

T = TypeVar("T")

SHOT_DEADLINE_S = 10.0
IDLE_S = 3.0
"""How long the browser stays when nothing is drawn. A clip is waited for minutes, a browser holds hundreds of MB."""
_PATIENCE = 3
"""The second try may take this many times as long: the machine may be busy with other things."""
_LATE_FRAMES = 5
MOST_PICTURE_PIXELS = 40_000_000


class Shooter:
    """Shoots scenes in one browser that starts with the first scene and ends soon after the last one.

    Should another scene come later, another browser is started. On leaving the context none is left.

    Args:
        settings: Which browser to use.
        deadline_s: Limit for one scene, the browser's start not counted.
        idle_s: How long the browser stays when nothing is drawn.
    """

    stage: Stage = "shoot"
    fingerprint = "shooter/26"
    output = Shot
    parallel = 2

    def __init__(self, settings: Settings, *, deadline_s: float = SHOT_DEADLINE_S, idle_s: float = IDLE_S) -> None:
        self._settings = settings
        self._deadline_s = deadline_s
        self._idle_s = idle_s
        self._told: set[str] = set()
        self._drawing = 0
        self._timer: asyncio.TimerHandle | None = None
        self._resting: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._chromium: Chromium | None = None
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the browser; a later scene would start another one."""
        if self._timer is not None:
            self._timer.cancel()
        if self._warming is not None:
            self._warming.cancel()
        for task in (self._warming, self._resting):
            if task is not None:
                await asyncio.wait((task,))
        self._timer = self._warming = self._resting = None
        await self._end()

    def warm(self, tell: Tell) -> None:
        """Start the browser and load its pages now, while other work is done that the first scene waits for."""
        self._warming = asyncio.create_task(self._warmed(tell))

    async def _warmed(self, tell: Tell) -> None:
        with suppress(Exception):  # the first scene meets it again, and says it
            await (await self._browser(tell)).load()

    async def fit(self, request: ShotRequest, path: Callable[[Artifact], Path], tell: Tell) -> None:
        """See that a scene can be shot, without taking its pictures: a small part of the time.

        Args:
            path: Where an artifact's bytes lie.

        Raises:
            ShotError: Words do not fit, or the picture cannot be shown; ``path`` is the slot's.
            BrowserError: No browser, or it failed twice in a row.
        """
        await self._on_page(f"A {request.kind} scene", tell, lambda page: self._laid_out(request, path, page))

    async def measure(self, logo: Artifact, path: Callable[[Artifact], Path], tell: Tell) -> dict[str, Any] | None:
        """What a logo's pixels are, as ``logo.js`` counts them; None when it cannot be drawn.

        Raises:
            BrowserError: No browser, or it failed twice in a row.
        """
        data = await asyncio.to_thread(path(logo).read_bytes)

        async def act(page: ScenePage) -> dict[str, Any] | None:
            page.forget()
            src = page.serve(data, logo.suffix, f"{logo.sha256}{logo.suffix}")
            return await page.measure_logo(src, MOST_PICTURE_PIXELS)

        return await self._on_page("The logo", tell, act)

    async def perform(self, request: ShotRequest, work: Work) -> Shot:
        """Shoot a scene.

        Raises:
            ShotError: Words do not fit, or the picture cannot be shown; ``path`` is the slot's.
            BrowserError: No browser, or it failed twice in a row.
        """
        return await self._on_page(
            f"A {request.kind} scene", work.notice, lambda page: self._shoot(request, work, page)
        )

    async def _on_page(self, what: str, tell: Tell, act: Callable[[ScenePage], Awaitable[T]]) -> T:
        """Do something on a page; a browser that dies or hangs meanwhile is replaced once."""
        async with self._awake():
            return await self._tried(what, tell, act)

    async def _tried(self, what: str, tell: Tell, act: Callable[[ScenePage], Awaitable[T]]) -> T:
        from playwright.async_api import Error

        for attempt in (1, 2):
            chromium = await self._browser(tell)
            deadline_s = self._deadline_s * (1 if attempt == 1 else _PATIENCE)
            try:
                async with chromium.page() as page, asyncio.timeout(deadline_s):
                    return await act(page)
            except TimeoutError:
                await self._drop(chromium)
                if attempt == 2:
                    raise BrowserError(
                        f"{what} was not drawn in {deadline_s:.0f} s.",
                        hint="Try again; if it stays, make the scene simpler.",
                    ) from None
            except Error as error:
                await self._drop(chromium)
                if attempt == 2:
                    raise BrowserError(
                        f"{what} made Chromium fail twice: {str(error).splitlines()[0][:200]}",
                        hint="`readme2video doctor` tells which browser is used.",
                    ) from None
        raise AssertionError("unreachable")  # the second attempt returns or raises

    @asynccontextmanager
    async def _awake(self) -> AsyncIterator[None]:
        """Keep the browser while something is drawn; after the last of it, let it go when nothing follows."""
        self._drawing += 1
        try:
            yield
        finally:
            self._drawing -= 1
            if not self._drawing:
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = asyncio.get_running_loop().call_later(self._idle_s, self._rest)

    def _rest(self) -> None:
        if not self._drawing:
            self._resting = asyncio.create_task(self._rested())

    async def _rested(self) -> None:
        async with self._lock:  # whoever draws next counts before it waits for the lock
            if not self._drawing:
                await self._end()

    async def _end(self) -> None:
        stack, self._stack, self._chromium = self._stack, None, None
        if stack is not None:
            await stack.aclose()

    async def _browser(self, tell: Tell) -> Chromium:
        async with self._lock:
            if self._chromium is None:
                candidates = find_browsers(self._settings)
                if not candidates:
                    candidates = (await install_browser(self._settings, lambda news: tell(news, "info")),)
                stack = AsyncExitStack()
                started = launch(candidates, lambda said: self._tell_once(tell, said), self._settings.machine)
                self._chromium = await stack.enter_async_context(started)
                self._stack = stack
            return self._chromium

    def _tell_once(self, tell: Tell, said: str) -> None:
        """What is true of one browser is true of the next."""
        if said not in self._told:
            self._told.add(said)
            tell(said)

    async def _drop(self, chromium: Chromium) -> None:
        async with self._lock:
            if self._chromium is chromium:
                await self._end()

    async def _laid_out(
        self, request: ShotRequest, path: Callable[[Artifact], Path], page: ScenePage
    ) -> tuple[Markup, dict[str, Any]]:
        """Show a scene; gives its markup and the page's report."""
        layout = LAYOUT_PX[request.aspect]
        scale = request.picture_px.width / layout.width
        markup = build(request)
        spec: dict[str, Any] = {
            "html": markup.html,
            "lang": request.locale,
            "dir": request.direction,
            "aspect": request.aspect,
            "mode": request.theme.mode,
            "style": request.style,
            "colours": colours(request.theme) | plate_colours(request.style, request.theme, request.variant),
            "groups": groups(request.aspect, scale, request.style),
            "scale": scale,
            "mostPixels": MOST_PICTURE_PIXELS,
            "picture": "",
            "frame": request.frame,
            "logo": "",
        }
        page.forget()
        for name, picture in (("picture", request.picture), ("logo", request.logo)):
            if picture is not None:
                data = await asyncio.to_thread(path(picture).read_bytes)
                spec[name] = page.serve(data, picture.suffix, f"{picture.sha256}{picture.suffix}")
        spec["vector"] = request.picture is not None and request.picture.suffix == ".svg"
        report = {"scale": scale, **await page.show(layout, scale, spec)}
        raise_problems(request, markup, report)
        return markup, report

    async def _shoot(self, request: ShotRequest, work: Work, page: ScenePage) -> Shot:
        size = request.picture_px
        markup, report = await self._laid_out(request, work.path, page)
        elements = elements_of(request, markup, report)
        parts = sheet_parts(elements, size, report["scale"], still=report["still"])
        taken = await _taken(page, ("plate", "full", *parts), parts, size, work)
        if await asyncio.to_thread(strayed, taken, parts, report, size):
            # Some soft edges of a plate that is no layer of its own are not rastered twice alike: of terminal's scenes,
            # one in twenty has such. With the captured plate in place of the drawn one, there is nothing to raster.
            await page.hang(await asyncio.to_thread(packed, taken["plate"].pixels))
            taken |= await _taken(page, ("full",), parts, size, work)
        keep = work.keep_bytes
        developing = asyncio.create_task(asyncio.to_thread(develop, request, taken, parts, report, elements, keep))
        try:
            numerals, digits = await photographed(page, elements, size, report["scale"])
        finally:
            await asyncio.gather(developing, return_exceptions=True)
        made = developing.result()
        kept = made.layers
        return Shot(
            size_px=size,
            full=kept["full"],
            plate=kept["plate"],
            shade=kept.get("shade"),
            panels=kept.get("panels"),
            marks=kept.get("marks"),
            ink=kept["ink"],
            digits=await asyncio.to_thread(keep, digits, ".png") if digits else None,
            numerals=numerals,
            elements=made.elements,
            zone=markup.zone,
            findings=(*findings_of(request, markup, report), *made.findings),
        )


async def _taken(
    page: ScenePage,
    layers: Sequence[Layer],
    parts: Mapping[Overlay, Box],
    size: Size,
    work: Work,
) -> dict[str, Exposure]:
    """Captures of layers, decoded: one is read while the browser draws the next."""
    reading: dict[str, asyncio.Task[Exposure]] = {}
    try:
        for done, layer in enumerate(layers, 1):
            part = parts.get(layer)  # type: ignore[arg-type]  # of the opaque layers, the whole
            asked = size if part is None else Size(width=part.width, height=part.height)
            data = await _captured(page, layer, part, asked)
            reading[layer] = asyncio.create_task(asyncio.to_thread(exposed, data, layer, work.keep_bytes))
            work.progress(done / (len(parts) + 3))
    finally:
        await asyncio.gather(*reading.values(), return_exceptions=True)
    return {layer: task.result() for layer, task in reading.items()}


async def _captured(page: ScenePage, layer: str, part: Box | None, asked: Size) -> bytes:
    """A capture of the size asked for.

    The browser's surface follows the page a moment later: a capture may still have the shape of the scene before.
    """
    for _ in range(_LATE_FRAMES):
        data = await page.capture(layer, part)
        found = png_size(data)
        if found == asked:
            return data
    told = f"{found.width}x{found.height}" if found else "no size"
    raise BrowserError(
        f"Chromium gave a picture of {told} where {asked.width}x{asked.height} was asked for.",
        hint="Use another browser: set README2VIDEO_BROWSER.",
    )


def zone_of(request: ShotRequest) -> Zone:
    """Where a scene's words will stand; known before it is drawn."""
    return build(request).zone
