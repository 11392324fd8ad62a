"""What this machine has and lacks: every line passed or failed, each failure with its cure."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from readme2video import __version__
from readme2video.cli.terminal import clean_line, console_for, encodable, is_terminal, write_line
from readme2video.errors import BrowserError, EncoderError, Readme2VideoError

if TYPE_CHECKING:
    from readme2video.settings import Settings

OLDEST_PYTHON = (3, 11)
FREE_BYTES = 1_000_000_000
_ENCODERS = ("libx264", "aac")
_ENCODE_DEADLINE_S = 30.0
_MEASURED = {
    "emoji": "😀",
    "Chinese": "说",
    "Japanese": "あ",
    "Korean": "한",
    "Arabic": "ع",
    "Hebrew": "א",
    "Hindi": "ह",
}

# A character that no installed font has is drawn as the same box as one that does not exist (U+0378).
_MEASURE = """async (characters) => {
  await Promise.all([...document.fonts].map((face) => face.load().catch(() => null)));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 48;
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.font = "32px sans-serif";
  const drawn = (text) => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(text, 4, 36);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const box = drawn("\\u0378"), blank = drawn(" ");
  return {
    agent: navigator.userAgent,
    fonts: [...document.fonts].map((face) => face.status),
    missing: Object.keys(characters).filter((name) => [box, blank].includes(drawn(characters[name]))),
  };
}"""


@dataclass(frozen=True)
class Check:
    """One line of the doctor.

    Attributes:
        ok: True when it is in order, False when a film cannot be made without it, None when it is only worth knowing.
        fix: What to do; empty when nothing has to be done.
    """

    name: str
    ok: bool | None
    detail: str
    fix: str = ""


def run_checks(settings: Settings, environ: Mapping[str, str], out_dir: Path) -> tuple[Check, ...]:
    """Look at everything a film needs; starts the browser and the encoder for a moment, changes nothing.

    Args:
        environ: Read for which keys are set; their values are never shown.
        out_dir: Where films would be written; it need not exist.
    """
    return (
        python_check(),
        *_browser(settings, environ),
        *encoder_checks(),
        *folder_checks(out_dir),
        *_keys(environ),
        _versions(),
    )


def show_checks(checks: tuple[Check, ...], stream: TextIO, environ: Mapping[str, str] | None = None) -> None:
    """Print the checks, coloured on a terminal, and what they amount to.

    Args:
        environ: The process environment, by default the real one.
    """
    environ = os.environ if environ is None else environ
    marks = {True: ("ok  ", "green"), None: ("note", "yellow"), False: ("FAIL", "bold red")}
    rows: list[tuple[str, str, str]] = []
    for check in checks:
        mark, style = marks[check.ok]
        rows.append((f"{mark}  ", style, f"{check.name}: {clean_line(check.detail)}"))
        if check.fix:
            rows.append(("      ", "", clean_line(check.fix)))
    failed = sum(check.ok is False for check in checks)
    verdict = "This machine can make films."
    if failed:
        verdict = "One thing must be put right first." if failed == 1 else f"{failed} things must be put right first."
    if not is_terminal(stream, environ):
        for mark, _, text in [*rows, ("", "", verdict)]:
            write_line(stream, mark + text)
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for mark, style, text in rows:
        grid.add_row(Text(mark, style=style), Text(encodable(text, stream)))
    console = console_for(stream, environ)
    console.print(grid)
    console.print(Text(verdict, style="bold red" if failed else "bold green"))


def python_check(oldest: tuple[int, int] = OLDEST_PYTHON) -> Check:
    """Whether the interpreter is new enough."""
    wanted, found = ".".join(map(str, oldest)), platform.python_version()
    if sys.version_info[:2] < oldest:
        return Check("Python", ok=False, detail=f"{found} is too old", fix=f"Install Python {wanted} or newer.")
    return Check("Python", ok=True, detail=f"{found} on {platform.system()} {platform.machine()}")


def _browser(settings: Settings, environ: Mapping[str, str]) -> Iterator[Check]:
    from readme2video.scenes.browser import WAYS_OUT, find_browsers

    try:
        found = find_browsers(settings, environ)
    except BrowserError as error:
        yield Check("Chromium", ok=False, detail=error.message, fix=error.hint)
        return
    if not found:
        yield Check("Chromium", ok=False, detail="none was found", fix=WAYS_OUT)
        return
    yield Check("Chromium", ok=True, detail=f"{found[0].path}, from {found[0].origin}")
    said: list[str] = []
    try:
        facts = asyncio.run(_measured(found, said, settings.machine))
    except Readme2VideoError as error:
        yield Check("Chromium starts", ok=False, detail=error.message, fix=error.hint)
        return
    version = facts["agent"].partition("Chrome/")[2].partition(" ")[0]
    yield Check("Chromium starts", ok=True, detail=f"version {version}" if version else facts["agent"])
    if said:
        yield Check("Sandbox", ok=None, detail=said[0], fix="Run as an ordinary user to have it; films do not need it.")
    else:
        yield Check("Sandbox", ok=True, detail="Chromium runs with its own sandbox")
    yield from font_checks(facts)


async def _measured(found: tuple[Any, ...], said: list[str], machine: Mapping[str, str]) -> dict[str, Any]:
    """Start the browser as a run does and measure what its fonts can draw."""
    from playwright.async_api import Error

    from readme2video.scenes.chromium import launch

    try:
        async with launch(found, said.append, machine) as chromium, chromium.page() as scene:
            facts: dict[str, Any] = await scene.page.evaluate(_MEASURE, _MEASURED)
            return facts
    except Error as error:
        raise BrowserError(
            f"Chromium started but could not show a page: {str(error).splitlines()[0]}",
            hint="Set README2VIDEO_BROWSER to another Chromium.",
        ) from None


def font_checks(facts: dict[str, Any]) -> Iterator[Check]:
    """What was measured of the fonts: the film's own must load; other scripts are worth a note."""
    if facts["fonts"] and set(facts["fonts"]) == {"loaded"}:
        yield Check("Fonts of the film", ok=True, detail="the faces of all styles came with the package and load")
    else:
        yield Check(
            "Fonts of the film",
            ok=False,
            detail="the browser cannot load the fonts that came with the package",
            fix="Reinstall fontpkg-inter and fontpkg-jetbrains-mono.",
        )
    missing = facts["missing"]
    if not missing:
        yield Check("Other scripts", ok=True, detail=f"this machine's fonts have {', '.join(_MEASURED)}")
        return
    yield Check(
        "Other scripts",
        ok=None,
        detail=f"no installed font has {', '.join(missing)}; such characters would be empty boxes",
        fix="Install Noto fonts if a README needs them (Debian: `apt-get install fonts-noto-color-emoji fonts-noto-cjk "
        "fonts-noto-core`).",
    )


def encoder_checks() -> Iterator[Check]:
    """Whether the bundled ffmpeg has what a film needs, and really writes one."""
    from readme2video.media.child import complaints
    from readme2video.media.ffmpeg import ffmpeg, run_ffmpeg

    reinstall = "Reinstall imageio-ffmpeg, or set IMAGEIO_FFMPEG_EXE to an ffmpeg that has libx264 and aac."
    try:
        listed = run_ffmpeg(["-encoders"], _ENCODE_DEADLINE_S).stdout.decode("utf-8", "replace").split()
        missing = [name for name in _ENCODERS if name not in listed]
        if missing:
            yield Check("ffmpeg", ok=False, detail=f"{ffmpeg()} lacks {' and '.join(missing)}", fix=reinstall)
            return
        yield Check("ffmpeg", ok=True, detail=f"{ffmpeg()} has {' and '.join(_ENCODERS)}")
        with tempfile.TemporaryDirectory(prefix="readme2video-") as folder:
            film = Path(folder) / "test.mp4"
            sources = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=30", "-f", "lavfi", "-i", "anullsrc=r=48000"]
            codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-t", "0.2"]
            done = run_ffmpeg(["-loglevel", "error", *sources, *codecs, str(film)], _ENCODE_DEADLINE_S)
            written = film.stat().st_size if film.exists() else 0
    except EncoderError as error:
        yield Check("ffmpeg", ok=False, detail=error.message, fix=error.hint or reinstall)
        return
    if done.returncode == 0 and written:
        yield Check("Encoding", ok=True, detail=f"a test film was written ({written} bytes)")
        return
    *_, reason = complaints(done.stderr) or [f"exit code {done.returncode}"]
    yield Check("Encoding", ok=False, detail=f"a test film could not be written: {reason}", fix=reinstall)


def folder_checks(out_dir: Path, needed_bytes: int = FREE_BYTES) -> Iterator[Check]:
    """Whether films can be written to a folder, which need not exist, and the disk below it has room."""
    folder = out_dir.absolute()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    elsewhere = "Choose another folder with --out."
    if not there.is_dir():
        yield Check("Output folder", ok=False, detail=f"{there} is a file", fix=elsewhere)
        return
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"test")
    except OSError as error:
        detail = f"{there} cannot be written ({error.strerror or error})"
        yield Check("Output folder", ok=False, detail=detail, fix=elsewhere)
        return
    made = "" if there == folder else " will be made"
    yield Check("Output folder", ok=True, detail=f"{folder}{made or ' can be written'}")
    free = shutil.disk_usage(there).free
    detail = f"{free / 1e9:.1f} GB free"
    if free < needed_bytes:
        fix = f"Free {needed_bytes / 1e9:.0f} GB there, or {elsewhere[0].lower()}{elsewhere[1:]}"
        yield Check("Disk", ok=False, detail=detail, fix=fix)
    else:
        yield Check("Disk", ok=True, detail=detail)


def _keys(environ: Mapping[str, str]) -> Iterator[Check]:
    """Which keys are set and what they are for; never their values, and none is required."""
    from readme2video.animators import ANIMATORS
    from readme2video.storyboarders import STORYBOARDERS

    uses = {"GITHUB_TOKEN": "private repositories and many requests; public ones are read without"}
    for registry in (STORYBOARDERS, ANIMATORS):
        for name, entry in registry.items():
            uses |= dict.fromkeys(entry.needs.keys, f"the {name} engine; films are made without")
    for key, use in uses.items():
        state = "set" if environ.get(key, "").strip() else "not set"
        yield Check(key, ok=True, detail=f"{state} (for {use})")


def _versions() -> Check:
    packages = ("playwright", "moviepy", "pillow", "opencv-python-headless", "av", "imageio-ffmpeg")
    found = [f"readme2video {__version__}"]
    absent = []
    for package in packages:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            absent.append(package)
    if absent:
        fix = f"Reinstall readme2video, or `pip install {' '.join(absent)}`."
        return Check("Packages", ok=False, detail=f"missing: {', '.join(absent)}", fix=fix)
    return Check("Packages", ok=True, detail=", ".join(found))
