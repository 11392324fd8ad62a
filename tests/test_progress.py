"""Progress: plain lines, signs of life, the living lines in a pty, and foreign text made harmless."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import threading
import time

import pytest

from readme2video.cli.live import LiveProgress
from readme2video.cli.progress import SILENCE_S, PlainProgress, Progress, QuietProgress, make_progress
from readme2video.cli.terminal import clean, clean_line, show_error
from readme2video.errors import BrowserError, StoryboardError
from readme2video.events import (
    EnginesChosen,
    FilmPlanned,
    Notice,
    WorkDone,
    WorkFailed,
    WorkProgressed,
    WorkStarted,
)

HOSTILE = "\x1b]52;c;aGk=\x07\x1b[31mred [/bold] [link=x]\r\n::error::boom\n  ##vso[task.setvariable]x \u202eevil\x9b2J"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def small_run(progress: Progress, clock: Clock) -> None:
    progress.emit(EnginesChosen("offline", "local", ("storyboarder: offline (free)",)))
    progress.emit(WorkDone("read", "", reused=True, took_s=0))
    progress.emit(WorkStarted("storyboard", ""))
    progress.emit(WorkDone("storyboard", "", reused=False, took_s=0.2))
    progress.emit(FilmPlanned(("hook", "get-it"), ("16:9",), 9.5))
    for scene in ("hook", "get-it"):
        for stage in ("shoot", "animate", "render"):
            progress.emit(WorkStarted(stage, scene))
            clock.now += 1
            progress.emit(WorkProgressed(stage, scene, 0.5))
            progress.emit(WorkDone(stage, scene, reused=False, took_s=1.0))
    progress.emit(WorkStarted("stitch", "hook>get-it"))
    progress.emit(WorkDone("stitch", "hook>get-it", reused=False, took_s=0.3))
    progress.emit(WorkDone("stitch", "film", reused=False, took_s=0.4))


def test_plain_lines_tell_the_run() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = PlainProgress(stream, clock=clock, watch_s=None)
    with progress:
        small_run(progress, clock)
    assert stream.getvalue().splitlines() == [
        "[0:00] storyboard by offline, motion by local",
        "[0:00] storyboarder: offline (free)",
        "[0:00] nothing bought",
        "[0:00] README read, kept from before",
        "[0:00] storyboard written, 0.2 s",
        "[0:00] film: 2 scenes, 9.5 s, 16:9",
        "[0:01] hook: drawn, 1.0 s",
        "[0:03] hook: rendered (1 of 2), 1.0 s",
        "[0:04] get-it: drawn, 1.0 s",
        "[0:06] get-it: rendered (2 of 2), 1.0 s",
        "[0:06] hook to get-it: joined, 0.3 s",
        "[0:06] film: joined, 0.4 s",
    ]


def test_verbose_tells_starts_and_quarters() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = PlainProgress(stream, verbose=True, clock=clock, watch_s=None)
    small_run(progress, clock)
    assert "rendering hook: started" in stream.getvalue()
    assert "rendering hook: 50 %" in stream.getvalue()
    assert "hook: motion chosen" in stream.getvalue()


def test_a_long_silence_is_broken() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = PlainProgress(stream, clock=clock, watch_s=None)
    progress.emit(WorkStarted("render", "hook"))
    clock.now += SILENCE_S - 1
    progress.beat()
    assert stream.getvalue() == ""
    clock.now += 1
    progress.emit(WorkProgressed("render", "hook", 0.43))
    progress.beat()
    progress.beat()
    assert stream.getvalue() == "[0:10] still working: rendering hook for 10 s (43%)\n"
    clock.now += SILENCE_S
    progress.emit(WorkFailed("render", "hook", "no disk"))
    clock.now += SILENCE_S
    progress.beat()
    assert stream.getvalue().splitlines()[1:] == [
        "[0:20] rendering hook failed: no disk",
        "[0:30] still working: between two steps",
    ]


def test_the_watch_runs_by_itself_and_ends() -> None:
    clock, stream = Clock(), io.StringIO()
    with PlainProgress(stream, clock=clock, watch_s=0.01) as progress:
        progress.emit(WorkStarted("read", ""))
        clock.now += SILENCE_S
        deadline = time.monotonic() + 5
        while "still working" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "still working: reading for 10 s" in stream.getvalue()
    assert not [thread for thread in threading.enumerate() if thread.name == "progress"]


def test_quiet_says_warnings_only() -> None:
    stream = io.StringIO()
    progress = make_progress(stream, quiet=True, verbose=False, environ={})
    assert isinstance(progress, QuietProgress)
    with progress:
        small_run(progress, Clock())
        progress.emit(Notice("info", "a"))
        progress.emit(Notice("warning", "b"))
    assert stream.getvalue() == "warning: b\n"


def test_f92_the_face_fits_the_stream() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def face(stream: io.StringIO, environ: dict[str, str], *, verbose: bool = False) -> type[Progress]:
        return type(make_progress(stream, quiet=False, verbose=verbose, environ=environ))

    assert face(io.StringIO(), {"TERM": "xterm"}) is PlainProgress
    assert face(Terminal(), {"TERM": "xterm"}) is LiveProgress
    assert face(Terminal(), {"TERM": "xterm"}, verbose=True) is PlainProgress
    assert face(Terminal(), {"TERM": "dumb"}) is PlainProgress
    assert face(Terminal(), {"TERM": "xterm", "CI": "true"}) is PlainProgress


def test_f92_a_reader_who_has_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as stream:
        progress = PlainProgress(stream, watch_s=None)
        small_run(progress, Clock())
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)  # so that closing has somewhere to flush to


def test_f92_a_poor_encoding_is_no_error() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    progress = PlainProgress(stream, watch_s=None)
    progress.emit(Notice("info", "résumé 日本"))
    assert raw.getvalue().endswith(b"r?sum? ??\n")


@pytest.mark.parametrize("live", [False, True])
def test_while_a_question_is_asked_nothing_else_is_written(live: bool) -> None:
    clock, stream = Clock(), io.StringIO()
    progress: Progress = PlainProgress(stream, clock=clock, watch_s=None)
    if live:
        progress = LiveProgress(stream, environ={"TERM": "xterm"}, clock=clock)
    with progress:
        with progress.paused():
            before = stream.getvalue()
            progress.emit(Notice("warning", "of another scene"))
            progress.emit(WorkStarted("render", "hook"))
            clock.now += 2 * SILENCE_S
            if isinstance(progress, PlainProgress):
                progress.beat()
            assert stream.getvalue() == before
        assert stream.getvalue().count("warning: of another scene") == 1
        progress.emit(Notice("info", "and on"))
    assert "and on" in stream.getvalue()


@pytest.mark.parametrize("columns", [20, 45, 100])
@pytest.mark.parametrize("colour", [True, False])
def test_f92_living_lines_in_a_terminal(columns: int, colour: bool) -> None:
    """In a pty: no line wider than the terminal, the end state stays, no foreign escape sequence passes."""
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from test_progress import *\n"
        "clock = Clock()\n"
        "progress = make_progress(sys.stderr, quiet=False, verbose=False, environ=os.environ)\n"
        "with progress:\n"
        "    small_run(progress, clock)\n"
        "    progress.emit(Notice('warning', HOSTILE))\n"
        "    progress.emit(WorkFailed('render', HOSTILE, HOSTILE))\n"
    )
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": str(columns), "LC_ALL": "C.UTF-8"}
    if not colour:
        environ["NO_COLOR"] = "1"
    ours, theirs = pty.openpty()
    try:
        run = subprocess.Popen([sys.executable, "-c", script], stderr=theirs, stdin=theirs, env=environ)
        os.close(theirs)
        output = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not chunk:
                break
            output += chunk
        assert run.wait(timeout=20) == 0
    finally:
        os.close(ours)
    text = output.decode()
    assert "\x1b]52" not in text
    assert "[/bold]" in text.replace("\r\n", "")
    assert ("\x1b[32m" in text) is colour
    lines = [clean(line) for line in re.split(r"[\r\n]+|\x1b\[\d*[AK]", text)]  # also where the cursor moves up
    assert max(map(len, lines)) <= columns
    assert not [line for line in lines if line.lstrip().startswith(("::", "##"))]
    hook = [line for line in lines if "hook" in line and "100%" in line]
    assert hook
    assert ("ready" in hook[-1]) is (columns >= 40)


def test_clean_leaves_nothing_a_terminal_or_a_ci_log_would_obey() -> None:
    shown = clean(HOSTILE)
    assert shown == "red [/bold] [link=x]\n: :error::boom\n  # #vso[task.setvariable]x evil"
    assert clean_line(HOSTILE) == "red [/bold] [link=x] : :error::boom # #vso[task.setvariable]x evil"
    assert clean("std::vector, C#, 日本語 👩‍💻 naïve") == "std::vector, C#, 日本語 👩‍💻 naïve"
    assert clean("x##[command]y ###[z") == "x# #[command]y # # #[z"
    assert clean("a\x1b]8;;http://evil\x1b\\b\x1b]8;;\x1b\\") == "ab"
    assert clean("\x1b]0;unfinished title\nnext") == "\nnext"
    assert clean("\u200b::warning::\ufeff##x\x00\x7f\x85\ud800") == ": :warning::##x "
    assert clean(clean(HOSTILE)) == clean(HOSTILE)


def test_errors_are_plain_off_a_terminal() -> None:
    stream = io.StringIO()
    error = StoryboardError(
        "A headline is too long. " + HOSTILE, path="scenes.3.headline", hint="Shorten it. " * 12, scene="hook"
    )
    show_error(error, stream, {})
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("error: A headline is too long. red [/bold]")
    assert lines[1].startswith("  - : :error")  # a message's further lines are rows of their own, and no commands
    assert lines[2].startswith("  - # #vso")
    assert lines[3:5] == ["  scene: hook", "  path: scenes.3.headline"]
    assert lines[5].startswith("  hint: Shorten it. Shorten it.")
    assert len(lines) == 6
    assert "\x1b" not in stream.getvalue()


def test_errors_are_wrapped_and_coloured_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for environ, coloured in (({"COLUMNS": "30"}, True), ({"COLUMNS": "30", "NO_COLOR": "1"}, False)):
        stream = Terminal()
        show_error(BrowserError("No Chromium could be started here. " + HOSTILE, hint="Install one."), stream,
                   {"TERM": "xterm-256color", **environ})  # fmt: skip
        assert ("\x1b[1;31m" in stream.getvalue()) is coloured
        lines = [clean(line) for line in stream.getvalue().split("\n")]
        assert max(map(len, lines)) <= 30
        assert lines[0].startswith("error: No Chromium")
        assert any(line.startswith("  hint: Install one.") for line in lines)


def test_the_package_imports_only_what_is_light() -> None:
    script = (
        "import sys, readme2video.cli\n"
        "heavy = {'rich', 'pydantic', 'httpx', 'playwright', 'numpy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
