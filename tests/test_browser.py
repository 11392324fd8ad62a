"""Finding, getting and starting a browser."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from pathlib import Path

import playwright
import pytest

from readme2video.errors import BrowserError
from readme2video.scenes import browser as lookup
from readme2video.scenes.browser import (
    PROGRAM_NAMES,
    Browser,
    find_browser,
    find_browsers,
    install_browser,
    install_commands,
)
from readme2video.scenes.chromium import launch
from readme2video.settings import Settings, machine_environment, without_downloads


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\nexit 3\n")
    path.chmod(0o755)
    return path


def revision(name: str) -> str:
    manifest = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"
    return next(str(one["revision"]) for one in json.loads(manifest.read_text())["browsers"] if one["name"] == name)


def test_the_order_of_places(tmp_path: Path) -> None:
    cache, path = tmp_path / "cache", tmp_path / "bin"
    environ = {"PLAYWRIGHT_BROWSERS_PATH": str(cache), "PATH": str(path), "HOME": str(tmp_path)}
    installed = [one for one in find_browsers(Settings(), environ) if "/opt/" not in str(one.path)]
    assert installed == []
    for name in reversed(PROGRAM_NAMES):
        program(path / name)
        found = [one for one in find_browsers(Settings(), environ) if "/opt/" not in str(one.path)]
        assert found[0] == Browser(path / name, f"{name} on PATH")
    full = program(cache / f"chromium-{revision('chromium')}" / "chrome-linux" / "chrome")
    assert find_browser(Settings(), environ) == Browser(full, "Playwright")
    shell = program(
        cache / f"chromium_headless_shell-{revision('chromium-headless-shell')}" / "chrome-linux" / "headless_shell"
    )
    assert [one.path for one in find_browsers(Settings(), environ)][:2] == [shell, full]
    mine = program(tmp_path / "mine" / "my chromium é")
    assert find_browsers(Settings(browser=mine), environ) == (Browser(mine, "the settings"),)


def test_an_old_playwright_build_or_a_plain_file_is_no_browser(tmp_path: Path) -> None:
    program(tmp_path / "chromium-1" / "chrome-linux" / "chrome")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "chromium").write_text("not a program")
    environ = {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    assert [one for one in find_browsers(Settings(), environ) if "/opt/" not in str(one.path)] == []


def test_a_browser_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BrowserError, match="does not exist or cannot be run") as caught:
        find_browser(Settings(browser=tmp_path / "none"))
    assert "README2VIDEO_BROWSER" in caught.value.hint


def test_looking_is_fast() -> None:
    started = time.perf_counter()
    find_browsers(Settings())
    assert time.perf_counter() - started < 0.5


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    if find_browser(Settings()) is not None:
        pytest.skip("Chrome or Edge is installed where their makers put it")
    return tmp_path


async def test_the_first_attempt_that_brings_a_browser_ends_the_search(nothing_installed: Path) -> None:
    target = nothing_installed / "bin" / "chromium"
    script = (
        f"import os, pathlib; p = pathlib.Path({str(target)!r}); p.parent.mkdir(exist_ok=True); "
        "p.write_text('#!/bin/sh'); p.chmod(0o755)"
    )
    said: list[str] = []
    commands = [(sys.executable, "-c", "raise SystemExit(1)"), (sys.executable, "-c", script), ("never", "run")]
    found = await install_browser(Settings(), said.append, commands=commands)
    assert found.path == target
    assert len(said) == 3
    assert "110 MB" in said[0]


async def test_when_nothing_helps_the_message_names_the_ways_out(nothing_installed: Path) -> None:
    commands = [(sys.executable, "-c", "print('Error: getaddrinfo ENOTFOUND cdn'); raise SystemExit(1)"), ("/no/such",)]
    with pytest.raises(BrowserError) as caught:
        await install_browser(Settings(), lambda _: None, commands=commands)
    assert "ENOTFOUND" in caught.value.message
    assert "could not be started" in caught.value.message
    for way in ("install-browser", "apt-get install chromium", "README2VIDEO_BROWSER"):
        assert way in caught.value.hint


async def test_an_installation_that_hangs_is_killed_with_its_children(nothing_installed: Path) -> None:
    note = nothing_installed / "pid"
    script = (
        "import subprocess, sys, pathlib; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); child.wait()"
    )
    started = time.perf_counter()
    with pytest.raises(BrowserError, match="did not finish in 2 s"):
        await install_browser(Settings(), lambda _: None, deadline_s=2, commands=[(sys.executable, "-c", script)])
    assert time.perf_counter() - started < 8
    assert dead(int(note.read_text()))


async def test_cancelling_an_installation_kills_it(nothing_installed: Path) -> None:
    note = nothing_installed / "pid"
    script = f"import os, pathlib, time; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    task = asyncio.create_task(install_browser(Settings(), lambda _: None, commands=[(sys.executable, "-c", script)]))
    while not (note.exists() and note.read_text()):  # noqa: ASYNC110  # another process writes it
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert dead(int(note.read_text()))


def test_the_commands_are_what_this_machine_can_run() -> None:
    commands = install_commands()
    assert commands[0][1:] == ("-m", "playwright", "install", "--only-shell", "chromium")
    if os.geteuid() != 0:
        assert len(commands) == 1


async def test_a_driver_that_lacks_a_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a bare Debian, where nothing has brought libatomic1 yet."""
    node = program(tmp_path / "node")
    node.write_text(f"#!/bin/sh\necho '{node}: error while loading shared libraries: libatomic.so.1' >&2\nexit 127\n")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
    with pytest.raises(BrowserError, match="driver does not start: error while loading") as caught:
        async with launch(find_browsers(Settings()), lambda _: None, Settings().machine):
            pass
    assert str(tmp_path) not in caught.value.message
    assert "libatomic1" in caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("apt-get"), reason="only root installs packages")
def test_the_drivers_library_comes_with_the_browser() -> None:
    assert {"chromium", "libatomic1"} <= set(install_commands()[-1])


def test_the_browser_gets_no_secrets() -> None:
    given = {"PATH": "/bin", "HOME": "/home/x", "ANTHROPIC_API_KEY": "k", "GITHUB_TOKEN": "t", "HTTPS_PROXY": "p"}
    assert without_downloads(machine_environment(given)) == {"PATH": "/bin", "HOME": "/home/x"}


async def test_a_browser_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    broken = Browser(program(tmp_path / "broken"), "a test")
    with pytest.raises(BrowserError, match="No Chromium could be started") as caught:
        async with launch((broken,), lambda _: None, Settings().machine):
            pass
    assert str(broken.path) in caught.value.message
    assert "install-browser" in caught.value.hint
    said: list[str] = []
    async with launch((broken, *find_browsers(Settings())), said.append, Settings().machine) as chromium:
        assert chromium.pid > 1
        command = Path(f"/proc/{chromium.pid}/cmdline").read_bytes().split(b"\0")
        environ = Path(f"/proc/{chromium.pid}/environ").read_bytes()
    assert (b"--no-sandbox" in command) == bool(said)
    assert b"--disable-background-networking" in command
    assert b"PYTEST" not in environ
    assert dead(chromium.pid)


def test_the_code_never_opens_files_in_the_browser() -> None:
    for path in Path(lookup.__file__).parent.rglob("*"):
        if path.suffix in {".py", ".js", ".html", ".css"}:
            assert "file:" not in path.read_text("utf-8"), path


def dead(pid: int) -> bool:
    for _ in range(50):
        stat = Path(f"/proc/{pid}/stat")
        try:
            if stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False
