"""What ``status`` does: it only looks."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readme2video.cli.run import guarded
from readme2video.cli.terminal import clean

if TYPE_CHECKING:
    from readme2video.model.order import Attempt


def status(out: Path | None, *, as_json: bool) -> int:
    """``status``: what stands below the output folder."""

    def work() -> int:
        from readme2video.ledger import recorded_attempts
        from readme2video.settings import load_settings
        from readme2video.store import holder

        root = load_settings({"out": out}, os.environ, Path.cwd()).out
        rows = [
            row | {"run": holder(root / ".store", folder.name)}
            for folder in (sorted(root.iterdir()) if root.is_dir() else [])
            if folder.is_dir() and (row := _standing(folder))
        ]
        if as_json:
            orders = [attempt.model_dump(mode="json") for attempt in recorded_attempts(root / ".store") or ()]
            print(json.dumps({"exit_code": 0, "projects": rows, "orders": orders}))
        elif rows:
            for row in rows:
                _show_project(row)
            _show_orders(recorded_attempts(root / ".store") or ())
        else:
            print(f"Nothing stands in {root} yet. `readme2video make .` makes a film.")
        return 0

    return guarded(work, as_json=as_json)


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
