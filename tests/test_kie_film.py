"""The paid road whole: the program as a user starts it, against the stand-in, with real clips and a real film."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from makers import THEME
from readme2video.model.scene import CallToActionScene, ProblemScene, TitleScene
from readme2video.model.storyboard import Storyboard
from readme2video.model.words import Headline, Words
from readme2video.sandbox import Sandbox
from readme2video.storyboard_file import to_yaml

PROGRAM = str(Path(sys.executable).with_name("readme2video"))
README = """# Tidewatch

Know the tide before you leave the house.

## Why

Tables on paper are out of date the day they are printed.

## Install

```sh
pip install tidewatch
```
"""
CANARY = "canary-7b1f-never-shown"
BOARD = Storyboard(
    project="tidewatch",
    theme=THEME,
    scenes=(
        TitleScene(
            id="hook",
            duration_s=2.0,
            headline=Headline(text="Know the tide before you leave the house", source="README.md:3"),
        ),
        ProblemScene(
            id="why",
            duration_s=1.8,
            motion="pan_left",
            transition="slide",
            headline=Headline(text="Why", source="README.md:5"),
            points=(Words(text="Tables on paper are out of date the day they are printed", source="README.md:7"),),
        ),
        CallToActionScene(
            id="end",
            duration_s=1.8,
            motion="still",
            transition="wipe",
            headline=Headline(text="Tidewatch", source="README.md:1"),
            command=Words(text="pip install tidewatch", source="README.md:12"),
        ),
    ),
)
"""Shorter than any film of ours: what is bought, and what becomes of it, does not depend on its length."""
SMALL_PX = 180
"""The short side of clips whose pictures nobody looks at."""


def laid_down(base: Path) -> Path:
    """The project in a folder."""
    folder = base / "tidewatch"
    folder.mkdir()
    (folder / "README.md").write_text(README)
    (folder / "board.yaml").write_text(to_yaml(BOARD))
    return folder


@pytest.fixture
def project(drawn: Path, tmp_path: Path) -> Path:
    """The project, its storyboard's scenes drawn by a plan before."""
    shutil.copytree(drawn / ".store", tmp_path / "out" / ".store")
    return laid_down(tmp_path)


def film(box: Sandbox, project: Path, *flags: str, board: str = "board.yaml") -> tuple[int, dict, str]:
    """Run ``make`` at draft quality: exit code, the JSON object, and what was said.

    Args:
        board: The storyboard's file in the project; "" has one written.
    """
    environ = os.environ | box.environment | {"KIE_API_KEY": CANARY, "README2VIDEO_PACE": "0.05"}
    given = ["--storyboard", str(project / board)] if board else ["--length", "12"]
    done = subprocess.run(
        [PROGRAM, "make", str(project), "-o", str(project.parent / "out"), "--quality", "draft",
         "--storyboarder", "offline", "--json", *given, *flags],
        env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_clips_are_bought_once_and_a_second_run_asks_nobody(project: Path) -> None:
    with Sandbox(job_s=0.3) as box:
        code, said, heard = film(box, project, "--animator", "kie", "--yes", board="")
        assert code == 0, heard
        assert len(box.orders) == len(said["scenes"])
        assert {scene["task_id"] for scene in said["scenes"]} == {order.task_id for order in box.orders}
        assert all(scene["animator"] == "kie" and scene["credits"] > 0 for scene in said["scenes"])
        assert said["cost"]["spent_credits"] == sum(order.credits for order in box.orders)
        assert (Path(said["report"]).parent / "clips").is_dir()
        asked = len(box.requests)
        code, again, _ = film(box, project, "--animator", "kie", "--yes", board="")
        assert code == 0
        assert len(box.requests) == asked
        assert again["cost"] == said["cost"]
    everything = [file for file in (project.parent / "out").rglob("*") if file.is_file()]
    assert not [file for file in everything if CANARY.encode() in file.read_bytes()]


def test_without_consent_nothing_is_bought(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX) as box:
        code, said, heard = film(box, project, "--animator", "kie")
        assert code == 5
        assert not box.orders
    assert "credits" in heard
    assert "--yes" in said["hint"]


def test_the_cap_buys_two_of_all_and_the_rest_moves_locally(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX) as box:
        code, said, heard = film(box, project, "--animator", "kie", "--max-cost", "0.30")
        assert len(box.orders) == 2, heard
    assert code == 5
    assert sorted(scene["animator"] for scene in said["scenes"]).count("kie") == 2
    left = [scene for scene in said["scenes"] if scene["animator"] == "local"]
    assert left
    assert all(scene["fallback"] for scene in left)
    assert Path(said["videos"][0]["path"]).is_file()


def test_a_model_that_is_off_costs_nothing_and_names_substitutes(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX, models=["kling-2.6/image-to-video"]) as box:
        code, said, _ = film(box, project, "--animator", "kie", "--yes")
        assert not box.orders
    assert code == 8
    assert "--model" in said["hint"]
    assert "$" in said["hint"]


def test_a_lost_answer_is_never_paid_again(project: Path) -> None:
    with Sandbox(job_s=0.3, short_side_px=SMALL_PX, faults=[{"on": "create", "nth": 1, "do": "accept_rst"}]) as box:
        code, said, _ = film(box, project, "--animator", "kie", "--yes")
        assert code == 7
        assert len(box.orders) == len(said["scenes"])
        code, again, _ = film(box, project, "--animator", "kie", "--yes")
        assert code == 7
        assert len(box.orders) == len(again["scenes"])
    assert again["cost"]["in_doubt_credits"] > 0


@pytest.mark.parametrize("mode", ["always", "auto"])
def test_words_stay_crisp_over_clips_that_bend_them(project: Path, mode: str) -> None:
    with Sandbox(job_s=0.3, distort=True, short_side_px=360) as box:
        code, said, heard = film(box, project, "--animator", "kie", "--yes", "--text-safe", mode)
    assert code == 0, heard
    assert min(scene["legibility"] for scene in said["scenes"] if scene["legibility"] is not None) >= 0.98
