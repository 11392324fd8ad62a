"""What ``check`` does, and how the rows of the film checks look on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from readme2video.cli.run import guarded, run_to_end
from readme2video.cli.terminal import clean, clean_line, console_for, is_terminal, write_line

if TYPE_CHECKING:
    from readme2video.model.check import Verdict, VerdictLevel
    from readme2video.model.report import Report, ReportedVideo
    from readme2video.model.storyboard import Storyboard
    from readme2video.sources import Source

_MARK = {"pass": "pass", "warn": "WARN", "fail": "FAIL"}
_STYLE = {"pass": "green", "warn": "bold yellow", "fail": "bold red"}
_RULE_WIDTH = 18


def check(target: Path, *, source: str | None = None, as_json: bool) -> int:
    """``check``: a storyboard file or an output folder; 0 when nothing fails, else 2.

    Args:
        source: Whose README the words must agree with; None for the one the report beside the storyboard remembers,
            or for the folder one stands in.
    """

    def work() -> int:
        from readme2video.errors import SourceError
        from readme2video.model.check import in_order

        if target.is_dir() and (target / "report.json").is_file():
            report = _report(target)
            board = _storyboard(target / report.storyboard, report, source, paced=not report.videos)
            verdicts = [*board, *_films(target, report)]
        elif target.is_file():
            beside = target.parent / "report.json"
            verdicts = _storyboard(target, _report(target.parent) if beside.is_file() else None, source)
        else:
            raise SourceError(
                f"{target} is neither a storyboard file nor the output folder of a finished run.",
                hint="Name a storyboard.yaml, or a folder such as output/my-project.",
            )
        rows = in_order(verdicts)
        code = 2 if any(row.level == "fail" for row in rows) else 0
        if as_json:
            print(json.dumps({"exit_code": code, "checks": [row.model_dump(mode="json") for row in rows]}))
        else:
            show(rows, sys.stdout)
        return code

    return guarded(work, as_json=as_json)


def show(rows: Sequence[Verdict], stream: TextIO) -> None:
    """The rows by family, and all of them in a line; wrapped and coloured on a terminal only."""
    from readme2video.model.check import told

    lines = [(family, [(row, _place(row)) for row in group]) for family, group in groupby(rows, lambda r: r.family)]
    if not is_terminal(stream, os.environ):
        for family, group in lines:
            write_line(stream, family)
            for row, place in group:
                write_line(
                    stream, f"  {_MARK[row.level]}  {clean_line(row.rule):{_RULE_WIDTH}}  {clean_line(row.detail)}"
                )
                for more in filter(None, (place, row.fix)):
                    write_line(stream, f"        {clean_line(more)}")
        write_line(stream, told(rows))
        return
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = console_for(stream, os.environ)
    for family, group in lines:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, min_width=_RULE_WIDTH)
        table.add_column(overflow="fold")
        for row, place in group:
            said = Text(clean_line(row.detail), style="" if row.level == "pass" else "bold")
            for more, style in ((place, "dim"), (row.fix, "")):
                if more:
                    said.append("\n" + clean_line(more), style=f"not bold {style}".strip())
            table.add_row(Text(_MARK[row.level], style=_STYLE[row.level]), Text(clean_line(row.rule)), said)
        console.print(Text(family, style="bold"))
        console.print(Padding(table, (0, 0, 0, 2)))
    levels = {row.level for row in rows}
    worst = next((level for level in ("fail", "warn") if level in levels), "pass")
    console.print(Text(told(rows), style=_STYLE[worst]))


def _place(row: Verdict) -> str:
    """Where it is seen; nothing for a pass."""
    if row.level == "pass":
        return f"in {row.aspect}" if row.aspect else ""
    parts = [
        f"scene {row.scene}" if row.scene else "",
        f"at {row.time_s:.1f} s" if row.time_s is not None else "",
        f"in {row.aspect}" if row.aspect else "",
    ]
    where = " ".join(filter(None, parts))
    return ", see ".join(filter(None, (where, row.picture)))


def _row(level: VerdictLevel, rule: str, detail: str, fix: str = "") -> Verdict:
    from readme2video.model.check import Verdict

    return Verdict(level=level, rule=rule, detail=detail, fix=fix)


def _storyboard(file: Path, report: Report | None, source: str | None, *, paced: bool = True) -> list[Verdict]:
    """The rows of a storyboard.

    Args:
        paced: Look at reading times too; those of a film are looked at in the film.
    """
    from readme2video.storyboard_file import load_storyboard
    from readme2video.timeline import needed_s

    board = load_storyboard(file)
    rows = [_row("pass", "storyboard", f"{len(board.scenes)} scenes of {clean(board.project)}, style {board.style}")]
    for index, scene in enumerate(board.scenes):
        needed = needed_s(scene, board.language)
        if paced and scene.duration_s < needed - 0.05:
            said = f"scenes.{index} ({scene.id}) lasts {scene.duration_s:g} s, its words need {needed:.1f} s"
            rows.append(_row("warn", "reading time", said, "Give it more time or fewer words."))
    return rows + _claims(board, file.parent, report, source)


def _claims(board: Storyboard, folder: Path, report: Report | None, named: str | None) -> list[Verdict]:
    """Every string against the README as it is now."""
    from readme2video.claims import claims_of, told
    from readme2video.errors import Readme2VideoError
    from readme2video.rereading import reread
    from readme2video.settings import load_settings

    release = report.release if report is not None else None
    settings = load_settings({"release": release}, os.environ, Path.cwd())
    try:
        source = _source(named, folder, report, settings.github.server_url)
        brief = run_to_end(lambda: reread(source, settings))
    except Readme2VideoError as error:
        if named is not None:
            raise
        fix = "Name it: --source SOURCE."
        return [_row("warn", "claims", f"the words were not held against a README. {error.message}", fix)]
    claims = claims_of(board, brief)
    rows = [_row("fail", claim.rule, told(claim, mended=False), claim.fix) for claim in claims if claim.problem]
    return rows or [_row("pass", "claims", f"{brief.document.path} supports all {len(claims)} strings")]


def _source(named: str | None, folder: Path, report: Report | None, server_url: str) -> Source:
    """The source that was named, or the one the film was made from, or the folder one stands in."""
    from readme2video.publish import source_named
    from readme2video.sources import LocalSource, parse_source

    if named is not None:
        return parse_source(named, server_url=server_url)
    if report is not None and report.source:
        return source_named(report.source, folder, server_url)
    return LocalSource(Path())


def _report(folder: Path) -> Report:
    from readme2video.errors import SourceError
    from readme2video.model.report import Report

    try:
        return Report.model_validate_json((folder / "report.json").read_bytes())
    except (OSError, ValueError):
        raise SourceError(
            f"{folder / 'report.json'} is not a report of this version.", hint="Make the film again."
        ) from None


def _films(folder: Path, report: Report) -> list[Verdict]:
    """The rows of every film of a folder; ``checks/NN.jpg`` shows where one is no pass."""
    from readme2video.film_check import copy_check, recorded_checks
    from readme2video.ledger import recorded_attempts
    from readme2video.model.check import in_order

    if not report.videos:
        return []
    films = [video for video in report.videos if (folder / video.path).is_file()]
    gone = [video for video in report.videos if video not in films]
    rows = [
        _row("fail", "F1 container", f"{video.path} is gone", "Make the film again; nothing is redone.")
        for video in gone
    ]
    rows += [verdict for video in films for verdict in _examined(folder, report, video)]
    attempts = recorded_attempts(folder.resolve().parent / ".store", folder.resolve().name)
    rows += recorded_checks(report, attempts, folder / "captions.srt")
    if report.videos[0] in films:
        rows.append(copy_check(folder, report.videos[0].path))
    return _pictured(folder, report, in_order(rows), films)


def _examined(folder: Path, report: Report, video: ReportedVideo) -> list[Verdict]:
    from readme2video.film_check import examination_of_folder, examine

    request, files = examination_of_folder(folder, report, video)
    named = {"aspect": video.aspect if len(report.videos) > 1 else None}
    return [verdict.model_copy(update=named) for verdict in examine(request, files.__getitem__)]


def _pictured(folder: Path, report: Report, rows: Sequence[Verdict], films: Sequence[ReportedVideo]) -> list[Verdict]:
    """Write the frame of each row that is no pass; in a folder that cannot be written the rows stay without.

    The frames that the report shows stay as they are.
    """
    from readme2video.film_check import frames_of
    from readme2video.publish import clear_checks

    kept = {Path(row.picture).name for row in report.checks if row.picture}
    found, used = list(rows), len(kept)
    for video in films:
        mine = [place for place, row in enumerate(found) if row.aspect in (None, video.aspect) and not row.picture]
        shown = frames_of(folder / video.path, video.fps, tuple(found[place] for place in mine))
        with suppress(OSError):
            for number, data in shown.items():
                used += 1
                name = f"{used:02d}.jpg"
                (folder / "checks").mkdir(exist_ok=True)
                (folder / "checks" / name).write_bytes(data)
                kept.add(name)
                place = mine[number]
                found[place] = found[place].model_copy(update={"picture": f"checks/{name}"})
    with suppress(OSError):
        clear_checks(folder, kept)
    return found
