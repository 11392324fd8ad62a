"""The paid road against the stand-in: how little it adds to the slowest job.

Sizes: eight scenes, jobs of 206 to 300 s as a provider takes them. Time is not scaled: it would make our own work
look longer than it is beside the jobs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from readme2video.sandbox import Sandbox

PROJECT = Path(__file__).resolve().parent.parent / "fixtures" / "larkboard"
SCENES = 8
JOBS_S = (220.0, 250.0, 300.0, 236.0, 260.0, 276.0, 206.0, 244.0)

_SCRIPT = """
import asyncio, json, sys, time
from pathlib import Path
from readme2video.events import WorkDone
from readme2video.pipeline import make_video
from readme2video.settings import load_settings
from readme2video.sources import parse_source
import os
ends = []
def emit(event):
    if isinstance(event, WorkDone):
        ends.append((event.stage, event.label, time.monotonic(), event.took_s, event.reused))
async def agree(plan):
    return True
flags = {"out": Path(sys.argv[2]), "scenes": 8, "length_s": 60.0, "storyboarder": "offline", "animator": "kie"}
settings = load_settings(flags, os.environ, Path(sys.argv[2]))
made = asyncio.run(make_video(parse_source(sys.argv[1]), settings, emit=emit, agree=agree))
print(json.dumps({"ends": ends, "film": str(made.films[0])}))
"""


@dataclass(frozen=True)
class Paid:
    """What a run with bought clips took, seconds.

    Attributes:
        wall_s: From the program's start to its end.
        critical_s: First shot, its upload, the slowest job, its render and the tail.
        jobs_s: All jobs one after the other.
        tail_s: From the last clip's download to the film, without the rendering of its own segment.
        after_s: From the film to the end: it is looked through, and copied smaller where it exceeds 10 MB.
        asked_again: Requests of a second, unchanged run.
        film: The film, still there.
    """

    wall_s: float
    critical_s: float
    jobs_s: float
    tail_s: float
    after_s: float
    asked_again: int
    film: Path


def paid(folder: Path) -> Paid:
    """Buy and make a film of eight scenes in an empty folder, then run again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    faults = [{"on": "job", "nth": n, "do": "slow", "job_s": job_s} for n, job_s in enumerate(JOBS_S, 1)]
    with Sandbox(faults=faults) as box:
        began = time.monotonic()
        said = _run(box, folder)
        ended = time.monotonic()
        requests, orders = list(box.requests), list(box.orders)
        _run(box, folder)
        asked_again = len(box.requests) - len(requests)
    if len(orders) != SCENES:
        sys.exit(f"{len(orders)} clips were ordered, not {SCENES}")
    done: dict[tuple[str, str], tuple[float, float]] = {}
    for stage, label, at, took_s, reused in said["ends"]:
        if not reused:
            done[stage, label] = (at, took_s)
    scenes = {label for stage, label in done if stage == "render"}
    slowest = next(label for label in scenes if f"-{label}-" in _picture(orders[JOBS_S.index(max(JOBS_S))].body))
    first_shot = min(at for (stage, _), (at, _) in done.items() if stage == "shoot") - began
    uploads = [seen.at for seen in requests if "upload" in seen.path]
    last_segment = max(at for (stage, _), (at, _) in done.items() if stage == "render")
    upload_s = orders[0].at - min(uploads)
    render_s = done["render", slowest][1]
    last_clip = max(at for (stage, _), (at, _) in done.items() if stage == "animate")
    last_render_s = max((at, took_s) for (stage, _), (at, took_s) in done.items() if stage == "render")[1]
    stitched = done["stitch", "film"][0]
    return Paid(
        wall_s=ended - began,
        critical_s=first_shot + upload_s + max(JOBS_S) + render_s + (ended - last_segment),
        jobs_s=sum(JOBS_S),
        tail_s=stitched - last_clip - last_render_s,
        after_s=ended - stitched,
        asked_again=asked_again,
        film=Path(said["film"]),
    )


def _run(box: Sandbox, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(PROJECT), str(folder)],
        capture_output=True, text=True, check=False, env={**_environment(), **box.environment},
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith("KIE_")}


def _picture(body: dict[str, Any]) -> str:
    return urlsplit(body["input"]["image_urls"][0]).path
