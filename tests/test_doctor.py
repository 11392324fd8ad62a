"""The doctor: passes on a good machine, and each fault has its line and its cure."""

from __future__ import annotations

import io
import os
import platform
import sys
from pathlib import Path

import pytest

from readme2video.cli.doctor import (
    Check,
    encoder_checks,
    folder_checks,
    font_checks,
    python_check,
    run_checks,
    show_checks,
)
from readme2video.scenes.browser import find_browser
from readme2video.settings import Settings

SECRET = "ghp_0123456789abcdef"  # noqa: S105 - made up


def named(checks: tuple[Check, ...]) -> dict[str, Check]:
    found = {check.name: check for check in checks}
    assert len(found) == len(checks)
    return found


def test_a_good_machine_passes(tmp_path: Path) -> None:
    if find_browser(Settings()) is None:
        pytest.skip("no Chromium on this machine")
    checks = run_checks(Settings(), {**os.environ, "GITHUB_TOKEN": SECRET}, tmp_path / "deep" / "output")
    found = named(checks)
    assert not [check for check in checks if check.ok is False]
    assert found["Encoding"].ok
    assert found["Chromium starts"].detail.startswith("version ")
    assert found["Fonts of the film"].ok
    assert "will be made" in found["Output folder"].detail
    assert found["GITHUB_TOKEN"].detail.startswith("set ")
    assert list(tmp_path.iterdir()) == []
    stream = io.StringIO()
    show_checks(checks, stream, {})
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().endswith("This machine can make films.\n")


def test_no_browser(tmp_path: Path) -> None:
    bare = {"PATH": "", "HOME": str(tmp_path)}
    if find_browser(Settings(), bare) is not None:
        pytest.skip("Chrome lies where its maker puts it")
    checks = run_checks(Settings(), bare, tmp_path)
    found = named(checks)["Chromium"]
    assert found.ok is False
    assert "install-browser" in found.fix
    asked = named(run_checks(Settings(browser=tmp_path / "nothing"), {}, tmp_path))["Chromium"]
    assert asked.ok is False
    assert "README2VIDEO_BROWSER" in asked.fix


def test_a_browser_that_does_not_start(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    found = named(run_checks(Settings(browser=program), {}, tmp_path))
    assert found["Chromium"].ok
    assert found["Chromium starts"].ok is False
    assert found["Chromium starts"].fix


@pytest.mark.parametrize(
    ("script", "name", "words"),
    [
        ("exit 0", "ffmpeg", "lacks libx264 and aac"),
        ('case "$*" in *-encoders*) echo " V libx264 A aac";; *) echo "boom" >&2; exit 1;; esac', "Encoding", "boom"),
    ],
)
def test_a_poor_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, name: str, words: str) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    found = named(tuple(encoder_checks()))[name]
    assert found.ok is False
    assert words in found.detail
    assert "Reinstall imageio-ffmpeg" in found.fix


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    in_the_way = named(tuple(folder_checks(file / "output")))["Output folder"]
    assert in_the_way.ok is False
    assert "--out" in in_the_way.fix
    full = named(tuple(folder_checks(tmp_path, needed_bytes=1 << 62)))["Disk"]
    assert full.ok is False
    assert "GB free" in full.detail
    if sys.platform.startswith("linux"):
        proc = named(tuple(folder_checks(Path("/proc/readme2video"))))["Output folder"]
        assert proc.ok is False


def test_missing_glyphs_are_a_note() -> None:
    checks = named(tuple(font_checks({"fonts": ["loaded", "loaded"], "missing": ["emoji", "Chinese"]})))
    assert checks["Other scripts"].ok is None
    assert "emoji, Chinese" in checks["Other scripts"].detail
    assert "fonts-noto-cjk" in checks["Other scripts"].fix
    broken = named(tuple(font_checks({"fonts": ["loaded", "error"], "missing": []})))
    assert broken["Fonts of the film"].ok is False


def test_an_old_python() -> None:
    assert python_check(oldest=(4, 0)) == Check(
        "Python", ok=False, detail=f"{platform.python_version()} is too old", fix="Install Python 4.0 or newer."
    )


def test_lines_name_the_cure() -> None:
    checks = (
        Check("Python", ok=True, detail="3.11"),
        Check("Fonts", ok=None, detail="none \x1b[31m", fix="Install."),
        Check("Disk", ok=False, detail="::error::full", fix="Free some."),
    )
    stream = io.StringIO()
    show_checks(checks, stream, {})
    assert stream.getvalue().splitlines() == [
        "ok    Python: 3.11",
        "note  Fonts: none",
        "      Install.",
        "FAIL  Disk: : :error::full",
        "      Free some.",
        "One thing must be put right first.",
    ]


def test_lines_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    show_checks((Check("Disk", ok=False, detail="full " * 20, fix="Free some."),), stream,
                {"TERM": "xterm-256color", "COLUMNS": "40"})  # fmt: skip
    assert "\x1b[1;31mFAIL" in stream.getvalue()
    assert "\n      full" in stream.getvalue()
