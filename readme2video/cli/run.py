"""What the commands do that make something: settings, the run, its result on stdout, its errors as exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from readme2video.cli.terminal import clean, clean_line, show_error
from readme2video.errors import (
    ConsentError,
    CredentialsError,
    LockedError,
    MachineError,
    PausedError,
    PaymentInDoubtError,
    Readme2VideoError,
    SceneRefusedError,
    SourceError,
    UsageError,
)

if TYPE_CHECKING:
    from readme2video.model.report import Report
    from readme2video.pipeline import PromoVideo

Result = TypeVar("Result")

EXIT_CODES: dict[type[Readme2VideoError], int] = {
    UsageError: 2,
    SourceError: 3,
    CredentialsError: 4,
    ConsentError: 5,
    SceneRefusedError: 6,
    PaymentInDoubtError: 7,
    PausedError: 8,
    MachineError: 9,
    LockedError: 10,
}
"""Types to exit codes; a type not listed has the code of its parent."""


def exit_code(error: BaseException) -> int:
    """The exit code an error ends the program with; 1 for what is not ours."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), 1)


def film(verb: Literal["make", "plan"], source: str, flags: dict[str, Any]) -> int:
    """``make`` and ``plan``: returns the exit code."""
    as_json, quiet, verbose = flags.pop("as_json"), flags.pop("quiet"), flags.pop("verbose")

    def work() -> int:
        from readme2video.cli.event import with_release_event
        from readme2video.cli.progress import make_progress
        from readme2video.cli.questions import agreement, settlement
        from readme2video.pipeline import make_video, plan_video
        from readme2video.settings import load_settings
        from readme2video.sources import LocalSource, parse_source

        settings = load_settings(flags, os.environ, Path.cwd())
        parsed = parse_source(source, server_url=settings.github.server_url)
        if isinstance(parsed, LocalSource):
            folder = parsed.path if parsed.path.is_dir() else parsed.path.parent
            settings = load_settings(flags, os.environ, folder)
        parsed = with_release_event(parsed, settings.release, os.environ, settings.github.server_url)
        with make_progress(sys.stderr, quiet=quiet, verbose=verbose, environ=os.environ) as progress:
            if verb == "make":
                agree = agreement(settings, progress)
                ask = settlement(settings, progress, as_json=as_json, quiet=quiet)
                result = run_to_end(lambda: make_video(parsed, settings, emit=progress.emit, agree=agree, ask=ask))
            else:
                result = run_to_end(lambda: plan_video(parsed, settings, emit=progress.emit))
        if verb == "plan" and not quiet:
            print(_next_step(result, source), file=sys.stderr)
        code = film_exit_code(result, strict=settings.strict)
        checks = result.report.checks
        if checks and (not quiet or code == 2):
            print(_verdict(result), file=sys.stderr)
        for line in _shortfall(result, source):
            print(line, file=sys.stderr)
        if as_json:
            print(json.dumps(as_object(result) | {"exit_code": code}))
        else:  # as bytes: a path need not be text that stdout can write
            sys.stdout.buffer.write(os.fsencode(_paths(result)) + b"\n")
            sys.stdout.flush()
        return code

    return guarded(work, as_json=as_json)


_WORST = (7, 5, 4, 8, 6)
"""When several scenes could not be bought for several reasons, the first of these is the exit code (DESIGN 7)."""


def film_exit_code(result: PromoVideo, *, strict: bool = False) -> int:
    """0, or why scenes of a finished film were not bought; 2 when it fails a check and that counts."""
    codes = {exit_code(error) for error in result.failed.values()}
    failed = strict and any(row.level == "fail" for row in result.report.checks)
    return next((code for code in _WORST if code in codes), 2 if failed else 0)


def _verdict(result: PromoVideo) -> str:
    """What the checks say, in a line; what failed is named."""
    from readme2video.model.check import told

    rows = result.report.checks
    failed = [
        f"{row.rule}: {clean_line(row.detail)}" + (f" (scene {row.scene})" if row.scene else "")
        for row in rows
        if row.level == "fail"
    ]
    where = "" if told(rows).endswith("pass") else f" See {result.folder / 'report.html'}."
    return "\n".join([f"Checks: {told(rows)}.{where}", *(f"  FAIL  {line}" for line in failed)])


def _shortfall(result: PromoVideo, source: str) -> list[str]:
    """What a finished film lacks and how to get it."""
    if not result.failed:
        return []
    money = result.report.cost
    lines = [
        clean(f"{scene.id} moves locally: {scene.fallback}")
        for scene in result.report.scenes
        if scene.fallback is not None
    ]
    if "storyboard" in result.failed:
        lines = [clean(f"The storyboard is the offline one: {result.failed['storyboard'].message}")]
    doubt = f", {money.in_doubt_credits:g} in doubt" if money.in_doubt_credits else ""
    hints = dict.fromkeys(clean(error.hint) for error in result.failed.values() if error.hint)
    again = f"The same command upgrades only what is missing: readme2video make {shlex.quote(source)} …"
    writing = f" and ${money.claude_usd:.2f} for the storyboard" if money.claude_usd else ""
    spent = f"Spent: {money.spent_credits:g} credits (${money.spent_usd:.2f}){doubt}{writing}."
    return [*lines, spent, *hints, again]


def _paths(result: PromoVideo) -> str:
    """The films' paths, or for a plan what there is to look at."""
    if result.films:
        return "\n".join(str(path) for path in result.films)
    return str(result.folder / result.report.storyboard)


_PRICE = {
    True: "Nothing to buy: the local animator is free.",
    False: "The price stands above; nothing was bought.",
}


def _writing(report: Report) -> str:
    """What the storyboard cost, if anything."""
    if report.writing is None:
        return ""
    price = f"${report.writing.usd:.2f}" if report.writing.usd is not None else "a price that is not known"
    return f"Writing it cost {price} at {report.writing.model}. "


def _next_step(result: PromoVideo, source: str) -> str:
    """What a plan found and what to do with it."""
    report, board = result.report, result.folder / result.report.storyboard
    # Its strings cite the release notes, which belong to the film only when it is about that release.
    release = f" --release {shlex.quote(report.release)}" if report.release is not None else ""
    return (
        f"{len(report.scenes)} scenes, {report.duration_s:.1f} s. {_writing(report)}"
        f"{_PRICE[report.engines['animator'] == 'local']}\n"
        f"Look at {result.folder / 'contact-sheet.jpg'}, edit {board}, then run:\n"
        f"  readme2video make {shlex.quote(source)}{release} --storyboard {shlex.quote(str(board))}"
    )


def as_object(result: PromoVideo) -> dict[str, Any]:
    """The object that ``--json`` prints; paths are usable from the current directory."""
    report, folder = result.report, result.folder
    return {
        "exit_code": 0,
        "videos": [
            {
                "aspect": video.aspect,
                "path": str(folder / video.path),
                "duration_s": video.duration_s,
                "size_px": [video.size_px.width, video.size_px.height],
            }
            for video in report.videos
        ],
        "poster": str(folder / report.poster) if report.poster else None,
        "storyboard": str(folder / report.storyboard),
        "report": str(folder / "report.html"),
        "scenes": [
            {
                **scene.model_dump(
                    include={
                        "id",
                        "kind",
                        "headline",
                        "duration_s",
                        "animator",
                        "model",
                        "task_id",
                        "credits",
                        "fallback",
                    }
                ),
                "source_lines": list(scene.source_lines),
                "legibility": scene.legibility,
            }
            for scene in report.scenes
        ],
        "cost": report.cost.model_dump(),
        "checks": [row.model_dump() for row in report.checks],
        "writing": report.writing.model_dump() if report.writing is not None else None,
        "engines": report.engines,
    }


def doctor(out: Path | None) -> int:
    """``doctor``: 0 when nothing required is missing, else 9."""

    def work() -> int:
        from readme2video.cli.doctor import run_checks, show_checks
        from readme2video.settings import load_settings

        settings = load_settings({"out": out}, os.environ, Path.cwd())
        checks = run_checks(settings, os.environ, settings.out)
        show_checks(checks, sys.stdout)
        return 9 if any(check.ok is False for check in checks) else 0

    return guarded(work)


def install_browser() -> int:
    """``install-browser``: says where the Chromium is, getting one if there is none."""

    def work() -> int:
        from readme2video.scenes.browser import find_browser
        from readme2video.scenes.browser import install_browser as install
        from readme2video.settings import load_settings

        settings = load_settings({}, os.environ, Path.cwd())
        found = find_browser(settings)
        if found is None:
            found = run_to_end(lambda: install(settings, lambda text: print(clean(text), file=sys.stderr)))
        print(found.path)
        return 0

    return guarded(work)


class _Terminated(Exception):  # noqa: N818 - a signal, not an error
    """The process was asked to end (SIGTERM)."""


def run_to_end(make: Callable[[], Awaitable[Result]]) -> Result:
    """Run a coroutine; SIGTERM ends it in order, as Ctrl-C does."""

    async def watched() -> Result:
        task = asyncio.ensure_future(make())
        terminated = False

        def terminate() -> None:
            nonlocal terminated
            terminated = True
            task.cancel()

        if os.name == "posix":  # elsewhere SIGTERM cannot be handled in the loop
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        try:
            return await task
        except asyncio.CancelledError:
            if terminated:
                raise _Terminated from None
            raise

    return asyncio.run(watched())


def guarded(work: Callable[[], int], *, as_json: bool = False) -> int:
    """Run a command; every end is an exit code and, if it is not a good one, a message. No traceback is shown."""
    try:
        return work()
    except Readme2VideoError as error:
        code = exit_code(error)
        show_error(error, sys.stderr)
        if as_json:
            said = {"exit_code": code, "error": error.message, "hint": error.hint, "scene": error.scene}
            print(json.dumps(said))
        return code
    except KeyboardInterrupt:
        print("\nStopped. Nothing finished is lost: the same command goes on from here.", file=sys.stderr)
        return 130
    except _Terminated:
        print("Terminated. Nothing finished is lost: the same command goes on from here.", file=sys.stderr)
        return 143
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:  # noqa: BLE001 - the one place that may: a bug must not show a traceback to a user
        file = _bug_report(traceback.format_exc())
        print(
            f"error: readme2video has a bug. The details are in {file}; please report them. "
            "Nothing finished is lost: the same command goes on from here.",
            file=sys.stderr,
        )
        return 1


def _bug_report(details: str) -> Path:
    handle, name = tempfile.mkstemp(prefix="readme2video-bug-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
        stream.write(details)
    return Path(name)
