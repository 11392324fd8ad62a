"""Finding a Chromium on this machine, and getting one when there is none."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from readme2video.errors import BrowserError
from readme2video.settings import Settings

PROGRAM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
INSTALL_DEADLINE_S = 300.0
WAYS_OUT = (
    "Three ways out: run `readme2video install-browser`; install Chromium or Chrome with the system's package manager "
    "(Debian: `apt-get install chromium`); or set README2VIDEO_BROWSER to the path of a Chromium."
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Browser:
    """A Chromium that lies on this machine; whether it starts is another matter.

    Attributes:
        path: The executable.
        origin: Where it was found, in words a person understands.
    """

    path: Path
    origin: str


def find_browser(settings: Settings, environ: Mapping[str, str] | None = None) -> Browser | None:
    """The Chromium that will be used, or None; looks at files only, starts nothing.

    Raises:
        BrowserError: ``settings.browser`` is set and is not a program.
    """
    return next(iter(find_browsers(settings, environ)), None)


def find_browsers(settings: Settings, environ: Mapping[str, str] | None = None) -> tuple[Browser, ...]:
    """All candidates, best first; a browser that was asked for is the only one.

    Args:
        settings: ``browser`` is what the user asked for.
        environ: PATH and the folders programs are installed in; the machine's by default.

    Raises:
        BrowserError: ``settings.browser`` is set and is not a program.
    """
    environ = settings.machine if environ is None else environ
    if settings.browser is not None:
        path = settings.browser.expanduser()
        if not _is_program(path):
            raise BrowserError(
                f"The browser {path} does not exist or cannot be run.",
                hint="README2VIDEO_BROWSER or `browser` in the settings file must be the path of a Chromium.",
            )
        return (Browser(path, "the settings"),)
    found = [Browser(path, "Playwright") for path in _playwright_paths(environ)]
    found += [Browser(path, name) for name, path in _channel_paths(environ) if _is_program(path)]
    for name in PROGRAM_NAMES:
        on_path = shutil.which(name, path=environ.get("PATH", ""))
        if on_path:
            found.append(Browser(Path(on_path), f"{name} on PATH"))
    return tuple({browser.path: browser for browser in reversed(found)}.values())[::-1]


async def install_browser(
    settings: Settings,
    say: Say,
    *,
    deadline_s: float = INSTALL_DEADLINE_S,
    commands: Sequence[Sequence[str]] | None = None,
) -> Browser:
    """Get a Chromium: Playwright's own build, else the system's package when this user may install it.

    Args:
        settings: Where to look afterwards.
        say: Told before each attempt what it does and how much it loads.
        deadline_s: Limit of each attempt; a firewall may drop packets for ever. What runs then is killed whole.
        commands: Attempts to make instead of the usual ones, each a program with its arguments.

    Returns:
        The browser that is there now.

    Raises:
        BrowserError: No attempt brought one; the hint names the ways out.
    """
    reasons = []
    for command in install_commands() if commands is None else commands:
        say(f"Getting Chromium (about 110 MB, once): {' '.join(_shown(command))}")
        reason = await _attempt(command, deadline_s, settings.machine)
        # An update of package lists brings no browser yet, and one that is found now is good however it ended.
        browser = find_browser(settings)
        if browser is not None:
            say(f"Chromium is at {browser.path}.")
            return browser
        if reason:
            reasons.append(f"`{' '.join(_shown(command)[:4])}` {reason}")
    raise BrowserError(f"No Chromium was found and none could be installed: {'; '.join(reasons)}.", hint=WAYS_OUT)


def install_commands() -> tuple[tuple[str, ...], ...]:
    """What ``install_browser`` tries on this machine, in order."""
    commands: list[tuple[str, ...]] = [(sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if shutil.which("apt-get"):
            commands.append(("apt-get", "update"))
            # libatomic1 is for Playwright's own Node.js, without which no browser is started at all.
            wanted = ("chromium", "fonts-noto-color-emoji", "libatomic1")
            commands.append(("apt-get", "install", "-y", "--no-install-recommends", *wanted))
        elif shutil.which("dnf"):
            commands.append(("dnf", "install", "-y", "chromium-headless"))
        elif shutil.which("apk"):
            commands.append(("apk", "add", "--no-cache", "chromium"))
    return tuple(commands)


async def driver_problem(machine: Mapping[str, str]) -> str:
    """Why Playwright's driver cannot start on this machine, in its own words; "" when it can."""
    from playwright._impl._driver import compute_driver_executable

    node = compute_driver_executable()[0]
    try:
        process = await asyncio.create_subprocess_exec(
            node,
            "--version",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=dict(machine),
        )
        async with asyncio.timeout(30):
            _, said = await process.communicate()
    except (OSError, TimeoutError) as error:
        return str(error) or "it does not answer"
    if process.returncode == 0:
        return ""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix(f"{node}: ")[:200] if lines else f"exit code {process.returncode}"


async def _attempt(command: Sequence[str], deadline_s: float, machine: Mapping[str, str]) -> str:
    """Run a command; "" when it ended well, else why not. Its whole process group is gone afterwards."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**machine, "DEBIAN_FRONTEND": "noninteractive"},
            start_new_session=True,
        )
    except OSError as error:
        return f"could not be started ({error.strerror})"
    try:
        async with asyncio.timeout(deadline_s):
            output, _ = await process.communicate()
    except TimeoutError:
        return f"did not finish in {deadline_s:.0f} s"
    finally:
        await _end(process)
    if process.returncode == 0:
        return ""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    said = next((line for line in lines if "ENOTFOUND" in line or line.startswith(("Error", "E:"))), "")
    return f"failed ({said[:160]})" if said else f"failed with exit code {process.returncode}"


async def _end(process: asyncio.subprocess.Process) -> None:
    kill_tree(process.pid)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()


def kill_tree(pid: int) -> None:
    """Kill a process that leads its own group, and the group with it; one that is gone is fine."""
    if pid <= 1 or not hasattr(os, "killpg"):
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _shown(command: Sequence[str]) -> list[str]:
    return ["python" if part == sys.executable else part for part in command]


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _playwright_paths(environ: Mapping[str, str]) -> list[Path]:
    """Executables of the Chromium builds the installed Playwright wants, the small shell first."""
    import playwright

    manifest = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"
    try:
        browsers = json.loads(manifest.read_text("utf-8"))["browsers"]
        revisions = {entry["name"]: str(entry["revision"]) for entry in browsers}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    folder = _playwright_folder(environ)
    patterns = (
        ("chromium-headless-shell", "chromium_headless_shell", ("*/headless_shell*", "*/chrome-headless-shell*")),
        ("chromium", "chromium", ("*/chrome", "*/chrome.exe", "*/*.app/Contents/MacOS/*")),
    )
    return [
        path
        for name, prefix, globs in patterns
        if name in revisions
        for glob in globs
        for path in sorted((folder / f"{prefix}-{revisions[name]}").glob(glob))
        if _is_program(path)
    ]


def _playwright_folder(environ: Mapping[str, str]) -> Path:
    own = environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if own and own != "0":
        return Path(own)
    if own == "0":
        import playwright

        return Path(playwright.__file__).parent / "driver" / "package" / ".local-browsers"
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/nonexistent")
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", str(home))) / "ms-playwright"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "ms-playwright"


def _channel_paths(environ: Mapping[str, str]) -> list[tuple[str, Path]]:
    """Where Chrome and Edge are installed by their makers."""
    if sys.platform == "darwin":
        return [
            ("Google Chrome", Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")),
            ("Microsoft Edge", Path("/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")),
        ]
    if sys.platform == "win32":
        roots = [environ[name] for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if environ.get(name)]
        tails = (
            ("Google Chrome", "Google/Chrome/Application/chrome.exe"),
            ("Microsoft Edge", "Microsoft/Edge/Application/msedge.exe"),
        )
        return [(name, Path(root) / tail) for name, tail in tails for root in roots]
    return [
        ("Google Chrome", Path("/opt/google/chrome/chrome")),
        ("Microsoft Edge", Path("/opt/microsoft/msedge/msedge")),
    ]
