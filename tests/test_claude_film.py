"""Claude's road whole: the program as a user starts it, against the stand-in, from the key to film and report."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from golden import FOLDER
from readme2video.sandbox import Sandbox

PROGRAM = str(Path(sys.executable).with_name("readme2video"))
CANARY = "canary-5d20-never-shown"
GOLDEN = FOLDER / "claude" / "request.json"
README = """# Tidewatch

Know the tide before you leave the house.

## Features

- **Quiet**: speaks only when something happened
- **Small**: one file of 3 MB, no services

## Install

```sh
pip install tidewatch
```
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "tidewatch"
    folder.mkdir()
    (folder / "README.md").write_text(README)
    return folder


def run(
    box: Sandbox | None,
    project: Path,
    *flags: str,
    verb: str = "make",
    key: str = CANARY,
    environ: dict[str, str] | None = None,
    length_s: int = 5,
) -> tuple[int, dict, str]:
    """Run the program at draft quality: exit code, the JSON object, and what was said."""
    environ = os.environ | (environ or {})
    if box is not None:
        environ |= {"ANTHROPIC_BASE_URL": box.environment["ANTHROPIC_BASE_URL"]}
    if key:
        environ |= {"ANTHROPIC_API_KEY": key}
    done = subprocess.run(
        [PROGRAM, verb, str(project), "-o", str(project.parent / "out"), "--quality", "draft",
         "--length", str(length_s), "--json", *flags],
        env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_the_film_is_made_from_the_reply_and_paid_for_once(project: Path, pytestconfig: pytest.Config) -> None:
    with Sandbox() as box:
        code, said, heard = run(box, project, "--storyboarder", "claude", length_s=12)
        assert code == 0, heard
        assert Path(said["videos"][0]["path"]).is_file()
        (asked,) = box.claude
        replied = json.loads(asked.text)
        told = {row["headline"]["text"] for row in replied["scenes"]}
        assert {scene["headline"] for scene in said["scenes"]} <= told
        assert said["engines"]["storyboarder"] == "claude"
        assert said["writing"]["requests"] == 1
        assert said["writing"]["input_tokens"] + said["writing"]["cache_write_tokens"] > 500
        assert 0 < said["cost"]["claude_usd"] < 0.2
        assert said["cost"]["claude_usd"] == pytest.approx(said["writing"]["usd"])
        assert f"storyboard ${said['cost']['claude_usd']:.2f} (1 answer)" in heard
        # The request, word for word but for the code that is new every time.
        marker = re.search(r"=== BEGIN README.md ([0-9a-f]{16}) ===", asked.prompt)
        assert marker is not None
        body = json.dumps(asked.body, indent=1, ensure_ascii=False).replace(marker[1], "<marker>") + "\n"
        if pytestconfig.getoption("--update-golden", default=False):
            GOLDEN.write_text(body, "utf-8", newline="\n")
        assert GOLDEN.read_text("utf-8") == body
        count = len(box.requests)
        code, again, _ = run(box, project, "--storyboarder", "claude", length_s=12)
        assert code == 0
        assert len(box.requests) == count
        assert again["cost"] == said["cost"]
    folder = Path(said["report"]).parent
    board = (folder / "storyboard.yaml").read_text()
    assert "# Other hooks" in board
    report = (folder / "report.html").read_text()
    assert "claude-sonnet-5-5" in report
    everything = [file for file in (project.parent / "out").rglob("*") if file.is_file()]
    assert not [file for file in everything if CANARY.encode() in file.read_bytes()]


def test_without_a_key_it_says_so_before_anything_else(project: Path) -> None:
    with Sandbox() as box:
        code, said, heard = run(box, project, "--storyboarder", "claude", key="")
        assert code == 4
        assert not box.requests
    assert "ANTHROPIC_API_KEY" in said["error"]
    assert "offline" in said["hint"]
    assert not (project.parent / "out" / "tidewatch").exists()
    assert "README read" not in heard


def test_a_film_comes_out_when_claude_does_not_write(project: Path) -> None:
    with Sandbox() as box:
        box.script({"on": "claude", "nth": "always", "do": "status", "status": 529})
        code, said, heard = run(box, project, "--animator", "local", "--aspect", "1:1")
        assert code == 8, heard
        assert said["exit_code"] == 8
        assert Path(said["videos"][0]["path"]).is_file()
        assert said["engines"] == {"storyboarder": "offline", "animator": "local"}
        assert "The storyboard is the offline one" in heard
        # The same command makes good for it later.
        box.clear()
        code, later, heard = run(box, project, "--aspect", "1:1", verb="plan")
        assert code == 0, heard
        assert later["writing"]["requests"] == 1
        assert later["engines"]["storyboarder"] == "claude"


def test_the_exit_code_says_why_claude_did_not_write(project: Path) -> None:
    with Sandbox() as box:
        box.script({"on": "claude", "nth": "always", "do": "refused"})
        code, said, heard = run(box, project, verb="plan")
    assert code == said["exit_code"] == 6, heard
    assert said["scenes"]
    assert said["writing"]["requests"] == 1  # a refusal was an answer and is paid for


def test_no_film_instead_of_another_if_that_is_wanted(project: Path) -> None:
    with Sandbox() as box:
        box.script({"on": "claude", "nth": "always", "do": "refused"})
        code, said, _ = run(box, project, "--on-failure", "stop")
    assert code == 6
    assert "will not write" in said["error"]
    assert not list(project.parent.rglob("*.mp4"))


def paid(box: Sandbox, project: Path, *flags: str) -> tuple[int, dict, str]:
    """The same with both providers' keys."""
    environ = {name: value for name, value in box.environment.items() if name.startswith("KIE_")}
    return run(box, project, *flags, environ=environ | {"README2VIDEO_PACE": "0.05"})


def test_no_clips_are_bought_for_a_storyboard_that_will_be_replaced(project: Path) -> None:
    with Sandbox(job_s=0.2, short_side_px=180) as box:
        box.script({"on": "claude", "nth": "always", "do": "refused"})
        code, said, heard = paid(box, project, "--animator", "kie", "--yes", "--scenes", "2", "--aspect", "1:1")
        assert code == 6, heard
        assert not box.orders
    assert said["engines"] == {"storyboarder": "offline", "animator": "local"}
    assert "no clips are bought" in heard


def test_one_cap_holds_for_storyboard_and_clips_together(project: Path) -> None:
    """Two clips alone would be just within it."""
    with Sandbox(job_s=0.2, short_side_px=180) as box:
        code, said, heard = paid(box, project, "--max-cost", "0.30")
        assert code == 5, heard
        assert len(box.orders) == 1
        assert said["engines"] == {"storyboarder": "claude", "animator": "kie"}
        assert said["cost"]["claude_usd"] > 0
        assert said["cost"]["spent_usd"] > 0
        assert said["cost"]["claude_usd"] + said["cost"]["spent_usd"] <= 0.30


def test_the_offline_storyboarder_does_not_pretend_to_translate(project: Path) -> None:
    code, said, _ = run(None, project, "--language", "de", key="")
    assert code == 2
    assert "cannot translate" in said["error"]
    code, said, _ = run(None, project, "--language", "Klingon!", key="")
    assert code == 2
    assert "--language" in said["error"]
