"""A running Chromium that can reach nothing: two pages, scripts off, every request answered from memory."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.errors import BrowserError
from readme2video.model.record import Box, Size
from readme2video.scenes.browser import WAYS_OUT, Browser, Say, driver_problem, kill_tree
from readme2video.scenes.writer import TEMPLATES
from readme2video.settings import without_downloads

if TYPE_CHECKING:
    from playwright.async_api import Browser as PlaywrightBrowser
    from playwright.async_api import BrowserContext, CDPSession, Page, Playwright, Route, WebSocketRoute

ORIGIN = "https://scene.invalid"
PAGES = 2
START_DEADLINE_S = 30.0

ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--no-first-run",
    "--no-pings",
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,WebRtcHideLocalIpsWithMdns",
)
POLICY = (
    f"default-src 'none'; style-src {ORIGIN}; font-src {ORIGIN}; img-src {ORIGIN}; base-uri 'none'; "
    "form-action 'none'; webrtc 'block'"
)

_PICTURE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
}


_HANG = """async (src) => {
  const image = new Image();
  image.className = "art";
  image.style = "width: 100%; height: 100%; image-rendering: pixelated";
  image.src = src;
  await image.decode();
  const plate = document.querySelector(".plate");
  plate.replaceChildren(image);
  plate.style.willChange = "auto"; // on a layer of its own it would be scaled twice
  document.querySelector(".grain").style.display = "none";
}"""


@dataclass
class ScenePage:
    """One page with the shell loaded; it shows one scene after another."""

    page: Page
    protocol: CDPSession
    pictures: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    view: tuple[Size, float] | None = None

    def serve(self, data: bytes, suffix: str, name: str) -> str:
        """Make a picture's bytes available to this page only; gives the address for its ``src``."""
        self.pictures[f"/picture/{name}"] = (data, _PICTURE_TYPES.get(suffix, "application/octet-stream"))
        return f"/picture/{name}"

    def forget(self) -> None:
        """No picture is available any more."""
        self.pictures.clear()

    async def measure_logo(self, src: str, most_pixels: int) -> dict[str, Any] | None:
        """A served logo's size, clear part and colours; see ``logo.js``. None when it cannot be drawn."""
        found: dict[str, Any] | None = await self.page.evaluate(
            "([src, most]) => logos.measure(src, most)", [src, most_pixels]
        )
        return found

    async def show(self, layout: Size, scale: float, spec: dict[str, Any]) -> dict[str, Any]:
        """Fill the page with a scene and give the report of ``page.js``."""
        if self.view != (layout, scale):
            self.view = None  # whoever is cancelled meanwhile leaves a page of unknown size
            await self.protocol.send(
                "Emulation.setDeviceMetricsOverride",
                {"width": layout.width, "height": layout.height, "deviceScaleFactor": scale, "mobile": False},
            )
            self.view = (layout, scale)
        report: dict[str, Any] = await self.page.evaluate(_script("page.js"), spec)
        return report

    async def hang(self, plate: bytes) -> None:
        """Put a captured plate, a PNG of the picture's size, where the shown scene has a drawn one."""
        src = self.serve(plate, ".png", f"{hashlib.sha256(plate).hexdigest()}.png")
        await self.page.evaluate(_HANG, src)

    async def capture(self, layer: str, part: Box | None = None) -> bytes:
        """One layer as PNG bytes: ``full`` and ``plate`` opaque, the others on nothing.

        Args:
            part: Only this part of it, in picture pixels that lie on whole layout pixels; a small part is quick.
        """
        _, scale = self.view or (None, 1.0)
        wanted: dict[str, Any] = {"format": "png", "optimizeForSpeed": True}
        if part is not None:
            sides = {"x": part.x, "y": part.y, "width": part.width, "height": part.height}
            wanted["clip"] = {name: round(side / scale) for name, side in sides.items()} | {"scale": 1}
        await self.protocol.send(
            "Runtime.evaluate", {"expression": f"document.documentElement.dataset.layer = '{layer}'"}
        )
        return base64.b64decode((await self.protocol.send("Page.captureScreenshot", wanted))["data"])


class Chromium:
    """A started browser; use ``launch`` to get one."""

    def __init__(self, browser: PlaywrightBrowser, context: BrowserContext, pid: int) -> None:
        self._browser = browser
        self._context = context
        self.pid = pid
        self._opened = 0
        self._free: asyncio.Queue[ScenePage] = asyncio.Queue()

    @asynccontextmanager
    async def page(self) -> AsyncIterator[ScenePage]:
        """Borrow a page; a third borrower waits."""
        if self._free.empty() and self._opened < PAGES:
            self._opened += 1
            try:
                page = await self._open()
            except BaseException:
                self._opened -= 1
                raise
        else:
            page = await self._free.get()
        try:
            yield page
        finally:
            self._free.put_nowait(page)

    async def load(self) -> None:
        """Open all pages before they are needed."""

        async def borrow() -> None:
            async with self.page():
                await asyncio.sleep(0)  # a page given back at once would be borrowed again

        await asyncio.gather(*(borrow() for _ in range(PAGES)))

    async def _open(self) -> ScenePage:
        static_files()  # when they cannot be read, that is said here
        page = await self._context.new_page()
        scene = ScenePage(page, await self._context.new_cdp_session(page))
        # Sheets are drawn on nothing; what is opaque covers the page itself.
        nothing = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}}
        await scene.protocol.send("Emulation.setDefaultBackgroundColorOverride", nothing)
        await page.route("**/*", lambda route: _answer(route, scene))
        await page.goto(f"{ORIGIN}/", wait_until="load")
        for script in ("logo.js", "faces.js"):
            await page.evaluate(_script(script))
        await page.evaluate("() => faces.load()")  # of no style yet: those most of them share
        return scene

    async def kill(self) -> None:
        """End the browser and everything it started, now."""
        kill_tree(self.pid)
        with suppress(Exception, asyncio.CancelledError):  # it is being killed: whatever it says is no news
            async with asyncio.timeout(3):
                await self._browser.close()


@asynccontextmanager
async def launch(candidates: tuple[Browser, ...], say: Say, machine: Mapping[str, str]) -> AsyncIterator[Chromium]:
    """Start the first candidate that starts; on leaving, its whole process tree is gone.

    Chromium keeps its own sandbox wherever it can start with it; where it cannot, ``say`` is told once.

    Args:
        machine: ``settings.machine``; of it the browser gets what it needs to run, and no proxies.

    Raises:
        BrowserError: None of them starts.
    """
    from playwright.async_api import async_playwright

    try:
        playwright = await async_playwright().start()
    except Exception as error:
        problem = await driver_problem(machine)
        if not problem:
            raise
        raise BrowserError(
            f"Playwright's driver does not start: {problem}.",
            hint="On Debian and Ubuntu: `apt-get install libatomic1`; `readme2video doctor` checks it.",
        ) from error
    try:
        started = _start(playwright, candidates, say, without_downloads(machine))
        chromium, _ = await asyncio.gather(started, _read_ahead())
        try:
            yield chromium
        finally:
            await chromium.kill()
    finally:
        with suppress(Exception):  # the driver may have died with the browser
            async with asyncio.timeout(5):
                await playwright.stop()


async def _read_ahead() -> None:
    """Read what pages are made of while the browser starts; whoever opens a page meets what is wrong with it."""
    with suppress(BrowserError):
        await asyncio.to_thread(static_files)


async def _start(
    playwright: Playwright, candidates: tuple[Browser, ...], say: Say, environ: dict[str, str]
) -> Chromium:
    from playwright.async_api import Error

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    reasons = []
    for candidate in candidates:
        for sandbox in (False,) if root else (True, False):
            try:
                browser = await playwright.chromium.launch(
                    executable_path=candidate.path,
                    args=list(ARGUMENTS),
                    chromium_sandbox=sandbox,
                    env=dict(environ),
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=START_DEADLINE_S * 1000,
                )
            except Error as error:
                reasons.append(f"{candidate.path}: {str(error).splitlines()[0][:200]}")
                continue
            if not sandbox:
                why = "this user is root" if root else "it does not start with it here"
                say(f"Chromium runs without its own sandbox ({why}); pages have no scripts and no network.")
            return await _prepare(browser)
    raise BrowserError(f"No Chromium could be started ({'; '.join(reasons)}).", hint=WAYS_OUT)


async def _prepare(browser: PlaywrightBrowser) -> Chromium:
    session = await browser.new_browser_cdp_session()
    processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    pid = next((int(process["id"]) for process in processes if process["type"] == "browser"), 0)
    context = await browser.new_context(
        viewport={"width": 1920, "height": 1080},
        java_script_enabled=False,
        offline=True,
        service_workers="block",
        permissions=[],
        accept_downloads=False,
        locale="en-US",
        timezone_id="UTC",
        color_scheme="dark",
        reduced_motion="reduce",
    )
    await context.route("**/*", lambda route: route.abort())
    await context.route_web_socket("**/*", _close_socket)
    return Chromium(browser, context, pid)


async def _close_socket(socket: WebSocketRoute) -> None:
    await socket.close()


async def _answer(route: Route, scene: ScenePage) -> None:
    url = route.request.url
    found = scene.pictures.get(url.removeprefix(ORIGIN)) or static_files().get(url.removeprefix(ORIGIN))
    if not url.startswith(f"{ORIGIN}/") or found is None:
        await route.abort()
        return
    body, kind = found
    headers = {
        "content-type": kind,
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "x-dns-prefetch-control": "off",
        "referrer-policy": "no-referrer",
    }
    await route.fulfill(status=200, body=body, headers=headers)


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """What every scene's page is made of, by path.

    Raises:
        BrowserError: The fonts' packages are damaged.
    """
    import fontpkg_archivo
    import fontpkg_inter
    import fontpkg_jetbrains_mono
    import fontpkg_source_serif_4

    files = {
        "sans": (fontpkg_inter, "Inter[opsz,wght].ttf"),
        "mono": (fontpkg_jetbrains_mono, "JetBrainsMono[wght].ttf"),
        "serif": (fontpkg_source_serif_4, "SourceSerif4[opsz,wght].ttf"),
        "serif-italic": (fontpkg_source_serif_4, "SourceSerif4-Italic[opsz,wght].ttf"),
        "wide": (fontpkg_archivo, "Archivo[wdth,wght].ttf"),
    }
    try:
        fonts = {
            f"/fonts/{name}.ttf": ((Path(package.ROOT) / "files" / file).read_bytes(), "font/ttf")
            for name, (package, file) in files.items()
        }
    except OSError as error:
        raise BrowserError(
            f"The fonts of the film cannot be read: {error}.",
            hint="Reinstall the packages whose names begin with fontpkg.",
        ) from None
    return {
        "/": ((TEMPLATES / "shell.html").read_bytes(), "text/html; charset=utf-8"),
        "/scene.css": (_style_sheet(), "text/css; charset=utf-8"),
        **fonts,
        "/grain.png": (_grain(), "image/png"),
        "/print.png": (_grain(4.2, 13), "image/png"),
    }


def _style_sheet() -> bytes:
    """What all scenes share, then each style's own."""
    files = [TEMPLATES / "scene.css", *sorted((TEMPLATES / "styles").glob("*.css"))]
    return b"\n".join(file.read_bytes() for file in files)


@cache
def _script(name: str) -> str:
    """A function of the page; ``page.js`` has what it measures by around it."""
    code = (TEMPLATES / name).read_text("utf-8")
    if name != "page.js":
        return code
    measure = (TEMPLATES / "measure.js").read_text("utf-8")
    return f"(() => {{\n{measure}\nreturn (\n{code}\n)}})()"


def _grain(strength: float = 1.3, most: int = 4) -> bytes:
    """A seamless tile of faint smooth noise: wide gradients do not show bands; stronger, flat inks look printed."""
    import io

    import numpy as np
    from PIL import Image

    side = 256
    noise = np.random.default_rng(7).normal(size=(side, side))
    smooth = np.mean([np.roll(noise, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)], axis=0)
    smooth /= smooth.std()
    pixels = np.zeros((side, side, 2), np.uint8)
    pixels[..., 0] = np.where(smooth > 0, 255, 0)
    pixels[..., 1] = np.clip(np.round(np.abs(smooth) * strength), 0, most)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
