"""What the commands do that only look: ``check`` and ``status``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from readme2video.cli.run import guarded
from readme2video.cli.terminal import clean

if TYPE_CHECKING:
    from readme2video.model.order import Attempt

_MARK = {"pass": "ok  ", "warn": "warn", "fail": "FAIL"}


def check(target: Path, *, as_json: bool) -> int:
    """``check``: a storyboard file or an output folder; 0 when nothing fails, else 2."""

    def work() -> int:
        from readme2video.errors import SourceError

        if target.is_dir() and (target / "report.json").is_file():
            verdicts = _folder(target)
        elif target.is_file():
            verdicts = _storyboard(target)
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


def _storyboard(file: Path) -> list[dict[str, str]]:
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
    return rows


def _folder(folder: Path) -> list[dict[str, str]]:
    from readme2video.errors import SourceError
    from readme2video.film_check import check_film
    from readme2video.model.report import Report

    try:
        report = Report.model_validate_json((folder / "report.json").read_bytes())
    except (OSError, ValueError):
        raise SourceError(
            f"{folder / 'report.json'} is not a report of this version.", hint="Make the film again."
        ) from None
    rows = _storyboard(folder / report.storyboard)
    for scene in report.scenes:
        if scene.legibility is not None and scene.legibility < 0.98:  # P6 of the film checks
            rows.append(
                _row("fail", "P6 legibility", f"{scene.id}: {scene.legibility:.3f}", "Repeat with `--again render`.")
            )
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
