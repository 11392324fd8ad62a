"""What the commands do that only look: ``check`` and ``status``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from readme2video.cli.run import guarded, run_to_end
from readme2video.cli.terminal import clean

if TYPE_CHECKING:
    from readme2video.model.order import Attempt
    from readme2video.model.report import Report
    from readme2video.model.storyboard import Storyboard
    from readme2video.sources import Source

_MARK = {"pass": "ok  ", "warn": "warn", "fail": "FAIL"}


def check(target: Path, *, source: str | None = None, as_json: bool) -> int:
    """``check``: a storyboard file or an output folder; 0 when nothing fails, else 2.

    Args:
        source: Whose README the words must agree with; None for the one the report beside the storyboard remembers,
            or for the folder one stands in.
    """

    def work() -> int:
        from readme2video.errors import SourceError

        if target.is_dir() and (target / "report.json").is_file():
            report = _report(target)
            verdicts = _storyboard(target / report.storyboard, report, source) + _films(target, report)
        elif target.is_file():
            beside = target.parent / "report.json"
            verdicts = _storyboard(target, _report(target.parent) if beside.is_file() else None, source)
        else:
            raise SourceError(
                f"{target} is neither a storyboard file nor the output folder of a finished run.",
                hint="Name a storyboard.yaml, or a folder such as output/my-project.",
            )
        failed = any(verdict["level"] == "fail" for verdict in verdicts)
        if as_json:
            print(json.dumps({"exit_code": 2 if failed else 0, "checks": verdicts}))
        else:
            _show(verdicts, sys.stdout)
        return 2 if failed else 0

    return guarded(work, as_json=as_json)


def _show(verdicts: list[dict[str, str]], stream: TextIO) -> None:
    for verdict in verdicts:
        print(f"{_MARK[verdict['level']]}  {verdict['rule']}: {clean(verdict['detail'])}", file=stream)
        if verdict["fix"]:
            print(f"      {clean(verdict['fix'])}", file=stream)


def _row(level: str, rule: str, detail: str, fix: str = "") -> dict[str, str]:
    return {"level": level, "rule": rule, "detail": detail, "fix": fix}


def _storyboard(file: Path, report: Report | None, source: str | None) -> list[dict[str, str]]:
    from readme2video.storyboard_file import load_storyboard
    from readme2video.timeline import needed_s

    board = load_storyboard(file)
    rows = [_row("pass", "storyboard", f"{len(board.scenes)} scenes of {clean(board.project)}")]
    for index, scene in enumerate(board.scenes):
        needed = needed_s(scene, board.language)
        if scene.duration_s < needed - 0.05:
            rows.append(
                _row(
                    "warn",
                    "P2 reading time",
                    f"scenes.{index} ({scene.id}) lasts {scene.duration_s:g} s, its words need {needed:.1f} s",
                    "Give it more time or fewer words.",
                )
            )
    return rows + _claims(board, file.parent, report, source)


def _claims(board: Storyboard, folder: Path, report: Report | None, named: str | None) -> list[dict[str, str]]:
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


def _films(folder: Path, report: Report) -> list[dict[str, str]]:
    from readme2video.film_check import check_film

    rows = [
        _row("fail", "P6 legibility", f"{scene.id}: {scene.legibility:.3f}", "Repeat with `--again render`.")
        for scene in report.scenes
        if scene.legibility is not None and scene.legibility < 0.98  # P6 of the film checks
    ]
    for video in report.videos:
        file = folder / video.path
        if not file.is_file():
            rows.append(_row("fail", video.path, "the file is gone", "Make the film again; nothing is redone."))
            continue
        rows += [_row(v.level, f"{video.path} {v.rule}", v.detail, v.fix) for v in check_film(file)]
    return rows


def status(out: Path | None, *, as_json: bool) -> int:
    """``status``: what stands below the output folder."""

    def work() -> int:
        from readme2video.settings import load_settings
        from readme2video.store import holder

        root = load_settings({"out": out}, os.environ, Path.cwd()).out
        rows = [
            row | {"run": holder(root / ".store", folder.name)}
            for folder in (sorted(root.iterdir()) if root.is_dir() else [])
            if folder.is_dir() and (row := _standing(folder))
        ]
        if as_json:
            orders = [attempt.model_dump(mode="json") for attempt in _attempts(root)]
            print(json.dumps({"exit_code": 0, "projects": rows, "orders": orders}))
        elif rows:
            for row in rows:
                _show_project(row)
            _show_orders(_attempts(root))
        else:
            print(f"Nothing stands in {root} yet. `readme2video make .` makes a film.")
        return 0

    return guarded(work, as_json=as_json)


def _attempts(root: Path) -> tuple[Attempt, ...]:
    """What was ordered, of all projects; looking makes no ledger."""
    from readme2video.ledger import FILE, Ledger

    if not (root / ".store" / FILE).is_file():
        return ()
    ledger = Ledger(root / ".store")
    try:
        return ledger.attempts()
    finally:
        ledger.close()


def _show_orders(attempts: tuple[Attempt, ...]) -> None:
    if not attempts:
        return
    from readme2video.cli.adopt import ledger_table
    from readme2video.cli.terminal import console_for

    print()
    console_for(sys.stdout, os.environ).print(ledger_table(attempts))


def _standing(folder: Path) -> dict[str, Any] | None:
    try:
        report = json.loads((folder / "report.json").read_bytes())
        return {
            "folder": str(folder),
            "project": report["project"],
            "verb": report["verb"],
            "films": [
                {"path": str(folder / video["path"]), "duration_s": video["duration_s"], "aspect": video["aspect"]}
                for video in report["videos"]
            ],
            "scenes": len(report["scenes"]),
            "spent_usd": report["cost"]["spent_usd"],
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _show_project(row: dict[str, Any]) -> None:
    head = f"{clean(str(row['project']))}: {row['scenes']} scenes, " + (
        "film" if row["films"] else "plan only, no film yet"
    )
    print(head + (f", being worked on by {row['run']}" if row["run"] else ""))
    for film in row["films"]:
        print(f"  {film['path']}  {film['aspect']}  {film['duration_s']:.1f} s")
    if not row["films"]:
        print(f"  {row['folder']}/storyboard.yaml")
