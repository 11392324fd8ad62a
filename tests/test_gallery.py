"""The gallery: a part of it is made in a folder of its own, with a page of what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "gallery" / "make.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], check=False, capture_output=True, text=True, timeout=170
    )


def test_sheets_of_one_fixture_in_one_style(tmp_path: Path) -> None:
    done = run("--only", "pebble", "--styles", "aurora", "--aspects", "1:1", "--sheets", "--into", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "index.html")
    cell = json.loads((tmp_path / "films" / "aurora" / "pebble" / "gallery.json").read_text("utf-8"))
    assert cell["kinds"] == ["title", "call_to_action"]
    assert cell["error"] == ""
    page = (tmp_path / "index.html").read_text("utf-8")
    for picture in cell["scenes"]["1:1"]:
        assert (tmp_path / picture).is_file()
        assert picture in page


def test_what_it_does_not_know_is_refused_and_a_broken_cell_is_told(tmp_path: Path) -> None:
    assert "there is no 'granite'" in run("--only", "granite").stderr
    record = tmp_path / "films" / "aurora" / "pebble" / "gallery.json"
    record.parent.mkdir(parents=True)
    record.write_text(
        json.dumps(
            {
                "fixture": "pebble",
                "style": "aurora",
                "error": "<b>no browser</b>",
                "checks": [{"level": "fail", "rule": "P3", "detail": "2.1 : 1", "fix": ""}],
            }
        ),
        "utf-8",
    )
    assert run("--page", "--into", tmp_path).returncode == 0
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "&lt;b&gt;no browser" in page
    assert "1 fail" in page
    assert "P3: 2.1 : 1" in page
